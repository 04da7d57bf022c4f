//! Gateway endpoints: from a VPC straight to a service of its Region, without public addresses, and only answers back.
//!
//! Follows "Gateway endpoints" (AWS PrivateLink Guide) and the Reachability Analyzer's VPCE_GATEWAY explanation codes.

use model::{Network, SubnetId, Target, VpcEndpointId, rule::protocol};
use std::net::IpAddr;
use wire::Flow;

use crate::connection::{EndpointDoor, EndpointPassage};
use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Site, Step};
use crate::stage::Stage;
use crate::targets::endpoint_passage;
use crate::targets::internet_gateway::INTERNET_MTU;

/// A packet leaves the VPC for the service. That its destination is the service's follows from the route, whose only
/// destination is the service's prefix list.
pub fn leave<'a>(journey: &mut Journey<'a, '_>, id: VpcEndpointId, crossing: Crossing<'a>) -> Step<'a> {
    let at = Some(id.into());
    let (network, flow) = (journey.network(), journey.packet.flow);
    let Some(endpoint) = network.vpc_endpoints.get(&id).filter(|endpoint| endpoint.vpc == crossing.vpc)
    else {
        return journey.deny(at, DropReason::Blackhole, || "not in this VPC".to_owned());
    };
    // "You can't extend a gateway endpoint connection out of a VPC" (Gateway endpoints, Considerations).
    let owner = network.interface_at(endpoint.vpc, flow.source);
    let (Some(_), Some(from), Some(link)) = (owner, crossing.from, endpoint_passage::sender_link(journey))
    else {
        return journey.deny(at, DropReason::EndpointSource, || {
            format!("{} is not an address of {}", flow.source, endpoint.vpc)
        });
    };
    if endpoint_passage::is_answer(journey) {
        return journey.deny(at, DropReason::EndpointUnsolicited, || {
            "the connection was begun from outside".to_owned()
        });
    }
    if !is_supported(journey) {
        return journey.deny(at, DropReason::EndpointProtocol, || {
            "only TCP and ICMP echo pass, in whole packets".to_owned()
        });
    }
    let passage = EndpointPassage { endpoint: id, door: EndpointDoor::Route(from.id), inside: flow };
    journey.limit_mtu(INTERNET_MTU);
    endpoint_passage::leave(journey, passage, link, flow.destination)
}

fn is_supported(journey: &Journey<'_, '_>) -> bool {
    let protocol = match journey.packet.flow.protocol {
        protocol::TCP => true,
        protocol::ICMP => journey.packet.is_echo(),
        _ => false,
    };
    protocol && endpoint_passage::is_whole(journey)
}

/// An answer goes back into the VPC, as long as there is a way to the endpoint.
pub fn back<'a>(journey: &mut Journey<'a, '_>, passage: EndpointPassage, from: SubnetId) -> Step<'a> {
    journey.stage = Stage::VpcEndpoint;
    let (network, EndpointPassage { endpoint: id, inside, .. }) = (journey.network(), passage);
    let at = Some(id.into());
    let endpoint = network.vpc_endpoints.get(&id);
    let owner = endpoint.and_then(|endpoint| network.interface_at(endpoint.vpc, inside.source));
    let site = owner.and_then(|owner| Site::of(network, owner));
    let Some(site) = site.filter(|_| leads_to(network, from, inside.destination, id)) else {
        return journey.deny(at, DropReason::EndpointUnsolicited, || {
            format!("no route of {from} leads to the endpoint any more")
        });
    };
    let back = inside.reversed();
    journey.packet.flow = match journey.packet.is_error {
        true => Flow { destination: back.destination, ..journey.packet.flow },
        false => back,
    };
    journey.note_pass(id, || format!("answers {}", inside.source));
    journey.limit_mtu(INTERNET_MTU);
    Step::Go(Place::Entering(site, Crossing::from_outside(site.interface.vpc)))
}

/// Whether the way out of a subnet is still by the endpoint: without it nothing comes back by it either.
fn leads_to(network: &Network, subnet: SubnetId, service: IpAddr, id: VpcEndpointId) -> bool {
    let table = network.subnets.get(&subnet).and_then(|subnet| network.route_table_of(subnet));
    let route = table.and_then(|table| network.longest_match(table, service));
    route.is_some_and(|(route, _)| route.target == Target::VpcEndpoint(id))
}
