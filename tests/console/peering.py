#!/usr/bin/env python3
"""Peering, as the tutorial's sixth part does it: asked for, accepted, "Modify my route tables now", and deleted with
its routes; and a request that is rejected.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness
NAME = "VPC 1 <> VPC 2"


class Peering(browser.ConsoleLab):
    def steps(self):
        self.vpcs = [self.vpc("NextWork-1-vpc", "10.1.0.0/16"), self.vpc("NextWork-2-vpc", "10.2.0.0/16")]
        self.page.goto(self.address())
        self.requested()
        self.accepted()
        self.routed()
        self.dns()
        self.deleted()
        self.rejected()

    def vpc(self, name, block):
        tags = f"ResourceType=vpc,Tags=[{{Key=Name,Value={name}}}]"
        vpc = self.ec2("create-vpc", "--cidr-block", block, "--tag-specifications", tags)["Vpc"]["VpcId"]
        self.ec2("modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames")
        return vpc

    def requested(self):
        self.step("Create peering connection: it waits to be accepted, and says until when")
        self.page.get_by_role("link", name="Peering connections", exact=True).first.click()
        self.heading("Peering connections")
        self.button("Create peering connection")
        self.heading("Create peering connection")
        self.button("Create peering connection")
        self.reads("Select a VPC.")
        self.ask(NAME)
        self.reads("10.2.0.0/16")
        self.is_accessible("Create peering connection")
        self.picture("form")
        self.button("Create peering connection")
        self.reads("has been requested")
        connection = self.connection("pending-acceptance")
        self.id = connection["VpcPeeringConnectionId"]
        self.sees(connection["Tags"], [{"Key": "Name", "Value": NAME}])
        self.heading(f"{self.id} / {NAME}")
        self.reads("You have until")
        self.is_accessible("a peering connection's page")
        self.picture("requested")

    def accepted(self):
        self.step("Accept request, and go to the route tables by the button in the message")
        self.action("Accept request")
        self.is_accessible("Accept request")
        self.answer("Accept request")
        self.reads("has been established")
        self.sees(self.connection("active")["VpcPeeringConnectionId"], self.id)
        self.page.get_by_role("link", name="Modify my route tables now").click()
        self.heading("Route tables")

    def routed(self):
        self.step("a route in each VPC leads to the peering connection, which lists both")
        for vpc, block in zip(self.vpcs, ("10.2.0.0/16", "10.1.0.0/16"), strict=True):
            table = self.table(vpc)["RouteTableId"]
            self.page.goto(self.place(f"{harness.REGION}/route_tables/{table}/edit_routes"))
            self.button("Add route")
            main = self.page.get_by_role("main")
            main.get_by_role("combobox", name="Destination", exact=True).last.fill(block)
            self.page.keyboard.press("Escape")
            self.choose("Target", "^Peering Connection")
            main.get_by_role("combobox", name="Target", exact=True).last.click()
            self.page.get_by_role("option", name=re.compile(self.id)).click()
            self.button("Save changes")
            self.reads("Updated routes for")
            self.page.get_by_role("link", name=self.id, exact=True).wait_for()
            targets = [it.get("VpcPeeringConnectionId") for it in self.table(vpc)["Routes"]]
            self.holds(self.id in targets, targets)
        self.page.goto(self.place(f"{harness.REGION}/vpc_peering_connections/{self.id}?tab=route-tables"))
        listed = self.page.get_by_role("table", name="Route tables").get_by_role("row")
        harness.wait_for("both routes", lambda: listed.count() == 3, 60)

    def dns(self):
        self.step("Edit DNS settings lets one end resolve the other's names")
        self.action("Edit DNS settings")
        self.page.get_by_label(f"Allow accepter VPC ({self.vpcs[1]})").check()
        self.is_accessible("Edit DNS settings")
        self.button("Save changes")
        self.reads("DNS settings of")
        ends = self.connection("active")
        options = [ends[end]["PeeringOptions"] for end in ("RequesterVpcInfo", "AccepterVpcInfo")]
        self.sees([it["AllowDnsResolutionFromRemoteVpc"] for it in options], [True, False])

    def deleted(self):
        self.step("Delete peering connection takes the routes along")
        self.action("Delete peering connection")
        self.page.get_by_label("Delete related route table entries").check()
        self.is_accessible("Delete peering connection")
        self.picture("delete")
        self.confirm("delete", "Delete")
        self.reads("2 of 2 related route table entries were deleted")
        self.connection("deleted")
        self.sees([len(self.table(vpc)["Routes"]) for vpc in self.vpcs], [1, 1])

    def rejected(self):
        self.step("a request that is rejected says so")
        self.page.goto(self.place(f"{harness.REGION}/vpc_peering_connections/create"))
        self.ask("unwanted")
        self.button("Create peering connection")
        self.reads("has been requested")
        self.action("Reject request")
        self.answer("Reject request")
        self.reads("has been rejected")
        self.connection("rejected")

    def ask(self, name):
        self.fill("Name – optional", name)
        self.choose("VPC ID (Requester)", self.vpcs[0])
        self.choose("VPC ID (Accepter)", self.vpcs[1])

    def answer(self, button):
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=button, exact=True).click()
        dialog.wait_for(state="detached")

    def connection(self, status):
        [found] = self.ec2("describe-vpc-peering-connections", "--filters", f"Name=status-code,Values={status}")[
            "VpcPeeringConnections"
        ]
        return found

    def table(self, vpc):
        [found] = self.ec2("describe-route-tables", "--filters", f"Name=vpc-id,Values={vpc}")["RouteTables"]
        return found


if __name__ == "__main__":
    harness.run(Peering, both=False)
