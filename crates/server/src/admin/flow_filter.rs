//! What `hamlet flows` is asked for: words, of which all must fit.

use engine::DropReason;
use model::{IpNet, ResourceId, World};
use std::net::IpAddr;

use super::flow_line::{FlowEnd, FlowLine};
use crate::names::Directory;

/// What the words are.
const UNDERSTOOD: &str = "an address or block (10.0.1.0/24), a port (22 or tcp/22), tcp, udp, icmp, icmpv6 or a \
                          protocol's number (proto/47), accept, reject, a reason (no-route), an identifier (i-…, eni-…, \
                          subnet-…, sg-…, acl-…), a name (of an instance, a gateway or a group), laptop or internet";

/// Words, of which all must fit.
#[derive(Clone, Debug, Default)]
pub(super) struct FlowFilter(Vec<Word>);

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Verdict(&'static str),
    Reason(&'static str),
    Protocols(Vec<String>),
    Port(u16),
    Block(IpNet),
    Id(String),
    Outside,
    Name(String),
}

impl FlowFilter {
    /// Reads words. If they are to be checked, what they name must be there.
    pub(super) fn parse(
        directory: Directory<'_>,
        words: &[String],
        is_checked: bool,
    ) -> Result<FlowFilter, String> {
        let mut all = Vec::new();
        for word in words {
            match word_or_name(directory, word, is_checked)? {
                Some(read) => all.extend(read),
                // Several in one argument.
                None => {
                    for word in word.split_whitespace() {
                        let read = word_or_name(directory, word, is_checked)?;
                        all.extend(read.unwrap_or_default());
                    }
                }
            }
        }
        if is_checked {
            all.iter().try_for_each(|word| check(directory.world, word))?;
        }
        Ok(FlowFilter(all))
    }

    /// Whether all words fit.
    pub(super) fn fits(&self, line: &FlowLine) -> bool {
        self.0.iter().all(|word| word.fits(line))
    }
}

/// What a word is; `None` for one that is several.
fn word_or_name(directory: Directory<'_>, word: &str, is_checked: bool) -> Result<Option<Vec<Word>>, String> {
    if let Some(read) = read(word)? {
        return Ok(Some(read));
    }
    let is_several = word.contains(char::is_whitespace);
    if (is_checked || is_several) && !is_name(directory, word) {
        return match is_several && !word.trim().is_empty() {
            true => Ok(None),
            false => Err(format!("there is no '{word}' to look for. What can be: {UNDERSTOOD}")),
        };
    }
    Ok(Some(vec![Word::Name(word.to_owned())]))
}

/// What a word is by itself; `None` for what can only be a name.
fn read(word: &str) -> Result<Option<Vec<Word>>, String> {
    let lower = word.to_ascii_lowercase();
    if let Some(one) = keyword(&lower) {
        return Ok(Some(vec![one]));
    }
    if let Some((before, behind)) = lower.split_once('/')
        && (before == "proto" || matches!(keyword(before), Some(Word::Protocols(_))))
    {
        return protocol_and(before, behind).map(Some);
    }
    if lower.bytes().all(|byte| byte.is_ascii_digit()) && !lower.is_empty() {
        return Ok(Some(vec![Word::Port(port(&lower)?)]));
    }
    if let Ok(address) = lower.parse::<IpAddr>() {
        return Ok(Some(vec![Word::Block(IpNet::from(address))]));
    }
    if let Ok(block) = lower.parse::<IpNet>() {
        return Ok(Some(vec![Word::Block(block.trunc())]));
    }
    if let Some(reason) = DropReason::ALL.iter().find(|reason| reason.name() == lower) {
        return Ok(Some(vec![Word::Reason(reason.name())]));
    }
    Ok(lower.parse::<ResourceId>().is_ok().then(|| vec![Word::Id(lower)]))
}

fn keyword(lower: &str) -> Option<Word> {
    let protocols =
        |names: &[&str]| Some(Word::Protocols(names.iter().map(|&name| name.to_owned()).collect()));
    match lower {
        "accept" => Some(Word::Verdict("ACCEPT")),
        "reject" => Some(Word::Verdict("REJECT")),
        "tcp" | "udp" | "icmpv6" => protocols(&[lower]),
        "icmp6" => protocols(&["icmpv6"]),
        "icmp" => protocols(&["icmp", "icmpv6"]),
        "internet" => Some(Word::Outside),
        _ => None,
    }
}

fn protocol_and(before: &str, behind: &str) -> Result<Vec<Word>, String> {
    if before == "proto" {
        let number: u8 =
            behind.parse().map_err(|_| format!("'{behind}' is no protocol: its number is at most 255"))?;
        return Ok(vec![Word::Protocols(vec![model::rule::protocol::name(number).into_owned()])]);
    }
    if !matches!(before, "tcp" | "udp") {
        return Err(format!("{before} has no ports"));
    }
    Ok(vec![Word::Protocols(vec![before.to_owned()]), Word::Port(port(behind)?)])
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("'{text}' is no port: a port is a number up to 65535"))
}

/// Whether anything has the name.
fn is_name(Directory { world, internet }: Directory<'_>, name: &str) -> bool {
    let tagged = |scope: &model::Scope| {
        world.tagged_resources(*scope).into_iter().any(|(_, tags)| model::tags::name(tags) == Some(name))
    };
    name == "laptop"
        || internet.named(name).is_some()
        || world.scopes.values().any(tagged)
        || world.network.security_groups.values().any(|group| group.name == name)
}

fn check(world: &World, word: &Word) -> Result<(), String> {
    let Word::Id(id) = word else { return Ok(()) };
    let Ok(resource) = id.parse::<ResourceId>() else { return Ok(()) };
    let is_there = world.scopes.values().any(|scope| world.tags(*scope, resource).is_some());
    is_there.then_some(()).ok_or_else(|| format!("The {} ID '{id}' does not exist", resource.noun()))
}

impl Word {
    fn fits(&self, line: &FlowLine) -> bool {
        let ends = [&line.source, &line.destination];
        match self {
            Word::Verdict(verdict) => line.verdict == *verdict,
            Word::Reason(reason) => line.reason.as_deref() == Some(reason),
            Word::Protocols(names) => names.contains(&line.protocol),
            Word::Port(port) => ends.iter().any(|end| end.port == Some(*port)),
            Word::Block(block) => {
                let addresses = ends.iter().filter_map(|end| end.address);
                addresses.chain([line.sent_to, line.arrived_from]).any(|address| block.contains(&address))
            }
            Word::Id(id) => ends.iter().any(|end| end.is(id)) || line.course.contains(id),
            Word::Outside => ends.iter().any(|end| end.interface.is_none()),
            Word::Name(name) => {
                let names = [&line.source.name, &line.destination.name, &line.at_name, &line.by_name];
                names.into_iter().flatten().any(|it| it == name)
            }
        }
    }
}

impl FlowEnd {
    /// Whether it has this identifier.
    fn is(&self, id: &str) -> bool {
        let own = [&self.interface, &self.instance, &self.subnet, &self.vpc];
        own.into_iter().flatten().any(|it| it == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guest::internet::Internet;

    fn line() -> FlowLine {
        let end = |name: &str, address: &str, port, interface: Option<&str>| FlowEnd {
            name: Some(name.into()),
            address: address.parse().ok(),
            port: Some(port),
            interface: interface.map(str::to_owned),
            ..FlowEnd::default()
        };
        FlowLine {
            number: 1,
            first: String::new(),
            last: String::new(),
            verdict: "REJECT".into(),
            reason: Some("security-group-ingress".into()),
            explanation_code: None,
            protocol: "tcp".into(),
            icmp_type: None,
            icmp_code: None,
            source: end("laptop", "198.51.100.10", 40_000, None),
            destination: end("web", "10.0.0.10", 22, Some("eni-0123456789abcdef0")),
            sent_to: "52.0.0.10".parse().unwrap(),
            arrived_from: "198.51.100.10".parse().unwrap(),
            packets: 1,
            bytes: 60,
            stage: None,
            direction: None,
            at: None,
            at_name: None,
            by: None,
            by_name: Some("web-sg".into()),
            rule: None,
            course: vec!["sg-0123456789abcdef0".into()],
        }
    }

    /// Where there is nothing but the internet.
    fn parse(words: &[String], is_checked: bool) -> Result<FlowFilter, String> {
        let (world, internet) = (World::default(), Internet::simulated());
        FlowFilter::parse(Directory { world: &world, internet: &internet }, words, is_checked)
    }

    fn fits(words: &str) -> bool {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        parse(&words, false).unwrap().fits(&line())
    }

    #[test]
    fn every_word_must_fit() {
        for words in [
            "reject",
            "REJECT tcp",
            "22",
            "tcp/22",
            "10.0.0.0/8",
            "52.0.0.10",
            "198.51.100.10 web",
            "eni-0123456789abcdef0",
            "sg-0123456789abcdef0",
            "security-group-ingress",
            "laptop",
            "internet",
            "web-sg",
            "10.0.0.10/8",
            "proto/6",
        ] {
            assert!(fits(words), "{words}");
        }
        for words in [
            "accept",
            "udp",
            "icmp",
            "80",
            "udp/22",
            "10.1.0.0/16",
            "db",
            "reject 80",
            "no-route",
            "web reject ::/0",
        ] {
            assert!(!fits(words), "{words}");
        }
    }

    #[test]
    fn several_words_may_be_one_argument() {
        let fits = |words: &str| {
            let filter = parse(&[words.to_owned()], true).unwrap();
            filter.fits(&line())
        };
        assert!(fits("reject  tcp/22") && !fits("reject udp"));
        let refused = parse(&["reject nobody".to_owned()], true).unwrap_err();
        assert!(refused.starts_with("there is no 'nobody'"), "{refused}");
    }

    #[test]
    fn what_is_no_word_is_refused_with_what_there_is() {
        let refusal = |word: &str| parse(&[word.to_owned()], true).unwrap_err();
        assert!(refusal("10.0.0.0/33").contains("a block") || refusal("10.0.0.0/33").contains("or block"));
        assert!(
            refusal("rejected").starts_with("there is no 'rejected' to look for. What can be: an address")
        );
        assert!(refusal("").starts_with("there is no ''"));
        assert_eq!(refusal("70000"), "'70000' is no port: a port is a number up to 65535");
        assert_eq!(refusal("tcp/http"), "'http' is no port: a port is a number up to 65535");
        assert_eq!(refusal("icmp/8"), "icmp has no ports");
        assert_eq!(refusal("proto/300"), "'300' is no protocol: its number is at most 255");
        assert_eq!(refusal("i-0123456789abcdef0"), "The instance ID 'i-0123456789abcdef0' does not exist");
    }
}
