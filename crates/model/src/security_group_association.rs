//! Security groups in VPCs other than their own: interfaces there can carry them.
//!
//! Follows "Associate security groups with multiple VPCs" (VPC User Guide). Between the caller's own VPCs alone: no VPC is
//! shared here.

use serde::{Deserialize, Serialize};

use crate::ids::*;
use crate::place::Scope;
use crate::refusal::{Refusal, SecurityGroupRefusal};
use crate::security_group::SecurityGroup;
use crate::world::{Network, World};

/// One VPC that a group serves besides its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VpcAssociation {
    /// The VPC.
    pub vpc: VpcId,
    /// Whether somebody tried in vain to end the association.
    pub state: VpcAssociationState,
}

/// States of an association; it serves in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VpcAssociationState {
    /// It serves.
    Associated,
    /// It was to end, and interfaces carried the group.
    DisassociationFailed,
}

impl SecurityGroup {
    /// Whether interfaces of a VPC can carry the group.
    pub fn serves(&self, vpc: VpcId) -> bool {
        self.vpcs().any(|own| own == vpc)
    }

    /// The VPCs whose interfaces can carry the group, its own one first.
    pub fn vpcs(&self) -> impl Iterator<Item = VpcId> {
        std::iter::once(self.vpc).chain(self.associations.iter().map(|it| it.vpc))
    }
}

impl Network {
    /// The VPCs in which a group has members that a rule for interfaces of `vpc` can mean: that VPC itself, or one that
    /// is peered with it now.
    pub fn vpcs_of_named_group(&self, vpc: VpcId, id: SecurityGroupId) -> impl Iterator<Item = VpcId> {
        let group = self.security_groups.get(&id);
        let serves = group.into_iter().flat_map(SecurityGroup::vpcs);
        serves.filter(move |other| *other == vpc || self.active_peering(vpc, *other).is_some())
    }
}

impl World {
    /// Lets interfaces of another VPC carry a group. Once more is no mistake.
    pub fn associate_security_group(
        &mut self,
        scope: Scope,
        id: SecurityGroupId,
        vpc: VpcId,
    ) -> Result<(), Refusal> {
        let group = self.security_group(scope, id)?;
        let other = self.vpc(scope, vpc)?;
        // "You cannot use this feature with default security groups", nor "with the default VPC"
        // (AssociateSecurityGroupVpc).
        if group.is_default() {
            return Err(SecurityGroupRefusal::AssociationOfVpcsOwn(id).into());
        }
        if other.is_default || self.vpc(scope, group.vpc)?.is_default {
            return Err(SecurityGroupRefusal::AssociationWithDefaultVpc(id).into());
        }
        if group.vpc == vpc {
            return Err(SecurityGroupRefusal::AssociationWithOwnVpc(id, vpc).into());
        }
        self.set_association(id, vpc, Some(VpcAssociationState::Associated));
        Ok(())
    }

    /// Ends an association. AWS takes the request, and finds out only then whether interfaces of the VPC carry the group:
    /// the association stays in that case, and says so.
    pub fn disassociate_security_group(
        &mut self,
        scope: Scope,
        id: SecurityGroupId,
        vpc: VpcId,
    ) -> Result<(), Refusal> {
        let group = self.security_group(scope, id)?;
        if !group.associations.iter().any(|it| it.vpc == vpc) {
            return Err(SecurityGroupRefusal::NotAssociated(id, vpc).into());
        }
        let interfaces = &self.network.network_interfaces;
        let carried = interfaces.values().any(|it| it.vpc == vpc && it.groups.contains(&id));
        self.set_association(id, vpc, carried.then_some(VpcAssociationState::DisassociationFailed));
        Ok(())
    }

    fn set_association(&mut self, id: SecurityGroupId, vpc: VpcId, state: Option<VpcAssociationState>) {
        let group =
            self.network.security_groups.get_mut(&id).expect("the group was found before it is changed");
        group.associations.retain(|it| it.vpc != vpc);
        group.associations.extend(state.map(|state| VpcAssociation { vpc, state }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network_interface::NewNetworkInterface;
    use crate::refusal::NetworkInterfaceRefusal;
    use crate::security_group::tests::new_group;
    use crate::subnet::{NewSubnet, SubnetBlocks};
    use crate::tags::Tags;
    use crate::testing::{add_vpc, world_with_vpc};

    /// A world with two VPCs, a group of the first, and a subnet of the second.
    fn two_vpcs() -> (World, Scope, SecurityGroupId, VpcId, SubnetId) {
        let (mut world, scope, vpc) = world_with_vpc();
        let other = add_vpc(&mut world, scope, 2);
        let mut next = 100;
        let mut source = || {
            next += 1;
            next
        };
        let mut ids = Ids::new(&mut source);
        let group = world.create_security_group(scope, new_group(vpc, "web"), &mut ids).unwrap().id;
        let cidr = world.vpc(scope, other).unwrap().cidrs[0].cidr;
        let blocks = SubnetBlocks::Ipv4(cidr);
        let subnet = NewSubnet { vpc: other, zone: None, blocks, tags: Tags::new() };
        let subnet = world.create_subnet(scope, subnet, &mut ids).unwrap();
        (world, scope, group, other, subnet)
    }

    fn interface_with(
        world: &mut World,
        scope: Scope,
        subnet: SubnetId,
        group: SecurityGroupId,
    ) -> Result<NetworkInterfaceId, Refusal> {
        let mut next = 1000;
        let mut source = || {
            next += 1;
            next
        };
        let new = NewNetworkInterface { groups: vec![group], ..NewNetworkInterface::in_subnet(subnet) };
        world.create_network_interface(scope, new, &mut Ids::new(&mut source))
    }

    #[test]
    fn an_interface_carries_a_group_of_another_vpc_while_it_is_associated() {
        let (mut world, scope, group, other, subnet) = two_vpcs();
        let refused = NetworkInterfaceRefusal::GroupOfOtherVpc(group, subnet);
        assert_eq!(interface_with(&mut world, scope, subnet, group), Err(refused.clone().into()));
        world.associate_security_group(scope, group, other).unwrap();
        assert_eq!(world.delete_security_group(scope, group), Err(Refusal::HasDependencies(group.into())));
        let interface = interface_with(&mut world, scope, subnet, group).unwrap();
        world.disassociate_security_group(scope, group, other).unwrap();
        let states = |world: &World| -> Vec<_> {
            world.security_group(scope, group).unwrap().associations.iter().map(|it| it.state).collect()
        };
        assert_eq!(states(&world), [VpcAssociationState::DisassociationFailed]);
        world.delete_network_interface(scope, interface).unwrap();
        world.disassociate_security_group(scope, group, other).unwrap();
        assert_eq!(states(&world), []);
        assert_eq!(
            world.disassociate_security_group(scope, group, other),
            Err(SecurityGroupRefusal::NotAssociated(group, other).into())
        );
        assert_eq!(interface_with(&mut world, scope, subnet, group), Err(refused.into()));
        world.delete_security_group(scope, group).unwrap();
    }

    #[test]
    fn a_vpcs_own_group_stays_at_home_and_no_default_vpc_takes_part() {
        let (mut world, scope, group, other, _) = two_vpcs();
        let home = world.security_group(scope, group).unwrap().vpc;
        let own = world.vpc(scope, home).unwrap().default_security_group;
        assert_eq!(
            world.associate_security_group(scope, own, other),
            Err(SecurityGroupRefusal::AssociationOfVpcsOwn(own).into())
        );
        assert_eq!(
            world.associate_security_group(scope, group, home),
            Err(SecurityGroupRefusal::AssociationWithOwnVpc(group, home).into())
        );
        world.network.vpcs.get_mut(&other).unwrap().is_default = true;
        assert_eq!(
            world.associate_security_group(scope, group, other),
            Err(SecurityGroupRefusal::AssociationWithDefaultVpc(group).into())
        );
    }
}
