//! Takes a query's text apart, one word at a time.

use crate::compile_error::CompileError;
use crate::token::{Name, Segment, Span, Symbol, Token, TokenKind};

/// The text and how far it has been read.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0 }
    }

    /// The next word; `End` again and again behind the last one.
    pub(crate) fn next(&mut self) -> Result<Token, CompileError> {
        self.skip_blanks();
        let start = self.at;
        let Some(first) = self.peek() else {
            return Ok(Token { kind: TokenKind::End, span: Span { start, end: start } });
        };
        let kind = match first {
            '"' | '\'' => TokenKind::Text(self.quoted(first)?),
            '`' => TokenKind::Name(self.name()?),
            _ if begins_name(first) => TokenKind::Name(self.name()?),
            _ if first.is_ascii_digit() => self.number_or_period()?,
            '.' if self.second().is_some_and(|second| second.is_ascii_digit()) => self.number_or_period()?,
            _ => TokenKind::Symbol(self.symbol(first)?),
        };
        Ok(Token { kind, span: Span { start, end: self.at } })
    }

    /// Reads a regular expression that begins with the slash at `start`, and goes on behind it.
    pub(crate) fn regular_expression(&mut self, start: usize) -> Result<(String, Span), CompileError> {
        let opening = Span { start, end: start + 1 };
        let mut pattern = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((place, character)) = characters.next() {
            match character {
                '/' => {
                    self.at = start + 1 + place + 1;
                    return Ok((pattern, Span { start, end: self.at }));
                }
                '\\' => {
                    let Some((_, escaped)) = characters.next() else { break };
                    // The slash is escaped for our sake, everything else for that of the expression.
                    if escaped != '/' {
                        pattern.push('\\');
                    }
                    pattern.push(escaped);
                }
                other => pattern.push(other),
            }
        }
        Err(CompileError::unexpected(self.text, opening))
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn second(&self) -> Option<char> {
        self.text[self.at..].chars().nth(1)
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.find(|character| !belongs(character)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn skip_blanks(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if self.peek() != Some('#') {
                return;
            }
            self.take_while(|character| character != '\n');
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, CompileError> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((place, character)) = characters.next() {
            match character {
                '\\' => {
                    let Some((_, escaped)) = characters.next() else { break };
                    push_escaped(&mut text, escaped);
                }
                _ if character == quote => {
                    self.at = start + 1 + place + 1;
                    return Ok(text);
                }
                other => text.push(other),
            }
        }
        Err(CompileError::unexpected(self.text, Span { start, end: start + 1 }))
    }

    fn name(&mut self) -> Result<Name, CompileError> {
        let mut name = Name { segments: Vec::new(), quoted: false };
        loop {
            if self.peek() == Some('`') {
                name.quoted = true;
                name.segments.push(Segment::Key(self.backticked()?));
            } else {
                let key = self.take_while(continues_name);
                name.segments.push(Segment::Key(key.to_owned()));
            }
            while let Some(index) = self.index() {
                name.segments.push(Segment::Index(index));
            }
            if !self.accessed() {
                return Ok(name);
            }
            self.at += 1;
        }
    }

    /// Whether a dot follows, and behind it a further part of the name.
    fn accessed(&self) -> bool {
        self.peek() == Some('.') && self.second().is_some_and(|next| next == '`' || continues_name(next))
    }

    fn index(&mut self) -> Option<usize> {
        let inside = self.text[self.at..].strip_prefix('[')?;
        let digits = inside.find(|character: char| !character.is_ascii_digit())?;
        let index = inside[..digits].parse().ok()?;
        inside[digits..].starts_with(']').then(|| {
            self.at += digits + 2;
            index
        })
    }

    fn backticked(&mut self) -> Result<String, CompileError> {
        let start = self.at;
        match self.text[start + 1..].find('`') {
            Some(length) if length > 0 => {
                self.at = start + length + 2;
                Ok(self.text[start + 1..start + 1 + length].to_owned())
            }
            _ => Err(CompileError::unexpected(self.text, Span { start, end: start + 1 })),
        }
    }

    fn number_or_period(&mut self) -> Result<TokenKind, CompileError> {
        let start = self.at;
        self.take_while(|character| character.is_ascii_digit());
        let whole = self.at;
        if self.peek() == Some('.') && self.second().is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1;
            self.take_while(|character| character.is_ascii_digit());
        }
        self.exponent();
        if self.at == whole && self.peek().is_some_and(begins_name) {
            self.take_while(continues_name);
            return Ok(TokenKind::Period(self.text[start..self.at].to_owned()));
        }
        let span = Span { start, end: self.at };
        let number: f64 =
            self.text[start..self.at].parse().map_err(|_| CompileError::unexpected(self.text, span))?;
        match number.is_finite() {
            true => Ok(TokenKind::Number(number)),
            false => Err(CompileError::unexpected(self.text, span)),
        }
    }

    /// `e9`, `E-3`: only if digits follow, since `5e` might be a period of some kind.
    fn exponent(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        if !matches!(rest.first(), Some(b'e' | b'E')) {
            return;
        }
        let sign = usize::from(matches!(rest.get(1), Some(b'+' | b'-')));
        if rest.get(1 + sign).is_some_and(u8::is_ascii_digit) {
            self.at += 1 + sign;
            self.take_while(|character| character.is_ascii_digit());
        }
    }

    fn symbol(&mut self, first: char) -> Result<Symbol, CompileError> {
        let (symbol, length) = match (first, self.second()) {
            ('=', Some('~')) => (Symbol::Matches, 2),
            ('=', Some('=')) => (Symbol::Equal, 2),
            ('=', _) => (Symbol::Equal, 1),
            ('!', Some('=')) => (Symbol::NotEqual, 2),
            ('<', Some('=')) => (Symbol::LessOrEqual, 2),
            ('<', _) => (Symbol::Less, 1),
            ('>', Some('=')) => (Symbol::GreaterOrEqual, 2),
            ('>', _) => (Symbol::Greater, 1),
            ('|', _) => (Symbol::Pipe, 1),
            (',', _) => (Symbol::Comma, 1),
            (':', _) => (Symbol::Colon, 1),
            ('(', _) => (Symbol::Open, 1),
            (')', _) => (Symbol::Close, 1),
            ('[', _) => (Symbol::OpenList, 1),
            (']', _) => (Symbol::CloseList, 1),
            ('+', _) => (Symbol::Plus, 1),
            ('-', _) => (Symbol::Minus, 1),
            ('*', _) => (Symbol::Star, 1),
            ('/', _) => (Symbol::Slash, 1),
            ('%', _) => (Symbol::Percent, 1),
            ('^', _) => (Symbol::Caret, 1),
            _ => {
                let span = Span { start: self.at, end: self.at + first.len_utf8() };
                return Err(CompileError::unexpected(self.text, span));
            }
        };
        self.at += length;
        Ok(symbol)
    }
}

fn begins_name(character: char) -> bool {
    character.is_ascii_alphabetic() || matches!(character, '@' | '_' | '$')
}

/// "Fields that contain characters other than the @ sign, the period and alphanumeric characters need backticks" (Fields that
/// contain special characters).
fn continues_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '@' | '_' | '$')
}

/// What a backslash makes of the next character: of quotes and of itself what they are; of the others nothing, so that
/// Windows' paths and expressions stay as they are written.
fn push_escaped(text: &mut String, escaped: char) {
    match escaped {
        '"' | '\'' | '\\' => text.push(escaped),
        'n' => text.push('\n'),
        't' => text.push('\t'),
        'r' => text.push('\r'),
        other => {
            text.push('\\');
            text.push(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<TokenKind> {
        let mut lexer = Lexer::new(text);
        std::iter::from_fn(|| Some(lexer.next().unwrap().kind))
            .take_while(|kind| *kind != TokenKind::End)
            .collect()
    }

    fn name(segments: &[&str]) -> TokenKind {
        let quoted = false;
        let segments = segments.iter().map(|key| Segment::Key((*key).to_owned())).collect();
        TokenKind::Name(Name { segments, quoted })
    }

    #[test]
    fn names_have_parts_and_places() {
        assert_eq!(kinds("a.b.0"), [name(&["a", "b", "0"])]);
        let TokenKind::Name(parts) = &kinds("a.`x-y`.b[12]")[0] else { panic!() };
        assert_eq!(parts.text(), "a.x-y.b.12");
        assert_eq!(parts.segments[3], Segment::Index(12));
    }

    #[test]
    fn a_list_behind_a_keyword_is_no_place() {
        assert_eq!(kinds("in[\"a\"]").len(), 4);
        assert_eq!(kinds("in [1]").len(), 4);
    }

    #[test]
    fn numbers_and_periods_differ_by_letters() {
        assert_eq!(
            kinds("5m 5 5.5 1e3"),
            [
                TokenKind::Period("5m".to_owned()),
                TokenKind::Number(5.0),
                TokenKind::Number(5.5),
                TokenKind::Number(1000.0)
            ]
        );
    }

    #[test]
    fn comments_end_with_their_line() {
        assert_eq!(kinds("a # b | c\n| d").len(), 3);
    }

    #[test]
    fn a_backslash_escapes_quotes_only() {
        assert_eq!(kinds(r#""a\"b\d""#), [TokenKind::Text("a\"b\\d".to_owned())]);
    }

    #[test]
    fn an_open_quote_is_what_is_unexpected() {
        let error = Lexer::new("  \"abc").next().unwrap_err();
        assert_eq!(error.message, "unexpected symbol found \" at line 1 and position 2");
    }

    #[test]
    fn a_slash_in_an_expression_is_escaped() {
        let mut lexer = Lexer::new(r"/a\/\d/ x");
        assert_eq!(lexer.regular_expression(0).unwrap().0, r"a/\d");
        assert_eq!(lexer.next().unwrap().kind, name(&["x"]));
    }

    proptest! {
        /// Whatever the text: words stand behind one another, none is empty, and the reading ends.
        #[test]
        fn words_stand_in_order(text in "\\PC{0,60}|[ -~\n]{0,200}") {
            let mut lexer = Lexer::new(&text);
            let mut before = 0;
            while let Ok(token) = lexer.next() {
                if token.kind == TokenKind::End {
                    prop_assert_eq!(token.span.start, text.len());
                    break;
                }
                prop_assert!(before <= token.span.start && token.span.start < token.span.end);
                before = token.span.end;
            }
        }
    }
}
