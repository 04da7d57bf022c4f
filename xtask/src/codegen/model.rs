//! The part of a service's model that the allowed operations reach.

use super::constraints::{self, Constraint};
use super::names;
use crate::services::Service;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How the service writes its requests and answers.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Protocol {
    Ec2,
    Query,
    /// JSON 1.0, which differs in envelopes alone.
    Json10,
    /// JSON 1.0 in name, and CBOR for today's clients: CloudWatch. Both have the same members.
    Json10AndCbor,
    Json,
    RestJson,
    RestXml,
}

/// A service, cut down to what is generated.
pub(super) struct Model {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) protocol: Protocol,
    pub(super) api_version: String,
    pub(super) xml_namespace: String,
    pub(super) target_prefix: String,
    pub(super) known_operations: Vec<String>,
    pub(super) operations: Vec<Operation>,
    /// How every operation that AWS has appears in HTTP.
    pub(super) routes: Vec<Route>,
    pub(super) structures: BTreeMap<String, Structure>,
}

/// One allowed operation.
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
    /// The wire name of its client token.
    pub(super) client_token: Option<String>,
    pub(super) pages: Option<Pages>,
    /// The wire names of the parameters that must be there.
    pub(super) required: Vec<String>,
    pub(super) dry_run: bool,
    /// What the model says of the request's members, beyond their types.
    pub(super) constraints: Vec<Constraint>,
}

/// How an operation appears in HTTP.
pub(super) struct Route {
    pub(super) operation: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: u64,
}

/// How an operation pages.
pub(super) struct Pages {
    pub(super) token: String,
    pub(super) limit: Option<String>,
    pub(super) result: String,
}

/// One structure, and which way it travels.
#[derive(Default)]
pub(super) struct Structure {
    pub(super) comes_in: bool,
    pub(super) goes_out: bool,
    pub(super) members: Vec<Member>,
}

/// One member of a structure.
pub(super) struct Member {
    /// The model's name.
    pub(super) name: String,
    pub(super) field: String,
    pub(super) wire_in: String,
    pub(super) wire_out: String,
    pub(super) required: bool,
    /// Whether it goes in a header of its own rather than in the body.
    pub(super) in_header: bool,
    /// Whether the model says that its moment is written as a date rather than as the protocol writes moments.
    pub(super) is_iso8601: bool,
    pub(super) kind: Kind,
}

impl Member {
    /// Whether the member is dealt with around the table of actions, so that no action gets to see it.
    pub(super) fn is_around_the_table(&self) -> bool {
        self.field == DRY_RUN
    }
}

/// The member that asks for a trial.
const DRY_RUN: &str = "dry_run";

/// What a member holds: one thing, or a list of things.
pub(super) enum Kind {
    One(String),
    List {
        of: String,
        /// What a list's members are called on the wire, in requests of the query protocol and
        /// in XML answers.
        item: String,
        flattened: bool,
    },
}

impl Model {
    /// Reads `service-2.json.gz` (or `.json`) and `paginators-1.json` of one service.
    pub(super) fn read(folder: &Path, listed: &Service) -> Result<Self, String> {
        let service = read_json(&folder.join("service-2.json"))?;
        let paginators = read_json(&folder.join("paginators-1.json"))?;
        Reader { service: &service, paginators: &paginators, structures: BTreeMap::new() }
            .model(listed)
            .map_err(|error| format!("{}: {error}", folder.display()))
    }
}

struct Reader<'a> {
    service: &'a Value,
    paginators: &'a Value,
    structures: BTreeMap<String, Structure>,
}

impl Reader<'_> {
    fn model(mut self, listed: &Service) -> Result<Model, String> {
        let metadata = |key: &str| text(&self.service["metadata"], key).unwrap_or_default();
        let protocol = match metadata("protocol").as_str() {
            "ec2" => Protocol::Ec2,
            "query" => Protocol::Query,
            "rest-json" => Protocol::RestJson,
            "rest-xml" => Protocol::RestXml,
            "json" | "smithy-rpc-v2-cbor" if metadata("jsonVersion") == "1.1" => Protocol::Json,
            "json" if metadata("jsonVersion") == "1.0" => Protocol::Json10,
            "smithy-rpc-v2-cbor" if metadata("jsonVersion") == "1.0" => Protocol::Json10AndCbor,
            other => return Err(format!("the protocol {other} is not generated")),
        };
        // EC2's answers end their namespace with a slash; the model leaves it out.
        let namespace = match Some(metadata("xmlNamespace"))
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| self.namespace())
        {
            namespace if namespace.is_empty() || namespace.ends_with('/') => namespace,
            namespace => namespace + "/",
        };
        let (name, api_version, target_prefix) =
            (metadata("endpointPrefix"), metadata("apiVersion"), metadata("targetPrefix"));
        let operations = listed.operations.iter().map(|name| self.operation(name, protocol));
        let operations = operations.collect::<Result<Vec<_>, _>>()?;
        Ok(Model {
            name,
            title: listed.title.clone(),
            protocol,
            api_version,
            xml_namespace: namespace,
            target_prefix,
            known_operations: keys(&self.service["operations"]),
            operations,
            routes: self.routes(),
            structures: self.structures,
        })
    }

    /// Route 53 says its namespace beside each request instead.
    fn namespace(&self) -> String {
        let operations = self.service["operations"].as_object().into_iter().flatten();
        let said = operations.filter_map(|(_, operation)| text(&operation["input"]["xmlNamespace"], "uri"));
        said.min().unwrap_or_default()
    }

    fn routes(&self) -> Vec<Route> {
        let route = |name: &String| {
            let http = &self.service["operations"][name]["http"];
            Route {
                operation: name.clone(),
                method: text(http, "method").unwrap_or_default(),
                path: text(http, "requestUri").unwrap_or_default(),
                status: http["responseCode"].as_u64().unwrap_or(200),
            }
        };
        keys(&self.service["operations"]).iter().map(route).collect()
    }

    fn operation(&mut self, name: &str, protocol: Protocol) -> Result<Operation, String> {
        let operation = &self.service["operations"][name];
        if operation.is_null() {
            return Err(format!("AWS has no operation {name}"));
        }
        let input = text(&operation["input"], "shape");
        let output = text(&operation["output"], "shape");
        for (shape, comes_in) in [(&input, true), (&output, false)] {
            if let Some(shape) = shape {
                self.visit(shape, comes_in, protocol, &mut BTreeSet::new())?;
            }
        }
        Ok(Operation {
            name: name.to_owned(),
            client_token: input.as_deref().and_then(|shape| self.client_token(shape, protocol)),
            output: output.as_deref().map(names::structure),
            pages: self.pages(name),
            required: self
                .members(input.as_deref())
                .filter(|member| member.required)
                .map(|member| member.wire_in.clone())
                .collect(),
            constraints: match (&input, protocol) {
                (Some(shape), Protocol::Query | Protocol::RestJson | Protocol::Json10AndCbor) => {
                    constraints::of(&self.service["shapes"], shape)
                }
                (Some(shape), Protocol::Json) if self.service["metadata"]["endpointPrefix"] == "logs" => {
                    let mut rules = constraints::of(&self.service["shapes"], shape);
                    rules.retain(|rule| !rule.is_said_otherwise());
                    rules
                }
                (Some(_), Protocol::Ec2 | Protocol::Json10 | Protocol::Json | Protocol::RestXml)
                | (None, _) => Vec::new(),
            },
            dry_run: self.members(input.as_deref()).any(|member| member.field == DRY_RUN),
            input: input.as_deref().map(names::structure),
        })
    }

    /// The members of a structure that was visited.
    fn members(&self, shape: Option<&str>) -> impl Iterator<Item = &Member> {
        let structure = shape.and_then(|shape| self.structures.get(&names::structure(shape)));
        structure.into_iter().flat_map(|structure| &structure.members)
    }

    /// EC2 marks only some of its client tokens as such; the name says it for all.
    fn client_token(&self, shape: &str, protocol: Protocol) -> Option<String> {
        let members = self.service["shapes"][shape]["members"].as_object()?;
        let is_token =
            |(name, member): &(&String, &Value)| member["idempotencyToken"] == true || *name == "ClientToken";
        let (name, member) = members.iter().find(is_token)?;
        Some(wire_in(name, member, protocol))
    }

    fn pages(&self, operation: &str) -> Option<Pages> {
        let pages = &self.paginators["pagination"][operation];
        let first = |key: &str| match &pages[key] {
            Value::String(text) => Some(text.clone()),
            Value::Array(several) => several.first()?.as_str().map(str::to_owned),
            _ => None,
        };
        Some(Pages { token: first("input_token")?, limit: first("limit_key"), result: first("result_key")? })
    }

    /// Collects a structure and all it reaches. `above` are the structures this one is inside.
    fn visit(
        &mut self,
        shape: &str,
        comes_in: bool,
        protocol: Protocol,
        above: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        if !above.insert(shape.to_owned()) {
            return Err(format!("{shape} contains itself; that is not generated"));
        }
        let definition = &self.service["shapes"][shape];
        let mut members = Vec::new();
        for (name, member) in definition["members"].as_object().into_iter().flatten() {
            let required = definition["required"].as_array();
            let required = required.is_some_and(|names| names.iter().any(|one| one == name));
            let shape = text(member, "shape").unwrap_or_default();
            let kind = self.kind(&shape)?;
            if protocol == Protocol::RestJson && comes_in && !is_in_body(member) && !is_text(&kind) {
                return Err(format!("{name} comes in path, query string or header, and is no text"));
            }
            let is_iso8601 = self.service["shapes"][&shape]["timestampFormat"] == "iso8601";
            let inner = self.innermost(shape);
            if self.is_structure(&inner) {
                self.visit(&inner, comes_in, protocol, above)?;
            }
            members.push(Member {
                name: name.clone(),
                field: names::field(name),
                wire_in: wire_in(name, member, protocol),
                wire_out: text(member, "locationName").unwrap_or_else(|| name.clone()),
                required,
                in_header: member["location"] == "header",
                is_iso8601,
                kind,
            });
        }
        above.remove(shape);
        let structure = self.structures.entry(names::structure(shape)).or_default();
        structure.comes_in |= comes_in;
        structure.goes_out |= !comes_in;
        structure.members = members;
        Ok(())
    }

    /// What a list or a map is of, and what that is of.
    fn innermost(&self, shape: String) -> String {
        let inner = ["member", "value"].map(|of| text(&self.service["shapes"][&shape][of], "shape"));
        match inner.into_iter().flatten().next() {
            Some(inner) => self.innermost(inner),
            None => shape,
        }
    }

    fn is_structure(&self, shape: &str) -> bool {
        self.service["shapes"][shape]["type"] == "structure"
    }

    /// Whether a shape is a map of texts to what has this type.
    fn is_map_to(&self, shape: &str, of_type: &str) -> bool {
        let type_of = |of: &str| {
            let of = text(&self.service["shapes"][shape][of], "shape").unwrap_or_default();
            self.service["shapes"][&of]["type"].clone()
        };
        type_of("key") == "string" && type_of("value") == of_type
    }

    fn kind(&self, shape: &str) -> Result<Kind, String> {
        let definition = &self.service["shapes"][shape];
        match definition["type"].as_str().unwrap_or_default() {
            "list" => {
                let member = &definition["member"];
                let of = text(member, "shape").unwrap_or_default();
                let item = text(member, "locationName").unwrap_or_else(|| "member".to_owned());
                Ok(Kind::List { of, item, flattened: definition["flattened"] == true })
            }
            _ => Ok(Kind::One(shape.to_owned())),
        }
        .and_then(|kind| self.named(kind))
    }

    /// Replaces plain shapes by the Rust type they become.
    fn named(&self, kind: Kind) -> Result<Kind, String> {
        let rust = |shape: &str| {
            let kind = self.service["shapes"][shape]["type"].as_str().unwrap_or_default();
            Ok(match kind {
                "structure" => names::structure(shape),
                "string" => "String".to_owned(),
                "boolean" => "bool".to_owned(),
                "integer" => "i32".to_owned(),
                "long" => "i64".to_owned(),
                "float" => "f32".to_owned(),
                "double" => "f64".to_owned(),
                "timestamp" => "Timestamp".to_owned(),
                "blob" => "Vec<u8>".to_owned(),
                // Written in XML alone; the compiler says so where another protocol has one.
                "map" if self.is_map_to(shape, "integer") => {
                    "std::collections::BTreeMap<String, i32>".to_owned()
                }
                "map" if self.is_map_to(shape, "double") => {
                    "std::collections::BTreeMap<String, f64>".to_owned()
                }
                // Written and read in JSON alone; the compiler says so where another protocol has one.
                "map" if self.is_map_to(shape, "string") => {
                    "std::collections::BTreeMap<String, String>".to_owned()
                }
                "map" if self.is_map_to(shape, "structure") => {
                    let of = text(&self.service["shapes"][shape]["value"], "shape").unwrap_or_default();
                    format!("std::collections::BTreeMap<String, {}>", names::structure(&of))
                }
                // A list in a list. Written in JSON alone, likewise.
                "list" => {
                    let of = text(&self.service["shapes"][shape]["member"], "shape").unwrap_or_default();
                    match self.is_structure(&of) {
                        true => format!("Box<[{}]>", names::structure(&of)),
                        false => return Err(format!("{shape} is a list in a list; that is not generated")),
                    }
                }
                other => return Err(format!("{shape} is a {other}; that is not generated")),
            })
        };
        Ok(match kind {
            Kind::One(shape) => Kind::One(rust(&shape)?),
            Kind::List { of, item, flattened } => Kind::List { of: rust(&of)?, item, flattened },
        })
    }
}

/// The name in requests. EC2: `queryName`, or else the capitalised `locationName`.
fn wire_in(name: &str, member: &Value, protocol: Protocol) -> String {
    let location = text(member, "locationName");
    match protocol {
        Protocol::Ec2 => text(member, "queryName")
            .or_else(|| location.map(|name| names::upper_first(&name)))
            .unwrap_or_else(|| name.to_owned()),
        Protocol::Query
        | Protocol::Json10
        | Protocol::Json10AndCbor
        | Protocol::Json
        | Protocol::RestJson
        | Protocol::RestXml => location.unwrap_or_else(|| name.to_owned()),
    }
}

/// Whether a member of a REST request is in its body.
fn is_in_body(member: &Value) -> bool {
    member["location"].is_null()
}

fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::One(of) if of == "String")
}

fn text(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().map(str::to_owned)
}

fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    keys.sort();
    keys
}

/// Reads a JSON file, packed or not.
pub(super) fn read_json(path: &Path) -> Result<Value, String> {
    serde_json::from_slice(&read_bytes(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// The text of a JSON file, packed or not.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    match path.is_file() {
        true => std::fs::read(path).map_err(|error| super::trouble("read", path, &error)),
        false => crate::wheel::unpack(&path.with_extension("json.gz")),
    }
}
