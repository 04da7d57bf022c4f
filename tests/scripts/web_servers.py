#!/usr/bin/env python3
"""Scripts about web servers in the default VPC: a launch template with user data, an Elastic IP address that moves,
groups that are open to the world, and an inventory of it all."""

import csv
import re

from script import ScriptLab, harness

RULE = re.compile(r"sgr-\w+")


class WebServers(ScriptLab):
    def walk(self):
        self.launch_template()
        self.elastic_ip()
        self.open_groups()
        self.inventory()

    def launch_template(self):
        self.step("1. servers from two versions of a launch template serve what its user data says")
        said = self.script("launch_template.sh", "web")
        self.servers = re.findall(r"^i-\w+", said, re.M)
        self.sees(re.findall(r"^\d\t.*$", said, re.M), ["2\t2", "2\tsecond\tTrue", "1\tfirst\tFalse"], said)
        self.addresses = [self.describe(id)["PublicIpAddress"] for id in self.servers]
        pages = [self.waits_for_page(address) for address in self.addresses]
        self.sees(pages, [f"{self.servers[0]} first", f"{self.servers[1]} second"], "pages")
        for id, name in zip(self.servers, ("blue", "green"), strict=True):
            self.ec2("create-tags", "--resources", id, "--tags", f"Key=Name,Value={name}")

    def elastic_ip(self):
        self.step("2. an Elastic IP address is moved from one to the other, and the world follows")
        [address, holder, _] = self.script("move_elastic_ip.sh", "blue", "green").splitlines()[-1].split()
        self.sees(holder, self.servers[0])
        self.sees(self.page(address), f"{self.servers[0]} first", "before")
        said = self.script("move_elastic_ip.sh", "blue", "green")
        self.holds("Resource.AlreadyAssociated" in said, said)
        self.sees(said.splitlines()[-1].split()[:2], [address, self.servers[1]])
        self.sees(self.page(address), f"{self.servers[1]} second", "after")
        self.holds(self.describe(self.servers[0]).get("PublicIpAddress") != address, "the first one has lost it")
        self.address = address

    def open_groups(self):
        self.step("3. groups that are open to the world are found, and what is closed is closed")
        [group] = self.describe(self.servers[1])["SecurityGroups"]
        for block in ("CidrIp=0.0.0.0/0", "CidrIp=198.51.100.0/24"):
            self.allow(group["GroupId"], f"IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{{{block}}}]")
        self.allow(group["GroupId"], "IpProtocol=tcp,FromPort=3389,ToPort=3389,Ipv6Ranges=[{CidrIpv6=::/0}]")
        found = [line.split("\t") for line in self.script("open_groups.sh").splitlines()]
        users = ",".join(sorted(self.servers))
        self.sees(found.pop(), ["still open to ssh from anywhere over IPv4: 1"])
        seen = sorted((row[3], row[4], ",".join(sorted(row[5].split(",")))) for row in found)
        expected = [("22-22", "0.0.0.0/0", users), ("3389-3389", "::/0", users), ("80-80", "0.0.0.0/0", users)]
        self.sees(seen, expected)
        self.holds(all(row[0] == group["GroupId"] and RULE.fullmatch(row[1]) for row in found), found)
        way = self.trace("192.0.2.10", self.address, "tcp/22")
        self.holds(way["reachable"], way["text"])
        closed = self.script("open_groups.sh", "--close").splitlines()
        # Each filter is held against all rules: the group has one for this port, and another one for the world.
        self.sees(closed[-1], "still open to ssh from anywhere over IPv4: 1")
        way = self.trace("192.0.2.10", self.address, "tcp/22")
        self.holds(not way["reachable"], way["text"])
        self.sees(self.page(self.address), f"{self.servers[1]} second", "web is still open")
        left = self.script("open_groups.sh").splitlines()
        self.sees([line.split("\t")[3] for line in left[:-1]], ["80-80"], "what is left open")

    def inventory(self):
        self.step("4. an inventory over all services counts what is there, and none where there is none")
        lines = self.script("inventory.py").splitlines()
        counts = {line[16:48].strip(): int(line[48:]) for line in lines[1:] if not line.startswith(("I", "i-"))}
        start = lines.index("InstanceId,Name,State,Type,Zone,Private,Public,Image")
        rows = {row["Name"]: row for row in csv.DictReader(lines[start:])}
        self.sees(lines[0].split()[1], harness.ACCOUNT)
        self.sees(
            {name: rows[name]["InstanceId"] for name in rows}, dict(zip(("blue", "green"), self.servers, strict=True))
        )
        self.sees(rows["green"]["Public"], self.address)
        self.holds(rows["blue"]["Image"].startswith("al2023-ami-minimal-"), rows)
        some = {name: counts[name] for name in ("Vpcs", "Subnets", "SecurityGroups", "Addresses", "LaunchTemplates")}
        self.sees(some, {"Vpcs": 1, "Subnets": 4, "SecurityGroups": 2, "Addresses": 1, "LaunchTemplates": 1})
        none = (
            "NatGateways",
            "VpcEndpoints",
            "TransitGateways",
            "FlowLogs",
            "DBInstances",
            "Functions",
            "LoadBalancers",
        )
        self.sees([counts[name] for name in none], [0] * len(none), "what there is none of")


if __name__ == "__main__":
    harness.run(WebServers, both=False)
