//! Data directories that earlier programs wrote open in today's program, with everything in them; those that it cannot read
//! stay as they were.

use model::World;
use model::upgrade::{FORMAT, upgrade};
use serde_json::Value;
use server::{Auth, Config, Instances};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use store::{Change, Options, Redb, Store, StoreError};

/// What a store in a data directory consists of.
const FILES: [&str; 2] = ["store.redb", "store.revision"];

/// Every record by its key.
type Records = BTreeMap<String, Value>;

#[test]
fn every_old_format_opens_with_every_record() {
    for (format, folder) in folders() {
        let copy = Copy::of(&folder);
        // As it was written, and once more as it was rewritten.
        for _ in 0..2 {
            let store = Redb::open(&copy.0, todays()).unwrap();
            let found = records(&store);
            assert_eq!(found, expected(format, &folder), "format {format}");
            let loaded = loaded(&store);
            assert!(loaded.keys().eq(found.keys()), "format {format}");
            for (key, row) in &found {
                assert!(is_in(row, &loaded[key]), "format {format}: {key} is {row} and not {}", loaded[key]);
            }
        }
    }
}

/// Whether everything that was stored is in what was loaded, which has fields besides that came with a default.
fn is_in(stored: &Value, loaded: &Value) -> bool {
    match (stored, loaded) {
        (Value::Object(stored), Value::Object(loaded)) => {
            stored.iter().all(|(name, it)| loaded.get(name).is_some_and(|other| is_in(it, other)))
        }
        (Value::Array(stored), Value::Array(loaded)) => {
            stored.len() == loaded.len() && stored.iter().zip(loaded).all(|(one, other)| is_in(one, other))
        }
        (stored, loaded) => stored == loaded,
    }
}

fn todays() -> Options {
    Options { upgrade: Some(upgrade), ..Options::new(FORMAT) }
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn records(store: &Redb) -> Records {
    let found = store.snapshot().unwrap().range("").unwrap();
    found.into_iter().map(|(key, record)| (key, json(&record.value))).collect()
}

/// What the world has that the store's records describe.
fn loaded(store: &Redb) -> Records {
    let found = store.snapshot().unwrap().range("").unwrap();
    let found = found.iter().map(|(key, record)| (key.as_str(), record.value.as_slice()));
    let records = World::load(1, found).unwrap().records();
    records.into_iter().map(|record| (record.key, json(&record.value.unwrap()))).collect()
}

/// What the program that made the directory had in it, as today's format has it.
fn expected(format: u32, folder: &Path) -> Records {
    let text = fs::read_to_string(folder.join("records.txt")).unwrap();
    let mut expected = Records::new();
    for line in text.lines() {
        let (key, row) = line.split_once(' ').expect("a key and a row");
        expected.insert(key.to_owned(), json(row.as_bytes()));
        let after = upgrade(format, key, row.as_bytes()).unwrap().into_iter();
        expected.extend(after.map(|(key, row)| (key, json(&row))));
    }
    expected
}

/// The formats there are directories of.
fn folders() -> Vec<(u32, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data_directories");
    let format = |path: PathBuf| {
        let number = path.file_name()?.to_str()?.strip_prefix("format-")?.parse().ok()?;
        Some((number, path))
    };
    let found: Vec<_> =
        fs::read_dir(root).unwrap().filter_map(|entry| format(entry.unwrap().path())).collect();
    assert!(!found.is_empty(), "there are old directories");
    found
}

/// A copy of a directory, removed at the end of the test.
struct Copy(PathBuf);

impl Copy {
    fn new() -> Copy {
        let name = format!("hamlet-old-{}-{:?}", std::process::id(), std::thread::current().id());
        let copy = Copy(std::env::temp_dir().join(name));
        let _ = fs::remove_dir_all(&copy.0);
        fs::create_dir_all(&copy.0).unwrap();
        copy
    }

    fn of(folder: &Path) -> Copy {
        let copy = Copy::new();
        for file in FILES {
            let packed = File::open(folder.join(format!("{file}.gz"))).unwrap();
            let unpacked = Stdio::from(File::create(copy.0.join(file)).unwrap());
            let status = Command::new("gzip").arg("-dc").stdin(packed).stdout(unpacked).status().unwrap();
            assert!(status.success(), "gzip could not unpack {file}");
        }
        copy
    }

    /// One of a format, with a record.
    fn with(format: u32, key: &str, row: &str) -> Copy {
        let copy = Copy::new();
        let store = Redb::open(&copy.0, Options::new(format)).unwrap();
        store.transaction(&[], &[Change::Put(key.to_owned(), row.as_bytes().to_vec())]).unwrap();
        copy
    }

    /// The store of a run that was refused, whose thread lets go of the directory a moment after the refusal was told.
    fn opened_again(&self, format: u32) -> Redb {
        let is_ours = |opened: &Result<Redb, StoreError>| matches!(opened, Err(StoreError::InUse { pid, .. }) if *pid == Some(std::process::id()));
        let opened = once_let_go(|| Redb::open(&self.0, Options::new(format)), is_ours);
        opened.expect("it has its format still")
    }

    /// What the program says when it is started with this directory. What another test starts has the lock of this one's
    /// store, too, until it has become another program.
    fn refusal(&self) -> String {
        let in_use = format!("is in use by process {}", std::process::id());
        once_let_go(|| self.said(), |said| said.contains(&in_use))
    }

    fn said(&self) -> String {
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            data: self.0.clone(),
            account: model::AccountId::DEFAULT,
            region: "us-west-2".parse().unwrap(),
            auth: Auth::Open,
            allowed_users: Vec::new(),
            host_names: Vec::new(),
            instances: Instances::None,
            unknown_images: Default::default(),
            quotas: Default::default(),
            oidc_issuers: Vec::new(),
            nesting: Default::default(),
            flow_log_minute: std::time::Duration::from_secs(60),
            internet: server::internet::Internet::simulated(),
            aws_cli: None,
            program: PathBuf::new(),
        };
        server::run(config, |_| panic!("it must not run")).unwrap_err().to_string()
    }
}

/// Tries again while this process itself has the directory, for ten seconds at most.
fn once_let_go<T>(attempt: impl Fn() -> T, is_ours: impl Fn(&T) -> bool) -> T {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let outcome = attempt();
        if !is_ours(&outcome) || Instant::now() > until {
            return outcome;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const GATEWAY: &str = "internet_gateways/igw-00000000000000001";

fn gateway(more: &str) -> String {
    let scope = r#"{"account":"123456789012","region":"us-west-2"}"#;
    format!(
        r#"{{"id":"igw-00000000000000001","scope":{scope},"vpc":null,"route_table":null,"tags":{{}}{more}}}"#
    )
}

#[test]
fn a_newer_format_is_refused_and_not_a_byte_of_it_is_changed() {
    let copy = Copy::with(FORMAT + 1, GATEWAY, &gateway(""));
    let files = || FILES.map(|file| fs::read(copy.0.join(file)).unwrap());
    let before = files();
    let said = copy.refusal();
    let expected =
        format!("the data directory has format {} and this program uses format {FORMAT}", FORMAT + 1);
    assert!(said.starts_with(&expected), "{said}");
    assert_eq!(files(), before);
}

#[test]
fn an_unknown_field_or_table_is_named_and_the_records_stay_as_they_were() {
    let unknown_field = (GATEWAY, gateway(r#","colour":"green""#), "unknown field `colour`");
    let unknown_table = ("ships/ship-1", "{}".to_owned(), "no such table: ships");
    for (key, row, problem) in [unknown_field, unknown_table] {
        for format in 1..=FORMAT {
            let copy = Copy::with(format, key, &row);
            let said = copy.refusal();
            assert!(said.contains(key) && said.contains(problem), "{said}");
            let store = copy.opened_again(format);
            assert_eq!(records(&store), Records::from([(key.to_owned(), json(row.as_bytes()))]));
        }
    }
}
