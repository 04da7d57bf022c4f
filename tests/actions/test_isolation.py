"""Accounts and Regions do not see each other; each gets its own default VPC with its first call."""

import concurrent.futures
import unittest

from botocore.exceptions import ClientError

import hamlet
import scenario

REGIONS = ("us-west-2", "eu-west-1", "us-east-1", "ap-northeast-1")
ACCOUNTS = ("111111111111", "222222222222", "333333333333", "444444444444")


class Isolation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()

    @classmethod
    def tearDownClass(cls):
        cls.hamlet.stop()

    def test_each_account_and_region_has_a_default_vpc_at_its_first_use(self):
        """All at once, as several tools do that start together."""

        def first(place):
            account, region = place
            ec2 = self.hamlet.client(account=account, region=region)
            return (
                place,
                ec2.describe_vpcs()["Vpcs"],
                ec2.describe_subnets()["Subnets"],
                ec2.describe_internet_gateways()["InternetGateways"],
            )

        places = [(account, region) for account in ACCOUNTS for region in REGIONS] * 2
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            seen = list(pool.map(first, places))
        ids = {}
        for place, vpcs, subnets, gateways in seen:
            with self.subTest(place):
                account, region = place
                self.assertEqual(1, len(vpcs))
                vpc = vpcs[0]
                self.assertEqual(("172.31.0.0/16", True, account), (vpc["CidrBlock"], vpc["IsDefault"], vpc["OwnerId"]))
                self.assertEqual(1, len(gateways))
                self.assertGreaterEqual(len(subnets), 3)
                for subnet in subnets:
                    self.assertTrue(subnet["DefaultForAz"] and subnet["MapPublicIpOnLaunch"])
                    self.assertTrue(subnet["AvailabilityZone"].startswith(region))
                    self.assertEqual(f"arn:aws:ec2:{region}:{account}:subnet/{subnet['SubnetId']}", subnet["SubnetArn"])
                self.assertEqual(vpc["VpcId"], ids.setdefault(place, vpc["VpcId"]))
        self.assertEqual(len(ids), len(set(ids.values())), "two places have the same VPC")

    def test_what_is_of_one_is_not_found_by_others(self):
        mine = self.hamlet.client(account=ACCOUNTS[0])
        others = (
            self.hamlet.client(account=ACCOUNTS[1]),
            self.hamlet.client(account=ACCOUNTS[0], region="eu-west-1"),
        )
        made = self.everything(mine)
        for other in others:
            for sentence, call in self.attempts(other, made):
                with self.subTest(f"{other.meta.region_name} {sentence}"):
                    with self.assertRaises(ClientError) as refused:
                        call()
                    error = refused.exception.response["Error"]
                    self.assertRegex(
                        error["Code"], r"NotFound$|^AuthFailure$|^InvalidGroup\.NotFound$|^InvalidID$", error["Message"]
                    )

    def test_lists_show_ones_own_only(self):
        mine, other = (self.hamlet.client(account=account) for account in ACCOUNTS[2:])
        made = self.everything(mine)
        for method, key, id in (
            ("describe_vpcs", "Vpcs", "VpcId"),
            ("describe_subnets", "Subnets", "SubnetId"),
            ("describe_security_groups", "SecurityGroups", "GroupId"),
            ("describe_route_tables", "RouteTables", "RouteTableId"),
            ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
            ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
            ("describe_network_acls", "NetworkAcls", "NetworkAclId"),
            ("describe_addresses", "Addresses", "AllocationId"),
            ("describe_managed_prefix_lists", "PrefixLists", "PrefixListId"),
            ("describe_key_pairs", "KeyPairs", "KeyPairId"),
            ("describe_tags", "Tags", "ResourceId"),
            ("describe_volumes", "Volumes", "VolumeId"),
        ):
            with self.subTest(method):
                ids = {one[id] for one in getattr(mine, method)()[key]}
                theirs = {one[id] for one in getattr(other, method)()[key]}
                self.assertTrue(ids & set(made.values()) or method == "describe_volumes")
                self.assertEqual(set(), theirs & set(made.values()))
        self.assertEqual([], other.describe_instances()["Reservations"])

    def everything(self, ec2):
        vpc = ec2.create_vpc(CidrBlock="10.5.0.0/16", TagSpecifications=scenario.tagged("vpc", "mine"))["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.5.0.0/24")["Subnet"]["SubnetId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        run = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet)
        return dict(
            vpc=vpc,
            subnet=subnet,
            gateway=gateway,
            group=ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"],
            table=ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"],
            acl=ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"],
            interface=ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"],
            address=ec2.allocate_address()["AllocationId"],
            list=ec2.create_managed_prefix_list(PrefixListName="l", AddressFamily="IPv4", MaxEntries=1)["PrefixList"][
                "PrefixListId"
            ],
            instance=run["Instances"][0]["InstanceId"],
            key=ec2.create_key_pair(KeyName="k", KeyType="ed25519")["KeyPairId"],
        )

    def attempts(self, ec2, it):
        yield "describe vpc", lambda: ec2.describe_vpcs(VpcIds=[it["vpc"]])
        yield "delete vpc", lambda: ec2.delete_vpc(VpcId=it["vpc"])
        yield "subnet in vpc", lambda: ec2.create_subnet(VpcId=it["vpc"], CidrBlock="10.5.9.0/24")
        yield "delete subnet", lambda: ec2.delete_subnet(SubnetId=it["subnet"])
        yield "describe subnet", lambda: ec2.describe_subnets(SubnetIds=[it["subnet"]])
        yield "detach gateway", lambda: ec2.detach_internet_gateway(InternetGatewayId=it["gateway"], VpcId=it["vpc"])
        yield "group", lambda: ec2.describe_security_groups(GroupIds=[it["group"]])
        yield "delete group", lambda: ec2.delete_security_group(GroupId=it["group"])
        yield (
            "authorize",
            lambda: ec2.authorize_security_group_ingress(
                GroupId=it["group"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
            ),
        )
        yield (
            "route",
            lambda: ec2.create_route(
                RouteTableId=it["table"], DestinationCidrBlock="0.0.0.0/0", GatewayId=it["gateway"]
            ),
        )
        yield "table", lambda: ec2.delete_route_table(RouteTableId=it["table"])
        yield "acl", lambda: ec2.delete_network_acl(NetworkAclId=it["acl"])
        yield "interface", lambda: ec2.delete_network_interface(NetworkInterfaceId=it["interface"])
        yield "release", lambda: ec2.release_address(AllocationId=it["address"])
        yield "prefix list", lambda: ec2.delete_managed_prefix_list(PrefixListId=it["list"])
        yield "entries", lambda: ec2.get_managed_prefix_list_entries(PrefixListId=it["list"])
        yield "describe instance", lambda: ec2.describe_instances(InstanceIds=[it["instance"]])
        yield "stop instance", lambda: ec2.stop_instances(InstanceIds=[it["instance"]])
        yield "terminate instance", lambda: ec2.terminate_instances(InstanceIds=[it["instance"]])
        yield "console", lambda: ec2.get_console_output(InstanceId=it["instance"])
        yield "key", lambda: ec2.describe_key_pairs(KeyPairIds=[it["key"]])
        yield "tags", lambda: ec2.create_tags(Resources=[it["vpc"]], Tags=[{"Key": "stolen", "Value": "yes"}])
        yield "interface in subnet", lambda: ec2.create_network_interface(SubnetId=it["subnet"])

    def test_a_region_that_does_not_exist_is_refused(self):
        ec2 = self.hamlet.client(region="mars-north-1")
        with self.assertRaises(ClientError) as refused:
            ec2.describe_vpcs()
        self.assertEqual(400, refused.exception.response["ResponseMetadata"]["HTTPStatusCode"])
