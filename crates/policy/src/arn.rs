//! ARNs: `arn:partition:service:region:account:resource`.
//!
//! Follows "Identify AWS resources with Amazon Resource Names" and "ARN condition operators" (IAM User Guide).

use crate::context::Context;
use crate::variable::{Syntax, Template, Unresolved};

/// How many parts an ARN has. Colons behind the fifth belong to the last one.
const PARTS: usize = 6;

/// An ARN whose parts may have wildcards, which do not reach beyond their part.
#[derive(Clone, Debug)]
pub(crate) enum ArnPattern {
    /// `*`.
    Everything,
    Parts(Box<[Template; PARTS]>),
    /// It has too few parts, and matches nothing.
    Malformed,
}

impl ArnPattern {
    pub(crate) fn new(text: &str, variables: bool) -> ArnPattern {
        if text == "*" {
            return ArnPattern::Everything;
        }
        let syntax = Syntax { variables, wildcards: true };
        let parts: Vec<Template> =
            pattern_parts(text, variables).into_iter().map(|part| Template::new(part, syntax)).collect();
        match parts.try_into() {
            Ok(parts) => ArnPattern::Parts(Box::new(parts)),
            Err(_) => ArnPattern::Malformed,
        }
    }

    pub(crate) fn matches(&self, arn: &str, context: &Context) -> Result<bool, Unresolved> {
        let patterns = match self {
            ArnPattern::Everything => return Ok(true),
            ArnPattern::Malformed => return Ok(false),
            ArnPattern::Parts(patterns) => patterns,
        };
        let mut found = arn.splitn(PARTS, ':');
        for pattern in patterns.iter() {
            match found.next() {
                Some(part) if pattern.matches(part, context)? => {}
                Some(_) | None => return Ok(false),
            }
        }
        Ok(true)
    }

    pub(crate) fn keys(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            ArnPattern::Parts(parts) => Box::new(parts.iter().flat_map(Template::keys)),
            ArnPattern::Everything | ArnPattern::Malformed => Box::new(std::iter::empty()),
        }
    }
}

/// The parts of a pattern. A colon in a variable's name parts nothing.
pub(crate) fn pattern_parts(text: &str, variables: bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut in_variable) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if variables && text[..at].ends_with('$') => in_variable = true,
            b'}' => in_variable = false,
            b':' if !in_variable && parts.len() + 1 < PARTS => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, arn: &str) -> bool {
        let context = Context::new().with("aws:username", "ann:smith");
        ArnPattern::new(pattern, true).matches(arn, &context) == Ok(true)
    }

    #[test]
    fn wildcards_stay_in_their_part() {
        assert!(matches("arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-east-1:123456789012:topic:sub"));
        assert!(matches("arn:*:s3:::bucket/${aws:username}", "arn:aws:s3:::bucket/ann:smith"));
        assert!(matches("*", "anything"));
        assert!(!matches("arn:aws:s*:topic", "arn:aws:sns:us-east-1:123456789012:topic"));
        assert!(!matches("arn:aws:sns:*:*", "arn:aws:sns:us-east-1:123456789012:topic"));
        assert!(!matches("arn:aws:sns:*:123456789012:*", "arn:aws:sns:us-east-1"));
        assert!(!matches("arn:aws:iam::1:user/${aws:userid}", "arn:aws:iam::1:user/"));
    }
}
