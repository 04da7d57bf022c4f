//! With whom snapshots are shared. Follows DescribeSnapshotAttribute, ModifySnapshotAttribute and ResetSnapshotAttribute
//! (EC2 API Reference).

use awsproto::{AwsError, Call};
use model::sharing::ChangeSharing;
use model::{SnapshotId, World};

use crate::errors::refused;
use crate::request::{only_attribute, required_id};
use crate::shapes::*;
use crate::sharing::{self, Shared};

/// The attribute that can be changed.
const PERMISSION: &str = "createVolumePermission";

impl Shared for CreateVolumePermission {
    fn new(group: Option<String>, user_id: Option<String>) -> Self {
        CreateVolumePermission { group, user_id }
    }

    fn parts(&self) -> (Option<&str>, Option<&str>) {
        (self.group.as_deref(), self.user_id.as_deref())
    }
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeSnapshotAttributeRequest,
) -> Result<DescribeSnapshotAttributeResult, AwsError> {
    let DescribeSnapshotAttributeRequest { attribute, snapshot_id } = request;
    let id: SnapshotId = required_id(snapshot_id.as_deref())?;
    let snapshot = world.snapshot(call.scope, id).map_err(refused)?;
    let mut answer =
        DescribeSnapshotAttributeResult { snapshot_id: Some(id.to_string()), ..Default::default() };
    match attribute.as_deref().unwrap_or_default() {
        PERMISSION => answer.create_volume_permissions = sharing::shown(&snapshot.sharing),
        // Nothing here is sold in a market.
        "productCodes" => {}
        other => return Err(AwsError::invalid_value("attribute", other, "Unknown attribute.")),
    }
    Ok(answer)
}

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifySnapshotAttributeRequest,
) -> Result<(), AwsError> {
    let ModifySnapshotAttributeRequest {
        attribute,
        create_volume_permission,
        group_names,
        operation_type,
        snapshot_id,
        user_ids,
    } = request;
    let id: SnapshotId = required_id(snapshot_id.as_deref())?;
    check_attribute(attribute.as_deref())?;
    let CreateVolumePermissionModifications { add, remove } = create_volume_permission.unwrap_or_default();
    let listed = ChangeSharing { add: sharing::read(&add)?, remove: sharing::read(&remove)? };
    let named = operation_type.map(|it| sharing::of_operation(&it, &group_names, &user_ids)).transpose()?;
    let listed = Some(listed).filter(|it| *it != ChangeSharing::default());
    let change = only_attribute(&mut [listed, named].into_iter().flatten())?;
    sharing::refuse_nothing(&change)?;
    world.share_snapshot(call.scope, id, change).map_err(refused)
}

pub(crate) fn reset(
    call: &mut Call,
    world: &mut World,
    request: ResetSnapshotAttributeRequest,
) -> Result<(), AwsError> {
    let ResetSnapshotAttributeRequest { attribute, snapshot_id } = request;
    let id: SnapshotId = required_id(snapshot_id.as_deref())?;
    check_attribute(attribute.as_deref())?;
    let remove = world.snapshot(call.scope, id).map_err(refused)?.sharing.clone();
    world.share_snapshot(call.scope, id, ChangeSharing { remove, ..Default::default() }).map_err(refused)
}

fn check_attribute(attribute: Option<&str>) -> Result<(), AwsError> {
    match attribute {
        None | Some(PERMISSION) => Ok(()),
        Some("productCodes") => {
            Err(AwsError::new("UnsupportedOperation", "Product codes of snapshots cannot be changed."))
        }
        Some(other) => Err(AwsError::invalid_value("attribute", other, "Unknown attribute.")),
    }
}
