#!/usr/bin/env python3
"""The simulated internet, as people try whether they are on it: ping a resolver, see a page, ask for one's address."""

import ipaddress
import json

import harness
from network import ANYWHERE, LAPTOP, NetworkLab

SAY_ADDRESS = (
    "checkip.amazonaws.com",
    "icanhazip.com",
    "ifconfig.me",
    "api.ipify.org",
    "ipecho.net/plain",
    "ipinfo.io/ip",
)
ASK_TIME = """
import socket, struct, sys, time
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(3)
asker.sendto(b"\\x23" + bytes(47), (sys.argv[1], 123))
reply = asker.recv(512)
print(len(reply), abs(struct.unpack("!I", reply[40:44])[0] - 2208988800 - time.time()) < 5)
"""
RESOLVERS = ("8.8.8.8", "8.8.4.4", "1.1.1.1", "9.9.9.9")


class Internet(NetworkLab):
    def walk(self):
        self.from_the_laptop()
        self.network()
        self.resolvers()
        self.pages()
        self.addresses()
        self.ranges()
        self.traced()
        self.named_and_timed()
        self.terminate(self.web, self.app)

    def from_the_laptop(self):
        self.step("1. from the laptop")
        self.sees(self.laptop("curl", "-sS", "-m", "5", "-4", "https://checkip.amazonaws.com").out, f"{LAPTOP}\n")
        self.holds(self.laptop_ping("8.8.8.8"), "a resolver answers echoes")

    def network(self):
        self.step("2. an instance in a public subnet, and one behind a NAT gateway")
        self.vpc = self.make_vpc("10.0.0.0/16")
        gateway = self.attach_gateway(self.vpc)
        public, private = self.table(self.vpc), self.table(self.vpc)
        self.route(public, ANYWHERE, "--gateway-id", gateway)
        front, back = (
            self.subnet(self.vpc, f"10.0.{number}.0/24", "a", table) for number, table in enumerate((public, private))
        )
        address = self.ec2("allocate-address", "--domain", "vpc")
        self.nat_address = address["PublicIp"]
        made = self.ec2("create-nat-gateway", "--subnet-id", front, "--allocation-id", address["AllocationId"])
        nat = made["NatGateway"]["NatGatewayId"]
        self.ec2("wait", "nat-gateway-available", "--nat-gateway-ids", nat)
        self.route(private, ANYWHERE, "--nat-gateway-id", nat)
        group = self.default_group(self.vpc)
        self.web = self.launch("web", front, group, "--associate-public-ip-address")
        self.app = self.launch("app", back, group)
        self.wait_running(self.web, self.app)
        self.booted(self.web, self.app)
        self.web_address = self.describe(self.web)["PublicIpAddress"]

    def resolvers(self):
        self.step("3. public resolvers answer echoes and questions, over UDP and TCP")
        for resolver in RESOLVERS:
            self.holds(self.ping("web", resolver), resolver)
            for way in ("+notcp", "+tcp"):
                asked = self.inside("web", "dig", way, "+short", "+time=3", f"@{resolver}", "example.com", "A")
                self.sees(asked.out.strip(), "192.0.2.10", f"{resolver} {way}")
        self.holds(self.ping("app", "8.8.8.8"), "through the NAT gateway, too")

    def get(self, instance, *words):
        return self.inside(instance, "curl", "-sS", "-m", "8", *words)

    def pages(self):
        self.step("4. pages over http and https, by certificates that are trusted, and the redirects that people see")
        for name in ("example.com", "www.google.com", "github.com", "aws.amazon.com", "learn.nextwork.org"):
            page = self.get("web", f"https://{name}/")
            self.holds("Hamlet's simulated internet" in page.out, f"{name}: {page}")
        shown = self.get(
            "web", "-L", "-o", "/dev/null", "-w", "%{http_code} %{num_redirects} %{url_effective}", "google.com"
        )
        self.sees(shown.out, "200 1 http://www.google.com/")
        shown = self.get("web", "-L", "-o", "/dev/null", "-w", "%{http_code} %{url_effective}", "http://wikipedia.org")
        self.sees(shown.out, "200 https://www.wikipedia.org/")
        other = self.get("web", "--connect-to", "nobody.example:443:github.com:443", "https://nobody.example/")
        self.sees(other.code, 35, f"no certificate for a name that is not there: {other}")

    def addresses(self):
        self.step("5. who asks for their address is told the instance's public one, or the NAT gateway's")
        for site in SAY_ADDRESS:
            for instance, address in (("web", self.web_address), ("app", self.nat_address)):
                self.sees(self.get(instance, "-L", f"https://{site}").out.strip(), address, f"{instance} at {site}")
        self.sees(json.loads(self.get("app", "ipinfo.io").out), {"ip": self.nat_address})

    def ranges(self):
        self.step("6. ip-ranges.json, over http and https, has the addresses that names and prefix lists have")
        for scheme in ("https", "http"):
            got = self.get("web", f"{scheme}://ip-ranges.amazonaws.com/ip-ranges.json")
            prefixes = json.loads(got.out)["prefixes"]
            self.sees(self.blocks(prefixes, "EC2_INSTANCE_CONNECT"), self.listed("ec2-instance-connect"))
            self.sees(self.blocks(prefixes, "S3"), self.listed("s3"))
            asked = self.inside("web", "dig", "+short", f"s3.{harness.REGION}.amazonaws.com", "A").out.strip()
            within = [ipaddress.ip_address(asked) in ipaddress.ip_network(it) for it in self.blocks(prefixes, "S3")]
            self.holds(any(within), f"{asked} is S3's")

    @staticmethod
    def blocks(prefixes, service):
        here = [it for it in prefixes if it["region"] == harness.REGION and it["service"] == service]
        return [it["ip_prefix"] for it in here]

    def listed(self, service):
        """The blocks of a managed prefix list."""
        name = f"com.amazonaws.{harness.REGION}.{service}"
        [found] = self.ec2("describe-managed-prefix-lists", "--filters", f"Name=prefix-list-name,Values={name}")[
            "PrefixLists"
        ]
        entries = self.ec2("get-managed-prefix-list-entries", "--prefix-list-id", found["PrefixListId"])["Entries"]
        return [entry["Cidr"] for entry in entries]

    def traced(self):
        self.step("7. a trace knows them by name")
        for name in ("github.com", "8.8.8.8", f"sts.{harness.REGION}.amazonaws.com"):
            told = self.trace("web", name, "tcp/443")
            self.holds(told["reachable"], told["text"])

    def named_and_timed(self):
        self.step("8. hosts have names again, and time servers tell the time, also through the NAT gateway")
        for address, name in (("8.8.8.8", "dns.google."), ("140.82.112.3", "github.com."), ("192.0.2.99", "")):
            for way in ((), ("@1.1.1.1",)):
                asked = self.inside("web", "dig", *way, "+short", "+time=3", "-x", address)
                self.sees(asked.out.strip(), name, f"{address} {way}")
        for instance in ("web", "app"):
            for server in ("time.aws.com", "pool.ntp.org"):
                told = self.inside(instance, "python3", "-c", ASK_TIME, server)
                self.sees(told.out.split(), ["48", "True"], f"{instance} at {server}: {told}")


if __name__ == "__main__":
    harness.run(Internet)
