#!/usr/bin/env python3
"""Scripts about whole estates: three tiers over two Availability Zones, their teardown by tag, and the default VPCs of
all Regions, which go."""

import re

from script import AMI, EXAMPLE, ScriptLab, harness


class Estates(ScriptLab):
    def walk(self):
        self.three_tiers()
        self.teardown()
        self.default_vpcs()

    def three_tiers(self):
        self.step("1. three tiers over two zones: each is reached from the one above alone")
        said = self.script("three_tiers.sh", "shop")
        self.servers = dict(re.findall(r"\|\s*(\w+-[ab])\s*\|\s*(10\.30\.\S+)", said))
        self.sees(sorted(self.servers), ["app-b", "db-a", "web-a", "web-b"], said)
        public = [self.describe(self.id_of(name))["PublicIpAddress"] for name in ("web-a", "web-b")]
        self.sees([self.waits_for_page(address) for address in public], ["web-a", "web-b"], "the world sees")
        app, db = self.servers["app-b"], self.servers["db-a"]
        self.sees(self.waits_for_page(app, 8080, "web-a"), "app-b", "from the web tier, across zones")
        self.sees(self.waits_for_page(db, 5432, "app-b"), "db-a", "from the application tier, across zones")
        self.holds(self.ping("app-b", EXAMPLE), "the application gets out by the NAT gateway")
        self.holds(not self.ping("db-a", EXAMPLE, wait=1), "the database does not")
        self.sees(self.page(db, 5432, "web-a"), "", "the database from the web tier")
        self.blocked_by(self.group_of("db-a"), "web-a", "db-a", "tcp/5432")

    def group_of(self, name):
        return self.describe(self.id_of(name))["SecurityGroups"][0]["GroupId"]

    def teardown(self):
        self.step("2. all that has the tag is taken down, in one go")
        planned = self.script("teardown.py", "Project", "shop", "--dry-run").splitlines()
        kinds = {line.partition(":")[0]: len(line.split()) - 1 for line in planned}
        expected = {"elastic-ip": 1, "instance": 4, "internet-gateway": 1, "natgateway": 1, "route-table": 2}
        self.sees(kinds, {**expected, "security-group": 3, "subnet": 6, "vpc": 1}, "what it would delete")
        self.script("teardown.py", "Project", "shop")
        self.sees([vpc["IsDefault"] for vpc in self.ec2("describe-vpcs")["Vpcs"]], [True], "VPCs that are left")
        self.sees(self.ec2("describe-addresses")["Addresses"], [], "addresses that are left")
        self.sees(self.script("teardown.py", "Project", "shop", "--dry-run").count("vpc:"), 0, "once more")

    def default_vpcs(self):
        self.step("3. the default VPC of every Region goes, and a second run finds none")
        regions = [it["RegionName"] for it in self.ec2("describe-regions")["Regions"]]
        said = self.script("delete_default_vpcs.py")
        self.sees(sorted(re.findall(r"^(\S+): deleted vpc-\w+$", said, re.M)), sorted(regions), said)
        said = self.script("delete_default_vpcs.py")
        self.sees(sorted(re.findall(r"^(\S+): no default VPC$", said, re.M)), sorted(regions), said)
        self.sees([self.ec2("describe-vpcs", region=region)["Vpcs"] for region in regions[:2]], [[], []], "VPCs")
        launch = ("run-instances", "--image-id", AMI, "--instance-type", "t3.micro")
        self.refused("VPCIdNotSpecified", "No default VPC for this user…", *launch)
        self.sees(self.ec2("create-default-vpc")["Vpc"]["IsDefault"], True, "and is made again")


if __name__ == "__main__":
    harness.run(Estates, both=False)
