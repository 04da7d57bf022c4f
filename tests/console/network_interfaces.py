#!/usr/bin/env python3
"""Network interfaces, click by click: what the list and a page say of them, and which of them can be detached and
deleted. After each step the API is asked.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness


class NetworkInterfaces(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        self.subnet = sorted(it["SubnetId"] for it in self.ec2("describe-subnets")["Subnets"])[0]
        [self.group] = [it["GroupId"] for it in self.ec2("describe-security-groups")["SecurityGroups"]]
        self.launched()
        self.listed()
        self.shown()
        self.detached()

    def launched(self):
        image = self.ec2("describe-images", "--owners", "amazon")["Images"][0]["ImageId"]
        run = ("run-instances", "--image-id", image, "--instance-type", "t3.micro", "--subnet-id", self.subnet)
        [instance] = self.ec2(*run)["Instances"]
        self.instance = instance["InstanceId"]
        self.first = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
        create = ("create-network-interface", "--subnet-id", self.subnet, "--description", 'a "second" <one>')
        made = self.ec2(*create, "--secondary-private-ip-address-count", "1")["NetworkInterface"]
        self.second = made["NetworkInterfaceId"]
        self.addresses = [it["PrivateIpAddress"] for it in made["PrivateIpAddresses"]]
        attach = ("attach-network-interface", "--network-interface-id", self.second, "--device-index", "1")
        self.ec2(*attach, "--instance-id", self.instance)

    def listed(self):
        self.step("the list has groups, instances, addresses; the search finds one by its address")
        self.menu("Network interfaces")
        self.reads('a "second" <one>')
        self.sees(self.page.get_by_role("checkbox", name="Select eni-").count(), 2)
        self.is_accessible("Network interfaces")
        self.picture("list")
        self.page.get_by_role("combobox", name="Search", exact=True).fill(self.addresses[0])
        self.page.get_by_role("option", name=self.second).first.click()
        self.heading(self.second)

    def shown(self):
        self.step("its page leads to its security group, subnet and VPC, and shows every address")
        self.page.get_by_role("link", name=re.compile(rf"{self.group} . default")).wait_for()
        table = self.page.get_by_role("table", name="Private IPv4 addresses")
        for address in self.addresses:
            table.get_by_role("cell", name=address, exact=True).wait_for()
        self.is_accessible("a network interface's page")
        self.picture("details")

    def detached(self):
        self.step("an instance's first interface stays; another one is detached, and deleted")
        self.greyed("Delete")
        self.action("Detach")
        self.page.get_by_role("dialog").get_by_role("button", name="Detach", exact=True).click()
        self.reads("was detached from")
        [found] = self.ec2("describe-network-interfaces", "--network-interface-ids", self.second)["NetworkInterfaces"]
        self.holds("Attachment" not in found, "it is still attached")
        self.page.get_by_role("main").get_by_text("Available", exact=True).first.wait_for()
        self.action("Delete")
        self.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        self.reads("You successfully deleted 1 network interface")
        self.select(self.first)
        self.greyed("Detach")
        left = self.ec2("describe-network-interfaces")["NetworkInterfaces"]
        self.sees([it["NetworkInterfaceId"] for it in left], [self.first])

    def action(self, text):
        super().action(re.compile(f"^{text}"))

    def greyed(self, text):
        self.page.get_by_role("button", name="Actions", exact=True).click()
        item = self.page.get_by_role("menuitem", name=re.compile(f"^{text}"))
        self.sees(item.get_attribute("aria-disabled"), "true")
        self.page.keyboard.press("Escape")


if __name__ == "__main__":
    harness.run(NetworkInterfaces, both=False)
