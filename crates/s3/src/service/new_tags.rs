//! The tags that a bucket is made with. s3s is older than they are, and reads over them.

use hyper::Request;
use s3s::dto::{Tag, Tagging};
use s3s::xml::{Deserialize, Deserializer};
use s3s::{Body, S3ErrorCode, S3Result};

use super::errors::error;
use super::settings::malformed;

/// The largest body of CreateBucket: fifty tags of the longest names and values are less.
const BODY_MAX: usize = 256 * 1024;

/// The tags, where the handler finds them.
#[derive(Clone)]
pub(super) struct NewTags(pub(super) Vec<Tag>);

/// Takes the tags out of the body of CreateBucket, which stays as it is: it is signed.
pub(super) async fn note(request: &mut Request<Body>) -> S3Result<()> {
    let taken = request.body_mut().store_all_limited(BODY_MAX).await;
    let bytes =
        taken.map_err(|_| error(S3ErrorCode::MaxMessageLengthExceeded, "Your request was too big."))?;
    let tags = read(&String::from_utf8_lossy(&bytes))?;
    if !tags.is_empty() {
        request.extensions_mut().insert(NewTags(tags));
    }
    Ok(())
}

fn read(document: &str) -> S3Result<Vec<Tag>> {
    let Some((_, rest)) = document.split_once("<Tags>") else { return Ok(Vec::new()) };
    let (tags, _) = rest.split_once("</Tags>").ok_or_else(malformed)?;
    // The tags of a bucket that is there already are written just so.
    let document = format!("<Tagging><TagSet>{tags}</TagSet></Tagging>");
    let read = Tagging::deserialize(&mut Deserializer::new(document.as_bytes()));
    Ok(read.map_err(|_| malformed())?.tag_set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_from_what_a_bucket_is_made_of() {
        let document = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint><Tags><Tag><Key>a&amp;b\
                        </Key><Value>1</Value></Tag></Tags></CreateBucketConfiguration>";
        let tags = read(document).unwrap();
        assert_eq!(tags[0].key.as_deref(), Some("a&b"));
        assert_eq!(tags[0].value.as_deref(), Some("1"));
        assert!(read("<CreateBucketConfiguration/>").unwrap().is_empty());
        assert!(read("<Tags><Tag><Key>a</Tags>").is_err());
        assert!(read("<Tags>").is_err());
    }
}
