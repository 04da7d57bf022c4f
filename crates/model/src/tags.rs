//! Tags: up to fifty key and value pairs on a resource. Follows "Tag your Amazon EC2 resources" (EC2 User Guide).

use std::collections::BTreeMap;

use crate::ids::{SecurityGroupId, SecurityGroupRuleId, SubnetCidrReservationId, SubnetId};
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::{Quota, TAGS_PER_RESOURCE_MAX};
use crate::refusal::Refusal;
use crate::resource::ResourceId;
use crate::world::World;

/// A resource's tags, by key.
pub type Tags = BTreeMap<String, String>;

/// The value of the `Name` tag, which is what people call the resource.
pub fn name(tags: &Tags) -> Option<&str> {
    tags.get("Name").map(String::as_str).filter(|name| !name.is_empty())
}

/// Keys with this beginning are AWS's own.
const RESERVED_PREFIX: &str = "aws:";

/// Which tags to take away: those of the key, if a value is given only when it is the tag's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagToDelete {
    /// The key.
    pub key: String,
    /// The value that the tag must have.
    pub value: Option<String>,
}

/// "Tags that begin with aws: do not count against your tags per resource limit" (Tag your resources).
fn check_count(tags: &Tags) -> Result<(), Refusal> {
    match tags.keys().filter(|key| !is_reserved(key)).count() {
        0..=TAGS_PER_RESOURCE_MAX => Ok(()),
        _ => Err(Refusal::QuotaReached(Quota::TagsPerResource, TAGS_PER_RESOURCE_MAX)),
    }
}

fn is_reserved(key: &str) -> bool {
    key.get(..RESERVED_PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_PREFIX))
}

/// Every noun that has tags and an owner: variant, table.
macro_rules! tagged_tables {
    ($($variant:ident $($table:ident).+;)*) => {
        impl World {
            /// The tags of a resource; `None` if there is no such resource, or one that cannot have tags.
            pub fn tags(&self, scope: Scope, id: ResourceId) -> Option<&Tags> {
                match id {
                    $(ResourceId::$variant(id) => {
                        self.$($table).+.get(&id).filter(|row| row.scope == scope).map(|row| &row.tags)
                    })*
                    ResourceId::VpcPeeringConnection(id) => {
                        let row = self.network.vpc_peering_connections.get(&id)?;
                        (row.requester.scope == scope).then_some(&row.tags)
                    }
                    ResourceId::SecurityGroupRule(rule) => {
                        let group = self.group_of_rule(scope, rule)?;
                        self.network.security_groups.get(&group)?.rules.get(&rule).map(|rule| &rule.tags)
                    }
                    ResourceId::SubnetCidrReservation(id) => {
                        let subnet = self.network.subnets.get(&self.subnet_of_reservation(scope, id)?)?;
                        subnet.reservations.iter().find(|it| it.id == id).map(|it| &it.tags)
                    }
                    ResourceId::Reservation(_) => None,
                }
            }

            /// The tags of a resource, to be changed.
            pub fn tags_mut(&mut self, scope: Scope, id: ResourceId) -> Option<&mut Tags> {
                self.tags(scope, id)?;
                match id {
                    $(ResourceId::$variant(id) => self.$($table).+.get_mut(&id).map(|row| &mut row.tags),)*
                    ResourceId::VpcPeeringConnection(id) => {
                        self.network.vpc_peering_connections.get_mut(&id).map(|row| &mut row.tags)
                    }
                    ResourceId::SecurityGroupRule(rule) => {
                        let group = self.group_of_rule(scope, rule)?;
                        self.network.security_groups.get_mut(&group)?.rules.get_mut(&rule).map(|rule| &mut rule.tags)
                    }
                    ResourceId::SubnetCidrReservation(id) => {
                        let subnet = self.subnet_of_reservation(scope, id)?;
                        let reservations = &mut self.network.subnets.get_mut(&subnet)?.reservations;
                        reservations.iter_mut().find(|it| it.id == id).map(|it| &mut it.tags)
                    }
                    ResourceId::Reservation(_) => None,
                }
            }

            /// Every resource of a scope that has tags, with its tags.
            pub fn tagged_resources(&self, scope: Scope) -> Vec<(ResourceId, &Tags)> {
                let mut tagged: Vec<(ResourceId, &Tags)> = Vec::new();
                $(tagged.extend(
                    self.$($table).+.values().filter(|row| row.scope == scope).map(|row| (row.id.into(), &row.tags)),
                );)*
                let peerings = self.network.vpc_peering_connections.values().filter(|row| row.requester.scope == scope);
                tagged.extend(peerings.map(|row| (row.id.into(), &row.tags)));
                let groups = self.network.security_groups.linked(Link::Scope(scope));
                let rules = groups.flat_map(|group| group.rules.values());
                tagged.extend(rules.map(|rule| (rule.id.into(), &rule.tags)));
                let subnets = self.network.subnets.linked(Link::Scope(scope));
                let reservations = subnets.flat_map(|subnet| &subnet.reservations);
                tagged.extend(reservations.map(|it| (it.id.into(), &it.tags)));
                tagged.retain(|(_, tags)| !tags.is_empty());
                tagged
            }
        }
    };
}

tagged_tables! {
    Vpc network.vpcs;
    Subnet network.subnets;
    RouteTable network.route_tables;
    InternetGateway network.internet_gateways;
    EgressOnlyInternetGateway network.egress_only_internet_gateways;
    PublicAccessExclusion network.public_access_exclusions;
    NatGateway network.nat_gateways;
    VpcEndpoint network.vpc_endpoints;
    FlowLog network.flow_logs;
    PrefixList network.prefix_lists;
    SecurityGroup network.security_groups;
    NetworkAcl network.network_acls;
    NetworkInterface network.network_interfaces;
    ElasticIp network.elastic_ips;
    KeyPair key_pairs;
    LaunchTemplate launch_templates;
    PlacementGroup placement_groups;
    Fleet fleets;
    DhcpOptions network.dhcp_options;
    Instance network.instances;
    Volume volumes;
    Snapshot snapshots;
    Image images;
    InstanceConnectEndpoint instance_connect_endpoints;
}

impl World {
    /// The group that a rule belongs to.
    pub fn group_of_rule(&self, scope: Scope, rule: SecurityGroupRuleId) -> Option<SecurityGroupId> {
        let mut groups = self.network.security_groups.linked(Link::SecurityGroupRule(rule));
        groups.find(|group| group.scope == scope).map(|group| group.id)
    }

    fn subnet_of_reservation(&self, scope: Scope, id: SubnetCidrReservationId) -> Option<SubnetId> {
        let mut subnets = self.network.subnets.linked(Link::Scope(scope));
        subnets.find(|subnet| subnet.reservations.iter().any(|it| it.id == id)).map(|subnet| subnet.id)
    }

    /// Puts tags on resources, in the place of those with the same keys. Keys and values are checked already.
    pub fn create_tags(&mut self, scope: Scope, resources: &[ResourceId], new: &Tags) -> Result<(), Refusal> {
        for id in resources {
            let tags = self.tags_mut(scope, *id).ok_or(Refusal::NotFound(*id))?;
            tags.extend(new.clone());
            check_count(tags)?;
        }
        Ok(())
    }

    /// Takes tags from resources; all but AWS's own if `which` is empty.
    pub fn delete_tags(
        &mut self,
        scope: Scope,
        resources: &[ResourceId],
        which: &[TagToDelete],
    ) -> Result<(), Refusal> {
        for id in resources {
            let tags = self.tags_mut(scope, *id).ok_or(Refusal::NotFound(*id))?;
            tags.retain(|key, value| {
                let named =
                    |tag: &TagToDelete| tag.key == *key && tag.value.as_ref().is_none_or(|it| it == value);
                is_reserved(key) || !(which.is_empty() || which.iter().any(named))
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world_with_vpc;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    #[test]
    fn a_tag_replaces_the_one_with_its_key_and_goes_only_with_its_value() {
        let (mut world, scope, vpc) = world_with_vpc();
        let vpc = ResourceId::from(vpc);
        world.create_tags(scope, &[vpc], &tags(&[("Name", "main"), ("tier", "web")])).unwrap();
        world.create_tags(scope, &[vpc], &tags(&[("Name", "city")])).unwrap();
        assert_eq!(world.tags(scope, vpc), Some(&tags(&[("Name", "city"), ("tier", "web")])));
        let other_value = TagToDelete { key: "Name".into(), value: Some("main".into()) };
        world.delete_tags(scope, &[vpc], &[other_value]).unwrap();
        assert_eq!(world.tagged_resources(scope).len(), 1);
        world.delete_tags(scope, &[vpc], &[]).unwrap();
        assert!(world.tagged_resources(scope).is_empty());
    }

    #[test]
    fn the_fifty_first_tag_is_refused_and_a_new_value_is_not() {
        let (mut world, scope, vpc) = world_with_vpc();
        world.commit();
        let vpc = ResourceId::from(vpc);
        let fifty: Tags = (0..50).map(|number| (number.to_string(), String::new())).collect();
        world.create_tags(scope, &[vpc], &fifty).unwrap();
        let one_more = world.create_tags(scope, &[vpc], &tags(&[("more", "")]));
        assert_eq!(one_more, Err(Refusal::QuotaReached(Quota::TagsPerResource, 50)));
        world.roll_back();
        world.create_tags(scope, &[vpc], &fifty).unwrap();
        world.create_tags(scope, &[vpc], &tags(&[("0", "new")])).unwrap();
    }

    #[test]
    fn a_rule_of_a_group_has_tags_of_its_own() {
        let (mut world, scope, vpc) = world_with_vpc();
        let group = world.network.vpcs.get(&vpc).unwrap().default_security_group;
        let rule = *world.security_group(scope, group).unwrap().rules.keys().next().unwrap();
        world.create_tags(scope, &[rule.into()], &tags(&[("Name", "members")])).unwrap();
        assert_eq!(world.tagged_resources(scope), [(rule.into(), &tags(&[("Name", "members")]))]);
    }

    #[test]
    fn what_belongs_to_somebody_else_is_not_found() {
        let (mut world, scope, vpc) = world_with_vpc();
        let stranger = Scope { account: "000000000042".parse().unwrap(), ..scope };
        let refused = world.create_tags(stranger, &[vpc.into()], &tags(&[("a", "b")]));
        assert_eq!(refused, Err(Refusal::NotFound(vpc.into())));
    }
}
