//! What AWS says when a change of subnets and addresses in them is refused.

use awsproto::AwsError;
use model::refusal::SubnetRefusal;

use super::{identifier::unknown, invalid};

pub(super) fn refused(refusal: SubnetRefusal) -> AwsError {
    match refusal {
        SubnetRefusal::DefaultExists { subnet, zone } => AwsError::new(
            "DefaultSubnetAlreadyExistsInAvailabilityZone",
            format!("'{subnet}' is already the default subnet in {zone}."),
        ),
        SubnetRefusal::Range(cidr) => {
            AwsError::new("InvalidSubnet.Range", format!("The CIDR '{cidr}' is invalid."))
        }
        SubnetRefusal::CidrConflict(cidr) => {
            let noun = if cidr.addr().is_ipv6() { "IPv6 CIDR" } else { "CIDR" };
            AwsError::new(
                "InvalidSubnet.Conflict",
                format!("The {noun} '{cidr}' conflicts with another subnet"),
            )
        }
        SubnetRefusal::WithoutIpv6(subnet) => {
            invalid(format!("The subnet '{subnet}' does not have an IPv6 CIDR block."))
        }
        SubnetRefusal::HasIpv6(subnet) => {
            invalid(format!("The subnet '{subnet}' already has an IPv6 CIDR block."))
        }
        SubnetRefusal::CidrNotFound(id) => unknown(id),
        SubnetRefusal::CidrInUse(id) => AwsError::dependency_violation(format!(
            "The subnet CIDR block with association ID {id} has dependencies and cannot be disassociated."
        )),
        SubnetRefusal::ReservationOutside { subnet: Some(block) } => {
            invalid(format!("Reservation CIDR should be within subnet CIDR block ({block})"))
        }
        SubnetRefusal::ReservationOutside { subnet: None } => {
            invalid("Reservation CIDR should be within subnet CIDR block")
        }
        SubnetRefusal::ReservationOverlaps(cidr) => {
            invalid(format!("Reservation CIDR {cidr} has overlap with existing reserved CIDR block"))
        }
        SubnetRefusal::NoFreeAddress(_) => AwsError::new(
            "InsufficientFreeAddressesInSubnet",
            "The specified subnet does not have enough free addresses to satisfy the request.",
        ),
        SubnetRefusal::NoFreePrefix(_) => AwsError::new(
            "InsufficientCidrBlocks",
            "The specified subnet does not have enough free cidr blocks to satisfy the request.",
        ),
        SubnetRefusal::AddressOutside(_) => {
            invalid("Address does not fall within the subnet's address range")
        }
        SubnetRefusal::AddressReserved(_) => invalid("Address is in subnet's reserved address range"),
        SubnetRefusal::AddressInUse(_) => {
            AwsError::new("InvalidIPAddress.InUse", "The specified address is already in use.")
        }
        SubnetRefusal::NoDefault(vpc) => AwsError::new(
            "MissingInput",
            format!("No subnets found for the default VPC '{vpc}'. Please specify a subnet."),
        ),
    }
}
