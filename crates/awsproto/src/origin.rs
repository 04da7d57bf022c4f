//! By which way a call has come.

use model::{NetworkInterfaceId, VpcEndpointId, VpcId};
use std::fmt;
use std::net::IpAddr;

/// By which way a call has come. It is the connection's, for as long as that lasts: what becomes of the interface meanwhile
/// changes nothing about who has opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who sent it.
    pub sender: Sender,
    /// The address that it is seen with: where it went through a gateway, the public one; where through a VPC endpoint,
    /// the private one.
    pub seen_as: IpAddr,
    /// Whether it came over TLS.
    pub is_secure: bool,
}

/// Who sent a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The user's own machine, which is the laptop on the simulated internet as well.
    UsersMachine,
    /// A network interface.
    Interface {
        /// The interface.
        id: NetworkInterfaceId,
        /// Its VPC.
        vpc: VpcId,
        /// The address that it sent from.
        address: IpAddr,
        /// The VPC endpoint that it came through.
        endpoint: Option<VpcEndpointId>,
    },
    /// Nobody knows: the network has forgotten the connection before it could be asked. Such a call is one from the internet.
    Unknown,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen_as = self.seen_as;
        match self.sender {
            Sender::UsersMachine => write!(f, "the user's machine, seen as {seen_as}"),
            Sender::Interface { id, vpc, address, endpoint: None } => {
                write!(f, "{id} ({address}) in {vpc}, seen as {seen_as}")
            }
            Sender::Interface { id, vpc, address, endpoint: Some(endpoint) } => {
                write!(f, "{id} ({address}) in {vpc} through {endpoint}, seen as {seen_as}")
            }
            Sender::Unknown => write!(f, "unknown, seen as {seen_as}"),
        }
    }
}
