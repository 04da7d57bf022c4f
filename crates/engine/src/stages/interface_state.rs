//! An interface takes packets only while its instance is up.

use model::network_interface::InterfaceKind;

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Site, Step};

/// Drops packets for interfaces that nothing is behind.
pub fn ingress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    let up = match site.interface.kind {
        InterfaceKind::NatGateway | InterfaceKind::InstanceConnectEndpoint => true,
        InterfaceKind::Interface => site
            .interface
            .instance()
            .and_then(|id| journey.network().instances.get(&id))
            .is_some_and(|instance| instance.state.is_up()),
    };
    if up {
        return Step::Continue;
    }
    journey.deny(Some(site.interface.id.into()), DropReason::InterfaceDown, || {
        "the interface is not attached to a running instance".to_owned()
    })
}
