//! IAM policies as AWS reads them.
//!
//! Follows "IAM JSON policy reference" and "Policy evaluation logic" (IAM User Guide). A [`Document`] is a policy's text as
//! it was given, beside what it means: it is parsed once, where it is written down or loaded, and never again. [`decide()`]
//! says whether a [`Request`] is allowed by all [`Policies`] that have a say; [`explain()`] is the same evaluator with a
//! recorder, and says why.
//!
//! | file | what |
//! |---|---|
//! | `json`, `draft`, `validate` | from text to statements, and what AWS refuses on the way |
//! | `statement`, `action`, `named`, `condition` | the elements, each with how it matches |
//! | `pattern`, `variable`, `arn` | texts with wildcards, texts with variables, ARNs part by part |
//! | `asked`, `principal`, `context`, `policies` | what is asked, by whom, what is known, and which policies have a say |
//! | `decide`, `decision`, `explain` | the order in which they do, the outcome, and the reasoning |
//! | `grants` | which services a policy lets somebody call |
//! | `rewrite` | principals replaced in the text |
//! | `simulate` | the outcome as the policy simulator tells it |

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod action;
mod arn;
mod asked;
mod condition;
mod context;
mod decide;
mod decision;
mod document;
mod draft;
mod explain;
mod grants;
mod json;
mod limits;
mod named;
mod pattern;
mod policies;
mod principal;
mod problem;
mod rewrite;
mod simulate;
mod statement;
mod validate;
mod variable;

pub use asked::Request;
pub use condition::{Operator, Order, SetOperator, Test};
pub use context::{Context, Values};
pub use decide::decide;
pub use decision::{Decision, Grant, PolicyType};
pub use document::{Document, Kind, Position};
pub use explain::{Explanation, PolicyRead, StatementRead, StatementResult, explain};
pub use named::Named;
pub use policies::{Attached, Origin, Policies, ResourcePolicy};
pub use principal::Principal;
pub use problem::PolicyProblem;
pub use simulate::{Matched, Simulation, simulate};
pub use statement::Effect;
