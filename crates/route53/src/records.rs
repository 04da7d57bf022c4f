//! Records. Follows ChangeResourceRecordSets and ListResourceRecordSets (Route 53 API Reference).

use awsproto::{AwsError, Call};
use model::dns_record::{RecordSet, RecordType};
use model::zone_records::RecordChange;
use model::{DomainName, World};

use crate::change;
use crate::errors::{invalid_input, refused, refused_change};
use crate::hosted_zone::checked_comment;
use crate::request::{domain_name, page_len, zone_id};
use crate::shapes::*;

/// Sets of records in one answer.
const PAGE_LEN_MAX: usize = 300;
/// ResourceRecord elements in one request; those of an `UPSERT` count twice ("Quotas on API requests").
const VALUES_MAX: usize = 1_000;
/// Characters of all their values together, counted alike.
const CHARACTERS_MAX: usize = 32_000;
/// The longest time that RFC 2181 lets a record be kept.
const TTL_MAX_S: i64 = 2_147_483_647;

pub(crate) fn change(
    call: &mut Call,
    world: &mut World,
    request: ChangeResourceRecordSetsRequest,
) -> Result<ChangeResourceRecordSetsResponse, AwsError> {
    let ChangeResourceRecordSetsRequest { change_batch, hosted_zone_id } = request;
    let (account, id) = (call.scope.account, zone_id(hosted_zone_id)?);
    let batch = change_batch.unwrap_or_default();
    let comment = checked_comment(batch.comment)?;
    check_size(&batch.changes)?;
    let changes = batch.changes.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    world.change_record_sets(account, id, changes).map_err(|refusal| refused_change(refusal, world, id))?;
    let change_info = Some(change::made(call, world, comment)?);
    Ok(ChangeResourceRecordSetsResponse { change_info })
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListResourceRecordSetsRequest,
) -> Result<ListResourceRecordSetsResponse, AwsError> {
    let ListResourceRecordSetsRequest {
        hosted_zone_id,
        max_items,
        start_record_identifier,
        start_record_name,
        start_record_type,
    } = request;
    let zone = world.private_hosted_zone(call.scope.account, zone_id(hosted_zone_id)?).map_err(refused)?;
    let len = page_len(max_items.as_deref(), PAGE_LEN_MAX)?;
    let name = start_record_name.as_deref().map(domain_name).transpose()?;
    let kind = start_record_type.as_deref().map(record_type).transpose()?;
    if kind.is_some() && name.is_none() {
        return Err(invalid_input("A type can be given only together with a name."));
    }
    if start_record_identifier.is_some() {
        return Err(AwsError::not_implemented_yet("record sets with a SetIdentifier"));
    }
    let sets = zone.record_sets();
    let start = name.map_or(0, |name| {
        let from: (&DomainName, Option<RecordType>) = (&name, kind);
        sets.partition_point(|set| (&set.name, Some(set.record_type)) < from)
    });
    let next = sets.get(start + len);
    Ok(ListResourceRecordSetsResponse {
        is_truncated: Some(next.is_some()),
        max_items: Some(len.to_string()),
        next_record_identifier: None,
        next_record_name: next.map(|set| set.name.escaped()),
        next_record_type: next.map(|set| set.record_type.to_string()),
        resource_record_sets: sets.iter().skip(start).take(len).map(render).collect(),
    })
}

fn check_size(changes: &[Change]) -> Result<(), AwsError> {
    let (mut values, mut characters) = (0, 0);
    for change in changes {
        let records = change.resource_record_set.as_ref().map_or(&[][..], |set| &set.resource_records);
        let times = if change.action.as_deref() == Some("UPSERT") { 2 } else { 1 };
        values += times * records.len();
        characters += times * records.iter().flat_map(|record| &record.value).map(String::len).sum::<usize>();
    }
    if changes.is_empty() {
        return Err(invalid_input("A change batch needs a change."));
    }
    match values <= VALUES_MAX && characters <= CHARACTERS_MAX {
        true => Ok(()),
        false => Err(AwsError::new(
            "InvalidChangeBatch",
            format!("[Number of records limit of {VALUES_MAX} or of {CHARACTERS_MAX} characters exceeded.]"),
        )),
    }
}

fn read(change: Change) -> Result<RecordChange, AwsError> {
    let action = change.action.unwrap_or_default();
    let set = change.resource_record_set.unwrap_or_default();
    refuse_unsupported(&set)?;
    let record_type = record_type(&set.r#type.clone().unwrap_or_default())?;
    let name = set.name.unwrap_or_default();
    let missing = || {
        invalid_input(format!(
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or \
             TrafficPolicyInstanceId], but found none in Change with [Action={action}, Name={name}, \
             Type={record_type}, SetIdentifier=null]"
        ))
    };
    let ttl = set.ttl.filter(|_| !set.resource_records.is_empty()).ok_or_else(missing)?;
    let ttl_s = u32::try_from(ttl).ok().filter(|_| ttl <= TTL_MAX_S);
    let set = RecordSet {
        name: domain_name(&name).map_err(|error| invalid_input(error.message))?,
        record_type,
        ttl_s: ttl_s.ok_or_else(|| invalid_input(format!("The TTL {ttl} is not from 0 to {TTL_MAX_S}.")))?,
        values: set.resource_records.into_iter().map(|record| record.value.unwrap_or_default()).collect(),
    };
    match action.as_str() {
        "CREATE" => Ok(RecordChange::Create(set)),
        "DELETE" => Ok(RecordChange::Delete(set)),
        "UPSERT" => Ok(RecordChange::Upsert(set)),
        other => Err(invalid_input(format!("The action {other} is none of CREATE, DELETE and UPSERT."))),
    }
}

/// What Route 53 has and Hamlet has not: aliases, and every routing policy but the simple one.
fn refuse_unsupported(set: &ResourceRecordSet) -> Result<(), AwsError> {
    let sent = [
        ("AliasTarget", set.alias_target.is_some()),
        ("CidrRoutingConfig", set.cidr_routing_config.is_some()),
        ("Failover", set.failover.is_some()),
        ("GeoLocation", set.geo_location.is_some()),
        ("GeoProximityLocation", set.geo_proximity_location.is_some()),
        ("HealthCheckId", set.health_check_id.is_some()),
        ("MultiValueAnswer", set.multi_value_answer.is_some()),
        ("Region", set.region.is_some()),
        ("SetIdentifier", set.set_identifier.is_some()),
        ("TrafficPolicyInstanceId", set.traffic_policy_instance_id.is_some()),
        ("Weight", set.weight.is_some()),
    ];
    match sent.iter().find(|(_, sent)| *sent) {
        Some((name, _)) => Err(AwsError::not_implemented_yet(&format!("resource record sets with {name}"))),
        None => Ok(()),
    }
}

/// Types that AWS has and the model has not.
const OTHER_TYPES: [&str; 6] = ["DS", "HTTPS", "NAPTR", "SSHFP", "SVCB", "TLSA"];

fn record_type(text: &str) -> Result<RecordType, AwsError> {
    text.parse().map_err(|_| match OTHER_TYPES.contains(&text) {
        true => AwsError::not_implemented_yet(&format!("records of type {text}")),
        false => invalid_input(format!("The type {text} is no type of record.")),
    })
}

fn render(set: &RecordSet) -> ResourceRecordSet {
    let record = |value: &String| ResourceRecord { value: Some(value.clone()) };
    ResourceRecordSet {
        name: Some(set.name.escaped()),
        r#type: Some(set.record_type.to_string()),
        ttl: Some(i64::from(set.ttl_s)),
        resource_records: set.values.iter().map(record).collect(),
        ..ResourceRecordSet::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Caller, texts};

    fn step(action: &str, name: &str, kind: &str, values: &[&str]) -> String {
        let records: String = values
            .iter()
            .map(|value| format!("<ResourceRecord><Value>{value}</Value></ResourceRecord>"))
            .collect();
        format!(
            "<Change><Action>{action}</Action><ResourceRecordSet><Name>{name}</Name><Type>{kind}</Type><TTL>60</TTL>\
             <ResourceRecords>{records}</ResourceRecords></ResourceRecordSet></Change>"
        )
    }

    fn batch(steps: &[String]) -> String {
        let steps = steps.concat();
        format!("<R><ChangeBatch><Comment>why</Comment><Changes>{steps}</Changes></ChangeBatch></R>")
    }

    #[test]
    fn records_are_put_in_and_listed_in_order() {
        let mut caller = Caller::new();
        let zone = caller.zone("corp.internal");
        let path = format!("hostedzone/{zone}/rrset/");
        let steps = [
            step("CREATE", "web.corp.internal", "A", &["10.0.0.5", "10.0.0.6"]),
            step("CREATE", "*.corp.internal.", "CNAME", &["web.corp.internal"]),
            step("UPSERT", "corp.internal", "TXT", &["\"&lt;hello&gt;\""]),
        ];
        let told = caller.ok("POST", &path, &batch(&steps));
        assert_eq!(texts(&told, "Comment"), ["why"]);
        let listed = caller.ok("GET", &format!("hostedzone/{zone}/rrset"), "");
        assert_eq!(
            texts(&listed, "Name"),
            [
                "corp.internal.",
                "corp.internal.",
                "corp.internal.",
                "\\052.corp.internal.",
                "web.corp.internal."
            ]
        );
        assert_eq!(texts(&listed, "Type"), ["NS", "SOA", "TXT", "CNAME", "A"]);
        assert!(listed.contains("<Value>&quot;&lt;hello&gt;&quot;</Value>"), "{listed}");

        let page = format!("hostedzone/{zone}/rrset?name=corp.internal&type=SOA&maxitems=2");
        let page = caller.ok("GET", &page, "");
        assert_eq!(texts(&page, "Type"), ["SOA", "TXT"]);
        assert_eq!(texts(&page, "NextRecordName"), ["\\052.corp.internal."]);
        assert_eq!(texts(&page, "NextRecordType"), ["CNAME"]);
        let next = caller.ok("GET", &format!("hostedzone/{zone}/rrset?name=%5C052.corp.internal."), "");
        assert_eq!(texts(&next, "Type"), ["CNAME", "A"]);
        assert!(
            caller
                .refused("GET", &format!("hostedzone/{zone}/rrset?type=A"), "")
                .starts_with("400 InvalidInput")
        );
    }

    #[test]
    fn refusals_are_in_route_53s_words() {
        let mut caller = Caller::new();
        let zone = caller.zone("corp.internal");
        let path = format!("hostedzone/{zone}/rrset");
        let web = step("CREATE", "web.corp.internal", "A", &["10.0.0.5"]);
        caller.ok("POST", &path, &batch(std::slice::from_ref(&web)));
        let cases = [
            (
                web,
                "Tried to create resource record set [name='web.corp.internal.', type='A'] but it already exists",
            ),
            (
                step("DELETE", "no.corp.internal", "A", &["10.0.0.5"]),
                "Tried to delete resource record set [name='no.corp.internal.', type='A'] but it was not found",
            ),
            (
                step("DELETE", "web.corp.internal", "A", &["10.0.0.9"]),
                "Tried to delete resource record set [name='web.corp.internal.', type='A'] but the values provided do \
                 not match the current values",
            ),
            (
                step("CREATE", "corp.internal", "CNAME", &["a.test"]),
                "RRSet of type CNAME with DNS name corp.internal. is not permitted at apex in zone corp.internal.",
            ),
            (
                step("CREATE", "web.corp.internal", "CNAME", &["a.test"]),
                "RRSet of type CNAME with DNS name web.corp.internal. is not permitted as it conflicts with other records \
                 with the same DNS name in zone corp.internal.",
            ),
            (
                step("CREATE", "a.corp.internal", "A", &["10.0.0"]),
                "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) \
                 encountered with '10.0.0''",
            ),
            (
                step("CREATE", "web.example.com", "A", &["10.0.0.5"]),
                "RRSet with DNS name web.example.com. is not permitted in zone corp.internal.",
            ),
        ];
        for (change, sentence) in cases {
            let told = caller.refused("POST", &path, &batch(&[change]));
            assert_eq!(told, format!("400 InvalidChangeBatch: [{sentence}]"));
        }
    }

    #[test]
    fn what_is_not_there_yet_says_so() {
        let mut caller = Caller::new();
        let zone = caller.zone("corp.internal");
        let path = format!("hostedzone/{zone}/rrset");
        let web = step("CREATE", "web.corp.internal", "A", &["10.0.0.5"]);
        let weighted = web.replace("<TTL>", "<SetIdentifier>a</SetIdentifier><Weight>1</Weight><TTL>");
        for change in [weighted, web.replace("<Type>A<", "<Type>NAPTR<")] {
            assert!(caller.refused("POST", &path, &batch(&[change])).starts_with("501 NotImplemented: "));
        }
        let odd = [
            web.replace("<TTL>60</TTL>", ""),
            web.replace(">60<", ">-1<"),
            web.replace(">60<", ">2147483648<"),
            web.replace("CREATE", "MAKE"),
            web.replace("<Type>A<", "<Type>B<"),
            web.replace("web.corp", "web..corp"),
            web.replace("<TTL>60", "<Colour/><TTL>60"),
        ];
        for change in odd {
            let told = caller.refused("POST", &path, &batch(&[change]));
            assert!(told.starts_with("400 InvalidInput: "), "{told}");
        }
        assert!(caller.refused("POST", &path, &batch(&[])).starts_with("400 InvalidInput: "));
        let many: Vec<String> = (0..=1000).map(|n| format!("10.0.{}.{}", n / 250, n % 250)).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let told = caller.refused("POST", &path, &batch(&[step("CREATE", "a.corp.internal", "A", &many)]));
        assert!(told.starts_with("400 InvalidChangeBatch: "), "{told}");
    }
}
