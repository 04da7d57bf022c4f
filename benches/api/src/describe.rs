//! Describing ten thousand interfaces, from the world to the answer's text, without a connection between.
//!
//! The quota is 5,000 interfaces per Region; the world is filled below the API.

use awsproto::{IdSource, Input, Protocol};
use model::{AccountId, Ids, InstanceId, NetworkInterface, Scope, World};
use std::net::Ipv4Addr;
use std::time::Instant;

use crate::{ROUNDS, median, milliseconds, row};

const INTERFACES: u32 = 10_000;

/// Prints the row.
pub(crate) fn ten_thousand_interfaces() {
    let scope =
        Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().expect("a Region of the table") };
    let world = world(scope);
    let mut call = awsproto::testing::call("us-west-2", 1);
    let action = ec2::API.find("DescribeNetworkInterfaces").expect("the action is in the table");
    let input = Input::parse(Protocol::Ec2, "", b"Action=DescribeNetworkInterfaces&Version=2016-11-15")
        .expect("the form is well-formed");
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let request = (action.decode)(&input).expect("the request is well-formed");
        let output = action.read(&mut call, &world, request);
        bytes = output.expect("a describe of everything succeeds").body.len();
        times.push(milliseconds(begun));
    }
    let copied = vec![b'x'; bytes];
    let begun = Instant::now();
    let copy = copied.clone();
    let limit = milliseconds(begun);
    assert_eq!(copy.len(), bytes);
    row(
        "describe 10,000 interfaces, ms (limit: memcpy)",
        format!("{:.1}", median(times)),
        format!("{limit:.1}"),
        None,
        "<= 50 ms",
    );
}

fn world(scope: Scope) -> World {
    let mut world = World::default();
    let mut source = IdSource::new(1);
    let mut next = || source.hex17();
    let mut ids = Ids::new(&mut next);
    world.ensure_scope(scope, &mut ids);
    let subnet = world.network.subnets.values().next().cloned().expect("a default VPC has subnets");
    let group = world.network.vpcs.values().next().expect("there is a default VPC").default_security_group;
    for number in 0..INTERFACES {
        let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(172, 16, 0, 0)) + number);
        let interface = NetworkInterface {
            id: ids.fresh(),
            scope,
            subnet: subnet.id,
            vpc: subnet.vpc,
            zone: subnet.zone,
            mac: model::MacAddress::from_random(u128::from(number)),
            private_addresses: vec![model::network_interface::PrivateAddress { address, public: None }],
            ipv6_addresses: Vec::new(),
            prefixes: Vec::new(),
            groups: vec![group],
            source_dest_check: true,
            description: String::new(),
            attachment: Some(model::network_interface::Attachment {
                id: ids.fresh(),
                instance: Some(ids.fresh::<InstanceId>()),
                instance_owner: scope.account,
                device_index: 0,
                attached: model::Timestamp(0),
                delete_on_termination: true,
            }),
            kind: model::network_interface::InterfaceKind::Interface,
            requester: None,
            connection_tracking: Default::default(),
            auto_assign_public_ip: false,
            tags: Default::default(),
        };
        world.put_network_interface(interface);
    }
    world.commit();
    world
}
