//! Gateway endpoints by single packets: who is told to a service, and what ends when routes change.

mod driver;

use driver::lab::{ACK, Lab, SYN};
use engine::DropReason;
use model::network_interface::PrivateAddress;
use model::{Destination, Target, World};
use sim::reference::Packet;
use wire::Flow;

const NETWORK: &str = "
vpc left 10.0.0.0/16
  igw
  gateway-endpoint door s3
  gateway-endpoint side s3
  subnet public 10.0.0.0/24 routes(0.0.0.0/0 -> igw, pl com.amazonaws.us-west-2.s3 -> door)
    instance web 10.0.0.10 eip(52.0.0.10) sg(all)
    instance router 10.0.0.11 sg(all) nocheck
    nat gate 10.0.0.200 eip(52.0.0.200)
  subnet private 10.0.1.0/24 routes(0.0.0.0/0 -> gate)
    instance app 10.0.1.10 sg(all)
sg all of left
sg all in all from 0.0.0.0/0

vpc right 10.0.0.0/16
  gateway-endpoint gap s3
  subnet same 10.0.0.0/24 routes(pl com.amazonaws.us-west-2.s3 -> gap)
    instance twin 10.0.0.10 sg(other)
sg other of right
host s3 3.5.128.7
";
const S3: &str = "3.5.128.7:443";

/// `web (10.0.0.10) in left by door`
fn told(lab: &Lab, answers: &Flow) -> String {
    lab.pair.engine.origin(answers).map_or("nobody".to_owned(), |origin| {
        let name = |id| lab.fixture.name(id);
        let (interface, vpc) = (name(origin.interface.into()), name(origin.vpc.into()));
        let door = origin.endpoint.map_or("the internet".to_owned(), |id| name(id.into()));
        format!("{interface} ({}) in {vpc} by {door}", origin.address)
    })
}

fn remove_routes_to_the_endpoint(world: &mut World) {
    let tables: Vec<_> = world.network.route_tables.iter().map(|(id, _)| id).collect();
    for id in tables {
        let table = world.network.route_tables.get_mut(&id).unwrap();
        table.routes.retain(|route| !matches!(route.target, Target::VpcEndpoint(_)));
    }
}

fn answer(arrived: &Packet, flags: u8) -> Packet {
    Packet { flow: arrived.flow.reversed(), flags, ..*arrived }
}

#[test]
fn a_service_is_told_who_asks_through_which_endpoint_though_two_vpcs_have_one_address() {
    let mut lab = Lab::new(NETWORK);
    let expected = [
        ("web", "10.0.0.10:4000", "web (10.0.0.10) in left by door"),
        ("twin", "10.0.0.10:4000", "twin (10.0.0.10) in right by gap"),
        ("app", "10.0.1.10:4000", "app (10.0.0.200) in left by door"),
    ];
    let flows: Vec<Flow> = expected
        .iter()
        .map(|(from, source, _)| lab.tcp(from, SYN, source, S3).unwrap().flow.reversed())
        .collect();
    for ((from, source, expected), flow) in expected.iter().zip(&flows) {
        assert_eq!(told(&lab, flow), *expected, "{from}");
        assert!(flow.destination.to_string().starts_with("100.64."), "a stand-in");
        let back = Packet { flow: *flow, ..lab.tcp(from, SYN, source, S3).unwrap() };
        let arrived = lab.send("s3", answer(&Packet { flow: flow.reversed(), ..back }, SYN | ACK)).unwrap();
        assert_eq!(arrived.flow.destination.to_string(), source.split(':').next().unwrap());
    }
    assert_eq!(told(&lab, &flows[0].reversed()), "nobody");
}

#[test]
fn what_an_instance_forwards_for_others_has_their_addresses_and_ports_of_its_own() {
    let mut lab = Lab::new(NETWORK);
    let own = lab.tcp("router", SYN, "10.0.0.11:4000", S3).unwrap();
    let forwarded = lab.tcp("router", SYN, "10.0.1.10:4000", S3).unwrap();
    assert_eq!((own.flow.source_port, forwarded.flow.source_port), (4000, 4001));
    assert_eq!(own.flow.source, forwarded.flow.source);
    assert_eq!(told(&lab, &forwarded.flow.reversed()), "router (10.0.1.10) in left by door");
    // The answer goes straight to who has the address, whose own route does not lead here.
    let back = lab.send("s3", answer(&forwarded, SYN | ACK));
    assert_eq!(back.unwrap().flow.destination.to_string(), "10.0.1.10");
    let foreign = lab.tcp("router", SYN, "10.9.0.1:4000", S3);
    assert_eq!(foreign.unwrap_err(), DropReason::EndpointSource);
    // An interface takes ports from nobody but itself.
    let addresses = (20..250).map(|host| format!("10.0.0.{host}"));
    let owned = addresses.filter(|it| *it != "10.0.0.200");
    lab.change(|world| {
        let id = world.network.network_interfaces.iter().find(|(_, it)| !it.source_dest_check).unwrap().0;
        world.update_network_interface(id, |interface| {
            let further = owned.map(|it| PrivateAddress { address: it.parse().unwrap(), public: None });
            interface.private_addresses.extend(further);
        });
    });
    let sent: Vec<_> = (20..90)
        .map(|host| lab.tcp("router", SYN, &format!("10.0.0.{host}:5000"), S3).map(|it| it.flow.source_port))
        .collect();
    assert_eq!(sent.iter().filter(|it| it.is_ok()).count(), 64);
    assert_eq!(sent[64], Err(DropReason::EndpointPortsExhausted));
    assert_eq!(lab.tcp("twin", SYN, "10.0.0.10:5000", S3).unwrap().flow.source_port, 5000);
}

#[test]
fn a_connection_ends_when_its_way_is_another_one() {
    let mut lab = Lab::new(NETWORK);
    let began = lab.tcp("web", SYN, "10.0.0.10:4000", S3).unwrap();
    lab.send("s3", answer(&began, SYN | ACK)).unwrap();
    lab.change(remove_routes_to_the_endpoint);
    assert_eq!(lab.send("s3", answer(&began, ACK)).unwrap_err(), DropReason::EndpointUnsolicited);
    let continued = lab.tcp("web", ACK, "10.0.0.10:4000", S3).unwrap();
    assert_eq!(continued.flow.source.to_string(), "52.0.0.10", "a stranger to the service, which resets it");
    assert_eq!(told(&lab, &continued.flow.reversed()), "web (10.0.0.10) in left by the internet");
    assert_eq!(told(&lab, &began.flow.reversed()), "nobody");
    assert_eq!(lab.send("s3", answer(&began, ACK)).unwrap_err(), DropReason::NoSuchHost);
}

#[test]
fn a_new_route_to_the_endpoint_ends_what_went_by_the_internet() {
    let mut lab = Lab::new(NETWORK);
    let routes = lab.pair.world.network.route_tables.clone();
    lab.change(remove_routes_to_the_endpoint);
    let began = lab.tcp("web", SYN, "10.0.0.10:4000", S3).unwrap();
    assert_eq!(began.flow.source.to_string(), "52.0.0.10");
    lab.change(|world| world.network.route_tables = routes);
    let continued = lab.tcp("web", ACK, "10.0.0.10:4000", S3).unwrap();
    assert!(continued.flow.source.to_string().starts_with("100.64."), "{continued:?}");
    assert_eq!(told(&lab, &began.flow.reversed()), "nobody");
    assert_eq!(told(&lab, &continued.flow.reversed()), "web (10.0.0.10) in left by door");
}

#[test]
fn a_connection_does_not_go_on_through_another_endpoint() {
    let mut lab = Lab::new(NETWORK);
    let began = lab.tcp("web", SYN, "10.0.0.10:4000", S3).unwrap();
    lab.send("s3", answer(&began, SYN | ACK)).unwrap();
    lab.change(|world| {
        let mut ids = world.network.vpc_endpoints.iter().map(|(id, _)| id);
        let (door, side) = (ids.next().unwrap(), ids.next().unwrap());
        let tables: Vec<_> = world.network.route_tables.iter().map(|(id, _)| id).collect();
        for id in tables {
            let table = world.network.route_tables.get_mut(&id).unwrap();
            let routes = table.routes.iter_mut().filter(|route| route.target == Target::VpcEndpoint(door));
            routes.for_each(|route| route.target = Target::VpcEndpoint(side));
        }
    });
    let continued = lab.tcp("web", ACK, "10.0.0.10:4000", S3).unwrap();
    assert_eq!((began.flow.source_port, continued.flow.source_port), (4000, 4001), "a stranger's");
    assert_eq!(told(&lab, &continued.flow.reversed()), "web (10.0.0.10) in left by side");
    assert_eq!(told(&lab, &began.flow.reversed()), "nobody");
    assert_eq!(lab.send("s3", answer(&began, ACK)).unwrap_err(), DropReason::NoSuchHost);
}

#[test]
fn nothing_begins_at_a_service_and_what_began_by_the_internet_is_not_answered_through_an_endpoint() {
    let mut lab = Lab::new(NETWORK);
    let knock = lab.tcp("s3", SYN, S3, "52.0.0.10:22").unwrap();
    assert_eq!(lab.send("web", answer(&knock, SYN | ACK)).unwrap_err(), DropReason::EndpointUnsolicited);
    let stand_in = lab.tcp("web", SYN, "10.0.0.10:4000", S3).unwrap().flow.source;
    let knock = lab.tcp("s3", SYN, S3, &format!("{stand_in}:22"));
    assert_eq!(knock.unwrap_err(), DropReason::NoSuchHost);
    assert_eq!(lab.udp("web", "10.0.0.10:4000", S3).unwrap_err(), DropReason::EndpointProtocol);
}

#[test]
fn a_deleted_endpoint_whose_route_stays_is_a_blackhole() {
    let mut lab = Lab::new(NETWORK);
    let began = lab.tcp("web", SYN, "10.0.0.10:4000", S3).unwrap();
    lab.change(|world| {
        let ids: Vec<_> = world.network.vpc_endpoints.iter().map(|(id, _)| id).collect();
        ids.into_iter().for_each(|id| {
            world.network.vpc_endpoints.remove(&id);
        });
        let mut tables = world.network.route_tables.iter().flat_map(|(_, table)| &table.routes);
        assert!(tables.any(|route| matches!(route.destination, Destination::PrefixList(_))));
    });
    assert_eq!(lab.tcp("web", ACK, "10.0.0.10:4000", S3).unwrap_err(), DropReason::Blackhole);
    assert_eq!(lab.send("s3", answer(&began, ACK)).unwrap_err(), DropReason::EndpointUnsolicited);
}
