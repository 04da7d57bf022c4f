//! Interfaces of an instance or a network namespace, made from outside.
//!
//! A process of the host steps into the network namespace, makes the TAP there and leaves again: nothing in an instance
//! ever holds the device node. A running guest may have taken any name, even in the moment before: an interface that is
//! attached comes up under a name that nobody guesses, is then called what it should be, or, where that is taken, the next
//! free of its kind. That is not done at launch, when no guest has run yet: the kernel waits some 30 ms at each renaming.

use std::fs::File;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::process::geteuid;
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};
use serde::{Deserialize, Serialize};

use crate::error::{Attempt, HostError, Result};
use crate::netlink::{LinkChange, Netlink};
use crate::spec::LinkSpec;
use crate::tap::{self, Offloads};

/// How far the search for a free name goes. An instance has at most 15 interfaces of ours.
const NAMES_TRIED: u32 = 256;

/// What became of a [`LinkSpec`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    /// How the interface is called inside.
    pub(crate) name: String,
    pub(crate) offloads: Offloads,
}

/// One more interface for the running instance whose first process this is.
pub(crate) fn make_in_instance(process: BorrowedFd<'_>, spec: &LinkSpec) -> Result<(OwnedFd, Made)> {
    step_into_network(process)?;
    let unguessed = unguessed_name().attempt("choosing a name for the interface")?;
    let (tap, made) = make(&LinkSpec { name: unguessed, ..spec.clone() })?;
    let netlink = Netlink::open().attempt("opening netlink")?;
    let index = netlink.index(&made.name).attempt("finding the new interface")?;
    let name = call(&netlink, index, &spec.name)?;
    Ok((tap, Made { name, ..made }))
}

/// The interfaces of an instance or namespace that is being made. The caller is in its network afterwards.
pub(crate) fn make_all(process: BorrowedFd<'_>, specs: &[LinkSpec]) -> Result<(Vec<OwnedFd>, Vec<Made>)> {
    step_into_network(process)?;
    let made: Result<Vec<_>> = specs.iter().map(make).collect();
    Ok(made?.into_iter().unzip())
}

fn step_into_network(process: BorrowedFd<'_>) -> Result<()> {
    // Root keeps its own user namespace, where the device node may be root's alone.
    let namespaces = match geteuid().is_root() {
        true => ThreadNameSpaceType::NETWORK,
        false => ThreadNameSpaceType::USER | ThreadNameSpaceType::NETWORK,
    };
    move_into_thread_name_spaces(process, namespaces).attempt("entering the instance's network")
}

/// Makes one interface, down, with its hardware address and MTU.
fn make(spec: &LinkSpec) -> Result<(OwnedFd, Made)> {
    let node = tap::node();
    let (tap, offloads) = tap::create(&node, &spec.name).map_err(|source| HostError::System {
        attempt: format!(
            "making interface {} from {} (it must be readable and writable by you: `sudo chmod 0666 {}`)",
            spec.name,
            node.display(),
            node.display()
        ),
        source,
    })?;
    let netlink = Netlink::open().attempt("opening netlink")?;
    let index = netlink.index(&spec.name).attempt("finding the new interface")?;
    let change = LinkChange {
        up: false,
        mtu: Some(spec.mtu),
        mac: Some(spec.mac),
        queue_length: Some(spec.queue_length),
    };
    netlink.change_link(index, change).attempt(format!("setting up interface {}", spec.name))?;
    Ok((tap, Made { name: spec.name.clone(), offloads }))
}

fn unguessed_name() -> io::Result<String> {
    let mut bytes = [0u8; 5];
    io::Read::read_exact(&mut File::open("/dev/urandom")?, &mut bytes)?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("tap-{digits}"))
}

/// Gives the interface its name, or the next of its kind that is free.
fn call(netlink: &Netlink, index: u32, wanted: &str) -> Result<String> {
    let letters = wanted.trim_end_matches(|it: char| it.is_ascii_digit());
    let number: u32 = wanted[letters.len()..].parse().unwrap_or(0);
    for number in number..number.saturating_add(NAMES_TRIED) {
        let name = format!("{letters}{number}");
        match netlink.rename_link(index, &name) {
            Ok(()) => return Ok(name),
            Err(error) if error.raw_os_error() == Some(libc::EEXIST) => {}
            Err(error) => return Err(error).attempt(format!("calling an interface {name}")),
        }
    }
    Err(HostError::Launch(format!("{NAMES_TRIED} names from {wanted} on are taken in the instance")))
}
