//! Whether the caller may do it: a change needs more than what any link could carry, and whoever is not an account's root
//! needs the policies' leave ([`crate::authorization`]).

use super::{Ended, Exchange};
use crate::api::Api;
use crate::authorization::{self, Judged, Matter};
use crate::callers::Proof;
use crate::refusal::{Reason, Refusal};

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    if exchange.action().is_write() && exchange.proof != Some(Proof::Shown) {
        return Err(Ended::Refused(Refusal::new(
            Reason::Unproven,
            "A signature in the query changes something only if it is of a key that Hamlet knows: sign in the \
             Authorization header.",
        )));
    }
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
