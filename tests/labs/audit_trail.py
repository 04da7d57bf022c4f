#!/usr/bin/env python3
"""Who did that? "Viewing recent management events with the AWS CLI" (CloudTrail User Guide): a group is made by one and
deleted by another, Hamlet starts again, and `aws cloudtrail lookup-events` tells who it was; also of what failed."""

import json

import harness
from harness import REGION, Lab
from network import LAPTOP

GROUP = "AWS::EC2::SecurityGroup"


class AuditTrail(Lab):
    options = ("--instances", "none")

    def walk(self):
        self.bob()
        self.made_and_deleted()
        self.who_did_it("3. lookup-events tells who deleted it")
        self.step("4. and still does after a restart of Hamlet")
        self.holds(self.hamlet.stop(), "it ended as it should")
        self.hamlet.start()
        self.who_did_it("5. by name, resource, key and time")
        self.found_otherwise()
        self.refusals()
        self.elsewhere()
        self.after_a_kill()

    def events(self, key, value, *more, **options):
        """The newest first, each with what CloudTrail wrote."""
        attribute = f"AttributeKey={key},AttributeValue={value}"
        words = ("cloudtrail", "lookup-events", "--lookup-attributes", attribute, *more)
        events = self.aws(*words, **options)["Events"]
        return [dict(event, told=json.loads(event["CloudTrailEvent"])) for event in events]

    def bob(self):
        self.step("1. a user, bob, who may do everything in EC2")
        self.aws("iam", "create-user", "--user-name", "bob")
        full = "arn:aws:iam::aws:policy/AmazonEC2FullAccess"
        self.aws("iam", "attach-user-policy", "--user-name", "bob", "--policy-arn", full)
        key = self.aws("iam", "create-access-key", "--user-name", "bob")["AccessKey"]
        self.secret = key["SecretAccessKey"]
        self.key = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": self.secret}

    def made_and_deleted(self):
        self.step("2. root makes a security group, bob deletes it")
        made = self.ec2("create-security-group", "--group-name", "web", "--description", "of the web servers")
        self.group = made["GroupId"]
        self.ec2("delete-security-group", "--group-id", self.group, environment=self.key)

    def who_did_it(self, sentence):
        self.step(sentence)
        [deleted] = self.events("EventName", "DeleteSecurityGroup")
        told = deleted["told"]
        self.sees((deleted["Username"], deleted["ReadOnly"]), ("bob", "false"))
        self.sees(told["userIdentity"]["type"], "IAMUser")
        self.sees(told["userIdentity"]["accessKeyId"], self.key["AWS_ACCESS_KEY_ID"])
        self.sees(told["requestParameters"], {"groupId": self.group})
        self.sees(
            (told["awsRegion"], told["eventSource"], told["sourceIPAddress"]),
            (REGION, "ec2.amazonaws.com", LAPTOP),
        )
        self.holds("aws-cli" in told["userAgent"], told["userAgent"])
        self.holds("errorCode" not in told, told)
        self.holds({"ResourceType": GROUP, "ResourceName": self.group} in deleted["Resources"], deleted["Resources"])
        [created] = self.events("EventName", "CreateSecurityGroup")
        self.sees((created["Username"], created["told"]["userIdentity"]["type"]), ("root", "Root"))
        self.sees(created["told"]["responseElements"]["groupId"], self.group)

    def found_otherwise(self):
        names = [event["EventName"] for event in self.events("ResourceName", self.group)]
        self.sees(names, ["DeleteSecurityGroup", "CreateSecurityGroup"])
        names = [event["EventName"] for event in self.events("AccessKeyId", self.key["AWS_ACCESS_KEY_ID"])]
        self.sees(names, ["DeleteSecurityGroup"])
        self.sees(self.events("EventName", "DeleteSecurityGroup", "--end-time", "2020-01-01"), [])
        self.sees(len(self.events("ReadOnly", "false", "--max-items", "1")), 1)
        # Looking is written down as well.
        self.holds(self.events("EventName", "LookupEvents"), "LookupEvents is an event")

    def refusals(self):
        self.step("6. what failed shows why")
        self.refused(
            "InvalidGroup.NotFound",
            f"The security group '{self.group}' does not exist",
            "delete-security-group",
            "--group-id",
            self.group,
        )
        told = self.events("EventName", "DeleteSecurityGroup")[0]["told"]
        self.sees(told["errorCode"], "Client.InvalidGroup.NotFound")
        self.sees(told["errorMessage"], f"The security group '{self.group}' does not exist")
        self.sees((told["userIdentity"]["type"], told["responseElements"]), ("Root", None))

    def elsewhere(self):
        self.step("7. each Region has its own; IAM's are in us-east-1, without bob's secret")
        self.sees(self.events("EventName", "DeleteSecurityGroup", region="eu-central-1"), [])
        [made] = self.events("EventName", "CreateAccessKey", region="us-east-1")
        key = made["told"]["responseElements"]["accessKey"]
        self.sees(key["accessKeyId"], self.key["AWS_ACCESS_KEY_ID"])
        self.holds(self.secret not in json.dumps(made), "the secret is in no event")

    def after_a_kill(self):
        self.step("8. what was seen is there after a kill")
        seen = [event["EventId"] for event in self.events("EventName", "DeleteSecurityGroup")]
        self.hamlet.kill()
        self.hamlet.start()
        self.sees([event["EventId"] for event in self.events("EventName", "DeleteSecurityGroup")], seen)


if __name__ == "__main__":
    harness.run(AuditTrail, both=False)
