//! Makes what an account has in a Region from its first call of a service on, such as its default VPC. Who lacks proof has
//! not used anything, and gets nothing made for it.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::durable::not_stored;
use super::{Ended, Exchange};
use crate::api::Api;
use crate::callers::Proof;
use crate::clock;
use crate::writer::Applied;

pub(super) fn step<'a>(api: &'a Api, exchange: &'a mut Exchange<'_>) -> BoxFuture<'a, Result<(), Ended>> {
    async move {
        let (service, _) = exchange.found();
        let scope = exchange.call().scope;
        let Some(first_use) = &service.first_use else { return Ok(()) };
        if exchange.proof != Some(Proof::Shown) || (first_use.is_made)(&api.state.snapshot(), scope) {
            return Ok(());
        }
        let mut ids = clock::ids();
        let made = api.state.change(move |world| {
            (first_use.make)(world, scope, &mut ids);
            (Applied::Keep, ())
        });
        Ok(made.await.map_err(|error| not_stored(&error))?)
    }
    .boxed()
}
