//! An error as AWS gives it: a code, a sentence, a status, and its shape per protocol.
//!
//! Codes and sentences follow "Error codes for the Amazon EC2 API" and each service's
//! "Common Errors" page. S3's XML errors, which have no envelope, are not here.

use crate::service::{Protocol, Service};
use crate::xml::XmlWriter;
use std::borrow::Cow;

/// An error an AWS client can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsError {
    /// What a program looks at: `InvalidVpcID.NotFound`.
    pub code: Cow<'static, str>,
    /// What a person reads.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// Members beside code and message, for the few errors that have some.
    pub fields: Vec<(&'static str, String)>,
}

/// A whole HTTP answer, less the headers every answer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl AwsError {
    /// An error with the HTTP status that EC2 documents for its code; 400 for most.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let code = code.into();
        let status = status_of(&code);
        AwsError { code, message: message.into(), status, fields: Vec::new() }
    }

    /// The same error under another HTTP status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same error with one more member.
    pub fn with_field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// `MissingParameter`: "The request must contain the parameter {name}".
    pub fn missing_parameter(name: &str) -> Self {
        Self::new("MissingParameter", format!("The request must contain the parameter {name}"))
    }

    /// `UnknownParameter`: "The parameter {name} is not recognized".
    pub fn unknown_parameter(name: &str) -> Self {
        Self::new("UnknownParameter", format!("The parameter {name} is not recognized"))
    }

    /// `InvalidParameterValue` with a sentence of its own.
    pub fn invalid_parameter_value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    /// `InvalidParameterValue`: "Value ({value}) for parameter {name} is invalid. {reason}".
    pub fn invalid_value(name: &str, value: &str, reason: &str) -> Self {
        let message = format!("Value ({value}) for parameter {name} is invalid. {reason}");
        Self::new("InvalidParameterValue", message.trim_end())
    }

    /// `InvalidParameterCombination`.
    pub fn invalid_parameter_combination(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterCombination", message)
    }

    /// `{family}.NotFound`: "The {kind} ID '{id}' does not exist".
    pub fn not_found(code: &'static str, kind: &str, id: &str) -> Self {
        Self::new(code, format!("The {kind} ID '{id}' does not exist"))
    }

    /// `{family}.Malformed`: `Invalid id: "{id}"`.
    pub fn malformed_id(code: &'static str, id: &str) -> Self {
        Self::new(code, format!("Invalid id: \"{id}\""))
    }

    /// `DependencyViolation`.
    pub fn dependency_violation(message: impl Into<String>) -> Self {
        Self::new("DependencyViolation", message)
    }

    /// `DryRunOperation`: the request would have succeeded.
    pub fn dry_run() -> Self {
        Self::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    }

    /// `IdempotentParameterMismatch`: a client token used again with other parameters.
    pub fn idempotent_parameter_mismatch() -> Self {
        Self::new(
            "IdempotentParameterMismatch",
            "The client token you have provided is already in use with different parameters.",
        )
    }

    /// An action that AWS does not know.
    pub fn unknown_action(service: &Service, action: &str) -> Self {
        match service.protocol {
            Protocol::Ec2 => {
                Self::new("InvalidAction", format!("The action {action} is not valid for this web service."))
            }
            Protocol::Query => Self::new(
                "InvalidAction",
                format!("Could not find operation {action} for version {}", service.api_version),
            ),
            Protocol::Json11 => Self::new("UnknownOperationException", ""),
            Protocol::RestXml(_) => Self::new("UnknownOperationException", "").with_status(404),
        }
    }

    /// An action that AWS knows and Hamlet does not have. No AWS answer says this, so the words
    /// are Hamlet's own; 501 is a status that SDKs do not retry.
    pub fn not_implemented(service: &Service, action: &str) -> Self {
        let code = match service.protocol {
            Protocol::Ec2 | Protocol::Query | Protocol::RestXml(_) => "NotImplemented",
            Protocol::Json11 => "NotImplementedException",
        };
        let name = service.name;
        let message = format!("AWS has the action {name}:{action}, but Hamlet does not implement it yet.");
        Self::new(code, message).with_status(501)
    }

    /// A part of an action that AWS has and Hamlet does not: a parameter, a value, a mode.
    pub fn not_implemented_yet(what: &str) -> Self {
        Self::new("NotImplemented", format!("Hamlet does not implement {what} yet.")).with_status(501)
    }

    /// The error as a whole HTTP answer in the service's protocol.
    pub fn render(&self, service: &Service, request_id: &str) -> Reply {
        let body = match service.protocol {
            Protocol::Ec2 => self.ec2_body(request_id),
            Protocol::Query | Protocol::RestXml(_) => self.query_body(service, request_id),
            Protocol::Json11 => self.json_body(),
        };
        let content_type = service.protocol.content_type();
        Reply { status: self.status_in(service.protocol), content_type, headers: Vec::new(), body }
    }

    /// JSON services answer every client error with 400, whatever the code.
    fn status_in(&self, protocol: Protocol) -> u16 {
        match protocol {
            Protocol::Json11 if self.status < 500 => 400,
            Protocol::Json11 | Protocol::Ec2 | Protocol::Query | Protocol::RestXml(_) => self.status,
        }
    }

    fn ec2_body(&self, request_id: &str) -> String {
        let mut xml = XmlWriter::document();
        xml.element("Response", |xml| {
            xml.element("Errors", |xml| xml.element("Error", |xml| self.write_members(xml)));
            // Capitalised here, and here alone.
            xml.text("RequestID", request_id);
        });
        xml.finish()
    }

    fn query_body(&self, service: &Service, request_id: &str) -> String {
        let fault = if self.status < 500 { "Sender" } else { "Receiver" };
        let mut xml = XmlWriter::document();
        xml.element_in("ErrorResponse", service.xml_namespace, |xml| {
            xml.element("Error", |xml| {
                xml.text("Type", fault);
                self.write_members(xml);
            });
            xml.text("RequestId", request_id);
        });
        xml.finish()
    }

    fn write_members(&self, xml: &mut XmlWriter) {
        xml.text("Code", &self.code);
        xml.text("Message", &self.message);
        for (name, value) in &self.fields {
            xml.text(name, value);
        }
    }

    fn json_body(&self) -> String {
        let mut members = serde_json::Map::new();
        members.insert("__type".into(), self.code.as_ref().into());
        if !self.message.is_empty() {
            members.insert("message".into(), self.message.as_str().into());
        }
        for (name, value) in &self.fields {
            members.insert((*name).into(), value.as_str().into());
        }
        serde_json::Value::Object(members).to_string()
    }
}

impl std::fmt::Display for AwsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for AwsError {}

/// Client errors are 400; these are the exceptions.
fn status_of(code: &str) -> u16 {
    match code {
        "AuthFailure" => 401,
        "UnauthorizedOperation"
        | "AccessDenied"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "ExpiredToken" => 403,
        "DryRunOperation" => 412,
        "InternalError" | "InternalFailure" | "InternalServerError" => 500,
        "RequestLimitExceeded" | "Unavailable" | "ServiceUnavailable" => 503,
        _ => 400,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_protocol_has_its_own_body() {
        let error = AwsError::not_found("InvalidVpcID.NotFound", "vpc", "vpc-1");
        let ec2 = error.render(&service(Protocol::Ec2), "r-1");
        assert_eq!(
            ec2.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>\
             <Code>InvalidVpcID.NotFound</Code><Message>The vpc ID 'vpc-1' does not exist</Message>\
             </Error></Errors><RequestID>r-1</RequestID></Response>"
        );
        let query = error.render(&service(Protocol::Query), "r-1");
        assert_eq!(
            query.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"urn:x\"><Error>\
             <Type>Sender</Type><Code>InvalidVpcID.NotFound</Code>\
             <Message>The vpc ID 'vpc-1' does not exist</Message></Error>\
             <RequestId>r-1</RequestId></ErrorResponse>"
        );
        let json = error.render(&service(Protocol::Json11), "r-1");
        assert_eq!(
            json.body,
            r#"{"__type":"InvalidVpcID.NotFound","message":"The vpc ID 'vpc-1' does not exist"}"#
        );
        assert_eq!((ec2.status, query.status, json.status), (400, 400, 400));
    }

    #[test]
    fn statuses_follow_the_documentation() {
        assert_eq!(AwsError::dry_run().status, 412);
        assert_eq!(AwsError::new("AuthFailure", "").status, 401);
        assert_eq!(AwsError::new("UnauthorizedOperation", "").status, 403);
        assert_eq!(AwsError::new("RequestLimitExceeded", "").status, 503);
        let denied = AwsError::new("AccessDenied", "");
        assert_eq!(denied.render(&service(Protocol::Json11), "r").status, 400);
    }

    #[test]
    fn unknown_to_aws_and_unknown_to_us_are_different() {
        let service = service(Protocol::Ec2);
        assert_eq!(
            AwsError::unknown_action(&service, "MakeVpc").to_string(),
            "InvalidAction: The action MakeVpc is not valid for this web service."
        );
        assert_eq!(AwsError::not_implemented(&service, "CreateFleet").status, 501);
    }

    fn service(protocol: Protocol) -> Service {
        Service {
            name: "x",
            protocol,
            api_version: "1",
            xml_namespace: "urn:x",
            target_prefix: "X",
            known_operations: &[],
        }
    }
}
