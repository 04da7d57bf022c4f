"""Thousands of requests made from the model, with identifiers that exist: all are answered, and nothing of it is lost.

The seed is printed with each failure; HAMLET_SEED repeats the walk.
"""

import os
import random
import re
import unittest

from botocore.exceptions import ClientError

import answers
import hamlet
import scenario
import story

SEED = int(os.environ.get("HAMLET_SEED") or random.SystemRandom().randrange(2**32))
STEPS = int(os.environ.get("HAMLET_STEPS") or 2500)
IDS_MAX = 300
ID = re.compile(r"\b(?:[a-z]+-)+[0-9a-f]{17}\b")
CIDRS = [
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.0.2.0/24",
    "10.1.0.0/16",
    "10.1.1.0/24",
    "0.0.0.0/0",
    "192.0.2.0/24",
    "10.0.1.0/28",
    "172.31.96.0/20",
]
CIDRS_V6 = ["::/0", "2001:db8::/64", "2001:db8::/56"]
TEXTS = [
    "x",
    "",
    "default",
    "local",
    "Name",
    "us-west-2a",
    "true",
    "tcp",
    "-1",
    "icmp",
    "6",
    "t3.micro",
    "10.0.1.9",
    "sourceDestCheck",
    "vpc-id",
]


class RandomWalk(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        self.recorder = answers.Recorder()
        self.ec2 = story.told().hamlet.client(account="888888888888", recorder=self.recorder, validate=False)
        self.methods = {name: method for method, name in self.ec2.meta.method_to_api_mapping.items()}
        image = story.told().scenario.id["ami"]
        self.ids = [image]
        self.ec2.import_key_pair(KeyName="x", PublicKeyMaterial=scenario.public_key().encode())

    def test_it(self):
        rows = [row["name"] for row in hamlet.rows() if row["service"] == "ec2"]
        # More is made than is taken away, or there would never be much.
        rows += [name for name in rows if name.startswith(("Create", "Attach", "Associate", "Allocate", "Run"))] * 3
        good = set()
        for step in range(STEPS):
            name = self.random.choice(rows)
            parameters = self.structure(hamlet.model("ec2").operation_model(name).input_shape)
            parameters.pop("DryRun", None)
            try:
                answer = getattr(self.ec2, self.methods[name])(**parameters)
            except ClientError as refused:
                status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
                said = f"step {step} of seed {SEED}: {name} {parameters}: {refused}"
                self.assertTrue(400 <= status < 500 or status == 501, said)
                self.assertTrue(refused.response["Error"]["Message"], said)
            else:
                good.add(name)
                found = [id for id in ID.findall(str(answer)) if id not in self.ids]
                self.ids = (self.ids + found)[-IDS_MAX:]
        for described in story.DESCRIBES:
            getattr(self.ec2, described)()
        lost = {name: list(findings) for (_, name), findings in self.recorder.lost.items() if findings}
        self.assertEqual({}, lost, f"seed {SEED}")
        self.assertGreater(len(good), 30, f"seed {SEED}: hardly anything succeeds: {sorted(good)}")

    def structure(self, shape, depth=0):
        required = set(shape.required_members)
        names = [
            name
            for name in shape.members
            if name in required or self.random.random() < (0.3 if depth else self.random.choice((0, 0.1, 0.3)))
        ]
        return {name: self.value(name, shape.members[name], depth) for name in names}

    def value(self, name, shape, depth):
        kind, choose = shape.type_name, self.random.choice
        if kind == "structure":
            return self.structure(shape, depth + 1) if depth < 4 else {}
        if kind == "list":
            return [self.value(name, shape.member, depth + 1) for _ in range(self.random.choice((1, 1, 2)))]
        if kind == "string":
            return choose(shape.enum) if shape.enum and self.random.random() < 0.95 else self.text(name)
        return {
            "boolean": lambda: choose((True, False)),
            "integer": lambda: choose((0, 1, 1, 2, 5, 22, 100, 443, -1, 2**31 - 1)),
            "long": lambda: choose((0, 1, 2, 3)),
            "double": lambda: 0.5,
            "float": lambda: 0.5,
            "timestamp": lambda: "2026-01-01T00:00:00Z",
            "blob": lambda: b"#!/bin/sh\n",
        }[kind]()

    def text(self, name):
        choose = self.random.choice
        if "Ipv6" in name and "Cidr" in name:
            return choose(CIDRS_V6)
        if "Cidr" in name:
            return choose(CIDRS)
        if name.endswith(("Id", "Ids", "Resources", "Groups", "GroupId")):
            wanted = PREFIXES.get(name.removesuffix("s"))
            fitting = [id for id in self.ids if wanted and id.startswith(wanted)]
            return choose(fitting) if fitting and self.random.random() < 0.9 else choose(self.ids)
        return choose(TEXTS)


PREFIXES = {
    "VpcId": "vpc-",
    "PeerVpcId": "vpc-",
    "SubnetId": "subnet-",
    "RouteTableId": "rtb-",
    "InternetGatewayId": "igw-",
    "GatewayId": "igw-",
    "NatGatewayId": "nat-",
    "NetworkAclId": "acl-",
    "GroupId": "sg-",
    "Group": "sg-",
    "SecurityGroupId": "sg-",
    "NetworkInterfaceId": "eni-",
    "InstanceId": "i-",
    "AllocationId": "eipalloc-",
    "DhcpOptionsId": "dopt-",
    "PrefixListId": "pl-",
    "VpcPeeringConnectionId": "pcx-",
    "EgressOnlyInternetGatewayId": "eigw-",
    "VpcEndpointId": "vpce-",
    "AttachmentId": "eni-attach-",
    "ImageId": "ami-",
    "SecurityGroupRuleId": "sgr-",
    "VolumeId": "vol-",
    "DestinationPrefixListId": "pl-",
    "SubnetCidrReservationId": "scr-",
    "InstanceConnectEndpointId": "eice-",
}
