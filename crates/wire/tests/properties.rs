//! Properties of the codec on random packets: what a rewrite adjusts is what a full computation gives,
//! headers follow the frame, and no bytes at all make it panic.

mod packets;

use packets::{Packet, packet};
use proptest::prelude::*;
use std::net::IpAddr;
use wire::{
    ChecksumState, Flow, Headers, Rewrite, VnetHeader, checksum, finish_checksum, icmp, icmpv6, parse, quoted,
};

/// One change to a packet. Addresses are made of the family the packet has.
#[derive(Clone, Debug)]
enum Change {
    Source(u128),
    Destination(u128),
    SourcePort(u16),
    DestinationPort(u16),
    Identifier(u16),
    Ttl(u8),
    DecrementTtl,
    Flow(u128, u128, u16, u16),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        packets::bits().prop_map(Change::Source),
        packets::bits().prop_map(Change::Destination),
        packets::word().prop_map(Change::SourcePort),
        packets::word().prop_map(Change::DestinationPort),
        packets::word().prop_map(Change::Identifier),
        any::<u8>().prop_map(Change::Ttl),
        Just(Change::DecrementTtl),
        (packets::bits(), packets::bits(), packets::word(), packets::word())
            .prop_map(|(source, destination, from, to)| Change::Flow(source, destination, from, to)),
    ]
}

fn apply(packet: &mut Rewrite<'_>, change: &Change, family: IpAddr, protocol: u8) {
    let address = |bits| packets::address(bits, family.is_ipv6());
    match *change {
        Change::Source(bits) => packet.set_source(address(bits)).unwrap(),
        Change::Destination(bits) => packet.set_destination(address(bits)).unwrap(),
        Change::SourcePort(port) => packet.set_source_port(port),
        Change::DestinationPort(port) => packet.set_destination_port(port),
        Change::Identifier(identifier) => packet.set_echo_identifier(identifier),
        Change::Ttl(ttl) => packet.set_ttl(ttl),
        Change::DecrementTtl => packet.decrement_ttl().unwrap_or_default(),
        Change::Flow(source, destination, source_port, destination_port) => {
            let (source, destination) = (address(source), address(destination));
            packet.set_flow(&Flow { source, destination, protocol, source_port, destination_port }).unwrap();
        }
    }
}

/// Puts the sum of the pseudo-header where the checksum is, as a sender with offloads does.
fn make_partial(frame: &mut [u8], headers: &Headers) -> Option<VnetHeader> {
    let vnet = VnetHeader::partial(headers)?;
    let at = headers.checksum_offset()?;
    let sum = checksum::transport_pseudo_header(headers).folded();
    frame[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(vnet.validate(frame, headers), Ok(ChecksumState::Partial));
    Some(vnet)
}

fn field(frame: &[u8], headers: &Headers) -> Option<u16> {
    let at = headers.checksum_offset()?;
    Some(u16::from_be_bytes([frame[at], frame[at + 1]]))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn adjusting_is_computing_anew(packet in packet(), changes in prop::collection::vec(change(), 1..6)) {
        let mut frame = packet.build();
        let mut headers = parse(&frame).unwrap();
        let (family, protocol) = (headers.source, headers.protocol);
        let mut rewrite = Rewrite::new(&mut frame, &mut headers, ChecksumState::Complete);
        changes.iter().for_each(|change| apply(&mut rewrite, change, family, protocol));
        prop_assert_eq!(parse(&frame), Ok(headers));
        prop_assert!(checksum::network_is_valid(&frame, &headers));
        prop_assert_eq!(field(&frame, &headers), checksum::transport(&frame, &headers));
    }

    #[test]
    fn a_partial_checksum_finished_late_is_computing_anew(packet in packet(), changes in prop::collection::vec(change(), 1..6)) {
        let mut frame = packet.build();
        let mut headers = parse(&frame).unwrap();
        let (family, protocol) = (headers.source, headers.protocol);
        let Some(mut vnet) = make_partial(&mut frame, &headers) else { return Ok(()) };
        let mut rewrite = Rewrite::new(&mut frame, &mut headers, ChecksumState::Partial);
        changes.iter().for_each(|change| apply(&mut rewrite, change, family, protocol));
        finish_checksum(&mut frame, &mut vnet).unwrap();
        prop_assert_eq!(parse(&frame), Ok(headers));
        prop_assert_eq!(field(&frame, &headers), checksum::transport(&frame, &headers));
    }

    #[test]
    fn a_quote_is_rewritten_with_every_checksum_around_it(
        packet in packet(),
        source in packets::bits(),
        destination in packets::bits(),
        source_port in packets::word(),
        destination_port in packets::word(),
    ) {
        let frame = packet.build();
        let Some(mut error) = error_about(&frame) else { return Ok(()) };
        let mut headers = parse(&error).unwrap();
        let mut quote = quoted(&error, &headers).unwrap();
        let v6 = headers.source.is_ipv6();
        let flow = Flow {
            source: packets::address(source, v6),
            destination: packets::address(destination, v6),
            source_port,
            destination_port,
            ..quote.flow
        };
        Rewrite::new(&mut error, &mut headers, ChecksumState::Complete).set_quoted_flow(&mut quote, &flow).unwrap();
        prop_assert_eq!(quoted(&error, &headers), Some(quote));
        prop_assert_eq!(field(&error, &headers), checksum::transport(&error, &headers));
        prop_assert_eq!((quote.flow.source, quote.flow.destination), (flow.source, flow.destination));

        // Where the quote is whole, it is a packet again, and a sound one.
        let mut inner = error[..14].to_vec();
        inner.extend_from_slice(&error[usize::from(quote.network_offset)..headers.end()]);
        if let Ok(headers) = parse(&inner) {
            prop_assert!(checksum::network_is_valid(&inner, &headers));
            prop_assert_eq!(field(&inner, &headers), checksum::transport(&inner, &headers));
        }
    }

    #[test]
    fn no_bytes_at_all_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        packets::exercise(&bytes);
    }

    #[test]
    fn no_damaged_packet_makes_it_panic(
        packet in packet(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        keep in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut frame = packet.build();
        for (at, value) in damage {
            // Mostly the headers: damage to a payload is not interesting.
            let len = frame.len().min(100);
            frame[at.index(len)] = value;
        }
        if cut {
            frame.truncate(keep.index(frame.len() + 1));
        }
        packets::exercise(&frame);
        if let Some(error) = error_about(&packet.build()) {
            packets::exercise(&error[..keep.index(error.len() + 1)]);
        }
    }
}

fn error_about(frame: &[u8]) -> Option<Vec<u8>> {
    let headers = parse(frame).ok()?;
    icmp::time_exceeded([10, 0, 0, 1].into(), frame, &headers)
        .or_else(|| icmpv6::time_exceeded("fe80::1".parse().ok()?, frame, &headers))
}

#[test]
fn the_generator_makes_every_kind_of_packet() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let packet: Packet = packet().new_tree(&mut runner).unwrap().current();
        let headers = parse(&packet.build()).unwrap();
        seen.insert((headers.source.is_ipv6(), headers.protocol));
    }
    let wanted =
        [(false, 1), (false, 6), (false, 17), (false, 47), (true, 6), (true, 17), (true, 47), (true, 58)];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), wanted);
}
