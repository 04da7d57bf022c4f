//! Identifiers: a prefix and 17 lowercase hexadecimal digits (`vpc-0a1b…`); the eight-digit form of older
//! resources is still read.
//!
//! Follows "Resource IDs" (EC2 User Guide). Every noun has its own type, so that a subnet can never be taken for
//! a VPC. Identifiers are `Copy`: 68 random bits and the length are all there is to one.

use std::fmt;
use std::str::FromStr;

use crate::as_text::as_text;
use crate::table_key::kept_as_number;

/// Bits of randomness in a 17-digit identifier.
const LONG_BITS: u32 = 68;
/// Marks the 17-digit form, so that `vpc-0000000000000000a` and `vpc-0000000a` stay different.
const LONG_FLAG: u128 = 1 << 100;

/// Why a text is not an identifier of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedId {
    /// What the caller wrote.
    pub text: String,
    /// The prefix that was expected, without the dash.
    pub expected: &'static str,
}

impl fmt::Display for MalformedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid id: \"{}\" (expecting \"{}-...\")", self.text, self.expected)
    }
}

impl std::error::Error for MalformedId {}

/// What all identifier types have in common.
pub trait Id: Copy + Ord + fmt::Display + FromStr<Err = MalformedId> {
    /// What it identifies.
    const KIND: IdKind;
    /// The prefix before the dash, as AWS writes it.
    const PREFIX: &'static str = Self::KIND.prefix();
    /// An identifier made of the low 68 bits of `random`.
    fn from_random(random: u128) -> Self;
}

/// Where new identifiers come from: the caller's source of randomness.
pub struct Ids<'a>(&'a mut dyn FnMut() -> u128);

impl<'a> Ids<'a> {
    /// Wraps a source of random numbers.
    pub fn new(source: &'a mut dyn FnMut() -> u128) -> Self {
        Ids(source)
    }

    /// A new identifier of the type the caller wants.
    pub fn fresh<I: Id>(&mut self) -> I {
        I::from_random((self.0)())
    }

    /// Raw random bits, for addresses.
    pub fn bits(&mut self) -> u128 {
        (self.0)()
    }
}

fn parse_digits(prefix: &'static str, text: &str) -> Option<u128> {
    let digits = text.strip_prefix(prefix)?.strip_prefix('-')?;
    let is_lower_hex = digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match digits.len() {
        8 if is_lower_hex => u128::from_str_radix(digits, 16).ok(),
        17 if is_lower_hex => u128::from_str_radix(digits, 16).ok().map(|value| value | LONG_FLAG),
        _ => None,
    }
}

fn write_digits(prefix: &str, value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if value & LONG_FLAG == 0 {
        write!(f, "{prefix}-{value:08x}")
    } else {
        write!(f, "{prefix}-{:017x}", value & !LONG_FLAG)
    }
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident $kind:ident $prefix:literal;)*) => {
    /// Kinds of identifiers: what one of any type identifies.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum IdKind {
        $($(#[$doc])* $kind,)*
    }

    impl IdKind {
        /// All kinds.
        pub const ALL: &[IdKind] = &[$(IdKind::$kind),*];

        /// The prefix before the dash, as AWS writes it.
        pub const fn prefix(self) -> &'static str {
            match self { $(IdKind::$kind => $prefix,)* }
        }
    }

    $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl Id for $name {
            const KIND: IdKind = IdKind::$kind;
            fn from_random(random: u128) -> Self {
                $name((random & ((1 << LONG_BITS) - 1)) | LONG_FLAG)
            }
        }

        impl $name {
            /// Before all others, for ranges.
            pub const MIN: $name = $name(0);
            /// After all others, for ranges.
            pub const MAX: $name = $name(u128::MAX);

            /// An identifier from a small number, for fixtures and tests.
            pub const fn numbered(number: u64) -> Self {
                $name(number as u128 | LONG_FLAG)
            }
            /// The short form of eight digits, as AWS-managed prefix lists and old resources have it.
            pub const fn short(digits: u32) -> Self {
                $name(digits as u128)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_digits($prefix, self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;
            fn from_str(text: &str) -> Result<Self, MalformedId> {
                parse_digits($prefix, text)
                    .map($name)
                    .ok_or_else(|| MalformedId { text: text.to_owned(), expected: $prefix })
            }
        }

        as_text! { $name }
        kept_as_number! { $name of u128 }
    )*
    };
}

identifiers! {
    /// A virtual private cloud.
    VpcId Vpc "vpc";
    /// An IPv4 or IPv6 CIDR block's association with a VPC.
    VpcCidrAssociationId VpcCidrAssociation "vpc-cidr-assoc";
    /// Another account's permission at a network interface.
    NetworkInterfacePermissionId NetworkInterfacePermission "eni-perm";
    /// A subnet.
    SubnetId Subnet "subnet";
    /// An IPv6 CIDR block's association with a subnet.
    SubnetCidrAssociationId SubnetCidrAssociation "subnet-cidr-assoc";
    /// A subnet CIDR reservation.
    SubnetCidrReservationId SubnetCidrReservation "scr";
    /// A route table.
    RouteTableId RouteTable "rtb";
    /// A route table's association with a subnet, a gateway or, as the main table, a VPC.
    RouteTableAssociationId RouteTableAssociation "rtbassoc";
    /// An internet gateway.
    InternetGatewayId InternetGateway "igw";
    /// An egress-only internet gateway (IPv6).
    EgressOnlyInternetGatewayId EgressOnlyInternetGateway "eigw";
    /// An exclusion from VPC Block Public Access.
    PublicAccessExclusionId PublicAccessExclusion "vpcbpa-exclude";
    /// A NAT gateway.
    NatGatewayId NatGateway "nat";
    /// A VPC endpoint.
    VpcEndpointId VpcEndpoint "vpce";
    /// A VPC peering connection.
    VpcPeeringConnectionId VpcPeeringConnection "pcx";
    /// A security group.
    SecurityGroupId SecurityGroup "sg";
    /// One rule of a security group.
    SecurityGroupRuleId SecurityGroupRule "sgr";
    /// A network ACL.
    NetworkAclId NetworkAcl "acl";
    /// A network ACL's association with a subnet.
    NetworkAclAssociationId NetworkAclAssociation "aclassoc";
    /// A network interface.
    NetworkInterfaceId NetworkInterface "eni";
    /// A network interface's attachment to an instance.
    AttachmentId Attachment "eni-attach";
    /// An allocated Elastic IP address.
    AllocationId Allocation "eipalloc";
    /// An Elastic IP address's association with a private address.
    AddressAssociationId AddressAssociation "eipassoc";
    /// A managed prefix list.
    PrefixListId PrefixList "pl";
    /// A set of DHCP options.
    DhcpOptionsId DhcpOptions "dopt";
    /// A key pair.
    KeyPairId KeyPair "key";
    /// An instance.
    InstanceId Instance "i";
    /// An instance's association with an instance profile.
    InstanceProfileAssociationId InstanceProfileAssociation "iip-assoc";
    /// The reservation that one launch request made.
    ReservationId Reservation "r";
    /// A machine image.
    ImageId Image "ami";
    /// A volume.
    VolumeId Volume "vol";
    /// A snapshot.
    SnapshotId Snapshot "snap";
    /// A launch template.
    LaunchTemplateId LaunchTemplate "lt";
    /// A flow log.
    FlowLogId FlowLog "fl";
    /// A placement group.
    PlacementGroupId PlacementGroup "pg";
    /// An EC2 Fleet.
    FleetId Fleet "fleet";
    /// An EC2 Instance Connect Endpoint.
    InstanceConnectEndpointId InstanceConnectEndpoint "eice";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_and_written_in_both_lengths() {
        for text in ["vpc-0123456789abcdef0", "vpc-1a2b3c4d", "vpc-00000000000000000"] {
            assert_eq!(text.parse::<VpcId>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_identifier_of_another_type_or_shape_is_refused() {
        for text in ["subnet-0123456789abcdef0", "vpc-0123456789ABCDEF0", "vpc-12", "vpc", "vpc-+1234567", ""]
        {
            let malformed = text.parse::<VpcId>().unwrap_err();
            assert_eq!(malformed.text, text);
        }
    }
}
