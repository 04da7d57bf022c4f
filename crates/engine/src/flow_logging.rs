//! Flow logs meet packets: what is written down of a journey, and how connections' packets come to records.
//!
//! Follows "Flow log limitations" (VPC User Guide) for what is not logged: traffic with the services of the link, which never
//! becomes a journey or goes to no interface, and what is addressed to the router.

use model::rule::protocol;
use model::{Direction, NetworkInterface, NetworkInterfaceId, Target};
use std::net::IpAddr;
use wire::{Flow, Headers};

use crate::clock::{Moment, Now};
use crate::connection::{End, Sent};
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::flow_book::{ClosedFlows, Places, WATCHED_RECORDS_MAX};
use crate::flow_record::{FlowAction, FlowKey, Observation, RejectReason, TrafficPath, counted_flags};
use crate::journey::{Journey, Place, Site, Step};
use crate::nat_metrics::Sizes;
use crate::passage::Passage;
use crate::port::PortId;
use crate::slot::Slot;

/// How many connections are added up at once when a window closes: about a millisecond's work.
const SETTLED_AT_ONCE: usize = 16_384;

impl Journey<'_, '_> {
    /// Writes down what a packet was at an interface, if anybody wants to know: it came there as `flow`, and then `step` was
    /// decided.
    pub(crate) fn observe(&mut self, direction: Direction, site: Site<'_>, flow: Flow, step: &Step<'_>) {
        let came_from = match direction {
            Direction::Ingress => self.left.take(),
            Direction::Egress => self.left.replace(site.interface.id),
        };
        if let (Direction::Ingress, Some(from)) = (direction, came_from) {
            self.leads_to(from, site.interface.id);
        }
        if !self.network().is_logged(site.interface) || is_for_router(&site, &flow) {
            return;
        }
        let Some(action) = action(direction, step) else { return };
        let path = if direction == Direction::Egress { self.path(step) } else { None };
        let peer = came_from.filter(|_| direction == Direction::Ingress);
        let seen = self.seen(site.interface, direction, flow, action);
        self.course.push(Observation { path, peer, ..seen });
    }

    /// What a packet is at an interface.
    fn seen(
        &self,
        interface: &NetworkInterface,
        direction: Direction,
        flow: Flow,
        action: FlowAction,
    ) -> Observation {
        let key = FlowKey { interface: interface.id, direction, flow: with_ports(flow), action };
        let as_sent = flow.source.is_ipv4() == self.sent.source.is_ipv4();
        Observation { key, path: None, peer: None, as_sent }
    }

    /// Writes down that VPC Block Public Access has stopped a packet: on its way out, after its interface had let it pass.
    pub(crate) fn observe_blocked(&mut self, interface: &NetworkInterface, direction: Direction, flow: Flow) {
        let action = FlowAction::Reject(Some(RejectReason::PublicAccessBlocked));
        match direction {
            Direction::Egress => {
                let last = self.course.iter_mut().rev().find(|it| it.key.interface == interface.id);
                if let Some(last) = last {
                    last.key.action = action;
                    last.path = None;
                }
            }
            Direction::Ingress if self.network().is_logged(interface) => {
                let seen = self.seen(interface, direction, flow, action);
                self.course.push(seen);
            }
            Direction::Ingress => {}
        }
    }

    /// Where a packet went that was observed when it left.
    fn leads_to(&mut self, from: NetworkInterfaceId, to: NetworkInterfaceId) {
        let last = self.course.last_mut().filter(|it| it.key.interface == from);
        if let Some(last) = last.filter(|it| it.key.direction == Direction::Egress) {
            last.peer = Some(to);
        }
    }

    /// By which way a packet leaves, as the step says that ends its stages.
    fn path(&self, step: &Step<'_>) -> Option<TrafficPath> {
        let Step::Go(place) = step else { return None };
        match place {
            Place::Entering(..) => Some(TrafficPath::SameVpc),
            Place::At(target, _) => match target {
                Target::Local | Target::NatGateway(_) | Target::NetworkInterface(_) => {
                    Some(TrafficPath::SameVpc)
                }
                Target::InternetGateway(_) | Target::EgressOnlyInternetGateway(_) => {
                    Some(TrafficPath::InternetGateway)
                }
                Target::VpcEndpoint(_) => Some(TrafficPath::GatewayEndpoint),
                Target::VpcPeeringConnection(id) => {
                    let peering = self.network().vpc_peering_connections.get(id)?;
                    Some(match peering.same_region() {
                        true => TrafficPath::Peering,
                        false => TrafficPath::InterRegionPeering,
                    })
                }
            },
            Place::Leaving(_) | Place::Translating(..) | Place::Internet | Place::Arrived(_) => None,
        }
    }
}

/// What the stages at an interface have decided for flow logs; none for what is not written down. Groups and network ACLs
/// reject; what dies later, of a route, was accepted; what was none of the interface's business, or is for a service of its
/// link, is not there at all.
fn action(direction: Direction, step: &Step<'_>) -> Option<FlowAction> {
    match step {
        // Only a service of the link is reached at once.
        Step::Go(Place::Arrived(_)) if direction == Direction::Egress => None,
        Step::Drop(
            DropReason::SecurityGroupEgress
            | DropReason::SecurityGroupIngress
            | DropReason::NetworkAclEgress
            | DropReason::NetworkAclIngress,
        ) => Some(FlowAction::Reject(None)),
        Step::Drop(
            DropReason::SourceCheck
            | DropReason::DestinationCheck
            | DropReason::LinkService
            | DropReason::ReservedRange
            | DropReason::InterfaceDown,
        ) => None,
        Step::Go(
            Place::Arrived(_)
            | Place::Entering(..)
            | Place::At(..)
            | Place::Translating(..)
            | Place::Internet,
        )
        | Step::Drop(_)
        | Step::Continue => Some(FlowAction::Accept),
        Step::Go(Place::Leaving(_)) => None,
    }
}

/// "Traffic to the reserved IP address for the default VPC router" is not logged.
fn is_for_router(site: &Site<'_>, flow: &Flow) -> bool {
    let (IpAddr::V4(destination), Some(subnet)) = (flow.destination, site.subnet.cidr) else { return false };
    u32::from(subnet.network()) + 1 == u32::from(destination)
}

/// A flow as records have it: only TCP and UDP have ports there.
fn with_ports(flow: Flow) -> Flow {
    match flow.protocol {
        protocol::TCP | protocol::UDP => flow,
        _ => Flow { source_port: 0, destination_port: 0, ..flow },
    }
}

impl Engine {
    /// Whether anybody logs packets.
    #[inline]
    pub(crate) fn is_logging(&self) -> bool {
        !self.world.network.flow_logs.is_empty()
    }

    /// Time passes for flow logs, off the fast path.
    pub(crate) fn roll_flows(&mut self, now: Now) {
        if self.is_logging() || self.flow_book.is_used() {
            self.flow_book.roll(self.is_logging(), now);
        }
    }

    /// Counts a packet that died on its way.
    pub(crate) fn count_flow(
        &mut self,
        course: &[Observation],
        headers: &Headers,
        sizes: &Sizes,
        now: Moment,
    ) {
        if !course.is_empty() {
            self.flow_book.count(course, sizes, counted_flags(headers.tcp_flags), now);
        }
    }

    /// Counts a packet that arrives, and has the next ones of its connection added up in the same records.
    pub(crate) fn count_and_watch_flow(
        &mut self,
        port: PortId,
        passage: &Passage,
        headers: &Headers,
        sizes: &Sizes,
        now: Moment,
    ) {
        if passage.course.is_empty() && !self.flow_book.is_used() {
            return;
        }
        let places = self.flow_book.count(&passage.course, sizes, counted_flags(headers.tcp_flags), now);
        if headers.is_icmp_error() || !headers.has_transport() {
            return;
        }
        if let Some((slot, from)) = self.connections.find(port, &headers.flow()) {
            self.watch_flow(slot, from, passage, places);
        }
    }

    /// A packet was decided and has died all the same, uncounted: nobody adds up what would follow it on the fast path.
    pub(crate) fn decide_next_again(&mut self, port: PortId, sent: &Flow) {
        let Some((slot, from)) = self.connections.find(port, sent) else { return };
        if let Some(connection) = self.connections.get_mut(slot) {
            connection.forget_decision(from);
        }
    }

    /// What the connection has counted of this packet is in its records already. The packets that come on the fast path go
    /// the same way as this one, unless it went another: addressed to somebody else on its link.
    fn watch_flow(&mut self, slot: Slot, from: End, passage: &Passage, places: Places) {
        let generation = self.world.network.generation;
        let Some(connection) = self.connections.get_mut(slot) else { return };
        let (before, sent) = (connection.watched(from), connection.sent(from));
        let is_fast = !passage.course.is_empty() && connection.is_decided(from, generation);
        let goes_there =
            connection.port(from.other()) == Some(passage.to) && connection.way(from) == passage.way;
        let watched = match is_fast && passage.course.len() <= WATCHED_RECORDS_MAX {
            true if goes_there => self.flow_book.watch(before, (slot, from), sent, places),
            true => before.inspect(|at| self.flow_book.set_counted(*at, sent)),
            false => None,
        };
        if is_fast && watched.is_none() {
            connection.forget_decision(from);
        }
        if watched != before {
            connection.set_watched(from, watched);
        }
    }

    /// Adds what one end of a connection has sent on the fast path to its records.
    pub(crate) fn settle_flow(&mut self, slot: Slot, from: End) {
        let Some(connection) = self.connections.get_mut(slot) else { return };
        let Some(at) = connection.watched(from) else { return };
        let flags = connection.take_closing_flags(from);
        self.flow_book.settle(at, connection.sent(from), flags, connection.last_seen());
    }

    /// The windows that have closed since they were taken last, oldest first, and whether there is one whose time is over
    /// and that waits to be closed: who asks again soon gets it.
    ///
    /// Closing goes over the connections that were logged, some thousands with each call. Their next packets go off the fast
    /// path, once.
    pub fn take_flow_windows(&mut self, now: Now) -> (Vec<ClosedFlows>, bool) {
        self.roll_flows(now);
        for (at, watched) in self.flow_book.next_to_settle(SETTLED_AT_ONCE) {
            let (slot, end) = (watched.slot, watched.end);
            let is_same = self.connections.get(slot).is_some_and(|it| it.watched(end) == Some(at));
            if !is_same {
                continue;
            }
            self.settle_flow(slot, end);
            if let Some(connection) = self.connections.get_mut(slot) {
                connection.set_watched(end, None);
                connection.forget_decision(end);
            }
        }
        self.flow_book.close();
        // The next one may have waited for that.
        self.roll_flows(now);
        (self.flow_book.take_closed(), self.flow_book.is_closing())
    }
}

impl Sizes {
    /// The same on the whole way.
    pub(crate) fn of(sent: Sent) -> Sizes {
        Sizes { sent, arrives: sent }
    }
}
