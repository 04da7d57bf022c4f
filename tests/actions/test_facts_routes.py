"""Routes to interfaces, as these come and go."""

from facts import OneSubnet


class RoutesToInterfaces(OneSubnet):
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
