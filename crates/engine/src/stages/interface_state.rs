//! An interface takes packets only while its instance is up.

use model::network_interface::InterfaceKind;
use model::{Network, NetworkInterface};

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Site, Step};

/// Drops packets for interfaces that nothing is behind.
pub fn ingress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    if is_up(journey.network(), site.interface) {
        return Step::Continue;
    }
    journey.deny(Some(site.interface.id.into()), DropReason::InterfaceDown, || NOT_UP.to_owned())
}

/// What a trace says of an interface that nothing is behind.
pub(crate) const NOT_UP: &str = "the interface is not attached to a running instance";

/// Whether something is behind an interface.
pub(crate) fn is_up(network: &Network, interface: &NetworkInterface) -> bool {
    match interface.kind {
        InterfaceKind::NatGateway | InterfaceKind::InstanceConnectEndpoint | InterfaceKind::VpcEndpoint => {
            true
        }
        InterfaceKind::Interface => interface
            .instance()
            .and_then(|id| network.instances.get(&id))
            .is_some_and(|instance| instance.state.is_up()),
    }
}
