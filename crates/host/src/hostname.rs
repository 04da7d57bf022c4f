//! The instance's host name, which DHCP brings and which nobody in an instance has the right to set.
//!
//! The first process asks for it; who sets it is outside (`reaper`).

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{RecvFlags, SendFlags, recv, send};
use rustix::process::geteuid;
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use crate::sys::{self, Forked};

/// The kernel's own limit.
const NAME_BYTES_MAX: usize = 64;

/// The first process's side.
pub(crate) struct Hostname {
    names: OwnedFd,
}

impl Hostname {
    pub(crate) fn new(names: OwnedFd) -> Self {
        Self { names }
    }

    /// Asks for a name.
    pub(crate) fn set(&self, name: &str) -> io::Result<()> {
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        send(&self.names, name.as_bytes(), SendFlags::NOSIGNAL | SendFlags::DONTWAIT)?;
        Ok(())
    }
}

/// Takes one name from `names` and gives it to the instance whose first process this is. False when nobody asks there any
/// more.
pub(crate) fn serve(names: &OwnedFd, process: &OwnedFd) -> bool {
    let mut name = [0u8; NAME_BYTES_MAX];
    match recv(names, &mut name, RecvFlags::DONTWAIT) {
        Ok((0, _)) => false,
        Ok((length, _)) => {
            let _ = give(&name[..length], process.as_fd());
            true
        }
        Err(errno) => errno == rustix::io::Errno::AGAIN,
    }
}

/// In a child: there is no way back out of a user namespace.
fn give(name: &[u8], process: BorrowedFd<'_>) -> io::Result<()> {
    match sys::fork()? {
        Forked::Parent { pid } => {
            rustix::process::waitpid(
                rustix::process::Pid::from_raw(pid),
                rustix::process::WaitOptions::empty(),
            )?;
            Ok(())
        }
        Forked::Child => {
            let mut namespaces = ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME;
            if !geteuid().is_root() {
                namespaces |= ThreadNameSpaceType::USER;
            }
            let entered = move_into_thread_name_spaces(process, namespaces);
            let done = entered.and_then(|()| rustix::system::sethostname(name));
            sys::exit_now(i32::from(done.is_err()))
        }
    }
}
