//! The policies that are tried: those that somebody has, and those that the request brings.

use awsproto::{AwsError, Call};
use model::{Entity, PolicyOrigin, PolicyRef, World};
use policy::{Attached, Document, Kind, Origin, Policies, ResourcePolicy};

use super::caller::Caller;
use super::invalid;

/// A policy, and how results call it.
#[derive(Clone, Debug)]
struct Given {
    /// `PolicyInputList.1`, `user_bob_own`, `AdministratorAccess`.
    id: String,
    document: Document,
}

/// The policies that are tried.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tried {
    identity: Vec<Given>,
    boundary: Option<Given>,
    resource: Option<(Given, Kind)>,
}

impl Given {
    fn attached(&self) -> Attached<'_> {
        Attached { document: &self.document, origin: Origin::Given { name: &self.id } }
    }
}

impl Tried {
    /// Those of a user with its groups, of a group or of a role; and the boundary that it has.
    pub(super) fn of(call: &Call, world: &World, entity: Entity) -> Tried {
        let own = world.policies_for(entity, call.partition()).into_iter();
        let identity =
            own.map(|(origin, document)| Given { id: id_of(world, origin), document: document.clone() });
        let boundary = world
            .boundary_of(entity, call.partition())
            .map(|(policy, document)| Given { id: managed_name(world, policy), document: document.clone() });
        Tried { identity: identity.collect(), boundary, resource: None }
    }

    /// "An optional list of additional policy documents to include in the simulation" (SimulatePrincipalPolicy).
    pub(super) fn add_given(&mut self, texts: Vec<String>) -> Result<(), AwsError> {
        for (place, text) in texts.iter().enumerate() {
            let id = format!("PolicyInputList.{}", place + 1);
            self.identity.push(Given { id, document: read(text, Kind::Identity)? });
        }
        Ok(())
    }

    /// "If a permissions boundary is attached to an entity and you pass in a different permissions boundary policy using this
    /// parameter, then the new permissions boundary policy is used" (SimulatePrincipalPolicy).
    pub(super) fn bound_by(&mut self, texts: Vec<String>) -> Result<(), AwsError> {
        match texts.as_slice() {
            [] => Ok(()),
            [text] => {
                let id = "PermissionsBoundaryPolicyInputList.1".to_owned();
                self.boundary = Some(Given { id, document: read(text, Kind::Identity)? });
                Ok(())
            }
            [_, _, ..] => Err(invalid("You can specify only one permissions boundary policy.")),
        }
    }

    /// A policy that each resource is taken to have: a role's trust policy where it is tried who may act as it.
    pub(super) fn add_resource_policy(
        &mut self,
        text: Option<String>,
        caller: &Caller,
        actions: &[String],
    ) -> Result<(), AwsError> {
        let Some(text) = text else { return Ok(()) };
        if !caller.can_be_named() {
            return Err(invalid(
                "A resource policy can be simulated for IAM users only: specify the ARN of a user as CallerArn.",
            ));
        }
        let kind = match actions.iter().all(|action| is_about_acting_as_a_role(action)) {
            true => Kind::Trust,
            false => Kind::Resource,
        };
        self.resource = Some((Given { id: "ResourcePolicy".to_owned(), document: read(&text, kind)? }, kind));
        Ok(())
    }

    pub(super) fn has_boundary(&self) -> bool {
        self.boundary.is_some()
    }

    /// The condition keys that they ask for, each once.
    pub(super) fn context_keys(&self) -> Vec<&str> {
        let all =
            self.identity.iter().chain(&self.boundary).chain(self.resource.iter().map(|(given, _)| given));
        super::context_keys::of(all.map(|given| &given.document))
    }

    /// Calls with the policies as they are evaluated.
    pub(super) fn with<T>(&self, ask: impl FnOnce(&Policies<'_>) -> T) -> T {
        let identity: Vec<Attached<'_>> = self.identity.iter().map(Given::attached).collect();
        ask(&Policies {
            identity: &identity,
            boundary: self.boundary.as_ref().map(Given::attached),
            resource: self.resource.as_ref().map(|(given, kind)| ResourcePolicy {
                attached: given.attached(),
                must_allow: *kind == Kind::Trust,
            }),
            ..Policies::default()
        })
    }
}

fn is_about_acting_as_a_role(action: &str) -> bool {
    action.to_ascii_lowercase().starts_with("sts:assumerole")
}

/// A policy that a request brings.
pub(super) fn read(text: &str, kind: Kind) -> Result<Document, AwsError> {
    Document::parse(text, kind).map_err(|problem| invalid(problem.to_string()))
}

/// How results call a policy that somebody has; recorded: `user_admin_AdminUser`, `AmazonS3ReadOnlyAccess`.
fn id_of(world: &World, origin: PolicyOrigin<'_>) -> String {
    match origin {
        PolicyOrigin::Inline(entity, name) => {
            format!("{}_{}_{name}", crate::errors::word(entity.noun()), world.name_of(entity))
        }
        PolicyOrigin::Attached(_, policy) => managed_name(world, policy),
    }
}

fn managed_name(world: &World, policy: PolicyRef) -> String {
    world.managed_policy(policy).map(|policy| policy.name().to_owned()).unwrap_or_default()
}
