//! `hamlet why-denied`: the reasoning behind a decision.

use serde::{Deserialize, Serialize};

use super::answer::Refused;
use crate::authorization;
use crate::running::Running;

/// What `hamlet why-denied` asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WhyRequest {
    /// The request's identifier, as the answer had it; the last one without.
    pub request_id: Option<String>,
    /// Without an identifier, whether the last one that was allowed is meant.
    pub allowed: bool,
}

/// What `hamlet why-denied` is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WhyAnswer {
    /// The request's identifier.
    pub request_id: String,
    /// Who asked.
    pub caller: String,
    /// Whether it was allowed.
    pub allowed: bool,
    /// The reasoning, for people.
    pub text: String,
    /// The reasoning, for programs: one entry for each action and resource that was asked about.
    pub reasoning: Vec<serde_json::Value>,
}

pub(super) fn why(running: &Running, asked: &WhyRequest) -> Result<WhyAnswer, Refused> {
    let ledger = &running.ledger;
    let judged = match &asked.request_id {
        Some(id) => ledger.find(id).ok_or_else(|| {
            Refused::not_found(
                "nobody's policies were asked about a request of this identifier since Hamlet was started, or it was \
                 too long ago; an account's root is not asked",
            )
        }),
        None => ledger.last(asked.allowed).ok_or_else(|| {
            let what = if asked.allowed { "allowed" } else { "denied" };
            Refused::not_found(format!("no policy has {what} anything since Hamlet was started"))
        }),
    }?;
    let reasoning = judged.questions.iter();
    let reasoning =
        reasoning.map(|question| question.explained(|it| serde_json::to_value(it))).collect::<Result<_, _>>();
    Ok(WhyAnswer {
        request_id: judged.request_id.clone(),
        caller: judged.questions.first().map(|it| it.asker.arn.clone()).unwrap_or_default(),
        allowed: judged.refused.is_none(),
        text: authorization::tell(&judged),
        reasoning: reasoning.map_err(Refused::failed)?,
    })
}
