//! What s3s asks before an operation: the secret that a request is signed with, and whether who asks may.

use model::vpc_endpoint_name::VpcEndpointName;
use std::sync::Arc;

use async_trait::async_trait;
use awsproto::query_value;
use s3s::S3Request;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::host::{S3Host, VirtualHost};
use s3s::{S3ErrorCode, S3Result};

use super::errors::{error, not_implemented};
use crate::operations::operation;
use crate::surroundings::{Asked, Asker};

pub(super) struct Auth(pub(super) Arc<dyn Asker>);

#[async_trait]
impl S3Auth for Auth {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        self.0.secret(access_key).map(SecretKey::from)
    }
}

/// Who is behind a request, for operations that ask for more than what they are called.
#[derive(Clone)]
struct Behind(Arc<dyn Asker>);

impl super::S3Service {
    /// Whether who asks may do something that the request does besides what it is called.
    pub(super) fn ask<T>(
        &self,
        request: &S3Request<T>,
        name: &str,
        bucket: &str,
        key: Option<&str>,
        version: Option<&str>,
    ) -> S3Result<()> {
        let operation = operation(name).expect("only operations that are there are asked about");
        let Some(Behind(asker)) = request.extensions.get() else {
            return Err(error(S3ErrorCode::AccessDenied, "Access Denied"));
        };
        let asked = Asked {
            operation,
            action: version.and(operation.version_action).unwrap_or(operation.action),
            bucket: Some(bucket),
            key,
            version,
            access_key: request.credentials.as_ref().map(|it| it.access_key.as_str()),
            uri: &request.uri,
            headers: &request.headers,
        };
        asker.authorize(&asked).map(drop)
    }
}

pub(super) struct Access(pub(super) Arc<dyn Asker>);

#[async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let operation = operation(context.s3_op().name()).ok_or_else(not_implemented)?;
        let query = context.uri().query().unwrap_or_default();
        let version = query_value(query, "versionId").filter(|it| !it.is_empty());
        let asked = Asked {
            operation,
            action: operation.version_action.filter(|_| version.is_some()).unwrap_or(operation.action),
            bucket: context.s3_path().get_bucket_name(),
            key: context.s3_path().get_object_key(),
            version: version.as_deref(),
            access_key: context.credentials().map(|it| it.access_key.as_str()),
            uri: context.uri(),
            headers: context.headers(),
        };
        let caller = self.0.authorize(&asked)?;
        context.extensions_mut().insert(caller);
        context.extensions_mut().insert(Behind(Arc::clone(&self.0)));
        super::encryption::check_headers(context.headers())
    }
}

/// Names of hosts: `BUCKET.s3.REGION.amazonaws.com` and its older, dual-stack and Chinese forms; and `BUCKET.localhost`, to which
/// clients come whose endpoint is `localhost`. Others have the bucket in the path.
pub(super) struct Host;

impl S3Host for Host {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = host.split_once(':').map_or(host, |(name, _)| name);
        Ok(match bucket_of(name) {
            Some(bucket) => VirtualHost::new(name).with_bucket(bucket),
            None => VirtualHost::new(name),
        })
    }
}

/// The bucket that a host's name begins with.
pub fn bucket_of(host: &str) -> Option<&str> {
    if let Some(bucket) = host.strip_suffix(".localhost") {
        return Some(bucket.strip_suffix(".s3").unwrap_or(bucket)).filter(|it| *it != "s3");
    }
    if let Some(door) = VpcEndpointName::parse(host) {
        return door.bucket();
    }
    let service =
        ["amazonaws.com.cn", "amazonaws.com", "api.aws"].iter().find_map(|it| host.strip_suffix(it))?;
    let service = service.strip_suffix('.')?;
    // From behind, since names of buckets may have anything of it.
    let mut labels: Vec<&str> = service.rsplit('.').take(3).collect();
    labels.retain(|it| !it.is_empty());
    let at =
        labels.iter().position(|it| *it == "s3" || it.starts_with("s3-") && !it.starts_with("s3-website"))?;
    let tail: usize = labels[..=at].iter().map(|it| it.len() + 1).sum();
    service.get(..service.len().checked_sub(tail)?).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_read_from_a_hosts_name() {
        for host in ["s3.amazonaws.com", "s3.eu-west-1.amazonaws.com", "s3.dualstack.eu-west-1.amazonaws.com"]
        {
            assert_eq!(bucket_of(host), None, "{host}");
            assert_eq!(bucket_of(&format!("my.logs.{host}")), Some("my.logs"), "{host}");
        }
        assert_eq!(bucket_of("logs.s3.cn-north-1.amazonaws.com.cn"), Some("logs"));
        assert_eq!(bucket_of("logs.s3-eu-west-1.amazonaws.com"), Some("logs"));
        assert_eq!(bucket_of("s3.s3.eu-west-1.amazonaws.com"), Some("s3"));
        let door = "bucket.vpce-0e25b8cdd720f900e-0123abcd.s3.us-west-2.vpce.amazonaws.com";
        assert_eq!((bucket_of(door), bucket_of(&format!("my.logs.{door}"))), (None, Some("my.logs")));
        assert_eq!(bucket_of("localhost"), None);
        assert_eq!(bucket_of("s3.localhost"), None);
        assert_eq!(bucket_of("logs.s3.localhost"), Some("logs"));
        assert_eq!(bucket_of("my.logs.localhost"), Some("my.logs"));
    }
}
