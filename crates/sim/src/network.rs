//! Random networks, as fixture text: every part that packets can meet, in sensible and in senseless combinations.

use guest::service_endpoints::ServiceEndpoint;
use std::fmt::Write;

use crate::random::Random;

/// A network as text.
pub fn random_network(random: &mut Random) -> String {
    network(random, false)
}

/// A network as text in which more instances have a part in what becomes of a packet: with several interfaces, and with blocks
/// behind them.
pub fn random_network_of_routers(random: &mut Random) -> String {
    network(random, true)
}

fn network(random: &mut Random, has_routers: bool) -> String {
    let mut text = String::new();
    let vpcs: Vec<RandomVpc> =
        (0..1 + random.below(3)).map(|index| RandomVpc::new(index, has_routers, random)).collect();
    for vpc in &vpcs {
        vpc.write(&vpcs, random, &mut text);
    }
    for vpc in &vpcs {
        vpc.write_groups(&vpcs, random, &mut text);
        vpc.write_acls(random, &mut text);
    }
    for (left, right) in peerings(&vpcs) {
        let status = random.one(&["active", "active", "active", "active", "pending", "deleted"]);
        let _ = writeln!(text, "peering {} v{left} v{right} {status}", peering(left, right));
    }
    write_public_access(&vpcs, random, &mut text);
    let _ = writeln!(text, "prefix-list pl0 10.0.1.0/24 192.0.2.0/24 10.1.0.0/16 198.51.100.10/32");
    // Where Amazon S3 is in the Regions that there are VPCs in.
    let _ = writeln!(text, "host s3-of-oregon 3.5.128.7\nhost s3-of-virginia 3.5.104.7");
    // Amazon SNS is in one of them only.
    if let Some(sns) = ServiceEndpoint::named("sns.us-west-2.api.aws") {
        let _ = writeln!(text, "host sns-of-oregon {} {}", sns.v4(), sns.v6());
    }
    text
}

/// VPC Block Public Access, with exclusions of VPCs and of subnets.
fn write_public_access(vpcs: &[RandomVpc], random: &mut Random, text: &mut String) {
    if random.percent(80) {
        return;
    }
    let _ = writeln!(text, "block-public-access {}", random.one(&["bidirectional", "ingress"]));
    for vpc in vpcs {
        let subnets = (0..vpc.subnets).map(|subnet| format!("s{}{subnet}", vpc.index));
        for name in subnets.chain([format!("v{}", vpc.index)]) {
            if random.percent(25) {
                let mode = random.one(&["allow-bidirectional", "allow-egress"]);
                let _ = writeln!(text, "exclude {name} {mode}");
            }
        }
    }
}

struct RandomVpc {
    index: usize,
    /// The second byte of its addresses; several VPCs may have the same.
    block: usize,
    region: &'static str,
    ipv6: bool,
    subnets: usize,
    instances: Vec<usize>,
    nat: Vec<bool>,
    acl: Vec<bool>,
    internet_gateway: bool,
    egress_only: bool,
    gateway_endpoint: bool,
    interface_endpoints: Vec<bool>,
    groups: usize,
    /// Whether its first subnet has a NAT gateway to the internet, and the others' routes lead there, IPv6 for IPv4
    /// addresses too: so much has to be right for that, that it seldom is by chance.
    sensible: bool,
    /// Whether some instances have further interfaces, and blocks behind them.
    has_routers: bool,
    /// Whether interfaces carry a group of the first VPC, too.
    borrows: bool,
}

fn peerings(vpcs: &[RandomVpc]) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    for left in vpcs {
        let later = vpcs.iter().filter(|right| right.index > left.index && right.block != left.block);
        all.extend(later.map(|right| (left.index, right.index)));
    }
    all
}

fn peering(left: usize, right: usize) -> String {
    format!("p{}{}", left.min(right), left.max(right))
}

impl RandomVpc {
    fn new(index: usize, has_routers: bool, random: &mut Random) -> RandomVpc {
        let sensible = random.percent(20);
        let subnets = 1 + random.below(3);
        let ipv6 = sensible || random.percent(60);
        RandomVpc {
            index,
            block: random.below(3),
            region: if random.percent(15) { "us-east-1" } else { "us-west-2" },
            ipv6,
            subnets,
            instances: (0..subnets).map(|_| 1 + random.below(3)).collect(),
            nat: (0..subnets).map(|subnet| sensible && subnet == 0 || random.percent(35)).collect(),
            acl: (0..subnets).map(|_| random.percent(35)).collect(),
            internet_gateway: sensible || random.percent(80),
            egress_only: ipv6 && random.percent(40),
            gateway_endpoint: random.percent(50),
            interface_endpoints: (0..subnets).map(|_| random.percent(25)).collect(),
            groups: 1 + random.below(3),
            sensible,
            has_routers,
            borrows: index > 0 && random.percent(30),
        }
    }

    fn write(&self, vpcs: &[RandomVpc], random: &mut Random, text: &mut String) {
        let index = self.index;
        let _ = write!(text, "vpc v{index} 10.{}.0.0/16 {}", self.block, self.region);
        let _ = writeln!(
            text,
            "{}",
            if self.ipv6 { format!(" 2600:1f14:0:{index}00::/56") } else { String::new() }
        );
        if self.internet_gateway {
            let edge = random.percent(20).then(|| format!(" routes({})", self.edge_route(random)));
            let _ = writeln!(text, "  igw{}", edge.unwrap_or_default());
        }
        if self.egress_only {
            let _ = writeln!(text, "  eigw");
        }
        if self.gateway_endpoint {
            let _ = writeln!(text, "  gateway-endpoint e{index} s3");
        }
        let _ = writeln!(text, "  routes({})", self.routes(vpcs, random));
        for subnet in 0..self.subnets {
            self.write_subnet(subnet, vpcs, random, text);
        }
    }

    fn write_subnet(&self, subnet: usize, vpcs: &[RandomVpc], random: &mut Random, text: &mut String) {
        let (vpc, block) = (self.index, self.block);
        let _ = write!(text, "  subnet s{vpc}{subnet} 10.{block}.{subnet}.0/24");
        if self.ipv6 {
            let _ = write!(text, " 2600:1f14:0:{vpc}0{subnet}::/64");
        }
        match (self.sensible, subnet) {
            (true, 0) => {
                let endpoint = self.route_to_endpoint(random).map(|route| format!(", {route}"));
                let _ =
                    write!(text, " routes(0.0.0.0/0 -> igw, ::/0 -> igw{})", endpoint.unwrap_or_default());
            }
            (true, _) => {
                let _ = write!(text, " routes(0.0.0.0/0 -> n{vpc}0, 64:ff9b::/96 -> n{vpc}0)");
            }
            (false, _) if random.percent(75) => {
                let _ = write!(text, " routes({})", self.routes(vpcs, random));
            }
            (false, _) => {}
        }
        if self.acl[subnet] {
            let _ = write!(text, " nacl(a{vpc}{subnet})");
        }
        text.push('\n');
        for instance in 0..self.instances[subnet] {
            let _ =
                write!(text, "    instance i{vpc}{subnet}{instance} 10.{block}.{subnet}.{}", 10 + instance);
            text.push_str(if random.percent(50) { " eip" } else { "" });
            if random.percent(15) {
                let _ = write!(text, " 10.{block}.{subnet}.{}", 110 + instance);
                text.push_str(if random.percent(50) { " public" } else { "" });
            }
            if self.ipv6 && random.percent(80) {
                let _ = write!(text, " 2600:1f14:0:{vpc}0{subnet}::{}", 10 + instance);
            }
            if random.percent(15) {
                let _ = write!(text, " 10.{block}.{subnet}.{}/28", 128 + 16 * instance);
                if self.ipv6 {
                    let _ = write!(text, " 2600:1f14:0:{vpc}0{subnet}:{}::/80", 1 + instance);
                }
            }
            let first = random.below(self.groups);
            let second = random.below(self.groups);
            let _ = write!(text, " sg(g{vpc}{first}");
            let _ = write!(
                text,
                "{}{})",
                if second != first { format!(", g{vpc}{second}") } else { String::new() },
                if self.borrows && random.percent(50) { ", g00" } else { "" }
            );
            text.push_str(if random.percent(20) { " nocheck" } else { "" });
            text.push_str(if random.percent(4) { " stopped" } else { "" });
            text.push('\n');
        }
        if self.has_routers && random.percent(12) {
            self.write_interface(subnet, random, text);
        }
        if self.interface_endpoints[subnet] {
            let _ = write!(text, "    interface-endpoint d{vpc}{subnet} sns 10.{block}.{subnet}.90");
            if self.ipv6 && random.percent(60) {
                let _ = write!(text, " 2600:1f14:0:{vpc}0{subnet}::90");
            }
            let _ = writeln!(text, " sg(g{vpc}{})", random.below(self.groups));
        }
        if self.nat[subnet] {
            let kind = random.one(&["eip", "eip", "eip", "private"]);
            let kind = if self.sensible && subnet == 0 { "eip" } else { kind };
            let second = match kind {
                "private" => format!(" 10.{block}.{subnet}.201"),
                _ => format!(" 10.{block}.{subnet}.201 eip"),
            };
            let second = if random.percent(30) { second } else { String::new() };
            let _ = writeln!(text, "    nat n{vpc}{subnet} 10.{block}.{subnet}.200 {kind}{second}");
        }
    }

    /// A further interface of one of the instances so far.
    fn write_interface(&self, subnet: usize, random: &mut Random, text: &mut String) {
        let (vpc, block) = (self.index, self.block);
        let first = random.below(subnet + 1);
        let instance = random.below(self.instances[first]);
        let _ =
            write!(text, "    interface x{vpc}{subnet} on i{vpc}{first}{instance} 10.{block}.{subnet}.60");
        if self.ipv6 && random.percent(60) {
            let _ = write!(text, " 2600:1f14:0:{vpc}0{subnet}::60");
        }
        let _ = write!(text, " sg(g{vpc}{})", random.below(self.groups));
        text.push_str(if random.percent(60) { " nocheck\n" } else { "\n" });
    }

    fn some_instance(&self, random: &mut Random) -> String {
        let subnet = random.below(self.subnets);
        format!("i{}{subnet}{}", self.index, random.below(self.instances[subnet]))
    }

    fn edge_route(&self, random: &mut Random) -> String {
        let subnet = random.below(self.subnets);
        format!("10.{}.{subnet}.0/24 -> {}", self.block, self.some_instance(random))
    }

    fn routes(&self, vpcs: &[RandomVpc], random: &mut Random) -> String {
        let mut routes = Vec::new();
        let nats: Vec<String> = (0..self.subnets)
            .filter(|subnet| self.nat[*subnet])
            .map(|subnet| format!("n{}{subnet}", self.index))
            .collect();
        for destination in ["0.0.0.0/0", "192.0.2.0/24", "pl pl0"] {
            let chance = if destination == "0.0.0.0/0" { 85 } else { 10 };
            if random.percent(chance) {
                routes.extend(self.way_out(&nats, random).map(|target| format!("{destination} -> {target}")));
            }
        }
        routes.extend(self.route_to_endpoint(random));
        if self.ipv6 && self.egress_only && random.percent(50) {
            routes.push("::/0 -> eigw".to_owned());
        } else if self.ipv6 && self.internet_gateway && random.percent(80) {
            routes.push("::/0 -> igw".to_owned());
        }
        if self.ipv6 && random.percent(60) {
            routes.extend(random.pick(&nats).map(|nat| format!("64:ff9b::/96 -> {nat}")));
        }
        if random.percent(15) {
            let subnet = random.below(self.subnets);
            let target = nats.first().cloned().filter(|_| random.percent(30));
            let target = target.unwrap_or_else(|| self.some_instance(random));
            routes.push(format!("10.{}.{subnet}.0/24 -> {target}", self.block));
        }
        if random.percent(5) {
            routes.push(format!("10.{}.0.0/16 -> {}", self.block, self.some_instance(random)));
        }
        if self.has_routers && random.percent(15) {
            let behind = if self.ipv6 && random.percent(40) { "fd01::/64" } else { "192.168.100.0/24" };
            routes.push(format!("{behind} -> {}", self.some_instance(random)));
        }
        for (left, right) in peerings(vpcs) {
            let other = match self.index {
                index if index == left => right,
                index if index == right => left,
                _ => continue,
            };
            if random.percent(80) {
                routes.push(format!("10.{}.0.0/16 -> {}", vpcs[other].block, peering(left, right)));
            }
            if random.percent(50) && self.ipv6 && vpcs[other].ipv6 {
                routes.push(format!("2600:1f14:0:{other}00::/56 -> {}", peering(left, right)));
            }
            if random.percent(12) {
                routes.push(format!("203.0.113.0/24 -> {}", peering(left, right)));
            }
        }
        routes.join(", ")
    }

    fn route_to_endpoint(&self, random: &mut Random) -> Option<String> {
        let has_route = self.gateway_endpoint && random.percent(60);
        has_route.then(|| format!("pl com.amazonaws.{}.s3 -> e{}", self.region, self.index))
    }

    fn way_out(&self, nats: &[String], random: &mut Random) -> Option<String> {
        match random.below(10) {
            0 => Some("gone".to_owned()),
            1 => Some(self.some_instance(random)),
            2..=5 => random.pick(nats).cloned().or(self.internet_gateway.then(|| "igw".to_owned())),
            _ => self.internet_gateway.then(|| "igw".to_owned()),
        }
    }

    fn write_groups(&self, vpcs: &[RandomVpc], random: &mut Random, text: &mut String) {
        if self.borrows {
            let _ = writeln!(text, "sg g00 of v0 also v{}", self.index);
        }
        for group in 0..self.groups {
            let _ = writeln!(text, "sg g{}{group} of v{}", self.index, self.index);
            for _ in 0..1 + random.below(4) {
                let _ = writeln!(text, "sg g{}{group} in {}", self.index, self.rule("from", vpcs, random));
            }
            if random.percent(30) {
                for _ in 0..1 + random.below(3) {
                    let _ = writeln!(text, "sg g{}{group} out {}", self.index, self.rule("to", vpcs, random));
                }
            }
        }
    }

    fn rule(&self, preposition: &str, vpcs: &[RandomVpc], random: &mut Random) -> String {
        let far = match random.below(10) {
            0..=2 => format!("sg g{}{}", self.index, random.below(self.groups)),
            3 => {
                let other = peerings(vpcs).into_iter().find_map(|(left, right)| match self.index {
                    index if index == left => Some(right),
                    index if index == right => Some(left),
                    _ => None,
                });
                other.map_or("10.0.0.0/8".to_owned(), |other| format!("sg g{other}0"))
            }
            4 => "pl pl0".to_owned(),
            5 if self.ipv6 => "::/0".to_owned(),
            6 => format!("10.{}.{}.0/24", self.block, random.below(3)),
            7 => "52.0.0.0/24".to_owned(),
            _ => "0.0.0.0/0".to_owned(),
        };
        format!("{} {preposition} {far}", traffic(random))
    }

    fn write_acls(&self, random: &mut Random, text: &mut String) {
        for subnet in (0..self.subnets).filter(|subnet| self.acl[*subnet]) {
            let _ = writeln!(text, "nacl a{}{subnet}", self.index);
            for (direction, preposition) in [("in", "from"), ("out", "to")] {
                for number in 0..random.below(4) {
                    let action = random.one(&["allow", "deny"]);
                    let cidr =
                        random.one(&["0.0.0.0/0", "10.0.0.0/8", "192.0.2.0/24", "::/0", "10.0.1.0/24"]);
                    let traffic = traffic(random);
                    let _ = writeln!(
                        text,
                        "  {direction} {} {action} {traffic} {preposition} {cidr}",
                        10 + number
                    );
                }
                if random.percent(85) {
                    let _ = writeln!(text, "  {direction} 100 allow all {preposition} 0.0.0.0/0");
                    let _ = writeln!(text, "  {direction} 101 allow all {preposition} ::/0");
                }
            }
        }
    }
}

fn traffic(random: &mut Random) -> &'static str {
    random.one(&[
        "all",
        "all",
        "tcp",
        "udp",
        "tcp 22",
        "tcp 80",
        "tcp 22-443",
        "tcp 1024-65535",
        "udp 53",
        "udp 1024-65535",
        "icmp",
        "icmp type 8",
        "icmpv6",
        "47",
    ])
}
