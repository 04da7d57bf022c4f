//! `hamlet flows`: what was decided about flows lately, and which rule it was.

use engine::{FlowDecision, FlowDecisions};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

use super::answer::Refused;
use super::flow_filter::FlowFilter;
use super::flow_line::{self, FlowLine};
use crate::clock;
use crate::names::Directory;
use crate::running::Running;

/// What `hamlet flows` asks.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FlowsRequest {
    /// Words, of which all must fit.
    #[serde(default)]
    pub filter: Vec<String>,
    /// The run that `from` is of; a number of another run counts for nothing.
    #[serde(default)]
    pub run: Option<i64>,
    /// The number from which on flows are told.
    #[serde(default)]
    pub from: u64,
    /// Whether those before it are counted anew.
    #[serde(default)]
    pub counts: bool,
    /// Whether what the filter names must be there.
    #[serde(default)]
    pub checked: bool,
}

/// What it is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FlowsAnswer {
    /// The run.
    pub run: i64,
    /// The number from which to ask next.
    pub next: u64,
    /// How many decisions were written over since the number that was asked for, whatever they were about.
    pub missed: u64,
    /// How many were never written since the run began: their link had begun too many flows.
    pub left_out: u64,
    /// The flows, oldest first.
    pub flows: Vec<FlowLine>,
    /// How much those before have sent.
    pub counts: Vec<FlowCount>,
}

/// How much of a flow there was, up to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowCount {
    /// Its number.
    pub number: u64,
    /// Packets.
    pub packets: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What tells this run's numbers from another's: when it was first asked.
fn run() -> i64 {
    static RUN: OnceLock<i64> = OnceLock::new();
    *RUN.get_or_init(|| clock::now().as_millis())
}

pub(super) async fn flows(running: &Running, asked: FlowsRequest) -> Result<FlowsAnswer, Refused> {
    let world = running.state.snapshot();
    let filter = FlowFilter::parse(running.directory(&world), &asked.filter, asked.checked)
        .map_err(Refused::malformed)?;
    let Some(datapath) = running.datapath() else {
        return Err(Refused::not_found(
            "no packet moves here: this Hamlet was started with --instances none",
        ));
    };
    let from = if asked.run == Some(run()) { asked.from } else { 0 };
    let has_counts = asked.counts && from > 0;
    let names = Arc::clone(&running.names);
    let told = tokio::task::spawn_blocking(move || {
        let (fresh, all) = datapath.with_engine(move |engine| {
            let all = has_counts.then(|| engine.flow_decisions(0));
            (engine.flow_decisions(from), all.unwrap_or_default())
        });
        let directory = Directory { world: &world, internet: names.internet() };
        answer(directory, &filter, fresh, &all.decisions, from)
    });
    told.await.map_err(Refused::failed)
}

fn answer(
    directory: Directory<'_>,
    filter: &FlowFilter,
    fresh: FlowDecisions,
    all: &[FlowDecision],
    from: u64,
) -> FlowsAnswer {
    let fits =
        |decision: &FlowDecision| Some(flow_line::line(directory, decision)).filter(|line| filter.fits(line));
    let before = all.iter().take_while(|it| it.number < from).filter_map(fits);
    let count = |line: FlowLine| FlowCount { number: line.number, packets: line.packets, bytes: line.bytes };
    FlowsAnswer {
        run: run(),
        next: fresh.next,
        missed: fresh.missed,
        left_out: fresh.left_out,
        counts: before.map(count).collect(),
        flows: fresh.decisions.iter().filter_map(fits).collect(),
    }
}
