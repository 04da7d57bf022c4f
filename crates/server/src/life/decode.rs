//! Reads the parameters: what is missing, unknown or malformed is refused before anybody asks what it would do.

use std::io::Read as _;

use awsproto::AwsError;
use flate2::read::GzDecoder;

use super::exchange::Read;
use super::{Ended, Exchange};
use crate::api::Api;
use crate::body::BODY_BYTES_MAX;

/// Whose large requests come compressed: PutMetricData's, by "requestCompression" (Smithy).
const COMPRESSED: &str = "monitoring";

pub(super) fn step(_: &Api, exchange: &mut Exchange<'_>) -> Result<(), Ended> {
    exchange.inflated = inflated(exchange)?;
    let input = exchange.route().input(&exchange.incoming())?;
    exchange.request = Some((exchange.action().decode)(&input)?);
    exchange.input = Some(input);
    Ok(())
}

/// The body of a compressed request. What was signed is the body as it came.
fn inflated(exchange: &Exchange<'_>) -> Result<Option<Vec<u8>>, AwsError> {
    let encoding = exchange.head.headers.get("content-encoding").and_then(|it| it.to_str().ok());
    let is_compressed = encoding == Some("gzip") && exchange.service().name == COMPRESSED;
    match &exchange.body {
        Some(Read::Whole(body)) if is_compressed => unpacked(&body.bytes).map(Some),
        Some(Read::Whole(_) | Read::Streamed(_)) | None => Ok(None),
    }
}

/// What is packed, which is no more than may come unpacked.
fn unpacked(packed: &[u8]) -> Result<Vec<u8>, AwsError> {
    let most = u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX);
    let mut unpacked = Vec::new();
    let read = GzDecoder::new(packed).take(most + 1).read_to_end(&mut unpacked);
    match read {
        Ok(length) if length <= BODY_BYTES_MAX => Ok(unpacked),
        Ok(_) => {
            let sentence = format!("The request body must not exceed {BODY_BYTES_MAX} bytes.");
            Err(AwsError::new("RequestEntityTooLarge", sentence).with_status(413))
        }
        Err(_) => Err(AwsError::new("SerializationException", "The body is not what gzip makes.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    #[test]
    fn what_is_packed_is_unpacked_up_to_what_may_come() {
        assert_eq!(unpacked(&packed(3)).unwrap(), [0, 0, 0]);
        assert_eq!(unpacked(&packed(BODY_BYTES_MAX)).unwrap().len(), BODY_BYTES_MAX);
        assert_eq!(unpacked(&packed(100 * BODY_BYTES_MAX)).unwrap_err().code, "RequestEntityTooLarge");
        assert_eq!(unpacked(b"plain").unwrap_err().code, "SerializationException");
    }

    fn packed(length: usize) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&vec![0; length]).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }
}
