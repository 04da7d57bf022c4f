//! Reads the client token, by which a call that is sent twice is done once. What it was answered before is looked up where
//! nothing can come between: by the writer.

use awsproto::ClientToken;

use super::{Ended, Exchange};
use crate::api::Api;

pub(super) fn step(_: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    exchange.token = ClientToken::of(exchange.action(), exchange.call(), exchange.input())?;
    Ok(())
}
