//! What came of a simulation. Follows EvaluationResult and ResourceSpecificResult in the IAM API Reference, and its examples.

use std::collections::BTreeMap;

use policy::{Context, Decision, Effect, Matched, PolicyType, Request, Simulation};

use super::caller::Caller;
use super::resources::{Resources, is_across_accounts};
use super::tried::Tried;
use crate::shapes::*;

/// Everything that is tried, but for the action.
pub(super) struct Trial {
    pub(super) caller: Caller,
    pub(super) tried: Tried,
    pub(super) resources: Resources,
    pub(super) context: Context,
}

/// What came of one action on one resource.
struct Outcome {
    decision: EvalDecision,
    matched: Vec<Statement>,
    /// What the boundary says, if there is one.
    within_boundary: Option<bool>,
    /// What each type of policies says, if the resource is another account's.
    details: Option<BTreeMap<&'static str, EvalDecision>>,
}

/// The least restrictive first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum EvalDecision {
    Allowed,
    ImplicitDeny,
    ExplicitDeny,
}

impl EvalDecision {
    fn of(decision: &Decision) -> EvalDecision {
        match decision {
            Decision::Allowed(_) => EvalDecision::Allowed,
            Decision::ImplicitDeny(_) => EvalDecision::ImplicitDeny,
            Decision::ExplicitDeny(..) => EvalDecision::ExplicitDeny,
        }
    }

    fn of_effect(effect: Option<Effect>) -> EvalDecision {
        match effect {
            Some(Effect::Allow) => EvalDecision::Allowed,
            None => EvalDecision::ImplicitDeny,
            Some(Effect::Deny) => EvalDecision::ExplicitDeny,
        }
    }

    fn word(self) -> String {
        let word = match self {
            EvalDecision::Allowed => "allowed",
            EvalDecision::ImplicitDeny => "implicitDeny",
            EvalDecision::ExplicitDeny => "explicitDeny",
        };
        word.to_owned()
    }
}

impl Trial {
    /// One action on all resources.
    pub(super) fn of_action(&self, action: String) -> EvaluationResult {
        match self.resources.named() {
            None => self.on_all(action),
            Some(arns) => self.on_each(action, arns),
        }
    }

    fn on_all(&self, action: String) -> EvaluationResult {
        let outcome = self.ask(&action, "*");
        let result = self.overall(action, "*".to_owned(), std::slice::from_ref(&outcome));
        EvaluationResult { missing_context_values: self.missing(), ..result }
    }

    fn on_each(&self, action: String, arns: &[String]) -> EvaluationResult {
        let outcomes: Vec<Outcome> = arns.iter().map(|arn| self.ask(&action, arn)).collect();
        let missing = self.missing();
        // "The ARN template for the simulated resource type … or * if no ARN format is defined": of one it is the ARN, as in the
        // API Reference's examples.
        let name = match arns {
            [only] => only.clone(),
            [] | [_, _, ..] => "*".to_owned(),
        };
        let result = self.overall(action, name, &outcomes);
        let details = outcomes.iter().fold(BTreeMap::new(), most_restrictive);
        let results = arns.iter().zip(outcomes).map(|(arn, outcome)| specific(arn, outcome, missing.clone()));
        EvaluationResult {
            eval_decision_details: Some(words(details)),
            resource_specific_results: results.collect(),
            missing_context_values: missing.clone(),
            ..result
        }
    }

    /// The whole of an action: the most restrictive outcome, and the statements that led to it.
    fn overall(&self, action: String, name: String, outcomes: &[Outcome]) -> EvaluationResult {
        let decision =
            outcomes.iter().map(|outcome| outcome.decision).max().unwrap_or(EvalDecision::ImplicitDeny);
        let contributed = outcomes.iter().filter(|outcome| outcome.decision == decision);
        let mut matched: Vec<Statement> = Vec::new();
        // Nothing leads to an implicit deny.
        for statement in contributed
            .flat_map(|outcome| &outcome.matched)
            .filter(|_| decision != EvalDecision::ImplicitDeny)
        {
            if !matched.contains(statement) {
                matched.push(statement.clone());
            }
        }
        let within_boundary = outcomes.iter().filter_map(|outcome| outcome.within_boundary);
        EvaluationResult {
            eval_action_name: Some(action),
            eval_resource_name: Some(name),
            eval_decision: Some(decision.word()),
            matched_statements: matched,
            permissions_boundary_decision_detail: within_boundary
                .reduce(|all, one| all && one)
                .map(boundary_detail),
            ..Default::default()
        }
    }

    /// The keys that the policies ask for and nobody has said.
    fn missing(&self) -> Vec<String> {
        let keys = self.tried.context_keys().into_iter();
        keys.filter(|key| self.context.get(key).is_none()).map(str::to_owned).collect()
    }

    fn ask(&self, action: &str, resource: &str) -> Outcome {
        let principal = self.caller.principal();
        let request = Request {
            action,
            resource,
            resource_account: self.resources.account_of(resource, &self.caller),
            principal: &principal,
            context: &self.context,
        };
        self.tried.with(|policies| {
            let simulation = policy::simulate(&request, policies);
            self.outcome(&request, &simulation)
        })
    }

    fn outcome(&self, request: &Request<'_>, simulation: &Simulation<'_>) -> Outcome {
        let boundary = simulation.effect_of(PolicyType::Boundary);
        let decision = EvalDecision::of(&simulation.decision);
        let wanted = if decision == EvalDecision::ExplicitDeny { Effect::Deny } else { Effect::Allow };
        let statements = simulation.matched.iter().filter(|matched| matched.effect == wanted);
        Outcome {
            decision,
            matched: statements.filter_map(statement).collect(),
            within_boundary: self.tried.has_boundary().then_some(boundary == Some(Effect::Allow)),
            details: is_across_accounts(request).then(|| self.details(simulation)),
        }
    }

    /// "A brief summary of how each policy type contributes to the final evaluation decision" (EvaluationResult).
    fn details(&self, simulation: &Simulation<'_>) -> BTreeMap<&'static str, EvalDecision> {
        let said = |of| EvalDecision::of_effect(simulation.effect_of(of));
        let mut details = BTreeMap::from([
            (IAM_POLICY, said(PolicyType::Identity)),
            (RESOURCE_POLICY, said(PolicyType::Resource)),
        ]);
        if self.tried.has_boundary() {
            details.insert("Permissions Boundary Policy", said(PolicyType::Boundary));
        }
        details
    }
}

/// What results call policies of users, groups and roles.
const IAM_POLICY: &str = "IAM Policy";
/// What they call a resource's.
const RESOURCE_POLICY: &str = "Resource Policy";

/// "Only statements from identity-based and resource-based policies appear here" (EvaluationResult).
fn statement(matched: &Matched<'_>) -> Option<Statement> {
    let source_policy_type = match matched.policy_type {
        PolicyType::Identity => IAM_POLICY,
        PolicyType::Resource | PolicyType::Trust => RESOURCE_POLICY,
        PolicyType::Boundary
        | PolicyType::Session
        | PolicyType::Endpoint
        | PolicyType::ServiceControl
        | PolicyType::ResourceControl => return None,
    };
    let (start, end) = matched.positions();
    Some(Statement {
        source_policy_id: matched.origin.given().map(str::to_owned),
        source_policy_type: Some(source_policy_type.to_owned()),
        start_position: Some(position(start)),
        end_position: Some(position(end)),
    })
}

fn position(at: policy::Position) -> Position {
    Position { line: i32::try_from(at.line).ok(), column: i32::try_from(at.column).ok() }
}

fn boundary_detail(allows: bool) -> PermissionsBoundaryDecisionDetail {
    PermissionsBoundaryDecisionDetail { allowed_by_permissions_boundary: Some(allows) }
}

fn specific(arn: &str, outcome: Outcome, missing: Vec<String>) -> ResourceSpecificResult {
    let Outcome { decision, matched, within_boundary, details } = outcome;
    ResourceSpecificResult {
        eval_resource_name: Some(arn.to_owned()),
        eval_resource_decision: Some(decision.word()),
        matched_statements: matched,
        missing_context_values: missing,
        eval_decision_details: details.map(words),
        permissions_boundary_decision_detail: within_boundary.map(boundary_detail),
    }
}

/// "The most restrictive decision per policy type across all requested resources" (EvaluationResult).
fn most_restrictive(
    mut all: BTreeMap<&'static str, EvalDecision>,
    outcome: &Outcome,
) -> BTreeMap<&'static str, EvalDecision> {
    for (of, decision) in outcome.details.iter().flatten() {
        let worst = all.entry(of).or_insert(*decision);
        *worst = (*worst).max(*decision);
    }
    all
}

fn words(details: BTreeMap<&'static str, EvalDecision>) -> BTreeMap<String, String> {
    details.into_iter().map(|(of, decision)| (of.to_owned(), decision.word())).collect()
}
