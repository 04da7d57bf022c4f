//! The ports that NAT gateways have given out.
//!
//! "A NAT gateway can support up to 55,000 simultaneous connections to each unique destination" (NAT gateways, VPC User
//! Guide): destination address, port and protocol.

use model::NatGatewayId;
use std::collections::HashMap;
use wire::Flow;

use crate::connection::Translation;
use crate::connection_table::Slot;

/// The first port that a NAT gateway gives out.
const FIRST_PORT: u16 = 1024;
/// How many ports there are to give.
const PORTS: u32 = 65536 - FIRST_PORT as u32;
/// Which translated flow belongs to which connection.
pub struct NatTable {
    /// By the gateway and the flow after translation: gateway's address and port towards the destination. Gateways of
    /// two VPCs may have one address.
    translated: HashMap<(NatGatewayId, Flow), Slot>,
    /// Connections by gateway and destination.
    per_destination: HashMap<(NatGatewayId, Flow), u32>,
    /// Where the search for a free port begins.
    next: u16,
    /// How many connections a gateway keeps to one destination.
    limit: u32,
}

/// The key of a destination: the translated flow without the gateway's port; an ICMP echo has no other port.
fn destination(gateway: NatGatewayId, flow: &Flow) -> (NatGatewayId, Flow) {
    (gateway, with_source_port(flow, 0))
}

impl NatTable {
    /// A table in which every gateway keeps at most so many connections to one destination.
    pub fn new(limit: u32) -> NatTable {
        NatTable { translated: HashMap::new(), per_destination: HashMap::new(), next: FIRST_PORT, limit }
    }

    /// The connection whose answers come to a NAT gateway as `reply`.
    pub fn connection_of(&self, gateway: NatGatewayId, reply: &Flow) -> Option<Slot> {
        self.translated.get(&(gateway, reply.reversed())).copied()
    }

    /// A free port for `flow`, whose source is the gateway's address. `None` when the destination has no more.
    pub fn free_port(&self, gateway: NatGatewayId, flow: &Flow) -> Option<Flow> {
        let used = self.per_destination.get(&destination(gateway, flow)).copied().unwrap_or(0);
        if used >= self.limit {
            return None;
        }
        let start = u32::from(self.next.wrapping_sub(FIRST_PORT));
        (0..PORTS)
            .map(|step| FIRST_PORT + ((start + step) % PORTS) as u16)
            .map(|port| with_source_port(flow, port))
            .find(|candidate| !self.translated.contains_key(&(gateway, *candidate)))
    }

    /// Gives a port out for good.
    pub fn take(&mut self, translation: Translation, slot: Slot) {
        let Translation { gateway, flow } = translation;
        if self.translated.insert((gateway, flow), slot).is_none() {
            *self.per_destination.entry(destination(gateway, &flow)).or_default() += 1;
        }
        self.next = flow.source_port.checked_add(1).unwrap_or(FIRST_PORT);
    }

    /// Takes a port back.
    pub fn release(&mut self, translation: &Translation) {
        let Translation { gateway, flow } = translation;
        if self.translated.remove(&(*gateway, *flow)).is_none() {
            return;
        }
        let key = destination(*gateway, flow);
        if let Some(count) = self.per_destination.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.per_destination.remove(&key);
            }
        }
    }

    /// How many ports are given out.
    pub fn len(&self) -> usize {
        self.translated.len()
    }

    /// Whether no port is given out.
    pub fn is_empty(&self) -> bool {
        self.translated.is_empty()
    }
}

/// An ICMP echo has one identifier, which stands in both ports.
fn with_source_port(flow: &Flow, port: u16) -> Flow {
    match flow.protocol {
        model::rule::protocol::ICMP | model::rule::protocol::ICMPV6 => {
            Flow { source_port: port, destination_port: port, ..*flow }
        }
        _ => Flow { source_port: port, ..*flow },
    }
}
