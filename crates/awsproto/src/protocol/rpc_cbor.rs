//! Remote calls in CBOR: service and operation in the path. CloudWatch, and what AWS moves to it.
//!
//! Follows "Smithy RPC v2 CBOR protocol" and RFC 8949. Errors alone; no service that Hamlet has speaks it.

use super::dialect::Dialect;
use crate::error::AwsError;
use crate::reply::Reply;
use crate::service::Service;

const CONTENT_TYPE: &str = "application/cbor";
/// Major types of RFC 8949, in the three highest bits.
const TEXT: u8 = 3 << 5;
const MAP: u8 = 5 << 5;
/// Lengths from here on do not fit beside the major type: they follow in one, two or four bytes.
const LENGTH_IN_ONE_BYTE: u8 = 24;
const LENGTH_IN_TWO_BYTES: u8 = 25;
const LENGTH_IN_FOUR_BYTES: u8 = 26;

pub(super) struct RpcCbor;

impl Dialect for RpcCbor {
    fn write_error(&self, _: &Service, error: &AwsError, _: &str) -> Reply {
        let members = [("__type", error.code.as_ref()), ("message", error.message.as_str())];
        let mut body = Vec::new();
        write_head(&mut body, MAP, members.len());
        for (name, value) in members {
            write_text(&mut body, name);
            write_text(&mut body, value);
        }
        let reply = Reply::new(error.status, CONTENT_TYPE, body);
        Reply { headers: vec![("smithy-protocol", "rpc-v2-cbor".to_owned())], ..reply }
    }
}

fn write_text(body: &mut Vec<u8>, text: &str) {
    write_head(body, TEXT, text.len());
    body.extend_from_slice(text.as_bytes());
}

fn write_head(body: &mut Vec<u8>, major: u8, length: usize) {
    if let Ok(length) = u8::try_from(length) {
        if length < LENGTH_IN_ONE_BYTE {
            return body.push(major | length);
        }
        return body.extend([major | LENGTH_IN_ONE_BYTE, length]);
    }
    if let Ok(length) = u16::try_from(length) {
        body.push(major | LENGTH_IN_TWO_BYTES);
        return body.extend(length.to_be_bytes());
    }
    let length = u32::try_from(length).expect("no error is as long as 4 GiB");
    body.push(major | LENGTH_IN_FOUR_BYTES);
    body.extend(length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_as_many_bytes_as_they_need() {
        let head = |length| {
            let mut body = Vec::new();
            write_head(&mut body, TEXT, length);
            body
        };
        assert_eq!(head(23), [0x77]);
        assert_eq!(head(24), [0x78, 24]);
        assert_eq!(head(255), [0x78, 255]);
        assert_eq!(head(256), [0x79, 1, 0]);
        assert_eq!(head(65_536), [0x7a, 0, 1, 0, 0]);
    }
}
