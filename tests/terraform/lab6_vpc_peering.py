#!/usr/bin/env python3
"""Lab 6 by Terraform: two VPCs and what is between them."""

from terraform import TerraformLab, harness


class Lab6VpcPeering(TerraformLab):
    folder = "lab6_vpc_peering"
    changed = {"dns": True}

    def packets(self):
        self.booted_servers()
        self.holds(self.ping("one", self.output("address")), "over the peering connection")

    def after_change(self):
        found = self.ec2("describe-vpc-peering-connections", "--vpc-peering-connection-ids", self.output("peering"))
        [peering] = found["VpcPeeringConnections"]
        for side in ("RequesterVpcInfo", "AccepterVpcInfo"):
            self.sees(peering[side]["PeeringOptions"]["AllowDnsResolutionFromRemoteVpc"], True, side)

    def drift(self):
        table = self.output("table")
        self.ec2("delete-route", "--route-table-id", table, "--destination-cidr-block", "10.2.0.0/16")
        self.holds(not self.ping("one", self.output("address"), count=1, wait=1), "without the route")


if __name__ == "__main__":
    harness.run(Lab6VpcPeering, both=False)
