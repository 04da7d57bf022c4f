"""Security groups, network ACLs, DHCP option sets, peering, prefix lists and tags: codes, sentences and fields."""

from facts import NOBODY, Facts

BOTH_PORTS = "Invalid value for portRange. Must specify both from and to ports with TCP/UDP."
ONE_OF = "The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId"
ANYBODY = [{"CidrIp": "0.0.0.0/0"}]


def permission(protocol, first=None, last=None, **sources):
    ports = {} if first is None else {"FromPort": first, "ToPort": last}
    return {"IpProtocol": protocol, **ports, **(sources or {"IpRanges": ANYBODY})}


class SecurityGroups(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()

    def create(self, name, description="a group", vpc=None):
        return self.ec2.create_security_group(GroupName=name, Description=description, VpcId=vpc or self.mine)

    def authorize(self, group, *permissions, egress=False):
        method = self.ec2.authorize_security_group_egress if egress else self.ec2.authorize_security_group_ingress
        return method(GroupId=group, IpPermissions=list(permissions))

    def described(self, group):
        return self.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]

    def test_create(self):
        made = self.create("web")
        group = made["GroupId"]
        arn = f"arn:aws:ec2:{self.region}:{self.account}:security-group/{group}"
        self.shows("its ARN", arn, made["SecurityGroupArn"])
        now = self.described(group)
        self.shows_members(
            "describe",
            dict(
                GroupName="web",
                Description="a group",
                VpcId=self.mine,
                OwnerId=self.account,
                IpPermissions=[],
                SecurityGroupArn=arn,
            ),
            now,
        )
        self.shows(
            "one rule out",
            [("-1", ["0.0.0.0/0"])],
            [(it["IpProtocol"], [r["CidrIp"] for r in it["IpRanges"]]) for it in now["IpPermissionsEgress"]],
        )
        self.shows("no ports with -1", set(), {"FromPort", "ToPort"} & set(now["IpPermissionsEgress"][0]))

    def test_in_a_vpc_with_ipv6(self):
        group = self.create("six", vpc=self.vpc("10.6.0.0/16", AmazonProvidedIpv6CidrBlock=True))["GroupId"]
        rules = self.ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])[
            "SecurityGroupRules"
        ]
        self.shows("both out", ["0.0.0.0/0", "::/0"], sorted(it.get("CidrIpv4") or it.get("CidrIpv6") for it in rules))

    def test_names(self):
        self.create("web")
        for name in ("web", "WEB", "web  "):
            self.refused(
                "InvalidGroup.Duplicate",
                f"The security group '{name.strip()}' already exists for VPC '{self.mine}'",
                self.create,
                name,
            )
        self.refused(
            "InvalidParameterValue", "Cannot use reserved security group name: default", self.create, "default"
        )
        self.refused(
            "InvalidParameterValue",
            "Value (sg-web) for parameter GroupName is invalid. Group names may not be in the format sg-*.",
            self.create,
            "sg-web",
        )
        self.refused(
            "InvalidParameterValue",
            "Value (é) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.",
            self.create,
            "other",
            "é",
        )
        self.refused("InvalidParameterValue", "…", self.create, "x" * 256)
        with self.subTest("the same name in another VPC"):
            self.create("web", vpc=self.vpc("10.1.0.0/16"))

    def test_delete(self):
        ec2 = self.ec2
        used, referred, itself = (self.create(name)["GroupId"] for name in ("used", "referred", "itself"))
        self.interface(self.subnet(self.mine), Groups=[used])
        self.authorize(used, permission("tcp", 22, 22, UserIdGroupPairs=[{"GroupId": referred}]))
        self.authorize(itself, permission("tcp", 22, 22, UserIdGroupPairs=[{"GroupId": itself}]))
        for group in (used, referred):
            self.refused(
                "DependencyViolation",
                f"resource {group} has a dependent object",
                "delete_security_group",
                GroupId=group,
            )
        answer = ec2.delete_security_group(GroupId=itself)
        self.shows("a reference to itself does not keep it", (True, itself), (answer["Return"], answer["GroupId"]))
        self.refused(
            "InvalidGroup.NotFound",
            f"The security group '{itself}' does not exist",
            "delete_security_group",
            GroupId=itself,
        )
        filters = [{"Name": "vpc-id", "Values": [self.mine]}, {"Name": "group-name", "Values": ["default"]}]
        default = ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
        self.refused(
            "CannotDelete",
            f'the specified group: "{default}" name: "default" cannot be deleted by a user',
            "delete_security_group",
            GroupId=default,
        )

    def test_rules(self):
        group = self.create("web")["GroupId"]
        made = self.authorize(group, permission("6", 22, 22, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "ssh"}]))
        self.shows("Return", True, made["Return"])
        [rule] = made["SecurityGroupRules"]
        self.shows_members(
            "the rule",
            dict(
                GroupId=group,
                GroupOwnerId=self.account,
                IsEgress=False,
                IpProtocol="tcp",
                FromPort=22,
                ToPort=22,
                CidrIpv4="0.0.0.0/0",
                Description="ssh",
            ),
            rule,
        )
        self.shows(
            "its ARN",
            f"arn:aws:ec2:{self.region}:{self.account}:security-group-rule/{rule['SecurityGroupRuleId']}",
            rule["SecurityGroupRuleArn"],
        )
        for number, (protocol, name) in enumerate(
            (("17", "udp"), ("1", "icmp"), ("58", "icmpv6"), ("50", "50"), ("-1", "-1"), ("all", "-1"))
        ):
            ports = (1, 1) if name == "udp" else (-1, -1)
            made = self.authorize(group, permission(protocol, *ports, IpRanges=[{"CidrIp": f"10.0.0.{number}/32"}]))
            self.shows(f"protocol {protocol}", name, made["SecurityGroupRules"][0]["IpProtocol"])
        everything = made["SecurityGroupRules"][0]
        self.shows("ports of -1", (-1, -1), (everything.get("FromPort"), everything.get("ToPort")))

    def test_rules_that_are_refused(self):
        group = self.create("web")["GroupId"]
        for ports in ((), (22, None), (None, 22)):
            given = {key: port for key, port in zip(("FromPort", "ToPort"), ports, strict=False) if port is not None}
            self.refused(
                "InvalidParameterValue",
                BOTH_PORTS,
                self.authorize,
                group,
                {"IpProtocol": "tcp", **given, "IpRanges": ANYBODY},
            )
        self.refused(
            "InvalidParameterValue",
            "Invalid value 'nonsense' for IP protocol. Unknown protocol.",
            self.authorize,
            group,
            permission("nonsense", 1, 1),
        )
        self.refused(
            "InvalidParameterValue",
            "CIDR block nonsense is malformed",
            self.authorize,
            group,
            permission("tcp", 1, 1, IpRanges=[{"CidrIp": "nonsense"}]),
        )
        self.refused("InvalidParameterValue", "…", self.authorize, group, permission("tcp", 2, 1))
        self.refused("InvalidParameterValue", "…", self.authorize, group, permission("tcp", 0, 65536))
        self.refused(
            "InvalidParameterValue",
            "The same permission must not appear multiple times",
            self.authorize,
            group,
            permission("tcp", 1, 1),
            permission("tcp", 1, 1),
        )
        self.refused("InvalidParameterValue", "…", self.authorize, group, permission("icmp", -1, 3))

    def test_duplicates(self):
        group = self.create("web")["GroupId"]
        for it, said in (
            (permission("tcp", 22, 22), "0.0.0.0/0, TCP, from port: 22, to port: 22"),
            (permission("-1", UserIdGroupPairs=[{"GroupId": group}]), f"{group}, ALL"),
            (permission("icmp", -1, -1), "0.0.0.0/0, ICMP, type: ALL, code: ALL"),
        ):
            self.authorize(group, it)
            self.refused(
                "InvalidPermission.Duplicate",
                f'the specified rule "peer: {said}, ALLOW" already exists',
                self.authorize,
                group,
                it,
            )
        described = permission("tcp", 22, 22, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "other"}])
        self.refused("InvalidPermission.Duplicate", "…", self.authorize, group, described)
        self.refused(
            "InvalidPermission.Duplicate",
            "…",
            self.authorize,
            group,
            permission("tcp", 99, 99),
            permission("tcp", 22, 22),
        )
        self.shows(
            "all or nothing", [], [it for it in self.described(group)["IpPermissions"] if it.get("FromPort") == 99]
        )

    def test_revoke(self):
        ec2, group = self.ec2, self.create("web")["GroupId"]
        missing = dict(GroupId=group, IpPermissions=[permission("tcp", 22, 22)])
        self.refused(
            "InvalidPermission.NotFound",
            "The specified rule does not exist in this security group.",
            "revoke_security_group_ingress",
            **missing,
        )
        nobody = f"sgr-{NOBODY}"
        self.refused(
            "InvalidSecurityGroupRuleId.NotFound",
            f"The security group rule ID '{nobody}' does not exist",
            "revoke_security_group_ingress",
            GroupId=group,
            SecurityGroupRuleIds=[nobody],
        )
        rule = self.authorize(group, permission("tcp", 22, 22, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "d"}]))[
            "SecurityGroupRules"
        ][0]
        revoked = ec2.revoke_security_group_ingress(**missing)
        self.shows(
            "the description does not matter",
            [rule["SecurityGroupRuleId"]],
            [it["SecurityGroupRuleId"] for it in revoked["RevokedSecurityGroupRules"]],
        )
        default = ec2.create_security_group(GroupName="d", Description="d")["GroupId"]
        answer = ec2.revoke_security_group_ingress(GroupId=default, IpPermissions=[permission("tcp", 22, 22)])
        self.shows(
            "in the default VPC it is only told",
            [("tcp", 22)],
            [(it["IpProtocol"], it["FromPort"]) for it in answer["UnknownIpPermissions"]],
        )

    def test_modify(self):
        ec2, group = self.ec2, self.create("web")["GroupId"]
        id = self.authorize(group, permission("tcp", 22, 22))["SecurityGroupRules"][0]["SecurityGroupRuleId"]

        def modify(**rule):
            return ec2.modify_security_group_rules(
                GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": id, "SecurityGroupRule": rule}]
            )

        self.refused(
            "InvalidParameterValue",
            "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.",
            modify,
            CidrIpv4="0.0.0.0/0",
            FromPort=1,
            ToPort=1,
        )
        self.refused("MissingParameter", ONE_OF, modify, IpProtocol="tcp", FromPort=1, ToPort=1)
        modify(IpProtocol="tcp", FromPort=80, ToPort=80, CidrIpv4="10.0.0.0/8")
        rule = ec2.describe_security_group_rules(SecurityGroupRuleIds=[id])["SecurityGroupRules"][0]
        self.shows_members("in place", dict(FromPort=80, CidrIpv4="10.0.0.0/8"), rule)

    def test_other_networks(self):
        group, far = self.create("web")["GroupId"], self.group(self.vpc("10.1.0.0/16"))
        self.refused(
            "InvalidGroup.NotFound",
            "You have specified two resources that belong to different networks.",
            self.authorize,
            group,
            permission("tcp", 22, 22, UserIdGroupPairs=[{"GroupId": far}]),
        )

    def test_for_vpc(self):
        group = self.create("web")["GroupId"]
        seen = self.ec2.get_security_groups_for_vpc(VpcId=self.mine)["SecurityGroupForVpcs"]
        [mine] = [it for it in seen if it["GroupId"] == group]
        self.shows_members(
            "its members",
            dict(GroupName="web", Description="a group", OwnerId=self.account, PrimaryVpcId=self.mine, Tags=[]),
            mine,
        )

    def test_quotas(self):
        group = self.create("full")["GroupId"]
        self.authorize(group, *(permission("tcp", port, port) for port in range(60)))
        self.refused(
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
            self.authorize,
            group,
            permission("tcp", 99, 99),
        )
        with self.subTest("IPv6 is counted apart"):
            self.authorize(group, permission("tcp", 99, 99, Ipv6Ranges=[{"CidrIpv6": "::/0"}]))
        groups = [self.create(f"g{number}")["GroupId"] for number in range(6)]
        subnet = self.subnet(self.mine)
        self.refused("SecurityGroupsPerInterfaceLimitExceeded", "…", self.interface, subnet, Groups=groups)


class NetworkAcls(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.acl = self.ec2.create_network_acl(VpcId=self.mine)["NetworkAcl"]["NetworkAclId"]

    def entry(
        self,
        number=100,
        protocol="6",
        egress=False,
        cidr="0.0.0.0/0",
        action="allow",
        method="create_network_acl_entry",
        **more,
    ):
        ports = {"PortRange": {"From": 80, "To": 80}} if protocol in ("6", "17") and "PortRange" not in more else {}
        return getattr(self.ec2, method)(
            NetworkAclId=self.acl,
            RuleNumber=number,
            Protocol=protocol,
            RuleAction=action,
            Egress=egress,
            CidrBlock=cidr,
            **ports,
            **more,
        )

    def described(self, acl=None):
        return self.ec2.describe_network_acls(NetworkAclIds=[acl or self.acl])["NetworkAcls"][0]

    def default(self):
        filters = [{"Name": "vpc-id", "Values": [self.mine]}, {"Name": "default", "Values": ["true"]}]
        return self.ec2.describe_network_acls(Filters=filters)["NetworkAcls"][0]

    def test_create(self):
        made = self.described()
        self.shows_members("it", dict(IsDefault=False, Associations=[], VpcId=self.mine, OwnerId=self.account), made)
        rules = sorted(
            (it["Egress"], it["RuleNumber"], it["RuleAction"], it["Protocol"], it["CidrBlock"])
            for it in made["Entries"]
        )
        self.shows("it denies", [(egress, 32767, "deny", "-1", "0.0.0.0/0") for egress in (False, True)], rules)

    def test_entries(self):
        self.entry()
        self.entry()
        self.refused(
            "NetworkAclEntryAlreadyExists",
            "The network acl entry identified by 100 already exists.",
            self.entry,
            action="deny",
        )
        self.entry(egress=True)
        entry = next(it for it in self.described()["Entries"] if it["RuleNumber"] == 100 and not it["Egress"])
        self.shows(
            "the entry",
            dict(
                RuleNumber=100,
                Protocol="6",
                RuleAction="allow",
                Egress=False,
                CidrBlock="0.0.0.0/0",
                PortRange={"From": 80, "To": 80},
            ),
            entry,
        )
        self.entry(110, "1", IcmpTypeCode={"Type": 8, "Code": -1})
        entry = next(it for it in self.described()["Entries"] if it["RuleNumber"] == 110)
        self.shows("ICMP", {"Type": 8, "Code": -1}, entry["IcmpTypeCode"])
        for number in (0, -1, 32767, 40000, 65536):
            self.refused("InvalidParameterValue", "…", self.entry, number)
        self.refused(
            "MissingParameter",
            "…",
            self.ec2.create_network_acl_entry,
            NetworkAclId=self.acl,
            RuleNumber=5,
            Protocol="6",
            RuleAction="allow",
            Egress=False,
            CidrBlock="0.0.0.0/0",
        )
        self.refused("MissingParameter", "…", self.entry, 6, "1")
        self.refused(
            "InvalidNetworkAclEntry.NotFound",
            "The network acl entry identified by 7 does not exist",
            "delete_network_acl_entry",
            NetworkAclId=self.acl,
            RuleNumber=7,
            Egress=False,
        )
        self.refused(
            "InvalidNetworkAclEntry.NotFound",
            "The network acl entry identified by 7 does not exist",
            self.entry,
            7,
            method="replace_network_acl_entry",
        )

    def test_associations(self):
        ec2, subnet = self.ec2, self.subnet(self.mine)
        default = self.default()
        [association] = default["Associations"]
        self.shows("a subnet begins with the default", subnet, association["SubnetId"])
        moved = ec2.replace_network_acl_association(
            AssociationId=association["NetworkAclAssociationId"], NetworkAclId=self.acl
        )["NewAssociationId"]
        self.shows("a new id", True, moved != association["NetworkAclAssociationId"] and moved.startswith("aclassoc-"))
        old = association["NetworkAclAssociationId"]
        self.refused(
            "InvalidAssociationID.NotFound",
            f"The association ID '{old}' does not exist",
            "replace_network_acl_association",
            AssociationId=old,
            NetworkAclId=self.acl,
        )
        self.refused(
            "DependencyViolation",
            f"The networkAcl '{self.acl}' has dependencies and cannot be deleted.",
            "delete_network_acl",
            NetworkAclId=self.acl,
        )
        id = default["NetworkAclId"]
        self.refused(
            "InvalidParameterValue", f"cannot delete default network ACL {id}", "delete_network_acl", NetworkAclId=id
        )
        nobody = f"acl-{NOBODY}"
        self.refused(
            "InvalidNetworkAclID.NotFound",
            f"The networkAcl ID '{nobody}' does not exist",
            "delete_network_acl",
            NetworkAclId=nobody,
        )

    def test_ipv6_added_later(self):
        vpc = self.mine
        self.ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
        numbers = sorted(it["RuleNumber"] for it in self.default()["Entries"] if not it["Egress"])
        self.shows("rules for IPv6 are added", [100, 101, 32767, 32768], numbers)

    def test_quota(self):
        for number in range(1, 20):  # The default deny is the twentieth.
            self.entry(number)
        self.refused("NetworkAclEntryLimitExceeded", "…", self.entry, 99)


class DhcpOptions(Facts):
    def test_them(self):
        ec2, vpc = self.ec2, self.vpc()
        [default] = ec2.describe_dhcp_options(
            DhcpOptionsIds=[ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["DhcpOptionsId"]]
        )["DhcpOptions"]
        values = {it["Key"]: [value["Value"] for value in it["Values"]] for it in default["DhcpConfigurations"]}
        self.shows(
            "the default",
            {"domain-name": [f"{self.region}.compute.internal"], "domain-name-servers": ["AmazonProvidedDNS"]},
            values,
        )
        first = self.client(region="us-east-1").describe_dhcp_options()["DhcpOptions"][0]["DhcpConfigurations"]
        self.shows(
            "the first Region's",
            ["ec2.internal"],
            [value["Value"] for it in first if it["Key"] == "domain-name" for value in it["Values"]],
        )
        made = ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "ntp-servers", "Values": ["10.0.0.1"]}])[
            "DhcpOptions"
        ]
        self.shows("create", [{"Key": "ntp-servers", "Values": [{"Value": "10.0.0.1"}]}], made["DhcpConfigurations"])
        id = made["DhcpOptionsId"]
        ec2.associate_dhcp_options(DhcpOptionsId=id, VpcId=vpc)
        self.refused(
            "DependencyViolation",
            f"The dhcpOptions '{id}' has dependencies and cannot be deleted.",
            "delete_dhcp_options",
            DhcpOptionsId=id,
        )
        ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc)
        self.shows("no option set", "default", ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["DhcpOptionsId"])
        ec2.delete_dhcp_options(DhcpOptionsId=id)
        self.refused(
            "InvalidDhcpOptionID.NotFound",
            f"The dhcpOption ID '{id}' does not exist",
            "delete_dhcp_options",
            DhcpOptionsId=id,
        )

    def test_values(self):
        def create(key, *values):
            return self.ec2.create_dhcp_options(DhcpConfigurations=[{"Key": key, "Values": list(values)}])

        for key, values in (
            ("netbios-node-type", ["3"]),
            ("colour", ["red"]),
            ("domain-name-servers", [f"10.0.0.{n}" for n in range(1, 6)]),
            ("ntp-servers", ["nonsense"]),
        ):
            self.refused("InvalidParameterValue", "…", create, key, *values)
        for key, values in (
            ("netbios-node-type", ["2"]),
            ("netbios-name-servers", ["10.0.0.1"]),
            ("domain-name-servers", ["AmazonProvidedDNS"]),
        ):
            with self.subTest(key):
                create(key, *values)


class Peering(Facts):
    def setUp(self):
        super().setUp()
        self.mine, self.yours = self.vpc(), self.vpc("10.1.0.0/16")

    def create(self, **more):
        return self.ec2.create_vpc_peering_connection(**{"VpcId": self.mine, "PeerVpcId": self.yours, **more})[
            "VpcPeeringConnection"
        ]

    def now(self, id):
        return self.ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[id])["VpcPeeringConnections"][0]

    def test_life(self):
        made = self.create()
        id = made["VpcPeeringConnectionId"]
        pending = self.now(id)
        self.shows(
            "pending",
            {"Code": "pending-acceptance", "Message": f"Pending Acceptance by {self.account}"},
            pending["Status"],
        )
        self.shows("the accepter's side of a request", {"OwnerId", "Region", "VpcId"}, set(pending["AccepterVpcInfo"]))
        self.shows("it expires", True, "ExpirationTime" in pending)
        options = dict(
            AllowDnsResolutionFromRemoteVpc=False,
            AllowEgressFromLocalClassicLinkToRemoteVpc=False,
            AllowEgressFromLocalVpcToRemoteClassicLink=False,
        )
        self.shows_members(
            "the requester's side",
            dict(CidrBlock="10.0.0.0/16", CidrBlockSet=[{"CidrBlock": "10.0.0.0/16"}], PeeringOptions=options),
            pending["RequesterVpcInfo"],
        )
        self.refused(
            "OperationNotPermitted",
            f"Peering {id} is not active. Peering options can be added only to active peerings.",
            "modify_vpc_peering_connection_options",
            VpcPeeringConnectionId=id,
            RequesterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": True},
        )
        self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=id)
        active = self.now(id)
        self.shows("active", {"Code": "active", "Message": "Active"}, active["Status"])
        self.shows_members(
            "the accepter's side", dict(CidrBlock="10.1.0.0/16", PeeringOptions=options), active["AccepterVpcInfo"]
        )
        self.refused(
            "InvalidStateTransition",
            f"Invalid state transition for {id}, attempted to transition from active to …",
            "reject_vpc_peering_connection",
            VpcPeeringConnectionId=id,
        )
        self.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=id)
        self.shows("deleted", {"Code": "deleted", "Message": f"Deleted by {self.account}"}, self.now(id)["Status"])

    def test_overlap_and_unknown(self):
        sentence = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"
        for peer in (self.vpc("10.0.128.0/17"), f"vpc-{NOBODY}"):
            made = self.create(PeerVpcId=peer)
            self.shows(
                "failed", {"Code": "failed", "Message": sentence}, self.now(made["VpcPeeringConnectionId"])["Status"]
            )
        nobody = f"pcx-{NOBODY}"
        self.refused(
            "InvalidVpcPeeringConnectionID.NotFound",
            f"The vpcPeeringConnection ID '{nobody}' does not exist",
            "accept_vpc_peering_connection",
            VpcPeeringConnectionId=nobody,
        )

    def test_routes(self):
        made = self.create()["VpcPeeringConnectionId"]
        table = self.table(self.mine)
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=made)
        self.shows("to a request", "blackhole", self.route(table, "10.1.0.0/16")["State"])
        self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
        self.shows("to an active one", "active", self.route(table, "10.1.0.0/16")["State"])
        self.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=made)
        self.shows("to a deleted one", "blackhole", self.route(table, "10.1.0.0/16")["State"])

    def test_across_accounts_and_regions(self):
        other = str(int(self.account) + 50_000_000_000)
        theirs = self.client(account=other, region="eu-west-1")
        vpc = theirs.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
        id = self.create(PeerVpcId=vpc, PeerOwnerId=other, PeerRegion="eu-west-1")["VpcPeeringConnectionId"]
        self.shows("pending", f"Pending Acceptance by {other}", self.now(id)["Status"]["Message"])
        self.refused("OperationNotPermitted", "…", "accept_vpc_peering_connection", VpcPeeringConnectionId=id)
        theirs.accept_vpc_peering_connection(VpcPeeringConnectionId=id)
        self.shows("both see it", "active", self.now(id)["Status"]["Code"])


class PrefixLists(Facts):
    def test_managed_by_aws(self):
        lists = {it["PrefixListName"]: it for it in self.ec2.describe_managed_prefix_lists()["PrefixLists"]}
        s3 = lists[f"com.amazonaws.{self.region}.s3"]
        self.shows_members(
            "S3 in this Region",
            dict(PrefixListId="pl-68a54001", OwnerId="AWS", State="create-complete", AddressFamily="IPv4"),
            s3,
        )
        self.shows("DynamoDB", "pl-00a54069", lists[f"com.amazonaws.{self.region}.dynamodb"]["PrefixListId"])
        self.shows("no version", None, s3.get("Version"))
        for method, more in (
            ("delete_managed_prefix_list", {}),
            ("modify_managed_prefix_list", {"PrefixListName": "x"}),
        ):
            self.refused("UnsupportedOperation", "…", method, PrefixListId=s3["PrefixListId"], **more)

    def test_ones_own(self):
        create = dict(PrefixListName="mine", AddressFamily="IPv4", MaxEntries=2)
        made = self.ec2.create_managed_prefix_list(**create, Entries=[{"Cidr": "10.0.0.0/8"}])["PrefixList"]
        id = made["PrefixListId"]
        self.shows_members("create", dict(OwnerId=self.account, Version=1, MaxEntries=2, AddressFamily="IPv4"), made)
        self.shows("no message when fine", None, made.get("StateMessage"))
        self.refused(
            "InvalidParameterValue",
            "…",
            "create_managed_prefix_list",
            **{**create, "PrefixListName": "com.amazonaws.x"},
        )
        self.refused(
            "PrefixListVersionMismatch",
            "The prefix list has the incorrect version number.",
            "modify_managed_prefix_list",
            PrefixListId=id,
            CurrentVersion=7,
            AddEntries=[{"Cidr": "192.0.2.0/24"}],
        )
        self.refused(
            "PrefixListMaxEntriesExceeded",
            "You've reached the maximum number of entries for the prefix list.",
            "modify_managed_prefix_list",
            PrefixListId=id,
            CurrentVersion=1,
            AddEntries=[{"Cidr": f"192.0.2.{n}/32"} for n in range(2)],
        )
        self.ec2.modify_managed_prefix_list(
            PrefixListId=id, CurrentVersion=1, AddEntries=[{"Cidr": "192.0.2.0/24", "Description": "d"}]
        )
        self.shows(
            "a change is a version",
            2,
            self.ec2.describe_managed_prefix_lists(PrefixListIds=[id])["PrefixLists"][0]["Version"],
        )
        self.shows(
            "entries",
            [{"Cidr": "10.0.0.0/8"}, {"Cidr": "192.0.2.0/24", "Description": "d"}],
            sorted(self.ec2.get_managed_prefix_list_entries(PrefixListId=id)["Entries"], key=str),
        )
        nobody = f"pl-{NOBODY}"
        self.refused("InvalidPrefixListID.NotFound", "…", "get_managed_prefix_list_entries", PrefixListId=nobody)


class Tags(Facts):
    def test_them(self):
        ec2, vpc = self.ec2, self.vpc()

        def create(*tags, resource=vpc):
            return ec2.create_tags(Resources=[resource], Tags=[{"Key": key, "Value": value} for key, value in tags])

        create(("a", "1"))
        create(("a", "2"), ("b", ""))
        self.shows(
            "overwritten",
            [("a", "2"), ("b", "")],
            sorted((it["Key"], it["Value"]) for it in ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"]),
        )
        self.shows(
            "described",
            [dict(Key="a", Value="2", ResourceId=vpc, ResourceType="vpc")],
            ec2.describe_tags(Filters=[{"Name": "key", "Values": ["a"]}, {"Name": "resource-type", "Values": ["vpc"]}])[
                "Tags"
            ],
        )
        self.refused(
            "InvalidVpcID.NotFound",
            f"The vpc ID 'vpc-{NOBODY}' does not exist",
            create,
            ("a", "1"),
            resource=f"vpc-{NOBODY}",
        )
        self.refused("InvalidID", "The ID 'nonsense' is not valid", create, ("a", "1"), resource="nonsense")
        self.refused(
            "InvalidParameterValue",
            "Tag keys starting with 'aws:' are reserved for internal use",
            create,
            ("aws:x", "1"),
        )
        for key, value in (("k" * 129, "v"), ("k", "v" * 257), ("", "v")):
            self.refused("InvalidParameterValue", "…", create, (key, value))
        self.refused(
            "TagLimitExceeded",
            "The maximum number of Tags for a resource has been reached.",
            create,
            *((f"t{number}", "") for number in range(49)),
        )
        ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "other"}])
        self.shows("deleted only if the value is the same", 2, len(ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Tags"]))
        ec2.delete_tags(Resources=[vpc])
        self.shows("without tags there is no list", False, "Tags" in ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0])

    def test_specifications(self):
        self.refused(
            "InvalidParameter",
            "'subnet' is not a valid taggable resource type for this operation.",
            "create_vpc",
            CidrBlock="10.0.0.0/16",
            TagSpecifications=[{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": "b"}]}],
        )
        self.refused(
            "InvalidParameter",
            "Tag specification must have at least one tag",
            "create_vpc",
            CidrBlock="10.0.0.0/16",
            TagSpecifications=[{"ResourceType": "vpc"}],
        )
        made = self.ec2.create_vpc(
            CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
        )["Vpc"]
        self.shows("tagged at once", [{"Key": "a", "Value": "b"}], made["Tags"])
