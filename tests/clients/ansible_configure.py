#!/usr/bin/env python3
"""Ansible in `hamlet shell`, with nothing configured: one playbook creates an instance and configures it over ssh."""

from ansible_play import AnsibleLab
from client import harness


class AnsibleConfigure(AnsibleLab):
    playbook = "configure.yml"

    def walk(self):
        key = harness.fresh_key(self.user.stage)
        self.step("1. create and configure")
        self.holds(self.play("present", key=str(key)) > 0, "something was changed")
        self.step("2. it is configured")
        self.sees(self.inside("web", "cat", "/etc/motd", check=True).out, "configured as ec2-user\n")
        self.step("3. again: nothing changes")
        self.sees(self.play("present", key=str(key)), 0, "tasks that changed something")

    def interpreter(self):
        """The playbook says it of each host."""
        return {}

    def run(self, program, *words, environment=(), **options):
        """In the shell instead."""
        return self.in_shell(program, *words, environment=environment, **options)


if __name__ == "__main__":
    harness.run(AnsibleConfigure, both=False)
