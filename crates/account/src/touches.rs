//! What a call touches: the account itself. Follows "Actions, resources, and condition keys for AWS Account Management"
//! (Service Authorization Reference).

use awsproto::{Action, Call, Input, Touched};
use model::World;

/// Parameters, and the condition keys that show them.
const KEYS: [(&str, &str); 2] =
    [("RegionName", "account:TargetRegion"), ("AlternateContactType", "account:AlternateContactTypes")];

/// What a call touches.
pub(crate) fn touches(_: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let account = call.scope.account;
    let arn = call.scope.region.partition().arn("account", account, "account");
    let mut touched = Touched::new(arn, Some(account));
    for (parameter, key) in KEYS.into_iter().filter(|(_, key)| action.authorization.keys.has(key)) {
        if let Some(value) = input.text(parameter) {
            touched.add(key, vec![value.to_owned()]);
        }
    }
    vec![touched]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::API;
    use awsproto::{Protocol, testing};

    #[test]
    fn a_call_is_about_the_account_and_the_region_that_it_names() {
        let body = r#"{"RegionName":"eu-south-1"}"#;
        let input = Input::parse(Protocol::Json11, "", body.as_bytes()).unwrap();
        let caller = testing::Caller::new(&API, "us-west-2");
        let touched = |action| touches(&caller.world, &caller.call, API.find(action).unwrap(), &input);
        let enabled = touched("EnableRegion");
        assert_eq!(enabled[0].arn, "arn:aws:account::123456789012:account");
        assert_eq!(enabled[0].values("account:TargetRegion").unwrap(), ["eu-south-1"]);
        assert_eq!(touched("PutAccountName")[0].values("account:TargetRegion"), None);
    }
}
