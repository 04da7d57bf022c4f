//! Modifications of volumes. Follows ModifyVolume and DescribeVolumesModifications (EC2 API Reference).

use awsproto::{AwsError, Call, Filterable};
use model::volume::{Capacity, Modification, ModifyVolume};
use model::{Link, Volume, VolumeId, World};
use std::borrow::Cow;

use super::{parse_type, positive};
use crate::errors::refused;
use crate::request::{self, Describe, bool_values, required_id, text_values};
use crate::shapes::*;

/// The bounds of `MaxResults`: "up to a limit of 500" (DescribeVolumesModifications).
const PAGE: std::ops::RangeInclusive<i32> = 1..=500;

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyVolumeRequest,
) -> Result<ModifyVolumeResult, AwsError> {
    let ModifyVolumeRequest { iops, multi_attach_enabled, size, throughput, volume_id, volume_type } =
        request;
    let id: VolumeId = required_id(volume_id.as_deref())?;
    let wish = ModifyVolume {
        size_gib: positive("size", size)?,
        volume_type: volume_type.as_deref().map(parse_type).transpose()?,
        iops: positive("iops", iops)?,
        throughput_mibps: positive("throughput", throughput)?,
        multi_attach: multi_attach_enabled,
    };
    if wish == ModifyVolume::default() {
        return Err(AwsError::missing_parameter("size/iops/throughput/volumeType"));
    }
    let made = world.modify_volume(call.scope, id, wish, call.now).map_err(refused)?;
    let shown = VolumeModification {
        modification_state: Some("modifying".to_owned()),
        progress: Some(0),
        end_time: None,
        ..render(id, &made)
    };
    Ok(ModifyVolumeResult { volume_modification: Some(shown) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeVolumesModificationsRequest,
) -> Result<DescribeVolumesModificationsResult, AwsError> {
    let DescribeVolumesModificationsRequest {
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
    let is_new = |volume: &&&Volume| volume.modifications.is_empty();
    if let Some(volume) = volumes.iter().find(is_new).filter(|_| !volume_ids.is_empty()) {
        let message = format!("Modification for volume '{}' does not exist.", volume.id);
        return Err(AwsError::new("InvalidVolumeModification.NotFound", message));
    }
    let last = |volume: &Volume| volume.modifications.last().map(|it| render(volume.id, it));
    let shown = volumes.into_iter().filter_map(last);
    let describe = Describe { kind: "volume", ids: &volume_ids, filters, max_results, next_token };
    let (volumes_modifications, next_token) =
        describe.page_within(PAGE, shown, |it: &VolumeModification| it.volume_id.as_ref())?;
    Ok(DescribeVolumesModificationsResult { volumes_modifications, next_token })
}

/// A modification as it is shown once it is over.
fn render(volume: VolumeId, modification: &Modification) -> VolumeModification {
    let Modification { started, original, original_multi_attach, target, target_multi_attach } = modification;
    let number = |value: Option<u32>| value.and_then(|it| i32::try_from(it).ok());
    let of_type = |it: &Capacity| Some(it.volume_type.name().to_owned());
    VolumeModification {
        volume_id: Some(volume.to_string()),
        modification_state: Some("completed".to_owned()),
        progress: Some(100),
        start_time: Some(*started),
        end_time: Some(*started),
        original_size: number(Some(original.size_gib)),
        original_volume_type: of_type(original),
        original_iops: number(original.iops_shown()),
        original_throughput: number(original.throughput_mibps),
        original_multi_attach_enabled: Some(*original_multi_attach),
        target_size: number(Some(target.size_gib)),
        target_volume_type: of_type(target),
        target_iops: number(target.iops_shown()),
        target_throughput: number(target.throughput_mibps),
        target_multi_attach_enabled: Some(*target_multi_attach),
        ..Default::default()
    }
}

impl awsproto::filter::Tagged for VolumeModification {}

impl Filterable for VolumeModification {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let number = |value: &Option<i32>| value.iter().map(|it| Cow::from(it.to_string())).collect();
        Some(match name {
            "modification-state" => text_values(&self.modification_state),
            "original-iops" => number(&self.original_iops),
            "original-size" => number(&self.original_size),
            "original-volume-type" => text_values(&self.original_volume_type),
            "originalMultiAttachEnabled" => bool_values(self.original_multi_attach_enabled),
            "start-time" => self.start_time.iter().map(|time| time.to_string().into()).collect(),
            "target-iops" => number(&self.target_iops),
            "target-size" => number(&self.target_size),
            "target-volume-type" => text_values(&self.target_volume_type),
            "targetMultiAttachEnabled" => bool_values(self.target_multi_attach_enabled),
            "volume-id" => text_values(&self.volume_id),
            _ => return None,
        })
    }
}
