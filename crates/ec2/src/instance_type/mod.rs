//! Instance types. Follows DescribeInstanceTypes, DescribeInstanceTypeOfferings and
//! GetInstanceTypesFromInstanceRequirements (EC2 API Reference). Every type is offered in every zone.

mod filters;
mod requirement_words;
mod requirements;
mod shown;

pub(crate) use requirements::from_requirements;

use awsproto::page::{self, Page};
use awsproto::{AwsError, Call, Filters};
use model::World;
use model::instance_type::InstanceType;

use crate::shapes::*;

/// The bounds of `MaxResults` of DescribeInstanceTypes.
const PAGE: std::ops::RangeInclusive<i32> = 5..=100;
/// How many types an answer has unless fewer are asked for: all would be megabytes.
const DEFAULT_PAGE: i32 = 100;
/// How many types a request names.
const NAMES_MAX: usize = 100;

/// The type that a launch, or a change, names.
pub(crate) fn find(name: &str) -> Result<&'static InstanceType, AwsError> {
    let unknown = || AwsError::invalid_parameter_value(format!("Invalid value '{name}' for InstanceType."));
    InstanceType::find(name).ok_or_else(unknown)
}

pub(crate) fn describe(
    _: &mut Call,
    _: &World,
    request: DescribeInstanceTypesRequest,
) -> Result<DescribeInstanceTypesResult, AwsError> {
    let DescribeInstanceTypesRequest {
        filters,
        // Every type is in every Region.
        include_unsupported_in_region: _,
        instance_types,
        max_results,
        next_token,
    } = request;
    let names = &instance_types;
    let missing = names.iter().map(String::as_str).filter(|name| InstanceType::find(name).is_none());
    let missing: Vec<&str> = missing.collect();
    if !missing.is_empty() {
        let message = format!("The following supplied instance types do not exist: [{}]", missing.join(", "));
        return Err(AwsError::new("InvalidInstanceType", message));
    }
    page::refuse_with_ids("instanceType", names, max_results)?;
    if names.len() > NAMES_MAX {
        let reason = format!("A request names up to {NAMES_MAX} types.");
        return Err(AwsError::invalid_value("instanceTypes", &names.len().to_string(), &reason));
    }
    let page_size = max_results.or(names.is_empty().then_some(DEFAULT_PAGE));
    let page = Page::new(page_size, next_token.as_deref(), PAGE)?;
    let is_wanted = |it: &&InstanceType| names.is_empty() || names.iter().any(|name| name == it.name);
    let types = InstanceType::all().iter().filter(is_wanted).map(shown::render);
    let types = Filters::new(filters)?.select(types)?;
    let (instance_types, next_token) = page.cut(types, |it| it.instance_type.clone().unwrap_or_default());
    Ok(DescribeInstanceTypesResult { instance_types, next_token })
}

pub(crate) fn describe_offerings(
    call: &mut Call,
    _: &World,
    request: DescribeInstanceTypeOfferingsRequest,
) -> Result<DescribeInstanceTypeOfferingsResult, AwsError> {
    let DescribeInstanceTypeOfferingsRequest { filters, location_type, max_results, next_token } = request;
    let region = call.scope.region;
    let kind = location_type.as_deref().unwrap_or("region");
    let locations: Vec<String> = match kind {
        "region" => vec![region.name().to_owned()],
        "availability-zone" => region.zones().map(|zone| zone.to_string()).collect(),
        "availability-zone-id" => region.zones().map(|zone| zone.zone_id()).collect(),
        "outpost" => Vec::new(),
        other => return Err(AwsError::invalid_value("locationType", other, "Unknown location type.")),
    };
    let offer = |location: &String, it: &InstanceType| InstanceTypeOffering {
        instance_type: Some(it.name.to_owned()),
        location: Some(location.clone()),
        location_type: Some(kind.to_owned()),
    };
    let offerings =
        locations.iter().flat_map(|location| InstanceType::all().iter().map(move |it| offer(location, it)));
    let page = Page::new(max_results, next_token.as_deref(), page::EC2)?;
    let offerings = Filters::new(filters)?.select(offerings)?;
    let key = |it: &InstanceTypeOffering| {
        format!(
            "{} {}",
            it.location.as_deref().unwrap_or_default(),
            it.instance_type.as_deref().unwrap_or_default()
        )
    };
    let (instance_type_offerings, next_token) = page.cut(offerings, key);
    Ok(DescribeInstanceTypeOfferingsResult { instance_type_offerings, next_token })
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn every_type_of_aws_is_described_a_hundred_at_a_time() {
        let mut caller = Caller::new();
        let mut names: Vec<String> = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let parameters: Vec<(&str, &str)> = token.iter().map(|it| ("NextToken", it.as_str())).collect();
            let page = caller.ok("DescribeInstanceTypes", &parameters);
            assert!(page.texts("instanceType").len() <= 100);
            names.extend(page.texts("instanceType"));
            match page.texts("nextToken").first() {
                Some(next) => token = Some(next.clone()),
                None => break,
            }
        }
        assert!(names.len() > 1000, "{}", names.len());
        assert!(names.is_sorted());
        let old = [
            ("Filter.1.Name", "current-generation"),
            ("Filter.1.Value.1", "false"),
            ("Filter.2.Name", "instance-type"),
            ("Filter.2.Value.1", "t1.*"),
        ];
        assert_eq!(caller.ok("DescribeInstanceTypes", &old).texts("instanceType"), ["t1.micro"]);
    }

    #[test]
    fn what_is_shown_of_a_type_is_as_recorded() {
        let mut caller = Caller::new();
        let mut of = |name| caller.ok("DescribeInstanceTypes", &[("InstanceType.1", name)]);
        let micro = of("t2.micro");
        assert_eq!(micro.text("supportedArchitectures"), "<item>i386</item><item>x86_64</item>");
        assert_eq!(
            (micro.text("freeTierEligible"), micro.text("hibernationSupported")),
            ("false".into(), "true".into())
        );
        assert!(micro.texts("ebsOptimizedInfo").is_empty());
        let metal = of("m5.metal");
        assert!(metal.texts("hypervisor").is_empty(), "bare metal has none");
        let large = of("m5.large");
        assert_eq!(
            (large.text("baselineBandwidthInMbps"), large.text("maximumIops")),
            ("650".into(), "18750".into())
        );
        assert_eq!(large.text("validCores"), "<item>1</item>");
        assert_eq!(large.text("baselineBandwidthInGbps"), "0.75");
        assert_eq!(large.text("defaultTcpEstablishedTimeout"), "432000");
        let accelerated = of("g4dn.xlarge");
        assert_eq!(
            (accelerated.text("totalGpuMemoryInMiB"), accelerated.text("totalSizeInGB")),
            ("16384".into(), "125".into())
        );
    }
}
