//! Why a change of VPC endpoints is refused.

use crate::ids::*;
use crate::route::Destination;

/// A refused change of a VPC endpoint.
#[derive(Clone, Debug, PartialEq)]
pub enum VpcEndpointRefusal {
    /// The route table has a route to the service's addresses already.
    RouteExists(RouteTableId, Destination),
    /// The route table has no route to the endpoint, to be removed.
    NotInTable {
        /// The endpoint.
        endpoint: VpcEndpointId,
        /// The table.
        table: RouteTableId,
    },
}
