//! Which AWS code and sentence stand for what the model refuses. Statuses and codes are those of IAM's model.

use awsproto::AwsError;
use model::IamRefusal;

/// The error for a refusal.
pub(crate) fn refused(refusal: IamRefusal) -> AwsError {
    match refusal {
        IamRefusal::NoSuchRole(name) => no_such_entity(&format!("The role with name {name}")),
        IamRefusal::NoSuchInstanceProfile(name) => no_such_entity(&format!("Instance Profile {name}")),
        IamRefusal::RoleExists(name) => exists(&format!("Role with name {name}")),
        IamRefusal::InstanceProfileExists(name) => exists(&format!("Instance Profile {name}")),
        IamRefusal::QuotaReached(quota, limit) => quota_reached(quota, limit),
        IamRefusal::RoleInInstanceProfile => {
            let sentence = "Cannot delete entity, must remove roles from instance profile first.";
            AwsError::new("DeleteConflict", sentence).with_status(409)
        }
    }
}

/// `LimitExceeded`.
pub(crate) fn quota_reached(quota: &str, limit: usize) -> AwsError {
    AwsError::new("LimitExceeded", format!("Cannot exceed quota for {quota}: {limit}")).with_status(409)
}

fn no_such_entity(what: &str) -> AwsError {
    AwsError::new("NoSuchEntity", format!("{what} cannot be found.")).with_status(404)
}

fn exists(what: &str) -> AwsError {
    AwsError::new("EntityAlreadyExists", format!("{what} already exists.")).with_status(409)
}
