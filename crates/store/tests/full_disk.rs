//! A disk that is really full: a small tmpfs in a mount namespace of its own.
//!
//! The child is this same test binary under `unshare`, told by the environment where to write.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use store::{Change, Options, Redb, Revision, Store, StoreError};

const CHILD_DIR: &str = "STORE_FULL_DISK_TEST_DIR";
const SCRIPT: &str = r#"mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@""#;

#[test]
fn a_full_file_system_refuses_writes_and_recovers() {
    if let Ok(dir) = std::env::var(CHILD_DIR) {
        return fill_and_make_room(Path::new(&dir));
    }
    let dir = std::env::temp_dir().join(format!("store-full-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let in_namespace = |program: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT]);
        command.arg(&dir).args(program).env(CHILD_DIR, &dir);
        command.status()
    };
    if !in_namespace(&["true"]).is_ok_and(|status| status.success()) {
        // Written past the harness, which keeps to itself what a passing test prints.
        let why = "NOT RUN: the full disk test may not mount a tmpfs in a namespace here";
        return writeln!(std::io::stderr(), "{why}").unwrap();
    }
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().expect("the path of the test is text");
    let test = "a_full_file_system_refuses_writes_and_recovers";
    let status = in_namespace(&[this, "--exact", test, "--nocapture"]).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    assert!(status.success());
}

fn fill_and_make_room(disk: &Path) {
    let ballast = disk.join("ballast");
    std::fs::write(&ballast, vec![1; 3 << 20]).unwrap();
    let store = Redb::open(&disk.join("store"), Options::new(1)).unwrap();
    let written = (0..100).take_while(|number| put(&store, *number).is_ok()).count() as u64;
    println!("{written} transactions until the disk was full");
    assert!((1..100).contains(&written));

    assert_eq!(put(&store, 100), Err(StoreError::DiskFull));
    assert_eq!(store.snapshot().unwrap().range("").unwrap().len() as u64, written);

    std::fs::remove_file(ballast).unwrap();
    assert_eq!(put(&store, 100), Ok(Revision(written + 1)));
    drop(store);
    let store = Redb::open(&disk.join("store"), Options::new(1)).unwrap();
    assert_eq!(store.snapshot().unwrap().revision(), Revision(written + 1));
}

fn put(store: &Redb, number: u64) -> Result<Revision, StoreError> {
    store.transaction(&[], &[Change::Put(format!("{number:03}"), vec![7; 100_000])])
}
