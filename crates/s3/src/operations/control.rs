//! The operations of S3 Control that are there. Those about an account's block have the names that CloudTrail has for them: S3
//! has others of the same name, about a bucket's.
//!
//! Follows "Actions, resources, and condition keys for Amazon S3" (Service Authorization Reference).

use super::{Account, Bucket, Operation, row};

/// What the account closes.
pub const GET: &str = "GetAccountPublicAccessBlock";
/// To close something.
pub const PUT: &str = "PutAccountPublicAccessBlock";
/// To close nothing.
pub const DELETE: &str = "DeleteAccountPublicAccessBlock";
/// A bucket's tags.
pub const LIST: &str = "ListTagsForResource";
/// To give it some more.
pub const TAG: &str = "TagResource";
/// To take some away.
pub const UNTAG: &str = "UntagResource";

/// All that are there.
pub const CONTROL_OPERATIONS: &[Operation] = &[
    row(DELETE, "s3:PutAccountPublicAccessBlock", Account),
    row(GET, "s3:GetAccountPublicAccessBlock", Account),
    row(LIST, "s3:ListTagsForResource", Bucket),
    row(PUT, "s3:PutAccountPublicAccessBlock", Account),
    row(TAG, "s3:TagResource", Bucket),
    row(UNTAG, "s3:UntagResource", Bucket),
];

/// The operation of a name, if it is there.
pub fn operation(name: &str) -> Option<&'static Operation> {
    CONTROL_OPERATIONS.iter().find(|it| it.name == name)
}
