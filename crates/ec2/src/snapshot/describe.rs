//! DescribeSnapshots (EC2 API Reference): one's own snapshots, those that others share, and those of public images.

use awsproto::{AwsError, Call, Filterable};
use model::image::{self, PublicImage};
use model::{AccountId, SnapshotId, World};
use std::borrow::Cow;

use crate::image::{check_owners, is_publisher};
use crate::request::{self, Describe, bool_values, render_tags, text_values};
use crate::shapes::{self, *};
use crate::sharing;

/// The bounds of `MaxResults`.
const PAGE: std::ops::RangeInclusive<i32> = 5..=1000;
/// The volume that copies, and snapshots of images, are shown with: "an arbitrary volume ID that you should not use"
/// (Snapshot).
const NO_VOLUME: &str = "vol-ffffffff";

/// A snapshot that somebody can see.
enum Visible<'a> {
    /// An account's.
    Own(&'a model::Snapshot),
    /// Of the root volume of a public image.
    OfImage(PublicImage),
}

impl Visible<'_> {
    fn id(&self) -> SnapshotId {
        match self {
            Visible::Own(row) => row.id,
            Visible::OfImage(image) => image.snapshot(),
        }
    }

    fn is_owned_by(&self, owner: &str, caller: AccountId) -> bool {
        match self {
            Visible::Own(row) => sharing::is_owner(row.scope.account, owner, caller),
            Visible::OfImage(image) => is_publisher(image.release.distribution, owner, caller),
        }
    }

    /// Whether volumes can be made from it by `all`, by an account, or by the caller, `self`.
    fn is_restorable_by(&self, user: &str, caller: AccountId) -> bool {
        match self {
            Visible::Own(row) => sharing::names(&row.sharing, user, caller),
            Visible::OfImage(_) => user == "all",
        }
    }

    fn render(&self) -> shapes::Snapshot {
        match self {
            Visible::Own(row) => render(row),
            Visible::OfImage(image) => of_image(image),
        }
    }
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeSnapshotsRequest,
) -> Result<DescribeSnapshotsResult, AwsError> {
    let DescribeSnapshotsRequest {
        filters,
        max_results,
        next_token,
        owner_ids,
        restorable_by_user_ids,
        snapshot_ids,
    } = request;
    check_owners(&owner_ids)?;
    let (scope, account) = (call.scope, call.scope.account);
    let own = world.readable_snapshots(scope).map(Visible::Own);
    let all: Vec<Visible<'_>> = own.chain(image::all(scope.region).map(Visible::OfImage)).collect();
    let mut named = request::named_or_all(&snapshot_ids, all.iter(), Visible::id)?;
    named.retain(|it| owner_ids.is_empty() || owner_ids.iter().any(|owner| it.is_owned_by(owner, account)));
    named.retain(|it| {
        restorable_by_user_ids.is_empty()
            || restorable_by_user_ids.iter().any(|user| it.is_restorable_by(user, account))
    });
    let snapshots = named.into_iter().map(Visible::render);
    let describe = Describe { kind: "snapshot", ids: &snapshot_ids, filters, max_results, next_token };
    let (snapshots, next_token) =
        describe.page_within(PAGE, snapshots, |it: &shapes::Snapshot| it.snapshot_id.as_ref())?;
    Ok(DescribeSnapshotsResult { snapshots, next_token })
}

/// A snapshot as answers show it.
pub(super) fn render(snapshot: &model::Snapshot) -> shapes::Snapshot {
    shapes::Snapshot {
        snapshot_id: Some(snapshot.id.to_string()),
        owner_id: Some(snapshot.scope.account.to_string()),
        volume_id: Some(snapshot.volume.map_or_else(|| NO_VOLUME.to_owned(), |id| id.to_string())),
        volume_size: i32::try_from(snapshot.size_gib).ok(),
        description: Some(snapshot.description.clone()),
        encrypted: Some(snapshot.kms_key.is_some()),
        kms_key_id: snapshot.kms_key.clone(),
        start_time: Some(snapshot.started),
        completion_time: Some(snapshot.started),
        tags: render_tags(&snapshot.tags),
        ..completed()
    }
}

fn completed() -> shapes::Snapshot {
    shapes::Snapshot {
        state: Some("completed".to_owned()),
        progress: Some("100%".to_owned()),
        storage_tier: Some("standard".to_owned()),
        ..Default::default()
    }
}

fn of_image(image: &PublicImage) -> shapes::Snapshot {
    let release = image.release;
    let created = awsproto::Timestamp::parse(release.created);
    shapes::Snapshot {
        snapshot_id: Some(image.snapshot().to_string()),
        owner_id: Some(release.distribution.owner.to_owned()),
        owner_alias: Some(release.distribution.owner_alias.to_owned()),
        volume_id: Some(NO_VOLUME.to_owned()),
        volume_size: i32::try_from(release.root_volume_gib).ok(),
        description: Some(format!("The root volume of {}, {}", image.id(), release.name)),
        encrypted: Some(false),
        start_time: created,
        completion_time: created,
        ..completed()
    }
}

impl Filterable for shapes::Snapshot {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "description" => text_values(&self.description),
            "encrypted" => bool_values(self.encrypted),
            "owner-alias" => text_values(&self.owner_alias),
            "owner-id" => text_values(&self.owner_id),
            "progress" => text_values(&self.progress),
            "snapshot-id" => text_values(&self.snapshot_id),
            "start-time" => self.start_time.iter().map(|time| time.to_string().into()).collect(),
            "status" => text_values(&self.state),
            "storage-tier" => text_values(&self.storage_tier),
            "transfer-type" => text_values(&self.transfer_type),
            "volume-id" => text_values(&self.volume_id),
            "volume-size" => self.volume_size.iter().map(|size| size.to_string().into()).collect(),
            _ => return None,
        })
    }
}
