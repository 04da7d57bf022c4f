//! What a call touches: "you must have permission for the underlying service" (TagResources, Resource Groups Tagging API
//! Reference), so that whoever tags an instance here needs ec2:CreateTags on it, too.

use awsproto::{Action, Call, Input, Operation as _, Touched};
use model::World;
use model::tagged::{IamTaggable, Taggable};
use serde_json::Value;

use crate::shapes::op;

/// What a call touches: everything that it names, each for its own service's action.
pub(crate) fn touches(world: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let is_tagging = action.name == op::TagResources::NAME;
    if !is_tagging && action.name != op::UntagResources::NAME {
        return Vec::new();
    }
    let Ok(body) = input.json() else { return Vec::new() };
    let texts = |name: &str| body[name].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut touched = Vec::new();
    for arn in texts("ResourceARNList") {
        let Ok(resource) = Taggable::of_arn(call.scope, arn) else { continue };
        let mut one = Touched::new(arn.to_owned(), Some(call.scope.account))
            .of_action(underlying(&resource, is_tagging));
        for (key, value) in world.tags_by_arn(call.scope, arn).into_iter().flatten() {
            one.add(format!("aws:ResourceTag/{key}"), vec![value.clone()]);
            if let Some(own) = own_key(&resource) {
                one.add(format!("{own}{key}"), vec![value.clone()]);
            }
        }
        let new = body["Tags"].as_object().into_iter().flatten();
        one.add_request_tags(new.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))));
        let gone: Vec<String> = texts("TagKeys").map(str::to_owned).collect();
        if !gone.is_empty() {
            one.add("aws:TagKeys", gone);
        }
        touched.push(one);
    }
    touched
}

/// The action of the service that the resource is of.
fn underlying(resource: &Taggable, is_tagging: bool) -> &'static str {
    let pair = match resource {
        Taggable::Ec2(_) => ["ec2:CreateTags", "ec2:DeleteTags"],
        Taggable::Topic(_) => ["sns:TagResource", "sns:UntagResource"],
        Taggable::HostedZone(_) => ["route53:ChangeTagsForResource", "route53:ChangeTagsForResource"],
        Taggable::Queue(_) => ["sqs:TagQueue", "sqs:UntagQueue"],
        Taggable::LogGroup(_) => ["logs:TagResource", "logs:UntagResource"],
        Taggable::Iam(kind, _) => match kind {
            IamTaggable::User => ["iam:TagUser", "iam:UntagUser"],
            IamTaggable::Role => ["iam:TagRole", "iam:UntagRole"],
            IamTaggable::InstanceProfile => ["iam:TagInstanceProfile", "iam:UntagInstanceProfile"],
            IamTaggable::Policy => ["iam:TagPolicy", "iam:UntagPolicy"],
            IamTaggable::OidcProvider => ["iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider"],
        },
    };
    pair[usize::from(!is_tagging)]
}

/// What precedes the key in the service's own condition key for a tag.
fn own_key(resource: &Taggable) -> Option<&'static str> {
    match resource {
        Taggable::Ec2(_) => Some("ec2:ResourceTag/"),
        Taggable::HostedZone(_) | Taggable::Queue(_) | Taggable::Topic(_) | Taggable::LogGroup(_) => None,
        Taggable::Iam(..) => Some("iam:ResourceTag/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::API;
    use crate::testing::Caller;
    use serde_json::json;

    #[test]
    fn whoever_tags_needs_the_leave_of_the_resources_own_service() {
        let mut caller = Caller::new();
        let [vpc, _] = caller.arns();
        caller.ok("TagResources", json!({"ResourceARNList": [vpc], "Tags": {"team": "blue"}}));
        let touched = |caller: &Caller, action: &str, body: Value| {
            let action = API.find(action).unwrap();
            touches(&caller.inner.world, &caller.inner.call, action, &Input::Json(body))
        };
        let role = "arn:aws:iam::123456789012:role/web";
        let request = json!({"ResourceARNList": [vpc, role, "arn:aws:s3:::x"], "Tags": {"tier": "web"}});
        let asked = touched(&caller, "TagResources", request);
        assert_eq!((asked[0].action, asked[1].action), (Some("ec2:CreateTags"), Some("iam:TagRole")));
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0].arn, vpc);
        assert_eq!(asked[0].values("aws:ResourceTag/team").unwrap(), ["blue"]);
        assert_eq!(asked[0].values("ec2:ResourceTag/team").unwrap(), ["blue"]);
        assert_eq!(asked[0].values("aws:RequestTag/tier").unwrap(), ["web"]);
        let request = json!({"ResourceARNList": [vpc], "TagKeys": ["team"]});
        let asked = touched(&caller, "UntagResources", request);
        assert_eq!(asked[0].action, Some("ec2:DeleteTags"));
        assert_eq!(asked[0].values("aws:TagKeys").unwrap(), ["team"]);
        assert_eq!(touched(&caller, "GetResources", json!({})), []);
    }
}
