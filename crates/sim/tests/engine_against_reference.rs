//! The engine against the reference model: random networks, random packets and changes, real frames.
//!
//! `HAMLET_PACKETS` sets how many packets are sent, `HAMLET_SEED` where the randomness begins. A failing case is made
//! smaller and printed as text, with the seed of its network.

mod driver;

use driver::case::Case;
use engine::DropReason;
use std::collections::BTreeMap;

/// What random packets must die of, sooner or later, if the networks have every part.
const OFTEN: &[DropReason] = &[
    DropReason::DestinationMac,
    DropReason::SourceCheck,
    DropReason::ReservedRange,
    DropReason::SecurityGroupEgress,
    DropReason::NetworkAclEgress,
    DropReason::NoRoute,
    DropReason::Blackhole,
    DropReason::NoSuchAddress,
    DropReason::NoPublicAddress,
    DropReason::PrivateDestination,
    DropReason::SpoofedSource,
    DropReason::NoPublicMapping,
    DropReason::NoSuchHost,
    DropReason::EgressOnly,
    DropReason::PeeringAddress,
    DropReason::NatProtocol,
    DropReason::NatUnsolicited,
    DropReason::NatIdle,
    DropReason::TimeToLive,
    DropReason::NetworkAclIngress,
    DropReason::InterfaceDown,
    DropReason::DestinationCheck,
    DropReason::SecurityGroupIngress,
    DropReason::TooBig,
    DropReason::ConnectionLimit,
];

/// What they die of more seldom.
const SELDOM: &[DropReason] = &[DropReason::NatSource, DropReason::NatPortsExhausted];

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
    for (reasons, enough) in [(OFTEN, 50_000), (SELDOM, 1_000_000)] {
        for reason in reasons {
            assert!(
                packets < enough || drops.contains_key(reason),
                "no packet died of {reason}: the test misses it"
            );
        }
    }
    assert!(packets < 1_000_000 || translated * 500 > sent, "too few packets change their address family");
    assert!(delivered * 5 > sent, "too few packets arrive for the test to mean anything");
}
