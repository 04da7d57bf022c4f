//! Attachments of volumes. Follows AttachVolume and DetachVolume (EC2 API Reference). No instance types with several EBS
//! cards.

use awsproto::{AwsError, Call};
use model::{InstanceId, VolumeId, World};

use crate::errors::refused;
use crate::request::{self, optional_id, required_id};
use crate::shapes::{self, *};

pub(crate) fn attach(
    call: &mut Call,
    world: &mut World,
    request: AttachVolumeRequest,
) -> Result<VolumeAttachment, AwsError> {
    let AttachVolumeRequest { device, ebs_card_index, instance_id, volume_id } = request;
    request::refuse_unsupported(&[("EbsCardIndex", ebs_card_index.is_some_and(|index| index != 0))])?;
    let id: VolumeId = required_id(volume_id.as_deref())?;
    let instance: InstanceId = required_id(instance_id.as_deref())?;
    let device = device.unwrap_or_default();
    let attached = world.attach_volume(call.scope, id, instance, &device, call.now).map_err(refused)?;
    Ok(render(id, &attached, "attaching"))
}

pub(crate) fn detach(
    call: &mut Call,
    world: &mut World,
    request: DetachVolumeRequest,
) -> Result<VolumeAttachment, AwsError> {
    let DetachVolumeRequest {
        device,
        // Nothing holds a volume back here, so that nothing has to be forced.
        force: _,
        instance_id,
        volume_id,
    } = request;
    let id: VolumeId = required_id(volume_id.as_deref())?;
    let instance: Option<InstanceId> = optional_id(instance_id.as_deref())?;
    let attached = world.detach_volume(call.scope, id, instance, device.as_deref()).map_err(refused)?;
    Ok(render(id, &attached, "detaching"))
}

/// An attachment as answers show it.
pub(super) fn render(
    volume: VolumeId,
    attachment: &model::volume::VolumeAttachment,
    state: &str,
) -> shapes::VolumeAttachment {
    shapes::VolumeAttachment {
        attach_time: Some(attachment.attached),
        delete_on_termination: Some(attachment.delete_on_termination),
        device: Some(attachment.device.clone()),
        instance_id: Some(attachment.instance.to_string()),
        state: Some(state.to_owned()),
        volume_id: Some(volume.to_string()),
        ..Default::default()
    }
}
