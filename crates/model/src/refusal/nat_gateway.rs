//! Why a change of a NAT gateway's addresses is refused.

use std::net::Ipv4Addr;

use crate::ids::*;

/// A refused change of the addresses of a NAT gateway.
#[derive(Clone, Debug, PartialEq)]
pub enum NatGatewayRefusal {
    /// The gateway does not work (yet, or any more).
    NotAvailable(NatGatewayId),
    /// Elastic IP addresses are for public gateways, bare private addresses for private ones.
    OtherConnectivity(NatGatewayId),
    /// A gateway has at most so many addresses.
    TooManyAddresses(usize),
    /// As many private addresses as Elastic ones are named, or none.
    AddressesDoNotMatch,
    /// An Elastic IP address serves somebody already.
    Associated(AllocationId),
    /// The primary address stays.
    Primary(NatGatewayId),
    /// The gateway has no such secondary address.
    NoSuchAddress(NatGatewayId, Ipv4Addr),
    /// The gateway has no such association.
    NoSuchAssociation(AddressAssociationId),
}
