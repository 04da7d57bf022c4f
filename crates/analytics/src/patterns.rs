//! `pattern`: texts that differ in their numbers and names alone are counted together.
//!
//! How AWS finds patterns is its secret. Here a word that has a digit in it is one of those that change, and everything else is
//! not; what comes out has AWS's columns.

use crate::frame::Frame;
use crate::value::Value;
use query::Origin;
use std::collections::HashMap;

/// What stands for a word that changes.
const CHANGING: &[u8] = b"<*>";
/// Of longer texts only the beginning makes the pattern.
const TEXT_BYTES_MAX: usize = 4096;

pub(crate) struct Patterns {
    slot: usize,
    counts: HashMap<Vec<u8>, u64>,
    bytes: usize,
}

impl Patterns {
    pub(crate) fn new(slot: usize) -> Patterns {
        Patterns { slot, counts: HashMap::new(), bytes: 0 }
    }

    pub(crate) fn add(&mut self, frame: &mut Frame<'_>, origins: &[Origin]) {
        frame.read(origins, &[self.slot]);
        for value in frame.column(self.slot).unwrap_or_default() {
            if let Some(text) = value.as_text() {
                self.count(pattern(&text), 1);
            }
        }
    }

    fn count(&mut self, pattern: Vec<u8>, count: u64) {
        const BESIDE: usize = 48;
        let length = pattern.len();
        let counted = self.counts.entry(pattern).or_insert_with(|| {
            self.bytes += length + BESIDE;
            0
        });
        *counted += count;
    }

    pub(crate) fn merge(&mut self, other: Patterns) {
        other.counts.into_iter().for_each(|(pattern, count)| self.count(pattern, count));
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The most frequent first.
    pub(crate) fn finish(self, slots: usize) -> Frame<'static> {
        let total: u64 = self.counts.values().sum();
        let mut patterns: Vec<(Vec<u8>, u64)> = self.counts.into_iter().collect();
        patterns
            .sort_unstable_by(|(one, count), (other, others)| others.cmp(count).then_with(|| one.cmp(other)));
        let ratio = |count: &u64| Value::number(*count as f64 / total as f64);
        let columns = vec![
            patterns.iter().map(|(pattern, _)| Value::owned_text(pattern.clone())).collect(),
            patterns.iter().map(|(_, count)| ratio(count)).collect(),
            patterns.iter().map(|(_, count)| Value::Number(*count as f64)).collect(),
            patterns.iter().map(|(pattern, _)| severity(pattern)).collect(),
        ];
        Frame::of_groups(patterns.len(), columns, slots)
    }
}

fn pattern(text: &[u8]) -> Vec<u8> {
    let text = &text[..text.len().min(TEXT_BYTES_MAX)];
    let mut pattern = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        let length = rest.iter().position(|byte| !is_of_word(*byte)).unwrap_or(rest.len());
        let word = &rest[..length.max(1)];
        match is_of_word(*first) && word.iter().any(u8::is_ascii_digit) {
            true => pattern.extend_from_slice(CHANGING),
            false => pattern.extend_from_slice(word),
        }
        rest = &rest[word.len()..];
    }
    pattern
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/') || !byte.is_ascii()
}

/// The word by which a text says how bad it is.
fn severity(pattern: &[u8]) -> Value<'static> {
    const WORDS: [&str; 6] = ["FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
    let upper = pattern.to_ascii_uppercase();
    let found = WORDS.iter().find(|word| memchr::memmem::find(&upper, word.as_bytes()).is_some());
    found.map_or(Value::Absent, |word| Value::owned_text(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_digits_changes() {
        let text = b"2026-11-20 ERROR [req-12] 10.0.0.1 took 35 ms (tiny)";
        assert_eq!(String::from_utf8(pattern(text)).unwrap(), "<*> ERROR [<*>] <*> took <*> ms (tiny)");
        assert_eq!(severity(b"an error"), Value::owned_text("ERROR"));
        assert_eq!(severity(b"all well"), Value::Absent);
    }
}
