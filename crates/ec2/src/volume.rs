//! Volumes. Follows DescribeVolumes (EC2 API Reference). Only root volumes exist: they come and go with their
//! instance, and cannot be made, attached or changed alone.

use awsproto::{AwsError, Call, Filterable};
use model::{Instance, InstanceState, VolumeId, World};
use std::borrow::Cow;

use crate::request::{self, Describe, bool_values, render_tags, text_values};
use crate::shapes::{self, *};

/// What every gp3 volume has at least, and here exactly: operations a second.
pub(crate) const GP3_IOPS: i32 = 3000;
/// The same, in MiB a second.
pub(crate) const GP3_THROUGHPUT_MIBPS: i32 = 125;

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeVolumesRequest,
) -> Result<DescribeVolumesResult, AwsError> {
    let DescribeVolumesRequest {
        filters,
        // Volumes that a service provider manages, of which there are none.
        include_managed_resources: _,
        max_results,
        next_token,
        volume_ids,
    } = request;
    let scope = call.scope;
    let all = world
        .network
        .instances
        .values()
        .filter(|it| it.scope == scope && it.state != InstanceState::Terminated);
    let id = |instance: &Instance| -> VolumeId { instance.root_volume.id };
    let named = request::named_or_all(&volume_ids, all, id)?;
    let describe = Describe { kind: "volume", ids: &volume_ids, filters, max_results, next_token };
    let volumes = named.into_iter().map(|instance| render(world, instance)).collect();
    let (volumes, next_token) =
        describe.page(volumes, |volume: &shapes::Volume| volume.volume_id.as_ref())?;
    Ok(DescribeVolumesResult { volumes, next_token })
}

fn render(world: &World, instance: &Instance) -> shapes::Volume {
    let volume = &instance.root_volume;
    let template = world.image_of(instance).root_volume();
    let is_gp3 = volume.volume_type == "gp3";
    shapes::Volume {
        volume_id: Some(volume.id.to_string()),
        availability_zone: Some(instance.zone.to_string()),
        availability_zone_id: Some(instance.zone.zone_id()),
        create_time: Some(volume.created),
        encrypted: Some(false),
        multi_attach_enabled: Some(false),
        iops: is_gp3.then_some(GP3_IOPS),
        throughput: is_gp3.then_some(GP3_THROUGHPUT_MIBPS),
        size: i32::try_from(volume.size_gib).ok(),
        snapshot_id: Some(template.snapshot.to_string()),
        state: Some("in-use".to_owned()),
        volume_type: Some(volume.volume_type.clone()),
        attachments: vec![VolumeAttachment {
            attach_time: Some(volume.created),
            delete_on_termination: Some(volume.delete_on_termination),
            device: Some(template.device.to_owned()),
            instance_id: Some(instance.id.to_string()),
            state: Some("attached".to_owned()),
            volume_id: Some(volume.id.to_string()),
            ..Default::default()
        }],
        tags: render_tags(&volume.tags),
        ..Default::default()
    }
}

impl Filterable for shapes::Volume {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        if let Some(name) = name.strip_prefix("attachment.") {
            return attachment_values(&self.attachments, name);
        }
        Some(match name {
            "availability-zone" => text_values(&self.availability_zone),
            "availability-zone-id" => text_values(&self.availability_zone_id),
            "create-time" => self.create_time.iter().map(|time| time.to_string().into()).collect(),
            "encrypted" => bool_values(self.encrypted),
            "fast-restored" | "operator.managed" => bool_values(Some(false)),
            "multi-attach-enabled" => bool_values(self.multi_attach_enabled),
            "operator.principal" => Vec::new(),
            "size" => self.size.iter().map(|size| size.to_string().into()).collect(),
            "snapshot-id" => text_values(&self.snapshot_id),
            "status" => text_values(&self.state),
            "volume-id" => text_values(&self.volume_id),
            "volume-type" => text_values(&self.volume_type),
            _ => return None,
        })
    }
}

fn attachment_values<'a>(attachments: &'a [VolumeAttachment], name: &str) -> Option<Vec<Cow<'a, str>>> {
    Some(match name {
        "attach-time" => {
            attachments.iter().filter_map(|it| Some(it.attach_time?.to_string().into())).collect()
        }
        "delete-on-termination" => {
            attachments.iter().flat_map(|it| bool_values(it.delete_on_termination)).collect()
        }
        "device" => attachments.iter().flat_map(|it| text_values(&it.device)).collect(),
        "instance-id" => attachments.iter().flat_map(|it| text_values(&it.instance_id)).collect(),
        "status" => attachments.iter().flat_map(|it| text_values(&it.state)).collect(),
        _ => return None,
    })
}
