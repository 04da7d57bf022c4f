//! Who decides, in which order.
//!
//! Follows "Policy evaluation logic", "Policy evaluation for requests within a single account" and "Cross-account policy
//! evaluation logic" (IAM User Guide):
//!
//! 1. A statement of any policy that denies the request decides.
//! 2. An organization's policies, and the policy of the endpoint that the request came through, must allow it if there are any.
//! 3. The policy of the resource may allow it. In its own account that is enough for whom it names; for a role it names, the
//!    boundary and the session's policies must allow it as well; an account it names decides by its own policies.
//! 4. Else, and always across accounts, an identity-based policy must allow it,
//! 5. and so must the permissions boundary,
//! 6. and the session's policies.

use crate::asked::{Asked, Request};
use crate::decision::{Decision, Grant, PolicyType};
use crate::named::Closeness;
use crate::policies::{Attached, Origin, Policies, ResourcePolicy};
use crate::principal::Principal;
use crate::statement::{Effect, Mismatch, Statement};

/// Decides about a request.
pub fn decide(request: &Request<'_>, policies: &Policies<'_>) -> Decision {
    judge(request, policies, &mut NoRecorder)
}

/// Who wants to see every statement, and what came of it.
pub(crate) trait Recorder<'a> {
    /// Whether it wants to see also those that make no difference any more.
    const SEES_ALL: bool;

    /// A policy is about to be read.
    fn policy(&mut self, of: PolicyType, attached: &Attached<'a>);

    /// A statement of it was.
    fn statement(&mut self, statement: &'a Statement, result: Result<(), Mismatch<'a>>);
}

struct NoRecorder;

impl<'a> Recorder<'a> for NoRecorder {
    const SEES_ALL: bool = false;

    fn policy(&mut self, _of: PolicyType, _attached: &Attached<'a>) {}

    fn statement(&mut self, _: &'a Statement, _: Result<(), Mismatch<'a>>) {}
}

/// What the policies of one type say.
#[derive(Clone, Copy, Debug, Default)]
struct Finding<'a> {
    /// By which.
    denied: Option<Origin<'a>>,
    allowed: bool,
    /// How closely who asks is named by what allows it, if at all.
    closeness: Option<Closeness>,
}

/// What all say. None where there is no policy of the type.
#[derive(Default)]
struct Findings<'a> {
    service_control: Option<Finding<'a>>,
    resource_control: Option<Finding<'a>>,
    endpoint: Option<Finding<'a>>,
    resource: Option<Finding<'a>>,
    identity: Finding<'a>,
    boundary: Option<Finding<'a>>,
    session: Option<Finding<'a>>,
}

/// Decides, and tells what was seen.
pub(crate) fn judge<'a, R: Recorder<'a>>(
    request: &Request<'a>,
    policies: &Policies<'a>,
    recorder: &mut R,
) -> Decision {
    let asked = Asked::new(request);
    match findings(&asked, policies, recorder) {
        Err(denied) => denied,
        Ok(findings) => outcome(request, policies, &findings),
    }
}

/// Reads all policies; the first type of them that denies is the one that is named.
fn findings<'a, R: Recorder<'a>>(
    asked: &Asked<'a>,
    policies: &Policies<'a>,
    recorder: &mut R,
) -> Result<Findings<'a>, Decision> {
    let mut reader = Reader { asked, recorder, denied: None };
    let findings = Findings {
        service_control: reader.several(PolicyType::ServiceControl, policies.service_control),
        resource_control: reader.several(PolicyType::ResourceControl, policies.resource_control),
        endpoint: reader.one(PolicyType::Endpoint, policies.endpoint),
        resource: reader.one(type_of(policies.resource), policies.resource.map(|policy| policy.attached)),
        identity: reader.several(PolicyType::Identity, Some(policies.identity)).unwrap_or_default(),
        boundary: reader.one(PolicyType::Boundary, policies.boundary),
        session: reader.several(PolicyType::Session, policies.session),
    };
    reader.denied.map_or(Ok(findings), Err)
}

fn type_of(resource: Option<ResourcePolicy<'_>>) -> PolicyType {
    match resource.map(|policy| policy.attached.origin) {
        Some(Origin::Trust { .. }) => PolicyType::Trust,
        Some(
            Origin::Managed { .. }
            | Origin::Inline { .. }
            | Origin::Session
            | Origin::Resource { .. }
            | Origin::Given { .. },
        )
        | None => PolicyType::Resource,
    }
}

struct Reader<'r, 'a, R> {
    asked: &'r Asked<'a>,
    recorder: &'r mut R,
    denied: Option<Decision>,
}

impl<'a, R: Recorder<'a>> Reader<'_, 'a, R> {
    fn one(&mut self, of: PolicyType, policy: Option<Attached<'a>>) -> Option<Finding<'a>> {
        self.several(of, policy.as_ref().map(std::slice::from_ref))
    }

    fn several(&mut self, of: PolicyType, policies: Option<&[Attached<'a>]>) -> Option<Finding<'a>> {
        let mut finding = Finding::default();
        for attached in policies? {
            if self.denied.is_some() && !R::SEES_ALL {
                break;
            }
            self.recorder.policy(of, attached);
            self.read(of, attached, &mut finding);
            if let (None, Some(origin)) = (&self.denied, finding.denied) {
                self.denied = Some(Decision::ExplicitDeny(of, managed(origin)));
            }
        }
        Some(finding)
    }

    fn read(&mut self, of: PolicyType, attached: &Attached<'a>, finding: &mut Finding<'a>) {
        for statement in attached.document.statements() {
            // Only a resource's policy can allow it more than once, by naming who asks more closely.
            let is_settled =
                finding.allowed && statement.effect == Effect::Allow && statement.principals.is_none();
            if is_settled && !R::SEES_ALL {
                continue;
            }
            let result = matches(of, statement, self.asked);
            self.recorder.statement(statement, result.map(|_| ()));
            match (result, statement.effect) {
                (Ok(_), Effect::Deny) => finding.denied = finding.denied.or(Some(attached.origin)),
                (Ok(closeness), Effect::Allow) => {
                    finding.allowed = true;
                    finding.closeness = finding.closeness.max(closeness);
                }
                (Err(_), _) => {}
            }
        }
    }
}

/// A statement of a resource's policy that names nobody is about nobody.
fn matches<'s>(
    of: PolicyType,
    statement: &'s Statement,
    asked: &Asked<'_>,
) -> Result<Option<Closeness>, Mismatch<'s>> {
    let names_somebody = statement.principals.is_some();
    match of {
        PolicyType::Resource | PolicyType::Trust if !names_somebody => Err(Mismatch::Principal),
        _ => statement.matches(asked),
    }
}

fn managed(origin: Origin<'_>) -> Option<String> {
    match origin {
        Origin::Managed { arn } => Some(arn.to_owned()),
        Origin::Inline { .. }
        | Origin::Session
        | Origin::Trust { .. }
        | Origin::Resource { .. }
        | Origin::Given { .. } => None,
    }
}

/// Nothing denies it. Is it allowed?
fn outcome(request: &Request<'_>, policies: &Policies<'_>, findings: &Findings<'_>) -> Decision {
    let filters = [
        (PolicyType::ServiceControl, findings.service_control),
        (PolicyType::ResourceControl, findings.resource_control),
        (PolicyType::Endpoint, findings.endpoint),
    ];
    if let Some(refuses) = first_that_does_not_allow(&filters) {
        return Decision::ImplicitDeny(refuses);
    }
    let resource = ByResource::of(policies, findings);
    match request.principal {
        Principal::Service(_) | Principal::WebIdentity { .. } | Principal::Anonymous => resource.alone(),
        Principal::Root { .. } => root(request, &resource),
        Principal::User { .. } | Principal::AssumedRole { .. } | Principal::FederatedUser { .. } => {
            match request.is_same_account() {
                true => in_one_account(request, &resource, findings),
                false => across_accounts(request, &resource, findings),
            }
        }
    }
}

fn first_that_does_not_allow(policies: &[(PolicyType, Option<Finding<'_>>)]) -> Option<PolicyType> {
    let refuses = |finding: &Option<Finding<'_>>| finding.is_some_and(|finding| !finding.allowed);
    policies.iter().find(|(_, finding)| refuses(finding)).map(|(of, _)| *of)
}

/// What the resource's policy allows, and to whom.
struct ByResource {
    of: PolicyType,
    must_allow: bool,
    closeness: Option<Closeness>,
}

impl ByResource {
    fn of(policies: &Policies<'_>, findings: &Findings<'_>) -> ByResource {
        ByResource {
            of: type_of(policies.resource),
            must_allow: policies.resource.is_some_and(|policy| policy.must_allow),
            closeness: findings
                .resource
                .filter(|finding| finding.allowed)
                .and_then(|finding| finding.closeness),
        }
    }

    /// Nobody else has a say.
    fn alone(&self) -> Decision {
        match self.closeness {
            Some(_) => Decision::Allowed(Grant::Resource),
            None => Decision::ImplicitDeny(self.of),
        }
    }
}

/// An account's root may do everything, but what is another account's, or its own policy must allow.
fn root(request: &Request<'_>, resource: &ByResource) -> Decision {
    match request.is_same_account() && !resource.must_allow {
        true => Decision::Allowed(Grant::Root),
        false => resource.alone(),
    }
}

fn in_one_account(request: &Request<'_>, resource: &ByResource, findings: &Findings<'_>) -> Decision {
    match resource.closeness {
        None if resource.must_allow => Decision::ImplicitDeny(resource.of),
        Some(Closeness::Itself) => Decision::Allowed(Grant::Resource),
        Some(Closeness::Role) => within_bounds(request, Grant::Resource, findings),
        Some(Closeness::Account) => by_identity(request, Grant::Both, findings),
        None => by_identity(request, Grant::Identity, findings),
    }
}

fn across_accounts(request: &Request<'_>, resource: &ByResource, findings: &Findings<'_>) -> Decision {
    match resource.closeness {
        Some(_) => by_identity(request, Grant::Both, findings),
        None => Decision::ImplicitDeny(resource.of),
    }
}

fn by_identity(request: &Request<'_>, grant: Grant, findings: &Findings<'_>) -> Decision {
    match findings.identity.allowed {
        true => within_bounds(request, grant, findings),
        false => Decision::ImplicitDeny(PolicyType::Identity),
    }
}

/// What GetFederationToken begins may do only what its session's policies say: "If you do not pass session policies … the
/// federated user session has no permissions" (GetFederationToken).
fn within_bounds(request: &Request<'_>, grant: Grant, findings: &Findings<'_>) -> Decision {
    let session = match request.principal {
        Principal::FederatedUser { .. } => Some(findings.session.unwrap_or_default()),
        _ => findings.session,
    };
    let bounds = [(PolicyType::Boundary, findings.boundary), (PolicyType::Session, session)];
    match first_that_does_not_allow(&bounds) {
        Some(refuses) => Decision::ImplicitDeny(refuses),
        None => Decision::Allowed(grant),
    }
}
