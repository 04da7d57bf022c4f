//! Reads the body: into memory, or to disk where the action says that its bodies are streamed; no more than it may have, and
//! not slower than it may come.

use awsproto::{AwsError, BodyRule};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::exchange::Read;
use super::{Ended, Exchange};
use crate::api::Api;
use crate::body::{PACE, Unread};

pub(super) fn step<'a>(api: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    let rule = rule(api, exchange);
    let body = exchange.unread.take();
    let holder = exchange.client.holder;
    async move {
        let Some(body) = body else { return Ok(()) };
        let read = match rule {
            BodyRule::Whole => api.bodies.read(holder, body).await.map(Read::Whole),
            BodyRule::Streamed { bytes_max } => {
                api.spool.take(PACE, holder, body, bytes_max).await.map(Read::Streamed)
            }
        };
        exchange.body = Some(read.map_err(ended)?);
        Ok(())
    }
    .boxed()
}

/// Whose bodies are streamed names its operation in the head. All others are read whole.
fn rule(api: &Api, exchange: &Exchange<'_>) -> BodyRule {
    let route = awsproto::route::route(&exchange.incoming(), &api.descriptions);
    let action = route.ok().and_then(|route| api.service(route.service).find(&route.operation).ok());
    action.map_or(BodyRule::Whole, |action| action.body)
}

fn ended(unread: Unread) -> Ended {
    match unread {
        Unread::Refused(refusal) => Ended::Refused(refusal),
        Unread::Broken => {
            AwsError::new("IncompleteBody", "The body of this request did not come whole.").into()
        }
        Unread::NotKept(error) => {
            let sentence = format!("The body of this request could not be kept: {error}.");
            AwsError::new("Unavailable", sentence).with_status(503).into()
        }
    }
}
