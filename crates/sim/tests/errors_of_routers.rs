//! What the network tells senders crosses the boundary of their subnet like any packet: network ACLs decide about it, security
//! groups do not.

mod driver;

use driver::lab::{ACK, Lab};
use engine::{DropReason, Moment, Now, Verdict};
use model::{MacAddress, Timestamp};
use sim::reference::{Packet, Part};
use std::net::IpAddr;
use wire::{Flow, VnetHeader};

/// A server whose subnet's network ACL has the rules in `inbound`, a NAT gateway whose subnet's has those in `outbound`, and a
/// server beside the gateway. Everything but ICMP and resets of port 80 passes.
fn network(inbound: &str, outbound: &str) -> String {
    format!(
        "
vpc main 10.0.0.0/16 2600:1f14:0:100::/56
  igw
  subnet edge 10.0.0.0/24 2600:1f14:0:100::/64 routes(0.0.0.0/0 -> igw, ::/0 -> igw) nacl(edge)
    nat gate 10.0.0.200 eip
    instance beside 10.0.0.10 2600:1f14:0:100::10 eip sg(none)
  subnet inside 10.0.1.0/24 2600:1f14:0:101::/64 routes(0.0.0.0/0 -> gate, 64:ff9b::/96 -> gate, ::/0 -> igw) nacl(inside)
    instance app 10.0.1.10 2600:1f14:0:101::10 sg(none)
sg none
nacl edge
  in 100 allow all from 0.0.0.0/0
  in 101 allow all from ::/0
{outbound}
  out 100 allow all to 0.0.0.0/0
  out 101 allow all to ::/0
nacl inside
{inbound}
  in 100 allow all from 0.0.0.0/0
  in 101 allow all from ::/0
  out 100 allow all to 0.0.0.0/0
  out 101 allow all to ::/0
"
    )
}

const V4: [&str; 2] = ["10.0.1.10", "192.0.2.10"];
const V6: [&str; 2] = ["2600:1f14:0:101::10", "2001:db8:ffff::99"];
const NAT64: [&str; 2] = ["2600:1f14:0:101::10", "64:ff9b::192.0.2.10"];

fn packet([source, destination]: [&str; 2], protocol: u8, flags: u8) -> Packet {
    let [source, destination]: [IpAddr; 2] = [source, destination].map(|address| address.parse().unwrap());
    let flow = Flow { source, destination, protocol, source_port: 40_000, destination_port: 80 };
    let next_hop = MacAddress::ROUTER;
    Packet { flow, icmp: None, flags, ttl: 64, about: None, length: 8, part: Part::Whole, next_hop }
}

/// What `sender` is told about a packet: type and code of ICMP, or none for a TCP segment.
fn told(network: &str, sender: &str, packet: Packet, reason: DropReason) -> Option<Option<(u8, u8)>> {
    let mut lab = Lab::new(network);
    let id = lab.fixture.interfaces[sender];
    let mac = lab.pair.world.network.network_interfaces.get(&id).unwrap().mac;
    let port = lab.pair.engine.ports().of_interface(id).unwrap();
    let mut frame = driver::frames::build(&packet, mac);
    let (mut out, now) = (Vec::new(), Now { moment: Moment(1), wall: Timestamp(0) });
    let verdict = lab.pair.engine.receive(port, &mut frame, &mut VnetHeader::default(), now, &mut out);
    assert_eq!(verdict, Verdict::Dropped(reason), "{packet:?}");
    assert!(out.len() <= 1 && out.iter().all(|told| told.port == port));
    out.first().map(|told| driver::frames::read(&told.frame).unwrap().0.icmp)
}

#[test]
fn how_large_a_packet_may_be_is_told_if_the_network_acl_lets_it_in() {
    for (ends, kind, denied, by_others) in [
        (V4, (3, 4), "in 10 deny icmp type 3 from 0.0.0.0/0", "in 10 deny icmp type 8 from 0.0.0.0/0"),
        (V4, (3, 4), "in 10 deny icmp from 10.0.1.1/32", "in 10 deny icmp from 10.0.0.0/24"),
        (V6, (2, 0), "in 10 deny icmpv6 from ::/0", "in 10 deny icmp from 0.0.0.0/0"),
    ] {
        let large = Packet { length: 1473, ..packet(ends, 17, 0) };
        let about =
            |inbound: &str| told(&network(&format!("  {inbound}"), ""), "app", large, DropReason::TooBig);
        assert_eq!(about(by_others), Some(Some(kind)), "{ends:?}");
        assert_eq!(about(denied), None, "{ends:?}");
    }
}

#[test]
fn a_nat_gateway_is_heard_if_both_network_acls_let_it() {
    let over = |ends, protocol, flags| Packet { ttl: 1, ..packet(ends, protocol, flags) };
    let cases = [
        (over(V4, 17, 0), DropReason::TimeToLive, Some((11, 0)), "icmp type 11", "0.0.0.0/0"),
        (over(NAT64, 17, 0), DropReason::TimeToLive, Some((3, 0)), "icmpv6", "::/0"),
        (packet(V4, 6, ACK), DropReason::NatIdle, None, "tcp 40000", "0.0.0.0/0"),
        (packet(NAT64, 6, ACK), DropReason::NatIdle, None, "tcp 40000", "::/0"),
    ];
    for (sent, reason, said, traffic, everybody) in cases {
        let (inbound, outbound) = (
            format!("  in 10 deny {traffic} from {everybody}"),
            format!("  out 10 deny {traffic} to {everybody}"),
        );
        assert_eq!(told(&network("", ""), "app", sent, reason), Some(said), "{sent:?}");
        assert_eq!(told(&network(&inbound, ""), "app", sent, reason), None, "{sent:?}");
        assert_eq!(told(&network("", &outbound), "app", sent, reason), None, "{sent:?}");
    }
}
