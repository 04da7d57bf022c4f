//! Amazon CloudWatch's metrics: what is measured, minute by minute, and what is asked of it.
//!
//! Follows the Amazon CloudWatch API Reference. Numbers come by PutMetricData, from metric filters of CloudWatch Logs
//! and from what the network counts (`awsproto::metering`); they are in memory ([`Metrics`]), so that a restart forgets them. No
//! alarms, dashboards, streams and anomaly detectors, no metric math, no periods below a minute.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod bucket;
mod data;
mod dimensions;
mod errors;
mod list;
mod metric_id;
mod metrics;
mod put;
pub mod shapes;
mod statistic;
mod statistics;
#[cfg(test)]
mod tests;
mod touches;
mod unit;
#[rustfmt::skip]
mod vacant;

use awsproto::{Action, Api, Protocol, Service, read_beside, write_beside};
use model::World;
use shapes::op;

pub use metrics::Metrics;

/// The service as clients speak to it that name the operation in a header.
pub static API: Api<World> = api(&shapes::SERVICE);

/// The service as today's clients speak to it.
pub static API_IN_CBOR: Api<World> = api(&IN_CBOR);

/// The service as clients of before speak to it.
pub static API_IN_QUERY: Api<World> = api(&IN_QUERY);

static IN_CBOR: Service = Service { protocol: Protocol::RpcCbor, ..shapes::SERVICE };
static IN_QUERY: Service =
    Service { protocol: Protocol::CloudWatchQuery, target_prefix: "", ..shapes::SERVICE };

const fn api(service: &'static Service) -> Api<World> {
    Api {
        service,
        actions: ACTIONS,
        vacant: vacant::ROWS,
        tokens: &(),
        first_use: None,
        touches: touches::touches,
    }
}

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    write_beside!(PutMetricData, put::put),
    read_beside!(ListMetrics, list::list),
    read_beside!(GetMetricStatistics, statistics::get),
    read_beside!(GetMetricData, data::get),
];
