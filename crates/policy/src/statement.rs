//! A statement: who may, or may not, do what with what, and when.

use std::ops::Range;

use crate::action::Actions;
use crate::asked::Asked;
use crate::condition::Condition;
use crate::context::Context;
use crate::draft::{DraftPrincipals, DraftStatement, Listed, PrincipalKind};
use crate::named::{Closeness, Named, Principals};
use crate::problem::PolicyProblem;
use crate::variable::{Syntax, Template};

/// What a statement does with what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Effect {
    /// Allows it.
    Allow,
    /// Denies it, whatever allows it.
    Deny,
}

/// A statement.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sid: Option<Box<str>>,
    pub(crate) effect: Effect,
    pub(crate) actions: Actions,
    /// Trust policies say none.
    pub(crate) resources: Option<Resources>,
    /// Policies of identities say none.
    pub(crate) principals: Option<Principals>,
    pub(crate) conditions: Box<[Condition]>,
    /// Where it is in the policy's text, in bytes.
    pub(crate) span: Range<usize>,
    /// Where the simulator says that it begins.
    pub(crate) told_from: usize,
}

/// The Resource or NotResource element.
#[derive(Clone, Debug)]
pub(crate) struct Resources {
    pub(crate) all_but: bool,
    /// As they are written.
    pub(crate) written: Box<[Box<str>]>,
    patterns: Box<[Template]>,
}

/// The first thing of a statement that a request does not meet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mismatch<'s> {
    Action,
    Resource,
    Principal,
    Condition(&'s Condition),
}

impl Statement {
    pub(crate) fn new(draft: DraftStatement, variables: bool) -> Result<Statement, PolicyProblem> {
        let effect = match draft.effect.as_deref() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            Some(_) | None => return Err(PolicyProblem::LegacyParsing),
        };
        let actions = draft.action.ok_or(PolicyProblem::NoActions)?;
        let condition = |(operator, key, values): (_, String, Vec<String>)| {
            Condition::new(operator, &key, values, variables).map_err(|_| PolicyProblem::LegacyParsing)
        };
        Ok(Statement {
            sid: draft.sid.map(String::into_boxed_str),
            effect,
            actions: Actions::new(actions.all_but, actions.values),
            resources: draft.resource.map(|listed| Resources::new(listed, variables)),
            principals: draft.principal.map(principals).transpose()?,
            conditions: draft.conditions.into_iter().map(condition).collect::<Result<_, _>>()?,
            span: draft.span,
            told_from: draft.told_from,
        })
    }

    /// Whether the request is what the statement is about; and how closely the statement names who asks, if it names anybody.
    pub(crate) fn matches(&self, asked: &Asked<'_>) -> Result<Option<Closeness>, Mismatch<'_>> {
        if !self.actions.include(&asked.action) {
            return Err(Mismatch::Action);
        }
        if !self.resources.as_ref().is_none_or(|resources| resources.include(asked.resource, asked.context)) {
            return Err(Mismatch::Resource);
        }
        let closeness = match &self.principals {
            None => None,
            Some(principals) => Some(principals.closeness(asked.principal).ok_or(Mismatch::Principal)?),
        };
        match self.conditions.iter().find(|condition| !condition.is_met(asked.context)) {
            Some(failed) => Err(Mismatch::Condition(failed)),
            None => Ok(closeness),
        }
    }

    /// The condition keys that it asks for, as it writes them.
    pub(crate) fn context_keys(&self) -> impl Iterator<Item = &str> {
        let of_resources = self.resources.iter().flat_map(|resources| resources.patterns.iter());
        let of_conditions = self.conditions.iter().flat_map(Condition::keys);
        of_resources.flat_map(Template::keys).chain(of_conditions)
    }
}

impl Resources {
    fn new(listed: Listed, variables: bool) -> Resources {
        let syntax = Syntax { variables, wildcards: true };
        Resources {
            all_but: listed.all_but,
            patterns: listed.values.iter().map(|value| Template::new(value, syntax)).collect(),
            written: listed.values.into_iter().map(String::into_boxed_str).collect(),
        }
    }

    /// Whether the statement is about a resource. A pattern with a variable that is not known matches none, and excepts none:
    /// the statement says nothing then.
    fn include(&self, resource: &str, context: &Context) -> bool {
        let mut is_unresolved = false;
        for pattern in &self.patterns {
            match pattern.matches(resource, context) {
                Ok(true) => return !self.all_but,
                Ok(false) => {}
                Err(_) => is_unresolved = true,
            }
        }
        self.all_but && !is_unresolved
    }

    /// The pattern that matches a resource, as it is written.
    pub(crate) fn find(&self, resource: &str, context: &Context) -> Option<&str> {
        let at = self.patterns.iter().position(|pattern| pattern.matches(resource, context) == Ok(true))?;
        self.written.get(at).map(|written| &**written)
    }
}

fn principals(draft: DraftPrincipals) -> Result<Principals, PolicyProblem> {
    let all =
        draft.kinds.into_iter().flat_map(|(kind, values)| values.into_iter().map(move |value| (kind, value)));
    let named = all.map(|(kind, value)| named(kind, value)).collect::<Result<_, _>>()?;
    Ok(Principals { all_but: draft.all_but, named })
}

fn named(kind: PrincipalKind, value: String) -> Result<Named, PolicyProblem> {
    match kind {
        PrincipalKind::Aws => Named::aws(&value).ok_or(PolicyProblem::MalformedPrincipal("AWS", value)),
        PrincipalKind::Service => Ok(Named::Service(value.into())),
        PrincipalKind::Federated => Ok(Named::Federated(value.into())),
        PrincipalKind::CanonicalUser => Ok(Named::CanonicalUser(value.into())),
    }
}
