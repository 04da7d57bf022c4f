#!/usr/bin/env python3
"""Security groups, click by click: what tutorials open and close with them, what is refused, copied and deleted.
After each step the API is asked.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness
DESCRIPTION = "A Security Group for the NextWork VPC."


class SecurityGroups(browser.ConsoleLab):
    def steps(self):
        self.page.goto(self.address())
        [self.vpc] = [it["VpcId"] for it in self.ec2("describe-vpcs")["Vpcs"]]
        self.created()
        self.found_by_vpc()
        self.inbound()
        self.kinds()
        self.two_editors()
        self.outbound()
        self.copied()
        self.deleted()

    def created(self):
        self.step("Create security group: HTTP from anywhere, with the warning; what goes out is there by itself")
        self.menu("Security groups")
        self.is_accessible("Security groups")
        self.button("Create security group")
        self.heading("Create security group")
        self.fill("Security group name", "sg-web")
        self.page.get_by_role("button", name="Add rule", exact=True).first.click()
        self.of_first("Type", "^HTTP$")
        self.picture("create")
        self.button("Create security group")
        self.reads("Enter a description.")
        self.reads("Enter a CIDR block, a security group ID or a prefix list ID.")
        self.fill("Description", DESCRIPTION)
        self.of_first("Source type", "^Anywhere-IPv4$")
        self.reads("let every IP address reach your instances")
        self.sees(self.page.get_by_label("Port range", exact=True).first.input_value(), "80")
        self.holds(self.page.get_by_label("Port range", exact=True).first.is_disabled(), "HTTP's port can be typed")
        self.is_accessible("Create security group")
        self.button("Create security group")
        self.reads("Group names may not be in the format sg-*.")
        self.fill("Security group name", "NextWork Security Group")
        self.button("Create security group")
        self.reads("was created successfully")
        group = self.group("NextWork Security Group")
        self.id = group["GroupId"]
        self.heading(f"{self.id} - NextWork Security Group")
        self.sees(group["Description"], DESCRIPTION)
        self.sees(group["VpcId"], self.vpc)
        self.sees(self.rules(), ["tcp 80-80 0.0.0.0/0"])
        self.sees(self.rules("outbound"), ["-1 -1--1 0.0.0.0/0"])
        self.page.get_by_role("cell", name="HTTP", exact=True).wait_for()
        self.is_accessible("a security group's page")
        self.picture("details")

    def found_by_vpc(self):
        self.step("the search takes a pasted VPC ID")
        self.menu("Security groups")
        self.page.get_by_role("combobox", name="Find security groups by attribute or tag").fill(self.vpc)
        self.page.get_by_role("option", name=re.compile(f"VPC ID = {self.vpc}")).click()
        self.reads("2 matches")
        self.select(self.id)
        self.page.get_by_role("tab", name="Inbound rules").click()
        self.page.get_by_role("link", name="Edit inbound rules").click()
        self.heading("Edit inbound rules")

    def inbound(self):
        self.step("Edit inbound rules: SSH from this machine, ping from the group itself; previewed, then saved")
        self.button("Add rule")
        self.choose("Type", "^SSH$")
        self.choose("Source type", "^My IP$")
        self.button("Add rule")
        self.choose("Type", "^All ICMP - IPv4$")
        self.suggested("Source").fill("NextWork")
        self.page.get_by_role("option", name=re.compile(self.id)).click()
        self.picture("edit")
        self.is_accessible("Edit inbound rules")
        self.button("Preview changes")
        dialog = self.page.get_by_role("dialog", name="Preview changes")
        dialog.get_by_role("cell", name="SSH, TCP, 22, 198.51.100.10/32").wait_for()
        self.sees(dialog.get_by_text("Added").count(), 2)
        self.picture("preview")
        dialog.get_by_role("button", name="Close").last.click()
        self.save()
        self.sees(self.rules(), [f"icmp -1--1 {self.id}", "tcp 22-22 198.51.100.10/32", "tcp 80-80 0.0.0.0/0"])
        self.page.get_by_role("link", name=f"{self.id} / NextWork Security Group").wait_for()

    def kinds(self):
        self.step("a rule's source stays of its kind; ports and blocks that are none are told")
        self.edit("inbound")
        http = self.row("tcp 80-80 0.0.0.0/0")
        http.get_by_role("combobox", name="Source").fill(self.id)
        self.page.keyboard.press("Escape")
        self.button("Save rules")
        self.reads("You may not specify a referenced group id for an existing IPv4 CIDR rule")
        http.get_by_role("combobox", name="Source").fill("10.0.0.0/33")
        self.button("Save rules")
        self.reads("10.0.0.0/33 is no CIDR block, security group ID or prefix list ID.")
        http.get_by_role("combobox", name="Source").fill("10.0.0.0/16")
        described = http.get_by_role("textbox", name="Description – optional")
        described.fill("from <the office> & home")
        self.button("Save rules")
        self.reads("A description has up to 255 characters")
        described.fill("from [the office] & home")
        self.row(f"icmp -1--1 {self.id}").get_by_role("button", name="Delete rule").click()
        self.button("Add rule")
        ports = self.page.get_by_label("Port range", exact=True).last
        ports.fill("9000-8000")
        self.suggested("Source").fill("10.1.0.0/16")
        self.button("Save rules")
        self.reads("The first port must not be above the last.")
        ports.fill("8000-9000")
        self.button("Preview changes")
        for change in ("Deleted", "Modified", "Added"):
            self.page.get_by_role("dialog").get_by_text(change).wait_for()
        self.page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
        self.save()
        self.sees(self.rules(), ["tcp 22-22 198.51.100.10/32", "tcp 80-80 10.0.0.0/16", "tcp 8000-9000 10.1.0.0/16"])
        descriptions = [it.get("Description", "") for it in self.described()]
        self.holds("from [the office] & home" in descriptions, descriptions)

    def two_editors(self):
        self.step(
            "what somebody else adds meanwhile stays; a rule that is there already is refused, and nothing is lost"
        )
        self.edit("inbound")
        self.row("tcp 22-22 198.51.100.10/32").get_by_role("button", name="Delete rule").click()
        self.button("Add rule")
        self.choose("Type", "^HTTPS$")
        self.suggested("Source").fill("10.2.0.0/16")
        add = ("authorize-security-group-ingress", "--group-id", self.id, "--protocol", "tcp")
        self.ec2(*add, "--port", "443", "--cidr", "10.2.0.0/16")
        self.button("Save rules")
        self.reads("InvalidPermission.Duplicate")
        self.reads("This was done before the refusal: 1 rule deleted.")
        self.sees(self.rules(), ["tcp 443-443 10.2.0.0/16", "tcp 80-80 10.0.0.0/16", "tcp 8000-9000 10.1.0.0/16"])
        self.suggested("Source").fill("10.3.0.0/16")
        self.save()
        self.holds("tcp 443-443 10.2.0.0/16" in self.rules(), "the other one's rule is gone")
        self.holds("tcp 443-443 10.3.0.0/16" in self.rules(), "the rule was not added")

    def outbound(self):
        self.step("Edit outbound rules: only DNS, to a prefix list and by IPv6; ICMP of one kind")
        self.edit("outbound")
        self.page.get_by_role("button", name="Delete rule").click()
        self.reads("This security group has no outbound rules.")
        self.button("Add rule")
        self.choose("Type", re.escape("DNS (UDP)"))
        self.choose("Destination type", "^Anywhere-IPv6$")
        self.button("Add rule")
        self.choose("Type", "^HTTPS$")
        self.suggested("Destination").fill(".s3")
        self.page.get_by_role("option", name=re.compile(rf"com.amazonaws.{harness.REGION}.s3 ")).click()
        self.button("Add rule")
        self.choose("Type", "^Custom ICMP - IPv4$")
        self.choose("Protocol", "^Echo Request$")
        self.suggested("Destination").fill("10.0.0.0/8")
        self.save()
        self.sees(len(self.rules("outbound")), 3)
        self.holds("udp 53-53 ::/0" in self.rules("outbound"), self.rules("outbound"))
        self.holds("icmp 8--1 10.0.0.0/8" in self.rules("outbound"), self.rules("outbound"))
        self.page.get_by_role("cell", name="Echo Request", exact=True).wait_for()

    def copied(self):
        self.step("Copy to new security group")
        self.action("Copy to new security group")
        self.heading("Create security group")
        self.fill("Security group name", "NextWork Security Group")
        self.button("Create security group")
        self.reads("InvalidGroup.Duplicate")
        self.fill("Security group name", "The copy")
        self.button("Create security group")
        self.reads("was created successfully")
        copy = self.group("The copy")["GroupId"]
        self.sees(self.rules(group=copy), self.rules())
        self.sees(self.rules("outbound", copy), self.rules("outbound"))

    def deleted(self):
        self.step("Delete security groups says which cannot go, and why")
        add = ("authorize-security-group-ingress", "--group-id", self.group("The copy")["GroupId"])
        self.ec2(*add, "--protocol", "tcp", "--port", "22", "--source-group", self.id)
        self.menu("Security groups")
        for group in self.ec2("describe-security-groups")["SecurityGroups"]:
            self.select(group["GroupId"])
        self.action("Delete security groups")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text("It is its VPC's default security group.").wait_for()
        dialog.get_by_text("names it.").wait_for()
        self.is_accessible("Delete security groups")
        self.picture("delete")
        self.confirm("delete", "Delete")
        self.reads("You successfully deleted 1 security group")
        names = [it["GroupName"] for it in self.ec2("describe-security-groups")["SecurityGroups"]]
        self.sees(sorted(names), ["NextWork Security Group", "default"])

    # What they share.

    def edit(self, direction):
        self.action(f"Edit {direction} rules")
        self.heading(f"Edit {direction} rules")

    def save(self):
        self.button("Save rules")
        self.reads("security group rules successfully modified")

    def of_first(self, label, option):
        """Chooses in the first row: outbound rules are below."""
        self.page.get_by_role("button", name=re.compile(f"^{label}")).first.click()
        self.page.get_by_role("option", name=re.compile(option)).first.click()

    def suggested(self, label):
        """The last row's field of this label, which has suggestions."""
        return self.page.get_by_role("main").get_by_role("combobox", name=label, exact=True).last

    def group(self, name):
        [group] = self.ec2("describe-security-groups", "--filters", f"Name=group-name,Values={name}")["SecurityGroups"]
        return group

    def described(self, group=None):
        own = f"Name=group-id,Values={group or self.id}"
        return self.ec2("describe-security-group-rules", "--filters", own)["SecurityGroupRules"]

    def rules(self, direction="inbound", group=None):
        wanted = [it for it in self.described(group) if it["IsEgress"] == (direction == "outbound")]
        return sorted(map(said, wanted))

    def row(self, rule):
        """The row of the editor that has this rule."""
        [id] = [it["SecurityGroupRuleId"] for it in self.described() if said(it) == rule]
        return self.page.get_by_role("group").filter(has_text=id).last


def said(rule):
    peer = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("ReferencedGroupInfo", {}).get("GroupId")
    return f"{rule['IpProtocol']} {rule['FromPort']}-{rule['ToPort']} {peer}"


if __name__ == "__main__":
    harness.run(SecurityGroups, both=False)
