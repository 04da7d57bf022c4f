//! Partitions: the parts of AWS that know nothing of each other, each with Regions, names and ARNs of its own.
//!
//! Follows "Amazon Resource Names (ARNs)" (IAM User Guide), "Getting Started with AWS services in China" and "AWS GovCloud
//! (US) User Guide". On AWS an account lives in one partition; here the Region that is called tells which one is meant, and
//! one number may be used in each. The isolated partitions are left out.

use std::fmt::Display;

use crate::place::{Region, UnknownPlace};

/// A part of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partition {
    /// The one that is meant if nothing is said.
    Commercial,
    /// AWS China.
    China,
    /// AWS GovCloud (US).
    GovCloud,
}

/// Where the commercial partition has what is in no Region.
const COMMERCIAL_GLOBAL: &str = "us-east-1";

impl Partition {
    /// All of them.
    pub const ALL: [Partition; 3] = [Partition::Commercial, Partition::China, Partition::GovCloud];

    /// Its name, the second part of ARNs.
    pub fn name(self) -> &'static str {
        match self {
            Partition::Commercial => "aws",
            Partition::China => "aws-cn",
            Partition::GovCloud => "aws-us-gov",
        }
    }

    /// The domain of its endpoints and of its public host names.
    pub fn domain(self) -> &'static str {
        match self {
            Partition::Commercial | Partition::GovCloud => "amazonaws.com",
            Partition::China => "amazonaws.com.cn",
        }
    }

    /// The domain of its endpoints that have IPv6, too.
    pub fn dual_stack_domain(self) -> &'static str {
        match self {
            Partition::Commercial | Partition::GovCloud => "api.aws",
            Partition::China => "api.amazonwebservices.com.cn",
        }
    }

    /// The Region whose name global services' requests are signed for, where these say `{partition}-global`. The
    /// commercial partition has none here: there it is the Region of the run.
    pub fn home(self) -> Option<Region> {
        let name = match self {
            Partition::Commercial => return None,
            Partition::China => "cn-north-1",
            Partition::GovCloud => "us-gov-west-1",
        };
        name.parse().ok()
    }

    /// The Region in which is found what is in none: IAM's and Route 53's tags, their events, their endpoints.
    pub fn global_region(self) -> Region {
        self.home().or_else(|| COMMERCIAL_GLOBAL.parse().ok()).expect("the table of Regions has it")
    }

    /// Its Regions, by name.
    pub fn regions(self) -> impl Iterator<Item = Region> {
        Region::all().filter(move |region| region.partition() == self)
    }

    /// The ARN of something that is in no Region, such as a role.
    pub fn arn(self, service: &str, account: impl Display, resource: impl Display) -> String {
        format!("arn:{}:{service}::{account}:{resource}", self.name())
    }

    /// The names of an AWS service as whom roles may trust it: `ec2.amazonaws.com`, and in China the one that ends in the
    /// partition's own domain besides.
    pub fn service_principals(self, service: &str) -> Vec<String> {
        let common = format!("{service}.{}", Partition::Commercial.domain());
        match self {
            Partition::Commercial | Partition::GovCloud => vec![common],
            Partition::China => vec![common, format!("{service}.{}", self.domain())],
        }
    }
}

impl Region {
    /// The partition that it is in, which follows from its name.
    pub fn partition(self) -> Partition {
        match self.name() {
            name if name.starts_with("cn-") => Partition::China,
            name if name.starts_with("us-gov-") => Partition::GovCloud,
            _ => Partition::Commercial,
        }
    }

    /// The Region of this name in the same partition: no Region knows those of another one.
    pub fn fellow(self, name: &str) -> Result<Region, UnknownPlace> {
        let found = self.partition().regions().find(|region| region.name() == name);
        found.ok_or_else(|| UnknownPlace(name.to_owned()))
    }

    /// The ARN of something in this Region. What is AWS's own has no account, or `aws` in its place.
    pub fn arn(self, service: &str, account: impl Display, resource: impl Display) -> String {
        format!("arn:{}:{service}:{self}:{account}:{resource}", self.partition().name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_the_partition_of_its_region() {
        let arn = |region: &str| {
            let region: Region = region.parse().unwrap();
            (region.arn("ec2", "123456789012", "vpc/v"), region.partition().arn("iam", "1", "root"))
        };
        let pair = |regional: &str, global: &str| (regional.to_owned(), global.to_owned());
        assert_eq!(arn("us-west-2"), pair("arn:aws:ec2:us-west-2:123456789012:vpc/v", "arn:aws:iam::1:root"));
        assert_eq!(
            arn("cn-northwest-1"),
            pair("arn:aws-cn:ec2:cn-northwest-1:123456789012:vpc/v", "arn:aws-cn:iam::1:root")
        );
        assert_eq!(
            arn("us-gov-east-1"),
            pair("arn:aws-us-gov:ec2:us-gov-east-1:123456789012:vpc/v", "arn:aws-us-gov:iam::1:root")
        );
    }

    #[test]
    fn every_region_is_in_one_partition_and_knows_its_fellows_alone() {
        let beijing: Region = "cn-north-1".parse().unwrap();
        assert!(beijing.fellow("cn-northwest-1").is_ok() && beijing.fellow("us-east-1").is_err());
        assert_eq!(
            Partition::ALL.map(|partition| partition.regions().count()).iter().sum::<usize>(),
            Region::all().count()
        );
        assert!(Partition::ALL.iter().all(|it| it.global_region().partition() == *it));
        assert!(Partition::ALL.iter().all(|it| it.home().is_none_or(|home| home.partition() == *it)));
    }

    #[test]
    fn host_names_end_in_the_partitions_domain() {
        let names = |region: &str| {
            let region: Region = region.parse().unwrap();
            (region.private_domain(), region.public_domain())
        };
        let pair = |private: &str, public: &str| (private.to_owned(), public.to_owned());
        assert_eq!(
            names("cn-north-1"),
            pair("cn-north-1.compute.internal", "cn-north-1.compute.amazonaws.com.cn")
        );
        assert_eq!(
            names("us-gov-west-1"),
            pair("us-gov-west-1.compute.internal", "us-gov-west-1.compute.amazonaws.com")
        );
        assert_eq!(names("us-east-1"), pair("ec2.internal", "compute-1.amazonaws.com"));
    }
}
