#!/usr/bin/env python3
"""mssh, the client of EC2 Instance Connect, in `hamlet shell`: it asks for the instance, pushes a key and connects to
the public address, with nothing configured."""

import json

from client import ClientLab, harness
from network import ANYWHERE

LAPTOP = "198.51.100.10"
# What would be written to the home directory of whoever runs this.
FORGETFUL = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null")


class Mssh(ClientLab):
    client = "mssh"

    def walk(self):
        self.step("1. an instance in a public subnet, which ssh may reach, launched without a key")
        vpc = self.make_vpc("10.0.0.0/16")
        table, gateway = self.table(vpc), self.attach_gateway(vpc)
        self.route(table, ANYWHERE, "--gateway-id", gateway)
        group = self.default_group(vpc)
        ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": ANYWHERE}]}
        self.allow(group, json.dumps([ssh]))
        subnet = self.subnet(vpc, "10.0.0.0/24", "a", table)
        web = self.launch("web", subnet, group, "--associate-public-ip-address")
        self.wait_running(web)
        self.booted(web)
        self.step("2. mssh")
        heard = self.in_shell("mssh", *FORGETFUL, f"ec2-user@{web}", "env")
        said = dict(line.split("=", 1) for line in heard.out.splitlines() if "=" in line)
        self.sees((said["USER"], said["SSH_CONNECTION"].split()[0]), ("ec2-user", LAPTOP))
        self.terminate(web)


if __name__ == "__main__":
    harness.run(Mssh, both=False)
