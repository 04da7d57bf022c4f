//! A row of a table: what every stored noun can.

use serde::Serialize;
use serde::de::DeserializeOwned;

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
use crate::image::{DeregisteredImage, OwnImage};
use crate::instance::Instance;
use crate::instance_connect_endpoint::InstanceConnectEndpoint;
use crate::instance_defaults::InstanceDefaults;
use crate::instance_profile::InstanceProfile;
use crate::internet_gateway::InternetGateway;
use crate::key_pair::KeyPair;
use crate::last_access::LastAccess;
use crate::launch_template::LaunchTemplate;
use crate::link::Linked;
use crate::log_export::LogExport;
use crate::log_group::LogGroup;
use crate::log_settings::{LogSettings, QueryDefinition};
use crate::managed_policy::ManagedPolicy;
use crate::mfa_device::MfaDevice;
use crate::nat_gateway::NatGateway;
use crate::network_acl::NetworkAcl;
use crate::network_interface::NetworkInterface;
use crate::network_interface_permission::NetworkInterfacePermission;
use crate::place::Scope;
use crate::placement_group::PlacementGroup;
use crate::prefix_list::PrefixList;
use crate::private_hosted_zone::{HostedZoneChange, PrivateHostedZone};
use crate::public_access_block::{PublicAccessBlock, PublicAccessExclusion};
use crate::queue::{DeletedQueue, Queue};
use crate::request_token::RequestToken;
use crate::role::Role;
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
use crate::table::TableValue;
use crate::topic::Topic;
use crate::user::User;
use crate::volume::Volume;
use crate::vpc::Vpc;
use crate::vpc_endpoint::VpcEndpoint;
use crate::vpc_peering_connection::VpcPeeringConnection;

/// What a table holds: a plain value that can be stored and read again.
pub trait Row: TableValue + PartialEq + Serialize + DeserializeOwned + Linked {
    /// Whether it differs from `other` by tags alone, its own or its parts'. Only rows of [`crate::Network`] need an answer:
    /// tags decide about no packet.
    fn differs_by_tags_alone(&self, _other: &Self) -> bool {
        false
    }
}

/// Rows of the network, each with where its tags are.
macro_rules! network_rows {
    ($($row:ty: $clear:expr;)*) => {
        $(impl Row for $row {
            fn differs_by_tags_alone(&self, other: &Self) -> bool {
                let clear: fn(&mut $row) = $clear;
                let [mut one, mut other] = [self.clone(), other.clone()];
                clear(&mut one);
                clear(&mut other);
                one == other
            }
        })*
    };
}

network_rows! {
    // What was taken away before, and is forgotten now, decides about no packet either.
    Vpc: |it| {
        it.tags.clear();
        it.former_cidrs.clear();
    };
    Subnet: |it| {
        it.tags.clear();
        it.former_ipv6_cidrs.clear();
        it.reservations.iter_mut().for_each(|it| it.tags.clear());
    };
    RouteTable: |it| it.tags.clear();
    InternetGateway: |it| it.tags.clear();
    EgressOnlyInternetGateway: |it| it.tags.clear();
    PublicAccessBlock: |_| {};
    PublicAccessExclusion: |it| it.tags.clear();
    NatGateway: |it| it.tags.clear();
    // What may be asked through it is decided where it is asked.
    VpcEndpoint: |it| {
        it.tags.clear();
        it.policy = None;
    };
    VpcPeeringConnection: |it| it.tags.clear();
    FlowLog: |it| it.tags.clear();
    PrefixList: |it| it.tags.clear();
    SecurityGroup: |it| {
        it.tags.clear();
        it.rules.values_mut().for_each(|it| it.tags.clear());
    };
    NetworkAcl: |it| it.tags.clear();
    NetworkInterface: |it| it.tags.clear();
    ElasticIp: |it| it.tags.clear();
    DhcpOptions: |it| it.tags.clear();
    Instance: |it| it.tags.clear();
}

impl Row for KeyPair {}
impl Row for NetworkInterfacePermission {}
impl Row for LaunchTemplate {}
impl Row for FlowLogDelivery {}
impl Row for PlacementGroup {}
impl Row for Fleet {}
impl Row for InstanceDefaults {}
impl Row for Volume {}
impl Row for Snapshot {}
impl Row for OwnImage {}
impl Row for DeregisteredImage {}
impl Row for StorageDefaults {}
impl Row for PrivateHostedZone {}
impl Row for HostedZoneChange {}
impl Row for InstanceConnectEndpoint {}
impl Row for Role {}
impl Row for Account {}
impl Row for AccountSettings {}
impl Row for User {}
impl Row for Group {}
impl Row for AccessKey {}
impl Row for DeletedAccessKey {}
impl Row for LastAccess {}
impl Row for ManagedPolicy {}
impl Row for MfaDevice {}
impl Row for SshPublicKey {}
impl Row for SigningCertificate {}
impl Row for ServerCertificate {}
impl Row for SamlProvider {}
impl Row for Bucket {}
impl Row for Queue {}
impl Row for DeletedQueue {}
impl Row for LogGroup {}
impl Row for LogExport {}
impl Row for LogSettings {}
impl Row for QueryDefinition {}
impl Row for Topic {}
impl Row for Subscription {}
impl Row for ServiceSpecificCredential {}
impl Row for InstanceProfile {}
impl Row for AppliedQuota {}
impl Row for Scope {}
impl Row for RequestToken {}
