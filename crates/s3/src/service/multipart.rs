//! Uploads in parts.

use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response, S3Result};

use super::errors::{error, invalid_argument, of_object};
use super::list::{Encoding, last_name, listing, max};
use super::object::{
    Expected, algorithm, algorithm_name, check_conditions, check_key, check_metadata, condition, header_tags,
    kind, kind_of, retention, said, said_of, source, tell, trailer,
};
use super::{S3Service, owner, time};
use crate::objects::{
    Algorithm, Completing, Keep, Listed, NamedPart, Object, Position, Refusal, Said, Upload, cut, hex,
};

/// The number of the last part.
const PARTS_MAX: u16 = 10_000;

impl S3Service {
    pub(super) async fn begin_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        self.ask_besides(&request, &request.input.bucket, &request.input.key)?;
        let input = request.input;
        check_key(&input.key)?;
        super::check_acl(&row, input.acl.as_ref().map(|it| it.as_str()))?;
        super::acl::check_grants(&row, &request.headers)?;
        let now = self.around.now();
        let object = Object {
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
        let asked = input.checksum_algorithm.as_ref().and_then(|it| algorithm(it.as_str()));
        let composite = is_composite(asked, input.checksum_type.as_ref())?;
        let encryption = object.said.encryption.clone();
        let upload = Upload { begun: now, algorithm: asked, composite, object };
        let _deletion = self.still_there(&request.extensions, &input.bucket, row.objects).await?;
        let id =
            self.objects.begin_upload(row.objects, input.key.clone(), upload).await.map_err(of_object)?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(format!("{id:032x}")),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: asked.map(|_| kind(composite)),
            server_side_encryption: Some(ServerSideEncryption::from(encryption)),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    pub(super) async fn write_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let mut input = request.input;
        let number = part_number(input.part_number)?;
        let id = upload_id(&input.upload_id)?;
        let upload = self.objects.upload(row.objects, &input.key, id).map_err(of_object)?;
        let expected = Expected {
            said: said!(input),
            md5: input.content_md5,
            trailer: trailer(&request.headers),
            trailers: request.trailing_headers,
            size: input
                .content_length
                .filter(|_| !request.headers.contains_key("x-amz-decoded-content-length")),
            fallback: upload.algorithm.unwrap_or(Algorithm::Crc64Nvme),
        };
        let written = self.take(input.body.take(), expected).await?;
        if upload.algorithm.is_some_and(|it| it != written.checksum.algorithm) {
            let message =
                "Checksum Type mismatch occurred, expected checksum Type does not match the actual one";
            return Err(error(S3ErrorCode::InvalidRequest, message));
        }
        let now = self.around.now();
        let part = self.objects.put_part(row.objects, input.key, id, number, written, now).await;
        let part = part.map_err(of_object)?;
        let mut output = UploadPartOutput {
            e_tag: Some(ETag::Strong(part.etag)),
            server_side_encryption: Some(ServerSideEncryption::from(upload.object.said.encryption)),
            ..UploadPartOutput::default()
        };
        tell!(output, &part.checksum);
        Ok(S3Response::new(output))
    }

    pub(super) async fn copy_part(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let (bucket, key, version_id) = source(&request.input.copy_source)?;
        self.ask(&request, "GetObject", bucket, Some(key), version_id)?;
        let input = request.input;
        let number = part_number(input.part_number)?;
        let id = upload_id(&input.upload_id)?;
        let upload = self.objects.upload(row.objects, &input.key, id).map_err(of_object)?;
        let (bucket, key, version_id) = source(&input.copy_source)?;
        let (_, from) = self.bucket_of(&request.extensions, bucket)?;
        let (version, mut reading) = self.objects.read(from.objects, key, version_id).map_err(of_object)?;
        let object = version.object.clone().expect("delete markers are refused");
        let conditions = (
            &input.copy_source_if_match,
            &input.copy_source_if_none_match,
            &input.copy_source_if_modified_since,
            &input.copy_source_if_unmodified_since,
        );
        check_conditions(&version, &object, conditions)
            .map_err(|_| of_object(Refusal::Precondition("x-amz-copy-source")))?;
        let range = match &input.copy_source_range {
            Some(text) => copied_range(text, object.size)?,
            None => 0..object.size,
        };
        reading.cut(range.clone());
        // The bytes stay where they are; only their sums are new.
        let sums = self.objects.sums_of(reading, upload.algorithm.unwrap_or(Algorithm::Crc64Nvme)).await;
        let (md5, sum) = sums.map_err(of_object)?;
        let part = crate::objects::Part {
            written: self.around.now(),
            size: range.end - range.start,
            etag: hex(&md5),
            checksum: Some(sum),
            segments: cut(object.segments, range),
        };
        let copied_from = (from.objects, key.to_owned(), version.clone());
        let copied = self.objects.copy_part((row.objects, input.key, id), number, part, copied_from).await;
        let part = copied.map_err(of_object)?;
        let mut result = CopyPartResult {
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(time(part.written)),
            ..CopyPartResult::default()
        };
        tell!(result, &part.checksum);
        Ok(S3Response::new(UploadPartCopyOutput {
            copy_part_result: Some(result),
            copy_source_version_id: version.id,
            server_side_encryption: Some(ServerSideEncryption::from(upload.object.said.encryption)),
            ..UploadPartCopyOutput::default()
        }))
    }

    pub(super) async fn complete(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = request.input;
        let id = upload_id(&input.upload_id)?;
        let parts = input.multipart_upload.clone().and_then(|it| it.parts).unwrap_or_default();
        if parts.is_empty() {
            return Err(error(S3ErrorCode::InvalidRequest, "You must specify at least one part"));
        }
        let named = parts.iter().map(|it| {
            let number = it.part_number.and_then(|it| u16::try_from(it).ok());
            let etag = it.e_tag.as_ref().map(|it| it.value().to_owned());
            let (number, etag) = number.zip(etag).ok_or_else(|| of_object(Refusal::InvalidPart))?;
            part_number(i32::from(number))?;
            Ok(NamedPart { number, etag, checksum: said!(it).map(|(_, sum)| sum) })
        });
        let completing = Completing {
            bucket: row.objects,
            name: input.key.clone(),
            id,
            parts: named.collect::<S3Result<Vec<_>>>()?,
            keep: Keep::of(&row),
            condition: condition(input.if_match.clone(), input.if_none_match.clone())?,
            checksum: said!(input).map(|(_, sum)| sum),
            now: self.around.now(),
            telling: self.telling(&request.extensions, &input.bucket),
        };
        let _deletion = self.still_there(&request.extensions, &input.bucket, row.objects).await?;
        let version = self.objects.complete_upload(completing).await.map_err(of_object)?;
        let object = version.object.as_ref().expect("an object was put");
        let mut output = CompleteMultipartUploadOutput {
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            version_id: version.id.clone(),
            checksum_type: kind_of(object.checksum.as_ref()),
            server_side_encryption: Some(ServerSideEncryption::from(object.said.encryption.clone())),
            ..CompleteMultipartUploadOutput::default()
        };
        tell!(output, &object.checksum);
        Ok(S3Response::new(output))
    }

    pub(super) async fn abort(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let id = upload_id(&request.input.upload_id)?;
        self.objects.abort_upload(row.objects, request.input.key, id).await.map_err(of_object)?;
        let output = AbortMultipartUploadOutput::default();
        Ok(S3Response::with_status(output, hyper::StatusCode::NO_CONTENT))
    }

    pub(super) fn show_parts(
        &self,
        request: S3Request<ListPartsInput>,
    ) -> S3Result<S3Response<ListPartsOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = request.input;
        let id = upload_id(&input.upload_id)?;
        let upload = self.objects.upload(row.objects, &input.key, id).map_err(of_object)?;
        let marker = input.part_number_marker.unwrap_or(0).clamp(0, i32::from(u16::MAX));
        let after = u16::try_from(marker).unwrap_or(u16::MAX);
        let max_parts = max(input.max_parts)?;
        let mut all = self.objects.parts(row.objects, &input.key, id, after).map_err(of_object)?;
        let is_truncated = all.len() > max_parts as usize;
        all.truncate(max_parts as usize);
        let next = all.last().map(|(number, _)| i32::from(*number));
        let parts = all.into_iter().map(|(number, it)| {
            let mut part = Part {
                part_number: Some(i32::from(number)),
                e_tag: Some(ETag::Strong(it.etag)),
                size: Some(it.size as i64),
                last_modified: Some(time(it.written)),
                ..Part::default()
            };
            tell!(part, it.checksum.as_ref().filter(|_| upload.algorithm.is_some()));
            part
        });
        let owner = owner(row.account);
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            part_number_marker: Some(marker),
            next_part_number_marker: next,
            max_parts: Some(max_parts),
            is_truncated: Some(is_truncated),
            parts: Some(parts.collect()),
            initiator: Some(Initiator { id: owner.id.clone(), display_name: None }),
            owner: Some(owner),
            storage_class: Some(StorageClass::from_static("STANDARD")),
            checksum_algorithm: upload.algorithm.map(|it| ChecksumAlgorithm::from_static(algorithm_name(it))),
            checksum_type: upload.algorithm.map(|_| kind(upload.composite)),
            ..ListPartsOutput::default()
        }))
    }

    pub(super) fn show_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = request.input;
        let max_uploads = max(input.max_uploads)?;
        let key = input.key_marker.clone().filter(|it| !it.is_empty());
        let after = match (key, &input.upload_id_marker) {
            (None, _) => None,
            (Some(key), Some(id)) if !id.is_empty() => Some(Position::AfterUpload(key, upload_id(id)?)),
            (Some(key), _) => Some(Position::AfterKey(key)),
        };
        let listing = listing(input.prefix.as_ref(), input.delimiter.as_ref(), after, max_uploads);
        let page = self.objects.list_uploads(row.objects, &listing).map_err(of_object)?;
        let encoding = Encoding::of(input.encoding_type.as_ref())?;
        let (mut uploads, mut prefixes) = (Vec::new(), Vec::new());
        let next_key = last_name(&page).filter(|_| page.is_truncated).map(|it| encoding.write(it));
        let mut next_id = None;
        for entry in &page.entries {
            match entry {
                Listed::Prefix(it) => prefixes.push(CommonPrefix { prefix: Some(encoding.write(it)) }),
                Listed::Row { name, row: (id, upload), .. } => {
                    next_id = Some(format!("{id:032x}"));
                    uploads.push(MultipartUpload {
                        key: Some(encoding.write(name)),
                        upload_id: next_id.clone(),
                        initiated: Some(time(upload.begun)),
                        owner: Some(owner(row.account)),
                        storage_class: Some(StorageClass::from_static("STANDARD")),
                        checksum_algorithm: upload
                            .algorithm
                            .map(|it| ChecksumAlgorithm::from_static(algorithm_name(it))),
                        checksum_type: upload.algorithm.map(|_| kind(upload.composite)),
                        ..MultipartUpload::default()
                    });
                }
            }
        }
        Ok(S3Response::new(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            prefix: input.prefix.map(|it| encoding.write(&it)),
            delimiter: input.delimiter.map(|it| encoding.write(&it)),
            key_marker: Some(input.key_marker.unwrap_or_default()),
            upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
            encoding_type: input.encoding_type,
            max_uploads: Some(max_uploads),
            is_truncated: Some(page.is_truncated),
            next_key_marker: next_key,
            next_upload_id_marker: next_id.filter(|_| page.is_truncated),
            uploads: Some(uploads),
            common_prefixes: Some(prefixes),
            ..ListMultipartUploadsOutput::default()
        }))
    }
}

/// Whether an object's checksum is one of the parts': the CRCs can be either, hashes cannot be the whole's.
fn is_composite(algorithm: Option<Algorithm>, asked: Option<&ChecksumType>) -> S3Result<bool> {
    let is_hash = matches!(algorithm, Some(Algorithm::Sha1 | Algorithm::Sha256));
    let is_whole = matches!(algorithm, None | Some(Algorithm::Crc64Nvme));
    match asked.map(|it| it.as_str()) {
        None => Ok(!is_whole),
        Some("COMPOSITE") if !is_whole => Ok(true),
        Some("FULL_OBJECT") if !is_hash => Ok(false),
        Some(it) => {
            let name = algorithm.map_or("null", algorithm_name).to_ascii_lowercase();
            let message =
                format!("The {it} checksum type cannot be used with the {name} checksum algorithm.");
            Err(error(S3ErrorCode::InvalidRequest, message))
        }
    }
}

/// `bytes=FIRST-LAST`, both said and in the object.
fn copied_range(text: &str, size: u64) -> S3Result<std::ops::Range<u64>> {
    let read = || {
        let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
        Some(first.parse::<u64>().ok()?..last.parse::<u64>().ok()?.checked_add(1)?)
    };
    let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
                   zero-based offsets of the first and last bytes to copy";
    let range = read().filter(|it| it.start < it.end);
    let range = range.ok_or_else(|| error(S3ErrorCode::InvalidArgument, message))?;
    match range.end <= size {
        true => Ok(range),
        false => {
            let message = format!("Range specified is not valid for source object of size: {size}");
            Err(error(S3ErrorCode::InvalidArgument, message))
        }
    }
}

fn part_number(asked: i32) -> S3Result<u16> {
    let number = u16::try_from(asked).ok().filter(|it| (1..=PARTS_MAX).contains(it));
    let message = "Part number must be an integer between 1 and 10000, inclusive";
    number.ok_or_else(|| invalid_argument("partNumber", asked, message))
}

fn upload_id(text: &str) -> S3Result<u128> {
    let id = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32);
    id.ok_or_else(|| of_object(Refusal::NoSuchUpload))
}
