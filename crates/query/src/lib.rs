//! The query language of CloudWatch Logs Insights.
//!
//! Follows "CloudWatch Logs Insights language query syntax" (CloudWatch Logs User Guide). [`compile()`] reads a query's text
//! and checks it; what comes out is a [`Plan`], in which every name has become a number and every function, period, subnet
//! and regular expression is one that exists. Nothing of the text is looked at again when the plan is run. What AWS knows and
//! this does not run is refused by name, never left out.
//!
//! | file | what |
//! |---|---|
//! | `token`, `lexer` | from text to words, each with its place |
//! | `parser`, `syntax` | from words to commands and expressions |
//! | `check` | from commands to a plan: names, types, what may follow what |
//! | `plan`, `expression` | the plan |
//! | `function`, `aggregate` | what may be called, with how many arguments |
//! | `period`, `civil` | periods as `bin(5m)` has them, and the calendar they are cut by |
//! | `glob`, `regular_expression`, `subnet` | what texts are compared with |
//! | `compile_error` | what is wrong, and where |

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod aggregate;
mod check;
pub mod civil;
mod compile_error;
mod expression;
mod function;
mod glob;
mod lexer;
mod parser;
mod period;
mod plan;
mod regular_expression;
mod subnet;
mod syntax;
#[cfg(test)]
mod tests;
mod token;

pub use aggregate::Aggregate;
pub use compile_error::{CompileError, Location};
pub use expression::{Arithmetic, Comparison, Expression, Literal, Pattern, Step as AccessStep};
pub use function::Function;
pub use glob::Glob;
pub use period::Period;
pub use plan::{
    AggregateCall, End, Extraction, Grouping, Input, Keep, LogGroups, Origin, Output, Phase, Plan, SortKey,
    Step,
};
pub use regular_expression::Captures;
pub use subnet::Subnet;

/// "A query string can have up to 10,000 characters" (StartQuery).
pub const QUERY_CHARACTERS_MAX: usize = 10_000;
/// How many rows a query answers with if it does not say.
pub const ROWS_DEFAULT: usize = 10_000;
/// How many rows a query may ask for.
pub const ROWS_MAX: usize = 100_000;

/// Reads and checks a query. `limit` is what StartQuery was given: it acts like a last `| limit n`.
pub fn compile(text: &str, limit: Option<usize>) -> Result<Plan, CompileError> {
    if text.chars().count() > QUERY_CHARACTERS_MAX {
        let message = format!("The query is longer than {QUERY_CHARACTERS_MAX} characters");
        return Err(CompileError { message, location: None });
    }
    let query = parser::parse(text)?;
    check::check(text, query, limit)
}
