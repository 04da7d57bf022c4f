//! Reads the signature, once: whose key, for which service and Region. Nobody believes it yet; it says in whose form even a
//! refusal is told.

use awsproto::sigv4;

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(_: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    // An unsigned request goes on: what it is for says how it is told so.
    exchange.authorization = sigv4::parse(&exchange.signed());
    Ok(())
}
