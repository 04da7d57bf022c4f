//! Source/destination check: an interface sends only from, and receives only for, its own addresses.
//!
//! "You must disable source/destination checks if the instance runs services such as network address translation,
//! routing, or firewalls" (Elastic network interfaces, EC2 User Guide).

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Site, Step};

/// The packet's source must be the interface's, unless the check is off.
pub fn egress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    let source = journey.packet.flow.source;
    if !site.interface.source_dest_check || site.interface.has_address(source) {
        return Step::Continue;
    }
    let at = Some(site.interface.id.into());
    journey.deny(at, DropReason::SourceCheck, || {
        format!("{source} is not an address of the interface, and the source/destination check is on")
    })
}

/// The packet's destination must be the interface's, unless the check is off.
pub fn ingress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    let destination = journey.packet.flow.destination;
    if !site.interface.source_dest_check || site.interface.has_address(destination) {
        return Step::Continue;
    }
    let at = Some(site.interface.id.into());
    journey.deny(at, DropReason::DestinationCheck, || {
        format!("{destination} is not an address of the interface, and the source/destination check is on")
    })
}
