//! What the index says of a version, of an upload and of its parts.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::timestamp::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Its identifier; `None` for the null version.
    pub id: Option<String>,
    /// When it was written.
    pub written: Timestamp,
    /// What it is; `None` for a delete marker.
    pub object: Option<Object>,
}

/// What a version has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Bytes.
    pub size: u64,
    /// The entity tag, without quotes.
    pub etag: String,
    /// Where the bytes are, in this order.
    pub segments: Vec<Segment>,
    /// The checksum that is kept with it.
    pub checksum: Option<Checksum>,
    /// The parts that it was uploaded in.
    pub parts: Vec<ObjectPart>,
    /// What its writer said of it.
    pub said: Said,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Until when it is locked.
    pub retention: Option<Retention>,
    /// Whether it is locked until somebody says otherwise.
    pub legal_hold: bool,
    /// Whether somebody has said so, or otherwise, after it was written.
    #[serde(default)]
    pub was_held: bool,
}

/// What a writer says of an object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Headers that are given back, by lower-case name.
    pub headers: BTreeMap<String, String>,
    /// `x-amz-meta-`.
    pub metadata: BTreeMap<String, String>,
    /// The storage class, unless it is STANDARD.
    pub storage_class: Option<String>,
    /// By what it is encrypted.
    pub encryption: String,
    /// The key of KMS.
    pub kms_key: Option<String>,
}

/// Until when an object is locked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Whether nobody can lift it.
    pub compliance: bool,
    /// Until when.
    pub until: Timestamp,
}

/// Some of an object's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Which body.
    pub body: u128,
    /// Where in it they begin.
    pub start: u64,
    /// How many.
    pub size: u64,
    /// Whether they are in the index rather than in a file.
    pub inline: bool,
}

/// How a checksum is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// CRC-32.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// A checksum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checksum {
    /// How it is made.
    pub algorithm: Algorithm,
    /// In Base64; a composite one ends with the number of parts.
    pub value: String,
    /// Whether it is one of the parts' checksums.
    pub composite: bool,
}

/// A part that an object was uploaded in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectPart {
    /// Its number.
    pub number: u16,
    /// Bytes.
    pub size: u64,
    /// Its own checksum.
    pub checksum: Option<String>,
}

/// An upload that has not ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// When it was begun.
    pub begun: Timestamp,
    /// How its parts' checksums are made, if that was said.
    pub algorithm: Option<Algorithm>,
    /// Whether the object's is made of the parts'.
    pub composite: bool,
    /// What the object will be, as far as it was said.
    pub object: Object,
}

/// A part of an upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// When it was written.
    pub written: Timestamp,
    /// Bytes.
    pub size: u64,
    /// MD5, as hexadecimal digits.
    pub etag: String,
    /// Its checksum.
    pub checksum: Option<Checksum>,
    /// Where its bytes are.
    pub segments: Vec<Segment>,
}

/// The identifier of the version that is kept under a number: nobody can guess another's.
pub(super) fn version_id(number: u64, random: u128) -> String {
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.extend(random.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The number that a version's identifier is kept under; `None` if it is no identifier.
pub(super) fn version_number(id: &str) -> Option<u64> {
    let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?;
    Some(u64::from_be_bytes(bytes[..8].try_into().expect("eight of 24 bytes")))
}

pub(super) fn to_bytes(row: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(row).expect("rows have nothing that JSON has not")
}

pub(super) fn from_bytes<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, super::Refusal> {
    serde_json::from_slice(bytes).map_err(|it| super::Refusal::Storage(format!("a row of the index: {it}")))
}
