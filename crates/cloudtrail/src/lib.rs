//! AWS CloudTrail: who did what, of the calls that this Hamlet has answered.
//!
//! Follows LookupEvents (CloudTrail API Reference). Management events only; no trails, no event data stores, no Insights.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod lookup;
pub mod shapes;
#[rustfmt::skip]
mod vacant;

use awsproto::authorization::touches_nothing;
use awsproto::{Action, Api, Need, read};
use model::World;
use shapes::op;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: vacant::ROWS,
    tokens: &(),
    first_use: None,
    touches: touches_nothing,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[read!(LookupEvents, lookup::events).needs(Need::Events)];
