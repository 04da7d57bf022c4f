//! Says what was asked, by whom, and how it ended: a line of the log for each call, for those who ask for them.

use awsproto::Call;

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
        source = %exchange.client.source,
        principal = exchange.call.as_ref().map(Call::principal_arn),
        service = route.map(|it| it.service.name),
        operation = route.map(|it| it.operation.as_str()),
        until = exchange.last_step,
        code,
    );
}
