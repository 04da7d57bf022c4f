//! What a version of a launch template asks for.

use awsproto::AwsError;
use awsproto::protocol::ec2;
use model::launch_template::LaunchTemplateVersion as Version;

use crate::run_instances;
use crate::shapes::*;

/// What a version asks for, read again from what was sent.
pub(super) fn read(version: &Version) -> Result<RequestLaunchTemplateData, AwsError> {
    ec2::decode_kept(&version.parameters)
}

/// What AWS checks when a template is written. Whether what it names exists is found out by who launches from it.
pub(super) fn check(data: &RequestLaunchTemplateData) -> Result<(), AwsError> {
    run_instances::user_data(data.user_data.as_deref())?;
    if data.instance_type.is_some() && data.instance_requirements.is_some() {
        return Err(AwsError::invalid_parameter_combination(
            "InstanceType and InstanceRequirements cannot be specified at the same time.",
        ));
    }
    Ok(())
}
