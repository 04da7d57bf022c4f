#!/usr/bin/env python3
"""SNS by boto3 and the aws CLI: topics, subscriptions, who may, and in which words they may not."""

import json
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from client import harness

ACCOUNT, PEER = "123456789012", "222222222222"
DEFAULT_ACTIONS = [
    "SNS:GetTopicAttributes",
    "SNS:SetTopicAttributes",
    "SNS:AddPermission",
    "SNS:RemovePermission",
    "SNS:DeleteTopic",
    "SNS:Subscribe",
    "SNS:ListSubscriptionsByTopic",
    "SNS:Publish",
]


class Topics(harness.Lab):
    """One topic's life, by its owner, by users, and by another account."""

    options = ("--instances", "none")

    def client(self, service="sns", key=None):
        variables = self.hamlet.environment
        access, secret = key or (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])
        return boto3.client(
            service,
            region_name=harness.REGION,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def denied(self, code, message, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            seen = error.response["Error"]
            self.sees((seen["Code"], seen["Message"]), (code, message), call.__name__)
            return
        raise harness.Failed(f"{call.__name__} {parameters} was not refused")

    def user_named(self, name, *statements):
        """A user's key."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return self.client(key=(made["AccessKeyId"], made["SecretAccessKey"]))

    def walk(self):
        self.step("a topic by the aws CLI, as AWS makes it")
        topic = self.aws("sns", "create-topic", "--name", "alarms", "--tags", "Key=team,Value=blue")["TopicArn"]
        self.sees(topic, f"arn:aws:sns:{harness.REGION}:{ACCOUNT}:alarms")
        shown = self.aws("sns", "get-topic-attributes", "--topic-arn", topic)["Attributes"]
        policy = json.loads(shown["Policy"])
        self.sees((policy["Id"], policy["Statement"][0]["Action"]), ("__default_policy_ID", DEFAULT_ACTIONS))
        effective = json.loads(shown["EffectiveDeliveryPolicy"])["http"]
        self.sees(effective["defaultHealthyRetryPolicy"]["numRetries"], 3)
        mapped = self.aws("resourcegroupstaggingapi", "get-resources", "--resource-type-filters", "sns")
        self.sees([it["ResourceARN"] for it in mapped["ResourceTagMappingList"]], [topic])
        sns = self.client()
        self.subscriptions(sns, topic)
        self.leave(sns, topic)
        self.crash(sns, topic)

    def subscriptions(self, sns, topic):
        self.step("who hears of it, and which of it")
        queue = f"arn:aws:sqs:{harness.REGION}:{ACCOUNT}:jobs"
        words = ("--protocol", "sqs", "--notification-endpoint", queue, "--return-subscription-arn")
        filtered = ("--attributes", json.dumps({"FilterPolicy": '{"colour":["red"]}', "RawMessageDelivery": "true"}))
        one = self.aws("sns", "subscribe", "--topic-arn", topic, *words, *filtered)["SubscriptionArn"]
        shown = sns.get_subscription_attributes(SubscriptionArn=one)["Attributes"]
        self.sees((shown["FilterPolicyScope"], shown["PendingConfirmation"]), ("MessageAttributes", "false"))
        mail = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="someone@example.com")
        self.sees(mail["SubscriptionArn"], "pending confirmation")
        self.denied(
            "InvalidParameter",
            "Invalid parameter: FilterPolicy: Bottom must be less than top\n at [Source: REDACTED "
            "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 40]",
            sns.set_subscription_attributes,
            SubscriptionArn=one,
            AttributeName="FilterPolicy",
            AttributeValue='{"price": [{"numeric": [">", 3, "<", 1]}]}',
        )
        for number in range(105):
            sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=f"+1555123{number:04}")
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        self.sees([len(page["Subscriptions"]) for page in pages], [100, 7])
        sns.unsubscribe(SubscriptionArn=one)
        counted = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        counts = [counted[f"Subscriptions{it}"] for it in ("Confirmed", "Pending", "Deleted")]
        self.sees(counts, ["105", "1", "1"])
        self.holds(sns.publish(TopicArn=topic, Message="hello")["MessageId"], "a message that nobody here can hear")

    def leave(self, sns, topic):
        self.step("who may, and the words for who may not")
        nobody = self.user_named("nobody")
        refused = (
            f"User: arn:aws:iam::{ACCOUNT}:user/nobody is not authorized to perform: SNS:Publish on resource: {topic} "
            "because no identity-based policy allows the SNS:Publish action"
        )
        self.denied("AuthorizationError", refused, nobody.publish, TopicArn=topic, Message="hello")
        mail_only = self.user_named(
            "mailer",
            {
                "Effect": "Allow",
                "Action": "sns:Subscribe",
                "Resource": topic,
                "Condition": {
                    "StringEquals": {"sns:Protocol": "email"},
                    "StringLike": {"sns:Endpoint": "*@example.com"},
                },
            },
        )
        mail_only.subscribe(TopicArn=topic, Protocol="email", Endpoint="other@example.com")
        refused = (
            f"User: arn:aws:iam::{ACCOUNT}:user/mailer is not authorized to perform: SNS:Subscribe on resource: "
            f"{topic} because no identity-based policy allows the SNS:Subscribe action"
        )
        phone = {"TopicArn": topic, "Protocol": "sms", "Endpoint": "+15551230000"}
        self.denied("AuthorizationError", refused, mail_only.subscribe, **phone)
        peer = self.client(key=(PEER, "none"))
        refused = (
            f"User: arn:aws:iam::{PEER}:root is not authorized to perform: SNS:Publish on resource: {topic} because no "
            "resource-based policy allows the SNS:Publish action"
        )
        self.denied("AuthorizationError", refused, peer.publish, TopicArn=topic, Message="hello")
        sns.add_permission(TopicArn=topic, Label="peer", AWSAccountId=[PEER], ActionName=["Publish"])
        peer.publish(TopicArn=topic, Message="hello")
        policy = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
        everybody = {"Sid": "closed", "Effect": "Deny", "Principal": "*", "Action": "SNS:Publish", "Resource": topic}
        policy["Statement"].append(everybody)
        sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
        refused = (
            f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: SNS:Publish on resource: {topic} with an "
            "explicit deny in a resource-based policy"
        )
        self.denied("AuthorizationError", refused, sns.publish, TopicArn=topic, Message="hello")
        events = self.client("cloudtrail").lookup_events()["Events"]
        names = {it["EventName"] for it in events}
        self.holds("AddPermission" in names and "Publish" not in names, f"what is said is no management event: {names}")

    def crash(self, sns, topic):
        self.step("what was answered is there after a crash, and no file is anybody's who asks for it")
        before = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        self.hamlet.kill()
        self.hamlet.start()
        sns = self.client()
        self.sees(sns.get_topic_attributes(TopicArn=topic)["Attributes"], before)
        for path in ("SimpleNotificationService-0.pem", "notification-signing.pem"):
            try:
                urllib.request.urlopen(f"{self.hamlet.environment['AWS_ENDPOINT_URL']}/{path}")
            except urllib.error.HTTPError as error:
                self.holds(error.code >= 400, path)
            else:
                raise harness.Failed(f"{path} was given away")
        sns.delete_topic(TopicArn=topic)
        self.sees(self.aws("sns", "list-subscriptions")["Subscriptions"], [])


if __name__ == "__main__":
    harness.run(Topics)
