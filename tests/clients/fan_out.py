#!/usr/bin/env python3
"""Topics of SNS and queues of SQS: who gets what, in which form, signed by whom, and what becomes of the rest."""

import base64
import json
import subprocess
import urllib.request

import boto3
from botocore.config import Config

from client import harness

ACCOUNT, PEER = "123456789012", "222222222222"
SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class FanOut(harness.Lab):
    """A topic, queues that want some of it, and one that is gone."""

    options = ("--instances", "none")

    def client(self, service, key=None):
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

    def queue(self, name, topic=None, sqs=None, **attributes):
        """A queue that lets a topic send; its URL and ARN."""
        sqs = sqs or self.sqs
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        if topic:
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }
            policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return url, arn

    def heard(self, url, sqs=None, wait=0):
        sqs = sqs or self.sqs
        asked = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": wait, "MessageAttributeNames": ["All"]}
        messages = sqs.receive_message(QueueUrl=url, AttributeNames=["All"], **asked).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return messages

    def verify(self, body, digest):
        """As the guide has it, with openssl and the certificate that the message names."""
        folder = self.user.stage
        path = "/" + body["SigningCertURL"].rsplit("/", 1)[1]
        with urllib.request.urlopen(self.hamlet.environment["AWS_ENDPOINT_URL"] + path) as answer:
            (folder / "certificate").write_bytes(answer.read())
        text = "".join(f"{name}\n{body[name]}\n" for name in SIGNED if name in body)
        (folder / "text").write_text(text)
        (folder / "signature").write_bytes(base64.b64decode(body["Signature"]))
        key = ["openssl", "x509", "-pubkey", "-noout", "-in", "certificate", "-out", "key"]
        subprocess.run(key, cwd=folder, check=True)
        check = ["openssl", "dgst", f"-{digest}", "-verify", "key", "-signature", "signature", "text"]
        checked = subprocess.run(check, cwd=folder, capture_output=True, text=True)
        self.sees(checked.stdout, "Verified OK\n", "the signature")

    def walk(self):
        self.sns, self.sqs = self.client("sns"), self.client("sqs")
        topic = self.sns.create_topic(Name="alarms")["TopicArn"]
        self.step("each queue gets what it wants, as it wants it")
        self.some_of_it(topic)
        self.step("what cannot be delivered goes to the queue for that")
        self.redrive(topic)
        self.step("another account's queue is asked first")
        self.confirmation(topic)
        self.step("a FIFO topic keeps the order, and takes each message once")
        self.in_order()

    def some_of_it(self, topic):
        everything, arn = self.queue("everything", topic)
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        red, arn = self.queue("red", topic)
        wanted = {"RawMessageDelivery": "true", "FilterPolicy": '{"colour": ["red"], "price": [{"numeric": [">", 5]}]}'}
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=wanted)
        bodies, arn = self.queue("bodies", topic)
        wanted = {"FilterPolicyScope": "MessageBody", "FilterPolicy": '{"order": {"state": [{"prefix": "can"}]}}'}
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=wanted)
        closed, arn = self.queue("closed")
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        colour = {"colour": {"DataType": "String", "StringValue": "red"}}
        dear = {**colour, "price": {"DataType": "Number", "StringValue": "5.01"}}
        cheap = {**colour, "price": {"DataType": "Number", "StringValue": "5"}}
        said = self.sns.publish(TopicArn=topic, Message="hello", Subject="greeting", MessageAttributes=dear)
        self.sns.publish(TopicArn=topic, Message="cheap", MessageAttributes=cheap)
        order = json.dumps({"order": [{"state": "new"}, {"state": "cancelled"}]})
        self.sns.publish(TopicArn=topic, Message=order)
        heard = [json.loads(it["Body"]) for it in self.heard(everything)]
        self.sees(sorted(it["Message"] for it in heard), sorted(["hello", "cheap", order]))
        [greeting] = [it for it in heard if it["Message"] == "hello"]
        self.sees((greeting["MessageId"], greeting["Subject"]), (said["MessageId"], "greeting"))
        self.sees(greeting["MessageAttributes"]["price"], {"Type": "Number", "Value": "5.01"})
        self.verify(greeting, "sha1")
        [raw] = self.heard(red)
        self.sees((raw["Body"], raw["MessageAttributes"]["price"]["StringValue"]), ("hello", "5.01"))
        self.sees([json.loads(it["Body"])["Message"] for it in self.heard(bodies)], [order])
        self.sees(self.heard(closed), [], "a queue whose policy does not let the topic")
        self.sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
        entries = [{"Id": str(it), "Message": f"message {it}"} for it in range(10)]
        batch = self.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        self.sees((len(batch["Successful"]), batch["Failed"]), (10, []))
        heard = [json.loads(it["Body"]) for it in self.heard(everything)]
        self.sees(len(heard), 10)
        self.verify(heard[0], "sha256")

    def redrive(self, topic):
        gone, arn = self.queue("gone", topic)
        dead, dead_arn = self.queue("dead", topic)
        redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn})}
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=redrive)
        self.sqs.delete_queue(QueueUrl=gone)
        self.sns.publish(TopicArn=topic, Message="for nobody")
        self.sees([json.loads(it["Body"])["Message"] for it in self.heard(dead)], ["for nobody"])

    def confirmation(self, topic):
        theirs, peer = self.client("sqs", (PEER, "none")), self.client("sns", (PEER, "none"))
        url, arn = self.queue("theirs", topic, theirs)
        pending = self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self.sees(pending["SubscriptionArn"], "pending confirmation")
        [asked] = [json.loads(it["Body"]) for it in self.heard(url, theirs, wait=20)]
        self.sees((asked["Type"], asked["TopicArn"]), ("SubscriptionConfirmation", topic))
        self.verify(asked, "sha256")
        self.sns.publish(TopicArn=topic, Message="too early")
        self.sees(self.heard(url, theirs), [])
        self.sns.add_permission(
            TopicArn=topic, Label="peer", AWSAccountId=[PEER], ActionName=["Subscribe", "GetTopicAttributes"]
        )
        self.sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
        self.sns.publish(TopicArn=topic, Message="welcome")
        self.sees([json.loads(it["Body"])["Message"] for it in self.heard(url, theirs)], ["welcome"])
        _, arn = self.queue("own", topic, theirs)
        made = peer.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
        self.holds(made.startswith(topic), "who owns the queue need not be asked")

    def in_order(self):
        fifo = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
        topic = self.sns.create_topic(Name="orders.fifo", Attributes=fifo)["TopicArn"]
        url, arn = self.queue("orders.fifo", topic, FifoQueue="true")
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        for number in range(8):
            for _ in range(2):
                self.sns.publish(TopicArn=topic, Message=f"order {number}", MessageGroupId="shop")
        heard = self.heard(url)
        bodies = [json.loads(it["Body"]) for it in heard]
        self.sees([it["Message"] for it in bodies], [f"order {number}" for number in range(8)])
        self.sees({it["Attributes"]["MessageGroupId"] for it in heard}, {"shop"})
        self.holds("Signature" not in bodies[0], "FIFO topics do not sign")
        numbers = [it["SequenceNumber"] for it in bodies]
        self.sees(numbers, sorted(numbers))


if __name__ == "__main__":
    harness.run(FanOut)
