//! Hosted zones. Follows CreateHostedZone and its neighbours in the Route 53 API Reference.

use awsproto::{AwsError, Call};
use model::private_hosted_zone::{NewHostedZone, PrivateHostedZone, ZoneOwner, ZoneVpc, name_servers};
use model::{HostedZoneId, Partition, World};

use crate::change;
use crate::errors::{invalid_input, refused};
use crate::request::{check_len, domain_name, random, zone_id, zone_vpc};
use crate::shapes::*;

const CALLER_REFERENCE_LEN_MAX: usize = 128;
const COMMENT_LEN_MAX: usize = 256;

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateHostedZoneRequest,
) -> Result<CreateHostedZoneResponse, AwsError> {
    let CreateHostedZoneRequest { caller_reference, delegation_set_id, hosted_zone_config, name, vpc } =
        request;
    let account = call.scope.account;
    let config = hosted_zone_config.unwrap_or_default();
    let caller_reference = caller_reference.unwrap_or_default();
    check_len("CallerReference", &caller_reference, 1, CALLER_REFERENCE_LEN_MAX)?;
    let name = domain_name(&name.unwrap_or_default())?;
    if vpc.is_none() && config.private_zone == Some(true) {
        return Err(invalid_input("A private hosted zone needs a VPC."));
    }
    if let Some(set) = delegation_set_id {
        let sentence = format!("A reusable delegation set with the ID {set} does not exist.");
        return Err(AwsError::new("NoSuchDelegationSet", sentence));
    }
    let comment = checked_comment(config.comment)?;
    let vpc = vpc.map(|vpc| zone_vpc(call, Some(vpc))).transpose()?;
    let id = HostedZoneId::from_random(random(call));
    let new = NewHostedZone { name, caller_reference, comment, vpc };
    let zone = world.create_private_hosted_zone(account, new, id).map_err(refused)?;
    let (hosted_zone, delegation_set) = (Some(render(zone)), delegation_set(zone));
    Ok(CreateHostedZoneResponse {
        change_info: Some(change::made(call, world, None)?),
        delegation_set,
        hosted_zone,
        location: Some(format!("https://{}/2013-04-01/hostedzone/{id}", endpoint(call.partition()))),
        vpc: vpc.as_ref().map(render_vpc),
    })
}

pub(crate) fn get(
    call: &mut Call,
    world: &World,
    request: GetHostedZoneRequest,
) -> Result<GetHostedZoneResponse, AwsError> {
    let GetHostedZoneRequest { id } = request;
    let zone = world.private_hosted_zone(call.scope.account, zone_id(id)?).map_err(refused)?;
    Ok(GetHostedZoneResponse {
        delegation_set: delegation_set(zone),
        hosted_zone: Some(render(zone)),
        vpcs: zone.vpcs.iter().map(render_vpc).collect(),
    })
}

pub(crate) fn count(
    call: &mut Call,
    world: &World,
    GetHostedZoneCountRequest {}: GetHostedZoneCountRequest,
) -> Result<GetHostedZoneCountResponse, AwsError> {
    let owner = ZoneOwner::Account(call.scope.account);
    let count = world.private_hosted_zones.values().filter(|zone| zone.owner == owner).count();
    Ok(GetHostedZoneCountResponse { hosted_zone_count: i64::try_from(count).ok() })
}

pub(crate) fn update_comment(
    call: &mut Call,
    world: &mut World,
    request: UpdateHostedZoneCommentRequest,
) -> Result<UpdateHostedZoneCommentResponse, AwsError> {
    let UpdateHostedZoneCommentRequest { comment, id } = request;
    let comment = checked_comment(comment)?;
    let (account, id) = (call.scope.account, zone_id(id)?);
    let zone = world.comment_private_hosted_zone(account, id, comment).map_err(refused)?;
    Ok(UpdateHostedZoneCommentResponse { hosted_zone: Some(render(zone)) })
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteHostedZoneRequest,
) -> Result<DeleteHostedZoneResponse, AwsError> {
    let DeleteHostedZoneRequest { id } = request;
    world.delete_private_hosted_zone(call.scope.account, zone_id(id)?).map_err(refused)?;
    Ok(DeleteHostedZoneResponse { change_info: Some(change::made(call, world, None)?) })
}

/// Where Amazon Route 53 is in a partition ("Amazon Route 53 endpoints and quotas", General Reference).
fn endpoint(partition: Partition) -> &'static str {
    match partition {
        Partition::Commercial => "route53.amazonaws.com",
        Partition::China => "route53.amazonaws.com.cn",
        Partition::GovCloud => "route53.us-gov.amazonaws.com",
    }
}

/// A comment, none where it is empty.
pub(crate) fn checked_comment(comment: Option<String>) -> Result<Option<String>, AwsError> {
    check_len("Comment", comment.as_deref().unwrap_or_default(), 0, COMMENT_LEN_MAX)?;
    Ok(comment.filter(|comment| !comment.is_empty()))
}

/// A zone as answers show it.
pub(crate) fn render(zone: &PrivateHostedZone) -> HostedZone {
    HostedZone {
        caller_reference: Some(zone.caller_reference.clone()),
        config: Some(HostedZoneConfig {
            comment: zone.comment.clone(),
            private_zone: Some(!zone.is_public()),
        }),
        features: None,
        id: Some(format!("/hostedzone/{}", zone.id)),
        linked_service: None,
        name: Some(zone.name.escaped()),
        resource_record_set_count: i64::try_from(zone.record_sets().len()).ok(),
    }
}

/// Who answers for a public zone. Nobody can be delegated to a private one.
fn delegation_set(zone: &PrivateHostedZone) -> Option<DelegationSet> {
    zone.is_public().then(|| DelegationSet {
        caller_reference: None,
        id: None,
        name_servers: name_servers(zone.id).to_vec(),
    })
}

fn render_vpc(seen: &ZoneVpc) -> VPC {
    VPC { vpc_id: Some(seen.vpc.to_string()), vpc_region: Some(seen.region.to_string()) }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Caller, texts};

    #[test]
    fn a_zone_is_made_found_and_deleted() {
        let mut caller = Caller::new();
        let made = caller.ok("POST", "hostedzone", &caller.new_zone("Corp.internal", "r-1"));
        let id = caller.zone_of(&made);
        assert!(made.contains("<Name>corp.internal.</Name>"), "{made}");
        assert!(made.contains("<PrivateZone>true</PrivateZone>"), "{made}");
        assert!(made.contains("<ResourceRecordSetCount>2</ResourceRecordSetCount>"), "{made}");
        assert!(made.contains("<Status>INSYNC</Status>"), "{made}");
        let found = caller.ok("GET", &format!("hostedzone/{id}"), "");
        let vpc =
            format!("<VPCs><VPC><VPCId>{}</VPCId><VPCRegion>us-west-2</VPCRegion></VPC></VPCs>", caller.vpc);
        assert!(found.contains(&vpc), "{found}");
        assert!(caller.ok("GET", "hostedzonecount", "").contains("<HostedZoneCount>1</HostedZoneCount>"));
        let deleted = caller.ok("DELETE", &format!("hostedzone/{id}"), "");
        let change = deleted.split("/change/").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert!(caller.ok("GET", &format!("change/{change}"), "").contains(&change));
        assert_eq!(
            caller.refused("GET", &format!("hostedzone/{id}"), ""),
            format!("404 NoSuchHostedZone: No hosted zone found with ID: {id}")
        );
        assert_eq!(
            caller.refused("GET", "change/C1", ""),
            "404 NoSuchChange: Could not find resource with ID: C1"
        );
    }

    #[test]
    fn the_answer_has_the_status_and_the_header_that_creation_has() {
        let mut caller = Caller::new();
        let body = caller.new_zone("corp.internal", "r-1");
        let reply = caller.reply("POST", "hostedzone", &body);
        assert_eq!(reply.status, 201);
        let [(name, value)] = reply.headers.as_slice() else { panic!("one header") };
        assert_eq!(*name, "Location");
        assert!(value.starts_with("https://route53.amazonaws.com/2013-04-01/hostedzone/Z"), "{value}");
        let start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateHostedZoneResponse \
                     xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ChangeInfo>";
        assert!(reply.text().starts_with(start), "{}", reply.text());
    }

    #[test]
    fn zones_that_cannot_be_made_are_refused() {
        let mut caller = Caller::new();
        caller.ok("POST", "hostedzone", &caller.new_zone("corp.internal", "r-1"));
        let refused = |caller: &mut Caller, body: &str| caller.refused("POST", "hostedzone", body);
        let again = caller.new_zone("other.internal", "r-1");
        assert!(refused(&mut caller, &again).starts_with("409 HostedZoneAlreadyExists: "));
        let same = caller.new_zone("corp.internal", "r-2");
        assert!(refused(&mut caller, &same).starts_with("400 ConflictingDomainExists: The VPC vpc-"));
        let bad = caller.new_zone("a..b", "r-3");
        assert!(refused(&mut caller, &bad).starts_with("400 InvalidDomainName: "));
        let nowhere = caller.new_zone("x.internal", "r-4").replace(&caller.vpc, "vpc-00000000000000099");
        assert!(refused(&mut caller, &nowhere).starts_with("400 InvalidVPCId: "));
        let private = "<R><Name>example.com</Name><CallerReference>r</CallerReference><HostedZoneConfig>\
                       <PrivateZone>true</PrivateZone></HostedZoneConfig></R>";
        assert!(refused(&mut caller, private).starts_with("400 InvalidInput: "));
        let set = "<R><Name>example.com</Name><CallerReference>r</CallerReference><DelegationSetId>N1</DelegationSetId></R>";
        assert!(refused(&mut caller, set).starts_with("400 NoSuchDelegationSet: "));
        assert!(refused(&mut caller, "<R><Name>a.b</Name></R>").starts_with("400 InvalidInput: "));
    }

    #[test]
    fn a_public_zone_has_four_name_servers_and_no_vpc() {
        let mut caller = Caller::new();
        let public = "<R><Name>shop.test</Name><CallerReference>r</CallerReference></R>";
        let made = caller.ok("POST", "hostedzone", public);
        let servers = texts(&made, "NameServer");
        assert_eq!(servers.len(), 4, "{made}");
        let domains = [".com", ".net", ".org", ".co.uk"];
        assert!(servers.iter().zip(domains).all(|(it, domain)| it.ends_with(domain)), "{servers:?}");
        assert!(made.contains("<PrivateZone>false</PrivateZone>") && !made.contains("<VPC>"), "{made}");
        let id = caller.zone_of(&made);
        let found = caller.ok("GET", &format!("hostedzone/{id}"), "");
        assert_eq!(texts(&found, "NameServer"), servers);
        let records = caller.ok("GET", &format!("hostedzone/{id}/rrset"), "");
        let dotted: Vec<String> = servers.iter().map(|server| format!("{server}.")).collect();
        assert_eq!(texts(&records, "Value")[..4], dotted);
        let soa = format!("{} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400", dotted[0]);
        assert_eq!(texts(&records, "Value")[4], soa);
        // Another of the same name is another zone, as everybody may have one.
        let other = caller.ok("POST", "hostedzone", &public.replace(">r<", ">r2<"));
        assert_ne!(texts(&other, "NameServer"), servers);
        caller.zone("corp.internal");
        let private = caller.ok("GET", "hostedzone?hostedzonetype=PrivateHostedZone", "");
        assert_eq!(texts(&private, "Name"), ["corp.internal."]);
        assert_eq!(texts(&caller.ok("GET", "hostedzone", ""), "Name").len(), 3);
        let vpc = format!("<R><VPC><VPCRegion>us-west-2</VPCRegion><VPCId>{}</VPCId></VPC></R>", caller.vpc);
        let refused = caller.refused("POST", &format!("hostedzone/{id}/associatevpc"), &vpc);
        assert!(refused.starts_with("400 PublicZoneVPCAssociation: "), "{refused}");
        let refused = caller.refused("POST", &format!("hostedzone/{id}/disassociatevpc"), &vpc);
        assert!(refused.starts_with("404 VPCAssociationNotFound: "), "{refused}");
        caller.ok("DELETE", &format!("hostedzone/{id}"), "");
    }

    #[test]
    fn no_zone_is_signed() {
        let mut caller = Caller::new();
        let public = "<R><Name>shop.test</Name><CallerReference>r</CallerReference></R>";
        let public = caller.ok("POST", "hostedzone", public);
        let public = caller.zone_of(&public);
        let told = caller.ok("GET", &format!("hostedzone/{public}/dnssec"), "");
        assert_eq!(texts(&told, "ServeSignature"), ["NOT_SIGNING"]);
        assert!(
            told.contains("<KeySigningKeys></KeySigningKeys>") || told.contains("<KeySigningKeys/>"),
            "{told}"
        );
        let private = caller.zone("corp.internal");
        assert_eq!(
            caller.refused("GET", &format!("hostedzone/{private}/dnssec"), ""),
            "400 InvalidArgument: Operation is unsupported for private hosted zones."
        );
        assert!(caller.refused("GET", "hostedzone/Z1/dnssec", "").starts_with("404 NoSuchHostedZone: "));
    }

    #[test]
    fn a_comment_can_be_changed() {
        let mut caller = Caller::new();
        let id = caller.zone("corp.internal");
        let body = "<UpdateHostedZoneCommentRequest><Comment>ours</Comment></UpdateHostedZoneCommentRequest>";
        let told = caller.ok("POST", &format!("hostedzone/{id}"), body);
        assert!(
            told.contains("<Config><Comment>ours</Comment><PrivateZone>true</PrivateZone></Config>"),
            "{told}"
        );
    }
}
