//! Later fragments follow the first one: they carry no ports, so they are decided as it was.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::IpAddr;
use wire::Mac;

use crate::clock::Moment;
use crate::passage::Passage;
use crate::port::PortId;

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
#[derive(Clone, Debug, PartialEq, Eq)]
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
/// How many packets' fragments are followed at once, of all links. Beyond, who has most of them gives up its oldest; later
/// fragments of what is not followed are judged by what they show.
pub const FRAGMENTED_PACKETS_MAX: usize = 4096;
/// How many of one link. Beyond, its oldest are given up.
pub const FRAGMENTED_PACKETS_PER_LINK_MAX: usize = 256;

/// The fragmented packets on their way.
#[derive(Default)]
pub struct Fragments {
    decided: HashMap<FragmentKey, Decided>,
    /// The same by link, in the order in which they came.
    by_link: BTreeMap<PortId, VecDeque<FragmentKey>>,
}

impl Fragments {
    /// Remembers where a first fragment went.
    pub fn remember(&mut self, key: FragmentKey, decided: Decided) {
        self.forget_old(key.port, decided.at);
        if self.decided.insert(key, decided).is_some() {
            return;
        }
        let of_link = self.by_link.entry(key.port).or_default();
        of_link.push_back(key);
        if of_link.len() > FRAGMENTED_PACKETS_PER_LINK_MAX {
            self.forget_oldest(key.port);
        }
        if self.decided.len() > FRAGMENTED_PACKETS_MAX
            && let Some(most) = self.by_link.iter().max_by_key(|(_, of_link)| of_link.len())
        {
            self.forget_oldest(*most.0);
        }
    }

    /// Where the first fragment of the same packet went, if that was decided under this generation.
    pub fn passage(&self, key: &FragmentKey, generation: u64, now: Moment) -> Option<Passage> {
        let decided = self.decided.get(key)?;
        let is_valid = decided.generation == generation && now.since(decided.at) <= REMEMBERED_MS;
        is_valid.then(|| decided.passage.clone())
    }

    /// Forgets what a link has sent: it is closed.
    pub fn forget_link(&mut self, port: PortId) {
        for key in self.by_link.remove(&port).unwrap_or_default() {
            self.decided.remove(&key);
        }
    }

    fn forget_old(&mut self, port: PortId, now: Moment) {
        while self.oldest(port).is_some_and(|oldest| now.since(oldest.at) > REMEMBERED_MS) {
            self.forget_oldest(port);
        }
    }

    fn oldest(&self, port: PortId) -> Option<&Decided> {
        self.decided.get(self.by_link.get(&port)?.front()?)
    }

    fn forget_oldest(&mut self, port: PortId) {
        let Some(of_link) = self.by_link.get_mut(&port) else { return };
        if let Some(oldest) = of_link.pop_front() {
            self.decided.remove(&oldest);
        }
        if of_link.is_empty() {
            self.by_link.remove(&port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Way;
    use crate::findings::NatVisits;
    use wire::Flow;

    fn key(port: u32, identification: u32) -> FragmentKey {
        let [source, destination] = ["10.0.0.1", "10.0.0.2"].map(|it| it.parse().unwrap());
        let next_hop = Mac::default();
        FragmentKey { port: PortId(port), next_hop, source, destination, protocol: 17, identification }
    }

    fn decided(at: u64) -> Decided {
        let [source, destination] = ["10.0.0.1", "10.0.0.2"].map(|it| it.parse().unwrap());
        let flow = Flow { source, destination, protocol: 17, source_port: 1, destination_port: 2 };
        let way = Way { mtu: 9001, hops: 0, neighbours: false, icmp: None };
        let (mtu_in_other_family, nat_visits) = (9001, NatVisits::default());
        let passage =
            Passage { to: PortId(9), flow, way, mtu_in_other_family, nat_visits, course: Vec::new() };
        Decided { passage, generation: 1, at: Moment(at) }
    }

    fn is_followed(fragments: &Fragments, key: FragmentKey, now: u64) -> bool {
        fragments.passage(&key, 1, Moment(now)).is_some()
    }

    #[test]
    fn one_link_that_sends_only_beginnings_takes_nobody_elses_place() {
        let mut fragments = Fragments::default();
        fragments.remember(key(2, 7), decided(0));
        for identification in 0..10_000 {
            fragments.remember(key(1, identification), decided(1));
        }
        assert_eq!(fragments.decided.len(), FRAGMENTED_PACKETS_PER_LINK_MAX + 1);
        assert!(is_followed(&fragments, key(2, 7), 2));
        assert!(is_followed(&fragments, key(1, 9_999), 2) && !is_followed(&fragments, key(1, 0), 2));
        fragments.remember(key(3, 7), decided(2));
        assert!(is_followed(&fragments, key(3, 7), 2));
    }

    #[test]
    fn many_links_that_do_leave_room_for_another() {
        let mut fragments = Fragments::default();
        for port in 10..50 {
            (0..300).for_each(|identification| fragments.remember(key(port, identification), decided(1)));
        }
        assert_eq!(fragments.decided.len(), FRAGMENTED_PACKETS_MAX);
        for identification in 0..50 {
            fragments.remember(key(1, identification), decided(2));
        }
        assert!((0..50).all(|identification| is_followed(&fragments, key(1, identification), 2)));
        assert_eq!(fragments.decided.len(), FRAGMENTED_PACKETS_MAX);
    }

    #[test]
    fn what_is_old_or_of_a_closed_link_is_forgotten() {
        let mut fragments = Fragments::default();
        fragments.remember(key(1, 1), decided(0));
        assert!(is_followed(&fragments, key(1, 1), REMEMBERED_MS));
        assert!(!is_followed(&fragments, key(1, 1), REMEMBERED_MS + 1));
        fragments.remember(key(1, 2), decided(REMEMBERED_MS + 1));
        assert_eq!(fragments.decided.len(), 1);
        fragments.forget_link(PortId(1));
        assert!(fragments.decided.is_empty() && fragments.by_link.is_empty());
    }
}
