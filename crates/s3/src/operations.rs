//! The operations that are there, and the actions of IAM that they need.
//!
//! Follows "Required permissions for Amazon S3 API operations" (Amazon S3 User Guide).

pub mod control;

/// What a permission is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The account.
    Account,
    /// A bucket.
    Bucket,
    /// An object.
    Object,
    /// Several objects, each of which is asked about apart.
    EachObject,
}

/// An operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// The action that it needs; reading and deleting a version needs the action's `Version` form instead.
    pub action: &'static str,
    /// The action if a version is named.
    pub version_action: Option<&'static str>,
    /// What it is about.
    pub level: Level,
}

impl Operation {
    /// Whether it only asks.
    pub fn is_read(&self) -> bool {
        reads(self.action)
    }
}

/// Whether who does this changes nothing.
pub fn reads(action: &str) -> bool {
    ["s3:Get", "s3:List"].iter().any(|it| action.starts_with(it))
}

const fn row(name: &'static str, action: &'static str, level: Level) -> Operation {
    Operation { name, action, version_action: None, level }
}

const fn versioned(name: &'static str, action: &'static str, version_action: &'static str) -> Operation {
    Operation { name, action, version_action: Some(version_action), level: Level::Object }
}

use Level::{Account, Bucket, EachObject, Object};

/// What is asked about with others, and not called by itself.
pub const ASKED_ALONE: &str = "BypassGovernanceRetention";

/// All that are there; what S3 has besides answers NotImplemented.
pub const OPERATIONS: &[Operation] = &[
    row("AbortMultipartUpload", "s3:AbortMultipartUpload", Object),
    row("CompleteMultipartUpload", "s3:PutObject", Object),
    // The source is asked about apart.
    row("CopyObject", "s3:PutObject", Object),
    row("CreateBucket", "s3:CreateBucket", Bucket),
    row("CreateMultipartUpload", "s3:PutObject", Object),
    row("DeleteBucket", "s3:DeleteBucket", Bucket),
    row("DeleteBucketCors", "s3:PutBucketCORS", Bucket),
    row("DeleteBucketEncryption", "s3:PutEncryptionConfiguration", Bucket),
    row("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", Bucket),
    row("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", Bucket),
    row("DeleteBucketPolicy", "s3:DeleteBucketPolicy", Bucket),
    row("DeleteBucketReplication", "s3:PutReplicationConfiguration", Bucket),
    row("DeleteBucketTagging", "s3:PutBucketTagging", Bucket),
    row("DeleteBucketWebsite", "s3:DeleteBucketWebsite", Bucket),
    versioned("DeleteObject", "s3:DeleteObject", "s3:DeleteObjectVersion"),
    row("DeleteObjects", "s3:DeleteObject", EachObject),
    versioned("DeleteObjectTagging", "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    row("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", Bucket),
    row("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration", Bucket),
    row("GetBucketAcl", "s3:GetBucketAcl", Bucket),
    row("GetBucketAnalyticsConfiguration", "s3:GetAnalyticsConfiguration", Bucket),
    row("GetBucketCors", "s3:GetBucketCORS", Bucket),
    row("GetBucketEncryption", "s3:GetEncryptionConfiguration", Bucket),
    row("GetBucketIntelligentTieringConfiguration", "s3:GetIntelligentTieringConfiguration", Bucket),
    row("GetBucketInventoryConfiguration", "s3:GetInventoryConfiguration", Bucket),
    row("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", Bucket),
    row("GetBucketLocation", "s3:GetBucketLocation", Bucket),
    row("GetBucketLogging", "s3:GetBucketLogging", Bucket),
    row("GetBucketMetricsConfiguration", "s3:GetMetricsConfiguration", Bucket),
    row("GetBucketNotificationConfiguration", "s3:GetBucketNotification", Bucket),
    row("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", Bucket),
    row("GetBucketPolicy", "s3:GetBucketPolicy", Bucket),
    row("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", Bucket),
    row("GetBucketReplication", "s3:GetReplicationConfiguration", Bucket),
    row("GetBucketRequestPayment", "s3:GetBucketRequestPayment", Bucket),
    row("GetBucketTagging", "s3:GetBucketTagging", Bucket),
    row("GetBucketVersioning", "s3:GetBucketVersioning", Bucket),
    row("GetBucketWebsite", "s3:GetBucketWebsite", Bucket),
    versioned("GetObject", "s3:GetObject", "s3:GetObjectVersion"),
    versioned("GetObjectAcl", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    versioned("GetObjectAttributes", "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"),
    row("GetObjectLegalHold", "s3:GetObjectLegalHold", Object),
    row("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", Bucket),
    row("GetObjectRetention", "s3:GetObjectRetention", Object),
    versioned("GetObjectTagging", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    row("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", Bucket),
    row("HeadBucket", "s3:ListBucket", Bucket),
    versioned("HeadObject", "s3:GetObject", "s3:GetObjectVersion"),
    row("ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration", Bucket),
    row("ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration", Bucket),
    row("ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration", Bucket),
    row("ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration", Bucket),
    row("ListBuckets", "s3:ListAllMyBuckets", Account),
    row("ListMultipartUploads", "s3:ListBucketMultipartUploads", Bucket),
    row("ListObjects", "s3:ListBucket", Bucket),
    row("ListObjectsV2", "s3:ListBucket", Bucket),
    row("ListObjectVersions", "s3:ListBucketVersions", Bucket),
    row("ListParts", "s3:ListMultipartUploadParts", Object),
    // About the key, which the form says.
    row("PostObject", "s3:PutObject", EachObject),
    row("PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration", Bucket),
    row("PutBucketAcl", "s3:PutBucketAcl", Bucket),
    row("PutBucketCors", "s3:PutBucketCORS", Bucket),
    row("PutBucketEncryption", "s3:PutEncryptionConfiguration", Bucket),
    row("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", Bucket),
    row("PutBucketLogging", "s3:PutBucketLogging", Bucket),
    row("PutBucketNotificationConfiguration", "s3:PutBucketNotification", Bucket),
    row("PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", Bucket),
    row("PutBucketPolicy", "s3:PutBucketPolicy", Bucket),
    row("PutBucketRequestPayment", "s3:PutBucketRequestPayment", Bucket),
    row("PutBucketTagging", "s3:PutBucketTagging", Bucket),
    row("PutBucketVersioning", "s3:PutBucketVersioning", Bucket),
    row("PutBucketWebsite", "s3:PutBucketWebsite", Bucket),
    row("PutObject", "s3:PutObject", Object),
    versioned("PutObjectAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    row("PutObjectLegalHold", "s3:PutObjectLegalHold", Object),
    row("PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", Bucket),
    row("PutObjectRetention", "s3:PutObjectRetention", Object),
    versioned("PutObjectTagging", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
    row("PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", Bucket),
    row("UploadPart", "s3:PutObject", Object),
    row("UploadPartCopy", "s3:PutObject", Object),
];

/// What is no operation, but a permission that some ask about besides their own.
const BESIDES: &[Operation] = &[row("BypassGovernanceRetention", "s3:BypassGovernanceRetention", Object)];

/// The operation of a name, if it is there.
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().chain(BESIDES).find(|it| it.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_and_in_order() {
        let names: Vec<_> = OPERATIONS.iter().map(|it| it.name.to_ascii_lowercase()).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        assert_eq!(operation("GetObject").and_then(|it| it.version_action), Some("s3:GetObjectVersion"));
        assert!(operation("SelectObjectContent").is_none());
    }
}
