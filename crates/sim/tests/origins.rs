//! Where a connection comes from that has reached a host of the internet: the interface, whatever was translated.

mod driver;

use driver::lab::{Lab, SYN};
use wire::Flow;

const NETWORK: &str = "
vpc left 10.0.0.0/16
  igw
  subnet public 10.0.0.0/24 routes(0.0.0.0/0 -> igw)
    instance web 10.0.0.10 eip(52.0.0.10) sg(all)
    nat gate 10.0.0.200 eip(52.0.0.200)
  subnet private 10.0.1.0/24 routes(0.0.0.0/0 -> gate)
    instance app 10.0.1.10 sg(all)
    instance db 10.0.1.11 sg(all)
sg all of left

vpc right 10.0.0.0/16
  igw
  subnet same 10.0.0.0/24 routes(0.0.0.0/0 -> igw)
    instance twin 10.0.0.10 eip(52.0.1.10) sg(other)
sg other of right
";
const HOST: &str = "192.0.2.10:443";

/// Opens a connection to the host, which answers over the flow that this returns.
fn open(lab: &mut Lab, from: &str, source: &str) -> Flow {
    lab.tcp(from, SYN, source, HOST).unwrap().flow.reversed()
}

/// `web (10.0.0.10) in left, seen as 52.0.0.10`
fn told(lab: &Lab, answers: &Flow) -> String {
    lab.pair.engine.origin(answers).map_or("nobody".to_owned(), |origin| {
        let name = |id| lab.fixture.name(id);
        let (interface, vpc) = (name(origin.interface.into()), name(origin.vpc.into()));
        format!("{interface} ({}) in {vpc}, seen as {}", origin.address, answers.destination)
    })
}

#[test]
fn the_interface_is_known_with_the_same_address_and_port_in_two_vpcs_and_behind_a_nat_gateway() {
    let mut lab = Lab::new(NETWORK);
    let expected = [
        ("web", "10.0.0.10:4000", "web (10.0.0.10) in left, seen as 52.0.0.10"),
        ("twin", "10.0.0.10:4000", "twin (10.0.0.10) in right, seen as 52.0.1.10"),
        ("app", "10.0.1.10:4000", "app (10.0.1.10) in left, seen as 52.0.0.200"),
        ("db", "10.0.1.11:4000", "db (10.0.1.11) in left, seen as 52.0.0.200"),
    ];
    // All are open at once before anybody is asked about.
    let flows: Vec<Flow> = expected.iter().map(|(from, source, _)| open(&mut lab, from, source)).collect();
    for ((from, _, expected), flow) in expected.iter().zip(&flows) {
        assert_eq!(told(&lab, flow), *expected, "{from}");
    }
}

#[test]
fn nobody_is_guessed_for_a_connection_that_is_not_there() {
    let mut lab = Lab::new(NETWORK);
    let open = open(&mut lab, "web", "10.0.0.10:4000");
    let other_port = Flow { destination_port: open.destination_port + 1, ..open };
    assert_eq!(told(&lab, &other_port), "nobody");
    assert_eq!(told(&lab, &open.reversed()), "nobody", "these are the packets that come, not the answers");
    let interface = lab.fixture.interfaces["web"];
    let port = lab.pair.engine.ports().of_interface(interface).unwrap();
    lab.pair.engine.close_port(port);
    assert_eq!(told(&lab, &open), "nobody", "the interface's link has gone");
}
