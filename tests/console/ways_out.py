#!/usr/bin/env python3
"""Ways out of a private subnet: a NAT gateway with an address allocated on the way, an egress-only internet gateway,
and the routes that lead to them.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness


class WaysOut(browser.ConsoleLab):
    def steps(self):
        self.network()
        self.page.goto(self.address())
        self.nat_gateway()
        self.egress_only()
        self.deleted()

    def network(self):
        block = ("--cidr-block", "10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        self.vpc = self.ec2("create-vpc", *block)["Vpc"]["VpcId"]
        subnet = self.ec2("create-subnet", "--vpc-id", self.vpc, "--cidr-block", "10.0.0.0/24")["Subnet"]
        self.subnet = subnet["SubnetId"]
        gateway = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.ec2("attach-internet-gateway", "--vpc-id", self.vpc, "--internet-gateway-id", gateway)
        self.table = self.ec2("create-route-table", "--vpc-id", self.vpc)["RouteTable"]["RouteTableId"]

    def nat_gateway(self):
        self.step("Create NAT gateway, with an Elastic IP address that is allocated on the way")
        self.page.get_by_role("link", name="NAT gateways", exact=True).first.click()
        self.heading("NAT gateways")
        self.button("Create NAT gateway")
        self.heading("Create NAT gateway")
        self.button("Create NAT gateway")
        self.reads("Select a subnet.")
        self.reads("Select an Elastic IP address, or allocate one.")
        self.fill("Name – optional", "way out")
        self.choose("Subnet", self.subnet)
        self.button("Allocate Elastic IP")
        self.reads("was allocated")
        self.is_accessible("Create NAT gateway")
        self.picture("nat-form")
        self.button("Create NAT gateway")
        self.reads("was created successfully")
        [gateway] = self.ec2("describe-nat-gateways", "--filter", f"Name=vpc-id,Values={self.vpc}")["NatGateways"]
        self.nat = gateway["NatGatewayId"]
        [address] = self.ec2("describe-addresses")["Addresses"]
        self.sees(gateway["NatGatewayAddresses"][0]["AllocationId"], address["AllocationId"])
        self.heading(f"{self.nat} / way out")
        self.reads(address["PublicIp"])
        self.is_accessible("a NAT gateway's page")
        self.picture("nat")
        self.route("0.0.0.0/0", "^NAT Gateway", self.nat)

    def egress_only(self):
        self.step("Create egress only internet gateway, and a route for ::/0 to it")
        self.menu("Egress-only internet gateways")
        self.button("Create egress only internet gateway")
        self.fill("Name – optional", "six out")
        self.choose("VPC", self.vpc)
        self.is_accessible("Create egress only internet gateway")
        self.button("Create egress only internet gateway")
        self.reads("You successfully created")
        [gateway] = self.ec2("describe-egress-only-internet-gateways")["EgressOnlyInternetGateways"]
        self.egress = gateway["EgressOnlyInternetGatewayId"]
        self.sees(gateway["Attachments"][0]["VpcId"], self.vpc)
        self.heading(f"{self.egress} / six out")
        self.route("::/0", "^Egress Only Internet Gateway", self.egress)

    def route(self, destination, kind, target):
        self.page.goto(self.place(f"{harness.REGION}/route_tables/{self.table}/edit_routes"))
        self.button("Add route")
        main = self.page.get_by_role("main")
        main.get_by_role("combobox", name="Destination", exact=True).last.fill(destination)
        self.page.keyboard.press("Escape")
        self.choose("Target", kind)
        main.get_by_role("combobox", name="Target", exact=True).last.click()
        self.page.get_by_role("option", name=re.compile(target)).click()
        self.button("Save changes")
        self.reads("Updated routes for")
        self.holds(target in str(self.routes()), f"no route to {target}")

    def deleted(self):
        self.step("both are deleted after their names are typed; the address is kept, and the routes lead nowhere")
        self.page.goto(self.place(f"{harness.REGION}/nat_gateways/{self.nat}"))
        self.heading(f"{self.nat} / way out")
        self.action("Delete NAT gateway")
        self.is_accessible("Delete NAT gateway")
        self.confirm("delete", "Delete")
        self.reads("Its Elastic IP address is still yours")
        [gateway] = self.ec2("describe-nat-gateways", "--filter", f"Name=vpc-id,Values={self.vpc}")["NatGateways"]
        self.holds(gateway["State"] in ("deleting", "deleted"), gateway)
        self.sees(len(self.ec2("describe-addresses")["Addresses"]), 1)
        self.page.goto(self.place(f"{harness.REGION}/egress_only_internet_gateways/{self.egress}"))
        self.heading(f"{self.egress} / six out")
        self.action("Delete egress only internet gateway")
        self.confirm("delete", "Delete")
        self.reads("You successfully deleted")
        self.sees(self.ec2("describe-egress-only-internet-gateways")["EgressOnlyInternetGateways"], [])
        states = {it["State"] for it in self.routes() if it.get("GatewayId") != "local"}
        self.sees(states, {"blackhole"})

    def routes(self):
        return self.ec2("describe-route-tables", "--route-table-ids", self.table)["RouteTables"][0]["Routes"]


if __name__ == "__main__":
    harness.run(WaysOut, both=False)
