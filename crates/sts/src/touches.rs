//! Whom a call wants to act as: roles have policies of their own that say who may.
//!
//! Follows "Actions, resources, and condition keys for AWS Security Token Service" (Service Authorization Reference).

use awsproto::authorization::Touched;
use awsproto::{Action, Call, Input, Operation as _, Principal, tags};
use model::World;
use model::role::account_and_name;
use policy::Document;

use crate::second_factor;
use crate::shapes::op;

/// Parameters, and the condition keys that show them.
const KEYS: [(&str, &str); 2] =
    [("ExternalId", "sts:ExternalId"), ("RoleSessionName", "sts:RoleSessionName")];

/// What a call touches: the role that somebody wants to act as. One that is not there trusts nobody, so that nobody is told
/// whether it is.
pub(crate) fn touches(world: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let acts = [op::AssumeRole::NAME, op::AssumeRoleWithWebIdentity::NAME].contains(&action.name);
    let arn = input.text("RoleArn").filter(|_| acts);
    let Some((arn, account)) = arn.and_then(|arn| Some((arn, account_and_name(arn)?.0))) else {
        return Vec::new();
    };
    let role = world.role_of_arn(call.partition(), arn);
    let trust = role.map_or_else(|| Document::stored("{}"), |role| role.trust_policy.clone());
    let mut touched = Touched::new(arn.to_owned(), Some(account)).trusting(trust);
    for (parameter, key) in KEYS {
        if let Some(value) = input.text(parameter) {
            touched.add(key, vec![value.to_owned()]);
        }
    }
    if let Principal::WebIdentity { identity, .. } = &call.principal {
        for (key, values) in &identity.federation.keys {
            touched.add(key.clone(), values.clone());
        }
    }
    // Before the code is taken, so that trust policies can ask for one: a wrong one is refused when it is.
    if second_factor::is_shown(input) {
        touched.add("aws:MultiFactorAuthPresent", vec!["true".to_owned()]);
        touched.add("aws:MultiFactorAuthAge", vec!["0".to_owned()]);
    }
    for (key, value) in role.iter().flat_map(|role| &role.tags) {
        touched.add(format!("aws:ResourceTag/{key}"), vec![value.clone()]);
        touched.add(format!("iam:ResourceTag/{key}"), vec![value.clone()]);
    }
    let Passed { tags, transitive_tag_keys, source_identity } = Passed::of(call, input);
    if let Some(identity) = &source_identity {
        touched.add("sts:SourceIdentity", vec![identity.clone()]);
    }
    touched.add_request_tags(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    if !transitive_tag_keys.is_empty() {
        touched.add("sts:TransitiveTagKeys", transitive_tag_keys);
    }
    // "To pass session tags, you must have the sts:TagSession permission", and the role's trust policy must allow it.
    let tagging = (!tags.is_empty()).then(|| touched.clone().of_action("sts:TagSession"));
    let naming = source_identity.is_some().then(|| touched.clone().of_action("sts:SetSourceIdentity"));
    [Some(touched), tagging, naming].into_iter().flatten().collect()
}

/// What comes with it: in parameters, or in what an identity provider says.
struct Passed {
    tags: Vec<(String, String)>,
    transitive_tag_keys: Vec<String>,
    source_identity: Option<String>,
}

impl Passed {
    fn of(call: &Call, input: &Input) -> Passed {
        if let Principal::WebIdentity { identity, .. } = &call.principal {
            return Passed {
                tags: identity.tags.clone(),
                transitive_tag_keys: identity.transitive_tag_keys.clone(),
                source_identity: identity.source_identity.clone(),
            };
        }
        let keys = input.form().ok().and_then(|form| form.child("TransitiveTagKeys"));
        Passed {
            tags: input.form().map(tags::of_query).unwrap_or_default(),
            transitive_tag_keys: keys
                .into_iter()
                .flat_map(|it| it.texts("member"))
                .map(str::to_owned)
                .collect(),
            source_identity: input.text("SourceIdentity").map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::API;
    use awsproto::{Protocol, testing};

    #[test]
    fn acting_as_a_role_touches_it_with_its_trust_policy_and_what_conditions_ask() {
        let form = "RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fx%2Fnone&RoleSessionName=me&ExternalId=42\
                    &Tags.member.1.Key=team&Tags.member.1.Value=blue";
        let input = Input::parse(Protocol::Query, "", form.as_bytes()).unwrap();
        let caller = testing::Caller::new(&API, "us-west-2");
        let touched =
            |action: &str| (API.touches)(&caller.world, &caller.call, API.find(action).unwrap(), &input);
        let asked = touched("AssumeRole");
        assert_eq!(asked[0].arn, "arn:aws:iam::222222222222:role/x/none");
        assert_eq!(asked[0].account.unwrap().to_string(), "222222222222");
        assert_eq!(asked[0].values("sts:ExternalId").unwrap(), ["42"]);
        assert_eq!(asked[0].values("sts:RoleSessionName").unwrap(), ["me"]);
        assert_eq!(asked[0].values("aws:RequestTag/team").unwrap(), ["blue"]);
        assert!(asked[0].trust.is_some(), "what is not there trusts nobody");
        assert_eq!(asked[1].action, Some("sts:TagSession"));
        assert_eq!(asked.len(), 2);
        assert_eq!(touched("GetAccessKeyInfo"), []);
        assert_eq!(asked[0].values("aws:MultiFactorAuthPresent"), None);
        let form =
            format!("{form}&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fx&TokenCode=123456");
        let input = Input::parse(Protocol::Query, "", form.as_bytes()).unwrap();
        let action = API.find("AssumeRole").unwrap();
        let shown = (API.touches)(&caller.world, &caller.call, action, &input);
        assert_eq!(shown[0].values("aws:MultiFactorAuthPresent").unwrap(), ["true"]);
    }
}
