//! What AWS says when a change of network interfaces is refused.

use awsproto::AwsError;
use model::refusal::NetworkInterfaceRefusal;

use super::{identifier::unknown, invalid};

pub(super) fn refused(refusal: NetworkInterfaceRefusal) -> AwsError {
    match refusal {
        NetworkInterfaceRefusal::AddressesAssigned(addresses) => {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            invalid(format!("[{}] assigned, but move is not allowed.", addresses.join(", ")))
        }
        NetworkInterfaceRefusal::AddressesNotAssigned(id) => invalid(format!(
            "Some of the specified private IP addresses are not assigned to the network interface '{id}'"
        )),
        NetworkInterfaceRefusal::Ipv6AddressesNotAssigned(id) => invalid(format!(
            "Some of the specified IPv6 addresses are not assigned to the network interface '{id}'"
        )),
        NetworkInterfaceRefusal::PermittedToOther(id, account) => invalid(format!(
            "The account '{account}' has permissions for the network interface '{id}' already, and only one account can."
        )),
        NetworkInterfaceRefusal::NoSuchPermission(id) => unknown(id),
        NetworkInterfaceRefusal::PermissionInUse(id) => AwsError::new(
            "OperationNotPermitted",
            format!(
                "The network interface of the permission '{id}' is attached to an instance. Specify Force to delete the \
                 permission anyway."
            ),
        ),
        NetworkInterfaceRefusal::PrefixesNotAssigned(id) => invalid(format!(
            "Some of the specified prefixes are not assigned to the network interface '{id}'"
        )),
        NetworkInterfaceRefusal::NoPrefix(prefix) => invalid(format!(
            "The prefix '{prefix}' is not valid. IPv4 prefixes are /28 blocks, IPv6 prefixes are /80 blocks."
        )),
        NetworkInterfaceRefusal::NoPrefixesOn(instance_type) => AwsError::new(
            "UnsupportedOperation",
            format!("The instance type '{instance_type}' does not support prefixes on network interfaces."),
        ),
        NetworkInterfaceRefusal::TooManyPrivateAddresses => {
            AwsError::new("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
        }
        NetworkInterfaceRefusal::GroupOfOtherVpc(group, subnet) => AwsError::new(
            "InvalidParameter",
            format!("Security group {group} and subnet {subnet} belong to different networks."),
        ),
        NetworkInterfaceRefusal::NoGroups => {
            invalid("A network interface must have at least one security group.")
        }
        NetworkInterfaceRefusal::Attached(id) => {
            invalid(format!("Network interface '{id}' is currently in use."))
        }
        NetworkInterfaceRefusal::InUse(id) => {
            AwsError::new("InvalidNetworkInterface.InUse", format!("Interface: [{id}] in use."))
        }
        NetworkInterfaceRefusal::DeviceIndexTaken(instance, index) => invalid(format!(
            "Instance '{instance}' already has an interface attached at device index '{index}'."
        )),
        NetworkInterfaceRefusal::TooMany(count, instance_type) => AwsError::new(
            "AttachmentLimitExceeded",
            format!("Interface count {count} exceeds the limit for {instance_type}"),
        ),
        NetworkInterfaceRefusal::PrimaryDetached => AwsError::new(
            "OperationNotPermitted",
            "The network interface at device index 0 and networkCard index 0 cannot be detached.",
        ),
        NetworkInterfaceRefusal::OtherZone(interface, instance) => invalid(format!(
            "Network interface '{interface}' and instance '{instance}' are in different availability zones."
        )),
        NetworkInterfaceRefusal::NoSuchAttachment(id) => unknown(id),
        NetworkInterfaceRefusal::ServiceAttachment => {
            AwsError::new("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.")
        }
        NetworkInterfaceRefusal::OfService => {
            AwsError::new("AuthFailure", "You do not have permission to access the specified resource.")
                .with_status(400)
        }
    }
}
