//! A disk for tests: it fails where it is told to, and shows what a crash would leave.

use crate::disk::Medium;
use redb::StorageBackend;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

/// How much of a write a disk does at once, and so where a crash can cut it.
const SECTOR: usize = 512;

/// One file on a disk; its clones are the same file.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimulatedDisk {
    state: Arc<Mutex<State>>,
    schedule: Schedule,
}

/// What is done to a disk, counted over all its files, and when it fails. Clones are the same disk's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schedule(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    /// Changes to the disk done so far: writes, syncs, changes of length and of names.
    operations: u64,
    fault: Option<Fault>,
}

#[derive(Debug, Default)]
struct State {
    /// What survives a crash for certain.
    synced: Vec<u8>,
    /// What reads see.
    written: Vec<u8>,
    /// What was done since the last sync, in order.
    unsynced: Vec<Operation>,
}

#[derive(Clone, Debug)]
enum Operation {
    Write { offset: usize, data: Vec<u8> },
    Length(usize),
}

/// What fails, from the given operation on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) at: u64,
    pub(crate) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// The machine stops: nothing succeeds any more.
    Crash,
    /// The file cannot grow; what it has can be written.
    CannotGrow,
    /// No write succeeds, as on a full copy-on-write file system. Half of each reaches the disk.
    NoWrite,
    /// Writes succeed and no sync does.
    NoSync,
    /// Only this one operation fails, and half of it reaches the disk.
    Once(ErrorKind),
}

/// What a change does, as far as faults tell changes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Bytes are written; `grows`: beyond the end of the file.
    Write { grows: bool },
    /// The length changes, or a file gets a name.
    Length { grows: bool },
    /// A file loses its name.
    Remove,
    /// What was done before is made to last.
    Sync,
}

impl Schedule {
    pub(crate) fn fault(&self, fault: Option<Fault>) {
        self.0.lock().unwrap().fault = fault;
    }

    pub(crate) fn operations(&self) -> u64 {
        self.0.lock().unwrap().operations
    }

    /// Counts a change, and says how it fails.
    pub(crate) fn failure(&self, kind: Kind) -> Option<ErrorKind> {
        let mut plan = self.0.lock().unwrap();
        let number = plan.operations;
        plan.operations += 1;
        let fault = plan.fault.filter(|fault| number >= fault.at)?;
        let grows = matches!(kind, Kind::Length { grows: true });
        match fault.how {
            How::Crash => Some(ErrorKind::Other),
            How::CannotGrow => {
                (grows || kind == Kind::Write { grows: true }).then_some(ErrorKind::StorageFull)
            }
            How::NoWrite => (grows || matches!(kind, Kind::Write { .. })).then_some(ErrorKind::StorageFull),
            How::NoSync => (kind == Kind::Sync).then_some(ErrorKind::Other),
            How::Once(kind) => {
                plan.fault = None;
                Some(kind)
            }
        }
    }
}

impl SimulatedDisk {
    /// An empty file on the disk of this schedule.
    pub(crate) fn on(schedule: Schedule) -> Self {
        Self { schedule, ..Self::default() }
    }

    pub(crate) fn fault(&self, fault: Option<Fault>) {
        self.schedule.fault(fault);
    }

    pub(crate) fn operations(&self) -> u64 {
        self.schedule.operations()
    }

    /// The disk after a crash: what was synced, and of what was not, sector by sector, only what
    /// `survives` says.
    pub(crate) fn after_crash(&self, survives: impl FnMut() -> bool) -> Self {
        Self::holding(self.bytes_after_crash(survives), Schedule::default())
    }

    /// The same, on another disk.
    pub(crate) fn after_crash_on(&self, schedule: Schedule, survives: impl FnMut() -> bool) -> Self {
        Self::holding(self.bytes_after_crash(survives), schedule)
    }

    fn bytes_after_crash(&self, mut survives: impl FnMut() -> bool) -> Vec<u8> {
        let state = self.lock();
        let mut bytes = state.synced.clone();
        for operation in &state.unsynced {
            match operation {
                Operation::Length(length) if survives() => bytes.resize(*length, 0),
                Operation::Length(_) => {}
                Operation::Write { offset, data } => {
                    for (index, sector) in data.chunks(SECTOR).enumerate() {
                        if survives() {
                            place(&mut bytes, offset + index * SECTOR, sector);
                        }
                    }
                }
            }
        }
        bytes
    }

    fn holding(bytes: Vec<u8>, schedule: Schedule) -> Self {
        let state = State { synced: bytes.clone(), written: bytes, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)), schedule }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.lock().written.clone()
    }

    /// A disk with these bytes.
    pub(crate) fn with(bytes: Vec<u8>) -> Self {
        Self::holding(bytes, Schedule::default())
    }

    /// Its own copy of everything, without the faults.
    pub(crate) fn copy(&self) -> Self {
        self.copy_on(Schedule::default())
    }

    /// The same, on another disk.
    pub(crate) fn copy_on(&self, schedule: Schedule) -> Self {
        Self::holding(self.bytes(), schedule)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

fn place(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(data);
}

impl SimulatedDisk {
    /// Does the operation, or as much of it as the fault lets through.
    fn change(&self, operation: Operation) -> io::Result<()> {
        let mut state = self.lock();
        let failure = self.schedule.failure(state.kind(&operation));
        match (&failure, operation) {
            (None, operation) => state.perform(operation),
            (Some(_), Operation::Write { offset, data }) => {
                let half = data[..data.len() / 2].to_vec();
                state.perform(Operation::Write { offset, data: half });
            }
            (Some(_), Operation::Length(_)) => {}
        }
        failure.map_or(Ok(()), |kind| Err(kind.into()))
    }

    fn sync(&self) -> io::Result<()> {
        if let Some(kind) = self.schedule.failure(Kind::Sync) {
            return Err(kind.into());
        }
        let mut state = self.lock();
        state.synced = state.written.clone();
        state.unsynced.clear();
        Ok(())
    }
}

impl State {
    fn kind(&self, operation: &Operation) -> Kind {
        match operation {
            Operation::Write { offset, data } => {
                Kind::Write { grows: offset + data.len() > self.written.len() }
            }
            Operation::Length(length) => Kind::Length { grows: *length > self.written.len() },
        }
    }

    fn perform(&mut self, operation: Operation) {
        match &operation {
            Operation::Write { offset, data } => place(&mut self.written, *offset, data),
            Operation::Length(length) => self.written.resize(*length, 0),
        }
        self.unsynced.push(operation);
    }
}

impl Medium for SimulatedDisk {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(self.clone()))
    }
}

impl StorageBackend for SimulatedDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().written.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        let state = self.lock();
        let found = state.written.get(offset..offset + out.len());
        out.copy_from_slice(found.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Operation::Length(usize::try_from(len).unwrap()))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.change(Operation::Write { offset, data: data.to_vec() })
    }
}
