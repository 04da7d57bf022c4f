//! EC2's authorization message: why somebody was refused, for those who may know.
//!
//! Follows "DecodeAuthorizationMessage" (STS API Reference), which says what is in it. Whoever was refused carries it, and
//! cannot read it: it is sealed.

use awsproto::{Call, Principal, Purpose};
use policy::{Decision, Effect, Explanation, StatementRead, StatementResult};
use serde::Serialize;

use super::Question;

/// How long an encoded message may be that STS takes back.
const ENCODED_LETTERS_MAX: usize = 10_240;
/// How long the text may be that becomes one: base64 makes four letters of three bytes, and the seal has 28 bytes.
const TEXT_BYTES_MAX: usize = ENCODED_LETTERS_MAX / 4 * 3 - 28;

/// The encoded message about a refusal.
pub(crate) fn encoded(call: &Call, question: &Question, decision: &Decision) -> String {
    let text = question.explained(|explanation| written(Message::of(call, question, decision, explanation)));
    call.sessions.seal(Purpose::AuthorizationMessage, text.as_bytes())
}

/// The message, without the condition keys and statements at the end that would make it too long for STS.
fn written(mut message: Message<'_>) -> String {
    let text = text_of(&message);
    let mut surplus = text.len().saturating_sub(TEXT_BYTES_MAX);
    if surplus == 0 {
        return text;
    }
    surplus = message.context.conditions.shorten(surplus);
    message.matched_statements.shorten(surplus);
    text_of(&message)
}

fn text_of(part: &impl Serialize) -> String {
    serde_json::to_string(part).expect("texts and lists are JSON")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    allowed: bool,
    explicit_deny: bool,
    matched_statements: Items<MatchedStatement<'a>>,
    failures: Items<()>,
    context: About<'a>,
}

/// What was asked.
#[derive(Serialize)]
struct About<'a> {
    principal: Asker<'a>,
    action: &'a str,
    resource: &'a str,
    conditions: Items<Condition<'a>>,
}

#[derive(Serialize)]
struct Asker<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    arn: &'a str,
}

#[derive(Serialize)]
struct Condition<'a> {
    key: &'a str,
    values: Items<Value<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MatchedStatement<'a> {
    statement_id: &'a str,
    effect: &'static str,
    principals: Items<Value<'a>>,
    principal_groups: Items<()>,
    actions: Items<Value<'a>>,
    resources: Items<Value<'a>>,
}

#[derive(Serialize)]
struct Value<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Items<T> {
    items: Vec<T>,
}

impl<T: Serialize> Items<T> {
    /// Leaves out items at the end until the text is shorter by so many bytes, and says how many are left of these.
    fn shorten(&mut self, mut surplus: usize) -> usize {
        while surplus > 0
            && let Some(last) = self.items.pop()
        {
            let comma = usize::from(!self.items.is_empty());
            surplus = surplus.saturating_sub(text_of(&last).len() + comma);
        }
        surplus
    }
}

fn values<'a>(texts: impl IntoIterator<Item = &'a str>) -> Items<Value<'a>> {
    Items { items: texts.into_iter().map(|value| Value { value }).collect() }
}

impl<'a> Message<'a> {
    fn of(
        call: &Call,
        question: &'a Question,
        decision: &Decision,
        explanation: &'a Explanation<'a>,
    ) -> Message<'a> {
        let id = question.asker.id();
        let statements = explanation.policies.iter().flat_map(|policy| &policy.statements);
        let context = question.context.iter();
        let conditions =
            context.map(|(key, texts)| Condition { key, values: values(texts.iter().map(|text| &**text)) });
        Message {
            allowed: false,
            explicit_deny: matches!(decision, Decision::ExplicitDeny(..)),
            matched_statements: Items { items: statements.filter_map(|it| denying(it, id)).collect() },
            failures: Items { items: Vec::new() },
            context: About {
                principal: Asker { id, name: name(&call.principal), arn: &question.asker.arn },
                action: question.action,
                resource: &question.resource,
                conditions: Items { items: conditions.collect() },
            },
        }
    }
}

/// Users are told by their name, too.
fn name(principal: &Principal) -> Option<String> {
    match principal {
        Principal::User { name, .. } => Some(name.to_string()),
        Principal::Root(_)
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::WebIdentity { .. } => None,
    }
}

/// A statement that denies it.
fn denying<'a>(statement: &'a StatementRead<'a>, id: &'a str) -> Option<MatchedStatement<'a>> {
    match (&statement.result, statement.effect) {
        (StatementResult::Matched { action, resource }, Effect::Deny) => Some(MatchedStatement {
            statement_id: statement.sid.unwrap_or_default(),
            effect: "DENY",
            principals: values([id]),
            principal_groups: Items { items: Vec::new() },
            actions: values(*action),
            resources: values(*resource),
        }),
        _ => None,
    }
}
