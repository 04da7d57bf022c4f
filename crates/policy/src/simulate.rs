//! A decision as the policy simulator tells it: the statements that match, and what the policies of each type say.
//!
//! Follows "Testing IAM policies with the IAM policy simulator" (IAM User Guide) and EvaluationResult (IAM API Reference). As
//! `explain` it is the evaluator with a recorder, so that it cannot say anything else than what is decided; it keeps less.

use crate::asked::Request;
use crate::decide::{Recorder, judge};
use crate::decision::{Decision, PolicyType};
use crate::document::{Document, Finger, Position};
use crate::policies::{Attached, Origin, Policies};
use crate::statement::{Effect, Mismatch, Statement};

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation<'a> {
    /// What was decided.
    pub decision: Decision,
    /// The statements that match, in the order in which they were read.
    pub matched: Vec<Matched<'a>>,
}

/// A statement that matches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Matched<'a> {
    /// The type of its policy.
    pub policy_type: PolicyType,
    /// Where its policy comes from.
    pub origin: Origin<'a>,
    /// What it does.
    pub effect: Effect,
    /// Its policy.
    document: &'a Document,
    told_from: usize,
    end: usize,
}

impl Simulation<'_> {
    /// What the policies of a type say together: to deny, to allow, or nothing.
    pub fn effect_of(&self, policy_type: PolicyType) -> Option<Effect> {
        let mut of_type = self.matched.iter().filter(|matched| matched.policy_type == policy_type);
        let first = of_type.next()?.effect;
        match of_type.any(|matched| matched.effect == Effect::Deny) {
            true => Some(Effect::Deny),
            false => Some(first),
        }
    }
}

impl Matched<'_> {
    /// Where it begins and ends in its policy's text, as AWS's simulator says it: the end is behind the last character.
    pub fn positions(&self) -> (Position, Position) {
        let mut finger = Finger::new(self.document.text());
        (finger.move_to(self.told_from), finger.move_to(self.end))
    }
}

/// Decides about a request, and tells of all statements that match.
pub fn simulate<'a>(request: &Request<'a>, policies: &Policies<'a>) -> Simulation<'a> {
    let mut recorder = Matches { current: None, matched: Vec::new() };
    let decision = judge(request, policies, &mut recorder);
    Simulation { decision, matched: recorder.matched }
}

struct Matches<'a> {
    current: Option<(PolicyType, Attached<'a>)>,
    matched: Vec<Matched<'a>>,
}

impl<'a> Recorder<'a> for Matches<'a> {
    const SEES_ALL: bool = true;

    fn policy(&mut self, of: PolicyType, attached: &Attached<'a>) {
        self.current = Some((of, *attached));
    }

    fn statement(&mut self, statement: &'a Statement, result: Result<(), Mismatch<'a>>) {
        let (Ok(()), Some((policy_type, Attached { document, origin }))) = (result, self.current) else {
            return;
        };
        self.matched.push(Matched {
            policy_type,
            origin,
            effect: statement.effect,
            document,
            told_from: statement.told_from,
            end: statement.span.end,
        });
    }
}
