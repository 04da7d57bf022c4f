#!/usr/bin/env python3
"""Ansible's amazon.aws makes users, groups, policies, roles, a profile and a key, the second time changes nothing,
removes them, and finds nothing to remove."""

from ansible_play import AnsibleLab
from client import harness


class AnsibleIdentities(AnsibleLab):
    options = ("--instances", "none")
    playbook = "identities.yml"

    def walk(self):
        before = self.account()
        self.step("1. build, and act as a role that was built")
        self.holds(self.play("present") > 0, "something was built")
        self.step("2. build again: nothing changes")
        self.sees(self.play("present"), 0, "tasks that changed something")
        self.step("3. remove, and remove again")
        self.holds(self.play("absent") > 0, "something was removed")
        self.sees(self.play("absent"), 0, "tasks that changed something")
        self.sees(self.account(), before, "what is left")

    def account(self):
        """How many there are of each kind, and whether passwords have rules."""
        counted = self.aws("iam", "get-account-summary")["SummaryMap"]
        has_policy = self.aws_result("iam", "get-account-password-policy").code == 0
        return {**{kind: count for kind, count in counted.items() if "Quota" not in kind}, "passwords": has_policy}


if __name__ == "__main__":
    harness.run(AnsibleIdentities, both=False)
