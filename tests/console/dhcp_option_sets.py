#!/usr/bin/env python3
"""DHCP option sets: one is made, a VPC gets it by Edit VPC settings and gives it back, and then it can be deleted."""

import browser

browser.with_playwright()
harness = browser.harness


class DhcpOptionSets(browser.ConsoleLab):
    def steps(self):
        [vpc] = self.ec2("describe-vpcs")["Vpcs"]
        self.vpc, self.first = vpc["VpcId"], vpc["DhcpOptionsId"]
        self.page.goto(self.address())
        self.created()
        self.given()
        self.deleted()

    def created(self):
        self.step("Create DHCP option set wants one option at least, and sends what is typed")
        self.page.get_by_role("link", name="DHCP option sets", exact=True).first.click()
        self.heading("DHCP option sets")
        self.reads("AmazonProvidedDNS")
        self.button("Create DHCP option set")
        self.heading("Create DHCP option set")
        self.button("Create DHCP option set")
        self.reads("Specify at least one DHCP option.")
        self.fill("DHCP option set name – optional", "ours")
        self.fill("Domain name", "lab.example")
        self.fill("Domain name servers", "10.0.0.5, 10.0.0.6")
        self.is_accessible("Create DHCP option set")
        self.picture("form")
        self.button("Create DHCP option set")
        self.reads("You successfully created")
        [options] = self.ec2("describe-dhcp-options", "--filters", "Name=tag:Name,Values=ours")["DhcpOptions"]
        self.id = options["DhcpOptionsId"]
        said = {it["Key"]: [value["Value"] for value in it["Values"]] for it in options["DhcpConfigurations"]}
        self.sees(said, {"domain-name": ["lab.example"], "domain-name-servers": ["10.0.0.5", "10.0.0.6"]})
        self.heading(f"{self.id} / ours")
        self.is_accessible("a DHCP option set's page")

    def given(self):
        self.step("Edit VPC settings gives it to a VPC, and takes it back")
        self.settings(self.id)
        self.picture("settings")
        self.sees(self.options_of_vpc(), self.id)
        self.page.goto(self.place(f"{harness.REGION}/dhcp_options/{self.id}"))
        self.heading(f"{self.id} / ours")
        self.page.get_by_role("table", name="VPCs").get_by_role("link", name=self.vpc).wait_for()
        self.page.get_by_role("button", name="Actions", exact=True).click()
        item = self.page.get_by_role("menuitem", name="Delete DHCP option set")
        self.sees(item.get_attribute("aria-disabled"), "true")
        self.page.keyboard.press("Escape")
        self.settings(self.first)
        self.sees(self.options_of_vpc(), self.first)

    def deleted(self):
        self.step("Delete DHCP option set")
        self.page.goto(self.place(f"{harness.REGION}/dhcp_options/{self.id}"))
        self.heading(f"{self.id} / ours")
        self.action("Delete DHCP option set")
        self.confirm("delete", "Delete")
        self.reads("You successfully deleted")
        self.holds(self.id not in str(self.ec2("describe-dhcp-options")), "the set is still there")

    def settings(self, options):
        self.page.goto(self.place(f"{harness.REGION}/vpcs/{self.vpc}/edit_settings"))
        self.heading("Edit VPC settings")
        self.choose("DHCP option set", options)
        self.is_accessible("Edit VPC settings")
        self.button("Save")
        self.heading(self.vpc)
        self.reads("You have successfully modified the settings")

    def options_of_vpc(self):
        return self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"][0]["DhcpOptionsId"]


if __name__ == "__main__":
    harness.run(DhcpOptionSets, both=False)
