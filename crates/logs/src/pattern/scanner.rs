//! Reads a pattern sign by sign.

use super::InvalidPattern;

pub(super) struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        Scanner(text)
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.0
    }

    pub(super) fn skip_spaces(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// Whether it goes on so, which is read then.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        match self.0.strip_prefix(word) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), InvalidPattern> {
        if self.eat(word) { Ok(()) } else { Err(InvalidPattern::Syntax) }
    }

    /// A word in letters of any case, with nothing of a name behind it.
    pub(super) fn eat_keyword(&mut self, word: &str) -> bool {
        let is_here = self.0.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
        let goes_on = self.0.get(word.len()..).and_then(|it| it.chars().next());
        if !is_here || goes_on.is_some_and(|it| it.is_alphanumeric() || it == '_') {
            return false;
        }
        self.0 = &self.0[word.len()..];
        true
    }

    /// One sign, whichever it is.
    pub(super) fn take_one(&mut self) {
        let mut letters = self.0.chars();
        letters.next();
        self.0 = letters.as_str();
    }

    /// As many signs as are such; perhaps none.
    pub(super) fn take(&mut self, is_such: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|it| !is_such(it)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    /// The text between quotation marks, the first of which is next; a backslash takes the next sign as it is.
    pub(super) fn quoted(&mut self) -> Result<String, InvalidPattern> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut letters = self.0.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.0 = &self.0[at + 1..];
                    return Ok(text);
                }
                '\\' => match letters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => return Err(InvalidPattern::Syntax),
                },
                other => text.push(other),
            }
        }
        Err(InvalidPattern::Syntax)
    }

    /// What is between percent signs, the first of which is next.
    pub(super) fn between_percents(&mut self) -> Result<&'a str, InvalidPattern> {
        self.expect("%")?;
        let (inside, rest) = self.0.split_once('%').ok_or(InvalidPattern::Syntax)?;
        self.0 = rest;
        Ok(inside)
    }
}
