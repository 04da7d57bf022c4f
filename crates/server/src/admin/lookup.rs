//! What a name that DNS has leads to, for whoever asks from inside a VPC.

use guest::resolver::{self, Asker};
use guest::service_endpoints::ServiceEndpoint;
use model::{NetworkInterfaceId, World};
use std::net::IpAddr;

use crate::running::Running;

/// What the resolver said.
pub(super) struct Lookup {
    /// Where the name leads; empty if it leads nowhere, or nobody answered.
    pub(super) addresses: Vec<IpAddr>,
    /// For people.
    pub(super) text: String,
}

/// Looks a name up as the VPC's resolver does; `None` for what is no name in DNS.
pub(super) fn of(
    running: &Running,
    world: &World,
    from: Option<NetworkInterfaceId>,
    to: &str,
    ipv6: bool,
) -> Option<Lookup> {
    let name = to.trim_end_matches('.').to_ascii_lowercase();
    if ServiceEndpoint::spoken_to(&name).is_none() && running.names.internet().named(&name).is_none() {
        return None;
    }
    let interface = world.network.network_interfaces.get(&from?)?;
    let vpc = interface.vpc;
    let answered = resolver::addresses_of(world, Asker::Interface(interface), &running.names, &name, ipv6);
    let text = match answered.as_deref() {
        None => format!("  {name} is not looked up: enableDnsSupport of {vpc} is off\n"),
        Some([]) => format!("  {name} has no such address for the resolver of {vpc}\n"),
        Some(addresses) => {
            let listed = addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
            format!("  {name} is {listed} for the resolver of {vpc}\n")
        }
    };
    Some(Lookup { addresses: answered.unwrap_or_default(), text })
}
