//! Says what was asked, by whom, and how it ended: in the audit trail, and in a line of the log for those who ask for them.

use awsproto::trail::{self, Finished};
use awsproto::{AwsError, Call, Output};

use super::exchange::{Identified, Read};
use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) {
    if let Some(Err(Ended::Refused(refusal))) = &exchange.outcome {
        api.refused.count(refusal.reason);
    }
    let code = match &exchange.outcome {
        Some(Ok(_)) => "",
        Some(Err(Ended::Error(error))) => &error.code,
        Some(Err(Ended::Refused(refusal))) => refusal.reason.name(),
        None => "InternalError",
    };
    let route = exchange.route.as_ref();
    tracing::debug!(
        target: "api",
        request = %exchange.request_id,
        origin = %exchange.client.origin,
        principal = exchange.call.as_ref().map(Call::principal_arn),
        service = route.map(|it| it.service.name),
        operation = route.map(|it| it.operation.as_str()),
        until = exchange.last_step,
        code,
    );
    if let Some(finished) = finished(exchange) {
        api.trail.record(finished, bytes(exchange));
    }
}

/// What the audit trail writes of it: of a call by somebody known, of an operation that AWS has, about a resource and not only
/// about what is in it. What was refused before
/// any service was asked is in nobody's trail.
fn finished(exchange: &mut Exchange<'_>) -> Option<Finished> {
    let route = exchange.route.as_ref()?;
    let (service, operation) = (route.service, route.operation.clone());
    if !service.knows(&operation) || trail::is_data_event(service.name, &operation) {
        return None;
    }
    let is_global = route.region.as_deref().is_some_and(|region| region.ends_with("-global"));
    let is_write = match exchange.found {
        Some((_, action)) => action.is_write(),
        None => !trail::is_question(&operation),
    };
    let outcome = match exchange.outcome.as_ref()? {
        Ok(output) => Ok(answer(output, Finished::tells_answer(service, &operation, is_write))),
        Err(Ended::Error(error)) => Err(AwsError::clone(error)),
        Err(Ended::Refused(_)) => return None,
    };
    let Identified { actor, scope, at } = exchange.identified.take()?;
    let input = exchange.input.take().or_else(|| exchange.route().input(&exchange.incoming()).ok());
    Some(Finished {
        request_id: exchange.request_id.clone(),
        actor,
        scope,
        is_global,
        at,
        origin: exchange.client.origin,
        user_agent: exchange.signed().header("user-agent").map(str::to_owned),
        service,
        operation,
        is_write,
        input,
        outcome,
    })
}

fn answer(output: &Output, is_told: bool) -> Option<String> {
    is_told.then(|| output.body.clone())
}

/// About what it takes in memory until it is written down.
fn bytes(exchange: &Exchange<'_>) -> usize {
    let body = match &exchange.body {
        Some(Read::Whole(body)) => body.bytes.len(),
        Some(Read::Streamed(_)) | None => 0,
    };
    let answer = match &exchange.outcome {
        Some(Ok(output)) => output.body.len(),
        Some(Err(_)) | None => 0,
    };
    // Parameters in a tree are several times as long.
    4 * body + answer
}
