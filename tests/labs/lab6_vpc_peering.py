#!/usr/bin/env python3
"""Lab 6: VPC peering. Two networks by private addresses, and no further."""

import harness
from network import AMI, ANYWHERE, EXAMPLE, NetworkLab

FROM_ONE = "IpProtocol=icmp,FromPort=-1,ToPort=-1,IpRanges=[{CidrIp=10.1.0.0/16}]"

# Sends a datagram under an address that is not the server's.
FORGED = """
import socket, struct, sys
source, to = map(socket.inet_aton, sys.argv[1:])
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
datagram = struct.pack("!HHHH", 9, 9, 8, 0)
raw.sendto(struct.pack("!BBHHHBBH", 0x45, 0, 28, 0, 0, 64, 17, 0) + source + to + datagram, (sys.argv[2], 0))
"""


class Lab6VpcPeering(NetworkLab):
    def walk(self):
        self.two_networks()
        self.states()
        self.peer()
        self.routes()
        self.public_address()
        self.ping_across()
        self.group_reference()
        self.names()
        self.no_transit()
        self.no_edge_to_edge()
        self.no_nat_of_the_peer()
        self.across_regions()
        self.across_accounts()
        self.delete()
        self.clean_up()

    def two_networks(self):
        self.step("1. two VPCs, 10.1.0.0/16 and 10.2.0.0/16, one public subnet and a server in each")
        self.networks, self.servers = {}, {}
        for number in (1, 2):
            self.network(number)
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        self.address = {number: self.describe(id)["PrivateIpAddress"] for number, id in self.servers.items()}

    def network(self, number):
        """A VPC with a subnet, a gateway, and a server in its default group."""
        vpc = self.make_vpc(f"10.{number}.0.0/16")
        self.ec2("modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames")
        made = {
            "vpc": vpc,
            "gateway": self.attach_gateway(vpc),
            "table": self.main_table(vpc),
            "group": self.default_group(vpc),
        }
        made["subnet"] = self.subnet(vpc, f"10.{number}.0.0/24", "a")
        self.route(made["table"], ANYWHERE, "--gateway-id", made["gateway"])
        self.networks[number] = made
        self.servers[number] = self.launch(f"server{number}", made["subnet"], made["group"])

    def request(self, requester, accepter):
        made = self.ec2(
            "create-vpc-peering-connection",
            "--vpc-id",
            self.networks[requester]["vpc"],
            "--peer-vpc-id",
            self.networks[accepter]["vpc"],
        )
        return made["VpcPeeringConnection"]

    def state(self, peering):
        [shown] = self.ec2("describe-vpc-peering-connections", "--vpc-peering-connection-ids", peering)[
            "VpcPeeringConnections"
        ]
        return shown["Status"]["Code"]

    def states(self):
        self.step("2. a request: pending; rejected; deleted while it is pending; failed where addresses overlap")
        made = self.request(1, 2)
        id = made["VpcPeeringConnectionId"]
        self.sees(made["Status"]["Code"], "initiating-request")
        self.sees(self.state(id), "pending-acceptance")
        self.ec2("reject-vpc-peering-connection", "--vpc-peering-connection-id", id)
        self.sees(self.state(id), "rejected")
        self.refused(
            "InvalidStateTransition",
            f"Invalid state transition for {id}, attempted to transition from rejected to …",
            "accept-vpc-peering-connection",
            "--vpc-peering-connection-id",
            id,
        )
        id = self.request(1, 2)["VpcPeeringConnectionId"]
        self.ec2("delete-vpc-peering-connection", "--vpc-peering-connection-id", id)
        self.sees(self.state(id), "deleted")
        twin = self.make_vpc("10.1.0.0/16")
        made = self.ec2("create-vpc-peering-connection", "--vpc-id", self.networks[1]["vpc"], "--peer-vpc-id", twin)[
            "VpcPeeringConnection"
        ]
        self.sees(self.state(made["VpcPeeringConnectionId"]), "failed")
        self.ec2("delete-vpc", "--vpc-id", twin)

    def peer(self):
        self.step("   requested and accepted: active")
        self.peering = self.request(1, 2)["VpcPeeringConnectionId"]
        accepted = self.ec2("accept-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)[
            "VpcPeeringConnection"
        ]
        self.holds(accepted["Status"]["Code"] in ("provisioning", "active"), accepted)
        self.ec2("wait", "vpc-peering-connection-exists", "--vpc-peering-connection-ids", self.peering)
        self.sees(self.state(self.peering), "active")

    def routes(self):
        self.step(
            "3. the route with the typo, to the VPC's own block, is refused; the right ones work, one on each side"
        )
        self.refused(
            "InvalidParameterValue",
            "The destination CIDR block 10.1.0.0/16 is equal to or more specific than one of this VPC's CIDR "
            "blocks. This route can target only an interface or an instance.",
            "create-route",
            "--route-table-id",
            self.networks[1]["table"],
            "--destination-cidr-block",
            "10.1.0.0/16",
            "--vpc-peering-connection-id",
            self.peering,
        )
        self.route(self.networks[1]["table"], "10.2.0.0/16", "--vpc-peering-connection-id", self.peering)
        self.route(self.networks[2]["table"], "10.1.0.0/16", "--vpc-peering-connection-id", self.peering)
        self.sees(self.state_of_route(self.networks[1]["table"], "10.2.0.0/16"), "active")

    def public_address(self):
        self.step("4. Instance Connect refuses a server without a public address; with one, its group is in the way")
        refused = self.hamlet.hamlet("connect", "server1", "--", "true", check=False)
        self.sees(refused.code, 125)
        self.holds("has no public address" in refused.err, refused.err)
        address = self.ec2("allocate-address", "--domain", "vpc")
        self.allocation = address["AllocationId"]
        self.ec2("associate-address", "--allocation-id", self.allocation, "--instance-id", self.servers[1])
        self.sees(self.describe(self.servers[1])["PublicIpAddress"], address["PublicIp"])
        self.blocked_by(self.networks[1]["group"], "laptop", "server1", "tcp/22")
        tried = self.hamlet.hamlet("connect", "server1", "--", "true", check=False, seconds=40)
        self.sees(tried.code, 255, f"the default group lets in only itself: {tried}")
        self.allow(self.networks[1]["group"], "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]")
        tried = self.hamlet.hamlet("connect", "server1", "--", "echo connected as $USER", check=False)
        self.sees((tried.code, tried.out.strip()), (0, "connected as ec2-user"), f"connect: {tried.err}")

    def ping_across(self):
        self.step("5. 1 to 2 by private address: no reply until VPC 2's default group lets ICMP in")
        self.holds(not self.ping("server1", self.address[2]), "the group is in the way")
        self.blocked_by(self.networks[2]["group"], "server1", "server2", "icmp")
        self.allow(self.networks[2]["group"], FROM_ONE)
        self.holds(self.ping("server1", self.address[2]), "echoes are answered")
        one_hop = self.inside("server1", "ping", "-n", "-c", "1", "-t", "1", "-W", "5", self.address[2])
        self.sees(one_hop.code, 0, f"no router is visible on the way: {one_hop}")
        jumbo = self.inside("server1", "ping", "-n", "-c", "1", "-W", "5", "-M", "do", "-s", "8900", self.address[2])
        self.sees(jumbo.code, 0, f"9001 bytes pass within a Region: {jumbo}")
        self.step(
            "   each direction has its own table: without the way back there is no reply, and the trace says which"
        )
        self.ec2(
            "delete-route", "--route-table-id", self.networks[2]["table"], "--destination-cidr-block", "10.1.0.0/16"
        )
        self.holds(not self.ping("server1", self.address[2]), "the answers go to the internet gateway, and die there")
        answer = self.trace("server1", "server2", "icmp")
        self.holds(not answer["reachable"] and answer["reply_dropped"], answer["text"])
        self.route(self.networks[2]["table"], "10.1.0.0/16", "--vpc-peering-connection-id", self.peering)
        self.holds(self.ping("server1", self.address[2]), "and back")

    def group_reference(self):
        self.step("6. a group of VPC 1 as a source in VPC 2's group")
        group, source = self.networks[2]["group"], self.networks[1]["group"]
        self.ec2("revoke-security-group-ingress", "--group-id", group, "--ip-permissions", FROM_ONE)
        self.holds(not self.ping("server1", self.address[2]), "nothing lets it in")
        pair = f"{{GroupId={source},VpcPeeringConnectionId={self.peering}}}"
        reference = f"IpProtocol=icmp,FromPort=-1,ToPort=-1,UserIdGroupPairs=[{pair}]"
        self.allow(group, reference)
        self.holds(self.ping("server1", self.address[2]), "members of the peer's group are let in")
        self.ec2("revoke-security-group-ingress", "--group-id", group, "--ip-permissions", reference)
        self.allow(group, FROM_ONE)

    def names(self):
        self.step(
            "   names: the peer's public host name is its public address, and with the DNS option its private one"
        )
        public = self.describe(self.servers[1])
        name = public["PublicDnsName"]
        resolved = lambda: self.inside("server2", "dig", "+short", name, "A").out.strip()
        self.sees(resolved(), public["PublicIpAddress"], name)
        self.ec2(
            "modify-vpc-peering-connection-options",
            "--vpc-peering-connection-id",
            self.peering,
            "--requester-peering-connection-options",
            "AllowDnsResolutionFromRemoteVpc=true",
        )
        self.sees(resolved(), self.address[1], f"{name} with the option on")

    def no_transit(self):
        self.step("   a third VPC, peered with the second: the first never reaches it through the second")
        self.network(3)
        self.wait_running(self.servers[3])
        self.booted(self.servers[3])
        self.address[3] = self.describe(self.servers[3])["PrivateIpAddress"]
        self.second_peering = self.request(2, 3)["VpcPeeringConnectionId"]
        self.ec2("accept-vpc-peering-connection", "--vpc-peering-connection-id", self.second_peering)
        self.route(self.networks[2]["table"], "10.3.0.0/16", "--vpc-peering-connection-id", self.second_peering)
        self.route(self.networks[3]["table"], "10.2.0.0/16", "--vpc-peering-connection-id", self.second_peering)
        self.allow(self.networks[3]["group"], "IpProtocol=icmp,FromPort=-1,ToPort=-1,IpRanges=[{CidrIp=10.0.0.0/8}]")
        self.holds(self.ping("server2", self.address[3]), "2 reaches 3")
        self.route(self.networks[1]["table"], "10.3.0.0/16", "--vpc-peering-connection-id", self.peering)
        self.route(self.networks[3]["table"], "10.1.0.0/16", "--vpc-peering-connection-id", self.second_peering)
        self.holds(not self.ping("server1", self.address[3]), "1 does not")
        blocked = self.blocked_by(self.peering, "server1", "server3", "icmp")
        self.sees(blocked["explanation_code"], "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")

    def no_edge_to_edge(self):
        self.step("   nor does it use the second's internet gateway")
        table = self.networks[1]["table"]
        self.ec2(
            "replace-route",
            "--route-table-id",
            table,
            "--destination-cidr-block",
            ANYWHERE,
            "--vpc-peering-connection-id",
            self.peering,
        )
        self.holds(not self.ping("server1", EXAMPLE), "the peer's gateway is the peer's")
        blocked = self.blocked_by(self.peering, "server1", "example.com", "icmp")
        self.sees(blocked["explanation_code"], "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")
        self.ec2(
            "replace-route",
            "--route-table-id",
            table,
            "--destination-cidr-block",
            ANYWHERE,
            "--gateway-id",
            self.networks[1]["gateway"],
        )

    def no_nat_of_the_peer(self):
        self.step("   nor its NAT gateway, whichever way its tables point, nor its resolver")
        there = self.networks[2]
        address = self.ec2("allocate-address", "--domain", "vpc")
        made = self.ec2(
            "create-nat-gateway", "--subnet-id", there["subnet"], "--allocation-id", address["AllocationId"]
        )["NatGateway"]
        nat = made["NatGatewayId"]
        self.ec2("wait", "nat-gateway-available", "--nat-gateway-ids", nat)
        [shown] = self.ec2("describe-nat-gateways", "--nat-gateway-ids", nat)["NatGateways"]
        private = self.subnet(there["vpc"], "10.2.1.0/24", "a", table := self.table(there["vpc"]))
        self.route(table, ANYWHERE, "--nat-gateway-id", nat)
        before = self.hamlet.status()["drops"]
        self.ec2(
            "replace-route",
            "--route-table-id",
            self.networks[1]["table"],
            "--destination-cidr-block",
            ANYWHERE,
            "--vpc-peering-connection-id",
            self.peering,
        )
        self.holds(not self.ping("server1", EXAMPLE), "out by the peer's NAT gateway")
        self.holds(not self.ping("server1", shown["NatGatewayAddresses"][0]["PrivateIp"]), "the gateway itself")
        asked = self.inside("server1", "dig", "+tries=1", "+time=1", "@10.2.0.2", "example.com")
        self.sees(asked.code, 9, f"no answer from the peer's resolver: {asked}")
        self.ec2(
            "replace-route",
            "--route-table-id",
            self.networks[1]["table"],
            "--destination-cidr-block",
            ANYWHERE,
            "--gateway-id",
            self.networks[1]["gateway"],
        )
        drops = self.hamlet.status()["drops"]
        for reason in ("peering-address", "nat-unsolicited", "no-such-address"):
            self.holds(drops.get(reason, 0) > before.get(reason, 0), f"{reason} is counted: {drops}")
        self.step("   nor do strangers reach the first through a server of the second that forwards for them")
        [interface] = self.describe(self.servers[2])["NetworkInterfaces"]
        self.ec2(
            "modify-network-interface-attribute",
            "--network-interface-id",
            interface["NetworkInterfaceId"],
            "--no-source-dest-check",
        )
        sent = self.inside("server2", "python3", "-c", FORGED, "198.51.100.10", self.address[1], check=True)
        now = self.hamlet.status()["drops"]["peering-address"]
        self.sees(now, drops["peering-address"] + 1, f"one more packet that is not the peer's: {sent}")
        self.ec2(
            "modify-network-interface-attribute",
            "--network-interface-id",
            interface["NetworkInterfaceId"],
            "--source-dest-check",
        )
        self.ec2("delete-nat-gateway", "--nat-gateway-id", nat)
        self.ec2("wait", "nat-gateway-deleted", "--nat-gateway-ids", nat)
        self.ec2("release-address", "--allocation-id", address["AllocationId"])
        self.ec2("delete-subnet", "--subnet-id", private)
        self.ec2("delete-route-table", "--route-table-id", table)

    def across_accounts(self):
        self.step("   across accounts: an access key id of twelve digits is the account; only the other one can accept")
        ours, theirs = harness.ACCOUNT, "210987654321"
        as_them = {"environment": {"AWS_ACCESS_KEY_ID": theirs}}
        stranger = {"environment": {"AWS_ACCESS_KEY_ID": "111111111111"}}
        vpc = self.ec2("create-vpc", "--cidr-block", "10.5.0.0/16", **as_them)["Vpc"]
        self.sees(vpc["OwnerId"], theirs)
        of_vpc = ("--filters", f"Name=vpc-id,Values={vpc['VpcId']}")
        subnet = self.ec2("create-subnet", "--vpc-id", vpc["VpcId"], "--cidr-block", "10.5.0.0/24", **as_them)[
            "Subnet"
        ]["SubnetId"]
        [table] = [it["RouteTableId"] for it in self.ec2("describe-route-tables", *of_vpc, **as_them)["RouteTables"]]
        [group] = [it["GroupId"] for it in self.ec2("describe-security-groups", *of_vpc, **as_them)["SecurityGroups"]]
        self.sees(
            self.aws("ec2", "describe-vpcs", "--query", "Vpcs[].CidrBlock", **stranger),
            ["172.31.0.0/16"],
            "a stranger's VPCs",
        )
        made = self.ec2(
            "run-instances",
            "--image-id",
            AMI,
            "--instance-type",
            "t3.micro",
            "--subnet-id",
            subnet,
            "--tag-specifications",
            "ResourceType=instance,Tags=[{Key=Name,Value=theirs}]",
            **as_them,
        )
        [server] = made["Instances"]
        self.ec2("wait", "instance-running", "--instance-ids", server["InstanceId"], **as_them)
        request = ("create-vpc-peering-connection", "--vpc-id", self.networks[1]["vpc"], "--peer-vpc-id", vpc["VpcId"])
        nobodys = self.ec2(*request)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        self.sees(self.state(nobodys), "failed", "asked for without its owner, it is no VPC of ours")
        asked = self.ec2(*request, "--peer-owner-id", theirs)["VpcPeeringConnection"]
        id = asked["VpcPeeringConnectionId"]
        one = ("--vpc-peering-connection-id", id)
        shown = lambda **who: self.ec2("describe-vpc-peering-connections", "--vpc-peering-connection-ids", id, **who)[
            "VpcPeeringConnections"
        ][0]
        self.sees(
            (shown()["Status"]["Message"], shown(**as_them)["Status"]["Message"]),
            (f"Pending Acceptance by {theirs}",) * 2,
        )
        self.sees(
            set(shown(**as_them)["AccepterVpcInfo"]),
            {"OwnerId", "Region", "VpcId"},
            "what is shown of the accepter before",
        )
        self.refused(
            "OperationNotPermitted", f"User ({ours}) cannot accept peering {id}", "accept-vpc-peering-connection", *one
        )
        self.refused(
            "InvalidVpcPeeringConnectionID.NotFound",
            f"The vpcPeeringConnection ID '{id}' does not exist",
            "accept-vpc-peering-connection",
            *one,
            **stranger,
        )
        self.route(self.networks[1]["table"], "10.5.0.0/16", *one)
        self.sees(self.state_of_route(self.networks[1]["table"], "10.5.0.0/16"), "blackhole", "the route to a request")
        self.ec2("accept-vpc-peering-connection", *one, **as_them)
        self.sees(shown()["AccepterVpcInfo"]["CidrBlock"], "10.5.0.0/16")
        self.sees(self.state_of_route(self.networks[1]["table"], "10.5.0.0/16"), "active")
        self.ec2("create-route", "--route-table-id", table, "--destination-cidr-block", "10.1.0.0/16", *one, **as_them)
        self.step("   their group names ours by account and id")
        self.holds(not self.ping("server1", server["PrivateIpAddress"]), "nothing lets it in yet")
        source = self.networks[1]["group"]
        pair = f"{{GroupId={source},UserId={ours}}}"
        self.ec2(
            "authorize-security-group-ingress",
            "--group-id",
            group,
            "--ip-permissions",
            f"IpProtocol=icmp,FromPort=-1,ToPort=-1,UserIdGroupPairs=[{pair}]",
            **as_them,
        )
        [seen] = self.ec2("describe-security-groups", "--group-ids", group, **as_them)["SecurityGroups"]
        [named] = [
            pair for it in seen["IpPermissions"] for pair in it["UserIdGroupPairs"] if it["IpProtocol"] == "icmp"
        ]
        self.sees(
            (named["GroupId"], named["UserId"], named["VpcPeeringConnectionId"], named["PeeringStatus"]),
            (source, ours, id, "active"),
        )
        self.holds(self.ping("server1", server["PrivateIpAddress"]), "members of our group are let in")
        self.holds(not self.ping("theirs", self.address[1]), "ours has no rule for theirs")
        self.allow(
            source, f"IpProtocol=icmp,FromPort=-1,ToPort=-1,UserIdGroupPairs=[{{GroupId={group},UserId={theirs}}}]"
        )
        self.holds(self.ping("theirs", self.address[1]), "now it has")
        self.step("   deleted by them: our route is a blackhole, the rule is stale, and we see who did it")
        with self.hamlet.running("exec", "server1", "--", "ping", "-n", "-i", "0.2", server["PrivateIpAddress"]) as log:
            answers = lambda: log.read_bytes().count(b"bytes from")
            harness.wait_for("the ping to be answered", lambda: answers() >= 2, 10)
            self.ec2("delete-vpc-peering-connection", *one, **as_them)
            self.holds(not self.ping("server1", server["PrivateIpAddress"]), "no reply any more")
            before = answers()
            self.holds(not self.ping("theirs", self.address[1]), "nor the other way")
            self.sees(answers(), before, "answers to the running ping")
        self.sees(shown()["Status"], {"Code": "deleted", "Message": f"Deleted by {theirs}"})
        self.sees(self.state_of_route(self.networks[1]["table"], "10.5.0.0/16"), "blackhole")
        stale = self.ec2("describe-stale-security-groups", "--vpc-id", self.networks[1]["vpc"])["StaleSecurityGroupSet"]
        self.sees([it["GroupId"] for it in stale], [source])
        self.ec2("terminate-instances", "--instance-ids", server["InstanceId"], **as_them)
        self.ec2("wait", "instance-terminated", "--instance-ids", server["InstanceId"], **as_them)
        self.ec2("delete-subnet", "--subnet-id", subnet, **as_them)
        self.ec2("delete-vpc", "--vpc-id", vpc["VpcId"], **as_them)

    def across_regions(self):
        self.step("   across Regions: accepted there, 1500 bytes, and no group references")
        far = "us-east-1"
        self.far_vpc = self.ec2("create-vpc", "--cidr-block", "10.4.0.0/16", region=far)["Vpc"]["VpcId"]
        made = self.ec2("create-subnet", "--vpc-id", self.far_vpc, "--cidr-block", "10.4.0.0/24", region=far)
        self.far_subnet = made["Subnet"]["SubnetId"]
        [table] = self.ec2("describe-route-tables", "--filters", f"Name=vpc-id,Values={self.far_vpc}", region=far)[
            "RouteTables"
        ]
        [group] = self.ec2("describe-security-groups", "--filters", f"Name=vpc-id,Values={self.far_vpc}", region=far)[
            "SecurityGroups"
        ]
        made = self.ec2(
            "run-instances",
            "--image-id",
            AMI,
            "--instance-type",
            "t3.micro",
            "--subnet-id",
            self.far_subnet,
            "--tag-specifications",
            "ResourceType=instance,Tags=[{Key=Name,Value=far}]",
            region=far,
        )
        [server] = made["Instances"]
        self.far_server = server["InstanceId"]
        self.ec2("wait", "instance-running", "--instance-ids", self.far_server, region=far)
        made = self.ec2(
            "create-vpc-peering-connection",
            "--vpc-id",
            self.networks[1]["vpc"],
            "--peer-vpc-id",
            self.far_vpc,
            "--peer-region",
            far,
        )
        self.far_peering = made["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        here = self.aws_result("ec2", "accept-vpc-peering-connection", "--vpc-peering-connection-id", self.far_peering)
        self.holds("OperationNotPermitted" in here.err and "must be accepted in region us-east-1" in here.err, here)
        self.ec2("accept-vpc-peering-connection", "--vpc-peering-connection-id", self.far_peering, region=far)
        self.route(self.networks[1]["table"], "10.4.0.0/16", "--vpc-peering-connection-id", self.far_peering)
        self.ec2(
            "create-route",
            "--route-table-id",
            table["RouteTableId"],
            "--destination-cidr-block",
            "10.1.0.0/16",
            "--vpc-peering-connection-id",
            self.far_peering,
            region=far,
        )
        self.allow(group["GroupId"], FROM_ONE, region=far)
        address = server["PrivateIpAddress"]
        self.holds(self.ping("server1", address), "by private address")
        told = self.inside("server1", "ping", "-n", "-c", "1", "-W", "5", "-M", "do", "-s", "2000", address)
        self.holds("Frag needed" in told.out and "mtu = 1500" in told.out, told)
        reference = f"IpProtocol=icmp,FromPort=-1,ToPort=-1,UserIdGroupPairs=[{{GroupId={self.networks[1]['group']}}}]"
        refused = self.aws_result(
            "ec2",
            "authorize-security-group-ingress",
            "--group-id",
            group["GroupId"],
            "--ip-permissions",
            reference,
            region=far,
        )
        self.holds(refused.code != 0 and "InvalidGroup.NotFound" in refused.err, refused)

    def delete(self):
        self.step("7. the peering deleted: routes that pointed at it are blackholes")
        self.ec2("delete-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)
        self.sees(self.state(self.peering), "deleted")
        self.sees(self.state_of_route(self.networks[1]["table"], "10.2.0.0/16"), "blackhole")
        self.sees(self.state_of_route(self.networks[2]["table"], "10.1.0.0/16"), "blackhole")
        self.holds(not self.ping("server1", self.address[2]), "no reply any more")
        blocked = self.trace("server1", self.address[2], "icmp")
        self.sees((blocked["reachable"], blocked["explanation_code"]), (False, "BAD_STATE_ROUTE"))

    def clean_up(self):
        self.step("8. clean-up leaves an empty account")
        self.terminate(*self.servers.values())
        far = "us-east-1"
        self.ec2("terminate-instances", "--instance-ids", self.far_server, region=far)
        self.ec2("wait", "instance-terminated", "--instance-ids", self.far_server, region=far)
        self.ec2("delete-subnet", "--subnet-id", self.far_subnet, region=far)
        self.ec2("release-address", "--allocation-id", self.allocation)
        for peering in (self.second_peering, self.far_peering):
            self.ec2("delete-vpc-peering-connection", "--vpc-peering-connection-id", peering)
        self.ec2("delete-vpc", "--vpc-id", self.far_vpc, region=far)
        for made in self.networks.values():
            self.ec2("detach-internet-gateway", "--internet-gateway-id", made["gateway"], "--vpc-id", made["vpc"])
            self.ec2("delete-internet-gateway", "--internet-gateway-id", made["gateway"])
            self.ec2("delete-subnet", "--subnet-id", made["subnet"])
            self.ec2("delete-vpc", "--vpc-id", made["vpc"])
        self.sees(self.hamlet.status()["resources"], {}, "what `hamlet status` counts afterwards")


if __name__ == "__main__":
    harness.run(Lab6VpcPeering)
