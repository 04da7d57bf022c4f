//! What an EC2 Instance Connect Endpoint can be: its states, and the families of addresses that it connects to.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// States of an endpoint. Whoever makes endpoints real moves them on; see [`crate::World::endpoint_is_ready`] and its siblings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndpointState {
    /// Being made.
    CreateInProgress,
    /// Working.
    CreateComplete,
    /// It could not be made: why.
    CreateFailed(String),
    /// Working, while a change is on its way.
    UpdateInProgress,
    /// Working, as changed.
    UpdateComplete,
    /// Being deleted.
    DeleteInProgress,
    /// Gone; shown for about an hour.
    DeleteComplete,
}

impl EndpointState {
    /// The state as AWS writes it.
    pub fn name(&self) -> &'static str {
        match self {
            EndpointState::CreateInProgress => "create-in-progress",
            EndpointState::CreateComplete => "create-complete",
            EndpointState::CreateFailed(_) => "create-failed",
            EndpointState::UpdateInProgress => "update-in-progress",
            EndpointState::UpdateComplete => "update-complete",
            EndpointState::DeleteInProgress => "delete-in-progress",
            EndpointState::DeleteComplete => "delete-complete",
        }
    }

    /// What there is to say about the state: why a creation failed.
    pub fn message(&self) -> &str {
        match self {
            EndpointState::CreateFailed(reason) => reason,
            EndpointState::CreateInProgress
            | EndpointState::CreateComplete
            | EndpointState::UpdateInProgress
            | EndpointState::UpdateComplete
            | EndpointState::DeleteInProgress
            | EndpointState::DeleteComplete => "",
        }
    }

    /// Whether an endpoint in this state is to have its place in the network.
    pub fn is_alive(&self) -> bool {
        match self {
            EndpointState::CreateInProgress
            | EndpointState::CreateComplete
            | EndpointState::UpdateInProgress
            | EndpointState::UpdateComplete => true,
            EndpointState::CreateFailed(_)
            | EndpointState::DeleteInProgress
            | EndpointState::DeleteComplete => false,
        }
    }

    /// Whether tunnels may be opened: "create-complete for a new endpoint; update-in-progress, update-complete […] for
    /// an existing endpoint being modified" (Connect to an instance using EC2 Instance Connect Endpoint).
    pub fn takes_tunnels(&self) -> bool {
        self.is_alive() && *self != EndpointState::CreateInProgress
    }

    /// What follows once an endpoint has its place in the network, if anything.
    pub(crate) fn done(&self) -> Option<EndpointState> {
        match self {
            EndpointState::CreateInProgress => Some(EndpointState::CreateComplete),
            EndpointState::UpdateInProgress => Some(EndpointState::UpdateComplete),
            EndpointState::CreateComplete
            | EndpointState::CreateFailed(_)
            | EndpointState::UpdateComplete
            | EndpointState::DeleteInProgress
            | EndpointState::DeleteComplete => None,
        }
    }

    /// Whether it is over.
    pub fn has_ended(&self) -> bool {
        match self {
            EndpointState::CreateFailed(_) | EndpointState::DeleteComplete => true,
            EndpointState::CreateInProgress
            | EndpointState::CreateComplete
            | EndpointState::UpdateInProgress
            | EndpointState::UpdateComplete
            | EndpointState::DeleteInProgress => false,
        }
    }
}

/// Which families of addresses an endpoint connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IpAddressType {
    /// `ipv4`.
    Ipv4,
    /// `dualstack`.
    Dualstack,
    /// `ipv6`.
    Ipv6,
}

impl IpAddressType {
    /// All types.
    pub const ALL: [IpAddressType; 3] = [IpAddressType::Ipv4, IpAddressType::Dualstack, IpAddressType::Ipv6];

    /// The type as AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            IpAddressType::Ipv4 => "ipv4",
            IpAddressType::Dualstack => "dualstack",
            IpAddressType::Ipv6 => "ipv6",
        }
    }

    /// Whether an address is of a family that the type has.
    pub fn has(self, address: IpAddr) -> bool {
        match self {
            IpAddressType::Ipv4 => address.is_ipv4(),
            IpAddressType::Dualstack => true,
            IpAddressType::Ipv6 => address.is_ipv6(),
        }
    }

    pub(crate) fn has_ipv6(self) -> bool {
        match self {
            IpAddressType::Ipv4 => false,
            IpAddressType::Dualstack | IpAddressType::Ipv6 => true,
        }
    }
}
