#!/usr/bin/env python3
"""Lab 1 by Terraform: a VPC, its subnet and gateway, DHCP options."""

from terraform import TerraformLab, harness


class Lab1BuildAVpc(TerraformLab):
    folder = "lab1_build_a_vpc"
    changed = {"name": "renamed"}

    def packets(self):
        self.sees(self.output("account"), self.aws("sts", "get-caller-identity")["Account"], "the provider's account")
        vpc = self.output("vpc")
        server = self.launch("server", self.only_subnet(vpc), self.default_group(vpc))
        self.wait_running(server)
        self.booted(server)
        resolver = self.inside("server", "cat", "/etc/resolv.conf").out
        self.holds("lab.example.com" in resolver, f"the domain of the DHCP options: {resolver}")
        self.terminate(server)

    def after_change(self):
        [vpc] = self.ec2("describe-vpcs", "--vpc-ids", self.output("vpc"))["Vpcs"]
        self.sees(vpc["Tags"], [{"Key": "Name", "Value": "renamed"}])

    def drift(self):
        vpc = self.output("vpc")
        self.ec2("delete-tags", "--resources", vpc, "--tags", "Key=Name")
        self.ec2("modify-vpc-attribute", "--vpc-id", vpc, "--no-enable-dns-hostnames")


if __name__ == "__main__":
    harness.run(Lab1BuildAVpc, both=False)
