#!/usr/bin/env python3
"""Root in a server is hostile: it claims what is not its own, frame by frame; nobody else notices."""

import json
import subprocess

import harness
from network import ANYWHERE, NetworkLab

EACH = 5
# Sends every frame of one kind `EACH` times. Each has a word in it that its victim looks out for.
ROGUE = """
import json, socket, struct, sys
kind, it = sys.argv[1], json.loads(sys.argv[2])
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
raw.bind(("ens5", 0))
WORD = b"from the rogue"
mac = lambda text: bytes.fromhex(text.replace(":", ""))
v4, v6 = socket.inet_aton, lambda text: socket.inet_pton(socket.AF_INET6, text)
own = mac(open("/sys/class/net/ens5/address").read().strip())
router, mate, everyone = mac(it["router_mac"]), mac(it["mate_mac"]), b"\\xff" * 6
ROUTER6 = "fe80::ec:2ff:fe00:1"

def checksum(data):
    data += b"\\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff

def ethernet(to, kind, payload, source=own):
    return to + source + struct.pack("!H", kind) + payload

def ip(protocol, source, to, payload, options=b""):
    begin = struct.pack("!BBHHHBB", 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload), 7, 0, 64, protocol)
    header = lambda sum: begin + struct.pack("!H", sum) + v4(source) + v4(to) + options
    return header(checksum(header(0))) + payload

def udp(source, to, payload):
    return struct.pack("!HHHH", source, to, 8 + len(payload), 0) + payload

def ip6(next, source, to, payload, hops=255):
    return struct.pack("!IHBB", 6 << 28, len(payload), next, hops) + v6(source) + v6(to) + payload

def icmp6(source, to, message):
    pseudo = v6(source) + v6(to) + struct.pack("!II", len(message), 58)
    return message[:2] + struct.pack("!H", checksum(pseudo + message)) + message[4:]

def arp(operation, claimed, target_mac, target, source=own):
    return struct.pack("!HHBBH", 1, 0x800, 6, 4, operation) + source + v4(claimed) + target_mac + v4(target) + WORD

def dhcp(kind):
    addresses = v4("0.0.0.0") + v4("10.0.0.66") + v4(it["own"]) + v4("0.0.0.0")
    fields = struct.pack("!BBBBIHH", 2, 1, 6, 0, 0x12345678, 0, 0x8000) + addresses
    lease = bytes([51, 4, 0, 0, 255, 255, 255])
    options = bytes([53, 1, kind, 54, 4]) + v4(it["own"]) + bytes([3, 4]) + v4(it["own"]) + lease
    return udp(67, 68, fields + mate + bytes(10 + 64 + 128) + bytes([99, 130, 83, 99]) + options + WORD)

link = bytes([2, 1]) + own
advertisement = bytes([134, 0, 0, 0, 64, 0xc0, 7, 8]) + bytes(8) + b"\\1" + link[1:] + b"\\x0e\\2" + WORD
neighbour = lambda claimed: bytes([136, 0, 0, 0, 0xa0, 0, 0, 0]) + v6(claimed) + link + b"\\x0e\\2" + WORD
redirect = bytes([137, 0, 0, 0, 0, 0, 0, 0]) + v6(ROUTER6) + v6("2001:db8::1") + link + b"\\x0e\\2" + WORD
local = it["own_link_local"]
whole = icmp6(local, it["mate6"], advertisement)
options6 = lambda next: bytes([next, 0, 1, 4, 0, 0, 0, 0])
fragment = lambda next, offset, more: struct.pack("!BBHI", next, 0, offset | more, 77)
hidden = options6(58) + whole

FRAMES = {
    "arp": [
        ethernet(everyone, 0x806, arp(2, it["mate"], everyone, it["mate"])),
        ethernet(mate, 0x806, arp(2, it["router"], mate, it["mate"])),
        ethernet(mate, 0x806, arp(2, it["mate"], mate, it["mate"])),
    ],
    "neighbour": [
        ethernet(mate, 0x86dd, ip6(58, local, it["mate6"], icmp6(local, it["mate6"], neighbour(ROUTER6)))),
        ethernet(mate, 0x86dd, ip6(58, it["own6"], it["mate6"], icmp6(it["own6"], it["mate6"], neighbour(ROUTER6)))),
        ethernet(mac("33:33:00:00:00:01"), 0x86dd,
                 ip6(58, local, "ff02::1", icmp6(local, "ff02::1", neighbour(it["mate6"])))),
        ethernet(mate, 0x86dd, ip6(58, ROUTER6, it["mate6"], icmp6(ROUTER6, it["mate6"], redirect))),
    ],
    "router": [
        ethernet(mate, 0x86dd, ip6(58, local, it["mate6"], whole)),
        ethernet(mac("33:33:00:00:00:01"), 0x86dd, ip6(58, local, "ff02::1", icmp6(local, "ff02::1", advertisement))),
        ethernet(mate, 0x86dd, ip6(60, local, it["mate6"], hidden)),
        ethernet(mate, 0x86dd, ip6(0, local, it["mate6"], hidden)),
        ethernet(mate, 0x86dd, ip6(44, local, it["mate6"], fragment(58, 0, 1) + whole[:24])),
    ],
    "evasion": [
        # The advertisement begins in the second fragment, behind an option header that fills the first one (RFC 7113).
        ethernet(mate, 0x86dd, ip6(44, local, it["mate6"], fragment(60, 0, 1) + hidden[:8])),
        ethernet(mate, 0x86dd, ip6(44, local, it["mate6"], fragment(60, 8, 0) + hidden[8:])),
    ],
    "dhcp": [
        ethernet(everyone, 0x800, ip(17, it["own"], "255.255.255.255", dhcp(2))),
        ethernet(everyone, 0x800, ip(17, it["own"], "255.255.255.255", dhcp(5))),
        ethernet(mate, 0x800, ip(17, it["own"], "10.0.0.255", dhcp(5))),
    ],
    "lease": [ethernet(mate, 0x800, ip(17, it["own"], it["mate"], dhcp(5)))],
    "server": [ethernet(mate, 0x800, ip(17, it["router"], it["mate"], dhcp(5)))],
    "source": [
        ethernet(mate, 0x800, ip(17, it["third"], it["mate"], udp(9, 9, WORD))),
        ethernet(router, 0x800, ip(17, "198.51.100.10", it["mate"], udp(9, 9, WORD))),
        ethernet(router, 0x800, ip(17, "127.0.0.1", it["mate"], udp(9, 9, WORD))),
        ethernet(mate, 0x86dd, ip6(17, it["third6"], it["mate6"], udp(9, 9, WORD))),
    ],
    "mac": [
        ethernet(mate, 0x800, ip(17, it["own"], it["mate"], udp(9, 9, WORD)), source=mate),
        ethernet(mate, 0x806, arp(1, it["own"], bytes(6), it["mate"], source=mate), source=mate),
    ],
    "destination": [
        ethernet(mac(other), kind, packet)
        for other in (it["third_mac"], "02:09:09:09:09:09", it["own_mac"])
        for kind, packet in ((0x800, ip(17, it["own"], it["mate"], udp(9, 9, WORD))),
                             (0x86dd, ip6(17, it["own6"], it["mate6"], udp(9, 9, WORD))))
    ],
    "ethertype": [ethernet(mate, 0x88cc, WORD * 4), ethernet(mate, 0x8100, b"\\0\\1\\x08\\0" + WORD * 4),
                  ethernet(everyone, 0x9999, WORD * 4)],
    "source-route": [ethernet(router, 0x800, ip(17, it["own"], it["mate"], udp(9, 9, WORD),
                                                bytes([131, 7, 4]) + v4(it["third"]) + b"\\0"))],
    "broadcast": [
        ethernet(everyone, 0x800, ip(17, it["own"], "255.255.255.255", udp(9, 9, WORD))),
        ethernet(everyone, 0x800, ip(17, it["own"], it["mate"], udp(9, 9, WORD))),
        ethernet(mac("01:00:5e:00:00:fb"), 0x800, ip(17, it["own"], "224.0.0.251", udp(9, 9, WORD))),
        ethernet(mac("33:33:00:00:00:01"), 0x86dd, ip6(17, it["own6"], "ff02::1", udp(9, 9, WORD))),
    ],
    "malformed": [ethernet(mate, 0x800, b"\\x45\\0\\0" + WORD), ethernet(mate, 0x86dd, WORD * 4),
                  ethernet(mate, 0x806, WORD)],
    "honest": [ethernet(mate, 0x800, ip(17, it["own"], it["mate"], udp(9, 9, WORD)))],
}
for frame in FRAMES[kind]:
    for _ in range(int(sys.argv[3])):
        raw.send(frame)
print(len(FRAMES[kind]))
"""
# Prints how many frames with the word in them have come so far, whenever asked.
LOOKOUT = """
import socket, sys
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
raw.bind(("ens5", 3))
raw.setblocking(False)
seen = 0
print("looking out", flush=True)
for line in sys.stdin:
    try:
        while True:
            frame, (_, _, way, *_) = raw.recvfrom(65536)
            # What the server itself sends may quote what it has got.
            seen += b"from the rogue" in frame and way != socket.PACKET_OUTGOING
    except BlockingIOError:
        print(seen, flush=True)
"""


class HostileGuest(NetworkLab):
    def walk(self):
        self.network()
        with self.lookout() as self.seen:
            self.honest()
            self.claims()
            self.sources()
            self.rubbish()
        self.nothing_has_changed()
        self.firewall()
        self.exhausted_subnet()

    def network(self):
        self.step("1. three servers in one subnet with both families; their group lets in everything from anywhere")
        self.vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        gateway = self.attach_gateway(self.vpc)
        self.route(self.main_table(self.vpc), ANYWHERE, "--gateway-id", gateway)
        [vpc] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        prefix = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
        self.net = self.subnet(self.vpc, "10.0.0.0/24", "a", None, "--ipv6-cidr-block", prefix)
        self.ec2("modify-subnet-attribute", "--subnet-id", self.net, "--assign-ipv6-address-on-creation")
        self.open = self.default_group(self.vpc)
        self.allow(self.open, "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}],Ipv6Ranges=[{CidrIpv6=::/0}]")
        ids = {name: self.launch(name, self.net, self.open) for name in ("rogue", "mate", "third")}
        self.wait_running(*ids.values())
        self.booted(*ids.values())
        self.at = {name: self.describe(id) for name, id in ids.items()}
        for name in ids:
            harness.wait_for("its IPv6 address", lambda: self.addresses(name), 10)
        mac = lambda name: self.at[name]["NetworkInterfaces"][0]["MacAddress"]
        self.knows = {
            "own": self.at["rogue"]["PrivateIpAddress"],
            "own6": self.at["rogue"]["Ipv6Address"],
            "own_link_local": self.addresses("rogue", "link"),
            "router": "10.0.0.1",
            "mate": self.at["mate"]["PrivateIpAddress"],
            "mate6": self.at["mate"]["Ipv6Address"],
            "mate_mac": mac("mate"),
            "own_mac": mac("rogue"),
            "third_mac": mac("third"),
            "third": self.at["third"]["PrivateIpAddress"],
            "third6": self.at["third"]["Ipv6Address"],
        }
        self.holds(self.ping("mate", "10.0.0.1") is False, "the router answers no echo")
        self.knows["router_mac"] = self.neighbours("mate")["10.0.0.1"]
        self.before = self.configuration()

    def addresses(self, server, scope="global"):
        shown = self.inside(server, "ip", "-6", "-o", "address", "show", "scope", scope, "dev", "ens5").out.split()
        return shown[3].split("/")[0] if shown else None

    def neighbours(self, server):
        """Whom the server knows on its link, by address."""
        lines = self.inside(server, "ip", "neigh").out.splitlines()
        return {line.split()[0]: line.split()[4] for line in lines if "lladdr" in line}

    def configuration(self):
        """What the mate believes about its link: addresses, routes, resolver, who the router is."""
        shown = [
            self.inside("mate", *words.split(), check=True).out
            for words in (
                "ip -4 route",
                "ip -6 route show default",
                "ip -o -4 address show dev ens5",
                "cat /etc/resolv.conf",
            )
        ]
        self.ping("mate", self.knows["third"])
        known = self.neighbours("mate")
        return [
            *shown[:2],
            shown[2].split("valid_lft")[0],
            shown[3],
            known.get("10.0.0.1"),
            known.get(self.knows["third"]),
        ]

    def lookout(self):
        """The mate watches its link; asked, it says how many of the rogue's frames it has seen so far."""
        return Lookout(self)

    def sends(self, kind):
        sent = self.inside("rogue", "python3", "-c", ROGUE, kind, json.dumps(self.knows), str(EACH), check=True)
        return EACH * int(sent.out)

    def dropped(self, kind, *reasons):
        """All frames of a kind die of the named reasons, and none is seen."""
        before, seen = self.hamlet.status()["drops"], self.seen()
        count = self.sends(kind)
        fell = lambda: sum(self.hamlet.status()["drops"].get(it, 0) - before.get(it, 0) for it in reasons)
        harness.wait_for(f"{count} frames ({kind}) to be counted as {reasons}", lambda: fell() >= count, 5)
        self.sees(self.seen(), seen, f"{kind}: frames that reached the mate")

    def arrive(self, kind):
        """All frames of a kind are seen."""
        seen = self.seen()
        count = self.sends(kind)
        harness.wait_for(f"{count} frames ({kind}) to arrive", lambda: self.seen() == seen + count, 5)

    def honest(self):
        self.step("2. an honest packet arrives, so that we know that we would see the others")
        self.arrive("honest")

    def claims(self):
        self.step("3. claims about the link: whose address it is, who the router is, who serves leases")
        self.dropped("arp", "announcement")
        self.dropped("neighbour", "announcement")
        self.dropped("router", "announcement")
        self.dropped("evasion", "malformed-frame", "source-check")
        self.dropped("dhcp", "broadcast-or-multicast", "destination-check")
        self.dropped("server", "source-check")
        self.step("   a lease from its own address is a datagram like others; whom nobody has asked, nobody listens to")
        self.arrive("lease")

    def sources(self):
        self.step("4. sources that are not its own")
        self.dropped("source", "source-check")
        self.dropped("mac", "source-mac")
        self.step("   and destinations that are not whose address it is")
        self.dropped("destination", "destination-mac")
        [interface] = self.at["rogue"]["NetworkInterfaces"]
        self.ec2(
            "modify-network-interface-attribute",
            "--network-interface-id",
            interface["NetworkInterfaceId"],
            "--no-source-dest-check",
        )
        self.step("   with its source/destination check off it may forward, but still not speak for the link")
        self.dropped("arp", "announcement")
        self.dropped("neighbour", "announcement")
        self.dropped("router", "announcement")
        self.dropped("mac", "source-mac")
        self.arrive("source")
        self.sends("evasion")
        self.sends("server")
        self.ec2(
            "modify-network-interface-attribute",
            "--network-interface-id",
            interface["NetworkInterfaceId"],
            "--source-dest-check",
        )

    def rubbish(self):
        self.step(
            "5. what no VPC carries: other ethertypes, tags, asked-for routes, broadcasts, frames that are not "
            "what they say"
        )
        self.dropped("ethertype", "ethertype")
        self.dropped("source-route", "source-route")
        self.dropped("broadcast", "broadcast-or-multicast")
        self.dropped("malformed", "malformed-frame")

    def nothing_has_changed(self):
        self.step("6. the mate believes what it believed before, also after it has renewed its leases")
        self.sees(self.configuration(), self.before)
        self.inside("mate", "kill", "-HUP", "1", check=True)
        self.sees(self.configuration(), self.before, "after renewal")

    def firewall(self):
        self.step("7. root flushes the server's own firewall: its security group was never there")
        closed = self.ec2(
            "create-security-group", "--vpc-id", self.vpc, "--group-name", "closed", "--description", "closed"
        )["GroupId"]
        [interface] = self.at["rogue"]["NetworkInterfaces"]
        self.ec2(
            "modify-network-interface-attribute",
            "--network-interface-id",
            interface["NetworkInterfaceId"],
            "--groups",
            closed,
        )
        self.holds(not self.ping("mate", self.knows["own"]), "its group lets nothing in")
        self.inside("rogue", "nft", "flush ruleset", check=True)
        self.inside(
            "rogue",
            "nft",
            "add table inet mine; add chain inet mine in { type filter hook input priority 0; policy accept; }",
            check=True,
        )
        self.holds(not self.ping("mate", self.knows["own"]), "nor does it afterwards")
        self.sees(self.ec2("describe-security-groups", "--group-ids", closed)["SecurityGroups"][0]["IpPermissions"], [])
        self.ec2(
            "revoke-security-group-egress",
            "--group-id",
            closed,
            "--ip-permissions",
            "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]",
        )
        self.ec2(
            "revoke-security-group-egress",
            "--group-id",
            closed,
            "--ip-permissions",
            "IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]",
        )
        self.holds(not self.ping("rogue", self.knows["mate"]), "and nothing out")

    def exhausted_subnet(self):
        self.step("8. a subnet of eleven addresses: the twelfth server is refused, and one that goes makes room")
        small = self.subnet(self.vpc, "10.0.9.0/28", "a")
        interfaces = [
            self.ec2("create-network-interface", "--subnet-id", small)["NetworkInterface"]["NetworkInterfaceId"]
            for _ in range(11)
        ]
        sentence = "The specified subnet does not have enough free addresses to satisfy the request."
        words = (
            "run-instances",
            "--image-id",
            self.at["mate"]["ImageId"],
            "--instance-type",
            "t3.micro",
            "--subnet-id",
            small,
        )
        self.refused("InsufficientFreeAddressesInSubnet", sentence, *words)
        self.refused("InsufficientFreeAddressesInSubnet", sentence, "create-network-interface", "--subnet-id", small)
        self.refused(
            "InsufficientFreeAddressesInSubnet",
            sentence,
            "assign-private-ip-addresses",
            "--network-interface-id",
            interfaces[0],
            "--secondary-private-ip-address-count",
            "1",
        )
        made = self.ec2("create-nat-gateway", "--subnet-id", small, "--connectivity-type", "private")["NatGateway"]
        [shown] = self.ec2("describe-nat-gateways", "--nat-gateway-ids", made["NatGatewayId"])["NatGateways"]
        self.sees((shown["State"], shown["FailureCode"]), ("failed", "InsufficientFreeAddressesInSubnet"))
        self.sees(self.ec2("describe-subnets", "--subnet-ids", small)["Subnets"][0]["AvailableIpAddressCount"], 0)
        self.ec2("delete-network-interface", "--network-interface-id", interfaces.pop())
        [server] = self.ec2(*words)["Instances"]
        self.wait_running(server["InstanceId"])


class Lookout:
    """A program in the mate that watches its link."""

    def __init__(self, lab):
        words = [*lab.user.prefix, lab.user.program, "exec", "mate", "--", "python3", "-c", LOOKOUT]
        self.process = subprocess.Popen(
            [str(it) for it in words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=lab.hamlet._own_environment(),
            preexec_fn=harness.die_with_parent,
        )
        lab.sees(self.process.stdout.readline().strip(), "looking out")

    def __enter__(self):
        return self.count

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def count(self):
        self.process.stdin.write("how many?\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


if __name__ == "__main__":
    harness.run(HostileGuest)
