//! A story as text: one line for each stage that said something, in columns, with names for identifiers.
//!
//! ```text
//!     web      security group web  egress   allow  default rule: all traffic to 0.0.0.0/0
//!     public   route table public           -      10.0.0.0/16 -> local
//!     db       security group db   ingress  DENY   no rule allows tcp 22 from 10.0.1.10
//!   => security-group-ingress (ENI_SG_RULES_MISMATCH)
//! ```
//!
//! Used by `hamlet trace`, by text fixtures and by the documentation.

use model::ResourceId;

use crate::drop_reason::DropReason;
use crate::explain::Story;
use crate::forwarding::Forwarding;
use crate::trace::{Outcome, TraceStep};

/// What a resource is called by whoever reads the text.
pub type Namer<'a> = &'a dyn Fn(ResourceId) -> String;

/// The whole story: the packet's stages, the answer's stages, and the outcome.
pub fn story(story: &Story, name: Namer<'_>) -> String {
    let rows = |steps: &[TraceStep]| steps.iter().map(|step| Row::of(step, name)).collect::<Vec<_>>();
    let (forward, reply) = (rows(&story.forward), rows(&story.reply));
    let widths = Widths::of(forward.iter().chain(&reply));
    let mut text = String::new();
    forward.iter().for_each(|row| row.write(&widths, &mut text));
    if !reply.is_empty() {
        text.push_str("  reply\n");
        reply.iter().for_each(|row| row.write(&widths, &mut text));
    }
    text.push_str(&format!("  => {}{}{}\n", known(story, name), conclusion(story), assumption(story, name)));
    text
}

/// What is known of a packet that is lost behind an instance which it is not addressed to: that it comes there.
fn known(story: &Story, name: Namer<'_>) -> String {
    let what = if story.forward_drop.is_some() { "it" } else { "the answer" };
    match story.forwarders.first().filter(|_| !story.reachable()) {
        Some(first) => format!("{what} comes to {}, which it is not addressed to; ", name((*first).into())),
        None => String::new(),
    }
}

/// What the outcome rests on that no network knows.
fn assumption(story: &Story, name: Namer<'_>) -> String {
    let mut names: Vec<String> = story.forwarders.iter().map(|id| name((*id).into())).collect();
    names.dedup();
    match (names.as_slice(), story.assumed) {
        ([], _) => String::new(),
        ([one, ..], Forwarding::Kept) => format!(", if {one} has the address or knows the way"),
        ([one], Forwarding::Unchanged | Forwarding::FromOwnAddress) => format!(", if {one} forwards"),
        ([many @ .., last], Forwarding::Unchanged | Forwarding::FromOwnAddress) => {
            format!(", if {} and {last} forward", many.join(", "))
        }
    }
}

/// The outcome in a few words: `reachable`, or why not.
pub fn conclusion(story: &Story) -> String {
    let reason = |reason: DropReason| match reason.explanation_code() {
        Some(code) => format!("{reason} ({code})"),
        None => reason.to_string(),
    };
    match (story.forward_drop, story.reply_drop) {
        (Some(forward), _) => reason(forward),
        (None, Some(reply)) => format!("no reply: {}", reason(reply)),
        (None, None) if story.reply.is_empty() => "delivered".to_owned(),
        (None, None) => "reachable".to_owned(),
    }
}

struct Row {
    place: String,
    what: String,
    direction: String,
    outcome: &'static str,
    detail: String,
}

#[derive(Default)]
struct Widths {
    place: usize,
    what: usize,
    direction: usize,
}

impl Row {
    fn of(step: &TraceStep, name: Namer<'_>) -> Row {
        let by = step.by.filter(|by| step.at != Some(*by)).map(name);
        Row {
            place: step.at.map_or_else(|| "-".to_owned(), name),
            what: by.map_or_else(|| step.stage.to_string(), |by| format!("{} {by}", step.stage)),
            direction: step.direction.map_or_else(String::new, |direction| direction.to_string()),
            outcome: match step.outcome {
                Outcome::Allow => "allow",
                Outcome::Pass => "-",
                Outcome::Deny(_) => "DENY",
            },
            detail: with_names(&step.detail, name),
        }
    }

    fn write(&self, widths: &Widths, text: &mut String) {
        let line = format!(
            "    {:place$}  {:what$}  {:direction$}  {:5}  {}",
            self.place,
            self.what,
            self.direction,
            self.outcome,
            self.detail,
            place = widths.place,
            what = widths.what,
            direction = widths.direction,
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

impl Widths {
    fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Widths {
        rows.fold(Widths::default(), |widths, row| Widths {
            place: widths.place.max(row.place.chars().count()),
            what: widths.what.max(row.what.chars().count()),
            direction: widths.direction.max(row.direction.len()),
        })
    }
}

/// The text with every identifier in it replaced by its name.
fn with_names(text: &str, name: Namer<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain(Some('\n')) {
        if character.is_ascii_alphanumeric() || character == '-' {
            word.push(character);
            continue;
        }
        match word.parse::<ResourceId>() {
            Ok(id) => out.push_str(&name(id)),
            Err(_) => out.push_str(&word),
        }
        word.clear();
        out.push(character);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::VpcId;

    #[test]
    fn identifiers_in_a_sentence_become_names() {
        let id = VpcId::numbered(7);
        let name = |_: ResourceId| "main".to_owned();
        assert_eq!(
            with_names(&format!("to {id} (10.0.0.0/16) -> x-1"), &name),
            "to main (10.0.0.0/16) -> x-1"
        );
    }
}
