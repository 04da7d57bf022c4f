//! Why a change of VPC peering connections is refused.

use crate::ids::*;
use crate::peering_status::PeeringStatus;
use crate::place::{AccountId, Region};

/// A refused change of a peering connection.
#[derive(Clone, Debug, PartialEq)]
pub enum VpcPeeringConnectionRefusal {
    /// The two VPCs have a connection, or a request for one.
    Exists(VpcPeeringConnectionId),
    /// The connection's status does not allow it.
    Transition {
        /// The connection.
        peering: VpcPeeringConnectionId,
        /// Its status.
        from: PeeringStatus,
        /// The status wanted.
        to: PeeringStatus,
    },
    /// It is for the accepter to do.
    OtherSide {
        /// Who tried.
        account: AccountId,
        /// The connection.
        peering: VpcPeeringConnectionId,
    },
    /// A request is answered in the accepter's Region.
    OtherRegion {
        /// Where it was tried.
        region: Region,
        /// The connection.
        peering: VpcPeeringConnectionId,
        /// The accepter's Region.
        right: Region,
    },
    /// Each side sets its own options.
    OptionsOfOtherSide {
        /// Who tried.
        account: AccountId,
        /// The connection.
        peering: VpcPeeringConnectionId,
    },
    /// Options are for active connections.
    NotActive(VpcPeeringConnectionId),
    /// Both VPCs need DNS support and DNS hostnames.
    DnsHostnames(VpcPeeringConnectionId),
}
