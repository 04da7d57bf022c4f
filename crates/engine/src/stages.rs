//! How a packet travels: the stages, in their order. Packets, explanations and proofs all read these two lists.

use crate::journey::{Crossing, Journey, Site, Step};
use crate::stage::Stage;

pub mod delivery;
pub mod interface_state;
pub mod link_service;
pub mod network_acl;
pub mod route;
pub mod same_subnet;
pub mod security_group;
pub mod source_destination_check;

/// A stage's decision: reads the packet where it is, and decides.
pub type Decide = for<'a> fn(&mut Journey<'a, '_>, Site<'a>, Crossing<'a>) -> Step<'a>;

/// What a packet passes when it leaves an interface.
pub static EGRESS: &[(Stage, Decide)] = &[
    (Stage::SourceCheck, source_destination_check::egress),
    (Stage::LinkService, link_service::egress),
    (Stage::SecurityGroup, security_group::egress),
    (Stage::SameSubnet, same_subnet::egress),
    (Stage::NetworkAcl, network_acl::egress),
    (Stage::RouteTable, route::egress),
];

/// What a packet passes when it enters a subnet and then an interface.
pub static INGRESS: &[(Stage, Decide)] = &[
    (Stage::NetworkAcl, network_acl::ingress),
    (Stage::InterfaceState, interface_state::ingress),
    (Stage::DestinationCheck, source_destination_check::ingress),
    (Stage::SecurityGroup, security_group::ingress),
    (Stage::Delivery, delivery::ingress),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Who reads the architecture reads the order, too.
    #[test]
    fn the_documentation_has_the_stages_in_their_order() {
        let architecture = include_str!("../../../ARCHITECTURE.md");
        for (list, stages) in [("EGRESS ", EGRESS), ("INGRESS", INGRESS)] {
            let names: Vec<&str> = stages.iter().map(|(stage, _)| stage.name()).collect();
            let line = format!("{list}   {}\n", names.join(", "));
            assert!(architecture.contains(&line), "ARCHITECTURE.md lacks: {line}");
        }
    }
}
