//! What `hamlet metrics` shows: numbers under the names by which AWS counts them.
//!
//! Follows "NAT gateway metrics and dimensions" (VPC User Guide) and "Metrics for the ENA driver" (EC2 User Guide). All run
//! from when Hamlet started; what came to each minute is CloudWatch's (`crate::network_metrics`).

use model::{ResourceId, World};
use serde::{Deserialize, Serialize};

use crate::names;
use crate::running::Running;

/// One number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Metric {
    /// CloudWatch's namespace, or `ENA` for what an interface's driver counts.
    pub namespace: String,
    /// The resource: an identifier.
    pub resource: String,
    /// Its name, or its instance's; the identifier without one.
    pub name: String,
    /// AWS's name of what is counted.
    pub metric: String,
    /// In what.
    pub unit: String,
    /// How many.
    pub value: u64,
}

/// All numbers: of NAT gateways, then of connected interfaces. Without a data plane there are none.
pub(super) async fn metrics(running: &Running) -> Vec<Metric> {
    let Some(datapath) = running.datapath() else { return Vec::new() };
    let world = running.state.snapshot();
    let Ok(counted) = tokio::task::spawn_blocking(move || datapath.metrics()).await else {
        return Vec::new();
    };
    let gateways =
        counted.nat_gateways.into_iter().map(|(id, metrics)| ("AWS/NATGateway", id.into(), metrics));
    let interfaces = counted.interfaces.into_iter().map(|(id, metrics)| ("ENA", id.into(), metrics));
    gateways
        .chain(interfaces)
        .flat_map(|(namespace, id, metrics)| rows(&world, namespace, id, metrics))
        .collect()
}

fn rows(world: &World, namespace: &str, id: ResourceId, metrics: Vec<engine::Metric>) -> Vec<Metric> {
    let row = |metric: engine::Metric| Metric {
        namespace: namespace.to_owned(),
        resource: id.to_string(),
        name: names::of_resource(world, id),
        metric: metric.name.to_owned(),
        unit: metric.unit.to_string(),
        value: metric.value,
    };
    metrics.into_iter().map(row).collect()
}
