#!/usr/bin/env python3
"""Instances, as the tutorial's fourth part launches them: the wizard with a new key pair, whose file lets ssh in; what
a page shows of them; stopped, started, given other groups, terminated. After each step the API is asked, and packets.
"""

import re

import browser

browser.with_playwright()
harness = browser.harness
KEY = "NextWork key pair"
PUBLIC = "NextWork Public Server"
PRIVATE = "NextWork Private Server"


class Instances(browser.ConsoleLab):
    options = ()

    def steps(self):
        self.network()
        self.page.goto(self.address())
        self.found()
        self.launched()
        self.seen()
        self.key_lets_in()
        self.private()
        self.changed()
        self.stopped_and_started()
        self.key_pairs()
        self.terminated()

    def network(self):
        """What the first three parts of the tutorial have made."""
        self.vpc = self.create("create-vpc", "NextWork VPC", "vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ("create-subnet", "NextWork Public Subnet", "subnet", "--vpc-id", self.vpc)
        self.subnet = self.create(*subnet, "--cidr-block", "10.0.0.0/24")["Subnet"]["SubnetId"]
        gateway = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.ec2("attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", self.vpc)
        [table] = self.ec2("describe-route-tables", "--filters", f"Name=vpc-id,Values={self.vpc}")["RouteTables"]
        route = ("--destination-cidr-block", "0.0.0.0/0", "--gateway-id", gateway)
        self.ec2("create-route", "--route-table-id", table["RouteTableId"], *route)

    def found(self):
        self.step("the search finds EC2; its menu leads to Instances, of which there are none")
        self.page.get_by_role("combobox", name="Search", exact=True).fill("EC2")
        self.page.get_by_role("option", name=re.compile("^EC2")).first.click()
        self.heading("EC2 dashboard")
        self.is_accessible("the EC2 dashboard")
        self.picture("dashboard")
        self.menu("Instances")
        self.reads("No instances found in this Region")
        self.is_accessible("Instances without any")

    def launched(self):
        self.step(
            "Launch instances: the beginning is Amazon Linux in the default VPC; without a key nothing is launched"
        )
        self.page.get_by_role("main").get_by_role("link", name="Launch instances").first.click()
        self.heading("Launch an instance")
        self.reads("Amazon Linux 2023 kernel-6.1 AMI")
        self.reads("launch-wizard-1")
        self.page.get_by_text("8 GiB").first.wait_for()
        self.picture("wizard")
        self.is_accessible("Launch an instance")
        self.fill("Name", PUBLIC)
        self.button("Launch instance")
        self.reads("Select a key pair, create one, or choose to proceed without a key pair.")
        self.sees(self.instances(), {}, "instances launched without a choice")

        self.step("Create new key pair: the browser saves the file")
        self.button("Create new key pair")
        dialog = self.page.get_by_role("dialog", name="Create key pair")
        dialog.get_by_role("button", name="Create key pair").click()
        dialog.get_by_text("Enter a name for the key pair.").wait_for()
        dialog.get_by_label("Key pair name").fill(KEY)
        self.is_accessible("Create key pair")
        self.picture("key-pair")
        with self.page.expect_download() as download:
            dialog.get_by_role("button", name="Create key pair").click()
        dialog.wait_for(state="detached")
        self.sees(download.value.suggested_filename, f"{KEY}.pem")
        self.pem = download.value.path().read_text()
        self.holds(self.pem.startswith("-----BEGIN RSA PRIVATE KEY-----"), "the file is no RSA key")
        self.page.get_by_role("button", name=re.compile(f"Key pair name – required.*{KEY}")).wait_for()

        self.step("Network settings: the VPC, its public subnet, a public address, a group of its own with ping")
        self.button("Edit network settings")
        self.choose("VPC – required", self.vpc)
        self.sees(self.shown("Auto-assign public IP"), "Disable", "what the subnet says of public addresses")
        self.choose("Subnet", "NextWork Public Subnet")
        self.choose("Auto-assign public IP", "^Enable$")
        self.fill("Security group name – required", "NextWork Public Security Group")
        self.fill("Description – required", "A Security Group for the NextWork Public Server.")
        self.reads("Security group rule 1 (TCP, 22, 0.0.0.0/0)")
        self.reads("Rules with source of 0.0.0.0/0")
        self.button("Add security group rule")
        self.choose("Type", "^All ICMP - IPv4$")
        self.button("Launch instance")
        self.reads("Enter a CIDR block, a security group ID or a prefix list ID.")
        self.choose("Source type", "^My IP$")
        self.reads("Security group rule 2 (ICMP, All, 198.51.100.10/32)")
        self.picture("network")
        self.is_accessible("Launch an instance with all network settings")
        self.button("Launch instance")
        self.reads("Successfully initiated launch of instance")
        self.picture("launched")
        self.is_accessible("what comes after a launch")
        launched = self.instances()[PUBLIC]
        self.public = launched["InstanceId"]
        self.sees(launched["KeyName"], KEY)
        self.sees(launched["SubnetId"], self.subnet)
        self.sees([it["GroupName"] for it in launched["SecurityGroups"]], ["NextWork Public Security Group"])
        self.holds(launched.get("PublicIpAddress"), "it has no public address")

    def seen(self):
        self.step("its page: running by itself, with its addresses, its rules, its volume")
        self.page.get_by_role("main").get_by_role("link", name=self.public, exact=True).click()
        self.heading(f"Instance summary for {self.public} ({PUBLIC})")
        self.page.get_by_text("Running", exact=True).first.wait_for()
        launched = self.instances()[PUBLIC]
        self.reads(launched["PublicIpAddress"])
        self.is_accessible("an instance's page")
        self.picture("details")
        self.tab("Security")
        self.page.get_by_role("table", name="Inbound rules").get_by_text("198.51.100.10/32").wait_for()
        self.picture("security")
        self.tab("Networking")
        self.page.get_by_role("table", name="Network interfaces").get_by_text("Attached").wait_for()
        self.picture("networking")
        self.tab("Storage")
        self.page.get_by_role("table", name="Block devices").get_by_text("/dev/xvda").wait_for()
        self.tab("Status and alarms")
        self.page.get_by_text("Instance reachability", exact=True).wait_for()
        self.tab("Details")
        self.reads("kernel-6.1-x86_64")
        self.booted(self.public)
        self.step("Get system log")
        self.in_submenu("Monitor and troubleshoot", "Get system log")
        self.heading(f"System log of {self.public}")
        self.reads("BEGIN SSH HOST KEY KEYS")
        self.picture("log")
        self.is_accessible("the system log")

    def key_lets_in(self):
        self.step("the file that the browser saved lets ssh in")
        file = self.hamlet.user.stage / "NextWork.pem"
        file.write_text(self.pem)
        file.chmod(0o600)
        self.hamlet.user.own(file)
        said = self.hamlet.hamlet("ssh", "-i", str(file), self.public, "--", "hostname")
        self.holds(said.out.startswith("ip-10-0-0-"), said)

    def private(self):
        self.step("Launch a second one: no key, no public address, a group that lets in the first one's")
        self.page.goto(self.place(f"{harness.REGION}/instances/launch"))
        self.heading("Launch an instance")
        self.reads("launch-wizard-1")
        self.fill("Name", PRIVATE)
        self.choose("Key pair name – required", "Proceed without a key pair")
        self.button("Edit network settings")
        self.choose("VPC – required", self.vpc)
        self.sees(self.shown("Auto-assign public IP"), "Disable", "what the subnet says of public addresses")
        self.fill("Security group name – required", "NextWork Public Security Group")
        self.choose("Source type", "^Custom$")
        self.page.get_by_role("main").get_by_role("combobox", name="Source", exact=True).fill("NextWork")
        self.page.get_by_role("option", name=re.compile("NextWork Public Security Group")).click()
        self.button("Launch instance")
        self.reads("InvalidGroup.Duplicate")
        self.sees(self.page.get_by_label("Name", exact=True).input_value(), PRIVATE, "what was typed")
        self.fill("Security group name – required", "NextWork Private Security Group")
        self.button("Launch instance")
        self.reads("Successfully initiated launch of instance")
        private = self.instances()[PRIVATE]
        self.sees((private.get("PublicIpAddress"), private.get("KeyName")), (None, None))
        self.step("Connect: without a public address it says so, and what ssh would be told")
        self.page.goto(self.place(f"{harness.REGION}/instances/{private['InstanceId']}/connect"))
        self.wait_running(private["InstanceId"])
        self.page.reload()
        self.reads("No public IPv4 address assigned")
        self.is_accessible("Connect without a public address")
        self.picture("connect-no-address")
        self.tab("SSH client")
        self.reads("No associated key pair")
        self.picture("ssh-client")

    def changed(self):
        self.step("Change security groups: the private one takes the public one's, too")
        self.menu("Instances")
        private = self.instances()[PRIVATE]["InstanceId"]
        self.select(f"{private} / {PRIVATE}")
        self.picture("list")
        self.is_accessible("Instances")
        self.in_submenu("Security", "Change security groups")
        self.heading("Change security groups")
        self.choose("Security groups", "NextWork Public Security Group")
        self.page.keyboard.press("Escape")
        self.picture("change-groups")
        self.button("Save")
        self.reads("You successfully changed the security groups")
        names = [it["GroupName"] for it in self.instances()[PRIVATE]["SecurityGroups"]]
        self.sees(sorted(names), ["NextWork Private Security Group", "NextWork Public Security Group"])
        self.step("Change termination protection, and Terminate says it")
        self.in_submenu("Instance settings", "Change termination protection")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("radio", name=re.compile("^Enabled")).check()
        dialog.get_by_role("button", name="Save").click()
        dialog.wait_for(state="detached")
        self.state("Terminate (delete) instance")
        dialog.get_by_text("Enabled: it cannot be terminated").wait_for()
        self.is_accessible("Terminate")
        self.picture("terminate")
        dialog.get_by_role("button", name="Terminate (delete)").click()
        dialog.get_by_text("OperationNotPermitted").wait_for()
        dialog.get_by_role("button", name="Cancel").click()
        self.ec2("modify-instance-attribute", "--instance-id", private, "--no-disable-api-termination")

    def stopped_and_started(self):
        self.step("Stop instance, Start instance: the state is seen to change, and the public address does")
        self.menu("Instances")
        before = self.instances()[PUBLIC]["PublicIpAddress"]
        self.select(f"{self.public} / {PUBLIC}")
        self.state("Stop instance")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Stop", exact=True).click()
        dialog.wait_for(state="detached")
        self.page.get_by_role("grid").get_by_text("Stopped", exact=True).wait_for()
        self.holds("PublicIpAddress" not in self.instances()[PUBLIC], "a stopped instance has a public address")
        self.state("Start instance")
        self.reads("Successfully initiated starting")
        self.wait_running(self.public)
        self.holds(self.instances()[PUBLIC]["PublicIpAddress"] != before, "it has the address that it had")

    def key_pairs(self):
        self.step("Key pairs: imported, created as .ppk, deleted")
        self.page.get_by_role("navigation").get_by_role("link", name="Key Pairs", exact=True).click()
        self.heading("Key pairs")
        self.reads(KEY)
        self.is_accessible("Key pairs")
        self.picture("key-pairs")
        self.action("Import key pair")
        self.heading("Import key pair")
        self.fill("Name", "mine")
        self.page.get_by_label("Public key", exact=True).fill("no key")
        self.button("Import key pair")
        self.reads("InvalidKey.Format")
        own = harness.fresh_key(self.hamlet.user.stage / "keys")
        self.page.get_by_label("Public key", exact=True).fill(own.with_suffix(".pub").read_text())
        self.is_accessible("Import key pair")
        self.button("Import key pair")
        self.reads("Successfully imported key pair mine")
        self.button("Create key pair")
        self.heading("Create key pair")
        self.fill("Name", "putty")
        self.page.get_by_role("radio", name=re.compile("ED25519")).check()
        self.page.get_by_role("radio", name=re.compile("[.]ppk")).check()
        self.is_accessible("Create key pair, the page")
        with self.page.expect_download() as download:
            self.button("Create key pair")
        self.sees(download.value.suggested_filename, "putty.ppk")
        self.holds(download.value.path().read_text().startswith("PuTTY-User-Key-File-"), "it is no PuTTY key")
        self.reads("Successfully created key pair putty")
        pairs = {it["KeyName"]: it for it in self.ec2("describe-key-pairs")["KeyPairs"]}
        self.sees(
            {name: it["KeyType"] for name, it in pairs.items()}, {KEY: "rsa", "mine": "ed25519", "putty": "ed25519"}
        )
        for name in ("mine", "putty"):
            self.select(pairs[name]["KeyPairId"])
        self.action("Delete")
        self.confirm("Delete", "Delete")
        self.reads("You successfully deleted 2 key pairs")
        self.sees([it["KeyName"] for it in self.ec2("describe-key-pairs")["KeyPairs"]], [KEY])

    def terminated(self):
        self.step("Terminate both at once: they stay for a while, as terminated")
        self.page.get_by_role("navigation").get_by_role("link", name="Instances", exact=True).click()
        for name, instance in self.instances().items():
            self.select(f"{instance['InstanceId']} / {name}")
        self.state("Terminate (delete) instance")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Terminate (delete)").click()
        dialog.wait_for(state="detached")
        self.reads("Successfully initiated termination")
        self.page.get_by_role("grid").get_by_text("Terminated", exact=True).nth(1).wait_for()
        self.sees({it["State"]["Name"] for it in self.instances().values()}, {"terminated"})

    # What they share.

    def create(self, call, name, kind, *words):
        tags = f"ResourceType={kind},Tags=[{{Key=Name,Value={name}}}]"
        return self.ec2(call, *words, "--tag-specifications", tags)

    def instances(self):
        found = self.ec2("describe-instances")["Reservations"]
        return {tag["Value"]: it for one in found for it in one["Instances"] for tag in it.get("Tags", [])}

    def tab(self, name):
        self.page.get_by_role("tab", name=name, exact=True).last.click()

    def state(self, text):
        self.page.get_by_role("button", name="Instance state", exact=True).first.click()
        self.page.get_by_role("menuitem", name=text).click()

    def in_submenu(self, menu, text):
        self.page.get_by_role("button", name="Actions", exact=True).click()
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=text, exact=True).click()

    def shown(self, label):
        """What a select shows."""
        name = self.page.get_by_role("button", name=re.compile(f"^{browser.plain(label)}")).last.inner_text()
        return name.strip()


if __name__ == "__main__":
    harness.run(Instances)
