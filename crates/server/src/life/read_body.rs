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
        let Some(mut body) = body else { return Ok(()) };
        let read = match rule {
            BodyRule::Whole => api.bodies.read(holder, &mut body).await.map(Read::Whole),
            BodyRule::Streamed { bytes_max } => {
                api.spool.take(PACE, holder, &mut body, bytes_max).await.map(Read::Streamed)
            }
        };
        match read {
            Ok(read) => exchange.body = Some(read),
            Err(unread) => {
                // What is left of a long one is read and forgotten, so that its sender hears why. A short one is in the
                // sender's socket already; whoever holds its last byte back is not waited for.
                exchange.unread = matches!(rule, BodyRule::Streamed { .. }).then_some(body);
                return Err(ended(unread));
            }
        }
        Ok(())
    }
    .boxed()
}

/// Whose bodies are streamed names its operation in the head. All others are read whole, but for those that nobody reads:
/// signature and path in the head say already that service or operation are not here. Of forms, which mostly have no path,
/// the body may say which of several services of a name is meant, and what is asked of one that is here.
fn rule(api: &Api, exchange: &Exchange<'_>) -> Result<BodyRule, AwsError> {
    let is_at_root = exchange.head.uri.path() == "/";
    // Nearly every call is one of these: nothing in its head could make it another, and it is routed by its body later.
    if is_at_root && is_form(exchange) && !exchange.head.headers.contains_key("x-amz-target") {
        return Ok(BodyRule::Whole);
    }
    let (service, found) = match awsproto::route::route(&exchange.incoming(), &api.descriptions) {
        Ok(route) => {
            (route.service, api.service(route.service).find(&route.operation).map(|action| action.body))
        }
        Err(nowhere) => (nowhere.service, Err(nowhere.error)),
    };
    let is_here = api.descriptions.iter().any(|it| std::ptr::eq(*it, service));
    let may_be_form = is_at_root || is_form(exchange);
    match found {
        Err(error) if exchange.authorization.is_ok() && !is_here && !may_be_form => Err(error),
        Ok(rule) => Ok(rule),
        Err(_) => Ok(BodyRule::Whole),
    }
}

fn is_form(exchange: &Exchange<'_>) -> bool {
    let kind = exchange.head.headers.get("content-type").and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
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
