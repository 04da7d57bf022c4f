//! Quotas and the services that have some. Follows ListServiceQuotas and its neighbours (Service Quotas API Reference).

use awsproto::{AwsError, Call, Page};
use model::World;
use model::service_quota::{QuotaService, ServiceQuota as Listed};

use crate::shapes::*;

/// The bounds of `MaxResults`.
pub(crate) const PAGE: std::ops::RangeInclusive<i32> = 1..=100;
/// The one level that quotas apply at here: none is of a single resource.
pub(crate) const LEVEL: &str = "ACCOUNT";
/// Both levels.
const ALL_LEVELS: &str = "ALL";
/// The other level.
const RESOURCE_LEVEL: &str = "RESOURCE";

/// Characters of a service's code.
pub(crate) const SERVICE_CODE_MAX: usize = 63;
/// Characters of a quota's code.
const QUOTA_CODE_MAX: usize = 128;

pub(crate) fn services(
    _: &mut Call,
    _: &World,
    request: ListServicesRequest,
) -> Result<ListServicesResponse, AwsError> {
    let ListServicesRequest { max_results, next_token } = request;
    let page = page(max_results, next_token.as_deref())?;
    let services = QuotaService::ALL.map(|service| ServiceInfo {
        service_code: Some(service.code().to_owned()),
        service_name: Some(service.name().to_owned()),
    });
    let (services, next_token) = page.cut(services.into(), |it| it.service_code.clone().unwrap_or_default());
    Ok(ListServicesResponse { next_token, services })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListServiceQuotasRequest,
) -> Result<ListServiceQuotasResponse, AwsError> {
    let ListServiceQuotasRequest {
        max_results,
        next_token,
        quota_applied_at_level,
        quota_code,
        service_code,
    } = request;
    check_code("QuotaCode", quota_code.as_deref(), QUOTA_CODE_MAX)?;
    let is_wanted = |it: &&Listed| quota_code.as_ref().is_none_or(|code| *code == it.code.to_string());
    let has_level = is_of_level(quota_applied_at_level.as_deref())?;
    let quotas = of_service(service_code.as_deref())?.into_iter().filter(is_wanted).filter(|_| has_level);
    let quotas = quotas.map(|it| applied(call, world, it)).collect();
    let page = page(max_results, next_token.as_deref())?;
    let (quotas, next_token) = page.cut(quotas, key);
    Ok(ListServiceQuotasResponse { next_token, quotas })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetServiceQuotaRequest,
) -> Result<GetServiceQuotaResponse, AwsError> {
    let GetServiceQuotaRequest { context_id, quota_code, service_code } = request;
    refuse_context(context_id.as_deref())?;
    let found = find(service_code.as_deref(), quota_code.as_deref())?;
    Ok(GetServiceQuotaResponse { quota: Some(applied(call, world, found)) })
}

pub(crate) fn list_defaults(
    call: &mut Call,
    _: &World,
    request: ListAWSDefaultServiceQuotasRequest,
) -> Result<ListAWSDefaultServiceQuotasResponse, AwsError> {
    let ListAWSDefaultServiceQuotasRequest { max_results, next_token, service_code } = request;
    let quotas = of_service(service_code.as_deref())?;
    let quotas = quotas.into_iter().map(|it| default(call, it)).collect();
    let page = page(max_results, next_token.as_deref())?;
    let (quotas, next_token) = page.cut(quotas, key);
    Ok(ListAWSDefaultServiceQuotasResponse { next_token, quotas })
}

pub(crate) fn get_default(
    call: &mut Call,
    _: &World,
    request: GetAWSDefaultServiceQuotaRequest,
) -> Result<GetAWSDefaultServiceQuotaResponse, AwsError> {
    let GetAWSDefaultServiceQuotaRequest { quota_code, service_code } = request;
    let found = find(service_code.as_deref(), quota_code.as_deref())?;
    Ok(GetAWSDefaultServiceQuotaResponse { quota: Some(default(call, found)) })
}

/// Pages are sorted by this: AWS's lists are, by name.
fn key(quota: &ServiceQuota) -> String {
    quota.quota_name.clone().unwrap_or_default()
}

pub(crate) fn page(max_results: Option<i32>, next_token: Option<&str>) -> Result<Page, AwsError> {
    Page::new(max_results, next_token, PAGE).map_err(|error| match error.code.as_ref() {
        "InvalidNextToken" => AwsError::new("InvalidPaginationTokenException", error.message),
        _ => illegal(error.message),
    })
}

/// Whether a request for quotas of a level is for those that there are.
pub(crate) fn is_of_level(level: Option<&str>) -> Result<bool, AwsError> {
    match level {
        None | Some(LEVEL | ALL_LEVELS) => Ok(true),
        Some(RESOURCE_LEVEL) => Ok(false),
        Some(other) => Err(illegal(format!("There is no level {other}."))),
    }
}

/// Quotas of single resources have a context; none is here.
pub(crate) fn refuse_context(context: Option<&str>) -> Result<(), AwsError> {
    match context {
        None => Ok(()),
        Some(_) => Err(no_such_resource()),
    }
}

pub(crate) fn illegal(message: impl Into<String>) -> AwsError {
    AwsError::new("IllegalArgumentException", message)
}

fn no_such_resource() -> AwsError {
    AwsError::new("NoSuchResourceException", "The request failed because the specified quota does not exist.")
}

/// Codes of services and quotas are letters, digits and hyphens (`ServiceCode`, `QuotaCode`).
pub(crate) fn check_code(parameter: &str, code: Option<&str>, most: usize) -> Result<(), AwsError> {
    let Some(code) = code else { return Ok(()) };
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || sign == '-';
    let begins = code.starts_with(|sign: char| sign.is_ascii_alphabetic());
    match begins && (2..=most).contains(&code.len()) && code.chars().all(is_sign) {
        true => Ok(()),
        false => Err(illegal(format!("Value ({code}) for parameter {parameter} is invalid."))),
    }
}

fn of_service(code: Option<&str>) -> Result<Vec<&'static Listed>, AwsError> {
    check_code("ServiceCode", code, SERVICE_CODE_MAX)?;
    let service = QuotaService::ALL.into_iter().find(|it| Some(it.code()) == code);
    let unknown = "This service is not available in the current Region. Choose a different Region or a different service.";
    let service = service.ok_or_else(|| AwsError::new("NoSuchResourceException", unknown))?;
    Ok(Listed::all().iter().filter(|it| it.service == service).collect())
}

/// The quota of a service by its code.
pub(crate) fn find(service: Option<&str>, code: Option<&str>) -> Result<&'static Listed, AwsError> {
    check_code("QuotaCode", code, QUOTA_CODE_MAX)?;
    let of_service = of_service(service)?;
    let found = of_service.into_iter().find(|it| Some(it.code.to_string().as_str()) == code);
    found.ok_or_else(no_such_resource)
}

/// `arn:aws:servicequotas:us-west-2:123456789012:vpc/L-F678F1CE`.
pub(crate) fn arn(call: &Call, it: &Listed) -> String {
    let scope = call.scope;
    scope.region.arn("servicequotas", scope.account, format_args!("{}/{}", it.service.code(), it.code))
}

fn applied(call: &Call, world: &World, it: &Listed) -> ServiceQuota {
    let value = world.limit(call.scope, it.quota);
    ServiceQuota { quota_applied_at_level: Some(LEVEL.to_owned()), ..render(it, arn(call, it), value) }
}

/// The default's ARN names no account.
fn default(call: &Call, it: &Listed) -> ServiceQuota {
    let arn = call.scope.region.arn("servicequotas", "", format_args!("{}/{}", it.service.code(), it.code));
    render(it, arn, it.quota.default_limit())
}

fn render(it: &Listed, arn: String, value: usize) -> ServiceQuota {
    ServiceQuota {
        service_code: Some(it.service.code().to_owned()),
        service_name: Some(it.service.name().to_owned()),
        quota_arn: Some(arn),
        quota_code: Some(it.code.to_string()),
        quota_name: Some(it.name.to_owned()),
        value: u32::try_from(value).ok().map(f64::from),
        unit: Some("None".to_owned()),
        adjustable: Some(true),
        global_quota: Some(false),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::caller;
    use serde_json::{Value, json};

    fn names(answer: &Value) -> Vec<&str> {
        let quotas = answer["Quotas"].as_array().into_iter().flatten();
        quotas.filter_map(|it| it["QuotaName"].as_str()).collect()
    }

    #[test]
    fn quotas_are_listed_by_service_with_their_codes_and_values() {
        let mut caller = caller();
        let services = caller.ok("ListServices", json!({}));
        assert_eq!(services["Services"][1]["ServiceCode"], json!("vpc"));
        let all = caller.ok("ListServiceQuotas", json!({ "ServiceCode": "vpc" }));
        assert!(names(&all).contains(&"VPCs per Region") && !names(&all).contains(&"EC2-VPC Elastic IPs"));
        assert_eq!(
            names(&caller.ok("ListServiceQuotas", json!({ "ServiceCode": "ec2" }))),
            ["EC2-VPC Elastic IPs"]
        );
        let one = json!({ "ServiceCode": "vpc", "QuotaCode": "L-F678F1CE" });
        let vpcs = caller.ok("ListServiceQuotas", one)["Quotas"][0].clone();
        assert_eq!(vpcs["QuotaArn"], json!("arn:aws:servicequotas:us-west-2:123456789012:vpc/L-F678F1CE"));
        assert_eq!((&vpcs["Value"], &vpcs["Adjustable"]), (&json!(5.0), &json!(true)));
        let default = caller.ok("ListAWSDefaultServiceQuotas", json!({ "ServiceCode": "vpc" }));
        assert_eq!(names(&default), names(&all));
        assert!(default["Quotas"][0]["QuotaArn"].as_str().unwrap().contains(":us-west-2::vpc/"));
        let of_resources = json!({ "ServiceCode": "vpc", "QuotaAppliedAtLevel": "RESOURCE" });
        assert_eq!(caller.ok("ListServiceQuotas", of_resources)["Quotas"], json!([]));
    }

    #[test]
    fn a_service_or_level_that_is_not_there_is_refused() {
        let mut caller = caller();
        let refused = caller.refused("ListServiceQuotas", json!({ "ServiceCode": "teapots" }));
        assert!(refused.starts_with("NoSuchResourceException"), "{refused}");
        let level = json!({ "ServiceCode": "vpc", "QuotaAppliedAtLevel": "PLANET" });
        assert!(caller.refused("ListServiceQuotas", level).starts_with("IllegalArgumentException"));
        let context = json!({ "ServiceCode": "vpc", "QuotaCode": "L-F678F1CE", "ContextId": "x" });
        assert!(caller.refused("GetServiceQuota", context).starts_with("NoSuchResourceException"));
        let page = json!({ "ServiceCode": "vpc", "MaxResults": 101 });
        assert!(caller.refused("ListServiceQuotas", page).starts_with("IllegalArgumentException"));
    }
}
