//! What is answered on the link itself: ARP and neighbour discovery, DHCP, DNS, time; and the errors that the network
//! tells senders.

use guest::public_names::DNS;
use guest::{Asker, DnsTransport, LinkService};
use model::{
    Direction, MacAddress, NatGateway, Network, NetworkInterface, NetworkInterfaceId, SubnetId, World,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use wire::icmpv6::{NeighborAdvertisement, NeighborSolicitation, RouterAdvertisement};
use wire::{Arp, ArpOperation, Headers, Layer3, Link, Mac, UdpDatagram, icmp, icmpv6};

use crate::clock::Now;
use crate::connection::End;
use crate::drop_reason::DropReason;
use crate::engine::Engine;
use crate::findings::Findings;
use crate::next_hop::{NextHop, next_hop};
use crate::on_link::is_group;
use crate::packet::Packet;
use crate::port::{PortId, PortKind};
use crate::stages::network_acl;

/// What the link has to say to a frame.
pub enum LinkAnswer {
    /// This frame, back to the sender.
    Frame(Vec<u8>),
    /// Nothing; the frame was for the link and died there.
    Drop(DropReason),
    /// The frame is addressed to nobody on the link. This frame tells its sender whom it should have been addressed to, if
    /// that is a neighbour.
    ForNobody(Option<Vec<u8>>),
    /// The frame is not for the link; it goes on its journey. To this neighbour first, where it is addressed to one that has
    /// not its IP address.
    NotForLink(Option<NetworkInterfaceId>),
}

const ROUTER: Mac = Mac(MacAddress::ROUTER.0);
const UDP: u8 = model::rule::protocol::UDP;

/// Answers frames that are for the link itself.
pub fn on_link(engine: &mut Engine, port: PortId, frame: &[u8], headers: &Headers, now: Now) -> LinkAnswer {
    let world = engine.world.clone();
    let Some(link) = engine.ports.get(port) else { return LinkAnswer::Drop(DropReason::InterfaceDown) };
    match &link.kind {
        PortKind::Interface(id) => match world.network.network_interfaces.get(id) {
            Some(interface) => on_interface(engine, &world, port, interface, frame, headers, now),
            None => LinkAnswer::Drop(DropReason::InterfaceDown),
        },
        PortKind::Internet(_) => on_internet(engine, &world, frame, headers),
        PortKind::Services => on_services(frame, headers),
    }
}

fn on_interface(
    engine: &mut Engine,
    world: &World,
    port: PortId,
    interface: &NetworkInterface,
    frame: &[u8],
    headers: &Headers,
    now: Now,
) -> LinkAnswer {
    match headers.layer3 {
        Layer3::Arp => return arp(frame, |target| guest::arp::owner(&world.network, interface, target)),
        Layer3::Ipv6 => {
            if let Some(answer) = neighbour_discovery(&world.network, interface, frame, headers) {
                return answer;
            }
        }
        Layer3::Ipv4 => {}
    }
    let asked = guest::link::service(
        &world.network,
        interface,
        headers.destination,
        headers.protocol,
        headers.destination_port,
    );
    match asked {
        None => {}
        // The router answers for them; a neighbour's name is not theirs.
        Some(_) if !is_for_router(headers) && !headers.destination_mac.is_multicast() => {
            return LinkAnswer::ForNobody(None);
        }
        Some(_) if engine.ports.get_mut(port).is_some_and(|link| !link.allows_link_service(now.moment)) => {
            return LinkAnswer::Drop(DropReason::LinkServiceRate);
        }
        // A connection, which is carried to the services' link.
        Some(LinkService::Metadata) => {}
        Some(service) if headers.protocol == UDP => {
            let reply = datagram(engine, world, interface, service, frame, headers, now);
            return reply.map_or(LinkAnswer::Drop(DropReason::LinkService), LinkAnswer::Frame);
        }
        Some(_) => {}
    }
    if is_broadcast_or_multicast(headers) {
        return LinkAnswer::Drop(DropReason::Broadcast);
    }
    let mac = MacAddress(headers.destination_mac.0);
    match next_hop(&world.network, &engine.ports, interface, headers.destination, mac) {
        NextHop::ByAddress => LinkAnswer::NotForLink(None),
        NextHop::Neighbour(id) => LinkAnswer::NotForLink(Some(id)),
        NextHop::Nobody => LinkAnswer::ForNobody(correction(&world.network, interface, headers)),
    }
}

fn is_for_router(headers: &Headers) -> bool {
    headers.destination_mac == ROUTER
}

/// Who has the address that a frame was sent to under the wrong link-layer address: an address that has moved to another
/// interface is not looked for at the old one until the sender finds out by itself.
fn correction(network: &Network, interface: &NetworkInterface, headers: &Headers) -> Option<Vec<u8>> {
    match (headers.source, headers.destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let mac = guest::arp::owner(network, interface, destination)?;
            let asked = Arp::request(Mac(interface.mac.0), source, destination);
            Some(asked.answered_by(Mac(mac.0)).build())
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            let mac = guest::neighbor::owner(network, interface, destination)?;
            let told = NeighborAdvertisement {
                link: Link { source: Mac(mac.0), destination: Mac(interface.mac.0) },
                destination: source,
                target: destination,
                target_mac: Mac(mac.0),
                router: mac == MacAddress::ROUTER,
                solicited: false,
            };
            Some(told.build())
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => None,
    }
}

fn is_broadcast_or_multicast(headers: &Headers) -> bool {
    is_group(headers.destination) || headers.destination_mac.is_multicast()
}

fn arp(frame: &[u8], owner: impl Fn(Ipv4Addr) -> Option<MacAddress>) -> LinkAnswer {
    match Arp::parse(frame) {
        // Questions are answered for the sender alone; announcements and answers change nothing for anybody.
        Ok(question) if question.operation == ArpOperation::Request => match owner(question.target) {
            Some(mac) => LinkAnswer::Frame(question.answered_by(Mac(mac.0)).build()),
            None => LinkAnswer::Drop(DropReason::NoSuchAddress),
        },
        Ok(_) => LinkAnswer::Drop(DropReason::Announcement),
        Err(_) => LinkAnswer::Drop(DropReason::Malformed),
    }
}

/// Neighbour and router solicitations; other messages of neighbour discovery from a guest are nobody's business.
fn neighbour_discovery(
    network: &Network,
    interface: &NetworkInterface,
    frame: &[u8],
    headers: &Headers,
) -> Option<LinkAnswer> {
    if let Some(question) = NeighborSolicitation::parse(frame, headers) {
        let owner = guest::neighbor::owner(network, interface, question.target);
        return Some(match owner {
            Some(mac) => {
                let is_router = mac == MacAddress::ROUTER;
                LinkAnswer::Frame(question.answered_by(Mac(mac.0), is_router).build())
            }
            None => LinkAnswer::Drop(DropReason::NoSuchAddress),
        });
    }
    if icmpv6::is_router_solicitation(frame, headers) {
        let answer = router_advertisement(network, interface, headers);
        return Some(answer.map_or(LinkAnswer::Drop(DropReason::LinkService), LinkAnswer::Frame));
    }
    let discovery = headers.icmp.is_some_and(|it| (133..=137).contains(&it.icmp_type));
    discovery.then_some(LinkAnswer::Drop(DropReason::Announcement))
}

/// "Managed": addresses are to be had by DHCPv6. The subnet's prefix is not on the link: everything goes by the router.
fn router_advertisement(
    network: &Network,
    interface: &NetworkInterface,
    headers: &Headers,
) -> Option<Vec<u8>> {
    network.subnets.get(&interface.subnet)?.ipv6_cidr.as_ref()?;
    let asker = match headers.source {
        IpAddr::V6(v6) if !v6.is_unspecified() => v6,
        IpAddr::V4(_) | IpAddr::V6(_) => icmpv6::ALL_NODES,
    };
    let advertisement = RouterAdvertisement {
        link: Link { source: ROUTER, destination: Mac(interface.mac.0) },
        source: guest::neighbor::ROUTER_LINK_LOCAL,
        destination: asker,
        hop_limit: 64,
        managed: true,
        other_configuration: true,
        router_lifetime_s: 1800,
        mtu: Some(u32::from(crate::journey::VPC_MTU)),
        prefixes: &[],
    };
    Some(advertisement.build())
}

/// Services that answer one datagram with another.
fn datagram(
    engine: &Engine,
    world: &World,
    interface: &NetworkInterface,
    service: LinkService,
    frame: &[u8],
    headers: &Headers,
    now: Now,
) -> Option<Vec<u8>> {
    let payload = headers.payload(frame);
    match service {
        LinkService::Dhcp => {
            let reply = guest::dhcp::answer(world, interface, payload)?;
            let destination_mac = if reply.broadcast { Mac::BROADCAST } else { headers.source_mac };
            let datagram = UdpDatagram {
                link: Link { source: ROUTER, destination: destination_mac },
                ..UdpDatagram::new(
                    SocketAddr::from((reply.server, 67)),
                    SocketAddr::from((reply.destination, 68)),
                    &reply.payload,
                )
            };
            Some(datagram.build())
        }
        LinkService::Dns => {
            let asker = Asker::Interface(interface);
            let reply = guest::resolver::answer(world, asker, &engine.names, payload, DnsTransport::Udp)?;
            Some(reply_datagram(headers, &reply))
        }
        LinkService::Time => Some(reply_datagram(headers, &guest::time::answer(payload, now.wall)?)),
        LinkService::Dhcpv6 => {
            let reply = guest::dhcpv6::answer(world, interface, payload)?;
            // The question went to a group; the answer comes from the router itself.
            let server = SocketAddr::from((guest::neighbor::ROUTER_LINK_LOCAL, headers.destination_port));
            let asker = SocketAddr::new(headers.source, headers.source_port);
            let link = Link { source: ROUTER, destination: headers.source_mac };
            Some(UdpDatagram { link, ..UdpDatagram::new(server, asker, &reply) }.build())
        }
        LinkService::Metadata => None,
    }
}

/// A datagram back to the sender of another.
fn reply_datagram(headers: &Headers, payload: &[u8]) -> Vec<u8> {
    let asker = SocketAddr::new(headers.source, headers.source_port);
    let service = SocketAddr::new(headers.destination, headers.destination_port);
    let link = Link { source: ROUTER, destination: headers.source_mac };
    UdpDatagram { link, ..UdpDatagram::new(service, asker, payload) }.build()
}

/// On a link to the internet every address is behind the router, and the public resolver answers.
fn on_internet(engine: &Engine, world: &World, frame: &[u8], headers: &Headers) -> LinkAnswer {
    match headers.layer3 {
        Layer3::Arp => return arp(frame, |_| Some(MacAddress::ROUTER)),
        Layer3::Ipv6 => {
            if let Some(question) = NeighborSolicitation::parse(frame, headers) {
                return LinkAnswer::Frame(question.answered_by(ROUTER, true).build());
            }
        }
        Layer3::Ipv4 => {}
    }
    if is_broadcast_or_multicast(headers) {
        return LinkAnswer::Drop(DropReason::Broadcast);
    }
    if !is_for_router(headers) {
        return LinkAnswer::ForNobody(None);
    }
    if headers.protocol == UDP && headers.destination_port == 53 && headers.destination == IpAddr::V4(DNS) {
        let asker = Asker::Internet { source: headers.source };
        let reply =
            guest::resolver::answer(world, asker, &engine.names, headers.payload(frame), DnsTransport::Udp);
        return reply.map_or(LinkAnswer::Drop(DropReason::LinkService), |reply| {
            LinkAnswer::Frame(reply_datagram(headers, &reply))
        });
    }
    LinkAnswer::NotForLink(None)
}

fn on_services(frame: &[u8], headers: &Headers) -> LinkAnswer {
    match headers.layer3 {
        Layer3::Arp => arp(frame, |_| Some(MacAddress::ROUTER)),
        Layer3::Ipv4 | Layer3::Ipv6 if is_broadcast_or_multicast(headers) => {
            LinkAnswer::Drop(DropReason::Broadcast)
        }
        Layer3::Ipv4 | Layer3::Ipv6 if !is_for_router(headers) => LinkAnswer::ForNobody(None),
        Layer3::Ipv4 | Layer3::Ipv6 => LinkAnswer::NotForLink(None),
    }
}

/// The router's addresses on the link that a packet came from.
fn router_of(engine: &Engine, port: PortId, headers: &Headers) -> Option<IpAddr> {
    match engine.ports.get(port)?.kind {
        PortKind::Interface(id) => {
            let interface = engine.world.network.network_interfaces.get(&id)?;
            let subnet = engine.world.network.subnets.get(&interface.subnet)?;
            match headers.layer3 {
                Layer3::Ipv4 => subnet.router().map(IpAddr::V4),
                Layer3::Ipv6 => subnet.router_v6().map(IpAddr::V6),
                Layer3::Arp => None,
            }
        }
        // Routers of the internet have no name here; the far end speaks for them.
        PortKind::Internet(_) | PortKind::Services => Some(headers.destination),
    }
}

/// "Fragmentation needed" or "packet too big", from the subnet's router, if the subnet's network ACL lets it in.
pub(crate) fn too_big(
    engine: &Engine,
    port: PortId,
    frame: &[u8],
    headers: &Headers,
    mtu: u16,
) -> Option<Vec<u8>> {
    let told = match router_of(engine, port, headers)? {
        IpAddr::V4(router) => icmp::fragmentation_needed(router, mtu, frame, headers),
        IpAddr::V6(router) => icmpv6::packet_too_big(router, u32::from(mtu), frame, headers),
    };
    told.filter(|told| is_let_to(engine, port, None, told)).map(from_router)
}

/// "Time to live exceeded", from the NAT gateway in which the packet died, to whom it serves: the one visible hop.
pub(crate) fn time_exceeded(
    engine: &Engine,
    port: PortId,
    findings: &Findings,
    frame: &[u8],
    headers: &Headers,
) -> Option<Vec<u8>> {
    let gateway = gateway_that_serves(engine, findings)?;
    let router = gateway.private_ip?;
    let told = match headers.layer3 {
        Layer3::Ipv4 => icmp::time_exceeded(router, frame, headers),
        Layer3::Ipv6 => icmpv6::time_exceeded(guest::nat64::embed(router), frame, headers),
        Layer3::Arp => None,
    };
    told.filter(|told| is_let_to(engine, port, Some(gateway.subnet), told)).map(from_router)
}

/// A reset, from the NAT gateway that does not know the connection, in the name of the far end.
pub(crate) fn reset(
    engine: &Engine,
    port: PortId,
    findings: &Findings,
    frame: &[u8],
    headers: &Headers,
) -> Option<Vec<u8>> {
    let gateway = gateway_that_serves(engine, findings)?;
    wire::tcp::reset(frame, headers).filter(|told| is_let_to(engine, port, Some(gateway.subnet), told))
}

/// The NAT gateway in which a packet from inside has died.
fn gateway_that_serves<'a>(engine: &'a Engine, findings: &Findings) -> Option<&'a NatGateway> {
    let last = findings.nat_visits.iter().last().filter(|visit| visit.from == End::Initiator)?;
    engine.world.network.nat_gateways.get(&last.gateway)
}

/// Whether the network ACLs let what the network tells a sender come to it: out of the subnet of the gateway that speaks,
/// and into the sender's. The guide has rules of custom network ACLs for it: ICMP type 3 code 4 and ICMPv6 type 2 for path MTU
/// discovery, type 11 for traceroute (Network ACLs, VPC User Guide). Security groups are not asked.
fn is_let_to(engine: &Engine, port: PortId, from: Option<SubnetId>, told: &[u8]) -> bool {
    let network = &engine.world.network;
    let interface = match engine.ports.get(port).map(|link| &link.kind) {
        Some(PortKind::Interface(id)) => network.network_interfaces.get(id),
        // On the internet there are no network ACLs.
        Some(PortKind::Internet(_) | PortKind::Services) | None => return true,
    };
    let (Some(interface), Ok(headers)) = (interface, wire::parse(told)) else { return false };
    if from == Some(interface.subnet) {
        return true;
    }
    let header = Packet::new(&headers).header();
    let crossings = [(from, Direction::Egress), (Some(interface.subnet), Direction::Ingress)];
    crossings
        .into_iter()
        .filter_map(|(subnet, direction)| Some((network.subnets.get(&subnet?)?, direction)))
        .all(|(subnet, direction)| network_acl::allows(network, subnet, direction, &header))
}

/// The sender knows one router by its link-layer address.
fn from_router(mut frame: Vec<u8>) -> Vec<u8> {
    if let Some(source) = frame.get_mut(6..12) {
        source.copy_from_slice(&ROUTER.0);
    }
    frame
}
