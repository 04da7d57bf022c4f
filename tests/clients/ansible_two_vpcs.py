#!/usr/bin/env python3
"""Ansible's amazon.aws builds two VPCs, the second time changes nothing, removes them, and finds nothing to remove."""

from ansible_play import AnsibleLab
from client import harness


class AnsibleTwoVpcs(AnsibleLab):
    playbook = "two_vpcs.yml"

    def walk(self):
        self.key = harness.fresh_key(self.user.stage)
        before = self.resources()
        self.step("1. build")
        self.holds(self.built("present") > 0, "something was built")
        self.step("2. build again: nothing changes")
        self.sees(self.built("present"), 0, "tasks that changed something")
        self.step("3. packets: out by the gateway, nothing between the two, ssh from the internet")
        self.booted(*self.servers())
        self.holds(self.ping("one", "192.0.2.10"), "out")
        two = self.ec2(
            "describe-instances", "--filters", "Name=tag:Name,Values=two", "Name=instance-state-name,Values=running"
        )
        address = two["Reservations"][0]["Instances"][0]["PrivateIpAddress"]
        self.holds(not self.ping("one", address, count=1, wait=1), "no route between the two")
        self.step("4. remove, and remove again")
        self.holds(self.built("absent") > 0, "something was removed")
        self.sees(self.built("absent"), 0, "tasks that changed something")
        self.sees(self.resources(), before, "what is left")

    def servers(self):
        running = self.ec2("describe-instances", "--filters", "Name=instance-state-name,Values=running")
        return [it["InstanceId"] for group in running["Reservations"] for it in group["Instances"]]

    def built(self, state):
        return self.play(state, key=self.key.with_suffix(".pub").read_text().strip())

    def resources(self):
        counted = dict(self.hamlet.status()["resources"])
        return {kind: count for kind, count in counted.items() if "instance" not in kind}


if __name__ == "__main__":
    harness.run(AnsibleTwoVpcs, both=False)
