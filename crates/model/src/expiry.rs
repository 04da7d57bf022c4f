//! What is forgotten a while after its end, by kind: see each noun for how long it is shown.

use std::fmt;

use crate::timestamp::Timestamp;
use crate::world::World;

/// What is forgotten a while after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expiring {
    /// Instances that were terminated.
    Instances,
    /// Keys that were pushed to an instance.
    PushedKeys,
    /// VPC peering connections that have ended.
    VpcPeeringConnections,
    /// NAT gateways that were deleted, or could not be made.
    NatGateways,
    /// EC2 Instance Connect Endpoints that were deleted, or could not be made.
    InstanceConnectEndpoints,
    /// Blocks that were disassociated from VPCs and subnets.
    FormerCidrs,
    /// Exclusions from VPC Block Public Access that were deleted.
    PublicAccessExclusions,
    /// EC2 Fleets that were deleted.
    Fleets,
}

impl Expiring {
    /// All kinds.
    pub const ALL: [Expiring; 8] = [
        Expiring::Instances,
        Expiring::PushedKeys,
        Expiring::VpcPeeringConnections,
        Expiring::NatGateways,
        Expiring::InstanceConnectEndpoints,
        Expiring::FormerCidrs,
        Expiring::PublicAccessExclusions,
        Expiring::Fleets,
    ];
}

impl fmt::Display for Expiring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Expiring::Instances => "instances",
            Expiring::PushedKeys => "pushed keys",
            Expiring::VpcPeeringConnections => "peering connections",
            Expiring::NatGateways => "nat gateways",
            Expiring::InstanceConnectEndpoints => "instance connect endpoints",
            Expiring::FormerCidrs => "disassociated blocks",
            Expiring::PublicAccessExclusions => "exclusions from blocked public access",
            Expiring::Fleets => "fleets",
        })
    }
}

impl World {
    /// Whether there is anything to be forgotten.
    pub fn has_expired(&self, what: Expiring, now: Timestamp) -> bool {
        match what {
            Expiring::Instances => self.network.instances.values().any(|it| it.is_forgotten(now)),
            Expiring::PushedKeys => self.network.instances.values().any(|it| it.has_old_key(now)),
            Expiring::VpcPeeringConnections => {
                self.network.vpc_peering_connections.values().any(|it| it.is_forgotten(now))
            }
            Expiring::NatGateways => self.network.nat_gateways.values().any(|it| !it.is_shown(now)),
            Expiring::InstanceConnectEndpoints => {
                self.instance_connect_endpoints.values().any(|it| !it.is_shown(now))
            }
            Expiring::FormerCidrs => self.has_former_cidrs_to_forget(now),
            Expiring::PublicAccessExclusions => self.has_exclusions_to_forget(now),
            Expiring::Fleets => self.fleets.values().any(|it| !it.is_shown(now)),
        }
    }

    /// Forgets what is over.
    pub fn forget_expired(&mut self, what: Expiring, now: Timestamp) {
        match what {
            Expiring::Instances => self.forget_terminated_instances(now),
            Expiring::PushedKeys => self.forget_pushed_keys(now),
            Expiring::VpcPeeringConnections => self.forget_ended_peerings(now),
            Expiring::NatGateways => self.forget_ended_nat_gateways(now),
            Expiring::InstanceConnectEndpoints => self.forget_ended_endpoints(now),
            Expiring::FormerCidrs => self.forget_former_cidrs(now),
            Expiring::PublicAccessExclusions => self.forget_ended_exclusions(now),
            Expiring::Fleets => self.forget_deleted_fleets(now),
        }
    }

    /// Forgets all that is over.
    pub fn expire(&mut self, now: Timestamp) {
        for what in Expiring::ALL {
            self.forget_expired(what, now);
        }
    }
}
