//! The ports that NAT gateways have given out.
//!
//! "A NAT gateway can support up to 55,000 simultaneous connections to each unique destination" (NAT gateways, VPC User
//! Guide): destination address, port and protocol.

use model::NatGatewayId;
use std::collections::HashMap;
use wire::Flow;

use crate::connection::Translation;
use crate::slot::Slot;

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
    /// Decides where else a free port is looked for, and so should be secret.
    seed: u64,
}

/// How many ports in a row are tried first, and how many here and there then. With as many ports taken as a gateway keeps to
/// one destination, one in seven is free: in so many tries one is found, but for one time in 10^17. A search from one end
/// to the other could be made to go through all that are taken, with every packet.
const IN_A_ROW: u32 = 16;
const HERE_AND_THERE: u32 = 256;

/// The key of a destination: the translated flow without the gateway's port; an ICMP echo has no other port.
fn destination(gateway: NatGatewayId, flow: &Flow) -> (NatGatewayId, Flow) {
    (gateway, with_source_port(flow, 0))
}

impl NatTable {
    /// A table in which every gateway keeps at most so many connections to one destination.
    pub fn new(limit: u32, seed: u64) -> NatTable {
        let (translated, per_destination) = (HashMap::new(), HashMap::new());
        NatTable { translated, per_destination, next: FIRST_PORT, limit, seed }
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
        self.candidates()
            .map(|port| with_source_port(flow, port))
            .find(|candidate| !self.translated.contains_key(&(gateway, *candidate)))
    }

    /// The ports in the order in which they are tried; all of them, in the end.
    fn candidates(&self) -> impl Iterator<Item = u16> {
        let start = u32::from(self.next.wrapping_sub(FIRST_PORT));
        let seed = self.seed ^ u64::from(start) << 32;
        let port = |number: u32| FIRST_PORT + (number % PORTS) as u16;
        let in_a_row = (0..IN_A_ROW).map(move |step| port(start + step));
        let here_and_there = (0..HERE_AND_THERE).map(move |step| port(mixed(seed ^ u64::from(step))));
        in_a_row.chain(here_and_there).chain((0..PORTS).map(move |step| port(start + step)))
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
pub(crate) fn with_source_port(flow: &Flow, port: u16) -> Flow {
    match flow.protocol {
        model::rule::protocol::ICMP | model::rule::protocol::ICMPV6 => {
            Flow { source_port: port, destination_port: port, ..*flow }
        }
        _ => Flow { source_port: port, ..*flow },
    }
}

/// A number that looks random, of another (the last steps of SplitMix64).
fn mixed(number: u64) -> u32 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((number ^ number >> 31) & 0xffff_ffff) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many ports as there may be, all in one row, and the search begins at its first: what a guest can arrange.
    #[test]
    fn a_free_port_is_found_soon_even_where_nearly_all_are_taken() {
        let gateway = NatGatewayId::numbered(1);
        let flow = Flow {
            source: "10.0.0.200".parse().unwrap(),
            destination: "192.0.2.10".parse().unwrap(),
            protocol: 17,
            source_port: 0,
            destination_port: 53,
        };
        for seed in 0..20 {
            let mut nat = NatTable::new(55_000, seed);
            for number in 0..54_999u16 {
                let flow = with_source_port(&flow, FIRST_PORT + number);
                nat.take(Translation { gateway, flow }, Slot::from_number(u32::from(number)));
            }
            nat.next = FIRST_PORT;
            let found = nat.free_port(gateway, &flow).unwrap();
            assert!(!nat.translated.contains_key(&(gateway, found)));
            let tries = nat.candidates().position(|port| port == found.source_port).unwrap();
            assert!(tries < (IN_A_ROW + HERE_AND_THERE) as usize, "seed {seed}: {tries} tries");
        }
    }

    #[test]
    fn every_port_is_tried_in_the_end() {
        let nat = NatTable::new(u32::MAX, 7);
        let mut tried: Vec<u16> = nat.candidates().collect();
        tried.sort_unstable();
        tried.dedup();
        assert_eq!((tried.len(), tried[0], *tried.last().unwrap()), (PORTS as usize, FIRST_PORT, u16::MAX));
    }
}
