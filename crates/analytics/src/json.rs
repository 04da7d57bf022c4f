//! The fields of messages that are JSON: "flattened during ingestion", arrays as `a.0.b`.

use std::borrow::Cow;

/// "CloudWatch Logs Insights can extract a maximum of 200 log event fields from a JSON log" (supported logs).
pub(crate) const FIELDS_MAX: usize = 200;
/// How deep objects may lie in one another; deeper ones are taken for a text. Each level takes some of the stack.
const DEPTH_MAX: usize = 64;

/// A value that is neither an object nor a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Leaf<'a> {
    Text(Cow<'a, [u8]>),
    /// As it is written.
    Number(&'a [u8]),
    Boolean(bool),
    Null,
}

/// Hands the fields of an object to `each`, in the order of the text, as far as AWS discovers them. False if the message is no
/// object of JSON: what was handed over until then is nothing then.
pub(crate) fn flatten<'a>(message: &'a [u8], each: &mut dyn FnMut(&str, Leaf<'a>)) -> bool {
    let mut reader = Reader { rest: message, path: String::new(), fields: 0, each };
    reader.skip_blanks();
    if reader.rest.first() != Some(&b'{') || reader.value(0).is_none() {
        return false;
    }
    reader.skip_blanks();
    reader.rest.is_empty()
}

/// Whether it is worth while to look.
pub(crate) fn may_be_object(message: &[u8]) -> bool {
    let first = message.iter().find(|byte| !byte.is_ascii_whitespace());
    first == Some(&b'{')
}

struct Reader<'a, 'e> {
    rest: &'a [u8],
    path: String,
    fields: usize,
    each: &'e mut dyn FnMut(&str, Leaf<'a>),
}

impl<'a> Reader<'a, '_> {
    fn skip_blanks(&mut self) {
        let blanks = self.rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        self.rest = &self.rest[blanks.unwrap_or(self.rest.len())..];
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.skip_blanks();
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.skip_blanks();
        match self.rest.first()? {
            b'{' if depth < DEPTH_MAX => self.object(depth),
            b'[' if depth < DEPTH_MAX => self.list(depth),
            b'"' => {
                let text = self.string()?;
                self.leaf(Leaf::Text(text))
            }
            b't' => self.word(b"true", Leaf::Boolean(true)),
            b'f' => self.word(b"false", Leaf::Boolean(false)),
            b'n' => self.word(b"null", Leaf::Null),
            _ => self.number(),
        }
    }

    fn leaf(&mut self, leaf: Leaf<'a>) -> Option<()> {
        self.fields += 1;
        if self.fields <= FIELDS_MAX {
            (self.each)(&self.path, leaf);
        }
        Some(())
    }

    fn word(&mut self, word: &[u8], leaf: Leaf<'a>) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        self.leaf(leaf)
    }

    fn number(&mut self) -> Option<()> {
        let belongs = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let length = self.rest.iter().position(|byte| !belongs(byte)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(length);
        let begins = number.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        crate::value::read_number(number).filter(|_| begins)?;
        self.rest = rest;
        self.leaf(Leaf::Number(number))
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.take(b'{')?;
        self.skip_blanks();
        if self.rest.first() == Some(&b'}') {
            return self.take(b'}');
        }
        loop {
            self.skip_blanks();
            let key = self.string()?;
            self.take(b':')?;
            let outside = self.path.len();
            self.enter(&String::from_utf8_lossy(&key));
            self.value(depth + 1)?;
            self.path.truncate(outside);
            if self.take(b',').is_none() {
                return self.take(b'}');
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        self.take(b'[')?;
        self.skip_blanks();
        if self.rest.first() == Some(&b']') {
            return self.take(b']');
        }
        for index in 0.. {
            let outside = self.path.len();
            self.enter(&index.to_string());
            self.value(depth + 1)?;
            self.path.truncate(outside);
            if self.take(b',').is_none() {
                break;
            }
        }
        self.take(b']')
    }

    /// "A discovered name that begins with @ is shown with another @ before it".
    fn enter(&mut self, key: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        } else if key.starts_with('@') {
            self.path.push('@');
        }
        self.path.push_str(key);
    }

    fn string(&mut self) -> Option<Cow<'a, [u8]>> {
        let inside = self.rest.strip_prefix(b"\"")?;
        let end = memchr::memchr2(b'"', b'\\', inside)?;
        if inside[end] == b'"' {
            self.rest = &inside[end + 1..];
            return Some(Cow::Borrowed(&inside[..end]));
        }
        let length = closing_quote(inside)?;
        let text: String = serde_json::from_slice(&self.rest[..length + 2]).ok()?;
        self.rest = &inside[length + 1..];
        Some(Cow::Owned(text.into_bytes()))
    }
}

/// Where a text with backslashes in it ends.
fn closing_quote(inside: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', inside.get(at..)?)?;
        if inside[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(message: &str) -> Option<Vec<(String, String)>> {
        let mut fields = vec![];
        let is_object = flatten(message.as_bytes(), &mut |name, leaf| {
            let leaf = match leaf {
                Leaf::Text(text) => String::from_utf8(text.into_owned()).unwrap(),
                Leaf::Number(number) => String::from_utf8(number.to_vec()).unwrap(),
                Leaf::Boolean(boolean) => boolean.to_string(),
                Leaf::Null => "null".to_owned(),
            };
            fields.push((name.to_owned(), leaf));
        });
        is_object.then_some(fields)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn objects_lie_flat() {
        let message = r#" {"a": {"b": [1, {"c": "x\ty"}, []]}, "@t": true, "n": null, "e": {}, "f": -1.50} "#;
        let flat = [("a.b.0", "1"), ("a.b.1.c", "x\ty"), ("@@t", "true"), ("n", "null"), ("f", "-1.50")];
        assert_eq!(fields(message), Some(pairs(&flat)));
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for message in
            ["[1]", "{", "{\"a\":}", "{\"a\":1} x", "{\"a\":1,}", "{a:1}", "{\"a\":+1}", "{\"a\":\"\\", ""]
        {
            assert_eq!(fields(message), None, "{message}");
        }
        assert_eq!(fields(&format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100))), None);
    }

    #[test]
    fn two_hundred_fields_are_discovered() {
        let many: Vec<String> = (0..300).map(|number| format!("\"f{number}\":{number}")).collect();
        assert_eq!(fields(&format!("{{{}}}", many.join(","))).unwrap().len(), 200);
    }

    proptest! {
        /// What another reader takes for an object has the same leaves.
        #[test]
        fn another_reader_agrees(message in "\\{(\"[ab@\\\\\"]{0,3}\":([0-9.e-]{1,3}|\"[x\\\\u0041\"]{0,4}\"|\\[\\]|true|\\{\"z\":null\\}),?){0,3}\\}") {
            let read: Option<serde_json::Value> = serde_json::from_str(&message).ok();
            let flat = fields(&message);
            // 01 and 1. are numbers in logs, although not in JSON.
            if let Some(read) = read {
                prop_assert!(flat.is_some(), "{}", read);
            }
        }

        #[test]
        fn nothing_panics(message in proptest::collection::vec(proptest::sample::select(&b"{}[]\",:\\u0041trueflsn.-e9\xc3\xa4"[..]), 0..40)) {
            flatten(&message, &mut |_, _| {});
        }
    }
}
