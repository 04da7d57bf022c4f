//! The public addresses of AWS's own services: blocks of each Region, from which their endpoints have theirs.
//!
//! Follows "AWS IP address ranges" (VPC User Guide). The blocks are AWS's in kind and fewer: what counts is that names,
//! prefix lists and `ip-ranges.json` agree, and all of them read this table. Nothing is ever sent to their real owners.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::aws_prefix_list::{AwsPrefixList, AwsService, position};
use crate::place::Region;
use crate::public_address;

/// Addresses in a Region, and what has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwsRange {
    /// The block.
    pub block: IpNet,
    /// Where.
    pub region: Region,
    /// `AMAZON`, `EC2`, `S3`, as `ip-ranges.json` has it. What is a service's is Amazon's, too.
    pub service: &'static str,
}

/// The block of a Region's services that have none of their own, in IPv4.
pub fn services_v4(region: Region) -> Ipv4Net {
    let first = u32::from(Ipv4Addr::new(54, 239, 0, 0));
    Ipv4Net::new_assert(Ipv4Addr::from(first + (u32::from(position(region)) << 10)), 22)
}

/// The block of a Region's services in IPv6.
pub fn services_v6(region: Region) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(0x2600, 0x1ff0, u16::from(position(region)), 0, 0, 0, 0, 0), 48)
}

/// The block that a service's endpoints in a Region are in: its own, if it has one.
pub fn of_service(region: Region, service: &str) -> Ipv4Net {
    let own = match service {
        "s3" => AwsService::S3,
        "dynamodb" => AwsService::DynamoDb,
        _ => return services_v4(region),
    };
    let mut blocks = AwsPrefixList { service: own, region }.blocks().filter_map(|block| match block {
        IpNet::V4(block) => Some(block),
        IpNet::V6(_) => None,
    });
    blocks.next().unwrap_or_else(|| services_v4(region))
}

/// Where the services of a Region answer.
pub fn of_services(region: Region) -> impl Iterator<Item = IpNet> {
    let v4 = ["s3", "dynamodb", ""].into_iter().map(move |service| IpNet::V4(of_service(region, service)));
    v4.chain([IpNet::V6(services_v6(region))])
}

/// All of a Region's.
pub fn all(region: Region) -> impl Iterator<Item = AwsRange> {
    let range = move |block: IpNet, service| AwsRange { block, region, service };
    let own = AwsPrefixList::all(region).flat_map(move |list| {
        let service = match list.service {
            AwsService::S3 => "S3",
            AwsService::DynamoDb => "DYNAMODB",
            AwsService::InstanceConnect => "EC2_INSTANCE_CONNECT",
        };
        list.blocks().map(move |block| range(block, service))
    });
    let public = range(IpNet::V4(public_address::block_of(region)), "EC2");
    let services = [IpNet::V4(services_v4(region)), IpNet::V6(services_v6(region))];
    let amazons = services.into_iter().map(move |block| range(block, "AMAZON"));
    own.chain([public]).flat_map(move |own| [range(own.block, "AMAZON"), own]).chain(amazons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_regions_or_services_share_an_address() {
        let all: Vec<AwsRange> = Region::all().flat_map(all).collect();
        let own = || all.iter().filter(|range| range.service != "AMAZON");
        let services =
            Region::all().flat_map(|region| [IpNet::V4(services_v4(region)), services_v6(region).into()]);
        let blocks: Vec<IpNet> = own().map(|range| range.block).chain(services).collect();
        for (place, one) in blocks.iter().enumerate() {
            for other in &blocks[place + 1..] {
                assert!(!one.contains(other) && !other.contains(one), "{one} and {other}");
            }
        }
        for range in own() {
            assert!(all.iter().any(|it| it.service == "AMAZON" && it.block == range.block), "{range:?}");
        }
    }

    #[test]
    fn a_service_is_in_the_block_that_its_prefix_list_has() {
        let oregon: Region = "us-west-2".parse().unwrap();
        assert_eq!(of_service(oregon, "s3").to_string(), "3.5.128.0/21");
        assert_eq!(of_service(oregon, "ec2"), services_v4(oregon));
        assert_eq!(of_services(oregon).count(), 4);
    }
}
