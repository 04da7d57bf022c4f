//! Why a change of route tables is refused.

use crate::ids::*;
use crate::resource::ResourceId;

/// A refused change of a route table, or of its associations.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteTableRefusal {
    /// There is no such association.
    AssociationNotFound(RouteTableAssociationId),
    /// The subnet, or gateway, has a table of its own already.
    Associated(RouteTableId),
    /// The main table can be replaced, but a VPC is never without one.
    MainAssociation(RouteTableAssociationId),
    /// A route table and what it is to work with are not in one VPC.
    Elsewhere {
        /// The table.
        table: RouteTableId,
        /// The subnet, gateway or interface.
        other: ResourceId,
    },
}
