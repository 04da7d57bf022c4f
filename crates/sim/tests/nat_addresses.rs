//! A NAT gateway's secondary addresses: which one a connection gets, and that answers to each find their way.

mod driver;

use driver::lab::{ACK, Lab, RST, SYN};
use engine::{DropReason, Limits};
use std::net::IpAddr;

const NETWORK: &str = "
vpc main 10.0.0.0/16
  igw
  subnet public 10.0.0.0/24 routes(0.0.0.0/0 -> igw)
    nat gate 10.0.0.200 eip(52.0.0.200) 10.0.0.201 eip(52.0.0.201)
  subnet private 10.0.1.0/24 routes(0.0.0.0/0 -> gate)
    instance app 10.0.1.10 sg(app)
sg app
";

/// A gateway whose addresses have two ports each towards a destination.
fn lab() -> Lab {
    Lab::with_limits(NETWORK, Limits { nat_connections_per_destination: 2, ..Limits::default() })
}

/// Begins a connection; the address that the destination sees.
fn seen(lab: &mut Lab, port: u16, destination: &str) -> Result<(IpAddr, u16), DropReason> {
    let arrived = lab.tcp("app", SYN, &format!("10.0.1.10:{port}"), destination)?;
    Ok((arrived.flow.source, arrived.flow.source_port))
}

#[test]
fn each_address_has_its_own_ports_towards_a_destination() {
    let mut lab = lab();
    let addresses: Vec<IpAddr> =
        (0..4).map(|step| seen(&mut lab, 4000 + step, "192.0.2.10:80").unwrap().0).collect();
    let expected: Vec<IpAddr> =
        ["52.0.0.200", "52.0.0.200", "52.0.0.201", "52.0.0.201"].map(|text| text.parse().unwrap()).into();
    assert_eq!(addresses, expected);
    assert_eq!(seen(&mut lab, 4004, "192.0.2.10:80"), Err(DropReason::NatPortsExhausted));
    let (address, _) = seen(&mut lab, 4004, "192.0.2.10:443").unwrap();
    assert_eq!(address, expected[0], "another destination has ports of its own");
}

#[test]
fn answers_to_a_secondary_address_find_their_way_and_free_it_when_they_end() {
    let mut lab = lab();
    for step in 0..2 {
        seen(&mut lab, 4000 + step, "192.0.2.10:80").unwrap();
    }
    let (address, port) = seen(&mut lab, 4002, "192.0.2.10:80").unwrap();
    let outside = format!("{address}:{port}");
    let arrived = lab.tcp("example.com", SYN | ACK, "192.0.2.10:80", &outside).unwrap();
    assert_eq!(
        (arrived.flow.destination, arrived.flow.destination_port),
        ("10.0.1.10".parse().unwrap(), 4002)
    );
    lab.tcp("app", ACK, "10.0.1.10:4002", "192.0.2.10:80").unwrap();
    lab.tcp("example.com", RST, "192.0.2.10:80", &outside).unwrap();
    let unasked = lab.tcp("example.com", SYN, "192.0.2.10:80", "52.0.0.201:2000");
    assert_eq!(unasked, Err(DropReason::NatUnsolicited));
}
