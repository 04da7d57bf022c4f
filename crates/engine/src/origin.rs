//! Where a connection comes from that has reached a host of the simulated internet, such as AWS's services.
//!
//! The host sees an address and a port, which a gateway may have put there. The connection's entry has both ends, so it
//! knows the interface whatever was translated on the way, and tells apart VPCs that have the same addresses. Where an
//! instance forwards for others, it is the instance's interface that sends.

use model::{NetworkInterfaceId, VpcEndpointId, VpcId};
use std::net::IpAddr;
use wire::Flow;

use crate::connection::End;
use crate::engine::Engine;
use crate::port::PortKind;

/// The interface that has begun a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The interface.
    pub interface: NetworkInterfaceId,
    /// Its VPC.
    pub vpc: VpcId,
    /// The address that the connection's packets leave it with; with which they come to the endpoint, if there is one.
    pub address: IpAddr,
    /// The VPC endpoint that they have come through.
    pub endpoint: Option<VpcEndpointId>,
}

impl Engine {
    /// Where a connection comes from, by the packets that an internet host sends back over it. `None` if no interface has
    /// begun it, or not any more: one look-up each, so that whoever asks holds up nobody.
    pub fn origin(&self, answers: &Flow) -> Option<Origin> {
        let host = self.ports.internet_host(answers.source)?;
        let (slot, end) = self.connections.find(host, answers)?;
        let connection = self.connections.get(slot)?;
        let sender = connection.side(end.other())?;
        let PortKind::Interface(interface) = self.ports.get(sender.port)?.kind else { return None };
        let vpc = self.world.network.network_interfaces.get(&interface)?.vpc;
        let passage = connection.endpoint().filter(|_| end == End::Responder);
        Some(Origin {
            interface,
            vpc,
            address: passage.map_or(sender.flow.source, |passage| passage.inside.source),
            endpoint: passage.map(|passage| passage.endpoint),
        })
    }
}
