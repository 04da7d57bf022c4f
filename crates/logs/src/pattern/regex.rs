//! Regular expressions of patterns: the signs that AWS lets them have, matched anywhere in a text and in time linear in it.
//!
//! Follows "Supported regular expressions (regex) syntax" (Amazon CloudWatch Logs User Guide).

use regex::bytes::RegexBuilder;

use super::InvalidPattern;

/// What a compiled one takes at most.
const BYTES_MAX: usize = 256 << 10;

/// One of them.
#[derive(Debug)]
pub(super) struct Regex(regex::bytes::Regex);

impl Regex {
    /// Reads what was between percent signs.
    pub(super) fn parse(text: &str) -> Result<Regex, InvalidPattern> {
        if text.is_empty() || !is_supported(text) {
            return Err(InvalidPattern::Syntax);
        }
        // "Multi-byte characters are not supported": letters and digits are those of ASCII.
        let mut built = RegexBuilder::new(text);
        let built = built.unicode(false).size_limit(BYTES_MAX).nest_limit(20).build();
        built.map(Regex).map_err(|_| InvalidPattern::Syntax)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }
}

/// Letters, digits, some signs and operators, and anything else behind a backslash that means itself there.
fn is_supported(text: &str) -> bool {
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let is_good = match letter {
            '\\' => match letters.next() {
                Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => true,
                Some('x') => {
                    let digits: Vec<char> = letters.by_ref().take(2).collect();
                    digits.len() == 2 && digits.iter().all(char::is_ascii_hexdigit)
                }
                Some(other) => other.is_ascii_punctuation(),
                None => false,
            },
            '^' | '$' | '?' | '|' | '[' | ']' | '{' | '}' | '*' | '+' | '.' => true,
            ':' | '_' | '#' | '=' | '@' | '/' | ';' | ',' | '-' => true,
            other => other.is_ascii_alphanumeric(),
        };
        if !is_good {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_aws_supports_is_taken() {
        for (good, text) in [
            (r"ab+c?", "xabbc"),
            (r"\d{3}-\w", "a123-b"),
            (r"^\[ERROR\]$", "[ERROR]"),
            (r"\x41", "A"),
            (r"[a-c]|z", "z"),
        ] {
            assert!(Regex::parse(good).unwrap().matches(text), "{good}");
        }
        for bad in ["", "a!", "(a)", "ä", r"\", r"\b", r"\x4", "a b", "a{1000}{1000}", "["] {
            assert!(Regex::parse(bad).is_err(), "{bad}");
        }
    }
}
