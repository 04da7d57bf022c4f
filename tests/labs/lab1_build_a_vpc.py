#!/usr/bin/env python3
"""Lab 1: build a VPC. labs.md's steps, one by one."""

import harness
from harness import ACCOUNT, REGION


class Lab1BuildAVpc(harness.Lab):
    options = ("--instances", "none")
    starts_aws = True

    def walk(self):
        self.default_vpc()
        vpc = self.build()
        self.what_came_with_it(vpc)
        self.errors(vpc)

    def default_vpc(self):
        self.step("1. a new account has a default VPC")
        [vpc] = self.ec2("describe-vpcs")["Vpcs"]
        self.sees((vpc["CidrBlock"], vpc["IsDefault"], vpc["State"]), ("172.31.0.0/16", True, "available"))
        zones = self.ec2("describe-availability-zones")["AvailabilityZones"]
        subnets = self.ec2("describe-subnets")["Subnets"]
        self.sees(sorted(it["AvailabilityZone"] for it in subnets), sorted(it["ZoneName"] for it in zones))
        self.holds(all(it["CidrBlock"].endswith("/20") for it in subnets), "every default subnet is a /20")
        self.holds(all(it["DefaultForAz"] and it["MapPublicIpOnLaunch"] for it in subnets), "public address on launch")
        self.sees({it["AvailableIpAddressCount"] for it in subnets}, {4091})
        [gateway] = self.ec2("describe-internet-gateways")["InternetGateways"]
        self.sees(gateway["Attachments"], [{"State": "available", "VpcId": vpc["VpcId"]}])
        [table] = self.ec2("describe-route-tables")["RouteTables"]
        routes = {(it["DestinationCidrBlock"], it["GatewayId"], it["State"]) for it in table["Routes"]}
        self.sees(routes, {("172.31.0.0/16", "local", "active"), ("0.0.0.0/0", gateway["InternetGatewayId"], "active")})
        self.holds(table["Associations"][0]["Main"], "it is the main route table")
        [group] = self.ec2("describe-security-groups")["SecurityGroups"]
        self.sees((group["GroupName"], group["Description"]), ("default", "default VPC security group"))
        [acl] = self.ec2("describe-network-acls")["NetworkAcls"]
        self.holds(acl["IsDefault"] and len(acl["Associations"]) == len(subnets), "the default ACL guards every subnet")
        self.step("   and so has every other Region and account")
        [other] = self.ec2("describe-vpcs", region="eu-west-1")["Vpcs"]
        self.sees(other["CidrBlock"], "172.31.0.0/16")
        elsewhere = {"AWS_ACCESS_KEY_ID": "210987654321", "AWS_SECRET_ACCESS_KEY": "any"}
        [theirs] = self.ec2("describe-vpcs", environment=elsewhere)["Vpcs"]
        self.sees(theirs["OwnerId"], "210987654321")
        self.holds(theirs["VpcId"] != vpc["VpcId"], "another account has its own")
        self.sees(self.aws("sts", "get-caller-identity")["Account"], ACCOUNT)

    def build(self):
        self.step("2. a VPC 10.0.0.0/16 with a Name tag")
        tag = "ResourceType=vpc,Tags=[{Key=Name,Value=lab}]"
        vpc = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16", "--tag-specifications", tag)["Vpc"]
        self.sees((vpc["State"], vpc["IsDefault"], vpc["OwnerId"]), ("pending", False, ACCOUNT))
        self.ec2("wait", "vpc-available", "--vpc-ids", vpc["VpcId"])
        self.made["vpc"] = vpc["VpcId"]
        [found] = self.ec2("describe-vpcs", "--filters", "Name=tag:Name,Values=lab")["Vpcs"]
        self.sees((found["VpcId"], found["State"]), (vpc["VpcId"], "available"))
        self.sees(found["Tags"], [{"Key": "Name", "Value": "lab"}])
        self.step("   a subnet 10.0.0.0/24 in the first zone, with public addresses on launch")
        words = ("--vpc-id", vpc["VpcId"], "--cidr-block", "10.0.0.0/24", "--availability-zone", f"{REGION}a")
        subnet = self.ec2("create-subnet", *words)["Subnet"]
        self.made["subnet"] = subnet["SubnetId"]
        self.holds(not subnet["MapPublicIpOnLaunch"], "off at first")
        self.ec2("modify-subnet-attribute", "--subnet-id", subnet["SubnetId"], "--map-public-ip-on-launch")
        [subnet] = self.ec2("describe-subnets", "--subnet-ids", subnet["SubnetId"])["Subnets"]
        self.holds(subnet["MapPublicIpOnLaunch"], "on now")
        self.sees(subnet["AvailableIpAddressCount"], 251, "free addresses of a /24")
        self.step("   an internet gateway, attached")
        gateway = self.ec2("create-internet-gateway")["InternetGateway"]
        self.sees(gateway["Attachments"], [])
        self.made["gateway"] = gateway["InternetGatewayId"]
        self.ec2("attach-internet-gateway", "--vpc-id", vpc["VpcId"], "--internet-gateway-id", self.made["gateway"])
        [gateway] = self.ec2("describe-internet-gateways", "--internet-gateway-ids", self.made["gateway"])[
            "InternetGateways"
        ]
        self.sees(gateway["Attachments"], [{"State": "available", "VpcId": vpc["VpcId"]}])
        return vpc["VpcId"]

    def what_came_with_it(self, vpc):
        self.step("3. it came with a main route table, a default security group and a default network ACL")
        only = ("--filters", f"Name=vpc-id,Values={vpc}")
        [table] = self.ec2("describe-route-tables", *only)["RouteTables"]
        self.sees(
            [(it["DestinationCidrBlock"], it["GatewayId"], it["Origin"]) for it in table["Routes"]],
            [("10.0.0.0/16", "local", "CreateRouteTable")],
        )
        self.sees([it["Main"] for it in table["Associations"]], [True])
        [group] = self.ec2("describe-security-groups", *only)["SecurityGroups"]
        self.sees(group["GroupName"], "default")
        [pair] = group["IpPermissions"][0]["UserIdGroupPairs"]
        self.sees((group["IpPermissions"][0]["IpProtocol"], pair["GroupId"]), ("-1", group["GroupId"]))
        [egress] = group["IpPermissionsEgress"]
        self.sees((egress["IpProtocol"], egress["IpRanges"]), ("-1", [{"CidrIp": "0.0.0.0/0"}]))
        [acl] = self.ec2("describe-network-acls", *only)["NetworkAcls"]
        rules = {
            (it["Egress"], it["RuleNumber"], it["RuleAction"], it["Protocol"], it["CidrBlock"]) for it in acl["Entries"]
        }
        both = (False, True)
        self.sees(
            rules,
            {(way, 100, "allow", "-1", "0.0.0.0/0") for way in both}
            | {(way, 32767, "deny", "-1", "0.0.0.0/0") for way in both},
        )
        self.sees([it["SubnetId"] for it in acl["Associations"]], [self.made["subnet"]])

    def errors(self, vpc):
        self.step("4. what is refused, and how")
        for size in ("10.0.0.0/15", "10.0.0.0/29"):
            self.refused("InvalidVpc.Range", f"The CIDR '{size}' is invalid.", "create-vpc", "--cidr-block", size)
        self.refused(
            "InvalidParameterValue",
            "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
            "create-vpc",
            "--cidr-block",
            "10.0.0.0",
        )
        for outside in ("10.1.0.0/24", "10.0.0.0/29", "10.0.0.0/15"):
            self.refused(
                "InvalidSubnet.Range",
                f"The CIDR '{outside}' is invalid.",
                "create-subnet",
                "--vpc-id",
                vpc,
                "--cidr-block",
                outside,
            )
        second = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.refused(
            "InvalidParameterValue",
            f"Network {vpc} already has an internet gateway attached",
            "attach-internet-gateway",
            "--vpc-id",
            vpc,
            "--internet-gateway-id",
            second,
        )
        other = self.ec2("create-vpc", "--cidr-block", "10.9.0.0/16")["Vpc"]["VpcId"]
        first = self.made["gateway"]
        self.refused(
            "Resource.AlreadyAssociated",
            f"resource {first} is already attached to network {vpc}",
            "attach-internet-gateway",
            "--vpc-id",
            other,
            "--internet-gateway-id",
            first,
        )
        nobody = "0123456789abcdef0"
        self.refused(
            "InvalidVpcID.NotFound",
            f"The vpc ID 'vpc-{nobody}' does not exist",
            "describe-vpcs",
            "--vpc-ids",
            f"vpc-{nobody}",
        )
        self.refused(
            "InvalidSubnetID.NotFound",
            f"The subnet ID 'subnet-{nobody}' does not exist",
            "delete-subnet",
            "--subnet-id",
            f"subnet-{nobody}",
        )
        self.refused(
            "InvalidInternetGatewayID.NotFound",
            f"The internetGateway ID 'igw-{nobody}' does not exist",
            "delete-internet-gateway",
            "--internet-gateway-id",
            f"igw-{nobody}",
        )
        self.refused(
            "InvalidVpcID.NotFound",
            f"The vpc ID 'vpc-{nobody}' does not exist",
            "create-subnet",
            "--vpc-id",
            f"vpc-{nobody}",
            "--cidr-block",
            "10.0.0.0/24",
        )
        self.refused(
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
            "create-vpc",
            "--cidr-block",
            "10.0.0.0/16",
            "--dry-run",
        )
        self.refused(
            "DependencyViolation",
            f"The vpc '{vpc}' has dependencies and cannot be deleted.",
            "delete-vpc",
            "--vpc-id",
            vpc,
        )


if __name__ == "__main__":
    harness.run(Lab1BuildAVpc)
