//! Brings what the action needs and the state does not have, so that neither readers nor the writer wait for it.

use awsproto::{Call, Input, Need, Provided};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use model::InstanceId;
use std::sync::Arc;

use super::{Ended, Exchange};
use crate::api::Api;
use crate::clock;

pub(super) fn step<'a>(api: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    async move {
        let provided = match exchange.action().need {
            // Who is vouched for was asked before.
            Need::Nothing | Need::Voucher => return Ok(()),
            Need::Secret(make) => secret(make, exchange.input().clone()).await,
            Need::Events => events(api, exchange.call()).await,
            Need::ConsoleOutput(whose) => console_output(api, whose(exchange.input())).await,
        };
        exchange.call.as_mut().expect("the caller was identified before").provided = provided;
        Ok(())
    }
    .boxed()
}

/// The bits come from the system, not from the identifiers' generator; what is made of them may take long.
async fn secret(make: fn(&Input, &awsproto::SecretBits) -> Vec<u8>, input: Input) -> Provided {
    let bits = clock::random();
    let made = tokio::task::spawn_blocking(move || make(&input, &bits)).await.unwrap_or_default();
    Provided::Secret { bits, made }
}

/// What the call itself is will be written down when it has ended.
async fn events(api: &Api, call: &Call) -> Provided {
    let (trail, scope, now) = (Arc::clone(&api.trail), call.scope, call.now);
    let events = tokio::task::spawn_blocking(move || trail.events(scope, now)).await;
    Provided::Events(events.unwrap_or_default())
}

async fn console_output(api: &Api, instance: Option<InstanceId>) -> Provided {
    let (Some(consoles), Some(id)) = (api.consoles.load_full(), instance) else {
        return Provided::ConsoleOutput(None);
    };
    let console = tokio::task::spawn_blocking(move || consoles.latest(id)).await;
    Provided::ConsoleOutput(console.ok().and_then(Result::ok))
}
