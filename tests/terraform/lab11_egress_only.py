#!/usr/bin/env python3
"""Lab 11 by Terraform: IPv6, outwards alone."""

from terraform import EXAMPLE_V6, TerraformLab, harness


class Lab11EgressOnly(TerraformLab):
    folder = "lab11_egress_only"
    changed = {"name": "renamed"}

    def packets(self):
        self.booted_servers()
        self.holds(self.ping("server", EXAMPLE_V6), "outwards")
        self.holds(not self.laptop_ping(self.output("address")), "nothing comes in")

    def drift(self):
        table = self.output("table")
        self.ec2("delete-route", "--route-table-id", table, "--destination-ipv6-cidr-block", "::/0")


if __name__ == "__main__":
    harness.run(Lab11EgressOnly, both=False)
