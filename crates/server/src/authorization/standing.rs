//! Who asks, and the policies that they have: a user's own and its groups', a role's, their boundary, a session's.

use awsproto::{Call, Principal};
use model::managed_policy::{self, aws};
use model::permissions::{Entity, PolicyOrigin};
use model::{Partition, World};
use policy::{Attached, Document, Origin, ResourcePolicy};
use std::sync::Arc;

use super::standings::Standings;

/// Who asks, by all the names that policies know them by.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    kind: Kind,
    /// What refusals call them: `arn:aws:iam::123456789012:user/bob`.
    pub(crate) arn: String,
    /// The role, for a session of one; the provider, for whom it vouches; or else the same.
    principal_arn: String,
    account: String,
    id: String,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Root,
    User,
    AssumedRole,
    FederatedUser,
    WebIdentity,
    Anybody,
}

impl Asker {
    /// Somebody who does not say who they are.
    pub(crate) fn anybody() -> Asker {
        Asker {
            kind: Kind::Anybody,
            arn: "anonymous".to_owned(),
            principal_arn: String::new(),
            account: String::new(),
            id: "anonymous".to_owned(),
        }
    }

    /// Whether they are told why they may not: others than an account's own are not.
    pub(crate) fn is_of(&self, account: Option<&str>) -> bool {
        !matches!(self.kind, Kind::Anybody) && account.is_none_or(|account| account == self.account)
    }

    pub(crate) fn of(call: &Call) -> Asker {
        let kind = match call.principal {
            Principal::Root(_) => Kind::Root,
            Principal::User { .. } => Kind::User,
            Principal::AssumedRole { .. } => Kind::AssumedRole,
            Principal::FederatedUser { .. } => Kind::FederatedUser,
            Principal::WebIdentity { .. } => Kind::WebIdentity,
        };
        Asker {
            kind,
            arn: call.principal_arn(),
            principal_arn: match &call.principal {
                Principal::WebIdentity { identity, .. } => identity.federation.provider.clone(),
                Principal::Root(_)
                | Principal::User { .. }
                | Principal::AssumedRole { .. }
                | Principal::FederatedUser { .. } => call.principal.principal_arn(call.partition()),
            },
            account: call.principal.account().to_string(),
            id: call.principal.user_id(),
        }
    }

    /// Their unique id: `AIDA…`, `AROA…:session`.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether they have no credentials yet, and ask for a role's.
    pub(crate) fn is_web_identity(&self) -> bool {
        matches!(self.kind, Kind::WebIdentity)
    }

    /// As policies are evaluated for them.
    pub(crate) fn principal(&self) -> policy::Principal<'_> {
        let Asker { arn, principal_arn, account, id, .. } = self;
        match self.kind {
            Kind::Root => policy::Principal::Root { account },
            Kind::User => policy::Principal::User { arn, account, id },
            Kind::AssumedRole => {
                policy::Principal::AssumedRole { session_arn: arn, role_arn: principal_arn, account, id }
            }
            Kind::FederatedUser => policy::Principal::FederatedUser { arn, account, id },
            Kind::WebIdentity => policy::Principal::WebIdentity { provider: principal_arn },
            Kind::Anybody => policy::Principal::Anonymous,
        }
    }
}

/// A policy, and where it comes from; kept for as long as somebody may ask why.
#[derive(Clone, Debug)]
struct Held {
    document: Document,
    from: From,
}

#[derive(Clone, Debug)]
enum From {
    Managed { arn: String },
    Inline { owner: String, name: String },
    Session,
}

impl Held {
    fn attached(&self) -> Attached<'_> {
        let origin = match &self.from {
            From::Managed { arn } => Origin::Managed { arn },
            From::Inline { owner, name } => Origin::Inline { owner_arn: owner, name },
            From::Session => Origin::Session,
        };
        Attached { document: &self.document, origin }
    }
}

/// The policies that a caller has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    own: Arc<Own>,
    session: Option<Vec<Held>>,
}

/// What a user or a role has whoever acts as it: policies of its own and of its groups, and a boundary.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    identity: Vec<Held>,
    boundary: Option<Held>,
}

impl Own {
    /// As they are now.
    pub(super) fn of(world: &World, entity: Entity, partition: Partition) -> Own {
        let policies = world.policies_for(entity, partition).into_iter();
        let identity = policies.map(|(origin, document)| held(world, partition, origin, document)).collect();
        let boundary = world.boundary_of(entity, partition).map(|(policy, document)| {
            let arn = world.managed_policy(policy).map(|policy| policy.arn(partition)).unwrap_or_default();
            Held { document: document.clone(), from: From::Managed { arn } }
        });
        Own { identity, boundary }
    }
}

impl Own {
    /// Calls with the policies as they are evaluated for a session that has none of its own, beside a resource's.
    pub(super) fn with<T>(
        &self,
        resource: Option<ResourcePolicy<'_>>,
        ask: impl FnOnce(&policy::Policies<'_>) -> T,
    ) -> T {
        let identity: Vec<Attached<'_>> = self.identity.iter().map(Held::attached).collect();
        let boundary = self.boundary.as_ref().map(Held::attached);
        ask(&policy::Policies { identity: &identity, boundary, resource, ..policy::Policies::default() })
    }
}

impl Standing {
    /// As they are now.
    pub(crate) fn of(world: &World, call: &Call, standings: &Standings) -> Standing {
        let own = match entity(call) {
            Some(entity) => standings.own(world, entity, call.partition()),
            None => Arc::new(Own { identity: of_root(call).into_iter().collect(), boundary: None }),
        };
        Standing { own, session: of_session(world, call) }
    }

    /// Calls with the policies as they are evaluated, beside the resource's and the endpoint's.
    pub(crate) fn with<T>(
        &self,
        resource: Option<ResourcePolicy<'_>>,
        endpoint: Option<Attached<'_>>,
        ask: impl FnOnce(&policy::Policies<'_>) -> T,
    ) -> T {
        let identity: Vec<Attached<'_>> = self.own.identity.iter().map(Held::attached).collect();
        let session: Option<Vec<Attached<'_>>> =
            self.session.as_ref().map(|policies| policies.iter().map(Held::attached).collect());
        ask(&policy::Policies {
            identity: &identity,
            boundary: self.own.boundary.as_ref().map(Held::attached),
            session: session.as_deref(),
            resource,
            endpoint,
            ..policy::Policies::default()
        })
    }
}

/// Whose policies say what a caller may do.
fn entity(call: &Call) -> Option<Entity> {
    match &call.principal {
        Principal::Root(_) | Principal::WebIdentity { .. } => None,
        Principal::User { user, .. } => Some(Entity::User(*user)),
        Principal::AssumedRole { role, .. } => Some(Entity::Role(*role)),
        // A federated user may do at most what the user may who asked for its credentials.
        Principal::FederatedUser { .. } => {
            call.session.as_ref().and_then(|session| session.issuer).map(Entity::User)
        }
    }
}

/// A federated user whom the account's root has asked for may do what the root may, within the session's policies.
fn of_root(call: &Call) -> Option<Held> {
    let is_of_root = matches!(call.principal, Principal::FederatedUser { .. })
        && call.session.as_ref().is_some_and(|session| session.issuer.is_none());
    let everything = aws::named("AdministratorAccess").filter(|_| is_of_root)?;
    let arn = everything.arn(call.partition());
    Some(Held { document: everything.document(call.partition()).clone(), from: From::Managed { arn } })
}

fn held(world: &World, partition: Partition, origin: PolicyOrigin<'_>, document: &Document) -> Held {
    let from = match origin {
        PolicyOrigin::Inline(entity, name) => {
            let owner = world.arn_of(entity, partition).unwrap_or_default();
            From::Inline { owner, name: name.to_owned() }
        }
        PolicyOrigin::Attached(_, policy) => {
            let arn = world.managed_policy(policy).map(|policy| policy.arn(partition)).unwrap_or_default();
            From::Managed { arn }
        }
    };
    Held { document: document.clone(), from }
}

/// The policies that were passed when the session began. Without any, a role's session is bound by none, and a federated
/// user may do nothing.
fn of_session(world: &World, call: &Call) -> Option<Vec<Held>> {
    let session = call.session.as_ref()?;
    let inline = session.policies.iter();
    let inline = inline.map(|document| Held { document: document.clone(), from: From::Session });
    let managed = session.policy_arns.iter().filter_map(|arn| {
        let policy = managed_policy::find(world, call.principal.account(), arn).ok()?;
        Some(Held {
            document: policy.document(call.partition()).clone(),
            from: From::Managed { arn: arn.clone() },
        })
    });
    let policies: Vec<Held> = inline.chain(managed).collect();
    let is_bound = session.has_policies() || matches!(call.principal, Principal::FederatedUser { .. });
    is_bound.then_some(policies)
}
