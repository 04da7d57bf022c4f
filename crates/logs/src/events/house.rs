//! What is done by and by: what is too old goes, and what is of streams and groups that are gone gives its room back.

use std::collections::HashMap;
use std::sync::Arc;

use super::block::{self, Block};
use super::change::Job;
use super::index::Changes;
use super::segment::{self, Entry, Segment};
use super::writer::Desk;
use super::{Events, Group, Problem};

/// A log group that there is.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// From when on it keeps events; `None`: all.
    pub oldest: Option<i64>,
}

impl Events {
    /// Gives back what is too old, and what is of streams and groups that are gone. `kept` is asked after it is known of which
    /// groups there is something here: a group's row is there before its streams are.
    ///
    /// # Errors
    /// The store's.
    pub async fn keep_house(&self, kept: impl FnOnce() -> HashMap<u64, Kept>) -> Result<(), Problem> {
        let here: Vec<u64> = self.shared.state().groups.keys().copied().collect();
        let kept = kept();
        for group in here {
            self.writer.ask(Job::Clean { group, kept: kept.get(&group).copied() }).await?;
        }
        Ok(())
    }

    /// Moves what is in memory alone into segments, from which what is old can be given back.
    ///
    /// # Errors
    /// The store's.
    pub async fn flush(&self) -> Result<(), Problem> {
        self.writer.ask(Job::Flush).await
    }
}

impl Desk {
    pub(super) fn clean(&mut self, group: u64, kept: Option<Kept>) -> Result<(), Problem> {
        match kept {
            None => self.forget(group),
            Some(kept) => self.clean_segments(group, kept),
        }
    }

    /// Takes everything of a group away. What comes to it in its last moments is found the next time.
    fn forget(&mut self, group: u64) -> Result<(), Problem> {
        let gone = {
            let mut state = self.shared.state();
            let Some(gone) = state.groups.remove(&group) else { return Ok(()) };
            state.streams -= gone.streams.len();
            gone
        };
        let mut changes = Changes::default();
        let names = gone.streams.keys().chain(&gone.dirty);
        changes.streams.extend(names.map(|it| ((group, *it), None)));
        changes.segments.extend(gone.segments.keys().map(|it| ((group, *it), None)));
        self.index.commit(&changes)?;
        for number in gone.segments.keys() {
            remove(&segment::path(&self.shared.folder, group, *number));
        }
        let _ = std::fs::remove_dir(segment::folder_of(&self.shared.folder, group));
        Ok(())
    }

    fn clean_segments(&mut self, group: u64, kept: Kept) -> Result<(), Problem> {
        let work: Vec<(Arc<Segment>, Vec<Entry>)> = {
            let state = self.shared.state();
            let Some(of) = state.groups.get(&group) else { return Ok(()) };
            let alive = |it: &Arc<Segment>| (Arc::clone(it), alive(of, it, kept));
            of.segments.values().map(alive).filter(|(segment, alive)| is_worth_it(segment, alive)).collect()
        };
        for (segment, alive) in work {
            self.rewrite(group, &segment, &alive)?;
        }
        Ok(())
    }

    /// Writes what is alive of a segment into a new one, if anything is.
    fn rewrite(&mut self, group: u64, segment: &Segment, alive: &[Entry]) -> Result<(), Problem> {
        let mut changes = Changes::default();
        changes.segments.push(((group, segment.number), None));
        if !alive.is_empty() {
            let number = {
                let mut state = self.shared.state();
                state.next += 1;
                state.next - 1
            };
            let mut buffer = Vec::new();
            let mut blocks: Vec<Block> = Vec::with_capacity(alive.len());
            for entry in alive {
                blocks.push(segment.read(entry, &mut buffer)?);
            }
            let blocks = block::merge(blocks.iter());
            let layouts = self.shared.state().layouts.clone();
            let fresh = Segment::create(&self.shared.folder, group, number)?;
            let fresh = fresh.with(&blocks, &layouts)?;
            changes.segments.push(((group, number), Some(Arc::new(fresh))));
            changes.goes_on = Some((self.journal.number(), number + 1));
        }
        self.index.commit(&changes)?;
        let mut state = self.shared.state();
        if let Some(of) = state.groups.get_mut(&group) {
            for ((_, number), segment) in changes.segments {
                match segment {
                    Some(segment) => drop(of.segments.insert(number, segment)),
                    None => drop(of.segments.remove(&number)),
                }
            }
            of.count();
        }
        drop(state);
        // Who reads it has it open.
        remove(&segment::path(&self.shared.folder, group, segment.number));
        Ok(())
    }
}

fn alive(group: &Group, segment: &Segment, kept: Kept) -> Vec<Entry> {
    let is_alive = |it: &&Entry| {
        group.streams.contains_key(&it.stream) && kept.oldest.is_none_or(|oldest| it.greatest >= oldest)
    };
    segment.entries.iter().filter(is_alive).copied().collect()
}

/// A segment is written anew when half of it is dead.
fn is_worth_it(segment: &Segment, alive: &[Entry]) -> bool {
    let left: u64 = alive.iter().map(|it| u64::from(it.bytes)).sum();
    left * 2 <= segment.end && alive.len() < segment.entries.len()
}

fn remove(path: &std::path::Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(%error, path = %path.display(), "a segment of log events is left to the next start");
    }
}
