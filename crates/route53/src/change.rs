//! What became of a change. Follows GetChange (Route 53 API Reference).
//!
//! On AWS a change is `PENDING` until all servers know of it, at most a minute. Here it is in force when it is answered,
//! and `INSYNC` from the start.

use awsproto::{AwsError, Call};
use model::private_hosted_zone::HostedZoneChange;
use model::{HostedZoneChangeId, World};

use crate::request::random;
use crate::shapes::{ChangeInfo, GetChangeRequest, GetChangeResponse};

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetChangeRequest,
) -> Result<GetChangeResponse, AwsError> {
    let GetChangeRequest { id } = request;
    let account = call.scope.account;
    let text = id.unwrap_or_default();
    let id = text.rsplit('/').next().unwrap_or_default();
    let found = id.parse().ok().and_then(|id: HostedZoneChangeId| world.hosted_zone_changes.get(&id));
    let change = found.filter(|change| change.account == account).ok_or_else(|| {
        let shown: String = id.chars().take(64).collect();
        AwsError::new("NoSuchChange", format!("Could not find resource with ID: {shown}")).with_status(404)
    })?;
    Ok(GetChangeResponse { change_info: Some(render(change.clone())) })
}

/// Remembers a change that was made, and shows it.
pub(crate) fn made(
    call: &mut Call,
    world: &mut World,
    comment: Option<String>,
) -> Result<ChangeInfo, AwsError> {
    let (account, now, random) = (call.scope.account, call.now, random(call));
    Ok(render(world.remember_hosted_zone_change(account, comment, now, random)))
}

fn render(change: HostedZoneChange) -> ChangeInfo {
    ChangeInfo {
        id: Some(format!("/change/{}", change.id)),
        status: Some("INSYNC".to_owned()),
        submitted_at: Some(change.submitted),
        comment: change.comment,
    }
}
