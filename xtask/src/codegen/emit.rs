//! Rust text from a model. Line breaks are rustfmt's.

use super::constraints::Constraint;
use super::members::Members;
use super::model::{Kind, Member, Model, Operation, Protocol, Route, Structure};
use super::{botocore, conversions, names};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What AWS's models do not say of members.
pub(super) struct Lists {
    /// Members whose empty value is a value.
    empty_values: Members,
    /// Lists that are left out of answers when they are empty, or are not.
    empty_lists: Members,
    /// What AWS says of lists that must be there and are not, where that is not what it says of others.
    missing: Members,
    /// Members of requests that are kept as they were sent.
    as_sent: Members,
}

/// What becomes of a list when it is empty: an element, or nothing.
#[derive(Debug, PartialEq, Eq)]
enum WhenEmpty {
    Kept,
    Absent,
    /// In the answers of these operations; kept in others.
    AbsentIn(Vec<String>),
    /// In the answers of these operations; absent in others.
    KeptIn(Vec<String>),
    /// As the action says, for which the list is an `Option`: an attribute that was asked for, or was not.
    Told,
}

impl WhenEmpty {
    fn read(words: &str) -> Result<Self, String> {
        let operations = |names: &str| names.split(", ").map(str::to_owned).collect();
        match words.split_once(" in ") {
            None if words == "kept" => Ok(WhenEmpty::Kept),
            None if words == "absent" => Ok(WhenEmpty::Absent),
            None if words == "told" => Ok(WhenEmpty::Told),
            Some(("absent", names)) => Ok(WhenEmpty::AbsentIn(operations(names))),
            Some(("kept", names)) => Ok(WhenEmpty::KeptIn(operations(names))),
            None | Some(_) => Err(format!("{words:?} says neither `kept` nor `absent` nor `told`")),
        }
    }

    /// The Rust that writes a list of this field with `list`, such as `list("tagSet", "item"`, when it is to be written.
    fn write(&self, field: &str, list: &str) -> String {
        let write = format!("xml.{list}, &self.{field})");
        match self {
            WhenEmpty::Kept => format!("{write};\n"),
            WhenEmpty::Absent => format!("if !self.{field}.is_empty() {{\n{write};\n}}\n"),
            WhenEmpty::AbsentIn(names) => {
                format!("if !self.{field}.is_empty() || !xml.answers(&{names:?}) {{\n{write};\n}}\n")
            }
            WhenEmpty::KeptIn(names) => {
                format!("if !self.{field}.is_empty() || xml.answers(&{names:?}) {{\n{write};\n}}\n")
            }
            WhenEmpty::Told => format!("if let Some(told) = &self.{field} {{\nxml.{list}, told);\n}}\n"),
        }
    }
}

impl Lists {
    /// Reads them.
    pub(super) fn read() -> Result<Self, String> {
        let empty_lists = Members::read("empty_lists")?;
        for (name, words) in empty_lists.iter() {
            WhenEmpty::read(words).map_err(|problem| format!("{name}: {problem}"))?;
        }
        Ok(Lists {
            empty_values: Members::read("empty_values")?,
            empty_lists,
            missing: Members::read("missing")?,
            as_sent: Members::read("as_sent")?,
        })
    }

    fn when_empty(&self, structure: &str, member: &Member) -> WhenEmpty {
        let words = self.empty_lists.get(structure, &member.name);
        words.map_or(WhenEmpty::Kept, |words| WhenEmpty::read(words).expect("checked when it was read"))
    }

    /// Whether a member may have an empty value, or some member of it may.
    fn may_be_empty(&self, model: &Model, structure: &str, member: &Member) -> bool {
        let inner = match &member.kind {
            Kind::One(of) => model.structures.get_key_value(of),
            Kind::List { .. } => None,
        };
        self.empty_values.get(structure, &member.name).is_some()
            || inner.is_some_and(|(name, inner)| {
                inner.members.iter().any(|member| self.may_be_empty(model, name, member))
            })
    }
}

/// All files of one service. An output that does not end in `.rs` is a folder split by letter.
pub(super) fn files(model: &Model, lists: &Lists, output: &Path) -> Vec<(PathBuf, String)> {
    if output.extension().is_some() {
        let body =
            format!("{}{}{}", service(model), operations(model, false), structures(model, lists, None));
        return vec![(output.to_owned(), header(model) + &imports(model) + &body)];
    }
    let letters: BTreeMap<char, ()> =
        model.structures.keys().filter_map(|name| letter(name)).map(|letter| (letter, ())).collect();
    let mut index = header(model) + "use awsproto::{Protocol, Service};\n";
    for letter in letters.keys() {
        index += &format!("mod {letter};\n");
    }
    index += "#[rustfmt::skip]\npub mod authorization;\npub mod op;\n";
    let conversions = conversions::text(model);
    if !conversions.is_empty() {
        index += "mod conversions;\n";
    }
    for letter in letters.keys() {
        index += &format!("pub use {letter}::*;\n");
    }
    index += &service(model);
    let mut files = vec![
        (output.join("mod.rs"), index),
        (output.join("op.rs"), header(model) + &operations(model, true)),
    ];
    if !conversions.is_empty() {
        files.push((output.join("conversions.rs"), header(model) + "use super::*;\n\n" + &conversions));
    }
    for letter in letters.keys() {
        let text = header(model)
            + "#![allow(unused_imports)]\n"
            + &imports_of_parts(model)
            + &structures(model, lists, Some(*letter));
        files.push((output.join(format!("{letter}.rs")), text));
    }
    files
}

fn letter(name: &str) -> Option<char> {
    name.chars().next().map(|letter| letter.to_ascii_lowercase())
}

fn header(model: &Model) -> String {
    format!(
        "//! Generated by `cargo xtask codegen` from botocore {} ({} {}); do not edit.\n\
         #![allow(missing_docs)]\n\n",
        botocore::VERSION,
        model.name,
        model.api_version
    )
}

fn imports(model: &Model) -> String {
    "#![allow(unused_imports)]\nuse awsproto::{Protocol, Service};\n".to_owned() + &imports_of_shapes(model)
}

fn imports_of_parts(model: &Model) -> String {
    "use super::*;\n".to_owned() + &imports_of_shapes(model)
}

fn imports_of_shapes(model: &Model) -> String {
    let coding = match model.protocol {
        Protocol::Ec2 | Protocol::Query => {
            "use awsproto::params::{At, Fields, FromParams, Node};\nuse awsproto::xml::{ToXml, XmlWriter};\n"
        }
        Protocol::Json10 | Protocol::Json10AndCbor | Protocol::Json => {
            "use awsproto::json::{FromJson, Members, Object, ToJson};\n"
        }
        Protocol::RestJson => {
            "use awsproto::json::{FromJson, Members, Object, ToJson};\nuse awsproto::rest::HttpRoute;\n"
        }
        Protocol::RestXml => {
            "use awsproto::elements::{Elements, FromXml};\nuse awsproto::rest::HttpRoute;\n\
             use awsproto::xml::{ToXml, XmlWriter};\nuse awsproto::xml_reader::Element;\n"
        }
    };
    format!("use awsproto::{{AwsError, Timestamp}};\n{coding}\n")
}

fn service(model: &Model) -> String {
    let protocol = protocol(model.protocol);
    let its_routes = if is_rest(model.protocol) { "ROUTES" } else { "&[]" };
    let mut text = format!(
        "/// The service, as its model describes it.\n\
         pub static SERVICE: Service = Service {{\n\
         name: {:?}, title: {:?}, protocol: Protocol::{protocol}, api_version: {:?}, xml_namespace: {:?},\n\
         target_prefix: {:?}, known_operations: KNOWN_OPERATIONS, routes: {its_routes},\n}};\n\n\
         /// Every operation AWS has in this service, sorted.\n\
         pub const KNOWN_OPERATIONS: &[&str] = &[\n",
        model.name, model.title, model.api_version, model.xml_namespace, model.target_prefix
    );
    for name in &model.known_operations {
        text += &format!("{name:?},\n");
    }
    text + "];\n\n" + &routes(model)
}

/// How operations appear in HTTP, for the protocols that tell them by it.
fn routes(model: &Model) -> String {
    if !is_rest(model.protocol) {
        return String::new();
    }
    let mut text = String::from(
        "/// How every operation AWS has appears in HTTP.\npub const ROUTES: &[HttpRoute] = &[\n",
    );
    for Route { operation, method, path, status } in &model.routes {
        put(
            &mut text,
            format_args!(
                "HttpRoute {{ operation: {operation:?}, method: {method:?}, path: {path:?}, status: {status} }},\n"
            ),
        );
    }
    text + "];\n\n"
}

/// Whether method and path name the operation.
fn is_rest(protocol: Protocol) -> bool {
    match protocol {
        Protocol::RestJson | Protocol::RestXml => true,
        Protocol::Ec2 | Protocol::Query | Protocol::Json10 | Protocol::Json10AndCbor | Protocol::Json => {
            false
        }
    }
}

/// The variant of `awsproto::Protocol`.
fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ec2 => "Ec2",
        Protocol::Query => "Query",
        Protocol::Json10 | Protocol::Json10AndCbor => "Json10",
        Protocol::Json => "Json11",
        Protocol::RestJson => "RestJson",
        Protocol::RestXml => "RestXml",
    }
}

/// The file of `awsproto::protocol` that reads and writes.
fn coding(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ec2 => "ec2",
        Protocol::Query => "query",
        Protocol::Json10 | Protocol::Json => "json11",
        Protocol::Json10AndCbor => "rpc_cbor",
        Protocol::RestJson => "rest_json",
        Protocol::RestXml => "rest_xml",
    }
}

fn operations(model: &Model, own_file: bool) -> String {
    let mut text = format!(
        "use super::*;\nuse awsproto::action::{{Decoder, Operation, Pages}};\n\
         use awsproto::protocol::{};\n\
         use awsproto::{{Authorization, AwsError, Input, Output, Service}};\n",
        coding(model.protocol)
    );
    if model.operations.iter().any(|operation| !operation.constraints.is_empty()) {
        text += "use awsproto::constraints::{Constraint, Rule};\n";
    }
    text += &decoders(model);
    for one in &model.operations {
        text += &operation(model, one);
    }
    match own_file {
        true => text,
        false => format!("/// The operations.\npub mod op {{\n{text}}}\n\n"),
    }
}

fn decoders(model: &Model) -> String {
    let mut text = String::from(
        "/// Whether a request is well formed, by operation: decodes it and forgets it.\n\
         pub const DECODERS: &[Decoder] = &[\n",
    );
    for Operation { name, .. } in &model.operations {
        put(&mut text, format_args!("({name:?}, |input| {name}::decode(input).map(drop)),\n"));
    }
    text + "];\n\n"
}

fn operation(model: &Model, operation: &Operation) -> String {
    let name = &operation.name;
    let token = format!("{:?}", operation.client_token);
    let pages = match &operation.pages {
        None => "None".to_owned(),
        Some(pages) => format!(
            "Some(Pages {{ token: {:?}, limit: {:?}, result: {:?} }})",
            pages.token, pages.limit, pages.result
        ),
    };
    let coding = coding(model.protocol);
    let (request, decode) = match &operation.input {
        None => ("()".to_owned(), format!("{coding}::decode(input)")),
        Some(shape) if operation.constraints.is_empty() => {
            (shape.clone(), format!("{coding}::decode(input)"))
        }
        Some(shape) => {
            let rules: Vec<String> = operation.constraints.iter().map(Constraint::rust).collect();
            (shape.clone(), format!("{coding}::decode_within(input, &[{}])", rules.join(", ")))
        }
    };
    let encode = if operation.output.is_some() { "encode" } else { "encode_nothing" };
    let headers = headers(model, operation);
    let what = match model.protocol {
        Protocol::Ec2 | Protocol::Query | Protocol::RestXml if operation.output.is_some() => {
            "Self::NAME, response"
        }
        Protocol::Ec2
        | Protocol::Query
        | Protocol::Json10
        | Protocol::Json10AndCbor
        | Protocol::Json
        | Protocol::RestJson
        | Protocol::RestXml => "response",
    };
    let encode = match headers.is_empty() {
        true => format!("{coding}::{encode}({what})"),
        false => format!("Output {{ headers: vec![{headers}], ..{coding}::{encode}({what}) }}"),
    };
    let response = operation.output.clone().unwrap_or_else(|| "()".to_owned());
    format!(
        "/// `{name}`.\n\
         pub struct {name};\n\
         impl Operation for {name} {{\n\
         const NAME: &'static str = {name:?};\n\
         const AUTHORIZATION: &'static Authorization = &authorization::{};\n\
         const SERVICE: &'static Service = &SERVICE;\n\
         const CLIENT_TOKEN: Option<&'static str> = {token};\n\
         const PAGES: Option<Pages> = {pages};\n\
         const REQUIRED: &'static [&'static str] = &{:?};\n\
         const DRY_RUN: bool = {};\n\
         type Request = {request};\n\
         type Response = {response};\n\
         fn decode(input: &Input) -> Result<Self::Request, AwsError> {{ {decode} }}\n\
         fn encode(response: &Self::Response) -> Output {{ {encode} }}\n\
         }}\n\n",
        names::constant(name),
        operation.required,
        operation.dry_run
    )
}

/// The members of an answer that go in headers, as pairs. Only texts do.
fn headers(model: &Model, operation: &Operation) -> String {
    let structure = operation.output.as_ref().and_then(|shape| model.structures.get(shape));
    let members = structure.into_iter().flat_map(|structure| &structure.members);
    let pair = |member: &Member| {
        format!("({:?}, response.{}.clone().unwrap_or_default()),", member.wire_out, member.field)
    };
    members.filter(|member| member.in_header).map(pair).collect()
}

fn structures(model: &Model, lists: &Lists, only: Option<char>) -> String {
    let chosen = model.structures.iter().filter(|(name, _)| only.is_none() || letter(name) == only);
    chosen.map(|(name, structure)| one_structure(model, lists, name, structure)).collect()
}

fn one_structure(model: &Model, lists: &Lists, name: &str, structure: &Structure) -> String {
    let protocol = model.protocol;
    let mut text = format!("#[derive(Clone, Debug, Default, PartialEq)]\npub struct {name} {{\n");
    for member in structure.members.iter().filter(|member| !member.is_around_the_table()) {
        let kind = match &member.kind {
            Kind::One(of) if lists.as_sent.get(name, &member.name).is_some() => {
                format!("Option<awsproto::params::Sent<{of}>>")
            }
            Kind::One(of) => format!("Option<{of}>"),
            Kind::List { of, .. } if lists.when_empty(name, member) == WhenEmpty::Told => {
                format!("Option<Vec<{of}>>")
            }
            Kind::List { of, .. } => format!("Vec<{of}>"),
        };
        put(&mut text, format_args!("pub {}: {kind},\n", member.field));
    }
    text += "}\n\n";
    if protocol == Protocol::Ec2 && structure.goes_out {
        text += &tagged(name, structure);
    }
    match protocol {
        Protocol::Ec2 | Protocol::Query => {
            if structure.comes_in {
                text += &from_params(model, lists, name, structure);
            }
            if structure.goes_out {
                text += &to_xml(lists, name, structure);
            }
        }
        Protocol::RestXml => {
            if structure.comes_in {
                text += &from_xml(name, structure);
            }
            if structure.goes_out {
                text += &to_xml(lists, name, structure);
            }
        }
        Protocol::Json10 | Protocol::Json10AndCbor | Protocol::Json | Protocol::RestJson => {
            if structure.comes_in {
                text += &from_json(protocol, name, structure);
            }
            if structure.goes_out {
                text += &to_json(protocol, lists, name, structure);
            }
        }
    }
    text
}

/// Lets filters look at the tags of what has some.
fn tagged(name: &str, structure: &Structure) -> String {
    let is_tags = |member: &&Member| matches!(&member.kind, Kind::List { of, .. } if of == "Tag");
    let Some(Member { field, .. }) = structure.members.iter().find(is_tags) else { return String::new() };
    format!(
        "impl awsproto::filter::Tagged for {name} {{\n\
         fn tag_pairs(&self) -> Vec<(&str, &str)> {{\n\
         awsproto::filter::pairs(&self.{field}, |tag| (&tag.key, &tag.value))\n}}\n}}\n\n"
    )
}

fn from_params(model: &Model, lists: &Lists, name: &str, structure: &Structure) -> String {
    let mut text = format!(
        "impl FromParams for {name} {{\n\
         fn from_params(node: &Node, at: &At<'_>) -> Result<Self, AwsError> {{\n"
    );
    if structure.members.is_empty() {
        return text + "Fields::of(node, at).close()?;\nOk(Self {})\n}\n}\n\n";
    }
    text += "let mut fields = Fields::of(node, at);\n";
    let (around, own): (Vec<&Member>, Vec<&Member>) =
        structure.members.iter().partition(|member| member.is_around_the_table());
    for Member { wire_in, .. } in around {
        put(&mut text, format_args!("fields.optional::<bool>({wire_in:?})?;\n"));
    }
    text += "let value = Self {\n";
    for member in own {
        let read = match lists.missing.get(name, &member.name).and_then(|words| words.split_once(": ")) {
            Some((code, sentence)) => {
                format!("required_list_or({:?}, {code:?}, {sentence:?})", member.wire_in)
            }
            None => read_param(model.protocol, member, lists.may_be_empty(model, name, member)),
        };
        put(&mut text, format_args!("{}: fields.{read}?,\n", member.field));
    }
    text + "};\nfields.close()?;\nOk(value)\n}\n}\n\n"
}

fn read_param(protocol: Protocol, member: &Member, may_be_empty: bool) -> String {
    let name = &member.wire_in;
    match (&member.kind, member.required) {
        // In the query protocol every value may be empty.
        (Kind::One(_), false) if may_be_empty && protocol == Protocol::Ec2 => {
            format!("optional_even_empty({name:?})")
        }
        (Kind::One(_), false) => format!("optional({name:?})"),
        (Kind::One(_), true) => format!("required({name:?})"),
        (Kind::List { item, flattened: false, .. }, required) if protocol == Protocol::Query => {
            let must = if required { "required_" } else { "" };
            format!("{must}nested_list({name:?}, {item:?})")
        }
        (Kind::List { .. }, false) => format!("list({name:?})"),
        (Kind::List { .. }, true) => format!("required_list({name:?})"),
    }
}

fn from_xml(name: &str, structure: &Structure) -> String {
    let mut text = format!(
        "impl FromXml for {name} {{\n\
         fn from_xml(element: &Element) -> Result<Self, AwsError> {{\n"
    );
    if structure.members.is_empty() {
        return text + "Elements::of(element).close()?;\nOk(Self {})\n}\n}\n\n";
    }
    text += "let mut members = Elements::of(element);\nlet value = Self {\n";
    for Member { field, wire_in, kind, required, .. } in &structure.members {
        let read = match (kind, required) {
            (Kind::One(_), false) => format!("optional({wire_in:?})"),
            (Kind::One(_), true) => format!("required({wire_in:?})"),
            (Kind::List { item, .. }, false) => format!("list({wire_in:?}, {item:?})"),
            (Kind::List { item, .. }, true) => format!("required_list({wire_in:?}, {item:?})"),
        };
        put(&mut text, format_args!("{field}: members.{read}?,\n"));
    }
    text + "};\nmembers.close()?;\nOk(value)\n}\n}\n\n"
}

fn to_xml(lists: &Lists, name: &str, structure: &Structure) -> String {
    let body = || structure.members.iter().filter(|member| !member.in_header);
    let writer = if body().next().is_none() { "_" } else { "xml" };
    let mut text = format!("impl ToXml for {name} {{\nfn to_xml(&self, {writer}: &mut XmlWriter) {{\n");
    for member in body() {
        let Member { field, wire_out, kind, .. } = member;
        let when_empty = lists.when_empty(name, member);
        text += &match kind {
            Kind::One(_) => format!("xml.field({wire_out:?}, &self.{field});\n"),
            Kind::List { flattened: true, .. } => when_empty.write(field, &format!("flat_list({wire_out:?}")),
            Kind::List { item, .. } => when_empty.write(field, &format!("list({wire_out:?}, {item:?}")),
        };
    }
    text + "}\n}\n\n"
}

/// Services whose older clients speak the query protocol say of what is missing what they said there; of a list that is, as
/// of an empty one.
fn from_json(protocol: Protocol, name: &str, structure: &Structure) -> String {
    let is_as_query = matches!(protocol, Protocol::Json10 | Protocol::Json10AndCbor);
    let mut text = format!(
        "impl FromJson for {name} {{\n\
         fn from_json(value: &awsproto::json::Value) -> Result<Self, AwsError> {{\n\
         let members = Members::of(value)?;\nOk(Self {{\n"
    );
    for Member { field, wire_in, kind, required, .. } in &structure.members {
        let read = match (kind, required) {
            (Kind::One(_), false) => "optional",
            (Kind::One(_), true) if is_as_query => "parameter",
            (Kind::One(_), true) => "required",
            (Kind::List { .. }, false) => "list",
            (Kind::List { .. }, true) if is_as_query => "list",
            (Kind::List { .. }, true) => "required_list",
        };
        put(&mut text, format_args!("{field}: members.{read}({wire_in:?})?,\n"));
    }
    text + "})\n}\n}\n\n"
}

/// Lists that need not be there are left out when they are empty where the query protocol once left them out, and where that is
/// said of them.
fn to_json(protocol: Protocol, lists: &Lists, name: &str, structure: &Structure) -> String {
    let mut text = format!(
        "impl ToJson for {name} {{\nfn to_json(&self) -> awsproto::json::Value {{\n\
         let mut object = Object::default();\n"
    );
    for member in &structure.members {
        let Member { field, wire_out, kind, is_iso8601, required, .. } = member;
        let is_absent = matches!(lists.when_empty(name, member), WhenEmpty::Absent);
        let write = match kind {
            Kind::One(of) if *is_iso8601 && of == "Timestamp" => "date",
            Kind::One(_) => "field",
            Kind::List { .. } if is_absent || protocol == Protocol::Json10 && !required => {
                "list_unless_empty"
            }
            Kind::List { .. } => "list",
        };
        put(&mut text, format_args!("object.{write}({wire_out:?}, &self.{field});\n"));
    }
    text + "object.finish()\n}\n}\n\n"
}

fn put(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a String takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_where_it_is_left_out() {
        let written = |words| WhenEmpty::read(words).unwrap().write("tags", "list(\"tagSet\", \"item\"");
        let write = "xml.list(\"tagSet\", \"item\", &self.tags);\n";
        let when = |condition| format!("if {condition} {{\n{write}}}\n");
        assert_eq!(written("kept"), write);
        assert_eq!(written("absent"), when("!self.tags.is_empty()"));
        assert_eq!(
            written("absent in CreateVpc, DescribeVpcs"),
            when("!self.tags.is_empty() || !xml.answers(&[\"CreateVpc\", \"DescribeVpcs\"])")
        );
        assert_eq!(
            written("kept in CreateVpc"),
            when("!self.tags.is_empty() || xml.answers(&[\"CreateVpc\"])")
        );
        assert!(written("told").starts_with("if let Some(told) = &self.tags"));
        assert!(WhenEmpty::read("gone").is_err());
    }
}
