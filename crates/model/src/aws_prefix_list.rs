//! AWS-managed prefix lists: the address blocks of AWS's own services in a Region. They can be used, not changed.
//!
//! Follows "AWS-managed prefix lists" (VPC User Guide): Amazon S3, DynamoDB and EC2 Instance Connect. Identifiers of
//! the first two are AWS's where they are known. Blocks are fixed and smaller than AWS's, which change; what counts is
//! that a service's own names resolve into its list.

use ipnet::{IpNet, Ipv4Net};
use std::net::Ipv4Addr;

use crate::ids::PrefixListId;
use crate::place::Region;

/// A service that has a prefix list in every Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsService {
    /// Amazon S3.
    S3,
    /// Amazon DynamoDB.
    DynamoDb,
    /// EC2 Instance Connect, where its browser-based sessions come from.
    InstanceConnect,
}

impl AwsService {
    /// All of them.
    pub const ALL: [AwsService; 3] = [AwsService::S3, AwsService::DynamoDb, AwsService::InstanceConnect];

    /// The last part of the list's name.
    fn name(self) -> &'static str {
        match self {
            AwsService::S3 => "s3",
            AwsService::DynamoDb => "dynamodb",
            AwsService::InstanceConnect => "ec2-instance-connect",
        }
    }
}

/// The prefix list of a service in a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwsPrefixList {
    /// The service.
    pub service: AwsService,
    /// The Region.
    pub region: Region,
}

/// What differs from Region to Region.
struct RegionFacts {
    region: &'static str,
    s3: u32,
    dynamodb: u32,
    instance_connect: [u8; 4],
}

const fn facts(region: &'static str, s3: u32, dynamodb: u32, instance_connect: [u8; 4]) -> RegionFacts {
    RegionFacts { region, s3, dynamodb, instance_connect }
}

/// Where AWS's identifier is not known it ends in the Region's position, and blocks follow from that: new Regions come
/// at the end.
static REGIONS: [RegionFacts; 38] = [
    facts("ap-northeast-1", 0x61a5_4008, 0x78a5_4011, [3, 112, 23, 0]),
    facts("ap-northeast-2", 0x78a5_4011, 0x48a5_4021, [13, 209, 1, 56]),
    facts("ap-northeast-3", 0xa4a5_40cd, 0xdba5_4002, [15, 168, 105, 160]),
    facts("ap-south-1", 0x78a5_4011, 0x66a7_420f, [13, 233, 177, 0]),
    facts("ap-southeast-1", 0x6fa5_4006, 0x67a5_400e, [3, 0, 5, 32]),
    facts("ap-southeast-2", 0x6ca5_4005, 0x62a5_400b, [13, 239, 158, 0]),
    facts("ca-central-1", 0x7da5_4014, 0x4ea5_4027, [35, 183, 92, 176]),
    facts("eu-central-1", 0x6ea5_4007, 0x66a5_400f, [3, 120, 181, 40]),
    facts("eu-north-1", 0xc3aa_4faa, 0xadae_4bc4, [13, 48, 4, 200]),
    facts("eu-west-1", 0x6da5_4004, 0x6fa5_4006, [18, 202, 216, 48]),
    facts("eu-west-2", 0x7ca5_4015, 0xb3a7_42da, [3, 8, 37, 24]),
    facts("eu-west-3", 0x23ad_484a, 0xabb4_51c2, [35, 180, 112, 80]),
    facts("sa-east-1", 0x6aa5_4003, 0xdba5_400c, [18, 228, 70, 32]),
    facts("us-east-1", 0x63a5_400a, 0x02cd_2c6b, [18, 206, 107, 24]),
    facts("us-east-2", 0x7ba5_4012, 0x4ca5_4025, [3, 16, 146, 0]),
    facts("us-west-1", 0x6ba5_4002, 0x6ea5_4007, [13, 52, 6, 112]),
    facts("us-west-2", 0x68a5_4001, 0x00a5_4069, [18, 237, 140, 160]),
    facts("cn-north-1", 0x0053_0011, 0x00dd_b011, [43, 196, 20, 40]),
    facts("cn-northwest-1", 0x0053_0012, 0x00dd_b012, [43, 192, 155, 8]),
    facts("us-gov-east-1", 0x0053_0013, 0x00dd_b013, [18, 252, 4, 0]),
    facts("us-gov-west-1", 0x0053_0014, 0x00dd_b014, [15, 200, 28, 80]),
    facts("af-south-1", 0x0053_0015, 0x00dd_b015, [13, 244, 121, 192]),
    facts("ap-east-1", 0x0053_0016, 0x00dd_b016, [43, 198, 192, 104]),
    facts("ap-east-2", 0x0053_0017, 0x00dd_b017, [43, 212, 64, 0]),
    facts("ap-south-2", 0x0053_0018, 0x00dd_b018, [18, 60, 252, 248]),
    facts("ap-southeast-3", 0x0053_0019, 0x00dd_b019, [43, 218, 193, 64]),
    facts("ap-southeast-4", 0x0053_001a, 0x00dd_b01a, [16, 50, 248, 80]),
    facts("ap-southeast-5", 0x0053_001b, 0x00dd_b01b, [43, 216, 87, 80]),
    facts("ap-southeast-6", 0x0053_001c, 0x00dd_b01c, [43, 221, 64, 0]),
    facts("ap-southeast-7", 0x0053_001d, 0x00dd_b01d, [43, 208, 144, 0]),
    facts("ca-west-1", 0x0053_001e, 0x00dd_b01e, [40, 176, 213, 168]),
    facts("eu-central-2", 0x0053_001f, 0x00dd_b01f, [16, 63, 77, 8]),
    facts("eu-south-1", 0x0053_0020, 0x00dd_b020, [15, 161, 135, 160]),
    facts("eu-south-2", 0x0053_0021, 0x00dd_b021, [18, 101, 90, 48]),
    facts("il-central-1", 0x0053_0022, 0x00dd_b022, [51, 16, 183, 224]),
    facts("me-central-1", 0x0053_0023, 0x00dd_b023, [3, 29, 147, 40]),
    facts("me-south-1", 0x0053_0024, 0x00dd_b024, [16, 24, 46, 56]),
    facts("mx-central-1", 0x0053_0025, 0x00dd_b025, [78, 12, 207, 8]),
];

impl AwsPrefixList {
    /// The lists of a Region.
    pub fn all(region: Region) -> impl Iterator<Item = AwsPrefixList> {
        AwsService::ALL.into_iter().map(move |service| AwsPrefixList { service, region })
    }

    /// The list with this identifier. Two Regions may use one identifier for different services.
    pub fn find(region: Region, id: PrefixListId) -> Option<AwsPrefixList> {
        AwsPrefixList::all(region).find(|list| list.id() == id)
    }

    /// Its identifier.
    pub fn id(self) -> PrefixListId {
        let (position, facts) = self.facts();
        match self.service {
            AwsService::S3 => PrefixListId::short(facts.s3),
            AwsService::DynamoDb => PrefixListId::short(facts.dynamodb),
            AwsService::InstanceConnect => PrefixListId::short(0x0ec2_1c00 + u32::from(position)),
        }
    }

    /// Its name, such as `com.amazonaws.us-west-2.s3`.
    pub fn name(self) -> String {
        format!("com.amazonaws.{}.{}", self.region, self.service.name())
    }

    /// Its blocks, all of IPv4.
    pub fn blocks(self) -> impl Iterator<Item = IpNet> + Clone {
        let (position, facts) = self.facts();
        let block = match self.service {
            AwsService::S3 => nth_block(Ipv4Addr::new(3, 5, 0, 0), 21, position),
            AwsService::DynamoDb => nth_block(Ipv4Addr::new(52, 94, 0, 0), 22, position),
            AwsService::InstanceConnect => Ipv4Net::new_assert(Ipv4Addr::from(facts.instance_connect), 29),
        };
        std::iter::once(IpNet::V4(block))
    }

    /// How many entries it counts for against quotas ("AWS-managed prefix list weight").
    pub fn weight(self) -> u32 {
        match self.service {
            AwsService::S3 | AwsService::DynamoDb => 1,
            AwsService::InstanceConnect => 2,
        }
    }

    fn facts(self) -> (u8, &'static RegionFacts) {
        facts_of(self.region)
    }
}

/// Of blocks of one size that lie one behind the other, the one at a position.
fn nth_block(first: Ipv4Addr, prefix: u8, position: u8) -> Ipv4Net {
    let size = 1_u32 << (32 - prefix);
    Ipv4Net::new_assert(Ipv4Addr::from(u32::from(first) + u32::from(position) * size), prefix)
}

/// Where a Region's blocks are among all Regions'; it never changes.
pub(crate) fn position(region: Region) -> u8 {
    facts_of(region).0
}

fn facts_of(region: Region) -> (u8, &'static RegionFacts) {
    let found = REGIONS.iter().zip(0..).find(|(facts, _)| facts.region == region.name());
    let (facts, position) = found.expect("every Region has a row, as the test beside says");
    (position, facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public_address::block_of;

    #[test]
    fn every_region_has_lists_of_its_own_with_different_blocks() {
        let mut blocks = Vec::new();
        for region in Region::all() {
            let lists: Vec<_> = AwsPrefixList::all(region).collect();
            assert_eq!(lists.len(), 3);
            for list in lists {
                assert_eq!(AwsPrefixList::find(region, list.id()), Some(list));
                blocks.extend(list.blocks());
            }
        }
        for (index, block) in blocks.iter().enumerate() {
            let overlaps = |other: &IpNet| other.contains(block) || block.contains(other);
            assert!(!blocks[..index].iter().any(overlaps), "{block} overlaps another list's");
            assert!(
                !Region::all().any(|region| overlaps(&block_of(region).into())),
                "{block} is of public addresses"
            );
        }
    }

    #[test]
    fn the_list_of_s3_has_the_identifier_that_it_has_on_aws() {
        let oregon = "us-west-2".parse().unwrap();
        let list = AwsPrefixList { service: AwsService::S3, region: oregon };
        assert_eq!(
            (list.id().to_string(), list.name()),
            ("pl-68a54001".into(), "com.amazonaws.us-west-2.s3".into())
        );
    }
}
