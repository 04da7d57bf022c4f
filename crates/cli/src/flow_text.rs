//! A line of `hamlet flows`, for people and for programs.
//!
//! Names are tags, which anybody may have written: nothing of them that would steer a terminal reaches it.

use serde::Serialize;
use server::admin::{FlowCount, FlowEnd, FlowLine};
use std::fmt::Write;
use std::io::IsTerminal;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    has_colours: bool,
}

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const PLAIN: &str = "\x1b[0m";

impl Style {
    /// Colours where somebody sees them, unless they are not wanted (no-color.org).
    pub(crate) fn of_output() -> Style {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Style { has_colours: std::io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb }
    }

    fn paint(self, colour: &str, text: &str) -> String {
        match self.has_colours {
            true => format!("{colour}{text}{PLAIN}"),
            false => text.to_owned(),
        }
    }
}

/// What is said of a flow. Harmless, whatever it is called.
#[derive(Clone, Debug)]
pub(crate) struct FlowText {
    time: String,
    is_refused: bool,
    who: String,
    amount: String,
    why: String,
}

/// How a flow goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Pace {
    /// Its number.
    pub(crate) number: u64,
    /// Packets in all.
    pub(crate) packets: u64,
    /// Bytes in all.
    pub(crate) bytes: u64,
    /// Packets since it was told of last.
    pub(crate) new_packets: u64,
    /// Bytes since then.
    pub(crate) new_bytes: u64,
    /// Packets in each second since then.
    pub(crate) packets_per_second: u64,
    /// Bytes in each second since then.
    pub(crate) bytes_per_second: u64,
}

impl Pace {
    /// How it has gone on since it was so much; `None` if it has not.
    pub(crate) fn of(count: &FlowCount, (packets, bytes): (u64, u64), over: Duration) -> Option<Pace> {
        let new_packets = count.packets.checked_sub(packets).filter(|new| *new > 0)?;
        let new_bytes = count.bytes.saturating_sub(bytes);
        let milliseconds = over.as_millis().max(1);
        let each = |amount: u64| u64::try_from(u128::from(amount) * 1000 / milliseconds).unwrap_or(u64::MAX);
        Some(Pace {
            number: count.number,
            packets: count.packets,
            bytes: count.bytes,
            new_packets,
            new_bytes,
            packets_per_second: each(new_packets),
            bytes_per_second: each(new_bytes),
        })
    }
}

impl FlowText {
    /// What is said of a flow.
    pub(crate) fn of(flow: &FlowLine) -> FlowText {
        let protocol = match flow.icmp_type {
            Some(kind) => format!("{}/{kind}", flow.protocol),
            None => flow.protocol.clone(),
        };
        let (source, destination) = (end(&flow.source), end(&flow.destination));
        FlowText {
            time: harmless(flow.first.get(11..).unwrap_or(&flow.first)),
            is_refused: flow.verdict == "REJECT",
            who: harmless(&format!("{protocol:<7} {source} -> {destination}")),
            amount: format!("{}, {}", counted(flow.packets, "packet"), size(flow.bytes)),
            why: harmless(&why(flow)),
        }
    }

    fn verdict(&self, style: Style) -> String {
        match self.is_refused {
            true => style.paint(RED, "REJECT"),
            false => style.paint(GREEN, "ACCEPT"),
        }
    }

    /// The whole line.
    pub(crate) fn line(&self, style: Style) -> String {
        let why = if self.is_refused { style.paint(RED, &self.why) } else { self.why.clone() };
        let line = format!("{}  {}  {}  {}", self.time, self.verdict(style), self.who, self.amount);
        if why.is_empty() { line } else { format!("{line}  {why}") }
    }

    /// How it goes on.
    pub(crate) fn goes_on(&self, pace: &Pace, style: Style) -> String {
        let indent = " ".repeat(self.time.len());
        format!(
            "{indent}  {}  {}  {} more: {}/s, {}/s",
            self.verdict(style),
            self.who,
            counted(pace.new_packets, "packet"),
            counted(pace.packets_per_second, "packet"),
            size(pace.bytes_per_second),
        )
    }
}

/// What decided, in one phrase: `security-group-ingress: web-sg at web: no rule allows tcp 22 from 10.0.1.5`.
fn why(flow: &FlowLine) -> String {
    let by = match (&flow.by_name, &flow.by) {
        (Some(name), Some(id)) if name != id => Some(format!("{name} ({id})")),
        (_, id) => id.clone(),
    };
    let at = flow.at_name.as_ref().filter(|_| flow.at != flow.by).map(|at| format!("at {at}"));
    let place = [by, at].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let parts = [flow.reason.clone(), Some(place), flow.rule.clone()];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

fn end(end: &FlowEnd) -> String {
    let address = end.address.map(|address| match (address, end.port) {
        (address, Some(port)) => SocketAddr::new(address, port).to_string(),
        (IpAddr::V4(_) | IpAddr::V6(_), None) => address.to_string(),
    });
    [end.name.clone(), address].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// An amount as people say it.
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit / (unit / 10));
    match bytes {
        0..10_000 => counted(bytes, "byte"),
        10_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// A value for programs, with what it is, in one line. What steers a terminal is escaped, as JSON can.
pub(crate) fn as_json(event: &str, value: &impl Serialize) -> String {
    let fields = serde_json::to_string(value).unwrap_or_default();
    let fields = fields.strip_prefix('{').filter(|rest| rest.len() > 1).map(|rest| format!(",{rest}"));
    let object = format!("{{\"event\":\"{event}\"{}", fields.unwrap_or_else(|| "}".to_owned()));
    let escaped = |text: &mut String, character: char| {
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            let _ = write!(text, "\\u{unit:04x}");
        }
    };
    replaced(&object, escaped)
}

/// A text without what would steer a terminal: shown as what it is instead.
pub(crate) fn harmless(text: &str) -> String {
    replaced(text, |shown, character| {
        let _ = write!(shown, "{}", character.escape_unicode());
    })
}

fn replaced(text: &str, replace: impl Fn(&mut String, char)) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match steers(character) {
            true => replace(&mut shown, character),
            false => shown.push(character),
        }
    }
    shown
}

/// Control characters, and those that are not seen but turn or hide what is.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(name: &str, refused: bool) -> FlowLine {
        let end = |name: &str, address: &str, port| FlowEnd {
            name: Some(name.into()),
            address: address.parse().ok(),
            port,
            ..FlowEnd::default()
        };
        FlowLine {
            number: 7,
            first: "2026-11-30T07:31:02.120Z".into(),
            last: "2026-11-30T07:31:09.000Z".into(),
            verdict: if refused { "REJECT" } else { "ACCEPT" }.into(),
            reason: refused.then(|| "security-group-ingress".into()),
            explanation_code: None,
            protocol: "tcp".into(),
            icmp_type: None,
            icmp_code: None,
            source: end(name, "10.0.1.5", Some(4000)),
            destination: end("web", "2600::10", Some(22)),
            sent_to: "2600::10".parse().unwrap(),
            arrived_from: "10.0.1.5".parse().unwrap(),
            packets: 1,
            bytes: 60,
            stage: Some("security group".into()),
            direction: Some("ingress".into()),
            at: Some("eni-1".into()),
            at_name: Some("web".into()),
            by: Some("sg-1".into()),
            by_name: Some("web-sg".into()),
            rule: Some("no rule allows tcp 22 from 10.0.1.5".into()),
            course: Vec::new(),
        }
    }

    const COLOURLESS: Style = Style { has_colours: false };

    #[test]
    fn a_refusal_says_who_and_by_which_rule() {
        assert_eq!(
            FlowText::of(&flow("app", true)).line(COLOURLESS),
            "07:31:02.120Z  REJECT  tcp     app 10.0.1.5:4000 -> web [2600::10]:22  1 packet, 60 bytes  \
             security-group-ingress: web-sg (sg-1) at web: no rule allows tcp 22 from 10.0.1.5"
        );
    }

    #[test]
    fn colours_are_of_the_verdict_and_end_with_it() {
        let coloured = FlowText::of(&flow("app", true)).line(Style { has_colours: true });
        assert!(coloured.contains("\x1b[31mREJECT\x1b[0m") && coloured.ends_with("10.0.1.5\x1b[0m"));
        assert!(
            FlowText::of(&flow("app", false))
                .line(Style { has_colours: true })
                .contains("\x1b[32mACCEPT\x1b[0m")
        );
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        for evil in ["\x1b[2J", "a\rb", "\u{9b}31m", "x\u{202e}y", "\n07:00 ACCEPT", "\u{7f}", "\u{200b}"] {
            let flow = flow(evil, true);
            let shown = FlowText::of(&flow).line(COLOURLESS);
            assert!(!shown.chars().any(steers), "{shown:?}");
            assert!(shown.contains("\\u{"), "{shown}");
            let json = as_json("flow", &flow);
            assert!(!json.chars().any(steers), "{json:?}");
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(read["source"]["name"], evil, "programs get the name as it is");
        }
    }

    #[test]
    fn a_flow_that_goes_on_has_a_pace() {
        let count = FlowCount { number: 7, packets: 1201, bytes: 1_400_060 };
        let pace = Pace::of(&count, (1, 60), Duration::from_secs(5)).unwrap();
        assert_eq!((pace.packets_per_second, pace.bytes_per_second), (240, 280_000));
        assert_eq!(
            FlowText::of(&flow("app", false)).goes_on(&pace, COLOURLESS).trim_start(),
            "ACCEPT  tcp     app 10.0.1.5:4000 -> web [2600::10]:22  1200 packets more: 240 packets/s, 280.0 kB/s"
        );
        assert_eq!(Pace::of(&count, (1201, 1_400_060), Duration::from_secs(5)), None);
    }

    #[test]
    fn every_object_says_what_it_is() {
        let json = as_json("missed", &serde_json::json!({ "count": 3 }));
        assert_eq!(json, r#"{"event":"missed","count":3}"#);
        assert_eq!(as_json("resumed", &serde_json::json!({})), r#"{"event":"resumed"}"#);
    }
}
