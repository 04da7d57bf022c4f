//! Lists of zones. Follows ListHostedZones, ListHostedZonesByName and ListHostedZonesByVPC.

use awsproto::{AwsError, Call};
use model::private_hosted_zone::{PrivateHostedZone, ZoneOwner};
use model::{HostedZoneId, World};

use crate::errors::{invalid_input, refused};
use crate::hosted_zone::render;
use crate::request::{domain_name, page_len, zone_id, zone_vpc};
use crate::shapes::*;

/// Zones in one answer.
const PAGE_LEN_MAX: usize = 100;

pub(crate) fn all(
    call: &mut Call,
    world: &World,
    request: ListHostedZonesRequest,
) -> Result<ListHostedZonesResponse, AwsError> {
    let ListHostedZonesRequest { delegation_set_id, hosted_zone_type, marker, max_items } = request;
    if delegation_set_id.is_some() {
        return Err(AwsError::not_implemented_yet("reusable delegation sets"));
    }
    let is_private_alone = hosted_zone_type.is_some();
    if hosted_zone_type.is_some_and(|wanted| wanted != "PrivateHostedZone") {
        return Err(invalid_input("The hosted zone type must be PrivateHostedZone."));
    }
    let len = page_len(max_items.as_deref(), PAGE_LEN_MAX)?;
    let mut zones = own(call, world)?;
    zones.retain(|zone| !(is_private_alone && zone.is_public()));
    let start = match &marker {
        Some(marker) => {
            let first = zone_id(Some(marker.clone()))?;
            zones.partition_point(|zone| zone.id < first)
        }
        None => 0,
    };
    let next = zones.get(start + len);
    Ok(ListHostedZonesResponse {
        hosted_zones: zones.iter().skip(start).take(len).map(|zone| render(zone)).collect(),
        is_truncated: Some(next.is_some()),
        marker,
        max_items: Some(len.to_string()),
        next_marker: next.map(|zone| zone.id.to_string()),
    })
}

pub(crate) fn by_name(
    call: &mut Call,
    world: &World,
    request: ListHostedZonesByNameRequest,
) -> Result<ListHostedZonesByNameResponse, AwsError> {
    let ListHostedZonesByNameRequest { dns_name, hosted_zone_id, max_items } = request;
    let len = page_len(max_items.as_deref(), PAGE_LEN_MAX)?;
    let name = dns_name.as_deref().map(domain_name).transpose()?;
    let id = hosted_zone_id.clone().map(|id| zone_id(Some(id))).transpose()?;
    if id.is_some() && name.is_none() {
        return Err(invalid_input("A hosted zone ID can be given only together with a DNS name."));
    }
    let mut zones = own(call, world)?;
    zones.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    let start = name.map_or(0, |name| {
        let from = (&name, id.unwrap_or(HostedZoneId::MIN));
        zones.partition_point(|zone| (&zone.name, zone.id) < from)
    });
    let next = zones.get(start + len);
    Ok(ListHostedZonesByNameResponse {
        dns_name,
        hosted_zone_id,
        hosted_zones: zones.iter().skip(start).take(len).map(|zone| render(zone)).collect(),
        is_truncated: Some(next.is_some()),
        max_items: Some(len.to_string()),
        next_dns_name: next.map(|zone| zone.name.escaped()),
        next_hosted_zone_id: next.map(|zone| zone.id.to_string()),
    })
}

pub(crate) fn by_vpc(
    call: &mut Call,
    world: &World,
    request: ListHostedZonesByVPCRequest,
) -> Result<ListHostedZonesByVPCResponse, AwsError> {
    let ListHostedZonesByVPCRequest { max_items, next_token, vpc_id, vpc_region } = request;
    let account = call.scope.account;
    let len = page_len(max_items.as_deref(), PAGE_LEN_MAX)?;
    let seen = zone_vpc(call, Some(VPC { vpc_id, vpc_region }))?;
    let known = world.network.vpcs.get(&seen.vpc).filter(|vpc| vpc.scope.region == seen.region);
    known
        .filter(|vpc| vpc.scope.account == account)
        .ok_or_else(|| refused(model::private_hosted_zone::HostedZoneRefusal::UnknownVpc(seen)))?;
    let zones: Vec<_> = world.private_hosted_zones_of(seen.vpc).collect();
    let start = match next_token {
        Some(token) => {
            let first: HostedZoneId = token.parse().map_err(|_| {
                AwsError::new("InvalidPaginationToken", "The value of nexttoken is not valid.")
            })?;
            zones.partition_point(|zone| zone.id < first)
        }
        None => 0,
    };
    Ok(ListHostedZonesByVPCResponse {
        hosted_zone_summaries: zones.iter().skip(start).take(len).map(|zone| summary(zone)).collect(),
        max_items: Some(len.to_string()),
        next_token: zones.get(start + len).map(|zone| zone.id.to_string()),
    })
}

/// The caller's zones, by identifier.
fn own<'a>(call: &Call, world: &'a World) -> Result<Vec<&'a PrivateHostedZone>, AwsError> {
    let owner = ZoneOwner::Account(call.scope.account);
    Ok(world.private_hosted_zones.values().filter(|zone| zone.owner == owner).collect())
}

fn summary(zone: &PrivateHostedZone) -> HostedZoneSummary {
    let (owning_account, owning_service) = match &zone.owner {
        ZoneOwner::Account(account) => (Some(account.to_string()), None),
        ZoneOwner::Service(service) => (None, Some(service.clone())),
    };
    HostedZoneSummary {
        hosted_zone_id: Some(zone.id.to_string()),
        name: Some(zone.name.escaped()),
        owner: Some(HostedZoneOwner { owning_account, owning_service }),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Caller, texts};

    #[test]
    fn zones_are_listed_page_by_page() {
        let mut caller = Caller::new();
        let mut made: Vec<String> = ["b.test", "a.test", "x.a.test"].map(|name| caller.zone(name)).into();
        made.sort();
        let first = caller.ok("GET", "hostedzone?maxitems=2", "");
        assert_eq!(texts(&first, "IsTruncated"), ["true"]);
        assert_eq!(texts(&first, "NextMarker"), [made[2].as_str()]);
        let second = caller.ok("GET", &format!("hostedzone?maxitems=2&marker={}", made[2]), "");
        assert_eq!(
            (texts(&second, "Id").len(), texts(&second, "IsTruncated")),
            (1, vec!["false".to_owned()])
        );
        assert!(caller.refused("GET", "hostedzone?maxitems=0", "").starts_with("400 InvalidInput: "));
        assert!(caller.refused("GET", "hostedzone?colour=red", "").starts_with("400 InvalidInput: "));
    }

    #[test]
    fn by_name_the_labels_are_looked_at_from_the_end() {
        let mut caller = Caller::new();
        for name in ["b.test", "x.a.test", "a.test"] {
            caller.zone(name);
        }
        let listed = caller.ok("GET", "hostedzonesbyname", "");
        assert_eq!(texts(&listed, "Name"), ["a.test.", "x.a.test.", "b.test."]);
        let from = caller.ok("GET", "hostedzonesbyname?dnsname=x.a.test&maxitems=1", "");
        assert_eq!(texts(&from, "Name"), ["x.a.test."]);
        assert_eq!(texts(&from, "NextDNSName"), ["b.test."]);
        assert!(
            caller
                .refused("GET", "hostedzonesbyname?hostedzoneid=Z1", "")
                .starts_with("404 NoSuchHostedZone")
        );
    }

    #[test]
    fn a_vpc_tells_the_zones_that_it_sees() {
        let mut caller = Caller::new();
        let (zone, vpc, other) = (caller.zone("a.test"), caller.vpc.clone(), caller.another_vpc());
        let path = |vpc: &str| format!("hostedzonesbyvpc?vpcid={vpc}&vpcregion=us-west-2");
        let seen = caller.ok("GET", &path(&vpc), "");
        assert_eq!(texts(&seen, "HostedZoneId"), [zone]);
        assert_eq!(texts(&seen, "OwningAccount"), ["123456789012"]);
        assert_eq!(texts(&caller.ok("GET", &path(&other), ""), "HostedZoneId"), [""; 0]);
        assert!(caller.refused("GET", &path("vpc-00000000000000099"), "").starts_with("400 InvalidVPCId: "));
    }
}
