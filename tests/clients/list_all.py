#!/usr/bin/env python3
"""aws-list-all asks every question that takes no argument, of EC2 and of the services around it: each is answered."""

import re

from client import ClientLab, harness

SERVICES = ("ec2", "elb", "elbv2", "autoscaling", "rds", "lambda", "cloudformation")
# What it asks and is not there yet, or is not there without more: their refusals are the truth.
REFUSED = set()


class ListAll(ClientLab):
    client = "list_all"

    def walk(self):
        self.step("every question without arguments is answered")
        listed = self.run(
            "aws-list-all",
            "query",
            "--region",
            harness.REGION,
            "--directory",
            self.user.stage,
            "--parallel",
            "8",
            *(word for service in SERVICES for word in ("--service", service)),
        )
        errors = set(re.findall(r"^!!! (\S+ \S+ \S+)", listed.out, re.M))
        errors = {f"{service} {operation}" for service, _, operation in map(str.split, errors)}
        self.sees(sorted(errors - REFUSED), [], "what was refused")
        self.holds("+++ ec2" in listed.out, listed)


if __name__ == "__main__":
    harness.run(ListAll, both=False)
