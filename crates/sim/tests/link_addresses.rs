//! Frames go by their IP address, but only under the link-layer address that the network has given for it. Each frame goes
//! through the engine and the reference model, which must agree.

mod driver;

use driver::lab::{ACK, Lab, SYN};
use engine::{DropReason, Moment, Now, Verdict};
use model::{MacAddress, Timestamp};
use sim::reference::{Packet, Part};
use std::net::IpAddr;
use wire::{Arp, Flow, VnetHeader};

const NETWORK: &str = "
vpc main 10.0.0.0/16 2600:1f14:0:100::/56
  igw
  subnet one 10.0.0.0/24 2600:1f14:0:100::/64 routes(0.0.0.0/0 -> igw, ::/0 -> igw)
    instance sender 10.0.0.10 2600:1f14:0:100::10 eip sg(open)
    instance mate 10.0.0.11 2600:1f14:0:100::11 sg(open)
    instance other 10.0.0.12 2600:1f14:0:100::12 sg(open)
    instance router 10.0.0.13 2600:1f14:0:100::13 sg(open) nocheck
    instance halted 10.0.0.14 2600:1f14:0:100::14 sg(open) stopped
  subnet two 10.0.1.0/24 2600:1f14:0:101::/64
    instance far 10.0.1.10 2600:1f14:0:101::10 sg(open)
sg open in all from 0.0.0.0/0
sg open in all from ::/0
";

/// A neighbour, a server elsewhere, and a host on the internet, each in both families.
const MATE: [&str; 2] = ["10.0.0.11", "2600:1f14:0:100::11"];
const FAR: [&str; 2] = ["10.0.1.10", "2600:1f14:0:101::10"];

fn packet(destination: &str, flags: u8) -> Packet {
    let destination: IpAddr = destination.parse().unwrap();
    let source = if destination.is_ipv4() { "10.0.0.10" } else { "2600:1f14:0:100::10" };
    let flow = Flow {
        source: source.parse().unwrap(),
        destination,
        protocol: 6,
        source_port: 40_000,
        destination_port: 80,
    };
    let next_hop = MacAddress::ROUTER;
    Packet { flow, icmp: None, flags, ttl: 64, about: None, length: 8, part: Part::Whole, next_hop }
}

/// What becomes of a packet that `sender` addresses on its link to `hop`: an instance, "router mac" or "nobody".
fn send(lab: &mut Lab, hop: &str, packet: Packet) -> Result<String, DropReason> {
    let next_hop = mac(lab, hop);
    lab.send_to("sender", Packet { next_hop, ..packet })
}

fn mac(lab: &Lab, name: &str) -> MacAddress {
    match name {
        "router mac" => MacAddress::ROUTER,
        "nobody" => MacAddress([2, 9, 9, 9, 9, 9]),
        name => lab.pair.world.network.network_interfaces.get(&lab.fixture.interfaces[name]).unwrap().mac,
    }
}

#[test]
fn a_neighbour_is_reached_under_its_own_address_and_the_routers_and_no_other() {
    for mate in MATE {
        // First packets, and packets of a connection that is known, which go the fast path.
        for flags in [SYN, ACK] {
            let mut lab = Lab::new(NETWORK);
            assert_eq!(send(&mut lab, "mate", packet(mate, SYN)), Ok("mate".to_owned()), "{mate}");
            for hop in ["mate", "router mac"] {
                assert_eq!(
                    send(&mut lab, hop, packet(mate, flags)),
                    Ok("mate".to_owned()),
                    "{mate} by {hop}"
                );
            }
            for hop in ["other", "far", "sender", "nobody"] {
                let fate = send(&mut lab, hop, packet(mate, flags));
                assert_eq!(fate, Err(DropReason::DestinationMac), "{mate} by {hop}");
            }
            assert_eq!(send(&mut lab, "mate", packet(mate, ACK)), Ok("mate".to_owned()), "it goes on");
        }
    }
}

#[test]
fn what_is_behind_the_router_is_reached_under_the_routers_address_alone() {
    for far in FAR {
        for flags in [SYN, ACK] {
            let mut lab = Lab::new(NETWORK);
            assert_eq!(send(&mut lab, "router mac", packet(far, SYN)), Ok("far".to_owned()), "{far}");
            assert_eq!(send(&mut lab, "router mac", packet(far, flags)), Ok("far".to_owned()), "{far}");
            for hop in ["far", "nobody", "sender"] {
                let fate = send(&mut lab, hop, packet(far, flags));
                assert_eq!(fate, Err(DropReason::DestinationMac), "{far} by {hop}");
            }
            // A neighbour that does not forward.
            let fate = send(&mut lab, "mate", packet(far, flags));
            assert_eq!(fate, Err(DropReason::DestinationCheck), "{far} by mate");
            assert_eq!(send(&mut lab, "router mac", packet(far, ACK)), Ok("far".to_owned()), "it goes on");
        }
    }
}

/// As with a route inside an instance that leads to a neighbour.
#[test]
fn a_neighbour_whose_check_is_off_may_be_used_as_a_router() {
    for destination in MATE.into_iter().chain(FAR) {
        let mut lab = Lab::new(NETWORK);
        let straight = if MATE.contains(&destination) { "mate" } else { "far" };
        for (hop, who) in [("router mac", straight), ("router", "router"), ("router mac", straight)] {
            for flags in [SYN, ACK, ACK] {
                let fate = send(&mut lab, hop, packet(destination, flags));
                assert_eq!(fate, Ok(who.to_owned()), "{destination} by {hop}");
            }
        }
    }
}

#[test]
fn a_neighbour_that_is_stopped_takes_nothing() {
    let mut lab = Lab::new(NETWORK);
    for own in ["10.0.0.14", "2600:1f14:0:100::14"] {
        assert_eq!(send(&mut lab, "halted", packet(own, SYN)), Err(DropReason::InterfaceDown));
    }
}

#[test]
fn services_of_the_link_are_asked_under_the_routers_address() {
    let mut lab = Lab::new(NETWORK);
    for (service, port) in [("169.254.169.253", 53), ("fd00:ec2::253", 53), ("169.254.169.123", 123)] {
        let mut asked = packet(service, 0);
        (asked.flow.protocol, asked.flow.destination_port) = (17, port);
        let reasons = ["router mac", "mate", "nobody"].map(|hop| {
            asked.next_hop = mac(&lab, hop);
            receive(&mut lab, &asked).0
        });
        // What it was asked is no query; whether it was heard is what this is about.
        let by_router = Verdict::Dropped(DropReason::LinkService);
        let by_others = Verdict::Dropped(DropReason::DestinationMac);
        assert_eq!(reasons, [by_router, by_others, by_others], "{service}");
    }
}

/// A sender that knows an address by the interface that had it before learns who has it now.
#[test]
fn who_addresses_a_neighbour_wrongly_is_told_its_link_layer_address() {
    let mut lab = Lab::new(NETWORK);
    let (wrong, right) = (mac(&lab, "other"), mac(&lab, "mate"));
    for mate in MATE {
        let sent = Packet { next_hop: wrong, ..packet(mate, SYN) };
        let (verdict, told) = receive(&mut lab, &sent);
        assert_eq!(verdict, Verdict::Dropped(DropReason::DestinationMac));
        let [told] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(told[..6], mac(&lab, "sender").0, "told to the sender");
        match mate.parse().unwrap() {
            IpAddr::V4(address) => {
                let answer = Arp::parse(told).unwrap();
                assert_eq!((answer.sender, answer.sender_mac.0), (address, right.0));
            }
            // Target and its link-layer address, in an advertisement that overrides (RFC 4861, section 4.4).
            IpAddr::V6(address) => {
                assert_eq!((told[54], told[58] & 0xe0), (136, 0x20));
                assert_eq!((&told[62..78], &told[80..86]), (&address.octets()[..], &right.0[..]));
            }
        }
    }
    let (_, told) = receive(&mut lab, &Packet { next_hop: wrong, ..packet("10.0.0.99", SYN) });
    assert!(told.is_empty(), "nobody has that address");
}

/// What the engine alone does, where the reference model has no part.
fn receive(lab: &mut Lab, packet: &Packet) -> (Verdict, Vec<Vec<u8>>) {
    let port = lab.pair.engine.ports().of_interface(lab.fixture.interfaces["sender"]).unwrap();
    let mut frame = driver::frames::build(packet, mac(lab, "sender"));
    let (mut out, now) = (Vec::new(), Now { moment: Moment(lab.pair.now), wall: Timestamp(0) });
    let verdict = lab.pair.engine.receive(port, &mut frame, &mut VnetHeader::default(), now, &mut out);
    (verdict, out.into_iter().map(|outgoing| outgoing.frame).collect())
}
