#!/usr/bin/env python3
"""What a path looks like from a server: traceroute, tracepath, the errors of routers and hosts, a routing loop."""

import re

import harness
from network import ANYWHERE, EXAMPLE, EXAMPLE_V6, LAPTOP, NetworkLab

EVERYWHERE = "::/0"
EVERYTHING = "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}],Ipv6Ranges=[{CidrIpv6=::/0}]"

# Sends a datagram and says what became of it.
DATAGRAM = """
import socket, sys
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.settimeout(1.5)
asked.connect((sys.argv[1], int(sys.argv[2])))
try:
    asked.send(b"anybody?")
    print(asked.recv(100))
except OSError as error:
    print(error)
"""


class Path(NetworkLab):
    def walk(self):
        self.network()
        self.within()
        self.to_the_internet()
        self.through_nat()
        self.errors()
        self.too_big()
        self.through_boxes()
        self.loop()
        self.blackhole()

    def network(self):
        self.step("1. two public subnets, two private ones behind a NAT gateway, and two boxes; both families")
        self.vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        [vpc] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        self.block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        self.gateway = self.attach_gateway(self.vpc)
        self.tables = {name: self.table(self.vpc) for name in ("public", "private", "one", "two")}
        self.route(self.tables["public"], ANYWHERE, "--gateway-id", self.gateway)
        self.route(self.tables["public"], EVERYWHERE, "--gateway-id", self.gateway)
        self.subnets = {
            name: self.dual(number, table)
            for number, (name, table) in enumerate(
                [("web", "public"), ("mate", "public"), ("app", "private"), ("one", "one"), ("two", "two")]
            )
        }
        self.group = self.default_group(self.vpc)
        self.allow(self.group, EVERYTHING)
        self.servers = {name: self.launch(name, subnet, self.group) for name, subnet in self.subnets.items()}
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        described = {name: self.describe(id) for name, id in self.servers.items()}
        self.v4 = {name: it["PrivateIpAddress"] for name, it in described.items()}
        self.v6 = {name: it["Ipv6Address"] for name, it in described.items()}
        self.interface = {name: it["NetworkInterfaces"][0]["NetworkInterfaceId"] for name, it in described.items()}
        address = self.ec2("allocate-address", "--domain", "vpc")
        self.ec2("associate-address", "--allocation-id", address["AllocationId"], "--instance-id", self.servers["web"])
        made = self.ec2(
            "create-nat-gateway",
            "--subnet-id",
            self.subnets["mate"],
            "--allocation-id",
            self.ec2("allocate-address", "--domain", "vpc")["AllocationId"],
        )["NatGateway"]
        self.nat = made["NatGatewayId"]
        self.ec2("wait", "nat-gateway-available", "--nat-gateway-ids", self.nat)
        [shown] = self.ec2("describe-nat-gateways", "--nat-gateway-ids", self.nat)["NatGateways"]
        self.nat_address = shown["NatGatewayAddresses"][0]["PrivateIp"]
        self.route(self.tables["private"], ANYWHERE, "--nat-gateway-id", self.nat)

    def dual(self, number, table):
        subnet = self.subnet(
            self.vpc,
            f"10.0.{number}.0/24",
            "a",
            self.tables[table],
            "--ipv6-cidr-block",
            self.sixty_four(self.block, number),
        )
        self.ec2("modify-subnet-attribute", "--subnet-id", subnet, "--assign-ipv6-address-on-creation")
        return subnet

    def hops(self, server, address, *options):
        """The addresses that traceroute shows, one a hop; `*` for one that says nothing."""
        words = ["traceroute", "-n", "-q", "1", "-w", "3", "-N", "1", "-m", "8", *options, address]
        shown = self.inside(server, *words)
        self.sees(shown.code, 0, shown)
        return [line.split()[1] for line in shown.out.splitlines()[1:]]

    def every_way(self, server, address, expected, kinds=((), ("-I",), ("-T", "-p", "22"))):
        for options in kinds:
            self.sees(
                self.hops(server, address, *options),
                expected,
                f"traceroute {' '.join(options)} {address} from {server}",
            )

    def within(self):
        self.step(
            "2. inside a VPC every server is one hop away, in the same subnet or another: the router is invisible"
        )
        for address in (self.v4["mate"], self.v6["mate"], self.v4["app"]):
            self.every_way("web", address, [address])
        shown = self.inside("web", "tracepath", "-n", self.v4["mate"]).out
        self.holds(re.search(rf"\b1:\s+{re.escape(self.v4['mate'])}\s.*reached", shown), shown)
        self.holds("pmtu 9001" in shown and "pmtu 1500" not in shown, shown)

    def to_the_internet(self):
        self.step("3. nor is the internet gateway a hop; it carries 1500 bytes, and the subnet's router says so")
        for address in (EXAMPLE, EXAMPLE_V6):
            self.every_way("web", address, [address], kinds=((), ("-I",), ("-T", "-p", "80")))
        shown = self.inside("web", "tracepath", "-n", "-p", "33434", EXAMPLE).out
        self.holds(re.search(r"\b1:\s+10\.0\.0\.1\s.*pmtu 1500", shown), shown)
        self.holds(re.search(rf"\b1:\s+{re.escape(EXAMPLE)}\s.*reached", shown) and "Resume: pmtu 1500" in shown, shown)
        shown = self.inside("web", "tracepath", "-n", "-6", "-p", "33434", EXAMPLE_V6).out
        self.holds(re.search(r"\b1:\s+\S+::1\s.*pmtu 1500", shown) and "Resume: pmtu 1500" in shown, shown)

    def through_nat(self):
        self.step("4. the NAT gateway is a hop, under its private address")
        self.every_way("app", EXAMPLE, [self.nat_address, EXAMPLE], kinds=((), ("-I",), ("-T", "-p", "80")))
        shown = self.inside("app", "tracepath", "-n", "-p", "33434", EXAMPLE).out
        self.holds(re.search(rf"\b1:\s+{re.escape(self.nat_address)}\s", shown), shown)
        self.holds(re.search(rf"\b2:\s+{re.escape(EXAMPLE)}\s.*reached", shown) and "Resume: pmtu 1500" in shown, shown)

    def errors(self):
        self.step("5. what a host says of a packet is heard without a rule; what nobody takes is silence, not an error")
        refused = self.group_for("web", [])
        self.holds(
            "Connection refused" in self.inside("web", "python3", "-c", DATAGRAM, self.v4["mate"], "9").out,
            "port unreachable",
        )
        self.holds(
            "Connection refused" in self.inside("web", "python3", "-c", DATAGRAM, EXAMPLE, "9").out,
            "from the internet too",
        )
        self.sees(self.hops("web", EXAMPLE), [EXAMPLE], "traceroute")
        before = self.hamlet.status()["drops"]
        self.holds(
            "timed out" in self.inside("web", "python3", "-c", DATAGRAM, "10.0.1.250", "9").out,
            "nobody has the address",
        )
        self.holds(
            "timed out" in self.inside("web", "python3", "-c", DATAGRAM, "203.0.113.77", "9").out,
            "nobody on the internet has it",
        )
        after = self.hamlet.status()["drops"]
        for reason in ("no-such-address", "no-such-internet-host"):
            self.holds(after.get(reason, 0) > before.get(reason, 0), f"{reason}: {after}")
        gone = self.inside("web", "ping", "-n", "-c", "1", "-W", "1", "10.0.0.250")
        self.holds("Unreachable" in gone.out or gone.code != 0, "in its own subnet nobody answers ARP")
        self.group_for("web", [self.group])
        self.ec2("delete-security-group", "--group-id", refused)

    def group_for(self, server, groups):
        """Gives a server these groups; without any, a new one that lets nothing in."""
        made = None
        if not groups:
            made = self.ec2(
                "create-security-group",
                "--vpc-id",
                self.vpc,
                "--group-name",
                "nothing in",
                "--description",
                "nothing in",
            )["GroupId"]
        self.ec2(
            "modify-network-interface-attribute",
            "--network-interface-id",
            self.interface[server],
            "--groups",
            *(groups or [made]),
        )
        return made

    def too_big(self):
        self.step("6. 9001 bytes inside, 1500 outside: told when it may not be cut, cut when it may")
        ping = lambda server, address, *options: self.inside(
            server, "ping", "-n", "-c", "1", "-W", "5", *options, address
        )
        self.sees(ping("web", self.v4["mate"], "-M", "do", "-s", "8973").code, 0, "9001 bytes")
        self.holds(
            "message too long" in (it := ping("web", self.v4["mate"], "-M", "do", "-s", "8974")).out + it.err,
            "one more",
        )
        told = ping("web", EXAMPLE, "-M", "do", "-s", "1473")
        self.holds(
            "From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1500)" in told.out
            or "mtu=1500" in told.out + told.err,
            told,
        )
        self.sees(ping("web", EXAMPLE, "-M", "do", "-s", "1472").code, 0, "1500 bytes")
        self.sees(ping("web", EXAMPLE, "-M", "dont", "-s", "4000").code, 0, "fragments")
        self.step("   TCP finds its size by itself, through both gateways")
        for server in ("web", "app"):
            page = self.inside(
                server,
                "curl",
                "-sS",
                "-m",
                "5",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "-H",
                f"X-Long: {'x' * 6000}",
                f"http://{EXAMPLE}",
            )
            self.sees(page.out, "200", page)
        self.step("   a network ACL that keeps out ICMP keeps out what routers say, far away and at the subnet")
        [acl] = self.ec2(
            "describe-network-acls", "--filters", f"Name=association.subnet-id,Values={self.subnets['web']}"
        )["NetworkAcls"]
        entry = ("--network-acl-id", acl["NetworkAclId"], "--rule-number", "40", "--ingress")
        self.ec2(
            "create-network-acl-entry",
            *entry,
            "--protocol",
            "icmp",
            "--icmp-type-code",
            "Type=-1,Code=-1",
            "--rule-action",
            "deny",
            "--cidr-block",
            ANYWHERE,
        )
        self.inside("web", "ip", "route", "flush", "cache")
        told = ping("web", LAPTOP, "-M", "do", "-s", "3000")
        self.holds(told.code != 0 and "mtu" not in told.out + told.err, told)
        self.holds(
            "timed out" in self.inside("web", "python3", "-c", DATAGRAM, EXAMPLE, "9").out,
            "the host's error does not come in",
        )
        self.ec2("delete-network-acl-entry", *entry)

    def through_boxes(self):
        self.step("7. servers that forward are hops: one towards the other subnet, and another one on the way back")
        for box in ("one", "two"):
            self.inside(
                box,
                "sh",
                "-c",
                "cd /proc/sys/net/ipv4; echo 1 > ip_forward; echo 0 > conf/all/rp_filter; echo 0 > icmp_ratelimit",
                check=True,
            )
            self.ec2(
                "modify-network-interface-attribute",
                "--network-interface-id",
                self.interface[box],
                "--no-source-dest-check",
            )
        web, app = self.table(self.vpc), self.table(self.vpc)
        self.use(web, "web")
        self.use(app, "app")
        self.route(web, "10.0.2.0/24", "--network-interface-id", self.interface["one"])
        self.route(app, "10.0.0.0/24", "--network-interface-id", self.interface["two"])
        self.every_way("web", self.v4["app"], [self.v4["one"], self.v4["app"]])
        self.every_way("app", self.v4["web"], [self.v4["two"], self.v4["web"]])
        self.step("   their errors are heard without a rule, also of the one that never saw the question")
        closed = self.group_for("web", [])
        self.every_way("web", self.v4["app"], [self.v4["one"], self.v4["app"]])
        self.group_for("web", [self.group])
        self.ec2("delete-security-group", "--group-id", closed)
        self.around = web

    def use(self, table, server):
        self.ec2(
            "replace-route-table-association", "--association-id", self.association(server), "--route-table-id", table
        )

    def association(self, server):
        found = self.ec2(
            "describe-route-tables", "--filters", f"Name=association.subnet-id,Values={self.subnets[server]}"
        )["RouteTables"]
        [own] = [it for table in found for it in table["Associations"] if it.get("SubnetId") == self.subnets[server]]
        return own["RouteTableAssociationId"]

    def loop(self):
        self.step(
            "8. two boxes that send a packet to each other: it dies when its time is over, and one of them says so"
        )
        self.route(self.tables["one"], "10.0.2.0/24", "--network-interface-id", self.interface["two"])
        self.route(self.tables["two"], "10.0.2.0/24", "--network-interface-id", self.interface["one"])
        ports = lambda: {it["name"]: it["packets_out"] for it in self.hamlet.status()["ports"]}
        crossed = []
        # A busy machine takes so long that other packets of theirs are counted, too.
        while not any(60 <= it <= 70 for it in crossed):
            self.holds(len(crossed) < 3, f"64 times to and fro: {crossed}")
            before = ports()
            lost = self.inside("web", "ping", "-n", "-c", "1", "-W", "2", "-t", "64", self.v4["app"])
            self.holds("Time to live exceeded" in lost.out, lost)
            crossed.append(sum(ports()[box] - before[box] for box in ("one", "two")))
        self.sees(
            self.hops("web", self.v4["app"])[:4],
            [self.v4["one"], self.v4["two"], self.v4["one"], self.v4["two"]],
            "traceroute in the loop",
        )
        told = self.trace("web", "app", "icmp")
        self.sees((told["reachable"], told["dropped"]), (False, "routing-loop"), told["text"])

    def blackhole(self):
        self.step(
            "9. a route to a box that has stopped is a blackhole, and the traffic dies in silence; back, it goes on"
        )
        self.ec2("delete-route", "--route-table-id", self.tables["one"], "--destination-cidr-block", "10.0.2.0/24")
        self.holds(self.ping("web", self.v4["app"]), "through the boxes")
        self.ec2("stop-instances", "--instance-ids", self.servers["one"])
        self.ec2("wait", "instance-stopped", "--instance-ids", self.servers["one"])
        self.sees(self.state_of_route(self.around, "10.0.2.0/24"), "blackhole")
        self.holds(not self.ping("web", self.v4["app"]), "dropped, although the local route would lead there")
        blocked = self.trace("web", "app", "icmp")
        self.sees((blocked["reachable"], blocked["explanation_code"]), (False, "BAD_STATE_ROUTE"))
        self.ec2("delete-route", "--route-table-id", self.around, "--destination-cidr-block", "10.0.2.0/24")
        self.holds(self.ping("web", self.v4["app"]), "by the local route there, by the other box back")


if __name__ == "__main__":
    harness.run(Path)
