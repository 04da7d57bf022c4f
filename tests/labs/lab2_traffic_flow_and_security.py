#!/usr/bin/env python3
"""Lab 2: traffic flow and security. Routes, a security group, network ACLs."""

import harness
from harness import REGION

ANYWHERE = "0.0.0.0/0"


class Lab2TrafficFlowAndSecurity(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.vpc = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
        words = ("--vpc-id", self.vpc, "--cidr-block", "10.0.0.0/24", "--availability-zone", f"{REGION}a")
        self.subnet = self.ec2("create-subnet", *words)["Subnet"]["SubnetId"]
        self.gateway = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.ec2("attach-internet-gateway", "--vpc-id", self.vpc, "--internet-gateway-id", self.gateway)
        self.routes()
        self.group()
        self.acls()

    def routes(self):
        self.step("1. a route to the internet gateway; the subnet is associated explicitly")
        table = self.main_table()
        id = table["RouteTableId"]
        default = ("--route-table-id", id, "--destination-cidr-block", ANYWHERE, "--gateway-id", self.gateway)
        self.sees(self.ec2("create-route", *default)["Return"], True)
        routes = {(it["DestinationCidrBlock"], it["GatewayId"], it["State"]) for it in self.main_table()["Routes"]}
        self.sees(routes, {("10.0.0.0/16", "local", "active"), (ANYWHERE, self.gateway, "active")})
        made = self.ec2("associate-route-table", "--route-table-id", id, "--subnet-id", self.subnet)
        self.sees(made["AssociationState"]["State"], "associated")
        self.sees(sorted(it["Main"] for it in self.main_table()["Associations"]), [False, True])
        self.step("   refused: the same route to another target, a route for the VPC's own CIDR, a second association")
        second = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.refused(
            "InvalidParameterValue",
            f"route table {id} and network gateway {second} belong to different networks",
            "create-route",
            "--route-table-id",
            id,
            "--destination-cidr-block",
            "192.0.2.0/24",
            "--gateway-id",
            second,
        )
        interface = self.ec2("create-network-interface", "--subnet-id", self.subnet)["NetworkInterface"][
            "NetworkInterfaceId"
        ]
        self.refused(
            "RouteAlreadyExists",
            f"The route identified by {ANYWHERE} already exists.",
            "create-route",
            "--route-table-id",
            id,
            "--destination-cidr-block",
            ANYWHERE,
            "--network-interface-id",
            interface,
        )
        self.refused(
            "InvalidParameterValue",
            "The destination CIDR block 10.0.0.0/16 is equal to or more specific than one of this "
            "VPC's CIDR blocks. This route can target only an interface or an instance.",
            "create-route",
            "--route-table-id",
            id,
            "--destination-cidr-block",
            "10.0.0.0/16",
            "--gateway-id",
            self.gateway,
        )
        self.refused(
            "Resource.AlreadyAssociated",
            f"the specified association for route table {id} conflicts with an existing association",
            "associate-route-table",
            "--route-table-id",
            id,
            "--subnet-id",
            self.subnet,
        )
        self.ec2("delete-network-interface", "--network-interface-id", interface)

    def main_table(self):
        filters = (f"Name=vpc-id,Values={self.vpc}", "Name=association.main,Values=true")
        [table] = self.ec2("describe-route-tables", "--filters", *filters)["RouteTables"]
        return table

    def group(self):
        self.step("2. a new group lets nothing in and everything out")
        words = ("--group-name", "web", "--description", "HTTP from anywhere", "--vpc-id", self.vpc)
        group = self.ec2("create-security-group", *words)["GroupId"]
        [seen] = self.ec2("describe-security-groups", "--group-ids", group)["SecurityGroups"]
        self.sees(seen["IpPermissions"], [])
        self.sees(
            [(it["IpProtocol"], it["IpRanges"]) for it in seen["IpPermissionsEgress"]], [("-1", [{"CidrIp": ANYWHERE}])]
        )
        http = ("--group-id", group, "--protocol", "tcp", "--port", "80", "--cidr", ANYWHERE)
        [rule] = self.ec2("authorize-security-group-ingress", *http)["SecurityGroupRules"]
        self.sees(
            (rule["IpProtocol"], rule["FromPort"], rule["CidrIpv4"], rule["IsEgress"]), ("tcp", 80, ANYWHERE, False)
        )
        rules = self.ec2("describe-security-group-rules", "--filters", f"Name=group-id,Values={group}")[
            "SecurityGroupRules"
        ]
        self.sees(sorted(it["IsEgress"] for it in rules), [False, True])
        self.step("   refused: the same rule again, the same name again, deleting a group that is used")
        self.refused(
            "InvalidPermission.Duplicate",
            'the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists',
            "authorize-security-group-ingress",
            *http,
        )
        self.refused(
            "InvalidGroup.Duplicate",
            f"The security group 'web' already exists for VPC '{self.vpc}'",
            "create-security-group",
            *words,
        )
        other = self.ec2(
            "create-security-group", "--group-name", "db", "--description", "behind web", "--vpc-id", self.vpc
        )["GroupId"]
        self.ec2(
            "authorize-security-group-ingress",
            "--group-id",
            other,
            "--protocol",
            "tcp",
            "--port",
            "5432",
            "--source-group",
            group,
        )
        self.refused(
            "DependencyViolation",
            f"resource {group} has a dependent object",
            "delete-security-group",
            "--group-id",
            group,
        )
        self.ec2(
            "revoke-security-group-ingress",
            "--group-id",
            other,
            "--protocol",
            "tcp",
            "--port",
            "5432",
            "--source-group",
            group,
        )
        made = self.ec2("create-network-interface", "--subnet-id", self.subnet, "--groups", other)
        interface = made["NetworkInterface"]["NetworkInterfaceId"]
        self.refused(
            "DependencyViolation",
            f"resource {other} has a dependent object",
            "delete-security-group",
            "--group-id",
            other,
        )
        self.ec2("delete-network-interface", "--network-interface-id", interface)
        self.ec2("delete-security-group", "--group-id", other)
        [default] = self.ec2(
            "describe-security-groups", "--filters", f"Name=vpc-id,Values={self.vpc}", "Name=group-name,Values=default"
        )["SecurityGroups"]
        [own] = default["IpPermissions"]
        self.sees((own["IpProtocol"], [it["GroupId"] for it in own["UserIdGroupPairs"]]), ("-1", [default["GroupId"]]))
        self.refused(
            "CannotDelete",
            f'the specified group: "{default["GroupId"]}" name: "default" cannot be deleted by a user',
            "delete-security-group",
            "--group-id",
            default["GroupId"],
        )

    def acls(self):
        self.step("3. the default network ACL allows all; a new one denies all until rules say otherwise")
        default = self.acl_of_subnet()
        self.holds(default["IsDefault"], "the subnet starts with the default ACL")
        self.sees(self.rules(default), {(100, "allow"), (32767, "deny")})
        acl = self.ec2("create-network-acl", "--vpc-id", self.vpc)["NetworkAcl"]
        self.sees((self.rules(acl), acl["IsDefault"], acl["Associations"]), ({(32767, "deny")}, False, []))
        id = acl["NetworkAclId"]
        allow = (
            "--network-acl-id",
            id,
            "--rule-number",
            "100",
            "--protocol",
            "-1",
            "--rule-action",
            "allow",
            "--cidr-block",
            ANYWHERE,
        )
        self.ec2("create-network-acl-entry", *allow, "--ingress")
        self.ec2("create-network-acl-entry", *allow, "--egress")
        self.refused(
            "NetworkAclEntryAlreadyExists",
            "The network acl entry identified by 100 already exists.",
            "create-network-acl-entry",
            *("deny" if word == "allow" else word for word in allow),
            "--ingress",
        )
        self.step("   the association moves; the subnet never has two")
        [association] = [it for it in default["Associations"] if it["SubnetId"] == self.subnet]
        moved = self.ec2(
            "replace-network-acl-association",
            "--association-id",
            association["NetworkAclAssociationId"],
            "--network-acl-id",
            id,
        )
        self.holds(moved["NewAssociationId"] != association["NetworkAclAssociationId"], "a move has a new id")
        self.sees(self.acl_of_subnet()["NetworkAclId"], id)
        self.refused(
            "DependencyViolation",
            f"The networkAcl '{id}' has dependencies and cannot be deleted.",
            "delete-network-acl",
            "--network-acl-id",
            id,
        )

    def acl_of_subnet(self):
        [acl] = self.ec2("describe-network-acls", "--filters", f"Name=association.subnet-id,Values={self.subnet}")[
            "NetworkAcls"
        ]
        return acl

    def rules(self, acl):
        way = {
            egress: {(it["RuleNumber"], it["RuleAction"]) for it in acl["Entries"] if it["Egress"] == egress}
            for egress in (False, True)
        }
        self.sees(way[False], way[True], "both ways alike")
        return way[False]


if __name__ == "__main__":
    harness.run(Lab2TrafficFlowAndSecurity)
