//! Network ACLs: ordered, stateless rules on a subnet's boundary.
//!
//! Follows "Network ACL rules" (VPC User Guide).

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::ids::*;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{NetworkAclRefusal, Refusal};
use crate::rule::{Direction, Header, Traffic};
use crate::subnet::Subnet;
use crate::tags::Tags;
use crate::world::World;

/// A network ACL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkAcl {
    /// Its identifier.
    pub id: NetworkAclId,
    /// Owner and Region.
    pub scope: Scope,
    /// The VPC.
    pub vpc: VpcId,
    /// Whether it is the VPC's own, which new subnets get.
    pub is_default: bool,
    /// Inbound rules by number, without the final denies, which are always there.
    #[serde(with = "entry_list")]
    pub ingress: BTreeMap<u16, NetworkAclEntry>,
    /// Outbound rules by number, without the final denies.
    #[serde(with = "entry_list")]
    pub egress: BTreeMap<u16, NetworkAclEntry>,
    /// Tags.
    pub tags: Tags,
}

/// One rule of a network ACL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkAclEntry {
    /// Its number; lower ones are asked first.
    pub number: u16,
    /// Protocol and ports. Only IPv4 packets match a rule with an IPv4 block, and so for IPv6.
    pub traffic: Traffic,
    /// The far end's addresses.
    pub cidr: IpNet,
    /// Whether it allows or denies.
    pub action: RuleAction,
}

/// What a network ACL rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleAction {
    /// Lets the packet pass.
    Allow,
    /// Drops it.
    Deny,
}

/// The number AWS shows for the final IPv4 deny, written `*`.
pub const FINAL_RULE: u16 = 32767;
/// The number AWS shows for the final IPv6 deny.
pub const FINAL_IPV6_RULE: u16 = 32768;

impl NetworkAclEntry {
    /// Whether a packet going `direction` matches.
    pub fn matches(&self, direction: Direction, header: &Header) -> bool {
        self.cidr.contains(&direction.remote(header)) && self.traffic.matches(header)
    }
}

impl NetworkAcl {
    /// Its rules of one direction, by number.
    pub fn entries(&self, direction: Direction) -> &BTreeMap<u16, NetworkAclEntry> {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// Its rules of one direction, to be changed.
    pub fn entries_mut(&mut self, direction: Direction) -> &mut BTreeMap<u16, NetworkAclEntry> {
        match direction {
            Direction::Ingress => &mut self.ingress,
            Direction::Egress => &mut self.egress,
        }
    }

    /// The rule that decides about a packet; `None` is the final deny.
    ///
    /// "Rules are evaluated starting with the lowest numbered rule. As soon as a rule matches traffic, it's applied
    /// regardless of any higher-numbered rule that might contradict it" (Network ACL rules).
    pub fn first_match(&self, direction: Direction, header: &Header) -> Option<&NetworkAclEntry> {
        self.entries(direction).values().find(|entry| entry.matches(direction, header))
    }
}

/// Every IPv4 address.
const ANY_IPV4: IpNet = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0));
/// Every IPv6 address.
const ANY_IPV6: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0));

/// The rules that a VPC's own network ACL starts with in each direction: everything may pass.
fn default_entries(ipv6: bool) -> BTreeMap<u16, NetworkAclEntry> {
    let allow =
        |number, cidr| NetworkAclEntry { number, traffic: Traffic::ALL, cidr, action: RuleAction::Allow };
    let mut entries = BTreeMap::from([(100, allow(100, ANY_IPV4))]);
    if ipv6 {
        entries.insert(101, allow(101, ANY_IPV6));
    }
    entries
}

impl World {
    /// Makes the network ACL that a new VPC has: everything may pass.
    pub fn create_default_network_acl(
        &mut self,
        scope: Scope,
        vpc: VpcId,
        ipv6: bool,
        ids: &mut Ids<'_>,
    ) -> NetworkAclId {
        let id = ids.fresh();
        let (ingress, egress) = (default_entries(ipv6), default_entries(ipv6));
        let acl = NetworkAcl { id, scope, vpc, is_default: true, ingress, egress, tags: Tags::new() };
        self.network.network_acls.insert(id, acl);
        id
    }

    /// Lets IPv6 pass the VPC's own network ACL and leave its own security group, once the VPC has an IPv6 block.
    ///
    /// Where rules of a direction were changed before, AWS leaves them alone ("If you've modified an existing rule
    /// … we do not automatically add a rule for IPv6 traffic", Default network ACL; the same for default groups).
    pub fn allow_ipv6_by_default(&mut self, vpc: VpcId, ids: &mut Ids<'_>) {
        let Some(vpc) = self.network.vpcs.get(&vpc) else { return };
        let (acl, group) = (vpc.default_network_acl, vpc.default_security_group);
        if let Some(acl) = self.network.network_acls.get_mut(&acl) {
            for entries in [&mut acl.ingress, &mut acl.egress] {
                if *entries == default_entries(false) {
                    *entries = default_entries(true);
                }
            }
        }
        if let Some(group) = self.network.security_groups.get_mut(&group) {
            group.allow_ipv6_egress_by_default(ids);
        }
    }
}

impl World {
    /// The network ACL with this identifier.
    pub fn network_acl(&self, scope: Scope, id: NetworkAclId) -> Result<&NetworkAcl, Refusal> {
        self.network
            .network_acls
            .get(&id)
            .filter(|acl| acl.scope == scope)
            .ok_or(Refusal::NotFound(id.into()))
    }

    fn network_acl_mut(&mut self, scope: Scope, id: NetworkAclId) -> Result<&mut NetworkAcl, Refusal> {
        self.network_acl(scope, id)?;
        self.network.network_acls.get_mut(&id).ok_or(Refusal::NotFound(id.into()))
    }

    /// The subnets on whose boundary a network ACL stands.
    pub fn subnets_of_network_acl(&self, id: NetworkAclId) -> impl Iterator<Item = &Subnet> {
        self.network.subnets.linked(Link::NetworkAcl(id))
    }

    /// The same of every network ACL of a scope at once: one look at its subnets instead of one for each ACL.
    pub fn subnets_by_network_acl(&self, scope: Scope) -> BTreeMap<NetworkAclId, Vec<&Subnet>> {
        let mut found: BTreeMap<NetworkAclId, Vec<&Subnet>> = BTreeMap::new();
        for subnet in self.network.subnets.linked(Link::Scope(scope)) {
            found.entry(subnet.network_acl).or_default().push(subnet);
        }
        found
    }

    /// Makes a network ACL without rules: nothing may pass.
    pub fn create_network_acl(
        &mut self,
        scope: Scope,
        vpc: VpcId,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<&NetworkAcl, Refusal> {
        if self.network.vpcs.get(&vpc).is_none_or(|vpc| vpc.scope != scope) {
            return Err(Refusal::NotFound(vpc.into()));
        }
        let in_vpc = self.network.network_acls.count_linked(Link::Vpc(vpc));
        self.check_quota(scope, Quota::NetworkAclsPerVpc, in_vpc)?;
        let id = ids.fresh();
        let (ingress, egress) = (BTreeMap::new(), BTreeMap::new());
        self.network
            .network_acls
            .insert(id, NetworkAcl { id, scope, vpc, is_default: false, ingress, egress, tags });
        self.network_acl(scope, id)
    }

    /// Takes a network ACL out that no subnet has.
    pub fn delete_network_acl(&mut self, scope: Scope, id: NetworkAclId) -> Result<(), Refusal> {
        if self.network_acl(scope, id)?.is_default {
            return Err(NetworkAclRefusal::OfVpc(id).into());
        }
        if self.subnets_of_network_acl(id).next().is_some() {
            return Err(Refusal::HasDependencies(id.into()));
        }
        self.network.network_acls.remove(&id);
        Ok(())
    }

    /// Adds a rule under a number that is free.
    pub fn create_network_acl_entry(
        &mut self,
        scope: Scope,
        id: NetworkAclId,
        direction: Direction,
        entry: NetworkAclEntry,
    ) -> Result<(), Refusal> {
        let limit = self.limit(scope, Quota::RulesPerNetworkAcl);
        let entries = self.network_acl_mut(scope, id)?.entries_mut(direction);
        match entries.get(&entry.number) {
            Some(existing) if *existing == entry => return Ok(()),
            Some(_) => return Err(NetworkAclRefusal::EntryExists(entry.number).into()),
            None => {}
        }
        check_entry_quota(entries.values().chain([&entry]), limit)?;
        entries.insert(entry.number, entry);
        Ok(())
    }

    /// Puts a rule in the place of the one that has its number.
    pub fn replace_network_acl_entry(
        &mut self,
        scope: Scope,
        id: NetworkAclId,
        direction: Direction,
        entry: NetworkAclEntry,
    ) -> Result<(), Refusal> {
        let limit = self.limit(scope, Quota::RulesPerNetworkAcl);
        let entries = self.network_acl_mut(scope, id)?.entries_mut(direction);
        let number = entry.number;
        entries.insert(number, entry).ok_or(NetworkAclRefusal::NoSuchEntry(number))?;
        check_entry_quota(entries.values(), limit)
    }

    /// Takes a rule out.
    pub fn delete_network_acl_entry(
        &mut self,
        scope: Scope,
        id: NetworkAclId,
        direction: Direction,
        number: u16,
    ) -> Result<(), Refusal> {
        let entries = self.network_acl_mut(scope, id)?.entries_mut(direction);
        entries.remove(&number).map(|_| ()).ok_or(NetworkAclRefusal::NoSuchEntry(number).into())
    }

    /// Gives a subnet another network ACL; it has exactly one at any time. Returns the new association.
    pub fn replace_network_acl_association(
        &mut self,
        scope: Scope,
        association: NetworkAclAssociationId,
        id: NetworkAclId,
        ids: &mut Ids<'_>,
    ) -> Result<NetworkAclAssociationId, Refusal> {
        let holds = |subnet: &&Subnet| subnet.scope == scope && subnet.network_acl_association == association;
        let subnet = self
            .network
            .subnets
            .values()
            .find(holds)
            .ok_or(NetworkAclRefusal::NoSuchAssociation(association))?;
        let subnet_id = subnet.id;
        if self.network_acl(scope, id)?.vpc != subnet.vpc {
            return Err(Refusal::DifferentNetworks(id.into()));
        }
        let association = ids.fresh();
        if let Some(subnet) = self.network.subnets.get_mut(&subnet_id) {
            subnet.network_acl = id;
            subnet.network_acl_association = association;
        }
        Ok(association)
    }
}

/// "This quota is enforced separately for IPv4 rules and IPv6 rules" and "includes … the default deny rules" (Amazon VPC
/// quotas).
fn check_entry_quota<'a>(
    entries: impl Iterator<Item = &'a NetworkAclEntry>,
    limit: usize,
) -> Result<(), Refusal> {
    let (ipv4, ipv6): (Vec<_>, Vec<_>) = entries.partition(|entry| entry.cidr.addr().is_ipv4());
    match ipv4.len().max(ipv6.len()) < limit {
        true => Ok(()),
        false => Err(Refusal::QuotaReached(Quota::RulesPerNetworkAcl, limit)),
    }
}

/// Rules are kept as a list: the number is in the rule.
mod entry_list {
    use super::{BTreeMap, NetworkAclEntry};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        entries: &BTreeMap<u16, NetworkAclEntry>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(entries.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<u16, NetworkAclEntry>, D::Error> {
        let entries = Vec::<NetworkAclEntry>::deserialize(deserializer)?;
        Ok(entries.into_iter().map(|entry| (entry.number, entry)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Ports, RuleProtocol, Transport, protocol};
    use crate::testing::world_with_vpc;
    use proptest::prelude::*;

    fn entry(number: u16, cidr: &str, action: RuleAction) -> NetworkAclEntry {
        NetworkAclEntry { number, traffic: Traffic::ALL, cidr: cidr.parse().unwrap(), action }
    }

    fn new_acl(world: &mut World, scope: Scope, vpc: VpcId) -> NetworkAclId {
        let mut source = || 77;
        world.create_network_acl(scope, vpc, Tags::new(), &mut Ids::new(&mut source)).unwrap().id
    }

    #[test]
    fn a_number_is_used_once_per_direction() {
        let (mut world, scope, vpc) = world_with_vpc();
        let acl = new_acl(&mut world, scope, vpc);
        let rule = entry(100, "0.0.0.0/0", RuleAction::Allow);
        world.create_network_acl_entry(scope, acl, Direction::Ingress, rule.clone()).unwrap();
        world.create_network_acl_entry(scope, acl, Direction::Egress, rule.clone()).unwrap();
        world.create_network_acl_entry(scope, acl, Direction::Ingress, rule).expect("the same rule is there");
        let other = entry(100, "0.0.0.0/0", RuleAction::Deny);
        let again = world.create_network_acl_entry(scope, acl, Direction::Ingress, other);
        assert_eq!(again, Err(NetworkAclRefusal::EntryExists(100).into()));
    }

    #[test]
    fn what_is_not_there_is_neither_replaced_nor_deleted() {
        let (mut world, scope, vpc) = world_with_vpc();
        let acl = new_acl(&mut world, scope, vpc);
        let rule = entry(100, "0.0.0.0/0", RuleAction::Allow);
        let replaced = world.replace_network_acl_entry(scope, acl, Direction::Ingress, rule);
        assert_eq!(replaced, Err(NetworkAclRefusal::NoSuchEntry(100).into()));
        let deleted = world.delete_network_acl_entry(scope, acl, Direction::Egress, 7);
        assert_eq!(deleted, Err(NetworkAclRefusal::NoSuchEntry(7).into()));
    }

    #[test]
    fn nineteen_rules_of_each_family_fit_beside_the_final_deny() {
        let (mut world, scope, vpc) = world_with_vpc();
        let acl = new_acl(&mut world, scope, vpc);
        for number in 1..=19 {
            let ipv4 = entry(number, "10.0.0.0/8", RuleAction::Allow);
            world.create_network_acl_entry(scope, acl, Direction::Ingress, ipv4).unwrap();
            let ipv6 = entry(number + 100, "2001:db8::/32", RuleAction::Allow);
            world.create_network_acl_entry(scope, acl, Direction::Ingress, ipv6).unwrap();
        }
        let one_more = entry(20, "10.0.0.0/8", RuleAction::Allow);
        let refused = world.create_network_acl_entry(scope, acl, Direction::Ingress, one_more);
        assert_eq!(refused, Err(Refusal::QuotaReached(Quota::RulesPerNetworkAcl, 20)));
    }

    #[test]
    fn ipv6_passes_the_vpcs_own_network_acl_unless_its_rules_were_changed() {
        let (mut world, scope, vpc) = world_with_vpc();
        let acl = world.network.vpcs.get(&vpc).unwrap().default_network_acl;
        world.delete_network_acl_entry(scope, acl, Direction::Egress, 100).unwrap();
        let mut source = || 5;
        world.allow_ipv6_by_default(vpc, &mut Ids::new(&mut source));
        let acl = world.network_acl(scope, acl).unwrap();
        assert_eq!(acl.ingress.keys().copied().collect::<Vec<_>>(), [100, 101]);
        assert!(acl.egress.is_empty());
    }

    #[test]
    fn a_vpcs_own_network_acl_stays() {
        let (mut world, scope, vpc) = world_with_vpc();
        let acl = world.network.vpcs.get(&vpc).unwrap().default_network_acl;
        assert_eq!(world.delete_network_acl(scope, acl), Err(NetworkAclRefusal::OfVpc(acl).into()));
    }

    fn any_traffic() -> impl Strategy<Value = Traffic> {
        let ports = (0u16..6, 0u16..6).prop_map(|(a, b)| Ports::Range { from: a.min(b), to: a.max(b) });
        let web = (ports, prop_oneof![Just(protocol::TCP), Just(protocol::UDP)])
            .prop_map(|(ports, number)| Traffic { protocol: RuleProtocol::Number(number), ports });
        prop_oneof![Just(Traffic::ALL), web]
    }

    fn any_entry() -> impl Strategy<Value = NetworkAclEntry> {
        let action = prop_oneof![Just(RuleAction::Allow), Just(RuleAction::Deny)];
        let cidr = (0u8..4, 30u8..=32).prop_map(|(last, length)| {
            IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, last), length).trunc())
        });
        (1u16..40, any_traffic(), cidr, action).prop_map(|(number, traffic, cidr, action)| NetworkAclEntry {
            number,
            traffic,
            cidr,
            action,
        })
    }

    proptest! {
        /// The obvious way: look at every rule, keep those that match, take the lowest number.
        #[test]
        fn the_first_match_is_what_a_scan_of_all_rules_finds(
            rules in prop::collection::vec(any_entry(), 0..19),
            last in 0u8..6,
            port in 0u16..7,
            number in prop_oneof![Just(protocol::TCP), Just(protocol::UDP)],
        ) {
            let (mut world, scope, vpc) = world_with_vpc();
            let acl = new_acl(&mut world, scope, vpc);
            let mut kept: Vec<NetworkAclEntry> = Vec::new();
            for rule in rules {
                let taken = kept.iter().any(|other| other.number == rule.number);
                let is_there = kept.contains(&rule);
                let created = world.create_network_acl_entry(scope, acl, Direction::Ingress, rule.clone());
                prop_assert_eq!(created.is_err(), taken && !is_there);
                if !taken { kept.push(rule); }
            }
            let header = Header {
                source: Ipv4Addr::new(10, 0, 0, last).into(),
                destination: "10.0.1.1".parse().unwrap(),
                protocol: number,
                transport: Transport::Ports { source: 40000, destination: port },
            };
            let scan = kept.iter().filter(|rule| {
                rule.cidr.contains(&header.source)
                    && match (rule.traffic.protocol, rule.traffic.ports) {
                        (RuleProtocol::All, _) => true,
                        (RuleProtocol::Number(n), Ports::Range { from, to }) => n == number && from <= port && port <= to,
                        _ => unreachable!("not made above"),
                    }
            }).min_by_key(|rule| rule.number);
            let acl = world.network_acl(scope, acl).unwrap();
            prop_assert_eq!(acl.first_match(Direction::Ingress, &header), scan);
        }
    }
}
