//! What S3 needs of the program that it is in: the world, who asks, and whether he may.

use std::sync::Arc;

use async_trait::async_trait;
use awsproto::delivery::Courier;
use model::bucket::BucketRefusal;
use model::place::{AccountId, Region};
use model::timestamp::Timestamp;
use model::world::World;
use s3s::S3Result;

use crate::operations::Operation;

/// A change of the world.
pub type WorldChange = Box<dyn FnOnce(&mut World) -> Result<(), BucketRefusal> + Send>;

/// Why the world was not changed.
#[derive(Clone, Debug, PartialEq)]
pub enum NotChanged {
    /// The change refused.
    Refused(BucketRefusal),
    /// It could not be stored.
    NotStored(String),
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose.
    pub account: AccountId,
    /// Who, as refusals call them.
    pub arn: String,
    /// The Region that was asked.
    pub region: Region,
    /// Who, as identifiers of IAM say it; `None` of whoever signs nothing.
    pub user_id: Option<String>,
    /// The address that the request was seen with.
    pub address: String,
}

/// What is asked, before it is done.
pub struct Asked<'a> {
    /// The operation, with its actions of IAM.
    pub operation: &'static Operation,
    /// The action that it needs here.
    pub action: &'static str,
    /// The bucket, if it is about one.
    pub bucket: Option<&'a str>,
    /// The object's key, if it is about one.
    pub key: Option<&'a str>,
    /// The version, if one is named.
    pub version: Option<&'a str>,
    /// The access key that signed; `None` if nobody did.
    pub access_key: Option<&'a str>,
    /// Parameters and headers, for the keys of conditions.
    pub uri: &'a hyper::Uri,
    /// Headers.
    pub headers: &'a hyper::HeaderMap,
}

/// Who is behind one request, before anybody believes it.
pub trait Asker: Send + Sync + 'static {
    /// The secret of an access key that the request is signed with.
    ///
    /// # Errors
    /// Nobody has the key, or not any more: in AWS's words.
    fn secret(&self, access_key: &str) -> S3Result<String>;

    /// Who asks, if he may.
    ///
    /// # Errors
    /// AccessDenied, in AWS's words.
    fn authorize(&self, asked: &Asked<'_>) -> S3Result<Caller>;
}

/// What S3 needs of the program that it is in.
#[async_trait]
pub trait Surroundings: Send + Sync + 'static {
    /// What there is.
    fn world(&self) -> Arc<World>;

    /// Changes it, and returns when that is durable.
    async fn change(&self, change: WorldChange) -> Result<(), NotChanged>;

    /// The moment.
    fn now(&self) -> Timestamp;

    /// Random bits.
    fn bits(&self) -> u128;

    /// Who brings to queues and topics what happens to objects; `None` where there are none.
    fn courier(&self) -> Option<Arc<dyn Courier>>;
}
