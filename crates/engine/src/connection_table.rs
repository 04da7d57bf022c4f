//! The connections: one table in which both directions of a connection find one entry.
//!
//! Entries live in chunks that never move; an index of small numbers finds them by link and flow.
//!
//! The table is bounded, and everybody's. While there is room nobody is asked how much of it is his. When it is scarce, a
//! link may begin connections up to its share, and when it is full, whoever has most of them gives up one for that. What is
//! refused, and what is given up, is counted by whoever asked ([`crate::DropReason::ConnectionShare`]).
//!
//! A connection takes 128 bytes, two cache lines side by side, two cells of eight bytes in an index that is at most half
//! full, and eight bytes for who holds it.

use std::hint::black_box;
use wire::Flow;
use wire::plain::PlainPacket;
use wire::plain_ipv6::PlainIpv6Packet;

use crate::clock::Moment;
use crate::connection::{Connection, End, Side};
use crate::connection_index::ConnectionIndex;
use crate::connection_key::ConnectionKey;
use crate::holders::Holders;
use crate::port::PortId;
use crate::slot::{CHUNK, Slot};

/// The table is scarce when no more than one in so many of its places is free.
const SCARCE_PART: usize = 8;
/// What every link may hold, however many links there are.
const SHARE_MIN: usize = 64;
/// At how many of a link's connections is looked, for one that nobody has answered.
const LOOKED_AT: usize = 32;

/// For how many keys memory is read ahead at most.
const PREFETCHED_MAX: usize = 64;

/// Reserved at once, filled one by one: memory that was never used is never touched.
type Chunk = Vec<Option<Connection>>;

/// All connections.
pub struct ConnectionTable {
    chunks: Vec<Chunk>,
    /// How many slots there are in the chunks, free ones included.
    slots: u32,
    free: Vec<Slot>,
    index: ConnectionIndex,
    holders: Holders,
    seed: u64,
    limit: usize,
    count: usize,
    /// Where the search for expired entries goes on.
    expiry_cursor: u32,
}

const ENDS: [End; 2] = [End::Initiator, End::Responder];

/// Index entries hold a slot and, in the lowest bit, which of its sides the key is.
#[inline]
fn pack(slot: Slot, end: End) -> u32 {
    slot.number() << 1 | end as u32
}

#[inline]
fn unpack(packed: u32) -> (Slot, End) {
    (Slot::from_number(packed >> 1), if packed & 1 == 0 { End::Initiator } else { End::Responder })
}

/// Puts values into a buffer, as many as fit; returns those.
#[inline]
fn filled<T>(buffer: &mut [T], values: impl Iterator<Item = T>) -> &[T] {
    let count = buffer.iter_mut().zip(values).map(|(place, value)| *place = value).count();
    &buffer[..count]
}

#[inline]
fn entry(chunks: &[Chunk], slot: Slot) -> Option<&Connection> {
    chunks.get(slot.chunk())?.get(slot.place())?.as_ref()
}

impl ConnectionTable {
    /// An empty table for at most `limit` connections. `seed` keys the hash and should be secret.
    pub fn new(limit: usize, seed: u64) -> ConnectionTable {
        ConnectionTable {
            chunks: Vec::new(),
            slots: 0,
            free: Vec::new(),
            index: ConnectionIndex::new(),
            holders: Holders::default(),
            seed,
            limit: limit.min(1 << 30),
            count: 0,
            expiry_cursor: 0,
        }
    }

    /// How many connections there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many bytes the table takes; without what NAT, IPv6 and configured timeouts add to a connection.
    pub fn memory(&self) -> usize {
        self.chunks.len() * CHUNK * size_of::<Option<Connection>>()
            + self.free.capacity() * size_of::<Slot>()
            + self.index.memory()
            + self.holders.memory()
    }

    /// The connection that a packet arriving on `port` belongs to, and the side that sends it.
    #[inline]
    pub fn find(&self, port: PortId, flow: &Flow) -> Option<(Slot, End)> {
        let key = ConnectionKey::new(self.seed, port, flow)?;
        let is_it = |packed: u32| {
            let (slot, end) = unpack(packed);
            entry(&self.chunks, slot).is_some_and(|connection| connection.has_side(end, key, flow))
        };
        self.index.find(key.hash(self.seed), is_it).map(unpack)
    }

    /// The connection with this key, to be changed, and the side that the key is for.
    #[inline(always)]
    pub(crate) fn find_ipv4(&mut self, key: ConnectionKey) -> Option<(&mut Connection, End)> {
        let is_it = |packed: u32| {
            let (slot, end) = unpack(packed);
            entry(&self.chunks, slot).is_some_and(|connection| connection.key(end) == key)
        };
        let (slot, end) = self.index.find(key.hash(self.seed), is_it).map(unpack)?;
        Some((self.get_mut(slot)?, end))
    }

    /// The key of a frame that arrives on a link, if it holds a plain packet.
    #[inline]
    pub(crate) fn key_of(&self, link: PortId, frame: &[u8]) -> Option<ConnectionKey> {
        if let Some(packet) = PlainPacket::read(frame) {
            return ConnectionKey::ipv4(link, packet.addresses, packet.protocol, packet.ports);
        }
        ConnectionKey::new(self.seed, link, &PlainIpv6Packet::read(frame)?.flow)
    }

    /// Reads what look-ups of these keys, of the first [`PREFETCHED_MAX`] of them, will read.
    ///
    /// In small loops: a processor goes on to later turns of a loop while it waits for memory, but only as many as it has
    /// room for their instructions. The fewer there are between two reads, the more of the waits are at once.
    #[inline]
    pub(crate) fn prefetch(&self, keys: impl Iterator<Item = ConnectionKey>) {
        let (mut hashes, mut found) = ([0; PREFETCHED_MAX], [Slot::from_number(0); PREFETCHED_MAX]);
        let mut any_ipv6 = false;
        let hash = |key: ConnectionKey| {
            any_ipv6 |= key.is_ipv6();
            key.hash(self.seed)
        };
        let hashes = filled(&mut hashes, keys.map(hash));
        // Nobody needs the sums; without them the compiler would leave the reading out.
        black_box(hashes.iter().fold(0, |sum, hash| sum ^ self.index.first_cell(*hash)));
        let slots = hashes.iter().filter_map(|hash| self.index.find(*hash, |_| true));
        let found = filled(&mut found, slots.map(|packed| unpack(packed).0));
        let sum = |read: fn(&Connection) -> u32| {
            let of = |slot: &Slot| entry(&self.chunks, *slot).map_or(0, read);
            found.iter().fold(0, |sum, slot| sum ^ of(slot))
        };
        black_box(sum(Connection::prefetch));
        if any_ipv6 {
            black_box(sum(Connection::prefetch_ipv6));
        }
    }

    /// A connection.
    #[inline]
    pub fn get(&self, slot: Slot) -> Option<&Connection> {
        entry(&self.chunks, slot)
    }

    /// A connection, to be changed.
    #[inline]
    pub fn get_mut(&mut self, slot: Slot) -> Option<&mut Connection> {
        self.chunks.get_mut(slot.chunk())?.get_mut(slot.place())?.as_mut()
    }

    /// All connections.
    pub fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.chunks.iter().flat_map(|chunk| chunk.iter().flatten())
    }

    /// Begins a connection, which its initiator's link holds; `None` when the table is full or the initiator's key is taken.
    pub fn insert(&mut self, initiator: Side, now: Moment) -> Option<Slot> {
        if self.count >= self.limit || self.find(initiator.port, &initiator.flow).is_some() {
            return None;
        }
        let key = ConnectionKey::new(self.seed, initiator.port, &initiator.flow)?;
        let slot = self.free_slot();
        self.count += 1;
        self.chunks[slot.chunk()][slot.place()] = Some(Connection::new(key, initiator, now));
        self.holders.add(initiator.port, slot);
        self.index.insert(key.hash(self.seed), pack(slot, End::Initiator));
        Some(slot)
    }

    fn free_slot(&mut self) -> Slot {
        if let Some(slot) = self.free.pop() {
            return slot;
        }
        let slot = Slot::from_number(self.slots);
        if slot.place() == 0 {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        self.chunks[slot.chunk()].push(None);
        self.slots += 1;
        slot
    }

    fn drop_key(&mut self, slot: Slot, end: End) {
        let key = self.get(slot).map_or(ConnectionKey::NONE, |connection| connection.key(end));
        if key.is_used() {
            self.index.remove(key.hash(self.seed), pack(slot, end));
        }
    }

    /// Gives a connection another side, or none. Returns whether it has it now; not when the key is another's.
    pub fn set_side(&mut self, slot: Slot, end: End, side: Option<Side>) -> bool {
        self.drop_key(slot, end);
        let free = side
            .filter(|side| self.find(side.port, &side.flow).is_none())
            .and_then(|side| Some((ConnectionKey::new(self.seed, side.port, &side.flow)?, side)));
        let Some(connection) = self.get_mut(slot) else { return false };
        let before = connection.holder();
        connection.set_side(end, free);
        let after = connection.holder();
        self.change_holder(slot, before, after);
        if let Some((key, _)) = free {
            self.index.insert(key.hash(self.seed), pack(slot, end));
        }
        free.is_some() == side.is_some()
    }

    /// How many connections a link holds: those that it began.
    pub fn held_by(&self, port: PortId) -> usize {
        self.holders.count(port)
    }

    fn change_holder(&mut self, slot: Slot, before: Option<PortId>, after: Option<PortId>) {
        if before == after {
            return;
        }
        if let Some(port) = before {
            self.holders.remove(port, slot);
        }
        if let Some(port) = after {
            self.holders.add(port, slot);
        }
    }

    /// Whether it has come so far that everybody has a share.
    #[inline]
    pub(crate) fn is_scarce(&self) -> bool {
        self.count + self.limit / SCARCE_PART >= self.limit
    }

    /// Whether there is no room for another connection.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.count >= self.limit
    }

    /// Whether a link holds its share, so that it may not begin another connection when there are few.
    pub(crate) fn has_share(&self, port: PortId) -> bool {
        self.held_by(port) >= self.share()
    }

    /// What a link may hold: an equal part, as if there were one more link, who then finds room.
    fn share(&self) -> usize {
        (self.limit / (self.holders.len() + 1)).max(SHARE_MIN)
    }

    /// The connection to be given up first: of the link that holds most the oldest that nobody has answered; if many are
    /// answered, of those the one that was silent for longest.
    pub(crate) fn victim(&mut self) -> Option<Slot> {
        let port = self.holders.largest()?;
        let mut silent: Option<(Moment, Slot)> = None;
        for _ in 0..LOOKED_AT {
            let slot = self.holders.oldest(port)?;
            let connection = self.get(slot)?;
            if !connection.is_answered() {
                return Some(slot);
            }
            let seen = (connection.last_seen(), slot);
            silent = Some(silent.map_or(seen, |silent| silent.min(seen)));
            // The next search begins with others.
            self.holders.renew(port, slot);
        }
        silent.map(|(_, slot)| slot)
    }

    /// Takes a connection out.
    pub fn remove(&mut self, slot: Slot) -> Option<Connection> {
        let holder = self.get(slot)?.holder();
        self.change_holder(slot, holder, None);
        self.drop_key(slot, End::Initiator);
        self.drop_key(slot, End::Responder);
        self.count -= 1;
        self.free.push(slot);
        self.chunks[slot.chunk()][slot.place()].take()
    }

    /// Looks at up to `steps` further entries and returns those that have expired.
    pub fn expired(&mut self, now: Moment, steps: usize) -> Vec<Slot> {
        let mut found = Vec::new();
        for _ in 0..steps.min(self.slots as usize) {
            self.expiry_cursor = (self.expiry_cursor + 1) % self.slots;
            let slot = Slot::from_number(self.expiry_cursor);
            if self.get(slot).is_some_and(|connection| connection.is_expired(now)) {
                found.push(slot);
            }
        }
        found
    }

    /// The connections of which one side is on `port`. Looks at every entry.
    pub fn on_port(&self, port: PortId) -> Vec<Slot> {
        let on_port =
            |connection: &Connection| ENDS.into_iter().any(|end| connection.port(end) == Some(port));
        (0..self.slots).map(Slot::from_number).filter(|slot| self.get(*slot).is_some_and(on_port)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(port: u32, from: &str, to: &str, number: u16) -> Side {
        let flow = Flow {
            source: from.parse().unwrap(),
            destination: to.parse().unwrap(),
            protocol: 17,
            source_port: number,
            destination_port: 53,
        };
        Side::new(PortId(port), flow, true)
    }

    #[test]
    fn both_directions_find_one_entry_and_the_same_addresses_on_another_link_do_not() {
        let mut table = ConnectionTable::new(10, 7);
        let initiator = side(1, "10.0.0.1", "10.0.0.2", 1000);
        let mut responder = side(2, "10.0.0.2", "10.0.0.1", 53);
        responder.flow.destination_port = 1000;
        let slot = table.insert(initiator, Moment(0)).unwrap();
        assert!(table.set_side(slot, End::Responder, Some(responder)));
        assert_eq!(table.find(PortId(1), &initiator.flow), Some((slot, End::Initiator)));
        assert_eq!(table.find(PortId(2), &responder.flow), Some((slot, End::Responder)));
        assert_eq!(table.find(PortId(3), &initiator.flow), None);
        assert!(table.insert(initiator, Moment(0)).is_none(), "the key is taken");
        table.remove(slot);
        assert_eq!(table.find(PortId(2), &responder.flow), None);
        assert!(table.is_empty());
    }

    #[test]
    fn a_connection_takes_less_than_200_bytes() {
        let mut table = ConnectionTable::new(250_000, 7);
        for number in 0..250_000u32 {
            let mut initiator = side(number % 32, "10.0.0.1", "10.0.0.2", (number >> 5 & 0xffff) as u16);
            let mut responder = side(40, "10.0.0.2", "10.0.0.1", (number >> 5 & 0xffff) as u16);
            initiator.flow.source = std::net::Ipv4Addr::from_bits(number).into();
            responder.flow.destination = initiator.flow.source;
            let slot = table.insert(initiator, Moment(0)).unwrap();
            assert!(table.set_side(slot, End::Responder, Some(responder)));
        }
        let each = table.memory() / table.len();
        assert!(each <= 200, "{each} bytes");
        println!("{each} bytes for each connection");
    }

    #[test]
    fn ipv6_flows_are_told_apart_and_come_back_whole() {
        let mut table = ConnectionTable::new(10, 7);
        let initiator = side(1, "fd00::1", "fd00::2", 1000);
        let slot = table.insert(initiator, Moment(0)).unwrap();
        assert_eq!(table.find(PortId(1), &initiator.flow), Some((slot, End::Initiator)));
        assert_eq!(table.find(PortId(1), &side(1, "fd00::1", "fd00::3", 1000).flow), None);
        assert_eq!(table.get(slot).and_then(|connection| connection.side(End::Initiator)), Some(initiator));
        table.remove(slot);
        assert_eq!(table.find(PortId(1), &initiator.flow), None);
    }

    #[test]
    fn a_responder_over_ipv6_may_know_the_initiator_by_another_address() {
        let mut table = ConnectionTable::new(10, 7);
        let initiator = side(1, "fd00::1", "fd00:ec2::254", 1000);
        let slot = table.insert(initiator, Moment(0)).unwrap();
        let mut answers = Side { port: PortId(2), flow: initiator.flow.reversed(), ..initiator };
        for known_as in ["fd00::1", "fe80::77", "fe80::78", "fd00::1"] {
            answers.flow.destination = known_as.parse().unwrap();
            assert!(table.set_side(slot, End::Responder, Some(answers)));
            assert_eq!(table.find(PortId(1), &initiator.flow), Some((slot, End::Initiator)), "{known_as}");
            assert_eq!(table.find(PortId(2), &answers.flow), Some((slot, End::Responder)), "{known_as}");
            let connection = table.get(slot).unwrap();
            assert_eq!(connection.side(End::Responder), Some(answers));
            assert_eq!(connection.translated(End::Initiator).is_none(), known_as == "fd00::1");
        }
        assert!(table.set_side(slot, End::Initiator, None));
        assert_eq!(table.find(PortId(2), &answers.flow), Some((slot, End::Responder)));
    }

    #[test]
    fn the_table_is_bounded_and_forgets_what_has_expired() {
        let mut table = ConnectionTable::new(2000, 7);
        for number in 0..2000 {
            assert!(table.insert(side(1, "10.0.0.1", "10.0.0.2", number), Moment(0)).is_some());
        }
        assert!(table.insert(side(1, "10.0.0.1", "10.0.0.2", 2001), Moment(0)).is_none());
        assert!(table.expired(Moment(1000), 10_000).is_empty());
        for slot in table.expired(Moment(1_000_000), 10_000) {
            table.remove(slot);
        }
        assert!(table.is_empty());
        assert!(table.insert(side(1, "10.0.0.1", "10.0.0.2", 2001), Moment(0)).is_some());
    }
}
