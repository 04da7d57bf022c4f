//! Who holds the connections: for each link those that it began, in the order in which they began.
//!
//! The table of connections is everybody's. So that nobody takes all of it, it must be known who has most, and which of its
//! connections to give up. Each connection has two numbers here, beside the table, because only its beginning and its end
//! touch them: packets of known connections come without.

use crate::port::PortId;
use crate::slot::{CHUNK, Slot};

/// No connection.
const NONE: u32 = u32::MAX;

/// A connection's neighbours among those of its holder.
#[derive(Clone, Copy, Debug)]
struct Links {
    before: u32,
    after: u32,
}

/// What one link holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    oldest: u32,
    youngest: u32,
    count: u32,
    /// Its place among those that hold any.
    place: u32,
}

const NOTHING: Held = Held { oldest: NONE, youngest: NONE, count: 0, place: NONE };

/// The connections by holder.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    /// By slot, in chunks as the table has them: growing moves nothing.
    links: Vec<Vec<Links>>,
    /// By the number of the link.
    held: Vec<Held>,
    /// The links that hold any, in no order.
    holders: Vec<PortId>,
}

impl Holders {
    /// How many links hold connections.
    pub(crate) fn len(&self) -> usize {
        self.holders.len()
    }

    /// How many bytes this takes.
    pub(crate) fn memory(&self) -> usize {
        self.links.len() * CHUNK * size_of::<Links>() + self.held.capacity() * size_of::<Held>()
    }

    /// How many connections a link holds.
    pub(crate) fn count(&self, port: PortId) -> usize {
        self.held.get(port.0 as usize).map_or(0, |held| held.count as usize)
    }

    /// The link that holds most.
    pub(crate) fn largest(&self) -> Option<PortId> {
        self.holders.iter().copied().max_by_key(|port| self.count(*port))
    }

    /// The oldest connection that a link holds.
    pub(crate) fn oldest(&self, port: PortId) -> Option<Slot> {
        self.held.get(port.0 as usize).and_then(|held| slot(held.oldest))
    }

    /// A link holds one more: the youngest.
    pub(crate) fn add(&mut self, port: PortId, added: Slot) {
        self.make_room(port, added);
        let held = &mut self.held[port.0 as usize];
        let last = std::mem::replace(&mut held.youngest, added.number());
        if last == NONE {
            held.oldest = added.number();
            held.place = u32::try_from(self.holders.len()).expect("links are counted in 32 bits");
            self.holders.push(port);
        }
        held.count += 1;
        *self.links(added.number()) = Links { before: last, after: NONE };
        if last != NONE {
            self.links(last).after = added.number();
        }
    }

    /// A link holds one less.
    pub(crate) fn remove(&mut self, port: PortId, removed: Slot) {
        let Links { before, after } = *self.links(removed.number());
        match before {
            NONE => self.held[port.0 as usize].oldest = after,
            before => self.links(before).after = after,
        }
        match after {
            NONE => self.held[port.0 as usize].youngest = before,
            after => self.links(after).before = before,
        }
        let held = &mut self.held[port.0 as usize];
        held.count -= 1;
        if held.count == 0 {
            let place = held.place;
            self.holders.swap_remove(place as usize);
            if let Some(moved) = self.holders.get(place as usize) {
                self.held[moved.0 as usize].place = place;
            }
        }
    }

    /// A link's oldest becomes its youngest.
    pub(crate) fn renew(&mut self, port: PortId, renewed: Slot) {
        self.remove(port, renewed);
        self.add(port, renewed);
    }

    fn make_room(&mut self, port: PortId, added: Slot) {
        if self.held.len() <= port.0 as usize {
            self.held.resize(port.0 as usize + 1, NOTHING);
        }
        while self.links.len() <= added.chunk() {
            self.links.push(Vec::with_capacity(CHUNK));
        }
        let chunk = &mut self.links[added.chunk()];
        if chunk.len() <= added.place() {
            chunk.resize(added.place() + 1, Links { before: NONE, after: NONE });
        }
    }

    fn links(&mut self, number: u32) -> &mut Links {
        let slot = Slot::from_number(number);
        &mut self.links[slot.chunk()][slot.place()]
    }
}

fn slot(number: u32) -> Option<Slot> {
    (number != NONE).then(|| Slot::from_number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: u32 = 4;

    fn slot(number: u32) -> Slot {
        Slot::from_number(number)
    }

    /// Against lists that are kept the simple way.
    #[test]
    fn each_link_has_its_connections_in_their_order() {
        let mut holders = Holders::default();
        let mut lists: [Vec<u32>; PORTS as usize] = Default::default();
        let mut random = 7u64;
        for _ in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (port, number) = ((random >> 33) as u32 % PORTS, (random >> 40) as u32 % 60);
            match (0..).zip(&mut lists).find(|(_, list)| list.contains(&number)) {
                Some((holder, list)) => {
                    list.retain(|it| *it != number);
                    holders.remove(PortId(holder), slot(number));
                }
                None => {
                    lists[port as usize].push(number);
                    holders.add(PortId(port), slot(number));
                }
            }
            check(&holders, &lists);
        }
        // Taken out from the oldest on, what is left comes in its order.
        for (port, list) in (0..).zip(lists.iter()) {
            let port = PortId(port);
            for number in list {
                assert_eq!(holders.oldest(port), Some(slot(*number)));
                holders.remove(port, slot(*number));
            }
        }
        assert_eq!((holders.len(), holders.largest()), (0, None));
    }

    fn check(holders: &Holders, lists: &[Vec<u32>; PORTS as usize]) {
        assert_eq!(holders.len(), lists.iter().filter(|list| !list.is_empty()).count());
        for (port, list) in (0..).zip(lists.iter()) {
            let port = PortId(port);
            assert_eq!(holders.count(port), list.len());
            assert_eq!(holders.oldest(port), list.first().map(|it| slot(*it)));
        }
        let most = lists.iter().map(Vec::len).max().unwrap_or(0);
        assert_eq!(holders.largest().map_or(0, |port| holders.count(port)), most);
    }
}
