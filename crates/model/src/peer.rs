//! Peers: the far end that a rule of a security group allows.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::ids::*;
use crate::place::AccountId;

/// The far end that a security group rule allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Peer {
    /// Addresses.
    Cidr(IpNet),
    /// Interfaces that carry a group, by their private addresses.
    Group {
        /// The group.
        group: SecurityGroupId,
        /// Its owner.
        account: AccountId,
        /// The peering connection, when the group is in a peer VPC.
        peering: Option<VpcPeeringConnectionId>,
    },
    /// Addresses in a prefix list.
    PrefixList(PrefixListId),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Cidr(cidr) => cidr.fmt(f),
            Peer::Group { group, .. } => group.fmt(f),
            Peer::PrefixList(list) => list.fmt(f),
        }
    }
}

impl Peer {
    /// Every IPv4 address.
    pub const ANY_IPV4: Peer = Peer::Cidr(IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0)));
    /// Every IPv6 address.
    pub const ANY_IPV6: Peer = Peer::Cidr(IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0)));

    /// The group, if it is one.
    pub fn group(&self) -> Option<SecurityGroupId> {
        match self {
            Peer::Group { group, .. } => Some(*group),
            Peer::Cidr(_) | Peer::PrefixList(_) => None,
        }
    }

    /// Whether both are the same far end. How a group is reached makes no difference.
    pub fn is_same(&self, other: &Peer) -> bool {
        match (self, other) {
            (Peer::Group { group, .. }, Peer::Group { group: other, .. }) => group == other,
            _ => self == other,
        }
    }
}
