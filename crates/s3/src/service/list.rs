//! Lists of objects and versions.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::place::AccountId;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response, S3Result};

use super::errors::{error, of_object, with};
use super::object::{algorithm_name, kind_of};
use super::{S3Service, owner, time};
use crate::objects::{Listed, Listing, Page, Position, Version};

/// How many are in one page at most.
const PAGE_MAX: i32 = 1000;

impl S3Service {
    pub(super) fn list_second(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = request.input;
        let max_keys = max(input.max_keys)?;
        let after = match &input.continuation_token {
            Some(token) => Some(position(token)?),
            None => input.start_after.clone().filter(|it| !it.is_empty()).map(Position::AfterKey),
        };
        let listing = listing(input.prefix.as_ref(), input.delimiter.as_ref(), after, max_keys);
        let page = self.objects.list(row.objects, &listing).map_err(of_object)?;
        let encoding = Encoding::of(input.encoding_type.as_ref())?;
        let whose = input.fetch_owner.filter(|it| *it).map(|_| row.account);
        let last = last_name(&page);
        let token = last.filter(|_| page.is_truncated).map(|it| URL_SAFE_NO_PAD.encode(it));
        let key_count = i32::try_from(page.entries.len()).ok();
        let (contents, common_prefixes) = shown(&page, encoding, whose);
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(encoding.write(&input.prefix.unwrap_or_default())),
            delimiter: input.delimiter.map(|it| encoding.write(&it)),
            start_after: input.start_after.map(|it| encoding.write(&it)),
            encoding_type: input.encoding_type,
            max_keys: Some(max_keys),
            key_count,
            is_truncated: Some(page.is_truncated),
            continuation_token: input.continuation_token,
            next_continuation_token: token,
            contents: Some(contents),
            common_prefixes: Some(common_prefixes),
            ..ListObjectsV2Output::default()
        }))
    }

    pub(super) fn list_first(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = request.input;
        let max_keys = max(input.max_keys)?;
        let after = input.marker.clone().filter(|it| !it.is_empty()).map(Position::AfterKey);
        let listing = listing(input.prefix.as_ref(), input.delimiter.as_ref(), after, max_keys);
        let page = self.objects.list(row.objects, &listing).map_err(of_object)?;
        let encoding = Encoding::of(input.encoding_type.as_ref())?;
        // "This element is returned only if you have the delimiter request parameter specified."
        let next = last_name(&page).filter(|_| page.is_truncated && input.delimiter.is_some());
        let next_marker = next.map(|it| encoding.write(it));
        let (contents, common_prefixes) = shown(&page, encoding, Some(row.account));
        Ok(S3Response::new(ListObjectsOutput {
            name: Some(input.bucket),
            prefix: Some(encoding.write(&input.prefix.unwrap_or_default())),
            marker: Some(encoding.write(&input.marker.unwrap_or_default())),
            delimiter: input.delimiter.map(|it| encoding.write(&it)),
            encoding_type: input.encoding_type,
            max_keys: Some(max_keys),
            is_truncated: Some(page.is_truncated),
            next_marker,
            contents: Some(contents),
            common_prefixes: Some(common_prefixes),
            ..ListObjectsOutput::default()
        }))
    }

    pub(super) fn list_all_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = request.input;
        let max_keys = max(input.max_keys)?;
        let key = input.key_marker.clone().filter(|it| !it.is_empty());
        let after = match (key, input.version_id_marker.clone().filter(|it| !it.is_empty())) {
            (None, None) => None,
            (None, Some(_)) => {
                let message = "A version-id marker cannot be specified without a key marker.";
                return Err(error(S3ErrorCode::InvalidArgument, message));
            }
            (Some(key), None) => Some(Position::AfterKey(key)),
            (Some(key), Some(id)) => Some(Position::AfterVersion(key, id)),
        };
        let listing = listing(input.prefix.as_ref(), input.delimiter.as_ref(), after, max_keys);
        let page = self.objects.list_versions(row.objects, &listing).map_err(of_object)?;
        let encoding = Encoding::of(input.encoding_type.as_ref())?;
        let mut output = ListObjectVersionsOutput {
            name: Some(input.bucket),
            prefix: Some(encoding.write(&input.prefix.unwrap_or_default())),
            key_marker: Some(encoding.write(&input.key_marker.unwrap_or_default())),
            version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
            delimiter: input.delimiter.map(|it| encoding.write(&it)),
            encoding_type: input.encoding_type,
            max_keys: Some(max_keys),
            is_truncated: Some(page.is_truncated),
            ..ListObjectVersionsOutput::default()
        };
        if page.is_truncated {
            output.next_key_marker = last_name(&page).map(|it| encoding.write(it));
            output.next_version_id_marker = match page.entries.last() {
                Some(Listed::Row { row, .. }) => Some(id_of(row)),
                Some(Listed::Prefix(_)) | None => None,
            };
        }
        put_versions(&mut output, page, encoding, row.account);
        Ok(S3Response::new(output))
    }
}

fn put_versions(
    output: &mut ListObjectVersionsOutput,
    page: Page<Version>,
    encoding: Encoding,
    whose: AccountId,
) {
    let (mut versions, mut markers, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
    for entry in page.entries {
        match entry {
            Listed::Prefix(it) => prefixes.push(CommonPrefix { prefix: Some(encoding.write(&it)) }),
            Listed::Row { name, row, is_latest } => {
                let (key, version_id) = (Some(encoding.write(&name)), Some(id_of(&row)));
                let (last_modified, is_latest) = (Some(time(row.written)), Some(is_latest));
                let owner = Some(owner(whose));
                let Some(object) = row.object else {
                    markers.push(DeleteMarkerEntry { key, version_id, last_modified, is_latest, owner });
                    continue;
                };
                let class = object.said.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned());
                let algorithm = object.checksum.as_ref().map(|it| algorithm_name(it.algorithm));
                versions.push(ObjectVersion {
                    key,
                    version_id,
                    last_modified,
                    is_latest,
                    owner,
                    checksum_algorithm: algorithm.map(|it| vec![ChecksumAlgorithm::from_static(it)]),
                    checksum_type: kind_of(object.checksum.as_ref()),
                    e_tag: Some(ETag::Strong(object.etag.clone())),
                    size: Some(object.size as i64),
                    storage_class: Some(ObjectVersionStorageClass::from(class)),
                    ..ObjectVersion::default()
                });
            }
        }
    }
    output.versions = Some(versions);
    output.delete_markers = Some(markers);
    output.common_prefixes = Some(prefixes);
}

fn shown(
    page: &Page<Version>,
    encoding: Encoding,
    whose: Option<AccountId>,
) -> (Vec<Object>, Vec<CommonPrefix>) {
    let whose = whose.map(owner);
    let (mut contents, mut prefixes) = (Vec::new(), Vec::new());
    for entry in &page.entries {
        match entry {
            Listed::Prefix(it) => prefixes.push(CommonPrefix { prefix: Some(encoding.write(it)) }),
            Listed::Row { name, row, .. } => {
                let Some(object) = &row.object else { continue };
                let class = object.said.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned());
                let algorithm = object.checksum.as_ref().map(|it| algorithm_name(it.algorithm));
                contents.push(Object {
                    key: Some(encoding.write(name)),
                    last_modified: Some(time(row.written)),
                    e_tag: Some(ETag::Strong(object.etag.clone())),
                    size: Some(object.size as i64),
                    checksum_algorithm: algorithm.map(|it| vec![ChecksumAlgorithm::from_static(it)]),
                    checksum_type: kind_of(object.checksum.as_ref()),
                    storage_class: Some(ObjectStorageClass::from(class)),
                    owner: whose.clone(),
                    ..Object::default()
                });
            }
        }
    }
    (contents, prefixes)
}

pub(super) fn listing(
    prefix: Option<&String>,
    delimiter: Option<&String>,
    after: Option<Position>,
    max: i32,
) -> Listing {
    Listing {
        prefix: prefix.cloned().unwrap_or_default(),
        delimiter: delimiter.cloned().filter(|it| !it.is_empty()),
        after,
        max: usize::try_from(max).unwrap_or_default(),
    }
}

pub(super) fn max(asked: Option<i32>) -> S3Result<i32> {
    match asked {
        None => Ok(PAGE_MAX),
        Some(it) if it < 0 => Err(error(
            S3ErrorCode::InvalidArgument,
            "Argument maxKeys must be an integer between 0 and 2147483647",
        )),
        Some(it) => Ok(it.min(PAGE_MAX)),
    }
}

fn position(token: &str) -> S3Result<Position> {
    let name = URL_SAFE_NO_PAD.decode(token).ok().and_then(|it| String::from_utf8(it).ok());
    let message = "The continuation token provided is incorrect";
    let wrong = || with(error(S3ErrorCode::InvalidArgument, message), "ArgumentName", "continuation-token");
    Ok(Position::AfterKey(name.filter(|it| !it.is_empty()).ok_or_else(wrong)?))
}

pub(super) fn last_name<R>(page: &Page<R>) -> Option<&str> {
    page.entries.last().map(|it| match it {
        Listed::Row { name, .. } => name.as_str(),
        Listed::Prefix(prefix) => prefix.as_str(),
    })
}

fn id_of(version: &Version) -> String {
    version.id.clone().unwrap_or_else(|| "null".to_owned())
}

/// How keys are written: XML has no way to say some characters.
#[derive(Clone, Copy)]
pub(super) enum Encoding {
    Plain,
    Url,
}

impl Encoding {
    pub(super) fn of(asked: Option<&EncodingType>) -> S3Result<Encoding> {
        match asked.map(|it| it.as_str()) {
            None => Ok(Encoding::Plain),
            Some("url") => Ok(Encoding::Url),
            Some(_) => {
                Err(error(S3ErrorCode::InvalidArgument, "Invalid Encoding Method specified in Request"))
            }
        }
    }

    pub(super) fn write(self, text: &str) -> String {
        let Encoding::Url = self else { return text.to_owned() };
        let is_plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.' | b'*' | b'/');
        let mut out = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b' ' => out.push('+'),
                it if is_plain(it) => out.push(char::from(it)),
                it => out.push_str(&format!("%{it:02X}")),
            }
        }
        out
    }
}
