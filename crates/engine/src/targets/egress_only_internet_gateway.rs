//! Egress-only internet gateways: IPv6 outwards, and only answers back.
//!
//! "An egress-only internet gateway is stateful: it forwards traffic from the instances in the subnet to the internet …
//! and then sends the response back to the instances" (Egress-only internet gateways, VPC User Guide).

use model::{Direction, EgressOnlyInternetGatewayId};

use crate::connection::End;
use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Step};
use crate::targets::internet_gateway::INTERNET_MTU;
use crate::targets::public_access::{Way, blocked};

/// A packet leaves the VPC, untranslated. What answers a connection from outside may not: the gateway did not see it
/// come in.
pub fn leave<'a>(
    journey: &mut Journey<'a, '_>,
    id: EgressOnlyInternetGatewayId,
    crossing: Crossing<'a>,
) -> Step<'a> {
    let at = Some(id.into());
    let flow = journey.packet.flow;
    let owner = journey.network().interface_at(crossing.vpc, flow.source);
    let Some(owner) = owner.filter(|_| flow.source.is_ipv6()) else {
        return journey.deny(at, DropReason::NoPublicAddress, || {
            format!("{} is not an IPv6 address of this VPC", flow.source)
        });
    };
    if let Some(end) = blocked(journey, id.into(), owner, Way::Outbound, (Direction::Egress, flow)) {
        return end;
    }
    if journey.connection.is_some_and(|(_, end)| end == End::Responder) {
        return journey
            .deny(at, DropReason::EgressOnly, || "the connection was begun from outside".to_owned());
    }
    journey.note_pass(id, || "to the internet".to_owned());
    journey.findings.through_egress_only = true;
    journey.findings.always_tracked = true;
    journey.limit_mtu(INTERNET_MTU);
    Step::Go(Place::Internet)
}
