//! The route table of the subnet that a packet leaves.

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Site, Step};

/// Sends the packet where the best route points.
pub fn egress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, crossing: Crossing<'a>) -> Step<'a> {
    let Some(table) = journey.network().route_table_of(site.subnet) else {
        return journey.deny(Some(site.subnet.id.into()), DropReason::NoRoute, String::new);
    };
    match journey.route(table, site.subnet.id) {
        Ok(target) => Step::Go(Place::At(target, crossing)),
        Err(reason) => Step::Drop(reason),
    }
}
