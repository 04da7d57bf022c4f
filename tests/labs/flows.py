#!/usr/bin/env python3
"""`hamlet flows`: who reached whom, what was refused, and by which rule, as pings and connections really go."""

import json
import re

import harness
from network import ANYWHERE, EXAMPLE, NetworkLab

# Connects once, with a second's patience; prints what became of it.
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=1).close()
    print("connected")
except OSError as error:
    print(error)
"""
# Sends datagrams, each a flow of its own, for three seconds.
FLOOD = """
import itertools, socket, sys, time
end, number = time.monotonic() + 3, 0
sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(200)]
while time.monotonic() < end:
    for port in range(1024, 65000):
        sockets[number % 200].sendto(b"", (sys.argv[1], port))
        number += 1
        if number % 1000 == 0 and time.monotonic() > end:
            break
print(number)
"""
EVIL = "\x1b[2J\x1b]0;mine\x07\x9b31m\u202e\nACCEPT"


class Flows(NetworkLab):
    def walk(self):
        self.network()
        self.accepted()
        self.refused_by_group()
        self.refused_by_acl()
        self.refused_by_route()
        self.to_the_internet()
        self.filters()
        self.opened()
        self.goes_on()
        self.names()
        self.flood()
        self.restart()

    def network(self):
        self.step("1. a web server in a public subnet, and an app in another without a way out")
        self.vpc = self.make_vpc("10.0.0.0/16")
        gateway = self.attach_gateway(self.vpc)
        self.public_table, self.private_table = self.table(self.vpc), self.table(self.vpc)
        self.route(self.public_table, ANYWHERE, "--gateway-id", gateway)
        self.public = self.subnet(self.vpc, "10.0.0.0/24", "a", self.public_table)
        self.private = self.subnet(self.vpc, "10.0.1.0/24", "a", self.private_table)
        self.ec2("modify-subnet-attribute", "--subnet-id", self.public, "--map-public-ip-on-launch")
        self.web_group, self.app_group = self.group("web"), self.group("app")
        self.allow(self.web_group, "IpProtocol=icmp,FromPort=-1,ToPort=-1,IpRanges=[{CidrIp=10.0.0.0/16}]")
        self.servers = {
            "web": self.launch("web", self.public, self.web_group),
            "app": self.launch("app", self.private, self.app_group),
        }
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        self.at = {name: self.describe(id)["PrivateIpAddress"] for name, id in self.servers.items()}
        self.interface = {
            name: self.describe(id)["NetworkInterfaces"][0]["NetworkInterfaceId"] for name, id in self.servers.items()
        }

    def group(self, name):
        made = self.ec2("create-security-group", "--vpc-id", self.vpc, "--group-name", name, "--description", name)
        return made["GroupId"]

    def flows(self, *words):
        """What `hamlet flows` shows."""
        lines = self.hamlet.hamlet("flows", "--json", *words).out.splitlines()
        return [flow for flow in map(json.loads, lines) if flow["event"] == "flow"]

    def connect(self, address, port, server="app"):
        return self.inside(server, "python3", "-c", CONNECT, address, str(port)).out.strip()

    def one(self, *words):
        """The last flow that fits: verdict, reason, who decided, by which rule."""
        found = self.flows(*words)
        self.holds(found, f"no flow is {' '.join(words)}")
        return found[-1]

    def ruled(self, flow):
        return [flow[key] for key in ("verdict", "reason", "by", "rule")]

    def accepted(self):
        self.step("2. a ping: both ways are there, with names, the rules that let them in, and how many there were")
        self.holds(self.ping("app", self.at["web"], count=3), "the ping")
        there, back = self.flows("icmp", "app", "web")
        self.sees([there["source"]["name"], there["destination"]["name"]], ["app", "web"])
        self.sees([back["source"]["name"], back["destination"]["name"]], ["web", "app"])
        self.sees([there["packets"], back["packets"], there["bytes"]], [3, 3, 3 * 84])
        self.sees([there["icmp_type"], back["icmp_type"], there["source"]["address"]], [8, 0, self.at["app"]])
        [rule] = [
            rule["SecurityGroupRuleId"]
            for rule in self.ec2(
                "describe-security-group-rules", "--filters", f"Name=group-id,Values={self.web_group}"
            )["SecurityGroupRules"]
            if not rule["IsEgress"]
        ]
        self.sees([there["verdict"], there["by"], there["by_name"]], ["ACCEPT", self.web_group, "web"])
        self.holds(there["rule"].startswith(f"{rule}: icmp"), there["rule"])
        self.sees([back["verdict"], back["rule"]], ["ACCEPT", "tracked connection"])
        self.holds({self.interface["web"], self.public, self.private_table} <= set(there["course"]), there["course"])

    def denied(self, *words):
        """What `hamlet trace` says of the same: who denies, by which rule."""
        [step] = [step for step in self.trace(*words)["steps"] if step["outcome"] == "deny"]
        return [step["by"], step["detail"]]

    def refused_by_group(self):
        self.step("3. a group that lets nothing in: one line with a count, and the same words as a trace's")
        self.sees(self.connect(self.at["web"], 22), "timed out")
        flow = self.one("tcp/22", "reject")
        self.sees(self.ruled(flow)[:3], ["REJECT", "security-group-ingress", self.web_group])
        by, detail = self.denied("app", "web", "tcp/22")
        self.sees([flow["by"], flow["rule"]], [by, detail])
        before = len(self.flows("reject", "icmp"))
        self.ping("web", self.at["app"], count=4, wait=2)
        refused = self.flows("reject", "icmp")
        self.sees(len(refused) - before, 1, "lines for one ping")
        self.holds(refused[-1]["packets"] >= 4, refused[-1])

    def refused_by_acl(self):
        self.step("4. a network ACL, by its rule: what comes in, what goes out, and answers, which it does not know")
        [acl] = self.ec2("describe-network-acls", "--filters", f"Name=association.subnet-id,Values={self.public}")[
            "NetworkAcls"
        ]
        self.acl = acl["NetworkAclId"]
        self.allow(self.web_group, "IpProtocol=tcp,FromPort=8080,ToPort=8080,IpRanges=[{CidrIp=10.0.1.0/24}]")
        with self.hamlet.running("exec", "web", "--", "python3", "-m", "http.server", "8080"):
            harness.wait_for("the server", lambda: self.connect(self.at["web"], 8080) == "connected", 20)
            for way, reason, ports in (
                ("--ingress", "network-acl-ingress", "From=8080,To=8080"),
                ("--egress", "network-acl-egress", "From=1024,To=65535"),
            ):
                entry = ("--network-acl-id", self.acl, "--rule-number", "55", way)
                rest = ("--protocol", "tcp", "--port-range", ports, "--cidr-block", "10.0.1.0/24")
                self.ec2("create-network-acl-entry", *entry, *rest, "--rule-action", "deny")
                self.sees(self.connect(self.at["web"], 8080), "timed out", way)
                flow = self.one("reject", "8080")
                self.sees(self.ruled(flow), ["REJECT", reason, self.acl, "rule 55"])
                self.sees(flow["direction"], way.strip("-"))
                self.sees([flow["by"], flow["rule"]], self.denied("app", "web", "tcp/8080"), "what a trace says")
                self.sees(flow["source"]["name"], "app" if way == "--ingress" else "web")
                self.ec2("delete-network-acl-entry", *entry)
            self.sees(self.connect(self.at["web"], 8080), "connected")
            self.sees(self.one("8080")["verdict"], "ACCEPT")
        self.sees(self.flows("reject", self.acl)[-1]["rule"], "rule 55", "what was, stays as it was")

    def refused_by_route(self):
        self.step("5. without a route; flow logs say ACCEPT there")
        self.connect(EXAMPLE, 80)
        flow = self.one("reject", EXAMPLE)
        self.sees(self.ruled(flow), ["REJECT", "no-route", self.private_table, f"no route to {EXAMPLE}"])
        self.sees(flow["destination"]["name"], "example.com")

    def to_the_internet(self):
        self.step("6. out and in: the site by its name, the laptop, and the address that the internet sees")
        self.inside("web", "curl", "-sS", "-m", "5", f"http://{EXAMPLE}/")
        public = self.describe(self.servers["web"])["PublicIpAddress"]
        back = self.one("example.com", "web", public)
        self.sees([back["source"]["name"], back["destination"]["address"]], ["example.com", self.at["web"]])
        self.holds(not self.laptop_ping(public), "the web server's group does not let the laptop in")
        flow = self.one("laptop", "internet", "reject")
        self.sees([flow["source"]["name"], flow["destination"]["name"]], ["laptop", "web"])
        self.sees([flow["reason"], flow["sent_to"]], ["security-group-ingress", public])

    def filters(self):
        self.step("7. filters: every word must fit; one that is none is refused with those that there are")
        everything = len(self.flows())
        for words in (("reject",), ("tcp",), (self.servers["web"],), (self.interface["app"],), ("10.0.1.0/24",)):
            self.holds(0 < len(self.flows(*words)) < everything, f"{words} leaves out something, and not all")
        self.sees(self.flows("udp", "tcp"), [])
        self.sees(self.flows("accept", "reject"), [])
        self.holds(all(flow["verdict"] == "REJECT" for flow in self.flows("reject")), "reject")
        for word in ("rejected", "10.0.0.0/33", "nobody", "i-0123456789abcdef0", "70000"):
            result = self.hamlet.hamlet("flows", word, check=False)
            self.sees([result.code, result.out], [1, ""], word)
            self.sees(len(result.err.splitlines()), 1, f"{word}: {result.err}")
        shown = self.hamlet.hamlet("flows", "reject").out
        self.holds("\x1b" not in shown, "no colours but on a terminal")
        self.holds(re.search(r"^\d\d:\d\d:\d\d\.\d{3}Z  REJECT  tcp +app \S+ -> web \S+:22 ", shown, re.M), shown)

    def opened(self):
        self.step("8. following, while a group is opened: REJECT turns ACCEPT")
        ssh = "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=10.0.1.0/24}]"
        with self.hamlet.running("flows", "--follow", "--json", "app", "tcp/22") as file:
            told = lambda: [json.loads(line) for line in file.read_text().splitlines()]
            harness.wait_for("what was before", told, 10)
            self.connect(self.at["web"], 22)
            self.allow(self.web_group, ssh)
            self.sees(self.connect(self.at["web"], 22), "connected")
            of_now = lambda: [it for it in told() if it["event"] == "flow" and it["source"]["name"] == "app"][-2:]
            verdicts = lambda: [it["verdict"] for it in of_now()]
            harness.wait_for("both verdicts", lambda: verdicts() == ["REJECT", "ACCEPT"], 10)
            refused, passed = of_now()
            self.holds(refused["rule"].startswith("no rule allows tcp 22"), refused)
            self.holds(passed["rule"].endswith(": tcp 22 from 10.0.1.0/24"), passed)

    def goes_on(self):
        self.step("9. a flow that goes on has a rate, though its packets pass the fast path")
        with self.hamlet.running("flows", "--follow", "--json", "icmp", "app") as file:
            self.holds(self.ping("app", self.at["web"], count=60, wait=20), "sixty echoes, five a second")
            events = [json.loads(line) for line in file.read_text().splitlines()]
        counts = [it for it in events if it["event"] == "count"]
        last = max(it["number"] for it in events if it["event"] == "flow")
        told = [it for it in counts if it["number"] in (last, last - 1)]
        self.holds(told and all(3 <= it["packets_per_second"] <= 7 for it in told), counts)
        self.sees({flow["packets"] for flow in self.flows("icmp", "app")[-2:]}, {60}, "all of it, each way")

    def names(self):
        self.step("10. a name that would steer a terminal is shown as what it is")
        tags = json.dumps([{"Key": "Name", "Value": EVIL}])
        self.ec2("create-tags", "--resources", self.servers["app"], "--tags", tags)
        for words in ((), ("--json",)):
            shown = self.hamlet.hamlet("flows", *words).out
            steering = {character for character in shown if ord(character) < 32 or 127 <= ord(character) < 160}
            self.sees(steering | ({"\u202e"} & set(shown)), {"\n"}, "control characters")
        self.holds(any(flow["source"]["name"] == EVIL for flow in self.flows()), "programs get it as it is")
        self.ec2("create-tags", "--resources", self.servers["app"], "--tags", "Key=Name,Value=app")

    def memory(self):
        status = (f"/proc/{self.hamlet.status()['pid']}/status",)
        with open(*status) as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) // 1024

    def flood(self):
        self.step("11. a server that begins flows as fast as it can: bounded, said, and the others' lines stay")
        self.holds(self.ping("web", self.at["app"], count=1, wait=1) is False, "a line of the other's")
        kept = self.one("reject", "icmp", "web")["number"]
        before = self.memory()
        sent = int(self.inside("app", "python3", "-c", FLOOD, self.at["web"]).out)
        lines = self.hamlet.hamlet("flows", "--json").out.splitlines()
        events = [json.loads(line) for line in lines]
        flows = [it for it in events if it["event"] == "flow"]
        self.holds(len(flows) <= 4096, f"{len(flows)} lines")
        left_out = sum(it["count"] for it in events if it["event"] == "left_out")
        self.holds(sent > 5000 and left_out > 1000, f"{sent} sent, {left_out} left out")
        self.holds(any(it["number"] == kept for it in flows), "what the other did is still there")
        # Connections that groups track are remembered, within their own limit: some hundred bytes for each.
        grown = self.memory() - before
        self.holds(grown < 16 + sent * 500 / 1_000_000, f"{grown} MiB more after {sent} datagrams")

    def restart(self):
        self.step("12. Hamlet ends and runs again: following says so and goes on")
        with self.hamlet.running("flows", "--follow", "--json") as file:
            events = lambda: [json.loads(line)["event"] for line in file.read_text().splitlines()]
            harness.wait_for("what was before", events, 10)
            self.hamlet.stop()
            harness.wait_for("the end to be told", lambda: "ended" in events(), 10)
            self.hamlet.start()
            harness.wait_for("the new beginning to be told", lambda: "resumed" in events(), 10)
            harness.wait_for("the servers", lambda: self.back(), 30, every=0.5)
            behind = lambda: events()[events().index("resumed") :]
            harness.wait_for("flows of this run", lambda: "flow" in behind(), 10)
            self.sees(events().count("ended"), 1)

    def back(self):
        result = self.inside("app", "ping", "-n", "-c", "1", "-w", "1", self.at["web"])
        return result.code == 0


if __name__ == "__main__":
    harness.run(Flows)
