#!/usr/bin/env python3
"""Elastic IP addresses, click by click: allocated, associated with an interface, moved, taken off and released.
After each step the API is asked.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness


class ElasticIps(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        subnet = sorted(it["SubnetId"] for it in self.ec2("describe-subnets")["Subnets"])[0]
        self.one = self.interface(subnet)
        self.instance = self.launched(subnet)
        self.allocated()
        self.associated()
        self.moved()
        self.released()

    def allocated(self):
        self.step("Allocate Elastic IP address, from Amazon's pool; what Hamlet has not is grey")
        self.menu("Elastic IPs", "Elastic IP addresses")
        self.is_accessible("Elastic IP addresses")
        self.button("Allocate Elastic IP address")
        self.heading("Allocate Elastic IP address")
        self.holds(self.page.get_by_role("radio", name="BYOIP").is_disabled(), "BYOIP can be chosen")
        self.button("Add tag")
        self.page.get_by_role("textbox", name="Key").fill("Name")
        self.page.get_by_role("textbox", name="Value").fill("NextWork <address>")
        self.is_accessible("Allocate Elastic IP address")
        self.button("Allocate")
        self.reads("Elastic IP address allocated successfully")
        self.ip = self.described()["PublicIp"]
        self.sees(self.described()["Tags"], [{"Key": "Name", "Value": "NextWork <address>"}])
        self.reads(self.ip)
        self.picture("list")

    def associated(self):
        self.step("Associate this Elastic IP address, with one of the interface's two private addresses")
        self.page.get_by_role("link", name="Associate this Elastic IP address").click()
        self.heading("Associate Elastic IP address")
        self.button("Associate")
        self.reads("Select an instance.")
        self.page.get_by_role("radio", name="Network interface").check()
        self.choose("Network interface", self.one)
        second = self.addresses(self.one)[1]
        self.choose("Private IP address", re.escape(second))
        self.picture("associate")
        self.is_accessible("Associate Elastic IP address")
        self.button("Associate")
        self.reads("Elastic IP address associated successfully")
        self.sees((self.described()["NetworkInterfaceId"], self.described()["PrivateIpAddress"]), (self.one, second))
        self.reads(second)

    def moved(self):
        self.step("it is taken from there, and given to an instance, only where that is allowed")
        self.page.get_by_role("main").get_by_role("link", name=self.ip).click()
        self.heading(self.ip)
        self.reads("Network interface owner account ID")
        self.is_accessible("an Elastic IP address's page")
        self.picture("details")
        self.action(re.compile("^Associate Elastic IP address"))
        self.choose("Instance", self.instance)
        self.button("Associate")
        self.reads("Resource.AlreadyAssociated")
        self.page.get_by_role("checkbox", name="Allow this Elastic IP address to be reassociated").check()
        self.button("Associate")
        self.reads("Elastic IP address associated successfully")
        self.sees(self.described()["InstanceId"], self.instance)
        self.reads(self.instance)

    def released(self):
        self.step("Release says that it is associated; after Disassociate it is released")
        title = f"{self.described()['AllocationId']} / NextWork <address>"
        self.select(title)
        self.action("Release Elastic IP addresses")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text("Disassociate it first").wait_for()
        self.holds(dialog.get_by_role("button", name="Release").is_disabled(), "what is associated can be released")
        dialog.get_by_role("button", name="Cancel").click()
        self.action("Disassociate Elastic IP address")
        self.page.get_by_role("dialog").get_by_role("button", name="Disassociate", exact=True).click()
        self.reads("was disassociated")
        self.holds("AssociationId" not in self.described(), "the address is still associated")
        self.action("Release Elastic IP addresses")
        self.is_accessible("Release Elastic IP addresses")
        self.picture("release")
        self.page.get_by_role("dialog").get_by_role("button", name="Release", exact=True).click()
        self.reads("Elastic IP addresses released")
        self.sees(self.ec2("describe-addresses")["Addresses"], [])

    # What they share.

    def menu(self, text, title=None):
        self.page.get_by_role("navigation").get_by_role("link", name=text, exact=True).last.click()
        self.heading(title or text)

    def described(self):
        [address] = self.ec2("describe-addresses")["Addresses"]
        return address

    def interface(self, subnet):
        made = self.ec2("create-network-interface", "--subnet-id", subnet, "--secondary-private-ip-address-count", "1")
        return made["NetworkInterface"]["NetworkInterfaceId"]

    def launched(self, subnet):
        image = self.ec2("describe-images", "--owners", "amazon")["Images"][0]["ImageId"]
        made = self.ec2("run-instances", "--image-id", image, "--instance-type", "t3.micro", "--subnet-id", subnet)
        return made["Instances"][0]["InstanceId"]

    def addresses(self, interface):
        [found] = self.ec2("describe-network-interfaces", "--network-interface-ids", interface)["NetworkInterfaces"]
        return [it["PrivateIpAddress"] for it in found["PrivateIpAddresses"]]


if __name__ == "__main__":
    harness.run(ElasticIps, both=False)
