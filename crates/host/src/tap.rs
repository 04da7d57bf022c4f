//! TAP devices: an Ethernet interface in a namespace whose frames the daemon reads and writes.
//!
//! With a `virtio_net_hdr` in front of every frame, so that segmentation and checksums are left to whoever needs them:
//! without it one TCP stream reaches a tenth of its speed.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::sys;

/// Bytes of `virtio_net_hdr` before each frame. Ten, not twelve: the IP header then starts at offset 24.
pub const VNET_HEADER_LENGTH: usize = 10;

/// What the kernel agreed to leave to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Offloads {
    /// Checksums, TCP and UDP segmentation (Linux 6.2 and later).
    ChecksumTcpUdp,
    /// Checksums and TCP segmentation.
    ChecksumTcp,
}

/// The daemon's end of one interface.
#[derive(Debug)]
pub struct Tap {
    /// The interface's name inside the namespace.
    pub name: String,
    /// Its hardware address.
    pub mac: [u8; 6],
    /// Read and write frames here. Closing it removes the interface.
    pub descriptor: OwnedFd,
    /// What frames may look like.
    pub offloads: Offloads,
}

impl Tap {
    /// Removes interfaces. The kernel takes some 30 ms for each, most of it waiting, so that they wait together; a thread
    /// that moves packets should leave this to another one.
    pub fn remove_all(taps: Vec<Tap>) {
        std::thread::scope(|scope| {
            for tap in taps {
                // Where no thread can be had, `tap` is dropped here and now.
                let _ = std::thread::Builder::new().spawn_scoped(scope, move || drop(tap));
            }
        });
    }
}

/// Names another device node than the usual one.
pub(crate) const NODE_VARIABLE: &str = "HAMLET_TUN";

/// The device node TAPs are made from: `HAMLET_TUN`, or `/dev/net/tun`.
pub(crate) fn node() -> PathBuf {
    std::env::var_os(NODE_VARIABLE).map_or_else(|| PathBuf::from("/dev/net/tun"), PathBuf::from)
}

/// Makes the interface in the network namespace of the calling process.
pub(crate) fn create(node: &Path, name: &str) -> io::Result<(OwnedFd, Offloads)> {
    let tap: OwnedFd =
        OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(node)?.into();
    sys::tap_set_interface(&tap, name)?;
    sys::tap_set_header_length(&tap, VNET_HEADER_LENGTH)?;
    let tcp = libc::TUN_F_CSUM | libc::TUN_F_TSO4 | libc::TUN_F_TSO6;
    let udp = libc::TUN_F_USO4 | libc::TUN_F_USO6;
    if sys::tap_set_offloads(&tap, tcp | udp).is_ok() {
        return Ok((tap, Offloads::ChecksumTcpUdp));
    }
    sys::tap_set_offloads(&tap, tcp)?;
    Ok((tap, Offloads::ChecksumTcp))
}
