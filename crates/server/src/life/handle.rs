//! Calls the action: a reading one with the published snapshot, on the connection's own task; a writing one by the writer,
//! in its turn; one about what is kept beside the state with that, for as long as it takes.

use awsproto::{AwsError, Handler, Output};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use model::{Timestamp, World};

use super::durable::not_stored;
use super::{Ended, Exchange};
use crate::api::Api;
use crate::config::Instances;
use crate::controllers::without_machines;
use crate::writer::Applied;

pub(super) fn step<'a>(api: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    let (service, action) = exchange.found();
    let mut call = exchange.call.take().expect("the caller was identified before");
    let request = exchange.request.take().expect("the request was decoded before");
    let token = exchange.token.take();
    let backing = api.config.instances;
    let now = call.now;
    async move {
        if let Handler::Beside { handle, .. } = action.handler {
            let output = handle(call, api.state.snapshot(), &api.beside, request).await?;
            exchange.outcome = Some(Ok(output));
            return Ok(());
        }
        if let Handler::Events(handle) = action.handler {
            exchange.events = Some(handle(call, api.state.snapshot(), &api.beside, request).await?);
            exchange.outcome = Some(Ok(Output::default()));
            return Ok(());
        }
        if !action.is_write() {
            let output = action.read(&mut call, &api.state.snapshot(), request)?;
            exchange.outcome = Some(Ok(output));
            return Ok(());
        }
        let change = move |world: &mut World| -> Result<Output, AwsError> {
            match token {
                None => action.write(&mut call, world, request),
                Some(token) => token
                    .once(service.tokens, call.now, world, |world| action.write(&mut call, world, request)),
            }
        };
        let queued = api.state.queue(move |world| {
            let result = change(world);
            if result.is_ok() {
                follow_up(backing, world, now);
            }
            let applied = if result.is_ok() { Applied::Keep } else { Applied::TakeBack };
            (applied, result)
        });
        exchange.durable = Some(queued.await.map_err(|error| not_stored(&error))?);
        Ok(())
    }
    .boxed()
}

/// What follows from a change and is part of it.
fn follow_up(backing: Instances, world: &mut World, now: Timestamp) {
    match backing {
        // The controllers see to it.
        Instances::Namespace => {}
        Instances::None => without_machines::settle(world, now),
    }
}
