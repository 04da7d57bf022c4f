//! What the network counts becomes CloudWatch's metrics, minute by minute: of NAT gateways what `hamlet metrics` shows, of
//! instances what passed their interfaces.
//!
//! Follows "NAT gateway metrics and dimensions" (VPC User Guide) and "Instance metrics" (EC2 User Guide), as with detailed
//! monitoring. What is counted runs from when the engine began; a minute's number is what came to it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use awsproto::metering::{Measurement, Meter as _, Reading};
use cloudwatch::Metrics;
use datapath::{Datapath, LinkStatus};
use engine::{Metric, PortKind};
use model::{InstanceId, Scope, Timestamp, World};

use crate::clock;
use crate::writer::State;

const OF_NAT_GATEWAYS: &str = "AWS/NATGateway";
const OF_INSTANCES: &str = "AWS/EC2";

/// Takes numbers from the network to the metrics.
pub(crate) struct NetworkMetrics {
    /// Whose instances and gateways these are.
    pub(crate) state: State,
    /// What counts.
    pub(crate) datapath: Arc<Datapath>,
    /// Where numbers go.
    pub(crate) metrics: Arc<Metrics>,
    /// How long what AWS calls a minute is.
    pub(crate) minute: Duration,
}

/// A number of a resource, as it has been counted so far.
#[derive(Clone, Debug, PartialEq)]
struct Counted {
    scope: Scope,
    namespace: &'static str,
    dimension: &'static str,
    resource: String,
    metric: Metric,
}

/// What was counted when it was last looked, by resource and metric.
type Before = BTreeMap<(String, &'static str), u64>;

impl NetworkMetrics {
    /// Takes them for ever.
    pub(crate) async fn take_for_ever(self) {
        let mut before = Before::default();
        loop {
            tokio::time::sleep(until_next(clock::now(), self.minute)).await;
            let datapath = Arc::clone(&self.datapath);
            let asked = tokio::task::spawn_blocking(move || (datapath.metrics(), datapath.status()));
            let Ok((counted, status)) = asked.await else { continue };
            let world = self.state.snapshot();
            let mut all = of_instances(&world, &status.links);
            for (id, metrics) in counted.nat_gateways {
                let Some(gateway) = world.network.nat_gateways.get(&id) else { continue };
                all.extend(metrics.into_iter().map(|metric| Counted {
                    scope: gateway.scope,
                    namespace: OF_NAT_GATEWAYS,
                    dimension: "NatGatewayId",
                    resource: id.to_string(),
                    metric,
                }));
            }
            // The minute that has ended.
            let at = clock::now().saturating_sub(self.minute);
            self.metrics.measure(since(&mut before, all, at));
        }
    }
}

/// How long it is until a minute ends, with some time for what is late.
fn until_next(now: Timestamp, minute: Duration) -> Duration {
    let length = i64::try_from(minute.as_millis()).unwrap_or(i64::MAX).max(1);
    let left = length - now.0.rem_euclid(length);
    Duration::from_millis(u64::try_from(left).unwrap_or_default() + 50)
}

/// What passed instances' interfaces, all of an instance's together.
fn of_instances(world: &World, links: &[LinkStatus]) -> Vec<Counted> {
    let mut sums: BTreeMap<(Scope, InstanceId), [u64; 4]> = BTreeMap::new();
    for link in links {
        let PortKind::Interface(interface) = link.kind else { continue };
        let Some(interface) = world.network.network_interfaces.get(&interface) else { continue };
        let Some(instance) = interface.instance() else { continue };
        // What comes from a link goes out of its instance.
        let passed = link.counters;
        let came = [passed.bytes_out, passed.bytes_in, passed.packets_out, passed.packets_in];
        let sum = sums.entry((interface.scope, instance)).or_default();
        sum.iter_mut().zip(came).for_each(|(sum, one)| *sum += one);
    }
    let of = |(of, passed): ((Scope, InstanceId), [u64; 4])| {
        let ((scope, instance), [bytes_in, bytes_out, packets_in, packets_out]) = (of, passed);
        let metrics = [
            Metric::bytes("NetworkIn", bytes_in),
            Metric::bytes("NetworkOut", bytes_out),
            Metric::count("NetworkPacketsIn", packets_in),
            Metric::count("NetworkPacketsOut", packets_out),
        ];
        metrics.map(|metric| Counted {
            scope,
            namespace: OF_INSTANCES,
            dimension: "InstanceId",
            resource: instance.to_string(),
            metric,
        })
    };
    sums.into_iter().flat_map(of).collect()
}

/// What came since it was last looked. What counts less than before has begun anew: an instance was stopped and started.
fn since(before: &mut Before, counted: Vec<Counted>, at: Timestamp) -> Vec<Measurement> {
    let earlier = std::mem::take(before);
    let mut measurements = Vec::with_capacity(counted.len());
    for Counted { scope, namespace, dimension, resource, metric } in counted {
        let Metric { name, unit, is_gauge, value } = metric;
        let was = earlier.get(&(resource.clone(), name)).copied().unwrap_or_default();
        before.insert((resource.clone(), name), value);
        let number = match is_gauge {
            true => value,
            false => value.checked_sub(was).unwrap_or(value),
        };
        measurements.push(Measurement {
            scope,
            namespace: namespace.to_owned(),
            metric: name.to_owned(),
            dimensions: vec![(dimension.to_owned(), resource)],
            unit: Some(unit.to_string()),
            at,
            reading: Reading::Value(number as f64),
        });
    }
    measurements
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::AccountId;

    #[test]
    fn a_minute_has_what_came_to_it() {
        let mut before = Before::default();
        assert_eq!(numbers(&mut before, &[("BytesInFromSource", 700)]), [700.0]);
        assert_eq!(numbers(&mut before, &[("BytesInFromSource", 1000)]), [300.0]);
        assert_eq!(numbers(&mut before, &[("BytesInFromSource", 1000)]), [0.0], "nothing is a number, too");
    }

    #[test]
    fn what_begins_anew_counts_from_nothing_and_what_is_gone_is_forgotten() {
        let mut before = Before::default();
        numbers(&mut before, &[("NetworkIn", 700), ("NetworkOut", 5)]);
        assert_eq!(numbers(&mut before, &[("NetworkIn", 40)]), [40.0]);
        assert_eq!(before.len(), 1);
    }

    #[test]
    fn how_it_stands_is_told_as_it_is() {
        let (mut before, active) = (Before::default(), Metric::gauge("ActiveConnectionCount", 7));
        numbers_of(&mut before, &[active]);
        assert_eq!(numbers_of(&mut before, &[active]), [7.0]);
    }

    #[test]
    fn it_is_looked_when_a_minute_has_ended() {
        let minute = Duration::from_secs(60);
        assert_eq!(until_next(Timestamp(60_000), minute), Duration::from_millis(60_050));
        assert_eq!(until_next(Timestamp(119_999), minute), Duration::from_millis(51));
    }

    fn numbers(before: &mut Before, totals: &[(&'static str, u64)]) -> Vec<f64> {
        let metrics: Vec<Metric> = totals.iter().map(|(name, total)| Metric::count(name, *total)).collect();
        numbers_of(before, &metrics)
    }

    fn numbers_of(before: &mut Before, metrics: &[Metric]) -> Vec<f64> {
        let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().expect("a Region") };
        let counted = metrics.iter().map(|metric| Counted {
            scope,
            namespace: OF_NAT_GATEWAYS,
            dimension: "NatGatewayId",
            resource: "nat-1".to_owned(),
            metric: *metric,
        });
        let number = |it: Measurement| match it.reading {
            Reading::Value(number) => number,
            Reading::Otherwise(_) => panic!("a default value"),
        };
        since(before, counted.collect(), Timestamp(0)).into_iter().map(number).collect()
    }
}
