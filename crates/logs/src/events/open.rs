//! Opening the store: what the index knows, and what the journals say since. What neither names is removed.

use std::collections::HashSet;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::index::Index;
use super::journal::{self, Journal};
use super::writer::{Desk, Writer};
use super::{Events, Problem, Shared, State};

impl Events {
    /// Opens what is in a folder, making it if it is not there.
    ///
    /// # Errors
    /// The disk's, and the store's.
    pub fn open(folder: &Path) -> Result<Events, Problem> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let index = Index::open(folder)?;
        let (mut state, goes_on) = index.load(folder)?;
        let journal = replay(folder, goes_on, &mut state)?;
        remove_leftovers(folder, &state)?;
        let shared = Arc::new(Shared { folder: folder.to_owned(), state: Mutex::new(state) });
        let desk = Desk::new(Arc::clone(&shared), index, journal);
        Ok(Events { writer: Writer::start(desk)?, shared, watchers: Default::default() })
    }
}

/// Does what the journals say, in their order; gives the last one, which goes on.
fn replay(folder: &Path, goes_on: Option<u64>, state: &mut State) -> Result<Journal, Problem> {
    let mut numbers = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let Some(number) = file?.file_name().to_str().and_then(journal::number_of) else { continue };
        match goes_on.is_some_and(|first| number < first) {
            // All of it is in segments.
            true => std::fs::remove_file(journal::path(folder, number))?,
            false => numbers.push(number),
        }
    }
    numbers.sort_unstable();
    let mut last = None;
    for number in numbers {
        let (journal, operations) = Journal::open(folder, number)?;
        operations.into_iter().for_each(|operation| state.apply(operation));
        state.next = state.next.max(number + 1);
        last = Some(journal);
    }
    match last {
        Some(journal) => Ok(journal),
        None => {
            let number = state.next;
            state.next += 1;
            Ok(Journal::create(folder, number)?)
        }
    }
}

/// Removes files that the index does not name: a crash left them, or their removal failed.
fn remove_leftovers(folder: &Path, state: &State) -> Result<(), Problem> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(group) = name.to_str().and_then(|it| u64::from_str_radix(it, 16).ok()) else { continue };
        if !entry.file_type()?.is_dir() {
            continue;
        }
        let known: HashSet<u64> =
            state.groups.get(&group).into_iter().flat_map(|it| it.segments.keys().copied()).collect();
        for file in std::fs::read_dir(entry.path())? {
            let file = file?;
            let number = file.file_name().to_str().and_then(|it| it.strip_suffix(".segment")?.parse().ok());
            if number.is_some_and(|it: u64| !known.contains(&it)) {
                std::fs::remove_file(file.path())?;
            }
        }
        // Empty folders go; others stay.
        let _ = std::fs::remove_dir(entry.path());
    }
    Ok(())
}
