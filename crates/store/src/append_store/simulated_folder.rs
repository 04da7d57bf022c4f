//! A folder for tests, on a simulated disk: names are lost in a crash, too, unless the folder was synced.

use super::folder::Folder;
use crate::simulated_disk::{Fault, Kind, Schedule, SimulatedDisk};
use redb::StorageBackend;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

type Files = BTreeMap<String, SimulatedDisk>;

/// One folder; its clones are the same folder.
#[derive(Clone, Debug, Default)]
pub(super) struct SimulatedFolder {
    state: Arc<Mutex<State>>,
    schedule: Schedule,
}

#[derive(Debug, Default)]
struct State {
    /// What survives a crash for certain.
    synced: Files,
    /// What is seen.
    files: Files,
    /// Names given and taken since the last sync, in order.
    unsynced: Vec<(String, Option<SimulatedDisk>)>,
}

impl SimulatedFolder {
    pub(super) fn fault(&self, fault: Option<Fault>) {
        self.schedule.fault(fault);
    }

    pub(super) fn operations(&self) -> u64 {
        self.schedule.operations()
    }

    /// The folder after a crash. Each change of a name, and of each file each sector, survives only if `survives` says so.
    pub(super) fn after_crash(&self, mut survives: impl FnMut() -> bool) -> Self {
        let state = self.lock();
        let mut files = state.synced.clone();
        for (name, file) in &state.unsynced {
            match file {
                _ if !survives() => {}
                Some(file) => drop(files.insert(name.clone(), file.clone())),
                None => drop(files.remove(name)),
            }
        }
        let after = Self::default();
        let crashed = |file: &SimulatedDisk, survives: &mut dyn FnMut() -> bool| {
            file.after_crash_on(after.schedule.clone(), survives)
        };
        let files: Files =
            files.iter().map(|(name, file)| (name.clone(), crashed(file, &mut survives))).collect();
        *after.lock() = State { synced: files.clone(), files, unsynced: Vec::new() };
        after
    }

    /// Its own copy of everything, as it is seen, without the faults.
    pub(super) fn copy(&self) -> Self {
        let copy = Self::default();
        let all = |file: &SimulatedDisk| file.copy_on(copy.schedule.clone());
        let files: Files = self.lock().files.iter().map(|(name, file)| (name.clone(), all(file))).collect();
        *copy.lock() = State { synced: files.clone(), files, unsynced: Vec::new() };
        copy
    }

    /// The file's bytes, to be damaged.
    pub(super) fn file(&self, name: &str) -> SimulatedDisk {
        self.lock().files[name].clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn change(&self, kind: Kind) -> io::Result<()> {
        self.schedule.failure(kind).map_or(Ok(()), |kind| Err(kind.into()))
    }
}

impl Folder for SimulatedFolder {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.lock().files.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageBackend>> {
        self.change(Kind::Length { grows: true })?;
        let file = SimulatedDisk::on(self.schedule.clone());
        let mut state = self.lock();
        state.files.insert(name.to_owned(), file.clone());
        state.unsynced.push((name.to_owned(), Some(file.clone())));
        Ok(Box::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageBackend>> {
        let file = self.lock().files.get(name).cloned();
        Ok(Box::new(file.ok_or(ErrorKind::NotFound)?))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.change(Kind::Remove)?;
        let mut state = self.lock();
        state.files.remove(name);
        state.unsynced.push((name.to_owned(), None));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.change(Kind::Sync)?;
        let mut state = self.lock();
        state.synced = state.files.clone();
        state.unsynced.clear();
        Ok(())
    }
}
