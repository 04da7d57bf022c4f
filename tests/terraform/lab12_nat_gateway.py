#!/usr/bin/env python3
"""Lab 12 by Terraform: a private server behind a NAT gateway."""

from terraform import ANYWHERE, TerraformLab, harness


class Lab12NatGateway(TerraformLab):
    folder = "lab12_nat_gateway"
    changed = {"name": "renamed"}

    def packets(self):
        self.booted_servers()
        self.sees(self.visitor("private"), self.output("gateway"), "whom the internet sees")

    def drift(self):
        self.ec2("delete-route", "--route-table-id", self.output("table"), "--destination-cidr-block", ANYWHERE)


if __name__ == "__main__":
    harness.run(Lab12NatGateway, both=False)
