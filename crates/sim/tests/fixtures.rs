//! Every fixture's traces are what they are: the text in `fixtures/` is compared with what the engine says now.
//!
//! With `UPDATE_EXPECT=1` the files are rewritten. A changed trace needs a sentence that says why the new one is right.

use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("fixtures");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|it| it == "txt")).collect();
    files.sort();
    files
}

#[test]
fn every_question_has_the_trace_that_is_written_under_it() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    let files = files();
    assert!(files.len() >= 50, "only {} fixtures were found", files.len());
    for path in files {
        let expected = std::fs::read_to_string(&path).unwrap();
        let found = match sim::Fixture::answer(&expected) {
            Ok(found) => found,
            Err(problem) => panic!("{}: {problem}", path.display()),
        };
        if found == expected {
            continue;
        }
        if update {
            std::fs::write(&path, found).unwrap();
        } else {
            wrong.push(format!("{}:\n{}", path.display(), difference(&expected, &found)));
        }
    }
    assert!(wrong.is_empty(), "traces changed (UPDATE_EXPECT=1 rewrites them):\n{}", wrong.join("\n"));
}

/// The lines that differ, each file's in order.
fn difference(expected: &str, found: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let missing = old.iter().filter(|line| !new.contains(line)).map(|line| format!("- {line}"));
    let added = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+ {line}"));
    missing.chain(added).collect::<Vec<_>>().join("\n")
}
