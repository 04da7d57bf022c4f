//! The values that a condition expects, made ready for being compared.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;

use super::operator::{Order, Test};
use super::{address, date};
use crate::arn::ArnPattern;
use crate::context::Context;
use crate::variable::{Syntax, Template, Unresolved};

/// A value is not of the kind that its operator compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MalformedValue;

/// What the values of a condition are, by its operator. They are alternatives.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    Texts(Box<[Template]>),
    TextsIgnoringCase(Box<[Template]>),
    Numbers(Order, Box<[f64]>),
    Dates(Order, Box<[i64]>),
    Binaries(Box<[Box<[u8]>]>),
    Blocks(Box<[IpNet]>),
    Arns(Box<[ArnPattern]>),
    Absence { when_absent: bool, when_present: bool },
}

impl Expected {
    pub(crate) fn new(test: Test, values: &[String], variables: bool) -> Result<Expected, MalformedValue> {
        let template =
            |wildcards| move |value: &String| Template::new(value, Syntax { variables, wildcards });
        Ok(match test {
            Test::StringEquals => Expected::Texts(values.iter().map(template(false)).collect()),
            Test::StringLike => Expected::Texts(values.iter().map(template(true)).collect()),
            Test::StringEqualsIgnoreCase => {
                let lower = |value: &String| ignoring_case(value, variables);
                Expected::TextsIgnoringCase(values.iter().map(lower).collect())
            }
            Test::Bool => Expected::TextsIgnoringCase(every(values, |value| truth(value, variables))?),
            Test::Numeric(order) => Expected::Numbers(order, every(values, number)?),
            Test::Date(order) => Expected::Dates(order, every(values, date::milliseconds)?),
            Test::BinaryEquals => Expected::Binaries(every(values, binary)?),
            Test::IpAddress => Expected::Blocks(every(values, address::block)?),
            Test::Arn => {
                Expected::Arns(values.iter().map(|value| ArnPattern::new(value, variables)).collect())
            }
            Test::Null => absence(values)?,
        })
    }

    /// Whether one of them matches. A request's value of another kind matches none.
    pub(crate) fn matches(&self, value: &str, context: &Context) -> Result<bool, Unresolved> {
        match self {
            Expected::Texts(texts) => any(texts, |text| text.matches(value, context)),
            Expected::TextsIgnoringCase(texts) => {
                let value = value.to_lowercase();
                any(texts, |text| text.matches_small_letters(&value, context))
            }
            Expected::Arns(arns) => any(arns, |arn| arn.matches(value, context)),
            Expected::Numbers(order, numbers) => {
                Ok(number(value)
                    .is_some_and(|value| numbers.iter().any(|number| order.holds(&value, number))))
            }
            Expected::Dates(order, dates) => Ok(date::milliseconds(value)
                .is_some_and(|value| dates.iter().any(|date| order.holds(&value, date)))),
            Expected::Binaries(binaries) => Ok(binary(value).is_some_and(|value| binaries.contains(&value))),
            Expected::Blocks(blocks) => Ok(address::address(value)
                .is_some_and(|address| blocks.iter().any(|block| block.contains(&address)))),
            Expected::Absence { when_present, .. } => Ok(*when_present),
        }
    }

    /// For the Null operator: whether it is met by a key that is absent, or is there.
    pub(crate) fn wants_absence(&self, is_absent: bool) -> bool {
        match self {
            Expected::Absence { when_absent, when_present } => match is_absent {
                true => *when_absent,
                false => *when_present,
            },
            _ => false,
        }
    }

    /// The keys of the variables in them.
    pub(crate) fn keys(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Expected::Texts(texts) | Expected::TextsIgnoringCase(texts) => {
                Box::new(texts.iter().flat_map(Template::keys))
            }
            Expected::Arns(arns) => Box::new(arns.iter().flat_map(ArnPattern::keys)),
            Expected::Numbers(..)
            | Expected::Dates(..)
            | Expected::Binaries(_)
            | Expected::Blocks(_)
            | Expected::Absence { .. } => Box::new(std::iter::empty()),
        }
    }
}

fn every<T>(values: &[String], read: impl Fn(&str) -> Option<T>) -> Result<Box<[T]>, MalformedValue> {
    values.iter().map(|value| read(value)).collect::<Option<Box<[T]>>>().ok_or(MalformedValue)
}

/// Whether one matches; if none does, and one could not be said, it cannot be said.
fn any<T>(all: &[T], matches: impl Fn(&T) -> Result<bool, Unresolved>) -> Result<bool, Unresolved> {
    let mut otherwise = Ok(false);
    for one in all {
        match matches(one) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(Unresolved) => otherwise = Err(Unresolved),
        }
    }
    otherwise
}

fn ignoring_case(value: &str, variables: bool) -> Template {
    Template::new(value, Syntax { variables, wildcards: false }).in_small_letters()
}

/// `true` or `false`, in whatever case, or what has a variable.
fn truth(value: &str, variables: bool) -> Option<Template> {
    let template = ignoring_case(value, variables);
    let is_known = ["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
    (is_known || matches!(template, Template::Varying(_))).then_some(template)
}

fn number(value: &str) -> Option<f64> {
    value.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn binary(value: &str) -> Option<Box<[u8]>> {
    STANDARD.decode(value).ok().map(Vec::into_boxed_slice)
}

fn absence(values: &[String]) -> Result<Expected, MalformedValue> {
    let wanted = |word: &str| values.iter().any(|value| value.eq_ignore_ascii_case(word));
    let is_known = |value: &String| ["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
    match values.iter().all(is_known) {
        true => Ok(Expected::Absence { when_absent: wanted("true"), when_present: wanted("false") }),
        false => Err(MalformedValue),
    }
}
