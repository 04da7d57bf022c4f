"""What the labs about whole networks have in common: VPCs, subnets, routes, servers, and a listener on the laptop."""

import ipaddress
import json
import shutil
import subprocess

import harness
from harness import REGION

AMI = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
ANYWHERE = "0.0.0.0/0"
# example.com and the laptop on the simulated internet.
EXAMPLE, EXAMPLE_V6 = "192.0.2.10", "2001:db8:ffff::10"
LAPTOP, LAPTOP_V6 = "198.51.100.10", "2001:db8:1a97::10"
# Accepts one connection and prints who it came from.
LISTENER = """
import socket, sys
listener = socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True)
listener.settimeout(20)
print("listening", flush=True)
print(listener.accept()[1][0].removeprefix("::ffff:"), flush=True)
"""
# For bash in a server, with the name of a service: one connection over plain HTTP, an answer, then, after the file is
# there, another.
HELD = """
exec 3<>/dev/tcp/$1/80
ask() { printf 'GET / HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n' "$1" >&3; }
ask "$1"; read -t 8 -r first <&3; echo "first ${first%% *}"
while ! [ -e /tmp/go ]; do sleep 0.1; done
while read -t 0.3 -r _ <&3; do :; done
ask "$1"; read -t 4 -r second <&3; echo "second ${second%% *}"
"""


def document(*statements):
    """A policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class NetworkLab(harness.Lab):
    """A lab with several networks."""

    def with_the_cli(self):
        """Starts again with a CLI for instances, where there was none: where its user may read it."""
        folder = harness.CACHE / "aws-cli"
        if not (folder / "version").exists() and not shutil.which("aws", path="/usr/bin:/usr/local/bin"):
            raise harness.CannotRun(f"{folder} is missing: `tests/install run` makes it")
        if self.user.prefix and folder.exists():
            shutil.copytree(folder, self.user.stage / "cache/aws-cli")
            self.user.environment["HAMLET_CACHE"] = str(self.user.stage / "cache")
            before = self.hamlet.hamlet("status").out
            self.holds("none: `make up` puts one into the cache" in before, f"status says that there is none: {before}")
            self.hamlet.stop()
            self.hamlet.start()
        after = self.hamlet.hamlet("status").out
        self.holds("The aws command of instances" in after and "none: " not in after, after)

    def make_vpc(self, cidr, *more):
        return self.ec2("create-vpc", "--cidr-block", cidr, *more)["Vpc"]["VpcId"]

    def attach_gateway(self, vpc):
        gateway = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.ec2("attach-internet-gateway", "--vpc-id", vpc, "--internet-gateway-id", gateway)
        return gateway

    def main_table(self, vpc):
        found = self.ec2(
            "describe-route-tables", "--filters", f"Name=vpc-id,Values={vpc}", "Name=association.main,Values=true"
        )
        return found["RouteTables"][0]["RouteTableId"]

    def table(self, vpc):
        return self.ec2("create-route-table", "--vpc-id", vpc)["RouteTable"]["RouteTableId"]

    def route(self, table, destination, *target):
        kind = "--destination-ipv6-cidr-block" if ":" in destination else "--destination-cidr-block"
        self.ec2("create-route", "--route-table-id", table, kind, destination, *target)

    def state_of_route(self, table, destination):
        [found] = self.ec2("describe-route-tables", "--route-table-ids", table)["RouteTables"]
        [route] = [
            it
            for it in found["Routes"]
            if destination in (it.get("DestinationCidrBlock"), it.get("DestinationIpv6CidrBlock"))
        ]
        return route["State"]

    def subnet(self, vpc, cidr, zone, table=None, *more):
        made = self.ec2(
            "create-subnet", "--vpc-id", vpc, "--cidr-block", cidr, "--availability-zone", REGION + zone, *more
        )
        subnet = made["Subnet"]["SubnetId"]
        if table:
            self.ec2("associate-route-table", "--route-table-id", table, "--subnet-id", subnet)
        return subnet

    def sixty_four(self, block, number):
        """A VPC's IPv6 /64 of this number. Not by its text: a block's last group is not written where it is zero."""
        return str(list(ipaddress.IPv6Network(block).subnets(new_prefix=64))[number])

    def default_group(self, vpc):
        found = self.ec2(
            "describe-security-groups", "--filters", f"Name=vpc-id,Values={vpc}", "Name=group-name,Values=default"
        )
        return found["SecurityGroups"][0]["GroupId"]

    def allow(self, group, permission, region=None):
        self.ec2("authorize-security-group-ingress", "--group-id", group, "--ip-permissions", permission, region=region)

    def launch(self, name, subnet, group, *more):
        """Starts a server; `wait_running` and `booted` wait for it."""
        tags = json.dumps([{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])
        made = self.ec2(
            "run-instances",
            "--image-id",
            AMI,
            "--instance-type",
            "t3.micro",
            "--subnet-id",
            subnet,
            "--security-group-ids",
            group,
            "--tag-specifications",
            tags,
            *more,
        )
        return made["Instances"][0]["InstanceId"]

    def role_for_servers(self, name, actions):
        """A role that may do these to anything, with an instance profile of its name."""
        trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        leave = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        self.aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", document(trust))
        own = ("--role-name", name, "--policy-name", "own", "--policy-document", document(leave))
        self.aws("iam", "put-role-policy", *own)
        self.aws("iam", "create-instance-profile", "--instance-profile-name", name)
        self.aws("iam", "add-role-to-instance-profile", "--instance-profile-name", name, "--role-name", name)

    def describe(self, id):
        return self.ec2("describe-instances", "--instance-ids", id)["Reservations"][0]["Instances"][0]

    def terminate(self, *ids):
        self.ec2("terminate-instances", "--instance-ids", *ids)
        self.ec2("wait", "instance-terminated", "--instance-ids", *ids)

    def laptop_ping(self, address):
        """True when the laptop's echoes are answered."""
        return self.laptop("ping", "-n", "-c", "2", "-i", "0.2", "-w", "3", address).code == 0

    def visitor(self, server, address=LAPTOP):
        """Whom a listener on the laptop sees when a server connects to it."""
        command = [*self.user.prefix, self.user.program, "laptop", "--", "python3", "-c", LISTENER]
        listener = subprocess.Popen(
            [str(it) for it in command],
            stdout=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
            env=self.hamlet._own_environment(),
            cwd="/",
            preexec_fn=harness.die_with_parent,
        )
        try:
            self.sees(listener.stdout.readline().strip(), "listening")
            host = f"[{address}]" if ":" in address else address
            self.inside(server, "curl", "-sS", "-m", "2", f"http://{host}:8080")
            return listener.stdout.readline().strip()
        finally:
            listener.kill()
            listener.wait()
