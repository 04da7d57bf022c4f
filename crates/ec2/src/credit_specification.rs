//! How burstable instances spend processor credits. Follows DescribeInstanceCreditSpecifications and its neighbours
//! (EC2 API Reference). It is shown, and processors are as fast either way.

use awsproto::filter::Tagged;
use awsproto::{AwsError, Call, Filterable};
use model::instance_lifecycle::InstanceAttribute;
use model::{Id, IdKind, Instance, InstanceId, InstanceState, InstanceType, Link, World};
use std::borrow::Cow;

use crate::errors::{self, refused};
use crate::request::{self, Describe, text_values};
use crate::shapes::*;

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeInstanceCreditSpecificationsRequest,
) -> Result<DescribeInstanceCreditSpecificationsResult, AwsError> {
    let DescribeInstanceCreditSpecificationsRequest { filters, instance_ids, max_results, next_token } =
        request;
    let scope = call.scope;
    let all =
        world.network.instances.linked(Link::Scope(scope)).filter(|it| it.state != InstanceState::Terminated);
    let named = request::named_or_all(&instance_ids, all, |it| it.id)?;
    let describe = Describe { kind: "instance", ids: &instance_ids, filters, max_results, next_token };
    let render = |it: &Instance| {
        let cpu_credits = Some(it.cpu_credits.clone()?);
        Some(InstanceCreditSpecification { instance_id: Some(it.id.to_string()), cpu_credits })
    };
    let credits = named.into_iter().filter_map(render);
    let (instance_credit_specifications, next_token) =
        describe.page(credits, |it| it.instance_id.as_ref())?;
    Ok(DescribeInstanceCreditSpecificationsResult { instance_credit_specifications, next_token })
}

/// What cannot be changed is told, and does not keep the others from being changed.
pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyInstanceCreditSpecificationRequest,
) -> Result<ModifyInstanceCreditSpecificationResult, AwsError> {
    let ModifyInstanceCreditSpecificationRequest {
        // A repeated call gets its first answer, or does the same again.
        client_token: _,
        instance_credit_specifications,
    } = request;
    let mut result = ModifyInstanceCreditSpecificationResult::default();
    for wanted in instance_credit_specifications {
        let InstanceCreditSpecificationRequest { cpu_credits, instance_id } = wanted;
        match set(call, world, instance_id.as_deref(), cpu_credits.unwrap_or_default())? {
            None => result
                .successful_instance_credit_specifications
                .push(SuccessfulInstanceCreditSpecificationItem { instance_id }),
            Some(error) => result
                .unsuccessful_instance_credit_specifications
                .push(UnsuccessfulInstanceCreditSpecificationItem { error: Some(error), instance_id }),
        }
    }
    Ok(result)
}

fn set(
    call: &Call,
    world: &mut World,
    text: Option<&str>,
    credits: String,
) -> Result<Option<UnsuccessfulInstanceCreditSpecificationItemError>, AwsError> {
    if credits != "standard" && credits != "unlimited" {
        return Err(AwsError::invalid_value("cpuCredits", &credits, "Expecting standard or unlimited."));
    }
    let told = |error: AwsError| {
        let (code, message) = (Some(error.code.into_owned()), Some(error.message));
        Ok(Some(UnsuccessfulInstanceCreditSpecificationItemError { code, message }))
    };
    let text = text.unwrap_or_default();
    let Ok(id) = text.parse::<InstanceId>() else { return told(errors::malformed(InstanceId::KIND, text)) };
    let Ok(instance) = world.instance(call.scope, id) else {
        return told(errors::not_found(IdKind::Instance, &[text]));
    };
    if !InstanceType::find(&instance.instance_type).is_some_and(InstanceType::is_burstable) {
        let message = format!("The instance {id} does not support a credit specification.");
        return told(AwsError::new("InstanceCreditSpecification.NotSupported", message));
    }
    match world.set_instance_attribute(call.scope, id, InstanceAttribute::CpuCredits(credits)) {
        Ok(()) => Ok(None),
        Err(refusal) => told(refused(refusal)),
    }
}

impl Tagged for InstanceCreditSpecification {}

impl Filterable for InstanceCreditSpecification {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "instance-id" => text_values(&self.instance_id),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn credits_are_changed_where_there_are_some() {
        let mut caller = Caller::new();
        let (burstable, other) = (caller.running(&[]), caller.running(&[("InstanceType", "m5.large")]));
        let answer = caller.ok(
            "ModifyInstanceCreditSpecification",
            &[
                ("InstanceCreditSpecification.1.InstanceId", &*burstable),
                ("InstanceCreditSpecification.1.CpuCredits", "unlimited"),
                ("InstanceCreditSpecification.2.InstanceId", &other),
                ("InstanceCreditSpecification.2.CpuCredits", "unlimited"),
                ("InstanceCreditSpecification.3.InstanceId", "i-00000001"),
                ("InstanceCreditSpecification.3.CpuCredits", "unlimited"),
            ],
        );
        assert_eq!(answer.texts("instanceId"), [&*burstable, &*other, "i-00000001"]);
        assert_eq!(
            answer.texts("code"),
            ["InstanceCreditSpecification.NotSupported", "InvalidInstanceID.NotFound"]
        );
        let shown = caller.ok("DescribeInstanceCreditSpecifications", &[("InstanceId.1", &burstable)]);
        assert_eq!(shown.text("cpuCredits"), "unlimited");
        let wrong = [
            ("InstanceCreditSpecification.1.InstanceId", &*burstable),
            ("InstanceCreditSpecification.1.CpuCredits", "none"),
        ];
        assert!(
            caller.refused("ModifyInstanceCreditSpecification", &wrong).starts_with("InvalidParameterValue")
        );
    }
}
