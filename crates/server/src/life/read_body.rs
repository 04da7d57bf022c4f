//! Reads the body, as long as it may be and not slower than it may come.

use awsproto::AwsError;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Ended, Exchange};
use crate::api::Api;
use crate::body::Unread;

pub(super) fn step<'a>(api: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    let body = exchange.unread.take();
    let holder = exchange.client.holder;
    async move {
        let Some(body) = body else { return Ok(()) };
        exchange.body = Some(api.bodies.read(holder, body).await.map_err(|unread| match unread {
            Unread::Refused(refusal) => Ended::Refused(refusal),
            Unread::Broken => {
                AwsError::new("IncompleteBody", "The body of this request did not come whole.").into()
            }
        })?);
        Ok(())
    }
    .boxed()
}
