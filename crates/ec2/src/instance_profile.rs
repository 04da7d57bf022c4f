//! Instance profiles of instances. Follows AssociateIamInstanceProfile and its neighbours in the EC2 API Reference. The
//! instance profiles themselves are IAM's.

use awsproto::filter::Tagged;
use awsproto::{AwsError, Call, Filterable};
use model::instance_profile_association::InstanceProfileAssociation;
use model::{Instance, InstanceId, InstanceProfile, InstanceState, Scope, World};
use std::borrow::Cow;

use crate::errors::refused;
use crate::request::{self, Describe, required_id, text_values};
use crate::shapes::*;

pub(crate) fn associate(
    call: &mut Call,
    world: &mut World,
    request: AssociateIamInstanceProfileRequest,
) -> Result<AssociateIamInstanceProfileResult, AwsError> {
    let AssociateIamInstanceProfileRequest { iam_instance_profile, instance_id } = request;
    let (scope, now) = (call.scope, call.now);
    let instance: InstanceId = required_id(instance_id.as_deref())?;
    world.instance(scope, instance).map_err(refused)?;
    let profile = required(world, scope, iam_instance_profile)?;
    let associate =
        |ids: &mut model::Ids<'_>| world.associate_instance_profile(scope, instance, profile, ids, now);
    let made = call.with_ids(associate).map_err(refused)?;
    let shown = render(instance, &made, "associating");
    Ok(AssociateIamInstanceProfileResult { iam_instance_profile_association: Some(shown) })
}

pub(crate) fn replace_association(
    call: &mut Call,
    world: &mut World,
    request: ReplaceIamInstanceProfileAssociationRequest,
) -> Result<ReplaceIamInstanceProfileAssociationResult, AwsError> {
    let ReplaceIamInstanceProfileAssociationRequest { association_id, iam_instance_profile } = request;
    let (scope, now) = (call.scope, call.now);
    let id = required_id(association_id.as_deref())?;
    world.instance_with_profile_association(scope, id).map_err(refused)?;
    let profile = required(world, scope, iam_instance_profile)?;
    let replaced = call.with_ids(|ids| world.replace_instance_profile(scope, id, profile, ids, now));
    let (instance, made) = replaced.map_err(refused)?;
    let shown = render(instance, &made, "associating");
    Ok(ReplaceIamInstanceProfileAssociationResult { iam_instance_profile_association: Some(shown) })
}

pub(crate) fn disassociate(
    call: &mut Call,
    world: &mut World,
    request: DisassociateIamInstanceProfileRequest,
) -> Result<DisassociateIamInstanceProfileResult, AwsError> {
    let DisassociateIamInstanceProfileRequest { association_id } = request;
    let id = required_id(association_id.as_deref())?;
    let (instance, ended) = world.disassociate_instance_profile(call.scope, id).map_err(refused)?;
    let shown = render(instance, &ended, "disassociating");
    Ok(DisassociateIamInstanceProfileResult { iam_instance_profile_association: Some(shown) })
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeIamInstanceProfileAssociationsRequest,
) -> Result<DescribeIamInstanceProfileAssociationsResult, AwsError> {
    let DescribeIamInstanceProfileAssociationsRequest { association_ids, filters, max_results, next_token } =
        request;
    let all: Vec<_> = world.instance_profile_associations_of(call.scope).collect();
    let named = request::named_or_all(&association_ids, all.iter(), |(_, it)| it.id)?;
    let shown = named.into_iter().map(|(instance, it)| render(instance.id, it, state_of(instance)));
    let describe = Describe { kind: "association", ids: &association_ids, filters, max_results, next_token };
    let (associations, next_token) =
        describe.page(shown, |it: &IamInstanceProfileAssociation| it.association_id.as_ref())?;
    Ok(DescribeIamInstanceProfileAssociationsResult {
        iam_instance_profile_associations: associations,
        next_token,
    })
}

/// The instance profile of a launch, if one is named.
pub(crate) fn of_launch(
    world: &World,
    scope: Scope,
    named: Option<IamInstanceProfileSpecification>,
) -> Result<Option<model::InstanceProfileId>, AwsError> {
    named.map_or(Ok(None), |named| find(world, scope, named))
}

fn required(
    world: &World,
    scope: Scope,
    named: Option<IamInstanceProfileSpecification>,
) -> Result<model::InstanceProfileId, AwsError> {
    let found = of_launch(world, scope, named)?;
    found.ok_or_else(|| AwsError::missing_parameter("IamInstanceProfile"))
}

/// The instance profile that a name or an ARN stands for; it must have a role.
fn find(
    world: &World,
    scope: Scope,
    named: IamInstanceProfileSpecification,
) -> Result<Option<model::InstanceProfileId>, AwsError> {
    let invalid = |member: &str, value: &str, what: &str| {
        let parameter = format!("iamInstanceProfile.{member}");
        AwsError::invalid_value(&parameter, value, &format!("Invalid IAM Instance Profile {what}"))
    };
    let partition = scope.region.partition();
    let profile: &InstanceProfile = match (named.name, named.arn) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(AwsError::invalid_parameter_combination(
                "The parameter 'iamInstanceProfile.name' may not be used in combination with \
                 'iamInstanceProfile.arn'",
            ));
        }
        (Some(name), None) => {
            let found = world.instance_profile_named(scope.account, &name);
            found.map_err(|_| invalid("name", &name, "name"))?
        }
        (None, Some(arn)) => {
            let found =
                world.instance_profiles_of(scope.account).find(|profile| profile.arn(partition) == arn);
            found.ok_or_else(|| invalid("arn", &arn, "ARN"))?
        }
    };
    match profile.role {
        Some(_) => Ok(Some(profile.id)),
        None => {
            let sentence =
                format!("IAM Instance Profile \"{}\" has no associated IAM Roles", profile.arn(partition));
            Err(AwsError::invalid_parameter_value(sentence))
        }
    }
}

/// An association takes effect when its instance does.
fn state_of(instance: &Instance) -> &'static str {
    match instance.state {
        InstanceState::Pending => "associating",
        InstanceState::Running | InstanceState::Stopping | InstanceState::Stopped => "associated",
        InstanceState::ShuttingDown | InstanceState::Terminated => "disassociating",
    }
}

fn render(
    instance: InstanceId,
    association: &InstanceProfileAssociation,
    state: &str,
) -> IamInstanceProfileAssociation {
    IamInstanceProfileAssociation {
        association_id: Some(association.id.to_string()),
        instance_id: Some(instance.to_string()),
        iam_instance_profile: Some(profile(association)),
        state: Some(state.to_owned()),
        timestamp: Some(association.since),
    }
}

/// The instance profile of an association.
pub(crate) fn profile(association: &InstanceProfileAssociation) -> IamInstanceProfile {
    IamInstanceProfile { arn: Some(association.arn.clone()), id: Some(association.profile.to_string()) }
}

impl Filterable for IamInstanceProfileAssociation {
    fn filter_values(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        Some(match name {
            "instance-id" => text_values(&self.instance_id),
            "state" => text_values(&self.state),
            _ => return None,
        })
    }
}

impl Tagged for IamInstanceProfileAssociation {}

#[cfg(test)]
mod tests {
    use crate::testing::Caller;
    use model::Tags;
    use model::role::NewRole;

    /// A caller with the instance profiles `web` and `db`, each with a role, and `empty` without one.
    fn caller() -> Caller {
        let mut caller = Caller::new();
        let (account, now) = (caller.scope().account, caller.call.now);
        let (world, call) = caller.parts();
        call.with_ids(|ids| {
            for name in ["web", "db", "empty"] {
                let role = NewRole {
                    path: "/".into(),
                    name: name.into(),
                    description: None,
                    trust_policy: policy::Document::stored("{}"),
                    max_session_duration_s: 3600,
                    boundary: None,
                    tags: Tags::new(),
                };
                world.create_role(account, role, ids, now).unwrap();
                world.create_instance_profile(account, "/", name, Tags::new(), ids, now).unwrap();
            }
        });
        for name in ["web", "db"] {
            world.add_role_to_instance_profile(account, name, name).unwrap();
        }
        world.commit();
        caller
    }

    const WEB_ARN: &str = "arn:aws:iam::123456789012:instance-profile/web";

    #[test]
    fn an_instance_is_launched_with_a_profile_that_exists_and_has_a_role() {
        let mut caller = caller();
        let by_name = caller.launch(&[("IamInstanceProfile.Name", "web")]);
        let by_arn = caller.launch(&[("IamInstanceProfile.Arn", WEB_ARN)]);
        for launched in [by_name, by_arn] {
            let shown = launched.text("iamInstanceProfile");
            assert!(shown.starts_with(&format!("<arn>{WEB_ARN}</arn><id>AIPA")), "{shown}");
        }
        let image = model::image::all(caller.scope().region).next().unwrap().id().to_string();
        let mut refused = |parameters: &[(&str, &str)]| {
            let common = [
                ("ImageId", image.as_str()),
                ("InstanceType", "t2.micro"),
                ("MinCount", "1"),
                ("MaxCount", "1"),
            ];
            caller.refused("RunInstances", &[&common, parameters].concat())
        };
        assert_eq!(
            refused(&[("IamInstanceProfile.Name", "none")]),
            "InvalidParameterValue: Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
        );
        let arn = WEB_ARN.replace("123456789012", "222222222222");
        assert_eq!(
            refused(&[("IamInstanceProfile.Arn", &arn)]),
            format!(
                "InvalidParameterValue: Value ({arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
            )
        );
        assert_eq!(
            refused(&[("IamInstanceProfile.Name", "empty")]),
            "InvalidParameterValue: IAM Instance Profile \"arn:aws:iam::123456789012:instance-profile/empty\" has no associated IAM Roles"
        );
        assert_eq!(
            refused(&[("IamInstanceProfile.Name", "web"), ("IamInstanceProfile.Arn", WEB_ARN)]),
            "InvalidParameterCombination: The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'"
        );
    }

    #[test]
    fn an_association_is_made_replaced_and_ended() {
        let mut caller = caller();
        let web = caller.running(&[]);
        let associate = |name: &'static str, id: &str| {
            [("InstanceId", id.to_owned()), ("IamInstanceProfile.Name", name.to_owned())]
        };
        let sent = associate("web", &web);
        let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let made = caller.ok("AssociateIamInstanceProfile", &sent);
        assert_eq!((made.text("state"), made.text("instanceId")), ("associating".into(), web.clone()));
        assert!(made.text("associationId").starts_with("iip-assoc-0"));
        assert_eq!(
            caller.refused("AssociateIamInstanceProfile", &sent),
            format!("IncorrectState: There is an existing association for instance {web}")
        );
        let shown = caller.ok(
            "DescribeIamInstanceProfileAssociations",
            &[("AssociationId.1", &made.text("associationId"))],
        );
        assert_eq!((shown.text("state"), shown.text("arn")), ("associated".into(), WEB_ARN.into()));

        let replace = |id: String| vec![("AssociationId", id), ("IamInstanceProfile.Name", "db".to_owned())];
        let send = |caller: &mut Caller, parameters: &[(&'static str, String)]| {
            let sent: Vec<(&str, &str)> =
                parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
            caller.send("ReplaceIamInstanceProfileAssociation", &sent).map(awsproto::testing::XmlAnswer)
        };
        let replaced = send(&mut caller, &replace(made.text("associationId"))).unwrap();
        assert_ne!(replaced.text("associationId"), made.text("associationId"));
        assert!(replaced.text("arn").ends_with("instance-profile/db"));
        let gone = send(&mut caller, &replace(made.text("associationId"))).unwrap_err();
        assert_eq!(gone.code, "InvalidAssociationID.NotFound");

        caller.ok("StopInstances", &[("InstanceId.1", &web)]);
        caller.settle();
        let id = replaced.text("associationId");
        assert_eq!(
            send(&mut caller, &replace(id.clone())).unwrap_err().to_string(),
            format!("IncorrectState: The association {id} is not the active association")
        );
        let ended = caller.ok("DisassociateIamInstanceProfile", &[("AssociationId", &id)]);
        assert_eq!(ended.text("state"), "disassociating");
        assert!(caller.ok("DescribeIamInstanceProfileAssociations", &[]).texts("associationId").is_empty());
        assert_eq!(
            caller.refused("DisassociateIamInstanceProfile", &[("AssociationId", &id)]),
            format!("InvalidAssociationID.NotFound: An invalid association-id of '{id}' was given")
        );
    }

    #[test]
    fn a_terminated_instance_has_no_association() {
        let mut caller = caller();
        let web = caller.running(&[("IamInstanceProfile.Name", "web")]);
        let of_web = [("Filter.1.Name", "instance-id"), ("Filter.1.Value.1", web.as_str())];
        assert_eq!(
            caller.ok("DescribeIamInstanceProfileAssociations", &of_web).texts("associationId").len(),
            1
        );
        caller.ok("TerminateInstances", &[("InstanceId.1", &web)]);
        caller.settle();
        assert!(
            caller.ok("DescribeIamInstanceProfileAssociations", &of_web).texts("associationId").is_empty()
        );
        let sent = [("InstanceId", web.as_str()), ("IamInstanceProfile.Name", "web")];
        assert!(caller.refused("AssociateIamInstanceProfile", &sent).starts_with("IncorrectInstanceState: "));
    }
}
