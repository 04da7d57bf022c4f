//! The last stage: the packet is handed to the interface.

use model::network_interface::InterfaceKind;

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Site, Step};
use crate::targets::interface_endpoint;

/// Hands the packet to the instance's link, or to the gateway whose interface it is.
pub fn ingress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    let interface = site.interface;
    let at = Some(interface.id.into());
    match interface.kind {
        InterfaceKind::NatGateway => {
            let gateway =
                journey.network().nat_gateways.values().find(|it| it.interface == Some(interface.id));
            match gateway.filter(|gateway| gateway.is_available()) {
                Some(gateway) => Step::Go(Place::Translating(gateway.id, site)),
                None => journey.deny(at, DropReason::InterfaceDown, || "no NAT gateway".to_owned()),
            }
        }
        InterfaceKind::VpcEndpoint => interface_endpoint::deliver(journey, site),
        InterfaceKind::Interface | InterfaceKind::InstanceConnectEndpoint => {
            match journey.around.ports.of_interface(interface.id) {
                Some(port) => {
                    let destination = journey.packet.flow.destination;
                    journey.note_pass(interface.id, || format!("delivered to {destination}"));
                    Step::Go(Place::Arrived(port))
                }
                None => journey.deny(at, DropReason::InterfaceDown, || "not connected".to_owned()),
            }
        }
    }
}
