//! Checks the signature: who calls, and in which account and Region.

use awsproto::sigv4::SignatureError;
use awsproto::{AwsError, Call, Provided};
use model::Scope;

use super::{Ended, Exchange};
use crate::api::Api;
use crate::clock;

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let now = clock::now();
    let unknown = |error: &SignatureError| -> AwsError { error.to_aws(exchange.service().protocol) };
    let authorization = exchange.authorization.as_ref().map_err(unknown)?;
    let world = api.state.snapshot();
    let caller = api.callers.identify(&world, &exchange.signed(), authorization, now);
    let caller = caller.map_err(|error| unknown(&error))?;
    let region = api.region_named(exchange.route().region.as_deref())?;
    exchange.principal = Some(caller.principal.clone());
    exchange.call = Some(Call {
        scope: Scope { account: caller.account(), region },
        principal: caller.principal,
        request_id: exchange.request_id.clone(),
        now,
        source_ip: exchange.client.source,
        ids: clock::ids(),
        unknown_images: api.config.unknown_images,
        provided: Provided::Nothing,
        body: exchange.streamed(),
    });
    exchange.proof = Some(caller.proof);
    Ok(())
}
