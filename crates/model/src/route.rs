//! Routes: a destination, and where its packets go. Which of a table's routes wins is in `route_table`.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::fmt;

use crate::ids::*;

/// One route: a destination and where its packets go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Which packets.
    pub destination: Destination,
    /// Where they go.
    pub target: Target,
}

/// What a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Destination {
    /// An address block.
    Cidr(IpNet),
    /// All blocks of a prefix list.
    PrefixList(PrefixListId),
}

/// Where a route sends packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    /// The VPC itself.
    Local,
    /// An internet gateway.
    InternetGateway(InternetGatewayId),
    /// An egress-only internet gateway.
    EgressOnlyInternetGateway(EgressOnlyInternetGatewayId),
    /// A NAT gateway.
    NatGateway(NatGatewayId),
    /// A network interface: an appliance, a NAT instance.
    NetworkInterface(NetworkInterfaceId),
    /// A gateway endpoint.
    VpcEndpoint(VpcEndpointId),
    /// A peering connection.
    VpcPeeringConnection(VpcPeeringConnectionId),
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Cidr(cidr) => cidr.fmt(f),
            Destination::PrefixList(list) => list.fmt(f),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Local => f.write_str("local"),
            Target::InternetGateway(id) => id.fmt(f),
            Target::EgressOnlyInternetGateway(id) => id.fmt(f),
            Target::NatGateway(id) => id.fmt(f),
            Target::NetworkInterface(id) => id.fmt(f),
            Target::VpcEndpoint(id) => id.fmt(f),
            Target::VpcPeeringConnection(id) => id.fmt(f),
        }
    }
}

/// Whether a route's target can take packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteState {
    /// It can.
    Active,
    /// It is gone or out of order; packets that the route wins are dropped.
    Blackhole,
}
