//! Texts with wildcards: `*` is any run of characters, `?` is any one.
//!
//! Follows "Using wildcards in resource ARNs" and "String condition operators" (IAM User Guide). A pattern is kept as UTF-8
//! with its wildcards as bytes that no UTF-8 has, so that an escaped wildcard, or one in a variable's value, is a
//! character like any other.

/// `*`.
const ANY_RUN: u8 = 0xff;
/// `?`.
const ANY_ONE: u8 = 0xfe;

/// A text with wildcards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    bytes: Box<[u8]>,
    shape: Shape,
}

/// What most patterns are, and quicker than any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Everything,
    Exact,
    /// Only the last byte is a wildcard, `*`.
    Prefix,
    Wild,
}

impl Pattern {
    /// `*` and `?` are wildcards in it, and nothing else is special.
    pub(crate) fn new(text: &str) -> Pattern {
        let mut bytes = PatternBytes::default();
        bytes.push_pattern(text);
        bytes.into_pattern()
    }

    /// No character is special in it.
    pub(crate) fn literal(text: &str) -> Pattern {
        let mut bytes = PatternBytes::default();
        bytes.push_literal(text);
        bytes.into_pattern()
    }

    /// The same in small letters. One with wildcards stays: nothing that ignores case has any.
    pub(crate) fn into_small_letters(self) -> Pattern {
        match self.shape {
            Shape::Exact => Pattern { bytes: small(&self.bytes).into(), ..self },
            Shape::Everything | Shape::Prefix | Shape::Wild => self,
        }
    }

    /// The text, if there are no wildcards in it.
    pub(crate) fn as_exact(&self) -> Option<&[u8]> {
        (self.shape == Shape::Exact).then_some(&self.bytes)
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        match self.shape {
            Shape::Everything => true,
            Shape::Exact => *self.bytes == *text,
            Shape::Prefix => text.starts_with(&self.bytes[..self.bytes.len() - 1]),
            Shape::Wild => is_match(&self.bytes, text),
        }
    }
}

/// A pattern while it is put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct PatternBytes(Vec<u8>);

impl PatternBytes {
    pub(crate) fn push_literal(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Runs of `*` are one.
    pub(crate) fn push_pattern(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                b'*' if self.0.last() == Some(&ANY_RUN) => {}
                b'*' => self.0.push(ANY_RUN),
                b'?' => self.0.push(ANY_ONE),
                _ => self.0.push(byte),
            }
        }
    }

    pub(crate) fn push_pieces(&mut self, pieces: &PatternBytes) {
        self.0.extend_from_slice(&pieces.0);
    }

    /// The same in small letters; it has no wildcards.
    pub(crate) fn into_small_letters(self) -> PatternBytes {
        PatternBytes(small(&self.0))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        is_match(&self.0, text)
    }

    pub(crate) fn into_pattern(self) -> Pattern {
        let is_wildcard = |byte: &u8| *byte >= ANY_ONE;
        let shape = match self.0.iter().position(is_wildcard) {
            None => Shape::Exact,
            Some(0) if self.0 == [ANY_RUN] => Shape::Everything,
            Some(at) if at + 1 == self.0.len() && self.0[at] == ANY_RUN => Shape::Prefix,
            Some(_) => Shape::Wild,
        };
        Pattern { bytes: self.0.into(), shape }
    }
}

fn small(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).to_lowercase().into_bytes()
}

/// Two places to go back to at most are remembered, the last `*` and what it has taken so far: a shorter match of an earlier
/// one never helps. So the time is at most the product of both lengths, whatever the pattern.
fn is_match(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut last_run: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(&ANY_RUN) => {
                p += 1;
                last_run = Some((p, t));
                continue;
            }
            Some(&ANY_ONE) => {
                p += 1;
                t = next_character(text, t);
                continue;
            }
            Some(byte) if *byte == text[t] => {
                p += 1;
                t += 1;
                continue;
            }
            Some(_) | None => {}
        }
        let Some((after, from)) = last_run else { return false };
        // Where the run is followed by a byte, only places with that byte can go on.
        let from = next_start(pattern.get(after), text, from + 1);
        last_run = Some((after, from));
        (p, t) = (after, from);
    }
    pattern[p..].iter().all(|byte| *byte == ANY_RUN)
}

fn next_start(wanted: Option<&u8>, text: &[u8], from: usize) -> usize {
    match wanted {
        Some(&ANY_ONE) => next_boundary(text, from),
        Some(wanted) => text[from..].iter().position(|byte| byte == wanted).map_or(text.len(), |n| from + n),
        // A pattern that ends with a run takes all.
        None => text.len(),
    }
}

fn next_character(text: &[u8], at: usize) -> usize {
    next_boundary(text, at + 1)
}

/// `?` is a character, of as many bytes as it has.
fn next_boundary(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).matches(text.as_bytes())
    }

    /// By the definition: `*` is nothing, or one character and again `*`.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(('*', rest)), None) => naive(rest, text),
            (Some(('*', rest)), Some((_, later))) => naive(rest, text) || naive(pattern, later),
            (Some((_, _)), None) => false,
            (Some(('?', rest)), Some((_, later))) => naive(rest, later),
            (Some((wanted, rest)), Some((found, later))) => wanted == found && naive(rest, later),
        }
    }

    #[test]
    fn wildcards_are_runs_and_characters() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "a:b/c"),
            ("a*", "a"),
            ("*a", "banana"),
            ("b*n?", "bana"),
            ("?", "é"),
            ("*?", "é"),
            ("?é*", "aéé"),
            ("**a**", "a"),
            ("a*b*c", "a-b-b-c"),
            ("", ""),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("", "a"), ("?", ""), ("??", "é"), ("a", "A"), ("a*b", "a-b-"), ("*ab*", "ba"), ("a?", "a")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_literal_has_no_wildcards() {
        assert!(Pattern::literal("a*").matches(b"a*"));
        assert!(!Pattern::literal("a*").matches(b"ab"));
    }

    #[test]
    fn bombs_take_no_time() {
        let text = "a".repeat(2_000);
        for unit in ["a*", "*a?", "*aa*?", "?*", "*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"] {
            let pattern = format!("{}b", unit.repeat(6_000 / unit.len()));
            for _ in 0..10 {
                assert!(!matches(&pattern, &text));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn patterns_match_as_they_are_defined(pattern in "[abé*?]{0,8}", text in "[abé]{0,8}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), naive(&characters(&pattern), &characters(&text)));
        }
    }
}
