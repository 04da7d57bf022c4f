//! Windows become lines, by flow log and interface.

use engine::{FlowAction, FlowRecord, FlowWindow};
use flowlog::{Format, Line, LogStatus, Longer, Site};
use model::flow_log::{FlowLog, TrafficType};
use model::{FlowLogId, NetworkInterfaceId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::known::Known;

/// What one flow log has to say of a window.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// By interface: when each record begins, in milliseconds, and its line.
    pub(super) lines: BTreeMap<NetworkInterfaceId, Vec<(i64, String)>>,
    /// How many records there are of packets.
    pub(super) records: u64,
    /// At how many interfaces packets were left out.
    pub(super) skipped: u64,
}

/// Writes, and adds up what is written in longer windows.
pub(super) struct Writer {
    /// How long what AWS calls a minute is, in milliseconds.
    minute_ms: i64,
    longer: BTreeMap<FlowLogId, Longer>,
}

impl Writer {
    pub(super) fn new(minute: Duration) -> Writer {
        let minute_ms = i64::try_from(minute.as_millis()).unwrap_or(i64::MAX).max(1);
        Writer { minute_ms, longer: BTreeMap::new() }
    }

    /// What each flow log has to say now that this window is over.
    pub(super) fn write(&mut self, window: FlowWindow, known: &Known) -> Vec<(Arc<FlowLog>, Written)> {
        self.longer.retain(|id, _| known.rows.contains_key(id));
        let by_interface = by_interface(&window);
        let mut all = Vec::new();
        for (id, log) in &known.rows {
            let is_here = |interface: &&NetworkInterfaceId| known.logs[*interface].contains(id);
            let here: Vec<_> = known.logs.keys().filter(is_here).copied().collect();
            // "When a network interface is attached to a Nitro-based instance, the aggregation interval is always 1 minute
            // or less, regardless of the specified maximum aggregation interval."
            let is_short = |interface: &NetworkInterfaceId| {
                log.settings.interval_s <= 60 || known.sites.get(interface).is_some_and(|site| site.is_nitro)
            };
            let (short, long): (Vec<_>, Vec<_>) = here.into_iter().partition(is_short);
            let mut written = Written::default();
            let format = log.settings.format.parse::<Format>().unwrap_or_default();
            let said = Said { log, format: &format, known };
            said.put(&mut written, &short, &by_interface, &window);
            if !long.is_empty() {
                let part = part_of(&window, &long);
                let length = self.minute_ms * i64::from(log.settings.interval_s / 60);
                if let Some(window) = self.longer.entry(*id).or_default().add(part, length) {
                    said.put(&mut written, &long, &self::by_interface(&window), &window);
                }
            }
            if !written.lines.is_empty() {
                all.push((Arc::clone(log), written));
            }
        }
        all
    }
}

type ByInterface<'a> = BTreeMap<NetworkInterfaceId, Vec<&'a FlowRecord>>;

fn by_interface(window: &FlowWindow) -> ByInterface<'_> {
    let mut all = ByInterface::new();
    for record in &window.records {
        all.entry(record.key.interface).or_default().push(record);
    }
    all
}

/// What a window has of some interfaces.
fn part_of(window: &FlowWindow, interfaces: &[NetworkInterfaceId]) -> FlowWindow {
    let interfaces: BTreeSet<_> = interfaces.iter().collect();
    let is_here = |id: &NetworkInterfaceId| interfaces.contains(id);
    FlowWindow {
        start: window.start,
        end: window.end,
        records: window.records.iter().filter(|it| is_here(&it.key.interface)).copied().collect(),
        skipped: window
            .skipped
            .iter()
            .filter(|(id, _)| is_here(id))
            .map(|(id, count)| (*id, *count))
            .collect(),
    }
}

/// What is to be said, and by whom.
struct Said<'a> {
    log: &'a FlowLog,
    format: &'a Format,
    known: &'a Known,
}

impl Said<'_> {
    fn put(
        &self,
        written: &mut Written,
        interfaces: &[NetworkInterfaceId],
        records: &ByInterface<'_>,
        window: &FlowWindow,
    ) {
        for id in interfaces {
            let Some(site) = self.known.sites.get(id) else { continue };
            let of_interface = records.get(id).map(Vec::as_slice).unwrap_or_default();
            let mut lines: Vec<(i64, String)> = of_interface
                .iter()
                .filter(|record| is_wanted(self.log.settings.traffic, record))
                .map(|record| (record.first.0, self.line(site, window, LogStatus::Ok(record))))
                .collect();
            written.records += lines.len() as u64;
            if window.skipped.contains_key(id) {
                lines.push((window.start.0, self.line(site, window, LogStatus::SkipData)));
                written.skipped += 1;
            }
            if lines.is_empty() {
                lines.push((window.start.0, self.line(site, window, LogStatus::NoData)));
            }
            written.lines.insert(*id, lines);
        }
    }

    fn line(&self, site: &Site, window: &FlowWindow, status: LogStatus<'_>) -> String {
        let window = (window.start, window.end);
        Line { site, sites: &self.known.sites, window, status }.text(self.format)
    }
}

fn is_wanted(traffic: TrafficType, record: &FlowRecord) -> bool {
    match (traffic, record.key.action) {
        (TrafficType::All, _)
        | (TrafficType::Accept, FlowAction::Accept)
        | (TrafficType::Reject, FlowAction::Reject(_)) => true,
        (TrafficType::Accept, FlowAction::Reject(_)) | (TrafficType::Reject, FlowAction::Accept) => false,
    }
}
