//! JSON as events, one after the other, each with where it ends: refusals of filter policies name the place.
//!
//! AWS's words are those of Jackson, a Java library, whose places are behind what it has read when it notices: behind a whole
//! number or word, but behind the first quotation mark of a text, which it reads on only when somebody asks for it.

use std::iter::Peekable;
use std::str::Chars;

/// How deep a document may be nested.
const DEPTH_MAX: usize = 64;

/// A piece of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    /// The name of a member, whose value comes next.
    Name(String),
    Text(String),
    /// As it was written.
    Number(String),
    Bool(bool),
    Null,
}

impl Event {
    /// As it is written.
    pub(crate) fn written(&self) -> String {
        match self {
            Event::BeginObject => "{".to_owned(),
            Event::EndObject => "}".to_owned(),
            Event::BeginArray => "[".to_owned(),
            Event::EndArray => "]".to_owned(),
            Event::Name(text) | Event::Text(text) | Event::Number(text) => text.clone(),
            Event::Bool(value) => value.to_string(),
            Event::Null => "null".to_owned(),
        }
    }
}

/// A line and a column, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) sentence: String,
    pub(crate) place: Option<Place>,
}

impl Problem {
    pub(crate) fn at(place: Place, sentence: impl Into<String>) -> Problem {
        Problem { sentence: sentence.into(), place: Some(place) }
    }

    pub(crate) fn of_all(sentence: impl Into<String>) -> Problem {
        Problem { sentence: sentence.into(), place: None }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence)?;
        let Some(Place { line, column }) = self.place else { return Ok(()) };
        let source = "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)";
        write!(f, "\n at [Source: {source}; line: {line}, column: {column}]")
    }
}

/// An event, and the place that is told with it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) event: Event,
    pub(crate) place: Place,
}

/// Reads a whole document. What is not JSON is refused.
pub(crate) fn events(text: &str) -> Result<Vec<Placed>, Problem> {
    let (place, rest) = (Place { line: 1, column: 1 }, text.chars().peekable());
    let mut reader = Reader { rest, place, events: Vec::new(), depth: 0 };
    let read = reader.document();
    read.map_err(|it| Problem { sentence: format!("failed to parse JSON. {}", it.sentence), ..it })?;
    Ok(reader.events)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    place: Place,
    events: Vec<Placed>,
    depth: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        self.place = match next {
            '\n' => Place { line: self.place.line + 1, column: 1 },
            // Java counts halves of characters beyond the basic plane.
            other => Place { column: self.place.column + other.len_utf16(), ..self.place },
        };
        Some(next)
    }

    fn skip_space(&mut self) {
        while self.rest.peek().is_some_and(|it| matches!(it, ' ' | '\t' | '\r' | '\n')) {
            self.next();
        }
    }

    fn put(&mut self, event: Event, place: Place) {
        self.events.push(Placed { event, place });
    }

    fn unexpected(&self, found: char, expected: &str) -> Problem {
        let code = u32::from(found);
        Problem::at(self.place, format!("Unexpected character ('{found}' (code {code})): {expected}"))
    }

    fn ended(&self, within: &str) -> Problem {
        Problem::at(self.place, format!("Unexpected end-of-input: expected close marker for {within}"))
    }

    fn document(&mut self) -> Result<(), Problem> {
        self.value()?;
        self.skip_space();
        match self.rest.peek().copied() {
            None => Ok(()),
            Some(other) => Err(self.unexpected(other, "was expecting end of input")),
        }
    }

    fn value(&mut self) -> Result<(), Problem> {
        self.skip_space();
        match self.rest.peek().copied() {
            Some('{') => self.nested(Reader::object),
            Some('[') => self.nested(Reader::array),
            Some('"') => {
                self.next();
                let place = self.place;
                let text = self.text()?;
                self.put(Event::Text(text), place);
                Ok(())
            }
            Some('-' | '0'..='9') => self.number(),
            Some(other) if other.is_ascii_alphabetic() => self.word(),
            Some(other) => {
                let expected = "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or \
                                'false')";
                Err(self.unexpected(other, expected))
            }
            None => Err(Problem::at(self.place, "No content to map due to end-of-input")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<(), Problem>) -> Result<(), Problem> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Problem::at(self.place, "Document nesting depth exceeds the maximum allowed"));
        }
        self.next();
        read(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), Problem> {
        self.put(Event::BeginObject, self.place);
        if self.closes('}', Event::EndObject) {
            return Ok(());
        }
        loop {
            self.skip_space();
            match self.rest.peek().copied() {
                Some('"') => self.member()?,
                Some(other) => {
                    return Err(self.unexpected(other, "was expecting double-quote to start field name"));
                }
                None => return Err(self.ended("Object")),
            }
            if self.closes('}', Event::EndObject) {
                return Ok(());
            }
            self.comma("Object")?;
        }
    }

    /// Reads what ends an object or an array, if that comes next.
    fn closes(&mut self, mark: char, event: Event) -> bool {
        self.skip_space();
        let is_next = self.rest.peek() == Some(&mark);
        if is_next {
            self.next();
            self.put(event, self.place);
        }
        is_next
    }

    fn comma(&mut self, within: &str) -> Result<(), Problem> {
        match self.rest.peek().copied() {
            Some(',') => {
                self.next();
                Ok(())
            }
            Some(other) => {
                Err(self.unexpected(other, &format!("was expecting comma to separate {within} entries")))
            }
            None => Err(self.ended(within)),
        }
    }

    fn member(&mut self) -> Result<(), Problem> {
        self.next();
        let name = self.text()?;
        self.skip_space();
        match self.rest.peek().copied() {
            Some(':') => self.next(),
            Some(other) => {
                let expected = "was expecting a colon to separate field name and value";
                return Err(self.unexpected(other, expected));
            }
            None => return Err(self.ended("Object")),
        };
        let at = self.events.len();
        self.put(Event::Name(name), self.place);
        self.value()?;
        // The library looks at a value's beginning before it tells the name.
        let place = self.events[at + 1].place;
        self.events[at].place = place;
        Ok(())
    }

    fn array(&mut self) -> Result<(), Problem> {
        self.put(Event::BeginArray, self.place);
        if self.closes(']', Event::EndArray) {
            return Ok(());
        }
        loop {
            self.value()?;
            if self.closes(']', Event::EndArray) {
                return Ok(());
            }
            self.comma("Array")?;
        }
    }

    /// What is between quotation marks, the first of which is read.
    fn text(&mut self) -> Result<String, Problem> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(control) if u32::from(control) < 0x20 => {
                    let code = u32::from(control);
                    let sentence = format!(
                        "Illegal unquoted character ((CTRL-CHAR, code {code})): has to be escaped using backslash to be \
                         included in string value"
                    );
                    return Err(Problem::at(self.place, sentence));
                }
                Some(other) => text.push(other),
                None => {
                    let sentence = "Unexpected end-of-input: was expecting closing quote for a string value";
                    return Err(Problem::at(self.place, sentence));
                }
            }
        }
    }

    fn escaped(&mut self) -> Result<char, Problem> {
        let Some(escape) = self.next() else { return Err(self.ended("a string value")) };
        Ok(match escape {
            '"' | '\\' | '/' => escape,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = self.unit()?;
                let is_first_half = (0xd800..0xdc00).contains(&high);
                if !is_first_half {
                    return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                if self.next() != Some('\\') || self.next() != Some('u') {
                    return Err(Problem::at(self.place, "Incomplete surrogate pair"));
                }
                let low = self.unit()?;
                let units = [high, low].map(|it| u16::try_from(it).expect("four digits"));
                char::decode_utf16(units).next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            other => {
                let code = u32::from(other);
                let sentence = format!("Unrecognized character escape '{other}' (code {code})");
                return Err(Problem::at(self.place, sentence));
            }
        })
    }

    fn unit(&mut self) -> Result<u32, Problem> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|it| it.to_digit(16));
            let Some(digit) = digit else {
                let sentence = "expected a hex-digit for character escape sequence";
                return Err(Problem::at(self.place, sentence));
            };
            value = value * 16 + digit;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<(), Problem> {
        let mut text = String::new();
        while let Some(next) = self.rest.peek().copied() {
            if !matches!(next, '0'..='9' | '+' | '-' | '.' | 'e' | 'E') {
                break;
            }
            text.push(next);
            self.next();
        }
        let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|it| it.is_number());
        if !is_json {
            return Err(Problem::at(self.place, "Invalid numeric value"));
        }
        self.put(Event::Number(text), self.place);
        Ok(())
    }

    fn word(&mut self) -> Result<(), Problem> {
        let mut word = String::new();
        while let Some(next) = self.rest.peek().copied().filter(|it| it.is_alphanumeric() || *it == '_') {
            word.push(next);
            self.next();
        }
        let event = match word.as_str() {
            "true" => Event::Bool(true),
            "false" => Event::Bool(false),
            "null" => Event::Null,
            _ => {
                let sentence = format!(
                    "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token 'null', \
                     'true' or 'false')"
                );
                return Err(Problem::at(self.place, sentence));
            }
        };
        self.put(event, self.place);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> (String, usize) {
        let problem = events(text).unwrap_err();
        (problem.sentence, problem.place.unwrap().column)
    }

    #[test]
    fn a_document_is_its_events_in_order() {
        let found: Vec<String> = events(r#" {"a": [1.50, "x\u00e4\ud83d\ude00"], "b": {}, "c": null} "#)
            .unwrap()
            .iter()
            .map(|it| it.event.written())
            .collect();
        let expected = ["{", "a", "[", "1.50", "xä😀", "]", "b", "{", "}", "c", "null", "}"];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_json_is_refused_where_it_is_not() {
        let (sentence, column) = problem("{invalid}");
        assert_eq!(
            sentence,
            "failed to parse JSON. Unexpected character ('i' (code 105)): was expecting double-quote to start field name"
        );
        assert_eq!(column, 2);
        let (sentence, column) = problem("invalid");
        assert!(sentence.contains("Unrecognized token 'invalid': was expecting (JSON String"), "{sentence}");
        assert_eq!(column, 8);
        for bad in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "[1 2]",
            "\"a",
            "[01]",
            "[-]",
            "{} {}",
            "[,]",
            "{,}",
            "\"\\x\"",
            "\"\\ud83d\"",
            "[tru]",
            "[\"\u{1}\"]",
        ] {
            assert!(events(bad).is_err(), "{bad}");
        }
        assert!(events(&("[".repeat(65) + &"]".repeat(65))).is_err());
    }
}
