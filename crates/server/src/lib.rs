//! The outside of Hamlet: the API's listener, the one writer, and the controllers that make instances real.
//!
//! [`daemon::run`] is the whole program, [`mod@run`] one run. [`api`] answers requests from the snapshot that [`writer`]
//! publishes; [`controllers`] compare the snapshot with what there is; [`namespaces`], [`link_services`] and
//! [`internet_sites`] are what lies around the VPCs, [`tunnel`] a way into them; [`admin`] is what the `hamlet` command
//! asks.

#![deny(clippy::wildcard_enum_match_arm)]

pub mod admin;
pub mod api;
mod authorization;
mod body;
mod buckets;
pub mod callers;
pub mod certificates;
pub mod clock;
pub mod config;
mod confirmations;
mod consoles;
pub mod controllers;
mod conversation;
mod couriers;
pub mod credentials;
pub mod daemon;
pub mod data_directory;
mod datagrams;
mod descriptors;
mod dns_stream;
pub mod flow_logs;
mod host_name;
pub mod identity;
mod internet_ports;
pub mod internet_scanners;
pub mod internet_sites;
mod ip_ranges;
pub mod laptop_api;
mod life;
pub mod link_services;
mod listener;
mod local_users;
pub mod log;
mod log_events;
mod log_exports;
mod metrics;
pub mod names;
pub mod namespaces;
mod network_metrics;
mod notification_signing;
pub mod oidc_issuer;
pub mod places;
pub mod public_resolver;
mod public_time;
mod queues;
pub mod refusal;
pub mod refusals;
pub mod run;
pub mod running;
mod secret_file;
mod service_endpoints;
pub mod services;
pub mod shares;
mod spool;
pub mod surroundings;
pub mod trail;
pub mod tunnel;
pub mod tunnel_places;
mod tunnel_request;
mod uses;
pub mod web_console;
mod web_page;
pub mod writer;

pub use config::{Auth, Config, Instances};
pub use daemon::run;
pub use guest::internet;
