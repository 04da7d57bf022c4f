//! The network that the tests of this crate look at.
//!
//! ```text
//! vpc main 10.0.0.0/16, 2600:1f13:a::/56, us-west-2
//!   subnet public  10.0.1.0/24, 2600:1f13:a:1::/64
//!     instance web  10.0.1.10 = 203.0.113.25, 10.0.1.12, 2600:1f13:a:1::10; its second interface is in private
//!     interface spare  10.0.1.11
//!   subnet private 10.0.2.0/24
//!     instance db   10.0.2.20
//!     web's second interface  10.0.2.30
//! vpc other 10.1.0.0/16
//!   subnet far 10.1.0.0/24
//!     instance far 10.1.0.5 = 203.0.113.99
//! ```

use model::dhcp_options::AMAZON_PROVIDED_DNS;
use model::dns_record::{RecordSet, RecordType};
use model::instance::{MetadataOptions, ShutdownBehavior};
use model::instance_profile_association::InstanceProfileAssociation;
use model::network_interface::{
    Attachment, ConnectionTracking, InterfaceKind, PrivateAddress, PublicAddress,
};
use model::peering_status::PeeringStatus;
use model::private_hosted_zone::{NewHostedZone, ZoneVpc};
use model::role::NewRole;
use model::subnet::{HostnameType, SubnetIpv6Cidr};
use model::vpc::{CidrAssociation, Tenancy};
use model::vpc_peering_connection::PeeringSide;
use model::zone_records::RecordChange;
use model::*;
use std::net::Ipv4Addr;

pub(crate) const MAIN: VpcId = VpcId::numbered(1);
pub(crate) const OTHER: VpcId = VpcId::numbered(2);
pub(crate) const PUBLIC: SubnetId = SubnetId::numbered(1);
pub(crate) const PRIVATE: SubnetId = SubnetId::numbered(2);
pub(crate) const FAR_SUBNET: SubnetId = SubnetId::numbered(3);
pub(crate) const WEB: InstanceId = InstanceId::numbered(0xa);
pub(crate) const DB: InstanceId = InstanceId::numbered(0xb);
pub(crate) const FAR: InstanceId = InstanceId::numbered(0xf);
pub(crate) const WEB_ETH0: NetworkInterfaceId = NetworkInterfaceId::numbered(1);
pub(crate) const WEB_ETH1: NetworkInterfaceId = NetworkInterfaceId::numbered(2);
pub(crate) const SPARE: NetworkInterfaceId = NetworkInterfaceId::numbered(3);
pub(crate) const DB_ETH0: NetworkInterfaceId = NetworkInterfaceId::numbered(4);
pub(crate) const FAR_ETH0: NetworkInterfaceId = NetworkInterfaceId::numbered(5);
pub(crate) const OPTIONS: DhcpOptionsId = DhcpOptionsId::numbered(1);
pub(crate) const PEERING: VpcPeeringConnectionId = VpcPeeringConnectionId::numbered(1);
pub(crate) const NOW: Timestamp = Timestamp(1_767_225_600_000);

const GROUP: SecurityGroupId = SecurityGroupId::numbered(1);

/// The network above, with both DNS attributes on everywhere.
pub(crate) fn world() -> World {
    world_in("us-west-2")
}

/// The same in another Region.
/// The same, where web has an instance profile with a role that trusts EC2.
pub(crate) fn with_role() -> World {
    let mut world = world();
    let (account, mut next) = (eni(&world, WEB_ETH0).scope.account, 0);
    let mut random = || {
        next += 1;
        next
    };
    let ids = &mut Ids::new(&mut random);
    let trust = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let role = NewRole {
        path: "/".into(),
        name: "reader".into(),
        description: None,
        trust_policy: policy::Document::stored(trust),
        max_session_duration_s: 3600,
        boundary: None,
        tags: Tags::default(),
    };
    world.create_role(account, role, ids, NOW).unwrap();
    let profile = world.create_instance_profile(account, "/", "web", Tags::default(), ids, NOW).unwrap();
    world.add_role_to_instance_profile(account, "web", "reader").unwrap();
    let profile = world.instance_profiles.get(&profile).unwrap();
    let association = InstanceProfileAssociation::with(profile, model::Partition::Commercial, ids, NOW);
    world.network.instances.get_mut(&WEB).unwrap().profile_association = Some(association);
    world
}

pub(crate) fn world_in(region: &str) -> World {
    let scope = Scope { account: AccountId::DEFAULT, region: region.parse().unwrap() };
    let mut world = World::default();
    world.network.dhcp_options.insert(OPTIONS, default_options(scope));
    world.network.vpcs.insert(MAIN, vpc(scope, MAIN, "10.0.0.0/16", Some("2600:1f13:a::/56")));
    world.network.vpcs.insert(OTHER, vpc(scope, OTHER, "10.1.0.0/16", None));
    world
        .network
        .subnets
        .insert(PUBLIC, subnet(scope, PUBLIC, MAIN, "10.0.1.0/24", Some("2600:1f13:a:1::/64")));
    world.network.subnets.insert(PRIVATE, subnet(scope, PRIVATE, MAIN, "10.0.2.0/24", None));
    world.network.subnets.insert(FAR_SUBNET, subnet(scope, FAR_SUBNET, OTHER, "10.1.0.0/24", None));
    world.network.security_groups.insert(GROUP, group(scope));
    world.network.instances.insert(WEB, instance(scope, WEB, &[WEB_ETH0, WEB_ETH1]));
    world.network.instances.insert(DB, instance(scope, DB, &[DB_ETH0]));
    world.network.instances.insert(FAR, instance(scope, FAR, &[FAR_ETH0]));

    let mut web = interface(&world, WEB_ETH0, PUBLIC, &["10.0.1.10", "10.0.1.12"], Some((WEB, 0)));
    web.private_addresses[0].public = Some(lent("203.0.113.25"));
    web.ipv6_addresses = vec!["2600:1f13:a:1::10".parse().unwrap()];
    let mut far = interface(&world, FAR_ETH0, FAR_SUBNET, &["10.1.0.5"], Some((FAR, 0)));
    far.private_addresses[0].public = Some(lent("203.0.113.99"));
    let others = [
        interface(&world, WEB_ETH1, PRIVATE, &["10.0.2.30"], Some((WEB, 1))),
        interface(&world, SPARE, PUBLIC, &["10.0.1.11"], None),
        interface(&world, DB_ETH0, PRIVATE, &["10.0.2.20"], Some((DB, 0))),
    ];
    for interface in [web, far].into_iter().chain(others) {
        world.put_network_interface(interface);
    }
    world
}

/// Connects the two VPCs.
pub(crate) fn peer(world: &mut World, status: PeeringStatus, far_side_resolves: bool) {
    let scope = world.network.vpcs.get(&MAIN).unwrap().scope;
    let side = |vpc, dns_resolution_from_peer| PeeringSide { scope, vpc, dns_resolution_from_peer };
    let (requester, accepter) = (side(MAIN, false), side(OTHER, far_side_resolves));
    let (id, tags) = (PEERING, Tags::default());
    let peering = VpcPeeringConnection { id, requester, accepter, status, expires: None, ended: None, tags };
    world.network.vpc_peering_connections.insert(id, peering);
}

/// A set of records to be made: name, type, lifetime and values.
pub(crate) type Set<'a> = (&'a str, RecordType, u32, &'a [&'a str]);

/// Associates a zone with a VPC and puts records into it.
pub(crate) fn zone(world: &mut World, vpc: VpcId, name: &str, sets: &[Set<'_>]) {
    let scope = world.network.vpcs.get(&vpc).unwrap().scope;
    make_zone(world, scope.account, name, Some(ZoneVpc { vpc, region: scope.region }), sets);
}

/// Makes a public zone and puts records into it.
pub(crate) fn public_zone(world: &mut World, name: &str, sets: &[Set<'_>]) {
    make_zone(world, AccountId::DEFAULT, name, None, sets);
}

fn make_zone(world: &mut World, account: AccountId, name: &str, vpc: Option<ZoneVpc>, sets: &[Set<'_>]) {
    let id = HostedZoneId::from_random(world.private_hosted_zones.len() as u128 + 1);
    let (name, caller_reference) = (name.parse().unwrap(), id.to_string());
    let new = NewHostedZone { name, caller_reference, comment: None, vpc };
    world.create_private_hosted_zone(account, new, id).unwrap();
    let set = |(name, record_type, ttl_s, values): &Set<'_>| RecordSet {
        name: name.parse().unwrap(),
        record_type: *record_type,
        ttl_s: *ttl_s,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let changes = sets.iter().map(set).map(RecordChange::Create).collect();
    world.change_record_sets(account, id, changes).unwrap();
}

/// An interface of the network.
pub(crate) fn eni(world: &World, id: NetworkInterfaceId) -> NetworkInterface {
    world.network.network_interfaces.get(&id).unwrap().clone()
}

/// Sets a DHCP option of the VPCs.
pub(crate) fn set_option(world: &mut World, key: &str, values: &[&str]) {
    let options = world.network.dhcp_options.get_mut(&OPTIONS).unwrap();
    options.configurations.retain(|(known, _)| known != key);
    options.configurations.push((key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect()));
}

fn lent(address: &str) -> PublicAddress {
    PublicAddress { address: address.parse().unwrap(), elastic: None }
}

fn default_options(scope: Scope) -> DhcpOptions {
    let configurations = vec![
        ("domain-name".to_owned(), vec![scope.region.private_domain()]),
        ("domain-name-servers".to_owned(), vec![AMAZON_PROVIDED_DNS.to_owned()]),
    ];
    DhcpOptions { id: OPTIONS, scope, configurations, region_default: true, tags: Tags::default() }
}

fn vpc(scope: Scope, id: VpcId, cidr: &str, v6: Option<&str>) -> Vpc {
    let association = VpcCidrAssociationId::numbered(1);
    let block = |cidr: &str| CidrAssociation { id: association, cidr: cidr.parse().unwrap() };
    Vpc {
        id,
        scope,
        cidrs: vec![CidrAssociation { id: association, cidr: cidr.parse().unwrap() }],
        ipv6_cidrs: v6.map(block).into_iter().collect(),
        former_cidrs: Vec::new(),
        dhcp_options: Some(OPTIONS),
        tenancy: Tenancy::Default,
        is_default: false,
        dns_support: true,
        dns_hostnames: true,
        network_address_usage_metrics: false,
        main_route_table: RouteTableId::numbered(1),
        main_association: RouteTableAssociationId::numbered(1),
        default_security_group: GROUP,
        default_network_acl: NetworkAclId::numbered(1),
        tags: Tags::default(),
    }
}

fn subnet(scope: Scope, id: SubnetId, vpc: VpcId, cidr: &str, v6: Option<&str>) -> Subnet {
    let block =
        |cidr: &str| SubnetIpv6Cidr { id: SubnetCidrAssociationId::numbered(1), cidr: cidr.parse().unwrap() };
    Subnet {
        id,
        scope,
        vpc,
        zone: scope.region.zones().next().unwrap(),
        cidr: Some(cidr.parse().unwrap()),
        ipv6_cidr: v6.map(block),
        network_acl: NetworkAclId::numbered(1),
        network_acl_association: NetworkAclAssociationId::numbered(1),
        route_table: None,
        default_for_zone: false,
        map_public_ip_on_launch: false,
        assign_ipv6_address_on_creation: false,
        dns64: false,
        hostname_type: HostnameType::IpName,
        resource_name_dns_a_record: false,
        resource_name_dns_aaaa_record: false,
        reservations: Vec::new(),
        former_ipv6_cidrs: Vec::new(),
        tags: Tags::default(),
    }
}

fn group(scope: Scope) -> SecurityGroup {
    let (name, description) = ("web".to_owned(), "the web".to_owned());
    let (rules, tags) = (Default::default(), Tags::default());
    SecurityGroup { id: GROUP, scope, vpc: MAIN, associations: Vec::new(), name, description, rules, tags }
}

fn interface(
    world: &World,
    id: NetworkInterfaceId,
    subnet: SubnetId,
    addresses: &[&str],
    attached: Option<(InstanceId, u16)>,
) -> NetworkInterface {
    let subnet = world.network.subnets.get(&subnet).unwrap();
    let address = |text: &&str| PrivateAddress { address: text.parse::<Ipv4Addr>().unwrap(), public: None };
    let last = addresses[0].rsplit('.').next().unwrap().parse().unwrap();
    NetworkInterface {
        id,
        scope: subnet.scope,
        subnet: subnet.id,
        vpc: subnet.vpc,
        zone: subnet.zone,
        mac: MacAddress([0x0a, 0, 0, 0, 0, last]),
        private_addresses: addresses.iter().map(address).collect(),
        ipv6_addresses: Vec::new(),
        prefixes: Vec::new(),
        groups: vec![GROUP],
        source_dest_check: true,
        description: String::new(),
        attachment: attached.map(|(instance, device_index)| Attachment {
            id: AttachmentId::numbered(1),
            instance: Some(instance),
            instance_owner: subnet.scope.account,
            device_index,
            attached: NOW,
            delete_on_termination: true,
        }),
        kind: InterfaceKind::Interface,
        requester: None,
        connection_tracking: ConnectionTracking::default(),
        auto_assign_public_ip: false,
        tags: Tags::default(),
    }
}

fn instance(scope: Scope, id: InstanceId, interfaces: &[NetworkInterfaceId]) -> Instance {
    Instance {
        id,
        scope,
        reservation: ReservationId::numbered(1),
        launch_index: 0,
        image: ImageId::numbered(1),
        instance_type: "t2.micro".to_owned(),
        zone: scope.region.zones().next().unwrap(),
        subnet: None,
        vpc: None,
        interfaces: interfaces.to_vec(),
        state: InstanceState::Running,
        state_reason: None,
        key_name: Some("mine".to_owned()),
        public_key: Some("ssh-ed25519 AAAA mine".to_owned()),
        launched: NOW,
        boot: 1,
        user_data: Vec::new(),
        metadata_options: MetadataOptions {
            enabled: true,
            tokens_required: false,
            hop_limit: 2,
            ipv6: false,
            instance_tags: false,
        },
        disable_api_termination: false,
        disable_api_stop: false,
        shutdown_behavior: ShutdownBehavior::Stop,
        monitoring: false,
        ebs_optimized: false,
        root_device: "/dev/xvda".to_owned(),
        cpu_credits: None,
        cpu_options: None,
        placement: Default::default(),
        maintenance: Default::default(),
        client_token: String::new(),
        profile_association: None,
        transition: None,
        terminated: None,
        pushed_keys: Vec::new(),
        tags: Tags::default(),
    }
}
