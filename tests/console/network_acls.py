#!/usr/bin/env python3
"""Network ACLs, click by click: the tutorial's public and private ones, rules by number, subnets that change over.
After each step the API is asked.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness
LAST = 32767


class NetworkAcls(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        [self.default] = [it["NetworkAclId"] for it in self.ec2("describe-network-acls")["NetworkAcls"]]
        [self.vpc] = [it["VpcId"] for it in self.ec2("describe-vpcs")["Vpcs"]]
        self.subnet, *self.others = sorted(it["SubnetId"] for it in self.ec2("describe-subnets")["Subnets"])
        self.created()
        self.inbound()
        self.refused()
        self.outbound()
        self.subnets()
        self.deleted()

    def created(self):
        self.step("the default ACL lets everything through; a new one nothing")
        self.menu("Network ACLs")
        self.reads(f"{len(self.others) + 1} Subnets")
        self.select(self.default)
        self.page.get_by_role("tab", name="Inbound rules").click()
        for cell in ("100", "All traffic", "*", "Allow", "Deny"):
            self.page.get_by_role("cell", name=cell, exact=True).first.wait_for()
        self.is_accessible("Network ACLs")
        self.picture("list")
        self.button("Create network ACL")
        self.heading("Create network ACL")
        self.fill("Name – optional", "NextWork Network ACL")
        self.button("Create network ACL")
        self.reads("Select a VPC.")
        self.choose("VPC", self.vpc)
        self.is_accessible("Create network ACL")
        self.button("Create network ACL")
        self.reads("You successfully created")
        self.heading("Network ACLs")
        named = ("--filters", "Name=tag:Name,Values=NextWork Network ACL")
        [acl] = self.ec2("describe-network-acls", *named)["NetworkAcls"]
        self.id = acl["NetworkAclId"]
        self.sees(self.rules(), {})
        self.select(f"{self.id} / NextWork Network ACL")

    def inbound(self):
        self.step("Edit inbound rules: all traffic greys protocol and ports; ping by its type; sorted and previewed")
        self.action("Edit inbound rules")
        self.heading("Edit inbound rules")
        self.button("Add new rule")
        self.add("200", "^Custom ICMP - IPv4$", "10.0.0.0/24")
        self.choose_in(0, "Protocol", "^Echo Request$")
        self.button("Add new rule")
        self.add("100", "^All traffic$", "0.0.0.0/0", at=1)
        for label in ("Protocol", "Port range"):
            self.holds(self.field(label, 1).is_disabled(), f"{label} of all traffic can be typed")
        self.button("Sort by rule number")
        self.sees(self.field("Rule number", 0).input_value(), "100")
        self.sees(self.field("Rule number", 2).input_value(), "*")
        self.is_accessible("Edit inbound rules")
        self.picture("edit")
        self.button("Preview changes")
        dialog = self.page.get_by_role("dialog", name="Preview changes")
        dialog.get_by_role("cell", name="100, All traffic, All, All, 0.0.0.0/0, Allow").wait_for()
        dialog.get_by_role("button", name="Close").last.click()
        self.save("inbound")
        self.sees(self.rules(), {100: ("allow", "-1", "0.0.0.0/0"), 200: ("allow", "1", "10.0.0.0/24")})
        self.page.get_by_role("cell", name="ICMP (1)").wait_for()
        self.page.get_by_role("cell", name="Echo Request").wait_for()

    def refused(self):
        self.step("numbers and blocks that are none are told; a number that somebody else has taken meanwhile too")
        self.action("Edit inbound rules")
        self.heading("Edit inbound rules")
        self.button("Add new rule")
        self.add("100", re.escape("HTTP (80)"), "10.0.0.0", at=2)
        self.button("Save changes")
        self.reads("Another rule has this number.")
        self.reads("Enter a CIDR block, such as 10.0.0.0/24 or ::/0.")
        self.field("Rule number", 2).fill("32767")
        self.reads("Enter a number from 1 to 32766.")
        self.field("Rule number", 2).fill("300")
        self.field("Source", 2).fill("10.0.0.0/16")
        self.page.get_by_role("button", name="Remove rule 200").click()
        self.choose_in(0, "Allow/Deny", "^Deny$")
        number = ("create-network-acl-entry", "--network-acl-id", self.id, "--ingress", "--rule-number", "300")
        self.ec2(
            *number,
            "--protocol",
            "6",
            "--port-range",
            "From=22,To=22",
            "--cidr",
            "10.9.0.0/16",
            "--rule-action",
            "deny",
        )
        self.button("Save changes")
        self.reads("NetworkAclEntryAlreadyExists")
        self.reads("This was done before the refusal: rule 200 deleted; rule 100 modified.")
        self.field("Rule number", 1).fill("310")
        self.save("inbound")
        self.sees(
            self.rules(),
            {
                100: ("deny", "-1", "0.0.0.0/0"),
                300: ("deny", "6", "10.9.0.0/16"),
                310: ("allow", "6", "10.0.0.0/16"),
            },
        )

    def outbound(self):
        self.step("Edit outbound rules: ports of one's own, and IPv6")
        self.action("Edit outbound rules")
        self.heading("Edit outbound rules")
        self.button("Add new rule")
        self.add("100", "^Custom UDP$", "::/0", peer="Destination")
        self.field("Port range", 0).fill("33434 - 33534")
        self.save("outbound")
        [entry] = [it for it in self.entries() if it["Egress"] and it["RuleNumber"] < LAST]
        self.sees((entry["PortRange"], entry["Ipv6CidrBlock"]), ({"From": 33434, "To": 33534}, "::/0"))
        self.page.get_by_role("tab", name="Outbound rules").click()
        self.page.get_by_role("cell", name="33434 - 33534").wait_for()

    def subnets(self):
        self.step("Edit subnet associations: a subnet leaves the default ACL, and comes back by its own page")
        self.action("Edit subnet associations")
        self.heading("Edit subnet associations")
        self.select(self.subnet)
        self.select(self.others[0])
        self.is_accessible("Edit subnet associations")
        self.picture("subnets")
        self.button("Save changes")
        self.reads("You have successfully updated subnet associations")
        self.sees(self.associated(), sorted([self.subnet, self.others[0]]))
        self.action("Edit subnet associations")
        self.heading("Edit subnet associations")
        self.page.get_by_role("button", name=f"Remove {self.others[0]}").click()
        self.button("Save changes")
        self.page.get_by_role("table", name="Subnet associations").get_by_text("172.31").wait_for()
        self.sees(self.associated(), [self.subnet])
        self.menu("Subnets")
        self.select(self.subnet)
        self.page.get_by_role("tab", name="Network ACL").click()
        self.page.get_by_role("tabpanel").get_by_role("link", name=f"{self.id} / NextWork Network ACL").wait_for()
        self.page.get_by_role("link", name="Edit network ACL association").click()
        self.choose("Network ACL ID", self.default)
        self.page.get_by_role("cell", name="All traffic").first.wait_for()
        self.is_accessible("Edit network ACL association")
        self.button("Save")
        self.reads("You have successfully updated the network ACL association")
        self.sees(self.associated(), [])

    def deleted(self):
        self.step("the default ACL cannot be deleted; the other one can")
        self.menu("Network ACLs")
        self.select(self.default)
        self.page.get_by_role("button", name="Actions", exact=True).click()
        delete = self.page.get_by_role("menuitem", name="Delete network ACLs")
        self.sees(delete.get_attribute("aria-disabled"), "true")
        self.page.keyboard.press("Escape")
        self.page.goto(self.place(f"{harness.REGION}/network_acls/{self.id}"))
        self.action("Delete network ACLs")
        self.confirm("delete", "Delete")
        self.reads("You successfully deleted 1 network ACL")
        self.sees([it["NetworkAclId"] for it in self.ec2("describe-network-acls")["NetworkAcls"]], [self.default])

    # What they share.

    def field(self, label, at):
        return self.row(at).get_by_role("textbox", name=label, exact=True)

    def row(self, at):
        # A row goes by its first field.
        return self.page.get_by_role("group", name="Rule number").nth(at)

    def add(self, number, kind, cidr, at=0, peer="Source"):
        """Fills in the row that was added."""
        self.field("Rule number", at).fill(number)
        self.choose_in(at, "Type", kind)
        self.field(peer, at).fill(cidr)

    def choose_in(self, at, label, option):
        self.row(at).get_by_role("button", name=re.compile(f"^{browser.plain(label)}")).click()
        self.page.get_by_role("option", name=re.compile(option)).first.click()

    def save(self, direction):
        self.button("Save changes")
        self.reads(f"You have successfully updated {direction} rules")

    def entries(self):
        [acl] = self.ec2("describe-network-acls", "--network-acl-ids", self.id)["NetworkAcls"]
        return acl["Entries"]

    def rules(self):
        inbound = [it for it in self.entries() if not it["Egress"] and it["RuleNumber"] < LAST]
        return {it["RuleNumber"]: (it["RuleAction"], it["Protocol"], it["CidrBlock"]) for it in inbound}

    def associated(self):
        [acl] = self.ec2("describe-network-acls", "--network-acl-ids", self.id)["NetworkAcls"]
        return sorted(it["SubnetId"] for it in acl["Associations"])


if __name__ == "__main__":
    harness.run(NetworkAcls, both=False)
