//! Reads the body: into memory, or to disk where the action says that its bodies are streamed; no more than it may have, and
//! not slower than it may come.

use awsproto::{AwsError, BodyRule};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::exchange::Read;
use super::{Ended, Exchange};
use crate::api::Api;
use crate::body::{PACE, Unread};

pub(super) fn step<'a>(api: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    let rule = match rule(api, exchange) {
        Ok(rule) => rule,
        Err(error) => return ready(Err(error.into())).boxed(),
    };
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

/// Whose bodies are streamed names its operation in the head. All others are read whole, but for those that nobody reads:
/// signature and path in the head say already that the service is not here. Of forms, which have no path, the body may say
/// which of several services of a name is meant.
fn rule(api: &Api, exchange: &Exchange<'_>) -> Result<BodyRule, AwsError> {
    let is_form = exchange.head.uri.path() == "/";
    match awsproto::route::route(&exchange.incoming(), &api.descriptions) {
        Ok(route) => {
            let action = api.service(route.service).find(&route.operation).ok();
            Ok(action.map_or(BodyRule::Whole, |action| action.body))
        }
        Err(nowhere) if exchange.authorization.is_ok() && !is_form => Err(nowhere.error),
        Err(_) => Ok(BodyRule::Whole),
    }
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
