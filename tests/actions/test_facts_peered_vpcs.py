"""Peered VPCs: what one may still be given, and what is left of the peering."""

from facts import OneSubnet


class PeeredVpcs(OneSubnet):
    def peer(self, vpc, other, accept=True):
        made = self.ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"][
            "VpcPeeringConnectionId"
        ]
        if accept:
            self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
        return made

    def test_blocks_and_peers(self):
        ec2, other = self.ec2, self.vpc("10.1.0.0/16")
        self.peer(self.mine, other)
        self.refused("InvalidVpc.Conflict", "…", "associate_vpc_cidr_block", VpcId=self.mine, CidrBlock="10.1.128.0/17")
        table = self.table(self.mine)
        ec2.create_route(
            RouteTableId=table, DestinationCidrBlock="10.2.0.0/24", NetworkInterfaceId=self.interface(self.lan)
        )
        for cidr in ("10.2.0.0/24", "10.2.0.0/16"):
            self.refused("InvalidParameterValue", "…", "associate_vpc_cidr_block", VpcId=self.mine, CidrBlock=cidr)
        with self.subTest("a more specific block is fine"):
            ec2.associate_vpc_cidr_block(VpcId=self.mine, CidrBlock="10.2.0.0/25")

    def test_a_deleted_vpc_takes_its_peering_with_it(self):
        ec2, other = self.ec2, self.vpc("10.1.0.0/16")
        peering, table = self.peer(self.mine, other), self.table(self.mine)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=peering)
        ec2.delete_vpc(VpcId=other)
        [it] = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[peering])["VpcPeeringConnections"]
        self.shows("the peering", "deleted", it["Status"]["Code"])
        self.shows("its routes stay", "blackhole", self.route(table, "10.1.0.0/16")["State"])

    def test_references_to_groups_of_a_peer(self):
        ec2, other = self.ec2, self.vpc("10.1.0.0/16")
        peering = self.peer(self.mine, other)
        near, far = self.group(self.mine), self.group(other)
        ec2.authorize_security_group_ingress(
            GroupId=near,
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": far}]}],
        )
        [pair] = ec2.describe_security_groups(GroupIds=[near])["SecurityGroups"][0]["IpPermissions"][0][
            "UserIdGroupPairs"
        ]
        self.shows_members(
            "the pair",
            dict(GroupId=far, UserId=self.account, VpcId=other, VpcPeeringConnectionId=peering, PeeringStatus="active"),
            pair,
        )
        ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
        [stale] = ec2.describe_stale_security_groups(VpcId=self.mine)["StaleSecurityGroupSet"]
        self.shows("stale", near, stale["GroupId"])
        self.peer(self.mine, other)
        self.shows(
            "a new peering makes it fresh",
            [],
            ec2.describe_stale_security_groups(VpcId=self.mine)["StaleSecurityGroupSet"],
        )
