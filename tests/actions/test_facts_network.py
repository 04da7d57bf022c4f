"""VPCs, subnets, gateways, routes and NAT gateways: AWS's codes, sentences and fields."""

import time

from facts import NOBODY, Facts

RESTRICTED = (
    "The CIDR '{}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a "
    "publicly-routable CIDR. For additional restrictions, see "
    "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Subnets.html#VPC_Sizing"
)
NOT_A_CIDR = "Value ({}) for parameter {} is invalid. This is not a valid CIDR block."
INSIDE_VPC = (
    "The destination CIDR block {} is equal to or more specific than one of this VPC's CIDR blocks. This route "
    "can target only an interface or an instance."
)


class ProtocolWide(Facts):
    def test_ids_that_do_not_exist(self):
        for method, member, prefix, code, noun in (
            ("describe_vpcs", "VpcIds", "vpc", "InvalidVpcID.NotFound", "vpc"),
            ("describe_subnets", "SubnetIds", "subnet", "InvalidSubnetID.NotFound", "subnet"),
            ("describe_route_tables", "RouteTableIds", "rtb", "InvalidRouteTableID.NotFound", "routeTable"),
            (
                "describe_internet_gateways",
                "InternetGatewayIds",
                "igw",
                "InvalidInternetGatewayID.NotFound",
                "internetGateway",
            ),
            (
                "describe_network_interfaces",
                "NetworkInterfaceIds",
                "eni",
                "InvalidNetworkInterfaceID.NotFound",
                "networkInterface",
            ),
            ("describe_network_acls", "NetworkAclIds", "acl", "InvalidNetworkAclID.NotFound", "networkAcl"),
            ("describe_dhcp_options", "DhcpOptionsIds", "dopt", "InvalidDhcpOptionID.NotFound", "dhcpOption"),
            (
                "describe_vpc_peering_connections",
                "VpcPeeringConnectionIds",
                "pcx",
                "InvalidVpcPeeringConnectionID.NotFound",
                "vpcPeeringConnection",
            ),
            ("describe_instances", "InstanceIds", "i", "InvalidInstanceID.NotFound", "instance"),
            ("describe_addresses", "AllocationIds", "eipalloc", "InvalidAllocationID.NotFound", "allocation"),
        ):
            id = f"{prefix}-{NOBODY}"
            self.refused(code, f"The {noun} ID '{id}' does not exist", method, **{member: [id]})
        sg = f"sg-{NOBODY}"
        self.refused(
            "InvalidGroup.NotFound",
            f"The security group '{sg}' does not exist",
            "describe_security_groups",
            GroupIds=[sg],
        )
        self.refused("NatGatewayNotFound", "…", "describe_nat_gateways", NatGatewayIds=[f"nat-{NOBODY}"])

    def test_several_ids_that_do_not_exist(self):
        ids = [f"i-{NOBODY}", f"i-{'1' * 17}"]
        self.refused(
            "InvalidInstanceID.NotFound",
            f"The instance IDs '{', '.join(ids)}' do not exist",
            "describe_instances",
            InstanceIds=ids,
        )
        ids = [f"ami-{NOBODY}", f"ami-{'1' * 17}"]
        self.refused(
            "InvalidAMIID.NotFound", f"The image ids '[{', '.join(ids)}]' do not exist", "describe_images", ImageIds=ids
        )

    def test_ids_that_are_not_written_as_ids(self):
        self.refused("InvalidInstanceID.Malformed", 'Invalid id: "foo"', "describe_instances", InstanceIds=["foo"])
        self.refused(
            "InvalidAMIID.Malformed", 'Invalid id: "foo" (expecting "ami-...")', "describe_images", ImageIds=["foo"]
        )
        self.refused("InvalidGroupId.Malformed", 'Invalid id: "foo"…', "describe_security_groups", GroupIds=["foo"])
        sentence = "The vpc ID '10.20.0.0/16' does not exist"
        self.refused("InvalidVpcID.NotFound", sentence, "create_subnet", VpcId="10.20.0.0/16", CidrBlock="10.0.0.0/24")

    def test_one_unknown_id_spoils_the_whole_answer(self):
        vpc = self.vpc()
        self.refused("InvalidVpcID.NotFound", "…", "describe_vpcs", VpcIds=[vpc, f"vpc-{NOBODY}"])

    def test_filters(self):
        ec2, vpc = self.ec2, self.vpc()
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "Main"}])

        def found(**filters):
            listed = [{"Name": name.replace("_", "-"), "Values": values} for name, values in filters.items()]
            return [it["VpcId"] for it in ec2.describe_vpcs(Filters=listed)["Vpcs"]]

        self.shows("values are OR-ed", [vpc], found(cidr=["10.0.0.0/16", "10.9.0.0/16"]))
        self.shows("filters are AND-ed", [], found(cidr=["10.0.0.0/16"], is_default=["true"]))
        self.shows("wildcards: *", [vpc], found(vpc_id=[vpc[:9] + "*"]))
        self.shows("wildcards: ?", [vpc], found(vpc_id=[vpc[:-1] + "?"]))
        self.shows("values are case-sensitive", [], found(**{"tag:Name": ["main"]}))
        self.shows("tag:Key", [vpc], found(**{"tag:Name": ["M*n"]}))
        self.shows("tag-key", [vpc], found(tag_key=["Name"]))
        self.refused(
            "InvalidParameterValue",
            "The filter 'colour' is invalid",
            "describe_vpcs",
            Filters=[{"Name": "colour", "Values": ["x"]}],
        )
        many = [{"Name": "vpc-id", "Values": [f"vpc-{number:017x}" for number in range(201)]}]
        self.refused("FilterLimitExceeded", "…", "describe_vpcs", Filters=many)

    def test_ids_and_a_page_size(self):
        vpc = self.vpc()
        self.refused("InvalidParameterCombination", "…", "describe_vpcs", VpcIds=[vpc], MaxResults=5)

    def test_missing_parameters_have_their_names(self):
        self.refused(
            "MissingParameter",
            "The request must contain the parameter groupDescription",
            "create_security_group",
            GroupName="x",
        )
        self.refused(
            "MissingParameter", "The request must contain the parameter vpcId", "create_subnet", CidrBlock="10.0.0.0/24"
        )

    def test_cidrs_are_canonical(self):
        vpc = self.ec2.create_vpc(CidrBlock="100.68.0.18/18")["Vpc"]
        self.shows("of a VPC", "100.68.0.0/18", vpc["CidrBlock"])
        subnet = self.ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="100.68.1.77/24")["Subnet"]
        self.shows("of a subnet", "100.68.1.0/24", subnet["CidrBlock"])
        table = self.table(vpc["VpcId"])
        self.ec2.create_route(
            RouteTableId=table, DestinationCidrBlock="10.1.2.3/16", GatewayId=self.gateway(vpc["VpcId"])
        )
        self.shows("of a route", True, self.route(table, "10.1.0.0/16") is not None)
        group = self.group(vpc["VpcId"])
        rule = self.ec2.authorize_security_group_ingress(
            GroupId=group, IpProtocol="tcp", FromPort=1, ToPort=2, CidrIp="10.1.2.3/16"
        )
        self.shows("of a rule", "10.1.0.0/16", rule["SecurityGroupRules"][0]["CidrIpv4"])
        acl = self.ec2.create_network_acl(VpcId=vpc["VpcId"])["NetworkAcl"]["NetworkAclId"]
        self.ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=1, Protocol="-1", RuleAction="allow", Egress=False, CidrBlock="10.1.2.3/16"
        )
        entries = self.ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]["Entries"]
        self.shows(
            "of an entry", ["10.1.0.0/16"], [entry["CidrBlock"] for entry in entries if entry["RuleNumber"] == 1]
        )


class Vpcs(Facts):
    def test_create(self):
        made = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
        self.shows(
            "the recorded answer has these members",
            sorted(
                "CidrBlock CidrBlockAssociationSet DhcpOptionsId InstanceTenancy Ipv6CidrBlockAssociationSet "
                "IsDefault OwnerId State VpcId".split()
            ),
            sorted(set(made) - {"Tags", "BlockPublicAccessStates"}),
        )
        self.shows_members(
            "create",
            dict(
                State="pending",
                CidrBlock="10.0.0.0/16",
                Ipv6CidrBlockAssociationSet=[],
                InstanceTenancy="default",
                IsDefault=False,
                OwnerId=self.account,
            ),
            made,
        )
        block = made["CidrBlockAssociationSet"]
        self.shows(
            "its block",
            [("10.0.0.0/16", {"State": "associated"})],
            [(it["CidrBlock"], it["CidrBlockState"]) for it in block],
        )
        self.shows("the next describe", "available", self.ec2.describe_vpcs(VpcIds=[made["VpcId"]])["Vpcs"][0]["State"])

    def test_ipv6(self):
        vpc = self.vpc(AmazonProvidedIpv6CidrBlock=True)
        block = self.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]
        self.shows("a /56", "/56", block["Ipv6CidrBlock"][-3:])
        self.shows_members(
            "its association",
            dict(Ipv6CidrBlockState={"State": "associated"}, NetworkBorderGroup=self.region, Ipv6Pool="Amazon"),
            block,
        )

    def test_ranges(self):
        for cidr in ("10.0.0.0/8", "10.0.0.0/15", "10.0.0.0/29", "169.254.0.0/16"):
            self.refused("InvalidVpc.Range", f"The CIDR '{cidr}' is invalid.", "create_vpc", CidrBlock=cidr)
        for cidr in ("10.0.0.0/16", "10.0.0.0/28", "52.0.0.0/16"):
            with self.subTest(cidr):
                self.ec2.delete_vpc(VpcId=self.vpc(cidr))
        for text in ("10.0.0.0", "x", "10.0.0.0/33", "300.0.0.0/16"):
            self.refused("InvalidParameterValue", NOT_A_CIDR.format(text, "cidrBlock"), "create_vpc", CidrBlock=text)

    def test_what_comes_with_a_vpc(self):
        ec2, vpc = self.ec2, self.vpc()
        of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        [table] = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
        self.shows(
            "its local route",
            [dict(DestinationCidrBlock="10.0.0.0/16", GatewayId="local", Origin="CreateRouteTable", State="active")],
            table["Routes"],
        )
        [main] = table["Associations"]
        self.shows(
            "the main association",
            (True, {"State": "associated"}, None),
            (main["Main"], main["AssociationState"], main.get("SubnetId")),
        )
        self.shows(
            "the table's members", [[], [], self.account], [table["PropagatingVgws"], table["Tags"], table["OwnerId"]]
        )
        [group] = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
        self.shows_members(
            "the default group", dict(GroupName="default", Description="default VPC security group"), group
        )
        self.shows(
            "all from itself",
            [("-1", [group["GroupId"]])],
            [(it["IpProtocol"], [pair["GroupId"] for pair in it["UserIdGroupPairs"]]) for it in group["IpPermissions"]],
        )
        self.shows(
            "all to everywhere",
            [("-1", ["0.0.0.0/0"])],
            [(it["IpProtocol"], [r["CidrIp"] for r in it["IpRanges"]]) for it in group["IpPermissionsEgress"]],
        )
        [acl] = ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"]
        self.shows("the default ACL", True, acl["IsDefault"])
        self.shows(
            "its rules",
            sorted(
                (egress, number, action)
                for egress in (False, True)
                for number, action in ((100, "allow"), (32767, "deny"))
            ),
            sorted((it["Egress"], it["RuleNumber"], it["RuleAction"]) for it in acl["Entries"]),
        )
        self.shows(
            "no gateway",
            [],
            ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])[
                "InternetGateways"
            ],
        )
        self.shows("no subnets", [], ec2.describe_subnets(Filters=of_vpc)["Subnets"])

    def test_what_comes_with_a_vpc_with_ipv6(self):
        ec2, vpc = self.ec2, self.vpc(AmazonProvidedIpv6CidrBlock=True)
        of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        [acl] = ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"]
        self.shows(
            "101 and 32768", [100, 101, 32767, 32768], sorted(it["RuleNumber"] for it in acl["Entries"] if it["Egress"])
        )
        [group] = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
        self.shows(
            "::/0 out", ["::/0"], [r["CidrIpv6"] for it in group["IpPermissionsEgress"] for r in it["Ipv6Ranges"]]
        )

    def test_attributes(self):
        ec2, vpc = self.ec2, self.vpc()

        def attribute(name, of=vpc):
            return ec2.describe_vpc_attribute(VpcId=of, Attribute=name)[name[0].upper() + name[1:]]["Value"]

        self.shows("DNS support by default", True, attribute("enableDnsSupport"))
        self.shows("DNS hostnames by default", False, attribute("enableDnsHostnames"))
        self.shows("metrics by default", False, attribute("enableNetworkAddressUsageMetrics"))
        default = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        self.shows("DNS hostnames of a default VPC", True, attribute("enableDnsHostnames", default))
        answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute="enableDnsSupport")
        self.shows("only the one asked for", {"EnableDnsSupport", "VpcId"}, set(answer) - {"ResponseMetadata"})
        self.refused(
            "InvalidParameterCombination",
            "…",
            "modify_vpc_attribute",
            VpcId=vpc,
            EnableDnsSupport={"Value": True},
            EnableDnsHostnames={"Value": True},
        )

    def test_secondary_blocks(self):
        ec2, vpc = self.ec2, self.vpc()
        made = ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.1.0.0/16")["CidrBlockAssociation"]
        self.shows("associating", "associating", made["CidrBlockState"]["State"])
        table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]
        self.shows(
            "a local route in every table",
            ["10.0.0.0/16", "10.1.0.0/16"],
            sorted(it["DestinationCidrBlock"] for it in table["Routes"]),
        )
        for cidr in ("172.16.0.0/16", "192.168.0.0/16", "198.19.0.0/16"):
            self.refused(
                "InvalidVpc.Range", RESTRICTED.format(cidr), "associate_vpc_cidr_block", VpcId=vpc, CidrBlock=cidr
            )
        for number in range(2, 5):
            ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock=f"10.{number}.0.0/16")
        self.refused(
            "CidrLimitExceeded",
            f"This network {vpc} has met its maximum number of allowed CIDRs: 5",
            "associate_vpc_cidr_block",
            VpcId=vpc,
            CidrBlock="10.9.0.0/16",
        )
        gone = ec2.disassociate_vpc_cidr_block(AssociationId=made["AssociationId"])["CidrBlockAssociation"]
        self.shows("disassociating", "disassociating", gone["CidrBlockState"]["State"])
        primary = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlockAssociationSet"][0]["AssociationId"]
        self.refused(
            "OperationNotPermitted",
            (
                f"The vpc CIDR block with association ID {primary} may not be disassociated. It is the primary IPv4 "
                "CIDR block of the VPC"
            ),
            "disassociate_vpc_cidr_block",
            AssociationId=primary,
        )
        self.refused(
            "InvalidVpcCidrBlockAssociationID.NotFound",
            "…",
            "disassociate_vpc_cidr_block",
            AssociationId=f"vpc-cidr-assoc-{NOBODY}",
        )

    def test_restrictions_by_the_primary_block(self):
        for primary, good, bad in (
            ("10.0.0.0/16", ["10.5.0.0/16", "100.64.0.0/16", "52.1.0.0/16"], ["172.31.0.0/16", "192.168.0.0/24"]),
            ("172.16.0.0/16", ["172.17.0.0/16"], ["10.0.0.0/16", "192.168.0.0/16", "172.31.0.0/16"]),
            ("192.168.0.0/24", ["192.168.1.0/24"], ["10.0.0.0/16", "172.16.0.0/16", "198.19.0.0/16"]),
            ("100.64.0.0/16", ["100.65.0.0/16"], ["10.0.0.0/16", "192.168.0.0/16"]),
        ):
            vpc = self.vpc(primary)
            for cidr in good:
                with self.subTest(f"{primary} and {cidr}"):
                    self.ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock=cidr)
            for cidr in [*bad, "169.254.0.0/24"]:
                self.refused("InvalidVpc.Range", "…", "associate_vpc_cidr_block", VpcId=vpc, CidrBlock=cidr)
            self.ec2.delete_vpc(VpcId=vpc)

    def test_delete(self):
        ec2, vpc = self.ec2, self.vpc()
        sentence = f"The vpc '{vpc}' has dependencies and cannot be deleted."
        subnet = self.subnet(vpc)
        self.refused("DependencyViolation", sentence, "delete_vpc", VpcId=vpc)
        ec2.delete_subnet(SubnetId=subnet)
        for make, delete in (
            (lambda: self.group(vpc), lambda it: ec2.delete_security_group(GroupId=it)),
            (lambda: self.table(vpc), lambda it: ec2.delete_route_table(RouteTableId=it)),
            (
                lambda: ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"],
                lambda it: ec2.delete_network_acl(NetworkAclId=it),
            ),
            (lambda: self.gateway(vpc), lambda it: ec2.detach_internet_gateway(InternetGatewayId=it, VpcId=vpc)),
            (
                lambda: ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"][
                    "EgressOnlyInternetGatewayId"
                ],
                lambda it: ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=it),
            ),
        ):
            made = make()
            self.refused("DependencyViolation", sentence, "delete_vpc", VpcId=vpc)
            delete(made)
        ec2.delete_vpc(VpcId=vpc)
        self.refused("InvalidVpcID.NotFound", f"The vpc ID '{vpc}' does not exist", "delete_vpc", VpcId=vpc)
        of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        self.shows(
            "what came with it is gone",
            [[], [], []],
            [
                ec2.describe_route_tables(Filters=of_vpc)["RouteTables"],
                ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"],
                ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"],
            ],
        )

    def test_quotas(self):
        for number in range(4):  # The default VPC is the fifth.
            self.vpc(f"10.{number}.0.0/16")
        self.refused(
            "VpcLimitExceeded", "The maximum number of VPCs has been reached.", "create_vpc", CidrBlock="10.9.0.0/16"
        )


class DefaultVpcs(Facts):
    def default(self):
        return self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]

    def remove(self, vpc):
        for subnet in self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]:
            self.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        for gateway in self.ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])[
            "InternetGateways"
        ]:
            self.ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
        self.ec2.delete_vpc(VpcId=vpc)

    def test_what_it_is(self):
        ec2, vpc = self.ec2, self.default()
        self.shows_members(
            "it",
            dict(CidrBlock="172.31.0.0/16", IsDefault=True, State="available"),
            ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0],
        )
        subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        zones = ec2.describe_availability_zones()["AvailabilityZones"]
        self.shows(
            "a subnet in each zone",
            sorted(zone["ZoneName"] for zone in zones),
            sorted(it["AvailabilityZone"] for it in subnets),
        )
        self.shows(
            "their blocks",
            [f"172.31.{16 * n}.0/20" for n in range(len(zones))],
            sorted((it["CidrBlock"] for it in subnets), key=lambda text: int(text.split(".")[2])),
        )
        self.shows("their flags", {(True, True)}, {(it["DefaultForAz"], it["MapPublicIpOnLaunch"]) for it in subnets})
        other = ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.240.0/24")["Subnet"]
        self.shows("another subnet's", (False, False), (other["DefaultForAz"], other["MapPublicIpOnLaunch"]))
        table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]
        self.shows(
            "its routes", ["0.0.0.0/0", "172.31.0.0/16"], sorted(it["DestinationCidrBlock"] for it in table["Routes"])
        )

    def test_refusals(self):
        vpc = self.default()
        self.refused(
            "DefaultVpcAlreadyExists",
            "A Default VPC already exists for this account in this region.",
            "create_default_vpc",
        )
        zone = f"{self.region}a"
        subnet = self.ec2.describe_subnets(Filters=[{"Name": "availability-zone", "Values": [zone]}])["Subnets"][0][
            "SubnetId"
        ]
        self.refused(
            "DefaultSubnetAlreadyExistsInAvailabilityZone",
            f"'{subnet}' is already the default subnet in {zone}.",
            "create_default_subnet",
            AvailabilityZone=zone,
        )
        for it in self.ec2.describe_subnets()["Subnets"]:
            self.ec2.delete_subnet(SubnetId=it["SubnetId"])
        self.refused(
            "MissingInput", f"No subnets found for the default VPC '{vpc}'. Please specify a subnet.", self.instance
        )
        self.remove(vpc)
        self.refused(
            "DefaultVpcDoesNotExist",
            "No default VPC exists for this account in this region.",
            "create_default_subnet",
            AvailabilityZone=zone,
        )
        self.refused(
            "VPCIdNotSpecified", "No default VPC for this user", "create_security_group", GroupName="x", Description="x"
        )
        self.refused(
            "VPCIdNotSpecified",
            "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
            self.instance,
        )
        attributes = self.ec2.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
        self.shows(
            "default-vpc",
            [{"AttributeName": "default-vpc", "AttributeValues": [{"AttributeValue": "none"}]}],
            attributes,
        )


class Subnets(Facts):
    def test_create(self):
        vpc = self.vpc()
        made = self.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone=f"{self.region}b")["Subnet"]
        self.shows_members(
            "create",
            dict(
                State="available",
                AvailableIpAddressCount=251,
                DefaultForAz=False,
                MapPublicIpOnLaunch=False,
                AssignIpv6AddressOnCreation=False,
                Ipv6Native=False,
                EnableDns64=False,
                OwnerId=self.account,
                AvailabilityZone=f"{self.region}b",
                VpcId=vpc,
                Ipv6CidrBlockAssociationSet=[],
                PrivateDnsNameOptionsOnLaunch=dict(
                    HostnameType="ip-name", EnableResourceNameDnsARecord=False, EnableResourceNameDnsAAAARecord=False
                ),
                SubnetArn=f"arn:aws:ec2:{self.region}:{self.account}:subnet/{made['SubnetId']}",
                MapCustomerOwnedIpOnLaunch=False,
            ),
            made,
        )
        self.shows("AvailabilityZoneId", True, made["AvailabilityZoneId"].startswith("usw2-az"))
        self.interface(made["SubnetId"])
        self.shows(
            "an interface takes one",
            250,
            self.ec2.describe_subnets(SubnetIds=[made["SubnetId"]])["Subnets"][0]["AvailableIpAddressCount"],
        )

    def test_ranges(self):
        vpc = self.vpc()
        for cidr in ("10.1.0.0/24", "10.0.0.0/15", "10.0.0.0/29"):
            self.refused(
                "InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid.", "create_subnet", VpcId=vpc, CidrBlock=cidr
            )
        self.subnet(vpc, "10.0.0.0/24")
        for cidr in ("10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/20"):
            self.refused(
                "InvalidSubnet.Conflict",
                f"The CIDR '{cidr}' conflicts with another subnet",
                "create_subnet",
                VpcId=vpc,
                CidrBlock=cidr,
            )
        self.refused(
            "InvalidParameterValue", NOT_A_CIDR.format("x", "cidrBlock"), "create_subnet", VpcId=vpc, CidrBlock="x"
        )
        whole = self.vpc("10.8.0.0/24")
        with self.subTest("a subnet may be the whole VPC"):
            self.subnet(whole, "10.8.0.0/24")

    def test_zones(self):
        vpc = self.vpc()
        zones = ", ".join(
            sorted(zone["ZoneName"] for zone in self.ec2.describe_availability_zones()["AvailabilityZones"])
        )
        sentence = (
            "Value (mars-1a) for parameter availabilityZone is invalid. Subnets can currently only be created "
            f"in the following availability zones: {zones}."
        )
        self.refused(
            "InvalidParameterValue",
            sentence,
            "create_subnet",
            VpcId=vpc,
            CidrBlock="10.0.0.0/24",
            AvailabilityZone="mars-1a",
        )

    def test_ipv6_only(self):
        vpc = self.vpc(AmazonProvidedIpv6CidrBlock=True)
        self.refused(
            "MissingParameter",
            "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.",
            "create_subnet",
            VpcId=vpc,
            Ipv6Native=True,
        )
        block = self.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0][
            "Ipv6CidrBlock"
        ].replace("/56", "/64")
        self.refused(
            "InvalidParameterCombination",
            "When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set ipv6Native to true.",
            "create_subnet",
            VpcId=vpc,
            Ipv6Native=True,
            Ipv6CidrBlock=block,
            CidrBlock="10.0.0.0/24",
        )
        made = self.ec2.create_subnet(VpcId=vpc, Ipv6Native=True, Ipv6CidrBlock=block)["Subnet"]
        self.shows("an IPv6-only subnet", (True, "available"), (made["Ipv6Native"], made["State"]))

    def test_reserved_addresses(self):
        subnet = self.subnet(self.vpc())
        for last in (0, 1, 2, 3, 255):
            self.refused(
                "InvalidParameterValue",
                "Address is in subnet's reserved address range",
                "create_network_interface",
                SubnetId=subnet,
                PrivateIpAddress=f"10.0.0.{last}",
            )
        with self.subTest("the first free one"):
            self.interface(subnet, PrivateIpAddress="10.0.0.4")

    def test_modify_and_delete(self):
        subnet = self.subnet(self.vpc())
        self.refused(
            "InvalidParameterCombination",
            "…",
            "modify_subnet_attribute",
            SubnetId=subnet,
            MapPublicIpOnLaunch={"Value": True},
            EnableDns64={"Value": True},
        )
        eni = self.interface(subnet)
        self.refused(
            "DependencyViolation",
            f"The subnet '{subnet}' has dependencies and cannot be deleted.",
            "delete_subnet",
            SubnetId=subnet,
        )
        self.ec2.delete_network_interface(NetworkInterfaceId=eni)
        self.ec2.delete_subnet(SubnetId=subnet)
        self.refused(
            "InvalidSubnetID.NotFound", f"The subnet ID '{subnet}' does not exist", "delete_subnet", SubnetId=subnet
        )

    def test_no_free_address(self):
        subnet = self.subnet(self.vpc(), "10.0.0.0/28")
        for _ in range(11):
            self.interface(subnet)
        self.refused(
            "InsufficientFreeAddressesInSubnet",
            "The specified subnet does not have enough free addresses to satisfy the request.",
            self.interface,
            subnet,
        )

    def test_cidr_reservations(self):
        subnet = self.subnet(self.vpc())
        reserve = dict(SubnetId=subnet, ReservationType="prefix")
        self.refused(
            "InvalidParameterValue",
            "Reservation CIDR should be within subnet CIDR block (10.0.0.0/24)",
            "create_subnet_cidr_reservation",
            Cidr="10.0.9.0/28",
            **reserve,
        )
        self.ec2.create_subnet_cidr_reservation(Cidr="10.0.0.16/28", **reserve)
        self.refused(
            "InvalidParameterValue",
            "…Reservation CIDR 10.0.0.16/28 has overlap with existing reserved CIDR block",
            "create_subnet_cidr_reservation",
            Cidr="10.0.0.16/28",
            **reserve,
        )
        self.refused(
            "InvalidSubnetCidrReservationID.NotFound",
            "…",
            "delete_subnet_cidr_reservation",
            SubnetCidrReservationId=f"scr-{NOBODY}",
        )

    def test_deleting_ends_its_associations(self):
        vpc = self.vpc()
        subnet, table = self.subnet(vpc), self.table(vpc)
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        self.ec2.delete_subnet(SubnetId=subnet)
        self.shows("none", [], self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Associations"])


class InternetGateways(Facts):
    def test_attach_and_detach(self):
        ec2, vpc, other = self.ec2, self.vpc(), self.vpc("10.1.0.0/16")
        made = ec2.create_internet_gateway()["InternetGateway"]
        self.shows("attachments at first", [], made["Attachments"])
        gateway = made["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        now = ec2.describe_internet_gateways(InternetGatewayIds=[gateway])["InternetGateways"][0]
        self.shows("attached is `available`", [{"State": "available", "VpcId": vpc}], now["Attachments"])
        for wanted in (vpc, other):
            self.refused(
                "Resource.AlreadyAssociated",
                f"resource {gateway} is already attached to network {vpc}",
                "attach_internet_gateway",
                InternetGatewayId=gateway,
                VpcId=wanted,
            )
        self.refused(
            "InvalidParameterValue",
            f"Network {vpc} already has an internet gateway attached",
            "attach_internet_gateway",
            InternetGatewayId=self.gateway(),
            VpcId=vpc,
        )
        nobody = f"igw-{NOBODY}"
        self.refused(
            "InvalidInternetGatewayID.NotFound",
            f"The internetGateway ID '{nobody}' does not exist",
            "attach_internet_gateway",
            InternetGatewayId=nobody,
            VpcId=vpc,
        )
        self.refused(
            "Gateway.NotAttached",
            f"resource {gateway} is not attached to network {other}",
            "detach_internet_gateway",
            InternetGatewayId=gateway,
            VpcId=other,
        )
        self.refused(
            "DependencyViolation",
            f"The internetGateway '{gateway}' has dependencies and cannot be deleted.",
            "delete_internet_gateway",
            InternetGatewayId=gateway,
        )

    def test_mapped_addresses_keep_it(self):
        ec2, vpc = self.ec2, self.vpc()
        gateway, eni = self.gateway(vpc), self.interface(self.subnet(vpc))
        association = ec2.associate_address(
            AllocationId=ec2.allocate_address()["AllocationId"], NetworkInterfaceId=eni
        )["AssociationId"]
        self.refused(
            "DependencyViolation",
            (
                f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before "
                "detaching the gateway."
            ),
            "detach_internet_gateway",
            InternetGatewayId=gateway,
            VpcId=vpc,
        )
        ec2.disassociate_address(AssociationId=association)
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)

    def test_routes_turn_black_and_back(self):
        ec2, vpc = self.ec2, self.vpc()
        gateway, table = self.gateway(vpc), self.table(vpc)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        self.shows("detached", "blackhole", self.route(table, "0.0.0.0/0")["State"])
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        self.shows("attached again", "active", self.route(table, "0.0.0.0/0")["State"])

    def test_egress_only(self):
        ec2, vpc = self.ec2, self.vpc()
        made = ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]
        self.shows("attached in one step", [{"State": "attached", "VpcId": vpc}], made["Attachments"])
        table, id = self.table(vpc), made["EgressOnlyInternetGatewayId"]
        ec2.create_route(RouteTableId=table, DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId=id)
        self.refused(
            "InvalidParameterValue",
            "…",
            "create_route",
            RouteTableId=table,
            DestinationCidrBlock="0.0.0.0/0",
            EgressOnlyInternetGatewayId=id,
        )
        self.shows(
            "ReturnCode", True, ec2.delete_egress_only_internet_gateway(EgressOnlyInternetGatewayId=id)["ReturnCode"]
        )
        self.refused(
            "InvalidGatewayID.NotFound",
            f"The gateway ID '{id}' does not exist",
            "delete_egress_only_internet_gateway",
            EgressOnlyInternetGatewayId=id,
        )
        self.shows("its route", "blackhole", self.route(table, "::/0")["State"])

    def test_quota(self):
        for _ in range(4):  # The default VPC's is the fifth.
            self.gateway()
        self.refused("InternetGatewayLimitExceeded", "…", "create_internet_gateway")


class Routes(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.lan = self.subnet(self.mine)
        self.igw = self.gateway(self.mine)
        self.rtb = self.table(self.mine)

    def create(self, **target):
        return self.ec2.create_route(RouteTableId=self.rtb, **target)

    def test_associations(self):
        ec2 = self.ec2
        made = ec2.associate_route_table(RouteTableId=self.rtb, SubnetId=self.lan)
        self.shows("the answer's state", {"State": "associated"}, made["AssociationState"])
        for table in (self.rtb, self.table(self.mine)):
            self.refused(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {table} conflicts with an existing association",
                "associate_route_table",
                RouteTableId=table,
                SubnetId=self.lan,
            )
        self.refused(
            "DependencyViolation",
            f"The routeTable '{self.rtb}' has dependencies and cannot be deleted.",
            "delete_route_table",
            RouteTableId=self.rtb,
        )
        far, free = self.table(self.vpc("10.1.0.0/16")), self.subnet(self.mine, "10.0.9.0/24")
        self.refused(
            "InvalidParameterValue",
            f"route table {far} and subnet {free} belong to different networks",
            "associate_route_table",
            RouteTableId=far,
            SubnetId=free,
        )
        nobody = f"rtbassoc-{NOBODY}"
        self.refused(
            "InvalidAssociationID.NotFound",
            f"The association ID '{nobody}' does not exist",
            "disassociate_route_table",
            AssociationId=nobody,
        )
        ec2.disassociate_route_table(AssociationId=made["AssociationId"])
        main = self.main()
        association = main["Associations"][0]["RouteTableAssociationId"]
        self.refused(
            "InvalidParameterValue",
            f"cannot disassociate the main route table association {association}",
            "disassociate_route_table",
            AssociationId=association,
        )
        self.refused(
            "DependencyViolation",
            f"The routeTable '{main['RouteTableId']}' has dependencies and cannot be deleted.",
            "delete_route_table",
            RouteTableId=main["RouteTableId"],
        )
        ec2.replace_route_table_association(AssociationId=association, RouteTableId=self.rtb)
        self.shows("another main table", self.rtb, self.main()["RouteTableId"])
        ec2.delete_route_table(RouteTableId=main["RouteTableId"])

    def main(self):
        filters = [{"Name": "vpc-id", "Values": [self.mine]}, {"Name": "association.main", "Values": ["true"]}]
        return self.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]

    def test_targets_that_do_not_exist(self):
        everywhere = {"DestinationCidrBlock": "0.0.0.0/0"}
        for target, prefix, code, noun in (
            ("GatewayId", "igw", "InvalidGatewayID.NotFound", "gateway"),
            ("GatewayId", "nat", "InvalidGatewayID.NotFound", "gateway"),
            ("NatGatewayId", "nat", "InvalidNatGatewayID.NotFound", "natGateway"),
            ("NetworkInterfaceId", "eni", "InvalidNetworkInterfaceID.NotFound", "networkInterface"),
            ("InstanceId", "i", "InvalidInstanceID.NotFound", "instance"),
            ("VpcPeeringConnectionId", "pcx", "InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection"),
        ):
            id = f"{prefix}-{NOBODY}"
            self.refused(code, f"The {noun} ID '{id}' does not exist", self.create, **everywhere, **{target: id})
        eigw = f"eigw-{NOBODY}"
        self.refused(
            "InvalidGatewayID.NotFound",
            f"The gateway ID '{eigw}' does not exist",
            self.create,
            DestinationIpv6CidrBlock="::/0",
            EgressOnlyInternetGatewayId=eigw,
        )
        rtb = f"rtb-{NOBODY}"
        self.refused(
            "InvalidRouteTableID.NotFound",
            f"The routeTable ID '{rtb}' does not exist",
            "create_route",
            RouteTableId=rtb,
            GatewayId=self.igw,
            **everywhere,
        )

    def test_one_destination_and_one_target(self):
        self.refused("MissingParameter", "…", self.create, GatewayId=self.igw)
        self.refused("MissingParameter", "…", self.create, DestinationCidrBlock="0.0.0.0/0")
        self.refused(
            "InvalidParameterCombination",
            "…",
            self.create,
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=self.igw,
            NetworkInterfaceId=self.interface(self.lan),
        )
        self.refused(
            "InvalidParameterCombination",
            "…",
            self.create,
            DestinationCidrBlock="0.0.0.0/0",
            DestinationIpv6CidrBlock="::/0",
            GatewayId=self.igw,
        )
        self.refused(
            "InvalidParameterValue",
            NOT_A_CIDR.format("x", "destinationCidrBlock"),
            self.create,
            DestinationCidrBlock="x",
            GatewayId=self.igw,
        )

    def test_other_networks(self):
        far = self.vpc("10.1.0.0/16")
        gateway = self.gateway(far)
        self.refused(
            "InvalidParameterValue",
            f"route table {self.rtb} and network gateway {gateway} belong to different networks",
            self.create,
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=gateway,
        )
        eni = self.interface(self.subnet(far, "10.1.0.0/24"))
        self.refused(
            "InvalidParameterValue",
            f"route table {self.rtb} and interface {eni} belong to different networks",
            self.create,
            DestinationCidrBlock="0.0.0.0/0",
            NetworkInterfaceId=eni,
        )

    def test_inside_the_vpc(self):
        for cidr in ("10.0.0.0/16", "10.0.0.0/24", "10.0.5.0/24"):
            self.refused(
                "InvalidParameterValue",
                INSIDE_VPC.format(cidr),
                self.create,
                DestinationCidrBlock=cidr,
                GatewayId=self.igw,
            )
        with self.subTest("an interface may have a whole subnet"):
            self.create(DestinationCidrBlock="10.0.0.0/24", NetworkInterfaceId=self.interface(self.lan))
        self.refused(
            "InvalidParameterValue",
            "…",
            self.create,
            DestinationCidrBlock="10.0.0.0/25",
            NetworkInterfaceId=self.interface(self.lan),
        )
        for cidr in ("169.254.168.0/22", "169.254.169.0/24"):
            self.refused("InvalidParameterValue", "…", self.create, DestinationCidrBlock=cidr, GatewayId=self.igw)

    def test_existing_and_missing_ones(self):
        ec2 = self.ec2
        self.shows("Return", True, self.create(DestinationCidrBlock="0.0.0.0/0", GatewayId=self.igw)["Return"])
        self.shows(
            "the route",
            dict(DestinationCidrBlock="0.0.0.0/0", GatewayId=self.igw, Origin="CreateRoute", State="active"),
            self.route(self.rtb, "0.0.0.0/0"),
        )
        self.refused(
            "RouteAlreadyExists",
            "The route identified by 0.0.0.0/0 already exists.",
            self.create,
            DestinationCidrBlock="0.0.0.0/0",
            NetworkInterfaceId=self.interface(self.lan),
        )
        self.refused(
            "InvalidParameterValue",
            "There is no route defined for '192.0.2.0/24' in the route table. Use CreateRoute instead.",
            "replace_route",
            RouteTableId=self.rtb,
            DestinationCidrBlock="192.0.2.0/24",
            GatewayId=self.igw,
        )
        self.refused(
            "InvalidRoute.NotFound",
            f"no route with destination-cidr-block 192.0.2.0/24 in route table {self.rtb}",
            "delete_route",
            RouteTableId=self.rtb,
            DestinationCidrBlock="192.0.2.0/24",
        )
        self.refused(
            "InvalidRoute.NotFound",
            f"no route with destination-ipv6-cidr-block 2001:db8::/32 in route table {self.rtb}",
            "delete_route",
            RouteTableId=self.rtb,
            DestinationIpv6CidrBlock="2001:db8::/32",
        )
        self.refused(
            "InvalidParameterValue",
            f"cannot remove local route 10.0.0.0/16 in route table {self.rtb}",
            "delete_route",
            RouteTableId=self.rtb,
            DestinationCidrBlock="10.0.0.0/16",
        )
        ec2.delete_route(RouteTableId=self.rtb, DestinationCidrBlock="0.0.0.0/0")
        self.shows("gone", None, self.route(self.rtb, "0.0.0.0/0"))

    def test_local_route_replaced_and_restored(self):
        eni = self.interface(self.lan)
        self.ec2.replace_route(RouteTableId=self.rtb, DestinationCidrBlock="10.0.0.0/16", NetworkInterfaceId=eni)
        self.shows("its target", eni, self.route(self.rtb, "10.0.0.0/16").get("NetworkInterfaceId"))
        self.ec2.replace_route(RouteTableId=self.rtb, DestinationCidrBlock="10.0.0.0/16", LocalTarget=True)
        self.shows("local again", "local", self.route(self.rtb, "10.0.0.0/16").get("GatewayId"))

    def test_instances_as_targets(self):
        instance = self.instance(self.lan)
        self.create(DestinationCidrBlock="0.0.0.0/0", InstanceId=instance)
        route = self.route(self.rtb, "0.0.0.0/0")
        self.shows_members(
            "both ids come back", dict(InstanceId=instance, InstanceOwnerId=self.account, State="active"), route
        )
        self.shows("its interface", True, route["NetworkInterfaceId"].startswith("eni-"))
        self.ec2.stop_instances(InstanceIds=[instance])
        self.ec2.get_waiter("instance_stopped").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )
        self.shows("stopped", "blackhole", self.route(self.rtb, "0.0.0.0/0")["State"])
        second = self.interface(self.lan)
        other = self.instance(self.lan)
        self.ec2.attach_network_interface(NetworkInterfaceId=second, InstanceId=other, DeviceIndex=1)
        self.refused(
            "InvalidInstanceID",
            (
                f"There are multiple interfaces attached to instance '{other}'. Please specify an interface ID for "
                "the operation instead."
            ),
            self.create,
            DestinationCidrBlock="192.0.2.0/24",
            InstanceId=other,
        )

    def test_quota(self):
        for number in range(50):
            self.create(DestinationCidrBlock=f"192.0.2.{number}/32", GatewayId=self.igw)
        self.refused("RouteLimitExceeded", "…", self.create, DestinationCidrBlock="0.0.0.0/0", GatewayId=self.igw)


class InstanceConnectEndpoints(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.lan = self.subnet(self.mine)

    def is_in(self, endpoint, state):
        for _ in range(99):
            [shown] = self.ec2.describe_instance_connect_endpoints(InstanceConnectEndpointIds=[endpoint])[
                "InstanceConnectEndpoints"
            ]
            if shown["State"] == state:
                break
            time.sleep(0.05)
        self.shows("its state", state, shown["State"])
        return shown

    def test_life(self):
        ec2 = self.ec2
        made = ec2.create_instance_connect_endpoint(SubnetId=self.lan, ClientToken="token")
        self.shows("the token comes back", "token", made["ClientToken"])
        made = made["InstanceConnectEndpoint"]
        id = made["InstanceConnectEndpointId"]
        self.shows_members(
            "create",
            dict(
                State="create-in-progress",
                VpcId=self.mine,
                SubnetId=self.lan,
                PreserveClientIp=False,
                IpAddressType="ipv4",
            ),
            made,
        )
        self.shows("its ARN", True, made["InstanceConnectEndpointArn"].endswith(f":instance-connect-endpoint/{id}"))
        now = self.is_in(id, "create-complete")
        self.shows(
            "its name",
            True,
            now["DnsName"].startswith(f"{id}.") and ".ec2-instance-connect-endpoint." in now["DnsName"],
        )
        [eni] = ec2.describe_network_interfaces(NetworkInterfaceIds=now["NetworkInterfaceIds"])["NetworkInterfaces"]
        self.shows_members(
            "its interface",
            dict(
                InterfaceType="ec2_instance_connect_endpoint", RequesterManaged=True, Status="in-use", SubnetId=self.lan
            ),
            eni,
        )
        self.shows("its group", ["default"], [it["GroupName"] for it in eni["Groups"]])
        self.refused("DependencyViolation", "…", "delete_subnet", SubnetId=self.lan)
        self.refused(
            "OperationNotPermitted", "…", "detach_network_interface", AttachmentId=eni["Attachment"]["AttachmentId"]
        )
        ec2.create_tags(Resources=[id], Tags=[{"Key": "Name", "Value": "door"}])
        self.shows("its tag", [{"Key": "Name", "Value": "door"}], self.is_in(id, "create-complete")["Tags"])
        ended = ec2.delete_instance_connect_endpoint(InstanceConnectEndpointId=id)["InstanceConnectEndpoint"]
        self.shows("delete shows it", (id, "delete-in-progress"), (ended["InstanceConnectEndpointId"], ended["State"]))
        self.is_in(id, "delete-complete")
        ec2.delete_subnet(SubnetId=self.lan)

    def test_refusals(self):
        subnet, endpoint = f"subnet-{NOBODY}", f"eice-{NOBODY}"
        self.refused(
            "InvalidSubnetID.NotFound",
            f"The subnet ID '{subnet}' does not exist",
            "create_instance_connect_endpoint",
            SubnetId=subnet,
        )
        for action in ("delete_instance_connect_endpoint", "modify_instance_connect_endpoint"):
            self.refused(
                "InvalidInstanceConnectEndpointId.NotFound",
                "…does not exist",
                action,
                InstanceConnectEndpointId=endpoint,
                **({"IpAddressType": "ipv4"} if "modify" in action else {}),
            )
        self.refused(
            "InvalidInstanceConnectEndpointId.Malformed",
            "…",
            "describe_instance_connect_endpoints",
            InstanceConnectEndpointIds=["eice-x"],
        )
        self.ec2.create_instance_connect_endpoint(SubnetId=self.lan)
        self.refused(
            "ResourceLimitExceeded",
            "…",
            "create_instance_connect_endpoint",
            SubnetId=self.subnet(self.mine, "10.0.9.0/24"),
        )


class NatGateways(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.lan = self.subnet(self.mine)
        self.igw = self.gateway(self.mine)
        self.allocation = self.ec2.allocate_address()["AllocationId"]

    def wait(self, nat, state="available"):
        self.ec2.get_waiter(f"nat_gateway_{state}").wait(
            NatGatewayIds=[nat], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )
        return self.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]

    def test_life(self):
        ec2 = self.ec2
        made = ec2.create_nat_gateway(SubnetId=self.lan, AllocationId=self.allocation, ClientToken="token")
        self.shows("the token comes back", "token", made["ClientToken"])
        nat = made["NatGateway"]
        self.shows_members(
            "create", dict(State="pending", ConnectivityType="public", VpcId=self.mine, SubnetId=self.lan), nat
        )
        self.shows("its address at first", [self.allocation], [it["AllocationId"] for it in nat["NatGatewayAddresses"]])
        now = self.wait(nat["NatGatewayId"])
        [address] = now["NatGatewayAddresses"]
        self.shows_members(
            "its address", dict(AllocationId=self.allocation, IsPrimary=True, Status="succeeded"), address
        )
        self.shows("all of it", set(), {"AssociationId", "NetworkInterfaceId", "PrivateIp", "PublicIp"} - set(address))
        eni = ec2.describe_network_interfaces(NetworkInterfaceIds=[address["NetworkInterfaceId"]])["NetworkInterfaces"][
            0
        ]
        self.shows_members(
            "its interface",
            dict(
                Description=f"Interface for NAT Gateway {nat['NatGatewayId']}",
                InterfaceType="nat_gateway",
                SourceDestCheck=False,
                Groups=[],
                RequesterManaged=True,
            ),
            eni,
        )
        table = self.table(self.mine)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat["NatGatewayId"])
        self.refused("InvalidIPAddress.InUse", "…", "release_address", AllocationId=self.allocation)
        self.shows(
            "delete says which",
            nat["NatGatewayId"],
            ec2.delete_nat_gateway(NatGatewayId=nat["NatGatewayId"])["NatGatewayId"],
        )
        self.shows("deleted", "deleted", self.wait(nat["NatGatewayId"], "deleted")["State"])
        self.shows("its route", "blackhole", self.route(table, "0.0.0.0/0")["State"])
        address = ec2.describe_addresses(AllocationIds=[self.allocation])["Addresses"][0]
        self.shows("its address is free, not released", None, address.get("AssociationId"))

    def test_refusals(self):
        subnet, allocation = f"subnet-{NOBODY}", f"eipalloc-{NOBODY}"
        self.refused(
            "InvalidSubnetID.NotFound",
            f"The subnet ID '{subnet}' does not exist",
            "create_nat_gateway",
            SubnetId=subnet,
            AllocationId=self.allocation,
        )
        self.refused(
            "InvalidAllocationID.NotFound",
            f"The allocation ID '{allocation}' does not exist",
            "create_nat_gateway",
            SubnetId=self.lan,
            AllocationId=allocation,
        )
        self.refused(
            "MissingParameter",
            "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
            "create_nat_gateway",
            SubnetId=self.lan,
        )
        self.refused(
            "InvalidParameterCombination",
            "…",
            "create_nat_gateway",
            SubnetId=self.lan,
            AllocationId=self.allocation,
            ConnectivityType="private",
        )

    def test_quota(self):
        for _ in range(5):
            self.ec2.create_nat_gateway(SubnetId=self.lan, ConnectivityType="private")
        self.refused(
            "NatGatewayLimitExceeded",
            "Performing this operation would exceed the limit of 5 NAT gateways",
            "create_nat_gateway",
            SubnetId=self.lan,
            ConnectivityType="private",
        )

    def test_an_address_that_is_taken(self):
        eni = self.interface(self.lan)
        self.ec2.associate_address(AllocationId=self.allocation, NetworkInterfaceId=eni)
        try:
            nat = self.ec2.create_nat_gateway(SubnetId=self.lan, AllocationId=self.allocation)["NatGateway"][
                "NatGatewayId"
            ]
        except self.ec2.exceptions.ClientError as refused:
            self.shows("refused at once", "Resource.AlreadyAssociated", refused.response["Error"]["Code"])
            return
        failed = self.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]
        self.shows(
            "failed later",
            ("failed", "Resource.AlreadyAssociated", f"Elastic IP address {self.allocation} is already associated"),
            (failed["State"], failed.get("FailureCode"), failed.get("FailureMessage")),
        )
