//! kill -9 at random moments: every transaction the child acknowledged is there afterwards.
//!
//! The child is this same test binary, told by the environment to write until it is killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use store::{Change, Compare, Options, Redb, Revision, Snapshot, Store};

const CHILD_DIR: &str = "STORE_KILL_TEST_DIR";
const KILLS: u64 = 30;
const WRITERS: u64 = 4;
/// Every transaction puts this many records with the same value.
const RECORDS: u64 = 5;

#[test]
fn nothing_acknowledged_is_lost_to_kill_9() {
    if let Ok(dir) = std::env::var(CHILD_DIR) {
        write_until_killed(Path::new(&dir));
    }
    let dir = std::env::temp_dir().join(format!("store-kill-{}", std::process::id()));
    let seed = u64::from(std::process::id()) ^ 0x9e37_79b9_7f4a_7c15;
    println!("seed {seed}");
    let mut acknowledged = [0; WRITERS as usize];
    let mut slowest_open = Duration::ZERO;
    for round in 0..KILLS {
        let wait = Duration::from_micros(2_000 + random(seed, round) % 60_000);
        run_and_kill(&dir, wait, &mut acknowledged);
        slowest_open = slowest_open.max(check(&dir, &mut acknowledged));
    }
    let count: u64 = acknowledged.iter().sum();
    println!("{KILLS} kills, {count} transactions there, slowest open {slowest_open:?}");
    assert!(count > KILLS, "the children wrote something");
    std::fs::remove_dir_all(dir).unwrap();
}

/// Each writer numbers its transactions, and prints a number once it is acknowledged.
fn write_until_killed(dir: &Path) -> ! {
    let store = Redb::open(dir, Options::new(1)).unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn({
                let store = &store;
                move || {
                    for number in last(&*store.snapshot().unwrap(), writer) + 1.. {
                        let revision = store.transaction(&[], &changes(writer, number)).unwrap();
                        let mut out = std::io::stdout().lock();
                        writeln!(out, "ack {writer} {number} {revision}").unwrap();
                    }
                }
            });
        }
    });
    unreachable!("the writers never end")
}

fn changes(writer: u64, number: u64) -> Vec<Change> {
    let value = number.to_le_bytes().repeat(usize::try_from(1 + number % 100).unwrap());
    (0..RECORDS).map(|record| Change::Put(key(writer, record), value.clone())).collect()
}

fn key(writer: u64, record: u64) -> String {
    format!("{writer}/{record}")
}

/// The number of the writer's last transaction, which must be there whole.
fn last(snapshot: &dyn Snapshot, writer: u64) -> u64 {
    let found = snapshot.range(&format!("{writer}/")).unwrap();
    let Some((_, first)) = found.first() else {
        return 0;
    };
    let number = u64::from_le_bytes(first.value[..8].try_into().unwrap());
    let whole: Vec<_> = found.iter().map(|(key, record)| put(key, &record.value)).collect();
    assert_eq!(whole, changes(writer, number), "a transaction is there by half");
    assert!(found.iter().all(|(_, record)| record.revision == first.revision));
    number
}

fn put(key: &str, value: &[u8]) -> Change {
    Change::Put(key.into(), value.into())
}

/// Kills the child `wait` after its first acknowledgement.
fn run_and_kill(dir: &Path, wait: Duration, acknowledged: &mut [u64]) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "nothing_acknowledged_is_lost_to_kill_9", "--nocapture"])
        .env(CHILD_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).split(b'\n');
    let mut note = |line: Vec<u8>| note_acknowledged(&line, acknowledged);
    for line in lines.by_ref() {
        if note(line.unwrap()) {
            break;
        }
    }
    let killer = thread::spawn(move || {
        thread::sleep(wait);
        child.kill().unwrap();
        child.wait().unwrap();
    });
    for line in lines {
        note(line.unwrap());
    }
    killer.join().unwrap();
}

/// Whether the line is a whole acknowledgement. One cut by the kill says less than it could.
fn note_acknowledged(line: &[u8], acknowledged: &mut [u64]) -> bool {
    let line = String::from_utf8_lossy(line);
    let Some(found) = line.split_once("ack ").map(|(_, rest)| rest) else {
        return false;
    };
    let fields: Vec<u64> = found.split(' ').map_while(|field| field.parse().ok()).collect();
    let [writer, number, _revision] = fields[..] else {
        return false;
    };
    let last = &mut acknowledged[usize::try_from(writer).unwrap()];
    *last = (*last).max(number);
    true
}

/// Opens what the child left, and answers how long that took.
fn check(dir: &Path, acknowledged: &mut [u64]) -> Duration {
    let begun = Instant::now();
    let store = Redb::open(dir, Options::new(1)).unwrap();
    let snapshot = store.snapshot().unwrap();
    let took = begun.elapsed();
    for (writer, acknowledged) in (0..).zip(acknowledged) {
        let found = last(&*snapshot, writer);
        assert!(
            found == *acknowledged || found == *acknowledged + 1,
            "writer {writer}: {acknowledged} acknowledged, {found} there"
        );
        *acknowledged = found;
    }
    let same = Compare::StoreRevision(snapshot.revision());
    assert_eq!(store.transaction(&[same], &[]), Ok(snapshot.revision()));
    assert!(snapshot.revision() > Revision(0));
    took
}

/// splitmix64.
fn random(seed: u64, round: u64) -> u64 {
    let mut z = seed.wrapping_add(round.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
