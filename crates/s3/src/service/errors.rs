//! S3's words for what is refused.

use model::bucket::BucketRefusal;
use s3s::{S3Error, S3ErrorCode};

use crate::objects::{PART_MIN, Refusal};
use crate::surroundings::NotChanged;

pub(super) fn error(code: S3ErrorCode, message: impl Into<std::borrow::Cow<'static, str>>) -> S3Error {
    S3Error::with_message(code, message)
}

/// An error whose code s3s does not know.
pub(super) fn other(code: &'static str, status: hyper::StatusCode, message: &'static str) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

/// The header in which an error carries its details until its text is made; see [`super::answer`].
pub(super) const DETAIL: &str = "x-hamlet-error-detail";

/// An error with something more in its text, as `<ArgumentName>prefix</ArgumentName>`.
pub(super) fn with(
    mut error: S3Error,
    name: impl std::fmt::Display,
    value: impl std::fmt::Display,
) -> S3Error {
    let mut headers = error.headers().cloned().unwrap_or_default();
    if let Ok(text) = format!("{name}={}", shielded(&value.to_string())).parse() {
        headers.append(DETAIL, text);
    }
    error.set_headers(headers);
    error
}

/// Text that a header can have.
fn shielded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'%' | 0..0x20 | 0x7f.. => out.push_str(&format!("%{byte:02X}")),
            plain => out.push(char::from(plain)),
        }
    }
    out
}

/// An argument that is not what it has to be.
pub(super) fn invalid_argument(
    name: &'static str,
    value: impl std::fmt::Display,
    message: impl Into<std::borrow::Cow<'static, str>>,
) -> S3Error {
    with(with(error(S3ErrorCode::InvalidArgument, message), "ArgumentName", name), "ArgumentValue", value)
}

/// What AWS says of what it has not, and Hamlet of what it has not yet.
pub(super) fn not_implemented() -> S3Error {
    error(S3ErrorCode::NotImplemented, "A header you provided implies functionality that is not implemented")
}

pub(super) fn no_such_bucket() -> S3Error {
    error(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
}

pub(super) fn of_bucket(refusal: BucketRefusal) -> S3Error {
    match refusal {
        BucketRefusal::NotFound => no_such_bucket(),
        BucketRefusal::AlreadyOwned => error(
            S3ErrorCode::BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it.",
        ),
        BucketRefusal::Exists => error(
            S3ErrorCode::BucketAlreadyExists,
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
             Please select a different name and try again.",
        ),
        BucketRefusal::TooMany => {
            error(S3ErrorCode::TooManyBuckets, "You have attempted to create more buckets than allowed")
        }
        BucketRefusal::VersioningNeeded => error(
            S3ErrorCode::InvalidBucketState,
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
        ),
        BucketRefusal::NoVersionsToLock => error(
            S3ErrorCode::InvalidBucketState,
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        ),
    }
}

pub(super) fn of_change(refusal: NotChanged) -> S3Error {
    match refusal {
        NotChanged::Refused(refusal) => of_bucket(refusal),
        NotChanged::NotStored(problem) => internal(&problem),
    }
}

fn internal(problem: &str) -> S3Error {
    tracing::error!(problem, "S3 could not do what was asked");
    error(S3ErrorCode::InternalError, "We encountered an internal error. Please try again.")
}

pub(super) fn of_object(refusal: Refusal) -> S3Error {
    let say = |code, message: &'static str| error(code, message);
    match refusal {
        Refusal::NoSuchKey | Refusal::DeleteMarker(_) => {
            say(S3ErrorCode::NoSuchKey, "The specified key does not exist.")
        }
        Refusal::NoSuchVersion => say(S3ErrorCode::NoSuchVersion, "The specified version does not exist."),
        Refusal::InvalidVersion => with(
            say(S3ErrorCode::InvalidArgument, "Invalid version id specified"),
            "ArgumentName",
            "versionId",
        ),
        Refusal::Precondition(which) => with(
            say(
                S3ErrorCode::PreconditionFailed,
                "At least one of the pre-conditions you specified did not hold",
            ),
            "Condition",
            which,
        ),
        Refusal::Locked => {
            say(S3ErrorCode::AccessDenied, "Access Denied because object protected by object lock.")
        }
        Refusal::NoSuchUpload => say(
            S3ErrorCode::NoSuchUpload,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
             completed.",
        ),
        Refusal::TooManyUploads | Refusal::TooManyUntold => {
            say(S3ErrorCode::SlowDown, "Please reduce your request rate.")
        }
        Refusal::InvalidPart => say(
            S3ErrorCode::InvalidPart,
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
             specified entity tag may not match the part's entity tag.",
        ),
        Refusal::InvalidPartOrder => say(
            S3ErrorCode::InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ),
        Refusal::TooSmall { part, size } => {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            let small = with(error(S3ErrorCode::EntityTooSmall, message), "ProposedSize", size);
            with(with(small, "MinSizeAllowed", PART_MIN), "PartNumber", part)
        }
        Refusal::TooLarge { size, max } => {
            let message = "Your proposed upload exceeds the maximum allowed size";
            with(
                with(error(S3ErrorCode::EntityTooLarge, message), "ProposedSize", size),
                "MaxSizeAllowed",
                max,
            )
        }
        Refusal::WrongChecksum => {
            say(S3ErrorCode::BadDigest, "The checksum you specified did not match the calculated checksum.")
        }
        // AWS's disks are never full; a client that tries again later does right.
        Refusal::Full => {
            say(S3ErrorCode::InternalError, "There is too little room left on the disk of this machine.")
        }
        Refusal::Storage(problem) => internal(&problem),
    }
}
