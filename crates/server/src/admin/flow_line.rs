//! One line of `hamlet flows`: a decision about a flow, with the names that people know.

use engine::{DecidedFlow, FlowDecision};
use model::network_interface::InterfaceKind;
use model::rule::protocol;
use model::{NetworkInterface, NetworkInterfaceId, ResourceId, World};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use crate::names::{self, Directory};

/// What was decided about one way of a flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FlowLine {
    /// Its number. They grow.
    pub number: u64,
    /// When its first packet was decided, in UTC.
    pub first: String,
    /// When one was decided last.
    pub last: String,
    /// `ACCEPT` or `REJECT`.
    pub verdict: String,
    /// For REJECT: what it died of, as `hamlet trace` and `hamlet status` call it.
    pub reason: Option<String>,
    /// The Reachability Analyzer's code for that.
    pub explanation_code: Option<String>,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, or a number.
    pub protocol: String,
    /// For ICMP.
    pub icmp_type: Option<u8>,
    /// For ICMP.
    pub icmp_code: Option<u8>,
    /// Who sent it, as what it was sent.
    pub source: FlowEnd,
    /// Whom it reached, as what it arrived there; of what did not, whom it would have.
    pub destination: FlowEnd,
    /// The destination that it was sent to.
    pub sent_to: IpAddr,
    /// The source that it arrived from.
    pub arrived_from: IpAddr,
    /// Packets, up to now.
    pub packets: u64,
    /// Bytes of them, headers of the network layer included.
    pub bytes: u64,
    /// Where it was decided: `security group`, `network acl`, `route table` and others.
    pub stage: Option<String>,
    /// `ingress` or `egress`, where that has rules for both.
    pub direction: Option<String>,
    /// The interface, subnet or gateway that the packet was at.
    pub at: Option<String>,
    /// What it is called.
    pub at_name: Option<String>,
    /// The group, network ACL, route table or gateway that decided; none where several groups did.
    pub by: Option<String>,
    /// What it is called.
    pub by_name: Option<String>,
    /// Its rule, as `hamlet trace` has it.
    pub rule: Option<String>,
    /// Everything that it came past, by identifiers.
    pub course: Vec<String>,
}

/// One end of a flow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FlowEnd {
    /// What it is called: an instance's Name tag or identifier, a gateway, `laptop`, a site, `internet`. None where nobody has
    /// the address.
    pub name: Option<String>,
    /// Its address there.
    pub address: Option<IpAddr>,
    /// Its port; none where the protocol has none.
    pub port: Option<u16>,
    /// Its interface.
    pub interface: Option<String>,
    /// The instance that has it.
    pub instance: Option<String>,
    /// Its subnet.
    pub subnet: Option<String>,
    /// Its VPC.
    pub vpc: Option<String>,
}

/// What is told of a decision.
pub(super) fn line(directory: Directory<'_>, decision: &FlowDecision) -> FlowLine {
    let world = directory.world;
    let decided = &*decision.decided;
    let (sent, arrived) = (decided.sent, decided.arrived);
    let has_ports = matches!(sent.protocol, protocol::TCP | protocol::UDP);
    let port = |port: u16| has_ports.then_some(port);
    let ruling = decided.ruling.as_ref();
    let name = |id| names::of_resource(world, id);
    FlowLine {
        number: decision.number,
        first: decision.first.to_string(),
        last: decision.last.to_string(),
        verdict: if decided.refused.is_some() { "REJECT" } else { "ACCEPT" }.to_owned(),
        reason: decided.refused.map(|reason| reason.name().to_owned()),
        explanation_code: decided.refused.and_then(|reason| reason.explanation_code()).map(str::to_owned),
        protocol: protocol::name(sent.protocol).into_owned(),
        icmp_type: decided.icmp.map(|(kind, _)| kind),
        icmp_code: decided.icmp.map(|(_, code)| code),
        source: source(directory, decided, port(sent.source_port)),
        destination: destination(directory, decided, port(arrived.destination_port)),
        sent_to: sent.destination,
        arrived_from: arrived.source,
        packets: decision.counted.packets,
        bytes: decision.counted.bytes,
        stage: ruling.map(|ruling| ruling.stage.to_string()),
        direction: ruling.and_then(|ruling| ruling.direction).map(|direction| direction.to_string()),
        at: ruling.and_then(|ruling| ruling.at).map(|at| at.to_string()),
        at_name: ruling.and_then(|ruling| ruling.at).map(name),
        by: ruling.and_then(|ruling| ruling.by).map(|by| by.to_string()),
        by_name: ruling.and_then(|ruling| ruling.by).map(name),
        rule: ruling.map(|ruling| ruling.detail.clone()).filter(|rule| !rule.is_empty()),
        course: decided.course.iter().map(ToString::to_string).collect(),
    }
}

fn source(directory: Directory<'_>, decided: &DecidedFlow, port: Option<u16>) -> FlowEnd {
    let address = decided.sent.source;
    match decided.sender {
        Some(id) => inside(directory.world, id, address, port),
        None => outside(directory, address, port),
    }
}

/// Where a packet arrived; one that did not was for whoever has the address, for the sender first, then for everybody.
fn destination(directory: Directory<'_>, decided: &DecidedFlow, port: Option<u16>) -> FlowEnd {
    let world = directory.world;
    let address = decided.arrived.destination;
    if let Some(receiver) = decided.receiver {
        return inside(world, receiver, address, port);
    }
    let sender = decided.sender.and_then(|id| world.network.network_interfaces.get(&id));
    let of_course = || {
        let interfaces = decided.course.iter().filter_map(|place| {
            let ResourceId::NetworkInterface(id) = place else { return None };
            world.network.network_interfaces.get(id)
        });
        interfaces.filter(|it| Some(it.id) != decided.sender).find(|it| it.has_address(address))
    };
    let in_vpc = || world.network.interface_at(sender?.vpc, address);
    match of_course().or_else(in_vpc).or_else(|| public_owner(world, address)) {
        Some(owner) => inside(world, owner.id, address, port),
        None => outside(directory, address, port),
    }
}

fn public_owner(world: &World, address: IpAddr) -> Option<&NetworkInterface> {
    match address {
        IpAddr::V4(public) => {
            let owner = world.network.public_addresses.get(&public)?.interface;
            world.network.network_interfaces.get(&owner)
        }
        IpAddr::V6(address) => world.network.interface_with_ipv6(address),
    }
}

fn inside(world: &World, id: NetworkInterfaceId, address: IpAddr, port: Option<u16>) -> FlowEnd {
    let interface = world.network.network_interfaces.get(&id);
    FlowEnd {
        name: Some(name_of(world, id)),
        address: Some(address),
        port,
        interface: Some(id.to_string()),
        instance: interface.and_then(NetworkInterface::instance).map(|id| id.to_string()),
        subnet: interface.map(|it| it.subnet.to_string()),
        vpc: interface.map(|it| it.vpc.to_string()),
    }
}

/// Interfaces of gateways and endpoints are known by these.
fn name_of(world: &World, id: NetworkInterfaceId) -> String {
    let network = &world.network;
    match network.network_interfaces.get(&id).map(|it| it.kind) {
        Some(InterfaceKind::NatGateway) => {
            let gateway = network.nat_gateways.values().find(|it| it.interface == Some(id));
            gateway.map_or_else(|| id.to_string(), |it| names::of_resource(world, it.id.into()))
        }
        Some(InterfaceKind::VpcEndpoint) => {
            let endpoint = network.endpoint_of_interface(id).map(|(endpoint, _)| endpoint.id);
            endpoint.map_or_else(|| id.to_string(), |it| names::of_resource(world, it.into()))
        }
        Some(InterfaceKind::Interface | InterfaceKind::InstanceConnectEndpoint) | None => {
            names::of_interface(world, id)
        }
    }
}

fn outside(directory: Directory<'_>, address: IpAddr, port: Option<u16>) -> FlowEnd {
    let name = names::of_outside(directory.internet, address);
    FlowEnd { name, address: Some(address), port, ..FlowEnd::default() }
}
