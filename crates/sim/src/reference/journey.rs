//! A packet's way, told as a story: out of an interface, to what a route points to, into an interface.

use engine::DropReason;
use guest::service_endpoints::ServiceEndpoint;
use model::network_interface::InterfaceKind;
use model::peering_status::PeeringStatus;
use model::public_access_block::{Excluded, ExclusionMode, PublicAccessMode};
use model::{
    Direction, IpNet, MacAddress, NatGatewayId, NetworkInterface, NetworkInterfaceId, Subnet, SubnetId,
    Target, VpcEndpoint, VpcEndpointId, VpcId, World,
};
use std::collections::BTreeMap;
use std::net::IpAddr;
use wire::Flow;

use super::connections::{Connection, Door, Memory, find};
use super::rules;
use super::{Packet, Part, Who, is_private};

/// How often a packet may go from one place to the next before it is taken for one that goes round.
const PATIENCE: usize = 5;

type Arrival = Result<Who, DropReason>;

pub(super) struct Journey<'a> {
    pub(super) world: &'a World,
    pub(super) hosts: &'a [IpNet],
    pub(super) connections: &'a [Connection],
    /// The packet's connection, or the one it is about; and whether its sender began it.
    pub(super) own: Option<(usize, bool)>,
    pub(super) from: Who,
    pub(super) packet: Packet,
    pub(super) sent_as_ipv4: bool,
    pub(super) nat_port: Option<u16>,
    /// How many connections a NAT gateway keeps to one destination.
    pub(super) nat_max: usize,
    /// Under which address a service behind an endpoint sees each interface, in IPv4 (true) and IPv6.
    pub(super) stand_ins: &'a BTreeMap<(NetworkInterfaceId, bool), IpAddr>,
    pub(super) memory: Memory,
    /// The subnet that it was last in.
    pub(super) here: Option<SubnetId>,
    /// The neighbour that the packet goes to first, whatever its address.
    pub(super) neighbour: Option<&'a NetworkInterface>,
}

impl<'a> Journey<'a> {
    pub(super) fn run(&mut self) -> Arrival {
        let to_router = self.packet.next_hop == MacAddress::ROUTER;
        match self.from {
            Who::Internet if !to_router => Err(DropReason::DestinationMac),
            Who::Internet if self.is_host(self.packet.flow.source) => self.on_the_internet(PATIENCE),
            Who::Internet => Err(DropReason::SpoofedSource),
            Who::Interface(id) => {
                let interface =
                    self.world.network.network_interfaces.get(&id).ok_or(DropReason::InterfaceDown)?;
                self.here = Some(interface.subnet);
                self.neighbour = if to_router { None } else { self.addressed_neighbour(interface)? };
                self.leave(interface, PATIENCE)
            }
        }
    }

    /// The neighbour that the packet goes to although the address is not its own; none if it goes by its address.
    fn addressed_neighbour(
        &self,
        interface: &NetworkInterface,
    ) -> Result<Option<&'a NetworkInterface>, DropReason> {
        let destination = self.packet.flow.destination;
        let all = self.world.network.network_interfaces.values();
        let on_link: Vec<_> = all.filter(|other| other.subnet == interface.subnet).collect();
        let owner = on_link.iter().find(|other| rules::owns(other, destination));
        if owner.is_some_and(|owner| owner.mac == self.packet.next_hop) {
            return Ok(None);
        }
        let mut others = on_link.iter().filter(|other| other.id != interface.id);
        let addressed = others.find(|other| other.mac == self.packet.next_hop);
        match addressed.filter(|other| other.requester.is_none()) {
            Some(other) if owner.is_none() || !other.source_dest_check => Ok(Some(other)),
            Some(_) | None => Err(DropReason::DestinationMac),
        }
    }

    fn is_host(&self, address: IpAddr) -> bool {
        self.hosts.iter().any(|block| rules::is_in(*block, address))
    }

    fn subnet(&self, interface: &NetworkInterface) -> Result<&'a Subnet, DropReason> {
        self.world.network.subnets.get(&interface.subnet).ok_or(DropReason::InterfaceDown)
    }

    fn leave(&mut self, interface: &'a NetworkInterface, patience: usize) -> Arrival {
        let subnet = self.subnet(interface)?;
        self.here = Some(subnet.id);
        let flow = self.packet.flow;
        if interface.source_dest_check && !rules::owns(interface, flow.source) {
            return Err(DropReason::SourceCheck);
        }
        if interface.kind == InterfaceKind::Interface && is_reserved(flow.destination) {
            return Err(DropReason::ReservedRange);
        }
        if !interface.groups.is_empty() {
            let tracks =
                self.ask_groups(interface, Direction::Egress).ok_or(DropReason::SecurityGroupEgress)?;
            self.memory.sender_tracks = Some(tracks);
        }
        if let Some(neighbour) = self.neighbour.take() {
            self.memory.neighbours = true;
            return self.enter(neighbour, Some(subnet), patience);
        }
        if rules::in_subnet(subnet, flow.destination) {
            let neighbour = rules::owner(self.world, interface.vpc, flow.destination);
            let neighbour = neighbour.ok_or(DropReason::NoSuchAddress)?;
            self.memory.neighbours = self.from == Who::Interface(interface.id);
            return self.enter(neighbour, Some(subnet), patience);
        }
        if !rules::acl_allows(self.world, subnet, Direction::Egress, &self.packet) {
            return Err(DropReason::NetworkAclEgress);
        }
        let table = match subnet.route_table {
            Some(own) => own.table,
            None => self.world.network.vpcs.get(&subnet.vpc).ok_or(DropReason::NoRoute)?.main_route_table,
        };
        self.follow(table, interface.vpc, Some(subnet), patience)
    }

    fn follow(
        &mut self,
        table: model::RouteTableId,
        vpc: VpcId,
        from: Option<&'a Subnet>,
        patience: usize,
    ) -> Arrival {
        let table = self.world.network.route_tables.get(&table).ok_or(DropReason::NoRoute)?;
        let target =
            rules::best_route(self.world, table, self.packet.flow.destination).ok_or(DropReason::NoRoute)?;
        let flow = self.packet.flow;
        match target {
            Target::Local => {
                let owner =
                    rules::owner(self.world, vpc, flow.destination).ok_or(DropReason::NoSuchAddress)?;
                self.enter(owner, from, patience)
            }
            Target::InternetGateway(id) => {
                let gateway =
                    self.world.network.internet_gateways.get(&id).filter(|gateway| gateway.vpc == Some(vpc));
                gateway.ok_or(DropReason::Blackhole)?;
                self.leave_by_internet_gateway(vpc, patience)
            }
            Target::EgressOnlyInternetGateway(id) => {
                let gateway = self
                    .world
                    .network
                    .egress_only_internet_gateways
                    .get(&id)
                    .filter(|gateway| gateway.vpc == vpc);
                gateway.ok_or(DropReason::Blackhole)?;
                self.leave_by_egress_only(vpc, patience)
            }
            Target::NatGateway(id) => {
                let gateway =
                    self.world.network.nat_gateways.get(&id).filter(|gateway| gateway.is_available());
                let interface = gateway
                    .and_then(|gateway| self.world.network.network_interfaces.get(&gateway.interface?));
                self.enter(interface.ok_or(DropReason::Blackhole)?, from, patience)
            }
            Target::NetworkInterface(id) => {
                let interface =
                    self.world.network.network_interfaces.get(&id).ok_or(DropReason::Blackhole)?;
                if !self.is_up(interface) {
                    return Err(DropReason::Blackhole);
                }
                self.enter(interface, from, patience)
            }
            Target::VpcEndpoint(id) => self.leave_by_endpoint(id, vpc, from),
            Target::VpcPeeringConnection(id) => {
                let peering =
                    self.world.network.vpc_peering_connections.get(&id).ok_or(DropReason::Blackhole)?;
                let other = match (peering.status, peering.requester.vpc, peering.accepter.vpc) {
                    (PeeringStatus::Active, a, b) if a == vpc => b,
                    (PeeringStatus::Active, a, b) if b == vpc => a,
                    _ => return Err(DropReason::Blackhole),
                };
                // "The source must be in one VPC's blocks and the destination in the other's": no transit, no edge to edge.
                let fits = rules::in_vpc(self.world, vpc, flow.source)
                    && rules::in_vpc(self.world, other, flow.destination);
                if !fits {
                    return Err(DropReason::PeeringAddress);
                }
                if peering.requester.scope.region != peering.accepter.scope.region {
                    self.narrow(1500);
                }
                let owner =
                    rules::owner(self.world, other, flow.destination).ok_or(DropReason::NoSuchAddress)?;
                self.enter(owner, None, patience)
            }
        }
    }

    fn is_up(&self, interface: &NetworkInterface) -> bool {
        let instance = interface.attachment.as_ref().and_then(|attachment| attachment.instance);
        let instance = instance.and_then(|id| self.world.network.instances.get(&id));
        instance.is_some_and(|instance| matches!(instance.state.name(), "running" | "pending"))
    }

    fn enter(
        &mut self,
        interface: &'a NetworkInterface,
        from: Option<&'a Subnet>,
        patience: usize,
    ) -> Arrival {
        let subnet = self.subnet(interface)?;
        self.here = Some(subnet.id);
        let crosses = from.is_none_or(|from| from.id != subnet.id);
        if crosses && !rules::acl_allows(self.world, subnet, Direction::Ingress, &self.packet) {
            return Err(DropReason::NetworkAclIngress);
        }
        if interface.kind == InterfaceKind::Interface && !self.is_up(interface) {
            return Err(DropReason::InterfaceDown);
        }
        if interface.source_dest_check && !rules::owns(interface, self.packet.flow.destination) {
            return Err(DropReason::DestinationCheck);
        }
        if interface.kind == InterfaceKind::NatGateway {
            let patience = patience.checked_sub(1).filter(|left| *left > 0).ok_or(DropReason::RoutingLoop)?;
            return self.translate(interface, patience);
        }
        if !interface.groups.is_empty() {
            let tracks =
                self.ask_groups(interface, Direction::Ingress).ok_or(DropReason::SecurityGroupIngress)?;
            self.memory.receiver_tracks = Some(tracks);
        }
        if interface.kind == InterfaceKind::VpcEndpoint {
            return self.leave_by_interface_endpoint(interface);
        }
        Ok(Who::Interface(interface.id))
    }

    /// Whether the groups let the packet pass, and whether they track its connection.
    fn ask_groups(&self, interface: &NetworkInterface, direction: Direction) -> Option<bool> {
        if interface.kind == InterfaceKind::VpcEndpoint && self.is_through(interface.id) {
            return Some(true);
        }
        let who = Who::Interface(interface.id);
        let tracks = |as_sent: Flow| {
            let known = find(self.connections, who, &as_sent);
            known.is_some_and(|(index, initiator)| {
                self.connections[index].end(initiator).is_some_and(|end| end.tracked)
            })
        };
        let remembered = match (self.packet.about, direction) {
            (None, Direction::Egress) => tracks(self.packet.flow),
            (None, Direction::Ingress) => tracks(self.packet.flow.reversed()),
            // "ICMP errors that quote a tracked flow are let in as response traffic", also where a gateway has translated
            // the flow, so that only the error's sender knows it by what is quoted.
            (Some(quoted), _) => {
                let quotes_own = match direction {
                    Direction::Egress => tracks(quoted.reversed()),
                    Direction::Ingress => tracks(quoted),
                };
                let about = self.own.map(|(index, _)| &self.connections[index]);
                quotes_own
                    || about.is_some_and(|about| {
                        let ends = [true, false].map(|initiator| about.end(initiator));
                        ends.into_iter().flatten().any(|end| end.who == who && end.tracked)
                    })
            }
        };
        if remembered {
            return Some(true);
        }
        let sender = match self.from {
            Who::Interface(id) => Some(id),
            Who::Internet => None,
        };
        rules::groups_allow(self.world, interface, direction, &self.packet, sender)
    }

    fn leave_by_internet_gateway(&mut self, vpc: VpcId, patience: usize) -> Arrival {
        let flow = self.packet.flow;
        if is_private(flow.destination) {
            return Err(DropReason::PrivateDestination);
        }
        let owner = rules::owner(self.world, vpc, flow.source).ok_or(DropReason::NoPublicAddress)?;
        if let IpAddr::V4(private) = flow.source {
            let entry = owner.private_addresses.iter().find(|entry| entry.address == private);
            let public = entry.and_then(|entry| entry.public).ok_or(DropReason::NoPublicAddress)?;
            self.packet.flow.source = IpAddr::V4(public.address);
        }
        self.check_public_access(owner, false)?;
        self.narrow(1500);
        self.on_the_internet(patience)
    }

    fn leave_by_egress_only(&mut self, vpc: VpcId, patience: usize) -> Arrival {
        let flow = self.packet.flow;
        let owner = rules::owner(self.world, vpc, flow.source).filter(|_| flow.source.is_ipv6());
        self.check_public_access(owner.ok_or(DropReason::NoPublicAddress)?, false)?;
        if self.own.is_some_and(|(_, initiator)| !initiator) {
            return Err(DropReason::EgressOnly);
        }
        self.memory.through_egress_only = true;
        self.memory.always_tracked = true;
        self.narrow(1500);
        self.on_the_internet(patience)
    }

    /// Straight to the service: what a VPC's own addresses send, over TCP or as an echo. It knows the interface that began.
    fn leave_by_endpoint(&mut self, id: VpcEndpointId, vpc: VpcId, from: Option<&Subnet>) -> Arrival {
        let (flow, network) = (self.packet.flow, &self.world.network);
        network.vpc_endpoints.get(&id).filter(|endpoint| endpoint.vpc == vpc).ok_or(DropReason::Blackhole)?;
        let Who::Interface(sender) = self.from else { return Err(DropReason::EndpointSource) };
        let from = from.ok_or(DropReason::EndpointSource)?.id;
        rules::owner(self.world, vpc, flow.source).ok_or(DropReason::EndpointSource)?;
        if self.own.is_some_and(|(_, initiator)| !initiator) {
            return Err(DropReason::EndpointUnsolicited);
        }
        let is_echo = flow.protocol == 1 && matches!(self.packet.icmp, Some((0 | 8, _)));
        let passes = flow.protocol == 6 || is_echo;
        if !passes || self.packet.part != Part::Whole || self.packet.about.is_some() {
            return Err(DropReason::EndpointProtocol);
        }
        if !self.is_host(flow.destination) {
            return Err(DropReason::NoSuchHost);
        }
        let door = (id, Door::Route(from), flow);
        self.packet.flow = self.as_seen(sender, door, flow.destination)?;
        self.memory.endpoint = Some(door);
        self.narrow(1500);
        Ok(Who::Internet)
    }

    /// From an endpoint's interface to its service: what comes from inside, over TCP.
    fn leave_by_interface_endpoint(&mut self, interface: &NetworkInterface) -> Arrival {
        let flow = self.packet.flow;
        let mut all = self.world.network.vpc_endpoints.values();
        let found = all.find_map(|it| {
            let own = it.interface_endpoint()?;
            own.interfaces.contains(&interface.id).then_some((it, own))
        });
        let (endpoint, own) = found.ok_or(DropReason::InterfaceDown)?;
        let Who::Interface(sender) = self.from else { return Err(DropReason::EndpointSource) };
        if self.own.is_some_and(|(_, initiator)| !initiator) {
            return Err(DropReason::EndpointUnsolicited);
        }
        if flow.protocol != 6 || self.packet.part != Part::Whole || self.packet.about.is_some() {
            return Err(DropReason::EndpointProtocol);
        }
        let region = endpoint.scope.region;
        let service = ServiceEndpoint { service: own.service.prefix(), region, is_dual_stack: true };
        let service = match flow.destination {
            IpAddr::V4(_) => IpAddr::V4(service.v4()),
            IpAddr::V6(_) => IpAddr::V6(service.v6()),
        };
        if !self.is_host(service) {
            return Err(DropReason::NoSuchHost);
        }
        let door = (endpoint.id, Door::Interface(interface.id), flow);
        self.packet.flow = self.as_seen(sender, door, service)?;
        self.memory.endpoint = Some(door);
        self.memory.neighbours = false;
        self.memory.always_tracked = true;
        self.narrow(8500);
        Ok(Who::Internet)
    }

    /// Whether the packet's connection has come in by an endpoint's interface before, or the packet answers it.
    fn is_through(&self, interface: NetworkInterfaceId) -> bool {
        let Some((index, initiator)) = self.own else { return false };
        let Some((_, door, inside)) = self.connections[index].endpoint else { return false };
        let fits = match initiator {
            true => self.packet.flow == inside,
            false => self.packet.about.is_some() || self.packet.flow == inside.reversed(),
        };
        door == Door::Interface(interface) && fits
    }

    /// As what a service sees a packet that comes through an endpoint: as before, if it came through this one from the same
    /// address; or by the first port from its own on that no connection of the interface has there.
    fn as_seen(
        &self,
        sender: NetworkInterfaceId,
        (id, _, inside): (VpcEndpointId, Door, Flow),
        service: IpAddr,
    ) -> Result<Flow, DropReason> {
        let flow = Flow { destination: service, ..self.packet.flow };
        let before = self.own.map(|(index, _)| &self.connections[index]);
        let before = before.filter(|it| it.endpoint.is_some_and(|(by, _, was)| by == id && was == inside));
        if let Some(end) = before.and_then(|it| it.end(false)).filter(|end| end.who == Who::Internet) {
            return Ok(end.flow.reversed());
        }
        let key = (sender, flow.source.is_ipv4());
        let source = *self.stand_ins.get(&key).ok_or(DropReason::EndpointSource)?;
        let ports = (0..64).map(|step| flow.source_port.wrapping_add(step).max(1));
        let mut seen = ports.map(|port| with_port(&Flow { source, ..flow }, port));
        let is_free = |seen: &Flow| find(self.connections, Who::Internet, &seen.reversed()).is_none();
        seen.find(is_free).ok_or(DropReason::EndpointPortsExhausted)
    }

    /// What answers a connection through an endpoint, as long as there is a way to the endpoint; none for other packets.
    fn come_by_endpoint(&mut self, patience: usize) -> Option<Arrival> {
        let (index, initiator) = self.own?;
        let connection = &self.connections[index];
        let (id, door, inside) = connection.endpoint.filter(|_| !initiator)?;
        let answers = connection.end(false)?.flow;
        if self.packet.flow.destination != answers.destination {
            return None;
        }
        let endpoint = self.world.network.vpc_endpoints.get(&id);
        let from = match door {
            Door::Route(from) => from,
            Door::Interface(interface) => {
                return Some(self.come_by_interface(endpoint, interface, inside, patience));
            }
        };
        let owner = endpoint.and_then(|it| rules::owner(self.world, it.vpc, inside.source));
        let Some(owner) = owner.filter(|_| self.has_way_to(from, id, inside.destination)) else {
            return Some(Err(DropReason::EndpointUnsolicited));
        };
        self.packet.flow = match self.packet.about {
            None => inside.reversed(),
            Some(_) => Flow { destination: inside.source, ..self.packet.flow },
        };
        self.narrow(1500);
        Some(self.enter(owner, None, patience))
    }

    /// An answer leaves the interface that was asked, if that is the endpoint's still.
    fn come_by_interface(
        &mut self,
        endpoint: Option<&VpcEndpoint>,
        interface: NetworkInterfaceId,
        inside: Flow,
        patience: usize,
    ) -> Arrival {
        let own = endpoint.and_then(VpcEndpoint::interface_endpoint);
        let is_still = own.is_some_and(|own| own.interfaces.contains(&interface));
        let row = self.world.network.network_interfaces.get(&interface).filter(|_| is_still);
        let row = row.filter(|row| rules::owns(row, inside.destination));
        let row = row.ok_or(DropReason::EndpointUnsolicited)?;
        let back = inside.reversed();
        self.packet.flow = match self.packet.about {
            None => back,
            Some(_) => Flow { source: back.source, destination: back.destination, ..self.packet.flow },
        };
        self.narrow(8500);
        self.leave(row, patience)
    }

    fn has_way_to(&self, from: SubnetId, id: VpcEndpointId, service: IpAddr) -> bool {
        let network = &self.world.network;
        let Some(subnet) = network.subnets.get(&from) else { return false };
        let main = || network.vpcs.get(&subnet.vpc).map(|vpc| vpc.main_route_table);
        let table = subnet.route_table.map(|own| own.table).or_else(main);
        let table = table.and_then(|id| network.route_tables.get(&id));
        let target = table.and_then(|table| rules::best_route(self.world, table, service));
        target == Some(Target::VpcEndpoint(id))
    }

    /// Under public addresses: to an interface of any VPC, or to a host.
    fn on_the_internet(&mut self, patience: usize) -> Arrival {
        if let Some(arrival) = self.come_by_endpoint(patience) {
            return arrival;
        }
        let destination = self.packet.flow.destination;
        for interface in self.world.network.network_interfaces.values() {
            match destination {
                IpAddr::V4(public) => {
                    let found = interface
                        .private_addresses
                        .iter()
                        .find(|entry| entry.public.is_some_and(|mapped| mapped.address == public));
                    if let Some(entry) = found {
                        return self.enter_by_internet_gateway(
                            interface,
                            Some(IpAddr::V4(entry.address)),
                            patience,
                        );
                    }
                }
                IpAddr::V6(_) if rules::owns(interface, destination) => {
                    return self.enter_ipv6(interface, patience);
                }
                IpAddr::V6(_) => {}
            }
        }
        if self.is_host(destination) { Ok(Who::Internet) } else { Err(DropReason::NoSuchHost) }
    }

    fn enter_ipv6(&mut self, interface: &'a NetworkInterface, patience: usize) -> Arrival {
        let egress_only =
            self.world.network.egress_only_internet_gateways.values().any(|it| it.vpc == interface.vpc);
        let both_ways = self.world.network.internet_gateways.values().any(|it| it.vpc == Some(interface.vpc));
        let answers = self
            .own
            .is_some_and(|(index, initiator)| !initiator && self.connections[index].through_egress_only);
        if egress_only && answers {
            self.check_public_access(interface, false)?;
            self.narrow(1500);
            return self.enter(interface, None, patience);
        }
        if egress_only && !both_ways {
            return Err(DropReason::EgressOnly);
        }
        self.enter_by_internet_gateway(interface, None, patience)
    }

    fn enter_by_internet_gateway(
        &mut self,
        interface: &'a NetworkInterface,
        private: Option<IpAddr>,
        patience: usize,
    ) -> Arrival {
        let gateway = self.world.network.internet_gateways.values().find(|it| it.vpc == Some(interface.vpc));
        let gateway = gateway.ok_or(DropReason::NoPublicMapping)?;
        if is_private(self.packet.flow.source) {
            return Err(DropReason::PrivateSource);
        }
        self.check_public_access(interface, true)?;
        if interface.kind == InterfaceKind::VpcEndpoint {
            return Err(DropReason::EndpointSource);
        }
        if let Some(private) = private {
            self.packet.flow.destination = private;
        }
        self.narrow(1500);
        match gateway.route_table {
            Some(edge) => {
                let patience =
                    patience.checked_sub(1).filter(|left| *left > 0).ok_or(DropReason::RoutingLoop)?;
                self.follow(edge.table, interface.vpc, None, patience)
            }
            None => self.enter(interface, None, patience),
        }
    }

    /// Whether VPC Block Public Access leaves an internet gateway open: with an exclusion of the subnet, or else of the
    /// VPC, it may; inwards, ingress-only blocking lets only NAT gateways be reached.
    fn check_public_access(&self, interface: &NetworkInterface, inwards: bool) -> Result<(), DropReason> {
        let network = &self.world.network;
        let switch = network.public_access_blocks.values().find(|it| it.scope == interface.scope);
        let mode = switch.map_or(PublicAccessMode::Off, |it| it.mode);
        let excluded = |of: Excluded| {
            let mut open = network.public_access_exclusions.values().filter(|it| it.deleted.is_none());
            open.find(|it| it.of == of).map(|it| it.mode)
        };
        let exclusion =
            excluded(Excluded::Subnet(interface.subnet)).or(excluded(Excluded::Vpc(interface.vpc)));
        let is_nat = interface.kind == InterfaceKind::NatGateway;
        let open = match (mode, exclusion) {
            (PublicAccessMode::Off, _) | (_, Some(ExclusionMode::AllowBidirectional)) => true,
            (PublicAccessMode::IngressOnly, _) | (_, Some(ExclusionMode::AllowEgress)) => !inwards || is_nat,
            (PublicAccessMode::Bidirectional, None) => false,
        };
        if open { Ok(()) } else { Err(DropReason::PublicAccessBlocked) }
    }

    fn translate(&mut self, interface: &'a NetworkInterface, patience: usize) -> Arrival {
        let gateway = self.world.network.nat_gateways.values().find(|it| it.interface == Some(interface.id));
        let gateway = gateway.filter(|it| it.is_available()).ok_or(DropReason::InterfaceDown)?;
        // "8500 towards private networks", which are on the side that connections come from.
        if rules::owns(interface, self.packet.flow.destination) {
            self.translate_back(gateway.id)?;
            self.narrow(8500);
        } else {
            self.narrow(8500);
            self.translate_out(gateway.id, interface)?;
        }
        self.memory.hops += 1;
        self.memory.neighbours = false;
        self.memory.always_tracked = true;
        self.leave(interface, patience)
    }

    fn translate_out(
        &mut self,
        gateway: NatGatewayId,
        interface: &NetworkInterface,
    ) -> Result<(), DropReason> {
        let flow = self.packet.flow;
        let beyond = in_ipv4(&flow).ok_or(DropReason::NatProtocol)?;
        rules::owner(self.world, interface.vpc, flow.source).ok_or(DropReason::NatSource)?;
        let icmp = if flow.source.is_ipv4() { 1 } else { 58 };
        let is_echo = matches!(self.packet.icmp, Some((0 | 8 | 128 | 129, _)));
        let is_error = self.packet.about.is_some();
        let is_icmp = flow.protocol == icmp && (is_echo || is_error);
        let is_whole = self.packet.part == Part::Whole;
        if flow.protocol != 17 && !(is_whole && (flow.protocol == 6 || is_icmp)) {
            return Err(DropReason::NatProtocol);
        }
        if self.packet.ttl <= self.memory.hops + 1 {
            return Err(DropReason::TimeToLive);
        }
        let known = self.own.filter(|(_, initiator)| *initiator).and_then(|(index, _)| {
            let nat = &self.connections[index].nat;
            let known = nat.iter().find(|(id, _)| *id == gateway).map(|(_, flow)| *flow);
            known.filter(|flow| rules::owns(interface, flow.source))
        });
        let opens = self.packet.flags & 0x12 == 0x02;
        let translated = match known {
            Some(flow) => flow,
            None if flow.protocol == 6 && !opens => return Err(DropReason::NatIdle),
            None if is_error || matches!(self.packet.part, Part::Later(_)) => {
                return Err(DropReason::NatProtocol);
            }
            // An address after the other, "each up to 55,000 connections to each unique destination".
            None => {
                let sources = interface.private_addresses.iter().map(|entry| IpAddr::V4(entry.address));
                let mut fresh = sources.map(|source| self.fresh(gateway, Flow { source, ..beyond }));
                fresh.find_map(Result::ok).ok_or(DropReason::NatPortsExhausted)?
            }
        };
        if is_error {
            return self.become_flow(Flow { source: translated.source, ..beyond });
        }
        self.memory.nat.push((gateway, translated));
        self.become_flow(translated)
    }

    /// The packet goes on as another flow; in the other family, ICMP has other numbers.
    fn become_flow(&mut self, flow: Flow) -> Result<(), DropReason> {
        if self.packet.flow.source.is_ipv4() != flow.source.is_ipv4() {
            let translate = |kind| counterpart(self.packet.flow.source.is_ipv4(), kind);
            self.packet.icmp = match self.packet.icmp {
                Some(kind) => Some(translate(kind).ok_or(DropReason::NatProtocol)?),
                None => None,
            };
        }
        self.packet.flow = flow;
        Ok(())
    }

    /// The way carries packets of so many bytes here. As it was sent, a packet that has become IPv6 is twenty bytes shorter,
    /// and one that has become IPv4 as much longer.
    fn narrow(&mut self, mtu: u16) {
        let as_sent = match (self.sent_as_ipv4, self.packet.flow.source.is_ipv4()) {
            (true, false) => mtu - 20,
            (false, true) => mtu + 20,
            _ => mtu,
        };
        self.memory.mtu = self.memory.mtu.min(as_sent);
    }

    /// A port that no other connection through the gateway to the same destination has.
    fn fresh(&self, gateway: NatGatewayId, flow: Flow) -> Result<Flow, DropReason> {
        let all = || self.connections.iter().flat_map(|connection| &connection.nat);
        let taken = |candidate: &Flow| all().any(|(id, used)| *id == gateway && used == candidate);
        let same_destination = |used: &Flow| with_port(used, 0) == with_port(&flow, 0);
        let used = all().filter(|(id, used)| *id == gateway && same_destination(used)).count();
        if used >= self.nat_max {
            return Err(DropReason::NatPortsExhausted);
        }
        let wanted = self.nat_port.filter(|port| *port >= 1024).into_iter();
        wanted
            .chain(1024..=65535)
            .map(|port| with_port(&flow, port))
            .find(|flow| !taken(flow))
            .ok_or(DropReason::NatPortsExhausted)
    }

    fn translate_back(&mut self, gateway: NatGatewayId) -> Result<(), DropReason> {
        let flow = self.packet.flow;
        let connection = if self.packet.about.is_some() {
            self.own.map(|(index, _)| &self.connections[index])
        } else {
            self.connections.iter().find(|it| it.nat.contains(&(gateway, flow.reversed())))
        };
        let connection = connection.ok_or(DropReason::NatUnsolicited)?;
        let position =
            connection.nat.iter().position(|(id, _)| *id == gateway).ok_or(DropReason::NatUnsolicited)?;
        let inside = match position {
            0 => connection.end(true).ok_or(DropReason::NatUnsolicited)?.flow,
            later => connection.nat[later - 1].1,
        };
        if flow.protocol != 17 && self.packet.part != Part::Whole {
            return Err(DropReason::NatProtocol);
        }
        if self.packet.ttl <= self.memory.hops + 1 {
            return Err(DropReason::TimeToLive);
        }
        match (self.packet.about, inside.source, flow.source) {
            (None, _, _) => self.become_flow(inside.reversed()),
            // "The source address of an ICMP error is the address that stands for the router's" in IPv6.
            (Some(_), IpAddr::V6(_), IpAddr::V4(router)) => {
                let source = IpAddr::V6(std::net::Ipv6Addr::from(NAT64 | u128::from(router.to_bits())));
                self.become_flow(Flow { source, destination: inside.source, protocol: 58, ..flow })
            }
            (Some(_), _, _) => self.become_flow(Flow { destination: inside.source, ..flow }),
        }
    }
}

/// 64:ff9b::/96.
const NAT64: u128 = 0x0064_ff9b << 96;

/// A flow as it goes on in IPv4, but for its source: IPv6 must be for an address that stands for an IPv4 one.
fn in_ipv4(flow: &Flow) -> Option<Flow> {
    let IpAddr::V6(destination) = flow.destination else { return Some(*flow) };
    let bits = u128::from(destination);
    let stands_for_one = bits >> 32 == NAT64 >> 32;
    let destination = IpAddr::V4(std::net::Ipv4Addr::from(bits as u32));
    let protocol = if flow.protocol == 58 { 1 } else { flow.protocol };
    stands_for_one.then_some(Flow { destination, protocol, ..*flow })
}

/// The same flow from another port, or with another echo identifier.
fn with_port(flow: &Flow, port: u16) -> Flow {
    match flow.protocol {
        1 => Flow { source_port: port, destination_port: port, ..*flow },
        _ => Flow { source_port: port, ..*flow },
    }
}

/// ICMP's numbers in the other family: the tables of RFC 7915, sections 4.2 and 5.2.
fn counterpart(is_ipv4: bool, kind: (u8, u8)) -> Option<(u8, u8)> {
    let found = match (is_ipv4, kind) {
        (true, (8, code)) => (128, code),
        (true, (0, code)) => (129, code),
        (true, (3, 0 | 1 | 5 | 6 | 7 | 8 | 11 | 12)) => (1, 0),
        (true, (3, 2)) => (4, 1),
        (true, (3, 3)) => (1, 4),
        (true, (3, 4)) => (2, 0),
        (true, (3, 9 | 10 | 13 | 15)) => (1, 1),
        (true, (11, code)) => (3, code),
        (true, (12, 0 | 2)) => (4, 0),
        (false, (128, code)) => (8, code),
        (false, (129, code)) => (0, code),
        (false, (1, 0 | 2 | 3)) => (3, 1),
        (false, (1, 1)) => (3, 10),
        (false, (1, 4)) => (3, 3),
        (false, (2, _)) => (3, 4),
        (false, (3, code)) => (11, code),
        (false, (4, 0)) => (12, 0),
        (false, (4, 1)) => (3, 2),
        _ => return None,
    };
    Some(found)
}

/// "169.254.168.0/22 and fd00:ec2::/32 are reserved".
fn is_reserved(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.octets()[..2] == [169, 254] && (168..172).contains(&v4.octets()[2]),
        IpAddr::V6(v6) => v6.segments()[..2] == [0xfd00, 0x0ec2],
    }
}
