//! The REST protocol with XML bodies, in a dialect that is Amazon S3's alone.
//!
//! Follows "Error responses" (Amazon S3 API Reference): errors have no envelope. Errors alone, of what is refused before the
//! crate s3 is asked.

use super::dialect::Dialect;
use super::xml_error;
use crate::error::AwsError;
use crate::reply::Reply;
use crate::service::Service;
use crate::xml::XmlWriter;

const CONTENT_TYPE: &str = "application/xml";

pub(super) struct S3;

impl Dialect for S3 {
    fn write_error(&self, _: &Service, error: &AwsError, request_id: &str) -> Reply {
        let mut xml = XmlWriter::document();
        xml.element("Error", |xml| {
            xml_error::members(error, xml);
            xml.text("RequestId", request_id);
        });
        let reply = Reply::new(error.status, CONTENT_TYPE, xml.finish());
        Reply { headers: vec![("x-amz-request-id", request_id.to_owned())], ..reply }
    }
}
