//! Services that every link offers: resolver, instance metadata, time. Groups, network ACLs and routes never block
//! them, and they never leave the link.
//!
//! "Network ACLs don't filter traffic destined to and from: Amazon DNS, DHCP, instance metadata, Amazon Time Sync, …"
//! (Network ACLs, VPC User Guide). What answers in place is not here: it never becomes a journey. What is left are the
//! services that need a connection, which is carried to the services' link.

use guest::link::{LinkService, service};

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Site, Step};
use crate::packet::is_reserved_for_services;

/// Packets to a service of the link go to it; others of the reserved ranges die.
pub fn egress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    if site.interface.is_requester_managed() {
        return Step::Continue;
    }
    let flow = journey.packet.flow;
    let at = Some(site.interface.id.into());
    match service(journey.network(), site.interface, flow.destination, flow.protocol, flow.destination_port) {
        Some(LinkService::Metadata | LinkService::Dns) => match journey.around.ports.services() {
            Some(port) => {
                journey.note_pass(site.interface.id, || format!("{} answers", flow.destination));
                journey.findings.sender_tracks = Some(true);
                Step::Go(Place::Arrived(port))
            }
            None => journey.deny(at, DropReason::LinkService, || "not running".to_owned()),
        },
        Some(_) => journey.deny(at, DropReason::LinkService, || "answered on the link".to_owned()),
        None if is_reserved_for_services(flow.destination) => {
            journey.deny(at, DropReason::ReservedRange, || {
                format!("{} is reserved for AWS services", flow.destination)
            })
        }
        None => Step::Continue,
    }
}
