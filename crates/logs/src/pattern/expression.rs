//! Conditions with `&&`, `||` and parentheses: `&&` binds closer.

use super::InvalidPattern;
use super::scanner::Scanner;

/// How deep parentheses go.
const DEPTH_MAX: usize = 32;

/// An expression over conditions of some kind.
#[derive(Debug)]
pub(super) enum Expression<C> {
    One(C),
    All(Vec<Expression<C>>),
    Any(Vec<Expression<C>>),
}

impl<C> Expression<C> {
    /// Reads one, whose conditions `read` reads.
    pub(super) fn read(
        scanner: &mut Scanner<'_>,
        read: &mut dyn FnMut(&mut Scanner<'_>) -> Result<C, InvalidPattern>,
    ) -> Result<Expression<C>, InvalidPattern> {
        any(scanner, read, 0)
    }

    pub(super) fn holds(&self, condition: &mut dyn FnMut(&C) -> bool) -> bool {
        match self {
            Expression::One(it) => condition(it),
            Expression::All(some) => some.iter().all(|it| it.holds(condition)),
            Expression::Any(some) => some.iter().any(|it| it.holds(condition)),
        }
    }

    pub(super) fn each<'e>(&'e self, see: &mut dyn FnMut(&'e C)) {
        match self {
            Expression::One(it) => see(it),
            Expression::All(some) | Expression::Any(some) => some.iter().for_each(|it| it.each(see)),
        }
    }
}

type Read<'r, C> = &'r mut dyn FnMut(&mut Scanner<'_>) -> Result<C, InvalidPattern>;

fn any<C>(
    scanner: &mut Scanner<'_>,
    read: Read<'_, C>,
    depth: usize,
) -> Result<Expression<C>, InvalidPattern> {
    let mut some = vec![all(scanner, read, depth)?];
    loop {
        scanner.skip_spaces();
        if !scanner.eat("||") {
            return Ok(one_or(some, Expression::Any));
        }
        some.push(all(scanner, read, depth)?);
    }
}

fn all<C>(
    scanner: &mut Scanner<'_>,
    read: Read<'_, C>,
    depth: usize,
) -> Result<Expression<C>, InvalidPattern> {
    let mut some = vec![one(scanner, read, depth)?];
    loop {
        scanner.skip_spaces();
        if !scanner.eat("&&") {
            return Ok(one_or(some, Expression::All));
        }
        some.push(one(scanner, read, depth)?);
    }
}

fn one<C>(
    scanner: &mut Scanner<'_>,
    read: Read<'_, C>,
    depth: usize,
) -> Result<Expression<C>, InvalidPattern> {
    scanner.skip_spaces();
    if !scanner.eat("(") {
        return read(scanner).map(Expression::One);
    }
    if depth == DEPTH_MAX {
        return Err(InvalidPattern::Syntax);
    }
    let inside = any(scanner, read, depth + 1)?;
    scanner.skip_spaces();
    scanner.expect(")")?;
    Ok(inside)
}

fn one_or<C>(mut some: Vec<Expression<C>>, of: fn(Vec<Expression<C>>) -> Expression<C>) -> Expression<C> {
    match some.len() {
        1 => some.remove(0),
        _ => of(some),
    }
}
