//! The local route: to an interface of the same VPC.

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Site, Step};

/// Finds the interface that has the destination address.
pub fn reach<'a>(journey: &mut Journey<'a, '_>, crossing: Crossing<'a>) -> Step<'a> {
    let network = journey.network();
    let destination = journey.packet.flow.destination;
    match network.interface_at(crossing.vpc, destination).and_then(|interface| Site::of(network, interface)) {
        Some(site) => Step::Go(Place::Entering(site, crossing)),
        None => journey.deny(Some(crossing.vpc.into()), DropReason::NoSuchAddress, || {
            format!("no interface of the VPC has {destination}")
        }),
    }
}
