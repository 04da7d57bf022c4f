//! Condition operators.

use serde::{Serialize, Serializer};
use std::fmt;

use super::Expected;

/// A condition operator, as `ForAllValues:StringNotLikeIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// What a value is compared for.
    pub test: Test,
    /// It is met when the test is not: the operators with Not in their names.
    pub negated: bool,
    /// `…IfExists`: it is met when the key is not there.
    pub if_exists: bool,
    /// How several values of a key are looked at.
    pub set: Option<SetOperator>,
    /// `…Equals` rather than `…Like` where both are the same. For its name alone.
    arn_equals: bool,
}

/// What a value is compared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// The same characters.
    StringEquals,
    /// The same characters in whatever case.
    StringEqualsIgnoreCase,
    /// Characters with wildcards.
    StringLike,
    /// Numbers.
    Numeric(Order),
    /// Times.
    Date(Order),
    /// `true` or `false`.
    Bool,
    /// Bytes, in base64.
    BinaryEquals,
    /// An address in a block.
    IpAddress,
    /// ARNs part by part, with wildcards.
    Arn,
    /// Whether the key is there.
    Null,
}

impl Test {
    /// Whether a value is one of those that it compares: a number, a time, an address.
    pub fn takes(self, value: &str) -> bool {
        Expected::new(self, &[value.to_owned()], false).is_ok()
    }
}

/// How two numbers or times are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Order {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl Order {
    const ALL: [Order; 5] =
        [Order::Equals, Order::LessThan, Order::LessThanEquals, Order::GreaterThan, Order::GreaterThanEquals];

    fn name(self) -> &'static str {
        match self {
            Order::Equals => "Equals",
            Order::LessThan => "LessThan",
            Order::LessThanEquals => "LessThanEquals",
            Order::GreaterThan => "GreaterThan",
            Order::GreaterThanEquals => "GreaterThanEquals",
        }
    }

    /// Whether the request's value is so to the policy's.
    pub(crate) fn holds<T: PartialOrd>(self, found: &T, wanted: &T) -> bool {
        match self {
            Order::Equals => found == wanted,
            Order::LessThan => found < wanted,
            Order::LessThanEquals => found <= wanted,
            Order::GreaterThan => found > wanted,
            Order::GreaterThanEquals => found >= wanted,
        }
    }
}

/// How several values of a key are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOperator {
    /// Each must meet the condition; without any it is met.
    ForAllValues,
    /// One must; without any it is not met.
    ForAnyValue,
}

impl Operator {
    /// Reads the name of one. Names are exact.
    pub fn named(name: &str) -> Option<Operator> {
        let (set, name) = match name.split_once(':') {
            Some(("ForAllValues", name)) => (Some(SetOperator::ForAllValues), name),
            Some(("ForAnyValue", name)) => (Some(SetOperator::ForAnyValue), name),
            Some(_) => return None,
            None => (None, name),
        };
        if name == "Null" {
            return Some(Operator {
                test: Test::Null,
                negated: false,
                if_exists: false,
                set,
                arn_equals: false,
            });
        }
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (test, negated) = test(name)?;
        Some(Operator { test, negated, if_exists, set, arn_equals: name.ends_with("Equals") })
    }

    /// Whether it is met when the request does not have the key.
    pub(crate) fn is_met_without_key(self) -> bool {
        match self.set {
            _ if self.if_exists => true,
            Some(SetOperator::ForAllValues) => true,
            Some(SetOperator::ForAnyValue) => false,
            None => self.negated,
        }
    }
}

fn test(name: &str) -> Option<(Test, bool)> {
    let plain = |test| Some((test, false));
    let negated = |test| Some((test, true));
    match name {
        "StringEquals" => plain(Test::StringEquals),
        "StringNotEquals" => negated(Test::StringEquals),
        "StringEqualsIgnoreCase" => plain(Test::StringEqualsIgnoreCase),
        "StringNotEqualsIgnoreCase" => negated(Test::StringEqualsIgnoreCase),
        "StringLike" => plain(Test::StringLike),
        "StringNotLike" => negated(Test::StringLike),
        "Bool" => plain(Test::Bool),
        "BinaryEquals" => plain(Test::BinaryEquals),
        "IpAddress" => plain(Test::IpAddress),
        "NotIpAddress" => negated(Test::IpAddress),
        "ArnEquals" | "ArnLike" => plain(Test::Arn),
        "ArnNotEquals" | "ArnNotLike" => negated(Test::Arn),
        _ => match (name.strip_prefix("Numeric"), name.strip_prefix("Date")) {
            (Some(order), _) => ordered(order).map(|(order, negated)| (Test::Numeric(order), negated)),
            (_, Some(order)) => ordered(order).map(|(order, negated)| (Test::Date(order), negated)),
            (None, None) => None,
        },
    }
}

fn ordered(name: &str) -> Option<(Order, bool)> {
    match name {
        "NotEquals" => Some((Order::Equals, true)),
        _ => Order::ALL.into_iter().find(|order| order.name() == name).map(|order| (order, false)),
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.set {
            Some(SetOperator::ForAllValues) => "ForAllValues:",
            Some(SetOperator::ForAnyValue) => "ForAnyValue:",
            None => "",
        })?;
        let not = if self.negated { "Not" } else { "" };
        match self.test {
            Test::StringEquals => write!(f, "String{not}Equals"),
            Test::StringEqualsIgnoreCase => write!(f, "String{not}EqualsIgnoreCase"),
            Test::StringLike => write!(f, "String{not}Like"),
            Test::Numeric(order) => write!(f, "Numeric{not}{}", order.name()),
            Test::Date(order) => write!(f, "Date{not}{}", order.name()),
            Test::Bool => f.write_str("Bool"),
            Test::BinaryEquals => f.write_str("BinaryEquals"),
            Test::IpAddress => write!(f, "{not}IpAddress"),
            Test::Arn if self.arn_equals => write!(f, "Arn{not}Equals"),
            Test::Arn => write!(f, "Arn{not}Like"),
            Test::Null => f.write_str("Null"),
        }?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

impl Serialize for Operator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_said_as_they_are_read() {
        for name in [
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
            "Bool",
            "BinaryEquals",
            "IpAddress",
            "NotIpAddress",
            "ArnEquals",
            "ArnLike",
            "ArnNotEquals",
            "ArnNotLike",
            "Null",
        ] {
            for set in ["", "ForAllValues:", "ForAnyValue:"] {
                let name = format!("{set}{name}");
                assert_eq!(Operator::named(&name).unwrap().to_string(), name);
                let if_exists = format!("{name}IfExists");
                match name.ends_with("Null") {
                    true => assert_eq!(Operator::named(&if_exists), None),
                    false => assert_eq!(Operator::named(&if_exists).unwrap().to_string(), if_exists),
                }
            }
        }
        for name in
            ["", "stringequals", "Numeric", "DateLike", "ForNoValue:Bool", "IfExists", "BoolIfExistsIfExists"]
        {
            assert_eq!(Operator::named(name), None, "{name}");
        }
    }
}
