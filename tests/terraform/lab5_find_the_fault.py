#!/usr/bin/env python3
"""Lab 5 by Terraform: faults that are mended one after the other, by variables."""

from terraform import NOTHING, TerraformLab, harness


class Lab5FindTheFault(TerraformLab):
    folder = "lab5_find_the_fault"
    changed = {"acl_open": True}

    def packets(self):
        self.booted_servers()
        self.holds(not self.ping("public", self.output("private_ip"), count=1, wait=1), "nothing is open")
        self.blocked_by(self.output("acl"), "public", "private", "icmp")

    def after_change(self):
        self.holds(not self.ping("public", self.output("private_ip"), count=1, wait=1), "the group is closed")
        self.blocked_by(self.output("private_group"), "public", "private", "icmp")
        self.given["group_open"] = True
        self.apply()
        self.sees_plan(NOTHING)
        self.holds(self.ping("public", self.output("private_ip")), "both are open")

    def drift(self):
        acl = self.output("acl")
        self.ec2("delete-network-acl-entry", "--network-acl-id", acl, "--ingress", "--rule-number", "100")
        self.holds(not self.ping("public", self.output("private_ip"), count=1, wait=1), "the ACL is closed")


if __name__ == "__main__":
    harness.run(Lab5FindTheFault, both=False)
