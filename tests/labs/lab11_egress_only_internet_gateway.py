#!/usr/bin/env python3
"""Lab 11: IPv6. Out by an egress-only internet gateway, both ways by an internet gateway; and a subnet without IPv4."""

import ipaddress

import harness
from harness import REGION
from network import EXAMPLE_V6, LAPTOP_V6, NetworkLab

EVERYWHERE = "::/0"
ROUTER = "fe80::ec:2ff:fe00:1"
# Router advertisements and neighbour advertisements for the router's address, to a neighbour and to all.
ROGUE = """
import socket, sys
neighbour, router = sys.argv[1:]
own = bytes.fromhex("0201" + open("/sys/class/net/ens5/address").read().strip().replace(":", ""))
advertisement = bytes([134, 0, 0, 0, 64, 0, 7, 8]) + bytes(8) + b"\\1" + own[1:]
lie = bytes([136, 0, 0, 0, 0xa0, 0, 0, 0]) + socket.inet_pton(socket.AF_INET6, router) + own
raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
# Else it would be told its own lies, and lose its router for a while.
raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
scope = socket.if_nametoindex("ens5")
for to in (neighbour, "ff02::1"):
    for message in (advertisement, lie):
        raw.sendto(message, (to, 0, 0, scope))
"""


class Lab11EgressOnlyInternetGateway(NetworkLab):
    def walk(self):
        self.dual_stack()
        self.server()
        self.link()
        self.egress_only()
        self.nothing_comes_in()
        self.internet_gateway()
        self.addresses_come_and_go()
        self.rogue()
        self.ipv6_only()
        self.peer()
        self.clean_up()

    def dual_stack(self):
        self.step("1. a VPC and a subnet with both families, and a subnet with IPv6 alone")
        self.vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        [vpc] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        [block] = vpc["Ipv6CidrBlockAssociationSet"]
        self.sees(block["Ipv6CidrBlockState"]["State"], "associated")
        self.block = ipaddress.IPv6Network(block["Ipv6CidrBlock"])
        self.sees(self.block.prefixlen, 56)
        self.prefix, native = list(self.block.subnets(new_prefix=64))[:2]
        self.dual = self.subnet(self.vpc, "10.0.0.0/24", "a", None, "--ipv6-cidr-block", str(self.prefix))
        self.ec2("modify-subnet-attribute", "--subnet-id", self.dual, "--assign-ipv6-address-on-creation")
        made = self.ec2(
            "create-subnet",
            "--vpc-id",
            self.vpc,
            "--ipv6-native",
            "--ipv6-cidr-block",
            str(native),
            "--availability-zone",
            f"{REGION}a",
        )["Subnet"]
        self.native = made["SubnetId"]
        self.sees((made["Ipv6Native"], made["AssignIpv6AddressOnCreation"]), (True, True))
        self.main = self.main_table(self.vpc)
        for destination in ("10.0.0.0/16", str(self.block)):
            self.sees(self.state_of_route(self.main, destination), "active", "the local route")
        self.group = self.default_group(self.vpc)
        [group] = self.ec2("describe-security-groups", "--group-ids", self.group)["SecurityGroups"]
        self.sees(
            [it["CidrIpv6"] for rule in group["IpPermissionsEgress"] for it in rule["Ipv6Ranges"]],
            [EVERYWHERE],
            "what the default group lets out",
        )

    def server(self):
        self.step("2. a server there gets an address of each family")
        self.web = self.launch("web", self.dual, self.group)
        self.wait_running(self.web)
        self.booted(self.web)
        instance = self.describe(self.web)
        self.address = instance["Ipv6Address"]
        self.holds(ipaddress.IPv6Address(self.address) in self.prefix, f"{self.address} is of the subnet")
        [shown] = instance["NetworkInterfaces"][0]["Ipv6Addresses"]
        self.sees(shown["Ipv6Address"], self.address)
        self.holds("PublicIpAddress" not in instance, "no public IPv4 address")

    def global_addresses(self, server):
        shown = self.inside(server, "ip", "-6", "-o", "address", "show", "scope", "global", "dev", "ens5").out
        return {line.split()[3] for line in shown.splitlines()}

    def link(self):
        self.step("   inside: the address is a DHCPv6 lease of its own, the default route the router's advertisement")
        harness.wait_for("the address", lambda: self.global_addresses("web") == {f"{self.address}/128"}, 10)
        routes = self.inside("web", "ip", "-6", "route", "show", "default").out
        self.holds(f"via {ROUTER} dev ens5" in routes, routes)
        self.sees(
            self.inside("web", "dig", "+short", "@fd00:ec2::253", "example.com", "AAAA").out.strip(),
            EXAMPLE_V6,
            "the resolver's IPv6 address",
        )
        self.step("   there is no default route in the VPC yet")
        self.holds(not self.ping("web", EXAMPLE_V6), "no way out")
        blocked = self.trace("web", EXAMPLE_V6, "icmp")
        self.sees((blocked["reachable"], blocked["explanation_code"]), (False, "NO_ROUTE_TO_DESTINATION"))

    def egress_only(self):
        self.step("3. ::/0 to an egress-only internet gateway: the server reaches the internet, under its own address")
        made = self.ec2("create-egress-only-internet-gateway", "--vpc-id", self.vpc)["EgressOnlyInternetGateway"]
        self.sees(made["Attachments"], [{"State": "attached", "VpcId": self.vpc}])
        self.eigw = made["EgressOnlyInternetGatewayId"]
        self.route(self.main, EVERYWHERE, "--egress-only-internet-gateway-id", self.eigw)
        self.holds(self.ping("web", EXAMPLE_V6), "echoes are answered")
        page = self.inside("web", "curl", "-6", "-sS", "-m", "5", "-i", "http://example.com")
        self.holds(page.code == 0 and " 200 OK" in page.out.splitlines()[0] and "<html" in page.out, page)
        self.sees(self.visitor("web", LAPTOP_V6), self.address, "whom the other side sees")
        self.step("   1500 bytes and no more, which the router says")
        told = self.inside("web", "ping", "-6", "-n", "-c", "1", "-W", "5", "-M", "do", "-s", "2000", EXAMPLE_V6)
        self.holds("Packet too big: mtu=1500" in told.out, told)

    def nothing_comes_in(self):
        self.step("4. nothing from the internet can open a connection to it, although its group would let it in")
        self.allow(self.group, "IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]")
        before = self.hamlet.status()["drops"].get("egress-only", 0)
        self.holds(not self.laptop_ping(self.address), "no echo")
        tried = self.laptop("curl", "-sS", "-m", "2", f"http://[{self.address}]:22")
        self.sees(tried.code, 28, f"a timeout: {tried}")
        drops = self.hamlet.status()["drops"]
        self.holds(drops.get("egress-only", 0) >= before + 3, f"counted under its name: {drops}")
        self.blocked_by(self.eigw, "laptop", "web", "tcp/22")

    def internet_gateway(self):
        self.step("5. with an internet gateway instead, it can")
        self.gateway = self.attach_gateway(self.vpc)
        self.holds(
            not self.laptop_ping(self.address),
            "its answers still leave by the egress-only gateway, which did not see the question",
        )
        self.ec2(
            "replace-route",
            "--route-table-id",
            self.main,
            "--destination-ipv6-cidr-block",
            EVERYWHERE,
            "--gateway-id",
            self.gateway,
        )
        self.holds(self.laptop_ping(self.address), "echoes are answered")
        banner = self.laptop("curl", "-sS", "-m", "2", "--http0.9", "-o", "-", f"http://[{self.address}]:22")
        self.holds("SSH-2.0" in banner.out, f"sshd answers: {banner}")
        answer = self.trace("laptop", "web", "tcp/22")
        self.holds(answer["reachable"], answer["text"])
        self.holds(self.ping("web", EXAMPLE_V6), "and out as before")
        self.step("   a group without an IPv6 rule lets no IPv6 in, whatever it says of IPv4")
        self.ec2(
            "revoke-security-group-ingress",
            "--group-id",
            self.group,
            "--ip-permissions",
            "IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]",
        )
        self.allow(self.group, "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]")
        self.holds(not self.laptop_ping(self.address), "dropped")
        self.blocked_by(self.group, "laptop", "web", "tcp/22")

    def addresses_come_and_go(self):
        self.step("6. an address assigned to the running server appears in it")
        [interface] = self.describe(self.web)["NetworkInterfaces"]
        self.eni = interface["NetworkInterfaceId"]
        made = self.ec2("assign-ipv6-addresses", "--network-interface-id", self.eni, "--ipv6-address-count", "1")
        [second] = made["AssignedIpv6Addresses"]
        both = {f"{self.address}/128", f"{second}/128"}
        harness.wait_for("the second address", lambda: self.global_addresses("web") == both, 10)
        self.step("   and goes when it is taken away")
        self.ec2("unassign-ipv6-addresses", "--network-interface-id", self.eni, "--ipv6-addresses", second)
        harness.wait_for("its end", lambda: self.global_addresses("web") == {f"{self.address}/128"}, 10)

    def rogue(self):
        self.step("7. a server that advertises itself as the router, and lies about neighbours, reaches nobody")
        self.mate = self.launch("mate", self.dual, self.group)
        self.wait_running(self.mate)
        self.booted(self.mate)
        harness.wait_for("its address", lambda: self.global_addresses("mate"), 10)
        [line] = self.inside(
            "mate", "ip", "-6", "-o", "address", "show", "scope", "link", "dev", "ens5"
        ).out.splitlines()
        link_local = line.split()[3].split("/")[0]
        [interface] = self.describe(self.mate)["NetworkInterfaces"]
        self.inside(
            "web", "ip", "neigh", "replace", link_local, "lladdr", interface["MacAddress"], "dev", "ens5", check=True
        )
        before = self.hamlet.status()["drops"].get("announcement", 0)
        self.inside("web", "python3", "-c", ROGUE, link_local, ROUTER, check=True)
        drops = self.hamlet.status()["drops"]
        self.holds(drops.get("announcement", 0) >= before + 4, f"all four messages were dropped: {drops}")
        routes = self.inside("mate", "ip", "-6", "route", "show", "default").out
        self.holds(len(routes.splitlines()) == 1 and f"via {ROUTER} " in routes, f"one router, the right one: {routes}")
        self.holds(self.ping("mate", EXAMPLE_V6), "and its way out is as before")

    def ipv6_only(self):
        self.step("8. a server without IPv4: names, metadata and boot over IPv6")
        self.six = self.launch(
            "six", self.native, self.group, "--metadata-options", "HttpTokens=required,HttpProtocolIpv6=enabled"
        )
        self.wait_running(self.six)
        self.booted(self.six)
        instance = self.describe(self.six)
        self.holds("PrivateIpAddress" not in instance, "no IPv4 address")
        self.sees(instance["PrivateDnsName"], f"{self.six}.{REGION}.compute.internal")
        self.sees(self.inside("six", "cat", "/etc/resolv.conf").out.splitlines()[-1], "nameserver fd00:ec2::253")
        metadata = "http://[fd00:ec2::254]/latest"
        token = self.inside(
            "six",
            "curl",
            "-sS",
            "-m",
            "5",
            "-X",
            "PUT",
            "-H",
            "X-aws-ec2-metadata-token-ttl-seconds: 60",
            f"{metadata}/api/token",
        ).out
        shown = self.inside(
            "six",
            "curl",
            "-sS",
            "-m",
            "5",
            "-H",
            f"X-aws-ec2-metadata-token: {token}",
            f"{metadata}/meta-data/instance-id",
        ).out
        self.sees(shown, self.six, "what the metadata says on IPv6")
        closed = self.inside("web", "curl", "-sS", "-m", "2", f"{metadata}/meta-data/")
        self.holds(closed.code != 0, f"on an instance where HttpProtocolIpv6 is disabled: {closed}")
        page = self.inside(
            "six", "curl", "-sS", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", "http://example.com"
        )
        self.sees(page.out, "200", page)
        self.sees(
            self.inside("six", "dig", "+tcp", "+short", "example.com", "AAAA").out.strip(),
            EXAMPLE_V6,
            "the resolver over TCP",
        )
        self.allow(self.group, f"IpProtocol=icmpv6,FromPort=-1,ToPort=-1,Ipv6Ranges=[{{CidrIpv6={self.block}}}]")
        self.holds(self.ping("six", self.address), "and to the other subnet")

    def peer(self):
        self.step(
            "9. over a peering connection: each family by its own routes, untranslated, in 9001 bytes, and no further"
        )
        self.other = self.make_vpc("10.8.0.0/16", "--amazon-provided-ipv6-cidr-block")
        [vpc] = self.ec2("describe-vpcs", "--vpc-ids", self.other)["Vpcs"]
        block = ipaddress.IPv6Network(vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"])
        self.others = self.subnet(
            self.other, "10.8.0.0/24", "a", None, "--ipv6-cidr-block", str(next(block.subnets(new_prefix=64)))
        )
        group = self.default_group(self.other)
        self.allow(group, f"IpProtocol=-1,Ipv6Ranges=[{{CidrIpv6={self.block}}}]")
        self.far = self.launch("far", self.others, group, "--ipv6-address-count", "1")
        self.wait_running(self.far)
        self.booted(self.far)
        far = self.describe(self.far)
        harness.wait_for("its address", lambda: self.global_addresses("far"), 10)
        made = self.ec2("create-vpc-peering-connection", "--vpc-id", self.vpc, "--peer-vpc-id", self.other)[
            "VpcPeeringConnection"
        ]
        self.peering = made["VpcPeeringConnectionId"]
        self.route(self.main, str(block), "--vpc-peering-connection-id", self.peering)
        self.route(self.main_table(self.other), str(self.block), "--vpc-peering-connection-id", self.peering)
        self.holds(not self.ping("web", far["Ipv6Address"]), "while it waits to be accepted, its routes are blackholes")
        self.ec2("accept-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)
        [shown] = self.ec2("describe-vpc-peering-connections", "--vpc-peering-connection-ids", self.peering)[
            "VpcPeeringConnections"
        ]
        self.sees(shown["AccepterVpcInfo"]["Ipv6CidrBlockSet"], [{"Ipv6CidrBlock": str(block)}])
        for server in ("web", "six"):
            self.holds(self.ping(server, far["Ipv6Address"]), f"{server} reaches it")
        whole = self.inside(
            "web", "ping", "-6", "-n", "-c", "1", "-W", "5", "-t", "1", "-M", "do", "-s", "8953", far["Ipv6Address"]
        )
        self.sees(whole.code, 0, f"9001 bytes in one hop: {whole}")
        self.holds(not self.ping("web", far["PrivateIpAddress"]), "there is no route for IPv4")
        self.route(self.main_table(self.other), EVERYWHERE, "--vpc-peering-connection-id", self.peering)
        self.holds(not self.ping("far", EXAMPLE_V6), "the peer's gateways are the peer's")
        blocked = self.blocked_by(self.peering, "far", EXAMPLE_V6, "icmp")
        self.sees(blocked["explanation_code"], "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")
        self.ec2("delete-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)
        self.holds(not self.ping("web", far["Ipv6Address"]), "deleted")

    def clean_up(self):
        self.step("10. clean-up leaves an empty account")
        self.terminate(self.web, self.mate, self.six, self.far)
        self.ec2("delete-subnet", "--subnet-id", self.others)
        self.ec2("delete-vpc", "--vpc-id", self.other)
        self.ec2("delete-egress-only-internet-gateway", "--egress-only-internet-gateway-id", self.eigw)
        self.ec2("detach-internet-gateway", "--internet-gateway-id", self.gateway, "--vpc-id", self.vpc)
        self.ec2("delete-internet-gateway", "--internet-gateway-id", self.gateway)
        for subnet in (self.dual, self.native):
            self.ec2("delete-subnet", "--subnet-id", subnet)
        self.ec2("delete-vpc", "--vpc-id", self.vpc)
        self.sees(self.hamlet.status()["resources"], {}, "what `hamlet status` counts afterwards")


if __name__ == "__main__":
    harness.run(Lab11EgressOnlyInternetGateway)
