//! Amazon EC2 and EC2 Instance Connect: requests in, answers and changes out.
//!
//! One file per noun: each action is a function that reads the request, changes the world and renders the answer.
//! [`ACTIONS`] is the one list of them. Which sentence stands for which refusal of the model is in `errors`.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod actions;
mod convert;
mod dhcp_options;
mod egress_only_internet_gateway;
mod elastic_ip;
mod errors;
mod host_name;
mod image;
pub mod instance;
mod instance_attribute;
pub mod instance_connect;
mod instance_connect_endpoint;
mod instance_profile;
mod instance_type;
mod internet_gateway;
mod ip_permission;
pub mod key_pair;
mod nat_gateway;
mod network_acl;
mod network_interface;
mod place;
mod prefix_list;
mod request;
pub mod request_tokens;
mod route;
mod route_table;
mod run_instances;
mod security_group;
mod security_group_permission;
mod security_group_rule;
pub mod shapes;
mod ssh_key;
mod subnet;
mod tags;
#[cfg(test)]
mod testing;
mod volume;
mod vpc;
mod vpc_peering_connection;

pub use actions::ACTIONS;
pub use shapes::SERVICE;
