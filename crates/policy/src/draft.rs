//! A policy as it is written: every element in its place and of its type, and nothing more known of it.
//!
//! Follows "Grammar of the IAM JSON policy language" (IAM User Guide).

use std::ops::Range;

use crate::condition::Operator;
use crate::json::{self, Node, Value};
use crate::problem::PolicyProblem;

/// A policy as it is written.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) version: Version,
    pub(crate) statements: Vec<DraftStatement>,
}

/// The language's versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Version {
    /// 2008-10-17, also where a policy does not say one. It has no variables.
    #[default]
    Old,
    /// 2012-10-17.
    Current,
}

/// A statement as it is written.
#[derive(Debug, Default)]
pub(crate) struct DraftStatement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Option<String>,
    pub(crate) action: Option<Listed>,
    pub(crate) resource: Option<Listed>,
    pub(crate) principal: Option<DraftPrincipals>,
    pub(crate) conditions: Vec<(Operator, String, Vec<String>)>,
    pub(crate) span: Range<usize>,
    /// Where the simulator says that it begins.
    pub(crate) told_from: usize,
}

/// An element, or its opposite: Action and NotAction.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) all_but: bool,
    pub(crate) values: Vec<String>,
}

/// Principal or NotPrincipal: kinds, and the values of each. `"*"` is as `{"AWS": "*"}`.
#[derive(Debug)]
pub(crate) struct DraftPrincipals {
    pub(crate) all_but: bool,
    pub(crate) kinds: Vec<(PrincipalKind, Vec<String>)>,
}

/// What a principal is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalKind {
    Aws,
    Service,
    Federated,
    CanonicalUser,
}

/// Reads a policy of any kind.
pub(crate) fn read(text: &str) -> Result<Draft, PolicyProblem> {
    let node = json::read(text).map_err(|_| PolicyProblem::NotJson)?;
    policy(node).ok_or(PolicyProblem::Syntax)
}

fn policy(node: Node) -> Option<Draft> {
    let Value::Object(members) = node.value else { return None };
    let mut version = Version::default();
    let mut statements = Vec::new();
    for (name, node) in members {
        match name.as_str() {
            "Version" => version = read_version(&node)?,
            "Id" => _ = text(node)?,
            "Statement" => statements = read_statements(node)?,
            _ => return None,
        }
    }
    (!statements.is_empty()).then_some(Draft { version, statements })
}

fn read_version(node: &Node) -> Option<Version> {
    match &node.value {
        Value::Text(text) if text == "2012-10-17" => Some(Version::Current),
        Value::Text(text) if text == "2008-10-17" => Some(Version::Old),
        _ => None,
    }
}

/// AWS's simulator tells of a statement where its reader stood before it: behind the bracket or the statement before it in a
/// list, and behind its own brace where it is the only one.
fn read_statements(node: Node) -> Option<Vec<DraftStatement>> {
    let behind_first_character = node.span.start + 1;
    let Value::List(several) = node.value else {
        return statement(node, behind_first_character).map(|one| vec![one]);
    };
    let mut told_from = behind_first_character;
    let mut statements = Vec::with_capacity(several.len());
    for node in several {
        let end = node.span.end;
        statements.push(statement(node, told_from)?);
        told_from = end;
    }
    Some(statements)
}

fn statement(node: Node, told_from: usize) -> Option<DraftStatement> {
    let mut draft = DraftStatement { span: node.span, told_from, ..DraftStatement::default() };
    let Value::Object(members) = node.value else { return None };
    for (name, node) in members {
        match name.as_str() {
            "Sid" => draft.sid = Some(text(node)?),
            "Effect" => draft.effect = Some(effect(node)?),
            "Action" | "NotAction" => once(&mut draft.action, listed(name == "NotAction", node)?)?,
            "Resource" | "NotResource" => once(&mut draft.resource, listed(name == "NotResource", node)?)?,
            "Principal" | "NotPrincipal" => {
                once(&mut draft.principal, principals(name == "NotPrincipal", node)?)?;
            }
            "Condition" => draft.conditions = conditions(node)?,
            _ => return None,
        }
    }
    draft.effect.is_some().then_some(draft)
}

/// An element and its opposite do not go together.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// In whatever case: one that is not exact is no syntax error, but is refused later.
fn effect(node: Node) -> Option<String> {
    text(node).filter(|text| ["Allow", "Deny"].iter().any(|effect| text.eq_ignore_ascii_case(effect)))
}

fn listed(all_but: bool, node: Node) -> Option<Listed> {
    Some(Listed { all_but, values: texts(node)? })
}

fn principals(all_but: bool, node: Node) -> Option<DraftPrincipals> {
    let kinds = match node.value {
        Value::Text(text) => vec![(PrincipalKind::Aws, vec![text])],
        Value::Object(members) => members
            .into_iter()
            .map(|(name, node)| {
                Some((principal_kind(&name)?, texts(node).filter(|texts| !texts.is_empty())?))
            })
            .collect::<Option<Vec<_>>>()?,
        _ => return None,
    };
    (!kinds.is_empty()).then_some(DraftPrincipals { all_but, kinds })
}

fn principal_kind(name: &str) -> Option<PrincipalKind> {
    match name {
        "AWS" => Some(PrincipalKind::Aws),
        "Service" => Some(PrincipalKind::Service),
        "Federated" => Some(PrincipalKind::Federated),
        "CanonicalUser" => Some(PrincipalKind::CanonicalUser),
        _ => None,
    }
}

fn conditions(node: Node) -> Option<Vec<(Operator, String, Vec<String>)>> {
    let Value::Object(operators) = node.value else { return None };
    let mut conditions = Vec::new();
    for (name, node) in operators {
        let Value::Object(keys) = node.value else { return None };
        if keys.is_empty() {
            // Whatever the operator is called, it says nothing.
            continue;
        }
        let operator = Operator::named(&name)?;
        for (key, node) in keys {
            conditions.push((operator, key, scalars(node)?));
        }
    }
    Some(conditions)
}

/// One text or a list of some.
fn texts(node: Node) -> Option<Vec<String>> {
    match node.value {
        Value::List(several) => several.into_iter().map(text).collect(),
        _ => text(node).map(|one| vec![one]),
    }
}

fn text(node: Node) -> Option<String> {
    match node.value {
        Value::Text(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => None,
    }
}

/// One value or a list of some. Numbers and booleans are taken as they are written.
fn scalars(node: Node) -> Option<Vec<String>> {
    match node.value {
        Value::List(several) => several.into_iter().map(scalar).collect(),
        _ => scalar(node).map(|one| vec![one]),
    }
}

fn scalar(node: Node) -> Option<String> {
    match node.value {
        Value::Text(text) | Value::Number(text) => Some(text),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::List(_) | Value::Object(_) => None,
    }
}
