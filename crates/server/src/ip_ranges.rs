//! `ip-ranges.json`: which public addresses are AWS's, as AWS publishes it.
//!
//! Follows "AWS IP address ranges" and its "syntax" (VPC User Guide). Made from [`aws_range`], which names, prefix lists and
//! endpoints read as well. Left out are services that have no addresses here, and the blocks of IPv6 that VPCs get: on AWS
//! every Region has its own, here all have one.

use model::{IpNet, Region, aws_range};
use serde::Serialize;
use std::sync::LazyLock;

/// Where the document is.
pub(crate) const PATH: &str = "/ip-ranges.json";
/// When the table was last changed, in seconds and as a date: "the publication time, in Unix epoch time format".
const PUBLISHED: (&str, &str) = ("1764374400", "2025-11-29-00-00-00");

/// The document. It is the same as long as the program runs.
pub(crate) fn document() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        serde_json::to_string_pretty(&made()).expect("text under the names of fields can be written as JSON")
    });
    &DOCUMENT
}

#[derive(Serialize)]
struct Document {
    #[serde(rename = "syncToken")]
    sync_token: &'static str,
    #[serde(rename = "createDate")]
    create_date: &'static str,
    prefixes: Vec<V4Prefix>,
    ipv6_prefixes: Vec<V6Prefix>,
}

#[derive(Serialize)]
struct V4Prefix {
    ip_prefix: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
struct V6Prefix {
    ipv6_prefix: String,
    #[serde(flatten)]
    place: Place,
}

/// Whose it is. No Local Zone advertises addresses of its own here, and so a group is the Region.
#[derive(Serialize)]
struct Place {
    region: &'static str,
    service: &'static str,
    network_border_group: &'static str,
}

fn made() -> Document {
    let (sync_token, create_date) = PUBLISHED;
    let mut document = Document { sync_token, create_date, prefixes: Vec::new(), ipv6_prefixes: Vec::new() };
    for range in Region::all().flat_map(aws_range::all) {
        let region = range.region.name();
        let place = Place { region, service: range.service, network_border_group: region };
        match range.block {
            IpNet::V4(block) => document.prefixes.push(V4Prefix { ip_prefix: block.to_string(), place }),
            IpNet::V6(block) => {
                document.ipv6_prefixes.push(V6Prefix { ipv6_prefix: block.to_string(), place })
            }
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use guest::service_endpoints::ServiceEndpoint;
    use model::aws_prefix_list::{AwsPrefixList, AwsService};
    use serde_json::Value;
    use std::net::IpAddr;

    use crate::namespaces;

    /// The blocks that the document gives to a service in a Region.
    fn blocks(region: Region, service: &str) -> Vec<IpNet> {
        let document: Value = serde_json::from_str(document()).unwrap();
        let of = |list: &str, key: &str| -> Vec<IpNet> {
            let prefixes = document[list].as_array().unwrap().iter();
            let wanted = prefixes.filter(|it| it["region"] == region.name() && it["service"] == service);
            wanted.map(|it| it[key].as_str().unwrap().parse().unwrap()).collect()
        };
        [of("prefixes", "ip_prefix"), of("ipv6_prefixes", "ipv6_prefix")].concat()
    }

    fn holds(region: Region, service: &str, address: impl Into<IpAddr>) -> bool {
        let address = address.into();
        blocks(region, service).iter().any(|block| block.contains(&address))
    }

    #[test]
    fn names_prefix_lists_and_sources_of_connections_agree_with_the_document() {
        for region in ["us-west-2", "us-east-1", "cn-north-1", "mx-central-1"] {
            let region: Region = region.parse().unwrap();
            for (service, name) in [
                (AwsService::S3, "S3"),
                (AwsService::DynamoDb, "DYNAMODB"),
                (AwsService::InstanceConnect, "EC2_INSTANCE_CONNECT"),
            ] {
                let listed: Vec<IpNet> = AwsPrefixList { service, region }.blocks().collect();
                assert_eq!(blocks(region, name), listed, "{name} in {region}");
                assert!(
                    listed.iter().all(|block| blocks(region, "AMAZON").contains(block)),
                    "{name} in {region}"
                );
            }
            let domain = region.partition().domain();
            for (service, name) in
                [("s3", "S3"), ("dynamodb", "DYNAMODB"), ("ec2", "AMAZON"), ("sts", "AMAZON")]
            {
                let endpoint = ServiceEndpoint::named(&format!("{service}.{region}.{domain}")).unwrap();
                assert!(holds(region, name, endpoint.v4()), "{service} in {region}");
                assert!(holds(region, "AMAZON", endpoint.v6()), "{service} in {region}");
            }
            assert!(holds(
                region,
                "EC2_INSTANCE_CONNECT",
                namespaces::instance_connect_source(region).unwrap()
            ));
            let public = model::public_address::block_of(region).network();
            assert!(holds(region, "EC2", public) && holds(region, "AMAZON", public), "{region}");
        }
    }

    #[test]
    fn every_endpoint_that_answers_is_in_the_document() {
        for region in Region::all() {
            let amazons = blocks(region, "AMAZON");
            for block in aws_range::of_services(region) {
                assert!(amazons.contains(&block), "{block} in {region}");
            }
        }
    }

    #[test]
    fn a_row_has_the_fields_that_scripts_read() {
        let document: Value = serde_json::from_str(document()).unwrap();
        let row = serde_json::json!({
            "ip_prefix": "18.237.140.160/29",
            "region": "us-west-2",
            "service": "EC2_INSTANCE_CONNECT",
            "network_border_group": "us-west-2",
        });
        assert!(document["prefixes"].as_array().unwrap().contains(&row));
        let date = document["createDate"].as_str().unwrap();
        assert_eq!(
            document["syncToken"].as_str().unwrap().parse::<u64>().unwrap() % 86_400,
            0,
            "{date} is midnight"
        );
    }
}
