#!/usr/bin/env python3
"""Names and time: private hosted zones, the resolver over UDP and TCP, its allowance, DHCP options, AWS-managed prefix
lists.
"""

import ipaddress
import json
import re

import harness
from harness import REGION
from network import ANYWHERE, EXAMPLE, EXAMPLE_V6, NetworkLab

CORP = "corp.internal"
SHOP = "shop.test"
# The resolver of the simulated internet.
PUBLIC_RESOLVER = "192.0.2.53"
# "1024 packets per second per network interface."
ALLOWANCE = 1024
# Answers A queries from its arguments, NAME=ADDRESS; everything else does not exist.
SERVER = """
import socket, sys
known = dict(it.split("=") for it in sys.argv[1:])
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("0.0.0.0", 53))
print("listening", flush=True)
while True:
    query, asker = server.recvfrom(4096)
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    question, kind = query[12:at + 5], int.from_bytes(query[at + 1:at + 3], "big")
    name = ".".join(labels)
    address = known.get(name) if kind == 1 else None
    code = 0 if name in known else 3
    head = query[:2] + bytes([0x85, 0x80 | code, 0, 1, 0, 1 if address else 0, 0, 0, 0, 0])
    record = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\x3c\\0\\4" + socket.inet_aton(address) if address else b""
    server.sendto(head + question + record, asker)
"""
# Sends queries for example.com, so many a second, connects to the metadata thrice, each time for so many seconds at
# most, and prints how many queries were sent, how many of them the sender's own link lost, how many were answered, how
# long it took, and how many of the connections failed.
FLOOD = """
import socket, struct, sys, threading, time
wanted, per_second, patience = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
asker.connect(("169.254.169.253", 53))
asker.settimeout(1)
answers = set()
lost = lambda: int(open("/sys/class/net/ens5/statistics/tx_dropped").read())
lost_before = lost()
def listen():
    try:
        while True:
            answers.add(asker.recv(512)[:2])
    except TimeoutError:
        pass
# Soon after a full second, so that all of it lies within one.
time.sleep(1.02 - time.time() % 1)
listener = threading.Thread(target=listen)
listener.start()
refused = []
def connect():
    for _ in range(3):
        time.sleep(0.2)
        try:
            socket.create_connection(("169.254.169.254", 80), timeout=patience).close()
        except TimeoutError:
            refused.append("metadata")
connector = threading.Thread(target=connect)
connector.start()
began = time.monotonic()
for number in range(wanted):
    asker.send(struct.pack(">HHHHHH", number, 0x100, 1, 0, 0, 0) + b"\\7example\\3com\\0\\0\\1\\0\\1")
    time.sleep(max(0, began + number / per_second - time.monotonic()))
took = time.monotonic() - began
listener.join()
connector.join()
print(wanted, lost() - lost_before, len(answers), took, len(refused))
"""
# Seconds that a connection may take which is not dropped: on a busy machine many, but fewer than TCP waits until it
# sends a first segment again (RFC 6298: 1), which would reach the next second's allowance.
NEIGHBOUR_PATIENCE = "0.9"
# SNTP (RFC 4330): how far the server's clock is from ours, in seconds, and the server's stratum.
CLOCK = """
import socket, struct, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
asker = socket.socket(family, socket.SOCK_DGRAM)
asker.settimeout(2)
asker.sendto(b"\\x23" + bytes(47), (sys.argv[1], 123))
answer = asker.recv(512)
seconds, fraction = struct.unpack(">II", answer[40:48])
print(seconds - 2208988800 + fraction / 2**32 - time.time(), answer[1])
"""


class Names(NetworkLab):
    def walk(self):
        self.networks()
        self.private_zone()
        self.records_change()
        self.zone_for_another_vpc()
        self.public_zone()
        self.given_names()
        self.transports()
        self.time()
        self.allowance()
        self.own_name_server()
        self.restored()
        self.managed_prefix_lists()
        self.clean_up()

    # What the lab says again and again.

    def dig(self, server, *words):
        return self.inside(server, "dig", "+tries=1", "+time=2", *words).out

    def resolved(self, server, name, kind="A", *words):
        """The answers, in order of their text."""
        return sorted(self.dig(server, "+short", *words, name, kind).split())

    def status(self, server, name, kind="A", *words):
        """The code of the answer, such as NXDOMAIN."""
        told = self.dig(server, *words, name, kind)
        found = re.search(r"status: (\w+)", told)
        self.holds(found, f"dig {name} {kind}: {told}")
        return found[1]

    def route53(self, *words):
        return self.aws("route53", *words)

    def change(self, *steps, zone=None):
        """Each step: action, name, type, values. Of the private zone, if nothing else is said."""
        changes = [
            {
                "Action": action,
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": kind,
                    "TTL": 30,
                    "ResourceRecords": [{"Value": value} for value in values],
                },
            }
            for action, name, kind, *values in steps
        ]
        return self.route53(
            "change-resource-record-sets",
            "--hosted-zone-id",
            zone or self.zone,
            "--change-batch",
            json.dumps({"Changes": changes}),
        )

    def zone_refused(self, code, sentence, *words):
        result = self.aws_result("route53", *words)
        self.holds(
            result.code != 0 and f"({code})" in result.err and sentence in result.err, f"aws route53 {words}: {result}"
        )

    # The steps.

    def networks(self):
        self.step("1. two VPCs with host names on; two servers in the first, one in the second")
        self.vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        self.other = self.make_vpc("10.1.0.0/16")
        for vpc in (self.vpc, self.other):
            self.ec2("modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames")
        [described] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        self.default_options = described["DhcpOptionsId"]
        block = ipaddress.ip_network(described["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"])
        self.gateway = self.attach_gateway(self.vpc)
        self.table_id = self.main_table(self.vpc)
        self.route(self.table_id, ANYWHERE, "--gateway-id", self.gateway)
        first = next(block.subnets(new_prefix=64))
        self.near = self.subnet(self.vpc, "10.0.1.0/24", "a", None, "--ipv6-cidr-block", str(first))
        self.far_subnet = self.subnet(self.other, "10.1.1.0/24", "a")
        self.group, far_group = self.default_group(self.vpc), self.default_group(self.other)
        web = self.launch("web", self.near, self.group, "--associate-public-ip-address", "--ipv6-address-count", "1")
        db = self.launch("db", self.near, self.group)
        far = self.launch("far", self.far_subnet, far_group)
        self.servers = {"web": web, "db": db, "far": far}
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        self.address = {name: self.describe(id)["PrivateIpAddress"] for name, id in self.servers.items()}

    def private_zone(self):
        self.step("2. a private hosted zone: its names exist in its VPC, and nowhere else")
        seen = f"VPCRegion={REGION},VPCId={self.vpc}"
        made = self.route53("create-hosted-zone", "--name", CORP, "--caller-reference", "lab", "--vpc", seen)
        self.zone = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
        self.sees(made["HostedZone"]["Config"]["PrivateZone"], True)
        self.route53("wait", "resource-record-sets-changed", "--id", made["ChangeInfo"]["Id"])
        self.zone_refused(
            "ConflictingDomainExists",
            "with the same domain name",
            "create-hosted-zone",
            "--name",
            CORP,
            "--caller-reference",
            "again",
            "--vpc",
            seen,
        )
        self.change(
            ("CREATE", f"db.{CORP}", "A", self.address["db"]),
            ("CREATE", f"www.{CORP}", "CNAME", "www.example.com"),
            ("CREATE", f"*.apps.{CORP}", "CNAME", f"db.{CORP}"),
            ("CREATE", f"_ldap._tcp.{CORP}", "SRV", f"1 2 389 db.{CORP}"),
            ("CREATE", CORP, "TXT", '"hello there"'),
        )
        self.sees(self.resolved("web", f"db.{CORP}"), [self.address["db"]])
        self.holds(self.ping("web", f"db.{CORP}"), "an ordinary program knows the name, too")
        self.sees(self.dig("web", "+short", f"www.{CORP}").split(), ["www.example.com.", "example.com.", EXAMPLE])
        self.sees(self.dig("web", "+short", f"a.b.apps.{CORP}").split(), [f"db.{CORP}.", self.address["db"]])
        self.sees(self.dig("web", "+short", f"_ldap._tcp.{CORP}", "SRV").strip(), f"1 2 389 db.{CORP}.")
        self.sees(self.dig("web", "+short", CORP, "TXT").strip(), '"hello there"')
        absent = self.dig("web", f"no.{CORP}")
        self.holds("status: NXDOMAIN" in absent, absent)
        self.holds(re.search(rf"{CORP}\.\s+900\s+IN\s+SOA\s+ns-1536\.awsdns-00\.co\.uk\.", absent), absent)
        self.holds(
            "status: NOERROR" in self.dig("web", f"db.{CORP}", "AAAA"), "the name exists, an IPv6 address does not"
        )
        self.sees(self.status("far", f"db.{CORP}"), "NXDOMAIN", "in another VPC")
        self.holds("NXDOMAIN" in self.laptop("dig", "+tries=1", f"db.{CORP}").out, "on the internet")

    def records_change(self):
        self.step("   records change at once; a batch is made whole or not at all")
        self.change(
            ("DELETE", f"db.{CORP}", "A", self.address["db"]), ("CREATE", f"db.{CORP}", "A", self.address["web"])
        )
        self.sees(self.resolved("web", f"db.{CORP}"), [self.address["web"]])
        batch = {
            "Changes": [
                {
                    "Action": action,
                    "ResourceRecordSet": {
                        "Name": name,
                        "Type": "A",
                        "TTL": 30,
                        "ResourceRecords": [{"Value": "10.0.0.9"}],
                    },
                }
                for action, name in (("CREATE", f"new.{CORP}"), ("CREATE", f"db.{CORP}"))
            ]
        }
        self.zone_refused(
            "InvalidChangeBatch",
            f"[Tried to create resource record set [name='db.{CORP}.', type='A'] but it already exists]",
            "change-resource-record-sets",
            "--hosted-zone-id",
            self.zone,
            "--change-batch",
            json.dumps(batch),
        )
        self.sees(self.status("web", f"new.{CORP}"), "NXDOMAIN", "half of a batch")
        self.step("   a zone hides the public names below its own")
        seen = f"VPCRegion={REGION},VPCId={self.vpc}"
        made = self.route53(
            "create-hosted-zone", "--name", "example.com", "--caller-reference", "shadow", "--vpc", seen
        )
        self.sees(self.status("web", "www.example.com"), "NXDOMAIN")
        self.sees(self.resolved("far", "example.com"), [EXAMPLE])
        self.route53("delete-hosted-zone", "--id", made["HostedZone"]["Id"])
        self.sees(self.resolved("web", "example.com"), [EXAMPLE])

    def zone_for_another_vpc(self):
        self.step("3. the zone shown to the second VPC, and hidden from it again; names need enableDnsHostnames")
        other = f"VPCRegion={REGION},VPCId={self.other}"
        self.route53("associate-vpc-with-hosted-zone", "--hosted-zone-id", self.zone, "--vpc", other)
        self.sees(self.resolved("far", f"db.{CORP}"), [self.address["web"]])
        listed = self.route53("list-hosted-zones-by-vpc", "--vpc-id", self.other, "--vpc-region", REGION)
        self.sees([zone["Name"] for zone in listed["HostedZoneSummaries"]], [f"{CORP}."])
        self.ec2("modify-vpc-attribute", "--vpc-id", self.other, "--no-enable-dns-hostnames")
        self.sees(self.status("far", f"db.{CORP}"), "NXDOMAIN", "without host names")
        self.ec2("modify-vpc-attribute", "--vpc-id", self.other, "--enable-dns-hostnames")
        self.route53("disassociate-vpc-from-hosted-zone", "--hosted-zone-id", self.zone, "--vpc", other)
        self.sees(self.status("far", f"db.{CORP}"), "NXDOMAIN")

    def public_zone(self):
        self.step(
            "   a public zone: its names exist everywhere; in a VPC that has a private one of the name, those of that"
        )
        made = self.route53("create-hosted-zone", "--name", SHOP, "--caller-reference", "shop")
        self.sees(len(made["DelegationSet"]["NameServers"]), 4)
        zone = made["HostedZone"]["Id"]
        self.change(("CREATE", f"www.{SHOP}", "A", "203.0.113.80"), zone=zone)
        for server in ("web", "far"):
            self.sees(self.resolved(server, f"www.{SHOP}"), ["203.0.113.80"])
        self.sees(self.laptop("dig", "+short", "+tries=1", f"www.{SHOP}").out.strip(), "203.0.113.80")
        self.sees(self.status("web", f"no.{SHOP}"), "NXDOMAIN")
        self.sees(self.route53("get-dnssec", "--hosted-zone-id", zone)["Status"], {"ServeSignature": "NOT_SIGNING"})
        seen = f"VPCRegion={REGION},VPCId={self.vpc}"
        private = self.route53("create-hosted-zone", "--name", SHOP, "--caller-reference", "split", "--vpc", seen)
        self.sees(self.status("web", f"www.{SHOP}"), "NXDOMAIN", "the private zone has no such name")
        self.sees(self.resolved("far", f"www.{SHOP}"), ["203.0.113.80"])
        self.change(("DELETE", f"www.{SHOP}", "A", "203.0.113.80"), zone=zone)
        for one in (zone, private["HostedZone"]["Id"]):
            self.route53("delete-hosted-zone", "--id", one)

    def given_names(self):
        self.step("4. names that AWS gives: by address, by resource, and back again")
        dashed = self.address["web"].replace(".", "-")
        name = f"ip-{dashed}.{REGION}.compute.internal"
        self.sees(self.resolved("db", name), [self.address["web"]])
        self.sees(self.resolved("far", name), [self.address["web"]], "so it does in every VPC of the Region")
        own = self.inside("web", "sh", "-c", 'getent ahostsv4 "$(hostname)"', check=True).out
        self.sees({line.split()[0] for line in own.splitlines()}, {self.address["web"]}, "its own name, in itself")
        self.sees(self.dig("db", "+short", "-x", self.address["web"]).strip(), f"{name}.")
        self.sees(
            self.dig("far", "+short", "-x", self.address["web"]).strip(), "", "in another VPC the address has no name"
        )
        resource = f"{self.servers['web']}.{REGION}.compute.internal"
        self.sees(self.status("db", resource, "AAAA"), "NXDOMAIN", "resource names are off")
        for kind in ("a", "aaaa"):
            self.ec2(
                "modify-subnet-attribute",
                "--subnet-id",
                self.near,
                f"--enable-resource-name-dns-{kind}-record-on-launch",
            )
        six = self.describe(self.servers["web"])["Ipv6Address"]
        self.sees(self.resolved("db", resource, "AAAA"), [six])
        self.sees(self.resolved("db", resource), [self.address["web"]])
        self.sees(self.dig("db", "+short", "-x", six).strip(), f"{resource}.")
        self.sees(self.status("far", resource), "NXDOMAIN")

    def transports(self):
        self.step(
            "5. long answers: truncated over UDP, whole with EDNS or over TCP; the public resolver speaks TCP, too"
        )
        many = [f"10.0.9.{number}" for number in range(1, 61)]
        self.change(
            ("CREATE", f"many.{CORP}", "A", *many),
            ("CREATE", f"long.{CORP}", "TXT", " ".join(f'"{"x" * 250}"' for _ in range(12))),
        )
        plain = self.dig("web", "+noedns", "+ignore", f"many.{CORP}")
        self.holds(re.search(r"flags:[^;]* tc", plain) and "ANSWER: 0" in plain, plain)
        self.sees(len(self.resolved("web", f"many.{CORP}", "A", "+noedns")), 60, "dig asks again over TCP by itself")
        self.sees(len(self.resolved("web", f"many.{CORP}", "A", "+bufsize=1232", "+ignore")), 60, "with EDNS")
        told = self.dig("web", "+bufsize=1232", "+ignore", f"long.{CORP}", "TXT")
        self.holds(re.search(r"flags:[^;]* tc", told), told)
        self.sees(self.dig("web", "+tcp", "+short", f"long.{CORP}", "TXT").count("x"), 3000)
        self.sees(self.resolved("web", "example.com", "AAAA", "+tcp"), [EXAMPLE_V6])
        self.sees(self.resolved("web", "example.com", "AAAA", "@fd00:ec2::253"), [EXAMPLE_V6])
        for words in (("+tcp",), ("+notcp",)):
            self.sees(self.resolved("web", "example.com", "A", f"@{PUBLIC_RESOLVER}", *words), [EXAMPLE])
        self.sees(
            self.laptop("dig", "+tcp", "+short", "+tries=1", f"@{PUBLIC_RESOLVER}", "example.com").out.strip(), EXAMPLE
        )
        self.sees(
            self.status("web", f"db.{CORP}", "A", f"@{PUBLIC_RESOLVER}"),
            "NXDOMAIN",
            "a private name, asked of the internet",
        )

    def time(self):
        self.step("6. the time, at 169.254.169.123 and at fd00:ec2::123; no group or network ACL is in between")
        for server in ("169.254.169.123", "fd00:ec2::123"):
            off, stratum = self.inside("web", "python3", "-c", CLOCK, server, check=True).out.split()
            self.holds(abs(float(off)) < 0.5, f"{server} is {off} s off")
            self.sees(stratum, "3", "the server's stratum")

    def allowance(self):
        self.step(
            "7. 1,024 packets a second for each interface: what is more is dropped and counted, and the "
            "neighbours notice nothing"
        )
        reason = "link-service-rate"
        before = self.hamlet.status()["drops"].get(reason, 0)
        with self.hamlet.running(
            "exec", "db", "--", "python3", "-c", FLOOD, "300", "200", NEIGHBOUR_PATIENCE
        ) as neighbour:
            told = self.inside("web", "python3", "-c", FLOOD, "5000", "6000", "0.05", check=True).out.split()
            sent, lost, answered, seconds = *map(int, told[:3]), int(float(told[3])) + 1
            dropped = self.hamlet.status()["drops"].get(reason, 0) - before
            harness.wait_for("the neighbour's answers", lambda: neighbour.read_text().strip(), 10)
            self.sees(
                neighbour.read_text().split()[:3],
                ["300", "0", "300"],
                "sent, lost and answered queries of the neighbour",
            )
            self.sees(
                neighbour.read_text().split()[4], "0", "connections to the metadata that the neighbour did not get"
            )
        self.holds(int(told[4]) > 0, f"metadata shares the allowance: {told}")
        # Where the machine is slow, it takes more than one second, and gets the next one's allowance as well.
        self.holds(
            ALLOWANCE - 64 <= answered <= ALLOWANCE * (seconds + 1), f"answers, after what was sent and lost: {told}"
        )
        # The connections that were refused tried once or twice.
        self.holds(0 <= dropped - (sent - lost - answered) <= 12, f"{dropped} packets were dropped as {reason}: {told}")
        harness.wait_for("the next second's allowance", lambda: self.resolved("web", "example.com") == [EXAMPLE], 5)

    def own_name_server(self):
        self.step("8. DHCP options: a name server, a domain and a time server of one's own")
        here = self.address["db"]
        self.allow(self.group, "IpProtocol=udp,FromPort=53,ToPort=53,IpRanges=[{CidrIp=10.0.0.0/16}]")
        made = self.ec2(
            "create-dhcp-options",
            "--dhcp-configurations",
            f"Key=domain-name-servers,Values={here}",
            "Key=domain-name,Values=lab.example",
            "Key=ntp-servers,Values=10.0.9.1",
        )
        self.options = made["DhcpOptions"]["DhcpOptionsId"]
        self.ec2("associate-dhcp-options", "--dhcp-options-id", self.options, "--vpc-id", self.vpc)
        self.refused("DependencyViolation", "…", "delete-dhcp-options", "--dhcp-options-id", self.options)
        self.holds(
            here not in self.inside("web", "cat", "/etc/resolv.conf").out, "nothing changes before the lease is renewed"
        )
        command = (
            "exec",
            "db",
            "--",
            "python3",
            "-c",
            SERVER,
            f"server.lab.example={self.address['web']}",
            "lab.example=10.0.0.9",
        )
        with self.hamlet.running(*command) as printed:
            harness.wait_for("the name server", lambda: "listening" in printed.read_text(), 10)
            self.renew("web", f"search lab.example\nnameserver {here}\n")
            self.sees(self.inside("web", "cat", "/run/chrony-dhcp/ens5.sources").out, "server 10.0.9.1 iburst\n")
            self.sees(
                self.inside("web", "hostname").out.strip(), f"ip-{self.address['web'].replace('.', '-')}.lab.example"
            )
            self.sees(self.resolved("web", "server.lab.example"), [self.address["web"]])
            self.sees(
                self.inside("web", "getent", "ahostsv4", "server").out.split()[:1],
                [self.address["web"]],
                "by the search domain",
            )
            self.sees(self.status("web", "example.com"), "NXDOMAIN", "AmazonProvidedDNS is not on the list")
            self.sees(
                self.resolved("web", f"www.{CORP}", "CNAME", "@169.254.169.253"),
                ["www.example.com."],
                "but still there",
            )
            self.step("   queries to it are ordinary packets: its group decides")
            self.ec2(
                "revoke-security-group-ingress",
                "--group-id",
                self.group,
                "--ip-permissions",
                "IpProtocol=udp,FromPort=53,ToPort=53,IpRanges=[{CidrIp=10.0.0.0/16}]",
            )
            self.allow(self.group, "IpProtocol=icmp,FromPort=-1,ToPort=-1,IpRanges=[{CidrIp=10.0.0.0/16}]")
            self.ec2(
                "revoke-security-group-ingress",
                "--group-id",
                self.group,
                "--ip-permissions",
                f"IpProtocol=-1,UserIdGroupPairs=[{{GroupId={self.group}}}]",
            )
            self.holds(
                "no servers could be reached" in self.dig("web", "server.lab.example"), "its group lets nothing in"
            )
            self.sees(self.trace("web", "db", "udp/53")["explanation_code"], "ENI_SG_RULES_MISMATCH")

    def renew(self, server, expected):
        """Has the server renew its lease at once; an hour's lease is renewed after half of it."""
        self.inside(server, "kill", "-HUP", "1", check=True)
        told = lambda: self.inside(server, "cat", "/etc/resolv.conf").out.partition("\n")[2]
        harness.wait_for(f"{server}'s resolv.conf to say {expected!r}", lambda: told() == expected, 10)

    def restored(self):
        self.step("9. the Region's default options again; then none at all")
        self.ec2("associate-dhcp-options", "--dhcp-options-id", self.default_options, "--vpc-id", self.vpc)
        self.renew("web", f"search {REGION}.compute.internal\nnameserver 10.0.0.2\n")
        self.sees(self.inside("web", "ls", "/run/chrony-dhcp").out, "", "time servers that are named no more")
        self.sees(self.resolved("web", "example.com"), [EXAMPLE])
        self.ec2("associate-dhcp-options", "--dhcp-options-id", "default", "--vpc-id", self.vpc)
        self.renew("web", "")
        self.ec2("delete-dhcp-options", "--dhcp-options-id", self.options)
        self.ec2("associate-dhcp-options", "--dhcp-options-id", self.default_options, "--vpc-id", self.vpc)
        self.renew("web", f"search {REGION}.compute.internal\nnameserver 10.0.0.2\n")

    def managed_prefix_lists(self):
        self.step(
            "10. AWS's own prefix lists, in a rule and in a route: EC2 Instance Connect comes in, and nothing else"
        )
        [found] = self.ec2(
            "describe-managed-prefix-lists",
            "--filters",
            f"Name=prefix-list-name,Values=com.amazonaws.{REGION}.ec2-instance-connect",
        )["PrefixLists"]
        connect = found["PrefixListId"]
        tried = self.hamlet.hamlet("connect", "web", "--", "true", check=False)
        self.holds(tried.code != 0, "no rule lets it in yet")
        self.allow(self.group, f"IpProtocol=tcp,FromPort=22,ToPort=22,PrefixListIds=[{{PrefixListId={connect}}}]")
        self.holds(
            self.inside("web", "ping", "-n", "-c", "1", "-W", "5", EXAMPLE).code == 0, "out by the default route"
        )
        self.ec2("delete-route", "--route-table-id", self.table_id, "--destination-cidr-block", ANYWHERE)
        tried = self.hamlet.hamlet("connect", "web", "--", "true", check=False)
        self.holds(tried.code != 0, "no way back")
        self.ec2(
            "create-route",
            "--route-table-id",
            self.table_id,
            "--destination-prefix-list-id",
            connect,
            "--gateway-id",
            self.gateway,
        )
        tried = self.hamlet.hamlet("connect", "web", "--", "echo in", check=False)
        self.sees(tried.out.strip(), "in", f"through the prefix list's route: {tried}")
        self.holds(
            self.inside("web", "ping", "-n", "-c", "1", "-W", "1", EXAMPLE).code != 0, "the route is for the list alone"
        )
        self.sees(self.trace("web", EXAMPLE, "icmp")["explanation_code"], "NO_ROUTE_TO_DESTINATION")
        foreign = "pl-7ba54012"
        self.refused(
            "InvalidPrefixListID.NotFound",
            "…",
            "create-route",
            "--route-table-id",
            self.table_id,
            "--destination-prefix-list-id",
            foreign,
            "--gateway-id",
            self.gateway,
        )
        self.ec2("delete-route", "--route-table-id", self.table_id, "--destination-prefix-list-id", connect)

    def clean_up(self):
        self.step("11. clean-up leaves an empty account")
        self.zone_refused(
            "HostedZoneNotEmpty", "contains non-required resource record sets", "delete-hosted-zone", "--id", self.zone
        )
        sets = self.route53("list-resource-record-sets", "--hosted-zone-id", self.zone)["ResourceRecordSets"]
        own = [it for it in sets if it["Type"] not in ("NS", "SOA")]
        batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": it} for it in own]}
        self.route53("change-resource-record-sets", "--hosted-zone-id", self.zone, "--change-batch", json.dumps(batch))
        self.route53("delete-hosted-zone", "--id", self.zone)
        self.terminate(*self.servers.values())
        self.ec2("detach-internet-gateway", "--internet-gateway-id", self.gateway, "--vpc-id", self.vpc)
        self.ec2("delete-internet-gateway", "--internet-gateway-id", self.gateway)
        for vpc, subnet in ((self.vpc, self.near), (self.other, self.far_subnet)):
            self.ec2("delete-subnet", "--subnet-id", subnet)
            self.ec2("delete-vpc", "--vpc-id", vpc)
        self.sees(self.hamlet.status()["resources"], {}, "what `hamlet status` counts afterwards")


if __name__ == "__main__":
    harness.run(Names)
