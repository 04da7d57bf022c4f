//! What is asked: the request, and what its identifiers stand for.

use awsproto::params::Node;
use awsproto::{Action, Authorization, Call, Operation as _, ResourceUse, Touched};
use model::ids::*;
use model::{ResourceId, Scope, World};

use super::parameters::Parameters;
use crate::shapes::op;

/// Members of structures that name what is touched.
const MEMBERS: [(&str, &str); 7] = [
    (op::CreateFleet::NAME, "ImageId"),
    (op::CreateFleet::NAME, "LaunchTemplateId"),
    (op::CreateFleet::NAME, "SubnetId"),
    (op::CreateSnapshots::NAME, "InstanceId"),
    (op::ModifySecurityGroupRules::NAME, "PrefixListId"),
    (op::ModifySecurityGroupRules::NAME, "SecurityGroupRuleId"),
    (op::RegisterImage::NAME, "SnapshotId"),
];

/// A call, and what it is asked with.
pub(super) struct Asked<'a> {
    pub(super) world: &'a World,
    pub(super) call: &'a Call,
    pub(super) action: &'a Action<World>,
    pub(super) parameters: Parameters<'a>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(world: &'a World, call: &'a Call, action: &'a Action<World>, form: &'a Node) -> Self {
        // Most calls describe, and are about nothing: their parameters need not be taken apart.
        let is_about_nothing = action.authorization.resources.is_empty();
        let nothing = Parameters::default();
        let parameters = if is_about_nothing { nothing } else { Parameters::of(form) };
        Asked { world, call, action, parameters }
    }

    pub(super) fn authorization(&self) -> &'static Authorization {
        self.action.authorization
    }

    pub(super) fn scope(&self) -> Scope {
        self.call.scope
    }

    /// The ARN of something of EC2's in the called account and Region.
    pub(super) fn arn(&self, kind: &str, name: impl std::fmt::Display) -> String {
        let Scope { account, region } = self.scope();
        region.arn("ec2", account, format_args!("{kind}/{name}"))
    }

    /// The ARN of a resource by the format that the reference has for its type.
    pub(super) fn arn_of(&self, resource: &ResourceUse, name: &str) -> String {
        let Scope { account, region } = self.scope();
        resource.of.arn(self.call.partition().name(), region.name(), &account.to_string(), name)
    }

    /// A resource of which no more is known than its type.
    pub(super) fn any(&self, resource: &ResourceUse) -> Touched {
        Touched::new(self.arn_of(resource, "*"), Some(self.scope().account))
    }

    /// The resources that the request names by their identifiers, and those behind associations and attachments that it
    /// names; each once.
    pub(super) fn named(&self) -> Vec<ResourceId> {
        let mut named = Vec::new();
        for (_, text) in self.parameters.tops() {
            named.extend(text.parse::<ResourceId>());
            named.extend(self.behind(text));
        }
        for (_, member) in MEMBERS.iter().filter(|(action, _)| *action == self.action.name) {
            named.extend(self.parameters.members(member).filter_map(|text| text.parse::<ResourceId>().ok()));
        }
        named.extend(self.implied(&named));
        let mut once = Vec::new();
        for id in named {
            if !once.contains(&id) {
                once.push(id);
            }
        }
        once
    }

    /// What an association or an attachment is of.
    fn behind(&self, text: &str) -> Vec<ResourceId> {
        let network = &self.world.network;
        let scope = self.scope();
        if let Ok(id) = text.parse::<RouteTableAssociationId>() {
            return self.routed_by(id);
        }
        if let Ok(id) = text.parse::<NetworkAclAssociationId>() {
            let subnet =
                network.subnets.values().find(|it| it.scope == scope && it.network_acl_association == id);
            return subnet.map(|it| it.id.into()).into_iter().collect();
        }
        if let Ok(id) = text.parse::<VpcCidrAssociationId>() {
            let has = |vpc: &&model::Vpc| {
                let ipv4 = vpc.cidrs.iter().map(|it| it.id);
                vpc.scope == scope && ipv4.chain(vpc.ipv6_cidrs.iter().map(|it| it.id)).any(|it| it == id)
            };
            return network.vpcs.values().find(has).map(|it| it.id.into()).into_iter().collect();
        }
        if let Ok(id) = text.parse::<SubnetCidrAssociationId>() {
            let has = |it: &&model::Subnet| {
                it.scope == scope && it.ipv6_cidr.as_ref().is_some_and(|it| it.id == id)
            };
            return network.subnets.values().find(has).map(|it| it.id.into()).into_iter().collect();
        }
        if let Ok(id) = text.parse::<AttachmentId>() {
            let Ok(interface) = self.world.interface_with_attachment(scope, id) else { return Vec::new() };
            let instance = interface.instance().map(ResourceId::from);
            return instance.into_iter().chain([interface.id.into()]).collect();
        }
        if let Ok(id) = text.parse::<AddressAssociationId>() {
            let is = |it: &&model::ElasticIp| {
                it.scope == scope && it.association.as_ref().is_some_and(|it| it.id == id)
            };
            let address = network.elastic_ips.values().find(is);
            let interface = address.and_then(|it| it.association.as_ref()).map(|it| it.interface.into());
            return address.map(|it| it.id.into()).into_iter().chain(interface).collect();
        }
        if let Ok(id) = text.parse::<InstanceProfileAssociationId>() {
            let instance = self.world.instance_with_profile_association(scope, id);
            return instance.map(|(it, _)| it.id.into()).into_iter().collect();
        }
        if let Ok(id) = text.parse::<NetworkInterfacePermissionId>() {
            let permission = self.world.network_interface_permissions.get(&id);
            return permission.map(|it| it.interface.into()).into_iter().collect();
        }
        Vec::new()
    }

    /// The table of an association, and the subnet or gateway that it is for.
    fn routed_by(&self, id: RouteTableAssociationId) -> Vec<ResourceId> {
        let network = &self.world.network;
        let scope = self.scope();
        if let Some(vpc) = network.vpcs.values().find(|it| it.scope == scope && it.main_association == id) {
            return vec![vpc.main_route_table.into()];
        }
        let subnets = network.subnets.values().filter(|it| it.scope == scope);
        let gateways = network.internet_gateways.values().filter(|it| it.scope == scope);
        let subnets = subnets.filter_map(|it| Some((it.route_table?, ResourceId::from(it.id))));
        let gateways = gateways.filter_map(|it| Some((it.route_table?, ResourceId::from(it.id))));
        let found = subnets.chain(gateways).find(|(it, _)| it.association == id);
        found.map(|(it, user)| vec![it.table.into(), user]).unwrap_or_default()
    }

    /// What a request means without naming it.
    fn implied(&self, named: &[ResourceId]) -> Vec<ResourceId> {
        match self.action.name {
            op::AcceptVpcPeeringConnection::NAME => self.accepting_vpcs(named),
            op::CreateSecurityGroup::NAME if self.parameters.text("VpcId").is_none() => {
                self.world.default_vpc(self.scope()).map(|vpc| vpc.id.into()).into_iter().collect()
            }
            op::CreateSnapshots::NAME => self.volumes_of(named),
            op::DetachVolume::NAME => self.instances_with(named),
            op::CreateFleet::NAME => {
                let names = self.parameters.members("LaunchTemplateName");
                let found =
                    names.filter_map(|name| self.world.launch_template_named(self.scope(), name).ok());
                found.map(|template| template.id.into()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn accepting_vpcs(&self, named: &[ResourceId]) -> Vec<ResourceId> {
        let peerings = named.iter().filter_map(|id| {
            let ResourceId::VpcPeeringConnection(id) = id else { return None };
            self.world.network.vpc_peering_connections.get(id)
        });
        peerings.map(|it| it.accepter.vpc.into()).collect()
    }

    fn volumes_of(&self, named: &[ResourceId]) -> Vec<ResourceId> {
        let volumes = self.world.volumes.values().filter(|volume| volume.scope == self.scope());
        let is_named = |volume: &&model::Volume| {
            volume.attachments.iter().any(|it| named.contains(&ResourceId::Instance(it.instance)))
        };
        volumes.filter(is_named).map(|volume| volume.id.into()).collect()
    }

    fn instances_with(&self, named: &[ResourceId]) -> Vec<ResourceId> {
        let volumes = named.iter().filter_map(|id| {
            let ResourceId::Volume(id) = id else { return None };
            self.world.volumes.get(id)
        });
        let is_said = named.iter().any(|id| matches!(id, ResourceId::Instance(_)));
        let attachments = volumes.filter(|_| !is_said).flat_map(|volume| &volume.attachments);
        attachments.map(|it| it.instance.into()).collect()
    }
}
