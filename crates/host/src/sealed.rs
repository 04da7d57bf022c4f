//! A sealed copy of the program, in memory: what runs inside an instance is started from it and never from the file.
//!
//! `/proc/<pid>/exe` of a process is its program's file, and whoever may write to that file may do so through there
//! (CVE-2019-5736). A guest finds only this copy behind it: nobody can change it any more, and nobody but the daemon's
//! own processes has it. One copy serves all instances of a daemon.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};
use rustix::io::Errno;

use crate::error::{Attempt, HostError, Result};
use crate::sys;

/// How processes started from a copy are called.
pub(crate) const NAME: &str = "hamlet";
const COPIED_AT_ONCE: usize = 1 << 20;
/// How long the kernel may take to let go of the pages written.
const SEALING_LIMIT: Duration = Duration::from_secs(5);
/// Linux 6.3 wants to be told that a memory file is to be executed; before, the flag is unknown.
const EXECUTABLE: MemfdFlags = MemfdFlags::from_bits_retain(0x10);

/// The copy that a daemon starts its helpers from.
pub(crate) struct Sealed {
    file: OwnedFd,
}

impl Sealed {
    /// Copies `program`.
    pub(crate) fn copy(program: &Path) -> Result<Self> {
        let attempt = || format!("copying {} into memory", program.display());
        let from = File::open(program).attempt(attempt())?;
        let length = loaded_length(&from).attempt(attempt())?;
        let to = File::from(memory_file().attempt(attempt())?);
        copy(&from, &to, length).attempt(attempt())?;
        let file = OwnedFd::from(to);
        seal(&file).attempt(attempt())?;
        Ok(Self { file })
    }

    /// A command that starts the copy. Valid as long as the copy.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.path());
        command.arg0(NAME);
        command
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }
}

/// By reading and writing: what the kernel copies from file to file by itself stays pinned for a while, and what is pinned
/// cannot be sealed.
fn copy(from: &File, mut to: &File, length: u64) -> io::Result<()> {
    let mut from = from.take(length);
    let mut bytes = vec![0; COPIED_AT_ONCE];
    loop {
        match from.read(&mut bytes)? {
            0 => return Ok(()),
            count => to.write_all(&bytes[..count])?,
        }
    }
}

/// Waits where the kernel is still busy with a page.
fn seal(file: &OwnedFd) -> io::Result<()> {
    let deadline = Instant::now() + SEALING_LIMIT;
    loop {
        match fcntl_add_seals(file, seals()) {
            Err(Errno::BUSY) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            other => return Ok(other?),
        }
    }
}

/// How much of a program's file is ever loaded (elf(5), 64 bits): symbols and the like lie behind it, and are most of a
/// program that is being worked on.
fn loaded_length(program: &File) -> io::Result<u64> {
    const LOAD: u32 = 1;
    let mut header = [0; 64];
    program.read_exact_at(&mut header, 0)?;
    if !header.starts_with(b"\x7fELF\x02") {
        return Ok(program.metadata()?.len());
    }
    let (offset, size, count) = (word(&header, 32), short(&header, 54), short(&header, 56));
    let mut end = offset + size * count;
    for number in 0..count {
        let mut segment = [0; 56];
        program.read_exact_at(&mut segment, offset + number * size)?;
        if segment.starts_with(&LOAD.to_ne_bytes()) {
            end = end.max(word(&segment, 8) + word(&segment, 32));
        }
    }
    Ok(end)
}

fn word(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].try_into().map_or(0, u64::from_ne_bytes)
}

fn short(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 2].try_into().map_or(0, |bytes| u64::from(u16::from_ne_bytes(bytes)))
}

fn memory_file() -> io::Result<OwnedFd> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    match memfd_create(NAME, flags | EXECUTABLE) {
        Err(Errno::INVAL) => Ok(memfd_create(NAME, flags)?),
        other => Ok(other?),
    }
}

fn seals() -> SealFlags {
    SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE
}

/// Whether this process runs from a sealed copy.
fn is_sealed() -> bool {
    let seals_of = |file: File| fcntl_get_seals(&file).is_ok_and(|found| found.contains(seals()));
    File::open("/proc/self/exe").is_ok_and(seals_of)
}

/// Starts this program again, with the same arguments, from a sealed copy; where it runs from one already, closes what its
/// caller left open, from descriptor 3 on, and returns. To be called first: nothing of ours may be open.
pub fn run_from_a_copy() -> Result<()> {
    if is_sealed() {
        // While the command is started a guest can already reach what is open, by a script's interpreter say.
        sys::close_all_except(&[]);
        return Ok(());
    }
    let copy = Sealed::copy(Path::new("/proc/self/exe"))?;
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_else(|| NAME.into());
    let error = Command::new(copy.path()).arg0(name).args(arguments).exec();
    Err(error).attempt("starting a sealed copy of this program (sysctl vm.memfd_noexec must be below 2)")
}

/// Refuses to go on from anything else than a sealed copy.
pub(crate) fn demand_a_copy() -> Result<()> {
    match is_sealed() {
        true => Ok(()),
        false => Err(HostError::Unsupported(
            "an instance is entered from a sealed copy of the program only".into(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_runs_and_takes_no_other_bytes() {
        let copy = Sealed::copy(Path::new("/proc/self/exe")).unwrap();
        let output = copy.command().arg("--help").output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("Usage: hamlet"), "{output:?}");
        let mut again = File::options().write(true).open(copy.path()).unwrap();
        assert_eq!(again.write(b"x").unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert!(again.set_len(0).is_err(), "it could be cut");
    }

    #[test]
    fn a_program_on_disk_is_not_sealed() {
        assert!(!is_sealed());
    }
}
