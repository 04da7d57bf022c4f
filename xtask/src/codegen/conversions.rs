//! Answers that repeat what a request said, in structures of their own: what a launch template has.
//!
//! AWS's models have both structures, member for member the same; the generated conversion says so, and the generator
//! refuses when they are not any more.

use super::model::{Kind, Member, Model};
use std::collections::BTreeSet;

/// Structures of requests, and what they are in answers.
const REPEATED: [(&str, &str); 1] = [("RequestLaunchTemplateData", "ResponseLaunchTemplateData")];

/// The conversions of one service, if it has any.
pub(super) fn text(model: &Model) -> String {
    let mut done = BTreeSet::new();
    let both =
        |(from, to): &&(&str, &str)| [from, to].iter().all(|name| model.structures.contains_key(**name));
    REPEATED.iter().filter(both).map(|(from, to)| conversion(model, from, to, &mut done)).collect()
}

fn conversion(model: &Model, from: &str, to: &str, done: &mut BTreeSet<(String, String)>) -> String {
    if !done.insert((from.to_owned(), to.to_owned())) {
        return String::new();
    }
    let (source, target) = (&model.structures[from], &model.structures[to]);
    let mut inner = String::new();
    let mut members = String::new();
    for member in &source.members {
        let same = target.members.iter().find(|it| it.field == member.field);
        let same = same.unwrap_or_else(|| panic!("{to} has no {}, which {from} has", member.field));
        members += &one_member(member, same);
        let (one, other) = (held(&member.kind), held(&same.kind));
        if one != other {
            inner += &conversion(model, one, other, done);
        }
    }
    let rest = if target.members.len() > source.members.len() { "..Default::default()\n" } else { "" };
    let value = if source.members.is_empty() { "_" } else { "value" };
    format!(
        "impl From<{from}> for {to} {{\nfn from({value}: {from}) -> Self {{\nSelf {{\n{members}{rest}}}\n}}\n}}\n\n{inner}"
    )
}

fn one_member(from: &Member, to: &Member) -> String {
    let field = &from.field;
    let is_same = held(&from.kind) == held(&to.kind);
    match (&from.kind, &to.kind) {
        (Kind::One(_), Kind::One(_)) if is_same => format!("{field}: value.{field},\n"),
        (Kind::List { .. }, Kind::List { .. }) if is_same => format!("{field}: value.{field},\n"),
        (Kind::One(_), Kind::One(_)) => format!("{field}: value.{field}.map(Into::into),\n"),
        (Kind::List { .. }, Kind::List { .. }) => {
            format!("{field}: value.{field}.into_iter().map(Into::into).collect(),\n")
        }
        (Kind::One(_), Kind::List { .. }) | (Kind::List { .. }, Kind::One(_)) => {
            panic!("{field} is a list here and none there")
        }
    }
}

/// What a member holds, or the members of the list that it is.
fn held(kind: &Kind) -> &str {
    match kind {
        Kind::One(of) | Kind::List { of, .. } => of,
    }
}
