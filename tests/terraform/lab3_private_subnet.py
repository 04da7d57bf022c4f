#!/usr/bin/env python3
"""Lab 3 by Terraform: a private subnet, and a second block of the VPC."""

from terraform import TerraformLab, harness


class Lab3PrivateSubnet(TerraformLab):
    folder = "lab3_private_subnet"
    changed = {"name": "renamed"}

    def packets(self):
        subnet = self.output("subnet")
        [found] = self.ec2("describe-subnets", "--subnet-ids", subnet)["Subnets"]
        server = self.launch("private", subnet, self.default_group(found["VpcId"]))
        self.wait_running(server)
        acls = self.ec2("describe-network-acls", "--filters", f"Name=association.subnet-id,Values={subnet}")
        self.blocked_by(acls["NetworkAcls"][0]["NetworkAclId"], "private", "example.com", "tcp/80")
        self.terminate(server)

    def drift(self):
        self.ec2("modify-subnet-attribute", "--subnet-id", self.output("subnet"), "--map-public-ip-on-launch")


if __name__ == "__main__":
    harness.run(Lab3PrivateSubnet, both=False)
