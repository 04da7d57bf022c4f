//! Neighbours: packets between interfaces of one subnet go straight there.
//!
//! So do those that the sender has addressed to a neighbour on the link, whatever their IP address; whether that takes
//! them is its source/destination check's to say.
//!
//! Neither network ACL nor route table is asked: a network ACL is for traffic "in or out of a subnet", and "you can't
//! use more specific routes to route traffic within a subnet" (Route tables).

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Sender, Site, Step};
use crate::stage::Stage;
use crate::targets::appliance;

/// Sends a packet for the interface's own subnet to its neighbour.
pub fn egress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, crossing: Crossing<'a>) -> Step<'a> {
    let is_senders_link = journey.sender == Sender::Interface(site.interface.id);
    if let Some(neighbour) = journey.packet.via.filter(|_| is_senders_link) {
        journey.findings.neighbours = true;
        journey.findings.by_link_address = true;
        journey.stage = Stage::Appliance;
        return appliance::reach(journey, neighbour, crossing);
    }
    let destination = journey.packet.flow.destination;
    if !site.subnet.contains(destination) {
        return Step::Continue;
    }
    let neighbour = journey.network().interface_at(site.interface.vpc, destination);
    match neighbour.and_then(|interface| Site::of(journey.network(), interface)) {
        Some(neighbour) => {
            journey.findings.neighbours = is_senders_link;
            Step::Go(Place::Entering(neighbour, crossing))
        }
        None => journey.deny(Some(site.subnet.id.into()), DropReason::NoSuchAddress, || {
            format!("no interface of the subnet has {destination}")
        }),
    }
}
