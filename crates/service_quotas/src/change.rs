//! Raising quotas. Follows RequestServiceQuotaIncrease and its neighbours (Service Quotas API Reference).

use awsproto::{AwsError, Call};
use model::World;
use model::service_quota::{AppliedQuota, QuotaChange, ServiceQuota as Listed};

use crate::quota::{
    LEVEL, SERVICE_CODE_MAX, arn, check_code, find, illegal, is_of_level, page, refuse_context,
};
use crate::shapes::*;

/// What becomes of a request here.
const APPROVED: &str = "APPROVED";
/// The most that can be asked for, so that it is a count.
const DESIRED_MAX: f64 = 1e9;

/// What may become of a request (`RequestStatus`).
const STATUSES: [&str; 7] =
    ["PENDING", "CASE_OPENED", "APPROVED", "DENIED", "CASE_CLOSED", "NOT_APPROVED", "INVALID_REQUEST"];

pub(crate) fn request(
    call: &mut Call,
    world: &mut World,
    request: RequestServiceQuotaIncreaseRequest,
) -> Result<RequestServiceQuotaIncreaseResponse, AwsError> {
    let RequestServiceQuotaIncreaseRequest {
        context_id,
        desired_value,
        quota_code,
        service_code,
        // Nobody needs support to grant it.
        support_case_allowed: _,
    } = request;
    refuse_context(context_id.as_deref())?;
    let listed = find(service_code.as_deref(), quota_code.as_deref())?;
    let desired = checked(desired_value, world.limit(call.scope, listed.quota))?;
    let change = QuotaChange {
        id: call.ids.uuid().replace('-', ""),
        desired,
        created: call.now,
        requester: call.principal_arn(),
    };
    let shown = render(call, listed, &change);
    world.raise_quota(call.scope, listed.code, change);
    Ok(RequestServiceQuotaIncreaseResponse { requested_quota: Some(shown) })
}

/// A whole number that is more than there may be now.
fn checked(desired: Option<f64>, limit: usize) -> Result<u64, AwsError> {
    let illegal = |message: &str| AwsError::new("IllegalArgumentException", message);
    let desired = desired.filter(|it| (0.0..=DESIRED_MAX).contains(it) && it.fract() == 0.0);
    let desired: Option<u64> = desired.and_then(|it| format!("{it:.0}").parse().ok());
    let desired =
        desired.ok_or_else(|| illegal("The desired value must be a whole number up to 1000000000."))?;
    match usize::try_from(desired).is_ok_and(|it| it > limit) {
        true => Ok(desired),
        false => Err(illegal("You must provide a quota value greater than the current quota value.")),
    }
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetRequestedServiceQuotaChangeRequest,
) -> Result<GetRequestedServiceQuotaChangeResponse, AwsError> {
    let GetRequestedServiceQuotaChangeRequest { request_id } = request;
    let wanted = request_id.unwrap_or_default();
    let found = changes(call, world).into_iter().find(|it| it.id.as_ref() == Some(&wanted));
    let unknown = || {
        let message = format!("The request failed because the specified request {wanted} does not exist.");
        AwsError::new("NoSuchResourceException", message)
    };
    Ok(GetRequestedServiceQuotaChangeResponse { requested_quota: Some(found.ok_or_else(unknown)?) })
}

pub(crate) fn history(
    call: &mut Call,
    world: &World,
    request: ListRequestedServiceQuotaChangeHistoryRequest,
) -> Result<ListRequestedServiceQuotaChangeHistoryResponse, AwsError> {
    let ListRequestedServiceQuotaChangeHistoryRequest {
        max_results,
        next_token,
        quota_requested_at_level,
        service_code,
        status,
    } = request;
    check_code("ServiceCode", service_code.as_deref(), SERVICE_CODE_MAX)?;
    check_status(status.as_deref())?;
    let has_level = is_of_level(quota_requested_at_level.as_deref())?;
    let mut found = changes(call, world);
    found.retain(|it| has_level && is_wanted(it, service_code.as_ref(), None, status.as_ref()));
    let (requested_quotas, next_token) = page(max_results, next_token.as_deref())?.cut(found, newest_first);
    Ok(ListRequestedServiceQuotaChangeHistoryResponse { next_token, requested_quotas })
}

pub(crate) fn history_by_quota(
    call: &mut Call,
    world: &World,
    request: ListRequestedServiceQuotaChangeHistoryByQuotaRequest,
) -> Result<ListRequestedServiceQuotaChangeHistoryByQuotaResponse, AwsError> {
    let ListRequestedServiceQuotaChangeHistoryByQuotaRequest {
        max_results,
        next_token,
        quota_code,
        quota_requested_at_level,
        service_code,
        status,
    } = request;
    find(service_code.as_deref(), quota_code.as_deref())?;
    check_status(status.as_deref())?;
    let has_level = is_of_level(quota_requested_at_level.as_deref())?;
    let mut found = changes(call, world);
    found
        .retain(|it| has_level && is_wanted(it, service_code.as_ref(), quota_code.as_ref(), status.as_ref()));
    let (requested_quotas, next_token) = page(max_results, next_token.as_deref())?.cut(found, newest_first);
    Ok(ListRequestedServiceQuotaChangeHistoryByQuotaResponse { next_token, requested_quotas })
}

fn check_status(status: Option<&str>) -> Result<(), AwsError> {
    match status.filter(|it| !STATUSES.contains(it)) {
        Some(other) => Err(illegal(format!("Value ({other}) for parameter Status is invalid."))),
        None => Ok(()),
    }
}

fn is_wanted(
    it: &RequestedServiceQuotaChange,
    service: Option<&String>,
    quota: Option<&String>,
    status: Option<&String>,
) -> bool {
    let fits = |wanted: Option<&String>, has: &Option<String>| wanted.is_none() || wanted == has.as_ref();
    fits(service, &it.service_code) && fits(quota, &it.quota_code) && fits(status, &it.status)
}

fn newest_first(it: &RequestedServiceQuotaChange) -> String {
    let at = it.created.map_or(0, |at| at.0);
    format!("{:020}{}", i64::MAX - at, it.id.as_deref().unwrap_or_default())
}

/// What the caller has asked for.
fn changes(call: &Call, world: &World) -> Vec<RequestedServiceQuotaChange> {
    let own = world.applied_quotas.values().filter(|it| it.scope == call.scope);
    let of_one = |applied: &AppliedQuota| -> Vec<RequestedServiceQuotaChange> {
        let listed = Listed::find(applied.code);
        let changes =
            listed.into_iter().flat_map(|it| applied.changes.iter().map(move |change| (it, change)));
        changes.map(|(listed, change)| render(call, listed, change)).collect()
    };
    own.flat_map(of_one).collect()
}

fn render(call: &Call, listed: &Listed, change: &QuotaChange) -> RequestedServiceQuotaChange {
    RequestedServiceQuotaChange {
        id: Some(change.id.clone()),
        service_code: Some(listed.service.code().to_owned()),
        service_name: Some(listed.service.name().to_owned()),
        quota_code: Some(listed.code.to_string()),
        quota_name: Some(listed.name.to_owned()),
        desired_value: u32::try_from(change.desired).ok().map(f64::from),
        status: Some(APPROVED.to_owned()),
        created: Some(change.created),
        last_updated: Some(change.created),
        requester: Some(format!(
            "{{\"accountId\":\"{}\",\"callerArn\":\"{}\"}}",
            call.scope.account, change.requester
        )),
        quota_arn: Some(arn(call, listed)),
        global_quota: Some(false),
        unit: Some("None".to_owned()),
        quota_requested_at_level: Some(LEVEL.to_owned()),
        ..Default::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{caller, pass_a_second};
    use serde_json::json;

    #[test]
    fn a_quota_is_raised_at_once_and_the_request_is_remembered() {
        let mut caller = caller();
        let vpcs = json!({ "ServiceCode": "vpc", "QuotaCode": "L-F678F1CE" });
        let wanted = json!({ "ServiceCode": "vpc", "QuotaCode": "L-F678F1CE", "DesiredValue": 20.0 });
        let change = caller.ok("RequestServiceQuotaIncrease", wanted.clone())["RequestedQuota"].clone();
        assert_eq!((&change["Status"], &change["DesiredValue"]), (&json!("APPROVED"), &json!(20.0)));
        assert_eq!(caller.ok("GetServiceQuota", vpcs.clone())["Quota"]["Value"], json!(20.0));
        assert_eq!(caller.ok("GetAWSDefaultServiceQuota", vpcs.clone())["Quota"]["Value"], json!(5.0));
        let gateways = json!({ "ServiceCode": "vpc", "QuotaCode": "L-A4707A72" });
        assert_eq!(
            caller.ok("GetServiceQuota", gateways)["Quota"]["Value"],
            json!(20.0),
            "grows with the VPCs"
        );

        let by_id = json!({ "RequestId": change["Id"] });
        assert_eq!(caller.ok("GetRequestedServiceQuotaChange", by_id)["RequestedQuota"], change);
        let of_quota = caller.ok("ListRequestedServiceQuotaChangeHistoryByQuota", vpcs);
        assert_eq!(of_quota["RequestedQuotas"], json!([change]));
        let denied = caller.ok("ListRequestedServiceQuotaChangeHistory", json!({ "Status": "DENIED" }));
        assert_eq!(denied["RequestedQuotas"], json!([]));
        let of_ec2 = caller.ok("ListRequestedServiceQuotaChangeHistory", json!({ "ServiceCode": "ec2" }));
        assert_eq!(of_ec2["RequestedQuotas"], json!([]));
        let refused = caller.refused("RequestServiceQuotaIncrease", wanted);
        assert!(
            refused.starts_with("IllegalArgumentException: You must provide a quota value greater"),
            "{refused}"
        );
    }

    #[test]
    fn what_is_no_count_is_refused_and_so_is_a_quota_that_is_not_there() {
        let mut caller = caller();
        for value in [-1.0, 7.5, 1e12] {
            let wanted = json!({ "ServiceCode": "vpc", "QuotaCode": "L-F678F1CE", "DesiredValue": value });
            let refused = caller.refused("RequestServiceQuotaIncrease", wanted);
            assert!(refused.starts_with("IllegalArgumentException: The desired value"), "{refused}");
        }
        for (service, code) in [("vpc", "L-00000000"), ("vpc", "L-0263D0A3"), ("s3", "L-DC2B2D3D")] {
            let wanted = json!({ "ServiceCode": service, "QuotaCode": code, "DesiredValue": 9.0 });
            let refused = caller.refused("RequestServiceQuotaIncrease", wanted);
            assert!(refused.starts_with("NoSuchResourceException"), "{refused}");
        }
        let refused = caller.refused("GetRequestedServiceQuotaChange", json!({ "RequestId": "none" }));
        assert!(refused.starts_with("NoSuchResourceException"), "{refused}");
    }

    #[test]
    fn changes_are_listed_newest_first_and_page_by_page() {
        let mut caller = caller();
        for value in 6..10 {
            let wanted = json!({ "ServiceCode": "vpc", "QuotaCode": "L-F678F1CE", "DesiredValue": value });
            caller.ok("RequestServiceQuotaIncrease", wanted);
            pass_a_second(&mut caller);
        }
        let first = caller.ok("ListRequestedServiceQuotaChangeHistory", json!({ "MaxResults": 3 }));
        assert_eq!(first["RequestedQuotas"][0]["DesiredValue"], json!(9.0));
        let more = json!({ "MaxResults": 3, "NextToken": first["NextToken"] });
        let second = caller.ok("ListRequestedServiceQuotaChangeHistory", more);
        assert_eq!(second["RequestedQuotas"].as_array().map(Vec::len), Some(1));
        assert_eq!(second["RequestedQuotas"][0]["DesiredValue"], json!(6.0));
        let refused = caller.refused("ListRequestedServiceQuotaChangeHistory", json!({ "NextToken": "x" }));
        assert!(refused.starts_with("InvalidPaginationTokenException"), "{refused}");
    }
}
