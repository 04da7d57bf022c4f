//! S3 Control: what an account closes to the public in all its buckets, and tags of buckets by ARN.
//!
//! Follows GetPublicAccessBlock, PutPublicAccessBlock, DeletePublicAccessBlock, ListTagsForResource, TagResource and
//! UntagResource (Amazon S3 Control API Reference). Access points, batch jobs, Storage Lens and what else it has are not there.

use awsproto::xml::XmlWriter;
use awsproto::xml_reader::{self, Element};
use awsproto::{AwsError, decode_pair, decode_uri_component};
use hyper::{Method, StatusCode};
use model::bucket::BlockPublicAccess;
use model::bucket_name::BucketName;
use model::partition::Partition;
use model::place::AccountId;
use model::tags::Tags;
use s3s::dto::Tag;

use super::{OF_BUCKETS, S3Service, tags_of};
use crate::operations::Operation;
use crate::operations::control::{self, operation};
use crate::surroundings::{Caller, NotChanged};

/// What its paths begin with.
pub const ROOT: &str = "/v20180820/";
const CONFIGURATION: &str = "configuration/publicAccessBlock";
const TAGS: &str = "tags/";
const NAMESPACE: &str = "http://awss3control.amazonaws.com/doc/2018-08-20/";

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// What the account closes.
    Get,
    /// To close that.
    Put(BlockPublicAccess),
    /// To close nothing.
    Delete,
    /// A bucket's tags.
    List(BucketName),
    /// To give it some more.
    Tag(BucketName, Vec<(String, String)>),
    /// To take some away.
    Untag(BucketName, Vec<String>),
}

/// An answer: its status, and its body.
pub type Answer = (StatusCode, String);

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// It asks for what is not there, or is malformed: in AWS's words.
    pub fn read(
        partition: Partition,
        method: &Method,
        (path, query): (&str, &str),
        body: &[u8],
    ) -> Result<Request, AwsError> {
        let path = path.strip_prefix(ROOT).unwrap_or_default();
        if path == CONFIGURATION {
            return match *method {
                Method::GET => Ok(Request::Get),
                Method::PUT => Ok(Request::Put(block(&document(body)?)?)),
                Method::DELETE => Ok(Request::Delete),
                _ => Err(not_implemented()),
            };
        }
        let arn = path.strip_prefix(TAGS).filter(|it| !it.is_empty()).ok_or_else(not_implemented)?;
        let bucket = bucket_of(partition, &decode_uri_component(arn))?;
        match *method {
            Method::GET => Ok(Request::List(bucket)),
            Method::POST => Ok(Request::Tag(bucket, tags(&document(body)?)?)),
            Method::DELETE => Ok(Request::Untag(bucket, keys(query)?)),
            _ => Err(not_implemented()),
        }
    }

    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        let name = match self {
            Request::Get => control::GET,
            Request::Put(_) => control::PUT,
            Request::Delete => control::DELETE,
            Request::List(_) => control::LIST,
            Request::Tag(..) => control::TAG,
            Request::Untag(..) => control::UNTAG,
        };
        operation(name).expect("each has a row")
    }

    /// The bucket that it is about.
    pub fn bucket(&self) -> Option<&BucketName> {
        match self {
            Request::Get | Request::Put(_) | Request::Delete => None,
            Request::List(bucket) | Request::Tag(bucket, _) | Request::Untag(bucket, _) => Some(bucket),
        }
    }
}

impl S3Service {
    /// Does what S3 Control is asked, by somebody who may.
    ///
    /// # Errors
    /// There is no such thing, or it is not durable.
    pub async fn control(&self, caller: &Caller, request: Request) -> Result<Answer, AwsError> {
        match request {
            Request::Get => self.account_block(caller.account),
            Request::Put(block) => {
                self.set_account_block(caller.account, Some(block)).await?;
                Ok((StatusCode::CREATED, String::new()))
            }
            Request::Delete => {
                self.set_account_block(caller.account, None).await?;
                Ok((StatusCode::NO_CONTENT, String::new()))
            }
            Request::List(bucket) => self.list_tags(caller, &bucket),
            Request::Tag(bucket, new) => {
                let mut tags = self.tags(caller, &bucket)?;
                tags.extend(new);
                self.set_all_tags(bucket, tags).await
            }
            Request::Untag(bucket, keys) => {
                let mut tags = self.tags(caller, &bucket)?;
                tags.retain(|key, _| !keys.contains(key));
                self.set_all_tags(bucket, tags).await
            }
        }
    }

    fn account_block(&self, account: AccountId) -> Result<Answer, AwsError> {
        let world = self.around.world();
        let block = world.account_settings_of(account).and_then(|it| it.public_access).ok_or_else(|| {
            let sentence = "The public access block configuration was not found";
            AwsError::new("NoSuchPublicAccessBlockConfiguration", sentence).with_status(404)
        })?;
        let mut xml = XmlWriter::document();
        xml.element_in("PublicAccessBlockConfiguration", NAMESPACE, |xml| {
            for (name, value) in members(&block) {
                xml.text(name, if value { "true" } else { "false" });
            }
        });
        Ok((StatusCode::OK, xml.finish()))
    }

    async fn set_account_block(
        &self,
        account: AccountId,
        block: Option<BlockPublicAccess>,
    ) -> Result<(), AwsError> {
        let change = self.around.change(Box::new(move |world| {
            if block.is_some() || world.account_settings_of(account).is_some() {
                world.account_settings_mut(account).public_access = block;
            }
            Ok(())
        }));
        change.await.map_err(not_changed)
    }

    fn tags(&self, caller: &Caller, bucket: &BucketName) -> Result<Tags, AwsError> {
        let world = self.around.world();
        let row = world.bucket(bucket).map_err(|_| no_such_resource())?;
        match row.region == caller.region {
            true => Ok(row.tags.clone()),
            false => Err(no_such_resource()),
        }
    }

    fn list_tags(&self, caller: &Caller, bucket: &BucketName) -> Result<Answer, AwsError> {
        let tags = self.tags(caller, bucket)?;
        let mut xml = XmlWriter::document();
        xml.element_in("ListTagsForResourceResult", NAMESPACE, |xml| {
            xml.element("Tags", |xml| {
                for (key, value) in &tags {
                    xml.element("Tag", |xml| {
                        xml.text("Key", key);
                        xml.text("Value", value);
                    });
                }
            });
        });
        Ok((StatusCode::OK, xml.finish()))
    }

    async fn set_all_tags(&self, bucket: BucketName, tags: Tags) -> Result<Answer, AwsError> {
        let set: Vec<Tag> = tags
            .iter()
            .map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) })
            .collect();
        let tags = tags_of(&set, OF_BUCKETS).map_err(|error| {
            AwsError::new(error.code().as_str().to_owned(), error.message().unwrap_or_default())
        })?;
        let change = self.around.change(Box::new(move |world| {
            world.bucket_mut(&bucket)?.tags = tags;
            Ok(())
        }));
        change.await.map_err(not_changed)?;
        Ok((StatusCode::NO_CONTENT, String::new()))
    }
}

fn members(block: &BlockPublicAccess) -> [(&'static str, bool); 4] {
    [
        ("BlockPublicAcls", block.block_public_acls),
        ("IgnorePublicAcls", block.ignore_public_acls),
        ("BlockPublicPolicy", block.block_public_policy),
        ("RestrictPublicBuckets", block.restrict_public_buckets),
    ]
}

fn document(body: &[u8]) -> Result<Element, AwsError> {
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    xml_reader::parse(text).map_err(|_| malformed())
}

fn block(sent: &Element) -> Result<BlockPublicAccess, AwsError> {
    if sent.name != "PublicAccessBlockConfiguration" {
        return Err(malformed());
    }
    let mut block = BlockPublicAccess::NOTHING;
    for member in &sent.children {
        let is = match member.name.as_str() {
            "BlockPublicAcls" => &mut block.block_public_acls,
            "IgnorePublicAcls" => &mut block.ignore_public_acls,
            "BlockPublicPolicy" => &mut block.block_public_policy,
            "RestrictPublicBuckets" => &mut block.restrict_public_buckets,
            _ => return Err(malformed()),
        };
        *is = match member.text.trim().to_ascii_lowercase().as_str() {
            "true" => true,
            "false" => false,
            _ => return Err(malformed()),
        };
    }
    Ok(block)
}

fn tags(sent: &Element) -> Result<Vec<(String, String)>, AwsError> {
    let list = sent.children.iter().find(|it| it.name == "Tags").ok_or_else(malformed)?;
    let child = |of: &Element, name: &str| {
        let found = of.children.iter().find(|it| it.name == name);
        found.map(|it| it.text.clone()).ok_or_else(malformed)
    };
    let tag = |it: &Element| match it.name.as_str() {
        "Tag" => Ok((child(it, "Key")?, child(it, "Value")?)),
        _ => Err(malformed()),
    };
    list.children.iter().map(tag).collect()
}

fn keys(query: &str) -> Result<Vec<String>, AwsError> {
    let pairs = query.split('&').filter_map(|it| decode_pair(it.as_bytes()));
    let keys: Vec<String> = pairs.filter(|(name, _)| name == "tagKeys").map(|(_, key)| key).collect();
    match keys.is_empty() {
        true => Err(AwsError::new("InvalidRequest", "The request must name keys of tags: tagKeys.")),
        false => Ok(keys),
    }
}

/// The bucket of an ARN. Of other things that have tags there are none.
fn bucket_of(partition: Partition, arn: &str) -> Result<BucketName, AwsError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", named, "s3" | "s3express", _, _, resource] = parts[..] else {
        return Err(AwsError::new("InvalidRequest", "The ARN of the resource is malformed."));
    };
    if named != partition.name() {
        return Err(no_such_resource());
    }
    BucketName::new(partition, resource).map_err(|_| no_such_resource())
}

fn malformed() -> AwsError {
    let sentence =
        "The XML you provided was not well-formed or did not validate against our published schema";
    AwsError::new("MalformedXML", sentence)
}

fn no_such_resource() -> AwsError {
    AwsError::new("NoSuchResource", "The specified resource doesn't exist.").with_status(404)
}

fn not_implemented() -> AwsError {
    AwsError::new("NotImplemented", "Hamlet does not have this operation of S3 Control yet.").with_status(501)
}

fn not_changed(problem: NotChanged) -> AwsError {
    match problem {
        NotChanged::Refused(_) => no_such_resource(),
        NotChanged::NotStored(problem) => {
            tracing::error!(problem, "S3 Control could not do what was asked");
            let sentence = "We encountered an internal error. Please try again.";
            AwsError::new("InternalError", sentence).with_status(500)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: Method, path: &str, body: &str) -> Result<Request, String> {
        let target = path.split_once('?').unwrap_or((path, ""));
        Request::read(Partition::Commercial, &method, target, body.as_bytes())
            .map_err(|it| it.code.into_owned())
    }

    #[test]
    fn an_account_s_block_is_read() {
        let path = "/v20180820/configuration/publicAccessBlock";
        assert_eq!(read(Method::GET, path, ""), Ok(Request::Get));
        let body = "<PublicAccessBlockConfiguration xmlns=\"x\"><BlockPublicPolicy>true</BlockPublicPolicy>\
                    <IgnorePublicAcls>FALSE</IgnorePublicAcls></PublicAccessBlockConfiguration>";
        let block = BlockPublicAccess { block_public_policy: true, ..BlockPublicAccess::NOTHING };
        assert_eq!(read(Method::PUT, path, body), Ok(Request::Put(block)));
        for wrong in
            ["", "<PublicAccessBlockConfiguration><Colour>true</Colour></PublicAccessBlockConfiguration>"]
        {
            assert_eq!(read(Method::PUT, path, wrong), Err("MalformedXML".to_owned()));
        }
        assert_eq!(read(Method::GET, "/v20180820/jobs", ""), Err("NotImplemented".to_owned()));
    }

    #[test]
    fn tags_are_those_of_a_bucket_that_its_arn_names() {
        let path = "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Alogs";
        let logs = BucketName::new(Partition::Commercial, "logs").unwrap();
        assert_eq!(read(Method::GET, path, ""), Ok(Request::List(logs)));
        let body = "<TagResourceRequest><Tags><Tag><Key>a</Key><Value/></Tag></Tags></TagResourceRequest>";
        let given = vec![("a".to_owned(), String::new())];
        assert_eq!(read(Method::POST, path, body), Ok(Request::Tag(logs, given)));
        let keys = vec!["a b".to_owned(), "c".to_owned()];
        let taken = read(Method::DELETE, &format!("{path}?tagKeys=a%20b&tagKeys=c"), "");
        assert_eq!(taken, Ok(Request::Untag(logs, keys)));
        assert_eq!(read(Method::DELETE, path, ""), Err("InvalidRequest".to_owned()));
        let point = "/v20180820/tags/arn:aws:s3:us-east-1:123456789012:accesspoint/a";
        assert_eq!(read(Method::GET, point, ""), Err("NoSuchResource".to_owned()));
    }
}
