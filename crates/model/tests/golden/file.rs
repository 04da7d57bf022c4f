//! Golden records as files.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const WRITTEN: &str = "written.json";

/// One record.
pub(crate) struct Golden {
    pub(crate) path: PathBuf,
    /// The format of the program that wrote it.
    pub(crate) format: u32,
    pub(crate) key: String,
    pub(crate) row: Value,
    /// The row as it is written today, where that is something else.
    pub(crate) written: Option<Value>,
}

impl Golden {
    fn at(path: PathBuf, format: u32) -> Golden {
        let mut record = json(&path);
        let key = record["key"].as_str().expect("a record has a key").to_owned();
        let written = path.with_extension(WRITTEN);
        let written = written.exists().then(|| json(&written));
        Golden { path, format, key, row: record["row"].take(), written }
    }

    /// Notes how the row is written today.
    pub(crate) fn write(&self, written: &Value) {
        let text = serde_json::to_string_pretty(written).expect("values can be written");
        fs::write(self.path.with_extension(WRITTEN), text + "\n").unwrap();
    }
}

/// The records of a table, of all formats.
pub(crate) fn of_table(table: &str) -> Vec<Golden> {
    let mut all = Vec::new();
    for (format, folder) in formats() {
        let files = names(&folder.join(table)).into_iter().filter(|name| !name.ends_with(WRITTEN));
        all.extend(files.map(|name| Golden::at(folder.join(table).join(name), format)));
    }
    all
}

/// The tables that have folders.
pub(crate) fn folders() -> BTreeSet<String> {
    formats().iter().flat_map(|(_, folder)| names(folder)).collect()
}

fn formats() -> Vec<(u32, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden_records");
    let format = |name: String| {
        let number = name.strip_prefix("format-").and_then(|number| number.parse().ok());
        (number.expect("a folder for each format"), root.join(&name))
    };
    names(&root).into_iter().map(format).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
