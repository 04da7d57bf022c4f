//! Buckets, and what they are set to. What is in them is not here: objects are bulk data.
//!
//! Follows "General purpose buckets overview" (Amazon S3 User Guide) and CreateBucket (Amazon S3 API Reference). ACLs are off,
//! as they are for new buckets. No replication, inventories, metrics, analytics or intelligent tiering.

use std::collections::BTreeMap;

use policy::Document;
use serde::{Deserialize, Serialize};

use crate::bucket_name::BucketName;
use crate::bucket_notifications::Notifications;
use crate::bucket_website::Website;
use crate::ids::Ids;
use crate::link::Link;
use crate::place::{AccountId, Region};
use crate::quotas::BUCKETS_MAX;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::World;

/// A bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Its name; the key has the partition, too.
    pub name: String,
    /// Under what its objects are kept. A bucket that is made again has another one.
    pub objects: u64,
    /// The owner.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// When it was made.
    pub created: Timestamp,
    /// Whether objects keep their former versions; `None` until it is said.
    pub versioning: Option<Versioning>,
    /// Whose objects are; `None` if the controls were deleted.
    pub ownership: Option<ObjectOwnership>,
    /// What is closed to the public; `None` if the block was deleted.
    pub public_access: Option<BlockPublicAccess>,
    /// Who may do what.
    pub policy: Option<Document>,
    /// How objects are encrypted that do not say it.
    pub encryption: Encryption,
    /// Which pages' scripts may call; none until they are given.
    pub cors: Vec<CorsRule>,
    /// What becomes of old objects; none until they are given.
    pub lifecycle: Vec<LifecycleRule>,
    /// Whether objects can be locked.
    pub object_lock: Option<ObjectLock>,
    /// Whether who asks pays.
    pub requester_pays: bool,
    /// Tags.
    pub tags: Tags,
    /// From how many bytes on lifecycle rules move objects that do not say it.
    #[serde(default)]
    pub transition_minimum: TransitionMinimum,
    /// What a browser finds at the bucket's website.
    #[serde(default)]
    pub website: Option<Website>,
    /// Where requests are noted.
    #[serde(default)]
    pub logging: Option<AccessLogs>,
    /// Who hears of what happens to objects.
    #[serde(default)]
    pub notifications: Notifications,
    /// Whether far clients have a nearer way; `None` until it is said.
    #[serde(default)]
    pub acceleration: Option<Acceleration>,
}

/// What becomes of an object's former versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// They are kept.
    Enabled,
    /// Those that there are stay.
    Suspended,
}

/// Whose objects are, and whether ACLs say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectOwnership {
    /// "ACLs are disabled, and the bucket owner automatically owns and has full control over every object".
    BucketOwnerEnforced,
    /// The bucket owner's, if the writer says so.
    BucketOwnerPreferred,
    /// Who writes an object owns it.
    ObjectWriter,
}

/// What is closed to the public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockPublicAccess {
    /// No new public ACLs.
    pub block_public_acls: bool,
    /// Public ACLs say nothing.
    pub ignore_public_acls: bool,
    /// No new public policies.
    pub block_public_policy: bool,
    /// A public policy lets only the owner's account and AWS's services in.
    pub restrict_public_buckets: bool,
}

impl BlockPublicAccess {
    /// Nothing of it.
    pub const NOTHING: BlockPublicAccess = BlockPublicAccess {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };

    /// What either of two closes: "Amazon S3 applies the most restrictive combination".
    #[must_use]
    pub fn or(self, other: BlockPublicAccess) -> BlockPublicAccess {
        BlockPublicAccess {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }

    /// All of it, as new buckets have it.
    pub const ALL: BlockPublicAccess = BlockPublicAccess {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}

/// How objects are encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// By which key.
    pub algorithm: EncryptionAlgorithm,
    /// The key's identifier or ARN, if one is named.
    pub kms_key: Option<String>,
    /// Whether KMS is asked once for many objects.
    pub bucket_key: bool,
}

/// Whose key encrypts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EncryptionAlgorithm {
    /// S3's own.
    #[default]
    Aes256,
    /// One of KMS.
    Kms,
    /// One of KMS, twice.
    KmsDsse,
}

/// Which pages' scripts may call, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorsRule {
    /// What its owner calls it.
    pub id: Option<String>,
    /// Where the page is from; one `*` is allowed in each.
    pub origins: Vec<String>,
    /// Methods.
    pub methods: Vec<String>,
    /// Headers that may be sent.
    pub headers: Vec<String>,
    /// Headers that may be read.
    pub exposed: Vec<String>,
    /// For how long a browser may keep the answer.
    pub max_age_s: Option<i32>,
}

/// What becomes of old objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// What its owner calls it.
    pub id: String,
    /// Whether it holds.
    pub enabled: bool,
    /// Of objects whose key begins so.
    pub prefix: String,
    /// Of objects with all these tags.
    pub tags: BTreeMap<String, String>,
    /// What ends a current version.
    pub expiration: Option<Expiration>,
    /// Days after which a former version ends.
    pub noncurrent_days: Option<i32>,
    /// Days after which an unfinished upload ends.
    pub abort_upload_days: Option<i32>,
    /// How its owner wrote what it is about.
    #[serde(default)]
    pub form: FilterForm,
    /// Of objects with more bytes.
    #[serde(default)]
    pub larger_than: Option<i64>,
    /// Of objects with fewer bytes.
    #[serde(default)]
    pub smaller_than: Option<i64>,
    /// So many former versions stay, however old they are.
    #[serde(default)]
    pub noncurrent_kept: Option<i32>,
    /// What moves a current version into another storage class.
    #[serde(default)]
    pub transitions: Vec<Transition>,
    /// The same of former versions.
    #[serde(default)]
    pub noncurrent_transitions: Vec<NoncurrentTransition>,
}

/// How a rule's owner wrote what it is about: it is shown as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilterForm {
    /// A filter of one thing.
    #[default]
    One,
    /// A filter of nothing.
    Empty,
    /// A filter of several things.
    And,
    /// No filter but a prefix, as rules once were.
    Prefix,
}

/// What moves a current version into another storage class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// When.
    pub when: TransitionTime,
    /// Where to.
    pub class: String,
}

/// When a current version is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransitionTime {
    /// So many days after it was made.
    Days(i32),
    /// This day.
    Date(Timestamp),
}

/// What moves a former version into another storage class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoncurrentTransition {
    /// Days after which it is.
    pub days: i32,
    /// So many stay where they are, however old.
    pub kept: Option<i32>,
    /// Where to.
    pub class: String,
}

/// From how many bytes on objects are moved that no filter of sizes is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransitionMinimum {
    /// 128 KiB, whatever the class.
    #[default]
    All128K,
    /// 128 KiB, except for the classes that archive.
    VariesByClass,
}

/// Where requests are noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessLogs {
    /// The bucket that has the notes.
    pub bucket: String,
    /// What their keys begin with.
    pub prefix: String,
    /// How their keys go on; `None` if that is not said.
    pub keys: Option<LogKeys>,
}

/// How the keys of notes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogKeys {
    /// The time of delivery.
    Simple,
    /// Account, Region, bucket, and the day of what is noted.
    ByEventTime,
    /// The same, and the day of delivery.
    ByDeliveryTime,
}

/// Whether far clients have a nearer way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Acceleration {
    /// They have.
    Enabled,
    /// They had.
    Suspended,
}

/// What ends a current version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expiration {
    /// So many days after it was made.
    Days(i32),
    /// This day.
    Date(Timestamp),
    /// Being a delete marker behind which nothing is left.
    LoneDeleteMarker,
}

/// That objects can be locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectLock {
    /// How objects are that do not say it.
    pub default: Option<DefaultRetention>,
}

/// For how long new objects are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultRetention {
    /// Who can lift it.
    pub mode: LockMode,
    /// How many.
    pub count: i32,
    /// Of what.
    pub unit: RetentionUnit,
}

/// Who can lift a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LockMode {
    /// Who may bypass governance.
    Governance,
    /// Nobody.
    Compliance,
}

/// What a retention is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RetentionUnit {
    /// Days.
    Days,
    /// Years.
    Years,
}

/// A refused change of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BucketRefusal {
    /// There is none.
    NotFound,
    /// It is there already, and the caller's.
    AlreadyOwned,
    /// It is there already.
    Exists,
    /// The account has as many as it may.
    TooMany,
    /// A bucket whose objects can be locked keeps their versions.
    VersioningNeeded,
    /// Only a bucket that keeps versions can have them locked.
    NoVersionsToLock,
}

impl Bucket {
    /// Its name for everybody: neither Region nor account is in it.
    pub fn arn(&self) -> String {
        format!("arn:{}:s3:::{}", self.region.partition().name(), self.name)
    }

    /// One as AWS makes it.
    pub fn new(
        name: &BucketName,
        account: AccountId,
        region: Region,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Bucket {
        let bits = ids.bits().to_be_bytes();
        Bucket {
            name: name.as_str().to_owned(),
            objects: u64::from_be_bytes(bits[..8].try_into().expect("eight of sixteen bytes")),
            account,
            region,
            created: now,
            versioning: None,
            ownership: Some(ObjectOwnership::BucketOwnerEnforced),
            public_access: Some(BlockPublicAccess::ALL),
            policy: None,
            encryption: Encryption::default(),
            cors: Vec::new(),
            lifecycle: Vec::new(),
            object_lock: None,
            requester_pays: false,
            tags: Tags::new(),
            transition_minimum: TransitionMinimum::default(),
            website: None,
            logging: None,
            notifications: Notifications::default(),
            acceleration: None,
        }
    }
}

impl World {
    /// A bucket, whosever it is.
    pub fn bucket(&self, name: &BucketName) -> Result<&Bucket, BucketRefusal> {
        self.buckets.get(name).ok_or(BucketRefusal::NotFound)
    }

    /// The same, to be changed.
    pub fn bucket_mut(&mut self, name: &BucketName) -> Result<&mut Bucket, BucketRefusal> {
        self.buckets.get_mut(name).ok_or(BucketRefusal::NotFound)
    }

    /// What a bucket and its owner's account close to the public.
    pub fn public_access_of(&self, bucket: &Bucket) -> BlockPublicAccess {
        let own = bucket.public_access.unwrap_or(BlockPublicAccess::NOTHING);
        let of_account = self.account_settings_of(bucket.account).and_then(|it| it.public_access);
        own.or(of_account.unwrap_or(BlockPublicAccess::NOTHING))
    }

    /// An account's buckets of all partitions, by name.
    pub fn buckets_of(&self, account: AccountId) -> impl Iterator<Item = &Bucket> {
        self.buckets.linked(Link::Account(account))
    }

    /// Makes a bucket.
    pub fn create_bucket(&mut self, name: &BucketName, bucket: Bucket) -> Result<(), BucketRefusal> {
        match self.buckets.get(name) {
            Some(there) if there.account == bucket.account => return Err(BucketRefusal::AlreadyOwned),
            Some(_) => return Err(BucketRefusal::Exists),
            None => {}
        }
        if self.buckets.count_linked(Link::Account(bucket.account)) >= BUCKETS_MAX {
            return Err(BucketRefusal::TooMany);
        }
        self.buckets.insert(*name, bucket);
        Ok(())
    }

    /// Takes a bucket away. Whether it is empty is known where its objects are.
    pub fn delete_bucket(&mut self, name: &BucketName) -> Result<(), BucketRefusal> {
        self.buckets.remove(name).map(drop).ok_or(BucketRefusal::NotFound)
    }

    /// Says what becomes of former versions.
    pub fn set_bucket_versioning(&mut self, name: &BucketName, to: Versioning) -> Result<(), BucketRefusal> {
        let bucket = self.bucket_mut(name)?;
        if bucket.object_lock.is_some() && to == Versioning::Suspended {
            return Err(BucketRefusal::VersioningNeeded);
        }
        bucket.versioning = Some(to);
        Ok(())
    }

    /// Says that a bucket's objects can be locked, and for how long new ones are.
    pub fn lock_bucket(&mut self, name: &BucketName, to: ObjectLock) -> Result<(), BucketRefusal> {
        let bucket = self.bucket_mut(name)?;
        if bucket.versioning != Some(Versioning::Enabled) {
            return Err(BucketRefusal::NoVersionsToLock);
        }
        bucket.object_lock = Some(to);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::Partition;

    fn name(text: &str) -> BucketName {
        BucketName::new(Partition::Commercial, text).unwrap()
    }

    fn made(of: AccountId) -> Bucket {
        let region = Region::all().next().unwrap();
        Bucket::new(&name("logs"), of, region, Timestamp(1), &mut Ids::new(&mut || 7 << 64))
    }

    #[test]
    fn a_name_is_taken_once_by_whomever() {
        let mut world = World::default();
        let other: AccountId = "222222222222".parse().unwrap();
        world.create_bucket(&name("logs"), made(AccountId::DEFAULT)).unwrap();
        let again = world.create_bucket(&name("logs"), made(AccountId::DEFAULT));
        assert_eq!(again, Err(BucketRefusal::AlreadyOwned));
        assert_eq!(world.create_bucket(&name("logs"), made(other)), Err(BucketRefusal::Exists));
        assert_eq!(world.buckets_of(other).count(), 0);
        assert_eq!(world.buckets_of(AccountId::DEFAULT).count(), 1);
        world.delete_bucket(&name("logs")).unwrap();
        assert_eq!(world.delete_bucket(&name("logs")), Err(BucketRefusal::NotFound));
        world.create_bucket(&name("logs"), made(other)).unwrap();
    }

    #[test]
    fn a_bucket_of_locked_objects_keeps_versions() {
        let mut world = World::default();
        let lock = Some(ObjectLock { default: None });
        world.create_bucket(&name("logs"), Bucket { object_lock: lock, ..made(AccountId::DEFAULT) }).unwrap();
        let suspended = world.set_bucket_versioning(&name("logs"), Versioning::Suspended);
        assert_eq!(suspended, Err(BucketRefusal::VersioningNeeded));
        world.set_bucket_versioning(&name("logs"), Versioning::Enabled).unwrap();
    }

    #[test]
    fn a_bucket_without_versions_has_nothing_to_lock() {
        let mut world = World::default();
        world.create_bucket(&name("logs"), made(AccountId::DEFAULT)).unwrap();
        let lock = ObjectLock { default: None };
        assert_eq!(world.lock_bucket(&name("logs"), lock), Err(BucketRefusal::NoVersionsToLock));
        world.set_bucket_versioning(&name("logs"), Versioning::Enabled).unwrap();
        world.lock_bucket(&name("logs"), lock).unwrap();
        assert_eq!(world.bucket(&name("logs")).unwrap().object_lock, Some(lock));
    }
}
