//! The services that AWS has and Hamlet does not: what each is called, and what tells requests for it.

use super::{botocore, model, vacant};
use crate::services::Service;
use crate::vacant::Listed;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where the table goes.
pub(super) const OUTPUT: &str = "crates/awsproto/src/absent/services.rs";

/// As much of a model as is looked at.
#[derive(Deserialize)]
struct Described {
    metadata: Metadata,
    operations: BTreeMap<String, Operation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    api_version: String,
    endpoint_prefix: String,
    signing_name: Option<String>,
    service_full_name: String,
    service_abbreviation: Option<String>,
    protocol: String,
    protocols: Option<Vec<String>>,
    json_version: Option<String>,
    target_prefix: Option<String>,
    /// There if clients of the query protocol are still understood.
    aws_query_compatible: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Operation {
    http: Http,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    request_uri: String,
}

/// A service in one of its protocols.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) name: String,
    /// Of several with a name, the one whose own it is comes first, and what is named after it next.
    is_namesake: bool,
    model: String,
    pub(super) protocol: &'static str,
    pub(super) title: String,
    pub(super) api_version: String,
    pub(super) target_prefix: String,
    /// What paths begin with.
    roots: BTreeSet<String>,
}

/// The file with the table.
pub(super) fn file(data: &Path, present: &[Service], vacant: &[Listed]) -> Result<(PathBuf, String), String> {
    let mut all = Vec::new();
    for name in botocore::services(data)? {
        if present.iter().all(|service| service.model != name) {
            all.extend(rows(data, &name)?);
        }
    }
    all.sort();
    Ok((PathBuf::from(OUTPUT), text(&all, present, vacant)))
}

/// A service in each of its protocols.
pub(super) fn rows(data: &Path, name: &str) -> Result<Vec<Row>, String> {
    let path = botocore::newest(&data.join(name))?.join("service-2.json");
    let described = serde_json::from_slice(&model::read_bytes(&path)?);
    described_rows(name, described.map_err(|error| format!("{name}: {error}"))?)
}

impl Row {
    /// What the service is called in Rust, in this protocol.
    pub(super) fn constant(&self) -> String {
        self.protocol.to_uppercase()
    }

    pub(super) fn is_rest(&self) -> bool {
        is_rest(self.protocol)
    }
}

fn described_rows(model: &str, described: Described) -> Result<Vec<Row>, String> {
    let Described { metadata, operations } = described;
    let name = metadata.signing_name.clone().unwrap_or_else(|| metadata.endpoint_prefix.clone());
    let title = metadata.service_abbreviation.clone().unwrap_or_else(|| metadata.service_full_name.clone());
    // Where some path begins with what is the caller's own, a bucket, paths tell nothing.
    let roots: Option<BTreeSet<String>> = operations.values().map(|it| root(&it.http.request_uri)).collect();
    let roots = roots.unwrap_or_default();
    let row = |protocol: &str| {
        let protocol = variant(protocol, model, metadata.json_version.as_deref())?;
        Ok(Row {
            is_namesake: name != model,
            name: name.clone(),
            model: model.to_owned(),
            protocol,
            title: title.clone(),
            api_version: if protocol == "Query" { metadata.api_version.clone() } else { String::new() },
            target_prefix: match protocol {
                "Json10" | "Json11" | "RpcCbor" => metadata.target_prefix.clone().unwrap_or_default(),
                _ => String::new(),
            },
            roots: if is_rest(protocol) { roots.clone() } else { BTreeSet::new() },
        })
    };
    let mut spoken = metadata.protocols.clone().unwrap_or_else(|| vec![metadata.protocol.clone()]);
    if metadata.aws_query_compatible.is_some() && !spoken.iter().any(|protocol| protocol == "query") {
        spoken.push("query".to_owned());
    }
    spoken.iter().map(|protocol| row(protocol)).collect()
}

/// `2015-03-31` of `/2015-03-31/functions`; nothing where a path begins with what is the caller's own.
fn root(path: &str) -> Option<String> {
    let first = path.split(['/', '?']).nth(1).unwrap_or_default();
    (!first.contains('{')).then(|| first.to_owned())
}

/// The variant of `awsproto::Protocol`. S3's dialect is not told in the model, but known.
pub(super) fn variant(
    protocol: &str,
    model: &str,
    json_version: Option<&str>,
) -> Result<&'static str, String> {
    Ok(match (protocol, json_version) {
        ("ec2", _) => "Ec2",
        ("query", _) => "Query",
        ("json", Some("1.0")) => "Json10",
        ("json", _) => "Json11",
        ("rest-json", _) => "RestJson",
        ("rest-xml", _) if model == "s3" => "S3",
        ("rest-xml", _) => "RestXml",
        ("smithy-rpc-v2-cbor", _) => "RpcCbor",
        (other, _) => return Err(format!("{model} speaks {other}, which awsproto does not know")),
    })
}

fn is_rest(protocol: &str) -> bool {
    matches!(protocol, "RestJson" | "RestXml" | "S3")
}

fn text(rows: &[Row], present: &[Service], lists: &[Listed]) -> String {
    let mut text = format!(
        "//! Generated by `cargo xtask codegen` from botocore {}; do not edit.\n\n\
         use super::{{Entry, entry, vacant}};\nuse crate::service::Protocol::*;\nuse crate::vacant::services;\n\n\
         /// Services that AWS has and Hamlet does not, by the name in signatures; each in all of its protocols.\n\
         #[rustfmt::skip]\n\
         pub(super) static ALL: &[Entry] = &[\n",
        botocore::VERSION
    );
    for row in rows {
        let Row { name, title, protocol, api_version, target_prefix, .. } = row;
        let roots: Vec<&String> =
            if is_told_by_path(row, rows, present) { row.roots.iter().collect() } else { Vec::new() };
        if lists.iter().any(|list| list.model == row.model) {
            let (module, constant) = (vacant::module(&row.model), row.constant());
            text += &format!("    vacant(&services::{module}::{constant}, &{roots:?}),\n");
            continue;
        }
        text += &format!(
            "    entry({name:?}, {title:?}, {protocol}, {api_version:?}, {target_prefix:?}, &{roots:?}),\n"
        );
    }
    text + "];\n"
}

/// Whether another service has the same name and is of a REST protocol, too; or is Hamlet's own.
fn is_told_by_path(row: &Row, rows: &[Row], present: &[Service]) -> bool {
    let is_other =
        |other: &&Row| other.name == row.name && other.model != row.model && is_rest(other.protocol);
    rows.iter().any(|other| is_other(&other)) || present.iter().any(|service| service.model == row.name)
}
