//! Interface endpoints: what comes to one's interface goes to the service, and only answers come back from there.
//!
//! Follows "Access an AWS service using an interface VPC endpoint" and "AWS PrivateLink quotas" (AWS PrivateLink Guide). The
//! interface is one like any other: its groups and its subnet's network ACL decide about what enters it and what leaves it, and
//! whoever has a way to its address reaches it, over a peering connection too. Its connections are tracked, whatever the
//! rules.

use guest::service_endpoints::ServiceEndpoint;
use model::{NetworkInterfaceId, rule::protocol};
use std::net::IpAddr;
use wire::Flow;

use crate::connection::{EndpointDoor, EndpointPassage};
use crate::drop_reason::DropReason;
use crate::journey::{Journey, Place, Site, Step};
use crate::stage::Stage;
use crate::targets::endpoint_passage;

/// "The maximum transmission unit (MTU) … of a network connection through a VPC endpoint is 8500 bytes".
const ENDPOINT_MTU: u16 = 8500;

/// Takes a packet that has entered an endpoint's interface to the service.
pub fn deliver<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>) -> Step<'a> {
    let (at, flow) = (Some(site.interface.id.into()), journey.packet.flow);
    let Some((endpoint, own)) = journey.network().endpoint_of_interface(site.interface.id) else {
        return journey.deny(at, DropReason::InterfaceDown, || "no endpoint".to_owned());
    };
    journey.stage = Stage::InterfaceEndpoint;
    let Some(link) = endpoint_passage::sender_link(journey) else {
        return journey
            .deny(at, DropReason::EndpointSource, || "nothing enters from the internet".to_owned());
    };
    if endpoint_passage::is_answer(journey) {
        return journey.deny(at, DropReason::EndpointUnsolicited, || {
            "endpoints begin no connections that could be answered".to_owned()
        });
    }
    if flow.protocol != protocol::TCP || !endpoint_passage::is_whole(journey) {
        return journey
            .deny(at, DropReason::EndpointProtocol, || "only TCP passes, in whole packets".to_owned());
    }
    let region = endpoint.scope.region;
    let service = ServiceEndpoint { service: own.service.prefix(), region, is_dual_stack: true };
    let service = match flow.destination {
        IpAddr::V4(_) => IpAddr::V4(service.v4()),
        IpAddr::V6(_) => IpAddr::V6(service.v6()),
    };
    let door = EndpointDoor::Interface(site.interface.id);
    journey.limit_mtu(ENDPOINT_MTU);
    journey.findings.neighbours = false;
    journey.findings.always_tracked = true;
    endpoint_passage::leave(
        journey,
        EndpointPassage { endpoint: endpoint.id, door, inside: flow },
        link,
        service,
    )
}

/// An answer goes back out of the interface that was asked.
pub fn back<'a>(
    journey: &mut Journey<'a, '_>,
    passage: EndpointPassage,
    interface: NetworkInterfaceId,
) -> Step<'a> {
    journey.stage = Stage::InterfaceEndpoint;
    let (network, EndpointPassage { endpoint: id, inside, .. }) = (journey.network(), passage);
    let owner = network.network_interfaces.get(&interface).filter(|it| it.has_address(inside.destination));
    let is_still = network.endpoint_of_interface(interface).is_some_and(|(endpoint, _)| endpoint.id == id);
    let Some(site) = owner.filter(|_| is_still).and_then(|owner| Site::of(network, owner)) else {
        return journey.deny(Some(id.into()), DropReason::EndpointUnsolicited, || {
            format!("{interface} is not the endpoint's any more")
        });
    };
    let back = inside.reversed();
    journey.packet.flow = match journey.packet.is_error {
        true => Flow { source: back.source, destination: back.destination, ..journey.packet.flow },
        false => back,
    };
    journey.note_pass(id, || format!("answers {}", inside.source));
    journey.limit_mtu(ENDPOINT_MTU);
    Step::Go(Place::Leaving(site))
}
