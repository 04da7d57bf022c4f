//! What a metric is known by.

use model::Region;

/// A metric of an account: "A metric is uniquely defined by its name, its namespace, and zero or more dimensions" ("Metrics
/// concepts", Amazon CloudWatch User Guide), in a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MetricId {
    pub(crate) region: Region,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// Sorted by name.
    pub(crate) dimensions: Vec<(String, String)>,
}

impl MetricId {
    pub(crate) fn new(
        region: Region,
        namespace: String,
        name: String,
        mut dimensions: Vec<(String, String)>,
    ) -> MetricId {
        dimensions.sort();
        MetricId { region, namespace, name, dimensions }
    }
}
