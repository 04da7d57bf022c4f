//! What AWS says when a change of Elastic IP addresses is refused.

use awsproto::AwsError;
use model::refusal::ElasticIpRefusal;

use super::{identifier::unknown, invalid};

pub(super) fn refused(refusal: ElasticIpRefusal) -> AwsError {
    match refusal {
        ElasticIpRefusal::NoSuchAssociation(id) => unknown(id),
        ElasticIpRefusal::NoSuchAddress(address) => {
            AwsError::new("InvalidAddress.NotFound", format!("Address '{address}' not found."))
        }
        ElasticIpRefusal::Associated(allocation, association) => AwsError::new(
            "Resource.AlreadyAssociated",
            format!("resource {allocation} is already associated with associate-id {association}"),
        ),
        ElasticIpRefusal::ReleasedInUse(address) => {
            AwsError::new("InvalidIPAddress.InUse", format!("Address {address} is in use."))
        }
        ElasticIpRefusal::NoInternetGateway(vpc) => AwsError::new(
            "Gateway.NotAttached",
            format!("Network {vpc} is not attached to any internet gateway"),
        ),
        ElasticIpRefusal::NotOnInterface(interface, address) => {
            invalid(format!("The address {address} is not assigned to the network interface '{interface}'"))
        }
        ElasticIpRefusal::SeveralInterfaces(instance) => AwsError::new(
            "InvalidInstanceID",
            format!(
                "There are multiple interfaces attached to instance '{instance}'. Please specify an interface ID for \
                 the operation instead."
            ),
        ),
        ElasticIpRefusal::PendingInstance(interface) => AwsError::new(
            "IncorrectInstanceState",
            format!(
                "The pending-instance-creation instance to which '{interface}' is attached is not in a valid state \
                 for this operation"
            ),
        ),
        ElasticIpRefusal::NoPublicAddress => {
            AwsError::new("InsufficientAddressCapacity", "Insufficient capacity to complete the request.")
        }
    }
}
