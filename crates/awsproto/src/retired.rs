//! Operations that AWS's models name and AWS itself serves to nobody, or no longer: what it answers today.
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

/// "Only authorized Amazon Web Services services can call this operation" (EC2 API Reference).
const FOR_SERVICES: &[&str] = &["ValidateSecurityGroupQuotasForInterface"];

/// What AWS says, if the operation is one of these.
pub(crate) fn refusal(service: &Service, operation: &str) -> Option<AwsError> {
    if service.name != "ec2" {
        return None;
    }
    if CLASSIC.contains(&operation) {
        let sentence = "The functionality you requested is not available in this region.";
        return Some(AwsError::new("UnsupportedOperation", sentence));
    }
    let sentence = "You are not authorized to perform this operation.";
    FOR_SERVICES.contains(&operation).then(|| AwsError::new("UnauthorizedOperation", sentence))
}
