//! `hamlet status`: what there is, what runs, what passed and what was dropped.

use server::admin::{InternetStatus, Status};
use server::controllers::status::ControllerStatus;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;
use std::process::ExitCode;

use super::internet::mood_line;
use crate::arguments::Output;
use crate::daemon::Daemon;
use crate::failure::Result;

pub(crate) fn run(daemon: &Daemon, output: Output) -> Result<ExitCode> {
    let status = daemon.status()?;
    match output.json {
        true => super::print_json(&status),
        false => super::print(&text(&status)),
    }
}

fn text(status: &Status) -> String {
    let mut text = format!(
        "API      http://{}   account {}   {}\nData     {}\nProcess  {}\n",
        status.api,
        status.account,
        status.region,
        status.data.display(),
        status.pid
    );
    section(&mut text, "Resources (those of default VPCs left out)", &resources(status));
    section(&mut text, "Instances", &instances(status));
    let problems = problems(status);
    if !problems.is_empty() {
        section(&mut text, "What fails, and is tried again", &problems);
    }
    section(&mut text, "Controllers (busy, last step, last error)", &controllers(status));
    section(
        &mut text,
        "Flow logs (records delivered, lost, interfaces with more than could be told)",
        &flow_logs(status),
    );
    section(&mut text, "Links (packets/bytes from and to)", &links(status));
    section(&mut text, "Dropped packets", &counts(&status.drops));
    section(&mut text, "Refused API requests", &counts(&status.refused_requests));
    section(&mut text, "Audit trail", &counts(&status.audit_trail));
    section(&mut text, "Refused or displaced, by what is shared", &counts(&status.refusals));
    if status.machines {
        section(&mut text, "Internet", &internet(status.internet));
        section(&mut text, "Boundary around instances", &boundary(status));
        section(&mut text, "The aws command of instances", &[vec![status.aws_cli.clone()]]);
    }
    text
}

fn resources(status: &Status) -> Vec<Vec<String>> {
    status.resources.iter().map(|(kind, count)| vec![count.to_string(), kind.clone()]).collect()
}

fn instances(status: &Status) -> Vec<Vec<String>> {
    let address = |address: Option<IpAddr>| address.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let row = |it: &server::admin::InstanceStatus| {
        let name = it.name.clone().unwrap_or_else(|| "-".to_owned());
        vec![
            it.id.clone(),
            name,
            it.state.clone(),
            address(it.private_ip),
            address(it.public_ip),
            it.region.clone(),
        ]
    };
    status.instances.iter().map(row).collect()
}

fn problems(status: &Status) -> Vec<Vec<String>> {
    let instances = status.instances.iter().map(|it| (&it.id, &it.problem));
    let endpoints = status.instance_connect_endpoints.iter().map(|it| (&it.id, &it.problem));
    let row = |(id, problem): (&String, &Option<String>)| Some(vec![id.clone(), problem.clone()?]);
    instances.chain(endpoints).filter_map(row).collect()
}

fn controllers(status: &Status) -> Vec<Vec<String>> {
    let row = |it: &ControllerStatus| {
        let step = it.last_step.as_ref();
        let step = step
            .map_or_else(|| "-".to_owned(), |it| format!("{} {}, {} ago", it.step, it.key, span(it.ago_ms)));
        vec![it.name.clone(), it.busy.to_string(), step, error(it)]
    };
    status.controllers.iter().map(row).collect()
}

fn error(controller: &ControllerStatus) -> String {
    let Some(last) = &controller.last_error else { return "-".to_owned() };
    let retry = controller.next_retry_ms.map(|ms| format!(", again in {}", span(ms))).unwrap_or_default();
    format!("{} {}: {}, {} ago{retry}", last.step, last.key, last.error, span(last.ago_ms))
}

/// A time span as people say it.
fn span(milliseconds: u64) -> String {
    match milliseconds / 1000 {
        0 => format!("{milliseconds} ms"),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

fn flow_logs(status: &Status) -> Vec<Vec<String>> {
    let row = |it: &server::admin::FlowLogStatus| {
        let counts = it.counts;
        let counts = format!("{}/{}/{}", counts.records, counts.lost, counts.skipped);
        let problem = it.problem.as_ref().map_or_else(String::new, |problem| format!("FAILED: {problem}"));
        vec![it.id.clone(), it.of.clone(), it.destination.clone(), counts, problem]
    };
    status.flow_logs.iter().map(row).collect()
}

fn internet(internet: InternetStatus) -> Vec<Vec<String>> {
    let hosts = format!("simulated: {} hosts, {} of them yours", internet.hosts, internet.added);
    let others = "; other names do not exist (`hamlet internet` lists those that do)";
    vec![vec![hosts + others], vec![mood_line(internet)]]
}

fn links(status: &Status) -> Vec<Vec<String>> {
    let row = |port: &server::admin::PortStatus| {
        vec![
            port.name.clone(),
            format!("{}/{}", port.packets_in, port.bytes_in),
            format!("{}/{}", port.packets_out, port.bytes_out),
        ]
    };
    status.ports.iter().map(row).collect()
}

fn counts(by_reason: &BTreeMap<String, u64>) -> Vec<Vec<String>> {
    by_reason.iter().map(|(reason, count)| vec![count.to_string(), reason.clone()]).collect()
}

fn boundary(status: &Status) -> Vec<Vec<String>> {
    let rows = |it: &host::Barrier| {
        let missing = it.missing.as_ref().map(|it| vec![String::new(), format!("(better with {it})")]);
        [Some(vec![it.name.clone(), it.in_force.clone()]), missing].into_iter().flatten().collect::<Vec<_>>()
    };
    status.boundary.iter().flat_map(rows).collect()
}

/// A heading and its rows in columns.
pub(super) fn section(text: &mut String, heading: &str, rows: &[Vec<String>]) {
    if rows.is_empty() {
        let _ = writeln!(text, "{heading}: none");
        return;
    }
    let _ = writeln!(text, "{heading}:");
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use server::controllers::status::{FailedStep, LastStep};

    #[test]
    fn a_controller_says_what_it_did_what_failed_and_when_it_tries_again() {
        let last_step = LastStep { key: "i-1".into(), step: "connect".into(), ago_ms: 40 };
        let last_error = FailedStep {
            key: "i-1".into(),
            step: "connect".into(),
            error: "eni-1 could not become eth1".into(),
            ago_ms: 90_000,
        };
        let mut controller = ControllerStatus {
            name: "instances".into(),
            busy: 1,
            last_step: Some(last_step),
            last_error: Some(last_error),
            next_retry_ms: Some(6400),
        };
        let said = "connect i-1: eni-1 could not become eth1, 1 min ago, again in 6 s";
        assert_eq!(error(&controller), said);
        controller.last_error = None;
        assert_eq!(error(&controller), "-");
        assert_eq!([0, 999, 1000, 59_999, 3_600_000].map(span), ["0 ms", "999 ms", "1 s", "59 s", "1 h"]);
    }

    #[test]
    fn rows_line_up_and_nothing_is_said_plainly() {
        let mut text = String::new();
        section(&mut text, "Drops", &[vec!["12".into(), "NoRoute".into()], vec!["3".into(), "X".into()]]);
        section(&mut text, "Instances", &[]);
        assert_eq!(text, "Drops:\n  12  NoRoute\n  3   X\nInstances: none\n");
    }
}
