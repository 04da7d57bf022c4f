"""Without instances every state has changed before the call that asked for it is answered: whoever describes it next
sees where it ends, and nobody has to wait."""

import unittest

import answers
import hamlet
import scenario

# States that something is in only until somebody has done something.
PASSING = {
    "pending",
    "stopping",
    "shutting-down",
    "rebooting",
    "creating",
    "deleting",
    "attaching",
    "detaching",
    "associating",
    "disassociating",
    "initiating-request",
    "provisioning",
    "create-in-progress",
    "update-in-progress",
    "modify-in-progress",
    "delete-in-progress",
}
# Where states are shown that are not the same all the time.
SHOWN = (
    "describe_internet_gateways",
    "describe_nat_gateways",
    "describe_vpc_peering_connections",
    "describe_instance_connect_endpoints",
    "describe_network_interfaces",
    "describe_instances",
    "describe_iam_instance_profile_associations",
    "describe_volumes",
)
IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


class EveryAction(unittest.TestCase):
    """The story that calls every action, and a look at everything after each call that changes something."""

    def setUp(self):
        self.hamlet = hamlet.Hamlet()
        # With their services: SNS and SQS both have an AddPermission.
        self.writes = {(row["service"], row["name"]) for row in hamlet.rows() if row["write"]}
        self.seen = set()
        own, peer = self.hamlet.client(), self.hamlet.client(account=scenario.PEER)
        self.looks = [getattr(own, describe) for describe in SHOWN]
        self.looks.append(peer.describe_vpc_peering_connections)

    def looking(self, make):
        """Clients that are made on the way, with keys of users."""

        def made(*arguments):
            client = make(*arguments)
            client.meta.events.register("after-call", self.look)
            return client

        return made

    def test_leaves_nothing_on_its_way(self):
        story = scenario.Scenario(self.hamlet, answers.Recorder())
        others = (
            story.iam,
            story.connect,
            story.route53,
            story.quotas,
            story.trail,
            story.account,
            story.tagging,
            story.sqs,
            story.sns,
            story.logs,
            story.metrics,
        )
        for client in (story.ec2, story.peer, story.sts, story.administrator, *others):
            client.meta.events.register("after-call", self.look)
        story.iam_client = self.looking(story.iam_client)
        for part in (story.build, story.change, story.tear_down):
            part()
        unseen = self.writes - self.seen
        self.assertFalse(unseen, f"changes that the story does not call: {sorted(unseen)}")

    def look(self, model, http_response, **_):
        action = (model.service_model.service_name, model.name)
        if action not in self.writes or http_response.status_code >= 300:
            return
        self.seen.add(action)
        with self.subTest(action=".".join(action)):
            self.assertEqual([], [value for look in self.looks for value in texts(look()) if value in PASSING])


def texts(value):
    """All texts in an answer."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


class FirstLook(unittest.TestCase):
    """What is answered is on its way, as AWS answers; what is described next is there."""

    @classmethod
    def setUpClass(cls):
        cls.ec2 = ec2 = hamlet.Hamlet().client()
        cls.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        cls.subnet = ec2.create_subnet(VpcId=cls.vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]

    def launch(self):
        run = self.ec2.run_instances(
            ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=self.subnet
        )
        [instance] = run["Instances"]
        self.assertEqual("pending", instance["State"]["Name"])
        return instance["InstanceId"]

    def state(self, instance):
        [reservation] = self.ec2.describe_instances(InstanceIds=[instance])["Reservations"]
        return reservation["Instances"][0]["State"]["Name"]

    def test_an_instance_is_where_it_was_sent(self):
        ec2, one = self.ec2, self.launch()
        self.assertEqual("running", self.state(one))
        for action, said, key, seen in (
            (ec2.stop_instances, "stopping", "StoppingInstances", "stopped"),
            (ec2.start_instances, "pending", "StartingInstances", "running"),
            (ec2.terminate_instances, "shutting-down", "TerminatingInstances", "terminated"),
        ):
            answer = action(InstanceIds=[one])
            self.assertEqual(said, answer[key][0]["CurrentState"]["Name"])
            self.assertEqual(seen, self.state(one))
        other = self.launch()
        ec2.reboot_instances(InstanceIds=[other])
        self.assertEqual("running", self.state(other))

    def test_what_a_stopped_or_terminated_instance_gives_back_is_free(self):
        ec2, one = self.ec2, self.launch()
        eni = ec2.create_network_interface(SubnetId=self.subnet)["NetworkInterface"]["NetworkInterfaceId"]
        attachment = ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=one, DeviceIndex=1)["AttachmentId"]
        self.assertEqual(("in-use", "attached"), self.interface(eni))
        ec2.detach_network_interface(AttachmentId=attachment)
        self.assertEqual(("available", None), self.interface(eni))
        ec2.attach_network_interface(NetworkInterfaceId=eni, InstanceId=one, DeviceIndex=1)
        ec2.terminate_instances(InstanceIds=[one])
        self.assertEqual(("available", None), self.interface(eni))
        ec2.delete_network_interface(NetworkInterfaceId=eni)

    def interface(self, eni):
        [seen] = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[eni])["NetworkInterfaces"]
        return seen["Status"], seen.get("Attachment", {}).get("Status")

    def test_a_nat_gateway_works_or_is_gone(self):
        ec2 = self.ec2
        nat = ec2.create_nat_gateway(SubnetId=self.subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
        state = lambda: ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"]
        self.assertEqual("available", state())
        ec2.delete_nat_gateway(NatGatewayId=nat)
        self.assertEqual("deleted", state())

    def test_an_instance_connect_endpoint_works_is_changed_or_is_gone(self):
        ec2 = self.ec2
        made = ec2.create_instance_connect_endpoint(SubnetId=self.subnet)["InstanceConnectEndpoint"]
        self.assertEqual("create-in-progress", made["State"])
        one = made["InstanceConnectEndpointId"]
        state = lambda: ec2.describe_instance_connect_endpoints(InstanceConnectEndpointIds=[one])[
            "InstanceConnectEndpoints"
        ][0]["State"]
        self.assertEqual("create-complete", state())
        group = ec2.create_security_group(GroupName="eice", Description="eice", VpcId=self.vpc)["GroupId"]
        ec2.modify_instance_connect_endpoint(InstanceConnectEndpointId=one, SecurityGroupIds=[group])
        self.assertEqual("update-complete", state())
        answer = ec2.delete_instance_connect_endpoint(InstanceConnectEndpointId=one)["InstanceConnectEndpoint"]
        self.assertEqual("delete-in-progress", answer["State"])
        self.assertEqual("delete-complete", state())

    def test_a_peering_connection_works_or_is_gone(self):
        ec2 = self.ec2
        other = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        one = ec2.create_vpc_peering_connection(VpcId=self.vpc, PeerVpcId=other)["VpcPeeringConnection"][
            "VpcPeeringConnectionId"
        ]
        state = lambda: ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[one])["VpcPeeringConnections"][0][
            "Status"
        ]["Code"]
        self.assertEqual("pending-acceptance", state(), "that is no way: somebody is to accept it")
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=one)
        self.assertEqual("active", state())
        ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=one)
        self.assertEqual("deleted", state())
