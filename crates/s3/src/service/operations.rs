//! The operations as s3s names them. What is not here answers NotImplemented.

use async_trait::async_trait;
use hyper::StatusCode;
use s3s::dto::*;
use s3s::{S3, S3ErrorCode, S3Request, S3Response, S3Result};

use crate::objects::Event;

use super::{S3Service, cors, errors, lifecycle, logging, notifications, settings, website};

const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;

#[async_trait]
impl S3 for S3Service {
    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.abort(request).await
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        self.complete(request).await
    }

    async fn copy_object(
        &self,
        request: S3Request<CopyObjectInput>,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        self.copy(request).await
    }

    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        self.make_bucket(request).await
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.begin_upload(request).await
    }

    async fn delete_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.drop_bucket(request).await
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.drop_object(request).await
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        self.drop_objects(request).await
    }

    async fn delete_object_tagging(
        &self,
        request: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        self.drop_object_tags(request).await
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.show_location(request)
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        self.read_object(request)
    }

    async fn get_object_tagging(
        &self,
        request: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        self.show_object_tags(request)
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        self.show_bucket(request)
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        self.show_object(request)
    }

    async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        self.show_buckets(request)
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        self.show_uploads(request)
    }

    async fn list_objects(
        &self,
        request: S3Request<ListObjectsInput>,
    ) -> S3Result<S3Response<ListObjectsOutput>> {
        self.list_first(request)
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.list_second(request)
    }

    async fn list_object_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        self.list_all_versions(request)
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        self.show_parts(request)
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        match request.method == hyper::Method::POST {
            true => self.write_posted(request).await,
            false => self.write_object(request, Event::Put).await,
        }
    }

    async fn put_object_tagging(
        &self,
        request: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        self.set_object_tags(request).await
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        self.write_part(request).await
    }

    async fn put_bucket_versioning(
        &self,
        request: S3Request<PutBucketVersioningInput>,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        self.set_versioning(request).await?;
        Ok(S3Response::new(PutBucketVersioningOutput::default()))
    }

    async fn put_bucket_policy(
        &self,
        request: S3Request<PutBucketPolicyInput>,
    ) -> S3Result<S3Response<PutBucketPolicyOutput>> {
        self.set_policy(request).await?;
        Ok(S3Response::with_status(PutBucketPolicyOutput::default(), NO_CONTENT))
    }

    async fn put_public_access_block(
        &self,
        request: S3Request<PutPublicAccessBlockInput>,
    ) -> S3Result<S3Response<PutPublicAccessBlockOutput>> {
        self.set_public_access(request).await?;
        Ok(S3Response::new(PutPublicAccessBlockOutput::default()))
    }

    async fn put_bucket_tagging(
        &self,
        request: S3Request<PutBucketTaggingInput>,
    ) -> S3Result<S3Response<PutBucketTaggingOutput>> {
        self.set_tags(request).await?;
        Ok(S3Response::with_status(PutBucketTaggingOutput::default(), NO_CONTENT))
    }

    async fn put_bucket_ownership_controls(
        &self,
        request: S3Request<PutBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<PutBucketOwnershipControlsOutput>> {
        self.set_ownership(request).await?;
        Ok(S3Response::new(PutBucketOwnershipControlsOutput::default()))
    }

    async fn put_bucket_encryption(
        &self,
        request: S3Request<PutBucketEncryptionInput>,
    ) -> S3Result<S3Response<PutBucketEncryptionOutput>> {
        self.set_encryption(request).await?;
        Ok(S3Response::new(PutBucketEncryptionOutput::default()))
    }

    async fn delete_bucket_policy(
        &self,
        request: S3Request<DeleteBucketPolicyInput>,
    ) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, |row| row.policy = None).await?;
        Ok(S3Response::with_status(DeleteBucketPolicyOutput::default(), NO_CONTENT))
    }

    async fn delete_public_access_block(
        &self,
        request: S3Request<DeletePublicAccessBlockInput>,
    ) -> S3Result<S3Response<DeletePublicAccessBlockOutput>> {
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, |row| row.public_access = None).await?;
        Ok(S3Response::with_status(DeletePublicAccessBlockOutput::default(), NO_CONTENT))
    }

    async fn delete_bucket_tagging(
        &self,
        request: S3Request<DeleteBucketTaggingInput>,
    ) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, |row| row.tags.clear()).await?;
        Ok(S3Response::with_status(DeleteBucketTaggingOutput::default(), NO_CONTENT))
    }

    async fn delete_bucket_ownership_controls(
        &self,
        request: S3Request<DeleteBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<DeleteBucketOwnershipControlsOutput>> {
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, |row| row.ownership = None).await?;
        Ok(S3Response::with_status(DeleteBucketOwnershipControlsOutput::default(), NO_CONTENT))
    }

    async fn delete_bucket_encryption(
        &self,
        request: S3Request<DeleteBucketEncryptionInput>,
    ) -> S3Result<S3Response<DeleteBucketEncryptionOutput>> {
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, |row| row.encryption = model::bucket::Encryption::default()).await?;
        Ok(S3Response::with_status(DeleteBucketEncryptionOutput::default(), NO_CONTENT))
    }

    async fn get_bucket_policy(
        &self,
        request: S3Request<GetBucketPolicyInput>,
    ) -> S3Result<S3Response<GetBucketPolicyOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        settings::show_policy(&row)
    }

    async fn get_public_access_block(
        &self,
        request: S3Request<GetPublicAccessBlockInput>,
    ) -> S3Result<S3Response<GetPublicAccessBlockOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        settings::show_public_access(&row)
    }

    async fn get_bucket_tagging(
        &self,
        request: S3Request<GetBucketTaggingInput>,
    ) -> S3Result<S3Response<GetBucketTaggingOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        settings::show_tags(&row)
    }

    async fn get_bucket_ownership_controls(
        &self,
        request: S3Request<GetBucketOwnershipControlsInput>,
    ) -> S3Result<S3Response<GetBucketOwnershipControlsOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        settings::show_ownership(&row)
    }

    async fn get_bucket_encryption(
        &self,
        request: S3Request<GetBucketEncryptionInput>,
    ) -> S3Result<S3Response<GetBucketEncryptionOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        Ok(settings::show_encryption(&row))
    }

    async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        Ok(settings::show_versioning(&row))
    }

    async fn get_bucket_acl(
        &self,
        request: S3Request<GetBucketAclInput>,
    ) -> S3Result<S3Response<GetBucketAclOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        Ok(settings::show_acl(&row))
    }

    async fn get_bucket_request_payment(
        &self,
        request: S3Request<GetBucketRequestPaymentInput>,
    ) -> S3Result<S3Response<GetBucketRequestPaymentOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        Ok(settings::show_payer(&row))
    }

    async fn get_bucket_replication(
        &self,
        request: S3Request<GetBucketReplicationInput>,
    ) -> S3Result<S3Response<GetBucketReplicationOutput>> {
        self.bucket_of(&request.extensions, &request.input.bucket)?;
        Err(errors::error(
            S3ErrorCode::ReplicationConfigurationNotFoundError,
            "The replication configuration was not found",
        ))
    }

    async fn get_object_lock_configuration(
        &self,
        request: S3Request<GetObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<GetObjectLockConfigurationOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        settings::show_lock(&row)
    }

    async fn upload_part_copy(
        &self,
        request: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        self.copy_part(request).await
    }

    async fn get_bucket_cors(
        &self,
        request: S3Request<GetBucketCorsInput>,
    ) -> S3Result<S3Response<GetBucketCorsOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        cors::show(&row)
    }

    async fn put_bucket_cors(
        &self,
        request: S3Request<PutBucketCorsInput>,
    ) -> S3Result<S3Response<PutBucketCorsOutput>> {
        self.set_cors(request).await?;
        Ok(S3Response::new(PutBucketCorsOutput::default()))
    }

    async fn delete_bucket_cors(
        &self,
        request: S3Request<DeleteBucketCorsInput>,
    ) -> S3Result<S3Response<DeleteBucketCorsOutput>> {
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, |row| row.cors.clear()).await?;
        Ok(S3Response::with_status(DeleteBucketCorsOutput::default(), NO_CONTENT))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketLifecycleConfigurationOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        lifecycle::show(&row)
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        request: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketLifecycleConfigurationOutput>> {
        self.set_lifecycle(request).await
    }

    async fn delete_bucket_lifecycle(
        &self,
        request: S3Request<DeleteBucketLifecycleInput>,
    ) -> S3Result<S3Response<DeleteBucketLifecycleOutput>> {
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, |row| row.lifecycle.clear()).await?;
        Ok(S3Response::with_status(DeleteBucketLifecycleOutput::default(), NO_CONTENT))
    }

    async fn get_bucket_website(
        &self,
        request: S3Request<GetBucketWebsiteInput>,
    ) -> S3Result<S3Response<GetBucketWebsiteOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        website::show(&row)
    }

    async fn put_bucket_website(
        &self,
        request: S3Request<PutBucketWebsiteInput>,
    ) -> S3Result<S3Response<PutBucketWebsiteOutput>> {
        self.set_website(request).await?;
        Ok(S3Response::new(PutBucketWebsiteOutput::default()))
    }

    async fn delete_bucket_website(
        &self,
        request: S3Request<DeleteBucketWebsiteInput>,
    ) -> S3Result<S3Response<DeleteBucketWebsiteOutput>> {
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, |row| row.website = None).await?;
        Ok(S3Response::with_status(DeleteBucketWebsiteOutput::default(), NO_CONTENT))
    }

    async fn get_bucket_logging(
        &self,
        request: S3Request<GetBucketLoggingInput>,
    ) -> S3Result<S3Response<GetBucketLoggingOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        Ok(logging::show_logging(&row))
    }

    async fn put_bucket_logging(
        &self,
        request: S3Request<PutBucketLoggingInput>,
    ) -> S3Result<S3Response<PutBucketLoggingOutput>> {
        self.set_logging(request).await?;
        Ok(S3Response::new(PutBucketLoggingOutput::default()))
    }

    async fn get_bucket_accelerate_configuration(
        &self,
        request: S3Request<GetBucketAccelerateConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketAccelerateConfigurationOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        Ok(logging::show_acceleration(&row))
    }

    async fn put_bucket_accelerate_configuration(
        &self,
        request: S3Request<PutBucketAccelerateConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketAccelerateConfigurationOutput>> {
        self.set_acceleration(request).await?;
        Ok(S3Response::new(PutBucketAccelerateConfigurationOutput::default()))
    }

    async fn put_bucket_request_payment(
        &self,
        request: S3Request<PutBucketRequestPaymentInput>,
    ) -> S3Result<S3Response<PutBucketRequestPaymentOutput>> {
        self.set_payer(request).await?;
        Ok(S3Response::new(PutBucketRequestPaymentOutput::default()))
    }

    async fn get_bucket_notification_configuration(
        &self,
        request: S3Request<GetBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketNotificationConfigurationOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        Ok(notifications::show(&row))
    }

    async fn put_bucket_notification_configuration(
        &self,
        request: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketNotificationConfigurationOutput>> {
        self.set_notifications(request).await?;
        Ok(S3Response::new(PutBucketNotificationConfigurationOutput::default()))
    }

    async fn get_bucket_policy_status(
        &self,
        request: S3Request<GetBucketPolicyStatusInput>,
    ) -> S3Result<S3Response<GetBucketPolicyStatusOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        settings::show_policy_status(&row)
    }

    async fn delete_bucket_replication(
        &self,
        request: S3Request<DeleteBucketReplicationInput>,
    ) -> S3Result<S3Response<DeleteBucketReplicationOutput>> {
        // There never is one, so that none is left.
        self.bucket_of(&request.extensions, &request.input.bucket)?;
        Ok(S3Response::with_status(DeleteBucketReplicationOutput::default(), NO_CONTENT))
    }

    async fn put_bucket_acl(
        &self,
        request: S3Request<PutBucketAclInput>,
    ) -> S3Result<S3Response<PutBucketAclOutput>> {
        self.set_bucket_acl(request)
    }

    async fn put_object_acl(
        &self,
        request: S3Request<PutObjectAclInput>,
    ) -> S3Result<S3Response<PutObjectAclOutput>> {
        self.set_object_acl(request)
    }

    async fn get_object_acl(
        &self,
        request: S3Request<GetObjectAclInput>,
    ) -> S3Result<S3Response<GetObjectAclOutput>> {
        self.show_object_acl(request)
    }

    async fn get_object_attributes(
        &self,
        request: S3Request<GetObjectAttributesInput>,
    ) -> S3Result<S3Response<GetObjectAttributesOutput>> {
        self.show_attributes(request)
    }

    async fn get_object_retention(
        &self,
        request: S3Request<GetObjectRetentionInput>,
    ) -> S3Result<S3Response<GetObjectRetentionOutput>> {
        self.show_retention(request)
    }

    async fn get_object_legal_hold(
        &self,
        request: S3Request<GetObjectLegalHoldInput>,
    ) -> S3Result<S3Response<GetObjectLegalHoldOutput>> {
        self.show_legal_hold(request)
    }

    async fn list_bucket_inventory_configurations(
        &self,
        request: S3Request<ListBucketInventoryConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketInventoryConfigurationsOutput>> {
        self.list_inventories(request)
    }

    async fn list_bucket_metrics_configurations(
        &self,
        request: S3Request<ListBucketMetricsConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketMetricsConfigurationsOutput>> {
        self.list_metrics(request)
    }

    async fn list_bucket_analytics_configurations(
        &self,
        request: S3Request<ListBucketAnalyticsConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketAnalyticsConfigurationsOutput>> {
        self.list_analytics(request)
    }

    async fn list_bucket_intelligent_tiering_configurations(
        &self,
        request: S3Request<ListBucketIntelligentTieringConfigurationsInput>,
    ) -> S3Result<S3Response<ListBucketIntelligentTieringConfigurationsOutput>> {
        self.list_tierings(request)
    }

    async fn put_object_lock_configuration(
        &self,
        request: S3Request<PutObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<PutObjectLockConfigurationOutput>> {
        self.set_lock(request).await
    }

    async fn put_object_retention(
        &self,
        request: S3Request<PutObjectRetentionInput>,
    ) -> S3Result<S3Response<PutObjectRetentionOutput>> {
        self.set_retention(request).await
    }

    async fn put_object_legal_hold(
        &self,
        request: S3Request<PutObjectLegalHoldInput>,
    ) -> S3Result<S3Response<PutObjectLegalHoldOutput>> {
        self.set_legal_hold(request).await
    }

    async fn get_bucket_inventory_configuration(
        &self,
        request: S3Request<GetBucketInventoryConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketInventoryConfigurationOutput>> {
        Err(self.no_configuration(&request, &request.input.bucket))
    }

    async fn get_bucket_metrics_configuration(
        &self,
        request: S3Request<GetBucketMetricsConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketMetricsConfigurationOutput>> {
        Err(self.no_configuration(&request, &request.input.bucket))
    }

    async fn get_bucket_analytics_configuration(
        &self,
        request: S3Request<GetBucketAnalyticsConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketAnalyticsConfigurationOutput>> {
        Err(self.no_configuration(&request, &request.input.bucket))
    }

    async fn get_bucket_intelligent_tiering_configuration(
        &self,
        request: S3Request<GetBucketIntelligentTieringConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketIntelligentTieringConfigurationOutput>> {
        Err(self.no_configuration(&request, &request.input.bucket))
    }
}
