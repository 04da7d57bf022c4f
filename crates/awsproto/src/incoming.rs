//! A request as far as it must be looked at to tell what it is for.

use crate::percent;
use crate::sigv4::CredentialScope;

/// What is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Incoming<'a> {
    /// The `Host` header.
    pub host: Option<&'a str>,
    /// The `X-Amz-Target` header.
    pub target: Option<&'a str>,
    /// The scope of the signature, believed or not.
    pub scope: Option<&'a CredentialScope>,
    /// The HTTP method.
    pub method: &'a str,
    /// The path, as it was sent.
    pub path: &'a str,
    /// What followed the `?`.
    pub query: &'a str,
    /// The whole body.
    pub body: &'a [u8],
}

impl<'a> Incoming<'a> {
    /// What stands for the service in `X-Amz-Target`.
    pub(crate) fn targeted_service(&self) -> Option<&'a str> {
        self.target.map(|target| target.rsplit_once('.').map_or(target, |(service, _)| service))
    }

    /// The operation in `X-Amz-Target`.
    pub(crate) fn targeted_operation(&self) -> Option<&'a str> {
        self.target?.rsplit_once('.').map(|(_, operation)| operation).filter(|name| !name.is_empty())
    }

    /// A value of the form in the body, or else of the query string.
    pub(crate) fn form_value(&self, name: &str) -> Option<String> {
        let pairs = |form: &[u8]| {
            let mut decoded = form.split(|byte| *byte == b'&').filter_map(percent::decode_pair);
            decoded.find(|(key, _)| key == name).map(|(_, value)| value)
        };
        pairs(self.body).or_else(|| pairs(self.query.as_bytes()))
    }
}
