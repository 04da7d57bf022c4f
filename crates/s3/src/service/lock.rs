//! Locks: of buckets, and of versions of objects.
//!
//! Follows "Locking objects with Object Lock" (Amazon S3 User Guide): in governance mode "users can't overwrite or delete an
//! object version or alter its lock settings unless they have special permissions", in compliance mode "its retention mode can't
//! be changed, and its retention period can't be shortened".

use model::bucket::{DefaultRetention as Default, LockMode, ObjectLock, RetentionUnit};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::errors::{error, of_change, of_object, other};
use super::settings::malformed;
use super::{S3Service, moment, time};
use crate::objects::{Refusal, Retention};

/// The longest default retention, a hundred years, in each unit.
const DAYS_MAX: i32 = 36_500;
const YEARS_MAX: i32 = 100;

impl S3Service {
    /// Whether governance does not hold for who asks: he says so, and may.
    pub(super) fn may_bypass<T>(
        &self,
        request: &S3Request<T>,
        said: Option<bool>,
        bucket: &str,
        key: &str,
    ) -> bool {
        said == Some(true) && self.ask(request, "BypassGovernanceRetention", bucket, Some(key), None).is_ok()
    }

    /// Asks about what a new object is given besides its bytes: each is an action of its own.
    pub(super) fn ask_besides<T>(&self, request: &S3Request<T>, bucket: &str, key: &str) -> S3Result<()> {
        let asked = [
            ("x-amz-object-lock-mode", "PutObjectRetention"),
            ("x-amz-object-lock-retain-until-date", "PutObjectRetention"),
            ("x-amz-object-lock-legal-hold", "PutObjectLegalHold"),
            ("x-amz-tagging", "PutObjectTagging"),
        ];
        let mut given = asked.iter().filter(|(header, _)| request.headers.contains_key(*header));
        given.try_for_each(|(_, name)| self.ask(request, name, bucket, Some(key), None))
    }

    pub(super) async fn set_lock(
        &self,
        request: S3Request<PutObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<PutObjectLockConfigurationOutput>> {
        let (name, _) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        let sent = request.input.object_lock_configuration.as_ref().ok_or_else(malformed)?;
        if sent.object_lock_enabled.as_ref().map(|it| it.as_str()) != Some("Enabled") {
            return Err(malformed());
        }
        let default = sent.rule.as_ref().map(|it| it.default_retention.as_ref().ok_or_else(malformed));
        let lock = ObjectLock { default: default.transpose()?.map(default_retention).transpose()? };
        let change = move |world: &mut model::world::World| world.lock_bucket(&name, lock);
        self.around.change(Box::new(change)).await.map_err(of_change)?;
        Ok(S3Response::new(PutObjectLockConfigurationOutput::default()))
    }

    pub(super) fn show_retention(
        &self,
        request: S3Request<GetObjectRetentionInput>,
    ) -> S3Result<S3Response<GetObjectRetentionOutput>> {
        let input = &request.input;
        let found =
            self.lockable(&request.extensions, &input.bucket, &input.key, input.version_id.as_deref())?;
        let retention = found.retention.ok_or_else(unlocked)?;
        let mode = if retention.compliance { "COMPLIANCE" } else { "GOVERNANCE" };
        let retention = ObjectLockRetention {
            mode: Some(ObjectLockRetentionMode::from_static(mode)),
            retain_until_date: Some(time(retention.until)),
        };
        Ok(S3Response::new(GetObjectRetentionOutput { retention: Some(retention) }))
    }

    pub(super) fn show_legal_hold(
        &self,
        request: S3Request<GetObjectLegalHoldInput>,
    ) -> S3Result<S3Response<GetObjectLegalHoldOutput>> {
        let input = &request.input;
        let found =
            self.lockable(&request.extensions, &input.bucket, &input.key, input.version_id.as_deref())?;
        if !found.legal_hold && !found.was_held {
            return Err(unlocked());
        }
        let status = if found.legal_hold { "ON" } else { "OFF" };
        let legal_hold = ObjectLockLegalHold { status: Some(ObjectLockLegalHoldStatus::from_static(status)) };
        Ok(S3Response::new(GetObjectLegalHoldOutput { legal_hold: Some(legal_hold) }))
    }

    /// An object of a bucket whose objects can be locked.
    fn lockable(
        &self,
        extensions: &hyper::http::Extensions,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> S3Result<crate::objects::Object> {
        let (_, row) = self.bucket_of(extensions, bucket)?;
        row.object_lock.ok_or_else(no_locks)?;
        let version = self.objects.find(row.objects, key, version).map_err(of_object)?;
        Ok(version.object.expect("delete markers are refused"))
    }

    pub(super) async fn set_retention(
        &self,
        request: S3Request<PutObjectRetentionInput>,
    ) -> S3Result<S3Response<PutObjectRetentionOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        row.object_lock.ok_or_else(no_locks)?;
        let now = self.around.now();
        let to = retention(request.input.retention.as_ref(), now)?;
        let input = &request.input;
        let bypass = self.may_bypass(&request, input.bypass_governance_retention, &input.bucket, &input.key);
        let input = request.input;
        let edit = self.objects.edit(row.objects, input.key, input.version_id, None, move |it| {
            if !may_change(it.retention, to, bypass, now) {
                return Err(Refusal::Locked);
            }
            it.retention = to;
            Ok(())
        });
        edit.await.map_err(of_object)?;
        Ok(S3Response::new(PutObjectRetentionOutput::default()))
    }

    pub(super) async fn set_legal_hold(
        &self,
        request: S3Request<PutObjectLegalHoldInput>,
    ) -> S3Result<S3Response<PutObjectLegalHoldOutput>> {
        let (_, row) = self.bucket_of(&request.extensions, &request.input.bucket)?;
        row.object_lock.ok_or_else(no_locks)?;
        let input = request.input;
        let status = input.legal_hold.as_ref().and_then(|it| it.status.as_ref()).map(|it| it.as_str());
        let is_held = match status {
            Some("ON") => true,
            Some("OFF") => false,
            Some(_) | None => return Err(malformed()),
        };
        let edit = self.objects.edit(row.objects, input.key, input.version_id, None, move |it| {
            (it.legal_hold, it.was_held) = (is_held, true);
            Ok(())
        });
        edit.await.map_err(of_object)?;
        Ok(S3Response::new(PutObjectLegalHoldOutput::default()))
    }
}

fn default_retention(sent: &DefaultRetention) -> S3Result<Default> {
    let mode = match sent.mode.as_ref().map(|it| it.as_str()) {
        Some("GOVERNANCE") => LockMode::Governance,
        Some("COMPLIANCE") => LockMode::Compliance,
        Some(_) | None => return Err(malformed()),
    };
    let (count, unit, max) = match (sent.days, sent.years) {
        (Some(days), None) => (days, RetentionUnit::Days, DAYS_MAX),
        (None, Some(years)) => (years, RetentionUnit::Years, YEARS_MAX),
        _ => return Err(malformed()),
    };
    if count <= 0 {
        return Err(period("Default retention period must be a positive integer value."));
    }
    if count > max {
        return Err(period("Default retention period is too large."));
    }
    Ok(Default { mode, count, unit })
}

fn period(message: &'static str) -> S3Error {
    other("InvalidRetentionPeriod", hyper::StatusCode::BAD_REQUEST, message)
}

/// What a version is to be locked as; none at all lifts a lock.
fn retention(
    sent: Option<&ObjectLockRetention>,
    now: model::timestamp::Timestamp,
) -> S3Result<Option<Retention>> {
    let sent = sent.ok_or_else(malformed)?;
    let compliance = match (sent.mode.as_ref().map(|it| it.as_str()), &sent.retain_until_date) {
        (None, None) => return Ok(None),
        (Some("GOVERNANCE"), Some(_)) => false,
        (Some("COMPLIANCE"), Some(_)) => true,
        _ => return Err(malformed()),
    };
    let until = sent.retain_until_date.as_ref().map(moment).ok_or_else(malformed)?;
    match until.as_millis() > now.as_millis() {
        true => Ok(Some(Retention { compliance, until })),
        false => {
            let message = "The retain until date must be in the future!";
            Err(error(S3ErrorCode::InvalidArgument, message))
        }
    }
}

/// A lock can be made longer and harder by everybody who may set one.
fn may_change(
    from: Option<Retention>,
    to: Option<Retention>,
    bypass: bool,
    now: model::timestamp::Timestamp,
) -> bool {
    let Some(from) = from.filter(|it| it.until.as_millis() > now.as_millis()) else { return true };
    let Some(to) = to else { return bypass && !from.compliance };
    let is_stricter = to.until.as_millis() >= from.until.as_millis() && (to.compliance || !from.compliance);
    is_stricter || bypass && !from.compliance
}

fn no_locks() -> S3Error {
    error(S3ErrorCode::InvalidRequest, "Bucket is missing Object Lock Configuration")
}

fn unlocked() -> S3Error {
    let message = "The specified object does not have a ObjectLock configuration";
    error(S3ErrorCode::NoSuchObjectLockConfiguration, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::timestamp::Timestamp as Moment;

    #[test]
    fn compliance_only_grows_and_governance_yields_to_who_may_bypass_it() {
        let now = Moment(1000);
        let lock = |compliance, until| Some(Retention { compliance, until: Moment(until) });
        let may = |from, to, bypass| may_change(from, to, bypass, now);
        assert!(may(lock(true, 5000), lock(true, 6000), false));
        assert!(!may(lock(true, 5000), lock(true, 4000), true));
        assert!(!may(lock(true, 5000), lock(false, 6000), true));
        assert!(!may(lock(true, 5000), None, true));
        assert!(!may(lock(false, 5000), lock(false, 4000), false));
        assert!(may(lock(false, 5000), lock(false, 4000), true));
        assert!(may(lock(false, 5000), lock(true, 5000), false));
        assert!(!may(lock(false, 5000), None, false));
        assert!(may(lock(false, 5000), None, true));
        assert!(may(lock(true, 999), None, false), "it is over");
    }

    #[test]
    fn a_default_is_days_or_years_and_not_for_ever() {
        let of = |days, years| {
            let mode = Some(ObjectLockRetentionMode::from_static("GOVERNANCE"));
            default_retention(&DefaultRetention { mode, days, years })
                .map(|it| it.count)
                .map_err(|it| it.code().as_str().to_owned())
        };
        assert_eq!(of(Some(3), None), Ok(3));
        assert_eq!(of(None, Some(101)), Err("InvalidRetentionPeriod".to_owned()));
        assert_eq!(of(Some(0), None), Err("InvalidRetentionPeriod".to_owned()));
        assert_eq!(of(Some(1), Some(1)), Err("MalformedXML".to_owned()));
        assert_eq!(of(None, None), Err("MalformedXML".to_owned()));
    }
}
