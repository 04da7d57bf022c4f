//! One TAP: frames with an offload header in front, read and written whole.
//!
//! A write to a TAP runs the receiving kernel's network stack before it returns and has no queue of its own: there is
//! nothing that could be full, and nothing to wait for. What a receiver cannot take it drops in its sockets, and TCP's
//! window keeps it from being sent. The queue is on the other side: frames that an instance sends faster than they are
//! read wait in its TAP (`queue_length`), and beyond that the instance's kernel drops them. So no queues are kept here.

use std::io::IoSlice;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use wire::VnetHeader;

/// Room for the longest frame: a 64 KiB IP packet, its Ethernet header, the offload header.
pub(crate) const FRAME_MAX: usize = 65_536 + 14 + VnetHeader::LEN;

/// The daemon's end of a TAP.
pub(crate) struct Link {
    tap: OwnedFd,
    /// In this round's list of links with frames to read.
    pub(crate) is_busy: bool,
}

impl Link {
    pub(crate) fn new(tap: OwnedFd) -> Link {
        Link { tap, is_busy: false }
    }

    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.tap.as_fd()
    }

    /// Reads the next frame; `None` when there is none.
    #[inline]
    pub(crate) fn read(&self, buffer: &mut [u8]) -> Result<Option<usize>, Errno> {
        loop {
            match rustix::io::read(&self.tap, &mut *buffer) {
                // A TAP never ends like a file; whatever else was opened does.
                Ok(0) => return Err(Errno::NODEV),
                Ok(length) => return Ok(Some(length)),
                Err(Errno::AGAIN) => return Ok(None),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes a frame that has its offload header in front.
    #[inline]
    pub(crate) fn write(&self, frame: &[u8]) -> Result<(), Errno> {
        rustix::io::retry_on_intr(|| rustix::io::write(&self.tap, frame)).map(drop)
    }

    /// Writes a frame that needs no offloads.
    pub(crate) fn write_plain(&self, frame: &[u8]) -> Result<(), Errno> {
        let header = VnetHeader::default().to_bytes();
        let parts = [IoSlice::new(&header), IoSlice::new(frame)];
        rustix::io::retry_on_intr(|| rustix::io::writev(&self.tap, &parts)).map(drop)
    }
}
