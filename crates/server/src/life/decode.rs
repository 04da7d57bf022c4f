//! Reads the parameters: what is missing, unknown or malformed is refused before anybody asks what it would do.

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(_: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let input = exchange.route().input(&exchange.incoming())?;
    exchange.request = Some((exchange.action().decode)(&input)?);
    exchange.input = Some(input);
    Ok(())
}
