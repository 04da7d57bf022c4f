//! Form parameters, as the EC2 and query protocols send them: dotted keys into a tree, the tree
//! into a generated structure.
//!
//! EC2 writes lists flat (`VpcId.1`), the query protocol with a `member` between
//! (`PolicyArns.member.1`). Everything here reads what a stranger sent: sizes and depths are
//! bounded, and whatever is not asked for by name is refused as not recognized.
//! Maps are lists of pairs (`Attributes.entry.1.key`), as the query protocol writes them.

use crate::error::{AwsError, UNKNOWN_PARAMETER};
use crate::percent;
use base64::Engine as _;
use model::Timestamp;
use std::collections::BTreeMap;

/// Parameters in one request. AWS's own bound is the size of the body; ours is below it.
pub const PARAMETERS_MAX: usize = 20_000;
/// Dots in one key.
pub const DEPTH_MAX: usize = 16;
/// Members in one list.
pub const LIST_MEMBERS_MAX: usize = 5_000;

/// What every request carries beside its own parameters.
const COMMON: [&str; 17] = [
    "Action",
    "Version",
    "AWSAccessKeyId",
    "Expires",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "Timestamp",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Content-Sha256",
];

/// One level of the tree: the value at this key, and the keys below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    text: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    /// Reads `application/x-www-form-urlencoded` text into a tree, less the parameters every
    /// request carries.
    pub fn parse_form(form: &[u8]) -> Result<Node, AwsError> {
        let mut root = Node::default();
        for (count, pair) in form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).enumerate() {
            if count >= PARAMETERS_MAX {
                return Err(malformed(format!("More than {PARAMETERS_MAX} parameters.")));
            }
            let (key, value) = percent::decode_pair(pair)
                .ok_or_else(|| malformed("The query string contains a syntax error."))?;
            if !COMMON.contains(&key.as_str()) {
                root.insert(&key, value)?;
            }
        }
        Ok(root)
    }

    /// The texts of a flat list at a top-level key (`VpcId.1`), in no certain order.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let members = self.children.get(name).into_iter().flat_map(|list| list.children.values());
        members.filter_map(|member| member.text.as_deref())
    }

    /// What is below a key.
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.get(name)
    }

    /// The keys right below, and what is there.
    pub(crate) fn below(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.children.iter().map(|(name, child)| (name.as_str(), child))
    }

    /// The text at this very place.
    pub(crate) fn own_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The members of a list as the query protocol writes them, with their numbers.
    pub(crate) fn members(&self) -> Vec<(u32, &Node)> {
        let members = self.children.get("member").into_iter().flat_map(|list| &list.children);
        let mut members: Vec<_> =
            members.filter_map(|(key, node)| list_index(key).map(|number| (number, node))).collect();
        members.sort_by_key(|(number, _)| *number);
        members
    }

    /// The tree of parameters that were kept.
    pub fn of_pairs(pairs: &BTreeMap<String, String>) -> Result<Node, AwsError> {
        let mut root = Node::default();
        for (key, value) in pairs {
            root.insert(key, value.clone())?;
        }
        Ok(root)
    }

    /// The text at a top-level key.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.children.get(name)?.text.as_deref()
    }

    /// The keys and texts below, in a canonical order: the same for the same parameters.
    pub fn flatten(&self) -> Vec<(String, &str)> {
        let mut pairs = Vec::new();
        self.flatten_into("", &mut pairs);
        pairs
    }

    fn flatten_into<'a>(&'a self, at: &str, pairs: &mut Vec<(String, &'a str)>) {
        if let Some(text) = &self.text {
            pairs.push((at.to_owned(), text));
        }
        for (name, child) in &self.children {
            let key = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            child.flatten_into(&key, pairs);
        }
    }

    /// Whether there is no text at this key nor anywhere below.
    fn is_blank(&self) -> bool {
        self.text.as_deref().unwrap_or_default().is_empty() && self.children.values().all(Node::is_blank)
    }

    fn insert(&mut self, key: &str, value: String) -> Result<(), AwsError> {
        if key.split('.').count() > DEPTH_MAX {
            return Err(malformed(format!("The parameter {} is nested too deeply.", shortened(key))));
        }
        let mut node = self;
        for step in key.split('.') {
            node = node.children.entry(step.to_owned()).or_default();
        }
        match node.text.replace(value) {
            None => Ok(()),
            Some(_) => Err(malformed(format!("The parameter {} appears twice.", shortened(key)))),
        }
    }
}

/// What a protocol takes a parameter for whose value is empty: `VpcId=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyValue {
    /// A value, which may be good or not.
    IsAValue,
    /// None: as if the parameter were not there.
    IsNone,
}

/// How a protocol takes empty values, and says what is wrong with a parameter.
#[derive(Debug)]
pub struct Wording {
    /// What an empty value is, but for members that are read with [`Fields::optional_even_empty`].
    pub empty: EmptyValue,
    /// For a key, its value and a reason.
    pub invalid: fn(&str, &str, &str) -> AwsError,
    /// For the key of a parameter that must be there, its first letter small.
    pub missing: fn(&str) -> AwsError,
}

/// Where in the tree the decoder is, for the sentence of an error.
#[derive(Clone, Copy)]
pub struct At<'a> {
    wording: &'static Wording,
    parent: Option<&'a At<'a>>,
    name: &'a str,
}

impl<'a> At<'a> {
    /// The top of a request.
    pub(crate) fn root(wording: &'static Wording) -> Self {
        At { wording, parent: None, name: "" }
    }

    fn below(&'a self, name: &'a str) -> At<'a> {
        At { wording: self.wording, parent: Some(self), name }
    }

    /// The dotted key.
    pub fn key(&self) -> String {
        match self.parent {
            Some(parent) if parent.parent.is_some() => format!("{}.{}", parent.key(), self.name),
            Some(_) | None => self.name.to_owned(),
        }
    }

    fn invalid(&self, value: &str, reason: &str) -> AwsError {
        (self.wording.invalid)(&self.key(), shortened(value), reason)
    }

    fn missing(&self) -> AwsError {
        (self.wording.missing)(&lower_first(&self.key()))
    }
}

/// Something that can be read from form parameters.
pub trait FromParams: Sized {
    /// Reads the node found at this place.
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError>;
}

/// The members of one structure: asked for by name, then closed, so that what was sent and not
/// asked for is noticed.
pub struct Fields<'a> {
    node: &'a Node,
    at: &'a At<'a>,
    seen: usize,
    names: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The structure at this node.
    pub fn of(node: &'a Node, at: &'a At<'a>) -> Self {
        Fields { node, at, seen: 0, names: Vec::new() }
    }

    /// A member that may be absent. In EC2, one whose value is empty is absent, and so is a structure in which all are.
    pub fn optional<T: FromParams>(&mut self, name: &'static str) -> Result<Option<T>, AwsError> {
        self.optional_by(name, T::from_params)
    }

    /// The same for a member whose type is not known before the program runs.
    pub(crate) fn optional_by<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Node, &At<'_>) -> Result<T, AwsError>,
    ) -> Result<Option<T>, AwsError> {
        let empty = self.at.wording.empty;
        let Some(child) = self.child(name) else {
            return Ok(None);
        };
        let value = read(child, &self.at.below(name));
        match empty {
            EmptyValue::IsNone if child.is_blank() => nothing_unknown(value).map(|()| None),
            EmptyValue::IsNone | EmptyValue::IsAValue => value.map(Some),
        }
    }

    /// A member that may be absent, and is there when its value is empty: a tag may have an empty value.
    pub fn optional_even_empty<T: FromParams>(&mut self, name: &'static str) -> Result<Option<T>, AwsError> {
        let child = self.child(name);
        child.map(|child| T::from_params(child, &self.at.below(name))).transpose()
    }

    /// A list whose members' type is not known before the program runs: flat, or with a level of this name between.
    pub(crate) fn list_by<T>(
        &mut self,
        name: &'static str,
        between: Option<&'static str>,
        read: impl Fn(&Node, &At<'_>) -> Result<T, AwsError>,
    ) -> Result<Vec<T>, AwsError> {
        let Some(child) = self.child(name) else { return Ok(Vec::new()) };
        let at = self.at.below(name);
        match between {
            None => members_of(child, &at, read),
            Some(_) if child.is_blank() && child.children.is_empty() => Ok(Vec::new()),
            Some(member) => {
                let mut inner = Fields::of(child, &at);
                let members = inner.list_by(member, None, read)?;
                inner.close()?;
                Ok(members)
            }
        }
    }

    /// What is said of a member that must be there and is not.
    pub(crate) fn missing(&self, name: &str) -> AwsError {
        self.at.below(name).missing()
    }

    fn child(&mut self, name: &'static str) -> Option<&'a Node> {
        self.names.push(name);
        let child = self.node.children.get(name)?;
        self.seen += 1;
        Some(child)
    }

    /// A member that must be there.
    pub fn required<T: FromParams>(&mut self, name: &'static str) -> Result<Option<T>, AwsError> {
        match self.optional(name)? {
            Some(value) => Ok(Some(value)),
            None => Err(self.at.below(name).missing()),
        }
    }

    /// A flat list: `Name.1`, `Name.2`. A member whose value is empty is a member: AWS has a word for an empty `VpcId.1`.
    pub fn list<T: FromParams>(&mut self, name: &'static str) -> Result<Vec<T>, AwsError> {
        Ok(self.optional_even_empty(name)?.map_or_else(Vec::new, |List(members)| members))
    }

    /// A flat list that must have a member.
    pub fn required_list<T: FromParams>(&mut self, name: &'static str) -> Result<Vec<T>, AwsError> {
        let members = self.list(name)?;
        match members.is_empty() {
            false => Ok(members),
            true => Err(self.at.below(name).missing()),
        }
    }

    /// The same for whose lack AWS has words of its own.
    pub fn required_list_or<T: FromParams>(
        &mut self,
        name: &'static str,
        code: &'static str,
        sentence: &'static str,
    ) -> Result<Vec<T>, AwsError> {
        let members = self.list(name)?;
        match members.is_empty() {
            false => Ok(members),
            true => Err(AwsError::new(code, sentence)),
        }
    }

    /// A list with a level between: `Name.member.1`. The query protocol writes an empty list as
    /// an empty value.
    pub fn nested_list<T: FromParams>(
        &mut self,
        name: &'static str,
        member: &'static str,
    ) -> Result<Vec<T>, AwsError> {
        let Some(child) = self.child(name) else {
            return Ok(Vec::new());
        };
        let at = self.at.below(name);
        if child.children.is_empty() && child.text.as_deref() == Some("") {
            return Ok(Vec::new());
        }
        let mut inner = Fields::of(child, &at);
        let members = inner.list(member)?;
        inner.close()?;
        Ok(members)
    }

    /// A list with a level between that must be there; it may be empty.
    pub fn required_nested_list<T: FromParams>(
        &mut self,
        name: &'static str,
        member: &'static str,
    ) -> Result<Vec<T>, AwsError> {
        match self.node.children.contains_key(name) {
            true => self.nested_list(name, member),
            false => Err(self.at.below(name).missing()),
        }
    }

    /// Refuses what was sent and not asked for.
    pub fn close(self) -> Result<(), AwsError> {
        if self.node.text.as_deref().is_some_and(|text| !text.is_empty()) {
            return Err(AwsError::unknown_parameter(shortened(&self.at.key())));
        }
        if self.seen == self.node.children.len() {
            return Ok(());
        }
        let stranger = self.node.children.keys().find(|key| !self.names.contains(&key.as_str()));
        match stranger {
            Some(key) => Err(AwsError::unknown_parameter(shortened(&self.at.below(key).key()))),
            None => Ok(()),
        }
    }
}

/// A structure, and the parameters that it was read from: to be kept as it was sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent<T> {
    /// What was read.
    pub value: T,
    /// Keys below the structure's own, and their values. Members without any value are not among them.
    pub parameters: BTreeMap<String, String>,
}

impl<T: FromParams> FromParams for Sent<T> {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        let filled = node.children.iter().filter(|(_, child)| !child.is_blank());
        let filled = Node {
            text: None,
            children: filled.map(|(name, child)| (name.clone(), child.clone())).collect(),
        };
        let pairs = filled.flatten().into_iter();
        let parameters = pairs.map(|(key, value)| (key, value.to_owned())).collect();
        Ok(Sent { value: T::from_params(node, at)?, parameters })
    }
}

/// Refuses a member without values whose keys nobody knows. What else is wrong with it does not matter.
fn nothing_unknown<T>(value: Result<T, AwsError>) -> Result<(), AwsError> {
    match value {
        Err(error) if error.code == UNKNOWN_PARAMETER => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A flat list: children named by number, in the order of the numbers. Gaps are tolerated, as
/// AWS tolerates them.
struct List<T>(Vec<T>);

impl<T: FromParams> FromParams for List<T> {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        members_of(node, at, T::from_params).map(List)
    }
}

/// A pair of a map, whose parts some models call otherwise than `key` and `value`.
struct Entry<T>(String, T);

impl<T: FromParams> FromParams for Entry<T> {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        let mut fields = Fields::of(node, at);
        let (key, value) =
            if node.children.contains_key("Name") { ("Name", "Value") } else { ("key", "value") };
        let entry = (fields.required(key)?, fields.required(value)?);
        fields.close()?;
        match entry {
            (Some(key), Some(value)) => Ok(Entry(key, value)),
            (_, _) => Err(at.missing()),
        }
    }
}

/// Of pairs with the same key, the last one counts.
impl<T: FromParams> FromParams for BTreeMap<String, T> {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        if node.children.is_empty() && node.text.as_deref().is_some_and(str::is_empty) {
            return Ok(BTreeMap::new());
        }
        let mut fields = Fields::of(node, at);
        let entries: Vec<Entry<T>> = fields.list("entry")?;
        fields.close()?;
        Ok(entries.into_iter().map(|Entry(key, value)| (key, value)).collect())
    }
}

fn members_of<T>(
    node: &Node,
    at: &At<'_>,
    read: impl Fn(&Node, &At<'_>) -> Result<T, AwsError>,
) -> Result<Vec<T>, AwsError> {
    if node.text.as_deref().is_some_and(|text| !text.is_empty()) {
        return Err(AwsError::unknown_parameter(shortened(&at.key())));
    }
    if node.children.len() > LIST_MEMBERS_MAX {
        let reason = format!("Lists have at most {LIST_MEMBERS_MAX} members.");
        return Err(at.invalid(&node.children.len().to_string(), &reason));
    }
    let mut members = BTreeMap::new();
    for (key, child) in &node.children {
        let index =
            list_index(key).ok_or_else(|| AwsError::unknown_parameter(shortened(&at.below(key).key())))?;
        members.insert(index, read(child, &at.below(key))?);
    }
    Ok(members.into_values().collect())
}

/// Numbers as AWS writes them: no sign, no leading zero.
fn list_index(key: &str) -> Option<u32> {
    let plain = key == "0" || !key.starts_with(['0', '+']);
    plain.then(|| key.parse().ok()).flatten()
}

/// A request without parameters.
impl FromParams for () {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        Fields::of(node, at).close()
    }
}

impl FromParams for String {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        leaf(node, at).map(str::to_owned)
    }
}

impl FromParams for bool {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        let text = leaf(node, at)?;
        if text.eq_ignore_ascii_case("true") {
            return Ok(true);
        }
        if text.eq_ignore_ascii_case("false") {
            return Ok(false);
        }
        Err(at.invalid(text, "Expected true or false."))
    }
}

impl FromParams for Timestamp {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        let text = leaf(node, at)?;
        Timestamp::parse(text).ok_or_else(|| at.invalid(text, "Expected a date and time in ISO 8601."))
    }
}

impl FromParams for Vec<u8> {
    fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
        let text = leaf(node, at)?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        bytes.map_err(|_| at.invalid(text, "Invalid BASE64 encoding."))
    }
}

macro_rules! numbers {
    ($($number:ty: $reason:literal,)*) => {$(
        impl FromParams for $number {
            fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
                let text = leaf(node, at)?;
                text.parse().map_err(|_| at.invalid(text, $reason))
            }
        }
    )*};
}

numbers! {
    i32: "Expected a whole number.",
    i64: "Expected a whole number.",
    f32: "Expected a number.",
    f64: "Expected a number.",
}

fn leaf<'a>(node: &'a Node, at: &At<'_>) -> Result<&'a str, AwsError> {
    match node.children.keys().next() {
        None => Ok(node.text.as_deref().unwrap_or_default()),
        Some(key) => Err(AwsError::unknown_parameter(shortened(&at.below(key).key()))),
    }
}

fn malformed(message: impl Into<String>) -> AwsError {
    AwsError::new("MalformedQueryString", message)
}

/// As much of a stranger's text as belongs in an error.
fn shortened(text: &str) -> &str {
    let end = (0..=text.len().min(256)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// `VpcId` to `vpcId`, as AWS names parameters in its sentences.
pub(crate) fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, PartialEq)]
    struct Request {
        vpc_ids: Vec<String>,
        rules: Vec<Rule>,
        count: Option<i32>,
        on: Option<bool>,
        data: Option<Vec<u8>>,
        name: Option<String>,
        first: Option<Rule>,
    }

    #[derive(Debug, PartialEq)]
    struct Rule {
        ports: Vec<i64>,
        since: Option<Timestamp>,
        note: Option<String>,
    }

    impl FromParams for Request {
        fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
            let mut fields = Fields::of(node, at);
            let value = Request {
                vpc_ids: fields.list("VpcId")?,
                rules: fields.list("Rule")?,
                count: fields.optional("Count")?,
                on: fields.optional("On")?,
                data: fields.optional("Data")?,
                name: fields.required("GroupName")?,
                first: fields.optional("First")?,
            };
            fields.close()?;
            Ok(value)
        }
    }

    impl FromParams for Rule {
        fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {
            let mut fields = Fields::of(node, at);
            let value = Rule {
                ports: fields.list("Port")?,
                since: fields.optional("Since")?,
                note: fields.optional_even_empty("Note")?,
            };
            fields.close()?;
            Ok(value)
        }
    }

    #[test]
    fn a_map_is_a_list_of_pairs() {
        let read = |form: &str| {
            let node = Node::parse_form(form.as_bytes()).unwrap();
            let at = At::root(&crate::protocol::query::WORDING);
            let mut fields = Fields::of(&node, &at);
            let map: Option<BTreeMap<String, String>> = fields.optional("A")?;
            fields.close().map(|()| map)
        };
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let form = "A.entry.2.key=b&A.entry.2.value=&A.entry.1.key=a&A.entry.1.value=1";
        assert_eq!(read(form).unwrap(), Some(BTreeMap::from([pair("a", "1"), pair("b", "")])));
        assert_eq!(read("A.entry.1.Name=a&A.entry.1.Value=1").unwrap().unwrap().len(), 1);
        assert_eq!((read("").unwrap(), read("A=").unwrap()), (None, Some(BTreeMap::new())));
        for bad in [
            "A=x",
            "A.entry.1.key=a",
            "A.entry.1.value=a",
            "A.entry.x.key=a",
            "A.b=c",
            "A.entry.1.key=a&A.entry.1.value=1&A.entry.1.c=2",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn dotted_keys_become_a_structure() {
        let form = "Action=X&Version=1&GroupName=a+b%21&VpcId.2=vpc-2&VpcId.10=vpc-10&VpcId.1=vpc-1\
                    &Rule.1.Port.1=22&Rule.1.Since=2024-01-01T00:00:00Z&On=True&Data=aGk%3D";
        let request = read(form).unwrap();
        assert_eq!(request.name.as_deref(), Some("a b!"));
        assert_eq!(request.vpc_ids, ["vpc-1", "vpc-2", "vpc-10"]);
        assert_eq!(request.rules[0].ports, [22]);
        assert_eq!(request.rules[0].since, Timestamp::parse("2024-01-01"));
        assert_eq!((request.on, request.data, request.count), (Some(true), Some(b"hi".to_vec()), None));
    }

    #[test]
    fn refusals_name_the_parameter() {
        let cases = [
            ("", "MissingParameter: The request must contain the parameter groupName"),
            ("GroupName=x&Colour=red", "UnknownParameter: The parameter Colour is not recognized"),
            ("GroupName=x&Rule.1.Prt=1", "UnknownParameter: The parameter Rule.1.Prt is not recognized"),
            ("GroupName=x&GroupName.1=y", "UnknownParameter: The parameter GroupName.1 is not recognized"),
            ("GroupName=x&VpcId=v", "UnknownParameter: The parameter VpcId is not recognized"),
            ("GroupName=x&VpcId.a=v", "UnknownParameter: The parameter VpcId.a is not recognized"),
            ("GroupName=x&VpcId.01=v", "UnknownParameter: The parameter VpcId.01 is not recognized"),
            (
                "GroupName=x&Count=1x",
                "InvalidParameterValue: Value (1x) for parameter Count is invalid. Expected a whole number.",
            ),
            (
                "GroupName=x&Count=3000000000",
                "InvalidParameterValue: Value (3000000000) for parameter Count is invalid. Expected a whole number.",
            ),
            (
                "GroupName=x&On=yes",
                "InvalidParameterValue: Value (yes) for parameter On is invalid. Expected true or false.",
            ),
            (
                "GroupName=x&Data=%21",
                "InvalidParameterValue: Value (!) for parameter Data is invalid. Invalid BASE64 encoding.",
            ),
            ("GroupName=x&GroupName=y", "MalformedQueryString: The parameter GroupName appears twice."),
            ("GroupName=%ff", "MalformedQueryString: The query string contains a syntax error."),
        ];
        for (form, refusal) in cases {
            assert_eq!(read(form).unwrap_err().to_string(), refusal, "{form}");
        }
    }

    #[test]
    fn in_ec2_an_empty_value_is_none_but_for_members_of_lists_and_those_that_may_be_empty() {
        let request = read_as(&OF_EC2, "GroupName=x&Count=&On=&Data=&First.Since=&VpcId.1=").unwrap();
        assert_eq!((request.count, request.on, request.data, request.first), (None, None, None, None));
        assert_eq!(request.vpc_ids, [""]);
        let rules = read_as(&OF_EC2, "GroupName=x&Rule.1.Note=&Rule.1.Since=").unwrap().rules;
        assert_eq!(rules, [Rule { ports: vec![], since: None, note: Some(String::new()) }]);
        assert_eq!(
            read_as(&OF_EC2, "GroupName=").unwrap_err().to_string(),
            "MissingParameter: The request must contain the parameter groupName"
        );
        for unknown in ["Colour", "First.Colour", "Count.1"] {
            let refused = read_as(&OF_EC2, &format!("GroupName=x&{unknown}=")).unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!("UnknownParameter: The parameter {unknown} is not recognized")
            );
        }
        assert_eq!(read("GroupName=").unwrap().name.as_deref(), Some(""));
        assert_eq!(read("GroupName=x&Count=").unwrap_err().code, "InvalidParameterValue");
    }

    #[test]
    fn depth_number_and_size_are_bounded() {
        let deep = format!("A{}=1", ".1".repeat(DEPTH_MAX));
        assert_eq!(Node::parse_form(deep.as_bytes()).unwrap_err().code, "MalformedQueryString");
        let many: String = (0..=PARAMETERS_MAX).map(|n| format!("P{n}=&")).collect();
        assert_eq!(Node::parse_form(many.as_bytes()).unwrap_err().code, "MalformedQueryString");
        let long: String = (1..=LIST_MEMBERS_MAX + 1).map(|n| format!("VpcId.{n}=v&")).collect();
        assert_eq!(read(&format!("GroupName=x&{long}")).unwrap_err().code, "InvalidParameterValue");
        let huge = format!("GroupName=x&{}=1", "k".repeat(100_000));
        assert!(read(&huge).unwrap_err().message.len() < 400);
    }

    proptest! {
        #[test]
        fn any_form_is_read_or_refused_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            form in "((GroupName|VpcId|Rule|Port|Count|On|Data)?[.=&%0-9a-zé+]{0,6}){0,12}",
        ) {
            for form in [bytes.as_slice(), form.as_bytes()] {
                let Ok(node) = Node::parse_form(form) else { continue };
                let _ = Request::from_params(&node, &At::root(&WORDING));
            }
        }

        #[test]
        fn what_is_encoded_is_decoded(text in any::<String>()) {
            let form = format!("GroupName={}", percent::encode(text.as_bytes(), false));
            prop_assert_eq!(read(&form).unwrap().name, Some(text));
        }
    }

    const fn wording(empty: EmptyValue) -> Wording {
        Wording { empty, invalid: AwsError::invalid_value, missing: AwsError::missing_parameter }
    }

    static WORDING: Wording = wording(EmptyValue::IsAValue);
    static OF_EC2: Wording = wording(EmptyValue::IsNone);

    fn read(form: &str) -> Result<Request, AwsError> {
        read_as(&WORDING, form)
    }

    fn read_as(wording: &'static Wording, form: &str) -> Result<Request, AwsError> {
        Request::from_params(&Node::parse_form(form.as_bytes())?, &At::root(wording))
    }
}
