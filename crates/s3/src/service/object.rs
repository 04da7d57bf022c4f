//! Writing, reading, copying and deleting objects.

use std::collections::BTreeMap;

use model::bucket::{Bucket as Row, LockMode, RetentionUnit};
use model::timestamp::Timestamp as Moment;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response, S3Result, TrailingHeaders};

use super::errors::{error, not_implemented, of_object, other, with};
use super::{PostedFile, S3Service, moment, time};
use crate::objects::{
    Algorithm, Checksum as Sum, Condition, Deletion, Event, Keep, Object, Put, Refusal, Retention, Said,
    Version, Written, hex,
};

/// Bytes of the longest key.
const KEY_MAX: usize = 1024;
/// Bytes of what a writer may say of an object, names and values together.
const METADATA_MAX: usize = 2048;
/// Objects in one deletion.
const DELETED_AT_ONCE_MAX: usize = 1000;
/// "The variable ${filename} is automatically replaced with the name of the file".
const FILE_NAME: &str = "${filename}";
/// The largest object that CopyObject copies.
const COPY_MAX: u64 = 5 * 1024 * 1024 * 1024;

/// The checksum that a request says, by its headers.
macro_rules! said {
    ($input:expr) => {{
        let sums = [
            (Algorithm::Crc32, &$input.checksum_crc32),
            (Algorithm::Crc32c, &$input.checksum_crc32c),
            (Algorithm::Crc64Nvme, &$input.checksum_crc64nvme),
            (Algorithm::Sha1, &$input.checksum_sha1),
            (Algorithm::Sha256, &$input.checksum_sha256),
        ];
        sums.into_iter().find_map(|(algorithm, sum)| sum.clone().map(|sum| (algorithm, sum)))
    }};
}
pub(super) use said;

/// What a writer says of an object, in a request that has all of it.
macro_rules! said_of {
    ($input:expr, $row:expr) => {{
        let it = &$input;
        let headers = [
            ("cache-control", it.cache_control.clone()),
            ("content-disposition", it.content_disposition.clone()),
            ("content-encoding", it.content_encoding.as_deref().and_then(super::object::stored_encoding)),
            ("content-language", it.content_language.clone()),
            ("content-type", it.content_type.clone()),
            ("expires", it.expires.as_ref().map(super::object::http_date)),
            ("x-amz-website-redirect-location", it.website_redirect_location.clone()),
        ];
        let default = super::settings::algorithm_name($row.encryption.algorithm);
        let asked = it.server_side_encryption.as_ref().map(|it| it.as_str().to_owned());
        Said {
            headers: headers.into_iter().filter_map(|(name, it)| Some((name.to_owned(), it?))).collect(),
            metadata: it.metadata.iter().flatten().map(|(key, it)| (key.clone(), it.clone())).collect(),
            storage_class: it
                .storage_class
                .as_ref()
                .map(|it| it.as_str().to_owned())
                .filter(|it| it != "STANDARD"),
            kms_key: it.ssekms_key_id.clone().or_else(|| match asked {
                Some(_) => None,
                None => $row.encryption.kms_key.clone(),
            }),
            encryption: asked.unwrap_or_else(|| default.to_owned()),
        }
    }};
}
pub(super) use said_of;

/// Shows what an object has besides its bytes.
macro_rules! show {
    ($output:expr, $version:expr, $object:expr) => {
        let header = |name: &str| $object.said.headers.get(name).cloned();
        $output.cache_control = header("cache-control");
        $output.content_disposition = header("content-disposition");
        $output.content_encoding = header("content-encoding");
        $output.content_language = header("content-language");
        $output.content_type = header("content-type").or_else(|| Some("binary/octet-stream".to_owned()));
        $output.expires =
            header("expires").and_then(|it| Timestamp::parse(TimestampFormat::HttpDate, &it).ok());
        $output.website_redirect_location = header("x-amz-website-redirect-location");
        $output.e_tag = Some(ETag::Strong($object.etag.clone()));
        $output.last_modified = Some(time($version.written));
        $output.metadata = Some($object.said.metadata.clone().into_iter().collect());
        $output.server_side_encryption = Some(ServerSideEncryption::from($object.said.encryption.clone()));
        $output.ssekms_key_id = $object.said.kms_key.clone();
        $output.storage_class = $object.said.storage_class.clone().map(StorageClass::from);
        $output.version_id = $version.id.clone();
        $output.object_lock_legal_hold_status =
            $object.legal_hold.then(|| ObjectLockLegalHoldStatus::from_static("ON"));
        if let Some(it) = $object.retention {
            let mode = if it.compliance { "COMPLIANCE" } else { "GOVERNANCE" };
            $output.object_lock_mode = Some(ObjectLockMode::from_static(mode));
            $output.object_lock_retain_until_date = Some(time(it.until));
        }
    };
}

/// Says a checksum in an answer.
macro_rules! tell {
    ($output:expr, $sum:expr) => {
        if let Some(sum) = $sum {
            let value = Some(sum.value.clone());
            match sum.algorithm {
                Algorithm::Crc32 => $output.checksum_crc32 = value,
                Algorithm::Crc32c => $output.checksum_crc32c = value,
                Algorithm::Crc64Nvme => $output.checksum_crc64nvme = value,
                Algorithm::Sha1 => $output.checksum_sha1 = value,
                Algorithm::Sha256 => $output.checksum_sha256 = value,
            }
        }
    };
}
pub(super) use tell;

pub(super) fn kind_of(sum: Option<&Sum>) -> Option<ChecksumType> {
    sum.map(|it| kind(it.composite))
}

/// Whether a checksum is one of the parts' checksums, or of all bytes.
pub(super) fn kind(composite: bool) -> ChecksumType {
    ChecksumType::from_static(if composite { "COMPOSITE" } else { "FULL_OBJECT" })
}

/// The algorithm of a name, in whatever case: headers have it in small letters.
pub(super) fn algorithm(name: &str) -> Option<Algorithm> {
    match name.to_ascii_uppercase().as_str() {
        "CRC32" => Some(Algorithm::Crc32),
        "CRC32C" => Some(Algorithm::Crc32c),
        "CRC64NVME" => Some(Algorithm::Crc64Nvme),
        "SHA1" => Some(Algorithm::Sha1),
        "SHA256" => Some(Algorithm::Sha256),
        _ => None,
    }
}

pub(super) fn algorithm_name(of: Algorithm) -> &'static str {
    match of {
        Algorithm::Crc32 => "CRC32",
        Algorithm::Crc32c => "CRC32C",
        Algorithm::Crc64Nvme => "CRC64NVME",
        Algorithm::Sha1 => "SHA1",
        Algorithm::Sha256 => "SHA256",
    }
}

/// What a body has to be.
pub(super) struct Expected {
    pub(super) said: Option<(Algorithm, String)>,
    pub(super) md5: Option<String>,
    pub(super) trailer: Option<String>,
    pub(super) trailers: Option<TrailingHeaders>,
    pub(super) size: Option<i64>,
    pub(super) fallback: Algorithm,
}

impl S3Service {
    /// Takes a body in, and holds it against what was said of it.
    pub(super) async fn take(&self, body: Option<StreamingBlob>, expected: Expected) -> S3Result<Written> {
        let prefix = "x-amz-checksum-";
        let named = expected.trailer.as_deref().map(str::trim).filter(|it| it.starts_with(prefix));
        let in_trailer = named.and_then(|it| algorithm(&it[prefix.len()..]));
        let algorithm = expected.said.as_ref().map(|(it, _)| *it).or(in_trailer).unwrap_or(expected.fallback);
        let body =
            body.unwrap_or_else(|| StreamingBlob::wrap(futures_util::stream::empty::<std::io::Result<_>>()));
        let taken = self.objects.write(body, algorithm).await;
        // The stream checks signatures of chunks, and ends when the client does.
        let written = taken.map_err(|it| match it.downcast::<s3s::S3Error>() {
            Ok(own) => *own,
            Err(other) => of_stream(&other.to_string()),
        })?;
        let written = written.map_err(of_object)?;
        if expected.size.is_some_and(|it| u64::try_from(it) != Ok(written.segment.size)) {
            let message =
                "You did not provide the number of bytes specified by the Content-Length HTTP header";
            return Err(error(S3ErrorCode::IncompleteBody, message));
        }
        check_md5(expected.md5.as_deref(), &written)?;
        let from_trailer = named.zip(expected.trailers).and_then(|(name, trailers)| {
            trailers.read(|it| it.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned)).flatten()
        });
        let said = expected.said.map(|(_, it)| it).or(from_trailer);
        if said.is_some_and(|it| it != written.checksum.value) {
            let name = algorithm_name(algorithm);
            let message = format!("The {name} you specified did not match the calculated checksum.");
            return Err(error(S3ErrorCode::BadDigest, message));
        }
        Ok(written)
    }

    /// Writes what a form brings.
    pub(super) async fn write_posted(
        &self,
        mut request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let name = request.extensions.get::<PostedFile>().map(|it| it.0.clone());
        if let Some(name) = name {
            request.input.key = request.input.key.replace(FILE_NAME, &name);
        } else if request.input.key.contains(FILE_NAME) {
            return Err(not_implemented());
        }
        self.ask(&request, "PutObject", &request.input.bucket, Some(&request.input.key), None)?;
        self.write_object(request, Event::Post).await
    }

    pub(super) async fn write_object(
        &self,
        request: S3Request<PutObjectInput>,
        event: Event,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        self.ask_besides(&request, &request.input.bucket, &request.input.key)?;
        let mut input = request.input;
        check_key(&input.key)?;
        // A form has these in its body, not in headers.
        if input.sse_customer_algorithm.is_some()
            || input.sse_customer_key.is_some()
            || input.ssekms_key_id.is_some()
        {
            return Err(not_implemented());
        }
        input.server_side_encryption.as_ref().map_or(Ok(()), |it| super::encryption::check(it.as_str()))?;
        super::check_acl(&row, input.acl.as_ref().map(|it| it.as_str()))?;
        super::acl::check_grants(&row, &request.headers)?;
        let now = self.around.now();
        let mut object = Object {
            said: said_of!(input, row),
            tags: header_tags(input.tagging.as_deref())?,
            retention: retention(
                &row,
                input.object_lock_mode.as_ref(),
                input.object_lock_retain_until_date,
                now,
            )?,
            legal_hold: input.object_lock_legal_hold_status.as_ref().is_some_and(|it| it.as_str() == "ON"),
            ..Object::default()
        };
        check_metadata(&object.said)?;
        let condition = condition(input.if_match.take(), input.if_none_match.take())?;
        let expected = Expected {
            said: said!(input),
            md5: input.content_md5.take(),
            trailer: trailer(&request.headers),
            trailers: request.trailing_headers,
            size: input
                .content_length
                .filter(|_| !request.headers.contains_key("x-amz-decoded-content-length")),
            fallback: input
                .checksum_algorithm
                .and_then(|it| algorithm(it.as_str()))
                .unwrap_or(Algorithm::Crc64Nvme),
        };
        let written = self.take(input.body.take(), expected).await?;
        object.size = written.segment.size;
        object.etag = hex(&written.md5);
        object.checksum = Some(written.checksum.clone());
        let put = Put {
            bucket: row.objects,
            name: input.key,
            keep: Keep::of(&row),
            condition,
            now,
            object,
            written: Some(written),
            telling: self.telling(&request.extensions, &input.bucket).map(|it| (event, it)),
        };
        let _deletion = self.still_there(&request.extensions, &input.bucket, row.objects).await?;
        let version = self.objects.put(put).await.map_err(of_object)?;
        let object = version.object.as_ref().expect("an object was put");
        let mut output = PutObjectOutput {
            e_tag: Some(ETag::Strong(object.etag.clone())),
            version_id: version.id.clone(),
            server_side_encryption: Some(ServerSideEncryption::from(object.said.encryption.clone())),
            ssekms_key_id: object.said.kms_key.clone(),
            checksum_type: kind_of(object.checksum.as_ref()),
            ..PutObjectOutput::default()
        };
        tell!(output, &object.checksum);
        Ok(S3Response::new(output))
    }

    pub(super) fn read_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let named = &request.input;
        let found = self.objects.read(row.objects, &named.key, named.version_id.as_deref());
        let by_version = named.version_id.is_some();
        let (version, mut reading) =
            found.map_err(|it| self.missing(&request, &named.bucket, it, by_version))?;
        let input = request.input;
        let object = version.object.clone().expect("delete markers are refused");
        let conditions =
            (&input.if_match, &input.if_none_match, &input.if_modified_since, &input.if_unmodified_since);
        check_conditions(&version, &object, conditions)?;
        let (range, parts) = chosen(&object, input.range.as_ref(), input.part_number)?;
        let mut output = GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(object.size as i64),
            parts_count: parts,
            ..GetObjectOutput::default()
        };
        show!(output, version, object);
        let mut response_status = None;
        if let Some(range) = range {
            let size = range.end - range.start;
            output.content_range =
                Some(format!("bytes {}-{}/{}", range.start, range.end.max(1) - 1, object.size));
            output.content_length = Some(size as i64);
            reading.cut(range);
            response_status = Some(hyper::StatusCode::PARTIAL_CONTENT);
        } else if input.checksum_mode.is_some() {
            tell!(output, &object.checksum);
            output.checksum_type = kind_of(object.checksum.as_ref());
        }
        let instead = [
            (input.response_cache_control, &mut output.cache_control),
            (input.response_content_disposition, &mut output.content_disposition),
            (input.response_content_encoding, &mut output.content_encoding),
            (input.response_content_language, &mut output.content_language),
            (input.response_content_type, &mut output.content_type),
        ];
        for (asked, shown) in instead {
            if asked.is_some() {
                *shown = asked;
            }
        }
        output.tag_count = Some(object.tags.len() as i32).filter(|it| *it > 0);
        output.body = Some(StreamingBlob::wrap(self.objects.clone().stream(reading)));
        let mut response = S3Response::new(output);
        response.status = response_status;
        Ok(response)
    }

    pub(super) fn show_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let named = &request.input;
        let found = self.objects.find(row.objects, &named.key, named.version_id.as_deref());
        let by_version = named.version_id.is_some();
        let version = found.map_err(|it| self.missing(&request, &named.bucket, it, by_version))?;
        let input = request.input;
        let object = version.object.clone().expect("delete markers are refused");
        let conditions =
            (&input.if_match, &input.if_none_match, &input.if_modified_since, &input.if_unmodified_since);
        check_conditions(&version, &object, conditions)?;
        let (range, parts) = chosen(&object, input.range.as_ref(), input.part_number)?;
        let size = range.as_ref().map_or(object.size, |it| it.end - it.start);
        let mut output = HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(size as i64),
            parts_count: parts,
            ..HeadObjectOutput::default()
        };
        show!(output, version, object);
        if input.checksum_mode.is_some() && range.is_none() {
            tell!(output, &object.checksum);
            output.checksum_type = kind_of(object.checksum.as_ref());
        }
        let mut response = S3Response::new(output);
        if range.is_some() {
            response.status = Some(hyper::StatusCode::PARTIAL_CONTENT);
        }
        Ok(response)
    }

    pub(super) async fn drop_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let said = request.input.bypass_governance_retention.filter(|_| row.object_lock.is_some());
        let bypass = self.may_bypass(&request, said, &request.input.bucket, &request.input.key);
        let telling = self.telling(&request.extensions, &request.input.bucket);
        let input = request.input;
        let deletion = Deletion {
            bucket: row.objects,
            name: input.key,
            id: input.version_id,
            keep: Keep::of(&row),
            condition: condition(input.if_match, None)?,
            bypass,
            now: self.around.now(),
            telling,
        };
        let deleted = self.objects.delete(deletion).await.map_err(of_object)?;
        let output = DeleteObjectOutput {
            delete_marker: deleted.is_marker.then_some(true),
            version_id: deleted.version,
            ..DeleteObjectOutput::default()
        };
        Ok(S3Response::with_status(output, hyper::StatusCode::NO_CONTENT))
    }

    pub(super) async fn drop_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        // Each is asked about by itself, and refused by itself.
        let asked = request.input.delete.objects.iter();
        let bucket = &request.input.bucket;
        let ask = |it: &ObjectIdentifier| {
            self.ask(&request, "DeleteObject", bucket, Some(&it.key), it.version_id.as_deref()).err()
        };
        let said = request.input.bypass_governance_retention.filter(|_| row.object_lock.is_some());
        let denied: Vec<(Option<s3s::S3Error>, bool)> =
            asked.map(|it| (ask(it), self.may_bypass(&request, said, bucket, &it.key))).collect();
        let telling = &self.telling(&request.extensions, bucket);
        let input = request.input;
        let objects = input.delete.objects;
        if objects.is_empty() || objects.len() > DELETED_AT_ONCE_MAX {
            return Err(super::settings::malformed());
        }
        let (now, keep) = (self.around.now(), Keep::of(&row));
        // All wait for the same commit.
        let deletions = objects.into_iter().zip(denied).map(|(it, (denied, bypass))| async move {
            let ObjectIdentifier { key, version_id, .. } = it;
            if let Some(error) = denied {
                return (key, version_id, Err(error));
            }
            let deletion = Deletion {
                bucket: row.objects,
                name: key.clone(),
                id: version_id.clone(),
                keep,
                condition: Condition::default(),
                bypass,
                now,
                telling: telling.clone(),
            };
            let done = self.objects.delete(deletion).await;
            (key, version_id, done.map_err(of_object))
        });
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for (key, version, done) in futures_util::future::join_all(deletions).await {
            match done {
                Ok(done) => deleted.push(DeletedObject {
                    key: Some(key),
                    delete_marker: done.is_marker.then_some(true),
                    delete_marker_version_id: done.version.filter(|_| done.is_marker),
                    version_id: version,
                }),
                Err(error) => {
                    errors.push(s3s::dto::Error {
                        code: Some(error.code().as_str().to_owned()),
                        message: error.message().map(str::to_owned),
                        key: Some(key),
                        version_id: version,
                    });
                }
            }
        }
        let deleted = Some(deleted).filter(|_| input.delete.quiet != Some(true));
        Ok(S3Response::new(DeleteObjectsOutput {
            deleted,
            errors: Some(errors),
            ..DeleteObjectsOutput::default()
        }))
    }

    pub(super) async fn copy(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let (bucket, key, id) = source(&request.input.copy_source)?;
        self.ask(&request, "GetObject", bucket, Some(key), id)?;
        self.ask_besides(&request, &request.input.bucket, &request.input.key)?;
        let input = request.input;
        check_key(&input.key)?;
        let (bucket, key, id) = source(&input.copy_source)?;
        let (_, from) = self.bucket_of(&request.extensions, bucket)?;
        let (version, reading) = self.objects.read(from.objects, key, id).map_err(of_object)?;
        let mut object = version.object.clone().expect("delete markers are refused");
        let conditions = (
            &input.copy_source_if_match,
            &input.copy_source_if_none_match,
            &input.copy_source_if_modified_since,
            &input.copy_source_if_unmodified_since,
        );
        // A copy that is not wanted is a failure, not a shorter answer.
        check_conditions(&version, &object, conditions)
            .map_err(|_| of_object(Refusal::Precondition("x-amz-copy-source")))?;
        if object.size > COPY_MAX {
            let message = "The specified copy source is larger than the maximum allowable size for a copy source: \
                           5368709120";
            return Err(error(S3ErrorCode::InvalidRequest, message));
        }
        let replaces = input.metadata_directive.as_ref().is_some_and(|it| it.as_str() == "REPLACE");
        let is_itself = from.objects == row.objects && key == input.key && id.is_none();
        if is_itself && !replaces && input.storage_class.is_none() && input.server_side_encryption.is_none() {
            let message = "This copy request is illegal because it is trying to copy an object to itself without \
                           changing the object's metadata, storage class, website redirect location or encryption \
                           attributes.";
            return Err(error(S3ErrorCode::InvalidRequest, message));
        }
        let asked: Said = said_of!(input, row);
        if replaces {
            check_metadata(&asked)?;
            object.said = asked;
        } else {
            let Said { encryption, kms_key, storage_class, .. } = asked;
            object.said = Said { encryption, kms_key, storage_class, ..object.said };
        }
        if input.tagging_directive.as_ref().is_some_and(|it| it.as_str() == "REPLACE") {
            object.tags = header_tags(input.tagging.as_deref())?;
        }
        let asked = input.checksum_algorithm.and_then(|it| algorithm(it.as_str()));
        let now_has = object.checksum.as_ref().map(|it| it.algorithm);
        if !object.parts.is_empty() || asked.is_some_and(|it| Some(it) != now_has) {
            // One request makes one part.
            let algorithm = asked.or(now_has).unwrap_or(Algorithm::Crc64Nvme);
            let (md5, sum) = self.objects.sums_of(reading, algorithm).await.map_err(of_object)?;
            object.etag = hex(&md5);
            object.checksum = Some(sum);
            object.parts.clear();
        }
        let now = self.around.now();
        object.retention =
            retention(&row, input.object_lock_mode.as_ref(), input.object_lock_retain_until_date, now)?;
        object.legal_hold =
            input.object_lock_legal_hold_status.as_ref().is_some_and(|it| it.as_str() == "ON");
        let condition = Condition::default();
        let put = Put {
            bucket: row.objects,
            name: input.key,
            keep: Keep::of(&row),
            condition,
            now,
            object,
            written: None,
            telling: self.telling(&request.extensions, &input.bucket).map(|it| (Event::Copy, it)),
        };
        let _deletion = self.still_there(&request.extensions, &input.bucket, row.objects).await?;
        let made =
            self.objects.copy(put, from.objects, key.to_owned(), version.clone()).await.map_err(of_object)?;
        let object = made.object.as_ref().expect("an object was put");
        let mut result = CopyObjectResult {
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: Some(time(made.written)),
            checksum_type: kind_of(object.checksum.as_ref()),
            ..CopyObjectResult::default()
        };
        tell!(result, &object.checksum);
        Ok(S3Response::new(CopyObjectOutput {
            copy_object_result: Some(result),
            copy_source_version_id: version.id,
            version_id: made.id,
            server_side_encryption: Some(ServerSideEncryption::from(object.said.encryption.clone())),
            ssekms_key_id: object.said.kms_key.clone(),
            ..CopyObjectOutput::default()
        }))
    }
}

/// What is wrong with a body, by what s3s says of it: its types for that are its own.
fn of_stream(problem: &str) -> s3s::S3Error {
    if problem.contains("Sha256Mismatch") {
        let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return other("XAmzContentSHA256Mismatch", hyper::StatusCode::BAD_REQUEST, message);
    }
    if problem.contains("SignatureMismatch") {
        return s3s::S3Error::new(S3ErrorCode::SignatureDoesNotMatch);
    }
    error(S3ErrorCode::IncompleteBody, "The request body terminated unexpectedly")
}

/// `aws-chunked` is how the body came, not what it is.
pub(super) fn stored_encoding(sent: &str) -> Option<String> {
    let kept: Vec<&str> = sent.split(',').map(str::trim).filter(|it| *it != "aws-chunked").collect();
    Some(kept.join(",")).filter(|it| !it.is_empty())
}

pub(super) fn http_date(of: &Timestamp) -> String {
    moment(of).http_date()
}

pub(super) fn trailer(headers: &hyper::HeaderMap) -> Option<String> {
    Some(headers.get("x-amz-trailer")?.to_str().ok()?.to_owned())
}

pub(super) fn check_key(key: &str) -> S3Result<()> {
    match key.len() {
        0..=KEY_MAX => Ok(()),
        size => {
            let long = error(S3ErrorCode::KeyTooLongError, "Your key is too long");
            Err(with(with(long, "Size", size), "MaxSizeAllowed", KEY_MAX))
        }
    }
}

pub(super) fn check_metadata(said: &Said) -> S3Result<()> {
    let size: usize = said.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    match size <= METADATA_MAX {
        true => Ok(()),
        false => {
            let message = "Your metadata headers exceed the maximum allowed metadata size";
            let large = error(S3ErrorCode::MetadataTooLarge, message);
            Err(with(with(large, "Size", size), "MaxSizeAllowed", METADATA_MAX))
        }
    }
}

fn check_md5(said: Option<&str>, written: &Written) -> S3Result<()> {
    use base64::Engine;
    let Some(said) = said else { return Ok(()) };
    let decoded = base64::engine::general_purpose::STANDARD.decode(said).ok().filter(|it| it.len() == 16);
    let Some(decoded) = decoded else {
        return Err(error(S3ErrorCode::InvalidDigest, "The Content-MD5 you specified was invalid."));
    };
    match decoded == written.md5 {
        true => Ok(()),
        false => {
            let message = "The Content-MD5 you specified did not match what we received.";
            let own = base64::engine::general_purpose::STANDARD.encode(written.md5);
            let bad = with(error(S3ErrorCode::BadDigest, message), "ExpectedDigest", said);
            Err(with(bad, "CalculatedDigest", own))
        }
    }
}

pub(super) fn condition(matches: Option<ETagCondition>, none: Option<ETagCondition>) -> S3Result<Condition> {
    let is_absent = match none {
        None => false,
        Some(ETagCondition::Any) => true,
        Some(ETagCondition::ETag(_)) => {
            return Err(not_implemented());
        }
    };
    let matches = matches.map(|it| match it {
        ETagCondition::Any => "*".to_owned(),
        ETagCondition::ETag(tag) => tag.value().to_owned(),
    });
    Ok(Condition { matches, is_absent })
}

/// `a=1&b=2`, as in a URL.
pub(super) fn header_tags(text: Option<&str>) -> S3Result<BTreeMap<String, String>> {
    let invalid = || error(S3ErrorCode::InvalidTag, "The TagValue you have provided is invalid");
    let decoded = |it: &str| {
        let plain = it.replace('+', " ");
        let mut bytes = Vec::new();
        let mut rest = plain.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'%' => {
                    let digits = [rest.next()?, rest.next()?];
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                }
                other => bytes.push(other),
            }
        }
        String::from_utf8(bytes).ok()
    };
    let mut set = Vec::new();
    for pair in text.unwrap_or_default().split('&').filter(|it| !it.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        set.push(Tag {
            key: Some(decoded(key).ok_or_else(invalid)?),
            value: Some(decoded(value).ok_or_else(invalid)?),
        });
    }
    super::tags_of(&set, super::OF_OBJECTS)
}

/// For how long a new object is locked.
pub(super) fn retention(
    row: &Row,
    mode: Option<&ObjectLockMode>,
    until: Option<Timestamp>,
    now: Moment,
) -> S3Result<Option<Retention>> {
    let Some(lock) = &row.object_lock else {
        return match mode {
            None => Ok(None),
            Some(_) => Err(error(S3ErrorCode::InvalidRequest, "Bucket is missing Object Lock Configuration")),
        };
    };
    match (mode, until) {
        (Some(mode), Some(until)) => {
            let until = moment(&until);
            if until.as_millis() <= now.as_millis() {
                let message = "The retain until date must be in the future!";
                return Err(error(S3ErrorCode::InvalidArgument, message));
            }
            Ok(Some(Retention { compliance: mode.as_str() == "COMPLIANCE", until }))
        }
        (None, None) => Ok(lock.default.map(|it| {
            let days = match it.unit {
                RetentionUnit::Days => u64::from(it.count.unsigned_abs()),
                RetentionUnit::Years => u64::from(it.count.unsigned_abs()) * 365,
            };
            let until = now.saturating_add(std::time::Duration::from_secs(days * 24 * 60 * 60));
            Retention { compliance: it.mode == LockMode::Compliance, until }
        })),
        (Some(_), None) | (None, Some(_)) => {
            let message =
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
            Err(error(S3ErrorCode::InvalidArgument, message))
        }
    }
}

impl S3Service {
    /// What is said where a reader finds nothing: only who may list a bucket learns what is not in it.
    pub(super) fn missing<T>(
        &self,
        request: &S3Request<T>,
        bucket: &str,
        refusal: Refusal,
        by_version: bool,
    ) -> s3s::S3Error {
        match refusal {
            Refusal::NoSuchKey | Refusal::DeleteMarker(_) => self
                .ask(request, "ListObjectsV2", bucket, None, None)
                .err()
                .unwrap_or_else(|| missing(refusal, by_version)),
            other => missing(other, by_version),
        }
    }
}

/// What is said to who may know it.
fn missing(refusal: Refusal, by_version: bool) -> s3s::S3Error {
    let Refusal::DeleteMarker(marker) = refusal else { return of_object(refusal) };
    let mut error = match by_version {
        true => {
            let message = "The specified method is not allowed against this resource.";
            error(S3ErrorCode::MethodNotAllowed, message)
        }
        false => of_object(Refusal::NoSuchKey),
    };
    let mut headers = hyper::HeaderMap::new();
    headers.insert("x-amz-delete-marker", hyper::header::HeaderValue::from_static("true"));
    if let Ok(id) = hyper::header::HeaderValue::from_str(marker.as_deref().unwrap_or("null")) {
        headers.insert("x-amz-version-id", id);
    }
    error.set_headers(headers);
    error
}

pub(super) type Conditions<'a> =
    (&'a Option<ETagCondition>, &'a Option<ETagCondition>, &'a Option<Timestamp>, &'a Option<Timestamp>);

/// Follows "Conditional requests" (RFC 9110, 13.2.2): entity tags go before dates.
pub(super) fn check_conditions(
    version: &Version,
    object: &Object,
    conditions: Conditions<'_>,
) -> S3Result<()> {
    let (matches, none, since, not_since) = conditions;
    let is = |it: &ETagCondition| match it {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.value() == object.etag,
    };
    // Headers have whole seconds.
    let is_newer = |it: &Timestamp| version.written.as_secs() > moment(it).as_secs();
    let fails = match (matches, not_since) {
        (Some(it), _) => !is(it),
        (None, Some(it)) => is_newer(it),
        (None, None) => false,
    };
    if fails {
        return Err(of_object(Refusal::Precondition("If-Match")));
    }
    let is_same = match (none, since) {
        (Some(it), _) => is(it),
        (None, Some(it)) => !is_newer(it),
        (None, None) => false,
    };
    match is_same {
        true => Err(other("NotModified", hyper::StatusCode::NOT_MODIFIED, "Not Modified")),
        false => Ok(()),
    }
}

type Chosen = (Option<std::ops::Range<u64>>, Option<i32>);

/// The bytes that are asked for, and of how many parts the object is.
fn chosen(object: &Object, range: Option<&Range>, part: Option<i32>) -> S3Result<Chosen> {
    let unsatisfiable = || {
        let refused = error(S3ErrorCode::InvalidRange, "The requested range is not satisfiable");
        with(refused, "ActualObjectSize", object.size)
    };
    if let Some(range) = range {
        return Ok((Some(range.check(object.size).map_err(|_| unsatisfiable())?), None));
    }
    let Some(part) = part else { return Ok((None, None)) };
    if object.parts.is_empty() && part == 1 {
        return Ok((Some(0..object.size), None));
    }
    let mut start = 0;
    for it in &object.parts {
        if i32::from(it.number) == part {
            return Ok((Some(start..start + it.size), i32::try_from(object.parts.len()).ok()));
        }
        start += it.size;
    }
    let message = "The requested partnumber is not satisfiable";
    Err(other("InvalidPartNumber", hyper::StatusCode::RANGE_NOT_SATISFIABLE, message))
}

pub(super) fn source(of: &CopySource) -> S3Result<(&str, &str, Option<&str>)> {
    match of {
        CopySource::Bucket { bucket, key, version_id } => Ok((bucket, key, version_id.as_deref())),
        CopySource::AccessPoint { .. } | CopySource::Outpost { .. } => Err(not_implemented()),
    }
}
