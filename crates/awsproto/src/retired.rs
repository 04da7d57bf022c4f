//! Operations that AWS's models still name and AWS itself no longer serves: what it answers today.
//!
//! "We retired EC2-Classic on August 15, 2022" (EC2-Classic, EC2 User Guide). Clients still ask, Terraform's provider of every
//! VPC, and know this code and sentence.

use crate::error::AwsError;
use crate::service::Service;

/// Of EC2-Classic, of links to it, and of addresses that move between it and VPCs.
const CLASSIC: &[&str] = &[
    "AttachClassicLinkVpc",
    "DescribeClassicLinkInstances",
    "DescribeVpcClassicLink",
    "DescribeVpcClassicLinkDnsSupport",
    "DetachClassicLinkVpc",
    "DisableVpcClassicLink",
    "DisableVpcClassicLinkDnsSupport",
    "EnableVpcClassicLink",
    "EnableVpcClassicLinkDnsSupport",
    "MoveAddressToVpc",
    "RestoreAddressToClassic",
];

/// What AWS says, if the operation is one of these.
pub(crate) fn refusal(service: &Service, operation: &str) -> Option<AwsError> {
    let is_classic = service.name == "ec2" && CLASSIC.contains(&operation);
    is_classic.then(|| {
        AwsError::new(
            "UnsupportedOperation",
            "The functionality you requested is not available in this region.",
        )
    })
}
