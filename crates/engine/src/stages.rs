//! How a packet travels: the stages, in their order. Packets, explanations and proofs all read these two lists.

use crate::journey::{Crossing, Journey, Site, Step};

pub mod delivery;
pub mod interface_state;
pub mod link_service;
pub mod network_acl;
pub mod route;
pub mod same_subnet;
pub mod security_group;
pub mod source_destination_check;

/// One stage: reads the packet where it is, and decides.
pub struct Stage {
    /// Its name in explanations.
    pub name: &'static str,
    /// Its decision.
    pub decide: for<'a> fn(&mut Journey<'a, '_>, Site<'a>, Crossing<'a>) -> Step<'a>,
}

/// What a packet passes when it leaves an interface.
pub static EGRESS: &[Stage] = &[
    Stage { name: "source check", decide: source_destination_check::egress },
    Stage { name: "link service", decide: link_service::egress },
    Stage { name: "security group", decide: security_group::egress },
    Stage { name: "same subnet", decide: same_subnet::egress },
    Stage { name: "network acl", decide: network_acl::egress },
    Stage { name: "route table", decide: route::egress },
];

/// What a packet passes when it enters a subnet and then an interface.
pub static INGRESS: &[Stage] = &[
    Stage { name: "network acl", decide: network_acl::ingress },
    Stage { name: "interface state", decide: interface_state::ingress },
    Stage { name: "destination check", decide: source_destination_check::ingress },
    Stage { name: "security group", decide: security_group::ingress },
    Stage { name: "delivery", decide: delivery::ingress },
];
