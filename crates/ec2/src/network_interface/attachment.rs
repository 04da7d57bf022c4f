//! Interfaces at instances. Follows AttachNetworkInterface and DetachNetworkInterface (EC2 API Reference).

use awsproto::{AwsError, Call};
use model::network_interface::Attachment;
use model::refusal::NetworkInterfaceRefusal;
use model::{InstanceState, World};

use crate::errors::refused;
use crate::request::{self, parse_id, required_id};
use crate::shapes::*;

/// How the attachments of services' interfaces begin.
const SERVICE_ATTACHMENT: &str = "ela-attach-";

pub(crate) fn attach(
    call: &mut Call,
    world: &mut World,
    request: AttachNetworkInterfaceRequest,
) -> Result<AttachNetworkInterfaceResult, AwsError> {
    let AttachNetworkInterfaceRequest {
        device_index,
        ena_queue_count,
        ena_srd_specification,
        instance_id,
        network_card_index,
        network_interface_id,
    } = request;
    request::refuse_unsupported(&[
        ("EnaQueueCount", ena_queue_count.is_some()),
        ("EnaSrdSpecification", ena_srd_specification.is_some()),
        ("NetworkCardIndex", network_card_index.is_some_and(|index| index != 0)),
    ])?;
    let (scope, now) = (call.scope, call.now);
    let id = required_id(network_interface_id.as_deref())?;
    let instance = required_id(instance_id.as_deref())?;
    let index = parse_device_index(device_index)?;
    let attach = call.with_ids(|ids| world.attach_network_interface(scope, id, instance, index, now, ids));
    let attachment = attach.map_err(refused)?;
    Ok(AttachNetworkInterfaceResult {
        attachment_id: Some(attachment.to_string()),
        network_card_index: Some(0),
    })
}

pub(crate) fn detach(
    call: &mut Call,
    world: &mut World,
    request: DetachNetworkInterfaceRequest,
) -> Result<(), AwsError> {
    // No detachment waits for the instance here, so that none has to be forced.
    let DetachNetworkInterfaceRequest { attachment_id, force: _ } = request;
    let text = attachment_id.as_deref().unwrap_or_default();
    if text.starts_with(SERVICE_ATTACHMENT) {
        return Err(refused(NetworkInterfaceRefusal::ServiceAttachment));
    }
    world.detach_network_interface(call.scope, parse_id(text)?).map_err(refused)
}

/// Reads a device index.
pub(crate) fn parse_device_index(index: Option<i32>) -> Result<u16, AwsError> {
    let index = index.ok_or_else(|| AwsError::missing_parameter("deviceIndex"))?;
    let refused =
        |_| AwsError::invalid_value("deviceIndex", &index.to_string(), "This is not a device index.");
    u16::try_from(index).map_err(refused)
}

/// `attaching` until the instance runs, `attached` from then on.
pub(crate) fn attachment_status(world: &World, attachment: &Attachment) -> &'static str {
    let instance = attachment.instance.and_then(|id| world.network.instances.get(&id));
    match instance.map(|instance| instance.state) {
        Some(InstanceState::Pending) => "attaching",
        Some(InstanceState::ShuttingDown | InstanceState::Terminated) => "detaching",
        Some(InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped) | None => "attached",
    }
}

/// An attachment as answers show it.
pub(super) fn render(world: &World, attachment: &Attachment) -> NetworkInterfaceAttachment {
    let id = attachment.id.to_string();
    let (id, owner) = match attachment.instance {
        Some(_) => (id, attachment.instance_owner.to_string()),
        None => (id.replace("eni-attach-", SERVICE_ATTACHMENT), "amazon-aws".to_owned()),
    };
    NetworkInterfaceAttachment {
        attachment_id: Some(id),
        instance_id: attachment.instance.map(|instance| instance.to_string()),
        instance_owner_id: Some(owner),
        device_index: Some(attachment.device_index.into()),
        network_card_index: Some(0),
        status: Some(attachment_status(world, attachment).to_owned()),
        attach_time: Some(attachment.attached),
        delete_on_termination: Some(attachment.delete_on_termination),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn interfaces_are_attached_and_detached_hot_but_never_the_primary_one() {
        let mut caller = Caller::new();
        let id = caller.running(&[]);
        let shown = caller.ok("DescribeInstances", &[]);
        let subnet = shown.text("subnetId");
        let extra = caller.ok("CreateNetworkInterface", &[("SubnetId", &subnet)]).text("networkInterfaceId");
        let at = |index| [("NetworkInterfaceId", &*extra), ("InstanceId", &*id), ("DeviceIndex", index)];
        assert_eq!(
            caller.refused("AttachNetworkInterface", &at("0")),
            format!(
                "InvalidParameterValue: Instance '{id}' already has an interface attached at device index '0'."
            )
        );
        let attachment = caller.ok("AttachNetworkInterface", &at("1")).text("attachmentId");
        assert_eq!(
            caller.refused("DeleteNetworkInterface", &[("NetworkInterfaceId", &extra)]),
            format!("InvalidParameterValue: Network interface '{extra}' is currently in use.")
        );
        caller.ok("DetachNetworkInterface", &[("AttachmentId", &attachment)]);
        assert_eq!(
            caller.refused("DetachNetworkInterface", &[("AttachmentId", &attachment)]),
            format!("InvalidAttachmentID.NotFound: The attachment ID '{attachment}' does not exist")
        );
        assert_eq!(
            caller.refused("DetachNetworkInterface", &[("AttachmentId", &shown.text("attachmentId"))]),
            "OperationNotPermitted: The network interface at device index 0 and networkCard index 0 cannot be detached."
        );
    }
}
