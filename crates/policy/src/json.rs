//! JSON as policies need it read: with where each value is in the text, and with duplicate keys noticed, which a reader
//! into maps would drop in silence.

use std::ops::Range;

use crate::limits::NESTING_MAX;

/// A value, and where it is in the text, in bytes.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Range<usize>,
}

/// A value. Numbers are kept as they are written: "3306" and 3306 are the same to a policy.
#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// It is not JSON, is nested too deeply, or has a key twice in one object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotJson;

/// Reads a text that is one value.
pub(crate) fn read(text: &str) -> Result<Node, NotJson> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.node(0)?;
    reader.skip_space();
    match reader.at == text.len() {
        true => Ok(node),
        false => Err(NotJson),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn node(&mut self, depth: usize) -> Result<Node, NotJson> {
        if depth > NESTING_MAX {
            return Err(NotJson);
        }
        self.skip_space();
        let start = self.at;
        let value = match self.peek().ok_or(NotJson)? {
            b'{' => self.object(depth)?,
            b'[' => self.list(depth)?,
            b'"' => Value::Text(self.text()?),
            b't' => self.word("true", Value::Bool(true))?,
            b'f' => self.word("false", Value::Bool(false))?,
            b'n' => self.word("null", Value::Null)?,
            _ => self.number()?,
        };
        Ok(Node { value, span: start..self.at })
    }

    fn object(&mut self, depth: usize) -> Result<Value, NotJson> {
        self.at += 1;
        let mut members = Vec::new();
        if !self.take(b'}') {
            loop {
                self.skip_space();
                let key = self.text()?;
                if !self.take(b':') {
                    return Err(NotJson);
                }
                members.push((key, self.node(depth + 1)?));
                if self.ends(b'}')? {
                    break;
                }
            }
        }
        match has_twice(&members) {
            true => Err(NotJson),
            false => Ok(Value::Object(members)),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, NotJson> {
        self.at += 1;
        let mut items = Vec::new();
        if !self.take(b']') {
            loop {
                items.push(self.node(depth + 1)?);
                if self.ends(b']')? {
                    break;
                }
            }
        }
        Ok(Value::List(items))
    }

    /// A text in quotes. What its escapes mean, serde_json knows.
    fn text(&mut self) -> Result<String, NotJson> {
        let rest = &self.text[self.at..];
        if !rest.starts_with('"') {
            return Err(NotJson);
        }
        let length = quoted_length(rest.as_bytes()).ok_or(NotJson)?;
        self.at += length;
        serde_json::from_str(&rest[..length]).map_err(|_| NotJson)
    }

    fn number(&mut self) -> Result<Value, NotJson> {
        let rest = &self.text[self.at..];
        let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.bytes().take_while(|byte| is_part(*byte)).count();
        let digits = &rest[..length];
        serde_json::from_str::<serde_json::Number>(digits).map_err(|_| NotJson)?;
        self.at += length;
        Ok(Value::Number(digits.to_owned()))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, NotJson> {
        if !self.text[self.at..].starts_with(word) {
            return Err(NotJson);
        }
        self.at += word.len();
        Ok(value)
    }

    /// Whether an object or a list ends here; else there is a comma, and more.
    fn ends(&mut self, end: u8) -> Result<bool, NotJson> {
        if self.take(end) {
            return Ok(true);
        }
        match self.take(b',') {
            true => Ok(false),
            false => Err(NotJson),
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        self.skip_space();
        let is_next = self.peek() == Some(wanted);
        self.at += usize::from(is_next);
        is_next
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// How many bytes a text has with both its quotes.
fn quoted_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn has_twice(members: &[(String, Node)]) -> bool {
    let mut keys: Vec<&str> = members.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_where_they_are() {
        let text = r#" {"a": [1, "é\"", {"b": null}], "c": -1.5e3} "#;
        let Value::Object(members) = read(text).unwrap().value else { panic!() };
        assert_eq!(&text[members[0].1.span.clone()], r#"[1, "é\"", {"b": null}]"#);
        assert!(matches!(&members[1].1.value, Value::Number(digits) if digits == "-1.5e3"));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = "[".repeat(100_000);
        let nested = format!("{}1{}", "[".repeat(NESTING_MAX + 1), "]".repeat(NESTING_MAX + 1));
        for text in [
            "",
            " ",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "nul",
            "1 2",
            "\"\\x\"",
            "\"open",
            "\"\\",
            "01",
            "+1",
            "{\"a\":1,\"a\":2}",
            "{'a':1}",
            "[1 2]",
            "\"\n\"",
            "//",
            &deep,
            &nested,
        ] {
            assert_eq!(read(text).map(|_| ()), Err(NotJson), "{text:.40}");
        }
        assert!(
            read(&"[".repeat(NESTING_MAX).chars().chain("]".repeat(NESTING_MAX).chars()).collect::<String>())
                .is_ok()
        );
    }
}
