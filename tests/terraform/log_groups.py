#!/usr/bin/env python3
"""Log groups by Terraform: with retention, stream, metric filter and policy; events go into it."""

import time

from terraform import TerraformLab, harness


class LogGroups(TerraformLab):
    folder = "log_groups"
    options = ("--instances", "none")
    use = "events are written and found"
    changed = {"days": 30}

    def packets(self):
        group = ("--log-group-name", self.output("group"))
        event = f"timestamp={int(time.time() * 1000)},message=ERROR"
        self.aws("logs", "put-log-events", *group, "--log-stream-name", "one", "--log-events", event)
        found = self.aws("logs", "filter-log-events", *group, "--filter-pattern", "ERROR")["events"]
        self.sees([it["message"] for it in found], ["ERROR"])

    def retention(self):
        groups = self.aws("logs", "describe-log-groups", "--log-group-name-prefix", self.output("group"))["logGroups"]
        return [it["retentionInDays"] for it in groups]

    def after_change(self):
        self.sees(self.retention(), [30])

    def drift(self):
        self.aws("logs", "delete-retention-policy", "--log-group-name", self.output("group"))


if __name__ == "__main__":
    harness.run(LogGroups, both=False)
