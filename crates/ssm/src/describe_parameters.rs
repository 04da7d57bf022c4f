//! DescribeParameters. Follows the Systems Manager API Reference and "Discovering public parameters" (User Guide): who asks
//! for the names of public parameters is shown those, everybody else their own, of which there are none here.

use awsproto::{AwsError, Call, Page};
use model::World;

use crate::get_parameter::{arn, in_words_of_ssm};
use crate::parameter_filter::ParameterFilter;
use crate::public_parameters::{PublicParameter, PublicParameters};
use crate::shapes::*;

/// "Valid Range: Minimum value of 1. Maximum value of 50."
const ITEMS: std::ops::RangeInclusive<i32> = 1..=50;

pub(crate) fn describe(
    call: &mut Call,
    _: &World,
    request: DescribeParametersRequest,
) -> Result<DescribeParametersResult, AwsError> {
    // Nobody shares any parameter here.
    let DescribeParametersRequest { filters, max_results, next_token, parameter_filters, shared: _ } =
        request;
    if !filters.is_empty() && !parameter_filters.is_empty() {
        let sentence = "You can use either Filters or ParameterFilters in a single request.";
        return Err(AwsError::new("ValidationException", sentence));
    }
    let all = filters.into_iter().map(of_old).chain(parameter_filters);
    let filters: Vec<ParameterFilter> = all.map(ParameterFilter::read).collect::<Result<_, _>>()?;
    let page = Page::new(Some(max_results.unwrap_or(*ITEMS.end())), next_token.as_deref(), ITEMS);
    let page = page.map_err(in_words_of_ssm)?;
    let parameters = match filters.iter().any(ParameterFilter::asks_for_public_ones) {
        true => public(call, &filters),
        false => Vec::new(),
    };
    let (parameters, next_token) =
        page.cut(parameters, |one: &ParameterMetadata| one.name.clone().unwrap_or_default());
    Ok(DescribeParametersResult { next_token, parameters })
}

/// The older form of a filter, which knows no options.
fn of_old(filter: ParametersFilter) -> ParameterStringFilter {
    let ParametersFilter { key, values } = filter;
    ParameterStringFilter { key, option: None, values }
}

fn public(call: &Call, filters: &[ParameterFilter]) -> Vec<ParameterMetadata> {
    let all = PublicParameters::of(call.scope.region);
    let wanted =
        |(name, one): &(&str, &PublicParameter)| filters.iter().all(|filter| filter.matches(name, one));
    all.iter().filter(wanted).map(|(name, one)| metadata(call, name, one)).collect()
}

fn metadata(call: &Call, name: &str, parameter: &PublicParameter) -> ParameterMetadata {
    ParameterMetadata {
        arn: Some(arn(call, name)),
        data_type: Some(parameter.data_type.to_owned()),
        last_modified_date: Some(parameter.modified),
        name: Some(name.to_owned()),
        tier: Some("Standard".to_owned()),
        r#type: Some("String".to_owned()),
        version: Some(1),
        ..Default::default()
    }
}
