//! Whether the caller may do it: whoever is not an account's root needs the policies' leave ([`crate::authorization`]).

use model::last_access::Access;

use super::{Ended, Exchange};
use crate::api::Api;
use crate::authorization::{self, Asked, Matter};

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let world = api.state.snapshot();
    let (service, action) = exchange.found();
    let request = exchange.signed();
    let call = exchange.call();
    let matter = Matter { world: &world, call, service, action, input: exchange.input(), request: &request };
    let Some(questions) = authorization::questions(&matter) else { return Ok(()) };
    let access = Access { at: call.now, region: call.scope.region.name().to_owned() };
    api.uses.note_access(&world, &call.principal, action.authorization.actions, &access);
    let asked = Asked { call, service: service.service, operation: action.name, questions };
    Ok(authorization::judge(&api.ledger, asked)?)
}
