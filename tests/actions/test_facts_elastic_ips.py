"""Elastic IPs, and what they are associated with, as that changes."""

from facts import OneSubnet


class ElasticIps(OneSubnet):
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
