//! `hamlet metrics`: what NAT gateways and interfaces count, under AWS's names.

use server::admin::Metric;
use std::process::ExitCode;

use super::status::section;
use crate::arguments::Output;
use crate::daemon::Daemon;
use crate::failure::Result;

pub(crate) fn run(daemon: &Daemon, output: Output) -> Result<ExitCode> {
    let metrics: Vec<Metric> = daemon.get("/metrics")?;
    match output.json {
        true => super::print_json(&metrics),
        false => super::print(&text(&metrics)),
    }
}

fn text(metrics: &[Metric]) -> String {
    let mut text = String::new();
    section(&mut text, "NAT gateways (AWS/NATGateway)", &rows(metrics, "AWS/NATGateway"));
    section(&mut text, "Network interfaces (ENA)", &rows(metrics, "ENA"));
    text
}

fn rows(metrics: &[Metric], namespace: &str) -> Vec<Vec<String>> {
    let of_namespace = metrics.iter().filter(|metric| metric.namespace == namespace);
    let row = |it: &Metric| {
        vec![
            it.resource.clone(),
            if it.name == it.resource { "-".to_owned() } else { it.name.clone() },
            it.metric.clone(),
            it.value.to_string(),
            it.unit.clone(),
        ]
    };
    of_namespace.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_namespace_has_its_table() {
        let metric = |namespace: &str, resource: &str, metric: &str, value| Metric {
            namespace: namespace.into(),
            resource: resource.into(),
            name: resource.into(),
            metric: metric.into(),
            unit: "Count".into(),
            value,
        };
        let metrics = [
            metric("AWS/NATGateway", "nat-1", "ErrorPortAllocation", 3),
            metric("AWS/NATGateway", "nat-1", "IdleTimeoutCount", 12),
        ];
        let expected = "NAT gateways (AWS/NATGateway):\n  nat-1  -  ErrorPortAllocation  3   Count\n  nat-1  -  \
                        IdleTimeoutCount     12  Count\nNetwork interfaces (ENA): none\n";
        assert_eq!(text(&metrics), expected);
    }
}
