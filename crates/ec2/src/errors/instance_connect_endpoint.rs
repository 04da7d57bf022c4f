//! What AWS says when a change of EC2 Instance Connect Endpoints is refused.

use awsproto::AwsError;
use model::refusal::InstanceConnectEndpointRefusal;

use super::invalid;

pub(super) fn refused(refusal: InstanceConnectEndpointRefusal) -> AwsError {
    match refusal {
        InstanceConnectEndpointRefusal::State(endpoint, state) => AwsError::new(
            "IncorrectState",
            format!(
                "The EC2 Instance Connect Endpoint '{endpoint}' cannot be modified while it is in the state '{}'.",
                state.name()
            ),
        ),
        InstanceConnectEndpointRefusal::Family(subnet, wanted) => invalid(format!(
            "The IP address type '{}' is not supported by the subnet '{subnet}': it has no addresses of that type.",
            wanted.name()
        )),
        InstanceConnectEndpointRefusal::PreservedFamily(wanted) => {
            AwsError::invalid_parameter_combination(format!(
                "PreserveClientIp is supported for the IP address type 'ipv4' only, not for '{}'.",
                wanted.name()
            ))
        }
    }
}
