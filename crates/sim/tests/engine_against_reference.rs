//! The engine against the reference model: random networks, random packets and changes, real frames.
//!
//! `HAMLET_PACKETS` sets how many packets are sent, `HAMLET_SEED` where the randomness begins. A failing case is made
//! smaller and printed as text, with the seed of its network.

mod driver;

use driver::case::Case;
use engine::DropReason;
use std::collections::BTreeMap;

/// How many packets it takes until one of them has died of a reason, if the networks have every part.
enum Met {
    Often,
    Seldom,
    /// Not by these packets: tests of their own have it, beside what drops.
    Elsewhere,
}

impl Met {
    fn of(reason: DropReason) -> Met {
        match reason {
            DropReason::DestinationMac
            | DropReason::SourceCheck
            | DropReason::ReservedRange
            | DropReason::SecurityGroupEgress
            | DropReason::NetworkAclEgress
            | DropReason::NoRoute
            | DropReason::Blackhole
            | DropReason::NoSuchAddress
            | DropReason::NoPublicAddress
            | DropReason::PrivateDestination
            | DropReason::SpoofedSource
            | DropReason::NoPublicMapping
            | DropReason::NoSuchHost
            | DropReason::EgressOnly
            | DropReason::PublicAccessBlocked
            | DropReason::PeeringAddress
            | DropReason::EndpointProtocol
            | DropReason::EndpointUnsolicited
            | DropReason::NatProtocol
            | DropReason::NatUnsolicited
            | DropReason::NatIdle
            | DropReason::TimeToLive
            | DropReason::NetworkAclIngress
            | DropReason::InterfaceDown
            | DropReason::DestinationCheck
            | DropReason::SecurityGroupIngress
            | DropReason::TooBig
            | DropReason::ConnectionLimit => Met::Often,
            DropReason::NatSource | DropReason::NatPortsExhausted | DropReason::EndpointSource => Met::Seldom,
            // What no guest's kernel sends: `hostile_frames`, `link_addresses`, the unit tests of `guest` and `wire`.
            DropReason::Malformed
            | DropReason::BadOffload
            | DropReason::Ethertype
            | DropReason::SourceMac
            | DropReason::Broadcast
            | DropReason::Announcement
            | DropReason::SourceRoute => Met::Elsewhere,
            // One interface would have to forward 65 connections of one port: `gateway_endpoints`.
            DropReason::EndpointPortsExhausted => Met::Elsewhere,
            // The link's services and full links are not in the reference model; loops are in fixtures, shares in
            // `connection_shares`. No host of the simulated internet has a private address of its own.
            DropReason::LinkService
            | DropReason::LinkServiceRate
            | DropReason::PrivateSource
            | DropReason::RoutingLoop
            | DropReason::ConnectionShare
            | DropReason::LinkFull => Met::Elsewhere,
            // For the network a packet like any other: only explanations have it.
            DropReason::UnexpectedAnswer => Met::Elsewhere,
        }
    }

    /// The packets among which one must be.
    fn within(self) -> u64 {
        match self {
            Met::Often => 50_000,
            Met::Seldom => 1_000_000,
            Met::Elsewhere => u64::MAX,
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn the_engine_does_with_every_packet_what_the_reference_model_says() {
    let packets = number("HAMLET_PACKETS", 100_000);
    let first = number("HAMLET_SEED", 1);
    let started = std::time::Instant::now();
    let (mut sent, mut delivered, mut translated, mut networks) = (0, 0, 0, 0);
    let mut drops: BTreeMap<DropReason, u64> = BTreeMap::new();
    while sent < packets {
        let seed = first + networks;
        let (case, outcome) = Case::generate(seed, 400);
        match outcome {
            Ok(count) => {
                sent += count.sent;
                delivered += count.delivered;
                translated += count.translated;
                count
                    .drops
                    .into_iter()
                    .for_each(|(reason, packets)| *drops.entry(reason).or_default() += packets);
            }
            Err(_) => panic!("seed {seed}:\n{}", case.minimised()),
        }
        networks += 1;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "seeds {first}..{}: {sent} packets in {networks} networks, {delivered} delivered, {translated} of them by NAT64, {:.0} packets/s",
        first + networks,
        sent as f64 / seconds
    );
    drops.iter().for_each(|(reason, packets)| println!("{packets:>9} {reason}"));
    for reason in DropReason::ALL {
        let is_met = drops.contains_key(reason);
        assert!(
            is_met || packets < Met::of(*reason).within(),
            "no packet died of {reason}: the test misses it"
        );
    }
    assert!(packets < 1_000_000 || translated * 500 > sent, "too few packets change their address family");
    assert!(delivered * 5 > sent, "too few packets arrive for the test to mean anything");
}
