#!/usr/bin/env python3
"""Lab 5: test connectivity, find the fault, fix it. Everything is wrong first, and `hamlet trace` says why."""

import contextlib
import json
import re
import time

import harness
from harness import REGION

AMI = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
ANYWHERE = "0.0.0.0/0"
INSTANCE_CONNECT = "18.237.140.160/29"


class Lab5FindTheFault(harness.Lab):
    def walk(self):
        self.vpc_and_more()
        self.servers()
        self.ssh_to_the_public_server()
        self.ping_the_private_server()
        self.captured()
        self.out_to_the_internet()

    def vpc_and_more(self):
        self.step("1. a VPC with public and private subnets in two zones: three route tables")
        self.vpc = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16", *named("vpc", "lab-vpc"))["Vpc"]["VpcId"]
        self.ec2("modify-vpc-attribute", "--vpc-id", self.vpc, "--enable-dns-hostnames")
        gateway = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.ec2("attach-internet-gateway", "--vpc-id", self.vpc, "--internet-gateway-id", gateway)
        shared = self.table(("0.0.0.0/0", gateway))
        self.public = [self.subnet(number, shared) for number in (0, 2)]
        for subnet in self.public:
            self.ec2("modify-subnet-attribute", "--subnet-id", subnet, "--map-public-ip-on-launch")
        self.private_table = self.table()
        self.private = [self.subnet(1, self.private_table), self.subnet(3, self.table())]
        tables = self.ec2(
            "describe-route-tables", "--filters", f"Name=vpc-id,Values={self.vpc}", "Name=association.main,Values=false"
        )
        self.sees(len(tables["RouteTables"]), 3)
        self.acl = self.ec2("create-network-acl", "--vpc-id", self.vpc)["NetworkAcl"]["NetworkAclId"]
        [default] = self.ec2(
            "describe-network-acls", "--filters", f"Name=association.subnet-id,Values={self.private[0]}"
        )["NetworkAcls"]
        [association] = [it for it in default["Associations"] if it["SubnetId"] == self.private[0]]
        self.ec2(
            "replace-network-acl-association",
            "--association-id",
            association["NetworkAclAssociationId"],
            "--network-acl-id",
            self.acl,
        )

    def subnet(self, number, table):
        zone = REGION + "ab"[number // 2]
        made = self.ec2(
            "create-subnet", "--vpc-id", self.vpc, "--cidr-block", f"10.0.{number}.0/24", "--availability-zone", zone
        )
        self.ec2("associate-route-table", "--route-table-id", table, "--subnet-id", made["Subnet"]["SubnetId"])
        return made["Subnet"]["SubnetId"]

    def table(self, *routes):
        id = self.ec2("create-route-table", "--vpc-id", self.vpc)["RouteTable"]["RouteTableId"]
        for destination, gateway in routes:
            self.ec2(
                "create-route", "--route-table-id", id, "--destination-cidr-block", destination, "--gateway-id", gateway
            )
        return id

    def servers(self):
        self.step("   a public and a private server; neither group lets in what we will try")
        self.key = self.user.stage / "key.pem"
        self.key.write_text(self.ec2("create-key-pair", "--key-name", "key")["KeyMaterial"] + "\n")
        self.key.chmod(0o600)
        self.user.own(self.key)
        self.web = self.group("web")
        self.allow(self.web, "tcp", "80", "--cidr", ANYWHERE)
        self.db = self.group("db")
        self.allow(self.db, "tcp", "22", "--source-group", self.web)
        self.public_id = self.launch("public", self.public[0], self.web)
        self.private_id = self.launch("private", self.private[0], self.db)
        self.wait_running(self.public_id, self.private_id)
        # The private ACL lets nothing in or out; what comes from the link itself is no traffic.
        self.booted(self.public_id, self.private_id)
        self.private_address = self.describe(self.private_id)["PrivateIpAddress"]
        self.public_address = self.describe(self.public_id)["PublicIpAddress"]
        self.sees(
            self.inside("public", "hostname").out.split(".")[0],
            "ip-" + self.describe(self.public_id)["PrivateIpAddress"].replace(".", "-"),
        )

    def group(self, name):
        return self.ec2("create-security-group", "--group-name", name, "--description", name, "--vpc-id", self.vpc)[
            "GroupId"
        ]

    def allow(self, group, protocol, port, *source):
        self.ec2(
            "authorize-security-group-ingress", "--group-id", group, "--protocol", protocol, "--port", port, *source
        )

    def launch(self, name, subnet, group):
        made = self.ec2(
            "run-instances",
            "--image-id",
            AMI,
            "--instance-type",
            "t2.micro",
            "--key-name",
            "key",
            "--subnet-id",
            subnet,
            "--security-group-ids",
            group,
            *named("instance", name),
        )
        return made["Instances"][0]["InstanceId"]

    def describe(self, id):
        return self.ec2("describe-instances", "--instance-ids", id)["Reservations"][0]["Instances"][0]

    def ssh_to_the_public_server(self):
        self.step("2. Instance Connect and ssh fail: the public server's group lets in only HTTP")
        self.blocked_by(self.web, "laptop", "public", "tcp/22")
        for command in (("connect", "public"), ("ssh", "-i", str(self.key), "public")):
            began = time.monotonic()
            tried = self.hamlet.hamlet(*command, "--", "true", check=False, seconds=40)
            self.sees(tried.code, 255, f"hamlet {command[0]}")
            self.holds("timed out" in tried.err, f"a group drops in silence: {tried.err}")
            self.holds(time.monotonic() - began > 3, "it takes as long as a timeout takes")
        self.step("   SSH from the Region's Instance Connect range: connect works, ssh does not yet")
        self.allow(self.web, "tcp", "22", "--cidr", INSTANCE_CONNECT)
        self.connect("public", "echo connected as $USER")
        self.blocked_by(self.web, "laptop", "public", "tcp/22")
        self.step("   SSH from 0.0.0.0/0: both work, without a restart")
        self.allow(self.web, "tcp", "22", "--cidr", ANYWHERE)
        answer = self.trace("laptop", "public", "tcp/22")
        self.holds(answer["reachable"], answer["text"])
        self.connect("public", "echo connected as $USER")
        tried = self.hamlet.hamlet("ssh", "-i", str(self.key), "public", "--", "echo $SSH_CONNECTION", check=False)
        self.holds(tried.code == 0 and tried.out.startswith("198.51.100.10 "), f"the laptop's address is seen: {tried}")
        refused = self.hamlet.hamlet("connect", "private", "--", "true", check=False)
        self.sees(refused.code, 125)
        self.holds("has no public address" in refused.err, refused.err)

    def connect(self, name, command):
        tried = self.hamlet.hamlet("connect", name, "--", command, check=False)
        self.sees((tried.code, tried.out.strip()), (0, "connected as ec2-user"), f"hamlet connect {tried.err}")

    def ping_the_private_server(self):
        self.step("3. public to private: no reply. Cause 1: the private network ACL")
        self.holds(not self.ping("public", self.private_address), "the ACL denies all")
        answer = self.blocked_by(self.acl, "public", "private", "icmp")
        self.sees(answer["explanation_code"], "SUBNET_ACL_RESTRICTION")
        with self.running_ping() as received:
            self.entry("100", "--ingress")
            self.step("   ICMP in, but not out: the trace goes on to cause 2")
            self.entry("100", "--egress")
            self.holds(not self.ping("public", self.private_address), "still no reply")
            answer = self.blocked_by(self.db, "public", "private", "icmp")
            self.sees(answer["explanation_code"], "ENI_SG_RULES_MISMATCH")
            self.sees(received(), 0, "replies to the ping that has been running all the time")
            self.step("   ICMP from the public server's group: the running ping starts to get replies")
            self.allow(self.db, "icmp", "-1", "--source-group", self.web)
            harness.wait_for("the running ping to be answered", lambda: received() >= 3, 10)
        self.holds(self.trace("public", "private", "icmp")["reachable"], "and the trace says so")
        self.step("   without the ACL's outbound rule the replies stop: an ACL has no memory")
        self.ec2("delete-network-acl-entry", "--network-acl-id", self.acl, "--rule-number", "100", "--egress")
        self.holds(not self.ping("public", self.private_address), "the reply is dropped")
        answer = self.blocked_by(self.acl, "public", "private", "icmp")
        self.holds(answer["reply_dropped"], answer["text"])
        self.entry("100", "--egress")
        self.holds(self.ping("public", self.private_address), "and is back")

    def entry(self, number, way):
        self.ec2(
            "create-network-acl-entry",
            "--network-acl-id",
            self.acl,
            way,
            "--rule-number",
            number,
            "--protocol",
            "icmp",
            "--icmp-type-code",
            "Type=-1,Code=-1",
            "--rule-action",
            "allow",
            "--cidr-block",
            "10.0.0.0/24",
        )

    @contextlib.contextmanager
    def running_ping(self):
        """A ping from the public to the private server that runs all the time; yields how many replies it has had."""
        ping = ("exec", "public", "--", "ping", "-n", "-i", "0.2", self.private_address)
        with self.hamlet.running(*ping) as log:
            yield lambda: len(re.findall(rb"bytes from .*time=", log.read_bytes()))

    def captured(self):
        self.step("   a capture of the private server's interface shows the packets")
        with self.hamlet.running("capture", "private") as file:
            harness.wait_for("the capture to begin", lambda: file.stat().st_size, 10)
            self.holds(self.ping("public", self.private_address), "the ping that is to be seen")
            read = ["tcpdump", "-nr", str(file), "icmp"]
            shown = harness.wait_for(
                "both directions", lambda: both(harness.execute(read, harness.clean_environment(), check=False).out), 10
            )
        self.holds(f"> {self.private_address}: ICMP echo request" in shown, shown)

    def out_to_the_internet(self):
        self.step(
            "4. example.com from the public server: 200 and HTML; a redirect is shown; from the private one: nothing"
        )
        page = self.inside("public", "curl", "-sS", "-i", "-m", "10", "http://example.com")
        self.holds(page.code == 0 and " 200 OK" in page.out.splitlines()[0] and "<html" in page.out, page)
        redirect = self.inside("public", "curl", "-sS", "-i", "-m", "10", "http://redirect.example.net")
        self.holds(
            re.match(r"HTTP/1.1 30[12378]", redirect.out)
            and re.search(r"(?im)^location: http://example.com", redirect.out),
            redirect,
        )
        followed = self.inside(
            "public",
            "curl",
            "-sS",
            "-L",
            "-m",
            "10",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "http://redirect.example.net",
        )
        self.sees(followed.out, "200")
        self.holds(
            self.inside("public", "ping", "-n", "-c", "1", "-W", "2", "example.com").code == 0,
            "the internet answers echoes",
        )
        private = self.inside("private", "curl", "-sS", "-m", "3", "http://example.com")
        self.sees(private.code, 28, f"curl's code for a timeout: {private}")
        blocked = self.trace("private", "example.com", "tcp/80")
        self.holds(not blocked["reachable"], blocked["text"])
        self.step("   names: the VPC resolver knows its own and the internet's, and splits the horizon")
        name = self.describe(self.public_id)["PublicDnsName"]
        private_address = self.describe(self.public_id)["PrivateIpAddress"]
        self.sees(self.inside("public", "dig", "+short", name).out.strip(), private_address, f"{name} inside")
        self.sees(self.laptop("dig", "+short", name).out.strip(), self.public_address, f"{name} outside")
        own = self.describe(self.private_id)["PrivateDnsName"]
        self.sees(self.inside("public", "dig", "+short", own).out.strip(), self.private_address)
        self.step("5. every drop was counted under its name")
        drops = self.hamlet.status()["drops"]
        self.holds(drops.get("network-acl-ingress", 0) + drops.get("network-acl-egress", 0) >= 4, drops)
        self.holds(drops.get("security-group-ingress", 0) >= 4, drops)


def both(shown):
    return shown if "echo request" in shown and "echo reply" in shown else ""


def named(kind, name):
    return "--tag-specifications", json.dumps([{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}])


if __name__ == "__main__":
    harness.run(Lab5FindTheFault)
