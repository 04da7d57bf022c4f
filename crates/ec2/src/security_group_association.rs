//! Security groups in VPCs other than their own. Follows AssociateSecurityGroupVpc, DisassociateSecurityGroupVpc and
//! DescribeSecurityGroupVpcAssociations (EC2 API Reference). What begins here has ended with the answer.

use awsproto::filter::{Filterable, Filters, Tagged};
use awsproto::page::{self, Page};
use awsproto::{AwsError, Call};
use model::security_group_association::{VpcAssociation, VpcAssociationState};
use model::{Link, SecurityGroup, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{required_id, text_values};
use crate::shapes::*;

pub(crate) fn associate(
    call: &mut Call,
    world: &mut World,
    request: AssociateSecurityGroupVpcRequest,
) -> Result<AssociateSecurityGroupVpcResult, AwsError> {
    let AssociateSecurityGroupVpcRequest { group_id, vpc_id } = request;
    let (group, vpc) = (required_id(group_id.as_deref())?, required_id(vpc_id.as_deref())?);
    world.associate_security_group(call.scope, group, vpc).map_err(refused)?;
    Ok(AssociateSecurityGroupVpcResult { state: Some("associating".to_owned()) })
}

pub(crate) fn disassociate(
    call: &mut Call,
    world: &mut World,
    request: DisassociateSecurityGroupVpcRequest,
) -> Result<DisassociateSecurityGroupVpcResult, AwsError> {
    let DisassociateSecurityGroupVpcRequest { group_id, vpc_id } = request;
    let (group, vpc) = (required_id(group_id.as_deref())?, required_id(vpc_id.as_deref())?);
    world.disassociate_security_group(call.scope, group, vpc).map_err(refused)?;
    Ok(DisassociateSecurityGroupVpcResult { state: Some("disassociating".to_owned()) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeSecurityGroupVpcAssociationsRequest,
) -> Result<DescribeSecurityGroupVpcAssociationsResult, AwsError> {
    let DescribeSecurityGroupVpcAssociationsRequest { filters, max_results, next_token } = request;
    let scope = call.scope;
    let own = world.network.security_groups.linked(Link::Scope(scope));
    let rows = own.flat_map(|group| group.associations.iter().map(|it| render(group, it)));
    let page = Page::new(max_results, next_token.as_deref(), page::EC2)?;
    let rows = Filters::new(filters)?.select(rows)?;
    let (security_group_vpc_associations, next_token) = page.cut(rows, place);
    Ok(DescribeSecurityGroupVpcAssociationsResult { next_token, security_group_vpc_associations })
}

/// What tells one association from another: they have no identifiers.
fn place(association: &SecurityGroupVpcAssociation) -> String {
    [&association.group_id, &association.vpc_id].map(|id| id.as_deref().unwrap_or_default()).join("/")
}

fn render(group: &SecurityGroup, association: &VpcAssociation) -> SecurityGroupVpcAssociation {
    let (state, reason) = match association.state {
        VpcAssociationState::Associated => ("associated", None),
        VpcAssociationState::DisassociationFailed => (
            "disassociation-failed",
            Some("Network interfaces in the VPC are associated with the security group."),
        ),
    };
    // Both are the caller's: no VPC is shared here.
    let owner = group.scope.account.to_string();
    SecurityGroupVpcAssociation {
        group_id: Some(group.id.to_string()),
        group_owner_id: Some(owner.clone()),
        state: Some(state.to_owned()),
        state_reason: reason.map(str::to_owned),
        vpc_id: Some(association.vpc.to_string()),
        vpc_owner_id: Some(owner),
    }
}

impl Tagged for SecurityGroupVpcAssociation {}

impl Filterable for SecurityGroupVpcAssociation {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "group-id" => text_values(&self.group_id),
            "group-owner-id" => text_values(&self.group_owner_id),
            "state" => text_values(&self.state),
            "vpc-id" => text_values(&self.vpc_id),
            "vpc-owner-id" => text_values(&self.vpc_owner_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    /// A caller with two VPCs and a group of the first.
    fn two_vpcs() -> (Caller, [String; 2], String) {
        let mut caller = Caller::new();
        let mut vpc = |block| caller.ok("CreateVpc", &[("CidrBlock", block)]).text("vpcId");
        let vpcs = [vpc("10.0.0.0/16"), vpc("10.1.0.0/16")];
        let group = [("GroupName", "web"), ("GroupDescription", "web"), ("VpcId", &*vpcs[0])];
        let group = caller.ok("CreateSecurityGroup", &group).text("groupId");
        (caller, vpcs, group)
    }

    #[test]
    fn a_group_serves_another_vpc_and_is_shown_there() {
        let (mut caller, [home, other], group) = two_vpcs();
        let both = [("GroupId", &*group), ("VpcId", &*other)];
        let subnet = [("VpcId", &*other), ("CidrBlock", "10.1.0.0/24")];
        let subnet = caller.ok("CreateSubnet", &subnet).text("subnetId");
        let interface = [("SubnetId", &*subnet), ("SecurityGroupId.1", &*group)];
        let refused = caller.refused("CreateNetworkInterface", &interface);
        assert!(refused.ends_with("belong to different networks."), "{refused}");
        assert_eq!(caller.ok("AssociateSecurityGroupVpc", &both).text("state"), "associating");
        caller.ok("AssociateSecurityGroupVpc", &both);
        let shown = caller.ok("DescribeSecurityGroupVpcAssociations", &[]);
        assert_eq!(
            (shown.texts("groupId"), shown.texts("vpcId"), shown.texts("state")),
            (vec![group.clone()], vec![other.clone()], vec!["associated".to_owned()])
        );
        assert_eq!(
            (shown.text("vpcOwnerId"), shown.text("groupOwnerId")),
            ("123456789012".into(), "123456789012".into())
        );
        let there = caller.ok("GetSecurityGroupsForVpc", &[("VpcId", &other)]);
        assert!(
            there.texts("groupId").contains(&group) && there.texts("primaryVpcId").contains(&home),
            "{}",
            there.0
        );
        let interface = caller.ok("CreateNetworkInterface", &interface).text("networkInterfaceId");
        assert_eq!(caller.ok("DisassociateSecurityGroupVpc", &both).text("state"), "disassociating");
        let kept = caller.ok("DescribeSecurityGroupVpcAssociations", &[]);
        assert_eq!(kept.text("state"), "disassociation-failed");
        let dependent = format!("DependencyViolation: resource {group} has a dependent object");
        caller.ok("DeleteNetworkInterface", &[("NetworkInterfaceId", &interface)]);
        assert_eq!(caller.refused("DeleteSecurityGroup", &[("GroupId", &group)]), dependent);
        caller.ok("DisassociateSecurityGroupVpc", &both);
        assert!(caller.ok("DescribeSecurityGroupVpcAssociations", &[]).texts("state").is_empty());
        assert_eq!(
            caller.refused("DisassociateSecurityGroupVpc", &both),
            format!(
                "InvalidParameterValue: The security group '{group}' is not associated with the VPC '{other}'."
            )
        );
        caller.ok("DeleteSecurityGroup", &[("GroupId", &group)]);
    }

    #[test]
    fn a_rule_names_a_group_that_serves_its_vpc() {
        let (mut caller, [_, other], group) = two_vpcs();
        let db = [("GroupName", "db"), ("GroupDescription", "db"), ("VpcId", &*other)];
        let db = caller.ok("CreateSecurityGroup", &db).text("groupId");
        let rule = [
            ("GroupId", &*db),
            ("IpPermissions.1.IpProtocol", "tcp"),
            ("IpPermissions.1.FromPort", "22"),
            ("IpPermissions.1.ToPort", "22"),
            ("IpPermissions.1.Groups.1.GroupId", &*group),
        ];
        let refused = caller.refused("AuthorizeSecurityGroupIngress", &rule);
        assert!(refused.contains("different networks"), "{refused}");
        let both = [("GroupId", &*group), ("VpcId", &*other)];
        caller.ok("AssociateSecurityGroupVpc", &both);
        caller.ok("AuthorizeSecurityGroupIngress", &rule);
        let stale = [("VpcId", &*other)];
        assert!(caller.ok("DescribeStaleSecurityGroups", &stale).texts("groupName").is_empty());
        caller.ok("DisassociateSecurityGroupVpc", &both);
        assert_eq!(caller.ok("DescribeStaleSecurityGroups", &stale).texts("groupName"), ["db"]);
    }

    #[test]
    fn associations_are_found_by_each_filter_and_a_vpc_with_one_stays() {
        let (mut caller, [_, other], group) = two_vpcs();
        caller.ok("AssociateSecurityGroupVpc", &[("GroupId", &group), ("VpcId", &other)]);
        for (name, value) in [
            ("group-id", &*group),
            ("group-owner-id", "123456789012"),
            ("state", "associated"),
            ("vpc-id", &*other),
            ("vpc-owner-id", "123456789012"),
        ] {
            let found = |caller: &mut Caller, value| {
                let filter = [("Filter.1.Name", name), ("Filter.1.Value.1", value)];
                caller.ok("DescribeSecurityGroupVpcAssociations", &filter).texts("groupId").len()
            };
            assert_eq!((found(&mut caller, value), found(&mut caller, "none")), (1, 0), "{name}");
        }
        let refused = caller.refused("DeleteVpc", &[("VpcId", &other)]);
        assert!(refused.starts_with("DependencyViolation: "), "{refused}");
    }

    #[test]
    fn what_takes_no_part_is_refused() {
        let (mut caller, [home, other], group) = two_vpcs();
        let mut refused = |group: &str, vpc: &str| {
            caller.refused("AssociateSecurityGroupVpc", &[("GroupId", group), ("VpcId", vpc)])
        };
        assert!(refused(&group, &home).starts_with("InvalidParameterValue: "));
        assert_eq!(
            refused("sg-00000000000000001", &other),
            "InvalidGroup.NotFound: The security group 'sg-00000000000000001' does not exist"
        );
        assert_eq!(
            refused(&group, "vpc-00000000000000001"),
            "InvalidVpcID.NotFound: The vpc ID 'vpc-00000000000000001' does not exist"
        );
        let default = [("Filter.1.Name", "is-default"), ("Filter.1.Value.1", "true")];
        let default = caller.ok("DescribeVpcs", &default).text("vpcId");
        let both = [("GroupId", &*group), ("VpcId", &*default)];
        assert!(caller.refused("AssociateSecurityGroupVpc", &both).starts_with("InvalidParameterValue: "));
        let own = [
            ("Filter.1.Name", "vpc-id"),
            ("Filter.1.Value.1", &*home),
            ("Filter.2.Name", "group-name"),
            ("Filter.2.Value.1", "default"),
        ];
        let own = caller.ok("DescribeSecurityGroups", &own).text("groupId");
        let both = [("GroupId", &*own), ("VpcId", &*other)];
        assert!(caller.refused("AssociateSecurityGroupVpc", &both).starts_with("InvalidParameterValue: "));
    }
}
