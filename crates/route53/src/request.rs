//! What all actions do with a request: identifiers, names, VPCs, pages.

use awsproto::{AwsError, Call};
use model::private_hosted_zone::ZoneVpc;
use model::{DomainName, HostedZoneId};

use crate::errors;
use crate::shapes::VPC;

/// As much randomness as an identifier has.
pub(crate) fn random(call: &mut Call) -> u128 {
    u128::from(call.ids.u64()) << 64 | u128::from(call.ids.u64())
}

/// Reads a zone's identifier, with or without the path that answers have in front of it.
pub(crate) fn zone_id(text: Option<String>) -> Result<HostedZoneId, AwsError> {
    let text = text.unwrap_or_default();
    let id = text.rsplit('/').next().unwrap_or_default();
    id.parse().map_err(|_| errors::no_such_zone(id))
}

/// Reads a name.
pub(crate) fn domain_name(text: &str) -> Result<DomainName, AwsError> {
    text.parse().map_err(|_| {
        AwsError::new("InvalidDomainName", format!("The specified domain name is not valid: {text}"))
    })
}

/// Reads a VPC and its Region.
pub(crate) fn zone_vpc(call: &Call, vpc: Option<VPC>) -> Result<ZoneVpc, AwsError> {
    let VPC { vpc_id, vpc_region } = vpc.unwrap_or_default();
    let (id, region) = (vpc_id.unwrap_or_default(), vpc_region.unwrap_or_default());
    let invalid = |_| {
        let sentence = format!("The VPC: {id} in region: {region} that you provided is not valid.");
        AwsError::new("InvalidVPCId", sentence)
    };
    let vpc = id.parse().map_err(invalid)?;
    let region =
        call.scope.region.fellow(&region).map_err(|_| {
            errors::invalid_input(format!("There is no Region '{region}' in this partition."))
        })?;
    Ok(ZoneVpc { vpc, region })
}

/// Refuses a text outside of these lengths.
pub(crate) fn check_len(name: &str, text: &str, min: usize, max: usize) -> Result<(), AwsError> {
    match (min..=max).contains(&text.chars().count()) {
        true => Ok(()),
        false => Err(errors::invalid_input(format!(
            "The length of {name} must be from {min} to {max} characters."
        ))),
    }
}

/// How many of a list's members are wanted at once; more than there may be is as many as there may be.
pub(crate) fn page_len(max_items: Option<&str>, most: usize) -> Result<usize, AwsError> {
    let Some(text) = max_items else { return Ok(most) };
    match text.parse::<usize>() {
        Ok(count) if count > 0 => Ok(count.min(most)),
        Ok(_) | Err(_) => Err(errors::invalid_input(format!("Invalid value for maxitems: {text}"))),
    }
}
