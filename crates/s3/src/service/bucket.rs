//! Making, finding and deleting buckets.

use model::bucket::{Bucket as Row, BucketRefusal, ObjectLock, Versioning};
use model::ids::Ids;
use model::place::Region;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response, S3Result};

use super::errors::{error, of_bucket, of_change, of_object, with};
use super::new_tags::NewTags;
use super::{OF_BUCKETS, S3Service, caller, header, named, owner, tags_of, time};
use crate::surroundings::NotChanged;

/// The Region whose buckets have no constraint, and where making one again is no error.
const FIRST: &str = "us-east-1";

impl S3Service {
    pub(super) async fn make_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let caller = caller(&request.extensions)?;
        let input = request.input;
        check_location(caller.region, input.create_bucket_configuration.as_ref())?;
        let name = named(caller, &input.bucket)?;
        super::acl::check_new(input.acl.as_ref(), input.object_ownership.as_ref(), &request.headers)?;
        let mut source = || self.around.bits();
        let mut row =
            Row::new(&name, caller.account, caller.region, self.around.now(), &mut Ids::new(&mut source));
        if input.object_lock_enabled_for_bucket == Some(true) {
            row.object_lock = Some(ObjectLock { default: None });
            row.versioning = Some(Versioning::Enabled);
        }
        if let Some(asked) = &input.object_ownership {
            row.ownership = Some(super::settings::ownership(asked)?);
        }
        let tags = request.extensions.get::<NewTags>().map(|it| it.0.as_slice()).unwrap_or_default();
        row.tags = tags_of(tags, OF_BUCKETS)?;
        let is_tagged = !row.tags.is_empty();
        let made = self.around.change(Box::new(move |world| world.create_bucket(&name, row))).await;
        match made {
            Err(NotChanged::Refused(BucketRefusal::AlreadyOwned))
                if caller.region.name() == FIRST && !is_tagged => {}
            other => other.map_err(of_change)?,
        }
        let location = Some(format!("/{}", input.bucket));
        let mut response = S3Response::new(CreateBucketOutput { location });
        header(&mut response, "x-amz-bucket-arn", &name.arn());
        Ok(response)
    }

    pub(super) async fn drop_bucket(
        &self,
        request: S3Request<DeleteBucketInput>,
    ) -> S3Result<S3Response<DeleteBucketOutput>> {
        let (name, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        // Who writes from now on finds the bucket gone, or his object keeps it.
        let _writers = self.deleting.write().await;
        if !self.objects.is_empty(row.objects).map_err(of_object)? {
            let message = match row.versioning {
                None => "The bucket you tried to delete is not empty",
                Some(_) => {
                    "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
                }
            };
            return Err(error(S3ErrorCode::BucketNotEmpty, message));
        }
        self.around.change(Box::new(move |world| world.delete_bucket(&name))).await.map_err(of_change)?;
        // The bucket is gone, whatever becomes of these; the next start tries again.
        if let Err(problem) = self.objects.forget(row.objects).await {
            tracing::warn!(?problem, bucket = row.name, "uploads of a deleted bucket stay");
        }
        Ok(S3Response::with_status(DeleteBucketOutput {}, hyper::StatusCode::NO_CONTENT))
    }

    pub(super) fn show_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        let (name, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let output = HeadBucketOutput {
            bucket_region: Some(row.region.name().to_owned()),
            access_point_alias: Some(false),
            ..HeadBucketOutput::default()
        };
        let mut response = S3Response::new(output);
        header(&mut response, "x-amz-bucket-arn", &name.arn());
        Ok(response)
    }

    pub(super) fn show_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> S3Result<S3Response<ListBucketsOutput>> {
        let caller = caller(&request.extensions)?;
        let ListBucketsInput { bucket_region, continuation_token, max_buckets, prefix } = request.input;
        let max = max_buckets.unwrap_or(i32::MAX);
        if max < 1 {
            return Err(error(S3ErrorCode::InvalidArgument, "max-buckets must be at least 1"));
        }
        let begin = prefix.clone().unwrap_or_default();
        let world = self.around.world();
        let partition = caller.region.partition();
        let is_shown = |it: &&Row| {
            it.region.partition() == partition
                && it.name.starts_with(&begin)
                && bucket_region.as_ref().is_none_or(|region| region == it.region.name())
                && continuation_token.as_ref().is_none_or(|token| it.name > *token)
        };
        let mut rows = world.buckets_of(caller.account).filter(is_shown).peekable();
        let shown: Vec<&Row> = rows.by_ref().take(max as usize).collect();
        let next = rows.peek().and(shown.last()).map(|it| it.name.clone());
        let buckets = shown.into_iter().map(|it| Bucket {
            name: Some(it.name.clone()),
            creation_date: Some(time(it.created)),
            bucket_region: (max_buckets.is_some() || bucket_region.is_some())
                .then(|| it.region.name().to_owned()),
        });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            owner: Some(owner(caller.account)),
            continuation_token: next,
            prefix,
        }))
    }

    pub(super) fn show_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        let caller = caller(&request.extensions)?;
        let name = named(caller, &request.input.bucket)?;
        // Asked anywhere: it is how clients find out where to ask.
        let world = self.around.world();
        let region = world.bucket(&name).map_err(of_bucket)?.region.name();
        let location_constraint =
            (region != FIRST).then(|| BucketLocationConstraint::from(region.to_owned()));
        Ok(S3Response::new(GetBucketLocationOutput { location_constraint }))
    }
}

fn check_location(region: Region, asked: Option<&CreateBucketConfiguration>) -> S3Result<()> {
    let asked = asked.and_then(|it| it.location_constraint.as_ref()).map(|it| it.as_str());
    let asked = asked.map(|it| if it == "EU" { "eu-west-1" } else { it }).filter(|it| !it.is_empty());
    if let Some(unknown) = asked.filter(|it| it.parse::<Region>().is_err()) {
        let message = "The specified location-constraint is not valid";
        let refused = error(S3ErrorCode::InvalidLocationConstraint, message);
        return Err(with(refused, "LocationConstraint", unknown));
    }
    if asked.unwrap_or(FIRST) == region.name() {
        return Ok(());
    }
    let said = asked.unwrap_or("unspecified");
    let message = format!(
        "The {said} location constraint is incompatible for the region specific endpoint this request was sent to."
    );
    Err(error(S3ErrorCode::IllegalLocationConstraintException, message))
}
