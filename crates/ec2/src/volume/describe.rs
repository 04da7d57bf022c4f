//! DescribeVolumes (EC2 API Reference).

use awsproto::{AwsError, Call, Filterable};
use model::{Link, World};
use std::borrow::Cow;

use super::attachment;
use crate::request::{self, Describe, bool_values, render_tags, text_values};
use crate::shapes::{self, *};

/// The bounds of `MaxResults`.
const PAGE: std::ops::RangeInclusive<i32> = 5..=1000;

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
    let own = world.volumes.linked(Link::Scope(scope));
    let volumes = request::named_or_all(&volume_ids, own, |volume| volume.id)?;
    let volumes = volumes.into_iter().map(render);
    let describe = Describe { kind: "volume", ids: &volume_ids, filters, max_results, next_token };
    let (volumes, next_token) =
        describe.page_within(PAGE, volumes, |it: &shapes::Volume| it.volume_id.as_ref())?;
    Ok(DescribeVolumesResult { volumes, next_token })
}

/// A volume as answers show it.
pub(crate) fn render(volume: &model::Volume) -> shapes::Volume {
    let number = |value: Option<u32>| value.and_then(|it| i32::try_from(it).ok());
    let state = if volume.attachments.is_empty() { "available" } else { "in-use" };
    shapes::Volume {
        volume_id: Some(volume.id.to_string()),
        availability_zone: Some(volume.zone.to_string()),
        availability_zone_id: Some(volume.zone.zone_id()),
        create_time: Some(volume.created),
        encrypted: Some(volume.kms_key.is_some()),
        kms_key_id: volume.kms_key.clone(),
        multi_attach_enabled: Some(volume.multi_attach),
        operator: Some(OperatorResponse { managed: Some(false), ..Default::default() }),
        iops: number(volume.capacity.iops_shown()),
        throughput: number(volume.capacity.throughput_mibps),
        size: number(Some(volume.capacity.size_gib)),
        // "" of a volume that was made from nothing, as recorded on AWS.
        snapshot_id: Some(volume.snapshot.map(|id| id.to_string()).unwrap_or_default()),
        state: Some(state.to_owned()),
        volume_type: Some(volume.capacity.volume_type.name().to_owned()),
        attachments: volume
            .attachments
            .iter()
            .map(|it| attachment::render(volume.id, it, "attached"))
            .collect(),
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
