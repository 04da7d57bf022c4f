//! Requests at random, sensible and not: nothing panics, what is refused changes nothing, and after every change the world
//! still is one that AWS could have.

use awsproto::{Call, Input, Protocol, testing};
use model::network_interface::InterfaceKind;
use model::{Direction, Ids, Peer, Target, World};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What a parameter may be: fixed texts, or an identifier that an earlier answer held.
enum Value {
    OneOf(&'static [&'static str]),
    Id(&'static str),
}

use Value::{Id, OneOf};

/// Name, possible values, and how often of a hundred times it is given.
type Parameter = (&'static str, Value, u8);

const PORTS: Value = OneOf(&["22", "22", "22", "443", "443", "-1", "65536"]);
const LAST_PORTS: Value = OneOf(&["443", "443", "65535", "22", "-1"]);
const PROTOCOL: Value = OneOf(&["tcp", "6", "17", "-1", "50", "ipx"]);
const BLOCK: Value =
    OneOf(&["0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/16", "10.1.0.0/16", "192.0.2.0/24", "::/0", "nowhere"]);
const SERVICE: Value =
    OneOf(&["com.amazonaws.us-west-2.s3", "com.amazonaws.us-west-2.dynamodb", "com.amazonaws.us-east-1.s3"]);
const IPV6_BLOCK: Value = OneOf(&["::/0", "2001:db8::/32", "0.0.0.0/0"]);

const PERMISSION: &[Parameter] = &[
    ("GroupId", Id("sg-"), 98),
    ("IpPermissions.1.IpProtocol", PROTOCOL, 95),
    ("IpPermissions.1.FromPort", PORTS, 90),
    ("IpPermissions.1.ToPort", LAST_PORTS, 90),
    ("IpPermissions.1.IpRanges.1.CidrIp", BLOCK, 70),
    ("IpPermissions.1.Ipv6Ranges.1.CidrIpv6", IPV6_BLOCK, 20),
    ("IpPermissions.1.Groups.1.GroupId", Id("sg-"), 20),
    ("IpPermissions.1.PrefixListIds.1.PrefixListId", Id("pl-"), 20),
];

const ENTRY: &[Parameter] = &[
    ("NetworkAclId", Id("acl-"), 98),
    ("RuleNumber", OneOf(&["1", "100", "200", "32766", "32767"]), 98),
    ("Protocol", OneOf(&["-1", "6", "1"]), 98),
    ("RuleAction", OneOf(&["allow", "deny"]), 98),
    ("Egress", OneOf(&["true", "false"]), 98),
    ("CidrBlock", BLOCK, 95),
    ("PortRange.From", PORTS, 90),
    ("PortRange.To", LAST_PORTS, 90),
];

/// Actions and the parameters that they may get.
const ACTIONS: &[(&str, &[Parameter])] = &[
    ("CreateVpc", &[("CidrBlock", OneOf(&["10.0.0.0/16", "10.0.0.0/8"]), 95)]),
    ("DeleteVpc", &[("VpcId", Id("vpc-"), 20)]),
    (
        "CreateSubnet",
        &[
            ("VpcId", Id("vpc-"), 98),
            ("CidrBlock", OneOf(&["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24", "10.1.0.0/16"]), 98),
        ],
    ),
    ("DeleteSubnet", &[("SubnetId", Id("subnet-"), 40)]),
    (
        "CreateSecurityGroup",
        &[
            ("GroupName", OneOf(&["web", "db", "WEB", "default"]), 98),
            ("GroupDescription", OneOf(&["a group"]), 98),
            ("VpcId", Id("vpc-"), 50),
        ],
    ),
    ("DeleteSecurityGroup", &[("GroupId", Id("sg-"), 50)]),
    ("AuthorizeSecurityGroupIngress", PERMISSION),
    ("AuthorizeSecurityGroupIngress", PERMISSION),
    ("AuthorizeSecurityGroupEgress", PERMISSION),
    ("RevokeSecurityGroupIngress", PERMISSION),
    ("RevokeSecurityGroupEgress", PERMISSION),
    (
        "ModifySecurityGroupRules",
        &[
            ("GroupId", Id("sg-"), 98),
            ("SecurityGroupRule.1.SecurityGroupRuleId", Id("sgr-"), 98),
            ("SecurityGroupRule.1.SecurityGroupRule.IpProtocol", PROTOCOL, 98),
            ("SecurityGroupRule.1.SecurityGroupRule.FromPort", PORTS, 98),
            ("SecurityGroupRule.1.SecurityGroupRule.ToPort", LAST_PORTS, 98),
            ("SecurityGroupRule.1.SecurityGroupRule.CidrIpv4", BLOCK, 98),
        ],
    ),
    ("DescribeSecurityGroupRules", &[]),
    ("DescribeNetworkAcls", &[]),
    ("CreateNetworkAcl", &[("VpcId", Id("vpc-"), 98)]),
    ("DeleteNetworkAcl", &[("NetworkAclId", Id("acl-"), 50)]),
    ("CreateNetworkAclEntry", ENTRY),
    ("ReplaceNetworkAclEntry", ENTRY),
    ("DeleteNetworkAclEntry", ENTRY),
    (
        "ReplaceNetworkAclAssociation",
        &[("AssociationId", Id("aclassoc-"), 98), ("NetworkAclId", Id("acl-"), 98)],
    ),
    (
        "CreateManagedPrefixList",
        &[
            ("PrefixListName", OneOf(&["offices"]), 98),
            ("AddressFamily", OneOf(&["IPv4", "IPv4", "IPv6", "IPX"]), 98),
            ("MaxEntries", OneOf(&["2", "30", "0"]), 98),
            ("Entry.1.Cidr", BLOCK, 50),
        ],
    ),
    (
        "ModifyManagedPrefixList",
        &[
            ("PrefixListId", Id("pl-0"), 98),
            ("CurrentVersion", OneOf(&["1", "1", "2", "-1"]), 95),
            ("MaxEntries", OneOf(&["1", "30", "61"]), 20),
            ("AddEntry.1.Cidr", BLOCK, 70),
            ("RemoveEntry.1.Cidr", BLOCK, 30),
        ],
    ),
    (
        "CreateVpcEndpoint",
        &[
            ("VpcId", Id("vpc-"), 98),
            ("ServiceName", SERVICE, 98),
            ("RouteTableId.1", Id("rtb-"), 60),
            ("RouteTableId.2", Id("rtb-"), 20),
        ],
    ),
    (
        "CreateVpcEndpoint",
        &[
            ("VpcId", Id("vpc-"), 98),
            ("VpcEndpointType", OneOf(&["Interface"]), 98),
            ("ServiceName", OneOf(&["com.amazonaws.us-west-2.sns", "com.amazonaws.us-west-2.s3"]), 98),
            ("SubnetId.1", Id("subnet-"), 80),
            ("SubnetId.2", Id("subnet-"), 20),
            ("SecurityGroupId.1", Id("sg-"), 40),
            ("PrivateDnsEnabled", OneOf(&["true", "false"]), 30),
            ("IpAddressType", OneOf(&["ipv4", "dualstack"]), 20),
        ],
    ),
    (
        "ModifyVpcEndpoint",
        &[
            ("VpcEndpointId", Id("vpce-"), 98),
            ("AddSubnetId.1", Id("subnet-"), 40),
            ("RemoveSubnetId.1", Id("subnet-"), 30),
            ("AddSecurityGroupId.1", Id("sg-"), 30),
            ("RemoveSecurityGroupId.1", Id("sg-"), 20),
            ("PrivateDnsEnabled", OneOf(&["true", "false"]), 30),
        ],
    ),
    (
        "ModifyVpcEndpoint",
        &[
            ("VpcEndpointId", Id("vpce-"), 98),
            ("AddRouteTableId.1", Id("rtb-"), 50),
            ("RemoveRouteTableId.1", Id("rtb-"), 50),
        ],
    ),
    ("DeleteVpcEndpoints", &[("VpcEndpointId.1", Id("vpce-"), 50)]),
    ("CreateRouteTable", &[("VpcId", Id("vpc-"), 98)]),
    ("DeleteRouteTable", &[("RouteTableId", Id("rtb-"), 50)]),
    ("DescribeRouteTables", &[]),
    ("DeleteManagedPrefixList", &[("PrefixListId", Id("pl-0"), 50)]),
];

/// One request as it is drawn: which action, and for each of its parameters a chance to be given, and which value.
type Drawn = (prop::sample::Index, Vec<(u8, prop::sample::Index)>);

fn any_request() -> impl Strategy<Value = Drawn> {
    let parameter = (0u8..100, any::<prop::sample::Index>());
    (any::<prop::sample::Index>(), prop::collection::vec(parameter, 8))
}

/// A world, who calls, and the identifiers seen in answers so far.
struct Walk {
    world: World,
    call: Call,
    seen: Vec<String>,
}

impl Walk {
    fn new() -> Self {
        let call = testing::call("us-west-2", 11);
        let mut walk = Walk { world: World::default(), call, seen: vec!["pl-68a54001".to_owned()] };
        let scope =
            model::Scope { account: "123456789012".parse().unwrap(), region: "us-west-2".parse().unwrap() };
        let mut random = || walk.call.ids.hex17();
        walk.world.ensure_scope(scope, &mut Ids::new(&mut random));
        walk.world.commit();
        walk
    }

    /// Sends a request; whether it was granted.
    fn send(&mut self, (action, parameters): &Drawn) -> bool {
        let (name, possible) = action.get(ACTIONS);
        let mut body = format!("Action={name}");
        for ((parameter, value, often), (draw, index)) in possible.iter().zip(parameters) {
            if let Some(value) = self.value(value, index).filter(|_| draw < often) {
                body.push_str(&format!("&{parameter}={}", value.replace(' ', "+")));
            }
        }
        let input = Input::parse(Protocol::Ec2, "", body.as_bytes()).unwrap();
        let (call, world) = (&mut self.call, &mut self.world);
        let answer = ec2::API.perform(name, call, world, &input);
        match &answer {
            Ok(output) => self.harvest(&output.body),
            Err(error) => assert!(!error.code.is_empty() && !error.message.is_empty(), "{body}"),
        }
        answer.is_ok()
    }

    fn value(&self, value: &Value, index: &prop::sample::Index) -> Option<String> {
        match value {
            OneOf(texts) => Some(index.get(texts).to_string()),
            Id(prefix) => {
                let known: Vec<&String> = self.seen.iter().filter(|id| id.starts_with(prefix)).collect();
                (!known.is_empty()).then(|| index.get(&known).to_string())
            }
        }
    }

    fn harvest(&mut self, answer: &str) {
        for text in answer.split(['<', '>']) {
            let is_id = ["vpc-", "subnet-", "sg-", "sgr-", "acl-", "aclassoc-", "pl-", "rtb-", "vpce-"]
                .iter()
                .any(|it| text.starts_with(it));
            if is_id && !self.seen.iter().any(|seen| seen == text) {
                self.seen.push(text.to_owned());
            }
        }
    }
}

/// What holds in every world that AWS could have.
fn check(world: &World) {
    for vpc in world.network.vpcs.values() {
        assert!(
            world.network.security_groups.get(&vpc.default_security_group).is_some_and(|it| it.vpc == vpc.id)
        );
        assert!(
            world
                .network
                .network_acls
                .get(&vpc.default_network_acl)
                .is_some_and(|it| it.vpc == vpc.id && it.is_default)
        );
    }
    for subnet in world.network.subnets.values() {
        assert!(world.network.network_acls.get(&subnet.network_acl).is_some_and(|it| it.vpc == subnet.vpc));
    }
    for acl in world.network.network_acls.values() {
        assert!(world.network.vpcs.contains(&acl.vpc));
        for direction in [Direction::Ingress, Direction::Egress] {
            let entries = acl.entries(direction);
            assert!(entries.len() < 40 && entries.iter().all(|(number, entry)| *number == entry.number));
        }
    }
    let mut names = BTreeSet::new();
    for group in world.network.security_groups.values() {
        assert!(world.network.vpcs.contains(&group.vpc));
        assert!(names.insert((group.vpc, group.name.to_lowercase())), "two groups called {}", group.name);
        let mut contents = BTreeSet::new();
        for (id, rule) in &group.rules {
            assert_eq!(*id, rule.id);
            assert!(contents.insert((rule.direction, rule.traffic, rule.peer)), "two rules say the same");
            match rule.peer {
                Peer::Cidr(cidr) => assert_eq!(cidr, cidr.trunc()),
                Peer::Group { group: named, .. } => {
                    assert!(
                        world.network.security_groups.get(&named).is_some_and(|named| named.vpc == group.vpc)
                    );
                }
                Peer::PrefixList(list) => assert!(world.prefix_list_weight(group.scope, list).is_some()),
            }
        }
    }
    for endpoint in world.network.vpc_endpoints.values() {
        assert!(world.network.vpcs.contains(&endpoint.vpc));
        for id in endpoint.interface_endpoint().into_iter().flat_map(|own| &own.interfaces) {
            let interface = world.network.network_interfaces.get(id).expect("its interfaces are its own");
            assert_eq!((interface.vpc, interface.kind), (endpoint.vpc, InterfaceKind::VpcEndpoint));
            assert_eq!(interface.groups, endpoint.interface_endpoint().unwrap().groups);
        }
    }
    for interface in world.network.network_interfaces.values() {
        let is_doors = interface.kind == InterfaceKind::VpcEndpoint;
        assert_eq!(world.network.endpoint_of_interface(interface.id).is_some(), is_doors);
    }
    for table in world.network.route_tables.values() {
        let destinations: BTreeSet<_> = table.routes.iter().map(|route| route.destination).collect();
        assert_eq!(destinations.len(), table.routes.len(), "two routes to one destination");
        for route in &table.routes {
            if let Target::VpcEndpoint(id) = route.target {
                let endpoint = world.network.vpc_endpoints.get(&id).expect("its routes go with it");
                assert_eq!(
                    (endpoint.vpc, endpoint.route_destination()),
                    (table.vpc, Some(route.destination))
                );
            }
        }
    }
    for list in world.network.prefix_lists.values() {
        assert!(list.entries.len() <= list.max_entries as usize);
        assert_eq!(list.version, 1 + list.history.len() as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_asked_the_world_stays_one_that_aws_could_have(requests in prop::collection::vec(any_request(), 1..120)) {
        let mut walk = Walk::new();
        for request in &requests {
            if walk.send(request) {
                check(&walk.world);
                let records = walk.world.commit().records;
                // What was made durable is what there is: it is there again after a restart.
                for record in records.iter().filter(|record| record.value.is_some()) {
                    let value = record.value.as_deref().unwrap();
                    prop_assert!(World::load(1, [(record.key.as_str(), value)]).is_ok(), "{}", record.key);
                }
            } else {
                walk.world.roll_back();
                prop_assert_eq!(walk.world.commit().records, vec![]);
            }
        }
    }
}
