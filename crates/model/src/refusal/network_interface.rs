//! Why a change of network interfaces is refused.

use ipnet::IpNet;
use std::net::Ipv4Addr;

use crate::ids::*;
use crate::place::AccountId;

/// A refused change of a network interface, its addresses or its attachment.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkInterfaceRefusal {
    /// Addresses are on other interfaces, and moving them was not allowed or cannot be.
    AddressesAssigned(Vec<Ipv4Addr>),
    /// Addresses to be taken from an interface are not among its secondary ones.
    AddressesNotAssigned(NetworkInterfaceId),
    /// IPv6 addresses to be taken from an interface are not on it.
    Ipv6AddressesNotAssigned(NetworkInterfaceId),
    /// One account alone may be permitted something with an interface, and it is this one.
    PermittedToOther(NetworkInterfaceId, AccountId),
    /// There is no such permission.
    NoSuchPermission(NetworkInterfacePermissionId),
    /// The interface is attached to an instance of the permitted account.
    PermissionInUse(NetworkInterfacePermissionId),
    /// Prefixes to be taken from an interface are not on it.
    PrefixesNotAssigned(NetworkInterfaceId),
    /// A block is none that an interface can have as a prefix, by its size or its beginning.
    NoPrefix(IpNet),
    /// Instances of this type have no prefixes.
    NoPrefixesOn(String),
    /// The instance type allows fewer addresses per interface.
    TooManyPrivateAddresses,
    /// A group and a subnet are in different VPCs.
    GroupOfOtherVpc(SecurityGroupId, SubnetId),
    /// An interface has at least one group.
    NoGroups,
    /// An interface that is attached cannot be deleted.
    Attached(NetworkInterfaceId),
    /// An interface that is attached cannot be attached again.
    InUse(NetworkInterfaceId),
    /// An instance has an interface at this device index.
    DeviceIndexTaken(InstanceId, u16),
    /// The instance type allows fewer interfaces.
    TooMany(usize, String),
    /// The primary interface stays with its instance.
    PrimaryDetached,
    /// An interface and an instance are in different zones.
    OtherZone(NetworkInterfaceId, InstanceId),
    /// There is no such attachment.
    NoSuchAttachment(AttachmentId),
    /// The attachment belongs to a service.
    ServiceAttachment,
    /// The interface belongs to a service.
    OfService,
}
