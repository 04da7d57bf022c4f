//! Streams and kill -9 at random moments: every entry the child acknowledged is there afterwards, in order, and nothing by
//! half, while several threads append, read and drop.
//!
//! The child is this same test binary, told by the environment to write until it is killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use store::{AppendOptions, AppendStore, Entry, NewEntry, Position, StreamName};

const CHILD_DIR: &str = "STORE_APPEND_KILL_TEST_DIR";
const KILLS: u64 = 20;
const WRITERS: u64 = 6;
/// How many of the newest entries each writer keeps.
const KEPT: u64 = 300;
/// Small, so that segments begin and end all the time.
const OPTIONS: AppendOptions =
    AppendOptions { journal_bytes: 100_000, segment_bytes: 20_000, stream_bytes_max: None };

#[test]
fn nothing_appended_is_lost_to_kill_9() {
    if let Ok(dir) = std::env::var(CHILD_DIR) {
        write_until_killed(Path::new(&dir));
    }
    let dir = std::env::temp_dir().join(format!("store-append-kill-{}", std::process::id()));
    let mut acknowledged = [0; WRITERS as usize];
    for round in 0..KILLS {
        run_and_kill(&dir, Duration::from_millis(3 + round * 37 % 80), &mut acknowledged);
        check(&dir, &acknowledged);
    }
    let count: u64 = acknowledged.iter().sum();
    println!("{KILLS} kills, {count} entries acknowledged");
    assert!(count > KILLS * WRITERS, "the children wrote something");
    std::fs::remove_dir_all(dir).unwrap();
}

/// Each writer appends entries that say their own number, and prints a number once it is acknowledged; half of the writers
/// are lazy.
fn write_until_killed(dir: &Path) -> ! {
    let store = AppendStore::open(dir, OPTIONS).unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn({
                let store = &store;
                move || loop {
                    append_one(store, writer);
                }
            });
        }
    });
    unreachable!("the writers never end")
}

fn append_one(store: &AppendStore, writer: u64) {
    let append = if writer.is_multiple_of(2) { AppendStore::append } else { AppendStore::append_lazily };
    let number = next(&entries(store, writer));
    let bytes = content(number);
    let sequence = append(store, &name(writer), &[NewEntry { time_ms: 0, bytes: &bytes }]).unwrap();
    assert_eq!(sequence, number);
    writeln!(std::io::stdout().lock(), "ack {writer} {number}").unwrap();
    if number.is_multiple_of(KEPT) {
        store.compact(&name(writer), Position::Sequence(number - KEPT / 2)).unwrap();
    }
}

fn name(writer: u64) -> StreamName {
    StreamName::new(&format!("writer/{writer}")).unwrap()
}

fn content(number: u64) -> Vec<u8> {
    number.to_le_bytes().repeat(usize::try_from(1 + number % 50).unwrap())
}

/// The newest entry, and those before it as far as one reading goes.
fn entries(store: &AppendStore, writer: u64) -> Vec<Entry> {
    store.read_back(&name(writer), Position::END, 1000).unwrap()
}

fn next(newest_first: &[Entry]) -> u64 {
    newest_first.first().map_or(1, |entry| entry.sequence + 1)
}

/// Kills the child `wait` after its first acknowledgement.
fn run_and_kill(dir: &Path, wait: Duration, acknowledged: &mut [u64]) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "nothing_appended_is_lost_to_kill_9", "--nocapture"])
        .env(CHILD_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).split(b'\n').map(Result::unwrap);
    let begun = lines.by_ref().any(|line| note(&line, acknowledged));
    assert!(begun, "the child ended before it wrote anything");
    let killer = thread::spawn(move || {
        thread::sleep(wait);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    lines.for_each(|line| {
        note(&line, acknowledged);
    });
    killer.join().unwrap();
}

/// Whether the line is a whole acknowledgement. One cut by the kill says less than it could.
fn note(line: &[u8], acknowledged: &mut [u64]) -> bool {
    let line = String::from_utf8_lossy(line);
    let Some(fields) = line.split_once("ack ").map(|(_, rest)| rest) else { return false };
    let fields: Vec<u64> = fields.split(' ').map_while(|field| field.parse().ok()).collect();
    let [writer, number] = fields[..] else { return false };
    let last = &mut acknowledged[usize::try_from(writer).unwrap()];
    *last = (*last).max(number);
    true
}

fn check(dir: &Path, acknowledged: &[u64]) {
    let store = AppendStore::open(dir, OPTIONS).unwrap();
    assert_eq!(store.damage(), None);
    for (writer, acknowledged) in (0..).zip(acknowledged) {
        let all = store.read(&name(writer), Position::START, usize::MAX).unwrap();
        let last = all.last().map_or(0, |entry| entry.sequence);
        assert!(last >= *acknowledged, "writer {writer}: {acknowledged} acknowledged, {last} there");
        let first = all.first().map_or(1, |entry| entry.sequence);
        assert!(all.iter().map(|entry| entry.sequence).eq(first..=last), "none is left out");
        assert!(all.iter().all(|entry| *entry.bytes == content(entry.sequence)), "none is there by half");
        assert!(all.len() as u64 >= last.min(KEPT / 2), "none of the newest was dropped");
    }
}
