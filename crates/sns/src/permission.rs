//! Statements of topics' policies, one by one: AddPermission, RemovePermission (Amazon SNS API Reference).

use awsproto::{AwsError, Call};
use model::{AccountId, World};

use crate::errors::{invalid, missing, no_topic};
use crate::shapes::{AddPermissionInput, RemovePermissionInput};
use crate::{arn, policy};

pub(crate) fn add(call: &mut Call, world: &mut World, request: AddPermissionInput) -> Result<(), AwsError> {
    let AddPermissionInput { aws_account_id, action_name, label, topic_arn } = request;
    let named = arn::topic(call, "TopicArn", topic_arn.as_deref())?;
    let label = label.filter(|label| !label.is_empty()).ok_or_else(|| missing("Label"))?;
    let principals = aws_account_id.iter().map(|id| {
        let account: AccountId = id.parse().map_err(|_| invalid("AWSAccountId"))?;
        Ok(call.partition().arn("iam", account, "root"))
    });
    let principals = principals.collect::<Result<Vec<String>, AwsError>>()?;
    let topic = world.topic_mut(named.scope, &named.name).map_err(|_| no_topic())?;
    topic.policy = policy::with(&topic.policy, &label, &principals, &action_name, &topic.arn())?;
    Ok(())
}

pub(crate) fn remove(
    call: &mut Call,
    world: &mut World,
    request: RemovePermissionInput,
) -> Result<(), AwsError> {
    let RemovePermissionInput { label, topic_arn } = request;
    let named = arn::topic(call, "TopicArn", topic_arn.as_deref())?;
    let topic = world.topic_mut(named.scope, &named.name).map_err(|_| no_topic())?;
    topic.policy = policy::without(&topic.policy, &label.unwrap_or_default());
    Ok(())
}
