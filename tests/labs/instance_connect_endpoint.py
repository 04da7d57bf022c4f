#!/usr/bin/env python3
"""EC2 Instance Connect Endpoint: ssh to a private server, in a VPC with no way to or from the internet at all."""

import json
import os
import re
import signal
import socket
import subprocess
import time

import harness
from network import NetworkLab

CLIENT = harness.ROOT / "tests/labs/tunnel_client.py"
UNREACHABLE = (1011, "Unable to connect to target")


class InstanceConnectEndpoint(NetworkLab):
    def walk(self):
        self.network()
        self.without_endpoint()
        self.create()
        self.closed()
        self.opened()
        self.protocol()
        self.permission()
        self.local_port()
        self.change()
        self.restart()
        self.end()

    def network(self):
        self.step("1. a VPC without any gateway; a server in one subnet, and a group for the endpoint in the other")
        self.vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        [vpc] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        self.front, self.back = (
            self.subnet(
                self.vpc, f"10.0.{number}.0/24", zone, None, "--ipv6-cidr-block", self.sixty_four(block, number)
            )
            for number, zone in enumerate("ab")
        )
        self.door, self.db_group = self.group("door"), self.group("db")
        self.db = self.launch("db", self.back, self.db_group, "--ipv6-address-count", "1")
        self.wait_running(self.db)
        self.booted(self.db)
        instance = self.describe(self.db)
        self.private, self.private_v6 = instance["PrivateIpAddress"], instance["Ipv6Address"]
        self.sees(instance.get("PublicIpAddress"), None)

    def group(self, name):
        return self.ec2("create-security-group", "--group-name", name, "--description", name, "--vpc-id", self.vpc)[
            "GroupId"
        ]

    def without_endpoint(self):
        self.step("2. without an endpoint nothing leads there, and what is missing is said")
        result = self.connect("true")
        self.sees(result.code, 125)
        self.holds(
            f"instance db ({self.db}) has no public address, and the VPC of" in result.err
            and f"create-instance-connect-endpoint --subnet-id {self.back}" in result.err,
            result,
        )

    def connect(self, *command, options=(), seconds=60):
        return self.hamlet.hamlet("connect", *options, "db", "--", *command, check=False, seconds=seconds)

    def create(self):
        self.step("3. an endpoint: its interface is in its subnet, and is the service's alone")
        tags = json.dumps(
            [{"ResourceType": "instance-connect-endpoint", "Tags": [{"Key": "Name", "Value": "the-door"}]}]
        )
        made = self.ec2(
            "create-instance-connect-endpoint",
            "--subnet-id",
            self.front,
            "--ip-address-type",
            "ipv4",
            "--security-group-ids",
            self.door,
            "--tag-specifications",
            tags,
        )["InstanceConnectEndpoint"]
        self.sees(
            (made["State"], made["PreserveClientIp"], made["SecurityGroupIds"]),
            ("create-in-progress", False, [self.door]),
        )
        self.endpoint = made["InstanceConnectEndpointId"]
        self.complete()
        [interface] = self.ec2("describe-network-interfaces", "--network-interface-ids", *made["NetworkInterfaceIds"])[
            "NetworkInterfaces"
        ]
        self.sees(
            (interface["InterfaceType"], interface["RequesterManaged"], interface["SubnetId"]),
            ("ec2_instance_connect_endpoint", True, self.front),
        )
        self.source, self.interface = interface["PrivateIpAddress"], interface["NetworkInterfaceId"]
        self.refused(
            "AuthFailure",
            "You do not have permission to access the specified resource.",
            "delete-network-interface",
            "--network-interface-id",
            self.interface,
        )
        self.refused(
            "DependencyViolation",
            "…has dependencies and cannot be deleted.",
            "delete-subnet",
            "--subnet-id",
            self.front,
        )
        self.refused("ResourceLimitExceeded", "…", "create-instance-connect-endpoint", "--subnet-id", self.back)
        self.holds("the-door" in {port["name"] for port in self.hamlet.status()["ports"]}, "its link is open")

    def complete(self, state="create-complete"):
        def described():
            [found] = self.ec2(
                "describe-instance-connect-endpoints",
                "--filters",
                f"Name=vpc-id,Values={self.vpc}",
                f"Name=instance-connect-endpoint-id,Values={self.endpoint}",
            )["InstanceConnectEndpoints"]
            self.host = found["DnsName"]
            return found["State"] == state

        harness.wait_for(f"{self.endpoint} to be {state}", described, 20)

    def closed(self):
        self.step("4. the server's group lets nobody in: no connection within ten seconds, and the trace says why")
        began = time.monotonic()
        result = self.connect("true")
        self.sees(result.code, 255)
        self.holds("the tunnel has ended: Unable to connect to target" in result.err, result)
        question = re.search(r"`hamlet (trace [^`]*)` says why", result.err)
        self.holds(question, result)
        self.blocked_by(self.db_group, *question[1].split()[1:])
        self.holds(9 < time.monotonic() - began < 30, f"it took {time.monotonic() - began:.1f} s")
        self.blocked_by(self.db_group, self.endpoint, "db", "tcp/22")

    def opened(self):
        self.step("5. with a rule that names the endpoint's group, ssh comes from the endpoint's interface")
        self.ec2(
            "authorize-security-group-ingress",
            "--group-id",
            self.db_group,
            "--protocol",
            "tcp",
            "--port",
            "22",
            "--source-group",
            self.door,
        )
        self.holds(self.trace(self.endpoint, "db", "tcp/22")["reachable"], "the trace arrives")
        result = self.connect("echo $SSH_CONNECTION; whoami")
        self.sees(result.code, 0, f"ssh: {result}")
        source, _, target, port = result.out.split("\n")[0].split()
        self.sees((source, target, port), (self.source, self.private, "22"))
        self.step("   exit codes, and input that ends, come through; so does more than a window full")
        self.sees(self.connect("exit 7").code, 7)
        counted = self.hamlet.hamlet("connect", "db", "--", "wc -c", stdin="x" * 300_000)
        self.sees(counted.out.strip(), "300000")
        self.sees(len(self.connect("head -c 3000000 /dev/zero | tr '\\0' x").out), 3_000_000)
        self.step("   no other way leads there: not the laptop's, not a direct connection")
        direct = self.connect("true", options=("--connection-type", "direct"))
        self.holds(direct.code == 125 and "has no public address" in direct.err, direct)

    def protocol(self):
        self.step("6. as the AWS CLI speaks: botocore's signature, binary messages, a closing frame")
        said = self.tunnel(send=["SSH-2.0-lab\r\n", ""])
        self.holds(said["received"].startswith("SSH-2.0-"), said)
        self.sees((said["code"], said["reason"]), (1000, ""), "once the client has no more to say, the server ends it")
        said = self.tunnel(query={"maxTunnelDuration": 1})
        self.sees((said["code"], said["reason"]), (1008, "The maximum duration of the tunnel is over"))
        self.step("   refused: a wrong secret, another service's signature, a changed request, ports and addresses")
        wrong = self.tunnel(secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        self.sees((wrong["status"], wrong["body"]["__type"]), (400, "InvalidSignatureException"))
        for query, words in (
            ({"remotePort": 80}, "remotePort: expecting 22 or 3389"),
            ({"privateIpAddress": "192.0.2.10"}, "privateIpAddress: expecting a private IP address"),
            ({"privateIpAddress": "169.254.169.254"}, "privateIpAddress: expecting a private IP address"),
            ({"privateIpAddress": self.private_v6}, "privateIpAddress: the endpoint's IP address type is ipv4"),
            ({"maxTunnelDuration": 3601}, "maxTunnelDuration: expecting a number of seconds between 1 and 3600"),
            ({"instanceConnectEndpointId": "eice-0123456789abcdef0"}, "does not exist"),
        ):
            refused = self.tunnel(query=query)
            self.holds(refused.get("status") == 400 and words in json.dumps(refused["body"]), refused)
        unsigned = self.get(
            f"/openTunnel?instanceConnectEndpointId={self.endpoint}&remotePort=22&privateIpAddress={self.private}"
        )
        self.holds("MissingAuthenticationToken" in unsigned, unsigned)
        self.step("   nobody at the address, and nobody at the port, are one and the same to the client")
        self.sees(self.ending(privateIpAddress="10.0.1.250"), UNREACHABLE)
        self.ec2(
            "authorize-security-group-ingress",
            "--group-id",
            self.db_group,
            "--protocol",
            "tcp",
            "--port",
            "3389",
            "--source-group",
            self.door,
        )
        began = time.monotonic()
        self.sees(self.ending(remotePort=3389), UNREACHABLE)
        self.holds(time.monotonic() - began < 9, "a refused connection is told at once")
        self.step("   twenty at a time, and no more")
        said = self.tunnel(count=21)
        self.sees((said["open"], said["body"]["__type"]), (20, "ThrottlingException"))

    def permission(self):
        self.step("7. a user opens what policies let them: this endpoint, to this port, for so long")
        key = self.new_user("tom")
        denied = self.tunnel(**key)
        arn = f"arn:aws:ec2:{harness.REGION}:{harness.ACCOUNT}:instance-connect-endpoint/{self.endpoint}"
        self.sees((denied["status"], denied["body"]["__type"]), (400, "AccessDeniedException"))
        sentence = (
            f"User: arn:aws:iam::{harness.ACCOUNT}:user/tom is not authorized to perform: "
            f"ec2-instance-connect:OpenTunnel on resource: {arn} because no identity-based policy allows the "
            "ec2-instance-connect:OpenTunnel action"
        )
        self.sees(denied["body"].get("message", denied["body"].get("Message")), sentence)
        self.holds(arn in self.hamlet.hamlet("why-denied").out, "the refusal is explained")
        bounds = {
            "NumericEquals": {"ec2-instance-connect:remotePort": "22"},
            "NumericLessThanEquals": {"ec2-instance-connect:maxTunnelDuration": "60"},
            "IpAddress": {"ec2-instance-connect:privateIpAddress": f"{self.private}/32"},
        }
        statement = {
            "Effect": "Allow",
            "Action": "ec2-instance-connect:OpenTunnel",
            "Resource": arn,
            "Condition": bounds,
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        self.aws("iam", "put-user-policy", "--user-name", "tom", "--policy-name", "door", "--policy-document", document)
        said = self.tunnel(query={"maxTunnelDuration": 60}, send=["SSH-2.0-lab\r\n", ""], **key)
        self.holds(said["received"].startswith("SSH-2.0-"), said)
        for query in ({}, {"maxTunnelDuration": 61}, {"maxTunnelDuration": 60, "remotePort": 3389}):
            self.sees(self.tunnel(query=query, **key)["status"], 400, f"{query} is refused")
        attribute = "AttributeKey=EventName,AttributeValue=OpenTunnel"
        seen = self.aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute)["Events"]
        by_tom = [json.loads(it["CloudTrailEvent"]) for it in seen if it["Username"] == "tom"]
        self.sees([it.get("errorCode") for it in by_tom], ["AccessDenied"] * 3 + [None] + ["AccessDenied"])
        self.sees(by_tom[-1]["requestParameters"]["instanceConnectEndpointId"], self.endpoint)

    def new_user(self, name):
        self.aws("iam", "create-user", "--user-name", name)
        made = self.aws("iam", "create-access-key", "--user-name", name)["AccessKey"]
        return {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"]}

    def ending(self, **query):
        said = self.tunnel(query=query)
        return said["code"], said["reason"]

    def asked(self, query=None, **more):
        query = {
            "instanceConnectEndpointId": self.endpoint,
            "remotePort": 22,
            "privateIpAddress": self.private,
            **(query or {}),
        }
        environment = self.hamlet.environment
        return json.dumps(
            {
                "api": "{}:{}".format(*self.hamlet.address),
                "region": harness.REGION,
                "host": self.host,
                "query": query,
                "key": environment["AWS_ACCESS_KEY_ID"],
                "secret": environment["AWS_SECRET_ACCESS_KEY"],
                **more,
            }
        )

    def tunnel(self, **how):
        """What came of one conversation."""
        result = harness.execute([harness.VENV / "bin/python3", CLIENT, self.asked(**how)], harness.clean_environment())
        return json.loads(result.out.strip().split("\n")[-1])

    def get(self, path):
        with socket.create_connection(self.hamlet.address, timeout=10) as connection:
            key = "dGhlIHNhbXBsZSBub25jZQ=="
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
            )
            return connection.recv(65536).decode()

    def local_port(self):
        self.step("8. hamlet open-tunnel on a local port: each connection has a tunnel of its own")
        with self.hamlet.running("open-tunnel", "--instance-id", "db", "--local-port", "0") as out:
            listening = lambda: re.search(r"Listening for connections on port (\d+)\.", out.read_text())
            port = int(harness.wait_for("the local port", listening, 20)[1])
            for _ in range(2):
                with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                    banner = connection.recv(100)
                    self.holds(banner.startswith(b"SSH-2.0-"), banner)
            harness.wait_for("both to end", lambda: out.read_text().count("Closing tcp connection.") == 2, 20)
        alone = self.hamlet.hamlet("open-tunnel", "--private-ip-address", self.private, check=False)
        self.holds(alone.code == 1 and "--instance-connect-endpoint-id" in alone.err, alone)

    def change(self):
        self.step("9. its groups are its interface's: one that lets nothing out lets nobody through")
        silent = self.group("silent")
        self.ec2(
            "revoke-security-group-egress",
            "--group-id",
            silent,
            "--ip-permissions",
            "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]",
        )
        self.modify("--security-group-ids", silent)
        self.blocked_by(silent, self.endpoint, "db", "tcp/22")
        self.sees(self.ending(), UNREACHABLE)
        self.modify("--security-group-ids", self.door, "--ip-address-type", "dualstack")
        self.holds(self.banner(), "open again")
        self.step("   and with both families it leads to IPv6 addresses, too")
        self.holds(self.banner(privateIpAddress=self.private_v6), "over IPv6")
        [interface] = self.ec2("describe-network-interfaces", "--network-interface-ids", self.interface)[
            "NetworkInterfaces"
        ]
        self.sees((interface["PrivateIpAddress"], len(interface["Ipv6Addresses"])), (self.source, 1))

    def modify(self, *words):
        self.ec2("modify-instance-connect-endpoint", "--instance-connect-endpoint-id", self.endpoint, *words)
        self.complete("update-complete")

    def banner(self, **query):
        return self.tunnel(send=["SSH-2.0-lab\r\n", ""], query=query)["received"].startswith("SSH-2.0-")

    def restart(self):
        self.step("10. after the end of its process, and after a crash, it is there again")
        [process] = [
            int((it / "pid").read_text().split()[0])
            for it in (self.hamlet.data / "spaces").iterdir()
            if it.name == self.endpoint
        ]
        os.kill(process, signal.SIGKILL)
        harness.wait_for("another tunnel", lambda: self.tunnel(send=["SSH-2.0-lab\r\n", ""]).get("code") == 1000, 30)
        self.hamlet.kill()
        self.hamlet.start()
        self.sees(self.connect("true").code, 0)

    def end(self):
        self.step("11. deleted: open tunnels end, no new one begins, and its subnet and group are free")
        asked = self.asked()
        client = subprocess.Popen(
            [harness.VENV / "bin/python3", CLIENT, asked],
            stdout=subprocess.PIPE,
            text=True,
            env=harness.clean_environment(),
            preexec_fn=harness.die_with_parent,
        )
        self.sees(json.loads(client.stdout.readline()), {"open": 1})
        ended = self.ec2("delete-instance-connect-endpoint", "--instance-connect-endpoint-id", self.endpoint)
        self.sees(ended["InstanceConnectEndpoint"]["State"], "delete-in-progress")
        self.complete("delete-complete")
        said = json.loads(client.communicate(timeout=20)[0])
        self.sees((said["code"], said["reason"]), (1001, "The EC2 Instance Connect Endpoint is gone"))
        refused = self.tunnel()
        self.holds(refused["status"] == 400 and "delete-complete" in json.dumps(refused["body"]), refused)
        self.holds("create-instance-connect-endpoint" in self.connect("true").err, "hamlet connect says what to do")
        self.refused(
            "InvalidNetworkInterfaceID.NotFound",
            "…",
            "describe-network-interfaces",
            "--network-interface-ids",
            self.interface,
        )
        self.ec2("delete-subnet", "--subnet-id", self.front)
        self.terminate(self.db)


harness.run(InstanceConnectEndpoint)
