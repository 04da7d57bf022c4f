//! Whether the caller may do it: whoever is not an account's root needs the policies' leave ([`crate::authorization`]).

use super::{Ended, Exchange};
use crate::api::Api;
use crate::authorization::{self, Asked, Asking, Matter};

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let world = api.state.snapshot();
    let (service, action) = exchange.found();
    let request = exchange.signed();
    let call = exchange.call();
    let asking = Asking { world: &world, standings: &api.standings, call, request: &request };
    let matter = Matter { asking, service, action, input: exchange.input() };
    let Some(questions) = authorization::questions(&matter) else { return Ok(()) };
    let actions = action.authorization.actions;
    api.uses.note_access(&world, &call.principal, actions, (call.scope.region, call.now));
    let asked = Asked { call, service: service.service, operation: action.name, questions };
    Ok(authorization::judge(&api.ledger, asked)?)
}
