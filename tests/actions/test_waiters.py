"""boto3's waiters end when what they wait for happens, and fail at once when it never will."""

import unittest

from botocore.exceptions import WaiterError

import scenario
import story

QUICK = {"Delay": 0.1, "MaxAttempts": 20}
IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
NOBODY = "00000000000000000"


class Waiters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ec2 = ec2 = story.told().hamlet.client(account="555555555555")
        cls.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        cls.subnet = ec2.create_subnet(VpcId=cls.vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]

    def wait(self, waiter, **ids):
        self.ec2.get_waiter(waiter).wait(**ids, WaiterConfig=QUICK)

    def never(self, waiter, **ids):
        with self.assertRaises(WaiterError) as gave_up:
            self.ec2.get_waiter(waiter).wait(**ids, WaiterConfig={"Delay": 0.01, "MaxAttempts": 3})
        return str(gave_up.exception)

    def test_vpcs_and_subnets(self):
        self.wait("vpc_exists", VpcIds=[self.vpc])
        self.wait("vpc_available", VpcIds=[self.vpc])
        self.wait("subnet_available", SubnetIds=[self.subnet])
        self.assertIn("Max attempts exceeded", self.never("vpc_exists", VpcIds=[f"vpc-{NOBODY}"]))

    def test_gateways_groups_and_keys(self):
        ec2 = self.ec2
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.wait("internet_gateway_exists", InternetGatewayIds=[gateway])
        self.never("internet_gateway_exists", InternetGatewayIds=[f"igw-{NOBODY}"])
        group = ec2.create_security_group(GroupName="w", Description="w", VpcId=self.vpc)["GroupId"]
        self.wait("security_group_exists", GroupIds=[group])
        self.never("security_group_exists", GroupIds=[f"sg-{NOBODY}"])
        ec2.import_key_pair(KeyName="w", PublicKeyMaterial=scenario.public_key().encode())
        self.wait("key_pair_exists", KeyNames=["w"])
        self.never("key_pair_exists", KeyNames=["nobody's"])

    def test_nat_gateways(self):
        ec2 = self.ec2
        nat = ec2.create_nat_gateway(SubnetId=self.subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
        self.wait("nat_gateway_available", NatGatewayIds=[nat])
        ec2.delete_nat_gateway(NatGatewayId=nat)
        self.wait("nat_gateway_deleted", NatGatewayIds=[nat])
        self.assertIn("terminal failure", self.never("nat_gateway_available", NatGatewayIds=[nat]))

    def test_a_public_nat_gateway_without_internet_gateway_fails(self):
        ec2 = self.ec2
        vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.3.0.0/24")["Subnet"]["SubnetId"]
        address = ec2.allocate_address()["AllocationId"]
        nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
        self.assertIn("terminal failure", self.never("nat_gateway_available", NatGatewayIds=[nat]))
        seen = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]
        told = (seen["State"], seen["FailureCode"], seen["FailureMessage"])
        self.assertEqual(("failed", "Gateway.NotAttached", f"Network {vpc} has no Internet gateway attached"), told)

    def test_network_interfaces(self):
        eni = self.ec2.create_network_interface(SubnetId=self.subnet)["NetworkInterface"]["NetworkInterfaceId"]
        self.wait("network_interface_available", NetworkInterfaceIds=[eni])
        said = self.never("network_interface_available", NetworkInterfaceIds=[f"eni-{NOBODY}"])
        self.assertIn("InvalidNetworkInterfaceID.NotFound", said)

    def test_instances(self):
        ec2 = self.ec2
        run = ec2.run_instances(ImageId=IMAGE, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=self.subnet)
        one = {"InstanceIds": [run["Instances"][0]["InstanceId"]]}
        for waiter in ("instance_exists", "instance_running", "instance_status_ok", "system_status_ok"):
            self.wait(waiter, **one)
        ec2.stop_instances(**one)
        self.wait("instance_stopped", **one)
        ec2.start_instances(**one)
        self.wait("instance_running", **one)
        ec2.terminate_instances(**one)
        self.wait("instance_terminated", **one)
        self.assertIn("terminal failure", self.never("instance_running", **one))
        self.assertIn("terminal failure", self.never("instance_stopped", **one))
        self.never("instance_exists", InstanceIds=[f"i-{NOBODY}"])

    def test_peering(self):
        ec2 = self.ec2
        other = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        made = ec2.create_vpc_peering_connection(VpcId=self.vpc, PeerVpcId=other)["VpcPeeringConnection"]
        one = {"VpcPeeringConnectionIds": [made["VpcPeeringConnectionId"]]}
        self.wait("vpc_peering_connection_exists", **one)
        ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=made["VpcPeeringConnectionId"])
        self.wait("vpc_peering_connection_deleted", **one)
        self.never("vpc_peering_connection_exists", VpcPeeringConnectionIds=[f"pcx-{NOBODY}"])
