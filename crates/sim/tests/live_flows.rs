//! The live book, told by single packets: what it says of flows, and which rule it names.

mod driver;

use driver::lab::{ACK, Lab, RST, SYN};
use engine::{DropReason, FlowDecision};
use model::rule::Traffic;
use model::{Direction, NetworkAclEntry, ResourceId, RuleAction};
use sim::reference::Packet;

const NETWORK: &str = "
vpc main 10.0.0.0/16 2600:1f14:a:1000::/56
  igw
  subnet public 10.0.0.0/24 2600:1f14:a:1000::/64 routes(0.0.0.0/0 -> igw, ::/0 -> igw)
    nat gate 10.0.0.220 eip(52.0.0.200)
    instance web 10.0.0.10 2600:1f14:a:1000::10 eip(52.0.0.10) sg(web)
  subnet private 10.0.1.0/24 2600:1f14:a:1001::/64 routes(0.0.0.0/0 -> gate) nacl(private)
    instance app 10.0.1.5 2600:1f14:a:1001::5 sg(app)
sg web in tcp 80 from 0.0.0.0/0
sg app in tcp 5432 from 10.0.0.0/16
nacl private
  out 90 deny tcp 9999 to 0.0.0.0/0
  out 100 allow all to 0.0.0.0/0
  out 101 allow all to ::/0
  in 100 allow all from 0.0.0.0/0
  in 101 allow all from ::/0
";

fn lab() -> Lab {
    Lab::new(NETWORK)
}

/// The book, one line for each entry: who to whom, how many packets, what became of it where, and by which rule.
fn book(lab: &Lab) -> Vec<String> {
    lab.pair.engine.flow_decisions(0).decisions.iter().map(|it| line(lab, it)).collect()
}

fn line(lab: &Lab, decision: &FlowDecision) -> String {
    let name = |id: ResourceId| lab.fixture.name(id).to_string();
    let decided = &decision.decided;
    let who =
        |id: Option<_>| id.map_or_else(|| "-".to_owned(), |id: model::NetworkInterfaceId| name(id.into()));
    let verdict = decided.refused.map_or("ACCEPT", DropReason::name);
    let ruling = decided.ruling.as_ref().map_or_else(String::new, |ruling| {
        let way = ruling.direction.map_or_else(String::new, |direction| format!(" {direction}"));
        let by = ruling.by.map_or_else(|| "-".to_owned(), name);
        let rule = ruling.detail.split_once(": ").filter(|(id, _)| id.starts_with("sgr-"));
        format!("{}{way} {by}: {}", ruling.stage, rule.map_or(ruling.detail.as_str(), |(_, rule)| rule))
    });
    let (flow, packets) = (decided.sent, decision.counted.packets);
    let ports = (flow.source_port, flow.destination_port);
    format!("{} {ports:?} {} {packets} {verdict} {ruling}", who(decided.sender), who(decided.receiver))
}

#[test]
fn what_passes_names_the_rule_that_let_it_and_counts_what_its_connection_carries() {
    let mut lab = lab();
    let (app, web) = ("10.0.1.5:4000", "10.0.0.10:80");
    lab.tcp("app", SYN, app, web).unwrap();
    lab.tcp("web", SYN | ACK, web, app).unwrap();
    for _ in 0..7 {
        lab.tcp("app", ACK, app, web).unwrap();
    }
    let expected = [
        "app (4000, 80) web 8 ACCEPT security group ingress web: tcp 80 from 0.0.0.0/0",
        "web (80, 4000) app 1 ACCEPT security group ingress app: tracked connection",
    ];
    assert_eq!(book(&lab), expected);
    lab.tcp("app", RST, app, web).unwrap();
    lab.pair.wait(1_000_000);
    lab.pair.engine.expire(engine::Moment(lab.pair.now), 500);
    assert_eq!(lab.pair.engine.connections().len(), 0);
    assert_eq!(book(&lab)[0], expected[0].replace(" 8 ", " 9 "), "as long as it is in the book");
}

#[test]
fn what_a_group_refuses_is_one_entry_however_often_it_is_tried_in_both_families() {
    let mut lab = lab();
    for _ in 0..5 {
        lab.tcp("app", SYN, "10.0.1.5:4000", "10.0.0.10:22").unwrap_err();
        lab.tcp("app", SYN, "[2600:1f14:a:1001::5]:4000", "[2600:1f14:a:1000::10]:22").unwrap_err();
    }
    let says = |from: &str| {
        format!(
            "app (4000, 22) - 5 security-group-ingress security group ingress web: no rule allows tcp 22 from {from}"
        )
    };
    assert_eq!(book(&lab), [says("10.0.1.5"), says("2600:1f14:a:1001::5")]);
}

#[test]
fn a_network_acl_is_named_by_its_rule_in_each_direction_and_for_answers() {
    let mut lab = lab();
    lab.tcp("app", SYN, "10.0.1.5:4000", "10.0.0.10:9999").unwrap_err();
    let (app, web) = ("10.0.1.5:4001", "10.0.0.10:80");
    lab.tcp("app", SYN, app, web).unwrap();
    deny(&mut lab, Direction::Ingress, 50);
    assert_eq!(lab.tcp("web", SYN | ACK, web, app), Err(DropReason::NetworkAclIngress));
    lab.change(|world| {
        let acl = world.network.network_acls.values().find(|it| !it.is_default).unwrap().id;
        world.network.network_acls.get_mut(&acl).unwrap().ingress.clear();
    });
    assert_eq!(lab.tcp("web", SYN | ACK, web, app), Err(DropReason::NetworkAclIngress));
    assert_eq!(
        book(&lab),
        [
            "app (4000, 9999) - 1 network-acl-egress network acl egress private: rule 90",
            "app (4001, 80) web 1 ACCEPT security group ingress web: tcp 80 from 0.0.0.0/0",
            "web (80, 4001) - 1 network-acl-ingress network acl ingress private: rule 50",
            "web (80, 4001) - 1 network-acl-ingress network acl ingress private: rule *",
        ]
    );
}

#[test]
fn routes_that_lead_nowhere_and_gateways_that_refuse_are_there_which_flow_logs_leave_out() {
    let mut lab = lab();
    lab.tcp("app", SYN, "[2600:1f14:a:1001::5]:4000", "[2001:db8:ffff::10]:80").unwrap_err();
    lab.tcp("example.com", SYN, "192.0.2.10:4000", "52.0.0.200:80").unwrap_err();
    lab.tcp("web", SYN, "10.0.0.9:4000", "10.0.1.5:5432").unwrap_err();
    let book = book(&lab);
    assert!(
        book[0].contains("no-route route table") && book[0].contains("no route to 2001:db8:ffff::10"),
        "{book:?}"
    );
    assert!(book[1].starts_with("- (4000, 80) - 1 nat-unsolicited nat gateway gate"), "{book:?}");
    assert!(book[2].contains("source-check source check web: 10.0.0.9 is not an address"), "{book:?}");
}

#[test]
fn fragments_that_a_nat_gateway_refuses_stand_beside_whole_packets_that_pass() {
    let mut lab = lab();
    let (app, outside) = ("10.0.1.5:4000", "192.0.2.10:80");
    lab.tcp("app", SYN, app, outside).unwrap();
    for _ in 0..3 {
        assert_eq!(lab.fragment("app", app, outside), Err(DropReason::NatProtocol));
        lab.tcp("app", ACK, app, outside).unwrap();
    }
    let book = book(&lab);
    assert!(book[0].starts_with("app (4000, 80) - 4 ACCEPT"), "{book:?}");
    assert!(book[1].starts_with("app (4000, 80) - 3 nat-protocol nat gateway"), "{book:?}");
    assert_eq!(book.len(), 2, "{book:?}");
}

#[test]
fn block_public_access_is_named_with_its_mode() {
    let mut lab = Lab::new(&format!("{NETWORK}block-public-access bidirectional\n"));
    lab.tcp("web", SYN, "10.0.0.10:4000", "192.0.2.10:80").unwrap_err();
    lab.tcp("example.com", SYN, "192.0.2.10:4000", "52.0.0.10:80").unwrap_err();
    let book = book(&lab);
    for line in &book {
        assert!(line.contains("public-access-blocked internet gateway"), "{line}");
        assert!(line.contains("VPC Block Public Access is block-bidirectional"), "{line}");
    }
    assert_eq!(book.len(), 2);
}

#[test]
fn a_group_that_is_opened_turns_a_refusal_into_another_entry() {
    let mut lab = lab();
    let (app, web) = ("10.0.1.5:4000", "10.0.0.10:22");
    lab.tcp("app", SYN, app, web).unwrap_err();
    lab.change(|world| {
        for group in world.network.security_groups.values().map(|it| it.id).collect::<Vec<_>>() {
            let rules = &mut world.network.security_groups.get_mut(&group).unwrap().rules;
            rules.values_mut().for_each(|rule| rule.traffic = Traffic::ALL);
        }
    });
    lab.tcp("app", SYN, app, web).unwrap();
    let book = book(&lab);
    assert!(book[0].starts_with("app (4000, 22) - 1 security-group-ingress"), "{book:?}");
    assert_eq!(book[1], "app (4000, 22) web 1 ACCEPT security group ingress web: all traffic from 0.0.0.0/0");
}

#[test]
fn a_tracked_answer_that_comes_too_late_is_told_with_the_rule_that_it_lacks() {
    let mut lab = lab();
    let (app, web) = ("10.0.1.5:4000", "10.0.0.10:5000");
    lab.udp("app", app, web).unwrap_err();
    lab.udp("web", web, app).unwrap();
    lab.pair.wait(10_000_000);
    lab.udp("web", web, app).unwrap_err();
    let book = book(&lab);
    let of_web: Vec<_> = book.iter().filter(|line| line.starts_with("web ")).collect();
    assert_eq!(of_web.len(), 2, "{book:?}");
    assert!(
        of_web[0].ends_with("tracked connection") && of_web[1].ends_with("udp 4000 from 10.0.0.10"),
        "{book:?}"
    );
}

#[test]
fn a_guest_that_floods_is_left_out_and_what_others_do_stays() {
    let mut lab = lab();
    lab.tcp("app", SYN, "10.0.1.5:4000", "10.0.0.10:80").unwrap();
    for number in 0..700_u16 {
        let source = format!("10.0.0.10:{}", 1024 + number);
        let _: Result<Packet, DropReason> = lab.udp("web", &source, "10.0.1.5:9");
    }
    let told = lab.pair.engine.flow_decisions(0);
    assert_eq!((told.missed, told.decisions.len()), (0, 513));
    assert_eq!(told.left_out, 700 - 512);
    assert!(line(&lab, &told.decisions[0]).starts_with("app (4000, 80) web 1 ACCEPT"));
}

/// Puts a rule that denies everything in front of the private subnet's network ACL.
fn deny(lab: &mut Lab, direction: Direction, number: u16) {
    lab.change(|world| {
        let acl = world.network.network_acls.values().find(|it| !it.is_default).unwrap().id;
        let acl = world.network.network_acls.get_mut(&acl).unwrap();
        let entries = match direction {
            Direction::Ingress => &mut acl.ingress,
            Direction::Egress => &mut acl.egress,
        };
        let cidr = "0.0.0.0/0".parse().unwrap();
        entries.insert(
            number,
            NetworkAclEntry { number, action: RuleAction::Deny, cidr, traffic: Traffic::ALL },
        );
    });
}
