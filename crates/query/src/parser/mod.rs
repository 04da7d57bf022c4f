//! From words to commands.

mod command;
mod expression;
mod source;

use crate::compile_error::CompileError;
use crate::lexer::Lexer;
use crate::syntax::Query;
use crate::token::{Name, Span, Symbol, Token, TokenKind};

/// How deep parentheses, calls and signs may be nested: each takes some of a thread's stack.
const DEPTH_MAX: usize = 64;
/// How high an expression may be, chains like `1 + 1 + 1` among it, since whoever walks it takes some of the stack, too.
const HEIGHT_MAX: usize = 256;

/// Reads a whole query.
pub(crate) fn parse(text: &str) -> Result<Query, CompileError> {
    let mut parser = Parser::new(text)?;
    let source = parser.source()?;
    let mut commands = vec![];
    if source.is_none() {
        commands.push(parser.command()?);
    }
    while parser.take(Symbol::Pipe)? {
        commands.push(parser.command()?);
    }
    if !parser.at_end() {
        return Err(parser.unexpected());
    }
    Ok(Query { source, commands })
}

/// The text, and the next word of it.
struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    next: Token,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Parser<'a>, CompileError> {
        let mut lexer = Lexer::new(text);
        let next = lexer.next()?;
        Ok(Parser { text, lexer, next, depth: 0 })
    }

    fn advance(&mut self) -> Result<Token, CompileError> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn at_end(&self) -> bool {
        self.next.kind == TokenKind::End
    }

    fn at(&self, symbol: Symbol) -> bool {
        self.next.kind == TokenKind::Symbol(symbol)
    }

    fn take(&mut self, symbol: Symbol) -> Result<bool, CompileError> {
        let found = self.at(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, symbol: Symbol) -> Result<Span, CompileError> {
        match self.at(symbol) {
            true => Ok(self.advance()?.span),
            false => Err(self.unexpected()),
        }
    }

    /// Whether the next word is this keyword, in whatever letters.
    fn at_word(&self, keyword: &str) -> bool {
        let TokenKind::Name(name) = &self.next.kind else { return false };
        name.word().is_some_and(|word| word.eq_ignore_ascii_case(keyword))
    }

    fn take_word(&mut self, keyword: &str) -> Result<bool, CompileError> {
        let found = self.at_word(keyword);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect_word(&mut self, keyword: &str) -> Result<(), CompileError> {
        match self.take_word(keyword)? {
            true => Ok(()),
            false => Err(self.unexpected()),
        }
    }

    fn name(&mut self) -> Result<Name, CompileError> {
        let reserved = RESERVED.iter().any(|word| self.at_word(word));
        match &self.next.kind {
            TokenKind::Name(name) if !reserved => {
                let name = name.clone();
                self.advance()?;
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Items with commas between them: one at least.
    fn list<T>(
        &mut self,
        item: impl Fn(&mut Parser<'a>) -> Result<T, CompileError>,
    ) -> Result<Vec<T>, CompileError> {
        let mut items = vec![item(self)?];
        while self.take(Symbol::Comma)? {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// The complaint about the next word.
    fn unexpected(&self) -> CompileError {
        CompileError::unexpected(self.text, self.next.span)
    }

    fn error(&self, span: Span, message: String) -> CompileError {
        CompileError::at(self.text, span, message)
    }
}

/// Words that are no fields' names unless between backticks.
const RESERVED: [&str; 8] = ["and", "as", "asc", "by", "desc", "in", "like", "or"];
