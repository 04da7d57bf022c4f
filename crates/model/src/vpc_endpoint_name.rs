//! The names of interface endpoints, which everybody resolves: to private addresses.
//!
//! Follows "DNS hostnames" (Access an AWS service using an interface VPC endpoint, AWS PrivateLink Guide) and "Accessing
//! buckets and S3 access points from S3 interface endpoints" (S3 User Guide).

use std::net::IpAddr;

use crate::endpoint_service::number_of;
use crate::ids::VpcEndpointId;
use crate::interface_endpoint::InterfaceEndpoint;
use crate::partition::Partition;
use crate::place::{Region, Zone};
use crate::vpc_endpoint::VpcEndpoint;
use crate::world::Network;

/// What stands between the Region and the partition's domain.
const INFIX: &str = ".vpce.";
/// The label before the names of S3's endpoints, below which buckets have theirs.
const BUCKET: &str = "bucket";
/// What S3 calls its control plane there.
const CONTROL: &str = "control";

/// A name as it is written: `vpce-0e25b8cdd720f900e-0123abcd-us-west-2a.sns.us-west-2.vpce.amazonaws.com`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VpcEndpointName<'n> {
    /// What is below the endpoint's own name: a bucket, for S3.
    pub below: &'n str,
    /// The endpoint.
    pub endpoint: VpcEndpointId,
    label: u32,
    /// The zone whose address alone it stands for.
    pub zone: Option<Zone>,
    /// What the names of the service's public endpoints begin with.
    pub service: &'n str,
    /// The service's Region.
    pub region: Region,
}

impl<'n> VpcEndpointName<'n> {
    /// Reads a name in lower case, without the final dot. Whether there is such an endpoint is not its business.
    pub fn parse(name: &'n str) -> Option<VpcEndpointName<'n>> {
        let (before, domain) = name.rsplit_once(INFIX)?;
        let (rest, region) = before.rsplit_once('.')?;
        let region: Region = region.parse().ok()?;
        if region.partition().domain() != domain {
            return None;
        }
        // The endpoint's label is the last that begins as one does: buckets can be called like endpoints.
        let starts = rest.match_indices("vpce-").map(|(at, _)| at);
        let at = starts.filter(|at| *at == 0 || rest[..*at].ends_with('.')).last()?;
        let (own, service) = rest[at..].split_once('.')?;
        let below = rest[..at].trim_end_matches('.');
        let mut parts = own.splitn(4, '-');
        let (_, id, label, zone) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
        let label_bits = u32::from_str_radix(label, 16).ok().filter(|_| label.len() == 8)?;
        let zone = match zone {
            Some(text) => Some(text.parse().ok()?),
            None => None,
        };
        let endpoint = format!("vpce-{id}").parse().ok()?;
        Some(VpcEndpointName { below, endpoint, label: label_bits, zone, service, region })
    }

    /// The endpoint that it is a name of, if there is one.
    fn of<'w>(&self, network: &'w Network) -> Option<(&'w VpcEndpoint, &'w InterfaceEndpoint)> {
        let endpoint = network.vpc_endpoints.get(&self.endpoint)?;
        let own = endpoint.interface_endpoint()?;
        let is_its_name = own.dns_label == self.label
            && own.service.prefix() == self.service
            && endpoint.scope.region == self.region
            && (self.below.is_empty() || own.service.has_names_below());
        is_its_name.then_some((endpoint, own))
    }

    /// The addresses that it stands for; `None` where there is no such name.
    pub fn addresses(&self, network: &Network) -> Option<Vec<IpAddr>> {
        let (_, own) = self.of(network)?;
        let has_zone = |zone| network.interfaces_of_endpoint(own).any(|it| it.zone == zone);
        let exists = self.zone.is_none_or(has_zone);
        exists.then(|| network.addresses_of_endpoint(own, self.zone).collect())
    }

    /// The bucket that it is the name of, if it is.
    pub fn bucket(&self) -> Option<&'n str> {
        self.below.strip_suffix(BUCKET)?.strip_suffix('.')
    }

    /// Whether S3 is called by it: as whole, below a bucket's name, or as the control plane.
    pub fn is_of_a_door(&self) -> bool {
        let last = self.below.rsplit('.').next().unwrap_or_default();
        self.below.is_empty() || [BUCKET, CONTROL].contains(&last)
    }
}

/// The names of an endpoint: the Region's, then its zones'. For S3, those that buckets' names are put in front of.
pub fn names_of(network: &Network, endpoint: &VpcEndpoint, own: &InterfaceEndpoint) -> Vec<String> {
    let region = endpoint.scope.region;
    let (id, label) = (endpoint.id, own.dns_label);
    let wild = if own.service.has_names_below() { "*." } else { "" };
    let tail = format!("{}.{region}{INFIX}{}", own.service.prefix(), region.partition().domain());
    let zones = network.interfaces_of_endpoint(own).map(|it| format!("-{}", it.zone));
    let all = [String::new()].into_iter().chain(zones);
    all.map(|zone| format!("{wild}{id}-{label:08x}{zone}.{tail}")).collect()
}

/// Where the names of a Region's endpoints are kept: the hosted zone that AWS has for all of them.
pub fn zone_id(region: Region) -> String {
    match region.name() {
        "us-east-1" => "Z7HUB22UULQXV".to_owned(),
        "us-east-2" => "ZC8PG0KIFKBRI".to_owned(),
        "us-west-1" => "Z12I86A8N7VCZO".to_owned(),
        "us-west-2" => "Z1YSA3EXCYUU9Z".to_owned(),
        "eu-west-1" => "Z38GZ743OKFT7T".to_owned(),
        "eu-central-1" => "Z273ZU8SZ5RJPC".to_owned(),
        // Those of the others are not known.
        name => format!("Z{:013X}", number_of(name) >> 12),
    }
}

/// Whether names of endpoints are below this one.
pub fn are_below(name: &str) -> bool {
    Partition::ALL.into_iter().any(|partition| {
        let zone = format!("vpce.{}", partition.domain());
        name == zone
            || name
                .strip_suffix(&zone)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|region| region.parse::<Region>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_their_zone_and_bucket() {
        let name = "vpce-0e25b8cdd720f900e-0123abcd-us-west-2a.sns.us-west-2.vpce.amazonaws.com";
        let read = VpcEndpointName::parse(name).unwrap();
        assert_eq!((read.service, read.region.name(), read.below), ("sns", "us-west-2", ""));
        assert_eq!(read.zone.unwrap().to_string(), "us-west-2a");
        let name = "logs.bucket.vpce-0e25b8cdd720f900e-0123abcd.s3.us-west-2.vpce.amazonaws.com";
        let read = VpcEndpointName::parse(name).unwrap();
        assert_eq!((read.bucket(), read.zone, read.is_of_a_door()), (Some("logs"), None, true));
        let name = "vpce-0e25b8cdd720f900e-0123abcd.api.ecr.us-west-2.vpce.amazonaws.com";
        assert_eq!(VpcEndpointName::parse(name).unwrap().service, "api.ecr");
        for name in [
            "vpce-0e25b8cdd720f900e.sns.us-west-2.vpce.amazonaws.com",
            "vpce-0e25b8cdd720f900e-0123.sns.us-west-2.vpce.amazonaws.com",
            "vpce-0e25b8cdd720f900e-0123abcd.sns.us-west-2.vpce.amazonaws.com.cn",
            "vpce-0e25b8cdd720f900e-0123abcd.sns.nowhere-2.vpce.amazonaws.com",
            "sns.us-west-2.vpce.amazonaws.com",
            "vpce.amazonaws.com",
        ] {
            assert_eq!(VpcEndpointName::parse(name), None, "{name}");
        }
        assert!(are_below("us-west-2.vpce.amazonaws.com") && are_below("vpce.amazonaws.com"));
        assert!(!are_below("sns.us-west-2.vpce.amazonaws.com"));
    }
}
