//! The network as AWS describes it: one file per noun, every legal change a method of [`World`], one immutable
//! snapshot for all readers.
//!
//! API answers, packets and explanations all read the same `World`. Nothing here does I/O, reads a clock or draws
//! a random number: time and identifiers are arguments.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods, clippy::wildcard_enum_match_arm)]

pub mod address_transfer;
mod as_text;
pub mod aws_prefix_list;
mod base64_text;
pub mod dhcp_options;
pub mod dns_record;
pub mod domain_name;
pub mod egress_only_internet_gateway;
pub mod elastic_ip;
pub mod expiry;
pub mod former_cidr;
pub mod hosted_zone_id;
pub mod iam_id;
pub mod iam_refusal;
pub mod ids;
pub mod image;
pub mod instance;
pub mod instance_connect_endpoint;
pub mod instance_connect_endpoint_state;
pub mod instance_lifecycle;
pub mod instance_profile;
pub mod instance_profile_association;
pub mod instance_state;
pub mod instance_type;
pub mod internet_gateway;
pub mod key_pair;
pub mod launch_template;
pub mod mac;
pub mod nat_gateway;
pub mod network_acl;
pub mod network_interface;
pub mod peer;
pub mod peering_status;
pub mod place;
pub mod prefix_list;
pub mod private_hosted_zone;
pub mod public_access_block;
pub mod public_address;
pub mod quotas;
pub mod refusal;
pub mod request_token;
pub mod resource;
pub mod role;
pub mod route;
pub mod route_table;
pub mod row;
pub mod rule;
pub mod security_group;
pub mod security_group_rules;
pub mod sharing;
pub mod snapshot;
pub mod storage_defaults;
pub mod subnet;
mod subnet_address;
pub mod table;
pub mod tags;
#[cfg(test)]
mod testing;
pub mod timestamp;
pub mod trust_policy;
pub mod upgrade;
pub mod volume;
pub mod vpc;
pub mod vpc_peering_connection;
pub mod world;
pub mod zone_records;

pub use dhcp_options::DhcpOptions;
pub use domain_name::DomainName;
pub use egress_only_internet_gateway::EgressOnlyInternetGateway;
pub use elastic_ip::ElasticIp;
pub use expiry::Expiring;
pub use hosted_zone_id::{HostedZoneChangeId, HostedZoneId};
pub use iam_id::{InstanceProfileId, RoleId};
pub use iam_refusal::IamRefusal;
pub use ids::*;
pub use instance::Instance;
pub use instance_connect_endpoint::InstanceConnectEndpoint;
pub use instance_profile::InstanceProfile;
pub use instance_state::InstanceState;
pub use instance_type::InstanceType;
pub use internet_gateway::InternetGateway;
pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use key_pair::KeyPair;
pub use mac::MacAddress;
pub use nat_gateway::NatGateway;
pub use network_acl::{NetworkAcl, NetworkAclEntry, RuleAction};
pub use network_interface::NetworkInterface;
pub use peer::Peer;
pub use place::{AccountId, Region, Scope, Zone};
pub use prefix_list::PrefixList;
pub use private_hosted_zone::PrivateHostedZone;
pub use public_access_block::{PublicAccessBlock, PublicAccessExclusion};
pub use quotas::Quota;
pub use refusal::Refusal;
pub use resource::ResourceId;
pub use role::Role;
pub use route::{Destination, Route, RouteState, Target};
pub use route_table::RouteTable;
pub use rule::{Direction, Header, Ports, RuleProtocol, Traffic, Transport};
pub use security_group::{SecurityGroup, SecurityGroupRule};
pub use snapshot::Snapshot;
pub use subnet::Subnet;
pub use table::Table;
pub use tags::Tags;
pub use timestamp::Timestamp;
pub use volume::Volume;
pub use vpc::Vpc;
pub use vpc_peering_connection::VpcPeeringConnection;
pub use world::{Committed, Network, Record, World};
