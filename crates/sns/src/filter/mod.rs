//! Which messages a subscription wants: filter policies.
//!
//! Follows "Amazon SNS subscription filter policies" (Amazon SNS Developer Guide); what a policy may be, and in which words it
//! is refused, as it was recorded.
//!
//! | file | what |
//! |---|---|
//! | `json` | texts to events with places |
//! | `compile` | events to rules |
//! | `rule` | one rule, and which value keeps it |
//! | `numeric` | ranges of numbers |
//! | `limits` | how much may be in a policy |
//! | `matching` | whether a message is wanted |

mod compile;
pub(crate) mod json;
mod limits;
mod matching;
mod numeric;
mod rule;
#[cfg(test)]
mod tests;

use model::subscription::FilterPolicyScope;

use json::Problem;
pub(crate) use matching::Filtered;
use rule::Rule;

/// A policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FilterPolicy {
    fields: Fields,
}

/// Conditions that must all hold.
#[derive(Clone, Debug, Default, PartialEq)]
struct Fields {
    /// What is said of each member.
    each: Vec<(String, Wanted)>,
    /// Sets of conditions, one of each of which must hold.
    either: Vec<Vec<Fields>>,
}

/// What is said of a member.
#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    /// Its value, or one of several, keeps one of these.
    Rules(Vec<Rule>),
    /// It is an object of which this holds.
    Fields(Fields),
}

impl FilterPolicy {
    /// Reads a policy that somebody sent.
    pub(crate) fn parse(text: &str, scope: FilterPolicyScope) -> Result<FilterPolicy, Problem> {
        let fields = compile::fields(text)?;
        limits::check(&fields, scope)?;
        Ok(FilterPolicy { fields })
    }

    /// Reads a policy that was written down.
    pub(crate) fn stored(text: &str) -> Option<FilterPolicy> {
        compile::fields(text).ok().map(|fields| FilterPolicy { fields })
    }
}

/// What is said of a policy that has members within members where only the attributes of messages are looked at.
pub(crate) const NESTED: &str = "Filter policy scope MessageAttributes does not support nested filter policy";
