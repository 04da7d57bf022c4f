//! What the tests of IAM begin with.

use awsproto::testing::Caller;

use crate::API;

/// A trust policy for instances.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// The root of an account without roles.
pub(crate) fn root() -> Caller {
    Caller::new(&API, "us-east-1")
}

/// Certificates that hold from 2020 to 2120, and their keys: `openssl ca` made them. `ROOT` has signed `BETWEEN`, which has
/// signed `RSA`; `ROOT` has signed `EC`, and the one that held until 2021.
macro_rules! pem {
    ($($name:ident $file:literal;)*) => {$(
        pub(crate) const $name: &str = include_str!(concat!("../tests/certificates/", $file));
    )*};
}

pem! {
    ROOT "root.pem";
    BETWEEN "between.pem";
    RSA "rsa.pem";
    RSA_KEY "rsa.key";
    RSA_KEY_PKCS8 "rsa_pkcs8.key";
    EC "ec.pem";
    EC_KEY "ec.key";
    EC_KEY_PKCS8 "ec_pkcs8.key";
    EXPIRED "expired.pem";
}
