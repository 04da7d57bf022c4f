//! Security groups: what their rules allow, and the connections that they remember.
//!
//! Follows "Security group rules" (VPC User Guide) and "Security group connection tracking" (EC2 User Guide): the union
//! of all rules of all groups of the interface; no rule, no way; answers of tracked connections pass without rules.

use ipnet::IpNet;
use model::network_interface::InterfaceKind;
use model::rule::protocol;
use model::{
    Direction, Header, Network, NetworkInterface, Peer, ResourceId, SecurityGroup, SecurityGroupRule,
};
use std::net::IpAddr;
use wire::Flow;

use crate::connection::End;
use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Sender, Site, Step};
use crate::targets::endpoint_passage;
use crate::trace::{Outcome, TraceStep};

/// What leaves an interface must be allowed by an outbound rule, or belong to a tracked connection.
pub fn egress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    decide(journey, site, Direction::Egress)
}

/// What enters an interface must be allowed by an inbound rule, or belong to a tracked connection.
pub fn ingress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    decide(journey, site, Direction::Ingress)
}

fn decide<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, direction: Direction) -> Step<'a> {
    // "You can't associate a security group with a NAT gateway"; interfaces of services have no groups.
    if site.interface.groups.is_empty() {
        return Step::Continue;
    }
    if is_tracked(journey, site.interface, direction) {
        note(journey, site, direction, None, Outcome::Allow, || "tracked connection".to_owned());
        remember(journey, direction, true);
        return Step::Continue;
    }
    let query = RuleQuery {
        network: journey.network(),
        interface: site.interface,
        direction,
        header: journey.header(),
    };
    let sender = journey.sender;
    match query.admission(|owner| sender_is_known(sender, direction, owner)) {
        Some(admission) => {
            note(journey, site, direction, Some(admission.group), Outcome::Allow, || {
                describe(admission.rule)
            });
            remember(journey, direction, admission.tracked);
            Step::Continue
        }
        None => {
            let reason = match direction {
                Direction::Egress => DropReason::SecurityGroupEgress,
                Direction::Ingress => DropReason::SecurityGroupIngress,
            };
            let header = journey.header();
            note(journey, site, direction, None, Outcome::Deny(reason), || {
                format!("no rule allows {}", what_and_whom(&header, direction))
            });
            Step::Drop(reason)
        }
    }
}

fn remember(journey: &mut Journey<'_, '_>, direction: Direction, tracked: bool) {
    match direction {
        Direction::Egress => journey.findings.sender_tracks = Some(tracked),
        Direction::Ingress => journey.findings.receiver_tracks = Some(tracked),
    }
}

/// Whether the packet belongs to a connection that the interface tracks.
fn is_tracked(journey: &Journey<'_, '_>, interface: &NetworkInterface, direction: Direction) -> bool {
    if interface.kind == InterfaceKind::VpcEndpoint {
        return endpoint_passage::is_known(journey, interface.id);
    }
    let Some(port) = journey.around.ports.of_interface(interface.id) else { return false };
    let (connections, now) = (journey.around.connections, journey.around.now);
    let tracks = |flow: Flow| {
        let found = connections.find(port, &flow);
        found.and_then(|(slot, end)| Some((connections.get(slot)?, end))).is_some_and(|(connection, end)| {
            !connection.is_expired(now) && connection.side(end).is_some_and(|side| side.tracked)
        })
    };
    let as_sent_by_interface = |flow: Flow, by_interface: Direction| match direction == by_interface {
        true => flow,
        false => flow.reversed(),
    };
    if !journey.packet.is_error {
        return tracks(as_sent_by_interface(journey.packet.flow, Direction::Egress));
    }
    // An ICMP error is part of the connection that it is about: of one that the interface knows by what is quoted, whoever
    // has sent the error, or, where addresses are translated on the way, of one that the error's sender knows by it.
    let quotes_own =
        journey.about.is_some_and(|quoted| tracks(as_sent_by_interface(quoted, Direction::Ingress)));
    let about = journey.connection.and_then(|(slot, _)| connections.get(slot));
    quotes_own
        || about.is_some_and(|connection| {
            [End::Initiator, End::Responder]
                .into_iter()
                .filter_map(|end| connection.side(end))
                .any(|side| side.port == port && side.tracked && !connection.is_expired(now))
        })
}

/// Whether a packet that comes in still shows who sent it. A group is a set of interfaces; behind a router, a NAT device
/// or a gateway the sender is no longer recognised ("security group references are not preserved").
fn sender_is_known(sender: Sender, direction: Direction, owner: &NetworkInterface) -> bool {
    match direction {
        Direction::Egress => true,
        Direction::Ingress => sender == Sender::Interface(owner.id),
    }
}

/// A question to an interface's groups.
pub struct RuleQuery<'a> {
    /// The network.
    pub network: &'a Network,
    /// Whose groups are asked.
    pub interface: &'a NetworkInterface,
    /// Which rules are asked.
    pub direction: Direction,
    /// The packet.
    pub header: Header,
}

/// Why a packet is allowed.
pub struct Admission<'a> {
    /// The group.
    pub group: &'a SecurityGroup,
    /// Its rule.
    pub rule: &'a SecurityGroupRule,
    /// Whether the connection is tracked.
    pub tracked: bool,
}

impl<'a> RuleQuery<'a> {
    /// The rule that allows the packet, if any does.
    pub fn admission(&self, known: impl Fn(&NetworkInterface) -> bool) -> Option<Admission<'a>> {
        let mut first = None;
        for group in self.groups() {
            for rule in group.rules_of(self.direction).filter(|rule| self.matches(rule, &known)) {
                if is_everywhere(rule) && self.answers_are_free() {
                    return Some(Admission { group, rule, tracked: false });
                }
                first = first.or(Some(Admission { group, rule, tracked: true }));
            }
        }
        first
    }

    fn groups(&self) -> impl Iterator<Item = &'a SecurityGroup> {
        let (network, interface) = (self.network, self.interface);
        interface.groups.iter().filter_map(|id| network.security_groups.get(id))
    }

    fn matches(&self, rule: &SecurityGroupRule, known: &impl Fn(&NetworkInterface) -> bool) -> bool {
        rule.traffic.matches(&self.header) && self.peer_matches(&rule.peer, known)
    }

    fn peer_matches(&self, peer: &Peer, known: &impl Fn(&NetworkInterface) -> bool) -> bool {
        let remote = self.direction.remote(&self.header);
        match peer {
            Peer::Cidr(cidr) => cidr.contains(&remote),
            Peer::PrefixList(list) => {
                let mut blocks = self.network.prefix_list_blocks(self.interface.scope, *list);
                blocks.any(|block| block.contains(&remote))
            }
            Peer::Group { group, .. } => {
                let vpcs = self.network.vpcs_of_named_group(self.interface.vpc, *group);
                let mut owners = vpcs.filter_map(|vpc| self.network.interface_at(vpc, remote));
                owners.any(|owner| owner.groups.contains(group) && known(owner))
            }
        }
    }

    /// "If a security group rule permits TCP or UDP flows for all traffic (0.0.0.0/0 or ::/0) and there is a
    /// corresponding rule in the other direction that permits all response traffic (0.0.0.0/0 or ::/0) for all ports
    /// (0-65535), then that flow of traffic is not tracked" (Security group connection tracking).
    fn answers_are_free(&self) -> bool {
        if !matches!(self.header.protocol, protocol::TCP | protocol::UDP) {
            return false;
        }
        let other = self.direction.opposite();
        let remote = self.direction.remote(&self.header);
        self.groups().flat_map(|group| group.rules_of(other)).any(|rule| {
            is_everywhere(rule)
                && same_family(rule, remote)
                && rule.traffic.covers_all_ports_of(self.header.protocol)
        })
    }
}

fn is_everywhere(rule: &SecurityGroupRule) -> bool {
    matches!(rule.peer, Peer::Cidr(cidr) if cidr.prefix_len() == 0)
}

fn same_family(rule: &SecurityGroupRule, address: IpAddr) -> bool {
    match rule.peer {
        Peer::Cidr(IpNet::V4(_)) => address.is_ipv4(),
        Peer::Cidr(IpNet::V6(_)) => address.is_ipv6(),
        Peer::Group { .. } | Peer::PrefixList(_) => false,
    }
}

fn describe(rule: &SecurityGroupRule) -> String {
    let preposition = match rule.direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    format!("{}: {} {preposition} {}", rule.id, rule.traffic, rule.peer)
}

fn what_and_whom(header: &Header, direction: Direction) -> String {
    let name = protocol::name(header.protocol);
    let what = match header.transport {
        model::Transport::Ports { destination, .. } => format!("{name} {destination}"),
        model::Transport::Icmp { kind, .. } => format!("{name} type {kind}"),
        model::Transport::Opaque => name.into_owned(),
    };
    match direction {
        Direction::Ingress => format!("{what} from {}", header.source),
        Direction::Egress => format!("{what} to {}", header.destination),
    }
}

fn note(
    journey: &mut Journey<'_, '_>,
    site: Site<'_>,
    direction: Direction,
    group: Option<&SecurityGroup>,
    outcome: Outcome,
    detail: impl FnOnce() -> String,
) {
    let single = site.interface.groups.first().filter(|_| site.interface.groups.len() == 1);
    let by = group.map(|group| group.id).or(single.copied()).map(ResourceId::from);
    let at = Some(site.interface.id.into());
    let stage = journey.stage;
    journey.note(|| TraceStep { at, by, stage, direction: Some(direction), outcome, detail: detail() });
}
