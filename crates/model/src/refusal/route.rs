//! Why a change of routes is refused.

use ipnet::IpNet;

use crate::ids::*;
use crate::route::{Destination, Target};

/// A refused change of a route.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteRefusal {
    /// A gateway's table has a route that it cannot have.
    AtEdge {
        /// The table.
        table: RouteTableId,
        /// The route's destination.
        destination: Destination,
    },
    /// Inside the VPC a route can lead only to an interface or a NAT gateway.
    InsideVpc(IpNet),
    /// Inside the VPC a route is for a whole subnet.
    ToPartOfSubnet(IpNet),
    /// The destination is for AWS's own services.
    Reserved(IpNet),
    /// The target takes no packets of the destination's family.
    Family {
        /// The destination.
        destination: Destination,
        /// The target.
        target: Target,
    },
    /// There is a route to the destination already.
    Exists(Destination),
    /// There is no route to the destination, to be replaced.
    NoneToReplace(Destination),
    /// There is no route to the destination, to be deleted.
    NotFound {
        /// The table.
        table: RouteTableId,
        /// The destination.
        destination: Destination,
    },
    /// A route to a prefix list leads to an endpoint, which alone makes and changes such routes.
    ToEndpoint(Destination),
    /// A gateway endpoint takes packets to its service's prefix list alone.
    OutsideEndpoint(Target),
    /// The route is an endpoint's, which alone removes it.
    OfEndpoint {
        /// The table.
        table: RouteTableId,
        /// The destination.
        destination: Destination,
    },
    /// The route is local and stays.
    Local {
        /// The table.
        table: RouteTableId,
        /// The destination.
        destination: Destination,
    },
}
