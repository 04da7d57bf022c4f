//! The EC2 protocol: form in, XML out, in a dialect that is EC2's alone.
//!
//! Follows "AWS EC2 query protocol" (Smithy).

use super::dialect::Dialect;
use super::{form, xml_error};
use crate::error::AwsError;
use crate::incoming::Incoming;
use crate::input::Input;
use crate::params::{At, EmptyValue, FromParams, Node, Wording};
use crate::reply::{Output, Reply};
use crate::rest::HttpRoute;
use crate::service::Service;
use crate::xml::{self, ToXml, XmlWriter};
use std::collections::BTreeMap;

const CONTENT_TYPE: &str = "text/xml;charset=UTF-8";

pub(super) static WORDING: Wording = Wording {
    empty: EmptyValue::IsNone,
    invalid: AwsError::invalid_value,
    missing: AwsError::missing_parameter,
};

/// Reads a request, for generated decoders.
pub fn decode<T: FromParams>(input: &Input) -> Result<T, AwsError> {
    T::from_params(input.form()?, &At::root(&WORDING))
}

/// Reads parameters that were kept ([`crate::params::Sent`]).
pub fn decode_kept<T: FromParams>(parameters: &BTreeMap<String, String>) -> Result<T, AwsError> {
    T::from_params(&Node::of_pairs(parameters)?, &At::root(&WORDING))
}

/// The inside of an operation's answer.
pub fn encode<T: ToXml>(operation: &'static str, answer: &T) -> Output {
    Output::of(xml::inside_answer_of(operation, answer))
}

/// The answer of operations for which the model has none.
pub fn encode_nothing(_: &()) -> Output {
    Output::of("<return>true</return>".to_owned())
}

pub(super) struct Ec2;

impl Dialect for Ec2 {
    fn operation(&self, _: &Service, incoming: &Incoming<'_>) -> Result<String, AwsError> {
        form::operation(incoming)
    }

    fn read(&self, _: &'static [HttpRoute], incoming: &Incoming<'_>) -> Result<Input, AwsError> {
        form::read(incoming)
    }

    fn write(&self, service: &Service, operation: &str, request_id: &str, output: &Output) -> Reply {
        let mut xml = XmlWriter::document();
        xml.element_in(&format!("{operation}Response"), service.xml_namespace, |xml| {
            xml.text("requestId", request_id);
            xml.raw(&output.body);
        });
        Reply::new(200, CONTENT_TYPE, xml.finish())
    }

    fn write_error(&self, _: &Service, error: &AwsError, request_id: &str) -> Reply {
        let mut xml = XmlWriter::document();
        xml.element("Response", |xml| {
            xml.element("Errors", |xml| xml.element("Error", |xml| xml_error::members(error, xml)));
            // Capitalised here, and here alone.
            xml.text("RequestID", request_id);
        });
        Reply::new(error.status, CONTENT_TYPE, xml.finish())
    }

    fn unknown_action(&self, _: &Service, action: &str) -> AwsError {
        AwsError::new("InvalidAction", format!("The action {action} is not valid for this web service."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Protocol;

    #[test]
    fn the_request_identifier_comes_first_in_answers() {
        let reply = encode_nothing(&()).render(&SERVICE, "DeleteVpc", "r-1");
        assert_eq!(
            reply.text(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <DeleteVpcResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
             <requestId>r-1</requestId><return>true</return></DeleteVpcResponse>"
        );
    }

    #[test]
    fn errors_have_an_envelope_of_their_own() {
        let error = AwsError::not_found("InvalidVpcID.NotFound", "vpc", "vpc-1");
        let reply = error.render(&SERVICE, "r-1");
        assert_eq!(
            reply.text(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>\
             <Code>InvalidVpcID.NotFound</Code><Message>The vpc ID 'vpc-1' does not exist</Message>\
             </Error></Errors><RequestID>r-1</RequestID></Response>"
        );
        assert_eq!(reply.status, 400);
    }

    #[test]
    fn unknown_to_aws_and_unknown_to_us_are_different() {
        assert_eq!(
            AwsError::unknown_action(&SERVICE, "MakeVpc").to_string(),
            "InvalidAction: The action MakeVpc is not valid for this web service."
        );
        assert_eq!(AwsError::not_implemented(&SERVICE, "CreateFleet").status, 501);
    }

    static SERVICE: Service = Service {
        name: "ec2",
        title: "x",
        protocol: Protocol::Ec2,
        api_version: "2016-11-15",
        xml_namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
        target_prefix: "",
        known_operations: &[],
        routes: &[],
    };
}
