//! Whether the caller has shown who it is: a change needs more than what any link could carry, before anybody looks at what
//! the link says.

use super::{Ended, Exchange};
use crate::api::Api;
use crate::callers::{Proof, UNPROVEN};
use crate::refusal::{Reason, Refusal};

pub(super) fn step(_: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    match exchange.action().is_write() && exchange.proof != Some(Proof::Shown) {
        true => Err(Ended::Refused(Refusal::new(Reason::Unproven, UNPROVEN))),
        false => Ok(()),
    }
}
