#!/usr/bin/env python3
"""Cloud Custodian asks for every resource of a VPC, finds what its policies are for, and acts upon it."""

import json

from client import ClientLab, harness

# Every resource around a VPC, and how many there are in what `walk` has made.
RESOURCES = {
    "vpc": 2,
    "subnet": 5,
    "route-table": 3,
    "internet-gateway": 2,
    "nat-gateway": 0,
    "security-group": 4,
    "network-acl": 2,
    "eni": 1,
    "elastic-ip": 1,
    "peering-connection": 0,
    "vpc-endpoint": 0,
    "vpn-gateway": 0,
    "vpn-connection": 0,
    "customer-gateway": 0,
    "transit-gateway": 0,
    "transit-attachment": 0,
    "key-pair": 0,
    "ec2": 1,
    "ebs": 1,
    "ami": 0,
    "flow-log": 0,
    "mirror-session": 0,
    "mirror-target": 0,
    "launch-template-version": 0,
}
POLICIES = [
    {
        "name": "open-ssh",
        "resource": "aws.security-group",
        "filters": [{"type": "ingress", "Ports": [22], "Cidr": {"value": "0.0.0.0/0"}}],
        "actions": [{"type": "remove-permissions", "ingress": "matched"}],
    },
    {
        "name": "unused-group",
        "resource": "aws.security-group",
        "filters": [{"GroupName": "unused"}],
        "actions": ["delete"],
    },
    {
        "name": "unused-address",
        "resource": "aws.elastic-ip",
        "filters": [{"AssociationId": "absent"}],
        "actions": [{"type": "release", "force": True}],
    },
    {
        "name": "no-owner",
        "resource": "aws.ec2",
        "filters": [{"State.Name": "running"}, {"tag:Owner": "absent"}],
        "actions": [{"type": "tag", "tags": {"Owner": "nobody"}}, "stop"],
    },
    {
        "name": "ends-on-shutdown",
        "resource": "aws.ec2",
        "filters": [
            {
                "type": "instance-attribute",
                "attribute": "instanceInitiatedShutdownBehavior",
                "key": "Value",
                "value": "stop",
            }
        ],
    },
]


class Custodian(ClientLab):
    client = "custodian"

    def walk(self):
        self.step("1. a VPC with a server, an open group, one that nobody uses, an address that nobody has")
        vpc = self.make_vpc("10.0.0.0/16")
        self.attach_gateway(vpc)
        self.table(vpc)
        subnet = self.subnet(vpc, "10.0.0.0/24", "a")
        groups = {name: self.group(vpc, name) for name in ("open", "unused")}
        self.allow(groups["open"], "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]")
        server = self.launch("server", subnet, groups["open"])
        self.ec2("allocate-address")
        self.wait_running(server)
        self.step("2. it asks for everything, and hears the truth")
        found = self.custodian([{"name": f"all-{kind}", "resource": f"aws.{kind}"} for kind in RESOURCES])
        self.sees({name.removeprefix("all-"): len(it) for name, it in found.items()}, RESOURCES, "resources")
        self.step("3. it acts")
        found = self.custodian(POLICIES)
        self.sees([it["GroupId"] for it in found["open-ssh"]], [groups["open"]])
        self.sees([it["GroupId"] for it in found["unused-group"]], [groups["unused"]])
        self.sees([it["InstanceId"] for it in found["no-owner"]], [server])
        self.sees([it["InstanceId"] for it in found["ends-on-shutdown"]], [server])
        [group] = self.ec2("describe-security-groups", "--group-ids", groups["open"])["SecurityGroups"]
        self.sees(group["IpPermissions"], [], "the open group's rules")
        self.refused(
            "InvalidGroup.NotFound",
            f"The security group '{groups['unused']}' does not exist",
            "describe-security-groups",
            "--group-ids",
            groups["unused"],
        )
        self.sees(self.ec2("describe-addresses")["Addresses"], [], "addresses")
        self.ec2("wait", "instance-stopped", "--instance-ids", server)
        self.holds({"Key": "Owner", "Value": "nobody"} in self.describe(server)["Tags"], "its tag")

    def group(self, vpc, name):
        made = self.ec2("create-security-group", "--vpc-id", vpc, "--group-name", name, "--description", name)
        return made["GroupId"]

    def custodian(self, policies):
        """What each policy found, by its name."""
        stage = self.user.stage
        (stage / "policies.json").write_text(json.dumps({"policies": policies}))
        self.run("custodian", "run", "--cache-period", "0", "-s", stage / "found", stage / "policies.json")
        return {
            it["name"]: json.loads((stage / "found" / it["name"] / "resources.json").read_text()) for it in policies
        }


if __name__ == "__main__":
    harness.run(Custodian, both=False)
