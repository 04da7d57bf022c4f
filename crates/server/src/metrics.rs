//! CloudWatch's metrics, as far as somebody has to see to them: what is too old goes.

use std::sync::Arc;
use std::time::Duration;

use cloudwatch::Metrics;

use crate::clock;

/// How often what is too old goes.
const HOUSEKEEPING: Duration = Duration::from_secs(600);

/// Keeps them in order for ever.
pub(crate) async fn keep_house_for_ever(metrics: Arc<Metrics>) {
    loop {
        tokio::time::sleep(HOUSEKEEPING).await;
        metrics.keep_house(clock::now());
    }
}
