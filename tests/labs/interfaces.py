#!/usr/bin/env python3
"""Several interfaces and addresses on one server, attached while it runs; a server as router and NAT instance."""

import ipaddress
import shutil

import harness
from network import ANYWHERE, EXAMPLE, NetworkLab


class Interfaces(NetworkLab):
    def walk(self):
        self.network()
        self.hot_attach()
        self.secondary_addresses()
        self.prefix()
        self.moves()
        self.hot_detach()
        self.router()
        self.edge_table()
        self.nat_instance()
        self.clean_up()

    def network(self):
        self.step("1. three subnets; a server in the first and the second, a box in the third")
        self.vpc = self.make_vpc("10.0.0.0/16")
        self.gateway = self.attach_gateway(self.vpc)
        self.public_table = self.main_table(self.vpc)
        self.route(self.public_table, ANYWHERE, "--gateway-id", self.gateway)
        self.tables = [self.table(self.vpc) for _ in range(2)]
        self.subnets = [
            self.subnet(self.vpc, f"10.0.{number}.0/24", "a", table)
            for number, table in enumerate([*self.tables, None])
        ]
        self.group = self.default_group(self.vpc)
        self.allow(self.group, "IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]")
        self.servers = {
            name: self.launch(name, subnet, self.group)
            for name, subnet in zip(("one", "two", "box"), self.subnets, strict=True)
        }
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        self.address = {name: self.describe(id)["PrivateIpAddress"] for name, id in self.servers.items()}
        self.holds(self.ping("one", self.address["two"]), "one reaches two")

    def addresses(self, server, interface):
        shown = self.inside(server, "ip", "-4", "-o", "address", "show", "dev", interface).out
        return {line.split()[3].split("/")[0] for line in shown.splitlines()}

    def look_now(self, server):
        """Has the server look at its addresses at once; it does so by itself every minute."""
        self.inside(server, "kill", "-HUP", "1", check=True)

    def hot_attach(self):
        self.step("2. a second interface, in another subnet, attached to the running box")
        made = self.ec2("create-network-interface", "--subnet-id", self.subnets[1], "--groups", self.group)[
            "NetworkInterface"
        ]
        self.second, self.second_address = made["NetworkInterfaceId"], made["PrivateIpAddress"]
        attached = self.ec2(
            "attach-network-interface",
            "--network-interface-id",
            self.second,
            "--instance-id",
            self.servers["box"],
            "--device-index",
            "1",
        )
        self.attachment = attached["AttachmentId"]
        harness.wait_for("its address", lambda: self.addresses("box", "ens6") == {self.second_address}, 10)
        self.step("   it answers from every subnet, and its answers leave by it: the other one may not send them")
        for server in ("one", "two"):
            self.holds(self.ping(server, self.second_address), f"{server} to the second interface")
            self.holds(self.ping(server, self.address["box"]), f"{server} to the first")
        rules = self.inside("box", "ip", "rule").out
        self.holds(f"from {self.second_address} lookup 101" in rules, rules)
        self.sees(self.hamlet.status()["drops"].get("source-check", 0), 0, "packets from the wrong interface")
        out = self.inside("box", "ping", "-n", "-c", "1", "-W", "5", "-I", self.second_address, self.address["one"])
        self.sees(out.code, 0, out)

    def secondary_addresses(self):
        self.step("3. secondary addresses on both interfaces, one of them with an Elastic IP")
        [interface] = [
            it for it in self.describe(self.servers["box"])["NetworkInterfaces"] if it["Attachment"]["DeviceIndex"] == 0
        ]
        self.first = interface["NetworkInterfaceId"]
        # Whichever addresses are free: the servers' own are drawn at random.
        taken = {it["PrivateIpAddress"] for it in self.ec2("describe-network-interfaces")["NetworkInterfaces"]}
        self.extra, self.extra_of_second = (
            next(it for it in (f"{subnet}.{last}" for last in range(70, 90)) if it not in taken)
            for subnet in ("10.0.2", "10.0.1")
        )
        self.ec2(
            "assign-private-ip-addresses", "--network-interface-id", self.first, "--private-ip-addresses", self.extra
        )
        self.ec2(
            "assign-private-ip-addresses",
            "--network-interface-id",
            self.second,
            "--private-ip-addresses",
            self.extra_of_second,
        )
        harness.wait_for("the first", lambda: self.addresses("box", "ens5") == {self.address["box"], self.extra}, 10)
        harness.wait_for(
            "the second", lambda: self.addresses("box", "ens6") == {self.second_address, self.extra_of_second}, 10
        )
        for address in (self.extra, self.extra_of_second):
            for server in ("one", "two"):
                self.holds(self.ping(server, address), f"{server} to {address}")
        made = self.ec2("allocate-address", "--domain", "vpc")
        self.allocation, public = made["AllocationId"], made["PublicIp"]
        self.ec2(
            "associate-address",
            "--allocation-id",
            self.allocation,
            "--network-interface-id",
            self.first,
            "--private-ip-address",
            self.extra,
        )
        self.holds(self.laptop_ping(public), "the laptop to the secondary address's public one")
        self.ec2(
            "unassign-private-ip-addresses", "--network-interface-id", self.first, "--private-ip-addresses", self.extra
        )
        harness.wait_for("its end", lambda: self.addresses("box", "ens5") == {self.address["box"]}, 10)
        self.holds(not self.laptop_ping(public), "without the private address no public one")

    def prefix(self):
        self.step("   a prefix: every address in it is the server's, without being assigned")
        [interface] = self.describe(self.servers["one"])["NetworkInterfaces"]
        which = ("--network-interface-id", interface["NetworkInterfaceId"])
        made = self.ec2("assign-private-ip-addresses", *which, "--ipv4-prefix-count", "1")
        [prefix] = [it["Ipv4Prefix"] for it in made["AssignedIpv4Prefixes"]]
        [shown] = self.describe(self.servers["one"])["NetworkInterfaces"]
        self.sees(shown["Ipv4Prefixes"], [{"Ipv4Prefix": prefix}])
        address = str(ipaddress.ip_network(prefix)[5])
        self.inside("one", "ip", "address", "add", f"{address}/32", "dev", "lo", check=True)
        for server in ("two", "box"):
            self.holds(self.ping(server, address), f"{server} to {address}")
        out = ("ping", "-n", "-c", "1", "-W", "1", "-I", address, self.address["two"])
        self.sees(self.inside("one", *out).code, 0, "and packets from it pass the source check")
        self.ec2("unassign-private-ip-addresses", *which, "--ipv4-prefixes", prefix)
        self.holds(not self.ping("two", address), "nobody's any more")
        self.holds(self.inside("one", *out).code != 0, "nor its sender's")

    def moves(self):
        self.step(
            "   moved to another running server while it is pinged: its addresses go with it, here to a second "
            "interface in one subnet"
        )
        with self.hamlet.running("exec", "one", "--", "ping", "-n", "-i", "0.2", self.second_address) as log:
            answers = lambda: log.read_bytes().count(b"bytes from")
            harness.wait_for("the ping to be answered", lambda: answers() >= 2, 10)
            self.ec2("detach-network-interface", "--attachment-id", self.attachment)
            harness.wait_for(
                "the box to let go", lambda: self.inside("box", "ip", "link", "show", "ens6").code != 0, 10
            )
            attached = self.ec2(
                "attach-network-interface",
                "--network-interface-id",
                self.second,
                "--instance-id",
                self.servers["two"],
                "--device-index",
                "1",
            )
            self.attachment = attached["AttachmentId"]
            before = answers()
            harness.wait_for("the same ping to be answered by two", lambda: answers() >= before + 3, 15)
        both = {self.second_address, self.extra_of_second}
        self.look_now("two")
        harness.wait_for("its addresses", lambda: self.addresses("two", "ens6") == both, 10)
        before = self.hamlet.status()["drops"].get("source-check", 0)
        for server in ("one", "box"):
            for address in (*both, self.address["two"]):
                self.holds(self.ping(server, address), f"{server} to {address}")
        for own in (*both, self.address["two"]):
            out = self.inside("two", "ping", "-n", "-c", "1", "-W", "5", "-I", own, self.address["one"])
            self.sees(out.code, 0, f"from {own}: {out}")
        self.sees(self.hamlet.status()["drops"].get("source-check", 0), before, "packets from the wrong interface")
        self.step("   and back to the box")
        self.ec2("detach-network-interface", "--attachment-id", self.attachment)
        harness.wait_for("two to let go", lambda: self.inside("two", "ip", "link", "show", "ens6").code != 0, 10)
        attached = self.ec2(
            "attach-network-interface",
            "--network-interface-id",
            self.second,
            "--instance-id",
            self.servers["box"],
            "--device-index",
            "1",
        )
        self.attachment = attached["AttachmentId"]
        harness.wait_for("the ping", lambda: self.ping("one", self.second_address, count=1, wait=1), 15)

    def hot_detach(self):
        self.step("4. detached while it runs: the interface has gone from the box, with its rules")
        self.ec2("detach-network-interface", "--attachment-id", self.attachment)
        harness.wait_for("its end", lambda: self.inside("box", "ip", "link", "show", "ens6").code != 0, 10)
        rules = lambda: self.inside("box", "ip", "rule").out
        harness.wait_for("the end of its rules", lambda: "lookup 101" not in rules(), 10)
        [interface] = self.ec2("describe-network-interfaces", "--network-interface-ids", self.second)[
            "NetworkInterfaces"
        ]
        self.sees(interface["Status"], "available")
        self.holds(not self.ping("two", self.second_address), "nobody answers")
        self.holds(self.ping("two", self.address["box"]), "the first interface goes on")
        self.ec2("delete-network-interface", "--network-interface-id", self.second)

    def router(self):
        self.step("5. the box as a router between the two subnets: routes more specific than local")
        self.inside("box", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward", check=True)
        self.route(self.tables[0], "10.0.1.0/24", "--network-interface-id", self.first)
        self.route(self.tables[1], "10.0.0.0/24", "--network-interface-id", self.first)
        self.holds(not self.ping("one", self.address["two"]), "its source/destination check is on")
        blocked = self.trace("one", "two", "icmp")
        self.sees((blocked["reachable"], blocked["explanation_code"]), (False, "ENI_SOURCE_DEST_CHECK_RESTRICTION"))
        self.ec2("modify-network-interface-attribute", "--network-interface-id", self.first, "--no-source-dest-check")
        self.holds(self.ping("one", self.address["two"]), "now it routes")
        told = self.trace("one", "two", "icmp")
        self.sees((told["reachable"], told["forwarders"]), (True, ["box"]), told["text"])
        hop = self.inside("one", "ping", "-n", "-c", "1", "-t", "1", "-W", "5", self.address["two"])
        self.holds(
            f"From {self.address['box']} icmp_seq=1 Time to live exceeded" in hop.out, f"and is a visible hop: {hop}"
        )

    def edge_table(self):
        self.step("6. the internet gateway's own route table: what comes in passes the box, and so do the answers")
        made = self.ec2("allocate-address", "--domain", "vpc")
        self.second_allocation, public = made["AllocationId"], made["PublicIp"]
        self.ec2("associate-address", "--allocation-id", self.second_allocation, "--instance-id", self.servers["one"])
        self.route(self.tables[0], ANYWHERE, "--network-interface-id", self.first)
        self.edge = self.table(self.vpc)
        self.route(self.edge, "10.0.0.0/24", "--network-interface-id", self.first)
        self.edge_association = self.ec2(
            "associate-route-table", "--route-table-id", self.edge, "--gateway-id", self.gateway
        )["AssociationId"]
        self.holds(self.laptop_ping(public), "through the box both ways")
        hops = lambda: [self.laptop("ping", "-n", "-c", "1", "-t", str(ttl), "-W", "1", public).code for ttl in (1, 2)]
        self.sees(hops(), [1, 0], "the box is a hop; it cannot say so, since it has no public address")
        self.ec2("disassociate-route-table", "--association-id", self.edge_association)
        self.sees(hops(), [0, 0], "without the table it is none")
        self.ec2("delete-route-table", "--route-table-id", self.edge)
        self.ec2("release-address", "--allocation-id", self.disassociated(self.second_allocation))

    def disassociated(self, allocation):
        [address] = self.ec2("describe-addresses", "--allocation-ids", allocation)["Addresses"]
        self.ec2("disassociate-address", "--association-id", address["AssociationId"])
        return allocation

    def nat_instance(self):
        self.step("7. the box as a NAT instance")
        if not shutil.which("iptables") and not shutil.which("nft"):
            print("    CANNOT RUN: neither iptables nor nft is installed", flush=True)
            return
        self.ec2("associate-address", "--allocation-id", self.allocation, "--instance-id", self.servers["box"])
        if shutil.which("iptables"):
            self.inside(
                "box", "iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "ens5", "-j", "MASQUERADE", check=True
            )
        else:
            rules = (
                "table ip nat { chain out { type nat hook postrouting priority srcnat; oifname ens5 masquerade; }; }"
            )
            self.inside("box", "nft", rules, check=True)
        self.holds(self.ping("one", EXAMPLE), "out through the box")
        self.sees(
            self.visitor("one"), self.describe(self.servers["box"])["PublicIpAddress"], "whom the other side sees"
        )
        told = self.trace("one", "example.com", "tcp/80")
        self.sees((told["reachable"], told["forwarders"]), (True, ["box"]), told["text"])

    def clean_up(self):
        self.step("8. clean-up leaves an empty account")
        self.terminate(*self.servers.values())
        self.ec2("release-address", "--allocation-id", self.allocation)
        self.ec2("detach-internet-gateway", "--internet-gateway-id", self.gateway, "--vpc-id", self.vpc)
        self.ec2("delete-internet-gateway", "--internet-gateway-id", self.gateway)
        for subnet in self.subnets:
            self.ec2("delete-subnet", "--subnet-id", subnet)
        for table in self.tables:
            self.ec2("delete-route-table", "--route-table-id", table)
        self.ec2("delete-vpc", "--vpc-id", self.vpc)
        self.sees(self.hamlet.status()["resources"], {}, "what `hamlet status` counts afterwards")


if __name__ == "__main__":
    harness.run(Interfaces)
