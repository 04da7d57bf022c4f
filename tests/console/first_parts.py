#!/usr/bin/env python3
"""The tutorial's first three parts, click by click: a VPC, a public and a private subnet, an internet gateway,
route tables; and then all of it deleted at once. After each part the API is asked.
"""

import json
import re

import browser

browser.with_playwright()
harness = browser.harness


class FirstParts(browser.ConsoleLab):
    def steps(self):
        self.step("the printed address lets in, and shows the default VPC")
        self.page.goto(self.address())
        self.heading("VPC dashboard")
        self.is_accessible("the dashboard")
        self.menu("Your VPCs")
        self.reads("172.31.0.0/16")
        self.is_accessible("Your VPCs")
        self.vpc()
        self.public_subnet()
        self.gateway()
        self.route_tables()
        self.private_subnet()
        self.deleted()

    def vpc(self):
        self.step("Create VPC, VPC only")
        self.button("Create VPC")
        self.page.get_by_role("radio", name="VPC only").check()
        self.fill("Name tag – optional", "NextWork VPC")
        self.button("Create VPC")
        self.reads("Enter an IPv4 CIDR block")
        self.fill("IPv4 CIDR", "10.0.0.1/16")
        self.button("Create VPC")
        self.reads("10.0.0.0/16.")
        self.is_accessible("Create VPC")
        self.fill("IPv4 CIDR", "10.0.0.0/16")
        self.button("Create VPC")
        self.reads("You successfully created")
        [vpc] = self.ec2("describe-vpcs", "--filters", "Name=tag:Name,Values=NextWork VPC")["Vpcs"]
        self.vpc_id = vpc["VpcId"]
        self.sees(vpc["CidrBlock"], "10.0.0.0/16")
        self.heading(f"{self.vpc_id} / NextWork VPC")
        self.is_accessible("a VPC's page")
        self.page.reload()
        self.heading(f"{self.vpc_id} / NextWork VPC")

    def public_subnet(self):
        self.step("Create subnet, and have it hand out public addresses")
        self.menu("Subnets")
        self.button("Create subnet")
        self.choose("VPC ID", self.vpc_id)
        self.fill("Subnet name", "Public 1")
        self.choose("Availability Zone", f"{harness.REGION}a")
        self.fill("IPv4 subnet CIDR block", "10.0.0.0/24")
        self.reads("256 IPs")
        self.is_accessible("Create subnet")
        self.button("Create subnet")
        self.reads("You have successfully created 1 subnet")
        subnet = self.subnet("Public 1")
        self.sees(subnet["CidrBlock"], "10.0.0.0/24")
        self.public = subnet["SubnetId"]
        self.action("Edit subnet settings")
        self.page.get_by_label("Enable auto-assign public IPv4 address").check()
        self.button("Save")
        self.reads("You have successfully changed subnet settings")
        self.holds(self.subnet("Public 1")["MapPublicIpOnLaunch"], "addresses are not handed out")

    def gateway(self):
        self.step("Create internet gateway, and attach it by the button in the message")
        self.menu("Internet gateways")
        self.button("Create internet gateway")
        self.fill("Name tag", "NextWork IG")
        self.button("Create internet gateway")
        self.reads("The following internet gateway was created")
        self.page.get_by_role("link", name="Attach to a VPC").click()
        self.choose("Available VPCs", self.vpc_id)
        self.is_accessible("Attach to VPC")
        self.button("Attach internet gateway")
        self.reads("successfully attached")
        self.page.get_by_role("main").get_by_text("Attached", exact=True).first.wait_for()
        [gateway] = self.ec2("describe-internet-gateways", "--filters", "Name=tag:Name,Values=NextWork IG")[
            "InternetGateways"
        ]
        self.gateway_id = gateway["InternetGatewayId"]
        self.sees(gateway["Attachments"][0]["VpcId"], self.vpc_id)

    def route_tables(self):
        self.step("name the main table, lead it to the internet, and associate the public subnet")
        main = self.main_table()["RouteTableId"]
        self.menu("Route tables")
        self.page.get_by_role("button", name=f"Edit name of {main}").click()
        self.page.get_by_role("textbox", name="Edit Name").fill("NextWork route table")
        self.page.get_by_role("button", name="Save", exact=True).click()
        self.reads(f"The name of {main} was changed")
        self.select(f"{main} / NextWork route table")
        self.page.get_by_role("tab", name="Routes").click()
        self.is_accessible("Route tables")
        self.page.get_by_role("link", name="Edit routes").click()
        self.button("Add route")
        self.suggested("Destination").fill("0.0.0.0/0")
        self.page.keyboard.press("Escape")
        self.choose("Target", "^Internet Gateway")
        self.suggested("Target").click()
        self.page.get_by_role("option", name=re.compile(self.gateway_id)).click()
        self.is_accessible("Edit routes")
        self.button("Save changes")
        self.reads("Updated routes for")
        targets = {it["DestinationCidrBlock"]: it["GatewayId"] for it in self.main_table()["Routes"]}
        self.sees(targets, {"10.0.0.0/16": "local", "0.0.0.0/0": self.gateway_id})
        self.action("Edit subnet associations")
        self.select(f"{self.public} / Public 1")
        self.button("Save associations")
        self.reads("You have successfully updated subnet associations")
        subnets = [it.get("SubnetId") for it in self.main_table()["Associations"] if not it["Main"]]
        self.sees(subnets, [self.public])

        self.step("a route for the VPC's own block is refused, and Back has kept what was typed")
        self.action("Edit routes")
        self.button("Add route")
        self.suggested("Destination").fill("10.0.0.0/24")
        self.page.keyboard.press("Escape")
        self.choose("Target", "^Internet Gateway")
        self.suggested("Target").fill(self.gateway_id)
        self.page.keyboard.press("Escape")
        self.button("Save changes")
        self.reads("There was an error editing routes")
        self.button("Back")
        self.sees(self.suggested("Destination").input_value(), "10.0.0.0/24")

    def private_subnet(self):
        self.step("a second subnet with the same block is refused by AWS's words, and a table of its own is made")
        self.menu("Subnets")
        self.button("Create subnet")
        self.choose("VPC ID", self.vpc_id)
        self.fill("Subnet name", "NextWork Private Subnet")
        self.fill("IPv4 subnet CIDR block", "10.0.0.0/24")
        self.button("Create subnet")
        self.reads("CIDR Address overlaps with existing Subnet CIDR: 10.0.0.0/24")
        self.page.get_by_role("button", name="Next block").click()
        self.button("Create subnet")
        self.reads("You have successfully created 1 subnet")
        private = self.subnet("NextWork Private Subnet")
        self.sees(private["CidrBlock"], "10.0.1.0/24")
        self.menu("Route tables")
        self.button("Create route table")
        self.fill("Name – optional", "NextWork Private Route Table")
        self.choose("VPC", self.vpc_id)
        self.button("Create route table")
        self.reads("was created successfully")
        self.menu("Subnets")
        self.select(f"{private['SubnetId']} / NextWork Private Subnet")
        self.action("Edit route table association")
        self.choose("Route table ID", "NextWork Private Route Table")
        self.button("Save")
        self.reads("You have successfully updated the route table association")
        tables = self.ec2(
            "describe-route-tables", "--filters", f"Name=association.subnet-id,Values={private['SubnetId']}"
        )
        self.sees([it["Tags"][0]["Value"] for it in tables["RouteTables"]], ["NextWork Private Route Table"])

    def deleted(self):
        self.step("Delete VPC deletes all that is in it")
        self.page.goto(self.place(f"{harness.REGION}/vpcs/{self.vpc_id}"))
        self.action("Delete VPC")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text("NextWork IG").wait_for()
        self.is_accessible("Delete VPC")
        self.confirm("delete", "Delete")
        self.reads("and 4 other resources")
        left = self.ec2("describe-vpcs")["Vpcs"]
        self.sees([it["IsDefault"] for it in left], [True])
        gateways = json.dumps(self.ec2("describe-internet-gateways"))
        self.holds(self.gateway_id not in gateways, "the gateway is still there")

    def suggested(self, label):
        """The last row's field of this label, which has suggestions."""
        return self.page.get_by_role("main").get_by_role("combobox", name=label, exact=True).last

    def subnet(self, name):
        [subnet] = self.ec2("describe-subnets", "--filters", f"Name=tag:Name,Values={name}")["Subnets"]
        return subnet

    def main_table(self):
        own = ("--filters", f"Name=vpc-id,Values={self.vpc_id}", "Name=association.main,Values=true")
        [table] = self.ec2("describe-route-tables", *own)["RouteTables"]
        return table


if __name__ == "__main__":
    harness.run(FirstParts)
