//! What AWS's own services may do in buckets, in their own names: what a bucket's policy says about it, and nothing else.
//!
//! Follows "Amazon S3 bucket permissions for flow logs" (VPC User Guide) and "Export log data to Amazon S3" (Amazon CloudWatch
//! Logs User Guide).

use policy::{Context, Principal};

use crate::bucket::Bucket;
use crate::place::Scope;

/// Who writes into a bucket, and for whom.
#[derive(Clone, Debug)]
pub(crate) struct Deliverer<'a> {
    /// The service, as policies name it before the domain.
    pub(crate) service: &'a str,
    /// For whose resource, and where.
    pub(crate) scope: Scope,
    /// The ARN of the resource.
    pub(crate) source: String,
}

impl Deliverer<'_> {
    /// Whether a bucket's policy lets the service do this to the bucket, or to an object in it.
    pub(crate) fn may(&self, bucket: &Bucket, action: &str, key: Option<&str>) -> bool {
        let Some(document) = &bucket.policy else { return false };
        let (bucket_arn, owner) = (bucket.arn(), bucket.account.to_string());
        let resource = key.map_or(bucket_arn.clone(), |key| format!("{bucket_arn}/{key}"));
        self.scope.region.partition().service_principals(self.service).iter().any(|service| {
            let principal = Principal::Service(service);
            let mut context = Context::new()
                .with("aws:SourceAccount", self.scope.account.to_string())
                .with("aws:SourceArn", self.source.clone())
                .with("aws:SecureTransport", "true")
                .with("aws:ResourceAccount", owner.clone());
            if key.is_some() {
                context = context.with("s3:x-amz-acl", "bucket-owner-full-control");
            }
            principal.describe(&mut context);
            let request = policy::Request {
                action,
                resource: &resource,
                resource_account: Some(&owner),
                principal: &principal,
                context: &context,
            };
            document.lets(&bucket_arn, &request)
        })
    }
}
