"""Partitions by the Region that is called: China and GovCloud have Regions, names and ARNs of their own."""

import unittest

from botocore.exceptions import ClientError

import hamlet

PARTITIONS = {
    "us-west-2": ("aws", "amazonaws.com", 17),
    "cn-north-1": ("aws-cn", "amazonaws.com.cn", 2),
    "us-gov-west-1": ("aws-us-gov", "amazonaws.com", 2),
}
TRUST = """{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"""


class Partitions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()

    @classmethod
    def tearDownClass(cls):
        cls.hamlet.stop()

    def each(self):
        for region, (partition, domain, regions) in PARTITIONS.items():
            with self.subTest(region):
                yield region, partition, domain, regions

    def test_every_arn_names_the_partition(self):
        account = hamlet.ACCOUNT
        for region, partition, _, _ in self.each():
            caller = self.hamlet.client("sts", region=region).get_caller_identity()
            self.assertEqual(f"arn:{partition}:iam::{account}:root", caller["Arn"])
            iam = self.hamlet.client("iam", region=region)
            role = iam.create_role(RoleName=f"of-{partition}", AssumeRolePolicyDocument=TRUST)["Role"]
            self.assertEqual(f"arn:{partition}:iam::{account}:role/of-{partition}", role["Arn"])
            ec2 = self.hamlet.client(region=region)
            subnet = ec2.describe_subnets()["Subnets"][0]
            expected = f"arn:{partition}:ec2:{region}:{account}:subnet/{subnet['SubnetId']}"
            self.assertEqual(expected, subnet["SubnetArn"])
            group = ec2.describe_security_groups()["SecurityGroups"][0]
            self.assertTrue(group["SecurityGroupArn"].startswith(f"arn:{partition}:ec2:{region}:"), group)
            lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
            self.assertTrue(all(one["PrefixListArn"].startswith(f"arn:{partition}:ec2:") for one in lists))

    def test_regions_are_those_of_the_partition(self):
        for region, _, domain, count in self.each():
            ec2 = self.hamlet.client(region=region)
            regions = ec2.describe_regions()["Regions"]
            self.assertEqual(count, len(regions))
            for one in regions:
                self.assertEqual(f"ec2.{one['RegionName']}.{domain}", one["Endpoint"])
            zones = ec2.describe_availability_zones()["AvailabilityZones"]
            self.assertGreaterEqual(len(zones), 3)
            self.assertTrue(all(zone["ZoneName"].startswith(region) for zone in zones))

    def test_no_peering_across_partitions(self):
        ec2 = self.hamlet.client(region="cn-north-1")
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        with self.assertRaises(ClientError) as refused:
            ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId="vpc-0123456789abcdef0", PeerRegion="us-east-1")
        self.assertEqual("InvalidParameterValue", refused.exception.response["Error"]["Code"])

    def test_an_instance_has_names_of_its_partition(self):
        for region, _, domain, _ in self.each():
            ec2 = self.hamlet.client(region=region)
            image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
            launched = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
            instance = launched["Instances"][0]["InstanceId"]
            ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
            shown = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
            self.assertTrue(shown["PrivateDnsName"].endswith(f".{region}.compute.internal"), shown["PrivateDnsName"])
            self.assertTrue(shown["PublicDnsName"].endswith(f".{region}.compute.{domain}"), shown["PublicDnsName"])
