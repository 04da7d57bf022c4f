//! Transfers of Elastic IP addresses. Follows EnableAddressTransfer and its siblings (EC2 API Reference), and says
//! that no address moves to or from EC2-Classic.

use awsproto::{AwsError, Call, Filters, Page};
use model::address_transfer::{AcceptedTransfer, TransferOffer};
use model::{AccountId, AllocationId, ElasticIp, Timestamp, World};
use std::net::Ipv4Addr;

use crate::elastic_ip::malformed_address;
use crate::errors::refused;
use crate::request::{self, required_id};
use crate::shapes::{self, *};

pub(crate) fn enable(
    call: &mut Call,
    world: &mut World,
    request: EnableAddressTransferRequest,
) -> Result<EnableAddressTransferResult, AwsError> {
    let EnableAddressTransferRequest { allocation_id, transfer_account_id } = request;
    let scope = call.scope;
    let id = required_id(allocation_id.as_deref())?;
    let text = transfer_account_id.unwrap_or_default();
    let to: AccountId = text
        .parse()
        .map_err(|_| AwsError::invalid_value("transferAccountId", &text, "This is not an AWS account ID."))?;
    let offer = world.enable_address_transfer(scope, id, to, call.now).map_err(refused)?;
    let elastic = world.elastic_ip(scope, id).map_err(refused)?;
    Ok(EnableAddressTransferResult { address_transfer: Some(offered(elastic, offer, "pending")) })
}

pub(crate) fn disable(
    call: &mut Call,
    world: &mut World,
    request: DisableAddressTransferRequest,
) -> Result<DisableAddressTransferResult, AwsError> {
    let DisableAddressTransferRequest { allocation_id } = request;
    let scope = call.scope;
    let id: AllocationId = required_id(allocation_id.as_deref())?;
    let offer = world.disable_address_transfer(scope, id, call.now).map_err(refused)?;
    let elastic = world.elastic_ip(scope, id).map_err(refused)?;
    Ok(DisableAddressTransferResult { address_transfer: Some(offered(elastic, offer, "disabled")) })
}

pub(crate) fn accept(
    call: &mut Call,
    world: &mut World,
    request: AcceptAddressTransferRequest,
) -> Result<AcceptAddressTransferResult, AwsError> {
    let AcceptAddressTransferRequest { address, tag_specifications } = request;
    let (scope, now) = (call.scope, call.now);
    let text = address.unwrap_or_default();
    let address: Ipv4Addr = text.parse().map_err(|_| malformed_address(&text))?;
    let tags = awsproto::tags::specified(tag_specifications, "elastic-ip")?;
    let id = call.with_ids(|ids| world.accept_address_transfer(scope, address, tags, now, ids));
    let elastic = world.elastic_ip(scope, id.map_err(refused)?).map_err(refused)?;
    let shown = elastic.accepted_from(now).map(|transfer| shapes::AddressTransfer {
        allocation_id: Some(elastic.id.to_string()),
        ..accepted(elastic, transfer)
    });
    Ok(AcceptAddressTransferResult { address_transfer: shown })
}

/// What an account has offered to others, and what of it they accepted.
pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeAddressTransfersRequest,
) -> Result<DescribeAddressTransfersResult, AwsError> {
    let DescribeAddressTransfersRequest { allocation_ids, max_results, next_token } = request;
    let (scope, now) = (call.scope, call.now);
    let page = Page::new(max_results, next_token.as_deref(), PAGE)?;
    let named: Vec<AllocationId> =
        allocation_ids.iter().map(|text| request::parse_id(text)).collect::<Result<_, _>>()?;
    let in_region = world.network.elastic_ips.values().filter(|it| it.scope.region == scope.region);
    let transfers = in_region.filter_map(|elastic| transfer_of(elastic, scope.account, now));
    let transfers: Vec<_> = transfers.filter(|(id, _)| named.is_empty() || named.contains(id)).collect();
    for id in &named {
        // What is neither the caller's nor was is not found.
        if !transfers.iter().any(|(own, _)| own == id) {
            world.elastic_ip(scope, *id).map_err(refused)?;
        }
    }
    let transfers = transfers.into_iter().map(|(_, transfer)| transfer).collect();
    let (address_transfers, next_token) =
        page.cut(transfers, |it: &shapes::AddressTransfer| it.allocation_id.clone().unwrap_or_default());
    Ok(DescribeAddressTransfersResult { address_transfers, next_token })
}

/// The bounds of `MaxResults` here, as the service model has them.
const PAGE: std::ops::RangeInclusive<i32> = 5..=1000;

/// The transfer that an account has begun with an address, and as what it had the address.
fn transfer_of(
    elastic: &ElasticIp,
    by: AccountId,
    now: Timestamp,
) -> Option<(AllocationId, shapes::AddressTransfer)> {
    if elastic.scope.account == by {
        return elastic.offer(now).map(|offer| (elastic.id, offered(elastic, offer, "pending")));
    }
    let transfer = elastic.accepted_from(now).filter(|transfer| transfer.from == by)?;
    Some((transfer.allocation, accepted(elastic, transfer)))
}

fn offered(elastic: &ElasticIp, offer: TransferOffer, status: &str) -> shapes::AddressTransfer {
    shapes::AddressTransfer {
        public_ip: Some(elastic.public_ip.to_string()),
        allocation_id: Some(elastic.id.to_string()),
        transfer_account_id: Some(offer.to.to_string()),
        transfer_offer_expiration_timestamp: Some(offer.expires()),
        address_transfer_status: Some(status.to_owned()),
        ..Default::default()
    }
}

fn accepted(elastic: &ElasticIp, transfer: AcceptedTransfer) -> shapes::AddressTransfer {
    shapes::AddressTransfer {
        public_ip: Some(elastic.public_ip.to_string()),
        allocation_id: Some(transfer.allocation.to_string()),
        transfer_account_id: Some(elastic.scope.account.to_string()),
        transfer_offer_expiration_timestamp: Some(transfer.offer_expires()),
        transfer_offer_accepted_timestamp: Some(transfer.accepted),
        address_transfer_status: Some("accepted".to_owned()),
    }
}

/// No address moves between EC2-Classic and a VPC any more.
pub(crate) fn describe_moving(
    _: &mut Call,
    _: &World,
    request: DescribeMovingAddressesRequest,
) -> Result<DescribeMovingAddressesResult, AwsError> {
    let DescribeMovingAddressesRequest { filters, max_results, next_token, public_ips } = request;
    for text in &public_ips {
        text.parse::<Ipv4Addr>().map_err(|_| malformed_address(text))?;
    }
    let unknown =
        filters.iter().filter_map(|filter| filter.name.as_deref()).find(|name| *name != "moving-status");
    if let Some(name) = unknown {
        return Err(AwsError::invalid_parameter_value(format!("The filter '{name}' is invalid")));
    }
    // Even of nothing, only filters and pages that can be are answered.
    Filters::new(filters)?;
    Page::new(max_results, next_token.as_deref(), PAGE)?;
    Ok(DescribeMovingAddressesResult::default())
}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use std::time::Duration;

    const OTHER: &str = "222222222222";

    fn offered() -> (Caller, String, String) {
        let mut caller = Caller::new();
        let made = caller.ok("AllocateAddress", &[]);
        let (id, address) = (made.text("allocationId"), made.text("publicIp"));
        let offer =
            caller.ok("EnableAddressTransfer", &[("AllocationId", &id), ("TransferAccountId", OTHER)]);
        assert_eq!(
            (offer.text("addressTransferStatus"), offer.text("transferAccountId"), offer.text("publicIp")),
            ("pending".into(), OTHER.into(), address.clone())
        );
        (caller, id, address)
    }

    #[test]
    fn an_address_that_is_accepted_is_the_other_accounts_and_the_first_sees_it_for_a_while() {
        let (mut caller, id, address) = offered();
        caller.acting_as(OTHER);
        let accepted = caller.ok("AcceptAddressTransfer", &[("Address", &address)]);
        assert_eq!(accepted.text("addressTransferStatus"), "accepted");
        let own = caller.ok("DescribeAddresses", &[("PublicIp.1", &address)]);
        assert_eq!(own.text("allocationId"), accepted.text("allocationId"));
        assert_ne!(own.text("allocationId"), id);
        assert!(caller.ok("DescribeAddressTransfers", &[]).texts("publicIp").is_empty());
        caller.acting_as("123456789012");
        assert!(caller.ok("DescribeAddresses", &[]).texts("publicIp").is_empty());
        let seen = caller.ok("DescribeAddressTransfers", &[("AllocationId.1", &id)]);
        assert_eq!(
            (seen.text("addressTransferStatus"), seen.text("allocationId")),
            ("accepted".into(), id.clone())
        );
        caller.call.now = caller.call.now + Duration::from_secs(14 * 24 * 3600);
        assert!(caller.ok("DescribeAddressTransfers", &[]).texts("publicIp").is_empty());
    }

    #[test]
    fn an_offer_is_for_one_account_holds_seven_days_and_can_be_taken_back() {
        let (mut caller, id, address) = offered();
        let unknown =
            format!("InvalidTransfer.NotFound: No pending transfer of the address {address} was found.");
        let accept = [("Address", address.as_str())];
        caller.acting_as("333333333333");
        assert_eq!(caller.refused("AcceptAddressTransfer", &accept), unknown);
        caller.acting_as("123456789012");
        let taken_back = caller.ok("DisableAddressTransfer", &[("AllocationId", &id)]);
        assert_eq!(taken_back.text("addressTransferStatus"), "disabled");
        assert!(
            caller
                .refused("DisableAddressTransfer", &[("AllocationId", &id)])
                .starts_with("InvalidTransfer.NotFound: ")
        );
        caller.acting_as(OTHER);
        assert_eq!(caller.refused("AcceptAddressTransfer", &accept), unknown);
        let (mut caller, _, address) = offered();
        caller.call.now = caller.call.now + Duration::from_secs(7 * 24 * 3600);
        caller.acting_as(OTHER);
        assert!(
            caller
                .refused("AcceptAddressTransfer", &[("Address", &address)])
                .starts_with("InvalidTransfer.NotFound: ")
        );
    }

    #[test]
    fn what_is_in_use_or_has_a_name_cannot_be_accepted() {
        let (mut caller, id, address) = offered();
        let instance = caller.running(&[]);
        caller.ok("AssociateAddress", &[("AllocationId", &id), ("InstanceId", &instance)]);
        caller.acting_as(OTHER);
        let accept = [("Address", address.as_str())];
        assert!(
            caller
                .refused("AcceptAddressTransfer", &accept)
                .starts_with("InvalidTransfer.AddressAssociated: ")
        );
        caller.acting_as("123456789012");
        caller.ok("DisassociateAddress", &[("PublicIp", &address)]);
        caller.ok("ModifyAddressAttribute", &[("AllocationId", &id), ("DomainName", "mail.example.com")]);
        caller.acting_as(OTHER);
        assert!(
            caller
                .refused("AcceptAddressTransfer", &accept)
                .starts_with("InvalidTransfer.AddressCustomPtrSet: ")
        );
        caller.acting_as("123456789012");
        caller.ok("ResetAddressAttribute", &[("AllocationId", &id), ("Attribute", "domain-name")]);
        caller.acting_as(OTHER);
        for _ in 0..5 {
            caller.ok("AllocateAddress", &[]);
        }
        assert!(caller.refused("AcceptAddressTransfer", &accept).starts_with("AddressLimitExceeded: "));
    }

    #[test]
    fn nothing_moves_from_or_to_ec2_classic() {
        let mut caller = Caller::new();
        assert!(caller.ok("DescribeMovingAddresses", &[]).texts("publicIp").is_empty());
    }
}
