//! EC2-Classic is no more, and with it ClassicLink: what is left are its operations, which say so.
//!
//! "We retired EC2-Classic on August 15, 2022" (EC2-Classic, EC2 User Guide). Clients still ask, Terraform's provider of every
//! VPC, and know this code and sentence.

use awsproto::{AwsError, Call};
use model::World;

fn retired() -> AwsError {
    AwsError::new("UnsupportedOperation", "The functionality you requested is not available in this region.")
}

/// Any question about ClassicLink.
pub(crate) fn ask<Request, Answer>(_: &mut Call, _: &World, _: Request) -> Result<Answer, AwsError> {
    Err(retired())
}

/// Any change of it.
pub(crate) fn change<Request, Answer>(_: &mut Call, _: &mut World, _: Request) -> Result<Answer, AwsError> {
    Err(retired())
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn what_is_asked_of_ec2_classic_is_not_available_in_this_region() {
        let mut caller = Caller::new();
        let vpc = ("VpcId", "vpc-0123456789abcdef0");
        let instance = ("InstanceId", "i-0123456789abcdef0");
        for (action, parameters) in [
            ("DescribeVpcClassicLink", &[][..]),
            ("DescribeVpcClassicLinkDnsSupport", &[]),
            ("DescribeClassicLinkInstances", &[]),
            ("EnableVpcClassicLink", &[vpc]),
            ("DisableVpcClassicLink", &[vpc]),
            ("EnableVpcClassicLinkDnsSupport", &[vpc]),
            ("DisableVpcClassicLinkDnsSupport", &[vpc]),
            ("AttachClassicLinkVpc", &[vpc, instance, ("SecurityGroupId.1", "sg-0123456789abcdef0")]),
            ("DetachClassicLinkVpc", &[vpc, instance]),
        ] {
            assert_eq!(
                caller.refused(action, parameters),
                "UnsupportedOperation: The functionality you requested is not available in this region."
            );
        }
    }
}
