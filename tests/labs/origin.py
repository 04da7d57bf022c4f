#!/usr/bin/env python3
"""By which way a call has come: `hamlet why-denied` names the interface that sent it, its VPC and its address, beside
the address that it is seen with, which the audit trail has as well. Two servers have the same private address at the
same time in VPCs of the same block; others come through a NAT gateway, over IPv6, from the laptop and from the machine
itself; calls share a connection, by HTTP/1.1 and by HTTP/2."""

import json
import re

import harness
from harness import ACCOUNT, REGION
from network import ANYWHERE, LAPTOP, NetworkLab

ANYWHERE_V6 = "::/0"
SAME = "10.0.0.10"
HOST = f"ec2.{REGION}.amazonaws.com"
DUAL_HOST = f"ec2.{REGION}.api.aws"
# Two calls over one connection: the key, the URL, further options of curl.
CALL = r"""
key=$1 host=$2; shift 2
curl -sS -m 8 -D - --aws-sigv4 "aws:amz:REGION:ec2" --user "$key" "$@" -w '\nby %{http_version} new %{num_connects}\n' \
    --data 'Action=DescribeVpcs&Version=2016-11-15' "$host" "$host"
""".replace("REGION", REGION)
SECURE = {"Bool": {"aws:SecureTransport": "true"}}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class Origin(NetworkLab):
    def walk(self):
        # The addresses that calls were seen with, by their requests' identifiers.
        self.seen_as = {}
        self.user_who_may_look()
        self.networks()
        self.two_with_the_same_address()
        self.through_a_nat_gateway()
        self.over_ipv6()
        self.from_outside()
        self.the_audit_trail()
        self.a_condition_sees_tls()
        self.terminate(self.web, self.twin, self.app)

    def user_who_may_look(self):
        self.step("1. a user who may look at VPCs")
        self.aws("iam", "create-user", "--user-name", "ann")
        self.let({})
        key = self.aws("iam", "create-access-key", "--user-name", "ann")["AccessKey"]
        self.key = f"{key['AccessKeyId']}:{key['SecretAccessKey']}"

    def let(self, condition):
        statement = {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*", "Condition": condition}
        put = ("put-user-policy", "--user-name", "ann", "--policy-name", "own")
        self.aws("iam", *put, "--policy-document", document(statement))

    def networks(self):
        self.step(
            "2. two VPCs of the same block, and in each a server at the same address; a third behind a NAT gateway"
        )
        self.left = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        self.right = self.make_vpc("10.0.0.0/16")
        [block] = self.ec2("describe-vpcs", "--vpc-ids", self.left)["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
        six = self.sixty_four(block["Ipv6CidrBlock"], 0)
        left = self.public_subnet(self.left, "--ipv6-cidr-block", six)
        right = self.public_subnet(self.right)
        same = ("--private-ip-address", SAME, "--associate-public-ip-address")
        self.web = self.launch("web", left, self.default_group(self.left), *same, "--ipv6-address-count", "1")
        self.twin = self.launch("twin", right, self.default_group(self.right), *same)
        elastic = self.ec2("allocate-address", "--domain", "vpc")
        self.nat_address = elastic["PublicIp"]
        made = self.ec2("create-nat-gateway", "--subnet-id", left, "--allocation-id", elastic["AllocationId"])
        nat = made["NatGateway"]["NatGatewayId"]
        self.ec2("wait", "nat-gateway-available", "--nat-gateway-ids", nat)
        private = self.table(self.left)
        self.route(private, ANYWHERE, "--nat-gateway-id", nat)
        subnet = self.subnet(self.left, "10.0.1.0/24", "a", private)
        self.app = self.launch("app", subnet, self.default_group(self.left))
        self.wait_running(self.web, self.twin, self.app)
        self.booted(self.web, self.twin, self.app)

    def public_subnet(self, vpc, *more):
        table = self.table(vpc)
        gateway = self.attach_gateway(vpc)
        self.route(table, ANYWHERE, "--gateway-id", gateway)
        if more:
            self.route(table, ANYWHERE_V6, "--gateway-id", gateway)
        return self.subnet(vpc, "10.0.0.0/24", "a", table, *more)

    def calls(self, run, url, *options):
        """Two calls over one connection; their identifiers, and the version of HTTP."""
        heard = run("sh", "-c", CALL, "call", self.key, url, *options)
        self.sees(heard.out.count("<vpcSet>"), 2, heard)
        versions = re.findall(r"^by (\S+) new (\d)", heard.out, re.M)
        self.sees([new for _, new in versions], ["1", "0"], f"both share a connection: {heard}")
        return re.findall(r"^x-amzn-requestid: (\S+)", heard.out, re.M | re.I), versions[0][0]

    def told(self, request):
        text = self.hamlet.hamlet("why-denied", request).out
        [origin] = re.findall(r"^  origin +(.*)$", text, re.M)
        return origin

    def comes_from(self, instance, address, seen_as, url=f"https://{HOST}/", *options):
        interface = self.describe(instance)["NetworkInterfaces"][0]
        expected = f"{interface['NetworkInterfaceId']} ({address}) in {interface['VpcId']}, seen as {seen_as}"
        requests, version = self.calls(lambda *words: self.inside(instance, *words), url, *options)
        self.sees(len(requests), 2)
        for request in requests:
            self.sees(self.told(request), expected)
            self.seen_as[request] = seen_as
        return version

    def two_with_the_same_address(self):
        self.step("3. each is known by its own interface and VPC, by HTTP/2, HTTP/1.1, and without TLS")
        for instance in (self.web, self.twin):
            public = self.describe(instance)["PublicIpAddress"]
            self.sees(self.comes_from(instance, SAME, public, f"https://{HOST}/", "--http2"), "2")
            self.sees(self.comes_from(instance, SAME, public, f"https://{HOST}/", "--http1.1"), "1.1")
            self.comes_from(instance, SAME, public, f"http://{HOST}/")
        last = self.hamlet.hamlet("why-denied", "--allowed").out
        self.holds(f"({SAME}) in {self.right}" in last, last)

    def through_a_nat_gateway(self):
        self.step("4. behind the NAT gateway it is the server's own interface, seen as the gateway")
        self.comes_from(self.app, self.describe(self.app)["PrivateIpAddress"], self.nat_address)

    def over_ipv6(self):
        self.step("5. over IPv6 nothing is translated")
        address = self.describe(self.web)["NetworkInterfaces"][0]["Ipv6Addresses"][0]["Ipv6Address"]
        self.comes_from(self.web, address, address, f"https://{DUAL_HOST}/", "-6")

    def from_outside(self):
        self.step("6. the laptop and this machine are the user's")
        expected = f"the user's machine, seen as {LAPTOP}"
        requests, _ = self.calls(self.laptop, f"https://{HOST}/")
        self.sees([self.told(request) for request in requests], [expected] * 2)
        name, secret = self.key.split(":")
        variables = {"AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": secret}
        self.aws("ec2", "describe-vpcs", environment=variables)
        last = self.hamlet.hamlet("why-denied", "--allowed").out
        self.holds(f"  origin    {expected}" in last, last)
        self.holds(f"arn:aws:iam::{ACCOUNT}:user/ann" in last, last)

    def the_audit_trail(self):
        self.step("7. the audit trail has the address that each was seen with")
        attribute = "AttributeKey=Username,AttributeValue=ann"
        events = self.aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute)["Events"]
        records = [json.loads(event["CloudTrailEvent"]) for event in events]
        found = {record["requestID"]: record["sourceIPAddress"] for record in records}
        self.sees({request: found.get(request) for request in self.seen_as}, self.seen_as)

    def a_condition_sees_tls(self):
        self.step("8. aws:SecureTransport is whether it came over TLS")
        self.let(SECURE)
        self.calls(lambda *words: self.inside(self.web, *words), f"https://{HOST}/")
        heard = self.inside(self.web, "sh", "-c", CALL, "call", self.key, f"http://{HOST}/")
        self.sees(heard.out.count("<Code>UnauthorizedOperation</Code>"), 2, heard)


if __name__ == "__main__":
    harness.run(Origin)
