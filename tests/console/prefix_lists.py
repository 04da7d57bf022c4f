#!/usr/bin/env python3
"""Managed prefix lists, click by click: AWS's own, and one that is created, changed under two hands, used and deleted.
After each step the API is asked.
"""

import browser

browser.with_playwright()
harness = browser.harness


class PrefixLists(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        self.of_aws()
        self.created()
        self.modified()
        self.deleted()

    def of_aws(self):
        self.step("AWS's own lists are there, and nobody's to change")
        self.menu("Managed prefix lists")
        name = f"com.amazonaws.{harness.REGION}.s3"
        self.reads(name)
        [s3] = self.ec2("describe-managed-prefix-lists", "--filters", f"Name=prefix-list-name,Values={name}")[
            "PrefixLists"
        ]
        self.is_accessible("Managed prefix lists")
        self.picture("list")
        self.select(s3["PrefixListId"])
        self.page.get_by_role("button", name="Actions", exact=True).click()
        modify = self.page.get_by_role("menuitem", name="Modify prefix list")
        self.sees(modify.get_attribute("aria-disabled"), "true")
        self.page.keyboard.press("Escape")

    def created(self):
        self.step("Create prefix list: what is no block is told under its field")
        self.button("Create prefix list")
        self.heading("Create prefix list")
        self.fill("Prefix list name", "offices")
        self.fill("Max entries", "many")
        self.button("Add new entry")
        self.field("CIDR blocks", 0).fill("10.0.0.0")
        self.button("Create prefix list")
        self.reads("Enter how many entries the list has at most")
        self.reads("Enter an IPv4 CIDR block.")
        self.is_accessible("Create prefix list")
        self.picture("create")
        self.fill("Max entries", "3")
        self.field("CIDR blocks", 0).fill("10.0.0.0/8")
        self.field("Description – optional", 0).fill("all of <ours>")
        self.button("Create prefix list")
        self.reads("You successfully created the prefix list")
        [self.list] = self.own()
        self.id = self.list["PrefixListId"]
        self.sees((self.list["PrefixListName"], self.list["MaxEntries"]), ("offices", 3))
        self.sees(self.entries(), {"10.0.0.0/8": "all of <ours>"})
        self.page.get_by_role("cell", name="10.0.0.0/8").wait_for()
        self.is_accessible("a prefix list's page")

    def modified(self):
        self.step("Modify prefix list makes a version; one that somebody else has made meanwhile is not overwritten")
        self.action("Modify prefix list")
        self.heading("Modify prefix list")
        self.button("Add new entry")
        self.field("CIDR blocks", 1).fill("192.168.0.0/16")
        self.field("Description – optional", 0).fill("changed")
        other = ("modify-managed-prefix-list", "--prefix-list-id", self.id, "--current-version", "1")
        self.ec2(*other, "--add-entries", "Cidr=172.16.0.0/12")
        self.button("Save prefix list")
        self.reads("PrefixListVersionMismatch")
        self.sees(sorted(self.entries()), ["10.0.0.0/8", "172.16.0.0/12"])
        self.page.get_by_role("link", name=self.id).click()
        self.page.get_by_role("cell", name="172.16.0.0/12").wait_for()
        self.action("Modify prefix list")
        self.page.get_by_role("button", name="Remove entry 172.16.0.0/12").click()
        self.button("Add new entry")
        self.field("CIDR blocks", 1).fill("192.168.0.0/16")
        self.field("Description – optional", 0).fill("changed")
        self.fill("Prefix list name", "branches")
        self.button("Save prefix list")
        self.reads("You successfully modified the prefix list")
        self.sees(self.entries(), {"10.0.0.0/8": "changed", "192.168.0.0/16": ""})
        self.sees(self.own()[0]["PrefixListName"], "branches")

    def deleted(self):
        self.step("a list that a rule names is told under Associations, and stays; then it goes")
        [group] = self.ec2("describe-security-groups")["SecurityGroups"]
        rule = f"IpProtocol=tcp,FromPort=22,ToPort=22,PrefixListIds=[{{PrefixListId={self.id}}}]"
        named = ("--group-id", group["GroupId"], "--ip-permissions", rule)
        self.ec2("authorize-security-group-ingress", *named)
        self.page.get_by_role("tab", name="Associations").click()
        self.page.get_by_role("cell", name=group["GroupId"]).wait_for()
        self.action("Delete prefix lists")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text("A list is still in use").wait_for()
        dialog.get_by_text(group["GroupId"]).wait_for()
        self.holds(dialog.get_by_role("button", name="Delete").is_disabled(), "a list in use can be deleted")
        self.picture("in-use")
        dialog.get_by_role("button", name="Cancel").click()
        self.ec2("revoke-security-group-ingress", *named)
        self.action("Delete prefix lists")
        self.confirm("delete", "Delete")
        self.reads("You successfully deleted 1 prefix list")
        self.sees(self.own(), [])

    # What they share.

    def field(self, label, at):
        return self.page.get_by_role("group", name="CIDR blocks").nth(at).get_by_role("textbox", name=label, exact=True)

    def own(self):
        lists = self.ec2("describe-managed-prefix-lists")["PrefixLists"]
        return [it for it in lists if it["OwnerId"] != "AWS"]

    def entries(self):
        found = self.ec2("get-managed-prefix-list-entries", "--prefix-list-id", self.id)["Entries"]
        return {it["Cidr"]: it.get("Description", "") for it in found}


if __name__ == "__main__":
    harness.run(PrefixLists, both=False)
