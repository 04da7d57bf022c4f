"""What one change does to other resources."""

from facts import NOBODY, Facts


class Changes(Facts):
    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.lan = self.subnet(self.mine)

    def peer(self, vpc, other, accept=True):
        made = self.ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"][
            "VpcPeeringConnectionId"
        ]
        if accept:
            self.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
        return made

    def settled(self, instance, state):
        self.ec2.get_waiter(f"instance_{state}").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )

    def test_a_route_to_an_interface_follows_its_instance(self):
        ec2, table = self.ec2, self.table(self.mine)
        eni, instance = self.interface(self.lan), self.instance(self.lan)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NetworkInterfaceId=eni)

        def state():
            return self.route(table, "0.0.0.0/0")["State"]

        self.shows("attached to nothing", "blackhole", state())
        attachment = ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=instance, DeviceIndex=1)[
            "AttachmentId"
        ]
        self.shows("attached", "active", state())
        ec2.stop_instances(InstanceIds=[instance])
        self.settled(instance, "stopped")
        self.shows("its instance stopped", "blackhole", state())
        ec2.start_instances(InstanceIds=[instance])
        self.settled(instance, "running")
        self.shows("its instance started", "active", state())
        ec2.detach_network_interface(AttachmentId=attachment)
        self.shows("detached", "blackhole", state())

    def test_terminating_an_instance(self):
        ec2, instance = self.ec2, self.instance(self.lan)
        self.gateway(self.mine)
        first = self.instance_now(instance)["NetworkInterfaces"][0]["NetworkInterfaceId"]
        second = self.interface(self.lan)
        ec2.attach_network_interface(NetworkInterfaceId=second, InstanceId=instance, DeviceIndex=1)
        allocation = ec2.allocate_address()["AllocationId"]
        ec2.associate_address(AllocationId=allocation, NetworkInterfaceId=first)
        ec2.terminate_instances(InstanceIds=[instance])
        self.settled(instance, "terminated")
        self.refused(
            "InvalidNetworkInterfaceID.NotFound", "…", "describe_network_interfaces", NetworkInterfaceIds=[first]
        )
        [kept] = ec2.describe_network_interfaces(NetworkInterfaceIds=[second])["NetworkInterfaces"]
        self.shows("the second is kept", ("available", None), (kept["Status"], kept.get("Attachment")))
        [address] = ec2.describe_addresses(AllocationIds=[allocation])["Addresses"]
        self.shows("the address is kept, and free", None, address.get("AssociationId"))
        self.shows("its volume is gone", [], ec2.describe_volumes()["Volumes"])

    def test_addresses_that_move(self):
        ec2 = self.ec2
        self.gateway(self.mine)
        one, other = self.interface(self.lan), self.interface(self.lan)
        # Whichever address is free: the interfaces' own are drawn at random.
        taken = {it["PrivateIpAddress"] for it in ec2.describe_network_interfaces()["NetworkInterfaces"]}
        moving = next(it for it in ("10.0.0.97", "10.0.0.98", "10.0.0.99") if it not in taken)
        ec2.assign_private_ip_addresses(NetworkInterfaceId=one, PrivateIpAddresses=[moving])
        allocation = ec2.allocate_address()["AllocationId"]
        ec2.associate_address(AllocationId=allocation, NetworkInterfaceId=one, PrivateIpAddress=moving)
        ec2.assign_private_ip_addresses(NetworkInterfaceId=other, PrivateIpAddresses=[moving], AllowReassignment=True)
        [address] = ec2.describe_addresses(AllocationIds=[allocation])["Addresses"]
        self.shows(
            "an Elastic IP moves with its address",
            (other, moving),
            (address["NetworkInterfaceId"], address["PrivateIpAddress"]),
        )
        replaced = ec2.allocate_address()["AllocationId"]
        ec2.associate_address(AllocationId=replaced, NetworkInterfaceId=other, PrivateIpAddress=moving)
        [address] = ec2.describe_addresses(AllocationIds=[allocation])["Addresses"]
        self.shows("the one it had is free", None, address.get("AssociationId"))

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

    def test_an_address_of_an_instance_with_an_automatic_one(self):
        ec2 = self.ec2
        self.gateway(self.mine)
        ec2.modify_subnet_attribute(SubnetId=self.lan, MapPublicIpOnLaunch={"Value": True})
        instance = self.instance(self.lan)
        first = self.instance_now(instance)["PublicIpAddress"]
        made = ec2.allocate_address()
        association = ec2.associate_address(AllocationId=made["AllocationId"], InstanceId=instance)["AssociationId"]
        self.shows("the Elastic IP", made["PublicIp"], self.instance_now(instance)["PublicIpAddress"])
        ec2.disassociate_address(AssociationId=association)
        again = self.instance_now(instance).get("PublicIpAddress")
        self.shows("a new automatic one", True, again not in (None, first, made["PublicIp"]))

    def test_in_the_default_vpc_a_release_disassociates(self):
        ec2 = self.ec2
        instance = self.instance()
        allocation = ec2.allocate_address()["AllocationId"]
        ec2.associate_address(AllocationId=allocation, InstanceId=instance)
        with self.subTest("no refusal"):
            ec2.release_address(AllocationId=allocation)
        self.refused("InvalidAllocationID.NotFound", "…", "describe_addresses", AllocationIds=[allocation])

    def test_a_terminated_one_cannot_be_attached_to(self):
        instance, eni = self.instance(self.lan), self.interface(self.lan)
        self.ec2.terminate_instances(InstanceIds=[instance])
        self.settled(instance, "terminated")
        self.refused(
            "IncorrectInstanceState",
            "…",
            "attach_network_interface",
            NetworkInterfaceId=eni,
            InstanceId=instance,
            DeviceIndex=1,
        )
        self.refused(
            "InvalidInstanceID.NotFound",
            "…",
            "attach_network_interface",
            NetworkInterfaceId=eni,
            InstanceId=f"i-{NOBODY}",
            DeviceIndex=1,
        )
