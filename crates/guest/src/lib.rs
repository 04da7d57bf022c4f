//! What an instance finds on its link: ARP and neighbour answers, DHCP, the VPC resolver, instance metadata, time.
//!
//! Each service is one function from the model's snapshot, the interface that asks and the payload to the answer's
//! payload; the engine finds out which service a packet is for ([`link::service`]) and does the framing, the rate limit
//! and the counting. Security groups and network ACLs never see this traffic.
//!
//! All input is hostile: any bytes give an answer or none, never a panic. Nothing here does I/O, reads a clock or draws
//! randomness.
#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

pub mod arp;
pub mod dhcp;
pub mod dhcpv6;
#[cfg(test)]
mod fixture;
pub mod internet;
pub mod link;
pub mod metadata;
pub mod names;
pub mod nat64;
pub mod neighbor;
pub mod public_names;
pub mod resolver;
pub mod role_credentials;
pub mod service_endpoints;
pub mod time;

pub use dhcp::DhcpReply;
pub use link::LinkService;
pub use public_names::PublicNames;
pub use resolver::{Asker, DnsTransport};
pub use role_credentials::{CredentialKey, RoleSession};
