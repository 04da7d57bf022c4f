//! XML that strangers send: elements and text into a tree.
//!
//! As much of XML 1.0 as AWS clients write: a declaration, comments, character data, the five named entities and numbered
//! ones. Attributes are kept, namespaces are not looked up. A document type is refused, since nothing good comes of one.

use std::iter::Peekable;
use std::str::CharIndices;

/// Elements inside of each other.
pub const DEPTH_MAX: usize = 32;
/// Elements in one document.
pub const ELEMENTS_MAX: usize = 50_000;

/// An element: its text, and the elements inside of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name, without the prefix of a namespace.
    pub name: String,
    /// Its own text, put together.
    pub text: String,
    /// What is inside, in order.
    pub children: Vec<Element>,
    /// Its attributes, by their names as they are written.
    pub attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a document; what is wrong with it otherwise.
pub fn parse(document: &str) -> Result<Element, &'static str> {
    let mut reader = Reader { document, rest: document.char_indices().peekable(), elements: 0 };
    reader.step_over_prologue()?;
    let root = reader.element(1)?;
    reader.step_over_prologue()?;
    match reader.rest.next() {
        None => Ok(root),
        Some(_) => Err("Content is not allowed after the document."),
    }
}

struct Reader<'a> {
    document: &'a str,
    rest: Peekable<CharIndices<'a>>,
    elements: usize,
}

impl<'a> Reader<'a> {
    fn at(&mut self) -> usize {
        self.rest.peek().map_or(self.document.len(), |(at, _)| *at)
    }

    fn is_at(&mut self, text: &str) -> bool {
        let at = self.at();
        self.document[at..].starts_with(text)
    }

    /// Steps over this text, if it comes now.
    fn take(&mut self, text: &str) -> bool {
        let found = self.is_at(text);
        if found {
            for _ in text.chars() {
                self.rest.next();
            }
        }
        found
    }

    /// Everything before `end`, and steps over that too.
    fn until(&mut self, end: &str) -> Result<&'a str, &'static str> {
        let at = self.at();
        let len = self.document[at..].find(end).ok_or("The document ends too early.")?;
        while self.at() < at + len + end.len() {
            self.rest.next();
        }
        Ok(&self.document[at..at + len])
    }

    fn while_true(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let start = self.at();
        while self.rest.next_if(|(_, character)| wanted(*character)).is_some() {}
        let end = self.at();
        &self.document[start..end]
    }

    /// White space, comments, instructions: what may be around the document.
    fn step_over_prologue(&mut self) -> Result<(), &'static str> {
        loop {
            self.while_true(char::is_whitespace);
            if self.take("<!--") {
                self.until("-->")?;
            } else if self.take("<?") {
                self.until("?>")?;
            } else {
                return Ok(());
            }
        }
    }

    fn element(&mut self, depth: usize) -> Result<Element, &'static str> {
        self.elements += 1;
        if depth > DEPTH_MAX || self.elements > ELEMENTS_MAX {
            return Err("The document has too many elements.");
        }
        if !self.take("<") {
            return Err("Content is not allowed in prolog.");
        }
        let written = self.name()?;
        let mut element = Element { name: local(written).to_owned(), ..Element::default() };
        element.attributes = self.attributes()?;
        if self.take("/>") {
            return Ok(element);
        }
        if !self.take(">") {
            return Err("A tag does not end.");
        }
        self.content(&mut element, depth)?;
        let closes = self.name()? == written;
        self.while_true(char::is_whitespace);
        match closes && self.take(">") {
            true => Ok(element),
            false => Err("An element is closed that is not open."),
        }
    }

    /// What is between the tags, and the beginning of the one that closes.
    fn content(&mut self, element: &mut Element, depth: usize) -> Result<(), &'static str> {
        loop {
            if self.take("</") {
                return Ok(());
            } else if self.take("<!--") {
                self.until("-->")?;
            } else if self.take("<![CDATA[") {
                element.text.push_str(self.until("]]>")?);
            } else if self.take("<?") {
                self.until("?>")?;
            } else if self.is_at("<") {
                element.children.push(self.element(depth + 1)?);
            } else if self.take("&") {
                element.text.push(entity(self.until(";")?)?);
            } else {
                let text = self.while_true(|character| !matches!(character, '<' | '&'));
                if text.is_empty() {
                    return Err("The document ends too early.");
                }
                element.text.push_str(text);
            }
        }
    }

    fn name(&mut self) -> Result<&'a str, &'static str> {
        let is_part =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | ':');
        match self.while_true(is_part) {
            "" => Err("A tag has no name."),
            name => Ok(name),
        }
    }

    fn attributes(&mut self) -> Result<Vec<(String, String)>, &'static str> {
        let mut attributes = Vec::new();
        loop {
            self.while_true(char::is_whitespace);
            if self.is_at(">") || self.is_at("/>") {
                return Ok(attributes);
            }
            let name = self.name()?.to_owned();
            self.while_true(char::is_whitespace);
            if !self.take("=") {
                return Err("An attribute has no value.");
            }
            self.while_true(char::is_whitespace);
            let value = match self.rest.next() {
                Some((_, '"')) => self.until("\"")?,
                Some((_, '\'')) => self.until("'")?,
                Some(_) | None => return Err("An attribute has no value."),
            };
            attributes.push((name, without_entities(value)?));
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// A text with what its entities stand for.
fn without_entities(text: &str) -> Result<String, &'static str> {
    let mut parts = text.split('&');
    let mut found = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').ok_or("An entity does not end.")?;
        found.push(entity(name)?);
        found.push_str(rest);
    }
    Ok(found)
}

fn entity(name: &str) -> Result<char, &'static str> {
    let number = |digits: &str, base| u32::from_str_radix(digits, base).ok().and_then(char::from_u32);
    let found = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix("#x") {
            Some(digits) => number(digits, 16),
            None => name.strip_prefix('#').and_then(|digits| number(digits, 10)),
        },
    };
    found.ok_or("An entity is not known.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::XmlWriter;
    use proptest::prelude::*;

    #[test]
    fn a_document_becomes_a_tree() {
        let document = "<?xml version='1.0'?>\n<!-- hello -->\
                        <a:Zone xmlns:a=\"urn:x\" b = 'c>'><Name>x &lt;&#x41;&#66;</Name><Empty/>\
                        <List><One>1</One><One><![CDATA[<2>]]></One></List></a:Zone>\n";
        let root = parse(document).unwrap();
        assert_eq!(root.name, "Zone");
        assert_eq!((root.attribute("xmlns:a"), root.attribute("b")), (Some("urn:x"), Some("c>")));
        assert_eq!(parse("<a b='&lt;&#65;&amp;'/>").unwrap().attribute("b"), Some("<A&"));
        assert_eq!((root.attribute("c"), root.children[0].attributes.len()), (None, 0));
        let [name, empty, list] = root.children.as_slice() else { panic!("three children") };
        assert_eq!((name.text.as_str(), empty.name.as_str()), ("x <AB", "Empty"));
        assert_eq!(list.children.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["1", "<2>"]);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let deep = "<a>".repeat(100_000);
        let many = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX));
        for wrong in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a",
            "<a/><b/>",
            "<a b></a>",
            "<a b=c></a>",
            "<a b='&nbsp;'></a>",
            "<a b='&amp'></a>",
            "<a>&nbsp;</a>",
            "<a>&#xd800;</a>",
            "<a>&amp</a>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "<a><!DOCTYPE b></a>",
            &deep,
            &many,
        ] {
            let shown = wrong.get(..40).unwrap_or(wrong);
            assert!(parse(wrong).is_err(), "{shown}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([<>/&;!?'\"= \\[\\]-]|[a-zäb:]|CDATA|#x?[0-9]|--){0,40}", any in any::<String>()) {
            let _ = (parse(&text), parse(&any), parse(&format!("<a>{text}</a>")));
        }

        #[test]
        fn what_is_written_is_read(text in "[^\u{0}-\u{1f}\u{fffe}\u{ffff}]{0,40}") {
            let mut xml = XmlWriter::document();
            xml.text("a", &text);
            prop_assert_eq!(parse(&xml.finish()).unwrap().text, text);
        }
    }
}
