//! Tags of objects.

use model::bucket_name::BucketName;
use model::partition::Partition;
use model::tags::Tags;
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use super::errors::of_object;
use crate::objects::{Event, Object};

use super::{OF_OBJECTS, S3Service, tags_of, to_tag_set};

impl S3Service {
    /// The tags of an object that is there; none of one that is not.
    pub fn existing_tags(
        &self,
        partition: Partition,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Tags {
        let world = self.around.world();
        let row = BucketName::new(partition, bucket).ok().and_then(|name| world.bucket(&name).ok());
        let version = row.and_then(|row| self.objects.find(row.objects, key, version).ok());
        version.and_then(|it| it.object).map(|it| it.tags).unwrap_or_default()
    }

    pub(super) fn show_object_tags(
        &self,
        request: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let found = self.objects.find(row.objects, &request.input.key, request.input.version_id.as_deref());
        let version = found.map_err(of_object)?;
        let tag_set = version.object.map(|it| to_tag_set(&it.tags)).unwrap_or_default();
        Ok(S3Response::new(GetObjectTaggingOutput { tag_set, version_id: version.id }))
    }

    pub(super) async fn set_object_tags(
        &self,
        request: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let telling =
            self.telling(&request.extensions, &request.input.bucket).map(|it| (Event::TaggingPut, it));
        let input = request.input;
        let tags = tags_of(&input.tagging.tag_set, OF_OBJECTS)?;
        let change = move |it: &mut Object| {
            it.tags = tags;
            Ok(())
        };
        let edit = self.objects.edit(row.objects, input.key, input.version_id, telling, change);
        let version_id = edit.await.map_err(of_object)?.id;
        Ok(S3Response::new(PutObjectTaggingOutput { version_id }))
    }

    pub(super) async fn drop_object_tags(
        &self,
        request: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let telling =
            self.telling(&request.extensions, &request.input.bucket).map(|it| (Event::TaggingDelete, it));
        let input = request.input;
        let change = |it: &mut Object| {
            it.tags.clear();
            Ok(())
        };
        let edit = self.objects.edit(row.objects, input.key, input.version_id, telling, change);
        let version_id = edit.await.map_err(of_object)?.id;
        Ok(S3Response::with_status(DeleteObjectTaggingOutput { version_id }, hyper::StatusCode::NO_CONTENT))
    }
}
