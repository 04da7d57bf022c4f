//! Network interfaces. Follows CreateNetworkInterface and its neighbours in the EC2 API Reference. No EFA, no ENA Express.

mod address;
mod attachment;
mod attribute;
mod filters;
mod permission;
mod prefix;
mod shown;

use awsproto::{AwsError, Call};
use model::network_interface::NewNetworkInterface;
use model::{Link, World};

pub(crate) use address::{
    Addresses, address_count, assign_ipv6, assign_private, ipv4_address, ipv4_addresses, list_and_count,
    unassign_ipv6, unassign_private,
};
pub(crate) use attachment::{attach, detach, parse_device_index};
pub(crate) use attribute::{describe_attribute, modify_attribute, reset_attribute, tracking};
pub(crate) use filters::each;
pub(crate) use permission::{create_permission, delete_permission, describe_permissions};
pub(crate) use shown::{groups, render};

use crate::errors::refused;
use crate::request::{self, Describe, required_id};
use crate::shapes::{self, *};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateNetworkInterfaceRequest,
) -> Result<CreateNetworkInterfaceResult, AwsError> {
    let CreateNetworkInterfaceRequest {
        client_token,
        connection_tracking_specification,
        description,
        enable_primary_ipv6,
        groups,
        interface_type,
        ipv4_prefix_count,
        ipv4_prefixes,
        ipv6_address_count,
        ipv6_addresses,
        ipv6_prefix_count,
        ipv6_prefixes,
        operator,
        private_ip_address,
        private_ip_addresses,
        secondary_private_ip_address_count,
        subnet_id,
        tag_specifications,
    } = request;
    request::refuse_unsupported(&[
        ("EnablePrimaryIpv6", enable_primary_ipv6 == Some(true)),
        ("InterfaceType", interface_type.as_deref().is_some_and(|kind| kind != "interface")),
        ("Operator", operator.is_some()),
    ])?;
    let addresses = Addresses {
        primary: private_ip_address,
        listed: private_ip_addresses,
        secondary_count: secondary_private_ip_address_count,
        ipv6: ipv6_addresses,
        ipv6_count: ipv6_address_count,
        ipv4_prefixes,
        ipv4_prefix_count,
        ipv6_prefixes,
        ipv6_prefix_count,
    };
    let addresses = addresses.read()?;
    let new = NewNetworkInterface {
        groups: request::group_ids(&groups)?,
        description: description.unwrap_or_default(),
        primary_address: addresses.primary,
        secondary_addresses: addresses.secondary,
        ipv6_addresses: addresses.ipv6,
        prefixes: addresses.prefixes,
        connection_tracking: tracking(connection_tracking_specification)?,
        requester: Some(call.principal.user_id()),
        tags: awsproto::tags::specified(tag_specifications, "network-interface")?,
        ..NewNetworkInterface::in_subnet(required_id(subnet_id.as_deref())?)
    };
    let scope = call.scope;
    let id = call.with_ids(|ids| world.create_network_interface(scope, new, ids)).map_err(refused)?;
    let interface = render(world, world.network_interface(scope, id).map_err(refused)?);
    Ok(CreateNetworkInterfaceResult {
        // "pending" in the answer, "available" ever after.
        network_interface: Some(shapes::NetworkInterface { status: Some("pending".to_owned()), ..interface }),
        client_token,
    })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteNetworkInterfaceRequest,
) -> Result<(), AwsError> {
    let DeleteNetworkInterfaceRequest { network_interface_id } = request;
    let id = required_id(network_interface_id.as_deref())?;
    world.delete_network_interface(call.scope, id).map_err(refused)
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeNetworkInterfacesRequest,
) -> Result<DescribeNetworkInterfacesResult, AwsError> {
    let DescribeNetworkInterfacesRequest {
        filters,
        // Interfaces that a service provider manages, of which there are none.
        include_managed_resources: _,
        max_results,
        network_interface_ids,
        next_token,
    } = request;
    let scope = call.scope;
    let all = world.network.network_interfaces.linked(Link::Scope(scope));
    let named = request::named_or_all(&network_interface_ids, all, |interface| interface.id)?;
    let describe =
        Describe { kind: "networkInterface", ids: &network_interface_ids, filters, max_results, next_token };
    let sieve = describe.sieve();
    let interfaces = named.into_iter().filter(|interface| {
        sieve.lets_through(
            &[
                ("network-interface-id", &interface.id),
                ("subnet-id", &interface.subnet),
                ("vpc-id", &interface.vpc),
            ],
            &interface.tags,
        )
    });
    let interfaces = interfaces.map(|interface| render(world, interface));
    let (network_interfaces, next_token) = describe
        .page(interfaces, |interface: &shapes::NetworkInterface| interface.network_interface_id.as_ref())?;
    Ok(DescribeNetworkInterfacesResult { network_interfaces, next_token })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn an_interface_is_made_shown_and_deleted() {
        let (mut caller, subnet) = with_subnet();
        let answer = caller.ok(
            "CreateNetworkInterface",
            &[("SubnetId", &subnet), ("Description", "back"), ("PrivateIpAddress", "10.0.0.10")],
        );
        assert_eq!(answer.text("status"), "pending");
        let id = answer.text("networkInterfaceId");
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &id)]);
        assert_eq!(
            (shown.text("status"), shown.text("privateIpAddress")),
            ("available".into(), "10.0.0.10".into())
        );
        assert_eq!(
            (shown.text("sourceDestCheck"), shown.text("groupName")),
            ("true".into(), "default".into())
        );
        assert!(shown.texts("privateDnsName").is_empty(), "no host names in this VPC");
        assert_eq!(
            caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]).text("availableIpAddressCount"),
            "250"
        );
        caller.ok("DeleteNetworkInterface", &[("NetworkInterfaceId", &id)]);
        assert_eq!(
            caller.refused("DeleteNetworkInterface", &[("NetworkInterfaceId", &id)]),
            format!("InvalidNetworkInterfaceID.NotFound: The networkInterface ID '{id}' does not exist")
        );
    }

    #[test]
    fn a_full_subnet_has_no_address_left() {
        let (mut caller, subnet) = with_subnet();
        let vpc = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]).text("vpcId");
        let small =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.9.0/28")]).text("subnetId");
        for _ in 0..11 {
            caller.ok("CreateNetworkInterface", &[("SubnetId", &small)]);
        }
        assert_eq!(
            caller.refused("CreateNetworkInterface", &[("SubnetId", &small)]),
            "InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy \
             the request."
        );
        assert_eq!(
            caller.refused("DeleteSubnet", &[("SubnetId", &small)]),
            format!("DependencyViolation: The subnet '{small}' has dependencies and cannot be deleted.")
        );
    }

    #[test]
    fn an_interface_tells_who_made_it_and_that_nobody_manages_it() {
        let (mut caller, subnet) = with_subnet();
        let made = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]);
        assert_eq!(
            (made.text("requesterId"), made.text("requesterManaged"), made.text("managed")),
            ("123456789012".into(), "false".into(), "false".into())
        );
        let id = made.text("networkInterfaceId");
        caller.ok("DeleteNetworkInterface", &[("NetworkInterfaceId", &id)]);
        caller.running(&[]);
        let of_instance = caller.ok("DescribeNetworkInterfaces", &[]);
        assert!(of_instance.texts("requesterId").is_empty(), "{}", of_instance.0);
    }

    /// A caller with a VPC and a subnet of 256 addresses.
    pub(super) fn with_subnet() -> (Caller, String) {
        let mut caller = Caller::new();
        let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
        let subnet =
            caller.ok("CreateSubnet", &[("VpcId", &vpc), ("CidrBlock", "10.0.0.0/24")]).text("subnetId");
        (caller, subnet)
    }
}
