//! Expressions, from what binds least to what binds most.

use super::{DEPTH_MAX, HEIGHT_MAX, Parser};
use crate::compile_error::CompileError;
use crate::syntax::{BinaryOperator, Expr, ExprKind, PatternText};
use crate::token::{Name, Span, Symbol, TokenKind};

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Result<Expr, CompileError> {
        self.nested(|parser| parser.joined("or", ExprKind::Or, Parser::conjunction))
    }

    fn conjunction(&mut self) -> Result<Expr, CompileError> {
        self.joined("and", ExprKind::And, Parser::negation)
    }

    /// Operands with a keyword between them, however many.
    fn joined(
        &mut self,
        keyword: &str,
        kind: fn(Vec<Expr>) -> ExprKind,
        operand: fn(&mut Self) -> Result<Expr, CompileError>,
    ) -> Result<Expr, CompileError> {
        let first = operand(self)?;
        if !self.at_word(keyword) {
            return Ok(first);
        }
        let (mut span, mut operands) = (first.span, vec![first]);
        while self.take_word(keyword)? {
            let next = operand(self)?;
            span = span.to(next.span);
            operands.push(next);
        }
        let height = highest(&operands);
        self.node(kind(operands), span, height)
    }

    fn negation(&mut self) -> Result<Expr, CompileError> {
        if !self.at_word("not") {
            return self.comparison();
        }
        self.nested(|parser| {
            let span = parser.advance()?.span;
            let operand = parser.negation()?;
            let (span, height) = (span.to(operand.span), operand.height);
            parser.node(ExprKind::Not(Box::new(operand)), span, height)
        })
    }

    fn comparison(&mut self) -> Result<Expr, CompileError> {
        let mut left = self.sum()?;
        loop {
            let negated = self.take_word("not")?;
            if self.take_word("like")? || (!negated && self.take(Symbol::Matches)?) {
                left = self.like(left, negated)?;
            } else if self.take_word("in")? {
                left = self.list_of(left, negated)?;
            } else if negated {
                return Err(self.unexpected());
            } else if let Some(operator) = self.comparison_operator() {
                self.advance()?;
                let right = self.sum()?;
                left = self.binary(operator, left, right)?;
            } else {
                return Ok(left);
            }
        }
    }

    fn like(&mut self, value: Expr, negated: bool) -> Result<Expr, CompileError> {
        let (pattern, pattern_span) = match &self.next.kind {
            TokenKind::Text(text) => (PatternText::Substring(text.clone()), self.advance()?.span),
            TokenKind::Symbol(Symbol::Slash) => {
                let (pattern, span) = self.regular_expression()?;
                (PatternText::RegularExpression(pattern), span)
            }
            _ => return Err(self.unexpected()),
        };
        let (span, height) = (value.span.to(pattern_span), value.height);
        self.node(ExprKind::Like { value: Box::new(value), pattern, pattern_span, negated }, span, height)
    }

    fn list_of(&mut self, value: Expr, negated: bool) -> Result<Expr, CompileError> {
        self.expect(Symbol::OpenList)?;
        let list = self.list(Parser::sum)?;
        let span = value.span.to(self.expect(Symbol::CloseList)?);
        let height = value.height.max(highest(&list));
        self.node(ExprKind::In { value: Box::new(value), list, negated }, span, height)
    }

    fn comparison_operator(&self) -> Option<BinaryOperator> {
        let TokenKind::Symbol(symbol) = self.next.kind else { return None };
        match symbol {
            Symbol::Equal => Some(BinaryOperator::Equal),
            Symbol::NotEqual => Some(BinaryOperator::NotEqual),
            Symbol::Less => Some(BinaryOperator::Less),
            Symbol::LessOrEqual => Some(BinaryOperator::LessOrEqual),
            Symbol::Greater => Some(BinaryOperator::Greater),
            Symbol::GreaterOrEqual => Some(BinaryOperator::GreaterOrEqual),
            _ => None,
        }
    }

    fn sum(&mut self) -> Result<Expr, CompileError> {
        let mut left = self.product()?;
        loop {
            let operator = match self.next.kind {
                TokenKind::Symbol(Symbol::Plus) => BinaryOperator::Add,
                TokenKind::Symbol(Symbol::Minus) => BinaryOperator::Subtract,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.product()?;
            left = self.binary(operator, left, right)?;
        }
    }

    fn product(&mut self) -> Result<Expr, CompileError> {
        let mut left = self.signed()?;
        loop {
            let operator = match self.next.kind {
                TokenKind::Symbol(Symbol::Star) => BinaryOperator::Multiply,
                TokenKind::Symbol(Symbol::Slash) => BinaryOperator::Divide,
                TokenKind::Symbol(Symbol::Percent) => BinaryOperator::Remainder,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.signed()?;
            left = self.binary(operator, left, right)?;
        }
    }

    fn signed(&mut self) -> Result<Expr, CompileError> {
        if !self.at(Symbol::Minus) {
            return self.power();
        }
        self.nested(|parser| {
            let span = parser.advance()?.span;
            let operand = parser.signed()?;
            let (span, height) = (span.to(operand.span), operand.height);
            parser.node(ExprKind::Negative(Box::new(operand)), span, height)
        })
    }

    /// Powers bind from the right: 2 ^ 3 ^ 2 is 2 ^ 9.
    fn power(&mut self) -> Result<Expr, CompileError> {
        let base = self.primary()?;
        if !self.take(Symbol::Caret)? {
            return Ok(base);
        }
        let exponent = self.nested(Parser::signed)?;
        self.binary(BinaryOperator::Power, base, exponent)
    }

    fn primary(&mut self) -> Result<Expr, CompileError> {
        let span = self.next.span;
        let kind = match &self.next.kind {
            TokenKind::Number(number) => ExprKind::Number(*number),
            TokenKind::Text(text) => ExprKind::Text(text.clone()),
            TokenKind::Period(period) => ExprKind::Period(period.clone()),
            TokenKind::Symbol(Symbol::Open) => return self.parenthesized(),
            TokenKind::Name(_) => return self.name_or_call(),
            TokenKind::Symbol(_) | TokenKind::End => return Err(self.unexpected()),
        };
        self.advance()?;
        self.node(kind, span, 0)
    }

    fn parenthesized(&mut self) -> Result<Expr, CompileError> {
        let opening = self.advance()?.span;
        let inside = self.expression()?;
        let closing = self.expect(Symbol::Close)?;
        Ok(Expr { span: opening.to(closing), ..inside })
    }

    fn name_or_call(&mut self) -> Result<Expr, CompileError> {
        let span = self.next.span;
        let name = self.name()?;
        if self.at(Symbol::Open) && name.word().is_some() {
            return self.call(name, span);
        }
        let kind = match name.word() {
            Some("true") => ExprKind::Boolean(true),
            Some("false") => ExprKind::Boolean(false),
            _ => ExprKind::Name(name),
        };
        self.node(kind, span, 0)
    }

    fn call(&mut self, name: Name, function_span: Span) -> Result<Expr, CompileError> {
        self.advance()?;
        let arguments = match self.at(Symbol::Close) {
            true => vec![],
            false => self.list(Parser::argument)?,
        };
        let closing = self.expect(Symbol::Close)?;
        let height = highest(&arguments);
        let kind = ExprKind::Call { function: name.text(), function_span, arguments };
        self.node(kind, function_span.to(closing), height)
    }

    fn argument(&mut self) -> Result<Expr, CompileError> {
        if !self.at(Symbol::Star) {
            return self.expression();
        }
        let span = self.advance()?.span;
        self.node(ExprKind::Star, span, 0)
    }

    fn binary(&self, operator: BinaryOperator, left: Expr, right: Expr) -> Result<Expr, CompileError> {
        let (span, height) = (left.span.to(right.span), left.height.max(right.height));
        self.node(ExprKind::Binary(operator, Box::new(left), Box::new(right)), span, height)
    }

    /// An expression over others, the highest of which is so high.
    pub(super) fn node(&self, kind: ExprKind, span: Span, below: usize) -> Result<Expr, CompileError> {
        match below < HEIGHT_MAX {
            true => Ok(Expr { kind, span, height: below + 1 }),
            false => {
                Err(self.error(span, format!("An expression has more than {HEIGHT_MAX} steps in a row")))
            }
        }
    }

    /// Goes one level deeper, if that is not too deep.
    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, CompileError>,
    ) -> Result<T, CompileError> {
        if self.depth == DEPTH_MAX {
            let message = format!("The query is nested deeper than {DEPTH_MAX} levels");
            return Err(self.error(self.next.span, message));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }
}

fn highest(expressions: &[Expr]) -> usize {
    expressions.iter().map(|expression| expression.height).max().unwrap_or(0)
}
