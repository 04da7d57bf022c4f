//! Why a change of EC2 Instance Connect Endpoints is refused.

use crate::ids::*;
use crate::instance_connect_endpoint_state::{EndpointState, IpAddressType};

/// A refused change of an EC2 Instance Connect Endpoint.
#[derive(Clone, Debug, PartialEq)]
pub enum InstanceConnectEndpointRefusal {
    /// The endpoint's state does not allow it.
    State(InstanceConnectEndpointId, EndpointState),
    /// The subnet has no addresses for this type of endpoint.
    Family(SubnetId, IpAddressType),
    /// Clients' addresses cannot be preserved by this type of endpoint.
    PreservedFamily(IpAddressType),
}
