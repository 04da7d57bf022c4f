//! Glob patterns of `parse`: `"user=*, method:*"`.

use memchr::memmem::{self, Finder};

/// A pattern with a star for each thing that is taken out.
#[derive(Debug, Clone)]
pub struct Glob {
    first: Finder<'static>,
    /// What stands behind each star; nothing behind the last one if that goes to the end.
    behind: Vec<Finder<'static>>,
}

impl Glob {
    /// Reads a pattern, which must have a star.
    pub(crate) fn new(pattern: &str) -> Option<Glob> {
        let mut parts = pattern.split('*').map(|part| Finder::new(part.as_bytes()).into_owned());
        let first = parts.next()?;
        let behind: Vec<_> = parts.collect();
        (!behind.is_empty()).then_some(Glob { first, behind })
    }

    /// How many stars it has.
    #[must_use]
    pub fn stars(&self) -> usize {
        self.behind.len()
    }

    /// What each star stands for in the first place where the pattern fits: as little as possible, and from the last star
    /// everything if nothing follows it. A star before another one stands for nothing.
    pub fn captures<'t>(&self, text: &'t [u8], each: &mut dyn FnMut(usize, &'t [u8])) -> bool {
        let Some(start) = self.first.find(text) else { return false };
        let mut rest = &text[start + self.first.needle().len()..];
        let mut found: Vec<&'t [u8]> = Vec::with_capacity(self.behind.len());
        for (star, literal) in self.behind.iter().enumerate() {
            let last = star + 1 == self.behind.len();
            let length = match literal.needle().is_empty() {
                true if last => rest.len(),
                true => 0,
                false => match find(literal, rest) {
                    Some(length) => length,
                    None => return false,
                },
            };
            found.push(&rest[..length]);
            rest = &rest[length + literal.needle().len()..];
        }
        found.into_iter().enumerate().for_each(|(star, value)| each(star, value));
        true
    }
}

fn find(literal: &memmem::Finder<'static>, text: &[u8]) -> Option<usize> {
    // Mostly a single sign, for which a search of its own is faster.
    match literal.needle() {
        [byte] => memchr::memchr(*byte, text),
        _ => literal.find(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::bytes::{Regex, RegexBuilder};

    fn captures(pattern: &str, text: &str) -> Option<Vec<String>> {
        let glob = Glob::new(pattern).unwrap();
        let mut found = vec![];
        let fits = glob.captures(text.as_bytes(), &mut |_, value| {
            found.push(String::from_utf8(value.to_vec()).unwrap());
        });
        fits.then_some(found)
    }

    #[test]
    fn stars_take_what_stands_between() {
        let found =
            captures("user=*, method:*, latency := *", "at 12 user=mary, method:GET, latency := 7 ms");
        assert_eq!(found.unwrap(), ["mary", "GET", "7 ms"]);
        assert_eq!(captures("* [*] *", "10:00 [WARN] a [b]").unwrap(), ["10:00", "WARN", "a [b]"]);
    }

    #[test]
    fn what_does_not_fit_gives_nothing() {
        assert_eq!(captures("user=*, method:*", "user=mary; method:GET"), None);
        assert!(Glob::new("no star").is_none());
    }

    /// The pattern as a regular expression: what it means.
    fn oracle(pattern: &str) -> Regex {
        let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
        let mut expression = parts.join("(.*?)");
        if pattern.ends_with('*') {
            expression.push_str("\\z");
        }
        RegexBuilder::new(&expression).dot_matches_new_line(true).build().unwrap()
    }

    proptest! {
        #[test]
        fn stars_mean_what_a_regular_expression_says(pattern in "[ab\\[=\n]{0,2}\\*[ab\\[=*]{0,6}", text in "[ab\\[=\n]{0,12}") {
            let expected = oracle(&pattern).captures(text.as_bytes()).map(|groups| {
                let group = |index| String::from_utf8(groups.get(index).unwrap().as_bytes().to_vec()).unwrap();
                (1..groups.len()).map(group).collect::<Vec<_>>()
            });
            prop_assert_eq!(captures(&pattern, &text), expected);
        }
    }
}
