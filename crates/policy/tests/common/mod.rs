//! Who asks, and short ways to say policies, for all tests.

#![allow(dead_code, reason = "each test uses some of it")]

use policy::{
    Attached, Context, Decision, Document, Kind, Origin, Policies, Principal, Request, ResourcePolicy,
};

pub(crate) const USER: Principal<'_> = Principal::User {
    arn: "arn:aws:iam::111122223333:user/dev/ann",
    account: "111122223333",
    id: "AIDAEXAMPLEEXAMPLE123",
};
pub(crate) const ROLE: Principal<'_> = Principal::AssumedRole {
    session_arn: "arn:aws:sts::111122223333:assumed-role/reader/s1",
    role_arn: "arn:aws:iam::111122223333:role/app/reader",
    account: "111122223333",
    id: "AROAEXAMPLEEXAMPLE123:s1",
};
pub(crate) const FEDERATED: Principal<'_> = Principal::FederatedUser {
    arn: "arn:aws:sts::111122223333:federated-user/visitor",
    account: "111122223333",
    id: "111122223333:visitor",
};
pub(crate) const MANAGED: &str = "arn:aws:iam::111122223333:policy/mine";
pub(crate) const NONE: Policies<'_> = Policies {
    identity: &[],
    boundary: None,
    session: None,
    resource: None,
    endpoint: None,
    service_control: None,
    resource_control: None,
};

/// A policy of the present version.
pub(crate) fn document(statements: &str, kind: Kind) -> Document {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
    Document::parse(&text, kind).unwrap_or_else(|problem| panic!("{problem}: {text}"))
}

pub(crate) fn identity(statements: &str) -> Document {
    document(statements, Kind::Identity)
}

pub(crate) fn inline(document: &Document) -> Attached<'_> {
    Attached {
        document,
        origin: Origin::Inline { owner_arn: "arn:aws:iam::111122223333:user/dev/ann", name: "p" },
    }
}

pub(crate) fn managed(document: &Document) -> Attached<'_> {
    Attached { document, origin: Origin::Managed { arn: MANAGED } }
}

pub(crate) fn session(document: &Document) -> Attached<'_> {
    Attached { document, origin: Origin::Session }
}

pub(crate) fn resource(document: &Document) -> Attached<'_> {
    Attached { document, origin: Origin::Resource { arn: "arn:aws:s3:::bucket" } }
}

pub(crate) fn of_resource(document: &Document) -> ResourcePolicy<'_> {
    ResourcePolicy { attached: resource(document), must_allow: false }
}

/// Decides, and looks that the explanation and the simulation say the same.
pub(crate) fn decide(
    action: &str,
    resource: &str,
    resource_account: Option<&str>,
    principal: &Principal<'_>,
    context: &Context,
    policies: &Policies<'_>,
) -> Decision {
    let request = Request { action, resource, resource_account, principal, context };
    let decision = policy::decide(&request, policies);
    assert_eq!(policy::explain(&request, policies).decision, decision);
    assert_eq!(policy::simulate(&request, policies).decision, decision);
    decision
}

/// Whether a statement with this condition applies.
pub(crate) fn is_met(condition: &str, context: &Context) -> bool {
    let statement =
        format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}}}"#);
    let document = identity(&statement);
    let policies = Policies { identity: &[inline(&document)], ..NONE };
    decide("s3:GetObject", "arn:aws:s3:::bucket/key", None, &USER, context, &policies).is_allowed()
}
