//! Service quotas: what is limited under AWS's quota codes, how much there may be, and how that was raised.
//!
//! Follows "What is Service Quotas?" (Service Quotas User Guide) and "Amazon VPC quotas" (VPC User Guide). Only quotas that
//! are kept here; an increase is granted at once.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::as_text::as_text;
use crate::place::{Scope, UnknownPlace};
use crate::quotas::Quota;
use crate::refusal::Refusal;
use crate::table_key::kept_as_they_are;
use crate::timestamp::Timestamp;
use crate::world::{ScopeKey, World};

/// How many changes of a quota are remembered; the oldest gives way.
const CHANGES_MAX: usize = 100;

/// AWS's name for a quota: `L-` and eight hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuotaCode(pub u32);

impl fmt::Display for QuotaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L-{:08X}", self.0)
    }
}

impl FromStr for QuotaCode {
    type Err = UnknownPlace;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("L-").filter(|digits| digits.len() == 8);
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        code.map(QuotaCode).ok_or_else(|| UnknownPlace(text.to_owned()))
    }
}

as_text! { QuotaCode }

/// The service that a quota is listed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuotaService {
    /// Amazon EC2.
    Ec2,
    /// Amazon VPC.
    Vpc,
}

impl QuotaService {
    /// All services.
    pub const ALL: [QuotaService; 2] = [QuotaService::Ec2, QuotaService::Vpc];

    /// As requests name it.
    pub fn code(self) -> &'static str {
        match self {
            QuotaService::Ec2 => "ec2",
            QuotaService::Vpc => "vpc",
        }
    }

    /// As people read it.
    pub fn name(self) -> &'static str {
        match self {
            QuotaService::Ec2 => "Amazon Elastic Compute Cloud (Amazon EC2)",
            QuotaService::Vpc => "Amazon Virtual Private Cloud (Amazon VPC)",
        }
    }
}

/// A quota as Service Quotas lists it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceQuota {
    /// AWS's code.
    pub code: QuotaCode,
    /// What it is listed under.
    pub service: QuotaService,
    /// AWS's name.
    pub name: &'static str,
    /// What is limited.
    pub quota: Quota,
}

const fn vpc(code: u32, name: &'static str, quota: Quota) -> ServiceQuota {
    ServiceQuota { code: QuotaCode(code), service: QuotaService::Vpc, name, quota }
}

/// Every quota that has a code and is kept here. All of them can be raised.
static SERVICE_QUOTAS: [ServiceQuota; 20] = [
    ServiceQuota {
        code: QuotaCode(0x0263_D0A3),
        service: QuotaService::Ec2,
        name: "EC2-VPC Elastic IPs",
        quota: Quota::ElasticIps,
    },
    vpc(0x7E9E_CCDB, "Active VPC peering connections per VPC", Quota::PeeringConnectionsPerVpc),
    vpc(0x45FE_3B85, "Egress-only internet gateways per Region", Quota::EgressOnlyInternetGateways),
    vpc(0x1B52_E74A, "Gateway VPC endpoints per Region", Quota::GatewayEndpoints),
    vpc(0x83CA_0A9D, "IPv4 CIDR blocks per VPC", Quota::Ipv4CidrsPerVpc),
    vpc(0x085A_6257, "IPv6 CIDR blocks per VPC", Quota::Ipv6CidrsPerVpc),
    vpc(0x0EA8_095F, "Inbound or outbound rules per security group", Quota::RulesPerGroup),
    vpc(0x29B6_F2EB, "Interface VPC endpoints per VPC", Quota::InterfaceEndpointsPerVpc),
    vpc(0xA470_7A72, "Internet gateways per Region", Quota::InternetGateways),
    vpc(0xFE5A_380F, "NAT gateways per Availability Zone", Quota::NatGatewaysPerZone),
    vpc(0xB4A6_D682, "Network ACLs per VPC", Quota::NetworkAclsPerVpc),
    vpc(0xDF5E_4CA3, "Network interfaces per Region", Quota::NetworkInterfaces),
    vpc(0xDC9F_7029, "Outstanding VPC peering connection requests", Quota::PeeringRequestsOutstanding),
    vpc(0x589F_43AA, "Route tables per VPC", Quota::RouteTablesPerVpc),
    vpc(0x9382_6ACB, "Routes per route table", Quota::RoutesPerTable),
    vpc(0x2AEE_BF1A, "Rules per network ACL", Quota::RulesPerNetworkAcl),
    vpc(0x2AFB_9258, "Security groups per network interface", Quota::GroupsPerInterface),
    vpc(0x4077_47CB, "Subnets per VPC", Quota::SubnetsPerVpc),
    vpc(0xE79E_C296, "VPC security groups per Region", Quota::SecurityGroups),
    vpc(0xF678_F1CE, "VPCs per Region", Quota::Vpcs),
];

impl ServiceQuota {
    /// All quotas, by service and name.
    pub fn all() -> &'static [ServiceQuota] {
        &SERVICE_QUOTAS
    }

    /// The quota of this code.
    pub fn find(code: QuotaCode) -> Option<&'static ServiceQuota> {
        SERVICE_QUOTAS.iter().find(|it| it.code == code)
    }

    /// The quota that is meant by a code, or by its name as one types it: `vpcs-per-region`.
    pub fn named(text: &str) -> Option<&'static ServiceQuota> {
        let by_code = text.parse().ok().and_then(ServiceQuota::find);
        by_code.or_else(|| SERVICE_QUOTAS.iter().find(|it| it.typed_name() == text))
    }

    /// Its name as one types it.
    pub fn typed_name(&self) -> String {
        self.name.to_lowercase().replace(' ', "-")
    }
}

/// A scope and a quota, as a table key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppliedQuotaKey(pub Scope, pub QuotaCode);

kept_as_they_are! { AppliedQuotaKey }

impl fmt::Display for AppliedQuotaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

impl FromStr for AppliedQuotaKey {
    type Err = UnknownPlace;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scope, code) = text.rsplit_once('/').ok_or_else(|| UnknownPlace(text.to_owned()))?;
        Ok(AppliedQuotaKey(scope.parse::<ScopeKey>()?.0, code.parse()?))
    }
}

/// A quota that was raised in an account and Region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedQuota {
    /// Owner and Region.
    pub scope: Scope,
    /// Which quota.
    pub code: QuotaCode,
    /// How much there may be now.
    pub value: u64,
    /// How it came to that, oldest first.
    pub changes: Vec<QuotaChange>,
}

/// A request to raise a quota.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaChange {
    /// The request's identifier.
    pub id: String,
    /// What was asked for.
    pub desired: u64,
    /// When.
    pub created: Timestamp,
    /// By whom, as an ARN.
    pub requester: String,
}

/// Quotas that whoever started the program set for everybody.
pub type QuotaDefaults = BTreeMap<QuotaCode, u64>;

impl World {
    /// How much of something there may be.
    pub fn limit(&self, scope: Scope, quota: Quota) -> usize {
        let own = self.own_limit(scope, quota);
        // "This quota is directly correlated with the quota on VPCs per Region" (Amazon VPC quotas).
        match matches!(quota, Quota::InternetGateways | Quota::EgressOnlyInternetGateways) {
            true => own.max(self.own_limit(scope, Quota::Vpcs)),
            false => own,
        }
    }

    fn own_limit(&self, scope: Scope, quota: Quota) -> usize {
        let Some(listed) = SERVICE_QUOTAS.iter().find(|it| it.quota == quota) else {
            return quota.default_limit();
        };
        let set = self.quota_defaults.get(&listed.code).copied().map(whole);
        let default = set.unwrap_or_else(|| quota.default_limit());
        let raised = self.applied_quotas.get(&AppliedQuotaKey(scope, listed.code));
        raised.map_or(default, |it| whole(it.value).max(default))
    }

    /// Refuses one more where there are as many as there may be.
    pub fn check_quota(&self, scope: Scope, quota: Quota, count: usize) -> Result<(), Refusal> {
        let limit = self.limit(scope, quota);
        match count < limit {
            true => Ok(()),
            false => Err(Refusal::QuotaReached(quota, limit)),
        }
    }

    /// Raises a quota, from now on.
    pub fn raise_quota(&mut self, scope: Scope, code: QuotaCode, change: QuotaChange) {
        let key = AppliedQuotaKey(scope, code);
        let mut applied = self.applied_quotas.get(&key).cloned().unwrap_or(AppliedQuota {
            scope,
            code,
            value: 0,
            changes: Vec::new(),
        });
        applied.value = change.desired;
        applied.changes.push(change);
        let excess = applied.changes.len().saturating_sub(CHANGES_MAX);
        applied.changes.drain(..excess);
        self.applied_quotas.insert(key, applied);
    }
}

fn whole(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Ids;
    use crate::tags::Tags;
    use crate::testing::world_with_vpc;
    use crate::vpc::{NewVpc, Tenancy};

    fn change(desired: u64) -> QuotaChange {
        QuotaChange { id: "1".into(), desired, created: Timestamp::default(), requester: "root".into() }
    }

    #[test]
    fn a_raised_quota_holds_in_its_account_and_region_alone() {
        let (mut world, scope, _) = world_with_vpc();
        assert_eq!(world.check_quota(scope, Quota::Vpcs, 5), Err(Refusal::QuotaReached(Quota::Vpcs, 5)));
        world.raise_quota(scope, QuotaCode(0xF678_F1CE), change(20));
        assert_eq!(world.check_quota(scope, Quota::Vpcs, 19), Ok(()));
        assert_eq!(world.limit(scope, Quota::InternetGateways), 20, "grows with the VPCs");
        let stranger = Scope { account: "000000000042".parse().unwrap(), ..scope };
        assert_eq!(world.limit(stranger, Quota::Vpcs), 5);
    }

    #[test]
    fn a_vpc_more_than_aws_gives_at_first_can_be_made_when_the_quota_was_raised() {
        let (mut world, scope, _) = world_with_vpc();
        let mut random = 0;
        let mut make = |world: &mut World| {
            let mut source = || {
                random += 1;
                random
            };
            let cidr = "10.0.0.0/16".parse().unwrap();
            let new = NewVpc { cidr, amazon_ipv6: false, tenancy: Tenancy::Default, tags: Tags::new() };
            world.create_vpc(scope, new, &mut Ids::new(&mut source))
        };
        let before = (0..5).map(|_| make(&mut world).is_ok()).filter(|made| *made).count();
        assert_eq!(before, 4);
        assert_eq!(make(&mut world), Err(Refusal::QuotaReached(Quota::Vpcs, 5)));
        world.raise_quota(scope, QuotaCode(0xF678_F1CE), change(6));
        assert!(make(&mut world).is_ok());
        assert_eq!(make(&mut world), Err(Refusal::QuotaReached(Quota::Vpcs, 6)));
    }

    #[test]
    fn what_was_set_at_the_start_holds_for_everybody_until_somebody_has_more() {
        let (mut world, scope, _) = world_with_vpc();
        world.quota_defaults = QuotaDefaults::from([(QuotaCode(0xF678_F1CE), 50)]).into();
        assert_eq!(world.limit(scope, Quota::Vpcs), 50);
        world.raise_quota(scope, QuotaCode(0xF678_F1CE), change(60));
        assert_eq!(world.limit(scope, Quota::Vpcs), 60);
    }

    #[test]
    fn quotas_are_found_by_code_and_by_name_and_no_code_is_there_twice() {
        for it in ServiceQuota::all() {
            assert_eq!(ServiceQuota::named(&it.code.to_string()), Some(it));
            assert_eq!(ServiceQuota::named(&it.typed_name()), Some(it));
        }
        assert_eq!(ServiceQuota::named("vpcs-per-region").map(|it| it.quota), Some(Quota::Vpcs));
        assert_eq!(ServiceQuota::named("vpcs"), None);
        let key = "123456789012/us-west-2/L-F678F1CE";
        assert_eq!(key.parse::<AppliedQuotaKey>().unwrap().to_string(), key);
    }
}
