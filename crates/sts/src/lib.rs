//! AWS Security Token Service: requests in, answers out.
//!
//! GetCallerIdentity alone; sessions and roles are not here yet.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod caller_identity;
pub mod shapes;

use awsproto::authorization::touches_nothing;
use awsproto::{Action, Api, read};
use model::World;
use shapes::op;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: &[],
    tokens: &(),
    first_use: None,
    touches: touches_nothing,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[read!(GetCallerIdentity, caller_identity::get)];
