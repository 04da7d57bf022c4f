//! Random changes to VPCs, subnets, route tables and gateways: whatever is tried, the network stays a whole, a change
//! that is taken back leaves no trace, and one that is stored is found again.

use model::route::{Destination, Target};
use model::subnet::{NewSubnet, SubnetBlocks};
use model::vpc::{NewVpc, Tenancy};
use model::{AccountId, Ids, IpNet, Ipv4Net, Refusal, Scope, Tags, Timestamp, World};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp(0);

/// One attempt. Numbers choose among what there is at the moment.
#[derive(Clone, Debug)]
enum Attempt {
    CreateVpc(Ipv4Net),
    DeleteVpc(usize),
    AddBlock(usize, Ipv4Net),
    AddIpv6Block(usize),
    RemoveBlock(usize, usize),
    CreateSubnet(usize, Ipv4Net),
    DeleteSubnet(usize),
    CreateRouteTable(usize),
    DeleteRouteTable(usize),
    Associate(usize, usize),
    ReplaceAssociation(usize, usize),
    Disassociate(usize),
    CreateGateway,
    Attach(usize, usize),
    Detach(usize, usize),
    DeleteGateway(usize),
    CreateRoute(usize, Ipv4Net, usize),
    DeleteRoute(usize, Ipv4Net),
}

/// Blocks that often contain and overlap each other.
fn cidr() -> impl Strategy<Value = Ipv4Net> {
    let network = prop_oneof![Just([10, 0]), Just([10, 1]), Just([10, 2]), Just([172, 16]), Just([0, 0])];
    (network, 0..4u8, prop_oneof![Just(0), Just(14), 16..29u8])
        .prop_map(|([a, b], c, length)| Ipv4Net::new([a, b, c, 0].into(), length).unwrap().trunc())
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let n = || 0..8usize;
    prop_oneof![
        3 => cidr().prop_map(Attempt::CreateVpc),
        1 => n().prop_map(Attempt::DeleteVpc),
        4 => (n(), cidr()).prop_map(|(vpc, cidr)| Attempt::AddBlock(vpc, cidr)),
        1 => n().prop_map(Attempt::AddIpv6Block),
        1 => (n(), n()).prop_map(|(vpc, block)| Attempt::RemoveBlock(vpc, block)),
        6 => (n(), cidr()).prop_map(|(vpc, cidr)| Attempt::CreateSubnet(vpc, cidr)),
        1 => n().prop_map(Attempt::DeleteSubnet),
        2 => n().prop_map(Attempt::CreateRouteTable),
        1 => n().prop_map(Attempt::DeleteRouteTable),
        2 => (n(), n()).prop_map(|(table, subnet)| Attempt::Associate(table, subnet)),
        2 => (n(), n()).prop_map(|(association, table)| Attempt::ReplaceAssociation(association, table)),
        1 => n().prop_map(Attempt::Disassociate),
        1 => Just(Attempt::CreateGateway),
        2 => (n(), n()).prop_map(|(gateway, vpc)| Attempt::Attach(gateway, vpc)),
        1 => (n(), n()).prop_map(|(gateway, vpc)| Attempt::Detach(gateway, vpc)),
        1 => n().prop_map(Attempt::DeleteGateway),
        6 => (n(), cidr(), n()).prop_map(|(table, cidr, gateway)| Attempt::CreateRoute(table, cidr, gateway)),
        1 => (n(), cidr()).prop_map(|(table, cidr)| Attempt::DeleteRoute(table, cidr)),
    ]
}

proptest! {
    #[test]
    fn the_network_stays_a_whole(attempts in prop::collection::vec((attempt(), any::<bool>()), 1..80)) {
        let scope = Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() };
        let mut world = World::default();
        let mut stored: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut next_id = 0;
        let attempts = beginning().into_iter().map(|attempt| (attempt, false)).chain(attempts);
        for (attempt, take_back) in attempts {
            let mut count = || {
                next_id += 1;
                next_id
            };
            let result = try_it(&mut world, scope, &attempt, &mut Ids::new(&mut count));
            check_whole(&world);
            if result.is_err() || take_back {
                world.roll_back();
            }
            for record in world.commit().records {
                match record.value {
                    Some(value) => stored.insert(record.key, value),
                    None => stored.remove(&record.key),
                };
            }
        }
        // Whether taken back or not: what is stored is what there is.
        let records = stored.iter().map(|(key, value)| (key.as_str(), value.as_slice()));
        prop_assert_eq!(rows(&World::load(1, records).unwrap()), rows(&world));
    }
}

/// Two VPCs with a gateway each, so that much of what follows is possible.
fn beginning() -> [Attempt; 6] {
    let vpc = |cidr: &str| Attempt::CreateVpc(cidr.parse().unwrap());
    [
        vpc("10.1.0.0/16"),
        vpc("10.1.0.0/16"),
        Attempt::CreateGateway,
        Attempt::CreateGateway,
        Attempt::Attach(0, 0),
        Attempt::Attach(1, 1),
    ]
}

/// Tries a change; when there is nothing to choose from, nothing happens.
fn try_it(world: &mut World, scope: Scope, attempt: &Attempt, ids: &mut Ids<'_>) -> Result<(), Refusal> {
    let vpcs: Vec<_> = world.network.vpcs.values().map(|it| it.id).collect();
    let subnets: Vec<_> = world.network.subnets.values().map(|it| it.id).collect();
    let tables: Vec<_> = world.network.route_tables.values().map(|it| it.id).collect();
    let gateways: Vec<_> = world.network.internet_gateways.values().map(|it| it.id).collect();
    let associations: Vec<_> =
        tables.iter().flat_map(|table| world.route_table_associations(*table)).map(|it| it.id).collect();
    fn pick<T: Copy>(rows: &[T], n: usize) -> Option<T> {
        rows.get(n % rows.len().max(1)).copied()
    }
    let done = match *attempt {
        Attempt::CreateVpc(cidr) => {
            let new = NewVpc { cidr, amazon_ipv6: false, tenancy: Tenancy::Default, tags: Tags::new() };
            Some(world.create_vpc(scope, new, ids).map(drop))
        }
        Attempt::DeleteVpc(n) => pick(&vpcs, n).map(|vpc| world.delete_vpc(scope, vpc, NOW)),
        Attempt::AddBlock(n, cidr) => {
            pick(&vpcs, n).map(|vpc| world.associate_vpc_cidr(scope, vpc, cidr, NOW, ids).map(drop))
        }
        Attempt::AddIpv6Block(n) => {
            pick(&vpcs, n).map(|vpc| world.associate_vpc_amazon_ipv6_cidr(scope, vpc, ids).map(drop))
        }
        Attempt::RemoveBlock(n, block) => {
            let vpc = pick(&vpcs, n).and_then(|vpc| world.network.vpcs.get(&vpc));
            let block = vpc.and_then(|vpc| vpc.cidrs.get(block % vpc.cidrs.len())).map(|block| block.id);
            block.map(|block| world.disassociate_vpc_cidr(scope, block, NOW).map(drop))
        }
        Attempt::CreateSubnet(n, cidr) => pick(&vpcs, n).map(|vpc| {
            let blocks = SubnetBlocks::Ipv4(cidr);
            world
                .create_subnet(scope, NewSubnet { vpc, zone: None, blocks, tags: Tags::new() }, ids)
                .map(drop)
        }),
        Attempt::DeleteSubnet(n) => pick(&subnets, n).map(|subnet| world.delete_subnet(scope, subnet)),
        Attempt::CreateRouteTable(n) => {
            pick(&vpcs, n).map(|vpc| world.create_route_table(scope, vpc, Tags::new(), ids).map(drop))
        }
        Attempt::DeleteRouteTable(n) => pick(&tables, n).map(|table| world.delete_route_table(scope, table)),
        Attempt::Associate(n, m) => pick(&tables, n)
            .zip(pick(&subnets, m))
            .map(|(table, subnet)| world.associate_route_table(scope, table, subnet, ids).map(drop)),
        Attempt::ReplaceAssociation(n, m) => pick(&associations, n)
            .zip(pick(&tables, m))
            .map(|(it, table)| world.replace_route_table_association(scope, it, table, ids).map(drop)),
        Attempt::Disassociate(n) => {
            pick(&associations, n).map(|association| world.disassociate_route_table(scope, association))
        }
        Attempt::CreateGateway => Some(world.create_internet_gateway(scope, Tags::new(), ids).map(drop)),
        Attempt::Attach(n, m) => pick(&gateways, n)
            .zip(pick(&vpcs, m))
            .map(|(gateway, vpc)| world.attach_internet_gateway(scope, gateway, vpc)),
        Attempt::Detach(n, m) => pick(&gateways, n)
            .zip(pick(&vpcs, m))
            .map(|(gateway, vpc)| world.detach_internet_gateway(scope, gateway, vpc)),
        Attempt::DeleteGateway(n) => {
            pick(&gateways, n).map(|gateway| world.delete_internet_gateway(scope, gateway))
        }
        Attempt::CreateRoute(n, cidr, m) => {
            pick(&tables, n).zip(pick(&gateways, m)).map(|(table, gateway)| {
                let destination = Destination::Cidr(IpNet::V4(cidr));
                world.create_route(scope, table, destination, Target::InternetGateway(gateway))
            })
        }
        Attempt::DeleteRoute(n, cidr) => {
            pick(&tables, n).map(|table| world.delete_route(scope, table, Destination::Cidr(IpNet::V4(cidr))))
        }
    };
    done.unwrap_or(Ok(()))
}

/// What is true of every network, whatever was done to it.
fn check_whole(world: &World) {
    for vpc in world.network.vpcs.values() {
        assert_eq!(world.network.route_tables.get(&vpc.main_route_table).map(|it| it.vpc), Some(vpc.id));
        assert_eq!(
            world.network.security_groups.get(&vpc.default_security_group).map(|it| it.vpc),
            Some(vpc.id)
        );
        assert_eq!(world.network.network_acls.get(&vpc.default_network_acl).map(|it| it.vpc), Some(vpc.id));
        assert!(world.network.internet_gateways.values().filter(|it| it.vpc == Some(vpc.id)).count() <= 1);
        let blocks: Vec<IpNet> = vpc.blocks().collect();
        check_apart(&blocks);
        let subnets: Vec<IpNet> = world.subnets_in(vpc.id).flat_map(|subnet| subnet.blocks()).collect();
        check_apart(&subnets);
        assert!(subnets.iter().all(|subnet| blocks.iter().any(|block| block.contains(subnet))));
    }
    for subnet in world.network.subnets.values() {
        assert!(world.network.vpcs.contains(&subnet.vpc));
        assert_eq!(world.network.route_table_of(subnet).map(|table| table.vpc), Some(subnet.vpc));
    }
    for table in world.network.route_tables.values() {
        let vpc = world.network.vpcs.get(&table.vpc).expect("a table belongs to a VPC");
        let mut destinations: Vec<Destination> =
            world.network.routes(table).map(|route| route.destination).collect();
        let count = destinations.len();
        destinations.sort();
        destinations.dedup();
        assert_eq!(destinations.len(), count, "two routes to one destination");
        // The VPC's own addresses always go to the VPC itself.
        for block in vpc.blocks() {
            let (route, _) =
                world.network.longest_match(table, block.network()).expect("there is a local route");
            assert_eq!(route.target, Target::Local);
        }
    }
    for gateway in world.network.internet_gateways.values() {
        assert!(gateway.vpc.is_none_or(|vpc| world.network.vpcs.contains(&vpc)));
    }
}

fn check_apart(blocks: &[IpNet]) {
    for (n, one) in blocks.iter().enumerate() {
        for other in &blocks[n + 1..] {
            assert!(!one.contains(other) && !other.contains(one), "{one} and {other} overlap");
        }
    }
}

/// All rows, as text.
fn rows(world: &World) -> Vec<String> {
    let vpcs = world.network.vpcs.values().map(|it| format!("{it:?}"));
    let subnets = world.network.subnets.values().map(|it| format!("{it:?}"));
    let tables = world.network.route_tables.values().map(|it| format!("{it:?}"));
    let gateways = world.network.internet_gateways.values().map(|it| format!("{it:?}"));
    let groups = world.network.security_groups.values().map(|it| format!("{it:?}"));
    let acls = world.network.network_acls.values().map(|it| format!("{it:?}"));
    vpcs.chain(subnets).chain(tables).chain(gateways).chain(groups).chain(acls).collect()
}
