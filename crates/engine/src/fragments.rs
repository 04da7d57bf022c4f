//! Later fragments follow the first one: they carry no ports, so they are decided as it was.

use std::collections::HashMap;
use std::net::IpAddr;
use wire::Flow;

use crate::clock::Moment;
use crate::connection::Way;
use crate::journey::NatVisits;
use crate::port::PortId;

/// What all fragments of a packet share, on the link that they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FragmentKey {
    /// The link.
    pub port: PortId,
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// Protocol.
    pub protocol: u8,
    /// The packet's identification.
    pub identification: u32,
}

/// What became of the first fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentWay {
    /// Where it went.
    pub to: PortId,
    /// As what.
    pub flow: Flow,
    /// How it travels.
    pub way: Way,
    /// Which NAT gateways it visited.
    pub nat_visits: NatVisits,
    /// Under which generation of the network that was decided.
    pub generation: u64,
    /// When.
    pub decided: Moment,
}

/// "The recommended reassembly timeout is 30 seconds" for Linux.
const REMEMBERED_MS: u64 = 30_000;
/// How many packets' fragments are followed at once. Beyond, later fragments are judged by what they show.
pub const FRAGMENTED_PACKETS_MAX: usize = 4096;

/// The fragmented packets on their way.
#[derive(Default)]
pub struct Fragments(HashMap<FragmentKey, FragmentWay>);

impl Fragments {
    /// Remembers where a first fragment went.
    pub fn remember(&mut self, key: FragmentKey, way: FragmentWay) {
        if self.0.len() >= FRAGMENTED_PACKETS_MAX {
            self.0.retain(|_, old| way.decided.since(old.decided) <= REMEMBERED_MS);
        }
        if self.0.len() < FRAGMENTED_PACKETS_MAX {
            self.0.insert(key, way);
        }
    }

    /// Where the first fragment of the same packet went, if that was decided under this generation.
    pub fn way(&self, key: &FragmentKey, generation: u64, now: Moment) -> Option<FragmentWay> {
        let way = self.0.get(key).copied();
        way.filter(|way| way.generation == generation && now.since(way.decided) <= REMEMBERED_MS)
    }
}
