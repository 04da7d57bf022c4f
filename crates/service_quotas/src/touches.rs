//! Which quotas a call touches. Follows "Actions, resources, and condition keys for Service Quotas" (Service Authorization
//! Reference).

use awsproto::{Action, Call, Input, Touched};
use model::World;

/// What a call touches: the quota that it names.
pub(crate) fn touches(_: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let named = (input.text("ServiceCode"), input.text("QuotaCode"));
    let (Some(service), Some(quota), Some(_)) = (named.0, named.1, action.authorization.resource("quota"))
    else {
        return Vec::new();
    };
    let account = call.scope.account;
    let arn = call.scope.region.arn("servicequotas", account, format_args!("{service}/{quota}"));
    vec![Touched::new(arn, Some(account)).with("servicequotas:service", service)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::API;
    use awsproto::{Protocol, testing};

    #[test]
    fn a_quota_is_named_by_its_service_and_its_code() {
        let body = r#"{"ServiceCode":"vpc","QuotaCode":"L-F678F1CE","DesiredValue":10}"#;
        let input = Input::parse(Protocol::Json11, "", body.as_bytes()).unwrap();
        let caller = testing::Caller::new(&API, "us-west-2");
        let touched =
            |action: &str| (API.touches)(&caller.world, &caller.call, API.find(action).unwrap(), &input);
        let asked = touched("RequestServiceQuotaIncrease");
        assert_eq!(asked[0].arn, "arn:aws:servicequotas:us-west-2:123456789012:vpc/L-F678F1CE");
        assert_eq!(asked[0].values("servicequotas:service").unwrap(), ["vpc"]);
        assert_eq!(touched("GetAWSDefaultServiceQuota"), []);
    }
}
