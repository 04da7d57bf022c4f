"""Tags of all services in one place: by the tagging API's clients of both protocols, and by the command line."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

from botocore.exceptions import ClientError

import hamlet
import vacant

HOME = "us-east-1"


class Tagging(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()
        cls.ec2 = cls.hamlet.client(region=HOME)
        cls.tagging = cls.hamlet.client("resourcegroupstaggingapi", region=HOME)

    @classmethod
    def tearDownClass(cls):
        cls.hamlet.stop()

    def arn(self, resource):
        return f"arn:aws:ec2:{HOME}:{hamlet.ACCOUNT}:{resource}"

    def found(self, **asked):
        pages = self.tagging.get_paginator("get_resources").paginate(**asked)
        return [one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"]]

    def test_what_services_of_their_own_tag_is_found_and_the_other_way_round(self):
        vpc = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "where", "Value": "here"}])
        iam, route53 = self.hamlet.client("iam"), self.hamlet.client("route53")
        profile = iam.create_instance_profile(InstanceProfileName="tagged")["InstanceProfile"]["Arn"]
        iam.tag_instance_profile(InstanceProfileName="tagged", Tags=[{"Key": "where", "Value": "iam"}])
        zone = route53.create_hosted_zone(
            Name="tagged.internal", CallerReference="tagged", VPC={"VPCRegion": HOME, "VPCId": vpc}
        )["HostedZone"]["Id"].rpartition("/")[2]
        zone_arn = f"arn:aws:route53:::hostedzone/{zone}"
        self.assertEqual(
            {}, self.tagging.tag_resources(ResourceARNList=[zone_arn], Tags={"where": "dns"})["FailedResourcesMap"]
        )
        tags = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone)["ResourceTagSet"]["Tags"]
        self.assertEqual([{"Key": "where", "Value": "dns"}], tags)
        everything = [self.arn(f"vpc/{vpc}"), profile, zone_arn]
        self.assertEqual(sorted(everything), self.found(TagFilters=[{"Key": "where"}]))
        self.assertEqual(sorted(everything), self.found(TagFilters=[{"Key": "where"}], ResourcesPerPage=1))
        self.assertEqual([zone_arn], self.found(ResourceTypeFilters=["route53:hostedzone"]))
        values = self.tagging.get_tag_values(Key="where")["TagValues"]
        self.assertEqual(["dns", "here", "iam"], values)
        self.tagging.untag_resources(ResourceARNList=everything, TagKeys=["where"])
        self.assertEqual([], self.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [vpc]}])["Tags"])
        self.assertEqual([], iam.list_instance_profile_tags(InstanceProfileName="tagged")["Tags"])

    def test_users_and_roles_are_tagged_and_not_listed(self):
        iam = self.hamlet.client("iam")
        user = iam.create_user(UserName="tagged", Path="/team/")["User"]["Arn"]
        self.tagging.tag_resources(ResourceARNList=[user], Tags={"team": "blue"})
        self.assertEqual([{"Key": "team", "Value": "blue"}], iam.list_user_tags(UserName="tagged")["Tags"])
        self.assertNotIn(user, self.found())
        west = self.hamlet.client("resourcegroupstaggingapi", region="us-west-2")
        failed = west.tag_resources(ResourceARNList=[user], Tags={"team": "red"})["FailedResourcesMap"]
        self.assertEqual([user], list(failed))

    def test_policies_decide_by_the_service_of_the_resource(self):
        iam = self.hamlet.client("iam")
        iam.create_user(UserName="tagger")
        key = iam.create_access_key(UserName="tagger")["AccessKey"]
        own = self.hamlet.client(
            "resourcegroupstaggingapi", region=HOME, key=(key["AccessKeyId"], key["SecretAccessKey"])
        )
        vpc = self.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        arn = self.arn(f"vpc/{vpc}")

        def allow(*statements):
            document = {"Version": "2012-10-17", "Statement": list(statements)}
            iam.put_user_policy(UserName="tagger", PolicyName="p", PolicyDocument=json.dumps(document))

        def told(call, **request):
            with self.assertRaises(ClientError) as refused:
                call(**request)
            self.assertEqual("AccessDeniedException", refused.exception.response["Error"]["Code"])
            return refused.exception.response["Error"]["Message"]

        tags = {"tier": "web"}
        self.assertIn("tag:GetResources", told(own.get_resources))
        self.assertIn("tag:TagResources", told(own.tag_resources, ResourceARNList=[arn], Tags=tags))
        everything = {"Effect": "Allow", "Action": "tag:*", "Resource": "*"}
        allow(everything)
        own.get_resources()
        sentence = told(own.tag_resources, ResourceARNList=[arn], Tags=tags)
        self.assertIn(f"ec2:CreateTags on resource: {arn}", sentence)
        condition = {"StringEquals": {"aws:RequestTag/tier": "web"}}
        allow(everything, {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": arn, "Condition": condition})
        self.assertEqual({}, own.tag_resources(ResourceARNList=[arn], Tags=tags)["FailedResourcesMap"])
        told(own.tag_resources, ResourceARNList=[arn], Tags={"tier": "db"})
        self.assertIn("ec2:DeleteTags", told(own.untag_resources, ResourceARNList=[arn], TagKeys=["tier"]))

    def test_what_is_no_arn_and_what_is_not_there_yet(self):
        for call, code in (
            (
                lambda: self.tagging.tag_resources(ResourceARNList=["vpc-1"], Tags={"a": "b"}),
                "InvalidParameterException",
            ),
            (lambda: self.tagging.get_compliance_summary(), "NotImplementedException"),
            (lambda: self.tagging.start_report_creation(S3Bucket="bucket"), "NotImplementedException"),
            (lambda: self.tagging.get_resources(PaginationToken="x"), "PaginationTokenExpiredException"),
        ):
            with self.assertRaises(ClientError) as refused:
                call()
            self.assertEqual(code, refused.exception.response["Error"]["Code"])
        self.assertEqual("NO REPORT", self.tagging.describe_report_creation()["Status"])

    def test_it_speaks_the_language_of_older_and_of_newer_clients(self):
        ec2 = self.hamlet.client()
        group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        ec2.create_tags(Resources=[group], Tags=[{"Key": "spoken", "Value": "both"}])
        for protocol in ("json", "smithy-rpc-v2-cbor"):
            with self.subTest(protocol):
                model = vacant.model("resourcegroupstaggingapi", protocol)
                status, answer = vacant.call(self.hamlet, model, "GetTagValues", {"Key": "spoken"})
                self.assertEqual((200, ["both"]), (status, answer["TagValues"]))
                arns = [self.arn("vpc/vpc-00000001").replace(HOME, hamlet.REGION)]
                request = {"ResourceARNList": arns, "Tags": {"a": "b"}}
                _, answer = vacant.call(self.hamlet, model, "TagResources", request)
                self.assertEqual(400, answer["FailedResourcesMap"][arns[0]]["StatusCode"])
                status, answer = vacant.call(self.hamlet, model, "GetTagKeys", {"PaginationToken": "x"})
                self.assertEqual((400, "PaginationTokenExpiredException"), (status, answer["Error"]["Code"]))
                _, answer = vacant.call(self.hamlet, model, "GetComplianceSummary", {})
                self.assertEqual("NotImplementedException", answer["Error"]["Code"])
                _, answer = vacant.call(self.hamlet, model, "DescribeReportCreation", {})
                self.assertEqual("NO REPORT", answer["Status"])

    def test_the_command_line(self):
        def aws(*words):
            command = [pathlib.Path(sys.prefix, "bin", "aws"), "--endpoint-url", self.hamlet.url, "--region", HOME]
            secrets = dict(AWS_ACCESS_KEY_ID=hamlet.ACCOUNT, AWS_SECRET_ACCESS_KEY="x", AWS_PAGER="")
            done = subprocess.run([*command, *words], capture_output=True, text=True, env=os.environ | secrets)
            self.assertEqual(0, done.returncode, done.stderr)
            return json.loads(done.stdout)

        group = self.ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        arn = self.arn(f"security-group/{group}")
        tag = "resourcegroupstaggingapi"
        aws(tag, "tag-resources", "--resource-arn-list", arn, "--tags", "cli=yes")
        listed = aws(tag, "get-resources", "--tag-filters", "Key=cli,Values=yes")["ResourceTagMappingList"]
        self.assertEqual([arn], [one["ResourceARN"] for one in listed])


if __name__ == "__main__":
    unittest.main()
