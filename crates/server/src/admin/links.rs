//! Links in `hamlet status`: what passed them.

use model::World;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use crate::names;

/// One link in `hamlet status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PortStatus {
    /// What is at its other end.
    pub name: String,
    /// Packets from it.
    pub packets_in: u64,
    /// Bytes from it.
    pub bytes_in: u64,
    /// Packets to it.
    pub packets_out: u64,
    /// Bytes to it.
    pub bytes_out: u64,
}

/// Those that are open.
pub(super) fn all(world: &World, moved: Option<&datapath::Status>) -> Vec<PortStatus> {
    moved.iter().flat_map(|moved| &moved.links).map(|link| port_status(world, link)).collect()
}

fn port_status(world: &World, link: &datapath::LinkStatus) -> PortStatus {
    let counters = link.counters;
    let name = match &link.kind {
        engine::PortKind::Interface(id) => names::of_interface(world, *id),
        engine::PortKind::Internet(hosts) => match hosts.first() {
            Some(first) if first.addr() == IpAddr::V4(crate::namespaces::LAPTOP) => "laptop".to_owned(),
            _ if crate::namespaces::is_aws(&link.kind) => "aws".to_owned(),
            _ => "internet".to_owned(),
        },
        engine::PortKind::Services => "services".to_owned(),
    };
    PortStatus {
        name,
        packets_in: counters.packets_in,
        bytes_in: counters.bytes_in,
        packets_out: counters.packets_out,
        bytes_out: counters.bytes_out,
    }
}
