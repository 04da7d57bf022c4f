//! Who may speak at all: this machine's user, to one of our names, and no stranger's web page.

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(api: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    api.refusal(exchange.client, exchange.head).map_or(Ok(()), |refusal| Err(Ended::Refused(refusal)))
}
