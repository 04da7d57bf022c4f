"""Regions that need an opt-in: shown to who asks for all; until somebody opts in, the account is a stranger there."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

import botocore.session
from botocore.exceptions import ClientError

import hamlet

INVALID = "The security token included in the request is invalid."
REFUSED = {
    "ec2": ("describe_vpcs", "AuthFailure", "AWS was not able to validate the provided access credentials"),
    "sts": ("get_caller_identity", "InvalidClientTokenId", INVALID),
    "ssm": ("describe_parameters", "UnrecognizedClientException", INVALID),
    "elbv2": ("describe_load_balancers", "InvalidClientTokenId", INVALID),
}


class OptInRegions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()

    @classmethod
    def tearDownClass(cls):
        cls.hamlet.stop()

    def refused(self, service, region):
        operation, _, _ = REFUSED[service]
        with self.assertRaises(ClientError) as refused:
            getattr(self.hamlet.client(service, region=region), operation)()
        error = refused.exception.response["Error"]
        return error["Code"], error["Message"]

    def test_all_regions_are_those_that_sdks_know(self):
        ec2 = self.hamlet.client()
        shown = ec2.describe_regions(AllRegions=True)["Regions"]
        known = botocore.session.get_session().get_available_regions("ec2")
        self.assertEqual(sorted(known), sorted(one["RegionName"] for one in shown))
        listed = self.hamlet.client("account").get_paginator("list_regions").paginate().build_full_result()
        self.assertEqual(sorted(known), [one["RegionName"] for one in listed["Regions"]])

    def test_who_has_not_opted_in_is_not_known_there(self):
        disabled = [{"Name": "opt-in-status", "Values": ["not-opted-in"]}]
        regions = self.hamlet.client().describe_regions(AllRegions=True, Filters=disabled)["Regions"]
        for region in (one["RegionName"] for one in regions):
            for service, (_, code, sentence) in REFUSED.items():
                with self.subTest(region=region, service=service):
                    self.assertEqual((code, sentence), self.refused(service, region))

    def test_a_region_is_the_accounts_between_opting_in_and_out(self):
        region, account = "ap-east-1", self.hamlet.client("account")
        account.enable_region(RegionName=region)
        ec2 = self.hamlet.client(region=region)
        [zone, *_] = ec2.describe_availability_zones()["AvailabilityZones"]
        self.assertEqual(("ap-east-1a", "ape1-az1"), (zone["ZoneName"], zone["ZoneId"]))
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        images = ec2.describe_images(Filters=[{"Name": "name", "Values": ["al2023-ami-2023*-x86_64"]}])["Images"]
        launched = ec2.run_instances(
            ImageId=images[0]["ImageId"], InstanceType="t3.micro", SubnetId=subnet, MinCount=1, MaxCount=1
        )["Instances"][0]
        self.assertIn("opted-in", {one["OptInStatus"] for one in ec2.describe_regions()["Regions"]})
        account.disable_region(RegionName=region)
        self.assertEqual(REFUSED["ec2"][1:], self.refused("ec2", region))
        account.enable_region(RegionName=region)
        # "It does not delete these resources."
        found = ec2.describe_instances(InstanceIds=[launched["InstanceId"]])["Reservations"][0]["Instances"][0]
        self.assertEqual("running", found["State"]["Name"])
        ec2.terminate_instances(InstanceIds=[launched["InstanceId"]])
        account.disable_region(RegionName=region)

    def test_another_account_opts_in_for_itself(self):
        self.hamlet.client("account").enable_region(RegionName="il-central-1")
        stranger = self.hamlet.client(region="il-central-1", account="222222222222")
        with self.assertRaises(ClientError) as refused:
            stranger.describe_vpcs()
        self.assertEqual("AuthFailure", refused.exception.response["Error"]["Code"])
        self.hamlet.client("account").disable_region(RegionName="il-central-1")

    def test_the_region_of_the_run_is_everybodys(self):
        server = hamlet.Hamlet("--region", "me-south-1")
        try:
            self.assertTrue(server.client(region="me-south-1").describe_vpcs()["Vpcs"])
            status = server.client("account").get_region_opt_status(RegionName="me-south-1")
            self.assertEqual("ENABLED_BY_DEFAULT", status["RegionOptStatus"])
        finally:
            server.stop()

    def test_the_command_line_opts_in(self):
        def aws(*words):
            command = [
                pathlib.Path(sys.prefix, "bin", "aws"),
                "--endpoint-url",
                self.hamlet.url,
                "--region",
                "us-east-1",
            ]
            secrets = dict(AWS_ACCESS_KEY_ID=hamlet.ACCOUNT, AWS_SECRET_ACCESS_KEY="x", AWS_PAGER="")
            done = subprocess.run(
                [*command, *words], capture_output=True, text=True, env=os.environ | secrets, check=False
            )
            return done.stdout or done.stderr

        aws("account", "enable-region", "--region-name", "mx-central-1")
        status = json.loads(aws("account", "get-region-opt-status", "--region-name", "mx-central-1"))
        self.assertEqual({"RegionName": "mx-central-1", "RegionOptStatus": "ENABLED"}, status)
        listed = json.loads(aws("account", "list-regions", "--region-opt-status-contains", "ENABLED"))
        self.assertEqual([status], listed["Regions"])
        aws("account", "disable-region", "--region-name", "mx-central-1")
        refused = aws("account", "disable-region", "--region-name", "us-east-1")
        self.assertIn("(ValidationException)", refused)


if __name__ == "__main__":
    unittest.main()
