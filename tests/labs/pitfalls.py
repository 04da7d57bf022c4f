#!/usr/bin/env python3
"""What a network must not do, packet by packet: the mistakes that stand-ins for AWS are known to make."""

import harness
from network import ANYWHERE, EXAMPLE, LAPTOP, NetworkLab

EVERYWHERE = "::/0"
ECHO = "IpProtocol=icmp,FromPort=8,ToPort=-1"
ECHO_V6 = "IpProtocol=icmpv6,FromPort=-1,ToPort=-1"


class Pitfalls(NetworkLab):
    def walk(self):
        self.networks()
        self.same_block_twice()
        self.no_route_no_way()
        self.group_behind_an_open_acl()
        self.families()
        self.prefix_lists()
        self.acl_order()
        self.acl_memory()
        self.neighbours_of_a_denied_subnet()
        self.blocked_public_access()

    def networks(self):
        self.step("1. two VPCs with one and the same block, and in each a server with one and the same address")
        self.nets, self.groups, blocks, vpcs = [], [], [], []
        for color in ("red", "blue"):
            vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
            [shown] = self.ec2("describe-vpcs", "--vpc-ids", vpc)["Vpcs"]
            vpcs.append(vpc)
            blocks.append(shown["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"])
            self.nets.append(self.dual(vpc, blocks[-1], 0, "a"))
            self.groups.append(self.default_group(vpc))
            self.launch_at(f"{color}-server", self.nets[-1], self.groups[-1], "10.0.0.10")
        self.vpc = vpcs[0]
        self.step("   and in the red one two more subnets, with a server in each, and a gateway that no route leads to")
        second, self.third = self.dual(self.vpc, blocks[0], 1, "a"), self.dual(self.vpc, blocks[0], 2, "b")
        self.launch_at("red-client", second, self.groups[0], "10.0.1.10")
        self.launch_at("red-other", self.third, self.groups[0], "10.0.2.10")
        self.launch_at("blue-client", self.nets[1], self.groups[1], "10.0.0.20")
        self.gateway = self.attach_gateway(self.vpc)
        self.wait_running(*self.made.values())
        self.booted(*self.made.values())
        self.v6 = {name: self.describe(id)["Ipv6Address"] for name, id in self.made.items()}
        self.interface = {
            name: self.describe(id)["NetworkInterfaces"][0]["NetworkInterfaceId"] for name, id in self.made.items()
        }
        for name, address in self.v6.items():
            harness.wait_for(
                f"{name}'s IPv6 address", lambda: address in self.inside(name, "ip", "-6", "-o", "address").out, 15
            )

    def dual(self, vpc, block, number, zone):
        return self.subnet(vpc, f"10.0.{number}.0/24", zone, None, "--ipv6-cidr-block", self.sixty_four(block, number))

    def launch_at(self, name, subnet, group, address):
        """One server, at an address that we choose."""
        self.made[name] = self.launch(name, subnet, group, "--private-ip-address", address, "--ipv6-address-count", "1")

    def same_block_twice(self):
        self.step("2. each network has its own 10.0.0.10, and its own rules for it")
        self.holds(self.ping("red-client", "10.0.0.10"), "two subnets of one VPC talk")
        self.holds(self.ping("blue-client", "10.0.0.10"), "and so do neighbours in the other")
        for name, seen in (("red-client", "red-server"), ("blue-client", "blue-server")):
            key = self.inside(name, "ssh-keyscan", "-T", "3", "-t", "ed25519", "10.0.0.10").out.split()
            own = self.inside(
                seen,
                "sh",
                "-c",
                "cat /etc/ssh/ssh_host_ed25519_key.pub 2>/dev/null || ssh-keyscan -t ed25519 127.0.0.1",
            ).out.split()
            self.holds(
                key and any(word in own for word in key if word.startswith("AAAA")),
                f"{name} talks to {seen}: {key} {own}",
            )
        self.holds(not self.ping("red-client", "10.0.0.20"), "blue's address in red is nobody's")
        self.revoke_own(1)
        self.holds(not self.ping("blue-client", "10.0.0.10"), "blue's group lets nothing in any more")
        self.holds(self.ping("red-client", "10.0.0.10"), "red's does")

    def revoke_own(self, number):
        group = self.groups[number]
        self.ec2(
            "revoke-security-group-ingress",
            "--group-id",
            group,
            "--ip-permissions",
            f"IpProtocol=-1,UserIdGroupPairs=[{{GroupId={group}}}]",
        )

    def no_route_no_way(self):
        self.step(
            "3. a gateway is attached and the server has a public address: without a route there is no way, "
            "with one there is"
        )
        allocation = self.ec2("allocate-address", "--domain", "vpc")
        self.ec2(
            "associate-address", "--allocation-id", allocation["AllocationId"], "--instance-id", self.made["red-client"]
        )
        self.holds(not self.ping("red-client", EXAMPLE), "no route")
        table = self.main_table(self.vpc)
        self.route(table, ANYWHERE, "--gateway-id", self.gateway)
        self.holds(self.ping("red-client", EXAMPLE), "a route")
        self.holds(not self.ping("red-server", EXAMPLE), "and no public address")

    def group_behind_an_open_acl(self):
        self.step("4. the network ACL lets everything through, which opens no group")
        self.closed = self.ec2(
            "create-security-group", "--vpc-id", self.vpc, "--group-name", "closed", "--description", "closed"
        )["GroupId"]
        self.wear("red-server", self.closed)
        [acl] = self.ec2("describe-network-acls", "--filters", f"Name=association.subnet-id,Values={self.nets[0]}")[
            "NetworkAcls"
        ]
        self.holds(
            any(
                it["RuleAction"] == "allow" and it["Protocol"] == "-1" and it.get("CidrBlock") == ANYWHERE
                for it in acl["Entries"]
            ),
            acl,
        )
        self.holds(not self.ping("red-client", "10.0.0.10"), "the group is asked, too")
        self.blocked_by(self.closed, "red-client", "red-server", "icmp")

    def wear(self, server, group):
        self.ec2(
            "modify-network-interface-attribute", "--network-interface-id", self.interface[server], "--groups", group
        )

    def families(self):
        self.step(
            "5. a rule for every IPv6 address opens nothing for IPv4, and the other way round; ICMP is not ICMPv6"
        )
        both = lambda: tuple(self.pings(("red-client", "10.0.0.10"), ("red-client", self.v6["red-server"])))
        self.sees(both(), (False, False))
        six, four = (
            f"IpProtocol=-1,Ipv6Ranges=[{{CidrIpv6={EVERYWHERE}}}]",
            f"IpProtocol=-1,IpRanges=[{{CidrIp={ANYWHERE}}}]",
        )
        for rule, expected in (
            (six, (False, True)),
            (four, (True, False)),
            (f"{ECHO_V6},Ipv6Ranges=[{{CidrIpv6={EVERYWHERE}}}]", (False, True)),
            (f"{ECHO},IpRanges=[{{CidrIp={ANYWHERE}}}]", (True, False)),
        ):
            self.allow(self.closed, rule)
            self.sees(both(), expected, rule)
            self.ec2("revoke-security-group-ingress", "--group-id", self.closed, "--ip-permissions", rule)
            harness.wait_for("no connection to be tracked any more", lambda: both() == (False, False), 5)

    def prefix_lists(self):
        self.step("6. a rule with a prefix list opens its entries alone, as they are at the time")
        made = self.prefix_list("offices", "10.0.1.10/32")
        self.allow(self.closed, f"{ECHO},PrefixListIds=[{{PrefixListId={made}}}]")
        self.sees(self.pings(("red-client", "10.0.0.10"), ("red-other", "10.0.0.10")), [True, False])
        self.ec2(
            "modify-managed-prefix-list",
            "--prefix-list-id",
            made,
            "--current-version",
            "1",
            "--add-entries",
            "Cidr=10.0.2.0/24",
            "--remove-entries",
            "Cidr=10.0.1.10/32",
        )
        self.sees(
            self.pings(("red-client", "10.0.0.10"), ("red-other", "10.0.0.10")),
            [False, True],
            "after a change of the list",
        )
        self.step(
            "   a route with a prefix list leads to its entries alone, and a plain route for the same block "
            "wins over it"
        )
        table = self.main_table(self.vpc)
        self.ec2("delete-route", "--route-table-id", table, "--destination-cidr-block", ANYWHERE)
        sites = self.prefix_list("sites", f"{EXAMPLE}/32")
        self.ec2(
            "create-route",
            "--route-table-id",
            table,
            "--destination-prefix-list-id",
            sites,
            "--gateway-id",
            self.gateway,
        )
        self.sees(self.pings(("red-client", EXAMPLE), ("red-client", LAPTOP)), [True, False])
        self.ec2(
            "modify-managed-prefix-list",
            "--prefix-list-id",
            sites,
            "--current-version",
            "1",
            "--add-entries",
            f"Cidr={LAPTOP}/32",
        )
        self.sees(
            self.pings(("red-client", EXAMPLE), ("red-client", LAPTOP)), [True, True], "after a change of the list"
        )
        spare = self.ec2("create-network-interface", "--subnet-id", self.third)["NetworkInterface"][
            "NetworkInterfaceId"
        ]
        self.route(table, f"{EXAMPLE}/32", "--network-interface-id", spare)
        self.sees(self.state_of_route(table, f"{EXAMPLE}/32"), "blackhole")
        self.sees(self.pings(("red-client", EXAMPLE), ("red-client", LAPTOP)), [False, True], "a blackhole of its own")
        self.ec2("delete-route", "--route-table-id", table, "--destination-cidr-block", f"{EXAMPLE}/32")
        self.holds(self.ping("red-client", EXAMPLE), "by the list again")
        self.ec2("delete-managed-prefix-list", "--prefix-list-id", sites)
        [kept] = self.ec2("describe-managed-prefix-lists", "--prefix-list-ids", sites)["PrefixLists"]
        self.sees(kept["State"], "delete-failed", "a list that a route table refers to")

    def prefix_list(self, name, entry):
        made = self.ec2(
            "create-managed-prefix-list",
            "--prefix-list-name",
            name,
            "--address-family",
            "IPv4",
            "--max-entries",
            "5",
            "--entries",
            f"Cidr={entry}",
        )
        return made["PrefixList"]["PrefixListId"]

    def acl_order(self):
        self.step(
            "7. a new network ACL denies everything; of its rules the lowest number decides, not the narrowest block"
        )
        self.wear("red-server", self.groups[0])
        self.holds(self.ping("red-client", "10.0.0.10"), "with the default network ACL")
        self.acl = self.ec2("create-network-acl", "--vpc-id", self.vpc)["NetworkAcl"]["NetworkAclId"]
        self.use_acl(self.nets[0], self.acl)
        self.holds(not self.ping("red-client", "10.0.0.10"), "the rule that is written *")
        self.entry("egress", 100, "allow", ANYWHERE)
        self.entry("ingress", 200, "allow", "10.0.0.0/16")
        self.sees(self.pings(("red-client", "10.0.0.10"), ("red-other", "10.0.0.10")), [True, True])
        self.entry("ingress", 300, "deny", "10.0.1.10/32")
        self.holds(self.ping("red-client", "10.0.0.10"), "300 comes after 200")
        self.entry("ingress", 150, "deny", "10.0.1.10/32")
        self.sees(self.pings(("red-client", "10.0.0.10"), ("red-other", "10.0.0.10")), [False, True], "150 before it")
        self.entry("ingress", 120, "allow", "10.0.1.0/24")
        self.holds(self.ping("red-client", "10.0.0.10"), "and 120 before that")
        self.step("   IPv6 has rules of its own: none was made")
        self.holds(not self.ping("red-client", self.v6["red-server"]), "denied")
        self.entry("ingress", 101, "allow", EVERYWHERE)
        self.holds(not self.ping("red-client", self.v6["red-server"]), "the answer is denied")
        self.entry("egress", 101, "allow", EVERYWHERE)
        self.holds(self.ping("red-client", self.v6["red-server"]), "both ways")

    def acl_memory(self):
        self.step(
            "8. it remembers nothing: without a rule for answers there are none, and a rule for ephemeral ports is one"
        )
        self.ec2("delete-network-acl-entry", "--network-acl-id", self.acl, "--rule-number", "100", "--egress")
        before = self.hamlet.status()["drops"]
        self.holds(not self.ping("red-client", "10.0.0.10"), "asked, and not answered")
        self.sees(self.connects(), False, "neither is a connection")
        drops = self.hamlet.status()["drops"]
        self.holds(drops.get("network-acl-egress", 0) > before.get("network-acl-egress", 0), drops)
        self.entry("egress", 100, "allow", ANYWHERE, "tcp", "From=32768,To=60999")
        self.sees((self.connects(), self.ping("red-client", "10.0.0.10")), (True, False), "for TCP's answers alone")

    def connects(self):
        """Whether red-client gets a word from the server's ssh port."""
        return (
            "SSH-2.0"
            in self.inside("red-client", "curl", "-sS", "-m", "2", "--http0.9", "-o", "-", "http://10.0.0.10:22").out
        )

    def neighbours_of_a_denied_subnet(self):
        self.step("9. a deny in one subnet is that subnet's: others talk, and so do neighbours within it")
        for number in (100, 101):
            self.ec2("delete-network-acl-entry", "--network-acl-id", self.acl, "--rule-number", str(number), "--egress")
        self.launch_at("red-neighbour", self.nets[0], self.groups[0], "10.0.0.30")
        self.wait_running(self.made["red-neighbour"])
        self.booted(self.made["red-neighbour"])
        into, out_of, within, past = self.pings(
            ("red-client", "10.0.0.10"),
            ("red-neighbour", "10.0.1.10"),
            ("red-neighbour", "10.0.0.10"),
            ("red-client", "10.0.2.10"),
        )
        self.holds(not into, "into it")
        self.holds(not out_of, "out of it")
        self.holds(within, "within it the network ACL is not asked")
        self.holds(past, "past it")

    def blocked_public_access(self):
        self.step("10. blocked public access closes the gateway, whatever routes, groups and network ACLs say")
        out = ("red-client", EXAMPLE)
        self.holds(self.ping(*out), "before")
        self.block_public_access("block-bidirectional")
        self.holds(not self.ping(*out), "blocked both ways")
        self.holds(self.ping("red-client", "10.0.2.10"), "inside the VPC nothing is blocked")
        trace = self.trace("red-client", EXAMPLE, "icmp")
        self.holds("public-access-blocked" in str(trace), trace)
        made = self.ec2(
            "create-vpc-block-public-access-exclusion",
            *("--subnet-id", self.describe(self.made["red-client"])["SubnetId"]),
            *("--internet-gateway-exclusion-mode", "allow-bidirectional"),
        )["VpcBlockPublicAccessExclusion"]
        self.holds(self.ping(*out), "its subnet is excluded")
        self.ec2("delete-vpc-block-public-access-exclusion", "--exclusion-id", made["ExclusionId"])
        self.block_public_access("block-ingress")
        self.holds(not self.ping(*out), "inwards alone, which the answers are")
        self.block_public_access("off")
        self.holds(self.ping(*out), "off again")

    def block_public_access(self, mode):
        self.ec2("modify-vpc-block-public-access-options", "--internet-gateway-block-mode", mode)

    def use_acl(self, subnet, acl):
        [found] = self.ec2("describe-network-acls", "--filters", f"Name=association.subnet-id,Values={subnet}")[
            "NetworkAcls"
        ]
        [own] = [it["NetworkAclAssociationId"] for it in found["Associations"] if it["SubnetId"] == subnet]
        self.ec2("replace-network-acl-association", "--association-id", own, "--network-acl-id", acl)

    def entry(self, way, number, action, block, protocol="-1", ports=None):
        family = "--ipv6-cidr-block" if ":" in block else "--cidr-block"
        more = ("--port-range", ports) if ports else ()
        self.ec2(
            "create-network-acl-entry",
            "--network-acl-id",
            self.acl,
            f"--{way}",
            "--rule-number",
            str(number),
            "--protocol",
            protocol,
            "--rule-action",
            action,
            family,
            block,
            *more,
        )


if __name__ == "__main__":
    harness.run(Pitfalls)
