#!/usr/bin/env python3
"""Makes a data directory of today's format that has every table in it, each with as many variants as the API can make.

    HAMLET_PROGRAM=target/debug/hamlet ~/.cache/hamlet/venv/bin/python3 make.py FOLDER

walks the scenario of `tests/actions` and what that one takes down again, kills the program as a power cut would, and
puts its store into FOLDER, compressed. It is done once for each format, with a program that writes it, and never again:
what an old program wrote is kept as it wrote it.
"""

import gzip
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "tests/actions"))
import answers  # noqa: E402
import hamlet  # noqa: E402
import scenario  # noqa: E402
from scenario import PEER, ZONE, public_key, tagged, trust  # noqa: E402

# What a store in a data directory consists of. The other files there are secrets and leftovers of a run.
FILES = ("store.redb", "store.revision")


class Everything(scenario.Scenario):
    """Goes on where the scenario ends, and leaves things in as many states as there are without machines."""

    def leave(self):
        self.addresses()
        self.networks()
        self.routes()
        self.gateways()
        self.rules()
        self.peerings()
        self.interfaces()
        self.instances()
        self.endpoints()
        self.names()
        self.elsewhere()

    def addresses(self):
        ec2, id = self.ec2, self.id
        options = [
            {"Key": "domain-name", "Values": ["example.com"]},
            {"Key": "domain-name-servers", "Values": ["10.0.0.9", "10.0.0.10"]},
            {"Key": "ntp-servers", "Values": ["10.0.0.11"]},
            {"Key": "netbios-name-servers", "Values": ["10.0.0.12"]},
            {"Key": "netbios-node-type", "Values": ["2"]},
        ]
        made = ec2.create_dhcp_options(DhcpConfigurations=options, TagSpecifications=tagged("dhcp-options", "ours"))
        id["dopt"] = made["DhcpOptions"]["DhcpOptionsId"]
        ec2.associate_dhcp_options(DhcpOptionsId=id["dopt"], VpcId=id["vpc"])
        ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=id["vpc2"])
        id["list"] = self.prefix_list("offices", "IPv4", "203.0.113.0/24")
        ec2.modify_managed_prefix_list(
            PrefixListId=id["list"], CurrentVersion=1, AddEntries=[{"Cidr": "198.51.100.0/24"}]
        )
        ec2.restore_managed_prefix_list_version(PrefixListId=id["list"], PreviousVersion=1, CurrentVersion=2)
        id["list6"] = self.prefix_list("offices6", "IPv6", "2001:db8::/32")
        ec2.create_key_pair(KeyName="rsa", KeyType="rsa")
        ec2.import_key_pair(KeyName="mine-rsa", PublicKeyMaterial=public_key(kind="rsa").encode())

    def prefix_list(self, name, family, cidr):
        made = self.ec2.create_managed_prefix_list(
            PrefixListName=name,
            AddressFamily=family,
            MaxEntries=5,
            Entries=[{"Cidr": cidr, "Description": "headquarters"}],
            TagSpecifications=tagged("prefix-list", name),
        )
        return made["PrefixList"]["PrefixListId"]

    def networks(self):
        ec2, id = self.ec2, self.id
        id["dedicated"] = ec2.create_vpc(CidrBlock="10.9.0.0/16", InstanceTenancy="dedicated")["Vpc"]["VpcId"]
        ec2.associate_vpc_cidr_block(VpcId=id["dedicated"], CidrBlock="10.10.0.0/16")
        ec2.associate_vpc_cidr_block(VpcId=id["dedicated"], AmazonProvidedIpv6CidrBlock=True)
        ec2.modify_vpc_attribute(VpcId=id["dedicated"], EnableDnsSupport={"Value": False})
        ec2.modify_subnet_attribute(SubnetId=id["private-subnet"], PrivateDnsHostnameTypeOnLaunch="resource-name")
        ec2.modify_subnet_attribute(SubnetId=id["private-subnet"], EnableResourceNameDnsARecordOnLaunch={"Value": True})
        ec2.modify_subnet_attribute(SubnetId=id["subnet"], AssignIpv6AddressOnCreation={"Value": True})
        ec2.modify_subnet_attribute(SubnetId=id["subnet"], EnableDns64={"Value": True})
        for kind, cidr in (("explicit", "10.0.3.64/26"), ("prefix", "10.0.3.128/26")):
            ec2.create_subnet_cidr_reservation(
                SubnetId=id["spare-subnet"],
                Cidr=cidr,
                ReservationType=kind,
                Description="kept",
                TagSpecifications=tagged("subnet-cidr-reservation", "kept"),
            )
        native = id["v6"].replace("00::/64", "01::/64")
        id["native-subnet"] = ec2.create_subnet(
            VpcId=id["vpc"], Ipv6Native=True, Ipv6CidrBlock=native, AvailabilityZone=ZONE
        )["Subnet"]["SubnetId"]

    def routes(self):
        ec2, id = self.ec2, self.id
        table = {"RouteTableId": id["rtb2"]}
        ec2.create_route(**table, DestinationCidrBlock="192.168.0.0/16", NetworkInterfaceId=id["eni"])
        ec2.create_route(**table, DestinationPrefixListId=id["list"], GatewayId=id["igw"])
        ec2.create_route(**table, DestinationPrefixListId=id["list6"], EgressOnlyInternetGatewayId=id["eigw"])
        ec2.create_route(**table, DestinationIpv6CidrBlock="64:ff9b::/96", NatGatewayId=id["nat"])
        ec2.associate_route_table(RouteTableId=id["rtb2"], SubnetId=id["private-subnet"])
        edge = ec2.create_route_table(VpcId=id["vpc"])["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=edge, GatewayId=id["igw"])
        ec2.replace_route(RouteTableId=edge, DestinationCidrBlock="10.0.0.0/16", LocalTarget=True)
        ec2.create_route(RouteTableId=edge, DestinationCidrBlock="10.0.2.0/24", NetworkInterfaceId=id["eni"])

    def gateways(self):
        ec2, id = self.ec2, self.id
        subnet = {"SubnetId": id["private-subnet"]}
        ec2.create_nat_gateway(**subnet, ConnectivityType="private", TagSpecifications=tagged("natgateway", "inside"))
        gone = ec2.create_nat_gateway(**subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
        self.wait("nat_gateway_available", NatGatewayIds=[gone])
        ec2.delete_nat_gateway(NatGatewayId=gone)
        # "Network vpc-… has no Internet gateway attached": it fails some time after it was answered.
        lonely = ec2.create_subnet(VpcId=id["dedicated"], CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
        address = ec2.allocate_address()["AllocationId"]
        ec2.create_nat_gateway(SubnetId=lonely, AllocationId=address)
        ec2.create_internet_gateway(TagSpecifications=tagged("internet-gateway", "spare"))

    def rules(self):
        ec2, id = self.ec2, self.id
        ec2.authorize_security_group_ingress(
            GroupId=id["web"],
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": 22,
                    "ToPort": 22,
                    "PrefixListIds": [{"PrefixListId": id["list"], "Description": "offices"}],
                },
                {"IpProtocol": "icmpv6", "FromPort": 128, "ToPort": 0, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
                {"IpProtocol": "47", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
                {"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
            ],
        )
        entry = dict(NetworkAclId=id["acl"], Egress=True)
        ec2.create_network_acl_entry(
            **entry,
            RuleNumber=120,
            Protocol="1",
            RuleAction="deny",
            CidrBlock="0.0.0.0/0",
            IcmpTypeCode={"Type": 3, "Code": 4},
        )
        ec2.create_network_acl_entry(
            **entry,
            RuleNumber=130,
            Protocol="58",
            RuleAction="allow",
            Ipv6CidrBlock="::/0",
            IcmpTypeCode={"Type": -1, "Code": -1},
        )
        ec2.create_network_acl_entry(**entry, RuleNumber=140, Protocol="-1", RuleAction="allow", CidrBlock="0.0.0.0/0")

    def peerings(self):
        """Pending, active, rejected and deleted; between the Regions, too."""
        ec2, id = self.ec2, self.id
        made = ec2.create_vpc_peering_connection(VpcId=id["vpc"], PeerVpcId=id["vpc2"])["VpcPeeringConnection"]
        id["pcx2"] = made["VpcPeeringConnectionId"]
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=id["pcx2"])
        # The other route, to the scenario's deleted connection, stays and is a black hole.
        ec2.create_route(RouteTableId=id["rtb2"], DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=id["pcx2"])
        theirs = self.peer.create_vpc(CidrBlock="10.78.0.0/16")["Vpc"]["VpcId"]
        asked = dict(VpcId=id["vpc"], PeerVpcId=theirs, PeerOwnerId=PEER)
        both = ec2.create_vpc_peering_connection(**asked)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        self.peer.accept_vpc_peering_connection(VpcPeeringConnectionId=both)
        group = self.peer.create_security_group(GroupName="far", Description="far", VpcId=theirs)["GroupId"]
        pair = {"GroupId": group, "UserId": PEER, "VpcPeeringConnectionId": both}
        permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [pair]}
        ec2.authorize_security_group_ingress(GroupId=id["database"], IpPermissions=[permission])
        waiting = self.peer.create_vpc(CidrBlock="10.79.0.0/16")["Vpc"]["VpcId"]
        ec2.create_vpc_peering_connection(VpcId=id["vpc"], PeerVpcId=waiting, PeerOwnerId=PEER)
        overlapping = self.peer.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.create_vpc_peering_connection(VpcId=id["vpc"], PeerVpcId=overlapping, PeerOwnerId=PEER)

    def interfaces(self):
        ec2, id = self.ec2, self.id
        made = ec2.create_network_interface(
            SubnetId=id["subnet"],
            Groups=[id["web"], id["database"]],
            Ipv6AddressCount=2,
            SecondaryPrivateIpAddressCount=1,
            ConnectionTrackingSpecification={"TcpEstablishedTimeout": 600, "UdpTimeout": 40, "UdpStreamTimeout": 70},
        )["NetworkInterface"]
        id["eni2"] = made["NetworkInterfaceId"]
        second = next(it["PrivateIpAddress"] for it in made["PrivateIpAddresses"] if not it["Primary"])
        ec2.associate_address(AllocationId=id["eip"], NetworkInterfaceId=id["eni2"], PrivateIpAddress=second)
        ec2.attach_network_interface(NetworkInterfaceId=id["eni2"], InstanceId=id["instance"], DeviceIndex=1)
        ec2.modify_network_interface_attribute(NetworkInterfaceId=id["eni"], SourceDestCheck={"Value": False})

    def instances(self):
        """Running, stopped, terminated from outside; two of one reservation."""
        ec2, id = self.ec2, self.id
        launch = dict(ImageId=id["ami"], InstanceType="t3.micro", SubnetId=id["private-subnet"])
        pair = ec2.run_instances(
            **launch,
            MinCount=2,
            MaxCount=2,
            KeyName="rsa",
            InstanceInitiatedShutdownBehavior="terminate",
            Monitoring={"Enabled": True},
            DisableApiStop=False,
            CreditSpecification={"CpuCredits": "standard"},
            MetadataOptions={
                "HttpTokens": "optional",
                "HttpPutResponseHopLimit": 3,
                "InstanceMetadataTags": "enabled",
                "HttpProtocolIpv6": "enabled",
            },
            IamInstanceProfile={"Name": "web"},
            UserData="\0\1\2 not text \xff".encode("latin-1"),
        )["Instances"]
        id["stopped"], id["gone"] = (it["InstanceId"] for it in pair)
        self.wait("instance_running", InstanceIds=[id["stopped"], id["gone"]])
        ec2.stop_instances(InstanceIds=[id["stopped"]])
        ec2.terminate_instances(InstanceIds=[id["gone"]])
        self.wait("instance_stopped", InstanceIds=[id["stopped"]])
        self.wait("instance_terminated", InstanceIds=[id["gone"]])
        kept = ec2.run_instances(**launch, MinCount=1, MaxCount=1, DisableApiTermination=True)["Instances"][0][
            "InstanceId"
        ]
        self.wait("instance_running", InstanceIds=[kept])
        self.connect.send_ssh_public_key(
            InstanceId=id["instance"], InstanceOSUser="ec2-user", SSHPublicKey=public_key("pushed")
        )

    def endpoints(self):
        """One for each VPC: complete, and deleted."""
        ec2, id = self.ec2, self.id
        subnet = ec2.create_subnet(VpcId=id["vpc2"], CidrBlock="10.1.1.0/24", AvailabilityZone=ZONE)["Subnet"][
            "SubnetId"
        ]
        door, id["eice"] = (
            id["eice"],
            ec2.create_instance_connect_endpoint(SubnetId=subnet)["InstanceConnectEndpoint"][
                "InstanceConnectEndpointId"
            ],
        )
        self.endpoint_is("create-complete")
        ec2.delete_instance_connect_endpoint(InstanceConnectEndpointId=id["eice"])
        self.endpoint_is("delete-complete")
        id["eice"] = door

    def names(self):
        route53 = self.route53
        zone = route53.create_hosted_zone(
            Name="corp.internal",
            CallerReference="kept",
            VPC={"VPCRegion": hamlet.REGION, "VPCId": self.id["vpc"]},
            HostedZoneConfig={"Comment": "ours", "PrivateZone": True},
        )["HostedZone"]["Id"]
        route53.associate_vpc_with_hosted_zone(
            HostedZoneId=zone, VPC={"VPCRegion": hamlet.REGION, "VPCId": self.id["vpc2"]}
        )
        route53.change_tags_for_resource(
            ResourceType="hostedzone", ResourceId=zone, AddTags=[{"Key": "stage", "Value": "test"}]
        )
        values = {
            "A": ["10.0.1.10", "10.0.1.11"],
            "AAAA": ["2001:db8::1"],
            "CNAME": None,
            "TXT": ['"a text" "of two"'],
            "MX": ["10 mail.corp.internal"],
            "SRV": ["1 2 80 web.corp.internal"],
            "PTR": ["web.corp.internal"],
            "NS": ["ns.corp.internal"],
            "CAA": ['0 issue "ca.corp.internal"'],
            "SPF": ['"v=spf1 -all"'],
        }
        sets = [
            {
                "Name": f"{kind.lower()}.corp.internal",
                "Type": kind,
                "TTL": 60,
                "ResourceRecords": [{"Value": value} for value in of_kind],
            }
            for kind, of_kind in values.items()
            if of_kind
        ]
        sets.append(
            {"Name": "*.corp.internal", "Type": "CNAME", "TTL": 5, "ResourceRecords": [{"Value": "a.corp.internal"}]}
        )
        route53.change_resource_record_sets(
            HostedZoneId=zone,
            ChangeBatch={"Comment": "all", "Changes": [{"Action": "CREATE", "ResourceRecordSet": it} for it in sets]},
        )

    def elsewhere(self):
        """Another Region's default VPC, and another account's role."""
        there = self.hamlet.client(region="eu-west-1")
        there.describe_vpcs()
        there.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tagged("vpc", "abroad"))
        self.iam.create_role(RoleName="idle", AssumeRolePolicyDocument=trust("ec2"))
        self.iam.create_instance_profile(InstanceProfileName="empty")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    server = hamlet.Hamlet()
    story = Everything(server, answers.Recorder())
    story.hamlet = server
    story.build()
    story.change()
    story.leave()
    server.process.kill()
    server.process.wait()
    for name in FILES:
        with gzip.GzipFile(folder / f"{name}.gz", "wb", mtime=0) as packed:
            packed.write((server.data / name).read_bytes())


if __name__ == "__main__":
    main()
