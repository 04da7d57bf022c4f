//! VPC Block Public Access, at internet gateways and egress-only internet gateways.
//!
//! Follows "Block public access to VPCs and subnets" (VPC User Guide).

use model::network_interface::InterfaceKind;
use model::public_access_block::PublicAccessMode;
use model::{Direction, NetworkInterface, ResourceId};
use wire::Flow;

use crate::drop_reason::DropReason;
use crate::journey::{Journey, Step};

/// Which way a packet passes a gateway.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Out, or as an answer through a gateway by which connections only begin inside.
    Outbound,
    /// In.
    Inbound,
}

/// The end of a packet that an interface may not exchange with the internet; which way it goes, seen from there, and what it
/// is there, for flow logs.
pub(super) fn blocked<'a>(
    journey: &mut Journey<'a, '_>,
    at: ResourceId,
    interface: &NetworkInterface,
    way: Way,
    (direction, flow): (Direction, Flow),
) -> Option<Step<'a>> {
    let mode = journey.network().public_access_mode(interface);
    let mode_name = match (mode, way) {
        (PublicAccessMode::Off, Way::Inbound | Way::Outbound) => return None,
        (PublicAccessMode::Bidirectional, Way::Inbound | Way::Outbound) => "block-bidirectional",
        (PublicAccessMode::IngressOnly, Way::Outbound) => return None,
        // "Only traffic to and from NAT gateways and egress-only internet gateways is allowed."
        (PublicAccessMode::IngressOnly, Way::Inbound) if interface.kind == InterfaceKind::NatGateway => {
            return None;
        }
        (PublicAccessMode::IngressOnly, Way::Inbound) => "block-ingress",
    };
    journey.observe_blocked(interface, direction, flow);
    Some(journey.deny(Some(at), DropReason::PublicAccessBlocked, || {
        format!("VPC Block Public Access is {mode_name}")
    }))
}
