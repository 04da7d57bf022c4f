"""What becomes of others when an instance ends, and of those that come too late."""

from facts import NOBODY, OneSubnet


class InstancesThatEnd(OneSubnet):
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
