//! A network interface as the target of a route: a NAT instance, a router, a firewall.
//!
//! The packet is not changed; the interface must have its source/destination check off.

use model::NetworkInterfaceId;

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Site, Step};

/// Hands the packet to the interface, whatever its destination address.
pub fn reach<'a>(journey: &mut Journey<'a, '_>, id: NetworkInterfaceId, crossing: Crossing<'a>) -> Step<'a> {
    let network = journey.network();
    match network.network_interfaces.get(&id).and_then(|interface| Site::of(network, interface)) {
        Some(site) => Step::Go(Place::Entering(site, crossing.forwarded())),
        None => journey.deny(Some(id.into()), DropReason::Blackhole, String::new),
    }
}
