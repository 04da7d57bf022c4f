//! Dialogues with the resolver: question, answer.

use super::*;
use crate::fixture::{self, DB, DB_ETH0, FAR_ETH0, MAIN, OTHER, PRIVATE, PUBLIC, WEB, WEB_ETH0};
use crate::service_endpoints::ServiceEndpoint;
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RecordType};
use model::dns_record::RecordType as Kind;
use model::endpoint_service::EndpointService;
use model::instance_connect_endpoint_state::IpAddressType;
use model::interface_endpoint::{DnsRecordType, InterfaceEndpoint};
use model::peering_status::PeeringStatus;
use model::vpc_endpoint::VpcEndpointKind;
use model::{NetworkInterfaceId, VpcEndpoint, VpcEndpointId};
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

const OUTSIDE: Asker<'static> = Asker::Internet { source: IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)) };
const WEB_PUBLIC_NAME: &str = "ec2-203-0-113-25.us-west-2.compute.amazonaws.com";
const FAR_PUBLIC_NAME: &str = "ec2-203-0-113-99.us-west-2.compute.amazonaws.com";

fn query(name: &str, wanted: RecordType) -> Message {
    let mut message = Message::new(0x1234, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), wanted));
    message
}

fn sent(world: &World, asker: Asker<'_>, message: &Message) -> Option<Message> {
    let bytes = message.to_vec().unwrap();
    let answer = answer(world, asker, &PublicNames::simulated(), &bytes, DnsTransport::Udp)?;
    Some(Message::from_vec(&answer).unwrap())
}

/// The answer in short: its code, and its records without their owners.
fn told(message: &Message) -> String {
    let records: Vec<String> =
        message.answers.iter().map(|record| format!("{} {}", record.record_type(), record.data)).collect();
    match (message.metadata.response_code, records.as_slice()) {
        (ResponseCode::NoError, []) => "nothing".to_owned(),
        (ResponseCode::NoError, records) => records.join(", "),
        (code, []) => format!("{code:?}"),
        (code, records) => format!("{code:?}, {}", records.join(", ")),
    }
}

fn asked_by(world: &World, id: NetworkInterfaceId, name: &str, wanted: RecordType) -> String {
    let interface = fixture::eni(world, id);
    told(&sent(world, Asker::Interface(&interface), &query(name, wanted)).unwrap())
}

fn asked_outside(world: &World, name: &str, wanted: RecordType) -> String {
    told(&sent(world, OUTSIDE, &query(name, wanted)).unwrap())
}

#[test]
fn private_names_stand_for_addresses_of_the_vpc() {
    let world = fixture::world();
    let asked = |name: &str, wanted| asked_by(&world, DB_ETH0, name, wanted);
    assert_eq!(asked("ip-10-0-1-10.us-west-2.compute.internal.", RecordType::A), "A 10.0.1.10");
    assert_eq!(asked("IP-10-0-1-10.US-west-2.compute.internal.", RecordType::A), "A 10.0.1.10");
    assert_eq!(asked("ip-10-0-1-10.us-west-2.compute.internal.", RecordType::AAAA), "nothing");
    // Those of other VPCs of the Region, and those that nobody has; outside of RFC 1918 only the VPC's own.
    assert_eq!(asked("ip-10-1-0-5.us-west-2.compute.internal.", RecordType::A), "A 10.1.0.5");
    assert_eq!(asked("ip-172-16-0-9.us-west-2.compute.internal.", RecordType::A), "A 172.16.0.9");
    assert_eq!(asked("ip-192-168-0-9.us-west-2.compute.internal.", RecordType::A), "A 192.168.0.9");
    for unknown in [
        "ip-100-64-0-9.us-west-2.compute.internal.",
        "ip-172-32-0-9.us-west-2.compute.internal.",
        "ip-203-0-113-99.us-west-2.compute.internal.",
        "ip-10-0-1-010.us-west-2.compute.internal.",
        "a.ip-10-0-1-10.us-west-2.compute.internal.",
        "ip-10-0-1-10.ec2.internal.",
        "i-0000000000000000b.us-west-2.compute.internal.",
    ] {
        assert_eq!(asked(unknown, RecordType::A), "NXDomain", "{unknown}");
    }
    assert_eq!(asked_outside(&world, "ip-10-0-1-10.us-west-2.compute.internal.", RecordType::A), "NXDomain");
}

#[test]
fn addresses_are_looked_up_as_queries_are_answered() {
    let mut world = fixture::world();
    let found = |world: &World, name: &str, ipv6| {
        let interface = fixture::eni(world, DB_ETH0);
        addresses_of(world, Asker::Interface(&interface), &PublicNames::simulated(), name, ipv6)
    };
    let s3 = ServiceEndpoint::named("s3.us-west-2.amazonaws.com").unwrap();
    assert_eq!(found(&world, "s3.us-west-2.amazonaws.com", false), Some(vec![s3.v4().into()]));
    assert_eq!(found(&world, "s3.us-west-2.amazonaws.com", true), Some(vec![]));
    assert_eq!(found(&world, "nothing.us-west-2.amazonaws.com", false), Some(vec![]));
    world.network.vpcs.get_mut(&MAIN).unwrap().dns_support = false;
    assert_eq!(found(&world, "s3.us-west-2.amazonaws.com", false), None);
}

#[test]
fn a_public_zone_answers_everybody_unless_a_private_one_does() {
    let mut world = fixture::world();
    fixture::public_zone(
        &mut world,
        "shop.test",
        &[
            ("shop.test", Kind::A, 60, &["203.0.113.80"]),
            ("www.shop.test", Kind::Cname, 60, &["shop.test"]),
            ("*.cdn.shop.test", Kind::A, 60, &["203.0.113.81"]),
        ],
    );
    fixture::public_zone(&mut world, "example.com", &[("api.example.com", Kind::A, 60, &["203.0.113.82"])]);
    let ask = |world: &World, name: &str| {
        let inside = asked_by(world, DB_ETH0, name, RecordType::A);
        assert_eq!(asked_outside(world, name, RecordType::A), inside, "{name}");
        inside
    };
    assert_eq!(ask(&world, "shop.test."), "A 203.0.113.80");
    assert_eq!(ask(&world, "www.shop.test."), "CNAME shop.test., A 203.0.113.80");
    assert_eq!(ask(&world, "a.cdn.shop.test."), "A 203.0.113.81");
    assert_eq!(ask(&world, "none.shop.test."), "NXDomain");
    // What the internet has is nobody's to take; beside it there is room.
    assert_eq!(ask(&world, "example.com."), "A 192.0.2.10");
    assert_eq!(ask(&world, "api.example.com."), "A 203.0.113.82");
    fixture::zone(&mut world, MAIN, "shop.test", &[("shop.test", Kind::A, 60, &["10.0.9.9"])]);
    assert_eq!(asked_by(&world, DB_ETH0, "shop.test.", RecordType::A), "A 10.0.9.9");
    assert_eq!(asked_by(&world, DB_ETH0, "www.shop.test.", RecordType::A), "NXDomain");
    assert_eq!(asked_outside(&world, "shop.test.", RecordType::A), "A 203.0.113.80");
}

#[test]
fn in_us_east_1_private_names_end_in_ec2_internal() {
    let world = fixture::world_in("us-east-1");
    assert_eq!(asked_by(&world, DB_ETH0, "ip-10-0-1-10.ec2.internal.", RecordType::A), "A 10.0.1.10");
    let public = "ec2-203-0-113-25.compute-1.amazonaws.com.";
    assert_eq!(asked_by(&world, DB_ETH0, public, RecordType::A), "A 10.0.1.10");
}

#[test]
fn resource_names_stand_for_what_the_subnet_says() {
    let mut world = fixture::world();
    let name = format!("{WEB}.us-west-2.compute.internal.");
    let (db, far) = (DB_ETH0, FAR_ETH0);
    world.network.subnets.get_mut(&PUBLIC).unwrap().resource_name_dns_a_record = true;
    assert_eq!(asked_by(&world, db, &name, RecordType::A), "A 10.0.1.10");
    assert_eq!(asked_by(&world, db, &name, RecordType::AAAA), "nothing");
    assert_eq!(asked_by(&world, far, &name, RecordType::A), "NXDomain", "another VPC");
    world.network.subnets.get_mut(&PUBLIC).unwrap().resource_name_dns_aaaa_record = true;
    assert_eq!(asked_by(&world, db, &name, RecordType::AAAA), "AAAA 2600:1f13:a:1::10");
    world.network.subnets.get_mut(&PRIVATE).unwrap().resource_name_dns_aaaa_record = true;
    let without_v6 = format!("{DB}.us-west-2.compute.internal.");
    assert_eq!(asked_by(&world, db, &without_v6, RecordType::AAAA), "nothing");
}

#[test]
fn public_names_have_a_split_horizon() {
    let world = fixture::world();
    assert_eq!(asked_by(&world, DB_ETH0, WEB_PUBLIC_NAME, RecordType::A), "A 10.0.1.10");
    assert_eq!(asked_by(&world, FAR_ETH0, WEB_PUBLIC_NAME, RecordType::A), "A 203.0.113.25");
    assert_eq!(asked_outside(&world, WEB_PUBLIC_NAME, RecordType::A), "A 203.0.113.25");
    assert_eq!(asked_outside(&world, WEB_PUBLIC_NAME, RecordType::AAAA), "nothing");
    for unknown in [
        "ec2-203-0-113-26.us-west-2.compute.amazonaws.com",
        "ec2-203-0-113-25.eu-west-1.compute.amazonaws.com",
        "web.us-west-2.compute.amazonaws.com",
    ] {
        assert_eq!(asked_outside(&world, unknown, RecordType::A), "NXDomain", "{unknown}");
    }
}

#[test]
fn a_peer_is_told_private_addresses_where_the_owner_allows_it() {
    let mut world = fixture::world();
    for (status, allowed, expected) in [
        (PeeringStatus::Active, true, "A 10.1.0.5"),
        (PeeringStatus::Active, false, "A 203.0.113.99"),
        (PeeringStatus::PendingAcceptance, true, "A 203.0.113.99"),
    ] {
        fixture::peer(&mut world, status, allowed);
        assert_eq!(asked_by(&world, WEB_ETH0, FAR_PUBLIC_NAME, RecordType::A), expected);
        let other_way = asked_by(&world, FAR_ETH0, WEB_PUBLIC_NAME, RecordType::A);
        assert_eq!(other_way, "A 203.0.113.25", "the other side allows nothing");
    }
}

#[test]
fn addresses_have_names_again() {
    let mut world = fixture::world();
    let (private, public) = ("10.1.0.10.in-addr.arpa.", "25.113.0.203.in-addr.arpa.");
    let private_name = "PTR ip-10-0-1-10.us-west-2.compute.internal.";
    assert_eq!(asked_by(&world, DB_ETH0, private, RecordType::PTR), private_name);
    assert_eq!(asked_by(&world, FAR_ETH0, private, RecordType::PTR), "NXDomain");
    assert_eq!(asked_outside(&world, public, RecordType::PTR), format!("PTR {WEB_PUBLIC_NAME}."));
    assert_eq!(asked_by(&world, DB_ETH0, public, RecordType::PTR), format!("PTR {WEB_PUBLIC_NAME}."));

    let v6 = Name::from("2600:1f13:a:1::10".parse::<Ipv6Addr>().unwrap()).to_ascii();
    assert_eq!(asked_by(&world, DB_ETH0, &v6, RecordType::PTR), "NXDomain");
    world.network.subnets.get_mut(&PUBLIC).unwrap().resource_name_dns_aaaa_record = true;
    let resource_name = format!("PTR {WEB}.us-west-2.compute.internal.");
    assert_eq!(asked_by(&world, DB_ETH0, &v6, RecordType::PTR), resource_name);
}

#[test]
fn hosts_of_the_internet_have_names_again_inside_and_outside() {
    let world = fixture::world();
    let backwards = |address: &str| Name::from(address.parse::<std::net::IpAddr>().unwrap()).to_ascii();
    for (address, name) in [
        ("8.8.8.8", "PTR dns.google."),
        ("2606:4700:4700::1111", "PTR one.one.one.one."),
        ("140.82.112.3", "PTR github.com."),
        ("192.0.2.123", "PTR time.aws.com."),
        ("192.0.2.99", "NXDomain"),
    ] {
        assert_eq!(asked_by(&world, DB_ETH0, &backwards(address), RecordType::PTR), name);
        assert_eq!(asked_outside(&world, &backwards(address), RecordType::PTR), name);
    }
}

/// "Reverse DNS for Elastic IP addresses": seen by everybody, whether the address is in use or not.
#[test]
fn an_elastic_address_has_the_name_that_its_holder_sets() {
    let mut world = fixture::world();
    let free = "203.0.113.77".parse().unwrap();
    for (number, public_ip) in [(1, "203.0.113.25".parse().unwrap()), (2, free)] {
        let elastic = model::ElasticIp {
            id: model::AllocationId::numbered(number),
            scope: world.network.vpcs.values().next().unwrap().scope,
            public_ip,
            association: None,
            domain_name: Some("mail.example.com".parse().unwrap()),
            offer: None,
            accepted: None,
            tags: Default::default(),
        };
        world.network.elastic_ips.insert(elastic.id, elastic);
    }
    for public in ["25.113.0.203.in-addr.arpa.", "77.113.0.203.in-addr.arpa."] {
        assert_eq!(asked_outside(&world, public, RecordType::PTR), "PTR mail.example.com.");
        assert_eq!(asked_by(&world, DB_ETH0, public, RecordType::PTR), "PTR mail.example.com.");
    }
}

#[test]
fn the_vpcs_attributes_switch_names_and_the_resolver_off() {
    let mut world = fixture::world();
    world.network.vpcs.get_mut(&MAIN).unwrap().dns_hostnames = false;
    let private = "ip-10-0-1-10.us-west-2.compute.internal.";
    assert_eq!(asked_by(&world, DB_ETH0, private, RecordType::A), "NXDomain");
    assert_eq!(asked_by(&world, DB_ETH0, WEB_PUBLIC_NAME, RecordType::A), "NXDomain");
    assert_eq!(asked_by(&world, DB_ETH0, "example.com.", RecordType::A), "A 192.0.2.10");
    world.network.vpcs.get_mut(&MAIN).unwrap().dns_support = false;
    let db = fixture::eni(&world, DB_ETH0);
    assert_eq!(sent(&world, Asker::Interface(&db), &query("example.com.", RecordType::A)), None);
    let elsewhere = asked_by(&world, FAR_ETH0, "example.com.", RecordType::A);
    assert_eq!(elsewhere, "A 192.0.2.10", "{OTHER} has its own resolver");
}

#[test]
fn the_internet_is_resolved_with_its_aliases() {
    let world = fixture::world();
    let asked = |name: &str, wanted| asked_by(&world, WEB_ETH0, name, wanted);
    assert_eq!(asked("www.example.com.", RecordType::A), "CNAME example.com., A 192.0.2.10");
    assert_eq!(asked("www.example.com.", RecordType::CNAME), "CNAME example.com.");
    assert_eq!(
        asked("example.com.", RecordType::ANY),
        "A 192.0.2.10, AAAA 2001:db8:ffff::10, NS ns0.example.com., SOA ns0.example.com. hostmaster.amazon.com. 2012103100 3600 3600 3600 60"
    );
    assert_eq!(asked("example.com.", RecordType::MX), "nothing");
    assert_eq!(asked("example.com.", RecordType::Unknown(4711)), "nothing");
    let endpoint = ServiceEndpoint::named("ec2.us-west-2.amazonaws.com").unwrap().v4();
    assert_eq!(asked("ec2.us-west-2.amazonaws.com.", RecordType::A), format!("A {endpoint}"));
    assert_eq!(asked("nowhere.example.com.", RecordType::A), "NXDomain");
    assert_eq!(asked("example.com.", RecordType::NS), "NS ns0.example.com.");
    assert_eq!(asked(".", RecordType::A), "nothing");
}

#[test]
fn aliases_that_lead_nowhere_and_in_circles() {
    let world = fixture::world();
    let names = PublicNames::new([
        ("a.test", RecordData::Cname("b.test".to_owned())),
        ("b.test", RecordData::Cname("a.test".to_owned())),
        ("lost.test", RecordData::Cname("nowhere.test".to_owned())),
    ]);
    let asked = |name: &str| {
        let bytes = query(name, RecordType::A).to_vec().unwrap();
        told(
            &Message::from_vec(&answer(&world, OUTSIDE, &names, &bytes, DnsTransport::Udp).unwrap()).unwrap(),
        )
    };
    assert_eq!(asked("a.test."), "ServFail");
    assert_eq!(asked("lost.test."), "NXDomain, CNAME nowhere.test.");
}

#[test]
fn a_private_zone_answers_for_its_names_and_for_their_absence() {
    let mut world = fixture::world();
    let db: (_, _, _, &[&str]) = ("db.example.com", Kind::A, 30, &["10.0.2.20", "10.0.2.21"]);
    fixture::zone(&mut world, MAIN, "example.com", &[db]);
    let asked = |id, name: &str, wanted| asked_by(&world, id, name, wanted);
    assert_eq!(asked(WEB_ETH0, "DB.example.com.", RecordType::A), "A 10.0.2.20, A 10.0.2.21");
    assert_eq!(asked(WEB_ETH0, "db.example.com.", RecordType::AAAA), "nothing");
    assert_eq!(
        asked(WEB_ETH0, "www.example.com.", RecordType::A),
        "NXDomain",
        "the public one is not looked at"
    );
    assert_eq!(asked(WEB_ETH0, "example.com.", RecordType::A), "nothing", "nor is it at the top");
    assert_eq!(
        asked(WEB_ETH0, "redirect.example.net.", RecordType::A),
        "A 192.0.2.20",
        "outside of the zone"
    );
    assert_eq!(
        asked(FAR_ETH0, "www.example.com.", RecordType::A),
        "CNAME example.com., A 192.0.2.10",
        "another VPC"
    );
    assert_eq!(asked_outside(&world, "db.example.com.", RecordType::A), "NXDomain");

    let soa = "SOA ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400";
    assert_eq!(asked(WEB_ETH0, "example.com.", RecordType::SOA), soa);
    assert_eq!(
        asked(WEB_ETH0, "example.com.", RecordType::NS),
        "NS ns-1536.awsdns-00.co.uk., NS ns-0.awsdns-00.com., NS ns-1024.awsdns-00.org., NS ns-512.awsdns-00.net."
    );
    let web = fixture::eni(&world, WEB_ETH0);
    let answered = |name, wanted| sent(&world, Asker::Interface(&web), &query(name, wanted)).unwrap();
    assert_eq!(answered("db.example.com.", RecordType::A).answers[0].ttl, 30);
    for (name, wanted) in [("no.example.com.", RecordType::A), ("db.example.com.", RecordType::TXT)] {
        let absent = answered(name, wanted);
        let [authority] = absent.authorities.as_slice() else { panic!("{name}: one authority") };
        let shown = (authority.name.to_ascii(), authority.ttl, format!("SOA {}", authority.data));
        // The set's own 900 s are less than the 86,400 s that it says of absence.
        assert_eq!(shown, ("example.com.".to_owned(), 900, soa.to_owned()));
    }
}

#[test]
fn private_zones_need_both_attributes_of_the_vpc() {
    let mut world = fixture::world();
    fixture::zone(&mut world, MAIN, "example.com", &[("example.com", Kind::A, 60, &["10.0.2.20"])]);
    assert_eq!(asked_by(&world, DB_ETH0, "example.com.", RecordType::A), "A 10.0.2.20");
    world.network.vpcs.get_mut(&MAIN).unwrap().dns_hostnames = false;
    assert_eq!(asked_by(&world, DB_ETH0, "example.com.", RecordType::A), "A 192.0.2.10");
}

#[test]
fn private_zones_come_before_amazons_own_names() {
    let mut world = fixture::world();
    let domain = "us-west-2.compute.internal";
    let name = format!("ip-10-0-1-10.{domain}");
    fixture::zone(&mut world, MAIN, domain, &[(&name, Kind::A, 60, &["10.9.9.9"])]);
    fixture::zone(
        &mut world,
        MAIN,
        "10.in-addr.arpa",
        &[("20.2.0.10.in-addr.arpa", Kind::Ptr, 60, &["db.corp"])],
    );
    let asked = |name: &str, wanted| asked_by(&world, WEB_ETH0, name, wanted);
    assert_eq!(asked(&name, RecordType::A), "A 10.9.9.9");
    assert_eq!(asked(&format!("ip-10-0-2-20.{domain}"), RecordType::A), "NXDomain");
    assert_eq!(asked("20.2.0.10.in-addr.arpa.", RecordType::PTR), "PTR db.corp.");
    assert_eq!(asked("10.1.0.10.in-addr.arpa.", RecordType::PTR), "NXDomain");
}

#[test]
fn aliases_lead_from_zone_to_zone() {
    let mut world = fixture::world();
    let sets: &[(&str, Kind, u32, &[&str])] = &[
        ("out.corp.internal", Kind::Cname, 30, &["www.example.com"]),
        ("over.corp.internal", Kind::Cname, 30, &["a.team.internal"]),
        ("lost.corp.internal", Kind::Cname, 30, &["no.team.internal"]),
        ("round.corp.internal", Kind::Cname, 30, &["round.corp.internal"]),
        ("*.wild.corp.internal", Kind::Cname, 30, &["over.corp.internal"]),
        ("public.corp.internal", Kind::Cname, 30, &[WEB_PUBLIC_NAME]),
    ];
    fixture::zone(&mut world, MAIN, "corp.internal", sets);
    fixture::zone(&mut world, MAIN, "team.internal", &[("a.team.internal", Kind::A, 60, &["10.0.2.20"])]);
    fixture::zone(&mut world, OTHER, "pool.ntp.org", &[("pool.ntp.org", Kind::A, 60, &["10.1.0.5"])]);
    let asked = |name: &str| asked_by(&world, WEB_ETH0, name, RecordType::A);
    assert_eq!(asked("out.corp.internal."), "CNAME www.example.com., CNAME example.com., A 192.0.2.10");
    assert_eq!(asked("over.corp.internal."), "CNAME a.team.internal., A 10.0.2.20");
    assert_eq!(asked("lost.corp.internal."), "NXDomain, CNAME no.team.internal.");
    assert_eq!(asked("round.corp.internal."), "ServFail");
    assert_eq!(
        asked("x.y.wild.corp.internal."),
        "CNAME over.corp.internal., CNAME a.team.internal., A 10.0.2.20"
    );
    assert_eq!(asked("public.corp.internal."), format!("CNAME {WEB_PUBLIC_NAME}., A 10.0.1.10"));
    assert_eq!(
        asked_by(&world, FAR_ETH0, "0.amazon.pool.ntp.org.", RecordType::A),
        "NXDomain",
        "a zone answers for all names below its own"
    );
    let web = fixture::eni(&world, WEB_ETH0);
    let answer = sent(&world, Asker::Interface(&web), &query("out.corp.internal.", RecordType::A)).unwrap();
    assert_eq!(answer.answers.iter().map(|record| record.ttl).collect::<Vec<_>>(), [30, 60, 60]);
}

#[test]
fn every_type_of_record_is_written_as_others_read_it() {
    let mut world = fixture::world();
    let sets: &[(&str, Kind, u32, &[&str])] = &[
        ("corp.internal", Kind::Caa, 60, &["0 issue \"ca.test\""]),
        ("corp.internal", Kind::Mx, 60, &["10 mail.corp.internal"]),
        ("corp.internal", Kind::Txt, 60, &["\"one\" \"two\""]),
        ("v6.corp.internal", Kind::Aaaa, 60, &["2600:1f13:a:1::10"]),
        ("_ldap._tcp.corp.internal", Kind::Srv, 60, &["1 2 389 ldap.corp.internal"]),
    ];
    fixture::zone(&mut world, MAIN, "corp.internal", sets);
    let asked = |name: &str, wanted| asked_by(&world, WEB_ETH0, name, wanted);
    assert_eq!(asked("corp.internal.", RecordType::MX), "MX 10 mail.corp.internal.");
    assert_eq!(asked("v6.corp.internal.", RecordType::AAAA), "AAAA 2600:1f13:a:1::10");
    assert_eq!(asked("_ldap._tcp.corp.internal.", RecordType::SRV), "SRV 1 2 389 ldap.corp.internal.");
    let web = fixture::eni(&world, WEB_ETH0);
    let bytes = |name, wanted: u16| {
        let asked = query(name, RecordType::from(wanted)).to_vec().unwrap();
        answer(&world, Asker::Interface(&web), &PublicNames::default(), &asked, DnsTransport::Udp).unwrap()
    };
    // A length before each string, and none before the value of a CAA record.
    assert!(bytes("corp.internal.", 16).ends_with(b"\x00\x08\x03one\x03two"));
    assert!(bytes("corp.internal.", 257).ends_with(b"\x00\x0e\x00\x05issueca.test"));
}

#[test]
fn dns64_makes_addresses_up_for_private_names_too() {
    let mut world = fixture::world();
    world.network.subnets.get_mut(&PRIVATE).unwrap().dns64 = true;
    fixture::zone(
        &mut world,
        MAIN,
        "corp.internal",
        &[("old.corp.internal", Kind::A, 60, &["198.51.100.9"])],
    );
    assert_eq!(asked_by(&world, DB_ETH0, "old.corp.internal.", RecordType::AAAA), "AAAA 64:ff9b::c633:6409");
}

#[test]
fn dns64_makes_addresses_up_where_there_is_none() {
    let mut world = fixture::world();
    world.network.subnets.get_mut(&PRIVATE).unwrap().dns64 = true;
    let asked = |id, name: &str| asked_by(&world, id, name, RecordType::AAAA);
    assert_eq!(asked(DB_ETH0, "redirect.example.net."), "AAAA 64:ff9b::c000:214");
    assert_eq!(asked(DB_ETH0, "example.com."), "AAAA 2001:db8:ffff::10", "it has one");
    assert_eq!(asked(DB_ETH0, "nowhere.example.com."), "NXDomain");
    assert_eq!(asked(WEB_ETH0, "redirect.example.net."), "nothing", "another subnet");
}

#[test]
fn an_answer_without_records_names_the_zone_and_how_long_it_holds() {
    let world = fixture::world();
    let web = fixture::eni(&world, WEB_ETH0);
    for (name, zone) in [
        ("nowhere.us-west-2.compute.internal.", "us-west-2.compute.internal."),
        ("nowhere.example.com.", "example.com."),
        ("1.2.3.4.in-addr.arpa.", "in-addr.arpa."),
        ("ec2-1-2-3-4.eu-west-1.compute.amazonaws.com.", "eu-west-1.compute.amazonaws.com."),
        ("nowhere.invalid.", "."),
    ] {
        let answer = sent(&world, Asker::Interface(&web), &query(name, RecordType::A)).unwrap();
        let [soa] = answer.authorities.as_slice() else { panic!("{name}: one authority") };
        assert_eq!((soa.name.to_ascii().as_str(), soa.ttl, soa.record_type()), (zone, 60, RecordType::SOA));
    }
}

#[test]
fn the_header_says_what_happened() {
    let world = fixture::world();
    let mut asked = query("ExAmPlE.com.", RecordType::A);
    asked.metadata.checking_disabled = true;
    let answer = sent(&world, OUTSIDE, &asked).unwrap();
    let header = answer.metadata;
    assert_eq!((header.id, header.message_type), (0x1234, MessageType::Response));
    assert!(header.recursion_desired && header.recursion_available && header.checking_disabled);
    assert!(!header.authoritative && !header.truncation && !header.authentic_data);
    assert_eq!(answer.answers[0].ttl, 60);
    assert!(answer.queries[0].name().eq_case(asked.queries[0].name()), "letter case as asked");
    assert!(answer.answers[0].name.eq_case(asked.queries[0].name()), "letter case as asked");
    assert_eq!(answer.edns, None);
}

/// Forty addresses: 16 bytes each, too long for 512.
fn long_names() -> PublicNames {
    PublicNames::new((0..40).map(|last| ("long.test", RecordData::A(Ipv4Addr::new(192, 0, 2, last)))))
}

#[test]
fn long_answers_are_truncated_unless_the_client_takes_them() {
    let world = fixture::world();
    let asked = |edns: Option<u16>, transport| {
        let mut message = query("long.test.", RecordType::A);
        message.edns = edns.map(|payload| {
            let mut edns = Edns::new();
            edns.set_max_payload(payload);
            edns
        });
        let bytes = answer(&world, OUTSIDE, &long_names(), &message.to_vec().unwrap(), transport).unwrap();
        let answer = Message::from_vec(&bytes).unwrap();
        (answer.metadata.truncation, answer.answers.len(), answer.edns.map(|edns| edns.max_payload()))
    };
    assert_eq!(asked(None, DnsTransport::Udp), (true, 0, None));
    assert_eq!(asked(Some(512), DnsTransport::Udp), (true, 0, Some(4096)));
    assert_eq!(asked(Some(1232), DnsTransport::Udp), (false, 40, Some(4096)));
    assert_eq!(asked(None, DnsTransport::Tcp), (false, 40, None));
}

#[test]
fn what_cannot_be_answered_is_refused_by_name() {
    let world = fixture::world();
    let mut two = query("example.com.", RecordType::A);
    two.add_query(two.queries[0].clone());
    let mut chaos = query("version.bind.", RecordType::TXT);
    chaos.queries[0].set_query_class(DNSClass::CH);
    let mut newer = query("example.com.", RecordType::A);
    newer.edns = Some(Edns::new());
    newer.edns.as_mut().unwrap().set_version(1);
    let mut notify = query("example.com.", RecordType::A);
    notify.metadata.op_code = OpCode::Notify;
    let none = Message::new(1, MessageType::Query, OpCode::Query);
    for (message, code) in [
        (two, ResponseCode::FormErr),
        (none, ResponseCode::FormErr),
        (chaos, ResponseCode::Refused),
        (query("example.com.", RecordType::AXFR), ResponseCode::Refused),
        (newer, ResponseCode::BADVERS),
        (notify, ResponseCode::NotImp),
    ] {
        let answer = sent(&world, OUTSIDE, &message).unwrap();
        // As numbers: 16 is BADVERS here and BADSIG to a reader who expects signatures.
        let told = u16::from(answer.metadata.response_code);
        assert_eq!((told, answer.metadata.id), (u16::from(code), message.metadata.id));
    }
}

#[test]
fn malformed_messages_get_an_error_or_nothing() {
    let world = fixture::world();
    let sent = |bytes: &[u8]| answer(&world, OUTSIDE, &PublicNames::default(), bytes, DnsTransport::Udp);
    let good = query("example.com.", RecordType::A).to_vec().unwrap();
    assert_eq!(sent(&good[..11]), None, "no header");
    let mut reply = good.clone();
    reply[2] |= 0x80;
    assert_eq!(sent(&reply), None, "an answer is not answered");
    let error = Message::from_vec(&sent(&good[..20]).unwrap()).unwrap();
    assert_eq!((error.metadata.response_code, error.metadata.id), (ResponseCode::FormErr, 0x1234));
}

/// Every kind of name there is, so that a few changed bytes lead everywhere.
fn seeds() -> Vec<Vec<u8>> {
    let names = [
        "ip-10-0-1-10.us-west-2.compute.internal.",
        "www.example.com.",
        WEB_PUBLIC_NAME,
        "10.1.0.10.in-addr.arpa.",
        "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.a.0.0.0.3.1.f.1.0.0.6.2.ip6.arpa.",
        "x.y.corp.internal.",
    ];
    let kinds =
        [RecordType::A, RecordType::AAAA, RecordType::PTR, RecordType::ANY, RecordType::SOA, RecordType::TXT];
    let mut seeds = Vec::new();
    for (name, kind) in names.into_iter().zip(kinds) {
        let mut message = query(name, kind);
        message.edns = Some(Edns::new());
        seeds.push(message.to_vec().unwrap());
    }
    seeds
}

proptest! {
    #[test]
    fn no_bytes_make_the_resolver_panic_and_every_answer_can_be_read(
        seed in 0..6_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        random in prop::collection::vec(any::<u8>(), 0..80),
        whole in any::<bool>(),
    ) {
        let mut world = fixture::world();
        let text: (_, _, _, &[&str]) = ("*.corp.internal", Kind::Txt, 60, &["\"anything\""]);
        fixture::zone(&mut world, MAIN, "corp.internal", &[text]);
        let web = fixture::eni(&world, WEB_ETH0);
        let mut bytes = if whole { random } else { seeds().swap_remove(seed) };
        for (at, byte) in changes.iter().filter(|_| !bytes.is_empty()).cloned().collect::<Vec<_>>() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let names = PublicNames::simulated();
        for asker in [Asker::Interface(&web), OUTSIDE] {
            if let Some(answer) = answer(&world, asker, &names, &bytes, DnsTransport::Udp) {
                let read = Message::from_vec(&answer);
                prop_assert!(read.is_ok(), "{read:?}");
                prop_assert!(answer.len() <= usize::from(UDP_PAYLOAD_MAX));
                if let (Ok(asked), Ok(read)) = (Message::from_vec(&bytes), read) {
                    prop_assert!(read.queries.is_empty() || read.queries == asked.queries);
                }
            }
        }
    }
}

/// The world with an endpoint for SNS whose one interface is the other server's.
fn with_endpoint(private_dns: bool) -> (World, VpcEndpointId) {
    let mut world = fixture::world();
    let id = VpcEndpointId::numbered(1);
    let vpc = fixture::eni(&world, WEB_ETH0).vpc;
    let scope = world.network.vpcs.get(&vpc).unwrap().scope;
    let own = InterfaceEndpoint {
        service: EndpointService::named(scope.region, "com.amazonaws.us-west-2.sns").unwrap(),
        dns_label: 0x0123_abcd,
        interfaces: vec![DB_ETH0],
        groups: Vec::new(),
        ip_address_type: IpAddressType::Ipv4,
        dns_records: DnsRecordType::Ipv4,
        private_dns,
        private_dns_for_inbound_resolver_only: false,
    };
    let kind = VpcEndpointKind::Interface(own);
    let (created, tags) = (model::Timestamp(0), Default::default());
    world.network.vpc_endpoints.insert(id, VpcEndpoint { id, scope, vpc, kind, policy: None, created, tags });
    (world, id)
}

#[test]
fn an_endpoints_own_names_are_everybodys_and_private_dns_is_its_vpcs() {
    let (world, id) = with_endpoint(true);
    let name = format!("{id}-0123abcd.sns.us-west-2.vpce.amazonaws.com.");
    let zone = fixture::eni(&world, DB_ETH0).zone;
    let zonal = name.replace(".sns", &format!("-{zone}.sns"));
    for name in [&name, &zonal] {
        assert_eq!(asked_outside(&world, name, RecordType::A), "A 10.0.2.20");
        assert_eq!(asked_by(&world, FAR_ETH0, name, RecordType::A), "A 10.0.2.20");
    }
    assert_eq!(asked_outside(&world, &name, RecordType::AAAA), "nothing");
    for wrong in [
        name.replace("sns", "sqs"),
        name.replace("0123abcd", "0123abce"),
        name.replace(".sns", "-us-west-2d.sns"),
    ] {
        assert_eq!(asked_outside(&world, &wrong, RecordType::A), "NXDomain", "{wrong}");
    }
    let normal = "sns.us-west-2.amazonaws.com.";
    assert_eq!(asked_by(&world, WEB_ETH0, normal, RecordType::A), "A 10.0.2.20");
    assert_eq!(asked_by(&world, WEB_ETH0, normal, RecordType::AAAA), "nothing");
    let public = ServiceEndpoint::named("sns.us-west-2.amazonaws.com").unwrap().v4();
    assert_eq!(asked_by(&world, FAR_ETH0, normal, RecordType::A), format!("A {public}"));
    let (without, _) = with_endpoint(false);
    assert_eq!(asked_by(&without, WEB_ETH0, normal, RecordType::A), format!("A {public}"));
}
