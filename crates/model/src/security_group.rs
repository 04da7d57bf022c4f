//! Security groups: stateful rules on network interfaces. They only allow; what no rule allows is dropped.
//!
//! Follows "Security groups" and "Security group rules" (VPC User Guide).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::ids::*;
use crate::link::Link;
use crate::peer::Peer;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{Refusal, SecurityGroupRefusal};
use crate::rule::{Direction, Traffic};
use crate::security_group_association::VpcAssociation;
use crate::tags::Tags;
use crate::world::World;

/// A security group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// Its identifier.
    pub id: SecurityGroupId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC.
    pub vpc: VpcId,
    /// The other VPCs whose interfaces can carry it.
    #[serde(default)]
    pub associations: Vec<VpcAssociation>,
    /// Its name, unique in the VPC. The VPC's own group is called `default`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its rules.
    pub rules: BTreeMap<SecurityGroupRuleId, SecurityGroupRule>,
    /// Tags.
    pub tags: Tags,
}

/// One rule: what is let in, or out, and from whom, or to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroupRule {
    /// Its identifier.
    pub id: SecurityGroupRuleId,
    /// Inbound or outbound.
    pub direction: Direction,
    /// Protocol and ports.
    pub traffic: Traffic,
    /// The far end.
    pub peer: Peer,
    /// What it is for.
    pub description: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// The name of the group that every VPC has.
pub const DEFAULT_GROUP_NAME: &str = "default";

impl SecurityGroup {
    /// Whether it is its VPC's own group.
    pub fn is_default(&self) -> bool {
        self.name == DEFAULT_GROUP_NAME
    }

    /// Its rules of one direction, by id.
    pub fn rules_of(&self, direction: Direction) -> impl Iterator<Item = &SecurityGroupRule> {
        self.rules.values().filter(move |rule| rule.direction == direction)
    }
}

impl SecurityGroupRule {
    /// A rule for all traffic.
    fn all_traffic(direction: Direction, peer: Peer, ids: &mut Ids<'_>) -> Self {
        let id = ids.fresh();
        SecurityGroupRule { id, direction, traffic: Traffic::ALL, peer, description: None, tags: Tags::new() }
    }
}

impl SecurityGroup {
    /// Adds the outbound IPv6 rule, unless the outbound rules were changed before.
    pub(crate) fn allow_ipv6_egress_by_default(&mut self, ids: &mut Ids<'_>) {
        let outbound: Vec<_> =
            self.rules_of(Direction::Egress).map(|rule| (rule.traffic, rule.peer)).collect();
        if outbound == [(Traffic::ALL, Peer::ANY_IPV4)] {
            let rule = SecurityGroupRule::all_traffic(Direction::Egress, Peer::ANY_IPV6, ids);
            self.rules.insert(rule.id, rule);
        }
    }
}

impl World {
    /// Makes the group that a new VPC has: its members may talk among themselves and to everywhere over IPv4.
    pub fn create_default_security_group(
        &mut self,
        scope: Scope,
        vpc: VpcId,
        ids: &mut Ids<'_>,
    ) -> SecurityGroupId {
        let id = ids.fresh();
        let members = Peer::Group { group: id, account: scope.account, peering: None };
        let rules = [
            SecurityGroupRule::all_traffic(Direction::Ingress, members, ids),
            SecurityGroupRule::all_traffic(Direction::Egress, Peer::ANY_IPV4, ids),
        ];
        let group = SecurityGroup {
            id,
            scope,
            vpc,
            associations: Vec::new(),
            name: DEFAULT_GROUP_NAME.to_owned(),
            description: "default VPC security group".to_owned(),
            rules: rules.map(|rule| (rule.id, rule)).into(),
            tags: Tags::new(),
        };
        self.network.security_groups.insert(id, group);
        id
    }
}

/// A group to be made.
#[derive(Clone, Debug)]
pub struct NewSecurityGroup {
    /// The VPC.
    pub vpc: VpcId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Tags.
    pub tags: Tags,
}

impl World {
    /// The group with this identifier.
    pub fn security_group(&self, scope: Scope, id: SecurityGroupId) -> Result<&SecurityGroup, Refusal> {
        self.network
            .security_groups
            .get(&id)
            .filter(|group| group.scope == scope)
            .ok_or(Refusal::NotFound(id.into()))
    }

    /// The group of a VPC with this name; names are compared without regard to case.
    pub fn security_group_named(&self, vpc: VpcId, name: &str) -> Option<&SecurityGroup> {
        self.network
            .security_groups
            .linked(Link::name(vpc, name))
            .find(|group| group.vpc == vpc && group.name.eq_ignore_ascii_case(name))
    }

    /// Makes a group that lets nothing in and everything out.
    pub fn create_security_group(
        &mut self,
        scope: Scope,
        new: NewSecurityGroup,
        ids: &mut Ids<'_>,
    ) -> Result<&SecurityGroup, Refusal> {
        let vpc = self.network.vpcs.get(&new.vpc).filter(|vpc| vpc.scope == scope);
        let vpc = vpc.ok_or(Refusal::NotFound(new.vpc.into()))?;
        let (vpc, has_ipv6) = (vpc.id, !vpc.ipv6_cidrs.is_empty());
        // "Trailing spaces are trimmed from the name" (Security groups).
        let name = new.name.trim_end_matches(' ').to_owned();
        self.check_group_name(vpc, &name)?;
        let owned = self.network.security_groups.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::SecurityGroups, owned)?;
        let id = ids.fresh();
        let mut group = SecurityGroup {
            id,
            scope,
            vpc,
            associations: Vec::new(),
            name,
            description: new.description,
            rules: BTreeMap::new(),
            tags: new.tags,
        };
        let rule = SecurityGroupRule::all_traffic(Direction::Egress, Peer::ANY_IPV4, ids);
        group.rules.insert(rule.id, rule);
        if has_ipv6 {
            group.allow_ipv6_egress_by_default(ids);
        }
        self.network.security_groups.insert(id, group);
        self.security_group(scope, id)
    }

    fn check_group_name(&self, vpc: VpcId, name: &str) -> Result<(), Refusal> {
        if name.eq_ignore_ascii_case(DEFAULT_GROUP_NAME) {
            return Err(SecurityGroupRefusal::NameReserved.into());
        }
        // In small letters alone: `SG-Web` is a name like others.
        if name.starts_with("sg-") {
            return Err(SecurityGroupRefusal::NameLikeId(name.to_owned()).into());
        }
        match self.security_group_named(vpc, name) {
            Some(_) => Err(SecurityGroupRefusal::NameTaken(name.to_owned(), vpc).into()),
            None => Ok(()),
        }
    }

    /// Takes a group out, unless an interface carries it, a rule of the same VPC names it, or it is associated with
    /// another VPC. Rules of peer VPCs that name it stay and become stale.
    pub fn delete_security_group(&mut self, scope: Scope, id: SecurityGroupId) -> Result<(), Refusal> {
        let group = self.security_group(scope, id)?;
        if group.is_default() {
            return Err(SecurityGroupRefusal::OfVpc(id).into());
        }
        let carried = self.network.network_interfaces.linked(Link::SecurityGroup(id)).next().is_some();
        let named = self.groups_naming(id).any(|other| other.vpc == group.vpc && other.id != id);
        if carried || named || !group.associations.is_empty() {
            return Err(Refusal::HasDependencies(id.into()));
        }
        self.network.security_groups.remove(&id);
        Ok(())
    }

    /// The groups that have a rule which names `id`, in whatever VPC.
    pub fn groups_naming(&self, id: SecurityGroupId) -> impl Iterator<Item = &SecurityGroup> {
        self.network.security_groups.linked(Link::SecurityGroup(id))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::testing::world_with_vpc;

    pub(crate) fn new_group(vpc: VpcId, name: &str) -> NewSecurityGroup {
        NewSecurityGroup { vpc, name: name.into(), description: "for a test".into(), tags: Tags::new() }
    }

    #[test]
    fn a_new_group_lets_nothing_in_and_everything_out() {
        let (mut world, scope, vpc) = world_with_vpc();
        let mut next = 100;
        let mut source = || {
            next += 1;
            next
        };
        let mut ids = Ids::new(&mut source);
        let group = world.create_security_group(scope, new_group(vpc, "web  "), &mut ids).unwrap();
        assert_eq!(group.name, "web");
        assert_eq!(group.rules_of(Direction::Ingress).count(), 0);
        let outbound: Vec<_> =
            group.rules_of(Direction::Egress).map(|rule| (rule.traffic, rule.peer)).collect();
        assert_eq!(outbound, [(Traffic::ALL, Peer::ANY_IPV4)]);
    }

    #[test]
    fn a_name_is_used_once_in_a_vpc_and_is_neither_default_nor_like_an_identifier() {
        let (mut world, scope, vpc) = world_with_vpc();
        let mut next = 100;
        let mut source = || {
            next += 1;
            next
        };
        let mut ids = Ids::new(&mut source);
        world.create_security_group(scope, new_group(vpc, "web"), &mut ids).unwrap();
        let mut refused =
            |name| world.create_security_group(scope, new_group(vpc, name), &mut ids).unwrap_err();
        assert_eq!(refused("WEB"), SecurityGroupRefusal::NameTaken("WEB".into(), vpc).into());
        assert_eq!(refused("default"), SecurityGroupRefusal::NameReserved.into());
        assert_eq!(refused("sg-web"), SecurityGroupRefusal::NameLikeId("sg-web".into()).into());
        world.create_security_group(scope, new_group(vpc, "SG-Web"), &mut ids).unwrap();
    }

    #[test]
    fn a_vpcs_own_group_stays_and_another_accounts_group_is_not_found() {
        let (mut world, scope, vpc) = world_with_vpc();
        let default = world.network.vpcs.get(&vpc).unwrap().default_security_group;
        assert_eq!(
            world.delete_security_group(scope, default),
            Err(SecurityGroupRefusal::OfVpc(default).into())
        );
        let stranger = Scope { account: "000000000042".parse().unwrap(), ..scope };
        assert_eq!(world.delete_security_group(stranger, default), Err(Refusal::NotFound(default.into())));
    }
}
