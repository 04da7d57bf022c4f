//! What S3's operations mean, one file for each family.

mod acl;
mod answer;
mod attributes;
mod bucket;
pub mod control;
mod cors;
mod deliver;
mod encryption;
mod errors;
mod hooks;
mod lifecycle;
mod list;
mod lock;
mod logging;
mod messenger;
mod multipart;
mod new_tags;
mod notifications;
mod object;
mod operations;
mod policy_resource;
mod settings;
mod tags;
mod unset;
mod website;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::bucket::Bucket;
use model::bucket_name::BucketName;
use model::partition::Partition;
use model::place::AccountId;
use model::timestamp::Timestamp as Moment;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::dto::{Owner, Tag, Timestamp};
use s3s::service::S3ServiceBuilder;
use s3s::{Body, S3Error, S3ErrorCode, S3Response, S3Result};
use tokio::sync::{RwLock, RwLockReadGuard};

use crate::objects::{Objects, Refusal};
use crate::surroundings::{Asker, Caller, Surroundings};
use errors::{error, no_such_bucket, not_implemented, of_bucket};
pub use hooks::bucket_of;

/// S3 as s3s calls it.
#[derive(Clone)]
pub struct S3Service {
    objects: Objects,
    around: Arc<dyn Surroundings>,
    /// Held for writing while a bucket is looked through and deleted, for reading while something is put into one.
    deleting: Arc<RwLock<()>>,
    limits: Arc<StaticConfigProvider>,
}

/// The longest XML that is read: ten thousand parts with their checksums take a quarter of it.
const XML_BYTES_MAX: usize = 4 << 20;
/// The longest fields of a browser's form, one and all together: "the form data and boundaries (excluding the contents of the file)
/// cannot exceed 20 KB" (POST Object).
const FORM_BYTES_MAX: usize = 20 << 10;
/// How many fields a form has.
const FORM_FIELDS_MAX: usize = 100;

fn limits() -> S3Config {
    let mut limits = S3Config::default();
    limits.xml_max_body_size = XML_BYTES_MAX;
    limits.form_max_field_size = FORM_BYTES_MAX;
    limits.form_max_fields_size = FORM_BYTES_MAX;
    limits.form_max_parts = FORM_FIELDS_MAX;
    limits
}

impl S3Service {
    /// The service, of these objects.
    pub fn new(objects: Objects, around: Arc<dyn Surroundings>) -> S3Service {
        let limits = Arc::new(StaticConfigProvider::new(Arc::new(limits())));
        S3Service { objects, around, deleting: Arc::default(), limits }
    }

    /// Answers a request of somebody.
    pub async fn answer(&self, request: hyper::Request<Body>, visit: Visit) -> hyper::Response<Body> {
        let mut builder = S3ServiceBuilder::new(self.clone());
        builder.set_auth(hooks::Auth(visit.asker.clone()));
        builder.set_access(hooks::Access(visit.asker));
        builder.set_host(hooks::Host);
        builder.set_config(Arc::clone(&self.limits) as _);
        let world = self.around.world();
        let about = answer::About { world: &world, partition: visit.partition, request_id: visit.request_id };
        answer::answer(&builder.build(), about, request).await
    }
}

impl S3Service {
    /// Ends what is due by the rules of buckets, and gives back what a crash has left of buckets that are gone.
    ///
    /// # Errors
    /// The disk fails.
    pub async fn keep_house(&self) -> Result<(), Refusal> {
        let found = self.objects.buckets()?;
        let (world, now) = (self.around.world(), self.around.now());
        let known: BTreeSet<u64> = world.buckets.values().map(|row| row.objects).collect();
        for gone in found.difference(&known) {
            self.objects.forget(*gone).await?;
        }
        for row in world.buckets.values().filter(|row| !row.lifecycle.is_empty()) {
            let telling = self.telling_of_rules(row, now);
            self.objects.apply_lifecycle(row, now, telling.as_ref()).await?;
        }
        Ok(())
    }
}

/// What the file of a form is called, where whoever serves has seen it: s3s does not tell.
#[derive(Clone, Debug)]
pub struct PostedFile(pub String);

/// One request's circumstances.
pub struct Visit {
    /// Who is behind it.
    pub asker: Arc<dyn Asker>,
    /// The partition that is called.
    pub partition: Partition,
    /// The number that the answer has.
    pub request_id: String,
}

impl S3Service {
    /// A bucket in the Region that was asked, and its name.
    fn bucket_of(&self, extensions: &hyper::http::Extensions, name: &str) -> S3Result<(BucketName, Bucket)> {
        let caller = caller(extensions)?;
        let name = named(caller, name).map_err(|_| no_such_bucket())?;
        let row = self.around.world().bucket(&name).map_err(of_bucket)?.clone();
        match row.region == caller.region {
            true => Ok((name, row)),
            false => Err(elsewhere(&row)),
        }
    }

    /// Holds off that a bucket is deleted, if it is still there.
    async fn still_there(
        &self,
        extensions: &hyper::http::Extensions,
        name: &str,
        objects: u64,
    ) -> S3Result<RwLockReadGuard<'_, ()>> {
        let held = self.deleting.read().await;
        match self.bucket_of(extensions, name)?.1.objects == objects {
            true => Ok(held),
            false => Err(no_such_bucket()),
        }
    }
}

/// What is told who asks for a bucket in another Region than its own.
pub fn elsewhere(row: &Bucket) -> S3Error {
    let message = "The bucket you are attempting to access must be addressed using the specified endpoint. Please send \
                   all future requests to this endpoint.";
    let mut error = error(S3ErrorCode::PermanentRedirect, message);
    let mut headers = hyper::HeaderMap::new();
    headers.insert("x-amz-bucket-region", hyper::header::HeaderValue::from_static(row.region.name()));
    error.set_headers(headers);
    error
}

fn caller(extensions: &hyper::http::Extensions) -> S3Result<&Caller> {
    extensions.get().ok_or_else(|| error(S3ErrorCode::AccessDenied, "Access Denied"))
}

fn named(caller: &Caller, name: &str) -> S3Result<BucketName> {
    let invalid = |_| error(S3ErrorCode::InvalidBucketName, "The specified bucket is not valid.");
    BucketName::new(caller.region.partition(), name).map_err(invalid)
}

/// ACLs say nothing here, and nobody may think that they do.
fn check_acl(row: &Bucket, canned: Option<&str>) -> S3Result<()> {
    match canned {
        None | Some("private" | "bucket-owner-full-control") => Ok(()),
        Some(_) if row.ownership == Some(model::bucket::ObjectOwnership::BucketOwnerEnforced) => {
            Err(error(S3ErrorCode::AccessControlListNotSupported, "The bucket does not allow ACLs"))
        }
        Some(_) => Err(not_implemented()),
    }
}

fn header<T>(response: &mut S3Response<T>, name: &'static str, value: &str) {
    if let Ok(value) = hyper::header::HeaderValue::from_str(value) {
        response.headers.insert(name, value);
    }
}

/// Who owns an account's buckets: 64 digits that follow from its number, as AWS's canonical identifiers look.
fn owner(account: AccountId) -> Owner {
    use s3s::crypto::{Checksum, Sha256};
    let digest = Sha256::checksum(account.to_string().as_bytes());
    Owner { id: Some(crate::objects::hex(&digest)), display_name: None }
}

fn time(of: Moment) -> Timestamp {
    let since = Duration::from_millis(of.as_millis().max(0).unsigned_abs());
    Timestamp::from(SystemTime::UNIX_EPOCH + since)
}

fn moment(of: &Timestamp) -> Moment {
    let mut text = Vec::new();
    let written = of.format(s3s::dto::TimestampFormat::EpochSeconds, &mut text);
    let seconds = written.ok().and_then(|()| std::str::from_utf8(&text).ok()?.parse::<f64>().ok());
    Moment::from_millis((seconds.unwrap_or_default() * 1000.0) as i64)
}

/// How many tags something has, and what is said of more.
type TagsMax = (usize, &'static str);
const OF_OBJECTS: TagsMax = (10, "Object tags cannot be greater than 10");
const OF_BUCKETS: TagsMax = (50, "Bucket tags cannot be greater than 50");

/// Tags as they are kept.
fn tags_of(set: &[Tag], (max, message): TagsMax) -> S3Result<BTreeMap<String, String>> {
    if set.len() > max {
        return Err(errors::other("BadRequest", hyper::StatusCode::BAD_REQUEST, message));
    }
    let mut tags = BTreeMap::new();
    for Tag { key, value } in set {
        let (key, value) = (key.clone().unwrap_or_default(), value.clone().unwrap_or_default());
        if key.is_empty() || key.chars().count() > 128 {
            return Err(error(S3ErrorCode::InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(error(S3ErrorCode::InvalidTag, "The TagValue you have provided is invalid"));
        }
        if key.starts_with("aws:") {
            let message = "System tags cannot be added/updated by requester";
            return Err(error(S3ErrorCode::InvalidTag, message));
        }
        if tags.insert(key, value).is_some() {
            return Err(error(S3ErrorCode::InvalidTag, "Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(tags)
}

fn to_tag_set(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) }).collect()
}
