//! Which parameters a call touches. Follows "Actions, resources, and condition keys for AWS Systems Manager" (Service
//! Authorization Reference).

use awsproto::{Action, Call, Input, Touched};
use model::World;

/// What public parameters begin with, which are no account's.
const PUBLIC: &str = "/aws/";
/// What says how deep a question about a folder goes.
const RECURSIVE: &str = "ssm:Recursive";

/// What a call touches: the parameters that it names, one or several, or the folder.
pub(crate) fn touches(_: &World, call: &Call, action: &Action<World>, input: &Input) -> Vec<Touched> {
    let Ok(json) = input.json() else { return Vec::new() };
    if action.authorization.resource("parameter").is_none() {
        return Vec::new();
    }
    let one = ["Name", "Path"].into_iter().filter_map(|member| json.get(member)?.as_str());
    let several = json.get("Names").and_then(|names| names.as_array()).into_iter().flatten();
    let names = one.chain(several.filter_map(|name| name.as_str()));
    let mut touched: Vec<Touched> = names.map(|name| parameter(call, name)).collect();
    if action.authorization.keys.has(RECURSIVE) {
        let recursive = json.get("Recursive").and_then(|it| it.as_bool()).unwrap_or(false);
        touched.iter_mut().for_each(|it| it.add(RECURSIVE, vec![recursive.to_string()]));
    }
    touched
}

/// A parameter by its name or its ARN, which has the name without the slash that it begins with, and no version or label.
fn parameter(call: &Call, name: &str) -> Touched {
    let account = call.scope.account;
    if name.starts_with("arn:") {
        return Touched::new(name.to_owned(), None);
    }
    let name = name.split(':').next().unwrap_or_default();
    let arn = |account: &str| {
        let name = name.strip_prefix('/').unwrap_or(name);
        call.scope.region.arn("ssm", account, format_args!("parameter/{name}"))
    };
    match name.starts_with(PUBLIC) {
        true => Touched::new(arn(""), None),
        false => Touched::new(arn(&account.to_string()), Some(account)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::API;
    use awsproto::{Protocol, testing};

    #[test]
    fn parameters_are_named_without_the_slash_that_they_begin_with() {
        let ours = "arn:aws:ssm:us-west-2:123456789012:parameter";
        assert_eq!(arns("GetParameter", r#"{"Name":"/dev/db:3"}"#), [format!("{ours}/dev/db")]);
        assert_eq!(arns("GetParameter", r#"{"Name":"db"}"#), [format!("{ours}/db")]);
        assert_eq!(
            arns("GetParameters", r#"{"Names":["a","/b"]}"#),
            [format!("{ours}/a"), format!("{ours}/b")]
        );
        let public = r#"{"Name":"/aws/service/global-infrastructure/version"}"#;
        let public = arns("GetParameter", public);
        assert_eq!(public, ["arn:aws:ssm:us-west-2::parameter/aws/service/global-infrastructure/version"]);
        assert_eq!(arns("DescribeParameters", "{}"), [""; 0]);
    }

    #[test]
    fn a_folder_is_asked_with_or_without_what_is_below() {
        let asked = touched("GetParametersByPath", r#"{"Path":"/dev/","Recursive":true}"#);
        assert_eq!(asked[0].arn, "arn:aws:ssm:us-west-2:123456789012:parameter/dev/");
        assert_eq!(asked[0].values("ssm:Recursive").unwrap(), ["true"]);
    }

    fn arns(action: &str, body: &str) -> Vec<String> {
        touched(action, body).into_iter().map(|it| it.arn).collect()
    }

    fn touched(action: &str, body: &str) -> Vec<Touched> {
        let input = Input::parse(Protocol::Json11, "", body.as_bytes()).unwrap();
        let caller = testing::Caller::new(&API, "us-west-2");
        (API.touches)(&caller.world, &caller.call, API.find(action).unwrap(), &input)
    }
}
