//! AWS Resource Groups Tagging API: tags of all services in one place.
//!
//! Follows the Resource Groups Tagging API Reference. What has tags is EC2's, Route 53's, IAM's, SQS's, SNS's and CloudWatch
//! Logs'. No tag policies, of
//! which there are none without an organization: no compliance summaries, no reports.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod change;
mod errors;
mod resources;
pub mod shapes;
mod tag_names;
#[cfg(test)]
mod testing;
mod touches;
#[rustfmt::skip]
mod vacant;

use awsproto::{Action, Api, Protocol, Service, read, write};
use model::World;
use shapes::op;

/// The service as older clients speak to it, in JSON.
pub static API: Api<World> = api(&shapes::SERVICE);

/// The service as newer clients speak to it.
pub static API_IN_CBOR: Api<World> = api(&IN_CBOR);

static IN_CBOR: Service = Service { protocol: Protocol::RpcCbor, ..shapes::SERVICE };

const fn api(service: &'static Service) -> Api<World> {
    Api {
        service,
        actions: ACTIONS,
        vacant: vacant::ROWS,
        tokens: &(),
        first_use: None,
        touches: touches::touches,
    }
}

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    read!(GetResources, resources::get),
    read!(GetTagKeys, tag_names::keys),
    read!(GetTagValues, tag_names::values),
    write!(TagResources, change::tag),
    write!(UntagResources, change::untag),
];
