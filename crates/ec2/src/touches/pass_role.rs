//! The role that a request gives to an instance: "To use an instance profile, a user must have permission to pass its role"
//! (IAM User Guide, "Grant a user permissions to pass a role to an AWS service").

use awsproto::Operation as _;
use awsproto::Touched;

use super::asked::Asked;
use crate::shapes::{IamInstanceProfileSpecification, op};

/// What passing a role is called.
const PASS_ROLE: &str = "iam:PassRole";
/// The key that says whom it is passed to.
const PASSED_TO: &str = "iam:PassedToService";
/// Whom instances' roles are passed to.
const SERVICE: &str = "ec2";

/// Whom flow logs' roles are passed to.
const FLOW_LOGS: &str = "vpc-flow-logs";

/// The role that the request names, or that of the profile that it names, if there is such a role.
pub(super) fn touched(asked: &Asked<'_>) -> Option<Touched> {
    if asked.action.name == op::CreateFlowLogs::NAME {
        return of_flow_log(asked);
    }
    let names = [op::AssociateIamInstanceProfile::NAME, op::ReplaceIamInstanceProfileAssociation::NAME];
    if !names.contains(&asked.action.name) {
        return None;
    }
    let said = |member| asked.parameters.members(member).next().map(str::to_owned);
    of_profile(asked, &IamInstanceProfileSpecification { arn: said("Arn"), name: said("Name") })
}

/// "You must have permission to pass the role" (Publish flow logs to CloudWatch Logs).
fn of_flow_log(asked: &Asked<'_>) -> Option<Touched> {
    let (account, partition) = (asked.scope().account, asked.call.partition());
    let arn = asked.parameters.text("DeliverLogsPermissionArn")?;
    let role = asked.world.role_of_arn(partition, arn).filter(|it| it.account == account)?;
    let service = partition.service_principals(FLOW_LOGS).pop()?;
    Some(Touched::new(role.arn(partition), Some(account)).of_action(PASS_ROLE).with(PASSED_TO, service))
}

/// The role of a profile.
pub(super) fn of_profile(asked: &Asked<'_>, named: &IamInstanceProfileSpecification) -> Option<Touched> {
    let (world, account, partition) = (asked.world, asked.scope().account, asked.call.partition());
    let profile = match (&named.name, &named.arn) {
        (Some(name), _) => world.instance_profile_named(account, name).ok()?,
        (None, Some(arn)) => world.instance_profiles_of(account).find(|it| it.arn(partition) == *arn)?,
        (None, None) => return None,
    };
    let role = world.role_of(profile)?;
    let service = partition.service_principals(SERVICE).pop()?;
    Some(Touched::new(role.arn(partition), Some(role.account)).of_action(PASS_ROLE).with(PASSED_TO, service))
}
