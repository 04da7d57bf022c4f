//! The format of identifiers. Every resource has had long identifiers since 2018, for everybody, and nobody can choose
//! another format any more ("Resource IDs", EC2 User Guide).

use awsproto::page::Page;
use awsproto::{AwsError, Call};
use model::World;
use std::ops::RangeInclusive;

use crate::shapes::*;

/// The kinds of resources whose format could once be chosen (DescribeIdFormat).
const RESOURCES: [&str; 31] = [
    "bundle",
    "conversion-task",
    "customer-gateway",
    "dhcp-options",
    "elastic-ip-allocation",
    "elastic-ip-association",
    "export-task",
    "flow-log",
    "image",
    "import-task",
    "instance",
    "internet-gateway",
    "network-acl",
    "network-acl-association",
    "network-interface",
    "network-interface-attachment",
    "prefix-list",
    "reservation",
    "route-table",
    "route-table-association",
    "security-group",
    "snapshot",
    "subnet",
    "subnet-cidr-block-association",
    "volume",
    "vpc",
    "vpc-cidr-block-association",
    "vpc-endpoint",
    "vpc-peering-connection",
    "vpn-connection",
    "vpn-gateway",
];

/// How many principals a page can have.
const PAGE: RangeInclusive<i32> = 1..=1000;

pub(crate) fn describe(
    _: &mut Call,
    _: &World,
    request: DescribeIdFormatRequest,
) -> Result<DescribeIdFormatResult, AwsError> {
    let DescribeIdFormatRequest { resource } = request;
    Ok(DescribeIdFormatResult { statuses: statuses(resource.as_deref())? })
}

pub(crate) fn describe_aggregate(
    _: &mut Call,
    _: &World,
    request: DescribeAggregateIdFormatRequest,
) -> Result<DescribeAggregateIdFormatResult, AwsError> {
    let DescribeAggregateIdFormatRequest {} = request;
    Ok(DescribeAggregateIdFormatResult { use_long_ids_aggregated: Some(true), statuses: statuses(None)? })
}

pub(crate) fn describe_identity(
    _: &mut Call,
    _: &World,
    request: DescribeIdentityIdFormatRequest,
) -> Result<DescribeIdentityIdFormatResult, AwsError> {
    let DescribeIdentityIdFormatRequest { principal_arn, resource } = request;
    check_principal(principal_arn.as_deref())?;
    Ok(DescribeIdentityIdFormatResult { statuses: statuses(resource.as_deref())? })
}

/// "The ID format settings for the root user and all IAM roles and IAM users that have explicitly specified a longer ID
/// preference" (DescribePrincipalIdFormat): nobody has to here, so that there is the root user alone.
pub(crate) fn describe_principals(
    call: &mut Call,
    _: &World,
    request: DescribePrincipalIdFormatRequest,
) -> Result<DescribePrincipalIdFormatResult, AwsError> {
    let DescribePrincipalIdFormatRequest { max_results, next_token, resources } = request;
    let wanted = resources.iter().map(|name| statuses(Some(name))).collect::<Result<Vec<_>, _>>()?;
    let statuses = if resources.is_empty() { statuses(None)? } else { wanted.concat() };
    let arn = call.partition().arn("iam", call.scope.account, "root");
    let root = PrincipalIdFormat { arn: Some(arn), statuses };
    let page = Page::new(max_results, next_token.as_deref(), PAGE)?;
    let (principals, next_token) = page.cut(vec![root], |it| it.arn.clone().unwrap_or_default());
    Ok(DescribePrincipalIdFormatResult { next_token, principals })
}

pub(crate) fn modify(_: &mut Call, _: &mut World, request: ModifyIdFormatRequest) -> Result<(), AwsError> {
    let ModifyIdFormatRequest { resource, use_long_ids } = request;
    choose(resource.as_deref(), use_long_ids)
}

pub(crate) fn modify_identity(
    _: &mut Call,
    _: &mut World,
    request: ModifyIdentityIdFormatRequest,
) -> Result<(), AwsError> {
    let ModifyIdentityIdFormatRequest { principal_arn, resource, use_long_ids } = request;
    check_principal(principal_arn.as_deref())?;
    choose(resource.as_deref(), use_long_ids)
}

/// "Specify all to include all IAM users, IAM roles, and the root user" (ModifyIdentityIdFormat).
fn check_principal(arn: Option<&str>) -> Result<(), AwsError> {
    match arn {
        Some("all") => Ok(()),
        Some(arn) if arn.starts_with("arn:") => Ok(()),
        Some(other) => Err(AwsError::invalid_value("principalArn", other, "It is no ARN.")),
        None => Err(AwsError::missing_parameter("principalArn")),
    }
}

/// Long identifiers are what everybody has; the short ones cannot be had back.
fn choose(resource: Option<&str>, long: Option<bool>) -> Result<(), AwsError> {
    let resource = resource.ok_or_else(|| AwsError::missing_parameter("resource"))?;
    if resource != "all-current" {
        statuses(Some(resource))?;
    }
    match long {
        Some(true) => Ok(()),
        Some(false) => Err(AwsError::new(
            "OperationNotPermitted",
            "Resources have longer IDs; it is no longer possible to opt out.",
        )),
        None => Err(AwsError::missing_parameter("useLongIds")),
    }
}

/// The format of one kind, or of all.
fn statuses(resource: Option<&str>) -> Result<Vec<IdFormat>, AwsError> {
    let long = |resource: &&str| IdFormat {
        deadline: None,
        resource: Some((*resource).to_owned()),
        use_long_ids: Some(true),
    };
    match resource {
        None => Ok(RESOURCES.iter().map(long).collect()),
        Some(name) => {
            let known = RESOURCES.iter().find(|it| **it == name).map(long);
            let unknown = || AwsError::invalid_value("resource", name, "Unknown resource type.");
            Ok(vec![known.ok_or_else(unknown)?])
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn every_identifier_is_long_and_stays_so() {
        let mut caller = Caller::new();
        let all = caller.ok("DescribeIdFormat", &[]);
        assert_eq!(all.texts("useLongIds"), vec!["true"; all.texts("resource").len()]);
        let one = caller.ok("DescribeIdFormat", &[("Resource", "vpc")]);
        assert_eq!(one.texts("resource"), ["vpc"]);
        let unknown = caller.refused("DescribeIdFormat", &[("Resource", "cloud")]);
        assert!(unknown.starts_with("InvalidParameterValue: Value (cloud)"), "{unknown}");
        assert_eq!(caller.ok("DescribeAggregateIdFormat", &[]).text("useLongIdsAggregated"), "true");
        caller.ok("ModifyIdFormat", &[("Resource", "vpc"), ("UseLongIds", "true")]);
        let back = [("Resource", "vpc"), ("UseLongIds", "false"), ("PrincipalArn", "all")];
        assert!(caller.refused("ModifyIdFormat", &back[..2]).starts_with("OperationNotPermitted: "));
        assert!(caller.refused("ModifyIdentityIdFormat", &back).starts_with("OperationNotPermitted: "));
        assert!(caller.refused("DescribeIdentityIdFormat", &[]).starts_with("MissingParameter: "));
        let mine =
            caller.ok("DescribeIdentityIdFormat", &[("PrincipalArn", "arn:aws:iam::123456789012:root")]);
        assert_eq!(mine.texts("resource").len(), all.texts("resource").len());
        let two = [("Resource.1", "vpc"), ("Resource.2", "subnet")];
        let principals = caller.ok("DescribePrincipalIdFormat", &two);
        assert_eq!(principals.texts("arn"), ["arn:aws:iam::123456789012:root"]);
        assert_eq!(principals.texts("resource"), ["vpc", "subnet"]);
        let unknown = caller.refused("DescribePrincipalIdFormat", &[("Resource.1", "cloud")]);
        assert!(unknown.starts_with("InvalidParameterValue: Value (cloud)"), "{unknown}");
    }
}
