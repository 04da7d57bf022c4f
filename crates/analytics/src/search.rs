//! A query that is run.
//!
//! ```text
//!                 ┌─> Worker::scan (a part of the time) ─┐
//!   Search ───────┤                                      ├──> Search::finish ──> Answer
//!                 └─> Worker::scan (another part)       ─┘
//! ```
//!
//! A worker takes batches through the steps that look at one event at a time, up to the first that needs several: groups,
//! patterns, or those that are to be kept. What it holds then is all that the next ones need, so that workers, each on a thread
//! of its caller's, are put together at the end.

use crate::Batch;
use crate::answer::{Answer, Row, Statistics};
use crate::evaluate::{Window, slots};
use crate::frame::Frame;
use crate::group::Groups;
use crate::keep::{KeptEvents, keep_rows};
use crate::patterns::Patterns;
use crate::source::{Source, SourceError};
use crate::steps::Limits;
use crate::{pointer, steps};
use query::{End, Keep, Phase, Plan, SortKey, Step};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

/// A plan, and what it is run over.
pub struct Search<'p> {
    plan: &'p Plan,
    window: Window,
    /// What all workers together may take of memory, and how many there are to be.
    memory_bytes: usize,
    workers: usize,
    seed: u64,
    cancelled: &'p AtomicBool,
    /// How many steps of the first phase are done by workers.
    alone: usize,
}

/// What a query may take of memory for its groups and rows, if nobody says something else.
pub const MEMORY_BYTES_DEFAULT: usize = 512 << 20;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchError {
    /// It has been cancelled.
    Cancelled,
    /// There are more groups or rows than fit into the memory that it may take.
    TooLarge,
    /// The events could not be read.
    Source(SourceError),
}

impl std::fmt::Display for SearchError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SearchError::Cancelled => formatter.write_str("the query was cancelled"),
            SearchError::TooLarge => {
                formatter.write_str("the query has more groups or rows than fit into its memory")
            }
            SearchError::Source(error) => write!(formatter, "the events could not be read: {error}"),
        }
    }
}

impl std::error::Error for SearchError {}

impl<'p> Search<'p> {
    /// A query over these times. The seed keeps those who write logs from choosing keys that fall together; it is to be
    /// unknown to them. Whoever sets `cancelled` ends it at the next batch.
    #[must_use]
    pub fn new(plan: &'p Plan, window: Window, seed: u64, cancelled: &'p AtomicBool) -> Search<'p> {
        let steps = &plan.phases[0].steps;
        let alone = steps.iter().position(|step| matches!(step, Step::Keep(_))).unwrap_or(steps.len());
        Search { plan, window, memory_bytes: MEMORY_BYTES_DEFAULT, workers: 1, seed, cancelled, alone }
    }

    /// With another bound of memory, for so many workers together.
    #[must_use]
    pub fn within(self, memory_bytes: usize, workers: usize) -> Search<'p> {
        Search { memory_bytes, workers: workers.max(1), ..self }
    }

    /// Somebody who scans.
    #[must_use]
    pub fn worker(&self) -> Worker<'_, 'p> {
        Worker { search: self, sink: self.sink(), statistics: Statistics::default() }
    }

    fn first(&self) -> &'p Phase {
        &self.plan.phases[0]
    }

    fn limits(&self) -> Limits<'_> {
        Limits { window: &self.window, memory_bytes: self.memory_bytes / self.workers }
    }

    fn sink(&self) -> Sink<'p> {
        let phase = self.first();
        match (phase.steps.get(self.alone), &phase.end) {
            (Some(Step::Keep(keep)), _) => Sink::Kept(KeptEvents::new(keep, self.carried())),
            (_, End::Group(grouping)) => Sink::Groups(Box::new(Groups::new(grouping, self.seed))),
            (_, End::Patterns(slot)) => Sink::Patterns(Patterns::new(*slot)),
            (_, End::Rows) => Sink::Kept(KeptEvents::new(&EVERYTHING, self.carried())),
        }
    }

    /// The slots of the first phase that are looked at behind the step where workers end.
    fn carried(&self) -> Vec<usize> {
        let phase = self.first();
        let mut used = vec![];
        phase.steps.iter().skip(self.alone + 1).for_each(|step| slots_of_step(step, &mut used));
        match &phase.end {
            End::Group(grouping) => {
                grouping.keys.iter().for_each(|key| slots(key, &mut used));
                let arguments = grouping.aggregates.iter().filter_map(|call| call.argument.as_ref());
                arguments.for_each(|argument| slots(argument, &mut used));
            }
            End::Patterns(slot) => used.push(*slot),
            End::Rows => used.extend(self.plan.outputs.iter().map(|output| output.slot)),
        }
        used
    }

    /// The answer of all workers, in the order in which their parts of the time lie.
    pub fn finish(&self, workers: Vec<Worker<'_, 'p>>) -> Result<Answer, SearchError> {
        let mut workers = workers.into_iter();
        let Some(mut first) = workers.next() else { return self.finish(vec![self.worker()]) };
        for other in workers {
            first.statistics.add(other.statistics);
            first.sink.merge(other.sink);
        }
        let phases = &self.plan.phases;
        let frame = self.end(first.sink, 0)?;
        let frame =
            if self.alone < phases[0].steps.len() { self.later(frame, 0, self.alone + 1)? } else { frame };
        Ok(self.answer(&frame, first.statistics))
    }

    /// The rest of a phase whose rows are all there, and the phases behind it.
    fn later(
        &self,
        mut frame: Frame<'static>,
        phase: usize,
        from: usize,
    ) -> Result<Frame<'static>, SearchError> {
        let Phase { slots, steps, end } = &self.plan.phases[phase];
        for step in &steps[from.min(steps.len())..] {
            steps::apply(step, &mut frame, slots, &self.limits())?;
        }
        let mut sink = match end {
            End::Rows => return Ok(frame),
            End::Group(grouping) => Sink::Groups(Box::new(Groups::new(grouping, self.seed))),
            End::Patterns(slot) => Sink::Patterns(Patterns::new(*slot)),
        };
        sink.add(&mut frame, slots, &self.window)?;
        self.end(sink, phase)
    }

    /// What has been collected, as rows; if they begin another phase, after that.
    fn end(&self, sink: Sink<'p>, phase: usize) -> Result<Frame<'static>, SearchError> {
        if sink.bytes() > self.memory_bytes {
            return Err(SearchError::TooLarge);
        }
        let slots = |phase: usize| self.plan.phases[phase].slots.len();
        match sink {
            Sink::Kept(kept) => Ok(kept.finish(slots(phase))),
            Sink::Groups(groups) => {
                let mut frame = groups.finish(slots(phase + 1));
                self.put_in_order(&mut frame, phase);
                self.later(frame, phase + 1, 0)
            }
            Sink::Patterns(patterns) => self.later(patterns.finish(slots(phase + 1)), phase + 1, 0),
        }
    }

    /// Groups that nobody sorts come in the order of their keys; times the newest first.
    fn put_in_order(&self, frame: &mut Frame<'static>, phase: usize) {
        let is_sorted = self.plan.phases[phase + 1].steps.iter().any(|step| match step {
            Step::Keep(keep) => !keep.order.is_empty(),
            _ => false,
        });
        let End::Group(grouping) = &self.plan.phases[phase].end else { return };
        if is_sorted {
            return;
        }
        let of_time = |slot: &usize| {
            let values = frame.column(*slot).unwrap_or_default();
            values.iter().any(|value| matches!(value, crate::value::Value::Time(_)))
        };
        let (times, others): (Vec<usize>, Vec<usize>) = (0..Groups::key_columns(grouping)).partition(of_time);
        let newest = times.into_iter().map(|slot| SortKey { slot, descending: true });
        let order =
            newest.chain(others.into_iter().map(|slot| SortKey { slot, descending: false })).collect();
        keep_rows(frame, &Keep { order, distinct: None, limit: None });
    }

    fn answer(&self, frame: &Frame<'static>, statistics: Statistics) -> Answer {
        let columns = self.plan.outputs.iter().map(|output| output.name.clone()).collect();
        let rows = (0..frame.rows()).map(|row| {
            let value = |slot: usize| frame.column(slot).and_then(|column| column[row].print());
            let pointer = frame.identity(row).filter(|_| self.plan.of_events);
            Row {
                values: self.plan.outputs.iter().map(|output| value(output.slot)).collect(),
                pointer: pointer.map(|identity| pointer::print(&identity.log, identity.pointer)),
            }
        });
        Answer { columns, rows: rows.collect(), statistics }
    }
}

/// Of events that nobody puts in order all stay.
static EVERYTHING: Keep = Keep { order: vec![], distinct: None, limit: None };

fn slots_of_step(step: &Step, used: &mut Vec<usize>) {
    match step {
        Step::Compute { expression, .. } => slots(expression, used),
        Step::Filter(condition) => slots(condition, used),
        Step::Extract { from, .. } => slots(from, used),
        Step::Unnest { list, .. } => slots(list, used),
        Step::Keep(keep) => {
            used.extend(keep.order.iter().map(|key| key.slot));
            used.extend(keep.distinct.iter().flatten());
        }
    }
}

/// Takes batches through the first steps.
pub struct Worker<'s, 'p> {
    search: &'s Search<'p>,
    sink: Sink<'p>,
    statistics: Statistics,
}

impl Worker<'_, '_> {
    /// Goes through what a source has within these times, or all of them if they are the query's.
    pub fn scan(&mut self, source: &dyn Source, from_ms: i64, to_ms: i64) -> Result<(), SearchError> {
        let mut failed = None;
        let scanned = source.scan(from_ms, to_ms, &mut |batch| match self.batch(batch, from_ms, to_ms) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        });
        match failed {
            Some(error) => Err(error),
            None => scanned.map_err(SearchError::Source),
        }
    }

    /// One batch, in pieces of what may be in memory several times over.
    fn batch(&mut self, batch: &Batch<'_>, from_ms: i64, to_ms: i64) -> Result<(), SearchError> {
        let mut start = 0;
        while start < batch.len() {
            if self.search.cancelled.load(Ordering::Relaxed) {
                return Err(SearchError::Cancelled);
            }
            let events = start..piece_end(batch, start);
            start = events.end;
            let slots = self.search.first().slots.len();
            self.frame(Frame::of_batch(batch, events, (from_ms, to_ms), slots))?;
        }
        Ok(())
    }

    fn frame(&mut self, mut frame: Frame<'_>) -> Result<(), SearchError> {
        let phase = self.search.first();
        self.statistics.records_scanned += frame.rows() as u64;
        self.statistics.bytes_scanned += frame.message_bytes();
        for step in &phase.steps[..self.search.alone] {
            if frame.rows() == 0 {
                return Ok(());
            }
            steps::apply(step, &mut frame, &phase.slots, &self.search.limits())?;
        }
        self.statistics.records_matched += frame.rows() as u64;
        self.sink.add(&mut frame, &phase.slots, &self.search.window)?;
        match self.sink.bytes() <= self.search.memory_bytes / self.search.workers {
            true => Ok(()),
            false => Err(SearchError::TooLarge),
        }
    }
}

/// How many bytes of messages are worked on at once: JSON takes ten times as much when it is read.
const PIECE_BYTES_MAX: u32 = 4 << 20;
const PIECE_EVENTS_MAX: usize = 8192;

/// Where the piece of a batch ends that begins with this event.
fn piece_end(batch: &Batch<'_>, start: usize) -> usize {
    let most = (start + PIECE_EVENTS_MAX).min(batch.len());
    if batch.columns.bytes(start..most) <= u64::from(PIECE_BYTES_MAX) {
        return most;
    }
    let offsets = batch.columns.offsets();
    let end = offsets[start].saturating_add(PIECE_BYTES_MAX);
    let fitting = offsets[start + 1..=most].partition_point(|offset| *offset <= end);
    start + fitting.max(1)
}

/// Where rows go that have been looked at one by one.
enum Sink<'p> {
    Groups(Box<Groups<'p>>),
    Patterns(Patterns),
    Kept(KeptEvents<'p>),
}

impl<'p> Sink<'p> {
    fn add(
        &mut self,
        frame: &mut Frame<'_>,
        origins: &[query::Origin],
        window: &Window,
    ) -> Result<(), SearchError> {
        match self {
            Sink::Groups(groups) => return groups.add(frame, origins, window),
            Sink::Patterns(patterns) => patterns.add(frame, origins),
            Sink::Kept(kept) => kept.add(frame, origins),
        }
        Ok(())
    }

    fn merge(&mut self, other: Sink<'p>) {
        match (self, other) {
            (Sink::Groups(groups), Sink::Groups(others)) => groups.merge(*others),
            (Sink::Patterns(patterns), Sink::Patterns(others)) => patterns.merge(others),
            (Sink::Kept(kept), Sink::Kept(others)) => kept.merge(others),
            _ => unreachable!("the workers of a search have sinks of one kind"),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Sink::Groups(groups) => groups.bytes(),
            Sink::Patterns(patterns) => patterns.bytes(),
            Sink::Kept(kept) => kept.bytes(),
        }
    }
}
