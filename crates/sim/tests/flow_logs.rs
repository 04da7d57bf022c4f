//! Flow logs, told by single packets: which records they make, and what these say.
//!
//! The examples are those of "Flow log record examples" and "How VPC Flow Logs work" (VPC User Guide).

mod driver;

use driver::lab::{ACK, FIN, Lab, RST, SYN};
use engine::DropReason;
use flowlog::{Format, Line, LogStatus, Site};
use model::rule::Traffic;
use model::{MacAddress, NetworkAclEntry, RuleAction};
use sim::reference::{Packet, Part};
use std::collections::BTreeMap;
use wire::Flow;

const NETWORK: &str = "
vpc main 10.0.0.0/16
  igw
  subnet public 10.0.0.0/24 routes(0.0.0.0/0 -> igw)
    nat gate 10.0.0.220 eip(52.0.0.200)
    instance web 10.0.0.10 eip(52.0.0.10) sg(web)
  subnet private 10.0.1.0/24 routes(0.0.0.0/0 -> gate) nacl(private)
    instance app 10.0.1.5 sg(app)
    instance db 10.0.1.6 sg(app)
sg web in tcp 80 from 0.0.0.0/0
sg app in tcp 5432 from 10.0.0.0/16
nacl private
  out 100 allow all to 0.0.0.0/0
  in 100 allow all from 0.0.0.0/0
";

/// What records of the tests say, after the interface's name.
const FORMAT: &str = "${srcaddr} ${dstaddr} ${srcport} ${dstport} ${packets} ${bytes} ${action} ${tcp-flags} \
                      ${pkt-srcaddr} ${pkt-dstaddr} ${flow-direction} ${traffic-path}";

fn lab() -> Lab {
    let mut lab = Lab::new(NETWORK);
    lab.pair.log_everything();
    lab
}

/// The records of the windows that end within a minute, by interface, each without what is the same in all.
fn records(lab: &mut Lab) -> Vec<String> {
    lab.pair.wait(60_000);
    let windows = lab.pair.take_flow_windows();
    let format: Format = FORMAT.parse().unwrap();
    let network = &lab.pair.world.network;
    let sites: BTreeMap<_, _> =
        network.network_interfaces.values().map(|it| (it.id, Site::of(network, it))).collect();
    let mut lines = Vec::new();
    for window in &windows {
        for record in &window.records {
            let site = &sites[&record.key.interface];
            let line = Line {
                site,
                sites: &sites,
                window: (window.start, window.end),
                status: LogStatus::Ok(record),
            };
            lines.push(format!("{} {}", lab.fixture.name(site.interface.into()), line.text(&format)));
        }
    }
    lines.sort();
    lines
}

#[test]
fn each_direction_of_a_connection_is_a_record_at_each_end() {
    let mut lab = lab();
    let (app, db) = ("10.0.1.5:4000", "10.0.0.10:80");
    lab.tcp("app", SYN, app, db).unwrap();
    lab.tcp("web", SYN | ACK, db, app).unwrap();
    for _ in 0..5 {
        lab.tcp("app", ACK, app, db).unwrap();
        lab.tcp("web", ACK, db, app).unwrap();
    }
    lab.tcp("app", FIN | ACK, app, db).unwrap();
    lab.tcp("web", FIN | ACK, db, app).unwrap();
    lab.tcp("app", ACK, app, db).unwrap();
    assert_eq!(
        records(&mut lab),
        [
            "app 10.0.0.10 10.0.1.5 80 4000 7 308 ACCEPT 19 10.0.0.10 10.0.1.5 ingress -",
            "app 10.0.1.5 10.0.0.10 4000 80 8 352 ACCEPT 3 10.0.1.5 10.0.0.10 egress 1",
            "web 10.0.0.10 10.0.1.5 80 4000 7 308 ACCEPT 19 10.0.0.10 10.0.1.5 egress 1",
            "web 10.0.1.5 10.0.0.10 4000 80 8 352 ACCEPT 3 10.0.1.5 10.0.0.10 ingress -",
        ]
    );
}

#[test]
fn a_long_connection_has_a_record_in_each_window_and_none_is_told_twice() {
    let mut lab = lab();
    let (app, web) = ("10.0.1.5:4000", "10.0.0.10:80");
    lab.tcp("app", SYN, app, web).unwrap();
    lab.tcp("web", SYN | ACK, web, app).unwrap();
    let flags = |lines: Vec<String>| {
        let of_app = lines.iter().filter(|line| line.starts_with("app "));
        of_app
            .map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>())
            .map(|it| (it[5].clone(), it[8].clone()))
            .collect::<Vec<_>>()
    };
    let text = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(flags(records(&mut lab)), text(&[("1", "18"), ("1", "2")]));
    for _ in 0..3 {
        lab.tcp("app", ACK, app, web).unwrap();
    }
    lab.tcp("web", ACK, web, app).unwrap();
    assert_eq!(flags(records(&mut lab)), text(&[("1", "0"), ("3", "0")]), "nothing but data");
    assert_eq!(flags(records(&mut lab)), text(&[]), "idle");
    lab.tcp("app", RST, app, web).unwrap();
    assert_eq!(flags(records(&mut lab)), text(&[("1", "4")]));
}

#[test]
fn a_group_alone_rejects_no_answer_and_an_acl_does() {
    let mut lab = lab();
    let (app, web) = ("10.0.1.5:4000", "10.0.0.10:80");
    lab.change(|world| {
        let acl = world.network.network_acls.values().find(|it| !it.is_default).unwrap().id;
        let entry = NetworkAclEntry {
            number: 50,
            action: RuleAction::Deny,
            cidr: "0.0.0.0/0".parse().unwrap(),
            traffic: Traffic::ALL,
        };
        world.network.network_acls.get_mut(&acl).unwrap().ingress.insert(50, entry);
    });
    lab.tcp("app", SYN, app, web).unwrap();
    assert_eq!(lab.tcp("web", SYN | ACK, web, app), Err(DropReason::NetworkAclIngress));
    assert_eq!(
        records(&mut lab),
        [
            "app 10.0.0.10 10.0.1.5 80 4000 1 44 REJECT 18 10.0.0.10 10.0.1.5 ingress -",
            "app 10.0.1.5 10.0.0.10 4000 80 1 44 ACCEPT 2 10.0.1.5 10.0.0.10 egress 1",
            "web 10.0.0.10 10.0.1.5 80 4000 1 44 ACCEPT 18 10.0.0.10 10.0.1.5 egress 1",
            "web 10.0.1.5 10.0.0.10 4000 80 1 44 ACCEPT 2 10.0.1.5 10.0.0.10 ingress -",
        ]
    );
}

#[test]
fn what_a_group_refuses_was_accepted_where_it_left() {
    let mut lab = lab();
    assert_eq!(lab.tcp("app", SYN, "10.0.1.5:4000", "10.0.0.10:22"), Err(DropReason::SecurityGroupIngress));
    assert_eq!(
        records(&mut lab),
        [
            "app 10.0.1.5 10.0.0.10 4000 22 1 44 ACCEPT 2 10.0.1.5 10.0.0.10 egress 1",
            "web 10.0.1.5 10.0.0.10 4000 22 1 44 REJECT 2 10.0.1.5 10.0.0.10 ingress -",
        ]
    );
}

#[test]
fn through_a_nat_gateway_a_connection_has_four_records_at_it_with_its_own_address() {
    let mut lab = lab();
    let arrived = lab.udp("app", "10.0.1.5:4000", "192.0.2.10:53").unwrap();
    let outside = format!("{}:{}", arrived.flow.source, arrived.flow.source_port);
    lab.udp("example.com", "192.0.2.10:53", &outside).unwrap();
    let port = arrived.flow.source_port;
    assert_eq!(
        records(&mut lab),
        [
            "app 10.0.1.5 192.0.2.10 4000 53 1 36 ACCEPT 0 10.0.1.5 192.0.2.10 egress 1".to_owned(),
            "app 192.0.2.10 10.0.1.5 53 4000 1 36 ACCEPT 0 192.0.2.10 10.0.1.5 ingress -".to_owned(),
            "gate 10.0.0.220 10.0.1.5 53 4000 1 36 ACCEPT 0 192.0.2.10 10.0.1.5 egress 1".to_owned(),
            format!("gate 10.0.0.220 192.0.2.10 {port} 53 1 36 ACCEPT 0 10.0.0.220 192.0.2.10 egress 2"),
            "gate 10.0.1.5 10.0.0.220 4000 53 1 36 ACCEPT 0 10.0.1.5 192.0.2.10 ingress -".to_owned(),
            format!("gate 192.0.2.10 10.0.0.220 53 {port} 1 36 ACCEPT 0 192.0.2.10 10.0.0.220 ingress -"),
        ]
    );
}

#[test]
fn an_instance_s_public_address_is_in_no_record() {
    let mut lab = lab();
    lab.tcp("example.com", SYN, "192.0.2.10:4000", "52.0.0.10:80").unwrap();
    assert_eq!(
        lab.tcp("example.com", SYN, "192.0.2.10:4000", "52.0.0.10:22"),
        Err(DropReason::SecurityGroupIngress)
    );
    assert_eq!(
        records(&mut lab),
        [
            "web 192.0.2.10 10.0.0.10 4000 22 1 44 REJECT 2 192.0.2.10 10.0.0.10 ingress -",
            "web 192.0.2.10 10.0.0.10 4000 80 1 44 ACCEPT 2 192.0.2.10 10.0.0.10 ingress -",
        ]
    );
}

#[test]
fn what_follows_a_packet_that_was_too_large_is_counted() {
    let mut lab = lab();
    let packet = |length| Packet {
        flow: Flow {
            source: "192.0.2.10".parse().unwrap(),
            destination: "52.0.0.10".parse().unwrap(),
            protocol: 6,
            source_port: 4000,
            destination_port: 80,
        },
        icmp: None,
        flags: SYN,
        ttl: 64,
        about: None,
        length,
        part: Part::Whole,
        next_hop: MacAddress::ROUTER,
    };
    assert_eq!(lab.send("example.com", packet(3000)), Err(DropReason::TooBig));
    let next = |flags| Packet { flags, ..packet(4) };
    lab.send("example.com", next(ACK)).unwrap();
    lab.send("example.com", next(ACK)).unwrap();
    assert_eq!(
        records(&mut lab),
        ["web 192.0.2.10 10.0.0.10 4000 80 2 88 ACCEPT 0 192.0.2.10 10.0.0.10 ingress -"]
    );
}

#[test]
fn packets_before_a_change_and_after_it_are_in_different_records() {
    let mut lab = lab();
    for _ in 0..3 {
        lab.udp("app", "10.0.1.5:4000", "10.0.1.6:5432").unwrap_err();
    }
    lab.change(|world| {
        for id in world.network.security_groups.values().map(|it| it.id).collect::<Vec<_>>() {
            let group = world.network.security_groups.get_mut(&id).unwrap();
            group.rules.values_mut().for_each(|rule| rule.traffic = Traffic::ALL);
        }
    });
    for _ in 0..2 {
        lab.udp("app", "10.0.1.5:4000", "10.0.1.6:5432").unwrap();
    }
    assert_eq!(
        records(&mut lab),
        [
            "app 10.0.1.5 10.0.1.6 4000 5432 5 180 ACCEPT 0 10.0.1.5 10.0.1.6 egress 1",
            "db 10.0.1.5 10.0.1.6 4000 5432 2 72 ACCEPT 0 10.0.1.5 10.0.1.6 ingress -",
            "db 10.0.1.5 10.0.1.6 4000 5432 3 108 REJECT 0 10.0.1.5 10.0.1.6 ingress -",
        ]
    );
}
