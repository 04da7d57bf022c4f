#!/usr/bin/env python3
"""Scripts that build a way in or out: a bastion, a NAT instance, a dual-stack VPC."""

import json
import shlex

from script import EXAMPLE, EXAMPLE_V6, LAPTOP, ScriptLab, harness, words_after

SSH = (
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
    "-o",
    "ConnectTimeout=5",
    "-o",
    "LogLevel=ERROR",
)


class WaysInAndOut(ScriptLab):
    def walk(self):
        self.bastion()
        self.nat_instance()
        self.dual_stack()

    def bastion(self):
        self.step("1. a bastion takes ssh from one address, and the server behind it from the bastion alone")
        said = self.script("bastion.sh", "key.pem", LAPTOP)
        [bastion], [server] = words_after(said, "bastion"), words_after(said, "server")
        self.booted(self.id_of("bastion"), self.id_of("server"))
        key = self.user.own(self.directory / "key.pem")
        self.sees(key.read_text().splitlines()[0], "-----BEGIN OPENSSH PRIVATE KEY-----", "the key file")
        ssh = ("ssh", "-i", str(key), *SSH)
        jump = shlex.join([*ssh, "-W", "%h:%p", f"ec2-user@{bastion}"])
        answer = self.laptop(*ssh, "-o", f"ProxyCommand={jump}", f"ec2-user@{server}", "hostname")
        self.sees(answer.out.strip(), f"ip-{server.replace('.', '-')}.{harness.REGION}.compute.internal", "who answers")
        way = self.trace("laptop", bastion, "tcp/22")
        self.holds(way["reachable"], way["text"])
        self.holds(not self.ping("bastion", server, wait=1), "nothing but ssh")
        other = self.hamlet.hamlet("trace", "192.0.2.10", bastion, "tcp/22", "--json", check=False)
        self.sees(other.code, 4, f"somebody else's address: {other}")
        self.terminate(self.id_of("bastion"), self.id_of("server"))

    def nat_instance(self):
        self.step("2. a NAT instance by user data forwards, translates, and does so after a reboot")
        said = self.script("nat_instance.sh")
        [nat, address], [behind] = words_after(said, "nat"), words_after(said, "behind")
        self.booted(nat, behind)
        self.holds(self.ping(behind, EXAMPLE), "the server behind it reaches the internet")
        self.sees(self.visitor(behind), address, "whom the other side sees")
        self.holds(not self.laptop_ping(address), "nothing comes in")
        self.sees(self.forwards(nat), "1")
        self.ec2("reboot-instances", "--instance-ids", nat)
        harness.wait_for("forwarding after the reboot", lambda: self.forwards(nat) == "1", 30)
        self.holds(self.ping(behind, EXAMPLE), "and translating, by the rules that were saved")
        self.terminate(nat, behind)

    def forwards(self, server):
        return self.inside(server, "cat", "/proc/sys/net/ipv4/ip_forward").out.strip()

    def dual_stack(self):
        self.step("3. both families in, and from the private subnet IPv6 alone out")
        servers = json.loads(self.script("dual_stack.py"))
        public, private = servers["public"], servers["private"]
        self.booted(public["id"], private["id"])
        self.sees(private["public"], None, "the private server's public address")
        self.holds(self.laptop_ping(public["public"]), "IPv4 in")
        self.holds(self.laptop_ping(public["ipv6"]), "IPv6 in")
        self.holds(not self.laptop_ping(private["ipv6"]), "nothing comes in by the egress-only gateway")
        ways = self.pings(
            ("private", EXAMPLE_V6), ("private", EXAMPLE), ("private", public["ipv6"]), ("private", public["private"])
        )
        self.sees(ways, [True, False, True, True], "out by IPv6, not by IPv4; to the neighbour by both")


if __name__ == "__main__":
    harness.run(WaysInAndOut)
