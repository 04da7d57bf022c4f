#!/usr/bin/env python3
"""Lab 2 by Terraform: routes, groups, network ACLs; those that come with a VPC and new ones."""

from terraform import ANYWHERE, TerraformLab, harness


class Lab2Traffic(TerraformLab):
    folder = "lab2_traffic"
    changed = {"name": "renamed"}

    def packets(self):
        [group] = self.ec2("describe-security-groups", "--group-ids", self.output("group"))["SecurityGroups"]
        subnet = self.only_subnet(group["VpcId"])
        server = self.launch("server", subnet, group["GroupId"])
        self.wait_running(server)
        address = self.ec2("allocate-address")["AllocationId"]
        self.ec2("associate-address", "--instance-id", server, "--allocation-id", address)
        self.blocked_by(group["GroupId"], "laptop", "server", "tcp/22")
        acls = self.ec2("describe-network-acls", "--filters", f"Name=association.subnet-id,Values={subnet}")
        self.blocked_by(acls["NetworkAcls"][0]["NetworkAclId"], "server", "example.com", "tcp/80")
        self.terminate(server)
        self.ec2("release-address", "--allocation-id", address)

    def drift(self):
        self.allow(self.output("group"), "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]")
        self.ec2("delete-route", "--route-table-id", self.output("table"), "--destination-cidr-block", ANYWHERE)


if __name__ == "__main__":
    harness.run(Lab2Traffic, both=False)
