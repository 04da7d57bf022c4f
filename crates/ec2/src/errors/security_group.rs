//! What AWS says when a change of security groups and their rules is refused.

use awsproto::AwsError;
use model::refusal::SecurityGroupRefusal;
use model::rule::protocol;
use model::{Ports, RuleProtocol, Traffic};

use super::invalid;

pub(super) fn refused(refusal: SecurityGroupRefusal) -> AwsError {
    match refusal {
        SecurityGroupRefusal::NameTaken(name, vpc) => AwsError::new(
            "InvalidGroup.Duplicate",
            format!("The security group '{name}' already exists for VPC '{vpc}'"),
        ),
        SecurityGroupRefusal::NameReserved => invalid("Cannot use reserved security group name: default"),
        SecurityGroupRefusal::NameLikeId(name) => {
            AwsError::invalid_value("GroupName", &name, "Group names may not be in the format sg-*.")
        }
        SecurityGroupRefusal::OfVpc(group) => AwsError::new(
            "CannotDelete",
            format!("the specified group: \"{group}\" name: \"default\" cannot be deleted by a user"),
        ),
        SecurityGroupRefusal::AssociationOfVpcsOwn(group) => {
            invalid(format!("The default security group '{group}' cannot be associated with another VPC."))
        }
        SecurityGroupRefusal::AssociationWithDefaultVpc(group) => {
            invalid(format!("The security group '{group}' cannot be associated from or with a default VPC."))
        }
        SecurityGroupRefusal::AssociationWithOwnVpc(group, vpc) => {
            invalid(format!("The security group '{group}' was created in the VPC '{vpc}'."))
        }
        SecurityGroupRefusal::NotAssociated(group, vpc) => {
            invalid(format!("The security group '{group}' is not associated with the VPC '{vpc}'."))
        }
        SecurityGroupRefusal::RuleExists(peer, traffic) => AwsError::new(
            "InvalidPermission.Duplicate",
            format!("the specified rule \"peer: {peer}, {}, ALLOW\" already exists", rule_traffic(traffic)),
        ),
        SecurityGroupRefusal::RuleRepeated => invalid("The same permission must not appear multiple times"),
        SecurityGroupRefusal::NoSuchRule => AwsError::new(
            "InvalidPermission.NotFound",
            "The specified rule does not exist in this security group.",
        ),
    }
}

/// The middle of the sentence about a rule that exists: `TCP, from port: 22, to port: 22`.
fn rule_traffic(traffic: Traffic) -> String {
    let protocol = match traffic.protocol {
        RuleProtocol::All => return "ALL".to_owned(),
        RuleProtocol::Number(number) => protocol::name(number).to_uppercase(),
    };
    let or_all = |value: Option<u8>| value.map_or("ALL".to_owned(), |value| value.to_string());
    match traffic.ports {
        Ports::Any => protocol,
        Ports::Range { from, to } => format!("{protocol}, from port: {from}, to port: {to}"),
        Ports::Icmp { kind, code } => format!("{protocol}, type: {}, code: {}", or_all(kind), or_all(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Peer;

    #[test]
    fn a_rule_that_exists_is_named_as_aws_names_it() {
        let rule = |traffic| refused(SecurityGroupRefusal::RuleExists(Peer::ANY_IPV4, traffic)).message;
        let number = RuleProtocol::Number;
        assert_eq!(
            rule(Traffic { protocol: number(protocol::TCP), ports: Ports::Range { from: 22, to: 22 } }),
            "the specified rule \"peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW\" already exists"
        );
        assert_eq!(
            rule(Traffic { protocol: number(protocol::ICMP), ports: Ports::Icmp { kind: None, code: None } }),
            "the specified rule \"peer: 0.0.0.0/0, ICMP, type: ALL, code: ALL, ALLOW\" already exists"
        );
        assert_eq!(rule(Traffic::ALL), "the specified rule \"peer: 0.0.0.0/0, ALL, ALLOW\" already exists");
    }
}
