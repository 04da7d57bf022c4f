//! AWS Security Token Service: requests in, answers out.
//!
//! GetCallerIdentity alone; sessions and roles are not here yet.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod caller_identity;
pub mod shapes;

use awsproto::{Action, read};
use shapes::op;

/// What the service can do. It keeps no state, so that any state will do.
pub static ACTIONS: &[Action<()>] = &[read!(GetCallerIdentity, caller_identity::get)];
