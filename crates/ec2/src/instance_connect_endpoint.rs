//! EC2 Instance Connect Endpoints. Follows CreateInstanceConnectEndpoint and its siblings (EC2 API Reference).
//!
//! Preserved client addresses are kept and shown alone. No FIPS and no dual-stack host names.

use awsproto::{AwsError, Call, Filterable};
use model::instance_connect_endpoint::{InstanceConnectEndpointChange, NewInstanceConnectEndpoint};
use model::instance_connect_endpoint_state::IpAddressType;
use model::{InstanceConnectEndpoint, InstanceConnectEndpointId, Link, SecurityGroupId, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{self, Describe, parse_id, render_tags, required_id, text_values};
use crate::shapes::*;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateInstanceConnectEndpointRequest,
) -> Result<CreateInstanceConnectEndpointResult, AwsError> {
    let CreateInstanceConnectEndpointRequest {
        client_token,
        ip_address_type,
        preserve_client_ip,
        security_group_ids,
        subnet_id,
        tag_specifications,
    } = request;
    let (scope, now) = (call.scope, call.now);
    let new = NewInstanceConnectEndpoint {
        subnet: required_id(subnet_id.as_deref())?,
        groups: group_ids(&security_group_ids)?,
        ip_address_type: parse_ip_address_type(ip_address_type.as_deref())?,
        preserve_client_ip: preserve_client_ip.unwrap_or(false),
        tags: awsproto::tags::specified(tag_specifications, "instance-connect-endpoint")?,
    };
    let id = call.with_ids(|ids| world.create_instance_connect_endpoint(scope, new, now, ids));
    let endpoint = world.instance_connect_endpoint(scope, id.map_err(refused)?).map_err(refused)?;
    Ok(CreateInstanceConnectEndpointResult {
        client_token,
        instance_connect_endpoint: Some(render(world, endpoint)),
    })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteInstanceConnectEndpointRequest,
) -> Result<DeleteInstanceConnectEndpointResult, AwsError> {
    let DeleteInstanceConnectEndpointRequest { instance_connect_endpoint_id } = request;
    let (scope, now) = (call.scope, call.now);
    let id = required_id(instance_connect_endpoint_id.as_deref())?;
    world.delete_instance_connect_endpoint(scope, id, now).map_err(refused)?;
    let endpoint = world.instance_connect_endpoint(scope, id).map_err(refused)?;
    Ok(DeleteInstanceConnectEndpointResult { instance_connect_endpoint: Some(render(world, endpoint)) })
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyInstanceConnectEndpointRequest,
) -> Result<ModifyInstanceConnectEndpointResult, AwsError> {
    let ModifyInstanceConnectEndpointRequest {
        instance_connect_endpoint_id,
        ip_address_type,
        preserve_client_ip,
        security_group_ids,
    } = request;
    let scope = call.scope;
    let id: InstanceConnectEndpointId = required_id(instance_connect_endpoint_id.as_deref())?;
    let groups = group_ids(&security_group_ids)?;
    let change = InstanceConnectEndpointChange {
        groups: (!groups.is_empty()).then_some(groups),
        ip_address_type: parse_ip_address_type(ip_address_type.as_deref())?,
        preserve_client_ip,
    };
    if change.groups.is_none() && change.ip_address_type.is_none() && preserve_client_ip.is_none() {
        return Err(AwsError::invalid_parameter_combination("No attributes specified."));
    }
    call.with_ids(|ids| world.modify_instance_connect_endpoint(scope, id, change, ids)).map_err(refused)?;
    Ok(ModifyInstanceConnectEndpointResult { r#return: Some(true) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeInstanceConnectEndpointsRequest,
) -> Result<DescribeInstanceConnectEndpointsResult, AwsError> {
    let DescribeInstanceConnectEndpointsRequest {
        filters,
        instance_connect_endpoint_ids,
        max_results,
        next_token,
    } = request;
    let (scope, now) = (call.scope, call.now);
    let own = world.instance_connect_endpoints.linked(Link::Scope(scope)).filter(|it| it.is_shown(now));
    let named = request::named_or_all(&instance_connect_endpoint_ids, own, |endpoint| endpoint.id)?;
    let describe = Describe {
        kind: "instanceConnectEndpoint",
        ids: &instance_connect_endpoint_ids,
        filters,
        max_results,
        next_token,
    };
    let endpoints = named.into_iter().map(|endpoint| render(world, endpoint));
    let (instance_connect_endpoints, next_token) =
        describe.page_within(PAGE, endpoints, |it| it.instance_connect_endpoint_id.as_ref())?;
    Ok(DescribeInstanceConnectEndpointsResult { instance_connect_endpoints, next_token })
}

/// Groups in a request.
const GROUPS_MAX: usize = 16;
/// The bounds of `MaxResults` here, as the service model has them.
const PAGE: std::ops::RangeInclusive<i32> = 1..=50;

fn group_ids(texts: &[String]) -> Result<Vec<SecurityGroupId>, AwsError> {
    if texts.len() > GROUPS_MAX {
        let reason = format!("Expecting up to {GROUPS_MAX} values.");
        return Err(AwsError::invalid_value("securityGroupIds", &texts.len().to_string(), &reason));
    }
    texts.iter().map(|text| parse_id(text)).collect()
}

fn parse_ip_address_type(text: Option<&str>) -> Result<Option<IpAddressType>, AwsError> {
    let Some(text) = text else { return Ok(None) };
    let found = IpAddressType::ALL.into_iter().find(|it| it.name() == text);
    let refused = || AwsError::invalid_value("ipAddressType", text, "Expected ipv4, dualstack or ipv6.");
    found.map(Some).ok_or_else(refused)
}

fn render(world: &World, endpoint: &InstanceConnectEndpoint) -> Ec2InstanceConnectEndpoint {
    let (id, account, region) = (endpoint.id, endpoint.scope.account, endpoint.scope.region);
    let zone = world.network.subnets.get(&endpoint.subnet).map(|subnet| subnet.zone);
    Ec2InstanceConnectEndpoint {
        owner_id: Some(account.to_string()),
        instance_connect_endpoint_id: Some(id.to_string()),
        instance_connect_endpoint_arn: Some(region.arn(
            "ec2",
            account,
            format_args!("instance-connect-endpoint/{id}"),
        )),
        state: Some(endpoint.state.name().to_owned()),
        state_message: Some(endpoint.state.message().to_owned()),
        dns_name: Some(endpoint.dns_name()),
        public_dns_names: Some(InstanceConnectEndpointPublicDnsNames {
            ipv4: Some(InstanceConnectEndpointDnsNames {
                dns_name: Some(endpoint.dns_name()),
                ..Default::default()
            }),
            ..Default::default()
        }),
        network_interface_ids: endpoint.interface.iter().map(ToString::to_string).collect(),
        vpc_id: Some(endpoint.vpc.to_string()),
        subnet_id: Some(endpoint.subnet.to_string()),
        availability_zone: zone.map(|zone| zone.to_string()),
        availability_zone_id: zone.map(|zone| zone.zone_id()),
        created_at: Some(endpoint.created),
        preserve_client_ip: Some(endpoint.preserve_client_ip),
        ip_address_type: Some(endpoint.ip_address_type.name().to_owned()),
        security_group_ids: endpoint.groups.iter().map(ToString::to_string).collect(),
        tags: render_tags(&endpoint.tags),
        ..Default::default()
    }
}

impl Filterable for Ec2InstanceConnectEndpoint {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "instance-connect-endpoint-id" => text_values(&self.instance_connect_endpoint_id),
            "state" => text_values(&self.state),
            "subnet-id" => text_values(&self.subnet_id),
            "vpc-id" => text_values(&self.vpc_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use std::time::Duration;

    /// A caller, a VPC and a private subnet in it.
    fn with_subnet() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let (vpc, subnet) = add_subnet(&mut caller);
        (caller, vpc, subnet)
    }

    fn add_subnet(caller: &mut Caller) -> (String, String) {
        let parameters = [("CidrBlock", "10.0.0.0/16"), ("AmazonProvidedIpv6CidrBlock", "true")];
        let vpc = caller.ok("CreateVpc", &parameters).text("vpcId");
        let subnet = caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]);
        (vpc, subnet.text("subnetId"))
    }

    fn create(caller: &mut Caller, subnet: &str) -> String {
        let made = caller.ok("CreateInstanceConnectEndpoint", &[("SubnetId", subnet)]);
        caller.settle();
        made.text("instanceConnectEndpointId")
    }

    #[test]
    fn it_is_made_with_an_interface_in_its_subnet_and_the_default_group() {
        let (mut caller, vpc, subnet) = with_subnet();
        let parameters = [
            ("SubnetId", subnet.as_str()),
            ("ClientToken", "once"),
            ("TagSpecification.1.ResourceType", "instance-connect-endpoint"),
            ("TagSpecification.1.Tag.1.Key", "Name"),
            ("TagSpecification.1.Tag.1.Value", "door"),
        ];
        let made = caller.ok("CreateInstanceConnectEndpoint", &parameters);
        let id = made.text("instanceConnectEndpointId");
        assert_eq!(
            (made.text("state"), made.text("clientToken")),
            ("create-in-progress".into(), "once".into())
        );
        assert_eq!(
            (made.text("preserveClientIp"), made.text("ipAddressType")),
            ("false".into(), "ipv4".into())
        );
        assert_eq!(
            made.text("instanceConnectEndpointArn"),
            format!("arn:aws:ec2:us-west-2:123456789012:instance-connect-endpoint/{id}")
        );
        let name = made.text("dnsName");
        let label = name.strip_prefix(&format!("{id}.")).unwrap();
        let label = label.strip_suffix(".ec2-instance-connect-endpoint.us-west-2.amazonaws.com").unwrap();
        assert!(label.len() == 8 && u32::from_str_radix(label, 16).is_ok(), "{name}");
        assert_eq!(caller.ok("CreateInstanceConnectEndpoint", &parameters).0, made.0, "the token's answer");
        caller.settle();
        let shown = caller.ok(
            "DescribeInstanceConnectEndpoints",
            &[("Filter.1.Name", "vpc-id"), ("Filter.1.Value.1", &vpc)],
        );
        assert_eq!(shown.text("state"), "create-complete");
        assert!(shown.0.contains("<stateMessage/>"), "{}", shown.0);
        let interface = shown.texts("networkInterfaceIdSet")[0].replace(['<', '>', '/'], " ");
        let interface = interface.split(' ').find(|word| word.starts_with("eni-")).unwrap().to_owned();
        let interface = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &interface)]);
        assert_eq!(interface.text("interfaceType"), "ec2_instance_connect_endpoint");
        assert_eq!(interface.text("requesterManaged"), "true");
        assert!(interface.0.contains("<status>in-use</status>"), "{}", interface.0);
        assert_eq!((interface.text("subnetId"), interface.text("groupName")), (subnet, "default".into()));
        assert!(interface.0.contains("<key>InstanceConnectEndpointId</key>"), "{}", interface.0);
    }

    #[test]
    fn preserved_client_addresses_are_kept_and_shown_and_for_ipv4_alone() {
        let (mut caller, _, subnet) = with_subnet();
        let create =
            [("SubnetId", subnet.as_str()), ("PreserveClientIp", "true"), ("IpAddressType", "dualstack")];
        let vpc = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]).text("vpcId");
        let block =
            caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]).text("ipv6CidrBlock").replace("/56", "/64");
        caller.ok("AssociateSubnetCidrBlock", &[("SubnetId", &subnet), ("Ipv6CidrBlock", &block)]);
        assert_eq!(
            caller.refused("CreateInstanceConnectEndpoint", &create),
            "InvalidParameterCombination: PreserveClientIp is supported for the IP address type 'ipv4' only, not for \
             'dualstack'."
        );
        let made = caller.ok("CreateInstanceConnectEndpoint", &create[..2]);
        assert_eq!(
            (made.text("preserveClientIp"), made.text("ipAddressType")),
            ("true".into(), "ipv4".into()),
            "what is not said fits"
        );
        caller.settle();
        let id = made.text("instanceConnectEndpointId");
        let change = |preserve| [("InstanceConnectEndpointId", id.clone()), ("PreserveClientIp", preserve)];
        for preserve in ["false", "true"] {
            let change = change(preserve.to_owned());
            let change: Vec<(&str, &str)> =
                change.iter().map(|(name, value)| (*name, value.as_str())).collect();
            caller.ok("ModifyInstanceConnectEndpoint", &change);
            caller.settle();
            let shown = caller.ok("DescribeInstanceConnectEndpoints", &[]);
            assert_eq!(shown.text("preserveClientIp"), preserve);
        }
        let family = [("InstanceConnectEndpointId", id.as_str()), ("IpAddressType", "dualstack")];
        assert!(
            caller
                .refused("ModifyInstanceConnectEndpoint", &family)
                .starts_with("InvalidParameterCombination: ")
        );
    }

    #[test]
    fn its_interface_is_the_services_alone() {
        let (mut caller, vpc, subnet) = with_subnet();
        let group = [("VpcId", vpc.as_str()), ("GroupName", "door"), ("GroupDescription", "door")];
        let group = caller.ok("CreateSecurityGroup", &group).text("groupId");
        let made = caller
            .ok("CreateInstanceConnectEndpoint", &[("SubnetId", &subnet), ("SecurityGroupId.1", &group)]);
        let shown = caller.ok("DescribeNetworkInterfaces", &[]);
        let (interface, attachment) = (shown.text("networkInterfaceId"), shown.text("attachmentId"));
        assert!(attachment.starts_with("ela-attach-"), "{attachment}");
        let of = [("NetworkInterfaceId", interface.as_str())];
        let denied = "AuthFailure: You do not have permission to access the specified resource.";
        assert_eq!(caller.refused("DeleteNetworkInterface", &of), denied);
        let change = [of[0], ("SecurityGroupId.1", &group)];
        assert_eq!(caller.refused("ModifyNetworkInterfaceAttribute", &change), denied);
        let address = [of[0], ("SecondaryPrivateIpAddressCount", "1")];
        assert_eq!(caller.refused("AssignPrivateIpAddresses", &address), denied);
        assert_eq!(
            caller.refused("DetachNetworkInterface", &[("AttachmentId", &attachment)]),
            "OperationNotPermitted: You are not allowed to manage 'ela-attach' attachments."
        );
        let subnet = [("SubnetId", subnet.as_str())];
        assert!(caller.refused("DeleteSubnet", &subnet).starts_with("DependencyViolation: "));
        assert_eq!(
            caller.refused("DeleteSecurityGroup", &[("GroupId", &group)]),
            format!("DependencyViolation: resource {group} has a dependent object")
        );
        let id = made.text("instanceConnectEndpointId");
        let ended = caller.ok("DeleteInstanceConnectEndpoint", &[("InstanceConnectEndpointId", &id)]);
        assert_eq!(ended.text("state"), "delete-in-progress");
        assert!(caller.refused("DeleteSubnet", &subnet).starts_with("DependencyViolation: "), "not gone yet");
        caller.settle();
        caller.ok("DeleteSecurityGroup", &[("GroupId", &group)]);
        caller.ok("DeleteSubnet", &subnet);
    }

    #[test]
    fn there_is_one_in_a_vpc_and_there_are_five_in_a_region() {
        let (mut caller, _, subnet) = with_subnet();
        let id = create(&mut caller, &subnet);
        assert_eq!(
            caller.refused("CreateInstanceConnectEndpoint", &[("SubnetId", &subnet)]),
            "ResourceLimitExceeded: The maximum number of EC2 Instance Connect Endpoints per VPC has been reached."
        );
        caller.ok("DeleteInstanceConnectEndpoint", &[("InstanceConnectEndpointId", &id)]);
        let refused = caller.refused("CreateInstanceConnectEndpoint", &[("SubnetId", &subnet)]);
        assert!(
            refused.starts_with("ResourceLimitExceeded: "),
            "one that is being deleted counts: {refused}"
        );
        caller.settle();
        create(&mut caller, &subnet);
        // With the default VPC a Region has room for four more.
        for _ in 0..3 {
            let (_, subnet) = add_subnet(&mut caller);
            create(&mut caller, &subnet);
        }
        let default = [("Filter.1.Name", "default-for-az"), ("Filter.1.Value.1", "true")];
        let default = caller.ok("DescribeSubnets", &default).text("subnetId");
        create(&mut caller, &default);
        let shown = caller.ok("DescribeInstanceConnectEndpoints", &[("MaxResults", "1")]);
        assert_eq!(shown.texts("instanceConnectEndpointId").len(), 1);
        assert!(!shown.text("nextToken").is_empty());
        let fifty_one = [("MaxResults", "51")];
        assert_eq!(
            caller.refused("DescribeInstanceConnectEndpoints", &fifty_one),
            "InvalidParameterValue: Value (51) for parameter maxResults is invalid. Expecting a value between 1 and 50."
        );
    }

    #[test]
    fn groups_and_families_can_be_changed_once_it_is_complete() {
        let (mut caller, vpc, subnet) = with_subnet();
        let made = caller.ok("CreateInstanceConnectEndpoint", &[("SubnetId", &subnet)]);
        let id = made.text("instanceConnectEndpointId");
        let group = [("VpcId", vpc.as_str()), ("GroupName", "door"), ("GroupDescription", "door")];
        let group = caller.ok("CreateSecurityGroup", &group).text("groupId");
        let of = ("InstanceConnectEndpointId", id.as_str());
        let change = [of, ("SecurityGroupId.1", group.as_str())];
        assert_eq!(
            caller.refused("ModifyInstanceConnectEndpoint", &change),
            format!(
                "IncorrectState: The EC2 Instance Connect Endpoint '{id}' cannot be modified while it is in the state \
                 'create-in-progress'."
            )
        );
        caller.settle();
        assert_eq!(caller.ok("ModifyInstanceConnectEndpoint", &change).text("return"), "true");
        let shown = |caller: &mut Caller| {
            caller.ok("DescribeInstanceConnectEndpoints", &[("InstanceConnectEndpointId.1", &id)])
        };
        assert_eq!(shown(&mut caller).text("state"), "update-in-progress");
        assert!(shown(&mut caller).texts("securityGroupIdSet")[0].contains(&group));
        assert_eq!(caller.ok("DescribeNetworkInterfaces", &[]).text("groupName"), "door");
        caller.settle();
        assert_eq!(shown(&mut caller).text("state"), "update-complete");

        let dual = [of, ("IpAddressType", "dualstack")];
        assert_eq!(
            caller.refused("ModifyInstanceConnectEndpoint", &dual),
            format!(
                "InvalidParameterValue: The IP address type 'dualstack' is not supported by the subnet '{subnet}': it \
                 has no addresses of that type."
            )
        );
        let block = caller.ok("DescribeVpcs", &[("VpcId.1", &vpc)]).text("ipv6CidrBlock");
        let block = block.replace("/56", "/64");
        caller.ok("AssociateSubnetCidrBlock", &[("SubnetId", &subnet), ("Ipv6CidrBlock", &block)]);
        caller.ok("ModifyInstanceConnectEndpoint", &dual);
        let interface = caller.ok("DescribeNetworkInterfaces", &[]);
        assert!(!interface.text("ipv6Address").is_empty());
        caller.ok("ModifyInstanceConnectEndpoint", &[of, ("IpAddressType", "ipv4")]);
        assert!(caller.ok("DescribeNetworkInterfaces", &[]).texts("ipv6Address").is_empty());
        let unknown = [of, ("IpAddressType", "ipx")];
        assert!(
            caller.refused("ModifyInstanceConnectEndpoint", &unknown).starts_with("InvalidParameterValue: ")
        );
        assert_eq!(
            caller.refused("ModifyInstanceConnectEndpoint", &[of]),
            "InvalidParameterCombination: No attributes specified."
        );
    }

    #[test]
    fn unknown_ones_other_vpcs_groups_and_preserved_addresses_are_refused() {
        let (mut caller, _, subnet) = with_subnet();
        let (other, _) = add_subnet(&mut caller);
        let group = [("VpcId", other.as_str()), ("GroupName", "door"), ("GroupDescription", "door")];
        let group = caller.ok("CreateSecurityGroup", &group).text("groupId");
        assert_eq!(
            caller.refused(
                "CreateInstanceConnectEndpoint",
                &[("SubnetId", &subnet), ("SecurityGroupId.1", &group)]
            ),
            format!(
                "InvalidParameter: Security group {group} and subnet {subnet} belong to different networks."
            )
        );
        assert_eq!(
            caller.refused("CreateInstanceConnectEndpoint", &[("SubnetId", "subnet-00000001")]),
            "InvalidSubnetID.NotFound: The subnet ID 'subnet-00000001' does not exist"
        );
        assert_eq!(
            caller
                .refused("DeleteInstanceConnectEndpoint", &[("InstanceConnectEndpointId", "eice-00000001")]),
            "InvalidInstanceConnectEndpointId.NotFound: The instanceConnectEndpoint ID 'eice-00000001' does not exist"
        );
        assert_eq!(
            caller.refused("DescribeInstanceConnectEndpoints", &[("InstanceConnectEndpointId.1", "eice")]),
            "InvalidInstanceConnectEndpointId.Malformed: Invalid id: \"eice\""
        );
        assert!(caller.ok("DescribeInstanceConnectEndpoints", &[]).texts("item").is_empty());
    }

    #[test]
    fn a_deleted_one_is_shown_for_an_hour() {
        let (mut caller, _, subnet) = with_subnet();
        let id = create(&mut caller, &subnet);
        let of = [("InstanceConnectEndpointId", id.as_str())];
        caller.ok("DeleteInstanceConnectEndpoint", &of);
        caller.settle();
        let shown = caller.ok("DescribeInstanceConnectEndpoints", &[("InstanceConnectEndpointId.1", &id)]);
        assert_eq!(shown.text("state"), "delete-complete");
        assert!(shown.texts("networkInterfaceIdSet").iter().all(|set| !set.contains("eni-")));
        assert_eq!(
            caller.ok("DeleteInstanceConnectEndpoint", &of).text("state"),
            "delete-complete",
            "deleted twice"
        );
        caller.call.now = caller.call.now + Duration::from_secs(3600);
        assert!(
            caller
                .refused("DescribeInstanceConnectEndpoints", &[("InstanceConnectEndpointId.1", &id)])
                .starts_with("InvalidInstanceConnectEndpointId.NotFound: ")
        );
    }
}
