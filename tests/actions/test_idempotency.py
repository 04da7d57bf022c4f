"""Client tokens: again with the same parameters is the same answer, with others a mismatch; also after a power cut."""

import unittest

from botocore.exceptions import ClientError

import hamlet
import scenario


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()
        cls.ec2 = cls.hamlet.client()
        ec2 = cls.ec2
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        allocation = ec2.allocate_address()["AllocationId"]
        image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        name = image.removeprefix("resolve:ssm:")
        image_id = cls.hamlet.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        iam, trust = cls.hamlet.client("iam"), scenario.trust("vpc-flow-logs")
        role = iam.create_role(RoleName="flow-logs", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        # For each action with a token: its parameters, the changed ones, and what must not be there twice.
        cls.calls = {
            "RunInstances": (
                dict(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet),
                dict(InstanceType="t3.small"),
                lambda: instances(ec2),
            ),
            "CreateLaunchTemplate": (
                dict(LaunchTemplateName="tokens", LaunchTemplateData={"InstanceType": "t3.nano"}),
                dict(LaunchTemplateData={"InstanceType": "t3.micro"}),
                lambda: ec2.describe_launch_templates()["LaunchTemplates"],
            ),
            "CreateLaunchTemplateVersion": (
                dict(LaunchTemplateName="tokens", LaunchTemplateData={"InstanceType": "t3.small"}),
                dict(LaunchTemplateData={"InstanceType": "t3.medium"}),
                lambda: ec2.describe_launch_template_versions(LaunchTemplateName="tokens")["LaunchTemplateVersions"],
            ),
            "ModifyLaunchTemplate": (
                dict(LaunchTemplateName="tokens", DefaultVersion="2"),
                dict(DefaultVersion="1"),
                lambda: ec2.describe_launch_templates()["LaunchTemplates"],
            ),
            "CreateVolume": (
                dict(AvailabilityZone=scenario.ZONE, Size=1),
                dict(Size=2),
                lambda: ec2.describe_volumes()["Volumes"],
            ),
            "CopyImage": (
                dict(SourceRegion=ec2.meta.region_name, SourceImageId=image_id, Name="tokens"),
                dict(Name="others"),
                lambda: ec2.describe_images(Owners=["self"])["Images"],
            ),
            "CreateFleet": (
                dict(
                    Type="instant",
                    LaunchTemplateConfigs=[
                        {
                            "LaunchTemplateSpecification": {"LaunchTemplateName": "tokens", "Version": "1"},
                            "Overrides": [{"ImageId": image, "SubnetId": subnet}],
                        }
                    ],
                    TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
                ),
                dict(TargetCapacitySpecification={"TotalTargetCapacity": 2, "DefaultTargetCapacityType": "on-demand"}),
                lambda: instances(ec2),
            ),
            "ModifyInstanceCreditSpecification": (
                dict(InstanceCreditSpecifications=[{"InstanceId": "i-00000001", "CpuCredits": "standard"}]),
                dict(InstanceCreditSpecifications=[{"InstanceId": "i-00000001", "CpuCredits": "unlimited"}]),
                lambda: instances(ec2),
            ),
            "CreateNatGateway": (
                dict(SubnetId=subnet, AllocationId=allocation),
                dict(ConnectivityType="private"),
                lambda: ec2.describe_nat_gateways()["NatGateways"],
            ),
            "CreateInstanceConnectEndpoint": (
                dict(SubnetId=subnet),
                dict(IpAddressType="ipv4"),
                lambda: ec2.describe_instance_connect_endpoints()["InstanceConnectEndpoints"],
            ),
            "CreateNetworkInterface": (
                dict(SubnetId=subnet),
                dict(Description="other"),
                lambda: ec2.describe_network_interfaces()["NetworkInterfaces"],
            ),
            "CreateRouteTable": (
                dict(VpcId=vpc),
                dict(TagSpecifications=scenario.tagged("route-table", "x")),
                lambda: ec2.describe_route_tables()["RouteTables"],
            ),
            "CreateNetworkAcl": (
                dict(VpcId=vpc),
                dict(TagSpecifications=scenario.tagged("network-acl", "x")),
                lambda: ec2.describe_network_acls()["NetworkAcls"],
            ),
            "CreateEgressOnlyInternetGateway": (
                dict(VpcId=vpc),
                dict(TagSpecifications=scenario.tagged("egress-only-internet-gateway", "x")),
                lambda: ec2.describe_egress_only_internet_gateways()["EgressOnlyInternetGateways"],
            ),
            "CreateFlowLogs": (
                dict(
                    ResourceType="VPC",
                    ResourceIds=[vpc],
                    TrafficType="ALL",
                    LogGroupName="flows",
                    DeliverLogsPermissionArn=role,
                ),
                dict(TrafficType="REJECT"),
                lambda: ec2.describe_flow_logs()["FlowLogs"],
            ),
            "CreateVpcEndpoint": (
                dict(VpcId=vpc, ServiceName="com.amazonaws.us-west-2.s3"),
                dict(ServiceName="com.amazonaws.us-west-2.dynamodb"),
                lambda: ec2.describe_vpc_endpoints()["VpcEndpoints"],
            ),
            "CreateManagedPrefixList": (
                dict(PrefixListName="l", AddressFamily="IPv4", MaxEntries=1),
                dict(MaxEntries=2),
                lambda: ec2.describe_managed_prefix_lists()["PrefixLists"],
            ),
        }
        cls.vpc = vpc

    @classmethod
    def tearDownClass(cls):
        cls.hamlet.stop()

    def test_every_action_with_a_token_is_here(self):
        """Each one that boto3 fills a token in for, or that has a parameter of that name."""
        for row in hamlet.rows():
            shape = hamlet.model(row["service"]).operation_model(row["name"]).input_shape
            if "ClientToken" in (shape.members if shape else ()):
                self.assertIn(row["name"], self.calls)

    def test_again_is_the_same_and_changed_is_a_mismatch(self):
        first = {}
        for name, call in self.calls.items():
            with self.subTest(name):
                same, changed, there = call
                first[name] = self.call(name, same, name)
                if "ClientToken" in hamlet.model("ec2").operation_model(name).output_shape.members:
                    self.assertEqual(name, first[name]["ClientToken"])
                count = len(there())
                self.assertEqual(first[name], self.call(name, same, name))
                self.assertEqual(count, len(there()), "it was done twice")
                self.mismatch(name, {**same, **changed})
                self.assertEqual(count, len(there()))
        self.hamlet.restart()
        type(self).ec2 = self.hamlet.client()
        for name, call in self.calls.items():
            with self.subTest(f"{name} after a restart"):
                same, changed, _ = call
                self.assertEqual(first[name], self.call(name, same, name))
                self.mismatch(name, {**same, **changed})

    def test_a_token_is_of_one_account_region_and_action(self):
        same = dict(VpcId=self.vpc)
        first = self.call("CreateRouteTable", same, "shared")
        acl = self.call("CreateNetworkAcl", same, "shared")
        self.assertIn("NetworkAcl", acl)
        other = self.hamlet.client(account="444444444444")
        theirs = other.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        made = other.create_route_table(VpcId=theirs, ClientToken="shared")
        self.assertNotEqual(first["RouteTable"]["RouteTableId"], made["RouteTable"]["RouteTableId"])

    def test_a_token_of_a_call_that_failed_is_free(self):
        with self.assertRaises(ClientError):
            self.call("CreateRouteTable", dict(VpcId="vpc-00000000000000000"), "free")
        self.call("CreateRouteTable", dict(VpcId=self.vpc), "free")

    def test_a_dry_run_uses_no_token(self):
        with self.assertRaises(ClientError) as refused:
            self.call("CreateRouteTable", dict(VpcId=self.vpc, DryRun=True), "dry")
        self.assertEqual("DryRunOperation", refused.exception.response["Error"]["Code"])
        self.call("CreateRouteTable", dict(VpcId=self.vpc), "dry")

    def test_a_token_is_64_ascii_characters_at_most(self):
        self.call("CreateRouteTable", dict(VpcId=self.vpc), "x" * 64)
        for token in ("x" * 65, "é"):
            with self.subTest(token), self.assertRaises(ClientError) as refused:
                self.call("CreateRouteTable", dict(VpcId=self.vpc), token)
            self.assertEqual("InvalidParameterValue", refused.exception.response["Error"]["Code"])

    def call(self, name, parameters, token):
        client = self.hamlet.client()
        method = next(m for m, operation in client.meta.method_to_api_mapping.items() if operation == name)
        answer = getattr(client, method)(**parameters, ClientToken=token)
        answer.pop("ResponseMetadata")
        return answer

    def mismatch(self, name, parameters):
        with self.assertRaises(ClientError) as refused:
            self.call(name, parameters, name)
        self.assertEqual("IdempotentParameterMismatch", refused.exception.response["Error"]["Code"])


def instances(ec2):
    return [one for reservation in ec2.describe_instances()["Reservations"] for one in reservation["Instances"]]
