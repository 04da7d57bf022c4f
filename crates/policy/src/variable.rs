//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}` and `${$}`.
//!
//! Follows "IAM policy elements: Variables and tags" (IAM User Guide). Only policies of version 2012-10-17 have them; in older
//! ones they are characters like any others.

use crate::context::Context;
use crate::pattern::{Pattern, PatternBytes};

/// What a policy has where variables may be.
#[derive(Clone, Debug)]
pub(crate) enum Template {
    /// It has none.
    Fixed(Pattern),
    /// It is made for each request.
    Varying(Box<[Piece]>),
}

/// What a template is made of.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Pattern(PatternBytes),
    Variable { key: Box<str>, default: Option<Box<str>> },
}

/// Which characters of a text are special.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// The policy's version has variables.
    pub(crate) variables: bool,
    /// `*` and `?` are wildcards here.
    pub(crate) wildcards: bool,
}

/// A variable has no value, or several: what has it matches nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unresolved;

impl Template {
    /// Reads one.
    pub(crate) fn new(text: &str, syntax: Syntax) -> Template {
        if !syntax.variables || !text.contains("${") {
            return Template::Fixed(match syntax.wildcards {
                true => Pattern::new(text),
                false => Pattern::literal(text),
            });
        }
        varying(text, syntax.wildcards)
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str, context: &Context) -> Result<bool, Unresolved> {
        match self {
            Template::Fixed(pattern) => Ok(pattern.matches(text.as_bytes())),
            Template::Varying(pieces) => Ok(resolve(pieces, context)?.matches(text.as_bytes())),
        }
    }

    /// Whether the whole text, in small letters, matches one that [`Template::in_small_letters`] made.
    pub(crate) fn matches_small_letters(&self, lower: &str, context: &Context) -> Result<bool, Unresolved> {
        match self {
            Template::Fixed(pattern) => Ok(pattern.matches(lower.as_bytes())),
            Template::Varying(pieces) => {
                Ok(resolve(pieces, context)?.into_small_letters().matches(lower.as_bytes()))
            }
        }
    }

    /// For comparing in whatever case. What variables bring is made small when it is known.
    pub(crate) fn in_small_letters(self) -> Template {
        match self {
            Template::Fixed(pattern) => Template::Fixed(pattern.into_small_letters()),
            Template::Varying(_) => self,
        }
    }

    /// The keys of its variables, as they are written.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let pieces: &[Piece] = match self {
            Template::Fixed(_) => &[],
            Template::Varying(pieces) => pieces,
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(&**key),
            Piece::Pattern(_) => None,
        })
    }
}

fn varying(text: &str, wildcards: bool) -> Template {
    let mut pieces = Vec::new();
    let mut fixed = PatternBytes::default();
    let push = |fixed: &mut PatternBytes, text: &str| match wildcards {
        true => fixed.push_pattern(text),
        false => fixed.push_literal(text),
    };
    let mut rest = text;
    while let Some((before, inner, after)) = next_variable(rest) {
        push(&mut fixed, before);
        match inner {
            "*" | "?" | "$" => fixed.push_literal(inner),
            _ => {
                pieces.extend((!fixed.is_empty()).then(|| Piece::Pattern(std::mem::take(&mut fixed))));
                pieces.push(variable(inner));
            }
        }
        rest = after;
    }
    push(&mut fixed, rest);
    if pieces.is_empty() {
        return Template::Fixed(fixed.into_pattern());
    }
    pieces.extend((!fixed.is_empty()).then_some(Piece::Pattern(fixed)));
    Template::Varying(pieces.into())
}

/// What is before a variable, in its braces, and behind it. Braces that are not closed are text.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (inner, after) = rest.split_once('}')?;
    Some((before, inner, after))
}

/// `key`, or `key, 'default'`.
fn variable(inner: &str) -> Piece {
    let (key, default) = match inner.split_once(',') {
        Some((key, default)) => (key, unquoted(default.trim())),
        None => (inner, None),
    };
    Piece::Variable { key: key.trim().into(), default: default.map(Into::into) }
}

fn unquoted(text: &str) -> Option<&str> {
    text.strip_prefix('\'')?.strip_suffix('\'')
}

/// Only keys of one value have one here: "You can't use multivalued condition keys" (Variables and tags).
fn resolve(pieces: &[Piece], context: &Context) -> Result<PatternBytes, Unresolved> {
    let mut whole = PatternBytes::default();
    for piece in pieces {
        match piece {
            Piece::Pattern(pattern) => whole.push_pieces(pattern),
            Piece::Variable { key, default } => match (context.get(key), default) {
                (Some([value]), _) => whole.push_literal(value),
                (None | Some([]), Some(default)) => whole.push_literal(default),
                (None | Some(_), _) => return Err(Unresolved),
            },
        }
    }
    Ok(whole)
}
