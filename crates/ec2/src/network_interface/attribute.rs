//! What ModifyNetworkInterfaceAttribute changes, DescribeNetworkInterfaceAttribute shows and
//! ResetNetworkInterfaceAttribute takes back.

use awsproto::{AwsError, Call};
use model::network_interface::ConnectionTracking;
use model::{NetworkInterfaceId, Scope, SecurityGroupId, World};

use super::render;
use crate::errors::refused;
use crate::request::{self, required_id};
use crate::shapes::*;

pub(crate) fn describe_attribute(
    call: &mut Call,
    world: &World,
    request: DescribeNetworkInterfaceAttributeRequest,
) -> Result<DescribeNetworkInterfaceAttributeResult, AwsError> {
    let DescribeNetworkInterfaceAttributeRequest { attribute, network_interface_id } = request;
    let id = required_id(network_interface_id.as_deref())?;
    let interface = world.network_interface(call.scope, id).map_err(refused)?;
    let shape = render(world, interface);
    let mut answer = DescribeNetworkInterfaceAttributeResult {
        network_interface_id: shape.network_interface_id,
        ..Default::default()
    };
    match attribute.as_deref().ok_or_else(|| AwsError::missing_parameter("attribute"))? {
        "description" => answer.description = Some(AttributeValue { value: shape.description }),
        "groupSet" => answer.groups = Some(shape.groups),
        "sourceDestCheck" => {
            answer.source_dest_check = Some(AttributeBooleanValue { value: shape.source_dest_check });
        }
        "attachment" => answer.attachment = shape.attachment,
        "associatePublicIpAddress" => {
            answer.associate_public_ip_address = Some(interface.auto_assign_public_ip);
        }
        other => return Err(AwsError::invalid_value("attribute", other, "Unknown attribute.")),
    }
    Ok(answer)
}

/// What ModifyNetworkInterfaceAttribute can change.
enum Change {
    Description(String),
    SourceDestCheck(bool),
    Groups(Vec<SecurityGroupId>),
    DeleteOnTermination(NetworkInterfaceAttachmentChanges),
    AssociatePublicIpAddress(bool),
    ConnectionTracking(ConnectionTracking),
}

pub(crate) fn modify_attribute(
    call: &mut Call,
    world: &mut World,
    request: ModifyNetworkInterfaceAttributeRequest,
) -> Result<(), AwsError> {
    let ModifyNetworkInterfaceAttributeRequest {
        associate_public_ip_address,
        associated_subnet_ids,
        attachment,
        connection_tracking_specification,
        description,
        ena_srd_specification,
        enable_primary_ipv6,
        groups,
        network_interface_id,
        source_dest_check,
    } = request;
    request::refuse_unsupported(&[
        ("AssociatedSubnetId", !associated_subnet_ids.is_empty()),
        ("EnablePrimaryIpv6", enable_primary_ipv6.is_some()),
        ("EnaSrdSpecification", ena_srd_specification.is_some()),
    ])?;
    let scope = call.scope;
    let id: NetworkInterfaceId = required_id(network_interface_id.as_deref())?;
    let groups = request::group_ids(&groups);
    let tracking = connection_tracking_specification.map(|wanted| tracking(Some(wanted))).transpose()?;
    let sent = [
        description.map(|value| Change::Description(value.value.unwrap_or_default())),
        source_dest_check.and_then(|value| value.value).map(Change::SourceDestCheck),
        Some(groups?).filter(|groups| !groups.is_empty()).map(Change::Groups),
        attachment.map(Change::DeleteOnTermination),
        associate_public_ip_address.map(Change::AssociatePublicIpAddress),
        tracking.map(Change::ConnectionTracking),
    ];
    let change = request::only_attribute(&mut sent.into_iter().flatten())?;
    world.users_network_interface(scope, id).map_err(refused)?;
    apply(world, scope, id, change)
}

fn apply(world: &mut World, scope: Scope, id: NetworkInterfaceId, change: Change) -> Result<(), AwsError> {
    match change {
        Change::Description(text) => world.update_network_interface(id, |it| it.description = text),
        Change::SourceDestCheck(on) => world.update_network_interface(id, |it| it.source_dest_check = on),
        Change::AssociatePublicIpAddress(on) => {
            world.update_network_interface(id, |it| it.auto_assign_public_ip = on);
        }
        Change::ConnectionTracking(to) => {
            world.update_network_interface(id, |it| it.connection_tracking = to)
        }
        Change::Groups(groups) => return world.set_interface_groups(scope, id, &groups).map_err(refused),
        Change::DeleteOnTermination(attachment) => return change_attachment(world, scope, id, attachment),
    }
    Ok(())
}

fn change_attachment(
    world: &mut World,
    scope: Scope,
    id: NetworkInterfaceId,
    changes: NetworkInterfaceAttachmentChanges,
) -> Result<(), AwsError> {
    let NetworkInterfaceAttachmentChanges {
        attachment_id,
        default_ena_queue_count,
        delete_on_termination,
        ena_queue_count,
    } = changes;
    request::refuse_unsupported(&[
        ("Attachment.DefaultEnaQueueCount", default_ena_queue_count.is_some()),
        ("Attachment.EnaQueueCount", ena_queue_count.is_some()),
    ])?;
    let attachment = required_id(attachment_id.as_deref())?;
    let delete = delete_on_termination.unwrap_or(false);
    world.set_delete_on_termination(scope, id, attachment, delete).map_err(refused)
}

pub(crate) fn reset_attribute(
    call: &mut Call,
    world: &mut World,
    request: ResetNetworkInterfaceAttributeRequest,
) -> Result<(), AwsError> {
    let ResetNetworkInterfaceAttributeRequest { network_interface_id, source_dest_check } = request;
    // The attribute is named by its parameter; what that says does not matter.
    request::only_attribute(&mut source_dest_check.into_iter())?;
    let id = required_id(network_interface_id.as_deref())?;
    world.users_network_interface(call.scope, id).map_err(refused)?;
    world.update_network_interface(id, |interface| interface.source_dest_check = true);
    Ok(())
}

/// Reads idle timeouts of tracked connections.
pub(crate) fn tracking(
    wanted: Option<ConnectionTrackingSpecificationRequest>,
) -> Result<ConnectionTracking, AwsError> {
    let Some(wanted) = wanted else { return Ok(ConnectionTracking::default()) };
    Ok(ConnectionTracking {
        tcp_established_timeout_s: timeout(
            "TcpEstablishedTimeout",
            wanted.tcp_established_timeout,
            60,
            432_000,
        )?,
        udp_stream_timeout_s: timeout("UdpStreamTimeout", wanted.udp_stream_timeout, 60, 180)?,
        udp_timeout_s: timeout("UdpTimeout", wanted.udp_timeout, 30, 60)?,
    })
}

fn timeout(parameter: &str, value: Option<i32>, min: u32, max: u32) -> Result<Option<u32>, AwsError> {
    let Some(value) = value else { return Ok(None) };
    let seconds = u32::try_from(value).ok().filter(|seconds| (min..=max).contains(seconds));
    let reason = format!("Expecting a value between {min} and {max}.");
    seconds.map(Some).ok_or_else(|| AwsError::invalid_value(parameter, &value.to_string(), &reason))
}

#[cfg(test)]
mod tests {
    use super::super::tests::with_subnet;
    use crate::testing::Caller;

    #[test]
    fn one_attribute_at_a_time_is_changed() {
        let (mut caller, subnet) = with_subnet();
        let id = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let off = [("NetworkInterfaceId", &*id), ("SourceDestCheck.Value", "false")];
        caller.ok("ModifyNetworkInterfaceAttribute", &off);
        let shown = [("NetworkInterfaceId", &*id), ("Attribute", "sourceDestCheck")];
        assert_eq!(caller.ok("DescribeNetworkInterfaceAttribute", &shown).text("value"), "false");
        let both = [off[0], off[1], ("Description.Value", "x")];
        let refused = caller.refused("ModifyNetworkInterfaceAttribute", &both);
        assert!(refused.starts_with("InvalidParameterCombination: "), "{refused}");
    }

    #[test]
    fn a_reset_names_its_attribute() {
        let mut caller = Caller::new();
        let subnet = caller.ok("DescribeSubnets", &[]).text("subnetId");
        let id = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let one = ("NetworkInterfaceId", &*id);
        assert_eq!(
            caller.refused("ResetNetworkInterfaceAttribute", &[one]),
            "InvalidParameterCombination: No attributes specified."
        );
        caller.ok("ModifyNetworkInterfaceAttribute", &[one, ("SourceDestCheck.Value", "false")]);
        caller.ok("ResetNetworkInterfaceAttribute", &[one, ("SourceDestCheck", "sourceDestCheck")]);
        assert_eq!(caller.ok("DescribeNetworkInterfaces", &[]).text("sourceDestCheck"), "true");
    }
}
