//! GetObjectAttributes: what HeadObject and ListParts say, as far as it is asked for.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use super::object::{kind_of, tell};
use super::{S3Service, time};
use crate::objects::{Algorithm, Checksum as Sum, Object};

/// Parts on one page.
const PARTS_MAX: i32 = 1000;

impl S3Service {
    pub(super) fn show_attributes(
        &self,
        request: S3Request<GetObjectAttributesInput>,
    ) -> S3Result<S3Response<GetObjectAttributesOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = &request.input;
        // It needs both actions; its own was asked about already.
        self.ask(&request, "GetObject", &input.bucket, Some(&input.key), input.version_id.as_deref())?;
        let found = self.objects.find(row.objects, &input.key, input.version_id.as_deref());
        let version =
            found.map_err(|it| self.missing(&request, &input.bucket, it, input.version_id.is_some()))?;
        let object = version.object.as_ref().expect("delete markers are refused");
        // Clients send one header with all of them, too.
        let all = || input.object_attributes.iter().flat_map(|it| it.as_str().split(','));
        let asked = |name: &str| all().any(|it| it.trim() == name);
        let class = object.said.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned());
        Ok(S3Response::new(GetObjectAttributesOutput {
            last_modified: Some(time(version.written)),
            version_id: version.id.clone(),
            e_tag: asked("ETag").then(|| ETag::Strong(object.etag.clone())),
            object_size: Some(object.size as i64).filter(|_| asked("ObjectSize")),
            storage_class: Some(StorageClass::from(class)).filter(|_| asked("StorageClass")),
            checksum: object.checksum.as_ref().filter(|_| asked("Checksum")).map(shown),
            object_parts: Some(parts(object, input))
                .filter(|_| asked("ObjectParts") && !object.parts.is_empty()),
            ..GetObjectAttributesOutput::default()
        }))
    }
}

fn shown(sum: &Sum) -> Checksum {
    let mut shown = Checksum { checksum_type: kind_of(Some(sum)), ..Checksum::default() };
    tell!(shown, Some(sum));
    shown
}

fn parts(object: &Object, input: &GetObjectAttributesInput) -> GetObjectAttributesParts {
    let max = input.max_parts.unwrap_or(PARTS_MAX).clamp(0, PARTS_MAX);
    let after = input.part_number_marker.unwrap_or(0);
    let mut rest = object.parts.iter().filter(|it| i32::from(it.number) > after).peekable();
    let algorithm = object.checksum.as_ref().map(|it| it.algorithm);
    let page: Vec<_> = rest.by_ref().take(max as usize).collect();
    let shown = page.iter().map(|it| {
        let mut part = ObjectPart {
            part_number: Some(i32::from(it.number)),
            size: Some(it.size as i64),
            ..ObjectPart::default()
        };
        if let (Some(algorithm), Some(value)) = (algorithm, &it.checksum) {
            tell!(part, Some(&Sum { algorithm, value: value.clone(), composite: false }));
        }
        part
    });
    // AWS lists parts only where they were uploaded with checksums.
    let has_sums = object.parts.iter().any(|it| it.checksum.is_some());
    GetObjectAttributesParts {
        total_parts_count: i32::try_from(object.parts.len()).ok(),
        is_truncated: Some(rest.peek().is_some()),
        max_parts: Some(max),
        part_number_marker: Some(after),
        next_part_number_marker: Some(page.last().map_or(0, |it| i32::from(it.number))),
        parts: has_sums.then(|| shown.collect()),
    }
}
