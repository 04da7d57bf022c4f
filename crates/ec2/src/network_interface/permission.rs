//! Permissions of other accounts at interfaces. Follows CreateNetworkInterfacePermission and its neighbours (EC2 API
//! Reference).

use awsproto::filter::{Filterable, Tagged};
use awsproto::{AwsError, Call};
use model::network_interface_permission::InterfacePermissionKind;
use model::{AccountId, Link, World};
use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::errors::refused;
use crate::request::{self, Describe, named_or_all, required_id, text_values};
use crate::shapes::*;

/// How many permissions a page can have.
const PAGE: RangeInclusive<i32> = 5..=255;
/// "If this parameter is not specified, up to 50 results are returned by default".
const PAGE_DEFAULT: i32 = 50;

pub(crate) fn create_permission(
    call: &mut Call,
    world: &mut World,
    request: CreateNetworkInterfacePermissionRequest,
) -> Result<CreateNetworkInterfacePermissionResult, AwsError> {
    let CreateNetworkInterfacePermissionRequest {
        aws_account_id,
        aws_service,
        network_interface_id,
        permission,
    } = request;
    // "Currently not supported", by AWS either.
    request::refuse_unsupported(&[("AwsService", aws_service.is_some())])?;
    let (scope, interface) = (call.scope, required_id(network_interface_id.as_deref())?);
    let kind = kind(permission.as_deref())?;
    let account = aws_account_id.ok_or_else(|| AwsError::missing_parameter("awsAccountId"))?;
    let account: AccountId = account
        .parse()
        .map_err(|_| AwsError::invalid_value("awsAccountId", &account, "It is no AWS account ID."))?;
    let id = call.with_ids(|ids| world.permit_interface(scope, interface, account, kind, ids));
    let id = id.map_err(refused)?;
    let permission = world.network_interface_permissions.get(&id).map(render);
    Ok(CreateNetworkInterfacePermissionResult { interface_permission: permission })
}

fn kind(permission: Option<&str>) -> Result<InterfacePermissionKind, AwsError> {
    match permission.ok_or_else(|| AwsError::missing_parameter("permission"))? {
        "INSTANCE-ATTACH" => Ok(InterfacePermissionKind::InstanceAttach),
        "EIP-ASSOCIATE" => Ok(InterfacePermissionKind::EipAssociate),
        other => {
            Err(AwsError::invalid_value("permission", other, "Expected INSTANCE-ATTACH or EIP-ASSOCIATE."))
        }
    }
}

pub(crate) fn delete_permission(
    call: &mut Call,
    world: &mut World,
    request: DeleteNetworkInterfacePermissionRequest,
) -> Result<DeleteNetworkInterfacePermissionResult, AwsError> {
    let DeleteNetworkInterfacePermissionRequest { force, network_interface_permission_id } = request;
    let id = required_id(network_interface_permission_id.as_deref())?;
    world.delete_interface_permission(call.scope, id, force.unwrap_or(false)).map_err(refused)?;
    Ok(DeleteNetworkInterfacePermissionResult { r#return: Some(true) })
}

pub(crate) fn describe_permissions(
    call: &mut Call,
    world: &World,
    request: DescribeNetworkInterfacePermissionsRequest,
) -> Result<DescribeNetworkInterfacePermissionsResult, AwsError> {
    let DescribeNetworkInterfacePermissionsRequest {
        filters,
        max_results,
        network_interface_permission_ids,
        next_token,
    } = request;
    let scope = call.scope;
    let own = world.network_interface_permissions.linked(Link::Scope(scope));
    let named = named_or_all(&network_interface_permission_ids, own, |it| it.id)?;
    let by_default = network_interface_permission_ids.is_empty().then_some(PAGE_DEFAULT);
    let describe = Describe {
        kind: "networkInterfacePermission",
        ids: &network_interface_permission_ids,
        filters,
        max_results: max_results.or(by_default),
        next_token,
    };
    let rows = named.into_iter().map(render);
    let (network_interface_permissions, next_token) =
        describe.page_within(PAGE, rows, |it| it.network_interface_permission_id.as_ref())?;
    Ok(DescribeNetworkInterfacePermissionsResult { network_interface_permissions, next_token })
}

fn render(permission: &model::NetworkInterfacePermission) -> NetworkInterfacePermission {
    let kind = match permission.kind {
        InterfacePermissionKind::InstanceAttach => "INSTANCE-ATTACH",
        InterfacePermissionKind::EipAssociate => "EIP-ASSOCIATE",
    };
    NetworkInterfacePermission {
        aws_account_id: Some(permission.account.to_string()),
        network_interface_id: Some(permission.interface.to_string()),
        network_interface_permission_id: Some(permission.id.to_string()),
        permission: Some(kind.to_owned()),
        permission_state: Some(NetworkInterfacePermissionState {
            state: Some("granted".to_owned()),
            ..Default::default()
        }),
        ..Default::default()
    }
}

impl Tagged for NetworkInterfacePermission {}

impl Filterable for NetworkInterfacePermission {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name.strip_prefix("network-interface-permission.")? {
            "network-interface-permission-id" => text_values(&self.network_interface_permission_id),
            "network-interface-id" => text_values(&self.network_interface_id),
            "aws-account-id" => text_values(&self.aws_account_id),
            "aws-service" => text_values(&self.aws_service),
            "permission" => text_values(&self.permission),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    const OTHER: &str = "222222222222";

    /// A caller with an interface in a default subnet, and a running instance of another account in the same zone.
    fn two_accounts() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let zone = caller.ok("DescribeSubnets", &[("SubnetId.1", &subnet)]).text("availabilityZone");
        let interface =
            caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        caller.acting_as(OTHER);
        let instance = caller.running(&[("InstanceType", "t3.micro"), ("Placement.AvailabilityZone", &zone)]);
        (caller, interface, instance)
    }

    #[test]
    fn another_account_attaches_what_it_may_and_detaches_it() {
        let (mut caller, interface, instance) = two_accounts();
        let attach = [("NetworkInterfaceId", &*interface), ("InstanceId", &*instance), ("DeviceIndex", "1")];
        assert!(
            caller
                .refused("AttachNetworkInterface", &attach)
                .starts_with("InvalidNetworkInterfaceID.NotFound: ")
        );
        caller.acting_as("123456789012");
        let permission =
            [("NetworkInterfaceId", &*interface), ("AwsAccountId", OTHER), ("Permission", "INSTANCE-ATTACH")];
        let made = caller.ok("CreateNetworkInterfacePermission", &permission);
        let id = made.text("networkInterfacePermissionId");
        assert!(id.starts_with("eni-perm-") && made.text("state") == "granted", "{}", made.0);
        let again = caller.ok("CreateNetworkInterfacePermission", &permission);
        assert_eq!(again.text("networkInterfacePermissionId"), id);
        let third = [permission[0], ("AwsAccountId", "333333333333"), permission[2]];
        assert!(
            caller.refused("CreateNetworkInterfacePermission", &third).starts_with("InvalidParameterValue: ")
        );

        caller.acting_as(OTHER);
        let attachment = caller.ok("AttachNetworkInterface", &attach).text("attachmentId");
        let shown = caller.ok("DescribeInstances", &[]);
        assert!(shown.texts("networkInterfaceId").contains(&interface), "{}", shown.0);
        assert!(
            !caller.ok("DescribeNetworkInterfaces", &[]).texts("networkInterfaceId").contains(&interface)
        );

        caller.acting_as("123456789012");
        let shown = caller.ok("DescribeNetworkInterfaces", &[("NetworkInterfaceId.1", &interface)]);
        assert_eq!((shown.text("instanceId"), shown.text("instanceOwnerId")), (instance, OTHER.into()));
        let one = ("NetworkInterfacePermissionId", &*id);
        assert!(
            caller.refused("DeleteNetworkInterfacePermission", &[one]).starts_with("OperationNotPermitted: ")
        );
        caller.acting_as(OTHER);
        caller.ok("DetachNetworkInterface", &[("AttachmentId", &attachment)]);
        caller.acting_as("123456789012");
        assert_eq!(caller.ok("DeleteNetworkInterfacePermission", &[one]).text("return"), "true");
        assert_eq!(
            caller.refused("DeleteNetworkInterfacePermission", &[one]),
            format!(
                "InvalidNetworkInterfacePermissionID.NotFound: The networkInterfacePermission ID '{id}' does not exist"
            )
        );
    }

    #[test]
    fn an_address_is_associated_by_who_may_and_a_permission_goes_with_its_interface() {
        let (mut caller, interface, _) = two_accounts();
        let allocation = caller.ok("AllocateAddress", &[]).text("allocationId");
        let associate = [("AllocationId", &*allocation), ("NetworkInterfaceId", &*interface)];
        assert!(
            caller
                .refused("AssociateAddress", &associate)
                .starts_with("InvalidNetworkInterfaceID.NotFound: ")
        );
        caller.acting_as("123456789012");
        let permission =
            [("NetworkInterfaceId", &*interface), ("AwsAccountId", OTHER), ("Permission", "EIP-ASSOCIATE")];
        caller.ok("CreateNetworkInterfacePermission", &permission);
        for (name, value) in [
            ("network-interface-id", &*interface),
            ("aws-account-id", OTHER),
            ("permission", "EIP-ASSOCIATE"),
        ] {
            let name = format!("network-interface-permission.{name}");
            let found = |caller: &mut Caller, value| {
                let filter = [("Filter.1.Name", &*name), ("Filter.1.Value.1", value)];
                caller.ok("DescribeNetworkInterfacePermissions", &filter).texts("permission").len()
            };
            assert_eq!((found(&mut caller, value), found(&mut caller, "none")), (1, 0), "{name}");
        }
        caller.acting_as(OTHER);
        caller.ok("AssociateAddress", &associate);
        let shown = caller.ok("DescribeAddresses", &[]);
        assert_eq!(shown.text("networkInterfaceOwnerId"), "123456789012");
        caller.acting_as("123456789012");
        caller.ok("DeleteNetworkInterface", &[("NetworkInterfaceId", &interface)]);
        assert!(caller.ok("DescribeNetworkInterfacePermissions", &[]).texts("permission").is_empty());
    }
}
