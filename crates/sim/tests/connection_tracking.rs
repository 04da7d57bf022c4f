//! What security groups, network ACLs and NAT gateways remember, told by single packets. Every packet goes through the
//! engine and the reference model, which must agree.

mod driver;

use driver::lab::{ACK, Lab, SYN};
use engine::DropReason;
use model::nat_gateway::NatGatewayState;
use model::{MacAddress, RuleAction};
use sim::reference::{Packet, Part};
use wire::Flow;

const NETWORK: &str = "
vpc main 10.0.0.0/16
  igw
  subnet public 10.0.0.0/24 routes(0.0.0.0/0 -> igw)
    nat gate 10.0.0.200 eip(52.0.0.200)
    instance web 10.0.0.10 eip(52.0.0.10) sg(web)
    instance everybody 10.0.0.11 eip(52.0.0.11) sg(everybody)
  subnet private 10.0.1.0/24 routes(0.0.0.0/0 -> gate)
    instance app 10.0.1.10 sg(app)
sg web in tcp 22 from 198.51.100.0/24
sg everybody in tcp 22 from 0.0.0.0/0
sg app in tcp 22 from sg web
";

#[test]
fn a_tracked_connection_outlives_its_rule_and_a_new_one_is_refused() {
    let mut lab = Lab::new(NETWORK);
    assert!(lab.tcp("laptop", SYN, "198.51.100.10:4000", "52.0.0.10:22").is_ok());
    assert!(lab.tcp("web", SYN | ACK, "10.0.0.10:22", "198.51.100.10:4000").is_ok());
    lab.remove_inbound_rules();
    assert!(lab.tcp("laptop", ACK, "198.51.100.10:4000", "52.0.0.10:22").is_ok());
    let refused = lab.tcp("laptop", SYN, "198.51.100.10:4001", "52.0.0.10:22");
    assert_eq!(refused, Err(DropReason::SecurityGroupIngress));
}

#[test]
fn an_untracked_connection_dies_with_its_rule() {
    let mut lab = Lab::new(NETWORK);
    assert!(lab.tcp("laptop", SYN, "198.51.100.10:4000", "52.0.0.11:22").is_ok());
    assert!(lab.tcp("everybody", SYN | ACK, "10.0.0.11:22", "198.51.100.10:4000").is_ok());
    assert!(lab.tcp("laptop", ACK, "198.51.100.10:4000", "52.0.0.11:22").is_ok());
    lab.remove_inbound_rules();
    let cut = lab.tcp("laptop", ACK, "198.51.100.10:4000", "52.0.0.11:22");
    assert_eq!(cut, Err(DropReason::SecurityGroupIngress));
}

#[test]
fn a_network_acl_cuts_a_tracked_connection_at_once() {
    let mut lab = Lab::new(NETWORK);
    assert!(lab.tcp("laptop", SYN, "198.51.100.10:4000", "52.0.0.10:22").is_ok());
    lab.change(|world| {
        let ids: Vec<_> = world.network.network_acls.values().map(|acl| acl.id).collect();
        for id in ids {
            for entry in world.network.network_acls.get_mut(&id).unwrap().ingress.values_mut() {
                entry.action = RuleAction::Deny;
            }
        }
    });
    let cut = lab.tcp("laptop", ACK, "198.51.100.10:4000", "52.0.0.10:22");
    assert_eq!(cut, Err(DropReason::NetworkAclIngress));
}

#[test]
fn a_nat_gateway_resets_what_was_idle_for_350_seconds_whether_or_not_it_was_swept_away() {
    for sweep in [false, true] {
        let mut lab = Lab::new(NETWORK);
        let arrived = lab.tcp("app", SYN, "10.0.1.10:4000", "192.0.2.10:80").unwrap();
        let (outside, port) = (arrived.flow.source.to_string(), arrived.flow.source_port);
        assert_eq!(outside, "52.0.0.200");
        let gateway = format!("{outside}:{port}");
        assert!(lab.tcp("example.com", SYN | ACK, "192.0.2.10:80", &gateway).is_ok());
        assert!(lab.tcp("app", ACK, "10.0.1.10:4000", "192.0.2.10:80").is_ok());
        lab.pair.wait(350_001);
        if sweep {
            lab.pair.sweep();
        }
        assert_eq!(lab.tcp("example.com", ACK, "192.0.2.10:80", &gateway), Err(DropReason::NatUnsolicited));
        assert_eq!(lab.tcp("app", ACK, "10.0.1.10:4000", "192.0.2.10:80"), Err(DropReason::NatIdle));
        assert!(lab.tcp("app", SYN, "10.0.1.10:4000", "192.0.2.10:80").is_ok());
    }
}

#[test]
fn an_icmp_error_about_a_tracked_connection_needs_no_rule_and_quotes_what_was_sent() {
    let mut lab = Lab::new(NETWORK);
    let arrived = lab.tcp("app", SYN, "10.0.1.10:4000", "192.0.2.10:80").unwrap();
    let error = Packet {
        flow: Flow { protocol: 1, source_port: 0, destination_port: 0, ..arrived.flow.reversed() },
        icmp: Some((3, 1)),
        flags: 0,
        ttl: 64,
        about: Some(arrived.flow),
        length: 0,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    };
    let heard = lab.send("example.com", error).unwrap();
    assert_eq!(heard.flow.destination.to_string(), "10.0.1.10");
    assert_eq!(heard.about.unwrap().source.to_string(), "10.0.1.10");
    assert_eq!(heard.about.unwrap().source_port, 4000);
    let about_nothing = Packet { about: Some(Flow { source_port: 9, ..arrived.flow }), ..error };
    assert_eq!(lab.send("example.com", about_nothing), Err(DropReason::NatUnsolicited));
}

#[test]
fn an_icmp_error_is_heard_from_a_router_that_never_saw_the_connection() {
    let mut lab = Lab::new(NETWORK);
    let sent = lab.tcp("web", SYN, "10.0.0.10:4000", "192.0.2.10:80").unwrap().flow;
    let quoted = Flow { source: "10.0.0.10".parse().unwrap(), ..sent };
    let router = "10.0.0.11".parse().unwrap();
    let flow =
        Flow { source: router, destination: quoted.source, protocol: 1, source_port: 0, destination_port: 0 };
    let error = Packet {
        flow,
        icmp: Some((11, 0)),
        flags: 0,
        ttl: 64,
        about: Some(quoted),
        length: 0,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    };
    assert_eq!(lab.send("everybody", error).unwrap().about, Some(quoted));
    let about_nothing = Packet { about: Some(Flow { source_port: 9, ..quoted }), ..error };
    assert_eq!(lab.send("everybody", about_nothing), Err(DropReason::SecurityGroupIngress));
    let about_what_it_was_sent = Packet { about: Some(quoted.reversed()), ..error };
    assert_eq!(lab.send("everybody", about_what_it_was_sent), Err(DropReason::SecurityGroupIngress));
}

#[test]
fn an_echo_reply_is_not_decided_as_the_request_of_the_same_flow_was() {
    let mut lab = Lab::new(NETWORK);
    let echo = Flow {
        source: "10.0.0.10".parse().unwrap(),
        destination: "192.0.2.10".parse().unwrap(),
        protocol: 1,
        source_port: 7,
        destination_port: 7,
    };
    lab.change(|world| {
        let subnet =
            world.network.subnets.values().find(|subnet| subnet.route_table.is_some()).unwrap().network_acl;
        for entry in world.network.network_acls.get_mut(&subnet).unwrap().egress.values_mut() {
            entry.traffic.protocol = model::RuleProtocol::Number(1);
            entry.traffic.ports = model::Ports::Icmp { kind: Some(8), code: None };
        }
    });
    let request = Packet {
        flow: echo,
        icmp: Some((8, 0)),
        flags: 0,
        ttl: 64,
        about: None,
        length: 8,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    };
    assert!(lab.send("web", request).is_ok());
    assert!(lab.send("web", request).is_ok());
    let reply = Packet { icmp: Some((0, 0)), ..request };
    assert_eq!(lab.send("web", reply), Err(DropReason::NetworkAclEgress));
}

#[test]
fn a_nat_gateway_that_is_being_deleted_cuts_its_connections() {
    let mut lab = Lab::new(NETWORK);
    let arrived = lab.tcp("app", SYN, "10.0.1.10:4000", "192.0.2.10:80").unwrap();
    let gateway = format!("52.0.0.200:{}", arrived.flow.source_port);
    assert!(lab.tcp("example.com", SYN | ACK, "192.0.2.10:80", &gateway).is_ok());
    lab.change(|world| {
        let id = world.network.nat_gateways.iter().next().unwrap().0;
        world.network.nat_gateways.get_mut(&id).unwrap().state = NatGatewayState::Deleting;
    });
    assert_eq!(lab.tcp("app", ACK, "10.0.1.10:4000", "192.0.2.10:80"), Err(DropReason::Blackhole));
    assert_eq!(lab.tcp("example.com", ACK, "192.0.2.10:80", &gateway), Err(DropReason::InterfaceDown));
}

#[test]
fn a_way_that_another_connection_opened_ends_with_it() {
    let network = NETWORK.replace("10.0.1.10 sg(app)", "10.0.1.10 sg(app) nocheck");
    let mut lab = Lab::new(&network);
    let arrived = lab.tcp("app", SYN, "10.0.1.10:4000", "192.0.2.10:80").unwrap();
    let gateway = format!("10.0.0.200:{}", arrived.flow.source_port);
    // It sends itself, by the gateway, what looks like the answer, and so takes the place of the connection's beginning.
    assert!(lab.tcp("app", SYN | ACK, "192.0.2.10:80", &gateway).is_ok());
    assert_eq!(lab.tcp("app", ACK, "192.0.2.10:80", &gateway), Err(DropReason::NatUnsolicited));
}
