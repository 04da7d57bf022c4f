//! Finds the action's row in its service's table.

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    let service = api.service(exchange.service());
    exchange.found = Some((service, service.find(&exchange.route().operation)?));
    Ok(())
}
