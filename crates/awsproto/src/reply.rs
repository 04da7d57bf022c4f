//! Answers: what an operation gives, and what is sent in the end.

use std::borrow::Cow;

/// An answer, rendered but for its envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// The inside of the XML envelope, or the whole JSON.
    pub body: String,
    /// Members that go in headers.
    pub headers: Vec<(&'static str, String)>,
}

impl Output {
    /// An answer with nothing in headers.
    pub(crate) fn of(body: String) -> Self {
        Output { body, headers: Vec::new() }
    }
}

/// A whole HTTP answer, less the headers every answer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer without headers of its own.
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Reply { status, content_type, headers: Vec::new(), body: body.into() }
    }

    /// The body as text, for those protocols whose bodies are.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
