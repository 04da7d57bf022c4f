//! What AWS says when a change of VPCs is refused.

use awsproto::AwsError;
use model::refusal::VpcRefusal;

use super::{identifier::unknown, invalid};

pub(super) fn refused(refusal: VpcRefusal) -> AwsError {
    match refusal {
        VpcRefusal::Excluded(exclusion) => {
            invalid(format!("The resource has a VPC Block Public Access exclusion already: {exclusion}"))
        }
        VpcRefusal::Range(cidr) => {
            AwsError::new("InvalidVpc.Range", format!("The CIDR '{cidr}' is invalid."))
        }
        VpcRefusal::RangeRestricted(cidr) => AwsError::new(
            "InvalidVpc.Range",
            format!(
                "The CIDR '{cidr}' is restricted. Use a CIDR from the same private address range as the current VPC \
                 CIDR, or use a publicly-routable CIDR. For additional restrictions, see \
                 https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Subnets.html#VPC_Sizing"
            ),
        ),
        VpcRefusal::CidrConflict(cidr) => {
            AwsError::new("InvalidVpc.Conflict", format!("The CIDR '{cidr}' conflicts with another CIDR"))
        }
        VpcRefusal::CidrCoversRoute(cidr) => invalid(format!(
            "The CIDR '{cidr}' is equal to or less specific than the destination of a route in one of the VPC's \
             route tables."
        )),
        VpcRefusal::CidrQuotaReached(vpc, limit) => AwsError::new(
            "CidrLimitExceeded",
            format!("This network {vpc} has met its maximum number of allowed CIDRs: {limit}"),
        ),
        VpcRefusal::CidrNotFound(id) => unknown(id),
        VpcRefusal::PrimaryCidr(id) => AwsError::new(
            "OperationNotPermitted",
            format!(
                "The vpc CIDR block with association ID {id} may not be disassociated. It is the primary IPv4 CIDR \
                 block of the VPC"
            ),
        ),
        VpcRefusal::CidrInUse(id) => AwsError::dependency_violation(format!(
            "The vpc CIDR block with association ID {id} has dependencies and cannot be disassociated."
        )),
        VpcRefusal::DnsHostnamesNeedDnsSupport(vpc) => {
            invalid(format!("DNS hostnames cannot be enabled for {vpc}: DNS support is not enabled."))
        }
        VpcRefusal::TenancyFixed(vpc) => AwsError::new(
            "UnsupportedTenancy",
            format!("The tenancy of {vpc} can be changed from dedicated to default only."),
        ),
        VpcRefusal::DefaultExists => AwsError::new(
            "DefaultVpcAlreadyExists",
            "A Default VPC already exists for this account in this region.",
        ),
        VpcRefusal::NoDefault => {
            AwsError::new("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.")
        }
    }
}
