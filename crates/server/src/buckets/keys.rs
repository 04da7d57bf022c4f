//! The condition keys that S3's requests have.
//!
//! Follows "Condition keys for Amazon S3" (Service Authorization Reference) and "Bucket policy examples using condition keys".

use awsproto::{decode_pair, query_value};
use s3::surroundings::Asked;

/// Keys that are a parameter of the query.
const OF_PARAMETERS: [(&str, &str); 4] = [
    ("s3:prefix", "prefix"),
    ("s3:delimiter", "delimiter"),
    ("s3:max-keys", "max-keys"),
    ("s3:VersionId", "versionId"),
];
/// Keys that are a header of the same name.
const OF_HEADERS: [&str; 14] = [
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
];

/// Actions that can be about the tags of an object that is there; of these the same about a version.
const OF_EXISTING: [&str; 7] = [
    "DeleteObjectTagging",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectTagging",
    "PutObjectAcl",
    "PutObjectTagging",
];

/// Whether an action can be about the tags of an object that is there.
pub(super) fn has_existing(action: &str) -> bool {
    let name = action.strip_prefix("s3:").unwrap_or(action).replacen("ObjectVersion", "Object", 1);
    OF_EXISTING.contains(&name.as_str())
}

/// The keys and their values.
pub(super) fn of(asked: &Asked<'_>, tls: Option<&str>) -> Vec<(String, String)> {
    let query = asked.uri.query().unwrap_or_default();
    let header = |name: &str| asked.headers.get(name).and_then(|it| it.to_str().ok());
    let of_parameters =
        OF_PARAMETERS.into_iter().filter_map(|(key, name)| Some((key.to_owned(), query_value(query, name)?)));
    let of_headers =
        OF_HEADERS.into_iter().filter_map(|name| Some((format!("s3:{name}"), header(name)?.to_owned())));
    let mut keys: Vec<_> = of_parameters.chain(of_headers).collect();
    for (name, value) in header("x-amz-tagging").map(tags_in).unwrap_or_default() {
        keys.push((format!("s3:RequestObjectTag/{name}"), value));
    }
    let mut add = |key: &str, value: &str| keys.push((key.to_owned(), value.to_owned()));
    if asked.access_key.is_some() {
        let authorization = header("authorization");
        let is_of_before = authorization
            .map_or(query_value(query, "X-Amz-Algorithm").is_none(), |it| it.starts_with("AWS "));
        add("s3:signatureversion", if is_of_before { "AWS" } else { "AWS4-HMAC-SHA256" });
        let is_in_query = ["X-Amz-Signature", "Signature"].iter().any(|it| query_value(query, it).is_some());
        add(
            "s3:authType",
            match (authorization, is_in_query) {
                (Some(_), _) => "REST-HEADER",
                (None, true) => "REST-QUERY-STRING",
                (None, false) => "POST",
            },
        );
    }
    if let Some(version) = tls {
        add("s3:TlsVersion", version);
    }
    keys
}

fn tags_in(header: &str) -> Vec<(String, String)> {
    let pairs = header.split('&').filter(|pair| pair.contains('='));
    pairs.filter_map(|pair| decode_pair(pair.as_bytes())).collect()
}
