//! What AWS says of its Regions and zones in public parameters, in each partition of its own.
//!
//! Follows "Calling public parameters for AWS services, Regions, endpoints, Availability Zones, local zones, and Wavelength
//! Zones" (Systems Manager User Guide). Those of services and their endpoints are left out, and local and Wavelength
//! Zones, which are not here.

use awsproto::Timestamp;
use model::Region;

use crate::public_parameters::PublicParameter;

/// Where they are.
const FOLDER: &str = "/aws/service/global-infrastructure";
/// When AWS first published them.
const PUBLISHED: &str = "2019-06-21T12:15:34.000Z";

/// Country and subdivision of each Region, by ISO 3166.
static PLACES: &[(&str, &str)] = &[
    ("af-south-1", "ZA-WC"),
    ("ap-east-1", "CN-HK"),
    ("ap-east-2", "TW-TPE"),
    ("ap-northeast-1", "JP-13"),
    ("ap-northeast-2", "KR-28"),
    ("ap-northeast-3", "JP-27"),
    ("ap-south-1", "IN-MH"),
    ("ap-south-2", "IN-TG"),
    ("ap-southeast-1", "SG-01"),
    ("ap-southeast-2", "AU-NSW"),
    ("ap-southeast-3", "ID-JK"),
    ("ap-southeast-4", "AU-VIC"),
    ("ap-southeast-5", "MY-14"),
    ("ap-southeast-6", "NZ-AUK"),
    ("ap-southeast-7", "TH-10"),
    ("ca-central-1", "CA-QC"),
    ("ca-west-1", "CA-AB"),
    ("cn-north-1", "CN-BJ"),
    ("cn-northwest-1", "CN-NX"),
    ("eu-central-1", "DE-HE"),
    ("eu-central-2", "CH-ZH"),
    ("eu-north-1", "SE-AB"),
    ("eu-south-1", "IT-MI"),
    ("eu-south-2", "ES-AR"),
    ("eu-west-1", "IE-D"),
    ("eu-west-2", "GB-LND"),
    ("eu-west-3", "FR-75C"),
    ("il-central-1", "IL-TA"),
    ("me-central-1", "AE-DU"),
    ("me-south-1", "BH-14"),
    ("mx-central-1", "MX-QUE"),
    ("sa-east-1", "BR-SP"),
    ("us-east-1", "US-VA"),
    ("us-east-2", "US-OH"),
    ("us-gov-east-1", "US-OH"),
    ("us-gov-west-1", "US-OR"),
    ("us-west-1", "US-CA"),
    ("us-west-2", "US-OR"),
];

/// What is said in a Region: of it, and of all.
pub(crate) fn parameters(here: Region) -> Vec<(String, PublicParameter)> {
    let current = format!("{FOLDER}/current-region");
    let partition = here.partition();
    let regions =
        partition.regions().flat_map(|region| of_region(&format!("{FOLDER}/regions/{region}"), region));
    let zones = partition.regions().flat_map(|region| of_zones(FOLDER, region));
    let all = of_region(&current, here).into_iter().chain(regions).chain(zones);
    let published = Timestamp::parse(PUBLISHED).expect("a moment");
    all.map(|(name, value)| (name, PublicParameter::text(value, published))).collect()
}

fn of_region(folder: &str, region: Region) -> Vec<(String, String)> {
    let partition = region.partition();
    let place = PLACES.iter().find(|(name, _)| *name == region.name()).map(|(_, place)| *place);
    let country = place.and_then(|place| place.split('-').next());
    let facts = [
        ("domain", Some(partition.domain())),
        ("geolocationCountry", country),
        ("geolocationRegion", place),
        ("longName", Some(region.long_name())),
        ("partition", Some(partition.name())),
    ];
    let facts =
        facts.into_iter().filter_map(|(fact, value)| Some((format!("{folder}/{fact}"), value?.to_owned())));
    let itself = (folder.to_owned(), region.name().to_owned());
    std::iter::once(itself).chain(facts).chain(of_zones(folder, region)).collect()
}

fn of_zones(folder: &str, region: Region) -> Vec<(String, String)> {
    let zone_ids = region.zones().map(|zone| zone.zone_id());
    zone_ids.map(|id| (format!("{folder}/availability-zones/{id}"), id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_region_says_where_it_is_and_which_zones_it_has() {
        let oregon: Region = "us-west-2".parse().unwrap();
        let all: BTreeMap<String, PublicParameter> = parameters(oregon).into_iter().collect();
        let value = |name: &str| all.get(&format!("{FOLDER}/{name}")).unwrap().value.as_str();
        assert_eq!(value("current-region"), "us-west-2");
        assert_eq!(value("current-region/longName"), "US West (Oregon)");
        assert_eq!(value("regions/eu-west-1/geolocationCountry"), "IE");
        assert_eq!(value("regions/us-west-2/availability-zones/usw2-az1"), "usw2-az1");
        assert_eq!(value("availability-zones/usw2-az1"), "usw2-az1");
        for region in oregon.partition().regions() {
            assert!(value(&format!("regions/{region}/geolocationRegion")).contains('-'), "{region}");
        }
    }
}
