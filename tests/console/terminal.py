#!/usr/bin/env python3
"""The terminal, as the tutorial's fifth part tells it: Connect fails until port 22 is open; a ping is silent until a
rule is added in another tab, and then heals in the open terminal. What strangers get, what a flood takes, what a
reload keeps.
"""

import http.client
import ipaddress
import re
import time

import browser

browser.with_playwright()
harness = browser.harness
# The Region's, as its prefix list has it.
INSTANCE_CONNECT = ipaddress.ip_network("18.237.140.160/29")
# What a flood of output may add to the daemon's memory; ten times as much is printed.
FLOOD_MB, GROWTH_MB_MAX = 80, 24


class Terminal(browser.ConsoleLab):
    options = ()
    shell = None

    def steps(self):
        self.network()
        self.page.goto(self.address())
        self.page.get_by_role("link", name="Your VPCs").first.wait_for()
        self.refused_without_rule()
        self.let_in()
        self.silent_then_healed()
        self.sized()
        self.flooded()
        self.loaded_anew()
        self.several()
        self.ended()
        self.strangers()

    def network(self):
        """Two subnets, two servers: the public one lets in HTTP alone, the private one's network ACL nothing."""
        vpc = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
        blocks = ("10.0.0.0/24", "10.0.1.0/24")
        made = [self.ec2("create-subnet", "--vpc-id", vpc, "--cidr-block", block)["Subnet"] for block in blocks]
        public, private = [it["SubnetId"] for it in made]
        gateway = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.ec2("attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", vpc)
        [table] = self.ec2("describe-route-tables", "--filters", f"Name=vpc-id,Values={vpc}")["RouteTables"]
        route = ("--destination-cidr-block", "0.0.0.0/0", "--gateway-id", gateway)
        self.ec2("create-route", "--route-table-id", table["RouteTableId"], *route)
        self.acl = self.ec2("create-network-acl", "--vpc-id", vpc)["NetworkAcl"]["NetworkAclId"]
        [old] = self.ec2("describe-network-acls", "--filters", f"Name=association.subnet-id,Values={private}")[
            "NetworkAcls"
        ]
        [association] = [it for it in old["Associations"] if it["SubnetId"] == private]
        replaced = ("--association-id", association["NetworkAclAssociationId"], "--network-acl-id", self.acl)
        self.ec2("replace-network-acl-association", *replaced)
        self.public_group = self.group(vpc, "NextWork Public Security Group")
        web = ("--group-id", self.public_group, "--protocol", "tcp", "--port", "80", "--cidr", "0.0.0.0/0")
        self.ec2("authorize-security-group-ingress", *web)
        self.private_group = self.group(vpc, "NextWork Private Security Group")
        self.public = self.server("Public Server", public, self.public_group, "--associate-public-ip-address")
        self.private = self.server("Private Server", private, self.private_group)
        self.wait_running(self.public, self.private)
        self.booted(self.public, self.private)

    def group(self, vpc, name):
        made = self.ec2("create-security-group", "--group-name", name, "--description", name, "--vpc-id", vpc)
        return made["GroupId"]

    def server(self, name, subnet, group, *more):
        image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        tags = f"ResourceType=instance,Tags=[{{Key=Name,Value={name}}}]"
        words = (
            "--image-id",
            image,
            "--instance-type",
            "t3.micro",
            "--subnet-id",
            subnet,
            "--security-group-ids",
            group,
            *more,
        )
        [launched] = self.ec2("run-instances", *words, "--tag-specifications", tags)["Instances"]
        return launched["InstanceId"]

    def refused_without_rule(self):
        self.step("Connect: the terminal opens in a tab of its own, and says that it has failed")
        self.page.goto(self.place(f"{harness.REGION}/instances/{self.public}"))
        self.heading(f"Instance summary for {self.public} (Public Server)")
        self.button("Connect")
        self.heading("Connect to instance")
        self.sees(self.page.get_by_label("Username").input_value(), "ec2-user")
        self.is_accessible("Connect")
        self.picture("connect")
        with self.page.expect_popup() as opened:
            self.button("Connect")
        self.shell = opened.value
        self.shell.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.shell.get_by_text("Connecting", exact=True).wait_for()
        self.shell.get_by_text("Failed to connect to your instance").wait_for()
        self.shell.get_by_text("Error establishing SSH connection to your instance.").wait_for()
        self.picture("refused")

    def let_in(self):
        self.step(
            "with a rule for EC2 Instance Connect's own addresses, Try again opens a shell, and it comes from them"
        )
        rule = ("--group-id", self.public_group, "--protocol", "tcp", "--port", "22", "--cidr", str(INSTANCE_CONNECT))
        self.ec2("authorize-security-group-ingress", *rule)
        self.shell.get_by_role("button", name="Try again").click()
        self.prompted()
        self.shell.get_by_text("Connected", exact=True).wait_for()
        come_from = re.search(r"<(\S+)>", self.said('echo "<${SSH_CLIENT%% *}>"', r"<\d\S+>")).group(1)
        self.holds(ipaddress.ip_address(come_from) in INSTANCE_CONNECT, f"it comes from {come_from}")
        self.is_accessible_in(self.shell, "the terminal")
        called = [it["EventName"] for it in self.aws("cloudtrail", "lookup-events")["Events"]]
        self.holds("SendSSHPublicKey" in called, called)

    def silent_then_healed(self):
        self.step(
            "ping is silent; the network ACL's rules and the group's are added elsewhere, and it answers by itself"
        )
        address = self.ec2("describe-instances", "--instance-ids", self.private)
        address = address["Reservations"][0]["Instances"][0]["PrivateIpAddress"]
        self.type(f"ping {address}\n")
        self.screen(f"PING {address}")
        time.sleep(3)
        self.holds("bytes from" not in self.text(), "the ping is answered before anybody has let it in")
        for direction in ("--ingress", "--egress"):
            entry = ("--rule-number", "100", "--protocol", "icmp", "--icmp-type-code", "Type=-1,Code=-1")
            allow = ("--rule-action", "allow", "--cidr-block", "10.0.0.0/24")
            self.ec2("create-network-acl-entry", "--network-acl-id", self.acl, direction, *entry, *allow)
        self.page.bring_to_front()
        self.page.goto(self.place(f"{harness.REGION}/security_groups/{self.private_group}/edit_inbound_rules"))
        self.heading("Edit inbound rules")
        self.button("Add rule")
        self.choose("Type", "^All ICMP - IPv4$")
        self.page.get_by_role("main").get_by_role("combobox", name="Source", exact=True).fill("Public")
        self.page.get_by_role("option", name=re.compile(self.public_group)).click()
        self.button("Save rules")
        self.reads("security group rules successfully modified")
        self.shell.bring_to_front()
        self.screen(f"64 bytes from {address}")
        self.picture("healed")
        self.shell.keyboard.press("Control+c")
        self.screen("packet loss")

    def sized(self):
        self.step("the shell knows how large the window is, also after it has changed")
        before = self.size()
        self.shell.set_viewport_size({"width": 900, "height": 600})
        harness.wait_for("the shell to hear of it", lambda: self.size() != before, 20)
        rows, columns = map(int, self.size().split())
        self.holds(20 < rows < 40 and 80 < columns < 120, f"{rows} rows of {columns}")

    def size(self):
        return re.search(r"<(\d+ \d+)>", self.said('echo "<$(stty size)>"', r"<\d+ \d+>")).group(1)

    def flooded(self):
        self.step(f"{FLOOD_MB} MB of output pass, and the daemon keeps none of it; Ctrl+C ends a flood at once")
        before = self.memory()
        self.type(f"yes 0123456789 | head -c {FLOOD_MB}000000; echo FLO''OD\n")
        time.sleep(4)
        growth = self.memory() - before
        self.holds(growth < GROWTH_MB_MAX, f"the daemon has grown by {growth} MB")
        self.shell.keyboard.press("Control+c")
        self.prompted()
        self.said("echo sti''ll", "still")

    def memory(self):
        pid = self.hamlet.status()["pid"]
        with open(f"/proc/{pid}/status") as lines:
            [resident] = [line.split()[1] for line in lines if line.startswith("VmRSS")]
        return int(resident) // 1024

    def loaded_anew(self):
        self.step("a page that is loaded anew has the shell that it had")
        self.said("marker=kept; echo do''ne", "done")
        self.shell.reload()
        self.shell.get_by_text("Connected", exact=True).wait_for()
        self.said('echo "<$marker>"', "<kept>")

    def several(self):
        self.step("several at once, each with a shell of its own")
        other = self.shell.context.new_page()
        other.goto(self.place(f"{harness.REGION}/instances/{self.public}/terminal?user=root"))
        first, self.shell = self.shell, other
        self.prompted()
        self.said('echo "<$marker>"', "<>")
        self.shell = first
        self.said('echo "<$marker>"', "<kept>")
        self.other = other

    def ended(self):
        self.step("exit ends it, and says so; who signs out has no terminal any more")
        self.type("exit\n")
        self.shell.get_by_text("The session has ended").wait_for()
        self.shell.get_by_role("button", name="Connect again").click()
        self.prompted()
        self.page.bring_to_front()
        self.page.get_by_role("button", name="Account").click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        for shell in (self.shell, self.other):
            shell.get_by_text("You have signed out").first.wait_for()

    def strangers(self):
        self.step("nobody else gets one: neither without a session, nor a page of another origin")
        own = "http://{}:{}".format(*self.hamlet.address)
        self.sees(self.asked({"Origin": own}), 401)
        self.sees(self.asked({"Origin": own, "Cookie": f"hamlet-console-{self.hamlet.address[1]}=guess"}), 401)
        self.sees(self.asked({}), 401)
        self.sees(self.asked({"Origin": "http://evil.example"}), 403)

    def asked(self, headers):
        connection = http.client.HTTPConnection(*self.hamlet.address, timeout=10)
        wanted = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        connection.request("GET", "/_hamlet/console/terminal", headers={**wanted, **key, **headers})
        return connection.getresponse().status

    def picture(self, name):
        super().picture(name)
        if browser.PICTURES and self.shell:
            self.shell.screenshot(path=f"{browser.PICTURES}/Terminal-{name}-shell.png")

    # The screen, as a screen reader has it.

    def text(self):
        return self.shell.get_by_role("list").first.inner_text().replace("\xa0", " ").rstrip()

    def screen(self, part, seconds=30):
        harness.wait_for(f"{part!r} on the screen", lambda: re.search(part, self.text()), seconds)

    def prompted(self):
        self.screen(r"@ip-10-0-0-\d+.*[#$] *$")

    def type(self, text):
        self.shell.bring_to_front()
        self.shell.get_by_role("textbox", name="Terminal input").focus()
        self.shell.keyboard.type(text)

    def said(self, command, answer):
        """What a command prints, which is not what was typed."""
        self.type(f"clear; {command}\n")
        self.screen(answer)
        return self.text()

    def is_accessible_in(self, page, where):
        page, self.page = self.page, page
        try:
            self.is_accessible(where)
        finally:
            self.page = page


if __name__ == "__main__":
    harness.run(Terminal)
