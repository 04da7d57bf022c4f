//! Regions that need an opt-in: EnableRegion and its neighbours (Account Management API Reference).
//!
//! On AWS a Region is `ENABLING` for minutes and `DISABLING` for as long; here the call that asks for it is the end of it.

use awsproto::{AwsError, Call, Page};
use model::account::RegionOptIn;
use model::{Region as Place, World};

use crate::errors;
use crate::shapes::*;

/// The bounds of `MaxResults`, which the model checks.
const PAGE: std::ops::RangeInclusive<i32> = 1..=50;
/// How many Regions a page has if nothing is said.
const PAGE_DEFAULT: i32 = 20;

pub(crate) fn enable(
    call: &mut Call,
    world: &mut World,
    request: EnableRegionRequest,
) -> Result<(), AwsError> {
    let EnableRegionRequest { account_id, region_name } = request;
    errors::refuse_account(call, "EnableRegion", account_id)?;
    let region = named(call, region_name)?;
    world.enable_region(call.scope.account, region);
    Ok(())
}

pub(crate) fn disable(
    call: &mut Call,
    world: &mut World,
    request: DisableRegionRequest,
) -> Result<(), AwsError> {
    let DisableRegionRequest { account_id, region_name } = request;
    errors::refuse_account(call, "DisableRegion", account_id)?;
    let region = named(call, region_name)?;
    world.disable_region(call.scope.account, region).map_err(errors::needs_no_opt_in)
}

pub(crate) fn status(
    call: &mut Call,
    world: &World,
    request: GetRegionOptStatusRequest,
) -> Result<GetRegionOptStatusResponse, AwsError> {
    let GetRegionOptStatusRequest { account_id, region_name } = request;
    errors::refuse_account(call, "GetRegionOptStatus", account_id)?;
    let Region { region_name, region_opt_status } = render(call, world, named(call, region_name)?);
    Ok(GetRegionOptStatusResponse { region_name, region_opt_status })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListRegionsRequest,
) -> Result<ListRegionsResponse, AwsError> {
    let ListRegionsRequest { account_id, max_results, next_token, region_opt_status_contains } = request;
    errors::refuse_account(call, "ListRegions", account_id)?;
    let page = Page::new(max_results.or(Some(PAGE_DEFAULT)), next_token.as_deref(), PAGE)
        .map_err(|error| errors::invalid(error.message))?;
    let wanted = &region_opt_status_contains;
    let is_wanted = |it: &Region| {
        wanted.is_empty() || it.region_opt_status.as_ref().is_some_and(|it| wanted.contains(it))
    };
    let all = call.scope.region.partition().regions().map(|region| render(call, world, region));
    let (regions, next_token) =
        page.cut(all.filter(is_wanted).collect(), |it| it.region_name.clone().unwrap_or_default());
    Ok(ListRegionsResponse { next_token, regions })
}

fn named(call: &Call, name: Option<String>) -> Result<Place, AwsError> {
    let name = name.unwrap_or_default();
    call.scope.region.fellow(&name).map_err(|_| errors::no_such_region(&name))
}

fn render(call: &Call, world: &World, region: Place) -> Region {
    let status = match world.region_opt_in(call.scope.account, region) {
        RegionOptIn::ByDefault => "ENABLED_BY_DEFAULT",
        RegionOptIn::Enabled => "ENABLED",
        RegionOptIn::Disabled => "DISABLED",
    };
    Region { region_name: Some(region.name().to_owned()), region_opt_status: Some(status.to_owned()) }
}

#[cfg(test)]
mod tests {
    use crate::testing::caller;
    use awsproto::testing::JsonCaller;
    use serde_json::json;

    #[test]
    fn a_region_is_enabled_and_disabled() {
        let mut caller = caller();
        let milan = json!({"RegionName": "eu-south-1"});
        let status = |caller: &mut JsonCaller| caller.ok("GetRegionOptStatus", milan.clone());
        assert_eq!(status(&mut caller), json!({"RegionName": "eu-south-1", "RegionOptStatus": "DISABLED"}));
        for _ in 0..2 {
            caller.ok("EnableRegion", milan.clone());
            assert_eq!(status(&mut caller)["RegionOptStatus"], "ENABLED");
        }
        let enabled = caller.ok("ListRegions", json!({"RegionOptStatusContains": ["ENABLED", "DISABLING"]}));
        assert_eq!(enabled, json!({"Regions": [{"RegionName": "eu-south-1", "RegionOptStatus": "ENABLED"}]}));
        caller.ok("DisableRegion", milan.clone());
        assert_eq!(status(&mut caller)["RegionOptStatus"], "DISABLED");
    }

    #[test]
    fn all_regions_of_a_partition_are_listed_page_by_page() {
        let mut caller = caller();
        let first = caller.ok("ListRegions", json!({}));
        assert_eq!(first["Regions"].as_array().unwrap().len(), 20);
        let rest = caller.ok("ListRegions", json!({"NextToken": first["NextToken"]}));
        assert_eq!(rest["Regions"].as_array().unwrap().len(), 14);
        assert_eq!(rest["NextToken"], json!(null));
        assert!(
            caller.refused("ListRegions", json!({"MaxResults": 51})).starts_with("ValidationException: 1")
        );
        assert!(caller.refused("ListRegions", json!({"NextToken": "x"})).starts_with("ValidationException"));
        assert!(
            caller
                .refused("ListRegions", json!({"RegionOptStatusContains": ["ON"]}))
                .contains("[ENABLED, ENABLING, DISABLING, DISABLED, ENABLED_BY_DEFAULT]")
        );
    }

    #[test]
    fn what_needs_no_opt_in_or_is_no_region_is_refused() {
        let mut caller = caller();
        let oregon = json!({"RegionName": "us-west-2"});
        caller.ok("EnableRegion", oregon.clone());
        assert_eq!(
            caller.refused("DisableRegion", oregon),
            "ValidationException: The Region us-west-2 is enabled by default, and cannot be disabled."
        );
        for name in ["mars-east-1", "cn-north-1"] {
            let refused = caller.refused("EnableRegion", json!({"RegionName": name}));
            assert_eq!(refused, format!("ValidationException: The Region {name} does not exist."));
        }
        let other = json!({"RegionName": "eu-south-1", "AccountId": "111122223333"});
        assert!(
            caller.refused("EnableRegion", other).starts_with("AccessDeniedException: User: arn:aws:iam::")
        );
    }
}
