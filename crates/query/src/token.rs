//! The words of a query.

/// Where something stands in the text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// From the beginning of one to the end of the other.
    pub(crate) fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }
}

/// A word, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// What a word is. Regular expressions are not among them: only who knows that one may follow can tell it from a division.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    /// A field, a command or a function, with what is accessed in it.
    Name(Name),
    /// What stood between quotes.
    Text(String),
    Number(f64),
    /// A number with letters behind it, like `5m`.
    Period(String),
    Symbol(Symbol),
    End,
}

/// A field's name: `a.b`, `` a.`x-y` ``, `list[0]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    pub segments: Vec<Segment>,
    /// Whether a part of it stood between backticks, so that it is no keyword.
    pub quoted: bool,
}

/// A part of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Key(String),
    Index(usize),
}

impl Name {
    /// As a discovered field is called: with dots, also for places in lists.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for segment in &self.segments {
            if !text.is_empty() {
                text.push('.');
            }
            match segment {
                Segment::Key(key) => text.push_str(key),
                Segment::Index(index) => text.push_str(&index.to_string()),
            }
        }
        text
    }

    /// The only word of a name that is not quoted.
    pub(crate) fn word(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [Segment::Key(key)] if !self.quoted => Some(key),
            _ => None,
        }
    }
}

/// Signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symbol {
    Pipe,
    Comma,
    Colon,
    Open,
    Close,
    OpenList,
    CloseList,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
}
