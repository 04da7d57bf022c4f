//! DescribeVolumeStatus (EC2 API Reference). Nothing ever happens to a volume here: all are well.

use awsproto::{AwsError, Call, Filterable};
use model::{Link, Volume, World};
use std::borrow::Cow;

use crate::request::{self, Describe, text_values};
use crate::shapes::*;

/// The bounds of `MaxResults`.
const PAGE: std::ops::RangeInclusive<i32> = 5..=1000;

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeVolumeStatusRequest,
) -> Result<DescribeVolumeStatusResult, AwsError> {
    let DescribeVolumeStatusRequest {
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
    let statuses = volumes.into_iter().map(render);
    let describe = Describe { kind: "volume", ids: &volume_ids, filters, max_results, next_token };
    let (volume_statuses, next_token) =
        describe.page_within(PAGE, statuses, |it: &VolumeStatusItem| it.volume_id.as_ref())?;
    Ok(DescribeVolumeStatusResult { volume_statuses, next_token })
}

fn render(volume: &Volume) -> VolumeStatusItem {
    let text = |text: &str| Some(text.to_owned());
    let detail = |name, status| VolumeStatusDetails { name: text(name), status: text(status) };
    // "This metric is available only for Provisioned IOPS volumes" (Monitor the status of your volumes).
    let performance = match volume.capacity.volume_type.needs_iops() {
        true => "normal",
        false => "not-applicable",
    };
    let attached = volume.attachments.iter().filter(|_| volume.multi_attach);
    VolumeStatusItem {
        volume_id: Some(volume.id.to_string()),
        availability_zone: Some(volume.zone.to_string()),
        availability_zone_id: Some(volume.zone.zone_id()),
        attachment_statuses: attached
            .map(|it| VolumeStatusAttachmentStatus {
                instance_id: Some(it.instance.to_string()),
                io_performance: text("normal"),
            })
            .collect(),
        volume_status: Some(VolumeStatusInfo {
            details: vec![detail("io-enabled", "passed"), detail("io-performance", performance)],
            status: text("ok"),
        }),
        ..Default::default()
    }
}

impl awsproto::filter::Tagged for VolumeStatusItem {}

impl Filterable for VolumeStatusItem {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        let details = || self.volume_status.iter().flat_map(|it| &it.details);
        Some(match name {
            "availability-zone" => text_values(&self.availability_zone),
            "attachment-status.instance-id" => {
                self.attachment_statuses.iter().flat_map(|it| text_values(&it.instance_id)).collect()
            }
            "attachment-status.io-performance" => {
                self.attachment_statuses.iter().flat_map(|it| text_values(&it.io_performance)).collect()
            }
            "volume-status.details-name" => details().flat_map(|it| text_values(&it.name)).collect(),
            "volume-status.details-status" => details().flat_map(|it| text_values(&it.status)).collect(),
            "volume-status.status" => {
                self.volume_status.iter().flat_map(|it| text_values(&it.status)).collect()
            }
            "action.code" | "action.description" | "action.event-id" | "event.description"
            | "event.event-id" | "event.event-type" | "event.not-after" | "event.not-before" => Vec::new(),
            _ => return None,
        })
    }
}
