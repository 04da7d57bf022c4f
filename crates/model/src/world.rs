//! Everything there is: one table per noun, and the indexes that packets are looked up by.
//!
//! A `World` is a value. Readers share a snapshot of it; the one writer changes its own and publishes that as the next
//! snapshot with a higher generation. What an answer promises is in the records that [`World::commit`] returns.

use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::dhcp_options::DhcpOptions;
use crate::egress_only_internet_gateway::EgressOnlyInternetGateway;
use crate::elastic_ip::ElasticIp;
use crate::hosted_zone_id::{HostedZoneChangeId, HostedZoneId};
use crate::iam_id::{InstanceProfileId, RoleId};
use crate::ids::*;
use crate::instance::Instance;
use crate::instance_connect_endpoint::InstanceConnectEndpoint;
use crate::instance_profile::InstanceProfile;
use crate::internet_gateway::InternetGateway;
use crate::key_pair::KeyPair;
use crate::nat_gateway::NatGateway;
use crate::network_acl::NetworkAcl;
use crate::network_interface::{NetworkInterface, PublicMapping};
use crate::place::Scope;
use crate::prefix_list::PrefixList;
use crate::private_hosted_zone::{HostedZoneChange, PrivateHostedZone};
use crate::request_token::RequestToken;
use crate::role::Role;
use crate::route_table::RouteTable;
use crate::security_group::SecurityGroup;
use crate::subnet::Subnet;
use crate::table::Table;
use crate::vpc::Vpc;
use crate::vpc_peering_connection::VpcPeeringConnection;

/// A change to be made durable: the record's key and its new content; `None` removes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `{table}/{id}`.
    pub key: String,
    /// The row as JSON.
    pub value: Option<Vec<u8>>,
}

/// Why stored records do not make a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRecord {
    /// The record's key.
    pub key: String,
    /// What is wrong with it.
    pub problem: String,
}

impl std::fmt::Display for UnreadableRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "stored record {} cannot be read: {}", self.key, self.problem)
    }
}

impl std::error::Error for UnreadableRecord {}

macro_rules! world {
    ($($(#[$doc:meta])* $table:ident: $key:ty => $row:ty;)*) => {
        /// The whole network: every account's and Region's resources.
        #[derive(Clone, Debug, Default)]
        pub struct World {
            /// Grows with every published change. Whatever was decided under an older one is decided again.
            pub generation: u64,
            $($(#[$doc])* pub $table: Table<$key, $row>,)*
            /// Which interface has an address in a VPC. Derived from `network_interfaces`.
            pub interface_by_address: Table<(VpcId, IpAddr), NetworkInterfaceId>,
            /// Which private address a public one stands for. Derived from `network_interfaces`.
            pub public_addresses: Table<Ipv4Addr, PublicMapping>,
            /// Which interface has an IPv6 address; they are unique everywhere. Derived from `network_interfaces`.
            pub interface_by_ipv6: Table<Ipv6Addr, NetworkInterfaceId>,
            /// Which private hosted zones a VPC sees. Derived from `private_hosted_zones`.
            pub private_zone_by_vpc: Table<(VpcId, HostedZoneId), ()>,
        }

        impl World {
            /// Makes all changes since the last commit final and returns them as records.
            pub fn commit(&mut self) -> Vec<Record> {
                let mut records = Vec::new();
                $(collect(stringify!($table), self.$table.commit(), &mut records);)*
                self.interface_by_address.commit();
                self.public_addresses.commit();
                self.interface_by_ipv6.commit();
                self.private_zone_by_vpc.commit();
                records
            }

            /// Takes all changes since the last commit back.
            pub fn roll_back(&mut self) {
                $(self.$table.roll_back();)*
                self.interface_by_address.roll_back();
                self.public_addresses.roll_back();
                self.interface_by_ipv6.roll_back();
                self.private_zone_by_vpc.roll_back();
            }

            /// Takes every resource of every account out.
            pub fn clear(&mut self) {
                $(empty(&mut self.$table);)*
                empty(&mut self.interface_by_address);
                empty(&mut self.public_addresses);
                empty(&mut self.interface_by_ipv6);
                empty(&mut self.private_zone_by_vpc);
            }

            /// Reads one stored record into its table.
            fn load_record(&mut self, key: &str, value: &[u8]) -> Result<(), UnreadableRecord> {
                let unreadable = |problem: String| UnreadableRecord { key: key.to_owned(), problem };
                let (table, id) = key.split_once('/').ok_or_else(|| unreadable("no table name".to_owned()))?;
                match table {
                    $(stringify!($table) => {
                        let id: $key = id.parse().map_err(|_| unreadable("not an identifier".to_owned()))?;
                        self.$table.insert(id, read(value).map_err(unreadable)?);
                    })*
                    other => return Err(unreadable(format!("no such table: {other}"))),
                }
                Ok(())
            }
        }
    };
}

world! {
    /// VPCs.
    vpcs: VpcId => Vpc;
    /// Subnets.
    subnets: SubnetId => Subnet;
    /// Route tables.
    route_tables: RouteTableId => RouteTable;
    /// Internet gateways.
    internet_gateways: InternetGatewayId => InternetGateway;
    /// Egress-only internet gateways.
    egress_only_internet_gateways: EgressOnlyInternetGatewayId => EgressOnlyInternetGateway;
    /// NAT gateways.
    nat_gateways: NatGatewayId => NatGateway;
    /// VPC peering connections.
    vpc_peering_connections: VpcPeeringConnectionId => VpcPeeringConnection;
    /// Customer-managed prefix lists.
    prefix_lists: PrefixListId => PrefixList;
    /// Security groups, with their rules.
    security_groups: SecurityGroupId => SecurityGroup;
    /// Network ACLs.
    network_acls: NetworkAclId => NetworkAcl;
    /// Network interfaces. Changed only through [`World::put_network_interface`] and its siblings.
    network_interfaces: NetworkInterfaceId => NetworkInterface;
    /// Elastic IP addresses.
    elastic_ips: AllocationId => ElasticIp;
    /// Key pairs.
    key_pairs: KeyPairId => KeyPair;
    /// DHCP option sets.
    dhcp_options: DhcpOptionsId => DhcpOptions;
    /// Private hosted zones. Changed only through [`World::put_private_hosted_zone`] and its sibling.
    private_hosted_zones: HostedZoneId => PrivateHostedZone;
    /// What became of changes of hosted zones.
    hosted_zone_changes: HostedZoneChangeId => HostedZoneChange;
    /// Instances.
    instances: InstanceId => Instance;
    /// EC2 Instance Connect Endpoints.
    instance_connect_endpoints: InstanceConnectEndpointId => InstanceConnectEndpoint;
    /// IAM roles, of accounts.
    roles: RoleId => Role;
    /// IAM instance profiles, of accounts.
    instance_profiles: InstanceProfileId => InstanceProfile;
    /// Accounts and Regions that have been used, and so have got their default VPC.
    scopes: ScopeKey => Scope;
    /// Answers remembered for idempotency tokens.
    request_tokens: crate::request_token::RequestTokenKey => RequestToken;
}

/// A scope as a table key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopeKey(pub Scope);

impl std::fmt::Display for ScopeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for ScopeKey {
    type Err = crate::place::UnknownPlace;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || crate::place::UnknownPlace(text.to_owned());
        let (account, region) = text.split_once('/').ok_or_else(unknown)?;
        Ok(ScopeKey(Scope { account: account.parse()?, region: region.parse()? }))
    }
}

fn collect<K: std::fmt::Display, V: serde::Serialize>(
    table: &str,
    touched: Vec<(K, Option<std::sync::Arc<V>>)>,
    records: &mut Vec<Record>,
) {
    records.extend(touched.into_iter().map(|(key, row)| Record {
        key: format!("{table}/{key}"),
        value:
            row.map(|row| {
                serde_json::to_vec(&*row).expect("every row is made of plain values with text keys")
            }),
    }));
}

fn empty<K: Ord + Copy, V: Clone>(table: &mut Table<K, V>) {
    let keys: Vec<K> = table.iter().map(|(key, _)| *key).collect();
    for key in keys {
        table.remove(&key);
    }
}

fn read<V: DeserializeOwned>(value: &[u8]) -> Result<V, String> {
    serde_json::from_slice(value).map_err(|error| error.to_string())
}

impl World {
    /// The world that stored records describe.
    pub fn load<'a>(
        records: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<World, UnreadableRecord> {
        let mut world = World::default();
        for (key, value) in records {
            world.load_record(key, value)?;
        }
        let interfaces: Vec<NetworkInterface> = world.network_interfaces.values().cloned().collect();
        for interface in interfaces {
            world.put_network_interface(interface);
        }
        let zones: Vec<PrivateHostedZone> = world.private_hosted_zones.values().cloned().collect();
        for zone in zones {
            world.put_private_hosted_zone(zone);
        }
        world.commit();
        Ok(world)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_is_the_same_after_it_was_stored_and_loaded() {
        let mut world = World::default();
        let scope = Scope { account: crate::AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        let id = InternetGatewayId::numbered(7);
        let gateway = InternetGateway {
            id,
            scope,
            vpc: None,
            route_table: None,
            tags: [("Name".into(), "door".into())].into(),
        };
        world.internet_gateways.insert(id, gateway.clone());
        world.scopes.insert(ScopeKey(scope), scope);
        let records = world.commit();
        let stored = records.iter().map(|record| (record.key.as_str(), record.value.as_deref().unwrap()));
        let loaded = World::load(stored).unwrap();
        assert_eq!(loaded.internet_gateways.get(&id), Some(&gateway));
        assert!(loaded.scopes.contains(&ScopeKey(scope)));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_named() {
        let error = World::load([("vpcs/vpc-1", b"{}".as_slice())]).unwrap_err();
        assert_eq!(error.key, "vpcs/vpc-1");
        let error = World::load([("ships/1", b"{}".as_slice())]).unwrap_err();
        assert_eq!(error.problem, "no such table: ships");
    }
}
