//! Peering connections: from one VPC's blocks to the other's, and no further.
//!
//! "VPC peering does not support edge to edge routing … or transitive peering" (VPC Peering Guide). The peer's route
//! tables are not asked; they are for its answers.

use ipnet::IpNet;
use model::{Vpc, VpcPeeringConnectionId};
use std::net::IpAddr;

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Place, Step};
use crate::targets::internet_gateway::INTERNET_MTU;

/// Takes the packet to the other VPC.
pub fn cross<'a>(
    journey: &mut Journey<'a, '_>,
    id: VpcPeeringConnectionId,
    crossing: Crossing<'a>,
) -> Step<'a> {
    let network = journey.network();
    let at = Some(id.into());
    let flow = journey.packet.flow;
    let peering = network.vpc_peering_connections.get(&id).filter(|peering| peering.is_active());
    let sides = peering.and_then(|peering| {
        let peer = peering.peer_of(crossing.vpc)?;
        Some((peering, network.vpcs.get(&crossing.vpc)?, network.vpcs.get(&peer.vpc)?))
    });
    let Some((peering, local, peer)) = sides else {
        return journey.deny(at, DropReason::Blackhole, || "not active".to_owned());
    };
    if !local.contains(flow.source) || !peer.contains(flow.destination) {
        return journey
            .deny(at, DropReason::PeeringAddress, || outside(local, peer, flow.source, flow.destination));
    }
    if !peering.same_region() {
        journey.limit_mtu(INTERNET_MTU);
    }
    journey.note_pass(id, || format!("to {}", peer.id));
    Step::Go(Place::At(model::Target::Local, Crossing::from_outside(peer.id)))
}

fn outside(local: &Vpc, peer: &Vpc, source: IpAddr, destination: IpAddr) -> String {
    let blocks =
        |vpc: &Vpc| vpc.blocks().map(|block: IpNet| block.to_string()).collect::<Vec<_>>().join(", ");
    if local.contains(source) {
        format!("{destination} is not in {} ({})", peer.id, blocks(peer))
    } else {
        format!("{source} is not in {} ({})", local.id, blocks(local))
    }
}
