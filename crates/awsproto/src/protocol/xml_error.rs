//! Errors as XML: what the protocols have in common.

use crate::error::AwsError;
use crate::service::Service;
use crate::xml::XmlWriter;

/// Code and message.
pub(super) fn members(error: &AwsError, xml: &mut XmlWriter) {
    xml.text("Code", &error.code);
    xml.text("Message", &error.message);
}

/// The envelope of the query protocol, which most REST services with XML use as well.
pub(super) fn error_response(service: &Service, error: &AwsError, request_id: &str) -> String {
    let fault = if error.status < 500 { "Sender" } else { "Receiver" };
    let mut xml = XmlWriter::document();
    xml.element_in("ErrorResponse", service.xml_namespace, |xml| {
        xml.element("Error", |xml| {
            xml.text("Type", fault);
            members(error, xml);
        });
        xml.text("RequestId", request_id);
    });
    xml.finish()
}
