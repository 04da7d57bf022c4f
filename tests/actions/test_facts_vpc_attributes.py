"""A VPC that is changed: IPv6 where there was none, and its tenancy."""

from facts import OneSubnet


class VpcsThatChange(OneSubnet):
    def test_ipv6_in_a_vpc_that_had_none(self):
        ec2, table = self.ec2, self.table(self.mine)
        made = ec2.associate_vpc_cidr_block(VpcId=self.mine, AmazonProvidedIpv6CidrBlock=True)[
            "Ipv6CidrBlockAssociation"
        ]
        self.shows("at first", "associating", made["Ipv6CidrBlockState"]["State"])
        [now] = ec2.describe_vpcs(VpcIds=[self.mine])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
        self.shows("then", "associated", now["Ipv6CidrBlockState"]["State"])
        block = now["Ipv6CidrBlock"]
        self.shows("a local route", "local", (self.route(table, block) or {}).get("GatewayId"))
        ec2.associate_subnet_cidr_block(SubnetId=self.lan, Ipv6CidrBlock=block.replace("/56", "/64"))
        eni = self.interface(self.lan)
        for last in ("::", "::1", "::2", "::3"):
            address = block.removesuffix("::/56") + last
            self.refused(
                "InvalidParameterValue", "…", "assign_ipv6_addresses", NetworkInterfaceId=eni, Ipv6Addresses=[address]
            )
        given = ec2.assign_ipv6_addresses(NetworkInterfaceId=eni, Ipv6AddressCount=2)["AssignedIpv6Addresses"]
        self.shows("two addresses", 2, len(set(given)))
        self.refused("DependencyViolation", "…", "disassociate_vpc_cidr_block", AssociationId=now["AssociationId"])

    def test_a_default_acl_that_was_changed_gets_no_rule_for_ipv6(self):
        ec2 = self.ec2
        filters = [{"Name": "vpc-id", "Values": [self.mine]}, {"Name": "default", "Values": ["true"]}]
        acl = ec2.describe_network_acls(Filters=filters)["NetworkAcls"][0]["NetworkAclId"]
        ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=50, Protocol="-1", RuleAction="deny", Egress=False, CidrBlock="192.0.2.0/24"
        )
        ec2.associate_vpc_cidr_block(VpcId=self.mine, AmazonProvidedIpv6CidrBlock=True)
        entries = ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]["Entries"]
        self.shows(
            "in, where it was changed", [], [it for it in entries if not it["Egress"] and it["RuleNumber"] == 101]
        )
        self.shows("out, where it was not", 1, len([it for it in entries if it["Egress"] and it["RuleNumber"] == 101]))

    def test_tenancy(self):
        self.refused("UnsupportedTenancy", "…", "modify_vpc_tenancy", VpcId=self.mine, InstanceTenancy="dedicated")
