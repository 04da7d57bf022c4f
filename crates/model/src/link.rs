//! Links: by what the rows of a table are looked for, besides their keys, so that nobody looks through all of them.
//!
//! Each row says which links it has; [`crate::Table::linked`] finds the rows that have one. "The subnets of this VPC", "the
//! groups that name this group" and "the key pair of this name" are links of subnets, groups and key pairs.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::Ipv4Addr;

use crate::access_key::{AccessKey, DeletedAccessKey};
use crate::account::Account;
use crate::account_settings::AccountSettings;
use crate::bucket::Bucket;
use crate::dhcp_options::DhcpOptions;
use crate::egress_only_internet_gateway::EgressOnlyInternetGateway;
use crate::elastic_ip::ElasticIp;
use crate::fleet::Fleet;
use crate::flow_log::{FlowLog, FlowLogDelivery};
use crate::group::Group;
use crate::iam_id::{RoleId, UserId};
use crate::ids::*;
use crate::image::{DeregisteredImage, OwnImage};
use crate::instance::Instance;
use crate::instance_connect_endpoint::InstanceConnectEndpoint;
use crate::instance_defaults::InstanceDefaults;
use crate::instance_profile::InstanceProfile;
use crate::instance_state::InstanceState;
use crate::internet_gateway::InternetGateway;
use crate::key_pair::KeyPair;
use crate::last_access::LastAccess;
use crate::launch_template::LaunchTemplate;
use crate::log_export::LogExport;
use crate::log_group::LogGroup;
use crate::log_settings::{LogSettings, QueryDefinition};
use crate::managed_policy::ManagedPolicy;
use crate::mfa_device::MfaDevice;
use crate::nat_gateway::NatGateway;
use crate::network_acl::NetworkAcl;
use crate::network_interface::NetworkInterface;
use crate::network_interface_permission::NetworkInterfacePermission;
use crate::peer::Peer;
use crate::place::{AccountId, Scope};
use crate::placement_group::PlacementGroup;
use crate::prefix_list::PrefixList;
use crate::private_hosted_zone::{HostedZoneChange, PrivateHostedZone, public_zone_link};
use crate::public_access_block::{PublicAccessBlock, PublicAccessExclusion};
use crate::queue::{DeletedQueue, Queue};
use crate::request_token::RequestToken;
use crate::role::Role;
use crate::route::{Destination, Target};
use crate::route_table::RouteTable;
use crate::saml_provider::SamlProvider;
use crate::security_group::SecurityGroup;
use crate::server_certificate::ServerCertificate;
use crate::service_quota::AppliedQuota;
use crate::service_specific_credential::ServiceSpecificCredential;
use crate::signing_certificate::SigningCertificate;
use crate::snapshot::Snapshot;
use crate::ssh_public_key::SshPublicKey;
use crate::storage_defaults::StorageDefaults;
use crate::subnet::Subnet;
use crate::subscription::Subscription;
use crate::topic::{Topic, TopicId};
use crate::user::User;
use crate::volume::Volume;
use crate::vpc::Vpc;
use crate::vpc_endpoint::VpcEndpoint;
use crate::vpc_peering_connection::VpcPeeringConnection;

/// Something that rows have or refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// Their account and Region.
    Scope(Scope),
    /// Their account and Region, while they count against its quota, where others are still shown.
    Counted(Scope),
    /// They are no more, and are shown for a while.
    Ended,
    /// There is something to do yet.
    Active,
    /// What is meant in a scope where none is named.
    Default(Scope),
    /// Their name. Rare other names are equal; who looks compares.
    Name(NameHash),
    /// A VPC in which they are, or to which they are attached.
    Vpc(VpcId),
    /// A subnet.
    Subnet(SubnetId),
    /// A route table that they use.
    RouteTable(RouteTableId),
    /// The association with it.
    RouteTableAssociation(RouteTableAssociationId),
    /// A network ACL.
    NetworkAcl(NetworkAclId),
    /// A security group that they carry, or that their rules name.
    SecurityGroup(SecurityGroupId),
    /// One of their rules.
    SecurityGroupRule(SecurityGroupRuleId),
    /// A prefix list that their rules or routes name.
    PrefixList(PrefixListId),
    /// A VPC endpoint that their routes lead to.
    VpcEndpoint(VpcEndpointId),
    /// A set of DHCP options.
    DhcpOptions(DhcpOptionsId),
    /// An instance to which they are attached.
    Instance(InstanceId),
    /// An attachment to an instance.
    Attachment(AttachmentId),
    /// A network interface.
    NetworkInterface(NetworkInterfaceId),
    /// The public address that they are.
    PublicAddress(Ipv4Addr),
    /// The association of an Elastic IP address.
    AddressAssociation(AddressAssociationId),
    /// A placement group.
    PlacementGroup(PlacementGroupId),
    /// A snapshot of which they are made.
    Snapshot(SnapshotId),
    /// A role.
    Role(RoleId),
    /// Their account, where they are in no Region.
    Account(AccountId),
    /// They wait for somebody's word.
    Unconfirmed,
    /// A topic that they have the messages of.
    Topic(TopicId),
    /// A user whose credentials they are.
    User(UserId),
    /// An account whose root's credentials they are.
    Root(AccountId),
}

/// A name among those of one owner, as a number. Every program and run has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameHash(u64);

impl Link {
    /// The name of something that its owner (a scope, a VPC) tells apart by names, in whatever case.
    pub fn name(owner: impl Hash, name: &str) -> Link {
        let mut hasher = DefaultHasher::new();
        owner.hash(&mut hasher);
        name.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
        Link::Name(NameHash(hasher.finish()))
    }

    /// Whose credentials something is: a user's, or an account's root's.
    pub fn credentials_of(account: AccountId, user: Option<UserId>) -> Link {
        user.map_or(Link::Root(account), Link::User)
    }
}

/// What has links.
pub trait Linked {
    /// Hands each of its links to `put`; one may come more than once.
    fn put_links(&self, put: &mut dyn FnMut(Link));

    /// Whether it has this link.
    fn has_link(&self, link: Link) -> bool {
        let mut has = false;
        self.put_links(&mut |own| has |= own == link);
        has
    }
}

macro_rules! links {
    ($($row:ty: |$it:ident, $put:ident| $links:expr;)*) => {
        $(impl Linked for $row {
            fn put_links(&self, $put: &mut dyn FnMut(Link)) {
                let $it = self;
                $links
            }
        })*
    };
}

links! {
    Vpc: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::RouteTable(it.main_route_table));
        put(Link::RouteTableAssociation(it.main_association));
        it.dhcp_options.into_iter().for_each(|id| put(Link::DhcpOptions(id)));
        if it.is_default {
            put(Link::Default(it.scope));
        }
    };
    Subnet: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::Vpc(it.vpc));
        put(Link::NetworkAcl(it.network_acl));
        if let Some(used) = &it.route_table {
            put(Link::RouteTable(used.table));
            put(Link::RouteTableAssociation(used.association));
        }
    };
    RouteTable: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::Vpc(it.vpc));
        for route in &it.routes {
            match route.destination {
                Destination::PrefixList(id) => put(Link::PrefixList(id)),
                Destination::Cidr(_) => {}
            }
            match route.target {
                Target::VpcEndpoint(id) => put(Link::VpcEndpoint(id)),
                Target::Local
                | Target::InternetGateway(_)
                | Target::EgressOnlyInternetGateway(_)
                | Target::NatGateway(_)
                | Target::NetworkInterface(_)
                | Target::VpcPeeringConnection(_) => {}
            }
        }
    };
    InternetGateway: |it, put| {
        put(Link::Scope(it.scope));
        it.vpc.into_iter().for_each(|id| put(Link::Vpc(id)));
        if let Some(used) = &it.route_table {
            put(Link::RouteTable(used.table));
            put(Link::RouteTableAssociation(used.association));
        }
    };
    EgressOnlyInternetGateway: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::Vpc(it.vpc));
    };
    PublicAccessBlock: |it, put| put(Link::Scope(it.scope));
    PublicAccessExclusion: |it, put| {
        put(Link::Scope(it.scope));
        put(it.of.link());
    };
    FlowLog: |it, put| {
        put(Link::Scope(it.scope));
        put(it.settings.of.link());
    };
    FlowLogDelivery: |_it, _put| {};
    NatGateway: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::Vpc(it.vpc));
        put(Link::Subnet(it.subnet));
        put(if it.counts() { Link::Counted(it.scope) } else { Link::Ended });
    };
    VpcEndpoint: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::Vpc(it.vpc));
        let own = it.interface_endpoint();
        own.into_iter().flat_map(|own| &own.interfaces).for_each(|id| put(Link::NetworkInterface(*id)));
    };
    VpcPeeringConnection: |it, put| {
        for side in [&it.requester, &it.accepter] {
            put(Link::Scope(side.scope));
            put(Link::Vpc(side.vpc));
        }
    };
    PrefixList: |it, put| put(Link::Scope(it.scope));
    SecurityGroup: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::name(it.vpc, &it.name));
        it.vpcs().for_each(|id| put(Link::Vpc(id)));
        for rule in it.rules.values() {
            put(Link::SecurityGroupRule(rule.id));
            match rule.peer {
                Peer::Group { group, .. } => put(Link::SecurityGroup(group)),
                Peer::PrefixList(id) => put(Link::PrefixList(id)),
                Peer::Cidr(_) => {}
            }
        }
    };
    NetworkAcl: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::Vpc(it.vpc));
    };
    NetworkInterface: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::Vpc(it.vpc));
        put(Link::Subnet(it.subnet));
        it.groups.iter().for_each(|id| put(Link::SecurityGroup(*id)));
        it.instance().into_iter().for_each(|id| put(Link::Instance(id)));
        it.attachment.iter().for_each(|attachment| put(Link::Attachment(attachment.id)));
    };
    ElasticIp: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::PublicAddress(it.public_ip));
        it.association.iter().for_each(|association| put(Link::AddressAssociation(association.id)));
    };
    DhcpOptions: |it, put| {
        put(Link::Scope(it.scope));
        if it.region_default {
            put(Link::Default(it.scope));
        }
    };
    Instance: |it, put| {
        put(Link::Scope(it.scope));
        if it.state != InstanceState::Terminated {
            put(Link::Counted(it.scope));
        }
        it.placement.group.into_iter().for_each(|id| put(Link::PlacementGroup(id)));
    };
    KeyPair: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::name(it.scope, &it.name));
    };
    NetworkInterfacePermission: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::NetworkInterface(it.interface));
    };
    LaunchTemplate: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::name(it.scope, &it.name));
    };
    PlacementGroup: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::name(it.scope, &it.name));
    };
    Fleet: |it, put| put(Link::Scope(it.scope));
    // Nobody looks for an account's and Region's own rows but by their keys, nor for what is remembered by a number.
    InstanceDefaults: |_it, _put| {};
    StorageDefaults: |_it, _put| {};
    AppliedQuota: |_it, _put| {};
    LogSettings: |_it, _put| {};
    Scope: |_it, _put| {};
    RequestToken: |_it, _put| {};
    DeregisteredImage: |_it, _put| {};
    HostedZoneChange: |_it, _put| {};
    PrivateHostedZone: |it, put| {
        if it.is_public() {
            put(public_zone_link(it.name.as_str()));
        }
    };
    Volume: |it, put| put(Link::Scope(it.scope));
    Snapshot: |it, put| put(Link::Scope(it.scope));
    OwnImage: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::name(it.scope, &it.described.name));
        it.described.devices.iter().filter_map(|it| it.snapshot).for_each(|id| put(Link::Snapshot(id)));
    };
    InstanceConnectEndpoint: |it, put| {
        put(Link::Scope(it.scope));
        it.interface.into_iter().for_each(|id| put(Link::NetworkInterface(id)));
    };
    InstanceProfile: |it, put| it.role.into_iter().for_each(|id| put(Link::Role(id)));
    MfaDevice: |it, put| {
        put(Link::Account(it.account));
        put(Link::name(it.account, &it.place()));
        it.assignment.iter().for_each(|of| put(Link::credentials_of(it.account, of.user)));
    };
    SshPublicKey: |it, put| put(Link::User(it.user));
    SigningCertificate: |it, put| put(Link::credentials_of(it.account, it.user));
    ServerCertificate: |it, put| {
        put(Link::Account(it.account));
        put(Link::name(it.account, &it.described.name));
    };
    Bucket: |it, put| put(Link::Account(it.account));
    Queue: |it, put| {
        put(Link::Scope(it.scope));
        it.settings.redrive.iter().for_each(|to| put(Link::name(it.scope.account, &to.target)));
    };
    Topic: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::name(it.scope, &it.name));
        if it.fifo.is_some() {
            put(Link::Counted(it.scope));
        }
    };
    LogGroup: |it, put| {
        put(Link::Scope(it.scope));
        put(Link::name(it.scope, &it.name));
    };
    QueryDefinition: |it, put| put(Link::Scope(it.scope));
    LogExport: |it, put| {
        put(Link::Scope(it.scope));
        if it.state.is_active() {
            put(Link::Active);
        }
    };
    Subscription: |it, put| {
        put(Link::Scope(Scope { account: it.owner, region: it.topic_scope.region }));
        put(Link::Topic(it.topic));
        if !it.is_confirmed() {
            put(Link::Unconfirmed);
        }
    };
    SamlProvider: |it, put| {
        put(Link::Account(it.account));
        put(Link::name(it.account, &it.name));
    };
    ServiceSpecificCredential: |it, put| put(Link::User(it.user));
    // What else IAM has is found by indexes of its own: names there have an order that answers show.
    Role: |_it, _put| {};
    User: |_it, _put| {};
    Group: |_it, _put| {};
    AccessKey: |_it, _put| {};
    DeletedAccessKey: |_it, _put| {};
    DeletedQueue: |_it, _put| {};
    LastAccess: |_it, _put| {};
    ManagedPolicy: |_it, _put| {};
    Account: |_it, _put| {};
    AccountSettings: |_it, _put| {};
}
