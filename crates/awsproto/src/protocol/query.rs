//! The query protocol: form in, XML out. IAM, STS, SNS.
//!
//! Follows "AWS query protocol" (Smithy).

use super::dialect::Dialect;
use super::{form, xml_error};
use crate::constraints::{self, Constraint};
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::params::{At, EmptyValue, FromParams, Wording};
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;
use crate::xml::{self, ToXml, XmlWriter};

const CONTENT_TYPE: &str = "text/xml";

pub(crate) static WORDING: Wording = Wording { empty: EmptyValue::IsAValue, invalid, missing };

fn invalid(key: &str, _: &str, reason: &str) -> AwsError {
    AwsError::new("MalformedInput", format!("{key}: {reason}"))
}

fn missing(name: &str) -> AwsError {
    let sentence = format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
    );
    AwsError::new("ValidationError", sentence)
}

/// Reads a request, for generated decoders.
pub fn decode<T: FromParams>(input: &Input) -> Result<T, AwsError> {
    T::from_params(input.form()?, &At::root(&WORDING))
}

/// The same for a request of which the model says more than types.
pub fn decode_within<T: FromParams>(input: &Input, constraints: &[Constraint]) -> Result<T, AwsError> {
    let request = decode(input)?;
    constraints::check(input.form()?, constraints)?;
    Ok(request)
}

/// The inside of an answer.
pub fn encode<T: ToXml>(operation: &'static str, answer: &T) -> Output {
    Output::of(xml::inside_answer_of(operation, answer))
}

/// The answer of operations for which the model has none.
pub fn encode_nothing(_: &()) -> Output {
    Output::default()
}

pub(super) struct Query;

impl Dialect for Query {
    fn operation(&self, _: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        form::operation(incoming)
    }

    fn read(&self, _: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        form::read(incoming)
    }

    fn write(&self, service: &Service, operation: &str, request_id: &str, output: &Output) -> Reply {
        let mut xml = XmlWriter::document();
        xml.element_in(&format!("{operation}Response"), service.xml_namespace, |xml| {
            xml.element(&format!("{operation}Result"), |xml| xml.raw(&output.body));
            xml.element("ResponseMetadata", |xml| xml.text("RequestId", request_id));
        });
        Reply::new(200, CONTENT_TYPE, xml.finish())
    }

    fn write_error(&self, service: &Service, error: &AwsError, request_id: &str) -> Reply {
        let body = xml_error::error_response(service, error, request_id);
        Reply::new(error.status, CONTENT_TYPE, body)
    }

    fn unknown_action(&self, service: &Service, action: &str) -> AwsError {
        let version = service.api_version;
        AwsError::new("InvalidAction", format!("Could not find operation {action} for version {version}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Protocol;

    #[test]
    fn answers_and_errors_have_their_envelopes() {
        let answer = Output::of("<Arn>a</Arn>".to_owned()).render(&SERVICE, "GetCallerIdentity", "r-1");
        assert_eq!(
            answer.text(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<GetCallerIdentityResponse xmlns=\"urn:x\">\
             <GetCallerIdentityResult><Arn>a</Arn></GetCallerIdentityResult>\
             <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
        );
        let error = AwsError::new("AccessDenied", "No.").render(&SERVICE, "r-1");
        assert_eq!(
            error.text(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"urn:x\"><Error>\
             <Type>Sender</Type><Code>AccessDenied</Code><Message>No.</Message></Error>\
             <RequestId>r-1</RequestId></ErrorResponse>"
        );
        assert_eq!((answer.status, error.status), (200, 403));
    }

    static SERVICE: Service = Service {
        name: "sts",
        title: "x",
        protocol: Protocol::Query,
        api_version: "1",
        xml_namespace: "urn:x",
        target_prefix: "",
        known_operations: &[],
        routes: &[],
    };
}
