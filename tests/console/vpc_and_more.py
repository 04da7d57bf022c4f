#!/usr/bin/env python3
"""Create VPC, "VPC and more", as the tutorial's parts on connectivity and peering do: the preview follows every
choice, the steps are done one by one, and the resource map lights up the way from the public subnet to the internet.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness
ZONE = f"{harness.REGION}a"


class VpcAndMore(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        self.preview()
        self.refused()
        self.created()
        self.resource_map()
        self.retried()
        self.everything()

    def preview(self):
        self.step("the preview shows what the defaults make, and follows what is chosen")
        self.menu("Your VPCs")
        self.button("Create VPC")
        self.page.get_by_role("radio", name="VPC and more").click()
        self.shows("Subnets (4)", "Route tables (3)", "Network connections (2)")
        self.item("project-subnet-private2-us-west-2b, private").wait_for()
        self.is_accessible("VPC and more")
        self.picture("preview")
        self.page.get_by_label("Name tag", exact=True).fill("Nextwork")
        self.item(f"Nextwork-subnet-public1-{ZONE}, public").wait_for()
        self.pick("Number of private subnets", "4")
        self.shows("Subnets (6)", "Route tables (5)")
        self.pick("Number of Availability Zones (AZs)", "1")
        self.shows("Subnets (3)", "Route tables (3)")
        self.sees(self.picked("Number of private subnets"), "2")
        self.pick("Number of private subnets", "1")
        self.pick("VPC endpoints", "None")
        self.shows("Subnets (2)", "Route tables (2)", "Network connections (1)")

    def refused(self):
        self.step("a block outside of the VPC's is refused under its field")
        self.page.get_by_role("button", name="Customize subnets CIDR blocks").click()
        self.fill(f"Public subnet CIDR block in {ZONE}", "10.0.0.0/24")
        self.fill(f"Private subnet CIDR block in {ZONE}", "10.9.0.0/24")
        self.button("Create VPC")
        self.reads("The block must lie within the VPC's: 10.0.0.0/16.")
        self.fill(f"Private subnet CIDR block in {ZONE}", "10.0.0.0/25")
        self.reads("CIDR Address overlaps with existing Subnet CIDR: 10.0.0.0/24")
        self.fill(f"Private subnet CIDR block in {ZONE}", "10.0.1.0/24")

    def created(self):
        self.step("Create VPC does one step after the other, and View VPC leads to what was made")
        self.button("Create VPC")
        self.page.get_by_text("Success", exact=True).first.wait_for()
        self.is_accessible("the steps")
        self.picture("workflow")
        steps = self.page.get_by_role("list", name="Steps").get_by_role("listitem").all_inner_texts()
        self.sees(
            [re.sub(r":.*", "", it.strip()) for it in steps],
            ["Create VPC", "Enable DNS hostnames", "Enable DNS resolution", "Verifying VPC creation"]
            + ["Create subnet"] * 2
            + ["Create internet gateway", "Attach internet gateway to the VPC"]
            + ["Create route table", "Create route", "Associate route table"]
            + ["Create route table", "Associate route table", "Verifying route table creation"],
        )
        [vpc] = self.ec2("describe-vpcs", "--filters", "Name=tag:Name,Values=Nextwork-vpc")["Vpcs"]
        self.vpc = vpc["VpcId"]
        self.sees(vpc["CidrBlock"], "10.0.0.0/16")
        attribute = ("--vpc-id", self.vpc, "--attribute", "enableDnsHostnames")
        self.holds(self.ec2("describe-vpc-attribute", *attribute)["EnableDnsHostnames"]["Value"], "no DNS hostnames")
        subnets = self.own("subnets")["Subnets"]
        self.sees(
            sorted((it["Tags"][0]["Value"], it["CidrBlock"], it["MapPublicIpOnLaunch"]) for it in subnets),
            [
                (f"Nextwork-subnet-private1-{ZONE}", "10.0.1.0/24", False),
                (f"Nextwork-subnet-public1-{ZONE}", "10.0.0.0/24", False),
            ],
        )
        tables = {it["Tags"][0]["Value"]: it for it in self.own("route-tables")["RouteTables"] if it["Tags"]}
        self.sees(sorted(tables), [f"Nextwork-rtb-private1-{ZONE}", "Nextwork-rtb-public"])
        self.sees([it["DestinationCidrBlock"] for it in tables["Nextwork-rtb-public"]["Routes"]][-1], "0.0.0.0/0")

    def resource_map(self):
        self.step(
            "a click on the public subnet lights up its route table and the internet gateway, and nothing private"
        )
        self.button("View VPC")
        self.heading(f"{self.vpc} / Nextwork-vpc")
        self.sees(self.page.get_by_role("tab", name="Resource map").get_attribute("aria-selected"), "true")
        self.shows("Subnets (2)", "Route tables (3)", "Network connections (1)")
        public = self.item(f"Nextwork-subnet-public1-{ZONE}, public")
        public.click()
        lit = self.page.locator("button.lit").all_inner_texts()
        wanted = ["Nextwork-vpc", f"Nextwork-subnet-public1-{ZONE}", "Nextwork-rtb-public", "Nextwork-igw"]
        self.sees([it.split("\n")[-1] for it in lit], wanted)
        self.sees(public.get_attribute("aria-pressed"), "true")
        self.is_accessible("the resource map")
        self.picture("map")
        self.item(f"Nextwork-rtb-private1-{ZONE}").focus()
        self.holds("lit" in self.item(f"Nextwork-subnet-private1-{ZONE}, private").get_attribute("class"), "not lit")
        self.item("Nextwork-rtb-public").press("Enter")
        self.reads("0.0.0.0/0")
        self.page.get_by_text("Show details").click()
        self.reads("1 subnet, 2 routes")

    def retried(self):
        self.step("a step that is refused tells why; what stands in the way is removed, and Retry goes on from there")
        reached = len(self.ec2("describe-internet-gateways")["InternetGateways"])
        made = [self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"] for _ in range(5 - reached)]
        self.page.goto(self.place(f"{harness.REGION}/vpcs/create?mode=more"))
        self.page.get_by_label("Name tag", exact=True).fill("second")
        self.button("Create VPC")
        self.reads("InternetGatewayLimitExceeded")
        self.is_accessible("a step that was refused")
        self.ec2("delete-internet-gateway", "--internet-gateway-id", made.pop())
        self.button("Retry")
        self.page.get_by_text("Success", exact=True).first.wait_for()
        self.sees(len(self.ec2("describe-vpcs", "--filters", "Name=tag:Name,Values=second-vpc")["Vpcs"]), 1)
        for gateway in made:
            self.ec2("delete-internet-gateway", "--internet-gateway-id", gateway)

    def everything(self):
        self.step("NAT gateways, an egress-only gateway and an endpoint for S3 come with it where they are wanted")
        self.page.goto(self.place(f"{harness.REGION}/vpcs"))
        self.heading("Your VPCs")
        self.button("Create VPC")
        self.page.get_by_role("radio", name="VPC and more").click()
        self.page.get_by_label("Name tag", exact=True).fill("whole")
        self.page.get_by_role("radio", name="Amazon-provided IPv6 CIDR block").check()
        self.pick("NAT gateways ($)", "In 1 AZ")
        self.pick("Egress only internet gateway", "Yes")
        self.shows("Network connections (4)")
        self.button("Create VPC")
        self.page.get_by_text("Success", exact=True).first.wait_for()
        [vpc] = self.ec2("describe-vpcs", "--filters", "Name=tag:Name,Values=whole-vpc")["Vpcs"]
        self.vpc = vpc["VpcId"]
        tables = self.own("route-tables")["RouteTables"]
        routes = {
            it["Tags"][0]["Value"]: sorted(
                (
                    route.get("DestinationCidrBlock")
                    or route.get("DestinationIpv6CidrBlock")
                    or route["DestinationPrefixListId"],
                    re.sub("-.*", "", self.target(route)),
                )
                for route in it["Routes"]
                if self.target(route) != "local"
            )
            for it in tables
            if it["Tags"]
        }
        self.sees(routes["whole-rtb-public"], [("0.0.0.0/0", "igw"), ("::/0", "igw")])
        for table in (f"whole-rtb-private1-{ZONE}", "whole-rtb-private2-us-west-2b"):
            targets = [target for _, target in routes[table]]
            self.sees(targets, ["nat", "eigw", "vpce"])
        [nat] = self.ec2("describe-nat-gateways", "--filter", f"Name=vpc-id,Values={self.vpc}")["NatGateways"]
        self.sees((nat["State"], nat["Tags"][0]["Value"]), ("available", f"whole-nat-public1-{ZONE}"))
        blocks = [it["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"] for it in self.own("subnets")["Subnets"]]
        self.sees(len(set(blocks)), 4)
        self.button("View VPC")
        self.shows("Subnets (4)", "Route tables (4)", "Network connections (4)")
        self.picture("whole-map")

    def target(self, route):
        return route.get("GatewayId") or route.get("NatGatewayId") or route["EgressOnlyInternetGatewayId"]

    def shows(self, *titles):
        for title in titles:
            self.page.get_by_text(title, exact=True).wait_for()

    def item(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def pick(self, label, choice):
        self.page.get_by_role("toolbar", name=label).get_by_role("button", name=choice, exact=True).click()

    def picked(self, label):
        return self.page.get_by_role("toolbar", name=label).locator("[aria-pressed=true]").inner_text()

    def own(self, kind):
        return self.ec2(f"describe-{kind}", "--filters", f"Name=vpc-id,Values={self.vpc}")


if __name__ == "__main__":
    harness.run(VpcAndMore, both=False)
