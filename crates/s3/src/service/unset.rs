//! Configurations that no bucket has here: inventories, metrics, analytics, intelligent tiering. Making one is NotImplemented;
//! that there are none is so.

use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Response, S3Result};

use super::S3Service;
use super::errors::other;

impl S3Service {
    /// What is said of a configuration that is asked for by its name.
    pub(super) fn no_configuration<T>(&self, request: &S3Request<T>, bucket: &str) -> S3Error {
        match self.bucket_of(&request.extensions, bucket) {
            Ok(_) => {
                let message = "The specified configuration does not exist.";
                other("NoSuchConfiguration", hyper::StatusCode::NOT_FOUND, message)
            }
            Err(missing) => missing,
        }
    }

    pub(super) fn list_inventories(
        &self,
        request: S3Request<ListBucketInventoryConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketInventoryConfigurationsOutput>> {
        self.bucket_of(&request.extensions, &request.input.bucket)?;
        let is_truncated = Some(false);
        Ok(S3Response::new(ListBucketInventoryConfigurationsOutput { is_truncated, ..Default::default() }))
    }

    pub(super) fn list_metrics(
        &self,
        request: S3Request<ListBucketMetricsConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketMetricsConfigurationsOutput>> {
        self.bucket_of(&request.extensions, &request.input.bucket)?;
        let is_truncated = Some(false);
        Ok(S3Response::new(ListBucketMetricsConfigurationsOutput { is_truncated, ..Default::default() }))
    }

    pub(super) fn list_analytics(
        &self,
        request: S3Request<ListBucketAnalyticsConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketAnalyticsConfigurationsOutput>> {
        self.bucket_of(&request.extensions, &request.input.bucket)?;
        let is_truncated = Some(false);
        Ok(S3Response::new(ListBucketAnalyticsConfigurationsOutput { is_truncated, ..Default::default() }))
    }

    pub(super) fn list_tierings(
        &self,
        request: S3Request<ListBucketIntelligentTieringConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketIntelligentTieringConfigurationsOutput>> {
        self.bucket_of(&request.extensions, &request.input.bucket)?;
        let is_truncated = Some(false);
        let output = ListBucketIntelligentTieringConfigurationsOutput { is_truncated, ..Default::default() };
        Ok(S3Response::new(output))
    }
}
