//! Regions, Availability Zones and account attributes. Follows DescribeRegions, DescribeAvailabilityZones and
//! DescribeAccountAttributes (EC2 API Reference). No Local Zones, no Wavelength Zones.

use awsproto::filter::Tagged;
use awsproto::{AwsError, Call, Filterable, Filters};
use model::account::RegionOptIn;
use model::{Quota, Region, World, Zone};
use std::borrow::Cow;

use crate::request::text_values;
use crate::shapes::{self, *};

const NO_OPT_IN: &str = "opt-in-not-required";

pub(crate) fn describe_regions(
    call: &mut Call,
    world: &World,
    request: DescribeRegionsRequest,
) -> Result<DescribeRegionsResult, AwsError> {
    let DescribeRegionsRequest { all_regions, filters, region_names } = request;
    let here = call.scope.region;
    let opt_in = |region: Region| world.region_opt_in(call.scope.account, region);
    let regions: Vec<Region> = match region_names.is_empty() {
        // Those that are named may be disabled: `AllRegions` is for who names none.
        true => {
            let is_shown = |it: &Region| all_regions == Some(true) || opt_in(*it) != RegionOptIn::Disabled;
            here.partition().regions().filter(is_shown).collect()
        }
        false => {
            let found = region_names.iter().map(|name| here.fellow(name));
            found
                .collect::<Result<_, _>>()
                .map_err(|_| AwsError::invalid_parameter_value("Region not found"))?
        }
    };
    let regions = regions.into_iter().map(|region| render_region(region, opt_in(region)));
    Ok(DescribeRegionsResult { regions: Filters::new(filters)?.select(regions)? })
}

pub(crate) fn describe_availability_zones(
    call: &mut Call,
    _: &World,
    request: DescribeAvailabilityZonesRequest,
) -> Result<DescribeAvailabilityZonesResult, AwsError> {
    let DescribeAvailabilityZonesRequest {
        // Zones that were not opted into, of which there are none.
        all_availability_zones: _,
        filters,
        zone_ids,
        zone_names,
    } = request;
    let region = call.scope.region;
    let all: Vec<Zone> = region.zones().collect();
    let unknown =
        |text: &str| AwsError::invalid_parameter_value(format!("Invalid availability zone: [{text}]"));
    let named = |zone: &Zone| zone_names.contains(&zone.to_string()) || zone_ids.contains(&zone.zone_id());
    if let Some(stranger) = zone_names.iter().find(|name| !all.iter().any(|it| it.to_string() == **name)) {
        return Err(unknown(stranger));
    }
    if let Some(stranger) = zone_ids.iter().find(|id| !all.iter().any(|it| it.zone_id() == **id)) {
        return Err(unknown(stranger));
    }
    let everything = zone_names.is_empty() && zone_ids.is_empty();
    let zones = all.into_iter().filter(|zone| everything || named(zone)).map(render_zone);
    Ok(DescribeAvailabilityZonesResult { availability_zones: Filters::new(filters)?.select(zones)? })
}

pub(crate) fn describe_account_attributes(
    call: &mut Call,
    world: &World,
    request: DescribeAccountAttributesRequest,
) -> Result<DescribeAccountAttributesResult, AwsError> {
    let DescribeAccountAttributesRequest { attribute_names } = request;
    let default_vpc = world.default_vpc(call.scope).map_or("none".to_owned(), |vpc| vpc.id.to_string());
    let limit = |quota| world.limit(call.scope, quota).to_string();
    let all = [
        ("supported-platforms", "VPC".to_owned()),
        ("vpc-max-security-groups-per-interface", limit(Quota::GroupsPerInterface)),
        ("max-elastic-ips", limit(Quota::ElasticIps)),
        ("max-instances", MAX_INSTANCES.to_string()),
        ("vpc-max-elastic-ips", limit(Quota::ElasticIps)),
        ("default-vpc", default_vpc),
    ];
    let names = &attribute_names;
    if let Some(stranger) = names.iter().find(|name| !all.iter().any(|(known, _)| known == name)) {
        return Err(AwsError::invalid_value("attributeName", stranger, "Unknown attribute name."));
    }
    let wanted = all.into_iter().filter(|(name, _)| names.is_empty() || names.iter().any(|it| it == name));
    Ok(DescribeAccountAttributesResult {
        account_attributes: wanted.map(|(name, value)| render_attribute(name, value)).collect(),
    })
}

/// What AWS still shows, although it counts virtual processors nowadays.
const MAX_INSTANCES: usize = 20;

fn render_attribute(name: &str, value: String) -> AccountAttribute {
    AccountAttribute {
        attribute_name: Some(name.to_owned()),
        attribute_values: vec![AccountAttributeValue { attribute_value: Some(value) }],
    }
}

fn render_region(region: Region, opt_in: RegionOptIn) -> shapes::Region {
    let opt_in_status = match opt_in {
        RegionOptIn::ByDefault => NO_OPT_IN,
        RegionOptIn::Enabled => "opted-in",
        RegionOptIn::Disabled => "not-opted-in",
    };
    shapes::Region {
        region_name: Some(region.name().to_owned()),
        endpoint: Some(format!("ec2.{region}.{}", region.partition().domain())),
        opt_in_status: Some(opt_in_status.to_owned()),
        geography: Vec::new(),
    }
}

fn render_zone(zone: Zone) -> shapes::AvailabilityZone {
    let region = zone.region();
    shapes::AvailabilityZone {
        zone_name: Some(zone.to_string()),
        zone_id: Some(zone.zone_id()),
        zone_type: Some("availability-zone".to_owned()),
        region_name: Some(region.name().to_owned()),
        network_border_group: Some(region.name().to_owned()),
        group_name: Some(format!("{region}-zg-1")),
        group_long_name: Some(format!("{} 1", region.long_name())),
        opt_in_status: Some(NO_OPT_IN.to_owned()),
        state: Some("available".to_owned()),
        ..Default::default()
    }
}

impl Tagged for shapes::Region {}

impl Filterable for shapes::Region {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "endpoint" => text_values(&self.endpoint),
            "opt-in-status" => text_values(&self.opt_in_status),
            "region-name" => text_values(&self.region_name),
            _ => return None,
        })
    }
}

impl Tagged for shapes::AvailabilityZone {}

impl Filterable for shapes::AvailabilityZone {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "group-long-name" => text_values(&self.group_long_name),
            "group-name" => text_values(&self.group_name),
            "message" => self.messages.iter().flat_map(|it| text_values(&it.message)).collect(),
            "opt-in-status" => text_values(&self.opt_in_status),
            "parent-zone-id" => text_values(&self.parent_zone_id),
            "parent-zone-name" => text_values(&self.parent_zone_name),
            "region-name" => text_values(&self.region_name),
            "state" => text_values(&self.state),
            "zone-id" => text_values(&self.zone_id),
            "zone-name" => text_values(&self.zone_name),
            "zone-type" => text_values(&self.zone_type),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn a_region_has_its_zones_and_no_other() {
        let mut caller = Caller::new();
        let zones = caller.ok("DescribeAvailabilityZones", &[]);
        assert_eq!(zones.texts("zoneName"), ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"]);
        assert_eq!(zones.text("groupLongName"), "US West (Oregon) 1");
        assert_eq!(
            caller.refused("DescribeAvailabilityZones", &[("ZoneName.1", "us-east-1a")]),
            "InvalidParameterValue: Invalid availability zone: [us-east-1a]"
        );
        let one = caller.ok("DescribeAvailabilityZones", &[("ZoneId.1", "usw2-az3")]);
        assert_eq!(one.texts("zoneName"), ["us-west-2c"]);
    }

    #[test]
    fn regions_are_found_by_name_and_filter() {
        let mut caller = Caller::new();
        assert_eq!(caller.ok("DescribeRegions", &[]).texts("regionName").len(), 17);
        let europe = caller
            .ok("DescribeRegions", &[("Filter.1.Name", "endpoint"), ("Filter.1.Value.1", "ec2.eu-north-*")]);
        assert_eq!(europe.texts("regionName"), ["eu-north-1"]);
        assert_eq!(
            caller.refused("DescribeRegions", &[("RegionName.1", "mars-east-1")]),
            "InvalidParameterValue: Region not found"
        );
    }

    #[test]
    fn regions_that_need_an_opt_in_are_shown_to_who_has_opted_in_asks_for_all_or_names_them() {
        let mut caller = Caller::new();
        let all = caller.ok("DescribeRegions", &[("AllRegions", "true")]);
        let (names, states) = (all.texts("regionName"), all.texts("optInStatus"));
        assert_eq!((names.len(), names.is_sorted()), (34, true));
        assert_eq!(states.iter().filter(|it| *it == "not-opted-in").count(), 17);
        let disabled = [("Filter.1.Name", "opt-in-status"), ("Filter.1.Value.1", "not-opted-in")];
        assert_eq!(caller.ok("DescribeRegions", &disabled).texts("regionName"), [""; 0]);
        let milan = caller.ok("DescribeRegions", &[("RegionName.1", "eu-south-1")]);
        assert_eq!(milan.texts("optInStatus"), ["not-opted-in"]);
        assert_eq!(milan.text("regionEndpoint"), "ec2.eu-south-1.amazonaws.com");
        let account = caller.scope().account;
        caller.world.enable_region(account, "eu-south-1".parse().unwrap());
        let enabled = [("Filter.1.Name", "opt-in-status"), ("Filter.1.Value.1", "opted-in")];
        assert_eq!(caller.ok("DescribeRegions", &enabled).texts("regionName"), ["eu-south-1"]);
    }

    #[test]
    fn a_region_knows_those_of_its_partition_alone() {
        let mut caller = Caller::new();
        caller.move_to("cn-north-1");
        let china = caller.ok("DescribeRegions", &[]);
        assert_eq!(china.texts("regionName"), ["cn-north-1", "cn-northwest-1"]);
        assert_eq!(china.text("regionEndpoint"), "ec2.cn-north-1.amazonaws.com.cn");
        assert_eq!(
            caller.refused("DescribeRegions", &[("RegionName.1", "us-east-1")]),
            "InvalidParameterValue: Region not found"
        );
        caller.move_to("us-gov-east-1");
        let government = caller.ok("DescribeRegions", &[]);
        assert_eq!(government.texts("regionName"), ["us-gov-east-1", "us-gov-west-1"]);
        assert_eq!(government.text("regionEndpoint"), "ec2.us-gov-east-1.amazonaws.com");
    }

    #[test]
    fn the_default_vpc_is_an_account_attribute() {
        let mut caller = Caller::new();
        let vpc = caller.ok("DescribeVpcs", &[]).text("vpcId");
        let shown = caller.ok("DescribeAccountAttributes", &[("AttributeName.1", "default-vpc")]);
        assert_eq!(shown.texts("attributeValue"), [vpc]);
        assert!(
            caller
                .refused("DescribeAccountAttributes", &[("AttributeName.1", "x")])
                .starts_with("InvalidParam")
        );
    }
}
