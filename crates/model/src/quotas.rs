//! How much there may be of everything, by AWS's default quotas.
//!
//! Follows "Amazon VPC quotas" (VPC User Guide) and "IAM and AWS STS quotas" (IAM User Guide).
//! The numbers are per Region unless the name says otherwise. Those that AWS raises on request are raised here, too
//! (`service_quota.rs`).

/// VPCs per Region; the default VPC counts.
pub const VPCS_MAX: usize = 5;
/// Subnets per VPC.
pub const SUBNETS_PER_VPC_MAX: usize = 200;
/// IPv4 blocks per VPC, the primary one included.
pub const IPV4_CIDRS_PER_VPC_MAX: usize = 5;
/// IPv6 blocks per VPC.
pub const IPV6_CIDRS_PER_VPC_MAX: usize = 5;
/// Reservations per subnet.
pub const RESERVATIONS_PER_SUBNET_MAX: usize = 100;
/// Elastic IP addresses per Region.
pub const ELASTIC_IPS_MAX: usize = 5;
/// Elastic IP addresses per public NAT gateway.
pub const ELASTIC_IPS_PER_NAT_GATEWAY_MAX: usize = 2;
/// Private addresses per private NAT gateway, the primary one among them.
pub const PRIVATE_ADDRESSES_PER_NAT_GATEWAY_MAX: usize = 8;
/// Internet gateways per Region: "This quota is directly correlated with the quota on VPCs per Region."
pub const INTERNET_GATEWAYS_MAX: usize = VPCS_MAX;
/// Egress-only internet gateways per Region.
pub const EGRESS_ONLY_INTERNET_GATEWAYS_MAX: usize = VPCS_MAX;
/// Exclusions from VPC Block Public Access per Region.
pub const PUBLIC_ACCESS_EXCLUSIONS_MAX: usize = 50;
/// NAT gateways per Availability Zone; only those pending, available or deleting count.
pub const NAT_GATEWAYS_PER_ZONE_MAX: usize = 5;
/// Network ACLs per VPC.
pub const NETWORK_ACLS_PER_VPC_MAX: usize = 200;
/// Rules per network ACL, direction and family, the default denial included.
pub const RULES_PER_NETWORK_ACL_MAX: usize = 20;
/// Network interfaces per Region.
pub const NETWORK_INTERFACES_MAX: usize = 5_000;
/// Route tables per VPC, the main one included.
pub const ROUTE_TABLES_PER_VPC_MAX: usize = 200;
/// Added routes per route table and family. A prefix list counts as many as it may have entries.
pub const ROUTES_PER_TABLE_MAX: usize = 50;
/// Security groups per Region.
pub const SECURITY_GROUPS_MAX: usize = 2_500;
/// Rules per security group, direction and family.
pub const RULES_PER_GROUP_MAX: usize = 60;
/// Security groups per network interface.
pub const GROUPS_PER_INTERFACE_MAX: usize = 5;
/// Gateway endpoints per Region.
pub const GATEWAY_ENDPOINTS_MAX: usize = 20;
/// Gateway endpoints per VPC: "you can't have more than 255 gateway endpoints per VPC".
pub const GATEWAY_ENDPOINTS_PER_VPC_MAX: usize = 255;
/// Interface endpoints per VPC.
pub const INTERFACE_ENDPOINTS_PER_VPC_MAX: usize = 50;
/// Characters of an endpoint's policy, those of white space too ("VPC endpoint policy size", Amazon VPC quotas).
pub const VPC_ENDPOINT_POLICY_MAX: usize = 20_480;
/// Flow logs per VPC, subnet or interface.
pub const FLOW_LOGS_PER_RESOURCE_MAX: usize = 250;
/// Peering connections per VPC, active or waiting.
pub const PEERING_CONNECTIONS_PER_VPC_MAX: usize = 50;
/// Peering requests of a VPC that nobody has answered yet.
pub const PEERING_REQUESTS_OUTSTANDING_MAX: usize = 25;
/// How long a peering request waits for an answer: "expires after 7 days (168 hours)".
pub const PEERING_REQUEST_LIFETIME_MS: i64 = 168 * 60 * 60 * 1000;
/// Customer-managed prefix lists per Region.
pub const PREFIX_LISTS_MAX: usize = 100;
/// Entries per prefix list.
pub const ENTRIES_PER_PREFIX_LIST_MAX: usize = 1_000;
/// Versions kept of a prefix list.
pub const VERSIONS_PER_PREFIX_LIST_MAX: usize = 1_000;
/// Key pairs per Region.
pub const KEY_PAIRS_MAX: usize = 5_000;
/// Tags per resource.
pub const TAGS_PER_RESOURCE_MAX: usize = 50;
/// DHCP option sets per Region.
pub const DHCP_OPTIONS_MAX: usize = 100;
/// Roles per account.
pub const ROLES_MAX: usize = 1_000;
/// Instance profiles per account.
pub const INSTANCE_PROFILES_MAX: usize = 1_000;
/// Roles per instance profile: "An instance profile can contain only one role" (AddRoleToInstanceProfile).
pub const ROLES_PER_INSTANCE_PROFILE_MAX: usize = 1;
/// Users per account.
pub const USERS_MAX: usize = 5_000;
/// Groups per account.
pub const GROUPS_MAX: usize = 300;
/// Groups that one user is in.
pub const GROUPS_PER_USER_MAX: usize = 10;
/// Access keys per user, active or not.
pub const ACCESS_KEYS_PER_USER_MAX: usize = 2;
/// MFA devices per user, and per account's root.
pub const MFA_DEVICES_PER_USER_MAX: usize = 8;
/// Virtual MFA devices per account: "equal to the user quota for the account".
pub const MFA_DEVICES_MAX: usize = USERS_MAX;
/// An account's own managed policies.
pub const MANAGED_POLICIES_MAX: usize = 1_500;
/// Versions per managed policy.
pub const MANAGED_POLICY_VERSIONS_MAX: usize = 5;
/// Characters of a managed policy, those of white space left out.
pub const MANAGED_POLICY_MAX: usize = 6_144;
/// Managed policies attached to one user, group or role.
pub const ATTACHED_POLICIES_MAX: usize = 10;
/// Characters of all policies of a user's own, those of white space left out.
pub const USER_INLINE_POLICIES_MAX: usize = 2_048;
/// Characters of all policies of a group's own, those of white space left out.
pub const GROUP_INLINE_POLICIES_MAX: usize = 5_120;
/// Characters of all policies of a role's own, those of white space left out.
pub const ROLE_INLINE_POLICIES_MAX: usize = 10_240;
/// Buckets per account.
pub const BUCKETS_MAX: usize = 10_000;
/// Queues per account and Region. AWS has no limit.
pub const QUEUES_MAX: usize = 10_000;
/// Log groups per account and Region. AWS has 1,000,000.
pub const LOG_GROUPS_MAX: usize = 100_000;
/// Metric filters per log group.
pub const METRIC_FILTERS_MAX: usize = 100;
/// Subscription filters per log group.
pub const SUBSCRIPTION_FILTERS_MAX: usize = 2;
/// Policies about who may write logs, per account and Region.
pub const LOG_RESOURCE_POLICIES_MAX: usize = 10;
/// Kept queries per account and Region.
pub const QUERY_DEFINITIONS_MAX: usize = 1_000;
/// Export tasks that are shown, of an account and Region. How long AWS shows them is not documented.
pub const LOG_EXPORTS_REMEMBERED: usize = 1_000;
/// Topics of SNS per account and Region.
pub const TOPICS_MAX: usize = 100_000;
/// FIFO topics among them.
pub const FIFO_TOPICS_MAX: usize = 1_000;
/// Subscriptions to a topic. AWS has 12,500,000; a message is handed to each before its publisher has an answer.
pub const SUBSCRIPTIONS_PER_TOPIC_MAX: usize = 10_000;
/// Subscriptions to a FIFO topic.
pub const SUBSCRIPTIONS_PER_FIFO_TOPIC_MAX: usize = 100;
/// Filter policies of the subscriptions to a topic.
pub const FILTER_POLICIES_PER_TOPIC_MAX: usize = 200;
/// OpenID Connect providers per account.
pub const OIDC_PROVIDERS_MAX: usize = 100;
/// Client identifiers per OpenID Connect provider.
pub const CLIENT_IDS_PER_OIDC_PROVIDER_MAX: usize = 100;
/// SSH public keys per user.
pub const SSH_PUBLIC_KEYS_PER_USER_MAX: usize = 5;
/// Service-specific credentials of a user for one service.
pub const SERVICE_SPECIFIC_CREDENTIALS_MAX: usize = 2;
/// SAML providers per account.
pub const SAML_PROVIDERS_MAX: usize = 100;
/// Private keys per SAML provider, so that one can follow the other.
pub const PRIVATE_KEYS_PER_SAML_PROVIDER_MAX: usize = 2;
/// Server certificates per account.
pub const SERVER_CERTIFICATES_MAX: usize = 20;
/// Signing certificates per user.
pub const SIGNING_CERTIFICATES_PER_USER_MAX: usize = 2;
/// Characters of a role's trust policy, those of white space left out.
pub const TRUST_POLICY_MAX: usize = 2_048;
/// EC2 Instance Connect Endpoints per Region ("Quotas for EC2 Instance Connect Endpoint", EC2 User Guide).
pub const INSTANCE_CONNECT_ENDPOINTS_MAX: usize = 5;
/// EC2 Instance Connect Endpoints per VPC, and so per subnet.
pub const INSTANCE_CONNECT_ENDPOINTS_PER_VPC_MAX: usize = 1;
/// Tunnels through one EC2 Instance Connect Endpoint at a time.
pub const TUNNELS_PER_INSTANCE_CONNECT_ENDPOINT_MAX: usize = 20;
/// Instances per Region that are not terminated.
pub const INSTANCES_MAX: usize = 1_000;
/// Launch templates per Region ("Launch template restrictions", EC2 User Guide).
pub const LAUNCH_TEMPLATES_MAX: usize = 5_000;
/// Versions per launch template.
pub const VERSIONS_PER_LAUNCH_TEMPLATE_MAX: usize = 10_000;
/// TiB of each type of volumes per Region ("Quotas for Amazon EBS", EBS User Guide).
pub const STORAGE_PER_VOLUME_TYPE_TIB_MAX: u64 = 50;
/// Instances that have one volume ("you can attach the volume to up to 16 Instances", CreateVolume).
pub const VOLUME_ATTACHMENTS_MAX: usize = 16;
/// Volumes of one instance: beyond 40, "boot failures" are possible ("Instance volume limits", EC2 User Guide).
pub const VOLUMES_PER_INSTANCE_MAX: usize = 40;
/// Images per Region ("AMI quotas", EC2 User Guide).
pub const IMAGES_MAX: usize = 50_000;
/// Snapshots per Region ("Quotas for Amazon EBS", EBS User Guide).
pub const SNAPSHOTS_MAX: usize = 100_000;
/// EC2 Fleets per Region that are not deleted ("EC2 Fleet quotas", EC2 User Guide).
pub const FLEETS_MAX: usize = 1_000;
/// Placement groups per Region ("Placement group rules and limitations", EC2 User Guide).
pub const PLACEMENT_GROUPS_MAX: usize = 500;
/// Hosted zones per account; public ones would count ("Quotas on hosted zones", Route 53 Developer Guide).
pub const HOSTED_ZONES_MAX: usize = 500;
/// VPCs per private hosted zone.
pub const VPCS_PER_HOSTED_ZONE_MAX: usize = 300;
/// Sets of records per hosted zone.
pub const RECORD_SETS_PER_HOSTED_ZONE_MAX: usize = 10_000;
/// Values per set of records.
pub const VALUES_PER_RECORD_SET_MAX: usize = 400;

/// What is limited, see "Amazon VPC quotas" (VPC User Guide).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// VPCs per Region.
    Vpcs,
    /// Subnets per VPC.
    SubnetsPerVpc,
    /// IPv4 blocks per VPC.
    Ipv4CidrsPerVpc,
    /// IPv6 blocks per VPC.
    Ipv6CidrsPerVpc,
    /// Internet gateways per Region.
    InternetGateways,
    /// Route tables per VPC.
    RouteTablesPerVpc,
    /// Routes per route table and family.
    RoutesPerTable,
    /// Security groups per Region.
    SecurityGroups,
    /// Rules per security group, direction and family.
    RulesPerGroup,
    /// Security groups per interface.
    GroupsPerInterface,
    /// Network ACLs per VPC.
    NetworkAclsPerVpc,
    /// Rules per network ACL and direction.
    RulesPerNetworkAcl,
    /// Network interfaces per Region.
    NetworkInterfaces,
    /// Elastic IP addresses per Region.
    ElasticIps,
    /// Key pairs per Region.
    KeyPairs,
    /// Instances per Region.
    Instances,
    /// Images per Region.
    Images,
    /// Snapshots per Region.
    Snapshots,
    /// Launch templates per Region.
    LaunchTemplates,
    /// Versions per launch template.
    VersionsPerLaunchTemplate,
    /// EC2 Fleets per Region.
    Fleets,
    /// Placement groups per Region.
    PlacementGroups,
    /// EC2 Instance Connect Endpoints per Region.
    InstanceConnectEndpoints,
    /// EC2 Instance Connect Endpoints per VPC.
    InstanceConnectEndpointsPerVpc,
    /// Egress-only internet gateways per Region.
    EgressOnlyInternetGateways,
    /// Exclusions from VPC Block Public Access per Region.
    PublicAccessExclusions,
    /// NAT gateways per Availability Zone.
    NatGatewaysPerZone,
    /// DHCP option sets per Region.
    DhcpOptions,
    /// Reservations per subnet.
    ReservationsPerSubnet,
    /// Gateway endpoints per Region.
    GatewayEndpoints,
    /// Interface endpoints per VPC.
    InterfaceEndpointsPerVpc,
    /// Flow logs per VPC, subnet or interface.
    FlowLogsPerResource,
    /// Peering connections per VPC.
    PeeringConnectionsPerVpc,
    /// Unanswered peering requests per VPC.
    PeeringRequestsOutstanding,
    /// Customer-managed prefix lists per Region.
    PrefixLists,
    /// Versions kept of a prefix list.
    VersionsPerPrefixList,
    /// Tags per resource.
    TagsPerResource,
}

impl Quota {
    /// How much there may be where nobody asked for more.
    pub fn default_limit(self) -> usize {
        match self {
            Quota::Vpcs => VPCS_MAX,
            Quota::SubnetsPerVpc => SUBNETS_PER_VPC_MAX,
            Quota::Ipv4CidrsPerVpc => IPV4_CIDRS_PER_VPC_MAX,
            Quota::Ipv6CidrsPerVpc => IPV6_CIDRS_PER_VPC_MAX,
            Quota::InternetGateways => INTERNET_GATEWAYS_MAX,
            Quota::RouteTablesPerVpc => ROUTE_TABLES_PER_VPC_MAX,
            Quota::RoutesPerTable => ROUTES_PER_TABLE_MAX,
            Quota::SecurityGroups => SECURITY_GROUPS_MAX,
            Quota::RulesPerGroup => RULES_PER_GROUP_MAX,
            Quota::GroupsPerInterface => GROUPS_PER_INTERFACE_MAX,
            Quota::NetworkAclsPerVpc => NETWORK_ACLS_PER_VPC_MAX,
            Quota::RulesPerNetworkAcl => RULES_PER_NETWORK_ACL_MAX,
            Quota::NetworkInterfaces => NETWORK_INTERFACES_MAX,
            Quota::ElasticIps => ELASTIC_IPS_MAX,
            Quota::KeyPairs => KEY_PAIRS_MAX,
            Quota::Instances => INSTANCES_MAX,
            Quota::LaunchTemplates => LAUNCH_TEMPLATES_MAX,
            Quota::VersionsPerLaunchTemplate => VERSIONS_PER_LAUNCH_TEMPLATE_MAX,
            Quota::Images => IMAGES_MAX,
            Quota::Snapshots => SNAPSHOTS_MAX,
            Quota::Fleets => FLEETS_MAX,
            Quota::PlacementGroups => PLACEMENT_GROUPS_MAX,
            Quota::InstanceConnectEndpoints => INSTANCE_CONNECT_ENDPOINTS_MAX,
            Quota::InstanceConnectEndpointsPerVpc => INSTANCE_CONNECT_ENDPOINTS_PER_VPC_MAX,
            Quota::EgressOnlyInternetGateways => EGRESS_ONLY_INTERNET_GATEWAYS_MAX,
            Quota::PublicAccessExclusions => PUBLIC_ACCESS_EXCLUSIONS_MAX,
            Quota::NatGatewaysPerZone => NAT_GATEWAYS_PER_ZONE_MAX,
            Quota::DhcpOptions => DHCP_OPTIONS_MAX,
            Quota::ReservationsPerSubnet => RESERVATIONS_PER_SUBNET_MAX,
            Quota::GatewayEndpoints => GATEWAY_ENDPOINTS_MAX,
            Quota::InterfaceEndpointsPerVpc => INTERFACE_ENDPOINTS_PER_VPC_MAX,
            Quota::FlowLogsPerResource => FLOW_LOGS_PER_RESOURCE_MAX,
            Quota::PeeringConnectionsPerVpc => PEERING_CONNECTIONS_PER_VPC_MAX,
            Quota::PeeringRequestsOutstanding => PEERING_REQUESTS_OUTSTANDING_MAX,
            Quota::PrefixLists => PREFIX_LISTS_MAX,
            Quota::VersionsPerPrefixList => VERSIONS_PER_PREFIX_LIST_MAX,
            Quota::TagsPerResource => TAGS_PER_RESOURCE_MAX,
        }
    }
}
