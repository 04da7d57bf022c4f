//! Expressions: functions that exist, with arguments that fit.

use super::Checker;
use crate::compile_error::CompileError;
use crate::expression::{Arithmetic, Comparison, Pattern};
use crate::function::{self, Kind, Signature};
use crate::syntax::{BinaryOperator, Expr, ExprKind, PatternText};
use crate::token::Span;
use crate::{Aggregate, Expression, Function, Literal, Period, Subnet, regular_expression};
use memchr::memmem;

/// How what stands inside of an expression is checked: over rows, or over groups.
type Inner<'c, 'a> = dyn FnMut(&mut Checker<'a>, &Expr) -> Result<Expression, CompileError> + 'c;

impl<'a> Checker<'a> {
    /// An expression over rows.
    pub(super) fn value(&mut self, expression: &Expr) -> Result<Expression, CompileError> {
        if let ExprKind::Name(name) = &expression.kind {
            return match self.draft.resolve(name) {
                Some(found) => Ok(found),
                // "Any fields that you reference after the first stats command must be defined in that first stats command."
                None if self.two_stats => {
                    let message = format!("{} is not defined by the first stats command", name.text());
                    Err(self.error(expression.span, message))
                }
                None => Ok(Expression::Literal(Literal::Absent)),
            };
        }
        self.composed(expression, &mut |checker, inner| checker.value(inner))
    }

    /// An expression that decides about rows.
    pub(super) fn condition(&mut self, expression: &Expr) -> Result<Expression, CompileError> {
        self.refuse_as_condition(expression)?;
        self.value(expression)
    }

    /// What is no name, over what stands inside of it.
    pub(super) fn composed(
        &mut self,
        expression: &Expr,
        inner: &mut Inner<'_, 'a>,
    ) -> Result<Expression, CompileError> {
        match &expression.kind {
            ExprKind::Number(number) => Ok(Expression::Literal(Literal::Number(*number))),
            ExprKind::Text(text) => Ok(Expression::Literal(Literal::Text(text.as_str().into()))),
            ExprKind::Boolean(boolean) => Ok(Expression::Literal(Literal::Boolean(*boolean))),
            ExprKind::Name(_) | ExprKind::Star | ExprKind::Period(_) => {
                Err(CompileError::unexpected(self.text, expression.span))
            }
            ExprKind::Or(operands) => Ok(Expression::Or(self.conditions(operands, inner)?)),
            ExprKind::And(operands) => Ok(Expression::And(self.conditions(operands, inner)?)),
            ExprKind::Not(operand) => {
                self.refuse_as_condition(operand)?;
                Ok(Expression::Not(Box::new(inner(self, operand)?)))
            }
            ExprKind::Negative(operand) => self.negative(operand, inner),
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, inner),
            ExprKind::Like { value, pattern, pattern_span, negated } => {
                let pattern = self.pattern_of(pattern, *pattern_span)?;
                Ok(Expression::Like { value: Box::new(inner(self, value)?), pattern, negated: *negated })
            }
            ExprKind::In { value, list, negated } => {
                let list: Result<Vec<Literal>, CompileError> =
                    list.iter().map(|item| self.constant(item)).collect();
                Ok(Expression::In { value: Box::new(inner(self, value)?), list: list?, negated: *negated })
            }
            ExprKind::Call { function, function_span, arguments } => {
                self.call(expression, (function, *function_span), arguments, inner)
            }
            ExprKind::Shifted { bin, by, by_span } => self.shifted(bin, by, *by_span, inner),
        }
    }

    fn conditions(
        &mut self,
        operands: &[Expr],
        inner: &mut Inner<'_, 'a>,
    ) -> Result<Vec<Expression>, CompileError> {
        operands
            .iter()
            .map(|operand| {
                self.refuse_as_condition(operand)?;
                inner(self, operand)
            })
            .collect()
    }

    /// A field may hold anything; a number or a text that stands in the query decides about nothing.
    fn refuse_as_condition(&self, expression: &Expr) -> Result<(), CompileError> {
        let decides = match &expression.kind {
            ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Negative(_) => false,
            ExprKind::Binary(operator, ..) => comparison(*operator).is_some(),
            ExprKind::Call { function, .. } => function::find(function).is_none_or(|signature| {
                let may_be = matches!(signature.function, Function::Coalesce | Function::If | Function::Case);
                may_be || signature.function.is_condition()
            }),
            _ => true,
        };
        match decides {
            true => Ok(()),
            false => Err(self.error(expression.span, "A condition must be true or false".to_owned())),
        }
    }

    fn negative(&mut self, operand: &Expr, inner: &mut Inner<'_, 'a>) -> Result<Expression, CompileError> {
        if let ExprKind::Number(number) = operand.kind {
            return Ok(Expression::Literal(Literal::Number(-number)));
        }
        self.refuse_as(operand, Kind::Number)?;
        Ok(Expression::Negative(Box::new(inner(self, operand)?)))
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
        inner: &mut Inner<'_, 'a>,
    ) -> Result<Expression, CompileError> {
        if let Some(comparison) = comparison(operator) {
            let (left, right) = (Box::new(inner(self, left)?), Box::new(inner(self, right)?));
            return Ok(Expression::Compare(comparison, left, right));
        }
        self.refuse_as(left, Kind::Number)?;
        self.refuse_as(right, Kind::Number)?;
        let (left, right) = (Box::new(inner(self, left)?), Box::new(inner(self, right)?));
        Ok(Expression::Arithmetic(arithmetic(operator), left, right))
    }

    fn pattern_of(&self, pattern: &PatternText, span: Span) -> Result<Pattern, CompileError> {
        match pattern {
            PatternText::Substring(text) => {
                Ok(Pattern::Substring(Box::new(memmem::Finder::new(text.as_bytes()).into_owned())))
            }
            PatternText::RegularExpression(text) => regular_expression::compile(text)
                .map(Pattern::RegularExpression)
                .map_err(|message| self.error(span, message)),
        }
    }

    fn constant(&self, expression: &Expr) -> Result<Literal, CompileError> {
        match &expression.kind {
            ExprKind::Number(number) => Ok(Literal::Number(*number)),
            ExprKind::Text(text) => Ok(Literal::Text(text.as_str().into())),
            ExprKind::Boolean(boolean) => Ok(Literal::Boolean(*boolean)),
            ExprKind::Negative(operand) => match operand.kind {
                ExprKind::Number(number) => Ok(Literal::Number(-number)),
                _ => Err(CompileError::unexpected(self.text, expression.span)),
            },
            _ => Err(CompileError::unexpected(self.text, expression.span)),
        }
    }

    fn call(
        &mut self,
        whole: &Expr,
        (name, span): (&str, Span),
        arguments: &[Expr],
        inner: &mut Inner<'_, 'a>,
    ) -> Result<Expression, CompileError> {
        match name.to_ascii_lowercase().as_str() {
            "bin" => self.bin(whole, arguments),
            "datefloor" => {
                let (time, period) = self.time_and_period(whole, arguments, inner)?;
                Ok(Expression::Floor { time, period, shift_ms: 0 })
            }
            "dateceil" => {
                let (time, period) = self.time_and_period(whole, arguments, inner)?;
                Ok(Expression::Ceil { time, period })
            }
            "isipinsubnet" => self.in_subnet(whole, arguments, None, inner),
            "isipv4insubnet" => self.in_subnet(whole, arguments, Some(true), inner),
            "isipv6insubnet" => self.in_subnet(whole, arguments, Some(false), inner),
            _ => match function::find(name) {
                Some(signature) => self.function(whole, signature, arguments, inner),
                None => Err(self.no_such_function(name, span)),
            },
        }
    }

    fn no_such_function(&self, name: &str, span: Span) -> CompileError {
        let message = if Aggregate::find(name).is_some() {
            format!("The aggregation {name} can be used in the stats command only")
        } else if function::is_not_run(name) {
            format!("The function {name} of Logs Insights is not supported here")
        } else {
            format!("There is no function {name}")
        };
        self.error(span, message)
    }

    fn function(
        &mut self,
        whole: &Expr,
        signature: &Signature,
        arguments: &[Expr],
        inner: &mut Inner<'_, 'a>,
    ) -> Result<Expression, CompileError> {
        if !(signature.least..=signature.most).contains(&arguments.len()) {
            return Err(self.wrong_number(whole, signature.name));
        }
        for argument in arguments {
            self.refuse_as(argument, signature.kind)?;
        }
        if signature.function == Function::If {
            self.refuse_as_condition(&arguments[0])?;
        }
        let arguments: Result<Vec<Expression>, CompileError> =
            arguments.iter().map(|argument| inner(self, argument)).collect();
        Ok(Expression::Call(signature.function, arguments?))
    }

    fn wrong_number(&self, whole: &Expr, name: &str) -> CompileError {
        self.error(whole.span, format!("Invalid number of arguments for {name}"))
    }

    /// Refuses what can never be of that kind.
    fn refuse_as(&self, expression: &Expr, kind: Kind) -> Result<(), CompileError> {
        let wanted = match (kind, &expression.kind) {
            (Kind::Number, ExprKind::Text(text)) if text.parse::<f64>().is_err() => "number",
            (Kind::Number, ExprKind::Boolean(_)) => "number",
            (Kind::Text, ExprKind::Boolean(_)) => "string",
            _ => return Ok(()),
        };
        let written = &self.text[expression.span.start..expression.span.end];
        Err(self.error(expression.span, format!("{written} is not a {wanted}")))
    }

    /// `bin(5m)`: "always implicitly uses the @timestamp field" (stats).
    fn bin(&mut self, whole: &Expr, arguments: &[Expr]) -> Result<Expression, CompileError> {
        let [period] = arguments else { return Err(self.wrong_number(whole, "bin")) };
        let period = self.period(period)?;
        if !self.draft.of_events && !self.draft.defines("@timestamp") {
            let message = "bin needs @timestamp, which the first stats command does not define".to_owned();
            return Err(self.error(whole.span, message));
        }
        let time = Box::new(self.draft.field("@timestamp"));
        Ok(Expression::Floor { time, period, shift_ms: 0 })
    }

    fn time_and_period(
        &mut self,
        whole: &Expr,
        arguments: &[Expr],
        inner: &mut Inner<'_, 'a>,
    ) -> Result<(Box<Expression>, Period), CompileError> {
        let ExprKind::Call { function, .. } = &whole.kind else {
            return Err(CompileError::unexpected(self.text, whole.span));
        };
        let [time, period] = arguments else { return Err(self.wrong_number(whole, function)) };
        let period = self.period(period)?;
        Ok((Box::new(inner(self, time)?), period))
    }

    fn period(&self, expression: &Expr) -> Result<Period, CompileError> {
        let ExprKind::Period(text) = &expression.kind else {
            return Err(CompileError::unexpected(self.text, expression.span));
        };
        self.period_of(text, expression.span)
    }

    fn period_of(&self, text: &str, span: Span) -> Result<Period, CompileError> {
        Period::read(text).ok_or_else(|| self.error(span, format!("{text} is not a period of time")))
    }

    fn shifted(
        &mut self,
        bin: &Expr,
        by: &str,
        by_span: Span,
        inner: &mut Inner<'_, 'a>,
    ) -> Result<Expression, CompileError> {
        let fixed = self.period_of(by, by_span)?.length_ms();
        let by_ms =
            fixed.ok_or_else(|| self.error(by_span, format!("{by} is not the same length everywhere")))?;
        match inner(self, bin)? {
            Expression::Floor { time, period, .. } => Ok(Expression::Floor { time, period, shift_ms: by_ms }),
            _ => Err(self.error(bin.span, "offset goes with bin only".to_owned())),
        }
    }

    /// `isIpInSubnet(f, "10.0.0.0/8")`, of one family where that is said.
    fn in_subnet(
        &mut self,
        whole: &Expr,
        arguments: &[Expr],
        ipv4: Option<bool>,
        inner: &mut Inner<'_, 'a>,
    ) -> Result<Expression, CompileError> {
        let ExprKind::Call { function, .. } = &whole.kind else {
            return Err(CompileError::unexpected(self.text, whole.span));
        };
        let [address, subnet] = arguments else { return Err(self.wrong_number(whole, function)) };
        let read = match &subnet.kind {
            ExprKind::Text(text) => {
                Subnet::read(text).filter(|subnet| ipv4.is_none_or(|v4| v4 == subnet.is_ipv4()))
            }
            _ => None,
        };
        let message =
            || format!("{} is not a subnet for {function}", &self.text[subnet.span.start..subnet.span.end]);
        let subnet = read.ok_or_else(|| self.error(subnet.span, message()))?;
        Ok(Expression::InSubnet(Box::new(inner(self, address)?), subnet))
    }
}

fn comparison(operator: BinaryOperator) -> Option<Comparison> {
    match operator {
        BinaryOperator::Equal => Some(Comparison::Equal),
        BinaryOperator::NotEqual => Some(Comparison::NotEqual),
        BinaryOperator::Less => Some(Comparison::Less),
        BinaryOperator::LessOrEqual => Some(Comparison::LessOrEqual),
        BinaryOperator::Greater => Some(Comparison::Greater),
        BinaryOperator::GreaterOrEqual => Some(Comparison::GreaterOrEqual),
        BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Remainder
        | BinaryOperator::Power => None,
    }
}

/// What is no comparison.
fn arithmetic(operator: BinaryOperator) -> Arithmetic {
    match operator {
        BinaryOperator::Subtract => Arithmetic::Subtract,
        BinaryOperator::Multiply => Arithmetic::Multiply,
        BinaryOperator::Divide => Arithmetic::Divide,
        BinaryOperator::Remainder => Arithmetic::Remainder,
        BinaryOperator::Power => Arithmetic::Power,
        BinaryOperator::Add
        | BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Less
        | BinaryOperator::LessOrEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterOrEqual => Arithmetic::Add,
    }
}
