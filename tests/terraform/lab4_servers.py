#!/usr/bin/env python3
"""Lab 4 by Terraform: servers, a key pair, images by name and parameter, a role, an Elastic IP, interfaces."""

from terraform import TerraformLab, harness


class Lab4Servers(TerraformLab):
    folder = "lab4_servers"
    changed = {"name": "renamed"}

    def walk(self):
        self.key = harness.fresh_key(self.user.stage)
        self.variables = {"public_key": self.key.with_suffix(".pub").read_text().strip()}
        super().walk()

    def packets(self):
        self.booted_servers()
        self.sees(self.inside("public", "cat", "/root/made").out.strip(), "made by terraform", "its user data ran")
        self.holds(self.ping("public", self.output("private_ip")), "the public server reaches the private one")
        options = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes")
        host = f"ec2-user@{self.output('public_ip')}"
        shown = self.laptop("ssh", "-i", self.key, *options, host, "hostname")
        self.sees(shown.code, 0, f"ssh with the key pair: {shown}")

    def drift(self):
        [server] = self.ec2("describe-instances", "--filters", "Name=tag:Name,Values=public")["Reservations"]
        self.ec2("delete-tags", "--resources", server["Instances"][0]["InstanceId"], "--tags", "Key=Name")


if __name__ == "__main__":
    harness.run(Lab4Servers, both=False)
