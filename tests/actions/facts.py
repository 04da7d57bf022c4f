"""What tests of AWS's documented and recorded behaviour have in common."""

import re
import unittest

from botocore.exceptions import ClientError

import hamlet
import story

IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
NOBODY = "0" * 17
STATUSES = {
    "AuthFailure": 401,
    "UnauthorizedOperation": 403,
    "DryRunOperation": 412,
    "EC2InstanceNotFoundException": 404,
    # Of STS and IAM.
    "AccessDenied": 403,
    "NoSuchEntity": 404,
    "EntityAlreadyExists": 409,
    "DeleteConflict": 409,
    "LimitExceeded": 409,
    "InvalidAuthenticationCode": 403,
}
_accounts = iter(range(700_000_000_000, 800_000_000_000))


class Facts(unittest.TestCase):
    """Each test has an account of its own, so that quotas and default VPCs are untouched."""

    region = hamlet.REGION

    def setUp(self):
        self.account = str(next(_accounts))
        # Some of what is refused here would be refused by boto3 itself.
        self.ec2 = self.client()

    def client(self, account=None, region=None, service="ec2"):
        return story.told().hamlet.client(
            service, account=account or self.account, region=region or self.region, validate=False
        )

    def refused(self, code, message, call, *arguments, **parameters):
        """The call must be refused with this code and sentence, in which `…` stands for anything."""
        name = call if isinstance(call, str) else getattr(call, "__name__", "call")
        method = getattr(self.ec2, call) if isinstance(call, str) else call
        with self.subTest(f"{name} {code}: {message[:60]}"):
            try:
                answer = method(*arguments, **parameters)
            except ClientError as error:
                told = error.response["Error"]
                self.assertEqual(
                    f"{code}: {message}" if "…" not in message else code,
                    f"{told['Code']}: {told['Message']}" if "…" not in message else told["Code"],
                    told["Message"],
                )
                pattern = ".*".join(re.escape(part) for part in message.split("…"))
                self.assertRegex(told["Message"], f"(?s)^{pattern}$")
                self.assertEqual(STATUSES.get(code, 400), error.response["ResponseMetadata"]["HTTPStatusCode"])
            else:
                answer.pop("ResponseMetadata")
                self.fail(f"was not refused: {answer}")

    def shows(self, statement, expected, seen):
        with self.subTest(statement):
            self.assertEqual(expected, seen)

    def shows_members(self, statement, expected, seen):
        """These members, with these values; others may be there, too."""
        self.shows(statement, expected, {name: seen.get(name) for name in expected})

    # What many tests need first.

    def vpc(self, cidr="10.0.0.0/16", **more):
        return self.ec2.create_vpc(CidrBlock=cidr, **more)["Vpc"]["VpcId"]

    def subnet(self, vpc, cidr="10.0.0.0/24", **more):
        return self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, **more)["Subnet"]["SubnetId"]

    def gateway(self, vpc=None):
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        if vpc:
            self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        return gateway

    def table(self, vpc):
        return self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]

    def interface(self, subnet, **more):
        return self.ec2.create_network_interface(SubnetId=subnet, **more)["NetworkInterface"]["NetworkInterfaceId"]

    def group(self, vpc, name="group"):
        return self.ec2.create_security_group(GroupName=name, Description="a group", VpcId=vpc)["GroupId"]

    def instance(self, subnet=None, kind="t3.micro", **more):
        where = {"SubnetId": subnet} if subnet else {}
        run = self.ec2.run_instances(ImageId=IMAGE, InstanceType=kind, MinCount=1, MaxCount=1, **where, **more)
        instance = run["Instances"][0]["InstanceId"]
        self.ec2.get_waiter("instance_running").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )
        return instance

    def instance_now(self, instance):
        return self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]

    def route(self, table, destination):
        described = self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        keys = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
        return next((route for route in described if destination in [route.get(key) for key in keys]), None)


class OneSubnet(Facts):
    """Each test has a VPC with one subnet."""

    def setUp(self):
        super().setUp()
        self.mine = self.vpc()
        self.lan = self.subnet(self.mine)

    def settled(self, instance, state):
        self.ec2.get_waiter(f"instance_{state}").wait(
            InstanceIds=[instance], WaiterConfig={"Delay": 0.05, "MaxAttempts": 99}
        )
