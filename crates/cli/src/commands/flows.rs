//! `hamlet flows`: what became of packets lately, and by which rule; with `--follow` as it happens.
//!
//! What is read is a ring in the running Hamlet: who comes late, or cannot follow, is told how much is missing.

use server::admin::{FlowCount, FlowsAnswer, FlowsRequest};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::arguments::Flows;
use crate::daemon::Daemon;
use crate::failure::{Failure, NOT_RUNNING, Result};
use crate::flow_text::{FlowText, Pace, Style, as_json, harmless};

/// How often the running Hamlet is asked for more, and how often for what flows that are known go on to carry.
const ASK_EVERY: Duration = Duration::from_millis(250);
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// How many of those are told at once; in JSON all are.
const COUNTS_SHOWN: usize = 10;
/// With how many flows of before following begins.
const BEFORE: usize = 10;
/// How often in a row a running Hamlet may fail to answer.
const FAILURES_MAX: u32 = 20;

pub(crate) fn run(daemon: &Daemon, options: &Flows) -> Result<ExitCode> {
    let mut request = FlowsRequest { filter: options.filter.clone(), checked: true, ..Default::default() };
    let answer: FlowsAnswer = daemon.post("/flows", &request).map_err(harmlessly)?;
    let mut view = View::new(options.output.json);
    request.checked = false;
    let shown = match options.follow {
        false => view.all(&answer),
        true => view.last(&answer).and_then(|()| follow(daemon, request, answer, &mut view)),
    };
    match shown {
        // A reader that has gone has seen enough.
        Err(Stopped::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(Stopped::Output(error)) => Err(error.into()),
        Err(Stopped::Failed(failure)) => Err(failure),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

/// What is refused repeats what was typed, or what is there.
fn harmlessly(failure: Failure) -> Failure {
    Failure { sentence: harmless(&failure.sentence), ..failure }
}

/// Why there is nothing more.
enum Stopped {
    Output(std::io::Error),
    Failed(Failure),
}

impl From<std::io::Error> for Stopped {
    fn from(error: std::io::Error) -> Self {
        Stopped::Output(error)
    }
}

type Shown = std::result::Result<(), Stopped>;

/// Asks again and again, through ends and new beginnings of the running Hamlet.
fn follow(daemon: &Daemon, mut request: FlowsRequest, mut seen: FlowsAnswer, view: &mut View) -> Shown {
    let (mut counted, mut failures, mut has_ended) = (Instant::now(), 0, false);
    loop {
        sleep(ASK_EVERY);
        request.run = Some(seen.run);
        request.from = seen.next;
        request.counts = counted.elapsed() >= COUNT_EVERY;
        let answer: FlowsAnswer = match daemon.post("/flows", &request) {
            Ok(answer) => answer,
            Err(failure) if failure.code == NOT_RUNNING => {
                if !std::mem::replace(&mut has_ended, true) {
                    view.note(
                        "ended",
                        None,
                        "Hamlet has ended. This goes on when it runs again; Ctrl-C ends it.",
                    )?;
                }
                continue;
            }
            Err(failure) => {
                failures += 1;
                match failures < FAILURES_MAX {
                    true => continue,
                    false => return Err(Stopped::Failed(failure)),
                }
            }
        };
        failures = 0;
        if std::mem::take(&mut has_ended) || answer.run != seen.run {
            view.begin_again()?;
            seen.left_out = 0;
        }
        if answer.missed > 0 {
            view.missed(answer.missed)?;
        }
        for flow in &answer.flows {
            view.flow(flow)?;
        }
        if request.counts {
            view.counts(&answer.counts)?;
            view.left_out(answer.left_out.saturating_sub(seen.left_out))?;
            counted = Instant::now();
        }
        // What was left out is told with the counts.
        let left_out = if request.counts { answer.left_out } else { seen.left_out };
        seen = FlowsAnswer { left_out, ..answer };
    }
}

/// What the user sees, and what of it may go on.
struct View {
    json: bool,
    style: Style,
    known: BTreeMap<u64, Known>,
}

/// A flow that was told.
struct Known {
    text: FlowText,
    packets: u64,
    bytes: u64,
    /// Since when it has carried more than that.
    since: Instant,
}

impl View {
    fn new(json: bool) -> View {
        View { json, style: Style::of_output(), known: BTreeMap::new() }
    }

    /// Everything there is.
    fn all(&mut self, answer: &FlowsAnswer) -> Shown {
        if answer.missed > 0 {
            self.missed(answer.missed)?;
        }
        for flow in &answer.flows {
            self.flow(flow)?;
        }
        self.left_out(answer.left_out)?;
        if answer.flows.is_empty() && !self.json {
            eprintln!("No flow that fits was decided since Hamlet was started.");
        }
        Ok(())
    }

    /// The last of it.
    fn last(&mut self, answer: &FlowsAnswer) -> Shown {
        let before = answer.flows.len().saturating_sub(BEFORE);
        answer.flows[before..].iter().try_for_each(|flow| self.flow(flow))
    }

    fn flow(&mut self, flow: &server::admin::FlowLine) -> Shown {
        let text = FlowText::of(flow);
        match self.json {
            true => self.line(&as_json("flow", flow))?,
            false => self.line(&text.line(self.style))?,
        }
        self.known.insert(
            flow.number,
            Known { text, packets: flow.packets, bytes: flow.bytes, since: Instant::now() },
        );
        Ok(())
    }

    /// What known flows have carried since they were told of, the most of it first. Those that the ring has no more are
    /// forgotten.
    fn counts(&mut self, counts: &[FlowCount]) -> Shown {
        let Some(first) = counts.first() else { return Ok(()) };
        self.known.retain(|number, _| *number >= first.number);
        let mut grown: Vec<(u64, Pace)> = counts.iter().filter_map(|it| self.grown(it)).collect();
        if self.json {
            return grown.iter().try_for_each(|(_, pace)| self.line(&as_json("count", pace)));
        }
        grown.sort_by_key(|(_, pace)| std::cmp::Reverse((pace.new_bytes, pace.new_packets)));
        for (number, pace) in grown.iter().take(COUNTS_SHOWN) {
            if let Some(known) = self.known.get(number) {
                self.line(&known.text.goes_on(pace, self.style))?;
            }
        }
        match grown.len().saturating_sub(COUNTS_SHOWN) {
            0 => Ok(()),
            more => self.note("more", Some(more as u64), &format!("… and {more} more flows go on.")),
        }
    }

    /// What is new of a flow.
    fn grown(&mut self, count: &FlowCount) -> Option<(u64, Pace)> {
        let known = self.known.get_mut(&count.number)?;
        let since = std::mem::replace(&mut known.since, Instant::now());
        let pace = Pace::of(count, (known.packets, known.bytes), since.elapsed())?;
        (known.packets, known.bytes) = (count.packets, count.bytes);
        Some((count.number, pace))
    }

    fn missed(&mut self, flows: u64) -> Shown {
        self.note(
            "missed",
            Some(flows),
            &format!("{flows} flows before these are no longer known: there were too many."),
        )
    }

    fn left_out(&mut self, decisions: u64) -> Shown {
        if decisions == 0 {
            return Ok(());
        }
        let sentence =
            format!("{decisions} decisions were not written down: somebody began too many flows at once.");
        self.note("left_out", Some(decisions), &sentence)
    }

    fn begin_again(&mut self) -> Shown {
        self.known.clear();
        self.note("resumed", None, "Hamlet runs again.")
    }

    /// Something about what is shown: for programs among it, for people beside it.
    fn note(&mut self, event: &str, count: Option<u64>, sentence: &str) -> Shown {
        if self.json {
            let count =
                count.map(|count| serde_json::json!({ "count": count })).unwrap_or(serde_json::json!({}));
            return self.line(&as_json(event, &count));
        }
        eprintln!("{sentence}");
        Ok(())
    }

    fn line(&self, text: &str) -> Shown {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }
}
