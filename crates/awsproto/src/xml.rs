//! XML in answers, of whichever protocol.
//!
//! Absent members are left out; empty lists are written as empty elements, because clients
//! read `<routeSet/>` as `[]` and nothing at all as a missing key. Which lists AWS leaves out when they are empty, in
//! some answers or in all, is told to the generator of the shapes (`xtask/members/empty_lists.txt`).

use base64::Engine as _;
use model::Timestamp;
use std::fmt::Write as _;

/// Writes one XML document or fragment.
#[derive(Debug, Default)]
pub struct XmlWriter {
    out: String,
    operation: &'static str,
}

impl XmlWriter {
    /// A fragment without a declaration.
    pub fn fragment() -> Self {
        Self::default()
    }

    /// A whole document.
    pub fn document() -> Self {
        XmlWriter { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), ..Self::default() }
    }

    /// Whether what is written is the answer of one of these operations.
    pub fn answers(&self, operations: &[&str]) -> bool {
        operations.contains(&self.operation)
    }

    /// `<name>…</name>`, or `<name/>` if nothing is written inside.
    pub fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.out.extend(["<", name, ">"]);
        let start = self.out.len();
        inside(self);
        if self.out.len() == start {
            self.out.truncate(start - 1);
            self.out.push_str("/>");
        } else {
            self.out.extend(["</", name, ">"]);
        }
    }

    /// An element in a namespace, if there is one.
    pub fn element_in(&mut self, name: &str, namespace: &str, inside: impl FnOnce(&mut Self)) {
        if namespace.is_empty() {
            return self.element(name, inside);
        }
        self.out.extend(["<", name, " xmlns=\"", namespace, "\">"]);
        inside(self);
        self.out.extend(["</", name, ">"]);
    }

    /// An element with text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.element(name, |xml| xml.escape(text));
    }

    /// A member that may be absent.
    pub fn field<T: ToXml>(&mut self, name: &str, value: &Option<T>) {
        if let Some(value) = value {
            self.element(name, |xml| value.to_xml(xml));
        }
    }

    /// A list in an element of its own, empty or not.
    pub fn list<T: ToXml>(&mut self, name: &str, item: &str, members: &[T]) {
        self.element(name, |xml| xml.flat_list(item, members));
    }

    /// A list without an element of its own.
    pub fn flat_list<T: ToXml>(&mut self, item: &str, members: &[T]) {
        for member in members {
            self.element(item, |xml| member.to_xml(xml));
        }
    }

    /// What was already XML.
    pub fn raw(&mut self, xml: &str) {
        self.out.push_str(xml);
    }

    /// The text so far.
    pub fn finish(self) -> String {
        self.out
    }

    /// Text between tags. Characters XML 1.0 cannot carry at all become U+FFFD.
    fn escape(&mut self, text: &str) {
        // Nearly all text is plain, and nearly all of a large answer is text.
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'&' | b'"'))
        {
            return self.out.push_str(text);
        }
        for character in text.chars() {
            match character {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' => self.out.push_str("&amp;"),
                '"' => self.out.push_str("&quot;"),
                '\r' => self.out.push_str("&#13;"),
                '\n' | '\t' => self.out.push(character),
                '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => self.out.push('\u{fffd}'),
                _ => self.out.push(character),
            }
        }
    }

    fn display(&mut self, value: impl std::fmt::Display) {
        write!(self.out, "{value}").expect("a String takes all that is written to it");
    }
}

/// Something that can be written as the inside of an element.
pub trait ToXml {
    /// Writes text or child elements.
    fn to_xml(&self, xml: &mut XmlWriter);
}

impl<T: ToXml> ToXml for std::collections::BTreeMap<String, T> {
    fn to_xml(&self, xml: &mut XmlWriter) {
        for (key, value) in self {
            xml.element("entry", |xml| {
                xml.text("key", key);
                xml.element("value", |xml| value.to_xml(xml));
            });
        }
    }
}

impl ToXml for String {
    fn to_xml(&self, xml: &mut XmlWriter) {
        xml.escape(self);
    }
}

impl ToXml for Vec<u8> {
    fn to_xml(&self, xml: &mut XmlWriter) {
        xml.raw(&base64::engine::general_purpose::STANDARD.encode(self));
    }
}

macro_rules! displayed {
    ($($plain:ty)*) => {$(
        impl ToXml for $plain {
            fn to_xml(&self, xml: &mut XmlWriter) {
                xml.display(self);
            }
        }
    )*};
}

displayed!(bool i32 i64 f32 f64 Timestamp);

/// An answer's members as XML, without an element around them. It matters to some member which operation answers.
pub(crate) fn inside_answer_of<T: ToXml>(operation: &'static str, answer: &T) -> String {
    let mut xml = XmlWriter { operation, ..XmlWriter::default() };
    answer.to_xml(&mut xml);
    xml.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct RouteTable {
        id: Option<String>,
        main: Option<bool>,
        routes: Vec<String>,
    }

    impl ToXml for RouteTable {
        fn to_xml(&self, xml: &mut XmlWriter) {
            xml.field("routeTableId", &self.id);
            xml.field("main", &self.main);
            xml.list("routeSet", "item", &self.routes);
        }
    }

    #[test]
    fn absent_members_are_left_out_and_empty_lists_are_not() {
        let table = RouteTable { id: Some("rtb-<1>&".into()), main: None, routes: Vec::new() };
        assert_eq!(
            inside_answer_of("", &table),
            "<routeTableId>rtb-&lt;1&gt;&amp;</routeTableId><routeSet/>"
        );
        let table = RouteTable { id: None, main: Some(true), routes: vec!["a".into(), String::new()] };
        assert_eq!(
            inside_answer_of("", &table),
            "<main>true</main><routeSet><item>a</item><item/></routeSet>"
        );
    }

    #[test]
    fn characters_that_xml_cannot_carry_are_replaced() {
        let mut xml = XmlWriter::fragment();
        xml.text("a", "\0\u{1}\u{ffff}\r\n\té");
        assert_eq!(xml.finish(), "<a>\u{fffd}\u{fffd}\u{fffd}&#13;\n\té</a>");
    }
}
