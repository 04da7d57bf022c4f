//! ACLs where they are off, and as far as they say no more than the owner's full control.
//!
//! Follows "Controlling ownership of objects and disabling ACLs for your bucket" (Amazon S3 User Guide).

use hyper::HeaderMap;
use model::bucket::{Bucket as Row, ObjectOwnership as Ownership};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::errors::{error, not_implemented, of_object};
use super::settings::malformed;
use super::{S3Service, owner};

/// Headers that give rights away.
const GRANTS: [&str; 5] = [
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
];

impl S3Service {
    pub(super) fn set_bucket_acl(
        &self,
        request: S3Request<PutBucketAclInput>,
    ) -> S3Result<S3Response<PutBucketAclOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = &request.input;
        let canned = input.acl.as_ref().map(|it| it.as_str());
        check(&row, canned, input.access_control_policy.as_ref(), &request.headers)?;
        Ok(S3Response::new(PutBucketAclOutput::default()))
    }

    pub(super) fn set_object_acl(
        &self,
        request: S3Request<PutObjectAclInput>,
    ) -> S3Result<S3Response<PutObjectAclOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = &request.input;
        self.objects.find(row.objects, &input.key, input.version_id.as_deref()).map_err(of_object)?;
        let canned = input.acl.as_ref().map(|it| it.as_str());
        check(&row, canned, input.access_control_policy.as_ref(), &request.headers)?;
        Ok(S3Response::new(PutObjectAclOutput::default()))
    }

    pub(super) fn show_object_acl(
        &self,
        request: S3Request<GetObjectAclInput>,
    ) -> S3Result<S3Response<GetObjectAclOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let input = &request.input;
        self.objects.find(row.objects, &input.key, input.version_id.as_deref()).map_err(of_object)?;
        let bucket = super::settings::show_acl(&row).output;
        Ok(S3Response::new(GetObjectAclOutput {
            grants: bucket.grants,
            owner: bucket.owner,
            request_charged: None,
        }))
    }
}

/// Refuses rights that are given away with something new.
pub(super) fn check_grants(row: &Row, headers: &HeaderMap) -> S3Result<()> {
    match GRANTS.iter().any(|it| headers.contains_key(*it)) {
        true => Err(unsupported(row)),
        false => Ok(()),
    }
}

/// The same where a bucket is made.
pub(super) fn check_new(
    canned: Option<&BucketCannedACL>,
    ownership: Option<&s3s::dto::ObjectOwnership>,
    headers: &HeaderMap,
) -> S3Result<()> {
    let is_open = canned.is_some_and(|it| it.as_str() != "private");
    if !is_open && !GRANTS.iter().any(|it| headers.contains_key(*it)) {
        return Ok(());
    }
    match ownership.map(|it| it.as_str()) {
        None | Some("BucketOwnerEnforced") => Err(error(
            S3ErrorCode::InvalidBucketAclWithObjectOwnership,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )),
        Some(_) => Err(not_implemented()),
    }
}

fn check(
    row: &Row,
    canned: Option<&str>,
    sent: Option<&AccessControlPolicy>,
    headers: &HeaderMap,
) -> S3Result<()> {
    check_grants(row, headers)?;
    match (canned, sent) {
        (Some("bucket-owner-full-control"), None) => Ok(()),
        (Some("private"), None) if row.ownership != Some(Ownership::BucketOwnerEnforced) => Ok(()),
        (Some(_), None) => Err(unsupported(row)),
        (None, Some(sent)) => match is_owners(sent, row) {
            true => Ok(()),
            false => Err(unsupported(row)),
        },
        (None, None) => Err(malformed()),
        (Some(_), Some(_)) => {
            let message = "Specifying both Canned ACLs and Header Grants is not allowed";
            Err(error(S3ErrorCode::InvalidRequest, message))
        }
    }
}

/// Whether it says nothing but that the owner has full control.
fn is_owners(sent: &AccessControlPolicy, row: &Row) -> bool {
    let own = owner(row.account).id;
    let is_own = |it: &Grant| {
        it.permission.as_ref().is_some_and(|it| it.as_str() == "FULL_CONTROL")
            && it.grantee.as_ref().is_some_and(|it| it.id == own)
    };
    let grants = sent.grants.as_deref().unwrap_or_default();
    !grants.is_empty()
        && grants.iter().all(is_own)
        && sent.owner.as_ref().is_none_or(|it| it.id.is_none() || it.id == own)
}

fn unsupported(row: &Row) -> S3Error {
    match row.ownership {
        Some(Ownership::BucketOwnerEnforced) => {
            error(S3ErrorCode::AccessControlListNotSupported, "The bucket does not allow ACLs")
        }
        // Nobody may think that others can read what they cannot.
        Some(Ownership::BucketOwnerPreferred | Ownership::ObjectWriter) | None => not_implemented(),
    }
}
