//! What AWS's own services write into buckets, in their own names: flow logs' files. Whether they may is asked by who delivers.

use futures_util::stream;
use hyper::body::Bytes;
use model::bucket_name::BucketName;
use std::convert::Infallible;

use crate::objects::{Algorithm, Condition, Event, Keep, Object, Put, Refusal, Said, hex};

use super::S3Service;

impl S3Service {
    /// Writes an object for a service. When this is done, it lasts.
    ///
    /// # Errors
    /// There is no such bucket, or the disk fails.
    pub async fn deliver(
        &self,
        bucket: &BucketName,
        key: String,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), Refusal> {
        let body = stream::iter([Ok::<_, Infallible>(Bytes::from(bytes))]);
        let body = futures_util::StreamExt::map(body, |it| it.map_err(Into::into));
        let written = self.objects.write(body, Algorithm::Crc64Nvme).await;
        let written = written.map_err(|error| Refusal::Storage(error.to_string()))??;
        let _deletion = self.deleting.read().await;
        let world = self.around.world();
        let row = world.buckets.get(bucket).ok_or(Refusal::NoSuchKey)?;
        let now = self.around.now();
        let said = Said {
            headers: [("content-type".to_owned(), content_type.to_owned())].into(),
            encryption: super::settings::algorithm_name(row.encryption.algorithm).to_owned(),
            kms_key: row.encryption.kms_key.clone(),
            ..Said::default()
        };
        let object = Object {
            size: written.segment.size,
            etag: hex(&written.md5),
            checksum: Some(written.checksum.clone()),
            said,
            ..Object::default()
        };
        let put = Put {
            bucket: row.objects,
            name: key,
            keep: Keep::of(row),
            condition: Condition::default(),
            now,
            object,
            written: Some(written),
            telling: self.telling_of_rules(row, now).map(|it| (Event::Put, it)),
        };
        self.objects.put(put).await.map(drop)
    }
}
