//! AWS Systems Manager Parameter Store: the public parameters, most of which name images.
//!
//! Tutorials launch instances from `resolve:ssm:/aws/service/ami-amazon-linux-latest/…` or ask
//! for such a name first. Parameters of one's own cannot be made.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod describe_parameters;
mod get_parameter;
mod global_infrastructure;
mod optimized_ami;
mod parameter_filter;
pub mod public_parameters;
pub mod shapes;
mod touches;
#[rustfmt::skip]
mod vacant;

use awsproto::{Action, Api, read};
use model::World;
pub use public_parameters::{PublicParameter, PublicParameters};
use shapes::op;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: vacant::ROWS,
    tokens: &(),
    first_use: None,
    touches: touches::touches,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    read!(DescribeParameters, describe_parameters::describe),
    read!(GetParameter, get_parameter::one),
    read!(GetParameters, get_parameter::several),
    read!(GetParametersByPath, get_parameter::by_path),
];
