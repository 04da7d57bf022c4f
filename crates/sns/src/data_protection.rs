//! Data protection policies of topics, of which there are none: GetDataProtectionPolicy (Amazon SNS API Reference).

use awsproto::{AwsError, Call};
use model::World;

use crate::arn;
use crate::errors::no_topic;
use crate::shapes::{GetDataProtectionPolicyInput, GetDataProtectionPolicyResponse};

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetDataProtectionPolicyInput,
) -> Result<GetDataProtectionPolicyResponse, AwsError> {
    let GetDataProtectionPolicyInput { resource_arn } = request;
    let named = arn::topic(call, "ResourceArn", resource_arn.as_deref())?;
    world.topic(named.scope, &named.name).map_err(|_| no_topic())?;
    Ok(GetDataProtectionPolicyResponse { data_protection_policy: None })
}
