//! Why a change of internet gateways is refused.

use crate::ids::*;

/// A refused change of an internet gateway, or of an egress-only one.
#[derive(Clone, Debug, PartialEq)]
pub enum InternetGatewayRefusal {
    /// The gateway is attached already.
    Attached {
        /// The gateway.
        gateway: InternetGatewayId,
        /// Where it is attached.
        vpc: VpcId,
    },
    /// The VPC has an internet gateway already.
    VpcHasOne(VpcId),
    /// The VPC has an egress-only internet gateway already.
    VpcHasEgressOnly(VpcId),
    /// The gateway is not attached to this VPC.
    NotAttached {
        /// The gateway.
        gateway: InternetGatewayId,
        /// The VPC.
        vpc: VpcId,
    },
    /// Interfaces of the VPC are reached by public addresses.
    MappedPublicAddresses(VpcId),
}
