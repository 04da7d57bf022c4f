//! The engine's state: the network as it is, the links, and what is remembered of packets.
//!
//! What is done with it has files of its own: [`Engine::receive`] takes frames, `tracking` begins and forgets connections.

use guest::PublicNames;
use model::{MacAddress, NatGatewayId, NetworkInterfaceId, World};
use std::sync::Arc;

use crate::clock::Moment;
use crate::connection_table::ConnectionTable;
use crate::drop_reason::{DropCounters, DropReason};
use crate::flow_book::{FlowBook, FlowLimits};
use crate::flow_ring::FlowRing;
use crate::fragments::Fragments;
use crate::metric::Metric;
use crate::nat::NatTable;
use crate::nat_metrics::NatMetrics;
use crate::port::{Port, PortId, PortKind, PortTable};

/// How much the engine may remember.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections in all. When seven eighths of them are there, each link has its share.
    pub connections: usize,
    /// Connections of one link, whether it began them or answers, however much room there is.
    pub connections_per_port: u32,
    /// Connections that a NAT gateway keeps to one destination: "up to 55,000 simultaneous connections to each unique
    /// destination" (NAT gateways, VPC User Guide).
    pub nat_connections_per_destination: u32,
    /// Connections that the security groups of one interface may track: its connection tracking allowance. AWS has one
    /// for each instance type and does not publish them.
    pub tracked_per_interface: u32,
    /// Records of flow logs.
    pub flows: FlowLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 2_000_000,
            connections_per_port: 1_000_000,
            nat_connections_per_destination: 55_000,
            tracked_per_interface: 1_000_000,
            flows: FlowLimits::default(),
        }
    }
}

/// The engine's state: the network as it is, the links, and what it remembers of packets.
pub struct Engine {
    pub(crate) world: Arc<World>,
    pub(crate) ports: PortTable,
    pub(crate) connections: ConnectionTable,
    pub(crate) nat: NatTable,
    pub(crate) names: Arc<PublicNames>,
    pub(crate) nat_metrics: NatMetrics,
    pub(crate) flow_book: FlowBook,
    pub(crate) flow_ring: FlowRing,
    pub(crate) fragments: Fragments,
    /// What tells the fragments of packets apart that were made IPv4; the latest that was given out.
    pub(crate) identification: u16,
    pub(crate) drops: DropCounters,
    /// How many connections were given up for those of others.
    pub(crate) displaced: u64,
    pub(crate) limits: Limits,
}

impl Engine {
    /// An engine for `world`. `seed` keys its tables and should be secret.
    pub fn new(world: Arc<World>, names: Arc<PublicNames>, limits: Limits, seed: u64) -> Engine {
        Engine {
            world,
            ports: PortTable::default(),
            connections: ConnectionTable::new(limits.connections, seed),
            nat: NatTable::new(limits.nat_connections_per_destination, seed),
            names,
            nat_metrics: NatMetrics::default(),
            flow_book: FlowBook::new(limits.flows),
            flow_ring: FlowRing::default(),
            fragments: Fragments::default(),
            identification: 0,
            drops: DropCounters::default(),
            displaced: 0,
            limits,
        }
    }

    /// Makes `world` the network that packets see. Every connection is decided again with its next packet.
    pub fn publish(&mut self, world: Arc<World>) {
        self.world = world;
    }

    /// The network that packets see.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// The links.
    pub fn ports(&self) -> &PortTable {
        &self.ports
    }

    /// The connections.
    pub fn connections(&self) -> &ConnectionTable {
        &self.connections
    }

    /// How many packets died of what.
    pub fn drops(&self) -> &DropCounters {
        &self.drops
    }

    /// How many connections of those who had most were given up, so that others could begin theirs.
    pub fn displaced_connections(&self) -> u64 {
        self.displaced
    }

    /// How many ports NAT gateways have given out.
    pub fn nat_ports(&self) -> usize {
        self.nat.len()
    }

    /// What NAT gateways have counted, under the names of their CloudWatch metrics.
    pub fn nat_gateway_metrics(&mut self, now: Moment) -> Vec<(NatGatewayId, Vec<Metric>)> {
        self.nat_metrics.of_all(&self.world.network, now)
    }

    /// How interfaces stand with their allowances, under the names of their driver's metrics.
    pub fn interface_metrics(&self) -> Vec<(NetworkInterfaceId, Vec<Metric>)> {
        let of = |port: &Port| match port.kind {
            PortKind::Interface(id) => Some((id, port.allowances(self.limits.tracked_per_interface))),
            PortKind::Internet(_) | PortKind::Services => None,
        };
        self.ports.iter().filter_map(of).collect()
    }

    /// Counts a packet that died outside the engine: of what is around the frame, or at the link it was for.
    pub fn count_drop(&mut self, reason: DropReason) {
        self.drops.count(reason, 1);
    }

    /// Opens a link.
    pub fn open_port(&mut self, kind: PortKind, mac: MacAddress) -> Option<PortId> {
        self.ports.open(kind, mac)
    }

    /// Closes a link and forgets its connections.
    pub fn close_port(&mut self, port: PortId) {
        for slot in self.connections.on_port(port) {
            self.forget(slot);
        }
        self.fragments.forget_link(port);
        self.ports.close(port);
    }

    /// Forgets connections that have been idle for too long: looks at up to `steps` of them.
    pub fn expire(&mut self, now: Moment, steps: usize) {
        for slot in self.connections.expired(now, steps) {
            self.forget_idle(slot);
        }
        self.nat_metrics.roll(&self.world.network, now);
    }
}
