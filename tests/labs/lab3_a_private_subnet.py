#!/usr/bin/env python3
"""Lab 3: a private subnet, with a route table and a network ACL of its own."""

import harness
from harness import REGION


class Lab3APrivateSubnet(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        vpc = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
        first = ("--vpc-id", vpc, "--cidr-block", "10.0.0.0/24")
        self.ec2("create-subnet", *first, "--availability-zone", f"{REGION}a")
        self.step("1. the first one's CIDR again is refused, and named; 10.0.1.0/24 in the second zone is not")
        second = ("--availability-zone", f"{REGION}b")
        self.refused(
            "InvalidSubnet.Conflict",
            "The CIDR '10.0.0.0/24' conflicts with another subnet",
            "create-subnet",
            *first,
            *second,
        )
        subnet = self.ec2("create-subnet", "--vpc-id", vpc, "--cidr-block", "10.0.1.0/24", *second)["Subnet"]
        self.sees((subnet["AvailabilityZone"], subnet["State"]), (f"{REGION}b", "available"))
        self.holds(not subnet["MapPublicIpOnLaunch"], "a private subnet assigns no public addresses")
        self.step("2. a route table with the local route only, a network ACL that denies everything")
        table = self.ec2("create-route-table", "--vpc-id", vpc)["RouteTable"]
        self.sees([(it["DestinationCidrBlock"], it["GatewayId"]) for it in table["Routes"]], [("10.0.0.0/16", "local")])
        self.ec2("associate-route-table", "--route-table-id", table["RouteTableId"], "--subnet-id", subnet["SubnetId"])
        [found] = self.ec2(
            "describe-route-tables", "--filters", f"Name=association.subnet-id,Values={subnet['SubnetId']}"
        )["RouteTables"]
        self.sees(found["RouteTableId"], table["RouteTableId"])
        acl = self.ec2("create-network-acl", "--vpc-id", vpc)["NetworkAcl"]["NetworkAclId"]
        of_subnet = ("--filters", f"Name=association.subnet-id,Values={subnet['SubnetId']}")
        [default] = self.ec2("describe-network-acls", *of_subnet)["NetworkAcls"]
        [association] = [it for it in default["Associations"] if it["SubnetId"] == subnet["SubnetId"]]
        self.ec2(
            "replace-network-acl-association",
            "--association-id",
            association["NetworkAclAssociationId"],
            "--network-acl-id",
            acl,
        )
        [guard] = self.ec2("describe-network-acls", *of_subnet)["NetworkAcls"]
        self.sees({(it["RuleNumber"], it["RuleAction"]) for it in guard["Entries"]}, {(32767, "deny")})


if __name__ == "__main__":
    harness.run(Lab3APrivateSubnet)
