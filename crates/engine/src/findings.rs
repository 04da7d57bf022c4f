//! What a journey found out on its way: what connections remember of it, and what is counted.

use wire::IcmpKind;

use crate::connection::{EndpointPassage, Translation, Way};
use crate::nat_metrics::NatVisit;

/// What a journey found out on its way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Findings {
    /// Whether the sender's security groups track the connection; none when they were not asked.
    pub sender_tracks: Option<bool>,
    /// Whether the receiver's security groups track the connection; none when they were not asked.
    pub receiver_tracks: Option<bool>,
    /// Whether something on the way makes connections tracked whatever the rules say.
    pub always_tracked: bool,
    /// The NAT gateways on the way, in their order.
    pub nat: NatUses,
    /// Its visits to NAT gateways, for those who count.
    pub nat_visits: NatVisits,
    /// The VPC endpoint that the packet left through.
    pub endpoint: Option<EndpointPassage>,
    /// Whether an egress-only internet gateway was on the way.
    pub through_egress_only: bool,
    /// Whether it was decided by what is remembered of another connection, which may end before its own.
    pub by_another_connection: bool,
    /// Whether sender and receiver are in one subnet, so that the packet went straight from one to the other.
    pub neighbours: bool,
    /// Whether it went to a neighbour for the link-layer address alone.
    pub by_link_address: bool,
    /// How many routers decremented the time to live.
    pub hops: u8,
    /// The largest packet that the way can carry.
    pub mtu: u16,
    /// The same of the part on which it is of another address family than it was sent in.
    pub mtu_in_other_family: u16,
    /// The ICMP type and code of the packet.
    pub icmp: Option<IcmpKind>,
}

impl Findings {
    /// How packets travel.
    pub fn way(&self) -> Way {
        Way { mtu: self.mtu, hops: self.hops, neighbours: self.neighbours, icmp: self.icmp }
    }
}

/// What a NAT gateway must do for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NatUse {
    /// The gateway and what it translates to.
    pub translation: Translation,
    /// Whether the translation is new.
    pub fresh: bool,
}

/// How many NAT gateways a packet may pass.
pub const NAT_GATEWAYS_MAX: usize = 4;

/// What NAT gateways must do for a connection, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct NatUses([Option<NatUse>; NAT_GATEWAYS_MAX]);

impl NatUses {
    /// One more gateway. Whether there was room for it.
    pub fn push(&mut self, used: NatUse) -> bool {
        let free = self.0.iter_mut().find(|place| place.is_none());
        free.map(|place| *place = Some(used)).is_some()
    }

    /// The gateways, in their order.
    pub fn iter(&self) -> impl Iterator<Item = NatUse> {
        self.0.into_iter().flatten()
    }
}

/// A packet's visits to NAT gateways, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NatVisits([Option<NatVisit>; NAT_VISITS_MAX]);

/// As many gateways as a packet may pass, and one in which it dies of having passed too many.
const NAT_VISITS_MAX: usize = NAT_GATEWAYS_MAX + 1;

impl NatVisits {
    /// One more. What comes after the last that there is room for is not counted; the packet is going round in circles.
    pub fn push(&mut self, visit: NatVisit) {
        if let Some(free) = self.0.iter_mut().find(|place| place.is_none()) {
            *free = Some(visit);
        }
    }

    /// The visits, in their order.
    pub fn iter(&self) -> impl Iterator<Item = NatVisit> {
        self.0.into_iter().flatten()
    }
}
