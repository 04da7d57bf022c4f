#!/usr/bin/env python3
"""aws-list-all asks every question that takes no argument, of EC2 and of the services around it: each is answered."""

import re

from client import ClientLab, harness

SERVICES = ("ec2", "elb", "elbv2", "autoscaling", "rds", "lambda", "cloudformation")
# Not there yet, since the true answer is not that there are none: whoever makes one work strikes it here.
NOT_YET = {
    "autoscaling DescribeAccountSettings",
    "cloudformation DescribeEvents",
    "cloudformation DescribeOrganizationsAccess",
    "cloudformation GetHookResult",
    "cloudformation ListTypes",
    "ec2 DescribeApplicationStatus",
    "ec2 DescribeInstanceTopology",
    "ec2 DescribeSnapshotTierStatus",
    "ec2 GetManagedResourceVisibility",
    "rds DescribeDBClusterParameterGroups",
    "rds DescribeDBMajorEngineVersions",
    "rds DescribeDBParameterGroups",
    "rds DescribeOptionGroups",
    "rds DescribeServerlessV2PlatformVersions",
}


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
        refused = re.findall(r"^!!! (\S+) \S+ (\S+) .*\((?:NotImplemented|NotImplementedException)\)", listed.out, re.M)
        self.sees({f"{service} {operation}" for service, operation in refused}, NOT_YET, "what is not there yet")
        self.holds("--- ec2 us-west-2 DescribeVpcs" in listed.out, listed)


if __name__ == "__main__":
    harness.run(ListAll, both=False)
