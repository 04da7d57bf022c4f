//! Prints every record of a data directory that nobody uses, one a line: `records DIRECTORY FORMAT`.

use std::path::Path;
use store::{Options, Redb, Store};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [directory, format] = words.as_slice() else {
        return Err("usage: records DIRECTORY FORMAT".into());
    };
    let store = Redb::open(Path::new(directory), Options::new(format.parse()?))?;
    for (key, record) in store.snapshot()?.range("")? {
        println!("{key} {}", String::from_utf8_lossy(&record.value));
    }
    Ok(())
}
