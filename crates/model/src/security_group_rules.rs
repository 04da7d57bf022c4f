//! Changes of security group rules: authorize, revoke, modify, describe.
//!
//! Follows "Security group rules" (VPC User Guide). A rule is one far end and one kind of traffic. Security group
//! references across VPCs need an active peering connection of one Region.

use crate::ids::*;
use crate::link::Link;
use crate::peer::Peer;
use crate::place::{AccountId, Scope};
use crate::quotas::Quota;
use crate::refusal::{Refusal, SecurityGroupRefusal};
use crate::rule::{Direction, Traffic};
use crate::security_group::{SecurityGroup, SecurityGroupRule};
use crate::tags::Tags;
use crate::world::{Network, World};

/// What a rule says.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleContent {
    /// Protocol and ports.
    pub traffic: Traffic,
    /// The far end.
    pub peer: Peer,
    /// What it is for.
    pub description: Option<String>,
}

impl RuleContent {
    /// Whether a rule lets the same traffic by. Descriptions do not count.
    pub fn is_same(&self, traffic: Traffic, peer: &Peer) -> bool {
        self.traffic == traffic && self.peer.is_same(peer)
    }
}

/// What became of a revocation by content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revocation {
    /// Rules that are gone now.
    pub revoked: Vec<SecurityGroupRule>,
    /// What was named and was not there.
    pub unknown: Vec<RuleContent>,
}

impl SecurityGroup {
    /// The rule of a direction that says the same.
    pub fn rule_like(&self, direction: Direction, content: &RuleContent) -> Option<&SecurityGroupRule> {
        self.rules_of(direction).find(|rule| content.is_same(rule.traffic, &rule.peer))
    }
}

impl Network {
    /// The active peering connection of one Region between two VPCs.
    pub fn active_peering(&self, vpc: VpcId, other: VpcId) -> Option<VpcPeeringConnectionId> {
        let joins = |peering: &&crate::VpcPeeringConnection| {
            peering.is_active()
                && peering.same_region()
                && peering.peer_of(vpc).is_some_and(|side| side.vpc == other)
        };
        self.vpc_peering_connections.linked(Link::Vpc(vpc)).find(joins).map(|peering| peering.id)
    }
}

impl World {
    /// A group as the far end of a rule in `vpc`: one that serves the same VPC, or of one that is peered with it. `owner` is
    /// the account it is expected to belong to.
    pub fn group_as_peer(
        &self,
        scope: Scope,
        vpc: VpcId,
        id: SecurityGroupId,
        owner: Option<AccountId>,
    ) -> Result<Peer, Refusal> {
        let not_found = || Refusal::NotFound(id.into());
        let group = self.network.security_groups.get(&id).ok_or_else(not_found)?;
        let account = group.scope.account;
        if account != owner.unwrap_or(scope.account) || group.scope.region != scope.region {
            return Err(not_found());
        }
        if group.serves(vpc) {
            return Ok(Peer::Group { group: id, account, peering: None });
        }
        let peering =
            self.network.active_peering(vpc, group.vpc).ok_or(Refusal::DifferentNetworks(id.into()))?;
        Ok(Peer::Group { group: id, account, peering: Some(peering) })
    }

    /// Whether a rule names a group that it can no longer reach: deleted, or no longer in a peered VPC.
    ///
    /// A new peering connection between the same VPCs makes it work again (VPC Peering Guide, stale rules).
    pub fn is_stale(&self, group: &SecurityGroup, rule: &SecurityGroupRule) -> bool {
        rule.peer
            .group()
            .is_some_and(|named| self.network.vpcs_of_named_group(group.vpc, named).next().is_none())
    }

    /// Adds rules: all, or none if one is refused.
    pub fn authorize_security_group_rules(
        &mut self,
        scope: Scope,
        id: SecurityGroupId,
        direction: Direction,
        contents: Vec<RuleContent>,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<Vec<SecurityGroupRule>, Refusal> {
        let mut group = self.security_group(scope, id)?.clone();
        for (position, content) in contents.iter().enumerate() {
            if contents[..position].iter().any(|earlier| earlier.is_same(content.traffic, &content.peer)) {
                return Err(SecurityGroupRefusal::RuleRepeated.into());
            }
            if group.rule_like(direction, content).is_some() {
                return Err(SecurityGroupRefusal::RuleExists(content.peer, content.traffic).into());
            }
        }
        let mut added = Vec::with_capacity(contents.len());
        for RuleContent { traffic, peer, description } in contents {
            let rule = SecurityGroupRule {
                id: ids.fresh(),
                direction,
                traffic,
                peer,
                description,
                tags: tags.clone(),
            };
            group.rules.insert(rule.id, rule.clone());
            added.push(rule);
        }
        self.check_rule_quota(&group)?;
        self.network.security_groups.insert(id, group);
        Ok(added)
    }

    /// Takes out the rules that say the same. What is not there is ignored in the default VPC and refused elsewhere
    /// ("For a default VPC, if the values you specify do not match the existing rule's values, no error is returned",
    /// RevokeSecurityGroupIngress).
    pub fn revoke_security_group_rules(
        &mut self,
        scope: Scope,
        id: SecurityGroupId,
        direction: Direction,
        contents: Vec<RuleContent>,
    ) -> Result<Revocation, Refusal> {
        let group = self.security_group(scope, id)?;
        let in_default_vpc = self.network.vpcs.get(&group.vpc).is_some_and(|vpc| vpc.is_default);
        let mut revocation = Revocation::default();
        let mut group = group.clone();
        for content in contents {
            let found = group.rule_like(direction, &content).map(|rule| rule.id);
            match found.and_then(|rule| group.rules.remove(&rule)) {
                Some(rule) => revocation.revoked.push(rule),
                None => revocation.unknown.push(content),
            }
        }
        if !revocation.unknown.is_empty() && !in_default_vpc {
            return Err(SecurityGroupRefusal::NoSuchRule.into());
        }
        self.network.security_groups.insert(id, group);
        Ok(revocation)
    }

    /// Takes out rules by identifier: all, or none if one is not there.
    pub fn revoke_security_group_rules_by_id(
        &mut self,
        scope: Scope,
        id: SecurityGroupId,
        direction: Direction,
        rules: &[SecurityGroupRuleId],
    ) -> Result<Vec<SecurityGroupRule>, Refusal> {
        let mut group = self.security_group(scope, id)?.clone();
        let mut revoked = Vec::with_capacity(rules.len());
        for rule in rules {
            let found = group.rules.get(rule).is_some_and(|found| found.direction == direction);
            let removed = if found { group.rules.remove(rule) } else { None };
            revoked.push(removed.ok_or(Refusal::NotFound((*rule).into()))?);
        }
        self.network.security_groups.insert(id, group);
        Ok(revoked)
    }

    /// Lets a rule say something else, under the same identifier.
    pub fn modify_security_group_rule(
        &mut self,
        scope: Scope,
        id: SecurityGroupId,
        rule: SecurityGroupRuleId,
        content: RuleContent,
    ) -> Result<(), Refusal> {
        let mut group = self.security_group(scope, id)?.clone();
        let changed = group.rules.get(&rule).cloned().ok_or(Refusal::NotFound(rule.into()))?;
        if group.rule_like(changed.direction, &content).is_some_and(|like| like.id != rule) {
            return Err(SecurityGroupRefusal::RuleExists(content.peer, content.traffic).into());
        }
        let RuleContent { traffic, peer, description } = content;
        group.rules.insert(rule, SecurityGroupRule { traffic, peer, description, ..changed });
        self.check_rule_quota(&group)?;
        self.network.security_groups.insert(id, group);
        Ok(())
    }

    /// Changes what a rule of a direction is said to be for; `None` takes the description away.
    pub fn describe_security_group_rule(
        &mut self,
        scope: Scope,
        id: SecurityGroupId,
        direction: Direction,
        rule: SecurityGroupRuleId,
        description: Option<String>,
    ) -> Result<(), Refusal> {
        self.security_group(scope, id)?;
        let group = self.network.security_groups.get_mut(&id).ok_or(Refusal::NotFound(id.into()))?;
        let rule_found = group.rules.get_mut(&rule).filter(|found| found.direction == direction);
        rule_found.ok_or(Refusal::NotFound(rule.into()))?.description = description;
        Ok(())
    }

    /// Refuses a group that has more rules in a direction and address family than it may.
    pub(crate) fn check_rule_quota(&self, group: &SecurityGroup) -> Result<(), Refusal> {
        let limit = self.limit(group.scope, Quota::RulesPerGroup);
        for direction in [Direction::Ingress, Direction::Egress] {
            let (mut ipv4, mut ipv6) = (0, 0);
            for rule in group.rules_of(direction) {
                let weight = self.weight_of(group.scope, &rule.peer);
                ipv4 += weight.0;
                ipv6 += weight.1;
            }
            if ipv4.max(ipv6) > limit {
                return Err(Refusal::QuotaReached(Quota::RulesPerGroup, limit));
            }
        }
        Ok(())
    }

    /// How much a far end counts among the IPv4 and among the IPv6 rules: a block one, a group one in each, a prefix
    /// list as many as it may have entries.
    fn weight_of(&self, scope: Scope, peer: &Peer) -> (usize, usize) {
        match peer {
            Peer::Cidr(cidr) if cidr.addr().is_ipv4() => (1, 0),
            Peer::Cidr(_) => (0, 1),
            Peer::Group { .. } => (1, 1),
            Peer::PrefixList(id) => match self.prefix_list_weight(scope, *id) {
                Some(weight) if weight.ipv6 => (0, weight.entries),
                Some(weight) => (weight.entries, 0),
                None => (0, 0),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peering_status::PeeringStatus;
    use crate::rule::{Ports, RuleProtocol, protocol};
    use crate::security_group::tests::new_group;
    use crate::testing::{add_vpc, world_with_vpc};
    use crate::vpc_peering_connection::{PeeringSide, VpcPeeringConnection};
    use proptest::prelude::*;

    fn tcp(port: u16, cidr: &str) -> RuleContent {
        let traffic = Traffic {
            protocol: RuleProtocol::Number(protocol::TCP),
            ports: Ports::Range { from: port, to: port },
        };
        RuleContent { traffic, peer: Peer::Cidr(cidr.parse().unwrap()), description: None }
    }

    /// A world and helpers that hide scope, tags and identifiers.
    struct Fixture {
        world: World,
        scope: Scope,
        vpc: VpcId,
        next: u128,
    }

    impl Fixture {
        fn new() -> Self {
            let (world, scope, vpc) = world_with_vpc();
            Fixture { world, scope, vpc, next: 1 << 40 }
        }

        fn with_ids<T>(&mut self, act: impl FnOnce(&mut World, Scope, &mut Ids<'_>) -> T) -> T {
            let next = &mut self.next;
            let mut source = || {
                *next += 1;
                *next
            };
            act(&mut self.world, self.scope, &mut Ids::new(&mut source))
        }

        fn group(&mut self, vpc: VpcId, name: &str) -> SecurityGroupId {
            self.with_ids(|world, scope, ids| {
                world.create_security_group(scope, new_group(vpc, name), ids).unwrap().id
            })
        }

        fn authorize(
            &mut self,
            group: SecurityGroupId,
            contents: Vec<RuleContent>,
        ) -> Result<Vec<SecurityGroupRule>, Refusal> {
            self.with_ids(|world, scope, ids| {
                world.authorize_security_group_rules(
                    scope,
                    group,
                    Direction::Ingress,
                    contents,
                    Tags::new(),
                    ids,
                )
            })
        }

        fn peer_with(&mut self, other: VpcId) -> VpcPeeringConnectionId {
            let id = VpcPeeringConnectionId::numbered(1);
            let side = |vpc| PeeringSide { scope: self.scope, vpc, dns_resolution_from_peer: false };
            let peering = VpcPeeringConnection {
                id,
                requester: side(self.vpc),
                accepter: side(other),
                status: PeeringStatus::Active,
                expires: None,
                ended: None,
                tags: Tags::new(),
            };
            self.world.network.vpc_peering_connections.insert(id, peering);
            id
        }
    }

    #[test]
    fn a_rule_exists_once_whatever_its_description() {
        let mut it = Fixture::new();
        let web = it.group(it.vpc, "web");
        it.authorize(web, vec![tcp(22, "0.0.0.0/0")]).unwrap();
        let again = RuleContent { description: Some("ssh".into()), ..tcp(22, "0.0.0.0/0") };
        let exists = SecurityGroupRefusal::RuleExists(again.peer, again.traffic).into();
        assert_eq!(it.authorize(web, vec![tcp(80, "0.0.0.0/0"), again.clone()]), Err(exists));
        assert_eq!(
            it.authorize(web, vec![tcp(81, "0.0.0.0/0"), tcp(81, "0.0.0.0/0")]),
            Err(SecurityGroupRefusal::RuleRepeated.into())
        );
        let group = it.world.security_group(it.scope, web).unwrap();
        assert_eq!(group.rules_of(Direction::Ingress).count(), 1, "a refused request adds nothing");
    }

    #[test]
    fn sixty_rules_of_a_family_fit_and_a_group_counts_in_both() {
        let mut it = Fixture::new();
        let web = it.group(it.vpc, "web");
        let members = it.world.group_as_peer(it.scope, it.vpc, web, None).unwrap();
        it.authorize(web, (1..=59).map(|port| tcp(port, "10.0.0.0/8")).collect()).unwrap();
        let all_from_members = RuleContent { traffic: Traffic::ALL, peer: members, description: None };
        it.authorize(web, vec![all_from_members]).unwrap();
        let full = Err(Refusal::QuotaReached(Quota::RulesPerGroup, 60));
        assert_eq!(it.authorize(web, vec![tcp(60, "10.0.0.0/8")]), full);
        it.authorize(web, vec![tcp(60, "2001:db8::/32")]).unwrap();
    }

    #[test]
    fn what_was_not_there_to_revoke_matters_only_outside_the_default_vpc() {
        let mut it = Fixture::new();
        let (scope, vpc) = (it.scope, it.vpc);
        let web = it.group(vpc, "web");
        let revoke = |world: &mut World| {
            world.revoke_security_group_rules(scope, web, Direction::Ingress, vec![tcp(22, "10.0.0.0/8")])
        };
        assert_eq!(revoke(&mut it.world), Err(SecurityGroupRefusal::NoSuchRule.into()));
        it.world.network.vpcs.get_mut(&vpc).unwrap().is_default = true;
        assert_eq!(revoke(&mut it.world).unwrap().unknown, [tcp(22, "10.0.0.0/8")]);
    }

    #[test]
    fn a_group_that_another_group_of_its_vpc_names_stays_but_one_that_names_itself_goes() {
        let mut it = Fixture::new();
        let (web, db) = (it.group(it.vpc, "web"), it.group(it.vpc, "db"));
        let from = |it: &Fixture, group| RuleContent {
            peer: it.world.group_as_peer(it.scope, it.vpc, group, None).unwrap(),
            ..tcp(5432, "0.0.0.0/0")
        };
        let (from_web, from_db) = (from(&it, web), from(&it, db));
        it.authorize(db, vec![from_web, from_db]).unwrap();
        assert_eq!(it.world.delete_security_group(it.scope, web), Err(Refusal::HasDependencies(web.into())));
        it.world.delete_security_group(it.scope, db).unwrap();
        it.world.delete_security_group(it.scope, web).unwrap();
    }

    #[test]
    fn a_group_of_another_vpc_is_named_over_a_peering_connection_and_goes_stale() {
        let mut it = Fixture::new();
        let other = add_vpc(&mut it.world, it.scope, 2);
        let (web, far) = (it.group(it.vpc, "web"), it.group(other, "far"));
        let named = it.world.group_as_peer(it.scope, it.vpc, far, None);
        assert_eq!(named, Err(Refusal::DifferentNetworks(far.into())));
        let peering = it.peer_with(other);
        let peer = it.world.group_as_peer(it.scope, it.vpc, far, None).unwrap();
        let added = it.authorize(web, vec![RuleContent { peer, ..tcp(22, "0.0.0.0/0") }]).unwrap();
        let stale =
            |it: &Fixture| it.world.is_stale(it.world.security_group(it.scope, web).unwrap(), &added[0]);
        assert!(!stale(&it));
        it.world.network.vpc_peering_connections.get_mut(&peering).unwrap().status =
            PeeringStatus::Deleted(it.scope.account);
        assert!(stale(&it));
        it.peer_with(other);
        assert!(!stale(&it));
        it.world.delete_security_group(it.scope, far).unwrap();
        assert!(stale(&it));
    }

    #[test]
    fn a_modified_rule_keeps_its_identifier_and_cannot_become_its_neighbour() {
        let mut it = Fixture::new();
        let web = it.group(it.vpc, "web");
        let added = it.authorize(web, vec![tcp(80, "10.0.0.0/8"), tcp(443, "10.0.0.0/8")]).unwrap();
        let twin = it.world.modify_security_group_rule(it.scope, web, added[0].id, tcp(443, "10.0.0.0/8"));
        assert_eq!(twin, Err(SecurityGroupRefusal::RuleExists(added[1].peer, added[1].traffic).into()));
        it.world.modify_security_group_rule(it.scope, web, added[0].id, tcp(8080, "10.0.0.0/8")).unwrap();
        let group = it.world.security_group(it.scope, web).unwrap();
        assert_eq!(group.rules[&added[0].id].traffic, tcp(8080, "10.0.0.0/8").traffic);
    }

    fn any_content() -> impl Strategy<Value = RuleContent> {
        let cidr = prop_oneof![Just("10.0.0.0/8"), Just("0.0.0.0/0"), Just("::/0"), Just("2001:db8::/32")];
        (1u16..5, cidr).prop_map(|(port, cidr)| tcp(port, cidr))
    }

    proptest! {
        #[test]
        fn to_authorize_and_then_revoke_changes_nothing(
            before in prop::collection::vec(any_content(), 0..8),
            added in prop::collection::vec(any_content(), 1..8),
            by_id in any::<bool>(),
        ) {
            let mut it = Fixture::new();
            let web = it.group(it.vpc, "web");
            for content in before {
                let _twice_is_refused = it.authorize(web, vec![content]);
            }
            let group = it.world.security_group(it.scope, web).unwrap().clone();
            if let Ok(rules) = it.authorize(web, added.clone()) {
                let revoked = if by_id {
                    let ids: Vec<_> = rules.iter().map(|rule| rule.id).collect();
                    it.world.revoke_security_group_rules_by_id(it.scope, web, Direction::Ingress, &ids).unwrap()
                } else {
                    it.world.revoke_security_group_rules(it.scope, web, Direction::Ingress, added).unwrap().revoked
                };
                prop_assert_eq!(revoked, rules);
            }
            prop_assert_eq!(it.world.security_group(it.scope, web).unwrap(), &group);
        }
    }
}
