//! Later fragments follow the first one: they carry no ports, so they are decided as it was.

use std::collections::HashMap;
use std::net::IpAddr;
use wire::Mac;

use crate::clock::Moment;
use crate::port::PortId;
use crate::send_on::Passage;

/// What all fragments of a packet share, on the link that they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FragmentKey {
    /// The link.
    pub port: PortId,
    /// To whom they are addressed on the link.
    pub next_hop: Mac,
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// Protocol.
    pub protocol: u8,
    /// The packet's identification.
    pub identification: u32,
}

/// What was decided about the first fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Where it went and how.
    pub passage: Passage,
    /// Under which generation of the network that was decided.
    pub generation: u64,
    /// When.
    pub at: Moment,
}

/// "The recommended reassembly timeout is 30 seconds" for Linux.
const REMEMBERED_MS: u64 = 30_000;
/// How many packets' fragments are followed at once. Beyond, later fragments are judged by what they show.
pub const FRAGMENTED_PACKETS_MAX: usize = 4096;

/// The fragmented packets on their way.
#[derive(Default)]
pub struct Fragments(HashMap<FragmentKey, Decided>);

impl Fragments {
    /// Remembers where a first fragment went.
    pub fn remember(&mut self, key: FragmentKey, decided: Decided) {
        if self.0.len() >= FRAGMENTED_PACKETS_MAX {
            self.0.retain(|_, old| decided.at.since(old.at) <= REMEMBERED_MS);
        }
        if self.0.len() < FRAGMENTED_PACKETS_MAX {
            self.0.insert(key, decided);
        }
    }

    /// Where the first fragment of the same packet went, if that was decided under this generation.
    pub fn passage(&self, key: &FragmentKey, generation: u64, now: Moment) -> Option<Passage> {
        let decided = self.0.get(key)?;
        let is_valid = decided.generation == generation && now.since(decided.at) <= REMEMBERED_MS;
        is_valid.then_some(decided.passage)
    }
}
