//! What AWS says when a change of launch templates is refused.

use awsproto::AwsError;
use model::refusal::LaunchTemplateRefusal;

pub(super) fn refused(refusal: LaunchTemplateRefusal) -> AwsError {
    match refusal {
        LaunchTemplateRefusal::Exists(_) => AwsError::new(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.",
        ),
        LaunchTemplateRefusal::NoneOfName(name) => AwsError::new(
            "InvalidLaunchTemplateName.NotFoundException",
            format!("The specified launch template, with template name {name}, does not exist."),
        ),
        LaunchTemplateRefusal::NoVersion(id, number) => AwsError::new(
            "InvalidLaunchTemplateId.VersionNotFound",
            format!("Could not find the specified version {number} for the launch template with ID {id}."),
        ),
        LaunchTemplateRefusal::DefaultVersion(id, number) => AwsError::invalid_parameter_value(format!(
            "Version {number} of the launch template with ID {id} is the default version and cannot be deleted."
        )),
    }
}
