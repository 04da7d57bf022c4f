//! What Hamlet knows of a service from its model: name, protocol, version, operations.

use crate::rest::HttpRoute;

/// How a service's requests and answers are written. What each does is a file of `protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Form in, XML out, in EC2's own dialect.
    Ec2,
    /// Form in, XML out: IAM, STS, SNS.
    Query,
    /// JSON in, JSON out, the operation in `X-Amz-Target`: DynamoDB, SQS.
    Json10,
    /// The same under another `Content-Type`: Systems Manager, CloudWatch Logs.
    Json11,
    /// JSON in, JSON out, the operation in method and path: Lambda.
    RestJson,
    /// XML in, XML out, the operation in method and path: Route 53.
    RestXml,
    /// The same in a dialect that is Amazon S3's alone.
    S3,
    /// CBOR in, CBOR out, service and operation in the path: CloudWatch.
    RpcCbor,
    /// Form in, XML out, in a dialect that is Amazon SQS's alone, for clients of before its JSON.
    SqsQuery,
    /// Form in, XML out, of Amazon CloudWatch, whose newer clients speak CBOR.
    CloudWatchQuery,
}

/// How errors are named that no service has for itself alone: who asks, whether it is there at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorNames {
    /// EC2's own: `AuthFailure`.
    Ec2,
    /// `AccessDenied`.
    Plain,
    /// `AccessDeniedException`.
    Exceptions,
}

impl Protocol {
    /// Whether its requests are forms, whose version tells the service.
    pub(crate) fn has_forms(self) -> bool {
        match self {
            Protocol::Ec2 | Protocol::Query | Protocol::SqsQuery | Protocol::CloudWatchQuery => true,
            Protocol::Json10
            | Protocol::Json11
            | Protocol::RestJson
            | Protocol::RestXml
            | Protocol::S3
            | Protocol::RpcCbor => false,
        }
    }

    /// How errors are named that no service has for itself alone.
    pub fn error_names(self) -> ErrorNames {
        match self {
            Protocol::Ec2 => ErrorNames::Ec2,
            Protocol::Query
            | Protocol::RestXml
            | Protocol::S3
            | Protocol::SqsQuery
            | Protocol::CloudWatchQuery => ErrorNames::Plain,
            Protocol::Json10 | Protocol::Json11 | Protocol::RestJson | Protocol::RpcCbor => {
                ErrorNames::Exceptions
            }
        }
    }
}

/// One AWS service. The values are generated (`cargo xtask codegen`).
#[derive(Debug, PartialEq, Eq)]
pub struct Service {
    /// The name in signatures, hosts and IAM actions: `ec2`.
    pub name: &'static str,
    /// The name for people: `Amazon EC2`.
    pub title: &'static str,
    /// How its requests and answers are written.
    pub protocol: Protocol,
    /// `2016-11-15`.
    pub api_version: &'static str,
    /// The namespace of its XML answers; empty for JSON services.
    pub xml_namespace: &'static str,
    /// What precedes the dot in `X-Amz-Target`, or follows `/service/` in a path; empty for other protocols.
    pub target_prefix: &'static str,
    /// Every operation AWS has, sorted: those not in the service's ACTIONS are answered with
    /// "not implemented" rather than "unknown".
    pub known_operations: &'static [&'static str],
    /// How every operation AWS has appears in HTTP, for the protocols that tell them by it; empty for others.
    pub routes: &'static [HttpRoute],
}

impl Service {
    /// Whether AWS has an operation of this name.
    pub fn knows(&self, operation: &str) -> bool {
        self.known_operations.binary_search(&operation).is_ok()
    }

    /// Whether Hamlet knows its operations, and has some of them.
    pub(crate) fn is_described(&self) -> bool {
        !self.known_operations.is_empty()
    }

    /// Whether `X-Amz-Target` names this service.
    pub(crate) fn is_targeted_by(&self, prefix: &str) -> bool {
        !self.target_prefix.is_empty() && self.target_prefix == prefix
    }
}
