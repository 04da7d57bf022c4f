//! Everything there is: one table per noun, and the indexes that packets are looked up by.
//!
//! A `World` is a value. Readers share a snapshot of it; the one writer changes its own and publishes that as the next
//! snapshot, with the revision that the store gave it. What an answer promises is in the records that [`World::commit`]
//! returns. What packets are decided by is a value of its own in it, [`Network`]: only a change of that makes the engine
//! decide again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::access_key::{AccessKey, AccessKeyId, DeletedAccessKey};
use crate::account::Account;
use crate::account_settings::AccountSettings;
use crate::bucket::Bucket;
use crate::bucket_name::BucketName;
use crate::dhcp_options::DhcpOptions;
use crate::egress_only_internet_gateway::EgressOnlyInternetGateway;
use crate::elastic_ip::ElasticIp;
use crate::fleet::Fleet;
use crate::flow_log::{FlowLog, FlowLogDelivery};
use crate::group::Group;
use crate::hosted_zone_id::{HostedZoneChangeId, HostedZoneId};
use crate::iam_id::{
    GroupId, InstanceProfileId, ManagedPolicyId, MfaDeviceId, RoleId, SamlProviderId, ServerCertificateId,
    ServiceSpecificCredentialId, SshPublicKeyId, UserId,
};
use crate::iam_name::NameKey;
use crate::ids::*;
use crate::image::{DeregisteredImage, OwnImage};
use crate::instance::Instance;
use crate::instance_connect_endpoint::InstanceConnectEndpoint;
use crate::instance_defaults::InstanceDefaults;
use crate::instance_profile::InstanceProfile;
use crate::internet_gateway::InternetGateway;
use crate::key_pair::KeyPair;
use crate::last_access::{Accessor, LastAccess};
use crate::launch_template::LaunchTemplate;
use crate::log_export::{LogExport, LogExportId};
use crate::log_group::{LogGroup, LogGroupId};
use crate::log_settings::{LogSettings, QueryDefinition, QueryDefinitionId};
use crate::managed_policy::{ManagedPolicy, PolicyRef};
use crate::mfa_device::MfaDevice;
use crate::nat_gateway::NatGateway;
use crate::network_acl::NetworkAcl;
use crate::network_interface::{NetworkInterface, PublicMapping};
use crate::network_interface_permission::NetworkInterfacePermission;
use crate::permissions::{Entity, PolicyUsage};
use crate::place::{AccountId, Region, Scope};
use crate::placement_group::PlacementGroup;
use crate::prefix_list::PrefixList;
use crate::private_hosted_zone::{HostedZoneChange, PrivateHostedZone};
use crate::public_access_block::{PublicAccessBlock, PublicAccessExclusion};
use crate::queue::{DeletedQueue, Queue};
use crate::queue_name::QueueName;
use crate::request_token::RequestToken;
use crate::role::Role;
use crate::route_table::RouteTable;
use crate::row::Row;
use crate::saml_provider::SamlProvider;
use crate::security_group::SecurityGroup;
use crate::server_certificate::ServerCertificate;
use crate::service_quota::{AppliedQuota, AppliedQuotaKey, QuotaDefaults};
use crate::service_specific_credential::ServiceSpecificCredential;
use crate::signing_certificate::{SigningCertificate, SigningCertificateId};
use crate::snapshot::Snapshot;
use crate::ssh_public_key::SshPublicKey;
use crate::storage_defaults::StorageDefaults;
use crate::subnet::Subnet;
use crate::subscription::{Subscription, SubscriptionId};
use crate::table::{Change, Table, TableValue};
use crate::table_key::{TableKey, kept_as_they_are};
use crate::topic::{Topic, TopicId};
use crate::user::User;
use crate::volume::{Volume, VolumeType};
use crate::vpc::Vpc;
use crate::vpc_endpoint::VpcEndpoint;
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

/// A group of tables that change, are stored, and are taken back together: its struct, and what is done table by table.
/// Indexes are derived from tables, by the methods that change these, and are not stored.
macro_rules! tables {
    (
        $(#[$group_doc:meta])*
        pub struct $group:ident {
            fields { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
            tables { $($(#[$doc:meta])* $table:ident: $key:ty => $row:ty;)* }
            indexes { $($(#[$index_doc:meta])* $index:ident: $index_key:ty => $index_row:ty;)* }
        }
    ) => {
        $(#[$group_doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $group {
            $($(#[$field_doc])* pub $field: $type,)*
            $($(#[$doc])* pub $table: Table<$key, $row>,)*
            $($(#[$index_doc])* pub $index: Table<$index_key, $index_row>,)*
        }

        impl $group {
            /// The names of its tables, as records have them.
            const TABLES: &[&str] = &[$(stringify!($table)),*];

            fn visit_tables(visitor: &mut impl TableVisitor) {
                $(visitor.visit::<$key, $row>(stringify!($table));)*
            }

            /// Adds what changed to `records`, and says whether more than tags did.
            fn commit_tables(&mut self, records: &mut Vec<Record>) -> bool {
                let mut more_than_tags = false;
                $(for change in self.$table.commit() {
                    more_than_tags |= !is_of_tags_alone(&change);
                    records.push(record(stringify!($table), &change.key, change.after.as_deref()));
                })*
                $(self.$index.commit_index();)*
                more_than_tags
            }

            fn put_all_records(&self, records: &mut Vec<Record>) {
                $(records.extend(self.$table.iter().map(|(key, row)| record(stringify!($table), &key, Some(row))));)*
            }

            fn roll_back_tables(&mut self) {
                $(self.$table.roll_back();)*
                $(self.$index.roll_back();)*
            }

            /// Whether every table's links are those of its rows.
            #[cfg(test)]
            fn has_true_links(&self) -> bool {
                [$(self.$table.links_are_those_of_the_rows()),*].iter().all(|it| *it)
            }

            fn clear_tables(&mut self) {
                $(self.$table.clear();)*
                $(self.$index.clear();)*
            }

            /// Reads one stored record into its table; `None` if it has no such table.
            fn load_row(&mut self, table: &str, id: &str, value: &[u8]) -> Option<Result<(), String>> {
                match table {
                    $(stringify!($table) => Some(row(id, value).map(|(id, row)| self.$table.insert(id, row))),)*
                    _ => None,
                }
            }
        }
    };
}

tables! {
    /// What decides about packets: the engine reads this and nothing else of the world when it decides.
    pub struct Network {
        fields {
            /// Which decisions hold: those made under the same generation. [`World::publish`] says when it grows.
            generation: u64,
        }
        tables {
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
            /// What VPC Block Public Access closes, by account and Region.
            public_access_blocks: ScopeKey => PublicAccessBlock;
            /// Exclusions from it.
            public_access_exclusions: PublicAccessExclusionId => PublicAccessExclusion;
            /// NAT gateways.
            nat_gateways: NatGatewayId => NatGateway;
            /// VPC endpoints.
            vpc_endpoints: VpcEndpointId => VpcEndpoint;
            /// Flow logs: the engine makes records of whose packets they write down.
            flow_logs: FlowLogId => FlowLog;
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
            /// DHCP option sets.
            dhcp_options: DhcpOptionsId => DhcpOptions;
            /// Instances: what runs has its interfaces' packets delivered.
            instances: InstanceId => Instance;
        }
        indexes {
            /// Which interface has an address in a VPC. Derived from `network_interfaces`.
            interface_by_address: (VpcId, IpAddr) => NetworkInterfaceId;
            /// Which private address a public one stands for. Derived from `network_interfaces`.
            public_addresses: Ipv4Addr => PublicMapping;
            /// Which interface has an IPv6 address; they are unique everywhere. Derived from `network_interfaces`.
            interface_by_ipv6: Ipv6Addr => NetworkInterfaceId;
            /// Which interface has a prefix in a VPC, by the prefix's first address. Derived from `network_interfaces`.
            interface_by_prefix: (VpcId, IpAddr) => NetworkInterfaceId;
            /// Which interface has an IPv6 prefix, by its first address. Derived from `network_interfaces`.
            interface_by_ipv6_prefix: Ipv6Addr => NetworkInterfaceId;
        }
    }
}

tables! {
    /// Every account's and Region's resources.
    pub struct World {
        fields {
            /// The store's revision that this is the world of.
            revision: u64,
            /// What decides about packets.
            network: Network,
            /// Quotas that whoever started the program set for everybody.
            quota_defaults: std::sync::Arc<QuotaDefaults>,
            /// The Region of the run, which nobody needs to opt into.
            home: Option<Region>,
        }
        tables {
            /// Key pairs.
            key_pairs: KeyPairId => KeyPair;
            /// What other accounts may do with network interfaces.
            network_interface_permissions: NetworkInterfacePermissionId => NetworkInterfacePermission;
            /// What keeps flow logs from being delivered.
            flow_log_deliveries: FlowLogId => FlowLogDelivery;
            /// Launch templates.
            launch_templates: LaunchTemplateId => LaunchTemplate;
            /// Placement groups.
            placement_groups: PlacementGroupId => PlacementGroup;
            /// EC2 Fleets.
            fleets: FleetId => Fleet;
            /// What instances get unless their launch says otherwise, by account and Region.
            instance_defaults: ScopeKey => InstanceDefaults;
            /// Hosted zones, the public ones too. Changed only through [`World::put_private_hosted_zone`] and its sibling.
            private_hosted_zones: HostedZoneId => PrivateHostedZone;
            /// What became of changes of hosted zones.
            hosted_zone_changes: HostedZoneChangeId => HostedZoneChange;
            /// Volumes. Changed only through [`World::put_volume`] and its siblings.
            volumes: VolumeId => Volume;
            /// Snapshots.
            snapshots: SnapshotId => Snapshot;
            /// Images of accounts.
            images: ImageId => OwnImage;
            /// Images that were deregistered.
            deregistered_images: ImageId => DeregisteredImage;
            /// What accounts have settled for storage, by account and Region.
            storage_defaults: ScopeKey => StorageDefaults;
            /// EC2 Instance Connect Endpoints; the engine sees their interfaces.
            instance_connect_endpoints: InstanceConnectEndpointId => InstanceConnectEndpoint;
            /// IAM roles, of accounts. Changed only through [`World::put_role`] and its siblings.
            roles: RoleId => Role;
            /// IAM instance profiles, of accounts. Changed only through [`World::put_instance_profile`] and its siblings.
            instance_profiles: InstanceProfileId => InstanceProfile;
            /// IAM users. Changed only through [`World::put_user`] and its siblings.
            users: UserId => User;
            /// IAM groups. Changed only through [`World::put_group`] and its siblings.
            groups: GroupId => Group;
            /// Access keys of users, and of accounts' roots. Changed only through [`World::put_access_key`] and its siblings.
            access_keys: AccessKeyId => AccessKey;
            /// Access keys that were deleted.
            deleted_access_keys: AccessKeyId => DeletedAccessKey;
            /// When users and roles last called which actions.
            last_accesses: Accessor => LastAccess;
            /// Accounts' own managed policies. Changed only through [`World::put_managed_policy`] and its siblings.
            managed_policies: ManagedPolicyId => ManagedPolicy;
            /// What accounts have said about themselves.
            accounts: AccountId => Account;
            /// Virtual MFA devices, of accounts.
            mfa_devices: MfaDeviceId => MfaDevice;
            /// SSH public keys, of users.
            ssh_public_keys: SshPublicKeyId => SshPublicKey;
            /// Signing certificates of users, and of accounts' roots.
            signing_certificates: SigningCertificateId => SigningCertificate;
            /// Server certificates, of accounts.
            server_certificates: ServerCertificateId => ServerCertificate;
            /// SAML providers, of accounts.
            saml_providers: SamlProviderId => SamlProvider;
            /// Service-specific credentials, of users.
            service_specific_credentials: ServiceSpecificCredentialId => ServiceSpecificCredential;
            /// Buckets of S3.
            buckets: BucketName => Bucket;
            /// Queues of SQS.
            queues: QueueName => Queue;
            /// Queues that were deleted, while their names are nobody's.
            deleted_queues: QueueName => DeletedQueue;
            /// Log groups of CloudWatch Logs.
            log_groups: LogGroupId => LogGroup;
            /// Tasks that write events of log groups into buckets.
            log_exports: LogExportId => LogExport;
            /// What accounts have settled for logs, by account and Region.
            log_settings: ScopeKey => LogSettings;
            /// Queries that are kept.
            query_definitions: QueryDefinitionId => QueryDefinition;
            /// Topics of SNS.
            topics: TopicId => Topic;
            /// Subscriptions to them.
            subscriptions: SubscriptionId => Subscription;
            /// What accounts have settled for IAM.
            account_settings: AccountId => AccountSettings;
            /// Quotas that were raised, by account and Region.
            applied_quotas: AppliedQuotaKey => AppliedQuota;
            /// Accounts and Regions that have been used, and so have got their default VPC.
            scopes: ScopeKey => Scope;
            /// Answers remembered for idempotency tokens.
            request_tokens: crate::request_token::RequestTokenKey => RequestToken;
        }
        indexes {
            /// Which private hosted zones a VPC sees. Derived from `private_hosted_zones`.
            private_zone_by_vpc: (VpcId, HostedZoneId) => ();
            /// Which volumes an instance has. Derived from `volumes`.
            volume_by_instance: (InstanceId, VolumeId) => ();
            /// Which role has a name. Derived from `roles`.
            role_by_name: NameKey => RoleId;
            /// Which instance profile has a name. Derived from `instance_profiles`.
            instance_profile_by_name: NameKey => InstanceProfileId;
            /// Which user has a name. Derived from `users`.
            user_by_name: NameKey => UserId;
            /// Which users are in a group. Derived from `users`.
            user_by_group: (GroupId, UserId) => ();
            /// Which group has a name. Derived from `groups`.
            group_by_name: NameKey => GroupId;
            /// Which access keys a user has, or an account's root. Derived from `access_keys`.
            access_key_by_owner: (AccountId, Option<UserId>, AccessKeyId) => ();
            /// Which managed policy has a name. Derived from `managed_policies`.
            managed_policy_by_name: NameKey => ManagedPolicyId;
            /// Who uses a managed policy, and for what. Derived from `users`, `groups` and `roles`.
            entity_by_policy: (PolicyRef, Entity, PolicyUsage) => ();
            /// How much the volumes of a type have together. Derived from `volumes`.
            stored_gib: (Scope, VolumeType) => u64;
        }
    }
}

/// What is done with the types of each table: to check what is stored, for example.
pub trait TableVisitor {
    /// Called once for each table, with its name.
    fn visit<K: std::str::FromStr + std::fmt::Display, V: Row>(&mut self, table: &'static str);
}

/// What a commit made final.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The records to be stored.
    pub records: Vec<Record>,
    /// Whether packets may be decided differently now.
    pub network: bool,
}

/// Whether the row is what it was, but for tags: they decide about no packet.
fn is_of_tags_alone<K, V: Row>(change: &Change<K, V>) -> bool {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => before.differs_by_tags_alone(after),
        (before, after) => before.is_none() && after.is_none(),
    }
}

fn record<K: std::fmt::Display, V: Row>(table: &str, key: &K, row: Option<&V>) -> Record {
    let json = |row: &V| serde_json::to_vec(row).expect("every row is made of plain values with text keys");
    Record { key: format!("{table}/{key}"), value: row.map(json) }
}

/// A scope as a table key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopeKey(pub Scope);

kept_as_they_are! { ScopeKey, (Scope, VolumeType) }

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

fn row<K: std::str::FromStr, V: Row>(id: &str, value: &[u8]) -> Result<(K, V), String> {
    let id = id.parse().map_err(|_| "not an identifier".to_owned())?;
    Ok((id, serde_json::from_slice(value).map_err(|error| error.to_string())?))
}

impl World {
    /// The names of all tables, as records have them.
    pub fn tables() -> impl Iterator<Item = &'static str> {
        Network::TABLES.iter().chain(World::TABLES).copied()
    }

    /// Calls the visitor with every table.
    pub fn visit_each_table(visitor: &mut impl TableVisitor) {
        Network::visit_tables(visitor);
        World::visit_tables(visitor);
    }

    /// Makes all changes since the last commit final.
    pub fn commit(&mut self) -> Committed {
        let mut records = Vec::new();
        let network = self.network.commit_tables(&mut records);
        self.commit_tables(&mut records);
        Committed { records, network }
    }

    /// Everything there is, as records.
    pub fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        self.network.put_all_records(&mut records);
        self.put_all_records(&mut records);
        records
    }

    /// Takes all changes since the last commit back.
    pub fn roll_back(&mut self) {
        self.network.roll_back_tables();
        self.roll_back_tables();
    }

    /// Takes every resource of every account out.
    pub fn clear(&mut self) {
        self.network.clear_tables();
        self.clear_tables();
    }

    /// Says that this is the world of a revision, and whether packets are decided anew under it.
    ///
    /// The store's revision is the one counter. A generation is one more, so that zero can say "never decided".
    pub fn publish(&mut self, revision: u64, network: bool) {
        self.revision = revision;
        if network {
            self.network.generation = revision + 1;
        }
    }

    /// The world that stored records of a revision describe.
    pub fn load<'a>(
        revision: u64,
        records: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<World, UnreadableRecord> {
        let mut world = World::default();
        for (key, value) in records {
            let unreadable = |problem| UnreadableRecord { key: key.to_owned(), problem };
            world.load_record(key, value).map_err(unreadable)?;
        }
        // The links of what was read, which the following looks for.
        world.commit();
        world.make_indexes();
        world.commit();
        world.publish(revision, true);
        Ok(world)
    }

    /// Makes the indexes anew, by putting every row in again that any is derived from.
    fn make_indexes(&mut self) {
        self.put_again(|world| &world.network.network_interfaces, World::put_network_interface);
        self.put_again(|world| &world.private_hosted_zones, World::put_private_hosted_zone);
        // None counts as stored before it is put in.
        let volumes: Vec<Volume> = self.volumes.values().cloned().collect();
        self.volumes.clear();
        volumes.into_iter().for_each(|volume| self.put_volume(volume));
        self.put_again(|world| &world.users, World::put_user);
        self.put_again(|world| &world.groups, World::put_group);
        self.put_again(|world| &world.roles, World::put_role);
        self.put_again(|world| &world.instance_profiles, World::put_instance_profile);
        self.put_again(|world| &world.access_keys, World::put_access_key);
        self.put_again(|world| &world.managed_policies, World::put_managed_policy);
    }

    fn put_again<K: TableKey, V: TableValue>(
        &mut self,
        table: fn(&World) -> &Table<K, V>,
        put: fn(&mut World, V),
    ) {
        let rows: Vec<V> = table(self).values().cloned().collect();
        for row in rows {
            put(self, row);
        }
    }

    /// Reads one stored record into its table.
    pub(crate) fn load_record(&mut self, key: &str, value: &[u8]) -> Result<(), String> {
        let (table, id) = key.split_once('/').ok_or_else(|| "no table name".to_owned())?;
        let in_network = self.network.load_row(table, id, value);
        let loaded = in_network.or_else(|| self.load_row(table, id, value));
        loaded.unwrap_or_else(|| Err(format!("no such table: {table}")))
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
        world.network.internet_gateways.insert(id, gateway.clone());
        world.scopes.insert(ScopeKey(scope), scope);
        let Committed { records, .. } = world.commit();
        let stored = records.iter().map(|record| (record.key.as_str(), record.value.as_deref().unwrap()));
        let loaded = World::load(7, stored).unwrap();
        assert_eq!(loaded.network.internet_gateways.get(&id), Some(&gateway));
        assert!(loaded.scopes.contains(&ScopeKey(scope)));
    }

    #[test]
    fn what_is_derived_follows_what_there_is_through_load_failure_and_clear() {
        let (mut world, scope, _) = crate::testing::world_with_vpc();
        let mut next = 0;
        let mut source = || {
            next += 1;
            next
        };
        let mut ids = Ids::new(&mut source);
        let zone = scope.region.zones().next().unwrap();
        let sizes = |world: &World| {
            let stored = world.stored_gib.iter().filter(|(_, size)| **size > 0);
            let derived = world.volumes.values().map(|it| u64::from(it.capacity.size_gib)).sum::<u64>();
            (stored.map(|(_, size)| *size).sum::<u64>(), derived)
        };
        let derives = |world: &World, gib: u64| {
            assert!(world.has_true_links() && world.network.has_true_links());
            assert_eq!(sizes(world), (gib, gib));
        };
        let mut make = |world: &mut World, size_gib| {
            let new = crate::testing::new_volume(size_gib);
            world.create_volume(scope, zone, new, &mut ids, crate::Timestamp(0)).unwrap()
        };
        let first = make(&mut world, 10);
        make(&mut world, 20);
        derives(&world, 30);
        world.commit();
        world.delete_volume(scope, first).unwrap();
        derives(&world, 20);
        world.roll_back();
        derives(&world, 30);
        let records = world.records();
        let stored = records.iter().map(|it| (it.key.as_str(), it.value.as_deref().unwrap()));
        let mut loaded = World::load(1, stored).unwrap();
        derives(&loaded, 30);
        assert_eq!(loaded.volumes.count_linked(crate::Link::Scope(scope)), 2);
        loaded.clear();
        loaded.commit();
        derives(&loaded, 0);
        assert_eq!(loaded.volumes.count_linked(crate::Link::Scope(scope)), 0);
    }

    #[test]
    fn a_record_that_cannot_be_read_is_named() {
        let error = World::load(1, [("vpcs/vpc-1", b"{}".as_slice())]).unwrap_err();
        assert_eq!(error.key, "vpcs/vpc-1");
        let error = World::load(1, [("ships/1", b"{}".as_slice())]).unwrap_err();
        assert_eq!(error.problem, "no such table: ships");
    }

    #[test]
    fn only_a_change_of_the_network_decides_about_packets() {
        let (mut world, scope, vpc) = crate::testing::world_with_vpc();
        world.commit();
        let generation = world.network.generation;
        let publish = |world: &mut World, revision| {
            let network = world.commit().network;
            world.publish(revision, network);
            world.network.generation
        };

        world.network.vpcs.get_mut(&vpc).unwrap().tags.insert("Name".into(), "web".into());
        world.scopes.insert(ScopeKey(scope), scope);
        assert_eq!(publish(&mut world, 40), generation, "tags and what is no network");

        world.network.vpcs.get_mut(&vpc).unwrap().dns_support = true;
        let unchanged = world.commit();
        assert_eq!((unchanged.network, unchanged.records.len()), (false, 1), "written again as it was");

        world.network.vpcs.get_mut(&vpc).unwrap().dns_support = false;
        world.network.vpcs.get_mut(&vpc).unwrap().tags.clear();
        assert_eq!(publish(&mut world, 41), 42);
        assert_eq!(world.revision, 41);

        world.network.vpcs.remove(&vpc);
        assert_eq!(publish(&mut world, 50), 51, "a row taken out");
        world.network.vpcs.remove(&vpc);
        assert_eq!(publish(&mut world, 50), 51, "no row taken out");
    }
}
