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
        ElasticIpRefusal::TransferToOwner(account) => {
            invalid(format!("The address belongs to the account {account} already."))
        }
        ElasticIpRefusal::NoTransferOf(id) => {
            transfer("NotFound", format!("No pending transfer of {id} was found."))
        }
        ElasticIpRefusal::NoTransferOfAddress(address) => {
            transfer("NotFound", format!("No pending transfer of the address {address} was found."))
        }
        ElasticIpRefusal::TransferAssociated(address) => transfer(
            "AddressAssociated",
            format!("The address {address} is associated. Disassociate it before the transfer is accepted."),
        ),
        ElasticIpRefusal::TransferWithDomainName(address) => transfer(
            "AddressCustomPtrSet",
            format!(
                "The address {address} has a reverse DNS record. Reset it before the transfer is accepted."
            ),
        ),
        ElasticIpRefusal::NoPublicAddress => {
            AwsError::new("InsufficientAddressCapacity", "Insufficient capacity to complete the request.")
        }
    }
}

/// AWS documents these codes, and no sentences.
fn transfer(code: &str, message: String) -> AwsError {
    AwsError::new(format!("InvalidTransfer.{code}"), message)
}
