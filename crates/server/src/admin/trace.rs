//! `hamlet trace`: why A reaches B, or not.

use engine::explain::{self, Question, Story};
use model::rule::protocol;
use model::{NetworkInterfaceId, World};
use serde::{Deserialize, Serialize};

use super::answer::Refused;
use super::lookup;
use super::permission::{self, Permission};
use crate::names;
use crate::running::Running;

/// What `hamlet trace` asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TraceRequest {
    /// An instance, interface, Name tag, address, `laptop` or an internet host.
    pub from: String,
    /// The same.
    pub to: String,
    /// `tcp`, `udp`, `icmp` or a protocol number.
    pub protocol: String,
    /// The destination port, for TCP and UDP.
    pub port: Option<u16>,
    /// The neighbour that it is addressed to on the sender's link.
    #[serde(default)]
    pub by: Option<String>,
    /// Whether it is the first part of a packet that was sent in parts.
    #[serde(default)]
    pub fragmented: bool,
}

/// What `hamlet trace` is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TraceAnswer {
    /// Whether packet and answer both arrive.
    pub reachable: bool,
    /// Where its name leads for the sender's resolver, if the destination is a name in DNS and the sender in a VPC. A name that
    /// leads nowhere is not reachable, even where a packet would arrive at its public address.
    #[serde(default)]
    pub resolved: Option<Vec<String>>,
    /// Why the packet died.
    pub dropped: Option<String>,
    /// The Reachability Analyzer's code for that.
    pub explanation_code: Option<String>,
    /// Whether the answer, not the packet, died.
    pub reply_dropped: bool,
    /// The instances that it comes to without being addressed to them, and that are assumed to forward it: what is said of
    /// the way behind them, that it is reachable or what it dies of, holds if they do.
    #[serde(default)]
    pub forwarders: Vec<String>,
    /// Where the way leads to a service by its name, and the sender is an instance with a role: whether the service would do
    /// what it is first asked for.
    #[serde(default)]
    pub permission: Option<Permission>,
    /// All stages, for people.
    pub text: String,
    /// All stages, for programs.
    pub steps: Vec<TraceStage>,
}

/// One stage of a trace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TraceStage {
    /// `forward` or `reply`.
    pub leg: String,
    /// Where: a name or identifier.
    pub at: Option<String>,
    /// What decided: an identifier.
    pub by: Option<String>,
    /// The stage.
    pub stage: String,
    /// `ingress` or `egress`.
    pub direction: Option<String>,
    /// `allow`, `pass` or `deny`.
    pub outcome: String,
    /// The rule or route.
    pub detail: String,
}

pub(super) fn trace(running: &Running, request: &TraceRequest) -> Result<TraceAnswer, Refused> {
    let world = running.state.snapshot();
    let directory = running.directory(&world);
    let from = names::find(directory, &request.from).map_err(Refused::not_found)?;
    let mut to = names::find(directory, &request.to).map_err(Refused::not_found)?;
    let wants_ipv6 = matches!(request.protocol.as_str(), "icmpv6" | "icmp6");
    let looked_up = lookup::of(running, &world, from.interface, &request.to, wants_ipv6);
    let is_found = looked_up.as_ref().is_none_or(|it| !it.addresses.is_empty());
    if let Some(found) = looked_up.as_ref().filter(|_| is_found) {
        to.addresses.clone_from(&found.addresses);
    }
    let by =
        request.by.as_deref().map(|by| neighbour(directory, by)).transpose().map_err(Refused::not_found)?;
    let question = question(&world, request, &from, &to, by).map_err(Refused::not_found)?;
    let story = explain::trace(&world, &running.internet_ports(), &question);
    let namer = |id: model::ResourceId| names::of_resource(&world, id);
    let permission = permission::of(running, &world, from.interface, &request.to, &story);
    let verdict = if is_found { "" } else { "  => not reachable by its name\n" };
    let named = looked_up.as_ref().map(|it| it.text.as_str()).unwrap_or_default();
    let said = permission.as_ref().map(|permission| permission.text.as_str()).unwrap_or_default();
    Ok(TraceAnswer {
        reachable: story.reachable() && is_found,
        resolved: looked_up.as_ref().map(|it| it.addresses.iter().map(ToString::to_string).collect()),
        dropped: story.forward_drop.or(story.reply_drop).map(|reason| reason.name().to_owned()),
        explanation_code: story
            .forward_drop
            .or(story.reply_drop)
            .and_then(|reason| reason.explanation_code())
            .map(str::to_owned),
        reply_dropped: story.reply_drop.is_some(),
        forwarders: story.forwarders.iter().map(|id| namer((*id).into())).collect(),
        text: format!("{named}{}{said}{verdict}", engine::render::story(&story, &namer)),
        permission,
        steps: stages(&story, &namer),
    })
}

/// The interface that is named as a neighbour.
fn neighbour(directory: names::Directory<'_>, name: &str) -> Result<NetworkInterfaceId, String> {
    names::find(directory, name)?
        .interface
        .ok_or_else(|| format!("'{name}' is no instance or network interface"))
}

/// An ephemeral port, such as a client's system would choose.
const CLIENT_PORT: u16 = 40000;

fn question(
    world: &World,
    request: &TraceRequest,
    from: &names::Endpoint,
    to: &names::Endpoint,
    next_hop: Option<NetworkInterfaceId>,
) -> Result<Question, String> {
    let number = match request.protocol.as_str() {
        "tcp" => protocol::TCP,
        "udp" => protocol::UDP,
        "icmp" => protocol::ICMP,
        "icmpv6" | "icmp6" => protocol::ICMPV6,
        other => {
            other.parse().map_err(|_| format!("'{other}' is no protocol: tcp, udp, icmp or a number"))?
        }
    };
    let has_ports = matches!(number, protocol::TCP | protocol::UDP);
    let port = match (has_ports, request.port) {
        (true, None) => return Err(format!("{} needs a port, as in tcp/22", request.protocol)),
        (true, Some(port)) => port,
        (false, _) => 0,
    };
    let (source, destination) = names::addresses(world, from, to, number == protocol::ICMPV6)?;
    let icmp = match number {
        protocol::ICMP => Some((8, 0)),
        protocol::ICMPV6 => Some((128, 0)),
        _ => None,
    };
    let source_port = if has_ports { CLIENT_PORT } else { 0 };
    Ok(Question {
        sender: from.interface,
        next_hop,
        is_fragmented: request.fragmented,
        flow: wire::Flow { source, destination, protocol: number, source_port, destination_port: port },
        icmp,
    })
}

fn stages(story: &Story, namer: &impl Fn(model::ResourceId) -> String) -> Vec<TraceStage> {
    let legs = [("forward", &story.forward), ("reply", &story.reply)];
    let all = legs.into_iter().flat_map(|(leg, steps)| steps.iter().map(move |step| (leg, step)));
    all.map(|(leg, step)| TraceStage {
        leg: leg.to_owned(),
        at: step.at.map(namer),
        by: step.by.map(|by| by.to_string()),
        stage: step.stage.to_string(),
        direction: step.direction.map(|direction| direction.to_string()),
        outcome: match step.outcome {
            engine::Outcome::Allow => "allow".to_owned(),
            engine::Outcome::Pass => "pass".to_owned(),
            engine::Outcome::Deny(_) => "deny".to_owned(),
        },
        detail: step.detail.clone(),
    })
    .collect()
}
