//! What AWS says when a change of a NAT gateway's addresses is refused.

use awsproto::AwsError;
use model::refusal::NatGatewayRefusal;

use super::{identifier::unknown, invalid};

pub(super) fn refused(refusal: NatGatewayRefusal) -> AwsError {
    match refusal {
        NatGatewayRefusal::NotAvailable(id) => AwsError::new(
            "IncorrectState",
            format!("The NAT gateway '{id}' is not in the state 'available'."),
        ),
        NatGatewayRefusal::OtherConnectivity(id) => AwsError::new(
            "InvalidParameter",
            format!("The connectivity type of the NAT gateway '{id}' does not support this operation."),
        ),
        NatGatewayRefusal::TooManyAddresses(max) => AwsError::new(
            "NatGatewayAddressLimitExceeded",
            format!("Performing this operation would exceed the limit of {max} addresses per NAT gateway"),
        ),
        NatGatewayRefusal::AddressesDoNotMatch => AwsError::invalid_parameter_combination(
            "The number of private IP addresses must be the number of allocation IDs.",
        ),
        NatGatewayRefusal::Associated(allocation) => AwsError::new(
            "Resource.AlreadyAssociated",
            format!("Elastic IP address {allocation} is already associated"),
        ),
        NatGatewayRefusal::Primary(id) => {
            invalid(format!("The primary address of the NAT gateway '{id}' cannot be taken away."))
        }
        NatGatewayRefusal::NoSuchAddress(id, address) => {
            invalid(format!("The address {address} is not assigned to the NAT gateway '{id}'."))
        }
        NatGatewayRefusal::NoSuchAssociation(id) => unknown(id),
    }
}
