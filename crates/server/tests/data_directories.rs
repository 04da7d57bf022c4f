//! Data directories that earlier programs wrote open in today's program, with everything in them.

use model::World;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use store::{Options, Redb, Store};

/// What a store in a data directory consists of.
const FILES: [&str; 2] = ["store.redb", "store.revision"];

/// Every record by its key.
type Records = BTreeMap<String, String>;

#[test]
fn a_store_of_format_1_opens_with_every_record() {
    let copy = Copy::of("format-1");
    let store = Redb::open(&copy.0, Options::new(1)).unwrap();
    assert_eq!(records(&store), expected("format-1"));
    let loaded = store.snapshot().unwrap().range("").unwrap();
    let loaded = loaded.iter().map(|(key, record)| (key.as_str(), record.value.as_slice()));
    World::load(1, loaded).unwrap();
}

fn records(store: &Redb) -> Records {
    let text = |value: Vec<u8>| String::from_utf8(value).unwrap();
    let found = store.snapshot().unwrap().range("").unwrap();
    found.into_iter().map(|(key, record)| (key, text(record.value))).collect()
}

/// What the program that made the directory had in it.
fn expected(format: &str) -> Records {
    let text = fs::read_to_string(folder(format).join("records.txt")).unwrap();
    let line = |line: &str| line.split_once(' ').map(|(key, value)| (key.to_owned(), value.to_owned()));
    text.lines().map(|it| line(it).expect("a key and a value")).collect()
}

fn folder(format: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data_directories").join(format)
}

/// A copy of a directory, removed at the end of the test.
struct Copy(PathBuf);

impl Copy {
    fn of(format: &str) -> Copy {
        let name = format!("hamlet-{format}-{}-{:?}", std::process::id(), std::thread::current().id());
        let copy = Copy(std::env::temp_dir().join(name));
        fs::create_dir_all(&copy.0).unwrap();
        for file in FILES {
            let packed = File::open(folder(format).join(format!("{file}.gz"))).unwrap();
            let unpacked = Stdio::from(File::create(copy.0.join(file)).unwrap());
            let status = Command::new("gzip").arg("-dc").stdin(packed).stdout(unpacked).status().unwrap();
            assert!(status.success(), "gzip could not unpack {file}");
        }
        copy
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
