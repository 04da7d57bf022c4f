//! How much may be in a filter policy. Follows "Filter policy constraints" (Amazon SNS Developer Guide).

use model::subscription::FilterPolicyScope;

use super::json::Problem;
use super::{Fields, NESTED, Wanted};

/// "A filter policy can have a maximum of five keys."
const KEYS_MAX: usize = 5;
/// "The total combination of values in a filter policy must not exceed 150."
const COMBINATIONS_MAX: usize = 150;

pub(super) fn check(fields: &Fields, scope: FilterPolicyScope) -> Result<(), Problem> {
    if scope == FilterPolicyScope::MessageAttributes && has_nested(fields) {
        return Err(Problem::of_all(NESTED));
    }
    if combinations(fields, 1) > COMBINATIONS_MAX {
        return Err(Problem::of_all("FilterPolicy: Filter policy is too complex"));
    }
    match keys(fields) > KEYS_MAX {
        true => Err(Problem::of_all("FilterPolicy: Filter policy can not have more than 5 keys")),
        false => Ok(()),
    }
}

fn has_nested(fields: &Fields) -> bool {
    let mut ways = fields.either.iter().flatten();
    fields.each.iter().any(|(_, wanted)| matches!(wanted, Wanted::Fields(_))) || ways.any(has_nested)
}

/// "Only these top-level keys count toward the limit, while nested keys under them do not."
fn keys(fields: &Fields) -> usize {
    let ways = fields.either.iter().flatten();
    fields.each.len() + ways.map(keys).sum::<usize>()
}

/// "Multiply the number of values in each array", for nested ones times their level; ways add up.
fn combinations(fields: &Fields, level: usize) -> usize {
    let each = fields.each.iter().map(|(_, wanted)| match wanted {
        Wanted::Rules(rules) => rules.len().saturating_mul(level),
        Wanted::Fields(inner) => combinations(inner, level + 1),
    });
    let either = fields
        .either
        .iter()
        .map(|ways| ways.iter().map(|way| combinations(way, level)).fold(0, usize::saturating_add));
    each.chain(either).fold(1, usize::saturating_mul)
}
