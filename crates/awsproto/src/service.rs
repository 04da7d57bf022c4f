//! What Hamlet knows of a service from its model: name, protocol, version, operations.

use crate::rest_xml::HttpRoute;

/// How a service's requests and answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Form in, XML out, in EC2's own dialect.
    Ec2,
    /// Form in, XML out: IAM, STS, SNS.
    Query,
    /// JSON in, JSON out, the operation in `X-Amz-Target`.
    Json11,
    /// XML in, XML out, the operation in method and path: Route 53, S3. With every operation that AWS has.
    RestXml(&'static [HttpRoute]),
}

impl Protocol {
    /// The `Content-Type` of answers.
    pub fn content_type(self) -> &'static str {
        match self {
            Protocol::Ec2 => "text/xml;charset=UTF-8",
            Protocol::Query | Protocol::RestXml(_) => "text/xml",
            Protocol::Json11 => "application/x-amz-json-1.1",
        }
    }
}

/// One AWS service. The values are generated (`cargo xtask codegen`).
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// The name in signatures, hosts and IAM actions: `ec2`.
    pub name: &'static str,
    /// How its requests and answers are written.
    pub protocol: Protocol,
    /// `2016-11-15`.
    pub api_version: &'static str,
    /// The namespace of its XML answers; empty for JSON services.
    pub xml_namespace: &'static str,
    /// What precedes the dot in `X-Amz-Target`; empty for other protocols.
    pub target_prefix: &'static str,
    /// Every operation AWS has, sorted: those not in the service's ACTIONS are answered with
    /// "not implemented" rather than "unknown".
    pub known_operations: &'static [&'static str],
}

impl Service {
    /// Whether AWS has an operation of this name.
    pub fn knows(&self, operation: &str) -> bool {
        self.known_operations.binary_search(&operation).is_ok()
    }

    /// Whether `X-Amz-Target` names this service.
    pub(crate) fn is_targeted_by(&self, prefix: &str) -> bool {
        !self.target_prefix.is_empty() && self.target_prefix == prefix
    }
}
