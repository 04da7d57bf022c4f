//! Messages between the daemon, the helper and the first process of a namespace: JSON and descriptors over a
//! sequenced-packet socket, so that one send is one receive.

use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::boundary::IdMappedMounts;
use crate::link::Made;
use crate::spec::LinkSpec;

/// The longest message; an order with 15 interfaces has about 2 KiB.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// The most descriptors in one message: one TAP per interface.
const DESCRIPTORS_MAX: usize = 32;

/// What the daemon asks the first process of a namespace once it runs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    Attach(LinkSpec),
    Detach(String),
    /// Asks the network anew what it has to say.
    Renew,
    ListenTcp(SocketAddr),
    BindUdp(SocketAddr),
    /// A TCP socket bound to the address (if any), not yet connected.
    SocketTcp {
        local: Option<SocketAddr>,
        remote: SocketAddr,
    },
}

/// What the other side says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    /// The helper made the first process; its pidfd comes along.
    Born { pid: i32 },
    /// The interfaces are there; their descriptors come along.
    Links(Vec<Made>),
    /// What the machine allows.
    Boundary(IdMappedMounts),
    /// The first process is in its own root and about to run.
    Ready,
    /// A request was carried out; what it made comes along.
    Done,
    /// It was not, and why.
    Failed(String),
}

/// Both ends of a new channel.
pub(crate) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?)
}

/// Whether the other side is still there.
pub(crate) fn is_open(socket: &OwnedFd) -> bool {
    let mut waiting = [PollFd::new(socket, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut waiting, Some(&now)).is_ok() && !waiting[0].revents().contains(PollFlags::HUP)
}

/// Sends one message, or fails where the other side has let too many lie.
pub(crate) fn send_at_once<T: Serialize>(socket: impl AsFd, message: &T) -> io::Result<()> {
    let bytes = serde_json::to_vec(message)?;
    rustix::net::send(socket, &bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT)?;
    Ok(())
}

/// Sends one message with descriptors.
pub(crate) fn send<T: Serialize>(
    socket: impl AsFd,
    message: &T,
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let bytes = serde_json::to_vec(message)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::other("too many descriptors for one message"));
    }
    sendmsg(socket, &[io::IoSlice::new(&bytes)], &mut ancillary, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Waits for one message; `None` when the other side has gone.
pub(crate) fn receive<T: DeserializeOwned>(socket: impl AsFd) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut bytes = vec![0; MESSAGE_BYTES_MAX];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = rustix::io::retry_on_intr(|| {
        recvmsg(&socket, &mut [io::IoSliceMut::new(&mut bytes)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)
    });
    let length = match received {
        Ok(message) => message.bytes,
        Err(rustix::io::Errno::CONNRESET) => 0,
        Err(errno) => return Err(errno.into()),
    };
    if length == 0 {
        return Ok(None);
    }
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    Ok(Some((serde_json::from_slice(&bytes[..length])?, descriptors)))
}
