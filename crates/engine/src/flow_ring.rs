//! The live book: what was decided about flows lately, off the fast path, for whoever looks (`hamlet flows`).
//!
//! One entry is one way of one flow, as its sender sent it, and what became of it: where it arrived and which rule let it, or
//! what it died of and which rule that was. It is there without any flow log, and it tells what these leave out: routes that
//! lead nowhere, gateways that refuse.
//!
//! The book is a ring: whoever comes late is told how many entries were written over. Nothing is counted on the fast path:
//! what a connection carries it counts itself, and is asked when somebody looks. A link begins only so many entries in a
//! second: what it does beyond that is counted and not written, so that one that floods costs no more than a look-up for each
//! packet, and does not push out what others do.

use model::{Direction, NetworkInterfaceId, ResourceId, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use wire::Flow;

use crate::clock::Moment;
use crate::connection::Sent;
use crate::drop_reason::DropReason;
use crate::port::PortId;
use crate::stage::Stage;
use crate::trace::{Outcome, TraceStep};

/// How many entries there are; those before are written over.
pub const FLOW_DECISIONS_MAX: usize = 4096;
/// How many entries a link may begin at once, and how many more with each second.
const BEGUN_AT_ONCE: u32 = 512;
const BEGUN_PER_SECOND: u32 = 128;
/// How many resources an entry names, and how long what is said of its rule may be.
const RESOURCES_MAX: usize = 32;
const DETAIL_CHARS_MAX: usize = 240;

/// What was decided about one way of a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowDecision {
    /// Its number. They grow without gaps.
    pub number: u64,
    /// When its first packet was decided.
    pub first: Timestamp,
    /// When one was decided last; those on the fast path are decided already.
    pub last: Timestamp,
    /// What was sent, up to now.
    pub counted: Sent,
    /// The decision.
    pub decided: Arc<DecidedFlow>,
}

/// A decision, as it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct DecidedFlow {
    /// The interface that sent it; none outside every VPC.
    pub sender: Option<NetworkInterfaceId>,
    /// The interface at whose link it arrived; none if it did not, or outside every VPC.
    pub receiver: Option<NetworkInterfaceId>,
    /// As what it was sent.
    pub sent: Flow,
    /// As what it arrived, or died.
    pub arrived: Flow,
    /// Type and code, for ICMP.
    pub icmp: Option<(u8, u8)>,
    /// What it died of, if it did.
    pub refused: Option<DropReason>,
    /// Who decided that; none where it was no stage.
    pub ruling: Option<Ruling>,
    /// Whatever it came past: interfaces, subnets, groups, network ACLs, route tables, gateways.
    pub course: Vec<ResourceId>,
}

/// What decided about a flow: for one that was refused, what refused it; otherwise the last rule that let it pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    /// The stage.
    pub stage: Stage,
    /// Where the packet was.
    pub at: Option<ResourceId>,
    /// Whose rule it is.
    pub by: Option<ResourceId>,
    /// Which way it went there, for stages that have rules both ways.
    pub direction: Option<Direction>,
    /// The rule, as a trace has it.
    pub detail: String,
}

/// What whoever looks is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowDecisions {
    /// The entries, oldest first.
    pub decisions: Vec<FlowDecision>,
    /// The number after which to ask next.
    pub next: u64,
    /// How many were written over since the number that was asked for.
    pub missed: u64,
    /// How many decisions were not written since the run began, because their link had begun too many entries.
    pub left_out: u64,
}

/// What tells one entry's packets from another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RingKey {
    /// Whose link they come from.
    pub(crate) port: PortId,
    /// As what.
    pub(crate) flow: Flow,
    /// To which neighbour on the link they are addressed, if not by their address.
    pub(crate) via: Option<NetworkInterfaceId>,
    /// Whether they are fragments, refused as such: whole packets of the same flow pass, in an entry of their own.
    pub(crate) fragments: bool,
}

/// What a packet has come to.
pub(crate) struct Decided<'a> {
    pub(crate) flow: DecidedFlow,
    pub(crate) steps: Option<&'a [TraceStep]>,
    /// What is counted of it by nobody else.
    pub(crate) size: Sent,
    /// What its connection had counted before it, if there is one that counts it.
    pub(crate) before: Option<Sent>,
    /// The network's generation.
    pub(crate) generation: u64,
}

#[derive(Debug)]
struct Entry {
    key: RingKey,
    first: Timestamp,
    last: Timestamp,
    decided: Arc<DecidedFlow>,
    /// What no connection counts, or none any more.
    counted: Sent,
    /// What the connection had counted before it was this entry's.
    before: Option<Sent>,
    generation: u64,
}

/// The book.
#[derive(Debug, Default)]
pub(crate) struct FlowRing {
    entries: VecDeque<Entry>,
    /// The number of the oldest entry.
    oldest: u64,
    /// The latest entry of each key, by its number.
    latest: HashMap<RingKey, u64>,
    left_out: u64,
}

/// How many entries a link may still begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryAllowance {
    left: u32,
    since: Moment,
}

impl Default for EntryAllowance {
    fn default() -> Self {
        EntryAllowance { left: BEGUN_AT_ONCE, since: Moment(0) }
    }
}

impl EntryAllowance {
    /// Whether there is one more.
    pub(crate) fn has_more(&mut self, now: Moment) -> bool {
        let seconds = now.since(self.since) / 1000;
        if seconds > 0 {
            let more = u64::from(BEGUN_PER_SECOND).saturating_mul(seconds);
            let left = u64::from(self.left).saturating_add(more).min(u64::from(BEGUN_AT_ONCE));
            self.left = u32::try_from(left).unwrap_or(BEGUN_AT_ONCE);
            self.since = Moment(self.since.0 + seconds * 1000);
        }
        self.left > 0
    }

    /// Takes it.
    pub(crate) fn take(&mut self) {
        self.left = self.left.saturating_sub(1);
    }
}

impl FlowRing {
    /// Under which generation the entry of this key was decided; `None` if there is none.
    pub(crate) fn knows(&self, key: &RingKey) -> Option<u64> {
        self.entries.get(self.place(key)?).map(|entry| entry.generation)
    }

    /// Where the latest entry of a key is.
    fn place(&self, key: &RingKey) -> Option<usize> {
        usize::try_from(self.latest.get(key)?.checked_sub(self.oldest)?).ok()
    }

    fn latest_mut(&mut self, key: &RingKey) -> Option<&mut Entry> {
        let place = self.place(key)?;
        self.entries.get_mut(place)
    }

    /// Counts a packet in the entry that it belongs to, if it has come to what that says.
    pub(crate) fn repeat(&mut self, key: &RingKey, decided: &Decided<'_>, now: Timestamp) -> bool {
        let Some(entry) = self.latest_mut(key) else { return false };
        if !entry.says(decided) {
            return false;
        }
        entry.last = now;
        match decided.before {
            // A connection that goes on is counted from where it was; a new one from its beginning.
            Some(before) => entry.before = Some(entry.before.unwrap_or(before)),
            None => entry.counted.add(decided.size.packets, decided.size.bytes),
        }
        if decided.steps.is_some() {
            entry.generation = decided.generation;
        }
        true
    }

    /// Begins an entry.
    pub(crate) fn begin(&mut self, key: RingKey, decided: Decided<'_>, now: Timestamp) {
        if self.entries.len() >= FLOW_DECISIONS_MAX
            && let Some(gone) = self.entries.pop_front()
        {
            if self.latest.get(&gone.key) == Some(&self.oldest) {
                self.latest.remove(&gone.key);
            }
            self.oldest += 1;
        }
        let number = self.oldest + self.entries.len() as u64;
        self.latest.insert(key, number);
        let counted = if decided.before.is_some() { Sent::default() } else { decided.size };
        self.entries.push_back(Entry {
            key,
            first: now,
            last: now,
            counted,
            before: decided.before,
            generation: decided.generation,
            decided: Arc::new(decided.flow),
        });
    }

    /// Counts a decision that is not written down. What an entry says of its flow holds no longer.
    pub(crate) fn leave_out(&mut self, known: Option<&RingKey>) {
        if let Some(key) = known {
            self.latest.remove(key);
        }
        self.left_out += 1;
    }

    /// A connection, or another entry, has what follows of this flow; up to now it was so much.
    pub(crate) fn settle(&mut self, key: &RingKey, sent: Sent) {
        let Some(entry) = self.latest_mut(key) else { return };
        entry.counted = entry.total(sent);
        entry.before = None;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries after a number. `sent` is what a connection of a key has counted.
    pub(crate) fn after(&self, number: u64, sent: impl Fn(&RingKey) -> Option<Sent>) -> FlowDecisions {
        let next = self.oldest + self.entries.len() as u64;
        // Who was told a number by another run has seen nothing of this one.
        let after = if number > next { 0 } else { number };
        let skipped = usize::try_from(after.saturating_sub(self.oldest)).unwrap_or(usize::MAX);
        let told = |(index, entry): (usize, &Entry)| {
            let number = self.oldest + index as u64;
            let is_latest = entry.before.is_some() && self.latest.get(&entry.key) == Some(&number);
            let carried = if is_latest { sent(&entry.key) } else { None };
            FlowDecision {
                number,
                first: entry.first,
                last: entry.last,
                counted: carried.map_or(entry.counted, |sent| entry.total(sent)),
                decided: Arc::clone(&entry.decided),
            }
        };
        FlowDecisions {
            decisions: self.entries.iter().enumerate().skip(skipped).map(told).collect(),
            next,
            missed: self.oldest.saturating_sub(after),
            left_out: self.left_out,
        }
    }
}

impl Entry {
    /// Whether a packet has come to the same. Which rule lets a packet pass may change without anybody noticing: a connection
    /// that goes on is "tracked" the next time. What refuses it is always told.
    fn says(&self, decided: &Decided<'_>) -> bool {
        let (old, new) = (&*self.decided, &decided.flow);
        old.refused == new.refused
            && old.receiver == new.receiver
            && (decided.steps.is_none() || new.refused.is_none() || old.ruling == new.ruling)
    }

    fn total(&self, sent: Sent) -> Sent {
        let Some(before) = self.before else { return self.counted };
        Sent {
            packets: self.counted.packets + sent.packets.saturating_sub(before.packets),
            bytes: self.counted.bytes + sent.bytes.saturating_sub(before.bytes),
        }
    }
}

impl Ruling {
    /// What decided, of all that was said on the way: the refusal itself; or the last group that let it pass, or else the
    /// last network ACL.
    pub(crate) fn of(steps: &[TraceStep], refused: Option<DropReason>) -> Option<Ruling> {
        let allows = |step: &&TraceStep| step.outcome == Outcome::Allow;
        let is_group = |step: &&TraceStep| step.stage == Stage::SecurityGroup;
        let step = match refused {
            Some(reason) => {
                let denied = steps.iter().rfind(|step| step.outcome == Outcome::Deny(reason));
                if denied.is_none() {
                    return Ruling::of_stage(reason);
                }
                denied
            }
            None => {
                let mut allowed = steps.iter().filter(allows);
                allowed.clone().rfind(is_group).or_else(|| allowed.next_back())
            }
        }?;
        let TraceStep { at, by, stage, direction, .. } = *step;
        Some(Ruling {
            stage,
            at,
            by,
            direction,
            detail: step.detail.chars().take(DETAIL_CHARS_MAX).collect(),
        })
    }
}

impl Ruling {
    /// What a reason itself says: a packet to oneself that is followed once more finds what it has just left behind, and
    /// comes through.
    fn of_stage(reason: DropReason) -> Option<Ruling> {
        let [stage] = *reason.stages() else { return None };
        Some(Ruling { stage, at: None, by: None, direction: None, detail: String::new() })
    }
}

/// Everything that a packet came past, each once.
pub(crate) fn course(steps: &[TraceStep], ends: [Option<NetworkInterfaceId>; 2]) -> Vec<ResourceId> {
    let ends = ends.into_iter().flatten().map(ResourceId::from);
    let mut course: Vec<ResourceId> = Vec::new();
    for place in ends.chain(steps.iter().flat_map(|step| [step.at, step.by]).flatten()) {
        if course.len() < RESOURCES_MAX && !course.contains(&place) {
            course.push(place);
        }
    }
    course.shrink_to_fit();
    course
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(port: u16) -> RingKey {
        let flow = Flow {
            source: "10.0.0.1".parse().unwrap(),
            destination: "10.0.0.2".parse().unwrap(),
            protocol: 6,
            source_port: port,
            destination_port: 22,
        };
        RingKey { port: PortId(1), flow, via: None, fragments: false }
    }

    fn decided(refused: Option<DropReason>, before: Option<u64>) -> Decided<'static> {
        let sent = key(1).flow;
        let flow = DecidedFlow {
            sender: None,
            receiver: None,
            sent,
            arrived: sent,
            icmp: None,
            refused,
            ruling: None,
            course: Vec::new(),
        };
        let before = before.map(|packets| Sent { packets, bytes: 10 * packets });
        Decided { flow, steps: None, size: Sent { packets: 1, bytes: 10 }, before, generation: 1 }
    }

    fn told(ring: &FlowRing, after: u64, sent: u64) -> Vec<(u64, u64)> {
        let sent = |_: &RingKey| Some(Sent { packets: sent, bytes: 10 * sent });
        let told = ring.after(after, sent).decisions;
        told.iter().map(|it| (it.number, it.counted.packets)).collect()
    }

    const NOW: Timestamp = Timestamp(0);

    #[test]
    fn the_ring_is_bounded_and_says_how_many_are_gone() {
        let mut ring = FlowRing::default();
        for number in 0..10_000_u16 {
            ring.begin(key(number), decided(None, None), NOW);
        }
        assert_eq!((ring.entries.len(), ring.latest.len()), (FLOW_DECISIONS_MAX, FLOW_DECISIONS_MAX));
        let all = ring.after(0, |_| None);
        assert_eq!((all.missed, all.next), (10_000 - 4096, 10_000));
        assert!(all.decisions.windows(2).all(|pair| pair[0].number + 1 == pair[1].number));
        assert_eq!(all.decisions.last().map(|it| it.number), Some(9_999));
        let late = ring.after(9_990, |_| None);
        assert_eq!((late.missed, late.decisions.len()), (0, 10));
        let nothing = ring.after(10_000, |_| None);
        assert_eq!((nothing.missed, nothing.decisions.len()), (0, 0));
        assert_eq!(ring.after(10_001, |_| None), all, "a number of another run");
    }

    #[test]
    fn what_is_refused_again_is_one_entry_and_another_verdict_is_another() {
        let mut ring = FlowRing::default();
        let refused = Some(DropReason::NoRoute);
        ring.begin(key(1), decided(refused, None), NOW);
        for _ in 0..999 {
            assert!(ring.repeat(&key(1), &decided(refused, None), NOW));
        }
        assert!(!ring.repeat(&key(1), &decided(Some(DropReason::Blackhole), None), NOW));
        assert!(!ring.repeat(&key(1), &decided(None, Some(0)), NOW));
        assert!(!ring.repeat(&key(2), &decided(refused, None), NOW));
        ring.begin(key(1), decided(None, Some(0)), NOW);
        assert_eq!(told(&ring, 0, 5), [(0, 1000), (1, 5)]);
    }

    #[test]
    fn a_connection_counts_from_where_it_was_and_stays_counted_when_it_is_gone() {
        let mut ring = FlowRing::default();
        ring.begin(key(1), decided(None, Some(100)), NOW);
        assert_eq!(told(&ring, 0, 107), [(0, 7)]);
        assert!(ring.repeat(&key(1), &decided(None, Some(107)), NOW));
        assert_eq!(told(&ring, 0, 110), [(0, 10)]);
        ring.settle(&key(1), Sent { packets: 110, bytes: 1100 });
        assert_eq!(told(&ring, 0, 0), [(0, 10)]);
        assert!(ring.repeat(&key(1), &decided(None, Some(0)), NOW), "the next connection");
        assert_eq!(told(&ring, 0, 3), [(0, 13)]);
    }

    #[test]
    fn a_link_begins_a_burst_and_then_so_many_in_a_second() {
        let mut allowance = EntryAllowance::default();
        let mut begun = |now| {
            let mut begun = 0;
            while allowance.has_more(Moment(now)) {
                allowance.take();
                begun += 1;
            }
            begun
        };
        assert_eq!([begun(50), begun(999), begun(1_000), begun(1_500), begun(4_000)], [512, 0, 128, 0, 384]);
        assert_eq!(begun(1_000_000_000), 512);
    }

    #[test]
    fn what_is_left_out_is_counted_and_its_entry_counts_no_more() {
        let mut ring = FlowRing::default();
        ring.begin(key(1), decided(None, Some(0)), NOW);
        ring.leave_out(Some(&key(1)));
        assert_eq!(ring.after(0, |_| None).left_out, 1);
        assert_eq!(ring.knows(&key(1)), None);
    }

    #[test]
    fn an_entry_takes_little_memory() {
        let each = size_of::<Entry>() + size_of::<DecidedFlow>() + 2 * size_of::<(RingKey, u64)>();
        assert!(each <= 700, "{each}");
    }
}
