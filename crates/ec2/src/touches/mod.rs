//! Which resources a call touches, and what conditions can be about.
//!
//! Follows "Actions, resources, and condition keys for Amazon EC2" (Service Authorization Reference) and "Example policies to
//! control access to the Amazon EC2 API" (EC2 User Guide). One rule does for nearly all actions: of the types that the
//! reference has for an action, those touched are the ones whose identifiers are in the request, and the ones that it makes.
//! What differs is in `asked` and `launch`.

mod asked;
mod created;
mod existing;
mod launch;
mod parameters;
mod pass_role;
#[cfg(test)]
mod tests;

use awsproto::{Action, Call, Input, ResourceUse, Touched};
use model::World;

use crate::shapes::authorization;
use asked::Asked;

/// What tells that a type is made by an action: it can be given tags, and has none yet.
const REQUEST_TAG: &str = "aws:RequestTag/${TagKey}";
const RESOURCE_TAG: &str = "aws:ResourceTag/${TagKey}";

/// What a call touches.
pub(crate) fn touches(world: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let Ok(form) = input.form() else { return Vec::new() };
    let asked = Asked::new(world, call, action, form);
    let mut touched = match action.name {
        "RunInstances" => launch::touched(&asked, input),
        _ => by_rule(&asked),
    };
    if touched.is_empty() {
        touched.push(Touched::new("*".to_owned(), None));
    }
    for resource in &mut touched {
        if resource.action.is_none_or(|action| action.starts_with("ec2:")) {
            resource.add("ec2:Region", vec![call.scope.region.to_string()]);
        }
    }
    touched
}

/// The rule.
fn by_rule(asked: &Asked<'_>) -> Vec<Touched> {
    let named = asked.named();
    let mut touched = Vec::new();
    for resource in asked.authorization().resources {
        let name = resource.of.name;
        if is_made(resource) {
            if resource.is_required || asked.parameters.specified_tags(name).next().is_some() {
                touched.push(created::touched(asked, resource, &named));
            }
            continue;
        }
        let before = touched.len();
        touched.extend(
            named
                .iter()
                .filter(|id| id.type_name() == name)
                .map(|id| existing::touched(asked, resource, *id)),
        );
        touched.extend(existing::by_name(asked, resource));
        if resource.is_required && touched.len() == before {
            touched.push(asked.any(resource));
        }
    }
    touched.extend(created::tagging(asked));
    touched.extend(pass_role::touched(asked));
    touched
}

/// Whether an action makes resources of a type.
fn is_made(resource: &ResourceUse) -> bool {
    resource.keys.iter().any(|key| key == REQUEST_TAG) && !resource.keys.iter().any(|key| key == RESOURCE_TAG)
}

/// What EC2 Instance Connect touches: the instance, as the user whose key is sent.
pub(crate) fn of_instance_connect(_: &World, call: &Call, _: &Action<World>, input: &Input) -> Vec<Touched> {
    let of = |id: &str| {
        let scope = call.scope;
        let account = scope.account.to_string();
        let kind = &authorization::kind::INSTANCE;
        let arn = kind.arn(call.partition().name(), scope.region.name(), &account, id);
        Touched::new(arn, Some(scope.account))
    };
    let mut touched = of(input.text("InstanceId").unwrap_or("*"));
    if let Some(user) = input.text("InstanceOSUser") {
        touched.add("ec2:osuser", vec![user.to_owned()]);
    }
    vec![touched]
}
