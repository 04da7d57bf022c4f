//! Whether the caller may do it: whoever is not an account's root needs the policies' leave ([`crate::authorization`]).

use super::{Ended, Exchange};
use crate::api::Api;
use crate::authorization::{self, Judged, Matter};

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let world = api.state.snapshot();
    let (service, action) = exchange.found();
    let request = exchange.signed();
    let call = exchange.call();
    let matter = Matter { world: &world, call, service, action, input: exchange.input(), request: &request };
    let Some(questions) = authorization::questions(&matter) else { return Ok(()) };
    let verdict = authorization::verdict(&questions);
    let refusal = verdict
        .as_ref()
        .map(|(place, decision)| authorization::refusal(service.service, &questions[*place], decision, None));
    api.ledger.write(Judged {
        request_id: exchange.request_id.clone(),
        at: call.now,
        service: service.service.name,
        operation: action.name,
        questions,
        refused: verdict.map(|(place, _)| place),
    });
    refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
}
