//! Where requests are noted, who pays for them, and whether far clients have a nearer way: all are kept and shown. No notes are
//! written, nobody pays, and no way is nearer.

use model::bucket::{Acceleration, AccessLogs, Bucket as Row, LogKeys};
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Request, S3Response, S3Result};

use super::errors::{error, not_implemented, with};
use super::settings::malformed;
use super::{S3Service, caller, named};

impl S3Service {
    pub(super) async fn set_logging(&self, request: S3Request<PutBucketLoggingInput>) -> S3Result<()> {
        let sent = request.input.bucket_logging_status.logging_enabled.as_ref();
        let logs = sent.map(|it| self.logs(&request, it)).transpose()?;
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, move |row| row.logging = logs).await
    }

    fn logs(
        &self,
        request: &S3Request<PutBucketLoggingInput>,
        sent: &LoggingEnabled,
    ) -> S3Result<AccessLogs> {
        if sent.target_grants.as_ref().is_some_and(|it| !it.is_empty()) {
            return Err(not_implemented());
        }
        let caller = caller(&request.extensions)?;
        let refused = |message: &'static str| {
            let refused = error(S3ErrorCode::InvalidTargetBucketForLogging, message);
            with(refused, "TargetBucket", &sent.target_bucket)
        };
        let missing = || refused("The target bucket for logging does not exist");
        let name = named(caller, &sent.target_bucket).map_err(|_| missing())?;
        let world = self.around.world();
        let target = world.bucket(&name).map_err(|_| missing())?;
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        if target.account != row.account {
            return Err(refused(
                "The owner for the bucket to be logged and the target bucket must be the same.",
            ));
        }
        if target.region != row.region {
            return Err(error(
                S3ErrorCode::CrossLocationLoggingProhibited,
                "Cross S3 location logging not allowed.",
            ));
        }
        let keys = sent.target_object_key_format.as_ref().map(keys).transpose()?;
        Ok(AccessLogs { bucket: sent.target_bucket.clone(), prefix: sent.target_prefix.clone(), keys })
    }

    pub(super) async fn set_payer(&self, request: S3Request<PutBucketRequestPaymentInput>) -> S3Result<()> {
        let requester_pays = match request.input.request_payment_configuration.payer.as_str() {
            "Requester" => true,
            "BucketOwner" => false,
            _ => return Err(malformed()),
        };
        let bucket = request.input.bucket.clone();
        self.set(&request, &bucket, move |row| row.requester_pays = requester_pays).await
    }

    pub(super) async fn set_acceleration(
        &self,
        request: S3Request<PutBucketAccelerateConfigurationInput>,
    ) -> S3Result<()> {
        let bucket = request.input.bucket.clone();
        if bucket.contains('.') {
            let message =
                "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names";
            return Err(error(S3ErrorCode::InvalidRequest, message));
        }
        let status = request.input.accelerate_configuration.status.as_ref();
        let to = match status.map(|it| it.as_str()) {
            Some("Enabled") => Acceleration::Enabled,
            Some("Suspended") => Acceleration::Suspended,
            Some(_) | None => return Err(malformed()),
        };
        self.set(&request, &bucket, move |row| row.acceleration = Some(to)).await
    }
}

fn keys(sent: &TargetObjectKeyFormat) -> S3Result<LogKeys> {
    match (&sent.simple_prefix, &sent.partitioned_prefix) {
        (Some(_), None) => Ok(LogKeys::Simple),
        (None, Some(it)) => match it.partition_date_source.as_ref().map(|it| it.as_str()) {
            Some("EventTime") => Ok(LogKeys::ByEventTime),
            Some("DeliveryTime") | None => Ok(LogKeys::ByDeliveryTime),
            Some(_) => Err(malformed()),
        },
        _ => Err(malformed()),
    }
}

pub(super) fn show_logging(row: &Row) -> S3Response<GetBucketLoggingOutput> {
    let logging_enabled = row.logging.as_ref().map(|it| LoggingEnabled {
        target_bucket: it.bucket.clone(),
        target_prefix: it.prefix.clone(),
        target_grants: None,
        target_object_key_format: it.keys.map(shown_keys),
    });
    S3Response::new(GetBucketLoggingOutput { logging_enabled })
}

fn shown_keys(keys: LogKeys) -> TargetObjectKeyFormat {
    let by = |source| TargetObjectKeyFormat {
        simple_prefix: None,
        partitioned_prefix: Some(PartitionedPrefix {
            partition_date_source: Some(PartitionDateSource::from_static(source)),
        }),
    };
    match keys {
        LogKeys::Simple => {
            TargetObjectKeyFormat { simple_prefix: Some(SimplePrefix::default()), partitioned_prefix: None }
        }
        LogKeys::ByEventTime => by("EventTime"),
        LogKeys::ByDeliveryTime => by("DeliveryTime"),
    }
}

pub(super) fn show_acceleration(row: &Row) -> S3Response<GetBucketAccelerateConfigurationOutput> {
    let status = row.acceleration.map(|it| {
        BucketAccelerateStatus::from_static(match it {
            Acceleration::Enabled => "Enabled",
            Acceleration::Suspended => "Suspended",
        })
    });
    S3Response::new(GetBucketAccelerateConfigurationOutput { status, request_charged: None })
}
