//! Why a change of Elastic IP addresses is refused.

use std::net::Ipv4Addr;

use crate::ids::*;
use crate::place::AccountId;

/// A refused change of an Elastic IP address, or of its association.
#[derive(Clone, Debug, PartialEq)]
pub enum ElasticIpRefusal {
    /// There is no such association.
    NoSuchAssociation(AddressAssociationId),
    /// No address of this account.
    NoSuchAddress(Ipv4Addr),
    /// The address is associated, and moving it was not allowed.
    Associated(AllocationId, AddressAssociationId),
    /// An associated address cannot be released.
    ReleasedInUse(Ipv4Addr),
    /// A VPC has no internet gateway, and so no public address.
    NoInternetGateway(VpcId),
    /// The private address is not on the interface.
    NotOnInterface(NetworkInterfaceId, Ipv4Addr),
    /// Several interfaces: which one is meant?
    SeveralInterfaces(InstanceId),
    /// An instance that is being made has no use for an address yet.
    PendingInstance(NetworkInterfaceId),
    /// An account has the address already.
    TransferToOwner(AccountId),
    /// The address is not offered to another account.
    NoTransferOf(AllocationId),
    /// No such address is offered to this account.
    NoTransferOfAddress(Ipv4Addr),
    /// An address in use does not change hands.
    TransferAssociated(Ipv4Addr),
    /// An address with a name of its holder's does not change hands.
    TransferWithDomainName(Ipv4Addr),
    /// The public range is used up.
    NoPublicAddress,
}
