//! Refusals of the model in Route 53's codes and sentences.
//!
//! Codes and statuses follow the Route 53 API Reference. Sentences are those that clients have published; where none was
//! found, they are ours.

use awsproto::AwsError;
use model::dns_record::RecordType;
use model::private_hosted_zone::{HostedZoneRefusal, ZoneVpc};
use model::zone_records::RecordProblem;
use model::{DomainName, HostedZoneId, World};

pub(crate) fn invalid_input(sentence: impl Into<String>) -> AwsError {
    AwsError::new("InvalidInput", sentence)
}

pub(crate) fn no_such_zone(id: &str) -> AwsError {
    let shown: String = id.chars().take(64).collect();
    AwsError::new("NoSuchHostedZone", format!("No hosted zone found with ID: {shown}")).with_status(404)
}

/// A refusal that is about no records.
pub(crate) fn refused(refusal: HostedZoneRefusal) -> AwsError {
    match refusal {
        HostedZoneRefusal::NotFound(id) => no_such_zone(&id.to_string()),
        HostedZoneRefusal::CallerReferenceUsed => AwsError::new(
            "HostedZoneAlreadyExists",
            "A hosted zone has already been created with the specified caller reference.",
        )
        .with_status(409),
        HostedZoneRefusal::TooManyZones => AwsError::new(
            "TooManyHostedZones",
            "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more hosted zones.",
        ),
        HostedZoneRefusal::TooManyVpcs => AwsError::new(
            "LimitsExceeded",
            "Limits Exceeded: MAX_VPCS_ASSOCIATED_BY_ZONE - Cannot associate more VPCs with the hosted zone.",
        ),
        HostedZoneRefusal::UnknownVpc(ZoneVpc { vpc, region }) => AwsError::new(
            "InvalidVPCId",
            format!("The VPC: {vpc} in region: {region} that you provided does not exist."),
        ),
        HostedZoneRefusal::ForeignVpc(ZoneVpc { vpc, .. }) => AwsError::new(
            "NotAuthorizedException",
            format!("The VPC: {vpc} has not authorized to associate with your hosted zone."),
        )
        .with_status(401),
        HostedZoneRefusal::SameNameInVpc(ZoneVpc { vpc, region }, zone) => AwsError::new(
            "ConflictingDomainExists",
            format!(
                "The VPC {vpc} in region {region} has already been associated with the hosted zone {zone} with the \
                 same domain name."
            ),
        ),
        HostedZoneRefusal::NotAssociated(ZoneVpc { vpc, region }) => AwsError::new(
            "VPCAssociationNotFound",
            format!("The VPC {vpc} in region {region} is not associated with the hosted zone."),
        )
        .with_status(404),
        HostedZoneRefusal::LastVpc => {
            AwsError::new("LastVPCAssociation", "Cannot remove last VPC association for the private zone")
        }
        HostedZoneRefusal::IsPublic(id) => AwsError::new(
            "PublicZoneVPCAssociation",
            format!("The hosted zone {id} is public, and cannot be associated with a VPC."),
        ),
        HostedZoneRefusal::NotEmpty => AwsError::new(
            "HostedZoneNotEmpty",
            "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
        ),
        HostedZoneRefusal::Records(problems) => batch(problems, ""),
    }
}

/// A refusal of a change of records, in a zone that is there.
pub(crate) fn refused_change(refusal: HostedZoneRefusal, world: &World, zone: HostedZoneId) -> AwsError {
    let HostedZoneRefusal::Records(problems) = refusal else { return refused(refusal) };
    let name = world.private_hosted_zones.get(&zone).map(|zone| zone.name.escaped()).unwrap_or_default();
    batch(problems, &name)
}

fn batch(problems: Vec<RecordProblem>, zone: &str) -> AwsError {
    let sentences: Vec<String> = problems.into_iter().map(|problem| sentence(problem, zone)).collect();
    AwsError::new("InvalidChangeBatch", format!("[{}]", sentences.join(", ")))
}

fn sentence(problem: RecordProblem, zone: &str) -> String {
    let set =
        |name: &DomainName, kind| format!("resource record set [name='{}', type='{kind}']", name.escaped());
    match problem {
        RecordProblem::Exists(name, kind) => {
            format!("Tried to create {} but it already exists", set(&name, kind))
        }
        RecordProblem::NotFound(name, kind) => {
            format!("Tried to delete {} but it was not found", set(&name, kind))
        }
        RecordProblem::Different(name, kind) => format!(
            "Tried to delete {} but the values provided do not match the current values",
            set(&name, kind)
        ),
        RecordProblem::OutsideZone(name) => {
            format!("RRSet with DNS name {} is not permitted in zone {zone}", name.escaped())
        }
        RecordProblem::CnameAtApex => {
            format!("RRSet of type CNAME with DNS name {zone} is not permitted at apex in zone {zone}")
        }
        RecordProblem::CnameBesideOthers(name) => format!(
            "RRSet of type CNAME with DNS name {} is not permitted as it conflicts with other records with the same DNS \
             name in zone {zone}",
            name.escaped()
        ),
        RecordProblem::BesideCname(kind, name) => format!(
            "RRSet of type {kind} with DNS name {} is not permitted because a conflicting RRSet of type CNAME with the \
             same DNS name already exists in zone {zone}",
            name.escaped()
        ),
        RecordProblem::OneSoa => "A HostedZone must contain exactly one SOA record.".to_owned(),
        RecordProblem::OwnNameServers => {
            "A HostedZone must contain at least one NS record for the zone itself.".to_owned()
        }
        RecordProblem::Value(kind, value) => {
            format!("Invalid Resource Record: 'FATAL problem: {} encountered with '{value}''", fault(kind))
        }
        RecordProblem::Twice(value) => format!("Duplicate Resource Record: '{value}'"),
        RecordProblem::ValueCount(name, kind) => {
            format!("The number of values of {} is not permitted", set(&name, kind))
        }
        RecordProblem::TooManySets => {
            format!("The zone {zone} has as many resource record sets as it may have")
        }
    }
}

/// What is wrong with a value, as far as its type tells.
fn fault(kind: RecordType) -> &'static str {
    match kind {
        RecordType::A => "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)",
        RecordType::Aaaa => "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)",
        RecordType::Caa => "CAARRDATANotThreeFields (CAA record should have 3 fields)",
        RecordType::Cname | RecordType::Ns | RecordType::Ptr => {
            "UnsupportedCharacter (Value contains unsupported characters)"
        }
        RecordType::Mx => "MXRRDATANotTwoFields (MX record doesn't have 2 fields)",
        RecordType::Soa => "SOARRDATANotSevenFields (SOA record doesn't have 7 fields)",
        RecordType::Srv => "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)",
        RecordType::Spf | RecordType::Txt => {
            "InvalidCharacterString (Value should be enclosed in quotation marks)"
        }
    }
}
