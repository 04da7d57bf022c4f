//! Runs queries over events in a file, for tests that compare answers and for measurements.
//!
//! ```text
//! run_query EVENTS [--threads N] [--bench TIMES] [--flow-log] < QUERIES
//! ```
//!
//! A line of the file is an event: its time in milliseconds, a blank, the message. A line of the input is a query; its answer
//! is a line of JSON. With `--bench` the answer is how long it took, at best, when the events lay in memory. `--flow-log`: they are
//! records of the default format, and the store knows it.

use analytics::{Answer, Batch, Layout, Lent, Search, Source, SourceError, Streams, Strings, Window};
use serde_json::{Value, json};
use std::error::Error;
use std::io::BufRead;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const EVENTS_PER_BATCH: usize = 4096;
const SEED: u64 = 0x5eed;
const DEFAULT_FORMAT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                              action log-status";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path =
        arguments.first().ok_or("run_query EVENTS [--threads N] [--bench TIMES] [--flow-log] < QUERIES")?;
    let threads = option(&arguments, "--threads")?.unwrap_or(2);
    let times = option(&arguments, "--bench")?;
    let mut events = Events::read(path)?;
    if arguments.iter().any(|argument| argument == "--flow-log") {
        events.layout = Some(Layout::flow_log(&DEFAULT_FORMAT.split(' ').collect::<Vec<_>>()));
    }
    for query in std::io::stdin().lock().lines() {
        let query = query?;
        match times {
            Some(times) => println!("{:?}  {query}", best(&query, &events, threads, times)?),
            None => println!("{}", answer(&query, &events, threads)),
        }
    }
    Ok(())
}

fn option(arguments: &[String], name: &str) -> Result<Option<usize>, Box<dyn Error>> {
    let Some(place) = arguments.iter().position(|argument| argument == name) else { return Ok(None) };
    Ok(Some(arguments.get(place + 1).ok_or(format!("{name} needs a number"))?.parse()?))
}

fn best(query: &str, events: &Events, threads: usize, times: usize) -> Result<Duration, String> {
    let mut best = Duration::MAX;
    for _ in 0..times.max(1) {
        let begun = Instant::now();
        run(query, events, threads)?;
        best = best.min(begun.elapsed());
    }
    Ok(best)
}

fn answer(query: &str, events: &Events, threads: usize) -> Value {
    match run(query, events, threads) {
        Ok(answer) => {
            let columns: Vec<&str> = answer.columns.iter().map(|column| &**column).collect();
            let rows: Vec<_> = answer.rows.iter().map(|row| &row.values).collect();
            json!({"columns": columns, "rows": rows, "matched": answer.statistics.records_matched})
        }
        Err(error) => json!({"error": error}),
    }
}

/// Each thread has a part of the time.
fn run(query: &str, events: &Events, threads: usize) -> Result<Answer, String> {
    let plan = query::compile(query, None).map_err(|error| error.to_string())?;
    let window = Window { from_ms: i64::MIN, to_ms: i64::MAX, now_ms: 0 };
    let going = AtomicBool::new(false);
    let search = Search::new(&plan, window, SEED, &going).within(analytics::MEMORY_BYTES_DEFAULT, threads);
    let parts = events.parts(window.from_ms, window.to_ms, threads);
    let workers: Result<Vec<_>, _> = std::thread::scope(|scope| {
        let scan = |(from_ms, to_ms)| {
            let mut worker = search.worker();
            scope.spawn(move || worker.scan(events, from_ms, to_ms).map(|()| worker))
        };
        let threads: Vec<_> = parts.into_iter().map(scan).collect();
        threads.into_iter().map(|thread| thread.join().expect("a worker does not panic")).collect()
    });
    search.finish(workers.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
}

/// Events in memory, as a store has them: in batches, by their times.
struct Events {
    batches: Vec<Owned>,
    layout: Option<Layout>,
}

#[derive(Default)]
struct Owned {
    times: Vec<i64>,
    streams: Vec<u32>,
    pointers: Vec<u64>,
    offsets: Vec<u32>,
    bytes: Vec<u8>,
}

impl Events {
    fn read(path: &str) -> Result<Events, Box<dyn Error>> {
        let bytes = std::fs::read(path)?;
        let mut events = Events { batches: vec![], layout: None };
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        for (pointer, line) in (0..).zip(lines) {
            let blank =
                line.iter().position(|byte| *byte == b' ').ok_or("a line has a time and a message")?;
            let time = std::str::from_utf8(&line[..blank])?.parse()?;
            events.push(time, pointer, &line[blank + 1..])?;
        }
        Ok(events)
    }

    fn push(&mut self, time: i64, pointer: u64, message: &[u8]) -> Result<(), Box<dyn Error>> {
        if self.batches.last().is_none_or(|batch| batch.times.len() == EVENTS_PER_BATCH) {
            self.batches.push(Owned { offsets: vec![0], ..Owned::default() });
        }
        let batch = self.batches.last_mut().expect("one has just been added");
        batch.times.push(time);
        batch.streams.push(0);
        batch.pointers.push(pointer);
        batch.bytes.extend_from_slice(message);
        batch.offsets.push(u32::try_from(batch.bytes.len())?);
        Ok(())
    }
}

impl Owned {
    fn first_and_last(&self) -> (i64, i64) {
        let least = self.times.iter().min().copied().unwrap_or(i64::MAX);
        (least, self.times.iter().max().copied().unwrap_or(i64::MIN))
    }
}

impl Source for Events {
    fn scan(
        &self,
        from_ms: i64,
        to_ms: i64,
        each: &mut dyn FnMut(&Batch<'_>) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        for owned in &self.batches {
            let (first, last) = owned.first_and_last();
            if last < from_ms || to_ms < first {
                continue;
            }
            let lent = Lent {
                ingested: &owned.times,
                pointers: &owned.pointers,
                messages: Strings { offsets: &owned.offsets, bytes: &owned.bytes },
            };
            let batch = Batch {
                timestamps: &owned.times,
                columns: &lent,
                streams: Streams { names: &["stream"], by_event: &owned.streams },
                log: "123456789012:group",
                layout: self.layout.as_ref(),
            };
            if each(&batch).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Cut at the beginnings of batches, which are about in the order of their times.
    fn parts(&self, from_ms: i64, to_ms: i64, parts: usize) -> Vec<(i64, i64)> {
        let mut cuts: Vec<i64> = (1..parts)
            .filter_map(|part| self.batches.get(self.batches.len() * part / parts))
            .map(|batch| batch.first_and_last().0)
            .filter(|cut| (from_ms + 1..=to_ms).contains(cut))
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        let starts = std::iter::once(from_ms).chain(cuts.iter().copied());
        starts.zip(cuts.iter().map(|cut| cut - 1).chain(std::iter::once(to_ms))).collect()
    }
}
