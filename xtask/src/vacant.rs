//! What answers that there are none: a file each under `xtask/vacant`, named as botocore names the service.
//!
//! A line that is not indented is an operation whose true answer is that there are none, because nothing of the kind can
//! be made here. Its indented lines say what does not follow from the model:
//!
//! ```text
//! DescribeVpnGateways
//!     VpnGatewayIds: InvalidVpnGatewayID.NotFound The vpnGateway ID '{}' does not exist
//! DescribeInstanceTopology
//!     InstanceIds: not yet
//! GetSerialConsoleAccessStatus
//!     = {"SerialConsoleAccessEnabled": false}
//! ```
//!
//! A parameter with a code and a sentence names what cannot exist; one that is `not yet` is refused. `always` is no
//! parameter: there can be one only, which does not exist. What follows `=` is
//! answered beside the empty lists, or instead of them where it is null; `<MaxItems or 100>` is what was asked.

use crate::root;
use serde_json::Value;
use std::path::Path;

/// The folder with a file a service.
const FOLDER: &str = "xtask/vacant";

/// One service's list.
pub(crate) struct Listed {
    /// botocore's name: the folder under its `data`.
    pub(crate) model: String,
    /// The operations, sorted by name.
    pub(crate) operations: Vec<Operation>,
}

/// An operation that answers that there are none.
#[derive(Debug, PartialEq)]
pub(crate) struct Operation {
    pub(crate) name: String,
    /// What is answered beside the empty lists.
    pub(crate) answer: Value,
    /// Parameters that decide, in the file's order.
    pub(crate) parameters: Vec<(String, Rule)>,
}

/// What stands for a parameter where none is needed to be told that there is none.
pub(crate) const ALWAYS: &str = "always";

/// What a parameter does.
#[derive(Debug, PartialEq)]
pub(crate) enum Rule {
    /// It names what cannot exist: code and sentence.
    NotFound(String, String),
    /// It is refused.
    NotYet,
}

/// All lists, by botocore's name.
pub(crate) fn all() -> Result<Vec<Listed>, String> {
    let trouble = |error: std::io::Error| format!("{FOLDER}: {error}");
    let mut lists = Vec::new();
    for entry in std::fs::read_dir(root().join(FOLDER)).map_err(trouble)? {
        lists.push(list(&entry.map_err(trouble)?.path())?);
    }
    lists.sort_by(|one, other| one.model.cmp(&other.model));
    Ok(lists)
}

fn list(path: &Path) -> Result<Listed, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let model = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let operations = parse(&text).map_err(|problem| format!("{}: {problem}", path.display()))?;
    Ok(Listed { model, operations })
}

fn parse(text: &str) -> Result<Vec<Operation>, String> {
    let mut operations: Vec<Operation> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if !line.starts_with(' ') {
            let name = line.trim().to_owned();
            operations.push(Operation {
                name,
                answer: Value::Object(Default::default()),
                parameters: Vec::new(),
            });
            continue;
        }
        let operation = operations.last_mut().ok_or_else(|| format!("'{line}' is of no operation"))?;
        detail(operation, line.trim())?;
    }
    operations.sort_by(|one, other| one.name.cmp(&other.name));
    match operations.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => Err(format!("{} is listed twice", pair[0].name)),
        None => Ok(operations),
    }
}

fn detail(operation: &mut Operation, line: &str) -> Result<(), String> {
    if let Some(answer) = line.strip_prefix("= ") {
        operation.answer = serde_json::from_str(answer).map_err(|error| format!("{line}: {error}"))?;
        return Ok(());
    }
    let unclear = || format!("'{line}' is neither `Parameter: Code Sentence` nor `Parameter: not yet`");
    let (parameter, rule) = line.split_once(": ").ok_or_else(unclear)?;
    let rule = match rule.split_once(' ') {
        Some(("not", "yet")) => Rule::NotYet,
        Some((code, sentence)) => Rule::NotFound(code.to_owned(), sentence.to_owned()),
        None => return Err(unclear()),
    };
    operation.parameters.push((parameter.to_owned(), rule));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_have_what_the_model_does_not_say() {
        let text =
            "# About.\nB\n    Ids: Code A sentence: {}\n    Other: not yet\n\nA\n    = {\"On\": false}\n";
        let [a, b] = parse(text).unwrap().try_into().unwrap();
        assert_eq!((a.name.as_str(), a.answer), ("A", serde_json::json!({"On": false})));
        let rules = [
            ("Ids".to_owned(), Rule::NotFound("Code".to_owned(), "A sentence: {}".to_owned())),
            ("Other".to_owned(), Rule::NotYet),
        ];
        assert_eq!(b.parameters, rules);
    }

    #[test]
    fn what_is_unclear_or_twice_is_said() {
        assert_eq!(parse("A\nA\n").unwrap_err(), "A is listed twice");
        assert_eq!(parse("    Ids: x y\n").unwrap_err(), "'    Ids: x y' is of no operation");
        assert!(
            parse("A\n    Ids\n").is_err()
                && parse("A\n    Ids: Code\n").is_err()
                && parse("A\n    = {\n").is_err()
        );
    }
}
