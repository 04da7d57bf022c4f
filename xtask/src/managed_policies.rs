//! `cargo xtask managed-policies`: the policies that AWS manages, as committed files.
//!
//! Input: what AWS answers for each of them, as PyPI's moto ships it (two releases, pinned by version and hash,
//! Apache-2.0): the newest has what policies say today, an old one had their identifiers. Output, as
//! `model::managed_policy::aws` reads it: an index, a line a policy, and the texts, packed. Nothing of moto is run.

use crate::root;
use crate::wheel::Wheel;
use miniz_oxide::deflate::compress_to_vec;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The release with today's policies.
const WHEEL: Wheel = Wheel {
    name: "moto",
    version: "5.2.5",
    sha256: "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528",
};
/// The last release line that has identifiers.
const IDENTIFIERS: Wheel = Wheel {
    name: "moto",
    version: "1.3.16",
    sha256: "f51903b6b532f6c887b111b3343f6925b77eef0505a914138d98290cf3526df9",
};
/// Where the policies are in both.
const POLICIES: &str = "moto/iam/aws_managed_policies.py";

/// The index.
const INDEX: &str = "crates/model/src/managed_policy/aws.tsv";
/// The texts.
const TEXTS: &str = "crates/model/src/managed_policy/aws.deflate";

/// How many texts are packed together, as `model::managed_policy::aws` has it. More are packed better; fewer are unpacked
/// for one.
const TEXTS_IN_BLOCK: usize = 32;
/// What is between the texts of a block.
const SEPARATOR: &str = "\0";
/// As well as it can.
const LEVEL: u8 = 9;

/// What the identifiers of AWS's own policies begin with since 2018.
const ID_PREFIX: &str = "ANPAZKAPJZG4";
/// How many letters follow.
const ID_LETTERS: usize = 9;

/// The order in which AWS writes the members of policies.
const ORDER: [&str; 11] = [
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Writes the files.
pub(crate) fn write() -> Result<String, String> {
    let files = generate()?;
    for (path, bytes) in &files {
        std::fs::write(root().join(path), bytes)
            .map_err(|error| format!("could not write {path}: {error}"))?;
    }
    let sizes: Vec<String> =
        files.iter().map(|(path, bytes)| format!("{path}: {} bytes", bytes.len())).collect();
    Ok(sizes.join("\n"))
}

/// Compares what is committed with what is generated.
pub(crate) fn check() -> Result<String, String> {
    for (path, bytes) in generate()? {
        if std::fs::read(root().join(path)).ok() != Some(bytes) {
            return Err(format!("{path} is not as generated; run `cargo xtask managed-policies`"));
        }
    }
    Ok(format!("{INDEX} and {TEXTS} are as generated"))
}

fn generate() -> Result<[(&'static str, Vec<u8>); 2], String> {
    let identifiers = identifiers(&policies(&IDENTIFIERS)?);
    let policies = policies(&WHEEL)?;
    let mut index = String::new();
    let mut texts = Vec::new();
    let mut used = BTreeSet::new();
    for (name, policy) in &policies {
        let id = identifiers.get(name).cloned().unwrap_or_else(|| derived_id(name));
        if !used.insert(id.clone()) {
            return Err(format!("two policies are {id}"));
        }
        index += &line(name, &id, policy).ok_or_else(|| format!("{name} lacks something"))?;
        texts.push(text(&policy["Document"], 0));
    }
    Ok([(INDEX, index.into_bytes()), (TEXTS, packed(&texts)?)])
}

/// The policies of a release by name: the one text in a file of Python's, which has no escapes.
fn policies(wheel: &Wheel) -> Result<Map<String, Value>, String> {
    let path = wheel.unpacked(POLICIES)?.join(POLICIES);
    let file = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let json = file.split("\"\"\"").nth(1).ok_or_else(|| format!("{} has no text", path.display()))?;
    if json.contains('\\') {
        return Err(format!("{} has escapes", path.display()));
    }
    serde_json::from_str(json).map_err(|error| format!("{}: {error}", path.display()))
}

fn identifiers(policies: &Map<String, Value>) -> BTreeMap<String, String> {
    let id = |policy: &Value| policy["PolicyId"].as_str().map(str::to_owned);
    policies.iter().filter_map(|(name, policy)| Some((name.clone(), id(policy)?))).collect()
}

/// A policy's identifier where AWS's is not known: in its form, and always the same.
fn derived_id(name: &str) -> String {
    // FNV-1a. Any function would do that scatters names.
    let scatter = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let mut hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, scatter);
    let mut id = ID_PREFIX.to_owned();
    for _ in 0..ID_LETTERS {
        id.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(hash >> 59) as usize]));
        hash <<= 5;
    }
    id
}

fn line(name: &str, id: &str, policy: &Value) -> Option<String> {
    let said = |key: &str| policy[key].as_str();
    let moment = |key: &str| Some(said(key)?.replace("+00:00", "Z"));
    let (path, version) = (said("Path")?, said("DefaultVersionId")?);
    Some(format!("{name}\t{path}\t{id}\t{}\t{}\t{version}\n", moment("CreateDate")?, moment("UpdateDate")?))
}

/// A policy as AWS writes it: four spaces a level, members in its order, those of conditions by name.
fn text(value: &Value, level: usize) -> String {
    let place = |key: &str| ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len());
    match value {
        Value::Object(members) if !members.is_empty() => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(key, _)| place(key));
            let line =
                |(key, value): &(&String, &Value)| format!("{}: {}", json(key), text(value, level + 1));
            block('{', &members.iter().map(line).collect::<Vec<_>>(), '}', level)
        }
        Value::Array(members) if !members.is_empty() => {
            let lines: Vec<String> = members.iter().map(|member| text(member, level + 1)).collect();
            block('[', &lines, ']', level)
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value.to_string(),
    }
}

fn json(text: &str) -> String {
    Value::from(text).to_string()
}

fn block(open: char, lines: &[String], close: char, level: usize) -> String {
    let (outside, inside) = ("    ".repeat(level), "    ".repeat(level + 1));
    format!("{open}\n{inside}{}\n{outside}{close}", lines.join(&format!(",\n{inside}")))
}

/// Blocks of texts, each packed by itself behind its length in four bytes, the lowest first.
fn packed(texts: &[String]) -> Result<Vec<u8>, String> {
    let mut file = Vec::new();
    for texts in texts.chunks(TEXTS_IN_BLOCK) {
        let block = compress_to_vec(texts.join(SEPARATOR).as_bytes(), LEVEL);
        let length = u32::try_from(block.len()).map_err(|_| "a block is too long".to_owned())?;
        file.extend(length.to_le_bytes());
        file.extend(block);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_policy_is_written_as_aws_writes_it() {
        let policy = json!({"Statement": [{"Resource": "*", "Action": ["a:B"], "Effect": "Allow"}], "Version": "2012-10-17"});
        let written = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "a:B"
            ],
            "Resource": "*"
        }
    ]
}"#;
        assert_eq!(text(&policy, 0), written);
    }

    #[test]
    fn a_derived_identifier_has_the_form_of_aws() {
        let id = derived_id("AmazonBedrockFullAccess");
        assert!(id.len() == 21 && id.starts_with(ID_PREFIX), "{id}");
        assert!(id.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte)), "{id}");
        assert_eq!(id, derived_id("AmazonBedrockFullAccess"));
        assert_ne!(id, derived_id("AmazonBedrockFullAccesr"));
    }

    #[test]
    fn a_line_has_what_the_index_needs() {
        let policy = json!({"Path": "/", "DefaultVersionId": "v2", "CreateDate": "2015-02-06T18:39:46+00:00",
            "UpdateDate": "2016-02-06T18:39:46+00:00"});
        let line = line("A", "ANPA", &policy).unwrap();
        assert_eq!(line, "A\t/\tANPA\t2015-02-06T18:39:46Z\t2016-02-06T18:39:46Z\tv2\n");
    }
}
