//! Writes the answer as the service's clients read it.

use awsproto::{AwsError, Service};

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) {
    let outcome = exchange.outcome.take().unwrap_or_else(|| {
        let error = AwsError::new("InternalError", "The call ended without an answer.");
        Err(Ended::Error(error.with_status(500)))
    });
    let id = &exchange.request_id;
    exchange.reply = Some(match outcome {
        Ok(output) => output.render(exchange.service(), &exchange.route().operation, id),
        Err(Ended::Error(error)) => error.render(meant(api, exchange), id),
        Err(Ended::Refused(refusal)) => refusal.reply(meant(api, exchange), id),
    });
}

/// The service that a request is for, or seems to be for.
fn meant(api: &Api, exchange: &Exchange<'_>) -> &'static Service {
    match &exchange.route {
        Some(route) => route.service,
        None => awsproto::route::service(&exchange.incoming(), &api.descriptions)
            .unwrap_or_else(|nowhere| nowhere.service),
    }
}
