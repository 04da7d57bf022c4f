//! What AWS says of identifiers that do not exist, or are not written as identifiers of their kind are.

use awsproto::AwsError;
use model::IdKind;

/// How AWS speaks of identifiers of one kind.
struct Family {
    /// The code for one that does not exist.
    not_found: &'static str,
    /// The code for one that is not written as identifiers are; without one, AWS says that it does not exist.
    malformed: Option<&'static str>,
    /// What it does not exist as.
    sentence: Sentence,
}

/// The forms of "does not exist".
enum Sentence {
    /// "The vpc ID 'vpc-1' does not exist"; several: "The vpc IDs 'vpc-1, vpc-2' do not exist".
    Id(&'static str),
    /// "The security group 'sg-1' does not exist".
    Plain(&'static str),
    /// "The Vpc Endpoint Id 'vpce-1' does not exist".
    Titled(&'static str),
    /// "The image id '[ami-1]' does not exist".
    Bracketed(&'static str),
    /// "The volume 'vol-1' does not exist.", and "… Expected: 'vol-...'." of one that is wrongly written.
    Stopped(&'static str),
    /// "NatGateway nat-1 was not found".
    WasNotFound(&'static str),
    /// "The specified launch template, with template ID lt-1, does not exist."
    WithTemplateId,
    /// "The Placement Group 'pg-1' is unknown."
    IsUnknown(&'static str),
    /// "An invalid association-id of 'iip-assoc-1' was given".
    WasGiven(&'static str),
    /// "These flow log ids in the input list are not found: [TotalCount: 1] fl-1".
    Counted(&'static str),
}

const fn family(not_found: &'static str, malformed: Option<&'static str>, sentence: Sentence) -> Family {
    Family { not_found, malformed, sentence }
}

use Sentence::{
    Bracketed, Counted, Id, IsUnknown, Plain, Stopped, Titled, WasGiven, WasNotFound, WithTemplateId,
};

fn family_of(kind: IdKind) -> Family {
    match kind {
        IdKind::Vpc => family("InvalidVpcID.NotFound", None, Id("vpc")),
        IdKind::VpcCidrAssociation => {
            family("InvalidVpcCidrBlockAssociationID.NotFound", None, Id("vpc CIDR block association"))
        }
        IdKind::Subnet => family("InvalidSubnetID.NotFound", None, Id("subnet")),
        IdKind::SubnetCidrAssociation => {
            family("InvalidSubnetCidrBlockAssociationID.NotFound", None, Id("subnet CIDR block association"))
        }
        IdKind::SubnetCidrReservation => {
            family("InvalidSubnetCidrReservationID.NotFound", None, Id("subnetCidrReservation"))
        }
        IdKind::RouteTable => family("InvalidRouteTableID.NotFound", None, Id("routeTable")),
        IdKind::RouteTableAssociation => family("InvalidAssociationID.NotFound", None, Id("association")),
        IdKind::InternetGateway => family("InvalidInternetGatewayID.NotFound", None, Id("internetGateway")),
        IdKind::EgressOnlyInternetGateway => family("InvalidGatewayID.NotFound", None, Id("gateway")),
        IdKind::PublicAccessExclusion => family(
            "InvalidVpcBlockPublicAccessExclusionId.NotFound",
            None,
            Id("vpcBlockPublicAccessExclusion"),
        ),
        IdKind::NatGateway => {
            family("NatGatewayNotFound", Some("NatGatewayMalformed"), WasNotFound("NatGateway"))
        }
        IdKind::VpcEndpoint => family("InvalidVpcEndpointId.NotFound", None, Titled("Vpc Endpoint")),
        IdKind::VpcPeeringConnection => {
            family("InvalidVpcPeeringConnectionID.NotFound", None, Id("vpcPeeringConnection"))
        }
        IdKind::SecurityGroup => {
            family("InvalidGroup.NotFound", Some("InvalidGroupId.Malformed"), Plain("security group"))
        }
        IdKind::SecurityGroupRule => {
            family("InvalidSecurityGroupRuleId.NotFound", None, Id("security group rule"))
        }
        IdKind::NetworkAcl => family("InvalidNetworkAclID.NotFound", None, Id("networkAcl")),
        IdKind::NetworkAclAssociation => family("InvalidAssociationID.NotFound", None, Id("association")),
        IdKind::NetworkInterface => {
            family("InvalidNetworkInterfaceID.NotFound", None, Id("networkInterface"))
        }
        IdKind::NetworkInterfacePermission => {
            family("InvalidNetworkInterfacePermissionID.NotFound", None, Id("networkInterfacePermission"))
        }
        IdKind::Attachment => family("InvalidAttachmentID.NotFound", None, Id("attachment")),
        IdKind::Allocation => family("InvalidAllocationID.NotFound", None, Id("allocation")),
        IdKind::AddressAssociation => family("InvalidAssociationID.NotFound", None, Id("association")),
        IdKind::PrefixList => family("InvalidPrefixListID.NotFound", None, Id("prefix list")),
        IdKind::DhcpOptions => family("InvalidDhcpOptionID.NotFound", None, Id("dhcpOption")),
        IdKind::KeyPair => family("InvalidKeyPair.NotFound", None, Plain("key pair")),
        IdKind::Instance => {
            family("InvalidInstanceID.NotFound", Some("InvalidInstanceID.Malformed"), Id("instance"))
        }
        IdKind::InstanceProfileAssociation => {
            family("InvalidAssociationID.NotFound", None, WasGiven("association-id"))
        }
        IdKind::FlowLog => family("InvalidFlowLogId.NotFound", None, Counted("flow log")),
        IdKind::LaunchTemplate => family(
            "InvalidLaunchTemplateId.NotFound",
            Some("InvalidLaunchTemplateId.Malformed"),
            WithTemplateId,
        ),
        IdKind::Fleet => family("InvalidFleetId.NotFound", Some("InvalidFleetId.Malformed"), Id("fleet")),
        IdKind::PlacementGroup => family(
            "InvalidPlacementGroup.Unknown",
            Some("InvalidPlacementGroupId.Malformed"),
            IsUnknown("Placement Group"),
        ),
        IdKind::Reservation => {
            family("InvalidReservationID.NotFound", Some("InvalidReservationID.Malformed"), Id("reservation"))
        }
        IdKind::Image => family("InvalidAMIID.NotFound", Some("InvalidAMIID.Malformed"), Bracketed("image")),
        IdKind::Volume => family("InvalidVolume.NotFound", Some("InvalidParameterValue"), Stopped("volume")),
        IdKind::Snapshot => {
            family("InvalidSnapshot.NotFound", Some("InvalidParameterValue"), Stopped("snapshot"))
        }
        IdKind::InstanceConnectEndpoint => family(
            "InvalidInstanceConnectEndpointId.NotFound",
            Some("InvalidInstanceConnectEndpointId.Malformed"),
            Id("instanceConnectEndpoint"),
        ),
    }
}

/// Whether AWS tells identifiers of this kind that are wrongly written from those that do not exist.
pub(crate) fn has_malformed_code(kind: IdKind) -> bool {
    family_of(kind).malformed.is_some()
}

/// An identifier that is not written as identifiers of its kind are.
pub(crate) fn malformed(kind: IdKind, text: &str) -> AwsError {
    let family = family_of(kind);
    let Some(code) = family.malformed else {
        return not_found(kind, &[text]);
    };
    if let Stopped(noun) = family.sentence {
        let expected = format!("Expected: '{}-...'.", kind.prefix());
        return AwsError::invalid_value(&format!("{noun}Id"), text, &expected);
    }
    if matches!(kind, IdKind::Image | IdKind::SecurityGroup) {
        let prefix = kind.prefix();
        return AwsError::new(code, format!("Invalid id: \"{text}\" (expecting \"{prefix}-...\")"));
    }
    AwsError::malformed_id(code, text)
}

/// An identifier that does not exist.
pub(super) fn unknown<I: model::Id>(id: I) -> AwsError {
    not_found(I::KIND, &[&id.to_string()])
}

/// Identifiers that do not exist.
pub(crate) fn not_found(kind: IdKind, ids: &[&str]) -> AwsError {
    let family = family_of(kind);
    let list = ids.join(", ");
    let (s, does) = if ids.len() == 1 { ("", "does") } else { ("s", "do") };
    let message = match family.sentence {
        Id(noun) => format!("The {noun} ID{s} '{list}' {does} not exist"),
        Titled(noun) => format!("The {noun} Id{s} '{list}' {does} not exist"),
        Plain(noun) => format!("The {noun}{s} '{list}' {does} not exist"),
        Bracketed(noun) => format!("The {noun} id{s} '[{list}]' {does} not exist"),
        Stopped(noun) => format!("The {noun}{s} '{list}' {does} not exist."),
        WasNotFound(noun) => format!("{noun} {list} was not found"),
        WithTemplateId => {
            format!("The specified launch template, with template ID {list}, does not exist.")
        }
        IsUnknown(noun) => format!("The {noun} '{list}' is unknown."),
        Counted(noun) => {
            format!("These {noun} ids in the input list are not found: [TotalCount: {}] {list}", ids.len())
        }
        WasGiven(noun) => format!("An invalid {noun} of '{list}' was given"),
    };
    AwsError::new(family.not_found, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_names_every_kind_of_identifier_that_does_not_exist_or_is_wrongly_written() {
        for kind in IdKind::ALL {
            for error in [not_found(*kind, &["x-1"]), malformed(*kind, "x-1")] {
                assert!(error.message.contains("x-1"), "{kind:?}: {error}");
            }
        }
    }

    #[test]
    fn images_are_in_brackets_and_groups_are_no_ids() {
        let words = |kind, ids: &[&str]| not_found(kind, ids).to_string();
        assert_eq!(
            words(IdKind::Image, &["ami-1"]),
            "InvalidAMIID.NotFound: The image id '[ami-1]' does not exist"
        );
        assert_eq!(
            words(IdKind::Image, &["ami-1", "ami-2"]),
            "InvalidAMIID.NotFound: The image ids '[ami-1, ami-2]' do not exist"
        );
        assert_eq!(
            words(IdKind::SecurityGroup, &["sg-1"]),
            "InvalidGroup.NotFound: The security group 'sg-1' does not exist"
        );
        assert_eq!(
            words(IdKind::Volume, &["vol-1"]),
            "InvalidVolume.NotFound: The volume 'vol-1' does not exist."
        );
        assert_eq!(
            malformed(IdKind::Snapshot, "x").to_string(),
            "InvalidParameterValue: Value (x) for parameter snapshotId is invalid. Expected: 'snap-...'."
        );
        assert_eq!(
            malformed(IdKind::Image, "x").to_string(),
            "InvalidAMIID.Malformed: Invalid id: \"x\" (expecting \"ami-...\")"
        );
    }
}
