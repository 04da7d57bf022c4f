//! What a bucket is set to. What cannot be set here answers as AWS does where it is not set.

use model::bucket::{
    BlockPublicAccess, Bucket as Row, Encryption, EncryptionAlgorithm, LockMode,
    ObjectOwnership as Ownership, RetentionUnit, Versioning,
};
use policy::{Document, Kind};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::errors::{error, not_implemented, of_change, other};
use super::{OF_BUCKETS, S3Service, tags_of, to_tag_set};
use crate::surroundings::Caller;

/// The largest bucket policy.
const POLICY_MAX: usize = 20 * 1024;

impl S3Service {
    /// Changes the row of a bucket of the caller's.
    pub(super) async fn set<T>(
        &self,
        request: &S3Request<T>,
        bucket: &str,
        change: impl FnOnce(&mut Row) + Send + 'static,
    ) -> S3Result<()> {
        let (name, _) = self.bucket_of(&request.extensions, bucket)?;
        let change = move |world: &mut model::world::World| world.bucket_mut(&name).map(change);
        self.around.change(Box::new(change)).await.map_err(of_change)
    }

    pub(super) async fn set_versioning(&self, request: S3Request<PutBucketVersioningInput>) -> S3Result<()> {
        let input = &request.input;
        let (name, _) = self.bucket_of(&request.extensions, &input.bucket)?;
        let to = match input.versioning_configuration.status.as_ref().map(|it| it.as_str()) {
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") => Versioning::Suspended,
            Some(_) => return Err(malformed()),
            None => {
                let message = "The Versioning element must be specified";
                return Err(error(S3ErrorCode::IllegalVersioningConfigurationException, message));
            }
        };
        let change = move |world: &mut model::world::World| world.set_bucket_versioning(&name, to);
        self.around.change(Box::new(change)).await.map_err(of_change)
    }

    pub(super) async fn set_policy(&self, request: S3Request<PutBucketPolicyInput>) -> S3Result<()> {
        let text = &request.input.policy;
        if text.len() > POLICY_MAX {
            return Err(bad_policy(
                "Normalized policy document exceeds the maximum allowed size of 20480 bytes.",
            ));
        }
        if !text.trim_start().starts_with('{') || serde_json::from_str::<serde_json::Value>(text).is_err() {
            return Err(bad_policy("Policies must be valid JSON and the first byte must be '{'"));
        }
        let document = Document::parse(text, Kind::Resource).map_err(|it| bad_policy(it.to_string()))?;
        let bucket = request.input.bucket.clone();
        let read = serde_json::from_str(text).map_err(|it| bad_policy(it.to_string()))?;
        if !super::policy_resource::is_about(&read, &bucket) {
            return Err(bad_policy("Policy has invalid resource"));
        }
        let (name, row) = self.bucket_of(&request.extensions, &bucket)?;
        let is_blocked = self.around.world().public_access_of(&row).block_public_policy;
        if is_blocked && crate::public::is_public(&read) {
            return Err(public_policy(super::caller(&request.extensions)?, &name.arn()));
        }
        self.set(&request, &bucket, move |row| row.policy = Some(document)).await
    }

    pub(super) async fn set_public_access(
        &self,
        request: S3Request<PutPublicAccessBlockInput>,
    ) -> S3Result<()> {
        let it = &request.input.public_access_block_configuration;
        let block = BlockPublicAccess {
            block_public_acls: it.block_public_acls == Some(true),
            ignore_public_acls: it.ignore_public_acls == Some(true),
            block_public_policy: it.block_public_policy == Some(true),
            restrict_public_buckets: it.restrict_public_buckets == Some(true),
        };
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, move |row| row.public_access = Some(block)).await
    }

    pub(super) async fn set_tags(&self, request: S3Request<PutBucketTaggingInput>) -> S3Result<()> {
        let tags = tags_of(&request.input.tagging.tag_set, OF_BUCKETS)?;
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, move |row| row.tags = tags).await
    }

    pub(super) async fn set_ownership(
        &self,
        request: S3Request<PutBucketOwnershipControlsInput>,
    ) -> S3Result<()> {
        let [rule] = request.input.ownership_controls.rules.as_slice() else { return Err(malformed()) };
        let to = ownership(&rule.object_ownership)?;
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, move |row| row.ownership = Some(to)).await
    }

    pub(super) async fn set_encryption(&self, request: S3Request<PutBucketEncryptionInput>) -> S3Result<()> {
        let rules = request.input.server_side_encryption_configuration.rules.as_slice();
        let [rule] = rules else { return Err(malformed()) };
        let by = rule.apply_server_side_encryption_by_default.as_ref().ok_or_else(malformed)?;
        let algorithm = match by.sse_algorithm.as_str() {
            "AES256" => EncryptionAlgorithm::Aes256,
            // KMS is not there: what would be said of objects would not be so.
            "aws:kms" | "aws:kms:dsse" => return Err(not_implemented()),
            _ => return Err(malformed()),
        };
        let kms_key = by.kms_master_key_id.clone();
        if algorithm == EncryptionAlgorithm::Aes256 && kms_key.is_some() {
            let message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse";
            return Err(error(S3ErrorCode::InvalidArgument, message));
        }
        let to = Encryption { algorithm, kms_key, bucket_key: rule.bucket_key_enabled == Some(true) };
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, move |row| row.encryption = to).await
    }
}

pub(super) fn show_policy(row: &Row) -> S3Result<S3Response<GetBucketPolicyOutput>> {
    let missing = || error(S3ErrorCode::NoSuchBucketPolicy, "The bucket policy does not exist");
    let policy = row.policy.as_ref().ok_or_else(missing)?.text().to_owned();
    Ok(S3Response::new(GetBucketPolicyOutput { policy: Some(policy) }))
}

pub(super) fn show_policy_status(row: &Row) -> S3Result<S3Response<GetBucketPolicyStatusOutput>> {
    let missing = || error(S3ErrorCode::NoSuchBucketPolicy, "The bucket policy does not exist");
    let text = row.policy.as_ref().ok_or_else(missing)?.text();
    // What cannot be read allows nothing.
    let is_public = serde_json::from_str(text).is_ok_and(|it| crate::public::is_public(&it));
    let policy_status = Some(PolicyStatus { is_public: Some(is_public) });
    Ok(S3Response::new(GetBucketPolicyStatusOutput { policy_status }))
}

fn public_policy(caller: &Caller, bucket: &str) -> S3Error {
    let user = &caller.arn;
    let message = format!(
        "User: {user} is not authorized to perform: s3:PutBucketPolicy on resource: \"{bucket}\" because public policies \
         are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
    );
    error(S3ErrorCode::AccessDenied, message)
}

pub(super) fn show_public_access(row: &Row) -> S3Result<S3Response<GetPublicAccessBlockOutput>> {
    let message = "The public access block configuration was not found";
    let missing = || other("NoSuchPublicAccessBlockConfiguration", hyper::StatusCode::NOT_FOUND, message);
    let it = row.public_access.ok_or_else(missing)?;
    let public_access_block_configuration = Some(PublicAccessBlockConfiguration {
        block_public_acls: Some(it.block_public_acls),
        ignore_public_acls: Some(it.ignore_public_acls),
        block_public_policy: Some(it.block_public_policy),
        restrict_public_buckets: Some(it.restrict_public_buckets),
    });
    Ok(S3Response::new(GetPublicAccessBlockOutput { public_access_block_configuration }))
}

pub(super) fn show_tags(row: &Row) -> S3Result<S3Response<GetBucketTaggingOutput>> {
    if row.tags.is_empty() {
        return Err(error(S3ErrorCode::NoSuchTagSet, "The TagSet does not exist"));
    }
    Ok(S3Response::new(GetBucketTaggingOutput { tag_set: to_tag_set(&row.tags) }))
}

pub(super) fn show_ownership(row: &Row) -> S3Result<S3Response<GetBucketOwnershipControlsOutput>> {
    let message = "The bucket ownership controls were not found";
    let missing = || error(S3ErrorCode::OwnershipControlsNotFoundError, message);
    let is = match row.ownership.ok_or_else(missing)? {
        Ownership::BucketOwnerEnforced => "BucketOwnerEnforced",
        Ownership::BucketOwnerPreferred => "BucketOwnerPreferred",
        Ownership::ObjectWriter => "ObjectWriter",
    };
    let rules = vec![OwnershipControlsRule { object_ownership: ObjectOwnership::from_static(is) }];
    Ok(S3Response::new(GetBucketOwnershipControlsOutput {
        ownership_controls: Some(OwnershipControls { rules }),
    }))
}

pub(super) fn show_encryption(row: &Row) -> S3Response<GetBucketEncryptionOutput> {
    let by = ServerSideEncryptionByDefault {
        sse_algorithm: ServerSideEncryption::from_static(algorithm_name(row.encryption.algorithm)),
        kms_master_key_id: row.encryption.kms_key.clone(),
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(by),
        bucket_key_enabled: Some(row.encryption.bucket_key),
    };
    let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
    S3Response::new(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) })
}

pub(super) fn algorithm_name(algorithm: EncryptionAlgorithm) -> &'static str {
    match algorithm {
        EncryptionAlgorithm::Aes256 => "AES256",
        EncryptionAlgorithm::Kms => "aws:kms",
        EncryptionAlgorithm::KmsDsse => "aws:kms:dsse",
    }
}

pub(super) fn ownership(asked: &ObjectOwnership) -> S3Result<Ownership> {
    match asked.as_str() {
        "BucketOwnerEnforced" => Ok(Ownership::BucketOwnerEnforced),
        "BucketOwnerPreferred" => Ok(Ownership::BucketOwnerPreferred),
        "ObjectWriter" => Ok(Ownership::ObjectWriter),
        _ => Err(malformed()),
    }
}

pub(super) fn show_versioning(row: &Row) -> S3Response<GetBucketVersioningOutput> {
    let status = row.versioning.map(|it| match it {
        Versioning::Enabled => BucketVersioningStatus::from_static("Enabled"),
        Versioning::Suspended => BucketVersioningStatus::from_static("Suspended"),
    });
    S3Response::new(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
}

pub(super) fn show_acl(row: &Row) -> S3Response<GetBucketAclOutput> {
    let owner = super::owner(row.account);
    let grantee = Grantee {
        id: owner.id.clone(),
        type_: Type::from_static("CanonicalUser"),
        display_name: None,
        email_address: None,
        uri: None,
    };
    let grant = Grant { grantee: Some(grantee), permission: Some(Permission::from_static("FULL_CONTROL")) };
    S3Response::new(GetBucketAclOutput { grants: Some(vec![grant]), owner: Some(owner) })
}

pub(super) fn show_payer(row: &Row) -> S3Response<GetBucketRequestPaymentOutput> {
    let payer = if row.requester_pays { "Requester" } else { "BucketOwner" };
    S3Response::new(GetBucketRequestPaymentOutput { payer: Some(Payer::from_static(payer)) })
}

pub(super) fn show_lock(row: &Row) -> S3Result<S3Response<GetObjectLockConfigurationOutput>> {
    let message = "Object Lock configuration does not exist for this bucket";
    let missing = || error(S3ErrorCode::ObjectLockConfigurationNotFoundError, message);
    let lock = row.object_lock.ok_or_else(missing)?;
    let rule = lock.default.map(|it| {
        let mode = match it.mode {
            LockMode::Governance => "GOVERNANCE",
            LockMode::Compliance => "COMPLIANCE",
        };
        let is_days = it.unit == RetentionUnit::Days;
        ObjectLockRule {
            default_retention: Some(DefaultRetention {
                mode: Some(ObjectLockRetentionMode::from_static(mode)),
                days: Some(it.count).filter(|_| is_days),
                years: Some(it.count).filter(|_| !is_days),
            }),
        }
    });
    let configuration = ObjectLockConfiguration {
        object_lock_enabled: Some(ObjectLockEnabled::from_static("Enabled")),
        rule,
    };
    let object_lock_configuration = Some(configuration);
    Ok(S3Response::new(GetObjectLockConfigurationOutput { object_lock_configuration }))
}

pub(super) fn malformed() -> S3Error {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    error(S3ErrorCode::MalformedXML, message)
}

fn bad_policy(message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    error(S3ErrorCode::MalformedPolicy, message)
}
