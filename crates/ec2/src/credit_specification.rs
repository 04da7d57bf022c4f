//! How burstable instances spend processor credits. Follows DescribeInstanceCreditSpecifications and its neighbours
//! (EC2 API Reference). It is shown, and processors are as fast either way.

use awsproto::filter::Tagged;
use awsproto::{AwsError, Call, Filterable};
use model::{Instance, InstanceState, World};
use std::borrow::Cow;

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
    let all = world
        .network
        .instances
        .values()
        .filter(|it| it.scope == scope && it.state != InstanceState::Terminated);
    let named = request::named_or_all(&instance_ids, all, |it| it.id)?;
    let describe = Describe { kind: "instance", ids: &instance_ids, filters, max_results, next_token };
    let render = |it: &Instance| {
        let cpu_credits = Some(it.cpu_credits.clone()?);
        Some(InstanceCreditSpecification { instance_id: Some(it.id.to_string()), cpu_credits })
    };
    let credits: Vec<InstanceCreditSpecification> = named.into_iter().filter_map(render).collect();
    let (instance_credit_specifications, next_token) =
        describe.page(credits, |it| it.instance_id.as_ref())?;
    Ok(DescribeInstanceCreditSpecificationsResult { instance_credit_specifications, next_token })
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
