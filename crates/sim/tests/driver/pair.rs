//! The engine and the reference model, told the same and compared.

use engine::{
    ClosedFlows, DropReason, End, Engine, FlowAction, FlowWindow, Limits, Moment, Now, PortId, PortKind,
    PortTable, Verdict,
};
use model::flow_log::{FlowLog, FlowLogDestination, FlowLogSettings, Logged, TrafficType};
use model::{Direction, FlowLogId, IpNet, MacAddress, NetworkInterfaceId, Tags, Timestamp, World};
use sim::Fixture;
use sim::reference::{Fate, Packet, Reference, Who};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use wire::VnetHeader;

use super::frames;

pub(crate) struct Pair {
    pub(crate) engine: Engine,
    pub(crate) reference: Reference,
    pub(crate) world: Arc<World>,
    internet: PortId,
    pub(crate) now: u64,
    dropped: u64,
    has_narrow_limits: bool,
    /// What flow logs must have counted, and what they have, if everything is logged.
    pub(crate) flows: Option<Flows>,
}

/// What all flow logs count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    expected: Totals,
    pub(crate) found: Totals,
}

/// Packets and bytes that entered each interface, and packets that were rejected: by groups and network ACLs, and by VPC Block
/// Public Access.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    pub(crate) entered: BTreeMap<NetworkInterfaceId, (u64, u64)>,
    pub(crate) rejected: u64,
    pub(crate) blocked: u64,
}

impl Totals {
    fn enter(&mut self, interface: NetworkInterfaceId, packets: u64, bytes: u64) {
        let entered = self.entered.entry(interface).or_default();
        *entered = (entered.0 + packets, entered.1 + bytes);
    }

    fn expect(&mut self, fate: &Fate, bytes: u64) {
        match fate {
            Fate::Delivered { to: Who::Interface(id), .. } => self.enter(*id, 1, bytes),
            Fate::Dropped(
                DropReason::SecurityGroupEgress
                | DropReason::SecurityGroupIngress
                | DropReason::NetworkAclEgress
                | DropReason::NetworkAclIngress,
            ) => self.rejected += 1,
            Fate::Dropped(DropReason::PublicAccessBlocked) => self.blocked += 1,
            Fate::Delivered { to: Who::Internet, .. } | Fate::Dropped(_) | Fate::TooBig { .. } => {}
        }
    }

    fn add(&mut self, window: &FlowWindow) {
        assert!(window.start <= window.end, "{window:?}");
        for record in &window.records {
            assert!(record.first <= record.last && record.packets > 0, "{record:?}");
            match (record.key.action, record.key.direction) {
                (FlowAction::Reject(Some(_)), _) => self.blocked += record.packets,
                (FlowAction::Reject(None), _) => self.rejected += record.packets,
                (FlowAction::Accept, Direction::Ingress) => {
                    self.enter(record.key.interface, record.packets, record.bytes);
                }
                (FlowAction::Accept, Direction::Egress) => {}
            }
        }
    }
}

const INTERNET_MAC: MacAddress = MacAddress([2, 0, 0, 0, 0, 1]);

impl Pair {
    pub(crate) fn new(fixture: &Fixture) -> Pair {
        Pair::with_limits(fixture, Limits::default())
    }

    pub(crate) fn with_limits(fixture: &Fixture, limits: Limits) -> Pair {
        let world = Arc::clone(&fixture.world);
        let hosts: Vec<IpNet> =
            fixture.hosts.values().flatten().map(|address| IpNet::from(*address)).collect();
        let mut engine = Engine::new(Arc::clone(&world), Arc::default(), limits, 7);
        let internet = engine.open_port(PortKind::Internet(hosts.clone()), INTERNET_MAC).unwrap();
        for interface in world.network.network_interfaces.values() {
            if interface.requester.is_none() {
                engine.open_port(PortKind::Interface(interface.id), interface.mac).unwrap();
            }
        }
        let mut reference = Reference::new(Arc::clone(&world), hosts);
        let any = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
        let stand_in = |id, any: IpAddr| {
            let stand_in = PortTable::stand_in(engine.ports().of_interface(id)?, any);
            Some(((id, any.is_ipv4()), stand_in))
        };
        let interfaces = world.network.network_interfaces.iter().map(|(id, _)| id);
        reference.stand_ins =
            interfaces.flat_map(|id| any.into_iter().filter_map(move |any| stand_in(id, any))).collect();
        reference.tracked_max = limits.tracked_per_interface as usize;
        reference.nat_max = limits.nat_connections_per_destination as usize;
        let default = Limits::default();
        let has_narrow_limits = limits.tracked_per_interface < default.tracked_per_interface
            || limits.nat_connections_per_destination < default.nat_connections_per_destination;
        Pair { engine, reference, world, internet, now: 1, dropped: 0, has_narrow_limits, flows: None }
    }

    /// Has all packets of all VPCs logged from now on.
    pub(crate) fn log_everything(&mut self) {
        let mut world = World::clone(&self.world);
        let vpcs: Vec<_> = world.network.vpcs.values().map(|vpc| (vpc.id, vpc.scope)).collect();
        for (number, (vpc, scope)) in (1..).zip(vpcs) {
            let id = FlowLogId::numbered(number);
            let destination = FlowLogDestination::CloudWatchLogs {
                group: "flows".to_owned(),
                arn: None,
                role: String::new(),
                cross_account_role: None,
            };
            let settings = FlowLogSettings {
                of: Logged::Vpc(vpc),
                traffic: TrafficType::All,
                destination,
                format: String::new(),
                interval_s: 60,
            };
            let row = FlowLog { id, scope, settings, created: Timestamp(0), tags: Tags::new() };
            world.network.flow_logs.insert(id, row);
        }
        self.publish(world);
        self.flows = Some(Flows::default());
    }

    /// Takes the flow logs' windows that are over.
    pub(crate) fn take_flow_windows(&mut self) -> Vec<FlowWindow> {
        let mut taken = Vec::new();
        loop {
            let (windows, is_closing) = self.engine.take_flow_windows(self.time());
            taken.extend(windows.iter().map(ClosedFlows::window));
            if !is_closing {
                break;
            }
        }
        if let Some(flows) = &mut self.flows {
            taken.iter().for_each(|window| flows.found.add(window));
        }
        taken
    }

    /// All that was to be logged was, once.
    fn compare_flows(&mut self) -> Result<(), String> {
        if self.flows.is_none() {
            return Ok(());
        }
        self.wait(60_000);
        self.take_flow_windows();
        let Some(Flows { expected, mut found }) = self.flows.clone() else { return Ok(()) };
        // What enters a gateway's or an endpoint's interface is delivered elsewhere, or dies in it.
        found.entered.retain(|id, _| self.engine.ports().of_interface(*id).is_some());
        // What is blocked on its way out is rejected at the interface whose address it has: nobody's, if it is forged there.
        let is_same = expected.entered == found.entered
            && expected.rejected == found.rejected
            && found.blocked <= expected.blocked;
        if is_same { Ok(()) } else { Err(format!("logged: {found:?}\nhappened: {expected:?}")) }
    }

    fn time(&self) -> Now {
        Now { moment: Moment(self.now), wall: Timestamp(i64::try_from(self.now).unwrap()) }
    }

    pub(crate) fn publish(&mut self, mut world: World) {
        world.network.generation = self.world.network.generation + 1;
        world.commit();
        self.world = Arc::new(world);
        self.engine.publish(Arc::clone(&self.world));
        self.reference.publish(Arc::clone(&self.world));
    }

    pub(crate) fn wait(&mut self, ms: u64) {
        self.now += ms;
        self.reference.wait(ms);
        // What has expired takes up room until it is swept away, in a second or so.
        if self.has_narrow_limits {
            self.engine.expire(Moment(self.now), usize::MAX);
        }
    }

    /// The engine forgets some of what has expired; nobody may notice.
    pub(crate) fn sweep(&mut self) {
        self.engine.expire(Moment(self.now), 500);
        self.take_flow_windows();
    }

    pub(crate) fn port(&self, who: Who) -> Option<(PortId, MacAddress)> {
        match who {
            Who::Internet => Some((self.internet, INTERNET_MAC)),
            Who::Interface(id) => {
                let port = self.engine.ports().of_interface(id)?;
                Some((port, self.engine.ports().get(port)?.mac))
            }
        }
    }

    fn who(&self, port: PortId) -> Option<Who> {
        match self.engine.ports().get(port)?.kind {
            PortKind::Interface(id) => Some(Who::Interface(id)),
            PortKind::Internet(_) => Some(Who::Internet),
            PortKind::Services => None,
        }
    }

    /// Sends a packet through both; what happened, or how they differ.
    pub(crate) fn send(&mut self, from: Who, packet: &Packet) -> Result<Fate, String> {
        let (port, mac) = self.port(from).ok_or("the sender has no link")?;
        let mut frame = frames::build(packet, mac);
        let (built, _) = frames::read(&frame)?;
        assert_eq!(built, *packet, "the frame says what the packet does");
        let mut out = Vec::new();
        let now = self.time();
        let verdict = self.engine.receive(port, &mut frame, &mut VnetHeader::default(), now, &mut out);
        let mut bytes = frame.len();
        let total: u64 = self.engine.drops().nonzero().map(|(_, count)| count).sum();
        let found = match verdict {
            Verdict::Forward(to) => self.delivered(from, to, &frame)?,
            Verdict::Dropped(DropReason::TooBig) => {
                self.dropped += 1;
                let told = out.pop().map(|told| frames::told_mtu(&told.frame)).transpose()?;
                Fate::TooBig { mtu: told }
            }
            Verdict::Dropped(reason) => {
                self.dropped += 1;
                Fate::Dropped(reason)
            }
            // What was made anew, as NAT64 does; an answer of the link's is not what the reference expects.
            Verdict::Done => {
                let made = out.pop().ok_or("the engine swallowed a packet")?;
                bytes = made.frame.len();
                self.delivered(from, made.port, &made.frame)?
            }
        };
        if let Some(flows) = &mut self.flows {
            flows.expected.expect(&found, (bytes - wire::ethernet::HEADER_LEN) as u64);
        }
        if total != self.dropped {
            return Err(format!("{total} drops were counted, {} packets were dropped", self.dropped));
        }
        // A reset, an ICMP error, or who has the address.
        let telling = [DropReason::NatIdle, DropReason::TimeToLive, DropReason::DestinationMac];
        let tells = matches!(found, Fate::Dropped(reason) if telling.contains(&reason));
        if !out.is_empty() && !tells || out.iter().any(|told| told.port != port) {
            return Err("the engine sent something that nobody asked for".to_owned());
        }
        let expected = match found {
            Fate::Delivered { packet: arrived, .. } => {
                self.reference.send(from, *packet, Some(arrived.flow.source_port))
            }
            Fate::Dropped(DropReason::SecurityGroupIngress) => {
                self.refused_behind_any_port(from, packet, found)
            }
            Fate::Dropped(_) => self.reference.send(from, *packet, None),
            Fate::TooBig { .. } => {
                // Nothing has arrived that would show the port of a NAT gateway; what the engine remembers does.
                let known = self.engine.connections().find(port, &packet.flow);
                let known = known.and_then(|(slot, _)| self.engine.connections().get(slot));
                let nat_port = known.and_then(|it| it.nat().last()).map(|last| last.flow.source_port);
                self.reference.send(from, *packet, nat_port)
            }
        };
        if found == expected {
            Ok(found)
        } else {
            Err(format!("engine:    {found:?}\nreference: {expected:?}"))
        }
    }

    /// What the reference says of a packet that the receiver's group refused. Which port a NAT gateway took for it is not
    /// seen, and the receiver may know a connection under one port and not under another: if it does under the port that
    /// the reference takes, one that nobody has used must do.
    fn refused_behind_any_port(&mut self, from: Who, packet: &Packet, found: Fate) -> Fate {
        const UNUSED: u16 = 60_000;
        let mut other = self.reference.clone();
        let expected = self.reference.send(from, *packet, None);
        if expected == found || other.send(from, *packet, Some(UNUSED)) != found {
            return expected;
        }
        self.reference = other;
        found
    }

    fn delivered(&self, from: Who, to: PortId, frame: &[u8]) -> Result<Fate, String> {
        let (packet, headers) = frames::read(frame)?;
        let who = self.who(to).ok_or("delivered to nobody")?;
        let mac = |who: Who| self.port(who).map(|(_, mac)| mac.0);
        if Some(headers.destination_mac.0) != mac(who) {
            return Err("the frame has not the receiver's link-layer address".to_owned());
        }
        let neighbours = headers.source_mac.0 != MacAddress::ROUTER.0;
        if neighbours && Some(headers.source_mac.0) != mac(from) {
            return Err("the frame has a stranger's link-layer address".to_owned());
        }
        // What it is addressed to on the receiver's link was just checked.
        let packet = Packet { next_hop: MacAddress::ROUTER, ..packet };
        Ok(Fate::Delivered { to: who, packet, neighbours })
    }

    /// After everything: both remember as many connections.
    pub(crate) fn compare_memory(&mut self) -> Result<(), String> {
        self.compare_flows()?;
        self.engine.expire(Moment(self.now), usize::MAX);
        let (engine, reference) = (self.engine.connections().len(), self.reference.connections());
        if engine != reference {
            return Err(format!("the engine remembers {engine} connections, the reference {reference}"));
        }
        self.check_counters()
    }

    /// What is counted one by one is as many as there are.
    fn check_counters(&mut self) -> Result<(), String> {
        let connections: Vec<_> = self.engine.connections().iter().cloned().collect();
        for port in self.engine.ports().iter() {
            let ends =
                connections.iter().flat_map(|it| [End::Initiator, End::Responder].map(|end| it.side(end)));
            let here: Vec<_> = ends.flatten().filter(|side| side.port == port.id).collect();
            let tracked = here.iter().filter(|side| side.tracked).count();
            if (port.connections as usize, port.tracked as usize) != (here.len(), tracked) {
                return Err(format!("{port:?} has {} connections, {tracked} of them tracked", here.len()));
            }
        }
        for (id, metrics) in self.engine.nat_gateway_metrics(Moment(self.now)) {
            let active = connections.iter().filter(|it| it.is_open_tcp() && it.gateways().any(|on| on == id));
            let active = active.count() as u64;
            if metrics.iter().any(|it| it.name == "ActiveConnectionCount" && it.value != active) {
                return Err(format!("{id} has {active} active connections, not {metrics:?}"));
            }
        }
        Ok(())
    }
}
