//! What is remembered of packets: "Security group connection tracking" (EC2 User Guide) and "NAT gateways" (VPC User
//! Guide), with Hamlet's own times where AWS publishes none.

use model::{NatGatewayId, NetworkInterfaceId, SubnetId, VpcEndpointId};
use wire::Flow;

use super::Who;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// Whose.
    pub who: Who,
    /// Its packets as they leave it.
    pub flow: Flow,
    /// Whether its groups let the connection pass without looking at rules.
    pub tracked: bool,
}

/// Where an endpoint takes packets in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Door {
    /// By the route of a subnet.
    Route(SubnetId),
    /// At an interface.
    Interface(NetworkInterfaceId),
}

/// A connection.
#[derive(Clone, Debug)]
pub struct Connection {
    initiator: Option<End>,
    responder: Option<End>,
    /// The NAT gateways on the initiator's way, and what each made of its packets.
    pub nat: Vec<(NatGatewayId, Flow)>,
    /// The endpoint that the initiator's packets leave through, by which door and as what.
    pub endpoint: Option<(VpcEndpointId, Door, Flow)>,
    /// Whether an egress-only internet gateway saw it go out.
    pub through_egress_only: bool,
    protocol: u8,
    last: u64,
    /// TCP: who has answered, finished, or reset it.
    established: bool,
    finished: [bool; 2],
    reset: bool,
    /// UDP: how often the direction changed, and who sent last.
    turns: u32,
    last_was_initiator: bool,
}

/// What a packet's way means for its connection.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Whether the sender's groups track it, if they were asked.
    pub sender_tracks: Option<bool>,
    /// Whether the receiver's groups track it, if they were asked.
    pub receiver_tracks: Option<bool>,
    /// Whether a gateway on the way makes it tracked.
    pub always_tracked: bool,
    /// NAT gateways on the way.
    pub nat: Vec<(NatGatewayId, Flow)>,
    /// The endpoint that it left through, by which door and as what.
    pub endpoint: Option<(VpcEndpointId, Door, Flow)>,
    /// Whether an egress-only gateway saw it.
    pub through_egress_only: bool,
    /// By how much the time to live shrank.
    pub hops: u8,
    /// How long the packet may be, as it was sent.
    pub mtu: u16,
    /// Whether it came straight from a neighbour.
    pub neighbours: bool,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory {
            sender_tracks: None,
            receiver_tracks: None,
            always_tracked: false,
            nat: Vec::new(),
            endpoint: None,
            through_egress_only: false,
            hops: 0,
            // "Jumbo frames: 9001 bytes" inside a VPC.
            mtu: 9001,
            neighbours: false,
        }
    }
}

/// The connection of which `who` sends packets like these, and whether it began it.
pub fn find(all: &[Connection], who: Who, flow: &Flow) -> Option<(usize, bool)> {
    for (index, connection) in all.iter().enumerate() {
        for initiator in [true, false] {
            if connection.end(initiator).is_some_and(|end| end.who == who && end.flow == *flow) {
                return Some((index, initiator));
            }
        }
    }
    None
}

const SECOND: u64 = 1000;

impl Connection {
    /// A connection's first packet.
    pub fn begin(who: Who, flow: Flow, tracked: bool, now: u64) -> Connection {
        Connection {
            initiator: Some(End { who, flow, tracked }),
            responder: None,
            nat: Vec::new(),
            endpoint: None,
            through_egress_only: false,
            protocol: flow.protocol,
            last: now,
            established: false,
            finished: [false; 2],
            reset: false,
            turns: 0,
            last_was_initiator: true,
        }
    }

    /// One end.
    pub fn end(&self, initiator: bool) -> Option<&End> {
        if initiator { self.initiator.as_ref() } else { self.responder.as_ref() }
    }

    /// Puts an end in.
    pub fn set_end(&mut self, initiator: bool, end: End) {
        *(if initiator { &mut self.initiator } else { &mut self.responder }) = Some(end);
    }

    /// Takes an end out.
    pub fn clear_end(&mut self, initiator: bool) {
        *(if initiator { &mut self.initiator } else { &mut self.responder }) = None;
    }

    /// The first packet's rules decide whether each end tracks it.
    pub fn set_tracked(&mut self, sender: Option<bool>, receiver: Option<bool>, always: bool) {
        for (end, tracks) in [(&mut self.initiator, sender), (&mut self.responder, receiver)] {
            if let (Some(end), Some(tracks)) = (end, tracks) {
                end.tracked = tracks || always;
            }
        }
    }

    /// Whether it was idle for too long.
    pub fn is_over(&self, now: u64) -> bool {
        now - self.last > self.timeout()
    }

    fn timeout(&self) -> u64 {
        let closed = self.reset || self.finished == [true; 2];
        let alone = match self.protocol {
            6 if closed => 10 * SECOND,
            6 if self.finished != [false; 2] => 120 * SECOND,
            6 if self.established => 432_000 * SECOND,
            6 => 120 * SECOND,
            17 if self.turns >= 2 => 180 * SECOND,
            17 => 30 * SECOND,
            1 | 58 => 30 * SECOND,
            _ => 600 * SECOND,
        };
        let by_interface = matches!(self.endpoint, Some((_, Door::Interface(_), _)));
        if self.nat.is_empty() && !by_interface { alone } else { alone.min(350 * SECOND) }
    }

    /// A packet passed.
    pub fn refresh(&mut self, initiator: bool, flags: u8, now: u64) {
        self.last = now;
        match self.protocol {
            6 => self.tcp(initiator, flags),
            17 => {
                if self.last_was_initiator != initiator {
                    self.turns += 1;
                }
                self.last_was_initiator = initiator;
            }
            _ => {}
        }
    }

    fn tcp(&mut self, initiator: bool, flags: u8) {
        let (fin, syn, rst, ack) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0, flags & 16 != 0);
        let closed = self.reset || self.finished == [true; 2];
        if rst {
            self.reset = true;
        } else if closed {
            if syn && !ack && !fin {
                self.established = false;
                self.finished = [false; 2];
                self.reset = false;
            }
        } else if fin {
            self.finished[usize::from(initiator)] = true;
        } else if !initiator || !syn {
            self.established = true;
        }
    }
}
