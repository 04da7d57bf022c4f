//! DHCP option sets: what instances of a VPC are told besides their address.
//!
//! Follows "DHCP option sets in Amazon VPC" (VPC User Guide).

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::link::Link;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::Refusal;
use crate::tags::Tags;
use crate::world::World;

/// The value of `domain-name-servers` that stands for the VPC resolver.
pub const AMAZON_PROVIDED_DNS: &str = "AmazonProvidedDNS";

/// A set of DHCP options; never changed once made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DhcpOptions {
    /// Its identifier.
    pub id: DhcpOptionsId,
    /// Owner and Region.
    pub scope: Scope,
    /// Keys such as `domain-name-servers`, in the order given, with their values.
    pub configurations: Vec<(String, Vec<String>)>,
    /// Whether it is the set that new VPCs of the Region get.
    pub region_default: bool,
    /// Tags.
    pub tags: Tags,
}

impl DhcpOptions {
    /// The values of an option; empty when it is not set.
    pub fn values(&self, key: &str) -> &[String] {
        let found = self.configurations.iter().find(|(name, _)| name == key);
        found.map_or(&[], |(_, values)| values)
    }
}

/// The name of the domain.
pub const DOMAIN_NAME: &str = "domain-name";
/// The name servers.
pub const DOMAIN_NAME_SERVERS: &str = "domain-name-servers";

impl World {
    /// The DHCP option set with this identifier, if it is the caller's.
    pub fn dhcp_options(&self, scope: Scope, id: DhcpOptionsId) -> Result<&DhcpOptions, Refusal> {
        self.network.dhcp_options.get(&id).filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// Makes a set of options. Their keys and values were checked when they were read.
    pub fn create_dhcp_options(
        &mut self,
        scope: Scope,
        configurations: Vec<(String, Vec<String>)>,
        tags: Tags,
        ids: &mut Ids<'_>,
    ) -> Result<DhcpOptionsId, Refusal> {
        let owned = self.network.dhcp_options.count_linked(Link::Scope(scope));
        self.check_quota(scope, Quota::DhcpOptions, owned)?;
        let id = ids.fresh();
        self.network
            .dhcp_options
            .insert(id, DhcpOptions { id, scope, configurations, region_default: false, tags });
        Ok(id)
    }

    /// The set that new VPCs of the Region get, made when there is none: the Region's private domain, resolved by
    /// the VPC resolver.
    pub(crate) fn ensure_default_dhcp_options(&mut self, scope: Scope, ids: &mut Ids<'_>) -> DhcpOptionsId {
        if let Some(found) = self.network.dhcp_options.linked(Link::Default(scope)).next() {
            return found.id;
        }
        let id = ids.fresh();
        let configurations = vec![
            (DOMAIN_NAME.to_owned(), vec![scope.region.private_domain()]),
            (DOMAIN_NAME_SERVERS.to_owned(), vec![AMAZON_PROVIDED_DNS.to_owned()]),
        ];
        let options = DhcpOptions { id, scope, configurations, region_default: true, tags: Tags::new() };
        self.network.dhcp_options.insert(id, options);
        id
    }

    /// Gives a VPC another set, or none (`default` in the API). Instances learn of it when they renew their lease.
    pub fn associate_dhcp_options(
        &mut self,
        scope: Scope,
        options: Option<DhcpOptionsId>,
        vpc: VpcId,
    ) -> Result<(), Refusal> {
        if let Some(id) = options {
            self.dhcp_options(scope, id)?;
        }
        self.vpc(scope, vpc)?;
        self.vpc_mut(vpc).dhcp_options = options;
        Ok(())
    }

    /// Deletes a set that no VPC uses.
    pub fn delete_dhcp_options(&mut self, scope: Scope, id: DhcpOptionsId) -> Result<(), Refusal> {
        self.dhcp_options(scope, id)?;
        if self.network.vpcs.linked(Link::DhcpOptions(id)).next().is_some() {
            return Err(Refusal::HasDependencies(id.into()));
        }
        self.network.dhcp_options.remove(&id);
        Ok(())
    }
}
