//! The protocols, a file each: how requests are read, answers and errors written.
//!
//! The one place that tells them apart is `Protocol::dialect`. What several share lies in `form`, `json_error` and
//! `xml_error`, and beneath this folder.

mod cloudwatch_query;
mod dialect;
pub mod ec2;
mod form;
mod json10;
pub mod json11;
mod json_error;
pub mod query;
mod query_compatible;
pub mod rest_json;
pub mod rest_xml;
pub mod rpc_cbor;
mod s3;
mod sqs_query;
mod targeted;
mod xml_error;

use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::params::Wording;
use crate::reply::{Output, Reply};
use crate::service::{ErrorNames, Protocol, Service};
use dialect::Dialect;

impl Protocol {
    fn dialect(self) -> &'static dyn Dialect {
        match self {
            Protocol::Ec2 => &ec2::Ec2,
            Protocol::Query => &query::Query,
            Protocol::Json10 => &json10::Json10,
            Protocol::Json11 => &json11::Json11,
            Protocol::RestJson => &rest_json::RestJson,
            Protocol::RestXml => &rest_xml::RestXml,
            Protocol::S3 => &s3::S3,
            Protocol::RpcCbor => &rpc_cbor::RpcCbor,
            Protocol::SqsQuery => &sqs_query::SqsQuery,
            Protocol::CloudWatchQuery => &cloudwatch_query::CloudWatchQuery,
        }
    }
}

impl Service {
    /// The operation that a request names; it may not exist.
    pub(crate) fn operation(&self, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        self.protocol.dialect().operation(self, incoming)
    }

    /// The parameters of a request.
    pub(crate) fn read(&self, incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        self.protocol.dialect().read(self.routes, incoming)
    }
}

/// How a service whose requests are forms takes empty values, and says what is wrong.
pub(crate) fn wording(protocol: Protocol) -> &'static Wording {
    match protocol {
        Protocol::Ec2 => &ec2::WORDING,
        Protocol::Query
        | Protocol::Json10
        | Protocol::Json11
        | Protocol::RestJson
        | Protocol::RestXml
        | Protocol::S3
        | Protocol::RpcCbor
        | Protocol::SqsQuery
        | Protocol::CloudWatchQuery => &query::WORDING,
    }
}

impl Input {
    /// Reads the parameters of a request in whose protocol no path has a part.
    pub fn parse(protocol: Protocol, query: &str, body: &[u8]) -> Result<Input, AwsError> {
        protocol.dialect().read(&[], &Incoming { query, body, ..Incoming::default() })
    }
}

impl Output {
    /// The answer as a whole HTTP answer.
    pub fn render(&self, service: &Service, operation: &str, request_id: &str) -> Reply {
        let mut reply = service.protocol.dialect().write(service, operation, request_id, self);
        reply.headers.extend(self.headers.iter().cloned());
        reply
    }
}

impl AwsError {
    /// The error as a whole HTTP answer in the service's protocol.
    pub fn render(&self, service: &Service, request_id: &str) -> Reply {
        service.protocol.dialect().write_error(service, self, request_id)
    }

    /// An action that AWS does not know.
    pub fn unknown_action(service: &Service, action: &str) -> Self {
        service.protocol.dialect().unknown_action(service, action)
    }

    /// An action that AWS knows and Hamlet does not have.
    pub fn not_implemented(service: &Service, action: &str) -> Self {
        let name = service.title;
        let message = format!("{name} has the action {action}, but Hamlet does not implement it yet.");
        absent(service, message)
    }

    /// A service that AWS has and Hamlet does not.
    pub fn service_not_implemented(service: &Service) -> Self {
        let message = format!("Hamlet has no {} yet; see docs/coverage.md for what it has.", service.title);
        absent(service, message)
    }

    /// A service of a name that AWS has not, either. The service is one that is answered like.
    pub(crate) fn unknown_service(like: &Service, name: &str) -> Self {
        absent(like, format!("Hamlet has no service '{name}'; see docs/coverage.md for what it has."))
    }
}

/// What AWS has and Hamlet does not. No AWS answer says this, so the words are Hamlet's own; 501 is a status that SDKs do
/// not retry.
fn absent(service: &Service, message: String) -> AwsError {
    let code = match service.protocol.error_names() {
        ErrorNames::Ec2 | ErrorNames::Plain => "NotImplemented",
        ErrorNames::Exceptions => "NotImplementedException",
    };
    AwsError::new(code, message).with_status(501)
}
