//! The reasoning behind a decision, for people: `hamlet why-denied`.

use policy::{Decision, Effect, Explanation, Origin, PolicyRead, StatementRead, StatementResult};
use std::fmt::Write;

use super::{Judged, Question};

/// Everything that was asked about a call, and what came of it.
pub(crate) fn tell(judged: &Judged) -> String {
    let mut text = String::new();
    let outcome = if judged.refused.is_some() { "refused" } else { "allowed" };
    let asker = judged.questions.first().map(|question| question.asker.arn.as_str()).unwrap_or_default();
    let _ = writeln!(text, "{} {} was {outcome} at {}", judged.service, judged.operation, judged.at);
    let _ = writeln!(text, "  request   {}", judged.request_id);
    let _ = writeln!(text, "  caller    {asker}");
    let _ = writeln!(text, "  origin    {}", judged.origin);
    for (place, question) in judged.questions.iter().enumerate() {
        text.push('\n');
        let is_told = judged.refused == Some(place);
        question.explained(|explanation| tell_question(&mut text, question, explanation, is_told));
    }
    text
}

fn tell_question(text: &mut String, question: &Question, explanation: &Explanation<'_>, is_told: bool) {
    let Explanation { action, resource, decision, policies } = explanation;
    let mark = if is_told { "  <- what the caller was told" } else { "" };
    let outcome = if decision.is_allowed() { "ALLOWED" } else { "DENIED" };
    let _ = writeln!(text, "{outcome} {action} on {resource}{mark}");
    let _ = writeln!(text, "  {}", reason(decision, action));
    if policies.is_empty() {
        let _ = writeln!(text, "  the caller has no policy at all");
    }
    for policy in policies {
        tell_policy(text, policy);
    }
    if !decision.is_allowed() {
        let _ = writeln!(text, "  condition keys of the request:");
        for (key, values) in question.context.iter() {
            let _ = writeln!(text, "    {key} = {}", listed(values.iter(), 0));
        }
    }
}

fn reason(decision: &Decision, action: &str) -> String {
    decision.reason(action).unwrap_or_else(|| match decision {
        Decision::Allowed(policy::Grant::Root) => "the account's root may do everything".to_owned(),
        Decision::Allowed(policy::Grant::Identity) => "an identity-based policy allows it".to_owned(),
        Decision::Allowed(policy::Grant::Resource) => "the resource's policy allows it".to_owned(),
        Decision::Allowed(policy::Grant::Both) => {
            "an identity-based policy and the resource's policy allow it".to_owned()
        }
        Decision::ImplicitDeny(_) | Decision::ExplicitDeny(..) => String::new(),
    })
}

fn tell_policy(text: &mut String, policy: &PolicyRead<'_>) {
    let says = match policy.effect {
        Some(Effect::Deny) => "denies",
        Some(Effect::Allow) => "allows",
        None => "says nothing about it",
    };
    let _ = writeln!(text, "  {} {}: {says}", policy.policy_type.name(), from(&policy.origin));
    for (number, statement) in policy.statements.iter().enumerate() {
        let _ = writeln!(text, "    {}: {}", heading(number, statement), result(statement));
    }
}

fn from(origin: &Origin<'_>) -> String {
    match origin {
        Origin::Managed { arn } | Origin::Resource { arn } => (*arn).to_owned(),
        Origin::Inline { owner_arn, name } => format!("{name} of {owner_arn}"),
        Origin::Session => "of the session".to_owned(),
        Origin::Trust { role_arn } => format!("of {role_arn}"),
        Origin::Given { name } => (*name).to_owned(),
    }
}

fn heading(number: usize, statement: &StatementRead<'_>) -> String {
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let sid = statement.sid.map(|sid| format!(" {sid}")).unwrap_or_default();
    format!("statement {}{sid} ({effect}, line {})", number + 1, statement.start.line)
}

fn result(statement: &StatementRead<'_>) -> String {
    let but = |all_but: &bool| if *all_but { "all but " } else { "" };
    match &statement.result {
        StatementResult::Matched { action, resource } => {
            let action = action.unwrap_or("what it does not list");
            let resource = resource.map(|resource| format!(" on {resource}")).unwrap_or_default();
            format!("matches, by {action}{resource}")
        }
        StatementResult::OtherAction { all_but, listed: names, more } => {
            format!("is about other actions: {}{}", but(all_but), listed(names.iter(), *more))
        }
        StatementResult::OtherResource { all_but, listed: names, more } => {
            format!("is about other resources: {}{}", but(all_but), listed(names.iter(), *more))
        }
        StatementResult::OtherPrincipal { all_but, listed: names, more } => {
            format!("is about others: {}{}", but(all_but), listed(names.iter(), *more))
        }
        StatementResult::Condition { operator, key, request, policy, more } => {
            let found = match request {
                None => "which the request does not have".to_owned(),
                Some(values) => format!("which is {}", listed(values.iter(), 0)),
            };
            let wanted = listed(policy.iter(), *more);
            format!("its condition {operator} {wanted} is not met by {key}, {found}")
        }
    }
}

/// `a, b and 3 more`.
fn listed<T: std::fmt::Display>(names: impl Iterator<Item = T>, more: usize) -> String {
    let names: Vec<String> = names.map(|name| name.to_string()).collect();
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", names.join(", "))
}
