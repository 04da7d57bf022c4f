//! What AWS says of identifiers that do not exist, or are not written as identifiers of their kind are.

use awsproto::AwsError;

/// How AWS speaks of identifiers of one kind.
struct Family {
    /// Before the dash.
    prefix: &'static str,
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
    /// "The image id '[ami-1]' does not exist".
    Bracketed(&'static str),
    /// "NatGateway nat-1 was not found".
    WasNotFound(&'static str),
    /// "An invalid association-id of 'iip-assoc-1' was given".
    WasGiven(&'static str),
}

const fn family(
    prefix: &'static str,
    not_found: &'static str,
    malformed: Option<&'static str>,
    sentence: Sentence,
) -> Family {
    Family { prefix, not_found, malformed, sentence }
}

use Sentence::{Bracketed, Id, Plain, WasGiven, WasNotFound};

static FAMILIES: &[Family] = &[
    family("vpc", "InvalidVpcID.NotFound", None, Id("vpc")),
    family(
        "vpc-cidr-assoc",
        "InvalidVpcCidrBlockAssociationID.NotFound",
        None,
        Id("vpc CIDR block association"),
    ),
    family("subnet", "InvalidSubnetID.NotFound", None, Id("subnet")),
    family(
        "subnet-cidr-assoc",
        "InvalidSubnetCidrBlockAssociationID.NotFound",
        None,
        Id("subnet CIDR block association"),
    ),
    family("scr", "InvalidSubnetCidrReservationID.NotFound", None, Id("subnetCidrReservation")),
    family("rtb", "InvalidRouteTableID.NotFound", None, Id("routeTable")),
    family("rtbassoc", "InvalidAssociationID.NotFound", None, Id("association")),
    family("igw", "InvalidInternetGatewayID.NotFound", None, Id("internetGateway")),
    family("eigw", "InvalidGatewayID.NotFound", None, Id("gateway")),
    family("nat", "NatGatewayNotFound", Some("NatGatewayMalformed"), WasNotFound("NatGateway")),
    family("pcx", "InvalidVpcPeeringConnectionID.NotFound", None, Id("vpcPeeringConnection")),
    family("sg", "InvalidGroup.NotFound", Some("InvalidGroupId.Malformed"), Plain("security group")),
    family("sgr", "InvalidSecurityGroupRuleId.NotFound", None, Id("security group rule")),
    family("acl", "InvalidNetworkAclID.NotFound", None, Id("networkAcl")),
    family("aclassoc", "InvalidAssociationID.NotFound", None, Id("association")),
    family("eni", "InvalidNetworkInterfaceID.NotFound", None, Id("networkInterface")),
    family("eni-attach", "InvalidAttachmentID.NotFound", None, Id("attachment")),
    family("eipalloc", "InvalidAllocationID.NotFound", None, Id("allocation")),
    family("eipassoc", "InvalidAssociationID.NotFound", None, Id("association")),
    family("pl", "InvalidPrefixListID.NotFound", None, Id("prefix list")),
    family("dopt", "InvalidDhcpOptionID.NotFound", None, Id("dhcpOption")),
    family("key", "InvalidKeyPair.NotFound", None, Plain("key pair")),
    family("i", "InvalidInstanceID.NotFound", Some("InvalidInstanceID.Malformed"), Id("instance")),
    family("iip-assoc", "InvalidAssociationID.NotFound", None, WasGiven("association-id")),
    family("r", "InvalidReservationID.NotFound", Some("InvalidReservationID.Malformed"), Id("reservation")),
    family("ami", "InvalidAMIID.NotFound", Some("InvalidAMIID.Malformed"), Bracketed("image")),
    family("vol", "InvalidVolume.NotFound", None, Plain("volume")),
    family("snap", "InvalidSnapshot.NotFound", None, Plain("snapshot")),
    family(
        "eice",
        "InvalidInstanceConnectEndpointId.NotFound",
        Some("InvalidInstanceConnectEndpointId.Malformed"),
        Id("instanceConnectEndpoint"),
    ),
];

fn family_of(prefix: &str) -> &'static Family {
    let found = FAMILIES.iter().find(|family| family.prefix == prefix);
    found.expect("every kind of identifier is in the list")
}

/// Whether AWS tells identifiers of this kind that are wrongly written from those that do not exist.
pub(crate) fn has_malformed_code(prefix: &str) -> bool {
    family_of(prefix).malformed.is_some()
}

/// An identifier that is not written as identifiers of its kind are.
pub(crate) fn malformed(prefix: &str, text: &str) -> AwsError {
    let Some(code) = family_of(prefix).malformed else {
        return not_found(prefix, &[text]);
    };
    match prefix {
        "ami" | "sg" => AwsError::new(code, format!("Invalid id: \"{text}\" (expecting \"{prefix}-...\")")),
        _ => AwsError::malformed_id(code, text),
    }
}

/// Identifiers that do not exist.
pub(crate) fn not_found(prefix: &str, ids: &[&str]) -> AwsError {
    let family = family_of(prefix);
    let list = ids.join(", ");
    let (s, does) = if ids.len() == 1 { ("", "does") } else { ("s", "do") };
    let message = match family.sentence {
        Id(noun) => format!("The {noun} ID{s} '{list}' {does} not exist"),
        Plain(noun) => format!("The {noun}{s} '{list}' {does} not exist"),
        Bracketed(noun) => format!("The {noun} id{s} '[{list}]' {does} not exist"),
        WasNotFound(noun) => format!("{noun} {list} was not found"),
        WasGiven(noun) => format!("An invalid {noun} of '{list}' was given"),
    };
    AwsError::new(family.not_found, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Id as _;
    use model::ids::*;

    #[test]
    fn aws_has_words_for_every_kind_of_identifier_that_does_not_exist() {
        let prefixes = [
            VpcId::PREFIX,
            VpcCidrAssociationId::PREFIX,
            SubnetId::PREFIX,
            SubnetCidrAssociationId::PREFIX,
            SubnetCidrReservationId::PREFIX,
            RouteTableId::PREFIX,
            RouteTableAssociationId::PREFIX,
            InternetGatewayId::PREFIX,
            EgressOnlyInternetGatewayId::PREFIX,
            NatGatewayId::PREFIX,
            VpcPeeringConnectionId::PREFIX,
            SecurityGroupId::PREFIX,
            SecurityGroupRuleId::PREFIX,
            NetworkAclId::PREFIX,
            NetworkAclAssociationId::PREFIX,
            NetworkInterfaceId::PREFIX,
            AttachmentId::PREFIX,
            AllocationId::PREFIX,
            AddressAssociationId::PREFIX,
            PrefixListId::PREFIX,
            DhcpOptionsId::PREFIX,
            KeyPairId::PREFIX,
            InstanceId::PREFIX,
            InstanceProfileAssociationId::PREFIX,
            ReservationId::PREFIX,
            ImageId::PREFIX,
            VolumeId::PREFIX,
            SnapshotId::PREFIX,
            InstanceConnectEndpointId::PREFIX,
        ];
        for prefix in prefixes {
            let message = not_found(prefix, &["x-1"]).message;
            assert!(message.contains("x-1"), "{message}");
            assert!(malformed(prefix, "x-1").message.contains("x-1"));
        }
        assert_eq!(prefixes.len(), FAMILIES.len());
    }

    #[test]
    fn images_are_in_brackets_and_groups_are_no_ids() {
        let words = |prefix, ids: &[&str]| not_found(prefix, ids).to_string();
        assert_eq!(words("ami", &["ami-1"]), "InvalidAMIID.NotFound: The image id '[ami-1]' does not exist");
        assert_eq!(
            words("ami", &["ami-1", "ami-2"]),
            "InvalidAMIID.NotFound: The image ids '[ami-1, ami-2]' do not exist"
        );
        assert_eq!(words("sg", &["sg-1"]), "InvalidGroup.NotFound: The security group 'sg-1' does not exist");
        assert_eq!(
            malformed("ami", "x").to_string(),
            "InvalidAMIID.Malformed: Invalid id: \"x\" (expecting \"ami-...\")"
        );
    }
}
