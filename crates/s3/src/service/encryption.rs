//! Keys that S3 does not have itself. Nothing is encrypted with a caller's key or one of KMS here, so nobody is told that it was.

use hyper::HeaderMap;
use s3s::{S3ErrorCode, S3Result};

use super::errors::{error, not_implemented};

/// What begins the headers of a key that the caller brings, and of that of a copy's source.
const CUSTOMER: [&str; 2] =
    ["x-amz-server-side-encryption-customer-", "x-amz-copy-source-server-side-encryption-customer-"];
/// What names a key of KMS, or what it is told.
const KMS: [&str; 2] =
    ["x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-context"];

/// Refuses a request whose headers ask for a key that is not S3's own.
pub(super) fn check_headers(headers: &HeaderMap) -> S3Result<()> {
    let is_foreign = |name: &str| CUSTOMER.iter().any(|it| name.starts_with(it)) || KMS.contains(&name);
    if headers.keys().any(|it| is_foreign(it.as_str())) {
        return Err(not_implemented());
    }
    headers.get_all("x-amz-server-side-encryption").iter().try_for_each(|it| check(it.to_str().unwrap_or("")))
}

/// The same of an algorithm by its name.
pub(super) fn check(algorithm: &str) -> S3Result<()> {
    match algorithm {
        "AES256" => Ok(()),
        "aws:kms" | "aws:kms:dsse" | "aws:fsx" => Err(not_implemented()),
        _ => Err(error(S3ErrorCode::InvalidArgument, "The encryption method specified is not supported")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &'static str, value: &'static str) -> Option<S3ErrorCode> {
        let mut headers = HeaderMap::new();
        headers.insert(name, hyper::http::HeaderValue::from_static(value));
        check_headers(&headers).err().map(|it| it.code().clone())
    }

    #[test]
    fn only_keys_of_s3s_own_encrypt() {
        let named = "x-amz-server-side-encryption";
        assert_eq!(refused(named, "AES256"), None);
        assert_eq!(refused(named, "aws:kms"), Some(S3ErrorCode::NotImplemented));
        assert_eq!(refused(named, "rot13"), Some(S3ErrorCode::InvalidArgument));
        for name in [
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-copy-source-server-side-encryption-customer-key",
            "x-amz-server-side-encryption-aws-kms-key-id",
        ] {
            assert_eq!(refused(name, "AES256"), Some(S3ErrorCode::NotImplemented), "{name}");
        }
    }
}
