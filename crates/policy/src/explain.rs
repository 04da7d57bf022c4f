//! The reasoning behind a decision: every policy that was read, every statement in it, and why it matched or did not.
//!
//! It is the evaluator with a recorder, so that it cannot say anything else than what was decided.

use serde::Serialize;
use std::borrow::Cow;

use crate::asked::Request;
use crate::condition::{Condition, Operator};
use crate::context::Context;
use crate::decide::{Recorder, judge};
use crate::decision::{Decision, PolicyType};
use crate::document::{Finger, Position};
use crate::limits::EXPLAINED_VALUES_MAX;
use crate::policies::{Attached, Origin, Policies};
use crate::statement::{Effect, Mismatch, Statement};

/// The whole reasoning.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation<'a> {
    /// What was asked.
    pub action: &'a str,
    /// With what.
    pub resource: &'a str,
    /// What was decided.
    pub decision: Decision,
    /// Every policy that was read, in the order in which they have a say.
    pub policies: Vec<PolicyRead<'a>>,
}

/// A policy that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PolicyRead<'a> {
    /// Its type.
    pub policy_type: PolicyType,
    /// Where it comes from.
    pub origin: Origin<'a>,
    /// What it says: to deny, to allow, or nothing.
    pub effect: Option<Effect>,
    /// Its statements.
    pub statements: Vec<StatementRead<'a>>,
}

/// A statement that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatementRead<'a> {
    /// Its Sid.
    pub sid: Option<&'a str>,
    /// What it does if it matches.
    pub effect: Effect,
    /// Where it begins in the policy's text.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// What came of it.
    pub result: StatementResult<'a>,
}

/// What came of a statement. Lists say at most so much as somebody can read.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementResult<'a> {
    /// It is about the request.
    Matched {
        /// The action of its that matches. None: it is about all but what it lists.
        action: Option<&'a str>,
        /// The resource of its that matches.
        resource: Option<&'a str>,
    },
    /// It is about other actions.
    OtherAction {
        /// It lists what it is not about.
        all_but: bool,
        /// What it lists.
        listed: Vec<&'a str>,
        /// How many more it lists.
        more: usize,
    },
    /// It is about other resources.
    OtherResource {
        /// It lists what it is not about.
        all_but: bool,
        /// What it lists.
        listed: Vec<&'a str>,
        /// How many more it lists.
        more: usize,
    },
    /// It is about others than who asks.
    OtherPrincipal {
        /// It lists whom it is not about.
        all_but: bool,
        /// Whom it lists.
        listed: Vec<String>,
        /// How many more it lists.
        more: usize,
    },
    /// A condition is not met. It is the first; there may be others.
    Condition {
        /// Its operator.
        operator: Operator,
        /// Its key.
        key: &'a str,
        /// The key's values in the request. None: the request does not have the key.
        request: Option<Vec<Cow<'a, str>>>,
        /// The values that the policy has.
        policy: Vec<&'a str>,
        /// How many more it has.
        more: usize,
    },
}

/// Decides about a request, and says why.
pub fn explain<'a>(request: &Request<'a>, policies: &Policies<'a>) -> Explanation<'a> {
    let mut recorder = Everything { request, policies: Vec::new(), finger: Finger::new("") };
    let decision = judge(request, policies, &mut recorder);
    let policies = recorder.policies;
    Explanation { action: request.action, resource: request.resource, decision, policies }
}

struct Everything<'r, 'a> {
    request: &'r Request<'a>,
    policies: Vec<PolicyRead<'a>>,
    /// In the text of the last of them.
    finger: Finger<'a>,
}

impl<'a> Recorder<'a> for Everything<'_, 'a> {
    const SEES_ALL: bool = true;

    fn policy(&mut self, policy_type: PolicyType, attached: &Attached<'a>) {
        let (origin, statements) = (attached.origin, Vec::new());
        self.policies.push(PolicyRead { policy_type, origin, effect: None, statements });
        self.finger = Finger::new(attached.document.text());
    }

    fn statement(&mut self, statement: &'a Statement, result: Result<(), Mismatch<'a>>) {
        let Some(policy) = self.policies.last_mut() else { return };
        if result.is_ok() && policy.effect != Some(Effect::Deny) {
            policy.effect = Some(statement.effect);
        }
        policy.statements.push(StatementRead {
            sid: statement.sid.as_deref(),
            effect: statement.effect,
            start: self.finger.move_to(statement.span.start),
            end: self.finger.move_to(statement.span.end),
            result: said(self.request, statement, result),
        });
    }
}

fn said<'a>(
    request: &Request<'a>,
    statement: &'a Statement,
    result: Result<(), Mismatch<'a>>,
) -> StatementResult<'a> {
    match result {
        Ok(()) => matched(request, statement),
        Err(Mismatch::Action) => {
            let (listed, more) = some_of(&statement.actions.written);
            StatementResult::OtherAction { all_but: statement.actions.all_but, listed, more }
        }
        Err(Mismatch::Resource) => other_resource(statement),
        Err(Mismatch::Principal) => other_principal(statement),
        Err(Mismatch::Condition(condition)) => unmet(condition, request.context),
    }
}

fn matched<'a>(request: &Request<'a>, statement: &'a Statement) -> StatementResult<'a> {
    let action = statement.actions.find(&crate::action::AskedAction::new(request.action));
    let resources = statement.resources.as_ref();
    let resource = resources.and_then(|resources| resources.find(request.resource, request.context));
    StatementResult::Matched { action, resource }
}

fn other_resource(statement: &Statement) -> StatementResult<'_> {
    let (all_but, written) = match &statement.resources {
        Some(resources) => (resources.all_but, &*resources.written),
        None => (false, &[][..]),
    };
    let (listed, more) = some_of(written);
    StatementResult::OtherResource { all_but, listed, more }
}

fn other_principal(statement: &Statement) -> StatementResult<'_> {
    let (all_but, named) = match &statement.principals {
        Some(principals) => (principals.all_but, &*principals.named),
        None => (false, &[][..]),
    };
    let listed = named.iter().take(EXPLAINED_VALUES_MAX).map(|named| named.quoted()).collect();
    StatementResult::OtherPrincipal {
        all_but,
        listed,
        more: named.len().saturating_sub(EXPLAINED_VALUES_MAX),
    }
}

fn unmet<'a>(condition: &'a Condition, context: &'a Context) -> StatementResult<'a> {
    let request = context.get(&condition.key);
    let (policy, more) = some_of(&condition.values);
    StatementResult::Condition {
        operator: condition.operator,
        key: &condition.key,
        request: request.map(|values| values.iter().take(EXPLAINED_VALUES_MAX).cloned().collect()),
        policy,
        more,
    }
}

/// The first of a list, and how many more there are.
fn some_of(all: &[Box<str>]) -> (Vec<&str>, usize) {
    let some = all.iter().take(EXPLAINED_VALUES_MAX).map(|one| &**one).collect();
    (some, all.len().saturating_sub(EXPLAINED_VALUES_MAX))
}
