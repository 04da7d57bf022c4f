//! The names that reverse lookups of Elastic IP addresses find. Follows ModifyAddressAttribute and its siblings (EC2 API
//! Reference). The name's own record, which AWS looks up first, is not asked for here.

use awsproto::{AwsError, Call, Page};
use model::domain_name::DomainName;
use model::{AllocationId, ElasticIp, Link, World};

use crate::errors::refused;
use crate::request::{self, required_id};
use crate::shapes::*;

pub(crate) fn modify(
    call: &mut Call,
    world: &mut World,
    request: ModifyAddressAttributeRequest,
) -> Result<ModifyAddressAttributeResult, AwsError> {
    let ModifyAddressAttributeRequest { allocation_id, domain_name } = request;
    let id: AllocationId = required_id(allocation_id.as_deref())?;
    let text = domain_name.ok_or_else(|| AwsError::missing_parameter("domainName"))?;
    let name: DomainName = text
        .parse()
        .map_err(|_| AwsError::invalid_value("domainName", &text, "This is not a valid domain name."))?;
    let before = render(world.elastic_ip(call.scope, id).map_err(refused)?);
    world.set_address_name(call.scope, id, Some(name.clone())).map_err(refused)?;
    Ok(ModifyAddressAttributeResult { address: Some(changing(before, Some(&name))) })
}

pub(crate) fn reset(
    call: &mut Call,
    world: &mut World,
    request: ResetAddressAttributeRequest,
) -> Result<ResetAddressAttributeResult, AwsError> {
    let ResetAddressAttributeRequest { allocation_id, attribute } = request;
    check_attribute(attribute.as_deref())?;
    let id: AllocationId = required_id(allocation_id.as_deref())?;
    let before = render(world.elastic_ip(call.scope, id).map_err(refused)?);
    world.set_address_name(call.scope, id, None).map_err(refused)?;
    Ok(ResetAddressAttributeResult { address: Some(changing(before, None)) })
}

/// Addresses that have a name of the user's own.
pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeAddressesAttributeRequest,
) -> Result<DescribeAddressesAttributeResult, AwsError> {
    let DescribeAddressesAttributeRequest { allocation_ids, attribute, max_results, next_token } = request;
    check_attribute(attribute.as_deref())?;
    let scope = call.scope;
    let all = world.network.elastic_ips.linked(Link::Scope(scope));
    let named = request::named_or_all(&allocation_ids, all, |elastic| elastic.id)?;
    let page = Page::new(max_results, next_token.as_deref(), 1..=1000)?;
    let with_name = named.into_iter().filter(|elastic| elastic.domain_name.is_some());
    let addresses = with_name.map(render).collect();
    let (addresses, next_token) =
        page.cut(addresses, |it: &AddressAttribute| it.allocation_id.clone().unwrap_or_default());
    Ok(DescribeAddressesAttributeResult { addresses, next_token })
}

fn check_attribute(attribute: Option<&str>) -> Result<(), AwsError> {
    match attribute.filter(|attribute| *attribute != "domain-name") {
        Some(other) => Err(AwsError::invalid_value("attribute", other, "Expecting domain-name.")),
        None => Ok(()),
    }
}

fn render(elastic: &ElasticIp) -> AddressAttribute {
    AddressAttribute {
        public_ip: Some(elastic.public_ip.to_string()),
        allocation_id: Some(elastic.id.to_string()),
        ptr_record: elastic.domain_name.as_ref().map(absolute),
        ..Default::default()
    }
}

/// What the answer to a change shows: as it was before, and what is to be. Whoever asks next sees that it is done.
fn changing(before: AddressAttribute, to: Option<&DomainName>) -> AddressAttribute {
    let update =
        PtrUpdateStatus { value: to.map(absolute), status: Some("PENDING".to_owned()), ..Default::default() };
    AddressAttribute { ptr_record_update: Some(update), ..before }
}

fn absolute(name: &DomainName) -> String {
    format!("{}.", name.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;

    #[test]
    fn an_address_has_a_name_until_it_is_reset() {
        let mut caller = Caller::new();
        let id = caller.ok("AllocateAddress", &[]).text("allocationId");
        let set =
            caller.ok("ModifyAddressAttribute", &[("AllocationId", &id), ("DomainName", "Mail.example.com")]);
        assert_eq!((set.text("value"), set.text("status")), ("mail.example.com.".into(), "PENDING".into()));
        assert!(set.texts("ptrRecord").is_empty());
        let shown = caller.ok("DescribeAddressesAttribute", &[("Attribute", "domain-name")]);
        assert_eq!(
            (shown.text("ptrRecord"), shown.text("allocationId")),
            ("mail.example.com.".into(), id.clone())
        );
        let reset = [("AllocationId", id.as_str()), ("Attribute", "domain-name")];
        assert_eq!(caller.ok("ResetAddressAttribute", &reset).text("ptrRecord"), "mail.example.com.");
        let shown = caller.ok("DescribeAddressesAttribute", &[("AllocationId.1", &id)]);
        assert!(shown.texts("ptrRecord").is_empty());
    }

    #[test]
    fn an_address_has_one_attribute_and_a_name_is_a_name() {
        let mut caller = Caller::new();
        let id = caller.ok("AllocateAddress", &[]).text("allocationId");
        let colour = "InvalidParameterValue: Value (colour) for parameter attribute is invalid. Expecting domain-name.";
        assert_eq!(caller.refused("DescribeAddressesAttribute", &[("Attribute", "colour")]), colour);
        let reset = [("AllocationId", id.as_str()), ("Attribute", "colour")];
        assert_eq!(caller.refused("ResetAddressAttribute", &reset), colour);
        assert_eq!(
            caller.refused("ModifyAddressAttribute", &[("AllocationId", &id), ("DomainName", "a..b")]),
            "InvalidParameterValue: Value (a..b) for parameter domainName is invalid. This is not a valid domain name."
        );
    }
}
