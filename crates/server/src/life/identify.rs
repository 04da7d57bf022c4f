//! Checks the signature: who calls, and in which account and Region.

use awsproto::sigv4::{self, SignatureError};
use awsproto::trail::Actor;
use awsproto::{AwsError, Call, Need};
use model::{Partition, Scope, Timestamp};

use super::exchange::Identified;
use super::{Ended, Exchange};
use crate::api::Api;
use crate::callers::Caller;
use crate::clock;
use crate::host_name::{addressed, name_in};

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    if is_vouched_for(api, exchange) {
        return Ok(());
    }
    let now = clock::now();
    let unknown = |error: &SignatureError| -> AwsError { error.to_aws(exchange.service().protocol) };
    let authorization = match &exchange.authorization {
        Err(SignatureError::Unsigned) => return Err(unsigned(api, exchange).into()),
        read => read.as_ref().map_err(unknown)?,
    };
    let world = api.state.snapshot();
    let caller = api.callers.identify(&world, &exchange.signed(), authorization, exchange.client.auth, now);
    let caller = caller.map_err(|error| unknown(&error))?;
    let (service, operation) = (exchange.service().name, &exchange.route().operation);
    sts::session_may_call(&caller.principal, caller.session.as_deref(), service, operation)?;
    let scope = api.scope_of(&world, &caller, exchange.service(), exchange.route().region.as_deref())?;
    let access_key_id = authorization.scope.access_key_id.clone();
    api.uses.note(&world, &caller.principal, &access_key_id, (service, scope.region, now));
    identified(api, exchange, caller, access_key_id, scope, now);
    Ok(())
}

/// Whether it is another's word that tells who calls, which is asked for later. A signature says nothing then.
fn is_vouched_for(api: &Api, exchange: &Exchange<'_>) -> bool {
    let (service, operation) = (exchange.service(), &exchange.route().operation);
    let is_open = sigv4::needs_no_signature(service.name, operation);
    is_open && api.service(service).find(operation).is_ok_and(|action| matches!(action.need, Need::Voucher))
}

/// What a request without a signature is told: that it lacks one, unless what it asks for needs none.
fn unsigned(api: &Api, exchange: &Exchange<'_>) -> AwsError {
    let (service, operation) = (exchange.service(), &exchange.route().operation);
    let open = sigv4::needs_no_signature(service.name, operation);
    let missing = api.service(service).find(operation).err().filter(|_| open);
    missing.unwrap_or_else(|| sigv4::unsigned(&exchange.incoming()).to_aws(service.protocol))
}

/// Somebody known calls, with an access key if they have one.
pub(super) fn identified(
    api: &Api,
    exchange: &mut Exchange<'_>,
    caller: Caller,
    access_key_id: String,
    scope: Scope,
    now: Timestamp,
) {
    exchange.principal = Some(caller.principal.clone());
    exchange.proof = Some(caller.proof);
    let (request_id, origin) = (exchange.request_id.clone(), exchange.client.origin);
    let call = api.call_of(caller, access_key_id, scope, request_id, origin, now);
    let call = Call { spoken_to: spoken_to(exchange), ..call };
    exchange.identified = Some(Identified { actor: Actor::of(&call), scope, at: now });
    exchange.call = Some(Call { body: exchange.streamed(), ..call });
}

/// The host and port that a request is spoken to, where that is none of AWS's names.
fn spoken_to(exchange: &Exchange<'_>) -> Option<String> {
    let host = addressed(exchange.head).ok()?;
    let is_below = |name: &str| {
        let domains = Partition::ALL.into_iter().flat_map(|it| [it.domain(), it.dual_stack_domain()]);
        domains.into_iter().any(|domain| name.ends_with(domain))
    };
    // An address is nobody's name.
    let is_of_aws = name_in(&host).is_some_and(|name| is_below(&name));
    (!is_of_aws).then_some(host)
}
