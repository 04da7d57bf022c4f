//! What is wrong with a query, in the words of `MalformedQueryException`.

use crate::token::Span;

/// Why a query cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// AWS's sentence where it is known, otherwise ours.
    pub message: String,
    /// Which characters are meant; none if it is the query as a whole.
    pub location: Option<Location>,
}

/// A place in the text, counted as Java counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The first character that is meant.
    pub start: usize,
    /// The first one behind it.
    pub end: usize,
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for CompileError {}

impl CompileError {
    /// "unexpected symbol found x at line n and position m", for what stands at `span`.
    pub(crate) fn unexpected(text: &str, span: Span) -> CompileError {
        let symbol = if span.start >= text.len() { "<EOF>" } else { &text[span.start..span.end] };
        CompileError::unexpected_symbol(text, span, symbol)
    }

    /// The same for a symbol that is not the text itself.
    pub(crate) fn unexpected_symbol(text: &str, span: Span, symbol: &str) -> CompileError {
        let before = &text[..span.start];
        let line = before.matches('\n').count() + 1;
        let position = characters(before.rsplit('\n').next().unwrap_or(before));
        let message = format!("unexpected symbol found {symbol} at line {line} and position {position}");
        CompileError::at(text, span, message)
    }

    /// Another complaint about what stands at `span`.
    pub(crate) fn at(text: &str, span: Span, message: String) -> CompileError {
        let start = characters(&text[..span.start]);
        let end = start + characters(&text[span.start..span.end]);
        CompileError { message, location: Some(Location { start, end }) }
    }
}

fn characters(text: &str) -> usize {
    text.encode_utf16().count()
}
