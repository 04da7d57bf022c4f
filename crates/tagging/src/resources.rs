//! What has which tags: GetResources (Resource Groups Tagging API Reference). "GetResources does not return untagged
//! resources."

use awsproto::tags::{KEY_MAX, VALUE_MAX};
use awsproto::{AwsError, Call, Page};
use model::World;
use model::tagged::TaggedRow;

use crate::errors::{self, TOKEN_MAX};
use crate::shapes::*;

/// How many resources a page has at most, and has if nothing is said.
const PER_PAGE_MAX: i32 = 100;
const PER_PAGE_DEFAULT: i32 = 50;
/// How many tags a page may have: "a minimum of 100 and a maximum of 500 items", "in multiples of 100".
const TAGS_PER_PAGE: std::ops::RangeInclusive<i32> = 100..=500;
const TAGS_PER_PAGE_STEP: i32 = 100;
/// How many filters a request has, and how many values a filter.
const FILTERS_MAX: usize = 50;
const FILTER_VALUES_MAX: usize = 20;
/// Characters of a type.
const TYPE_MAX: usize = 256;
/// How many resources a request names.
const NAMED_MAX: usize = 100;

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetResourcesInput,
) -> Result<GetResourcesOutput, AwsError> {
    let GetResourcesInput {
        exclude_compliant_resources,
        include_compliance_details,
        pagination_token,
        resource_arn_list,
        resource_type_filters,
        resources_per_page,
        tag_filters,
        tags_per_page,
    } = request;
    let details = include_compliance_details == Some(true);
    let excluded = exclude_compliant_resources == Some(true);
    if excluded && !details {
        return Err(errors::invalid("ExcludeCompliantResources needs IncludeComplianceDetails to be true."));
    }
    let has_filters = !tag_filters.is_empty() || !resource_type_filters.is_empty();
    let is_paged = resources_per_page.is_some() || tags_per_page.is_some() || pagination_token.is_some();
    if !resource_arn_list.is_empty() && (has_filters || is_paged) {
        return Err(errors::invalid("ResourceARNList cannot be used with filters, nor with pages."));
    }
    errors::check_lengths("paginationToken", &pagination_token, TOKEN_MAX)?;
    check_named(&resource_arn_list)?;
    check_filters(&tag_filters)?;
    errors::check_lengths("resourceTypeFilters", &resource_type_filters, TYPE_MAX)?;
    resource_type_filters.iter().try_for_each(|filter| check_type(filter))?;
    let mut rows = world.tagged(call.scope);
    rows.retain(|row| {
        (resource_arn_list.is_empty() || resource_arn_list.contains(&row.arn))
            && (resource_type_filters.is_empty() || resource_type_filters.iter().any(|it| is_of(row, it)))
            && tag_filters.iter().all(|filter| has(row, filter))
    });
    // Nothing is against a policy where there is none.
    if excluded {
        rows.clear();
    }
    let asked = Asked { resources_per_page, tags_per_page, pagination_token };
    let (rows, token) = asked.page(rows)?;
    Ok(GetResourcesOutput {
        pagination_token: Some(token),
        resource_tag_mapping_list: rows.into_iter().map(|row| render(row, details)).collect(),
    })
}

/// Which page is asked for.
struct Asked {
    resources_per_page: Option<i32>,
    tags_per_page: Option<i32>,
    pagination_token: Option<String>,
}

impl Asked {
    /// A page by ARN, and the token of the next one. It ends before the resource whose tags would be too many: "it does not
    /// split a resource and its associated tags across pages".
    fn page<'a>(&self, rows: Vec<TaggedRow<'a>>) -> Result<(Vec<TaggedRow<'a>>, String), AwsError> {
        let most = self.resources_per_page.unwrap_or(PER_PAGE_DEFAULT);
        if !(1..=PER_PAGE_MAX).contains(&most) {
            return Err(errors::invalid(format!("ResourcesPerPage is between 1 and {PER_PAGE_MAX}.")));
        }
        let Some(tags_max) = self.tags_per_page else { return self.cut(rows, most) };
        let first = self.cut(rows.clone(), most)?;
        if !TAGS_PER_PAGE.contains(&tags_max) || tags_max % TAGS_PER_PAGE_STEP != 0 {
            return Err(errors::invalid("TagsPerPage is between 100 and 500, in multiples of 100."));
        }
        let mut tags = 0;
        let fits = |row: &&TaggedRow<'_>| {
            tags += i32::try_from(row.tags.len()).unwrap_or(i32::MAX);
            tags <= tags_max
        };
        let fitting = first.0.iter().take_while(fits).count();
        match i32::try_from(fitting) {
            Ok(fewer) if fitting < first.0.len() => self.cut(rows, fewer),
            Ok(_) | Err(_) => Ok(first),
        }
    }

    fn cut<'a>(&self, rows: Vec<TaggedRow<'a>>, most: i32) -> Result<(Vec<TaggedRow<'a>>, String), AwsError> {
        let page = Page::new(Some(most), self.pagination_token.as_deref(), 1..=PER_PAGE_MAX);
        let (rows, token) = page.map_err(errors::expired)?.cut(rows, |row| row.arn.clone());
        Ok((rows, token.unwrap_or_default()))
    }
}

fn check_named(arns: &[String]) -> Result<(), AwsError> {
    if arns.len() > NAMED_MAX {
        return Err(errors::invalid(format!("ResourceARNList has up to {NAMED_MAX} members.")));
    }
    errors::check_arns(arns)
}

fn check_filters(filters: &[TagFilter]) -> Result<(), AwsError> {
    if filters.len() > FILTERS_MAX {
        return Err(errors::invalid(format!("There are up to {FILTERS_MAX} filters.")));
    }
    if filters.iter().any(|filter| filter.key.as_deref().unwrap_or_default().is_empty()) {
        return Err(errors::invalid("A filter needs a key."));
    }
    let of = |filter: &TagFilter| {
        errors::check_lengths("tagFilters.key", &filter.key, KEY_MAX)?;
        errors::check_lengths("tagFilters.values", &filter.values, VALUE_MAX)
    };
    filters.iter().try_for_each(of)?;
    match filters.iter().any(|filter| filter.values.len() > FILTER_VALUES_MAX) {
        true => Err(errors::invalid(format!("A filter has up to {FILTER_VALUES_MAX} values."))),
        false => Ok(()),
    }
}

/// `service` or `service:type`. Of other services, and of types that there are not, there are none.
fn check_type(filter: &str) -> Result<(), AwsError> {
    let is_name = |text: &str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/:".contains(&byte);
        !text.is_empty() && text.bytes().all(letter)
    };
    let parts = filter.split_once(':');
    let is_good = match parts {
        Some((service, kind)) => is_name(service) && is_name(kind),
        None => is_name(filter),
    };
    match is_good {
        true => Ok(()),
        false => Err(errors::invalid(format!("Unsupported resource type filter: {filter}"))),
    }
}

fn is_of(row: &TaggedRow<'_>, filter: &str) -> bool {
    row.kind == filter || row.kind.split_once(':').is_some_and(|(service, _)| service == filter)
}

/// Any of the values; whatever the value if none is asked for.
fn has(row: &TaggedRow<'_>, filter: &TagFilter) -> bool {
    let value = filter.key.as_ref().and_then(|key| row.tags.get(key));
    value.is_some_and(|value| filter.values.is_empty() || filter.values.contains(value))
}

fn render(row: TaggedRow<'_>, details: bool) -> ResourceTagMapping {
    let compliant = || ComplianceDetails {
        compliance_status: Some(true),
        keys_with_noncompliant_values: Vec::new(),
        missing_tag_keys: Vec::new(),
        noncompliant_keys: Vec::new(),
    };
    ResourceTagMapping {
        compliance_details: details.then(compliant),
        resource_arn: Some(row.arn),
        tags: awsproto::tags::shown(row.tags, |key, value| Tag { key, value }),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use serde_json::{Value, json};

    fn arns(answer: &Value) -> Vec<&str> {
        let list = answer["ResourceTagMappingList"].as_array().unwrap();
        list.iter().map(|it| it["ResourceARN"].as_str().unwrap()).collect()
    }

    #[test]
    fn filters_and_their_values_choose() {
        let mut caller = Caller::new();
        let [vpc, subnet] = caller.arns();
        caller.ok("TagResources", json!({"ResourceARNList": [vpc, subnet], "Tags": {"team": "blue"}}));
        caller.ok("TagResources", json!({"ResourceARNList": [vpc], "Tags": {"tier": "web"}}));
        let both = [subnet.as_str(), vpc.as_str()];
        for (request, expected) in [
            (json!({}), &both[..]),
            (json!({"TagFilters": [{"Key": "team"}]}), &both),
            (json!({"TagFilters": [{"Key": "team", "Values": ["red", "blue"]}]}), &both),
            (
                json!({"TagFilters": [{"Key": "team", "Values": []}, {"Key": "tier", "Values": ["web"]}]}),
                &both[1..],
            ),
            (json!({"TagFilters": [{"Key": "team", "Values": ["red"]}]}), &[]),
            (json!({"ResourceTypeFilters": ["ec2"]}), &both),
            (json!({"ResourceTypeFilters": ["ec2:subnet", "s3"]}), &both[..1]),
            (json!({"ResourceTypeFilters": ["rds:db", "lambda"]}), &[]),
            (json!({"ResourceARNList": [vpc, "arn:aws:s3:::bucket"]}), &both[1..]),
        ] {
            assert_eq!(arns(&caller.ok("GetResources", request.clone())), expected, "{request}");
        }
        let first = caller.ok("GetResources", json!({"ResourcesPerPage": 1}));
        assert_eq!(arns(&first), both[..1]);
        let token = &first["PaginationToken"];
        let second = caller.ok("GetResources", json!({"ResourcesPerPage": 1, "PaginationToken": token}));
        assert_eq!((arns(&second), &second["PaginationToken"]), (both[1..].to_vec(), &json!("")));
        assert_eq!(
            second["ResourceTagMappingList"][0]["Tags"],
            json!([{"Key": "team", "Value": "blue"}, {"Key": "tier", "Value": "web"}])
        );
    }

    #[test]
    fn a_page_ends_before_its_tags_are_too_many() {
        let mut caller = Caller::new();
        let [vpc, subnet] = caller.arns();
        let acl = caller.acl();
        for arn in [&vpc, &subnet, &acl] {
            let tags: serde_json::Map<String, Value> = (0..40).map(|n| (n.to_string(), json!("x"))).collect();
            caller.ok("TagResources", json!({"ResourceARNList": [arn], "Tags": tags}));
        }
        let first = caller.ok("GetResources", json!({"TagsPerPage": 100}));
        assert_eq!(arns(&first).len(), 2);
        let rest = json!({"TagsPerPage": 100, "PaginationToken": first["PaginationToken"]});
        assert_eq!(arns(&caller.ok("GetResources", rest)).len(), 1);
        assert_eq!(arns(&caller.ok("GetResources", json!({"TagsPerPage": 200}))).len(), 3);
    }

    #[test]
    fn everything_complies_where_there_is_no_policy() {
        let mut caller = Caller::new();
        let [vpc, _] = caller.arns();
        caller.ok("TagResources", json!({"ResourceARNList": [vpc], "Tags": {"a": "b"}}));
        let shown = caller.ok("GetResources", json!({"IncludeComplianceDetails": true}));
        let details = &shown["ResourceTagMappingList"][0]["ComplianceDetails"];
        assert_eq!(details["ComplianceStatus"], json!(true));
        let others = json!({"IncludeComplianceDetails": true, "ExcludeCompliantResources": true});
        assert_eq!(arns(&caller.ok("GetResources", others)), [""; 0]);
    }

    #[test]
    fn what_excludes_each_other_or_is_out_of_bounds_is_refused() {
        let mut caller = Caller::new();
        for request in [
            json!({"ResourcesPerPage": 0}),
            json!({"ResourcesPerPage": 101}),
            json!({"TagsPerPage": 150}),
            json!({"TagsPerPage": 600}),
            json!({"ExcludeCompliantResources": true}),
            json!({"ResourceARNList": ["vpc-1"]}),
            json!({"ResourceARNList": ["arn:aws:s3:::x"], "TagFilters": [{"Key": "a"}]}),
            json!({"ResourceARNList": ["arn:aws:s3:::x"], "ResourcesPerPage": 1}),
            json!({"TagFilters": [{"Values": ["a"]}]}),
            json!({"ResourceTypeFilters": ["ec2:"]}),
            json!({"TagFilters": [{"Key": "k".repeat(129)}]}),
            json!({"PaginationToken": "t".repeat(2049)}),
        ] {
            let refused = caller.refused("GetResources", request.clone());
            assert!(refused.starts_with("InvalidParameterException: "), "{request}: {refused}");
        }
    }
}
