//! Which metrics there are. Follows ListMetrics (Amazon CloudWatch API Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call, Page};
use model::World;

use crate::metric_id::MetricId;
use crate::metrics::Metrics;
use crate::shapes::*;
use crate::{dimensions, errors};

/// "Up to 500 results are returned for any one call."
const PAGE_MAX: i32 = 500;
/// `PT3H`: "metrics that have had data points published in the past three hours".
const RECENTLY_MS: i64 = 3 * 60 * 60 * 1000;

pub(crate) async fn list(
    call: Call,
    _: Arc<World>,
    metrics: Arc<Metrics>,
    request: ListMetricsInput,
) -> Result<ListMetricsOutput, AwsError> {
    let ListMetricsInput {
        dimensions: wanted,
        include_linked_accounts,
        metric_name,
        namespace,
        next_token,
        owning_account,
        recently_active,
    } = request;
    if include_linked_accounts == Some(true) || owning_account.is_some() {
        return Err(AwsError::not_implemented_yet("metrics of accounts that another one observes"));
    }
    let since = recently_active.map_or(i64::MIN, |_| call.now.0 - RECENTLY_MS);
    let is_meant = |id: &MetricId, last: i64| {
        id.region == call.scope.region
            && last >= since
            && namespace.as_ref().is_none_or(|it| *it == id.namespace)
            && metric_name.as_ref().is_none_or(|it| *it == id.name)
            && wanted.iter().all(|it| has(id, it))
    };
    let found = metrics.list(call.scope.account, is_meant);
    let page = Page::new(Some(PAGE_MAX), next_token.as_deref(), 1..=PAGE_MAX)
        .map_err(|_| errors::invalid("The specified nextToken is invalid."))?;
    let (found, next_token) = page.cut_sorted(found.into_iter(), key);
    let shown = |id: MetricId| Metric {
        dimensions: dimensions::shown(&id.dimensions),
        metric_name: Some(id.name),
        namespace: Some(id.namespace),
    };
    Ok(ListMetricsOutput {
        metrics: found.into_iter().map(shown).collect(),
        next_token,
        owning_accounts: Vec::new(),
    })
}

fn has(id: &MetricId, wanted: &DimensionFilter) -> bool {
    let DimensionFilter { name, value } = wanted;
    id.dimensions
        .iter()
        .any(|(own, of)| name.as_ref() == Some(own) && value.as_ref().is_none_or(|it| it == of))
}

/// What sorts as the metric does: no text has the sign in it that is between the parts.
fn key(id: &MetricId) -> String {
    let MetricId { region: _, namespace, name, dimensions } = id;
    let pairs = dimensions.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    [namespace.as_str(), name.as_str()].into_iter().chain(pairs).collect::<Vec<_>>().join("\0")
}
