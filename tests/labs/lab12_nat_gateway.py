#!/usr/bin/env python3
"""Lab 12: NAT gateways. Private servers reach the internet, and nothing comes in; a private NAT gateway too."""

import contextlib
import ipaddress
import subprocess
import time

import harness
from harness import REGION
from network import ANYWHERE, EXAMPLE, LAPTOP, NetworkLab

# The laptop's address in the last 32 bits of one that stands for it.
LAPTOP_HEX = "c633:640a"
ECHO = """
import hashlib, socket, sys
listener = socket.create_server(("0.0.0.0", 8081))
print("listening", flush=True)
connection = listener.accept()[0]
data = b""
while len(data) < int(sys.argv[1]):
    data += connection.recv(65536)
connection.sendall(data)
print(hashlib.sha256(data).hexdigest(), flush=True)
connection.recv(1)
"""
SEND = """
import hashlib, os, socket, sys, threading
data, back = os.urandom(int(sys.argv[2])), b""
connection = socket.create_connection((sys.argv[1], 8081), timeout=20)
threading.Thread(target=connection.sendall, args=(data,)).start()
while len(back) < len(data):
    back += connection.recv(65536)
print(hashlib.sha256(data).hexdigest(), hashlib.sha256(back).hexdigest())
"""
# Sends every datagram back, but for those that ask for no answer.
DATAGRAMS = """
import select, socket
listeners = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
for port, listener in zip((8082, 8083), listeners):
    listener.bind(("0.0.0.0", port))
print("listening", flush=True)
while True:
    for listener in select.select(listeners, [], [])[0]:
        data, sender = listener.recvfrom(65536)
        if data != b"no answer":
            listener.sendto(data, sender)
"""
# One datagram from each of so many ports. A link that is full drops some.
FLOOD = """
import socket, sys, time
address, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for port in range(first, first + count):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("", port))
        sender.sendto(b"no answer", (address, 8082))
    if port % 500 == 0:
        time.sleep(0.005)
"""
# How often at most, on a machine with other things to do.
FLOODS_MAX = 20
ONE = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
    asker.bind(("", int(sys.argv[2])))
    asker.settimeout(1)
    asker.sendto(b"anybody?", (sys.argv[1], int(sys.argv[3])))
    sys.exit(asker.recv(100) != b"anybody?")
"""
# The first one is too large for the way, which its sender learns by that. It says its own address, for which alone the
# kernel of an instance with several routing tables remembers a path's MTU.
ASK = """
import os, socket, sys
route = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
route.connect((sys.argv[1], 8083))
asker = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
asker.bind((route.getsockname()[0], 0))
asker.settimeout(1)
data = os.urandom(4000)
for attempt in range(10):
    try:
        asker.sendto(data, (sys.argv[1], 8083))
        print(len(data), "bytes came back", "whole" if asker.recv(65536) == data else "changed")
        break
    except OSError as error:
        print(error, file=sys.stderr)
"""
REFUSED = """
import socket, sys
asker = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
asker.settimeout(5)
asker.connect((sys.argv[1], 9))
asker.send(b"anybody?")
try:
    asker.recv(1)
except OSError as error:
    print(error)
"""


class Lab12NatGateway(NetworkLab):
    # What AWS calls a minute is two seconds.
    options = ("--flow-log-minute", "2")

    def walk(self):
        self.two_zones()
        self.gateway()
        self.out()
        self.hop()
        self.nothing_comes_in()
        self.what_is_counted()
        self.in_minutes()
        self.all_ports_taken()
        self.what_is_not_translated()
        self.ipv6_to_ipv4()
        self.private_gateway()
        self.without_gateway()
        self.clean_up()

    def two_zones(self):
        self.step("1. two zones, each with a public and a private subnet")
        self.vpc = self.make_vpc("10.0.0.0/16")
        self.internet_gateway = self.attach_gateway(self.vpc)
        self.main = self.main_table(self.vpc)
        self.public_table = self.table(self.vpc)
        self.route(self.public_table, ANYWHERE, "--gateway-id", self.internet_gateway)
        self.public = self.subnet(self.vpc, "10.0.0.0/24", "a", self.public_table)
        self.private = [self.subnet(self.vpc, "10.0.1.0/24", "a"), self.subnet(self.vpc, "10.0.2.0/24", "b")]
        self.group = self.default_group(self.vpc)
        # The gateway has no group and the servers' groups let in what they like: what stays out, the gateway keeps out.
        self.allow(self.group, "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]")
        self.servers = [
            self.launch(name, subnet, self.group) for name, subnet in zip(("one", "two"), self.private, strict=True)
        ]
        self.wait_running(*self.servers)
        self.booted(*self.servers)
        self.holds("PublicIpAddress" not in self.describe(self.servers[0]), "no public address")
        self.holds(not self.ping("one", EXAMPLE), "no way out yet")

    def gateway(self):
        self.step("2. a NAT gateway in the public subnet, with an Elastic IP")
        self.refused(
            "MissingParameter",
            "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
            "create-nat-gateway",
            "--subnet-id",
            self.public,
        )
        address = self.ec2("allocate-address", "--domain", "vpc")
        self.allocation, self.public_ip = address["AllocationId"], address["PublicIp"]
        made = self.ec2("create-nat-gateway", "--subnet-id", self.public, "--allocation-id", self.allocation)[
            "NatGateway"
        ]
        self.nat = made["NatGatewayId"]
        self.sees((made["State"], made["ConnectivityType"]), ("pending", "public"))
        self.ec2("wait", "nat-gateway-available", "--nat-gateway-ids", self.nat)
        [shown] = self.ec2("describe-nat-gateways", "--nat-gateway-ids", self.nat)["NatGateways"]
        [address] = shown["NatGatewayAddresses"]
        self.sees(
            (address["AllocationId"], address["PublicIp"], address["Status"]),
            (self.allocation, self.public_ip, "succeeded"),
        )
        self.private_ip = address["PrivateIp"]
        [interface] = self.ec2("describe-network-interfaces", "--network-interface-ids", address["NetworkInterfaceId"])[
            "NetworkInterfaces"
        ]
        self.sees(
            (interface["InterfaceType"], interface["Description"], interface["SourceDestCheck"], interface["Groups"]),
            ("nat_gateway", f"Interface for NAT Gateway {self.nat}", False, []),
        )
        self.step("   the private subnets' route to it")
        self.route(self.main, ANYWHERE, "--nat-gateway-id", self.nat)

    def out(self):
        self.step("3. both private servers reach the internet, and are seen there as the gateway's address")
        for server in ("one", "two"):
            self.holds(self.ping(server, EXAMPLE), f"{server}: echoes through the gateway")
            page = self.inside(
                server, "curl", "-sS", "-m", "10", "-o", "/dev/null", "-w", "%{http_code}", "http://example.com"
            )
            self.sees(page.out, "200", f"{server}: {page}")
            self.sees(
                self.inside(server, "dig", "+short", "+tries=1", "@192.0.2.53", "example.com", "A").out.strip(),
                EXAMPLE,
                f"{server}: UDP",
            )
            self.sees(self.visitor(server), self.public_ip, "whom the other side sees")
        self.step("   the packet's way, stage by stage")
        way = self.trace("one", "example.com", "tcp/80")
        self.holds(way["reachable"], way["text"])
        stages = [(it["stage"], it["at"]) for it in way["steps"]]
        self.holds(("nat gateway", self.nat) in stages, way["text"])
        self.holds(("internet gateway", self.internet_gateway) in stages, way["text"])

    def hop(self):
        self.step("   the gateway is a visible hop, the VPC's router is not")
        first = self.inside("one", "ping", "-n", "-c", "1", "-t", "1", "-W", "5", EXAMPLE)
        self.holds(f"From {self.private_ip} icmp_seq=1 Time to live exceeded" in first.out, first)
        second = self.inside("one", "ping", "-n", "-c", "1", "-t", "2", "-W", "5", EXAMPLE)
        self.sees(second.code, 0, f"the second hop is the site: {second}")
        self.sees(self.hops("one", EXAMPLE), [self.private_ip, EXAMPLE], "traceroute")
        neighbour = self.describe(self.servers[1])["PrivateIpAddress"]
        self.sees(
            self.inside("one", "ping", "-n", "-c", "1", "-t", "1", "-W", "5", neighbour).code,
            0,
            "one hop to the other subnet",
        )

    def hops(self, server, address):
        """The routers that traceroute finds, and where it ends."""
        said = self.inside(
            server, "/usr/sbin/traceroute", "-n", "-q", "1", "-w", "2", "-m", "4", address, check=True
        ).out
        return [line.split()[1] for line in said.splitlines()[1:]]

    def nothing_comes_in(self):
        self.step("4. nothing comes in: no echo, no connection, and the drop has a name")
        before = self.hamlet.status()["drops"].get("nat-unsolicited", 0)
        self.holds(not self.laptop_ping(self.public_ip), "the gateway answers no echo on its Elastic IP")
        self.holds(not self.ping("one", self.private_ip), "nor on its private address")
        tried = self.laptop("curl", "-sS", "-m", "2", f"http://{self.public_ip}:22")
        self.sees(tried.code, 28, f"a timeout: {tried}")
        drops = self.hamlet.status()["drops"]
        self.holds(drops.get("nat-unsolicited", 0) >= before + 4, f"counted under its name: {drops}")
        blocked = self.blocked_by(self.nat, "laptop", self.public_ip, "tcp/22")
        self.holds("no connection from inside is answered" in blocked["text"], blocked["text"])

    def metrics(self, resource):
        """What a NAT gateway or an interface has counted, by AWS's names."""
        return {it["metric"]: it["value"] for it in self.hamlet.metrics() if it["resource"] == resource}

    def what_is_counted(self):
        self.step("   what the gateway has counted, under the names of its CloudWatch metrics")
        before = self.metrics(self.nat)
        # Two times curl, to the site and to the listener, from each server; all were answered.
        self.sees(before["ConnectionAttemptCount"], 4)
        self.sees(before["ConnectionEstablishedCount"], 4)
        self.holds(before["BytesInFromDestination"] > before["BytesInFromSource"] > 0, before)
        self.sees(before["PacketsDropCount"], 2, "ping's and traceroute's packets whose time to live ran out")
        self.sees(before["PacketsOutToDestination"], before["PacketsInFromSource"] - 2)
        self.sees(before["BytesOutToDestination"], before["BytesInFromSource"] - 84 - 60)
        self.holds(before["PacketsOutToSource"] < before["PacketsInFromDestination"], f"what came unasked: {before}")
        self.sees((before["ErrorPortAllocation"], before["IdleTimeoutCount"]), (0, 0))
        self.inside("one", "ping", "-n", "-c", "3", "-i", "0.2", "-s", "100", EXAMPLE, check=True)
        after = self.metrics(self.nat)
        grown = {name: after[name] - before[name] for name in after}
        self.sees((grown["PacketsInFromSource"], grown["PacketsOutToSource"]), (3, 3))
        self.sees((grown["BytesInFromSource"], grown["BytesOutToSource"]), (3 * 128, 3 * 128))
        self.sees(grown["ConnectionAttemptCount"], 0, "an echo is no connection")
        interface = self.describe(self.servers[0])["NetworkInterfaces"][0]["NetworkInterfaceId"]
        shown = self.metrics(interface)
        self.sees((shown["conntrack_allowance_exceeded"], shown["linklocal_allowance_exceeded"]), (0, 0))
        self.holds(0 < shown["conntrack_allowance_available"] < 1_000_000, shown)
        table = self.hamlet.hamlet("metrics").out
        self.holds(f"{self.nat}  -  ErrorPortAllocation" in table, table)

    def in_minutes(self):
        self.step("   the same minute by minute, by CloudWatch")

        def sums(namespace, metric, dimension):
            now, which = int(time.time()), f"Name={dimension[0]},Value={dimension[1]}"
            span = ("--start-time", str(now - 3600), "--end-time", str(now + 60), "--period", "3600")
            metric = ("--namespace", namespace, "--metric-name", metric, "--dimensions", which)
            found = self.aws("cloudwatch", "get-metric-statistics", *metric, *span, "--statistics", "Sum")
            return sum(it["Sum"] for it in found["Datapoints"])

        gateway, server = ("NatGatewayId", self.nat), ("InstanceId", self.servers[0])
        counted = lambda: self.metrics(self.nat)["PacketsInFromSource"]
        told = lambda: sums("AWS/NATGateway", "PacketsInFromSource", gateway) == counted()
        harness.wait_for("CloudWatch's sums to be what the gateway has counted", told, 30)
        self.holds(sums("AWS/EC2", "NetworkOut", server) > sums("AWS/EC2", "NetworkPacketsOut", server) > 0, server)
        listed = self.aws("cloudwatch", "list-metrics", "--namespace", "AWS/NATGateway")["Metrics"]
        self.sees({it["MetricName"] for it in listed}, set(self.metrics(self.nat)))

    def all_ports_taken(self):
        self.step("   55,000 connections to one destination, and not one more")
        available = lambda: self.metrics(interface)["conntrack_allowance_available"]
        interface = self.describe(self.servers[0])["NetworkInterfaces"][0]["NetworkInterfaceId"]
        with self.at_laptop(DATAGRAMS):
            for _ in range(FLOODS_MAX):
                self.inside("one", "python3", "-c", FLOOD, LAPTOP, "10000", "55500", check=True, seconds=120)
                refused, tracked = self.metrics(self.nat)["ErrorPortAllocation"], 1_000_000 - available()
                if refused >= 500 and tracked >= 55_000:
                    break
            self.holds(refused >= 500, f"{refused} times there was no port")
            self.holds(55_000 <= tracked <= 55_100, f"{tracked} connections are tracked: those, and a few others")
            self.sees(self.answers("one", 9_999, 8082), False, "a new connection has no port")
            self.holds(self.metrics(self.nat)["ErrorPortAllocation"] > refused, "and is counted")
            self.holds(
                self.hamlet.status()["drops"].get("nat-ports-exhausted", 0) >= 501, "under its name among the drops too"
            )
            self.holds(any(self.answers("one", port, 8082) for port in range(10_000, 10_010)), "old ones go on")
            self.sees(self.answers("one", 9_999, 8083), True, "another destination has ports of its own")
            self.second_address()

    def second_address(self):
        self.step("   a second address brings ports of its own, until it is taken away")
        second = self.ec2("allocate-address")
        added = self.ec2(
            "associate-nat-gateway-address", "--nat-gateway-id", self.nat, "--allocation-ids", second["AllocationId"]
        )
        [address] = added["NatGatewayAddresses"]
        self.sees((address["Status"], address["IsPrimary"]), ("associating", False))
        [shown] = self.ec2("describe-nat-gateways", "--nat-gateway-ids", self.nat)["NatGateways"]
        [primary, address] = shown["NatGatewayAddresses"]
        self.sees((primary["PublicIp"], primary["IsPrimary"]), (self.public_ip, True))
        self.sees((address["PublicIp"], address["Status"]), (second["PublicIp"], "succeeded"))
        self.sees(self.answers("one", 9_998, 8082), True, "a new connection has a port again")
        self.holds(any(self.answers("one", port, 8082) for port in range(10_000, 10_010)), "old ones go on")
        association = ("--association-ids", address["AssociationId"])
        self.ec2("disassociate-nat-gateway-address", "--nat-gateway-id", self.nat, *association)
        self.ec2("release-address", "--allocation-id", second["AllocationId"])
        self.holds(any(self.has_no_port(source) for source in range(9_998, 9_990, -1)), "its ports are gone with it")

    def has_no_port(self, source):
        """Whether a new connection has none, when all are taken. On a busy machine some of those before have timed out
        by now, and so have left a port; the one that gets it keeps it."""
        self.inside("one", "python3", "-c", FLOOD, LAPTOP, "10000", "55500", check=True, seconds=120)
        return not self.answers("one", source, 8082)

    def answers(self, server, source, destination):
        """Whether a datagram from a port to one of the laptop is answered."""
        return self.inside(server, "python3", "-c", ONE, LAPTOP, str(source), str(destination)).code == 0

    def what_is_not_translated(self):
        self.step("   what is too big for the internet: told to the sender, or dropped where it is a fragment of ICMP")
        told = self.inside("one", "ping", "-n", "-c", "1", "-W", "5", "-M", "do", "-s", "2000", EXAMPLE)
        self.holds("Frag needed" in told.out + told.err or "message too long" in told.out + told.err, told)
        fragments = self.inside("one", "ping", "-n", "-c", "1", "-W", "1", "-s", "10000", EXAMPLE)
        self.sees(fragments.code, 1, f"fragments of ICMP are not translated: {fragments}")

    def ipv6_to_ipv4(self):
        self.step("5. NAT64 and DNS64: a server without IPv4 reaches a site that has nothing else")
        self.ec2("associate-vpc-cidr-block", "--vpc-id", self.vpc, "--amazon-provided-ipv6-cidr-block")
        [vpc] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        block = ipaddress.IPv6Network(vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"])
        prefix = str(next(block.subnets(new_prefix=64)))
        made = self.ec2(
            "create-subnet",
            "--vpc-id",
            self.vpc,
            "--ipv6-native",
            "--ipv6-cidr-block",
            prefix,
            "--availability-zone",
            f"{REGION}a",
        )
        self.native = made["Subnet"]["SubnetId"]
        self.route(self.main, "64:ff9b::/96", "--nat-gateway-id", self.nat)
        self.servers.append(
            self.launch(
                "six", self.native, self.group, "--metadata-options", "HttpTokens=required,HttpProtocolIpv6=enabled"
            )
        )
        self.wait_running(self.servers[-1])
        self.booted(self.servers[-1])
        site = "redirect.example.net"
        self.sees(self.inside("six", "dig", "+short", site, "AAAA").out.strip(), "", f"{site} has no IPv6 address")
        self.ec2("modify-subnet-attribute", "--subnet-id", self.native, "--enable-dns64")
        made_up = self.inside("six", "dig", "+short", site, "AAAA").out.strip()
        self.sees(made_up, "64:ff9b::c000:214", "with DNS64 one is made up")
        way = self.trace("six", made_up, "tcp/80")
        self.holds(way["reachable"], way["text"])
        page = self.inside("six", "curl", "-sS", "-m", "5", "-i", f"http://{site}")
        self.holds(page.code == 0 and " 301 " in page.out.splitlines()[0], page)
        self.holds(self.ping("six", made_up), "echoes are answered")
        self.sees(
            self.inside("six", "dig", "+short", "+tries=1", "@64:ff9b::c000:235", "example.com", "A").out.strip(),
            EXAMPLE,
            "UDP",
        )
        self.sees(self.visitor("six", f"64:ff9b::{LAPTOP_HEX}"), self.public_ip, "whom the other side sees")
        self.step("   a hundred thousand bytes each way arrive whole")
        sums = self.transfer("six", f"64:ff9b::{LAPTOP_HEX}", 100_000)
        self.sees(len(set(sums)), 1, f"checksums at both ends: {sums}")
        self.errors_to_ipv6(made_up)

    def errors_to_ipv6(self, site):
        self.step(
            "   ICMP errors become IPv6 too: the gateway is a hop, a closed port refuses, and a large packet "
            "learns the MTU"
        )
        gateway = ipaddress.IPv6Address("64:ff9b::") + int(ipaddress.IPv4Address(self.private_ip))
        first = self.inside("six", "ping", "-n", "-c", "1", "-t", "1", "-W", "5", site)
        self.holds(f"From {gateway} icmp_seq=1 Time exceeded: Hop limit" in first.out, first)
        self.sees(
            self.inside("six", "ping", "-n", "-c", "1", "-t", "2", "-W", "5", site).code,
            0,
            "the second hop is the site",
        )
        self.sees(self.hops("six", site), [str(gateway), site], "traceroute")
        laptop = f"64:ff9b::{LAPTOP_HEX}"
        self.sees(self.inside("six", "python3", "-c", REFUSED, laptop).out.strip(), "[Errno 111] Connection refused")
        large = self.inside("six", "ping", "-n", "-c", "1", "-W", "5", "-M", "do", "-s", "2000", site)
        self.holds("mtu=1520" in large.out + large.err or "message too long, mtu: 1520" in large.out + large.err, large)
        self.step("   datagrams of 4,000 bytes go in fragments, IPv6 on one side and IPv4 on the other")
        # Not to the port for which the gateway may still have no ports.
        with self.at_laptop(DATAGRAMS):
            self.sees(
                self.inside("six", "python3", "-c", ASK, laptop, check=True).out.strip(), "4000 bytes came back whole"
            )

    @contextlib.contextmanager
    def at_laptop(self, script, *arguments):
        """A program that runs on the laptop, once it has said that it listens."""
        command = [*self.user.prefix, self.user.program, "laptop", "--", "python3", "-c", script, *arguments]
        process = subprocess.Popen(
            [str(it) for it in command],
            stdout=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
            env=self.hamlet._own_environment(),
            cwd="/",
            preexec_fn=harness.die_with_parent,
        )
        try:
            self.sees(process.stdout.readline().strip(), "listening")
            yield process
        finally:
            process.kill()
            process.wait()

    def transfer(self, server, address, length):
        """Sends random bytes to the laptop and has them sent back; their checksums at both ends."""
        with self.at_laptop(ECHO, str(length)) as echo:
            there = self.inside(server, "python3", "-c", SEND, address, str(length), check=True).out.split()
            return [*there, echo.stdout.readline().strip()]

    def private_gateway(self):
        self.step("6. a private NAT gateway: a peer that only knows the gateway's address")
        self.peer = self.make_vpc("10.9.0.0/16")
        self.peer_subnet = self.subnet(self.peer, "10.9.0.0/24", "a")
        peering = self.ec2("create-vpc-peering-connection", "--vpc-id", self.vpc, "--peer-vpc-id", self.peer)[
            "VpcPeeringConnection"
        ]
        self.peering = peering["VpcPeeringConnectionId"]
        self.ec2("accept-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)
        self.route(self.main_table(self.peer), "10.0.0.0/24", "--vpc-peering-connection-id", self.peering)
        self.route(self.public_table, "10.9.0.0/16", "--vpc-peering-connection-id", self.peering)
        made = self.ec2("create-nat-gateway", "--subnet-id", self.public, "--connectivity-type", "private")[
            "NatGateway"
        ]
        self.private_nat = made["NatGatewayId"]
        self.ec2("wait", "nat-gateway-available", "--nat-gateway-ids", self.private_nat)
        [shown] = self.ec2("describe-nat-gateways", "--nat-gateway-ids", self.private_nat)["NatGateways"]
        [address] = shown["NatGatewayAddresses"]
        self.holds("PublicIp" not in address and "AllocationId" not in address, address)
        self.route(self.main, "10.9.0.0/16", "--nat-gateway-id", self.private_nat)
        group = self.default_group(self.peer)
        self.allow(group, f"IpProtocol=-1,IpRanges=[{{CidrIp={address['PrivateIp']}/32}}]")
        self.server_of_peer = self.launch("peer", self.peer_subnet, group)
        self.wait_running(self.server_of_peer)
        self.booted(self.server_of_peer)
        there = self.describe(self.server_of_peer)["PrivateIpAddress"]
        self.holds(self.ping("one", there), "the peer's group lets in the gateway's address, and it alone")
        own = self.describe(self.servers[0])["PrivateIpAddress"]
        self.holds(not self.ping("peer", own), "the peer cannot begin: it has no route to the private subnet")
        self.step("   towards the internet a private gateway leads nowhere: it has no public address")
        self.ec2(
            "replace-route",
            "--route-table-id",
            self.main,
            "--destination-cidr-block",
            ANYWHERE,
            "--nat-gateway-id",
            self.private_nat,
        )
        self.holds(not self.ping("one", EXAMPLE), "no reply")
        blocked = self.blocked_by(self.internet_gateway, "one", "example.com", "tcp/80")
        self.sees(blocked["explanation_code"], "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS")
        self.ec2(
            "replace-route",
            "--route-table-id",
            self.main,
            "--destination-cidr-block",
            ANYWHERE,
            "--nat-gateway-id",
            self.nat,
        )
        self.holds(self.ping("one", EXAMPLE), "back through the public one")
        self.failed_gateway()

    def failed_gateway(self):
        self.step("   a gateway that could not be made: its VPC has no internet gateway")
        spare = self.ec2("allocate-address", "--domain", "vpc")["AllocationId"]
        made = self.ec2("create-nat-gateway", "--subnet-id", self.peer_subnet, "--allocation-id", spare)["NatGateway"]
        failed = made["NatGatewayId"]
        [shown] = self.ec2("describe-nat-gateways", "--nat-gateway-ids", failed)["NatGateways"]
        self.sees((shown["State"], shown["FailureCode"]), ("failed", "Gateway.NotAttached"))
        main = self.main_table(self.peer)
        self.route(main, ANYWHERE, "--nat-gateway-id", failed)
        self.sees(self.state_of_route(main, ANYWHERE), "blackhole")
        before = self.hamlet.status()["drops"].get("blackhole-route", 0)
        self.holds(not self.ping("peer", EXAMPLE), "no way out by it")
        drops = self.hamlet.status()["drops"]
        self.holds(drops.get("blackhole-route", 0) >= before + 2, f"counted under its name: {drops}")
        self.ec2("delete-route", "--route-table-id", main, "--destination-cidr-block", ANYWHERE)
        self.ec2("release-address", "--allocation-id", spare)

    def without_gateway(self):
        self.step("7. the gateway deleted: its routes are blackholes, its Elastic IP stays allocated")
        for gateway in (self.nat, self.private_nat):
            self.ec2("delete-nat-gateway", "--nat-gateway-id", gateway)
            self.ec2("wait", "nat-gateway-deleted", "--nat-gateway-ids", gateway)
        self.sees(self.state_of_route(self.main, ANYWHERE), "blackhole")
        self.holds(not self.ping("one", EXAMPLE), "no way out")
        blocked = self.trace("one", "example.com", "tcp/80")
        self.sees((blocked["reachable"], blocked["explanation_code"]), (False, "BAD_STATE_ROUTE"))
        [address] = self.ec2("describe-addresses", "--allocation-ids", self.allocation)["Addresses"]
        self.holds("AssociationId" not in address, address)

    def clean_up(self):
        self.step("8. clean-up leaves an empty account")
        self.terminate(*self.servers, self.server_of_peer)
        self.ec2("release-address", "--allocation-id", self.allocation)
        self.ec2("delete-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)
        self.ec2("detach-internet-gateway", "--internet-gateway-id", self.internet_gateway, "--vpc-id", self.vpc)
        self.ec2("delete-internet-gateway", "--internet-gateway-id", self.internet_gateway)
        for subnet in (self.public, *self.private, self.native, self.peer_subnet):
            self.ec2("delete-subnet", "--subnet-id", subnet)
        self.ec2("delete-route-table", "--route-table-id", self.public_table)
        for vpc in (self.vpc, self.peer):
            self.ec2("delete-vpc", "--vpc-id", vpc)
        self.sees(self.hamlet.status()["resources"], {}, "what `hamlet status` counts afterwards")


if __name__ == "__main__":
    harness.run(Lab12NatGateway)
