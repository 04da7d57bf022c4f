//! Terms in any text: all of them, any of them, or none.

use super::InvalidPattern;
use super::regex::Regex;
use super::scanner::Scanner;

/// What a message has to have.
#[derive(Debug, Default)]
pub(super) struct Text {
    all: Vec<Term>,
    any: Vec<Term>,
    none: Vec<Term>,
}

#[derive(Debug)]
enum Term {
    /// With nothing of a word before and behind it.
    Word(String),
    /// Anywhere.
    Phrase(String),
    Regex(Regex),
}

impl Text {
    pub(super) fn parse(pattern: &str) -> Result<Text, InvalidPattern> {
        let mut scanner = Scanner::new(pattern);
        let mut text = Text::default();
        loop {
            scanner.skip_spaces();
            if scanner.rest().is_empty() {
                return Ok(text);
            }
            let terms = match scanner.rest().as_bytes()[0] {
                b'?' => &mut text.any,
                b'-' => &mut text.none,
                _ => &mut text.all,
            };
            if scanner.rest().starts_with(['?', '-']) {
                scanner.take_one();
            }
            terms.push(term(&mut scanner)?);
        }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        // The question mark means nothing beside other terms.
        let any = if self.all.is_empty() && self.none.is_empty() { self.any.as_slice() } else { &[] };
        self.all.iter().all(|it| it.is_in(message))
            && !self.none.iter().any(|it| it.is_in(message))
            && (any.is_empty() || any.iter().any(|it| it.is_in(message)))
    }

    pub(super) fn regexes(&self) -> usize {
        let terms = self.all.iter().chain(&self.any).chain(&self.none);
        terms.filter(|it| matches!(it, Term::Regex(_))).count()
    }
}

fn term(scanner: &mut Scanner<'_>) -> Result<Term, InvalidPattern> {
    let term = match scanner.rest().as_bytes().first() {
        Some(b'"') => {
            let phrase = scanner.quoted()?;
            if phrase.is_empty() {
                return Err(InvalidPattern::Syntax);
            }
            Term::Phrase(phrase)
        }
        Some(b'%') => Term::Regex(Regex::parse(scanner.between_percents()?)?),
        Some(_) | None => {
            let word = scanner.take(|it| !it.is_whitespace());
            if word.is_empty() {
                return Err(InvalidPattern::Syntax);
            }
            if !word.chars().all(is_of_word) {
                return Err(InvalidPattern::Term(word.to_owned()));
            }
            Term::Word(word.to_owned())
        }
    };
    match scanner.rest().chars().next() {
        Some(next) if !next.is_whitespace() => Err(InvalidPattern::Syntax),
        Some(_) | None => Ok(term),
    }
}

impl Term {
    fn is_in(&self, message: &str) -> bool {
        match self {
            Term::Word(word) => has_word(message, word),
            Term::Phrase(phrase) => message.contains(phrase.as_str()),
            Term::Regex(regex) => regex.matches(message),
        }
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn has_word(message: &str, word: &str) -> bool {
    let mut from = 0;
    while let Some(at) = message[from..].find(word) {
        let (start, end) = (from + at, from + at + word.len());
        let before = message[..start].chars().next_back();
        let behind = message[end..].chars().next();
        if !before.is_some_and(is_of_word) && !behind.is_some_and(is_of_word) {
            return true;
        }
        from = start + message[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whole() {
        for message in ["ERROR", "[ERROR]", "an ERROR.", "ERRORS ERROR", "äERROR ERROR"] {
            assert!(has_word(message, "ERROR"), "{message}");
        }
        for message in ["ERRORS", "NO_ERROR", "XERROR1", ""] {
            assert!(!has_word(message, "ERROR"), "{message}");
        }
    }

    #[test]
    fn the_question_mark_means_nothing_beside_other_terms() {
        let text = |pattern| Text::parse(pattern).unwrap();
        assert!(text("?a ?b").matches("b") && !text("?a ?b").matches("c"));
        assert!(text("?a c").matches("c") && !text("?a c").matches("a"));
        assert!(text("?a -c").matches("x"));
    }
}
