//! What can be seen of the data plane: counters, not packets.

use engine::{DropReason, Engine, Metric, Moment, PortCounters, PortId, PortKind};
use model::{MacAddress, NatGatewayId, NetworkInterfaceId};

/// The data plane at one moment.
#[derive(Clone, Debug)]
pub struct Status {
    /// The generation of the network that is enforced.
    pub generation: u64,
    /// The open links.
    pub links: Vec<LinkStatus>,
    /// Packets that died, by the reason.
    pub drops: Vec<(DropReason, u64)>,
    /// Connections that are remembered.
    pub connections: usize,
    /// Connections that were given up, of those who had most, so that others could begin theirs.
    pub displaced_connections: u64,
    /// Captures that are running.
    pub captures: usize,
}

/// One link.
#[derive(Clone, Debug)]
pub struct LinkStatus {
    /// Its number.
    pub port: PortId,
    /// What is at its other end.
    pub kind: PortKind,
    /// The link-layer address of its other end.
    pub mac: MacAddress,
    /// Packets and bytes that passed.
    pub counters: PortCounters,
    /// Connections that it began or answers.
    pub connections: u32,
}

/// What is counted under AWS's names.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Those of CloudWatch for every NAT gateway.
    pub nat_gateways: Vec<(NatGatewayId, Vec<Metric>)>,
    /// Those of its driver for every connected interface.
    pub interfaces: Vec<(NetworkInterfaceId, Vec<Metric>)>,
}

impl Metrics {
    pub(crate) fn of(engine: &mut Engine, now: Moment) -> Metrics {
        Metrics { nat_gateways: engine.nat_gateway_metrics(now), interfaces: engine.interface_metrics() }
    }
}

impl Status {
    pub(crate) fn of(engine: &Engine, captures: usize) -> Status {
        let link = |port: &engine::Port| LinkStatus {
            port: port.id,
            kind: port.kind.clone(),
            mac: port.mac,
            counters: port.counters,
            connections: port.connections,
        };
        Status {
            generation: engine.world().network.generation,
            links: engine.ports().iter().map(link).collect(),
            drops: engine.drops().nonzero().collect(),
            connections: engine.connections().len(),
            displaced_connections: engine.displaced_connections(),
            captures,
        }
    }
}
