//! Waits until a change is on disk. Nothing is answered that is not.

use awsproto::AwsError;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use store::StoreError;

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step<'a>(_: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    async move {
        let Some(durable) = exchange.durable.take() else { return Ok(()) };
        let output = durable.wait().await.map_err(|error| not_stored(&error))??;
        exchange.outcome = Some(Ok(output));
        Ok(())
    }
    .boxed()
}

/// The sentence names the trouble; AWS's own says nothing, and would leave the user without a way out.
pub(super) fn not_stored(error: &StoreError) -> AwsError {
    match error {
        StoreError::DiskFull => {
            AwsError::new("Unavailable", format!("The change was not made. {error}")).with_status(503)
        }
        StoreError::Conflict { .. }
        | StoreError::Invalid(_)
        | StoreError::InUse { .. }
        | StoreError::OtherVersion { .. }
        | StoreError::NotUpgraded { .. }
        | StoreError::Corrupt(_)
        | StoreError::Compacted { .. }
        | StoreError::SnapshotLost
        | StoreError::Uncertain(_)
        | StoreError::Closed
        | StoreError::Io(_) => {
            AwsError::new("InternalError", format!("The change was not made. {error}")).with_status(500)
        }
    }
}
