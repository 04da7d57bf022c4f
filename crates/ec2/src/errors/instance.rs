//! What AWS says when a change of instances is refused.

use awsproto::AwsError;
use model::InstanceId;
use model::refusal::{InstanceRefusal, Wanted};

use super::identifier::unknown;

pub(super) fn refused(refusal: InstanceRefusal) -> AwsError {
    match refusal {
        InstanceRefusal::ProfileAssociated(instance) => AwsError::new(
            "IncorrectState",
            format!("There is an existing association for instance {instance}"),
        ),
        InstanceRefusal::NoSuchProfileAssociation(id) => unknown(id),
        InstanceRefusal::ProfileAssociationInactive(id) => {
            AwsError::new("IncorrectState", format!("The association {id} is not the active association"))
        }
        InstanceRefusal::CpuOptions(instance_type, options) => {
            AwsError::invalid_parameter_combination(format!(
                "The CPU options with a core count of {} and {} threads per core are not supported for the instance type \
             '{instance_type}'.",
                options.cores, options.threads_per_core
            ))
        }
        InstanceRefusal::State(instance, _, wanted) => incorrect_state(instance, wanted),
        InstanceRefusal::TerminationDisabled(instance) => AwsError::new(
            "OperationNotPermitted",
            format!(
                "The instance '{instance}' may not be terminated. Modify its 'disableApiTermination' instance \
                 attribute and try again."
            ),
        ),
        InstanceRefusal::StopDisabled(instance) => AwsError::new(
            "OperationNotPermitted",
            format!(
                "The instance '{instance}' may not be stopped. Modify its 'disableApiStop' instance attribute and \
                 try again."
            ),
        ),
    }
}

fn incorrect_state(instance: InstanceId, wanted: Wanted) -> AwsError {
    let message = match wanted {
        Wanted::Start => format!("The instance '{instance}' is not in a state from which it can be started."),
        Wanted::Stop => format!("This instance '{instance}' is not in a state from which it can be stopped."),
        Wanted::Reboot => {
            format!("The instance '{instance}' is not in a state from which it can be rebooted.")
        }
        Wanted::Stopped => format!("The instance '{instance}' is not in the 'stopped' state."),
        Wanted::Running => format!("The instance '{instance}' is not in the 'running' state."),
        Wanted::Present => format!("The instance '{instance}' is not in a valid state for this operation."),
    };
    AwsError::new("IncorrectInstanceState", message)
}
