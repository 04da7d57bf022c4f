//! A policy's text, and what it means.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

use crate::asked::{Asked, Request};
use crate::context::Context;
use crate::decide::decide;
use crate::decision::Decision;
use crate::draft::{self, Version};
use crate::named::Named;
use crate::policies::{Attached, Origin, Policies, ResourcePolicy};
use crate::principal::Principal;
use crate::problem::PolicyProblem;
use crate::statement::{Effect, Statement};
use crate::validate;

/// What a policy is for, which decides what may be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What users, groups and roles may do; boundaries, too. It names no principals.
    Identity,
    /// Who may act as a role. It names no resources.
    Trust,
    /// What a session may do of what its role or user may.
    Session,
    /// Who may do what with a resource: a bucket, a queue, an endpoint.
    Resource,
}

/// A policy: its text as it was given, and what it means. Two are equal when their texts are. A copy costs nothing.
#[derive(Clone)]
pub struct Document(Arc<Read>);

struct Read {
    text: Box<str>,
    statements: Box<[Statement]>,
}

/// Where something is in a policy's text: lines and columns, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

impl Document {
    /// Reads a policy that somebody sent.
    ///
    /// # Errors
    /// What AWS refuses in a policy of this kind.
    pub fn parse(text: &str, kind: Kind) -> Result<Document, PolicyProblem> {
        let statements = validate::statements(draft::read(text)?, kind)?;
        Ok(Document::new(text, statements))
    }

    /// Reads a policy that was written down: it was checked then, perhaps by a version that knew less. What cannot be
    /// understood allows nothing.
    pub fn stored(text: &str) -> Document {
        Document::new(text, understood(text).unwrap_or_default())
    }

    fn new(text: &str, statements: Vec<Statement>) -> Document {
        Document(Arc::new(Read { text: text.into(), statements: statements.into() }))
    }

    /// The text as it was given.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// How long it is for IAM's limits: "IAM doesn't count white space" (IAM and AWS STS quotas).
    pub fn counted_length(&self) -> usize {
        self.text().chars().filter(|character| !character.is_whitespace()).count()
    }

    /// The condition keys that it asks for, each once, as it writes them: what GetContextKeysForCustomPolicy answers.
    pub fn context_keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for key in self.statements().iter().flat_map(Statement::context_keys) {
            if !keys.iter().any(|known| known.eq_ignore_ascii_case(key)) {
                keys.push(key);
            }
        }
        keys
    }

    /// The principals that it names, for asking whether they exist.
    pub fn principals(&self) -> impl Iterator<Item = &Named> {
        let principals = self.statements().iter().filter_map(|statement| statement.principals.as_ref());
        principals.flat_map(|principals| principals.named.iter())
    }

    /// Whether, as a trust policy, it lets an AWS service, such as `ec2.amazonaws.com`, act as the role.
    pub fn trusts_service(&self, service: &str, context: &Context) -> bool {
        let principal = Principal::Service(service);
        let request = Request {
            action: "sts:AssumeRole",
            resource: "*",
            resource_account: None,
            principal: &principal,
            context,
        };
        let asked = Asked::new(&request);
        let matching =
            || self.statements().iter().filter(|it| it.principals.is_some() && it.matches(&asked).is_ok());
        matching().any(|it| it.effect == Effect::Allow) && matching().all(|it| it.effect == Effect::Allow)
    }

    /// Whether, as the policy of the resource of this ARN, it lets somebody do what is asked. Nothing else has a say: an AWS
    /// service has no policies of its own.
    pub fn lets(&self, arn: &str, request: &Request<'_>) -> bool {
        let attached = Attached { document: self, origin: Origin::Resource { arn } };
        let resource = Some(ResourcePolicy { attached, must_allow: true });
        matches!(decide(request, &Policies { resource, ..Policies::default() }), Decision::Allowed(_))
    }

    pub(crate) fn statements(&self) -> &[Statement] {
        &self.0.statements
    }
}

/// Finds where bytes of a text are, if they are asked for in their order.
#[derive(Debug)]
pub(crate) struct Finger<'a> {
    rest: &'a str,
    byte: usize,
    at: Position,
}

impl<'a> Finger<'a> {
    pub(crate) fn new(text: &'a str) -> Finger<'a> {
        Finger { rest: text, byte: 0, at: Position { line: 1, column: 1 } }
    }

    pub(crate) fn move_to(&mut self, byte: usize) -> Position {
        let (passed, rest) = self.rest.split_at(byte - self.byte);
        match passed.rsplit_once('\n') {
            Some((lines, last)) => {
                self.at.line += lines.matches('\n').count() + 1;
                self.at.column = last.chars().count() + 1;
            }
            None => self.at.column += passed.chars().count(),
        }
        (self.rest, self.byte) = (rest, byte);
        self.at
    }
}

fn understood(text: &str) -> Option<Vec<Statement>> {
    let draft = draft::read(text).ok()?;
    let variables = draft.version == Version::Current;
    draft.statements.into_iter().map(|statement| Statement::new(statement, variables).ok()).collect()
}

impl PartialEq for Document {
    fn eq(&self, other: &Document) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Document {}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Document").field(&self.text()).finish()
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Document, D::Error> {
        Ok(Document::stored(&String::deserialize(deserializer)?))
    }
}
