#!/usr/bin/env python3
"""What becomes of traffic that is under way when the network changes: rules, ACLs, addresses, routes, a restart."""

import contextlib
import re
import subprocess

import harness
from network import ANYWHERE, LAPTOP, NetworkLab

PORT = "7000"
# Sends back what it gets, to everybody who connects, and greets with whom it sees.
SERVER = """
import socket, threading
def serve(connection, peer):
    connection.sendall(f"hello {peer[0]}\\n".encode())
    while data := connection.recv(4096):
        connection.sendall(data)
listener = socket.create_server(("0.0.0.0", 7000))
print("listening", flush=True)
while True:
    threading.Thread(target=serve, args=listener.accept(), daemon=True).start()
"""
# Asked with a line, sends it over its one connection: "alive", or that nothing came back, or that the connection is
# over.
CLIENT = """
import socket, sys
connection = socket.create_connection((sys.argv[1], 7000), timeout=2.5)
connection.settimeout(1.5)
print(connection.recv(100).decode().strip(), flush=True)
for line in sys.stdin:
    try:
        connection.sendall(line.encode())
        got = b""
        while not got.endswith(line.encode()):
            part = connection.recv(4096)
            if not part:
                raise ConnectionError
            got += part
        print("alive", flush=True)
    except TimeoutError:
        print("silent", flush=True)
    except ConnectionError:
        print("over", flush=True)
        break
"""


class LiveFlows(NetworkLab):
    def walk(self):
        self.network()
        self.rules()
        self.network_acl()
        self.groups_of_an_interface()
        self.elastic_ip()
        self.public_to_public()
        self.stop_and_start()

    def network(self):
        self.step("1. a server that everybody talks to, and a neighbour in another subnet")
        self.vpc = self.make_vpc("10.0.0.0/16")
        self.ec2("modify-vpc-attribute", "--vpc-id", self.vpc, "--enable-dns-hostnames")
        gateway = self.attach_gateway(self.vpc)
        self.route(self.main_table(self.vpc), ANYWHERE, "--gateway-id", gateway)
        self.net, self.other = (self.subnet(self.vpc, f"10.0.{number}.0/24", "a") for number in range(2))
        self.ec2("modify-subnet-attribute", "--subnet-id", self.net, "--map-public-ip-on-launch")
        self.group = self.make_group("server")
        self.visitors = self.make_group("visitors")
        self.servers = {
            "server": self.launch("server", self.net, self.group),
            "visitor": self.launch("visitor", self.other, self.visitors),
        }
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        self.private = self.describe(self.servers["server"])["PrivateIpAddress"]
        [interface] = self.describe(self.servers["server"])["NetworkInterfaces"]
        self.interface = interface["NetworkInterfaceId"]
        self.listen()

    def make_group(self, name):
        return self.ec2("create-security-group", "--vpc-id", self.vpc, "--group-name", name, "--description", name)[
            "GroupId"
        ]

    def listen(self):
        server = self.talk("server", SERVER)
        self.sees(server.said, "listening")

    def talk(self, where, program, *arguments):
        """A program in a server, or on the laptop, that answers lines."""
        words = ["laptop"] if where == "laptop" else ["exec", where]
        return Talk(self, [*words, "--", "python3", "-c", program, *arguments])

    @contextlib.contextmanager
    def call(self, where, address):
        """A connection to the server that goes on until the block ends."""
        talk = self.talk(where, CLIENT, address)
        try:
            yield talk
        finally:
            talk.end()

    def connects(self, where, address):
        """Whom the server sees when a new connection is made; None when none can be."""
        with self.call(where, address) as talk:
            return talk.said.removeprefix("hello ") or None

    def revoke(self, permission, way="ingress"):
        self.ec2(f"revoke-security-group-{way}", "--group-id", self.group, "--ip-permissions", permission)

    def rules(self):
        self.step("2. a rule that names whom it lets in is taken away: its connections go on, new ones are refused")
        narrow = f"IpProtocol=tcp,FromPort={PORT},ToPort={PORT},IpRanges=[{{CidrIp=10.0.1.0/24}}]"
        self.allow(self.group, narrow)
        with self.call("visitor", self.private) as talk:
            self.sees(talk.ask(), "alive")
            self.revoke(narrow)
            self.sees([talk.ask() for _ in range(3)], ["alive"] * 3, "the tracked connection")
            self.sees(self.connects("visitor", self.private), None, "a new one")
            self.step(
                "   even when the group lets nothing out either; the first packets of others are what rules are for"
            )
            everything = "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]"
            self.revoke(everything, "egress")
            self.sees(talk.ask(), "alive")
            self.ec2("authorize-security-group-egress", "--group-id", self.group, "--ip-permissions", everything)
        self.step("   a rule for 0.0.0.0/0, with everything let out: not tracked, and so over at once")
        wide = f"IpProtocol=tcp,FromPort={PORT},ToPort={PORT},IpRanges=[{{CidrIp=0.0.0.0/0}}]"
        self.allow(self.group, wide)
        with self.call("visitor", self.private) as talk:
            self.sees(talk.ask(), "alive")
            self.revoke(wide)
            self.sees(talk.ask(), "silent", "the untracked connection")
            self.step("   and alive again when the rule is back: nobody has told either side")
            self.allow(self.group, wide)
            harness.wait_for("TCP to try again", lambda: talk.ask() == "alive", 20)
        self.step("   with one port less let out, the same rule's connections are tracked")
        self.revoke("IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]", "egress")
        self.ec2(
            "authorize-security-group-egress",
            "--group-id",
            self.group,
            "--ip-permissions",
            "IpProtocol=tcp,FromPort=0,ToPort=65534,IpRanges=[{CidrIp=0.0.0.0/0}]",
        )
        with self.call("visitor", self.private) as talk:
            self.revoke(wide)
            self.sees(talk.ask(), "alive")
        self.allow(self.group, wide)

    def network_acl(self):
        self.step("3. a network ACL cuts what is under way, tracked or not, and lets it go on afterwards")
        [acl] = self.ec2("describe-network-acls", "--filters", f"Name=association.subnet-id,Values={self.net}")[
            "NetworkAcls"
        ]
        entry = ("--network-acl-id", acl["NetworkAclId"], "--rule-number", "50", "--ingress")
        with self.call("visitor", self.private) as talk:
            self.sees(talk.ask(), "alive")
            self.ec2(
                "create-network-acl-entry",
                *entry,
                "--protocol",
                "tcp",
                "--port-range",
                f"From={PORT},To={PORT}",
                "--cidr-block",
                "10.0.1.0/24",
                "--rule-action",
                "deny",
            )
            self.sees(talk.ask(), "silent", "with a deny in the server's subnet")
            self.ec2("delete-network-acl-entry", *entry)
            harness.wait_for("TCP to try again", lambda: talk.ask() == "alive", 20)

    def groups_of_an_interface(self):
        self.step("4. the interface gets another group: what is tracked goes on, what is new asks the new group")
        closed = self.make_group("closed")
        with self.call("visitor", self.private) as talk:
            self.ec2("modify-network-interface-attribute", "--network-interface-id", self.interface, "--groups", closed)
            self.sees(talk.ask(), "alive")
            self.sees(self.connects("visitor", self.private), None, "a new one")
        self.ec2("modify-network-interface-attribute", "--network-interface-id", self.interface, "--groups", self.group)

    def elastic_ip(self):
        self.step("5. an Elastic IP takes the place of the public address from the pool; who talks to that is cut off")
        self.auto = self.describe(self.servers["server"])["PublicIpAddress"]
        self.allocations = [self.ec2("allocate-address", "--domain", "vpc") for _ in range(2)]
        [first, second] = [it["PublicIp"] for it in self.allocations]
        with self.call("laptop", self.auto) as old:
            self.sees(old.ask(), "alive")
            self.associate(0, "--instance-id", self.servers["server"])
            self.sees(self.describe(self.servers["server"])["PublicIpAddress"], first)
            self.holds(old.ask() != "alive", "the old address is nobody's")
        self.sees(self.connects("laptop", self.auto), None, "a new connection to the old address")
        self.sees(self.connects("laptop", first), LAPTOP, "to the new one")
        self.step("   inside the VPC nothing has happened, and out it goes under the new address")
        with self.call("visitor", self.private) as inside, self.call("laptop", first) as outside:
            self.sees(self.visitor("server"), first)
            self.step(
                "   the Elastic IP moves to the visitor while its connections run: theirs are over, its new "
                "ones arrive there"
            )
            self.associate(0, "--instance-id", self.servers["visitor"])
            self.sees(inside.ask(), "alive", "the connection inside")
            self.holds(outside.ask() != "alive", "the connection from outside")
            self.sees(self.visitor("visitor"), first, "the Elastic IP's new holder")
            self.step("   the server has a new address from the pool, since its one interface asked for one at launch")
            auto = self.describe(self.servers["server"])["PublicIpAddress"]
            self.holds(auto not in (self.auto, first), f"{auto} is new")
            self.sees(self.visitor("server"), auto)
        self.step("   it cannot be moved by mistake, and moves back when asked")
        self.refused(
            "Resource.AlreadyAssociated",
            f"resource {self.allocations[0]['AllocationId']} is already associated with associate-id …",
            "associate-address",
            "--allocation-id",
            self.allocations[0]["AllocationId"],
            "--instance-id",
            self.servers["server"],
            "--no-allow-reassociation",
        )
        self.associate(0, "--instance-id", self.servers["server"])
        self.sees(self.connects("laptop", first), LAPTOP)
        self.step("   another Elastic IP in its place, under a running ping: it stops, and the new address answers")
        with self.hamlet.running("laptop", "--", "ping", "-n", "-i", "0.2", first) as log:
            self.allow(self.group, "IpProtocol=icmp,FromPort=8,ToPort=-1,IpRanges=[{CidrIp=0.0.0.0/0}]")
            answers = lambda: len(re.findall(rb"bytes from .*time=", log.read_bytes()))
            harness.wait_for("the ping to be answered", lambda: answers() >= 3, 10)
            self.associate(1, "--instance-id", self.servers["server"])
            self.holds(self.laptop_ping(second), "the new address")
            before = answers()
            self.holds(not self.laptop_ping(first), "the old one")
            self.sees(answers(), before, "answers to the running ping")
        self.ec2("disassociate-address", "--association-id", self.association(1))
        self.sees(self.connects("laptop", second), None, "disassociated")
        self.refused(
            "InvalidAssociationID.NotFound",
            "The association ID '…' does not exist",
            "disassociate-address",
            "--association-id",
            "eipassoc-00000000",
        )

    def associate(self, number, *whom):
        self.ec2("associate-address", "--allocation-id", self.allocations[number]["AllocationId"], *whom)

    def association(self, number):
        [address] = self.ec2("describe-addresses", "--allocation-ids", self.allocations[number]["AllocationId"])[
            "Addresses"
        ]
        return address["AssociationId"]

    def public_to_public(self):
        self.step(
            "6. by public addresses inside one VPC: the internet gateway translates both ways, and groups see "
            "public addresses"
        )
        self.associate(0, "--instance-id", self.servers["visitor"])
        public = self.describe(self.servers["server"])["PublicIpAddress"]
        own = self.allocations[0]["PublicIp"]
        self.sees(self.connects("visitor", public), own, "whom the server sees")
        self.sees(self.connects("server", public), public, "whom it sees when it calls its own public address")
        self.ec2(
            "authorize-security-group-egress",
            "--group-id",
            self.group,
            "--ip-permissions",
            "IpProtocol=icmp,FromPort=8,ToPort=-1,IpRanges=[{CidrIp=0.0.0.0/0}]",
        )
        self.holds(self.ping("server", public), "its own echo")
        self.sees(
            self.connects("visitor", self.private),
            self.describe(self.servers["visitor"])["PrivateIpAddress"],
            "by the private address",
        )
        wide = f"IpProtocol=tcp,FromPort={PORT},ToPort={PORT},IpRanges=[{{CidrIp=0.0.0.0/0}}]"
        reference = f"IpProtocol=tcp,FromPort={PORT},ToPort={PORT},UserIdGroupPairs=[{{GroupId={self.visitors}}}]"
        self.revoke(wide)
        self.allow(self.group, reference)
        self.holds(
            self.connects("visitor", self.private), "a reference to the visitor's group matches its private address"
        )
        self.sees(self.connects("visitor", public), None, "and not its public one")
        self.allow(self.group, f"IpProtocol=tcp,FromPort={PORT},ToPort={PORT},IpRanges=[{{CidrIp={own}/32}}]")
        self.sees(self.connects("visitor", public), own, "which a rule must name")
        self.step("   by its public host name, inside the VPC, it is the private address")
        name = self.describe(self.servers["server"])["PublicDnsName"]
        self.sees(self.inside("visitor", "dig", "+short", name, "A").out.strip(), self.private)

    def stop_and_start(self):
        self.step(
            "7. stopped and started: another public address from the pool, the same private one; an Elastic IP stays"
        )
        server, visitor = self.servers["server"], self.servers["visitor"]
        before = self.describe(server)["PublicIpAddress"]
        with self.call("visitor", self.private) as talk:
            self.ec2("stop-instances", "--instance-ids", server, visitor)
            self.ec2("wait", "instance-stopped", "--instance-ids", server, visitor)
            talk.end()
        stopped = self.describe(server)
        self.holds("PublicIpAddress" not in stopped, "no public address while it is stopped")
        self.sees(stopped["PrivateIpAddress"], self.private)
        self.sees(
            self.describe(visitor)["PublicIpAddress"],
            self.allocations[0]["PublicIp"],
            "the Elastic IP of a stopped instance",
        )
        self.holds(not self.laptop_ping(before), "nobody has it")
        self.ec2("start-instances", "--instance-ids", server, visitor)
        self.wait_running(server, visitor)
        started = self.describe(server)
        after = started["PublicIpAddress"]
        self.holds(after != before, f"{after} is new")
        self.sees(started["PrivateIpAddress"], self.private)
        self.listening_again()
        self.holds(self.laptop_ping(after), "the new address")
        self.holds(self.connects("visitor", self.private), "the private one")

    def listening_again(self):
        server = harness.wait_for("the server to be back", lambda: self.back(), 20, every=0.5)
        self.sees(server.said, "listening")

    def back(self):
        server = self.talk("server", SERVER)
        return server if server.said else None


class Talk:
    """A program that runs beside the lab and answers each line with one."""

    def __init__(self, lab, words):
        command = [str(it) for it in (*lab.user.prefix, lab.user.program, *words)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
            env=lab.hamlet._own_environment(),
            preexec_fn=harness.die_with_parent,
        )
        self.said = self.process.stdout.readline().strip()

    def ask(self):
        try:
            self.process.stdin.write("are you there?\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return "over"
        return self.process.stdout.readline().strip() or "over"

    def end(self):
        self.process.kill()
        self.process.wait()


if __name__ == "__main__":
    harness.run(LiveFlows)
