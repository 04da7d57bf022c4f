//! Which policies let somebody call a service. Follows ListPoliciesGrantingServiceAccess in the IAM API Reference.

use awsproto::{AwsError, Call};
use model::{Entity, PolicyOrigin, World};

use crate::listing::{Listed, asked};
use crate::shapes::*;
use crate::{arn, entity, service_names};

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListPoliciesGrantingServiceAccessRequest,
) -> Result<ListPoliciesGrantingServiceAccessResponse, AwsError> {
    let ListPoliciesGrantingServiceAccessRequest { arn, marker, service_namespaces } = request;
    let whose = of_arn(call, world, &arn.unwrap_or_default())?;
    if let Some(unknown) = service_namespaces.iter().find(|namespace| !service_names::is_known(namespace)) {
        return Err(AwsError::new("InvalidInput", format!("The service namespace {unknown} is not valid.")));
    }
    let numbered = service_namespaces.into_iter().enumerate();
    let page = Listed::of_sorted(numbered, asked(None, marker), |(place, _)| format!("{place:09}"))?;
    let page = page.map(|(_, namespace)| ListPoliciesGrantingServiceAccessEntry {
        policies: granting(call, world, whose, &namespace),
        service_namespace: Some(namespace),
    });
    Ok(ListPoliciesGrantingServiceAccessResponse {
        is_truncated: page.is_truncated(),
        marker: page.marker,
        policies_granting_service_access: page.items,
    })
}

/// The user, group or role of an ARN.
pub(crate) fn of_arn(call: &Call, world: &World, text: &str) -> Result<Entity, AwsError> {
    let named = arn::EntityArn::parse(text).filter(|named| named.account == call.scope.account.to_string());
    let named = named.ok_or_else(|| AwsError::new("InvalidInput", format!("Invalid ARN: {text}")))?;
    entity::of_arn(call, world, &named)
}

/// Attached ones by ARN; own ones by whose they are.
fn granting(call: &Call, world: &World, whose: Entity, namespace: &str) -> Vec<PolicyGrantingServiceAccess> {
    let all = world.policies_for(whose, call.partition()).into_iter();
    let granting = all.filter(|(_, document)| document.grants_service(namespace));
    granting.filter_map(|(origin, _)| shown(call, world, origin)).collect()
}

fn shown(call: &Call, world: &World, origin: PolicyOrigin<'_>) -> Option<PolicyGrantingServiceAccess> {
    Some(match origin {
        PolicyOrigin::Attached(_, policy) => {
            let policy = world.managed_policy(policy)?;
            PolicyGrantingServiceAccess {
                policy_name: Some(policy.name().to_owned()),
                policy_type: Some("MANAGED".to_owned()),
                policy_arn: Some(policy.arn(call.partition())),
                entity_type: None,
                entity_name: None,
            }
        }
        PolicyOrigin::Inline(owner, name) => PolicyGrantingServiceAccess {
            policy_name: Some(name.to_owned()),
            policy_type: Some("INLINE".to_owned()),
            policy_arn: None,
            entity_type: Some(kind(owner)),
            entity_name: Some(world.name_of(owner)),
        },
    })
}

/// What kind of entity one is, in capitals.
pub(crate) fn kind(entity: Entity) -> String {
    let kind = match entity {
        Entity::User(_) => "USER",
        Entity::Group(_) => "GROUP",
        Entity::Role(_) => "ROLE",
    };
    kind.to_owned()
}

#[cfg(test)]
mod tests {
    use crate::testing::root;

    #[test]
    fn policies_are_listed_by_what_they_let_somebody_call() {
        let mut caller = root();
        caller.ok("CreateUser", &[("UserName", "bob")]);
        caller.ok("CreateGroup", &[("GroupName", "staff")]);
        caller.ok("AddUserToGroup", &[("UserName", "bob"), ("GroupName", "staff")]);
        let policy = |statement: &str| format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let own = policy(
            r#"[{"Effect":"Allow","NotAction":["s3:*","IAM:Get*"],"Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}]"#,
        );
        caller.ok("PutUserPolicy", &[("UserName", "bob"), ("PolicyName", "most"), ("PolicyDocument", &own)]);
        let starts = policy(r#"{"Effect":"Allow","Action":["ec2:Get*","S3:GetObject"],"Resource":"*"}"#);
        caller.ok(
            "PutGroupPolicy",
            &[("GroupName", "staff"), ("PolicyName", "see"), ("PolicyDocument", &starts)],
        );
        let read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
        caller.ok("AttachUserPolicy", &[("UserName", "bob"), ("PolicyArn", read_only)]);
        let bob = "arn:aws:iam::123456789012:user/bob";
        let asked = [
            ("Arn", bob),
            ("ServiceNamespaces.member.1", "s3"),
            ("ServiceNamespaces.member.2", "ec2"),
            ("ServiceNamespaces.member.3", "iam"),
        ];
        let answer = caller.ok("ListPoliciesGrantingServiceAccess", &asked);
        assert_eq!(answer.texts("ServiceNamespace"), ["s3", "ec2", "iam"]);
        assert_eq!(answer.texts("PolicyName"), ["AmazonS3ReadOnlyAccess", "see", "most", "see", "most"]);
        assert_eq!(answer.texts("PolicyArn"), [read_only]);
        assert_eq!(answer.texts("EntityType"), ["GROUP", "USER", "GROUP", "USER"]);
        for (arn, namespace, expected) in [
            (bob, "none", "InvalidInput: The service namespace none is not valid."),
            (
                "arn:aws:iam::123456789012:user/none",
                "s3",
                "NoSuchEntity: The user with name none cannot be found.",
            ),
            (
                "arn:aws:iam::123456789012:policy/x",
                "s3",
                "InvalidInput: Invalid ARN: arn:aws:iam::123456789012:policy/x",
            ),
        ] {
            let asked = [("Arn", arn), ("ServiceNamespaces.member.1", namespace)];
            assert_eq!(caller.refused("ListPoliciesGrantingServiceAccess", &asked), expected);
        }
    }
}
