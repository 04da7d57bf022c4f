//! Checks the signature: who calls, and in which account and Region.

use awsproto::sigv4::{self, SignatureError};
use awsproto::trail::Actor;
use awsproto::{AwsError, Call};
use model::Scope;
use model::access_key::LastUsed;

use super::exchange::Identified;
use super::{Ended, Exchange};
use crate::api::Api;
use crate::clock;

/// What a request without a signature is told: that it lacks one, unless what it asks for needs none.
fn unsigned(api: &Api, exchange: &Exchange<'_>) -> AwsError {
    let (service, operation) = (exchange.service(), &exchange.route().operation);
    let open = sigv4::needs_no_signature(service.name, operation);
    let missing = api.service(service).find(operation).err().filter(|_| open);
    missing.unwrap_or_else(|| sigv4::unsigned(&exchange.incoming()).to_aws(service.protocol))
}

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let now = clock::now();
    let unknown = |error: &SignatureError| -> AwsError { error.to_aws(exchange.service().protocol) };
    let authorization = match &exchange.authorization {
        Err(SignatureError::Unsigned) => return Err(unsigned(api, exchange).into()),
        read => read.as_ref().map_err(unknown)?,
    };
    let world = api.state.snapshot();
    let caller = api.callers.identify(&world, &exchange.signed(), authorization, now);
    let caller = caller.map_err(|error| unknown(&error))?;
    let (service, operation) = (exchange.service().name, &exchange.route().operation);
    sts::session_may_call(&caller.principal, caller.session.as_deref(), service, operation)?;
    let region = api.region_named(exchange.route().region.as_deref())?;
    exchange.principal = Some(caller.principal.clone());
    let scope = Scope { account: caller.account(), region };
    let used = LastUsed { at: now, service: service.to_owned(), region: region.name().to_owned() };
    api.uses.note(&world, &caller.principal, &authorization.scope.access_key_id, used);
    exchange.proof = Some(caller.proof);
    let (request_id, source) = (exchange.request_id.clone(), exchange.client.source);
    let call = api.call_of(caller, &authorization.scope.access_key_id, scope, request_id, source, now);
    exchange.identified = Some(Identified { actor: Actor::of(&call), scope, at: now });
    exchange.call = Some(Call { body: exchange.streamed(), ..call });
    Ok(())
}
