//! Stops a call that was only to be tried: it would have been allowed.

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(_: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    Ok(exchange.action().check_dry_run(exchange.input())?)
}
