//! Rules: security groups, network ACLs and route tables, matched by plain loops.

use ipnet::IpNet;
use model::aws_prefix_list::AwsPrefixList;
use model::peering_status::PeeringStatus;
use model::{
    Destination, Direction, NetworkInterface, Peer, Ports, PrefixListId, RouteTable, RuleAction,
    RuleProtocol, Scope, SecurityGroupRule, Subnet, Target, Traffic, VpcId, World,
};
use std::net::IpAddr;

use super::{Packet, Part};

/// Whether `address` lies in `block`.
pub(super) fn is_in(block: IpNet, address: IpAddr) -> bool {
    match (block, address) {
        (IpNet::V4(block), IpAddr::V4(address)) => {
            let bits = u32::from(block.prefix_len());
            bits == 0 || u32::from(block.addr()) >> (32 - bits) == u32::from(address) >> (32 - bits)
        }
        (IpNet::V6(block), IpAddr::V6(address)) => {
            let bits = u32::from(block.prefix_len());
            bits == 0 || u128::from(block.addr()) >> (128 - bits) == u128::from(address) >> (128 - bits)
        }
        _ => false,
    }
}

fn traffic_matches(traffic: &Traffic, packet: &Packet) -> bool {
    let protocol_matches = match traffic.protocol {
        RuleProtocol::All => true,
        RuleProtocol::Number(number) => number == packet.flow.protocol,
    };
    let is_later = matches!(packet.part, Part::Later(_));
    let has_ports = (packet.flow.protocol == 6 || packet.flow.protocol == 17) && !is_later;
    let ports_match = match traffic.ports {
        Ports::Any => true,
        Ports::Range { from, to } if has_ports => {
            packet.flow.destination_port >= from && packet.flow.destination_port <= to
        }
        Ports::Range { from, to } => packet.icmp.is_none() && from == 0 && to == 65535,
        Ports::Icmp { kind, code } => match packet.icmp {
            Some((packet_kind, packet_code)) => {
                (kind.is_none() || kind == Some(packet_kind)) && (code.is_none() || code == Some(packet_code))
            }
            None => !has_ports && kind.is_none(),
        },
    };
    protocol_matches && ports_match
}

/// "Rules are evaluated starting with the lowest numbered rule": whether the subnet's network ACL lets a packet pass.
pub(super) fn acl_allows(world: &World, subnet: &Subnet, direction: Direction, packet: &Packet) -> bool {
    let Some(acl) = world.network.network_acls.get(&subnet.network_acl) else { return false };
    let entries = if direction == Direction::Ingress { &acl.ingress } else { &acl.egress };
    let mut numbers: Vec<u16> = entries.keys().copied().collect();
    numbers.sort();
    for number in numbers {
        let entry = &entries[&number];
        let far = if direction == Direction::Ingress { packet.flow.source } else { packet.flow.destination };
        if is_in(entry.cidr, far) && traffic_matches(&entry.traffic, packet) {
            return entry.action == RuleAction::Allow;
        }
    }
    false
}

/// Whether a group's rule is for everybody of one family.
fn everybody(rule: &SecurityGroupRule, ipv6: bool) -> bool {
    match rule.peer {
        Peer::Cidr(IpNet::V4(block)) => !ipv6 && block.prefix_len() == 0,
        Peer::Cidr(IpNet::V6(block)) => ipv6 && block.prefix_len() == 0,
        Peer::Group { .. } | Peer::PrefixList(_) => false,
    }
}

/// Whether the interface's groups let a packet pass, and if so, whether its connection is tracked. `sender` is the interface
/// that sent it, if it still can be told.
pub(super) fn groups_allow(
    world: &World,
    interface: &NetworkInterface,
    direction: Direction,
    packet: &Packet,
    sender: Option<model::NetworkInterfaceId>,
) -> Option<bool> {
    let rules = |wanted: Direction| {
        let groups = interface.groups.iter().filter_map(|id| world.network.security_groups.get(id));
        groups.flat_map(|group| group.rules.values()).filter(move |rule| rule.direction == wanted)
    };
    let far = if direction == Direction::Ingress { packet.flow.source } else { packet.flow.destination };
    let matching: Vec<&SecurityGroupRule> = rules(direction)
        .filter(|rule| traffic_matches(&rule.traffic, packet))
        .filter(|rule| match rule.peer {
            Peer::Cidr(block) => is_in(block, far),
            Peer::PrefixList(list) => {
                blocks_of(world, interface.scope, list).iter().any(|block| is_in(*block, far))
            }
            Peer::Group { group, .. } => members_of(world, interface.vpc, group, far)
                .any(|member| direction == Direction::Egress || sender == Some(member.id)),
        })
        .collect();
    if matching.is_empty() {
        return None;
    }
    let ipv6 = far.is_ipv6();
    let answers_free = rules(direction.opposite()).any(|rule| {
        everybody(rule, ipv6)
            && match (rule.traffic.protocol, rule.traffic.ports) {
                (RuleProtocol::All, _) => true,
                (RuleProtocol::Number(number), Ports::Range { from: 0, to: 65535 } | Ports::Any) => {
                    number == packet.flow.protocol
                }
                (RuleProtocol::Number(_), _) => false,
            }
    });
    let can_be_untracked = packet.flow.protocol == 6 || packet.flow.protocol == 17;
    let untracked = can_be_untracked && answers_free && matching.iter().any(|rule| everybody(rule, ipv6));
    Some(!untracked)
}

/// The interfaces with this address that carry the group, in the same VPC or in one that is peered in the same Region.
/// A group is carried in its own VPC, and in those that it is associated with, which may have the same addresses.
fn members_of(
    world: &World,
    vpc: VpcId,
    group: model::SecurityGroupId,
    address: IpAddr,
) -> impl Iterator<Item = &NetworkInterface> {
    let row = world.network.security_groups.get(&group);
    let associated =
        row.into_iter().flat_map(|row| row.associations.iter().map(|association| association.vpc));
    let carried_in = row.map(|row| row.vpc).into_iter().chain(associated);
    let reached = carried_in.filter(move |other| *other == vpc || is_peered(world, vpc, *other));
    let owners = reached.filter_map(move |other| owner(world, other, address));
    owners.filter(move |interface| interface.groups.contains(&group))
}

fn is_peered(world: &World, vpc: VpcId, other: VpcId) -> bool {
    world.network.vpc_peering_connections.values().any(|peering| {
        let vpcs = (peering.requester.vpc, peering.accepter.vpc);
        peering.status == PeeringStatus::Active
            && peering.requester.scope.region == peering.accepter.scope.region
            && (vpcs == (vpc, other) || vpcs == (other, vpc))
    })
}

/// The interface that has an address in a VPC.
pub(super) fn owner(world: &World, vpc: VpcId, address: IpAddr) -> Option<&NetworkInterface> {
    world
        .network
        .network_interfaces
        .values()
        .find(|interface| interface.vpc == vpc && owns(interface, address))
}

/// Whether an address is one of the interface's.
pub(super) fn owns(interface: &NetworkInterface, address: IpAddr) -> bool {
    let in_prefix = interface.prefixes.iter().any(|prefix| prefix.contains(&address));
    in_prefix
        || match address {
            IpAddr::V4(v4) => interface.private_addresses.iter().any(|private| private.address == v4),
            IpAddr::V6(v6) => interface.ipv6_addresses.contains(&v6),
        }
}

/// Whether an address lies in one of a VPC's blocks.
pub(super) fn in_vpc(world: &World, vpc: VpcId, address: IpAddr) -> bool {
    let Some(vpc) = world.network.vpcs.get(&vpc) else { return false };
    vpc.cidrs.iter().any(|block| is_in(IpNet::V4(block.cidr), address))
        || vpc.ipv6_cidrs.iter().any(|block| is_in(IpNet::V6(block.cidr), address))
}

/// Whether an address lies in a subnet.
pub(super) fn in_subnet(subnet: &Subnet, address: IpAddr) -> bool {
    subnet.cidr.is_some_and(|block| is_in(IpNet::V4(block), address))
        || subnet.ipv6_cidr.as_ref().is_some_and(|block| is_in(IpNet::V6(block.cidr), address))
}

/// The blocks of a prefix list: the customer's own, or AWS's of the Region.
fn blocks_of(world: &World, scope: Scope, list: PrefixListId) -> Vec<IpNet> {
    match (world.network.prefix_lists.get(&list), AwsPrefixList::find(scope.region, list)) {
        (Some(own), _) => own.entries.iter().map(|entry| entry.cidr).collect(),
        (None, Some(aws)) => aws.blocks().collect(),
        (None, None) => Vec::new(),
    }
}

/// "Longest prefix match"; then local before static before prefix lists; then the older route.
pub(super) fn best_route(world: &World, table: &RouteTable, address: IpAddr) -> Option<Target> {
    let mut candidates: Vec<(u8, u8, Target)> = Vec::new();
    if let Some(vpc) = world.network.vpcs.get(&table.vpc) {
        let v4 = vpc.cidrs.iter().map(|block| IpNet::V4(block.cidr));
        for block in v4.chain(vpc.ipv6_cidrs.iter().map(|block| IpNet::V6(block.cidr))) {
            let replaced =
                table.local_overrides.iter().find(|route| route.destination == Destination::Cidr(block));
            let (rank, target) = replaced.map_or((2, Target::Local), |route| (1, route.target));
            if is_in(block, address) {
                candidates.push((block.prefix_len(), rank, target));
            }
        }
    }
    for route in &table.routes {
        match route.destination {
            Destination::Cidr(block) if is_in(block, address) => {
                candidates.push((block.prefix_len(), 1, route.target));
            }
            Destination::Cidr(_) => {}
            Destination::PrefixList(list) => {
                let blocks = blocks_of(world, table.scope, list);
                for block in blocks.iter().filter(|block| is_in(**block, address)) {
                    candidates.push((block.prefix_len(), 0, route.target));
                }
            }
        }
    }
    let best = candidates.iter().map(|(length, rank, _)| (*length, *rank)).max()?;
    candidates.into_iter().find(|(length, rank, _)| (*length, *rank) == best).map(|(_, _, target)| target)
}
