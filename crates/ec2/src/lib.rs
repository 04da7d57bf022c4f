//! Amazon EC2 and EC2 Instance Connect: requests in, answers and changes out.
//!
//! One file per noun: each action is a function that reads the request, changes the world and renders the answer.
//! `actions` has the one list of them. Which sentence stands for which refusal of the model is in `errors`.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod actions;
mod address_attribute;
mod address_transfer;
mod block_device;
mod block_public_access;
mod convert;
mod cpu_options;
mod credit_specification;
mod dhcp_options;
mod egress_only_internet_gateway;
mod elastic_ip;
mod encryption;
mod errors;
mod fleet;
mod flow_log;
mod host_name;
mod id_format;
mod image;
pub mod instance;
mod instance_attribute;
pub mod instance_connect;
mod instance_connect_endpoint;
mod instance_defaults;
mod instance_image_metadata;
mod instance_maintenance;
mod instance_profile;
mod instance_type;
mod internet_gateway;
mod ip_permission;
pub mod key_pair;
mod launch_request;
mod launch_template;
mod nat_gateway;
mod nat_gateway_address;
mod network_acl;
mod network_interface;
mod passing;
mod place;
mod placement;
mod placement_group;
mod prefix_list;
mod request;
mod request_tokens;
mod route;
mod route_parameters;
mod route_table;
mod run_instances;
mod security_group;
mod security_group_association;
mod security_group_permission;
mod security_group_rule;
pub mod shapes;
mod sharing;
mod snapshot;
mod storage_defaults;
mod subnet;
mod tags;
#[cfg(test)]
mod testing;
mod touches;
mod volume;
#[rustfmt::skip]
mod vacant;
mod vpc;
mod vpc_endpoint;
mod vpc_peering_connection;

use awsproto::{Api, FirstUse};
use model::world::ScopeKey;
use model::{Ids, World};

pub use shapes::SERVICE;

/// The service.
pub static API: Api<World> = Api {
    service: &SERVICE,
    actions: actions::ACTIONS,
    vacant: vacant::ROWS,
    tokens: &request_tokens::RequestTokens,
    first_use: Some(DEFAULT_VPC),
    touches: touches::touches,
};

/// An account gets its default VPC in a Region with its first call there.
const DEFAULT_VPC: FirstUse<World> = FirstUse {
    is_made: |world, scope| world.scopes.contains(&ScopeKey(scope)),
    make: |world, scope, ids| {
        world.ensure_scope(scope, &mut Ids::new(&mut || ids.hex17()));
    },
};
