//! What the tests of IAM begin with.

use awsproto::testing::Caller;

use crate::API;

/// A trust policy for instances.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// The root of an account without roles.
pub(crate) fn root() -> Caller {
    Caller::new(&API, "us-east-1")
}
