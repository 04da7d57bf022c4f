//! A disk for tests: it fails where it is told to, and shows what a crash would leave.

use super::disk::Medium;
use redb::StorageBackend;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

/// How much of a write a disk does at once, and so where a crash can cut it.
const SECTOR: usize = 512;

/// One disk; its clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(super) struct SimulatedDisk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What survives a crash for certain.
    synced: Vec<u8>,
    /// What reads see.
    written: Vec<u8>,
    /// What was done since the last sync, in order.
    unsynced: Vec<Operation>,
    /// Changes to the disk done so far: writes, syncs and changes of length.
    operations: u64,
    fault: Option<Fault>,
}

#[derive(Clone, Debug)]
enum Operation {
    Write { offset: usize, data: Vec<u8> },
    Length(usize),
}

/// What fails, from the given operation on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) at: u64,
    pub(super) how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
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

impl SimulatedDisk {
    pub(super) fn fault(&self, fault: Option<Fault>) {
        self.lock().fault = fault;
    }

    pub(super) fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// The disk after a crash: what was synced, and of what was not, sector by sector, only what
    /// `survives` says.
    pub(super) fn after_crash(&self, mut survives: impl FnMut() -> bool) -> Self {
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
        Self::holding(bytes)
    }

    fn holding(bytes: Vec<u8>) -> Self {
        let state = State { synced: bytes.clone(), written: bytes, ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.lock().written.clone()
    }

    /// A disk with these bytes.
    pub(super) fn with(bytes: Vec<u8>) -> Self {
        Self::holding(bytes)
    }

    /// Its own copy of everything, without the faults.
    pub(super) fn copy(&self) -> Self {
        Self::holding(self.bytes())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

fn place(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(data);
}

impl State {
    /// Does the operation, or as much of it as the fault lets through.
    fn change(&mut self, operation: Operation) -> io::Result<()> {
        let failure = self.failure(Some(&operation));
        match (&failure, operation) {
            (None, operation) => self.perform(operation),
            (Some(_), Operation::Write { offset, data }) => {
                let half = data[..data.len() / 2].to_vec();
                self.perform(Operation::Write { offset, data: half });
            }
            (Some(_), Operation::Length(_)) => {}
        }
        failure.map_or(Ok(()), |kind| Err(kind.into()))
    }

    fn perform(&mut self, operation: Operation) {
        match &operation {
            Operation::Write { offset, data } => place(&mut self.written, *offset, data),
            Operation::Length(length) => self.written.resize(*length, 0),
        }
        self.unsynced.push(operation);
    }

    /// How this operation fails; `None` for the operation is a sync.
    fn failure(&mut self, operation: Option<&Operation>) -> Option<ErrorKind> {
        let number = self.operations;
        self.operations += 1;
        let fault = self.fault.filter(|fault| number >= fault.at)?;
        let grows = match operation {
            Some(Operation::Length(length)) => *length > self.written.len(),
            Some(Operation::Write { .. }) | None => false,
        };
        match fault.how {
            How::Crash => Some(ErrorKind::Other),
            How::CannotGrow => grows.then_some(ErrorKind::StorageFull),
            How::NoWrite => (grows || matches!(operation, Some(Operation::Write { .. })))
                .then_some(ErrorKind::StorageFull),
            How::NoSync => operation.is_none().then_some(ErrorKind::Other),
            How::Once(kind) => {
                self.fault = None;
                Some(kind)
            }
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Some(kind) = self.failure(None) {
            return Err(kind.into());
        }
        self.synced = self.written.clone();
        self.unsynced.clear();
        Ok(())
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
        self.lock().change(Operation::Length(usize::try_from(len).unwrap()))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.lock().sync()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        self.lock().change(Operation::Write { offset, data: data.to_vec() })
    }
}
