"""What was answered is still so after the power failed, and calls at the same time do not disturb each other."""

import concurrent.futures
import ipaddress
import unittest

from botocore.exceptions import ClientError

import answers
import scenario
import story


class Restart(unittest.TestCase):
    def test_everything_is_as_it_was(self):
        told = story.Story()
        try:
            before = told.snapshot()
            told.hamlet.restart()
            told.scenario = scenario.Scenario(told.hamlet, answers.Recorder())
            after = told.snapshot()
            for described in before:
                with self.subTest(described):
                    self.assertEqual(before[described], after[described])
        finally:
            told.hamlet.stop()


class AtTheSameTime(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = story.told().hamlet
        cls.account = "666666666666"
        cls.ec2 = cls.hamlet.client(account=cls.account)
        cls.vpc = cls.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    def at_once(self, call, arguments):
        """Each call from a client of its own; what each came to, as a value or a code."""

        def one(argument):
            client = self.hamlet.client(account=self.account)
            try:
                return call(client, argument)
            except ClientError as refused:
                return refused.response["Error"]["Code"]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            return list(pool.map(one, arguments))

    def test_one_of_many_gets_an_address_that_all_want(self):
        subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]

        def take(ec2, _):
            made = ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.0.0.10")
            return made["NetworkInterface"]["PrivateIpAddress"]

        came = self.at_once(take, range(16))
        self.assertEqual(["10.0.0.10"] + ["InvalidIPAddress.InUse"] * 15, sorted(came))

    def test_addresses_are_given_out_once(self):
        subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/27")["Subnet"]["SubnetId"]

        def take(ec2, _):
            return ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["PrivateIpAddress"]

        came = self.at_once(take, range(40))
        given = [address for address in came if address[0].isdigit()]
        self.assertEqual((27, 27), (len(given), len(set(given))))
        self.assertEqual({"InsufficientFreeAddressesInSubnet"}, set(came) - set(given))

    def test_a_token_is_used_once_though_sent_many_times_at_once(self):
        def make(ec2, _):
            return ec2.create_route_table(VpcId=self.vpc, ClientToken="at once")["RouteTable"]["RouteTableId"]

        self.assertEqual(1, len(set(self.at_once(make, range(16)))))

    def test_subnets_that_overlap(self):
        def make(ec2, number):
            made = ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.0.{16 + number // 8}.{number % 8 * 32}/{24 + number % 4}"
            )
            return made["Subnet"]["SubnetId"]

        self.at_once(make, range(64))
        described = self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["Subnets"]
        networks = [ipaddress.ip_network(subnet["CidrBlock"]) for subnet in described]
        overlapping = [(a, b) for a in networks for b in networks if a != b and a.overlaps(b)]
        self.assertEqual([], overlapping)
