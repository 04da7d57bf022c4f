//! The names under which AWS's services are called, and where they answer.
//!
//! Follows "AWS service endpoints" (General Reference) and, for Amazon S3, "Virtual hosting of buckets" and "Dual-stack
//! endpoints" (S3 User Guide). Every service that AWS has is found under its names in every Region, be it that it says there
//! that Hamlet does not have it: what is not resolved looks like a network that is broken.

mod prefixes;

use model::vpc_endpoint_name::VpcEndpointName;
use model::{Partition, Region, aws_range};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Services that are called without a Region, and where those names lead: to the partition's first.
const WITHOUT_REGION: [&str; 12] = [
    "budgets",
    "cloudfront",
    "ec2",
    "iam",
    "importexport",
    "queue",
    "route53",
    "s3",
    "savingsplans",
    "sdb",
    "sts",
    "waf",
];
/// Names of before, for clients of before: `us-west-2.queue.amazonaws.com`.
const BEHIND_REGION: [(&str, &str); 1] = [("queue", "sqs")];
/// What GovCloud's have in a Region's place.
const GOV_CLOUD: &str = "us-gov";
/// What FIPS endpoints have behind their prefix, or before it.
const FIPS: &str = "-fips";
/// Services that agents call and no SDK describes.
const UNDESCRIBED: [&str; 5] = ["dkr.ecr", "ec2messages", "ecs-agent", "ecs-telemetry", "ssmmessages"];
/// Names under which a service's answers that go on are asked for, by what SDKs put before the service's own: since April 2026
/// and before ("StartLiveTail", CloudWatch Logs API Reference).
const GOING_ON: [(&str, &str); 2] = [("stream-logs", "logs"), ("streaming-logs", "logs")];
/// S3's alone.
const S3: &str = "s3";
const DUAL_STACK: &str = "dualstack";

/// An endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceEndpoint {
    /// What the names of its service begin with: `ec2`, `api.ecr`.
    pub service: &'static str,
    /// Where it is.
    pub region: Region,
    /// Whether it has an IPv6 address, too.
    pub is_dual_stack: bool,
}

impl ServiceEndpoint {
    /// The endpoint of a name in lower case, without the final dot.
    pub fn named(name: &str) -> Option<ServiceEndpoint> {
        if let Some(Website { region: Some(region), .. }) = Website::named(name) {
            return Some(ServiceEndpoint { service: S3, region, is_dual_stack: false });
        }
        let (domain, rest) = domains().find_map(|domain| {
            let rest = name.strip_suffix(domain.name)?.strip_suffix('.')?;
            Some((domain, rest))
        })?;
        let (service, region, is_dual_stack) = read(domain.partition, rest)?;
        (region.partition().domain() == domain.partition.domain()).then_some(ServiceEndpoint {
            service,
            region,
            is_dual_stack: is_dual_stack || domain.is_dual_stack,
        })
    }

    /// The endpoint that somebody is spoken to as: by a public name, or by one of an interface endpoint's.
    pub fn spoken_to(name: &str) -> Option<ServiceEndpoint> {
        let by_door = || {
            let door = VpcEndpointName::parse(name).filter(VpcEndpointName::is_of_a_door)?;
            Some(ServiceEndpoint { service: known(door.service)?, region: door.region, is_dual_stack: true })
        };
        ServiceEndpoint::named(name).or_else(by_door)
    }

    /// Where it answers in IPv4.
    pub fn v4(self) -> Ipv4Addr {
        let block = aws_range::of_service(self.region, self.service);
        let hosts = 1_u32 << (32 - block.prefix_len());
        // Neither the first nor the last, which are no hosts.
        Ipv4Addr::from(u32::from(block.network()) + 1 + number(self.service) % (hosts - 2))
    }

    /// Where it answers in IPv6.
    pub fn v6(self) -> Ipv6Addr {
        let network = u128::from(aws_range::services_v6(self.region).network());
        Ipv6Addr::from(network | (1 + u128::from(number(self.service))))
    }

    /// All its addresses.
    pub fn addresses(self) -> impl Iterator<Item = IpAddr> {
        let v6 = self.is_dual_stack.then(|| IpAddr::V6(self.v6()));
        [IpAddr::V4(self.v4())].into_iter().chain(v6)
    }
}

/// The website of a bucket, by its name ("Website endpoints", S3 User Guide): with a dash before the Region in older ones, with a
/// dot in newer; both are read for all. They are where S3 is, and are spoken to over plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Website<'n> {
    /// The bucket.
    pub bucket: &'n str,
    /// The Region; none of `BUCKET.s3-website.localhost`, for the API's own port.
    pub region: Option<Region>,
}

impl<'n> Website<'n> {
    /// The website of a name in lower case, without the final dot.
    pub fn named(name: &'n str) -> Option<Website<'n>> {
        if let Some(bucket) = name.strip_suffix(".s3-website.localhost") {
            return Some(Website { bucket, region: None });
        }
        [".s3-website-", ".s3-website."].into_iter().find_map(|infix| {
            let (bucket, rest) = name.rsplit_once(infix)?;
            let (region, domain) = rest.split_once('.')?;
            let region: Region = region.parse().ok()?;
            let is_one = !bucket.is_empty() && region.partition().domain() == domain;
            is_one.then_some(Website { bucket, region: Some(region) })
        })
    }
}

/// Whether there are endpoints below a name that is none itself: a Region's domain, or a whole one.
pub fn has_endpoints_below(name: &str) -> bool {
    domains().any(|domain| match name.strip_suffix(domain.name).map(|rest| rest.strip_suffix('.')) {
        Some(None) => name == domain.name,
        Some(Some(region)) => region.parse::<Region>().is_ok(),
        None => domain.name.strip_suffix(name).is_some_and(|above| above.ends_with('.')),
    })
}

struct Domain {
    name: &'static str,
    partition: Partition,
    is_dual_stack: bool,
}

/// Those of all partitions; two share one.
fn domains() -> impl Iterator<Item = Domain> {
    Partition::ALL.into_iter().flat_map(|partition| {
        let domain = |name, is_dual_stack| Domain { name, partition, is_dual_stack };
        [domain(partition.domain(), false), domain(partition.dual_stack_domain(), true)]
    })
}

/// What is before the domain: the service, its Region, and whether it says that it has both families.
fn read(partition: Partition, rest: &str) -> Option<(&'static str, Region, bool)> {
    if let Some(service) = WITHOUT_REGION.into_iter().find(|service| *service == rest) {
        return Some((service, partition.global_region(), false));
    }
    let (before, last) = rest.rsplit_once('.').unwrap_or(("", rest));
    if last == GOV_CLOUD {
        let service = WITHOUT_REGION.into_iter().find(|service| *service == before)?;
        return Some((service, Partition::GovCloud.global_region(), false));
    }
    if let Ok(region) = last.parse::<Region>() {
        return of_region(before).map(|(service, is_dual_stack)| (service, region, is_dual_stack));
    }
    if let Some((_, service)) = BEHIND_REGION.into_iter().find(|(name, _)| *name == last) {
        return Some((service, before.parse().ok()?, false));
    }
    // s3-us-west-2, which buckets may precede.
    if let Some(region) = last.strip_prefix("s3-").and_then(|region| region.parse().ok()) {
        return Some((S3, region, false));
    }
    (last == S3).then(|| (S3, partition.global_region(), false))
}

/// What is before the Region.
fn of_region(text: &str) -> Option<(&'static str, bool)> {
    let (text, is_dual_stack) = match text.strip_suffix(DUAL_STACK).and_then(|rest| rest.strip_suffix('.')) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    if let Some(service) = known(text).or_else(|| known(text.strip_suffix(FIPS)?)) {
        return Some((service, is_dual_stack));
    }
    // A bucket, or an account of S3 Control, comes before.
    let (_, last) = text.rsplit_once('.')?;
    [S3, "s3-control"].into_iter().find(|service| *service == last).map(|service| (service, is_dual_stack))
}

fn known(prefix: &str) -> Option<&'static str> {
    let place = prefixes::ALL.binary_search(&prefix).ok();
    let described = place.and_then(|place| prefixes::ALL.get(place).copied());
    let going_on = || GOING_ON.into_iter().find(|(name, _)| *name == prefix).map(|(_, service)| service);
    described.or_else(|| UNDESCRIBED.into_iter().find(|it| *it == prefix)).or_else(going_on)
}

/// A number that a service has for ever, whatever others come (FNV-1a). Two may have the same: then they share an address.
fn number(service: &str) -> u32 {
    let hash = service
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash >> 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::endpoint_service::EndpointService;
    use std::collections::BTreeSet;

    fn named(name: &str) -> Option<(&'static str, &'static str, bool)> {
        let found = ServiceEndpoint::named(name)?;
        Some((found.service, found.region.name(), found.is_dual_stack))
    }

    #[test]
    fn names_are_read_as_aws_writes_them() {
        for (name, service, region, is_dual_stack) in [
            ("ec2.us-west-2.amazonaws.com", "ec2", "us-west-2", false),
            ("ec2.us-west-2.api.aws", "ec2", "us-west-2", true),
            ("ec2-fips.us-east-1.amazonaws.com", "ec2", "us-east-1", false),
            ("iam.amazonaws.com", "iam", "us-east-1", false),
            ("sts.amazonaws.com", "sts", "us-east-1", false),
            ("sts.eu-west-1.amazonaws.com", "sts", "eu-west-1", false),
            ("api.ecr.eu-west-1.amazonaws.com", "api.ecr", "eu-west-1", false),
            ("stream-logs.us-west-2.amazonaws.com", "logs", "us-west-2", false),
            ("streaming-logs.us-west-2.amazonaws.com", "logs", "us-west-2", false),
            ("us-west-2.queue.amazonaws.com", "sqs", "us-west-2", false),
            ("s3.amazonaws.com", "s3", "us-east-1", false),
            ("s3.us-west-2.amazonaws.com", "s3", "us-west-2", false),
            ("s3.dualstack.us-west-2.amazonaws.com", "s3", "us-west-2", true),
            ("my.bucket.s3.dualstack.us-west-2.amazonaws.com", "s3", "us-west-2", true),
            ("my-bucket.s3.amazonaws.com", "s3", "us-east-1", false),
            ("my-bucket.s3-us-west-2.amazonaws.com", "s3", "us-west-2", false),
            ("123456789012.s3-control.us-west-2.amazonaws.com", "s3-control", "us-west-2", false),
            ("ec2.cn-north-1.amazonaws.com.cn", "ec2", "cn-north-1", false),
            ("iam.us-gov.amazonaws.com", "iam", "us-gov-west-1", false),
            ("ec2.us-gov-west-1.amazonaws.com", "ec2", "us-gov-west-1", false),
        ] {
            assert_eq!(named(name), Some((service, region, is_dual_stack)), "{name}");
        }
        for name in [
            "amazonaws.com",
            "us-west-2.amazonaws.com",
            "nothing.us-west-2.amazonaws.com",
            "ec2.us-west-9.amazonaws.com",
            "ec2.us-west-2.amazonaws.com.cn",
            "ec2.us-west-2.example.com",
            "ec2.us-west-2amazonaws.com",
            "a.ec2.us-west-2.amazonaws.com",
            ".s3x.us-west-2.amazonaws.com",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
        for name in ["amazonaws.com", "com", "us-west-2.amazonaws.com", "aws", "api.aws"] {
            assert!(has_endpoints_below(name), "{name}");
        }
        assert!(!has_endpoints_below("nowhere.amazonaws.com") && !has_endpoints_below("zonaws.com"));
    }

    #[test]
    fn websites_are_where_s3_is() {
        let of =
            |name| Website::named(name).map(|it| (it.bucket, it.region.map(|region| region.to_string())));
        let oregon = Some("us-west-2".to_owned());
        assert_eq!(of("logs.s3-website-us-west-2.amazonaws.com"), Some(("logs", oregon.clone())));
        assert_eq!(
            of("www.example.com.s3-website.us-west-2.amazonaws.com"),
            Some(("www.example.com", oregon))
        );
        assert_eq!(of("logs.s3-website.localhost"), Some(("logs", None)));
        for name in [
            "logs.s3.us-west-2.amazonaws.com",
            "logs.s3-website-nowhere-1.amazonaws.com",
            "s3-website-us-west-2.amazonaws.com",
            "my.s3-website.s3.us-west-2.amazonaws.com",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
        let endpoint = ServiceEndpoint::named("logs.s3-website-us-west-2.amazonaws.com").unwrap();
        assert_eq!(endpoint.v4(), ServiceEndpoint::named("s3.us-west-2.amazonaws.com").unwrap().v4());
    }

    #[test]
    fn every_service_that_has_interface_endpoints_answers_under_its_private_name() {
        for region in ["us-east-1", "us-west-2"].map(|name| name.parse::<Region>().unwrap()) {
            for service in EndpointService::all(region) {
                let name = service.private_name(region).replace("*.", "");
                let found = ServiceEndpoint::named(&name).map(|found| (found.service, found.region));
                assert_eq!(found, Some((service.prefix(), region)), "{name}");
            }
        }
    }

    #[test]
    fn every_service_is_found_in_every_region_inside_the_regions_blocks() {
        assert!(prefixes::ALL.is_sorted() && prefixes::ALL.len() > 300);
        let mut addresses = BTreeSet::new();
        for region in Region::all() {
            for service in prefixes::ALL {
                let name = format!("{service}.{region}.{}", region.partition().dual_stack_domain());
                let endpoint = ServiceEndpoint::named(&name).unwrap_or_else(|| panic!("{name}"));
                assert_eq!((endpoint.service, endpoint.region), (*service, region));
                for address in endpoint.addresses() {
                    assert!(
                        aws_range::of_services(region).any(|block| block.contains(&address)),
                        "{name} {address}"
                    );
                    addresses.insert(address);
                }
            }
        }
        assert!(addresses.len() > 300 * Region::all().count(), "most have addresses of their own");
    }
}
