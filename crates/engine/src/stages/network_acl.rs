//! Network ACLs: stateless rules on a subnet's boundary, asked once for each crossing.
//!
//! "A network ACL allows or denies specific inbound or outbound traffic at the subnet level" (Network ACLs).

use model::{Direction, Header, Network, NetworkAclEntry, RuleAction, Subnet};

use crate::drop_reason::DropReason;
use crate::journey::{Crossing, Journey, Site, Step};
use crate::trace::{Outcome, TraceStep};

/// Asked when a packet leaves the subnet.
pub fn egress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, _: Crossing<'a>) -> Step<'a> {
    decide(journey, site.subnet, Direction::Egress)
}

/// Asked when a packet enters the subnet from outside it.
pub fn ingress<'a>(journey: &mut Journey<'a, '_>, site: Site<'a>, crossing: Crossing<'a>) -> Step<'a> {
    if crossing.from.is_some_and(|from| from.id == site.subnet.id) {
        return Step::Continue;
    }
    decide(journey, site.subnet, Direction::Ingress)
}

/// Whether a subnet's network ACL lets a packet pass.
pub(crate) fn allows(network: &Network, subnet: &Subnet, direction: Direction, header: &Header) -> bool {
    first_match(network, subnet, direction, header).is_some_and(|rule| rule.action == RuleAction::Allow)
}

/// The rule that decides, if it is not the one that denies what no other matches.
fn first_match<'a>(
    network: &'a Network,
    subnet: &Subnet,
    direction: Direction,
    header: &Header,
) -> Option<&'a NetworkAclEntry> {
    network.network_acls.get(&subnet.network_acl)?.first_match(direction, header)
}

fn decide<'a>(journey: &mut Journey<'a, '_>, subnet: &Subnet, direction: Direction) -> Step<'a> {
    let header = journey.header();
    let rule = first_match(journey.network(), subnet, direction, &header);
    let reason = match direction {
        Direction::Egress => DropReason::NetworkAclEgress,
        Direction::Ingress => DropReason::NetworkAclIngress,
    };
    let outcome = match rule.map(|rule| rule.action) {
        Some(RuleAction::Allow) => Outcome::Allow,
        Some(RuleAction::Deny) | None => Outcome::Deny(reason),
    };
    let stage = journey.stage;
    journey.note(|| TraceStep {
        at: Some(subnet.id.into()),
        by: Some(subnet.network_acl.into()),
        stage,
        direction: Some(direction),
        outcome,
        detail: rule.map_or_else(|| "rule *".to_owned(), |rule| format!("rule {}", rule.number)),
    });
    match outcome {
        Outcome::Allow | Outcome::Pass => Step::Continue,
        Outcome::Deny(reason) => Step::Drop(reason),
    }
}
