//! What NAT gateways and interfaces count under AWS's names, told by single packets.

mod driver;

use driver::lab::{ACK, Lab, RST, SYN};
use engine::{DropReason, Limits};

const NETWORK: &str = "
vpc main 10.0.0.0/16
  igw
  subnet public 10.0.0.0/24 routes(0.0.0.0/0 -> igw) nacl(public)
    nat gate 10.0.0.200 eip(52.0.0.200)
  subnet private 10.0.1.0/24 routes(0.0.0.0/0 -> gate)
    instance app 10.0.1.10 sg(app)
  subnet chained 10.0.2.0/24 routes(0.0.0.0/0 -> gate)
    nat first 10.0.2.200 private
  subnet far 10.0.3.0/24 routes(0.0.0.0/0 -> first)
    instance far 10.0.3.10 sg(app)
sg app
nacl public
  out 10 deny tcp 25 to 0.0.0.0/0
  out 100 allow all to 0.0.0.0/0
  in 100 allow all from 0.0.0.0/0
";

/// A TCP segment of the tests: headers and four bytes. A datagram: headers and eight.
const SEGMENT: u64 = 44;
const DATAGRAM: u64 = 36;

fn lab() -> Lab {
    Lab::new(NETWORK)
}

/// Opens a connection from `app`; the port that the gateway has given it.
fn open(lab: &mut Lab, port: u16) -> String {
    let from = format!("10.0.1.10:{port}");
    let arrived = lab.tcp("app", SYN, &from, "192.0.2.10:80").unwrap();
    let outside = format!("{}:{}", arrived.flow.source, arrived.flow.source_port);
    lab.tcp("example.com", SYN | ACK, "192.0.2.10:80", &outside).unwrap();
    lab.tcp("app", ACK, &from, "192.0.2.10:80").unwrap();
    outside
}

#[test]
fn packets_and_bytes_are_counted_on_all_four_legs() {
    let mut lab = lab();
    let outside = open(&mut lab, 4000);
    for _ in 0..5 {
        lab.tcp("app", ACK, "10.0.1.10:4000", "192.0.2.10:80").unwrap();
    }
    lab.tcp("example.com", ACK, "192.0.2.10:80", &outside).unwrap();
    let legs = [("InFromSource", 7), ("OutToDestination", 7), ("InFromDestination", 2), ("OutToSource", 2)];
    for (leg, packets) in legs {
        assert_eq!(lab.metric("gate", &format!("Packets{leg}")), packets, "{leg}");
        assert_eq!(lab.metric("gate", &format!("Bytes{leg}")), packets * SEGMENT, "{leg}");
        assert_eq!(lab.metric("first", &format!("Packets{leg}")), 0, "{leg}");
    }
    assert_eq!(lab.metric("gate", "PeakBytesPerSecond"), 9 * SEGMENT / 10);
    assert_eq!(lab.metric("gate", "PacketsDropCount"), 0);
}

#[test]
fn connections_are_attempted_established_active_closed_and_idle() {
    let mut lab = lab();
    let counts = |lab: &mut Lab| {
        ["ConnectionAttemptCount", "ConnectionEstablishedCount", "ActiveConnectionCount", "IdleTimeoutCount"]
            .map(|name| lab.metric("gate", name))
    };
    lab.tcp("app", SYN, "10.0.1.10:4000", "192.0.2.10:80").unwrap();
    lab.tcp("app", SYN, "10.0.1.10:4000", "192.0.2.10:80").unwrap();
    assert_eq!(counts(&mut lab), [1, 0, 1, 0], "a SYN that is sent again is no other attempt");
    let outside = open(&mut lab, 4001);
    assert_eq!(counts(&mut lab), [2, 1, 2, 0]);
    lab.tcp("example.com", RST, "192.0.2.10:80", &outside).unwrap();
    assert_eq!(counts(&mut lab), [2, 1, 1, 0], "closed gracefully or not, it is over");
    lab.tcp("app", SYN, "10.0.1.10:4001", "192.0.2.10:80").unwrap();
    assert_eq!(counts(&mut lab), [3, 1, 2, 0], "opened again with the same ports");
    open(&mut lab, 4002);
    lab.udp("app", "10.0.1.10:4002", "192.0.2.10:53").unwrap();
    assert_eq!(counts(&mut lab), [4, 2, 3, 0], "connections are TCP's");
    lab.pair.wait(350_001);
    lab.pair.sweep();
    assert_eq!(counts(&mut lab), [4, 2, 0, 1], "those that were never answered have not become idle");
}

#[test]
fn what_dies_in_the_gateway_and_what_dies_beyond_it() {
    let mut lab = lab();
    // The network ACL stops it on its way out: to the gateway an attempt without an answer.
    assert_eq!(lab.tcp("app", SYN, "10.0.1.10:4000", "192.0.2.10:25"), Err(DropReason::NetworkAclEgress));
    assert_eq!(lab.metric("gate", "ConnectionAttemptCount"), 1);
    assert_eq!(lab.metric("gate", "PacketsOutToDestination"), 1);
    assert_eq!(lab.metric("gate", "PacketsDropCount"), 0);
    assert_eq!(lab.tcp("app", ACK, "10.0.1.10:4001", "192.0.2.10:80"), Err(DropReason::NatIdle));
    assert_eq!(lab.metric("gate", "PacketsDropCount"), 1);
    // "Traffic being actively blocked by the NAT gateway": more comes from the destination than is sent to the source.
    let refused = lab.tcp("example.com", SYN, "192.0.2.10:80", "52.0.0.200:2000");
    assert_eq!(refused, Err(DropReason::NatUnsolicited));
    assert_eq!(lab.metric("gate", "PacketsInFromDestination"), 1);
    assert_eq!(lab.metric("gate", "PacketsOutToSource"), 0);
    assert_eq!(lab.metric("gate", "PacketsDropCount"), 1);
}

#[test]
fn two_gateways_on_one_way_both_count() {
    let mut lab = lab();
    for _ in 0..3 {
        lab.udp("far", "10.0.3.10:4000", "192.0.2.10:53").unwrap();
    }
    for gateway in ["first", "gate"] {
        assert_eq!(lab.metric(gateway, "BytesInFromSource"), 3 * DATAGRAM, "{gateway}");
        assert_eq!(lab.metric(gateway, "BytesOutToDestination"), 3 * DATAGRAM, "{gateway}");
    }
}

#[test]
fn an_interface_tracks_as_many_connections_as_it_may() {
    let mut lab = Lab::with_limits(NETWORK, Limits { tracked_per_interface: 2, ..Limits::default() });
    lab.udp("app", "10.0.1.10:4000", "192.0.2.10:53").unwrap();
    lab.udp("app", "10.0.1.10:4001", "192.0.2.10:53").unwrap();
    assert_eq!(lab.metric("app", "conntrack_allowance_available"), 0);
    let refused = lab.udp("app", "10.0.1.10:4002", "192.0.2.10:53");
    assert_eq!(refused, Err(DropReason::ConnectionLimit));
    assert!(lab.udp("app", "10.0.1.10:4001", "192.0.2.10:53").is_ok(), "those that are tracked go on");
    assert_eq!(lab.metric("app", "conntrack_allowance_exceeded"), 1);
    assert_eq!(lab.metric("far", "conntrack_allowance_exceeded"), 0);
    lab.pair.wait(30_001);
    lab.pair.sweep();
    assert_eq!(lab.metric("app", "conntrack_allowance_available"), 2);
    assert!(lab.udp("app", "10.0.1.10:4002", "192.0.2.10:53").is_ok());
}
