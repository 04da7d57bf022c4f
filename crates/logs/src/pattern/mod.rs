//! Filter patterns: which events somebody wants. Terms in any text, the fields of a line with spaces between them, or members of
//! JSON.
//!
//! Follows "Filter pattern syntax" (Amazon CloudWatch Logs User Guide). Letter case counts everywhere. What AWS's page leaves
//! open is in `docs/facts.md`.

mod expression;
mod fields;
mod json;
mod regex;
mod scanner;
mod text;
mod value;

use std::collections::BTreeMap;

use fields::Fields;
use json::Json;
pub(crate) use json::Selector;
use text::Text;

/// Characters of the longest pattern.
pub(crate) const PATTERN_MAX: usize = 1024;
/// "There is a limit of 2 regex for each filter pattern".
const REGEXES_MAX: usize = 2;

/// Which events somebody wants.
#[derive(Debug)]
pub(crate) struct Pattern {
    kind: Kind,
    regexes: usize,
}

#[derive(Debug)]
enum Kind {
    All,
    Text(Text),
    Fields(Fields),
    Json(Json),
}

/// A text is no pattern; why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InvalidPattern {
    /// A term has signs that only quotation marks let it have.
    Term(String),
    /// Anything else.
    Syntax,
}

impl Pattern {
    /// Reads a pattern.
    pub(crate) fn parse(text: &str) -> Result<Pattern, InvalidPattern> {
        let trimmed = text.trim();
        let (kind, regexes) = match trimmed.as_bytes().first() {
            // `" "` matches everything, as nothing does.
            None => (Kind::All, 0),
            Some(_) if trimmed.trim_matches('"').trim().is_empty() && trimmed.len() > 1 => (Kind::All, 0),
            Some(b'{') => {
                let json = Json::parse(trimmed)?;
                let count = json.regexes();
                (Kind::Json(json), count)
            }
            Some(b'[') => {
                let fields = Fields::parse(trimmed)?;
                let count = fields.regexes();
                (Kind::Fields(fields), count)
            }
            Some(_) => {
                let text = Text::parse(trimmed)?;
                let count = text.regexes();
                (Kind::Text(text), count)
            }
        };
        if regexes > REGEXES_MAX {
            return Err(InvalidPattern::Syntax);
        }
        Ok(Pattern { kind, regexes })
    }

    /// Whether a message is one of them.
    pub(crate) fn matches(&self, message: &str) -> bool {
        match &self.kind {
            Kind::All => true,
            Kind::Text(text) => text.matches(message),
            Kind::Fields(fields) => fields.matches(message),
            Kind::Json(json) => json.matches(message),
        }
    }

    /// What a message has under the pattern's names; none if it is not one of them.
    pub(crate) fn extract(&self, message: &str) -> Option<BTreeMap<String, String>> {
        if !self.matches(message) {
            return None;
        }
        Some(match &self.kind {
            Kind::All | Kind::Text(_) => BTreeMap::new(),
            Kind::Fields(fields) => fields.extract(message),
            Kind::Json(json) => json.extract(message),
        })
    }

    /// Whether messages are JSON.
    pub(crate) fn is_about_json(&self) -> bool {
        matches!(self.kind, Kind::Json(_))
    }

    /// Whether it has regular expressions.
    pub(crate) fn has_regex(&self) -> bool {
        self.regexes > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    pub(super) fn check(pattern: &str, matched: &[&str], others: &[&str]) {
        let read = Pattern::parse(pattern).unwrap_or_else(|why| panic!("{pattern}: {why:?}"));
        for message in matched {
            assert!(read.matches(message), "{pattern} does not match {message}");
        }
        for message in others {
            assert!(!read.matches(message), "{pattern} matches {message}");
        }
    }

    #[test]
    fn nothing_and_a_quoted_space_match_everything() {
        for pattern in ["", " ", "\" \"", "\"\""] {
            check(pattern, &["", "anything"], &[]);
        }
    }

    #[test]
    fn the_examples_of_the_user_guide() {
        check(
            "ERROR",
            &["[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST"],
            &["[WARN] x", "[error]"],
        );
        check("ERROR ARGUMENTS", &["[ERROR 419] MISSING ARGUMENTS"], &["[ERROR 401] UNAUTHORIZED REQUEST"]);
        check("?ERROR ?ARGUMENTS", &["[ERROR 419] x", "INVALID ARGUMENTS"], &["[WARN] x"]);
        check(
            "\"INTERNAL SERVER ERROR\"",
            &["[ERROR 500] INTERNAL SERVER ERROR"],
            &["SERVER INTERNAL ERROR"],
        );
        check("ERROR -ARGUMENTS", &["[ERROR 400] BAD REQUEST"], &["[ERROR 419] MISSING ARGUMENTS"]);
        check(
            "%AUTHORIZED%",
            &["[ERROR 401] UNAUTHORIZED REQUEST", "[SUCCESS 200] AUTHORIZED REQUEST"],
            &["x"],
        );
        let apache =
            r#"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;
        check("[ip, user, username, timestamp, request, status_code, bytes]", &[apache], &["one two"]);
        check("[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", &[apache], &[]);
        check("[..., request =*.html*, status_code = 4*, bytes]", &[apache], &[]);
        check(
            "[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]",
            &[apache],
            &[],
        );
        check("[w1=ERROR, w2]", &["ERROR Exception"], &["WARN x", "ERROR x y"]);
        check("[w1=ERROR || w1=%WARN%, w2]", &["ERROR x", "XWARN x"], &["INFO x"]);
        check("[w1!=ERROR&&w1!=WARN, w2]", &["INFO x"], &["ERROR x", "WARN x"]);
        let trail = r#"{"eventType":"UpdateTrail","sourceIPAddress":"111.111.111.111","arrayKey":["value","another value"],
            "objectList":[{"name":"a","id":1},{"name":"b","id":2}],"SomeObject":null,"cluster.name":"c","size":7}"#;
        check(r#"{ $.eventType = "UpdateTrail" }"#, &[trail], &["{}", "UpdateTrail"]);
        check("{ $.sourceIPAddress != 123.123.* }", &[trail], &[]);
        check(r#"{ $.arrayKey[0] = "value" }"#, &[trail], &[]);
        check("{ $.objectList[1].id = 2 }", &[trail], &[]);
        check("{ $.SomeObject IS NULL }", &[trail], &[]);
        check("{ $.SomeOtherObject NOT EXISTS }", &[trail], &[]);
        check("{ $.eventType = %Trail% }", &[trail], &[]);
        check(r#"{ $.['cluster.name'] = "c" }"#, &[trail], &[]);
        check("{ $.arrayKey = \"*\" }", &[], &[trail]);
        check("{ ($.size > 5) && ($.size < 1e1 || $.x = 1) }", &[trail], &[]);
    }

    #[test]
    fn flow_logs_are_split_at_spaces() {
        let reject = "2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1418530010 1418530070 REJECT OK";
        let none = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA";
        let pattern = |action: &str| {
            format!(
                "[version, account, eni, source, destination, srcport, destport=\"3389\", protocol=\"6\", packets, bytes, windowstart, windowend, action=\"{action}\", flowlogstatus]"
            )
        };
        check(&pattern("REJECT"), &[reject], &[none]);
        check(&pattern("ACCEPT"), &[], &[reject, none]);
        let read = Pattern::parse(&pattern("REJECT")).unwrap();
        assert_eq!(read.extract(reject).unwrap()["$bytes"], "4249");
        assert_eq!(read.extract(none), None);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for bad in [
            "[a,b",
            "a]",
            "{ $.a }",
            "{ $.a = }",
            "{ a = 1 }",
            "{ $.a = 1",
            "[a b]",
            "[a=1 b]",
            "%a(b)%",
            "%a",
            "\"a",
            "{ $.a IS NOT NULL }",
            "{ $.a EXISTS }",
            "{ $.a < b }",
            "[a, b=%x!%]",
            "[]",
            "{}",
            "?",
            "-",
            "{ $.a == 1 }",
            "%a% %b% %c%",
            "{ ($.a = 1 }",
            "{ $.a = 1 && }",
            "[..., ...]",
        ] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Pattern::parse("10.0.0.1").unwrap_err(), InvalidPattern::Term("10.0.0.1".to_owned()));
    }

    proptest! {
        #[test]
        fn any_text_is_a_pattern_or_none_and_matches_or_not(pattern in "[\\[\\]{}$.a-c=!<>&|%\"*?, 0-9()-]{0,24}", message in "\\PC{0,24}") {
            if let Ok(read) = Pattern::parse(&pattern) {
                prop_assert_eq!(read.extract(&message).is_some(), read.matches(&message));
            }
        }

        #[test]
        fn a_word_of_a_message_is_found_and_no_message_without_it_is(words in prop::collection::vec("[a-z]{1,4}", 1..6), other in "[A-Z]{1,4}") {
            let message = words.join(" ");
            for word in &words {
                prop_assert!(Pattern::parse(word).unwrap().matches(&message));
                let without = format!("-{word}");
                prop_assert!(!Pattern::parse(&without).unwrap().matches(&message));
            }
            prop_assert!(!Pattern::parse(&other).unwrap().matches(&message));
        }

        #[test]
        fn fields_are_those_between_spaces(words in prop::collection::vec("[a-z0-9.]{1,6}", 1..8), field in any::<prop::sample::Index>()) {
            let names: Vec<String> = (0..words.len()).map(|it| format!("f{it}")).collect();
            let message = words.join(" ");
            let read = Pattern::parse(&format!("[{}]", names.join(", "))).unwrap();
            let found = read.extract(&message).unwrap();
            let at = field.index(words.len());
            prop_assert_eq!(&found[&format!("$f{at}")], &words[at]);
            let longer = format!("{message} more");
            prop_assert!(!read.matches(&longer));
            let last = read_last(&words);
            prop_assert!(last.matches(&message));
        }

        #[test]
        fn numbers_of_json_compare_as_numbers(number in -1000_i64..1000, limit in -1000_i64..1000) {
            let message = format!("{{\"n\":{number}}}");
            for (operator, holds) in [("=", number == limit), ("!=", number != limit), ("<", number < limit), (">", number > limit), ("<=", number <= limit), (">=", number >= limit)] {
                let read = Pattern::parse(&format!("{{ $.n {operator} {limit} }}")).unwrap();
                prop_assert_eq!(read.matches(&message), holds);
            }
        }
    }

    fn read_last(words: &[String]) -> Pattern {
        let last = words.last().expect("there is a word");
        Pattern::parse(&format!("[..., last=\"{last}\"]")).unwrap()
    }
}
