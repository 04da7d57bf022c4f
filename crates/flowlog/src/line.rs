//! Records as they are written: one line of text.

use engine::{FlowAction, FlowRecord, RejectReason, TrafficPath};
use model::network_interface::InterfaceKind;
use model::{Direction, Region, Timestamp, aws_range};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;

use crate::field::Field;
use crate::format::Format;
use crate::site::Site;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LogStatus<'a> {
    /// "OK": packets.
    Ok(&'a FlowRecord),
    /// "NODATA": there was none.
    NoData,
    /// "SKIPDATA": there were too many to tell.
    SkipData,
}

/// One record, to be written.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The interface.
    pub site: &'a Site,
    /// All interfaces that records name as the next hop.
    pub sites: &'a BTreeMap<model::NetworkInterfaceId, Site>,
    /// When the window began, and ended.
    pub window: (Timestamp, Timestamp),
    /// What it is about.
    pub status: LogStatus<'a>,
}

/// What a field has that does not apply, or is not known.
const NONE: &str = "-";

impl Line<'_> {
    /// The line, without its end: "fields separated by spaces".
    pub fn text(&self, format: &Format) -> String {
        let mut text = String::with_capacity(16 * format.fields().len());
        for (place, field) in format.fields().iter().enumerate() {
            if place > 0 {
                text.push(' ');
            }
            let start = text.len();
            self.put(&mut text, *field, format.version());
            if text.len() == start {
                text.push_str(NONE);
            }
        }
        text
    }

    /// Puts a field's value; nothing for none.
    fn put(&self, text: &mut String, field: Field, version: u8) {
        let site = self.site;
        let mut put = |value: &dyn std::fmt::Display| {
            // Writing to a text does not fail.
            let _ = write!(text, "{value}");
        };
        match field {
            Field::Version => put(&version),
            Field::AccountId => put(&site.scope.account),
            Field::InterfaceId => put(&site.interface),
            Field::VpcId => put(&site.vpc),
            Field::SubnetId => put(&site.subnet),
            Field::Region => put(&site.scope.region),
            Field::AvailabilityZoneId => put(&site.zone.zone_id()),
            Field::InterfaceType => put(&type_of(site.kind)),
            Field::InstanceId => {
                if let Some(id) = site.instance {
                    put(&id);
                }
            }
            Field::Start => put(&seconds(self.times().0)),
            Field::End => put(&seconds(self.times().1)),
            Field::LogStatus => put(&match self.status {
                LogStatus::Ok(_) => "OK",
                LogStatus::NoData => "NODATA",
                LogStatus::SkipData => "SKIPDATA",
            }),
            Field::SublocationType
            | Field::SublocationId
            | Field::EcsClusterArn
            | Field::EcsClusterName
            | Field::EcsContainerInstanceArn
            | Field::EcsContainerInstanceId
            | Field::EcsContainerId
            | Field::EcsSecondContainerId
            | Field::EcsServiceName
            | Field::EcsTaskDefinitionArn
            | Field::EcsTaskArn
            | Field::EcsTaskId
            | Field::ResourceId
            | Field::EncryptionStatus => {}
            Field::SourceAddress
            | Field::DestinationAddress
            | Field::SourcePort
            | Field::DestinationPort
            | Field::Protocol
            | Field::Packets
            | Field::Bytes
            | Field::Action
            | Field::TcpFlags
            | Field::Type
            | Field::PacketSourceAddress
            | Field::PacketDestinationAddress
            | Field::PacketSourceService
            | Field::PacketDestinationService
            | Field::FlowDirection
            | Field::TrafficPath
            | Field::RejectReason
            | Field::NextHopInterfaceId
            | Field::NextHopSubnetId
            | Field::NextHopAvailabilityZoneId
            | Field::NextHopVpcId
            | Field::NextHopInterfaceType => {
                if let LogStatus::Ok(record) = self.status {
                    self.put_of_packets(&mut put, field, record);
                }
            }
        }
    }

    fn put_of_packets(&self, put: &mut dyn FnMut(&dyn std::fmt::Display), field: Field, record: &FlowRecord) {
        let flow = record.key.flow;
        let is_blocked = record.key.action == FlowAction::Reject(Some(RejectReason::PublicAccessBlocked));
        match field {
            Field::SourceAddress => put(&self.shown(record, Direction::Egress, flow.source)),
            Field::DestinationAddress => put(&self.shown(record, Direction::Ingress, flow.destination)),
            Field::PacketSourceAddress => put(&flow.source),
            Field::PacketDestinationAddress => put(&flow.destination),
            Field::SourcePort => put(&flow.source_port),
            Field::DestinationPort => put(&flow.destination_port),
            Field::Protocol => put(&flow.protocol),
            Field::Packets => put(&record.packets),
            // "Flow log records for VPC BPA don't include skipped records", nor bytes.
            Field::Bytes if is_blocked => {}
            Field::Bytes => put(&record.bytes),
            Field::Action => put(&match record.key.action {
                FlowAction::Accept => "ACCEPT",
                FlowAction::Reject(_) => "REJECT",
            }),
            Field::RejectReason if is_blocked => put(&"BPA"),
            Field::TcpFlags => put(&record.tcp_flags),
            Field::Type => put(&if flow.source.is_ipv4() { "IPv4" } else { "IPv6" }),
            Field::PacketSourceService => put(&self.service_of(flow.source)),
            Field::PacketDestinationService => put(&self.service_of(flow.destination)),
            Field::FlowDirection => put(&match record.key.direction {
                Direction::Ingress => "ingress",
                Direction::Egress => "egress",
            }),
            Field::TrafficPath => {
                if let Some(path) = record.path {
                    put(&number(path, self.site.is_nitro));
                }
            }
            _ => self.put_of_next_hop(put, field, record),
        }
    }

    fn put_of_next_hop(
        &self,
        put: &mut dyn FnMut(&dyn std::fmt::Display),
        field: Field,
        record: &FlowRecord,
    ) {
        let Some(next) = record.peer.and_then(|id| self.sites.get(&id)) else { return };
        match field {
            Field::NextHopInterfaceId => put(&next.interface),
            Field::NextHopSubnetId => put(&next.subnet),
            Field::NextHopAvailabilityZoneId => put(&next.zone.zone_id()),
            Field::NextHopVpcId => put(&next.vpc),
            Field::NextHopInterfaceType => put(&type_of(next.kind)),
            _ => {}
        }
    }

    /// An address as records have it: on the interface's own side its own. "The source address for incoming traffic" is the
    /// packet's.
    fn shown(&self, record: &FlowRecord, own_side: Direction, address: IpAddr) -> IpAddr {
        match record.key.direction == own_side {
            true => self.site.own_address(address),
            false => address,
        }
    }

    /// The service that a public address belongs to: the narrowest of those whose ranges have it.
    fn service_of(&self, address: IpAddr) -> &'static str {
        let ranges = Region::all().flat_map(aws_range::all).filter(|range| range.block.contains(&address));
        // What is a service's is Amazon's, too.
        ranges.map(|range| range.service).min_by_key(|service| *service == "AMAZON").unwrap_or_default()
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        match self.status {
            LogStatus::Ok(record) => (record.first, record.last),
            LogStatus::NoData | LogStatus::SkipData => self.window,
        }
    }
}

fn seconds(time: Timestamp) -> i64 {
    time.0.div_euclid(1000)
}

/// The number of a way, "The path that egress traffic takes to the destination". On Nitro the same ways have others.
fn number(path: TrafficPath, is_nitro: bool) -> u8 {
    match (path, is_nitro) {
        (TrafficPath::SameVpc, _) => 1,
        (TrafficPath::InternetGateway | TrafficPath::GatewayEndpoint, false) => 2,
        (TrafficPath::Peering, _) => 4,
        (TrafficPath::InterRegionPeering, _) => 5,
        (TrafficPath::GatewayEndpoint, true) => 7,
        (TrafficPath::InternetGateway, true) => 8,
    }
}

/// What `interface-type` says: nothing of interfaces of instances.
fn type_of(kind: InterfaceKind) -> &'static str {
    match kind {
        InterfaceKind::NatGateway => "nat_gateway",
        InterfaceKind::VpcEndpoint => "vpc_endpoint",
        InterfaceKind::Interface | InterfaceKind::InstanceConnectEndpoint => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::FlowKey;
    use model::{NetworkInterfaceId, Scope, SubnetId, VpcId, Zone};
    use wire::Flow;

    fn site() -> Site {
        let region: Region = "us-west-2".parse().unwrap();
        Site {
            interface: NetworkInterfaceId::numbered(1),
            scope: Scope { account: model::AccountId::DEFAULT, region },
            vpc: VpcId::numbered(2),
            subnet: SubnetId::numbered(3),
            zone: Zone::find(region, "us-west-2b").unwrap(),
            instance: Some(model::InstanceId::numbered(4)),
            kind: InterfaceKind::Interface,
            is_nitro: true,
            primary: Some("10.0.0.10".parse().unwrap()),
            ipv6: vec!["2600:1f14::10".parse().unwrap()],
        }
    }

    fn record(direction: Direction, source: &str, destination: &str) -> FlowRecord {
        let flow = Flow {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
            protocol: 6,
            source_port: 4000,
            destination_port: 22,
        };
        let key = FlowKey {
            interface: NetworkInterfaceId::numbered(1),
            direction,
            flow,
            action: FlowAction::Accept,
        };
        let path = (direction == Direction::Egress).then_some(TrafficPath::InternetGateway);
        FlowRecord {
            key,
            path,
            peer: Some(NetworkInterfaceId::numbered(1)),
            packets: 4,
            bytes: 336,
            first: Timestamp(1_432_917_027_999),
            last: Timestamp(1_432_917_142_000),
            tcp_flags: 19,
        }
    }

    /// What a record says in these fields.
    fn said(site: &Site, status: LogStatus<'_>, fields: &str) -> String {
        let sites = BTreeMap::from([(site.interface, site.clone())]);
        let window = (Timestamp(1_432_917_000_000), Timestamp(1_432_917_060_000));
        let format: String = fields.split(' ').map(|it| format!("${{{it}}} ")).collect();
        Line { site, sites: &sites, window, status }.text(&format.trim_end().parse().unwrap())
    }

    #[test]
    fn a_record_of_the_default_format_is_as_aws_writes_it() {
        let (site, record) = (site(), record(Direction::Ingress, "172.31.16.139", "10.0.0.10"));
        let line = |status| {
            let sites = BTreeMap::new();
            let window = (Timestamp(1_431_280_876_000), Timestamp(1_431_280_934_000));
            Line { site: &site, sites: &sites, window, status }.text(&Format::default())
        };
        let eni = site.interface;
        assert_eq!(
            line(LogStatus::Ok(&record)),
            format!(
                "2 123456789012 {eni} 172.31.16.139 10.0.0.10 4000 22 6 4 336 1432917027 1432917142 ACCEPT OK"
            )
        );
        let empty = format!("2 123456789012 {eni} - - - - - - - 1431280876 1431280934 -");
        assert_eq!(line(LogStatus::NoData), format!("{empty} NODATA"));
        assert_eq!(line(LogStatus::SkipData), format!("{empty} SKIPDATA"));
    }

    #[test]
    fn on_its_own_side_a_record_has_the_interface_s_primary_address() {
        let fields = "srcaddr dstaddr pkt-srcaddr pkt-dstaddr";
        let said = |direction, source, destination| {
            said(&site(), LogStatus::Ok(&record(direction, source, destination)), fields)
        };
        // "For traffic to a secondary address, dstaddr is the primary one."
        assert_eq!(
            said(Direction::Ingress, "10.0.9.9", "10.0.0.99"),
            "10.0.9.9 10.0.0.10 10.0.9.9 10.0.0.99"
        );
        // An instance that forwards: its own address, where packets have another one.
        assert_eq!(
            said(Direction::Egress, "10.0.9.9", "192.0.2.1"),
            "10.0.0.10 192.0.2.1 10.0.9.9 192.0.2.1"
        );
        assert_eq!(
            said(Direction::Egress, "2600:1f14::10", "2001:db8::1"),
            "2600:1f14::10 2001:db8::1 2600:1f14::10 2001:db8::1"
        );
    }

    #[test]
    fn fields_of_the_interface_stay_where_there_were_no_packets_and_others_do_not() {
        let fields = "version vpc-id subnet-id instance-id region az-id sublocation-type type tcp-flags \
                      flow-direction traffic-path log-status";
        let site = site();
        let (vpc, subnet, instance, zone) =
            (site.vpc, site.subnet, site.instance.unwrap(), site.zone.zone_id());
        assert_eq!(
            said(&site, LogStatus::NoData, fields),
            format!("5 {vpc} {subnet} {instance} us-west-2 {zone} - - - - - NODATA")
        );
        let record = record(Direction::Egress, "10.0.0.10", "192.0.2.1");
        assert_eq!(
            said(&site, LogStatus::Ok(&record), fields),
            format!("5 {vpc} {subnet} {instance} us-west-2 {zone} - IPv4 19 egress 8 OK")
        );
    }

    #[test]
    fn public_addresses_of_aws_have_their_service_and_others_none() {
        let fields = "pkt-src-aws-service pkt-dst-aws-service";
        let services = |source, destination| {
            said(&site(), LogStatus::Ok(&record(Direction::Egress, source, destination)), fields)
        };
        assert_eq!(services("10.0.0.10", "3.5.128.7"), "- S3");
        assert_eq!(services("54.239.65.167", "192.0.2.1"), "AMAZON -");
    }

    #[test]
    fn ways_have_other_numbers_on_nitro() {
        let on = |is_nitro| {
            let all = [
                TrafficPath::SameVpc,
                TrafficPath::InternetGateway,
                TrafficPath::Peering,
                TrafficPath::InterRegionPeering,
                TrafficPath::GatewayEndpoint,
            ];
            all.map(|path| number(path, is_nitro))
        };
        assert_eq!(on(true), [1, 8, 4, 5, 7]);
        assert_eq!(on(false), [1, 2, 4, 5, 2]);
    }

    #[test]
    fn what_vpc_block_public_access_stops_says_so_and_has_no_bytes() {
        let mut record = record(Direction::Ingress, "192.0.2.1", "10.0.0.10");
        record.key.action = FlowAction::Reject(Some(RejectReason::PublicAccessBlocked));
        assert_eq!(
            said(&site(), LogStatus::Ok(&record), "version action reject-reason packets bytes"),
            "8 REJECT BPA 4 -"
        );
        record.key.action = FlowAction::Reject(None);
        assert_eq!(said(&site(), LogStatus::Ok(&record), "action reject-reason"), "REJECT -");
    }

    #[test]
    fn the_next_hop_is_another_interface_s_site() {
        let record = record(Direction::Egress, "10.0.0.10", "10.0.1.1");
        let nat = Site { kind: InterfaceKind::NatGateway, instance: None, ..site() };
        let fields =
            "interface-type instance-id next-hop-interface-id next-hop-vpc-id next-hop-interface-type";
        assert_eq!(
            said(&nat, LogStatus::Ok(&record), fields),
            format!("nat_gateway - {} {} nat_gateway", nat.interface, nat.vpc)
        );
    }
}
