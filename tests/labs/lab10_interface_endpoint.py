#!/usr/bin/env python3
"""Lab 10: SNS from a VPC without any way out, through an interface endpoint with private DNS.

A private server lists and publishes to topics by the service's normal name; the endpoint's group and its policy each
stop it; a topic can be locked to the endpoint; what is published reaches a queue, which the server reads through a
second endpoint; a consumer in another VPC comes over peering. Then all is cleaned up."""

import json

import harness
from harness import ACCOUNT, REGION
from network import NetworkLab, document

SNS = f"sns.{REGION}.amazonaws.com"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:inbox"


class SnsInAClosedVpc(NetworkLab):
    def walk(self):
        self.with_the_cli()
        self.closed_vpc()
        self.topic_and_queue()
        self.nothing_leads_there()
        self.an_endpoint()
        self.to_a_queue()
        self.group()
        self.policy()
        self.locked_topic()
        self.over_peering()
        self.without_private_dns()
        self.clean_up()

    def closed_vpc(self):
        self.step("1. a VPC with two private subnets, a server with a role, and another VPC with a consumer")
        self.vpc, self.other = self.make_vpc("10.0.0.0/16"), self.make_vpc("10.1.0.0/16")
        for vpc in (self.vpc, self.other):
            self.ec2("modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames", "Value=true")
        self.subnets = [self.subnet(self.vpc, f"10.0.{place}.0/24", "ab"[place]) for place in (0, 1)]
        far = self.subnet(self.other, "10.1.0.0/24", "a")
        self.role_for_servers("shop", ["sns:*", "sqs:*"])
        profile = ("--iam-instance-profile", "Name=shop")
        self.shop = self.launch("shop", self.subnets[0], self.default_group(self.vpc), *profile)
        self.consumer = self.launch("consumer", far, self.default_group(self.other), *profile)
        self.wait_running(self.shop, self.consumer)
        self.booted(self.shop, self.consumer)

    def topic_and_queue(self):
        self.step("2. from the user's own machine a topic, and a queue that it may send to")
        self.sees(self.aws("sns", "create-topic", "--name", "orders")["TopicArn"], TOPIC)
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": QUEUE,
            "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
        }
        attributes = json.dumps({"Policy": document(statement)})
        self.queue = self.sqs("create-queue", "--queue-name", "inbox", "--attributes", attributes)["QueueUrl"]
        subscribe = ("--topic-arn", TOPIC, "--protocol", "sqs", "--notification-endpoint", QUEUE)
        self.subscription = self.aws("sns", "subscribe", *subscribe, "--return-subscription-arn")["SubscriptionArn"]

    def sqs(self, *words):
        """Version 1 of the CLI calls SQS by its name of before, whatever the environment says."""
        return self.aws("sqs", *words, "--endpoint-url", self.hamlet.environment["AWS_ENDPOINT_URL"])

    def sqs_inside(self, *words):
        """The same inside: private DNS does not know that name, on AWS neither."""
        return self.call("sqs", *words, "--endpoint-url", f"https://sqs.{REGION}.amazonaws.com")

    def call(self, *words, instance=None):
        environment = ("env", "AWS_MAX_ATTEMPTS=1", f"AWS_REGION={REGION}")
        limits = ("--cli-connect-timeout", "4", "--output", "json")
        return self.inside(instance or self.shop, *environment, "aws", *words, *limits, seconds=60)

    def topics(self, *more, instance=None):
        """The topics that the server sees; nothing if nobody answers."""
        heard = self.call("sns", "list-topics", *more, instance=instance)
        no_answer = "Connect timeout" in heard.err or "Could not connect" in heard.err
        self.holds(heard.code == 0 or no_answer, heard)
        return [it["TopicArn"] for it in json.loads(heard.out)["Topics"]] if heard.code == 0 else None

    def nothing_leads_there(self):
        self.step("3. without an endpoint the command ends with a time-out")
        self.sees(self.topics(), None)

    def endpoint(self, service, *more):
        words = ("--vpc-id", self.vpc, "--vpc-endpoint-type", "Interface")
        name = ("--service-name", f"com.amazonaws.{REGION}.{service}", "--security-group-ids", self.doors)
        made = self.ec2("create-vpc-endpoint", *words, *name, "--subnet-ids", *self.subnets, *more)
        return made["VpcEndpoint"]

    def open_doors(self):
        rule = ("--protocol", "tcp", "--port", "443", "--cidr", "10.0.0.0/8")
        self.ec2("authorize-security-group-ingress", "--group-id", self.doors, *rule)

    def an_endpoint(self):
        self.step("4. with one in each zone, and private DNS, it answers by its normal name and by its own")
        words = ("--group-name", "doors", "--description", "doors", "--vpc-id", self.vpc)
        self.doors = self.ec2("create-security-group", *words)["GroupId"]
        self.open_doors()
        made = self.endpoint("sns")
        self.door, self.names = made["VpcEndpointId"], [it["DnsName"] for it in made["DnsEntries"]]
        self.sees(self.names[-1], SNS)
        self.sees(self.topics(), [TOPIC])
        for name in self.names[:-1]:
            self.sees(self.topics("--endpoint-url", f"https://{name}"), [TOPIC])
        told = self.trace("shop", SNS, "tcp/443")
        self.holds(told["reachable"] and self.door in told["text"], told["text"])

    def to_a_queue(self):
        self.step("5. what is published is in the queue, which a second endpoint leads to")
        self.queue_door = self.endpoint("sqs")["VpcEndpointId"]
        heard = self.call("sns", "publish", "--topic-arn", TOPIC, "--message", "two pears", "--subject", "order")
        number = json.loads(heard.out)["MessageId"]
        receive = ("receive-message", "--queue-url", self.queue, "--wait-time-seconds", "5")
        [message] = json.loads(self.sqs_inside(*receive).out)["Messages"]
        notification = json.loads(message["Body"])
        found = {name: notification[name] for name in ("Type", "MessageId", "TopicArn", "Subject", "Message")}
        wanted = {"Type": "Notification", "MessageId": number, "TopicArn": TOPIC, "Subject": "order"}
        self.sees(found, {**wanted, "Message": "two pears"})
        handle = ("--receipt-handle", message["ReceiptHandle"])
        self.sees(self.sqs_inside("delete-message", "--queue-url", self.queue, *handle).code, 0)
        counts = ("--queue-url", self.queue, "--attribute-names", "All")
        left = json.loads(self.sqs_inside("get-queue-attributes", *counts).out)["Attributes"]
        self.sees((left["ApproximateNumberOfMessages"], left["ApproximateNumberOfMessagesNotVisible"]), ("0", "0"))

    def group(self):
        self.step("6. the endpoint's group stops it")
        rule = ("--protocol", "tcp", "--port", "443", "--cidr", "10.0.0.0/8")
        self.ec2("revoke-security-group-ingress", "--group-id", self.doors, *rule)
        self.sees(self.topics(), None)
        self.open_doors()
        self.sees(self.topics(), [TOPIC])

    def policy(self):
        self.step("7. the endpoint's policy stops it, in the service's words")
        everybody = {"Effect": "Allow", "Principal": "*", "Resource": "*"}
        change = ("--vpc-endpoint-id", self.door, "--policy-document")
        self.ec2("modify-vpc-endpoint", *change, document({**everybody, "Action": "sns:ListTopics"}))
        self.sees(self.topics(), [TOPIC])
        heard = self.call("sns", "publish", "--topic-arn", TOPIC, "--message", "no")
        why = f"is not authorized to perform: SNS:Publish on resource: {TOPIC} because no VPC endpoint policy allows"
        self.holds(heard.code and "AuthorizationError" in heard.err and why.lower() in heard.err.lower(), heard)
        self.ec2("modify-vpc-endpoint", "--vpc-endpoint-id", self.door, "--reset-policy")
        self.sees(self.call("sns", "publish", "--topic-arn", TOPIC, "--message", "yes").code, 0)

    def locked_topic(self):
        self.step("8. a topic that only the endpoint leads to: its owner publishes from inside alone")
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": TOPIC,
            "Condition": {"StringNotEquals": {"aws:SourceVpce": self.door}},
        }
        lock = ("--topic-arn", TOPIC, "--attribute-name", "Policy", "--attribute-value", document(statement))
        self.aws("sns", "set-topic-attributes", *lock)
        heard = self.call("sns", "publish", "--topic-arn", TOPIC, "--message", "from inside")
        self.sees(heard.code, 0, heard)
        heard = self.aws_result("sns", "publish", "--topic-arn", TOPIC, "--message", "from outside")
        self.holds(heard.code and "AuthorizationError" in heard.err, heard)

    def over_peering(self):
        self.step("9. the consumer comes over peering by the endpoint's own name, and not by the normal one")
        asked = self.ec2("create-vpc-peering-connection", "--vpc-id", self.vpc, "--peer-vpc-id", self.other)
        self.peering = asked["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        self.ec2("accept-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)
        for vpc, block in ((self.vpc, "10.1.0.0/16"), (self.other, "10.0.0.0/16")):
            self.route(self.main_table(vpc), block, "--vpc-peering-connection-id", self.peering)
        by_name = ("--endpoint-url", f"https://{self.names[0]}")
        self.sees(self.topics(*by_name, instance=self.consumer), [TOPIC])
        publish = ("sns", "publish", "--topic-arn", TOPIC, "--message", "from afar")
        self.sees(self.call(*publish, *by_name, instance=self.consumer).code, 0)
        self.sees(self.topics(instance=self.consumer), None)

    def without_private_dns(self):
        self.step("10. without private DNS the normal name leads nowhere")
        self.ec2("modify-vpc-endpoint", "--vpc-endpoint-id", self.door, "--no-private-dns-enabled")
        self.sees(self.topics(), None)
        self.sees(self.topics("--endpoint-url", f"https://{self.names[0]}"), [TOPIC])

    def clean_up(self):
        self.step("11. cleaned up in the tutorial's order, nothing is left")
        self.terminate(self.shop, self.consumer)
        gone = self.ec2("delete-vpc-endpoints", "--vpc-endpoint-ids", self.door, self.queue_door)
        self.sees(gone["Unsuccessful"], [])
        self.ec2("delete-vpc-peering-connection", "--vpc-peering-connection-id", self.peering)
        self.aws("sns", "unsubscribe", "--subscription-arn", self.subscription)
        self.aws("sns", "delete-topic", "--topic-arn", TOPIC)
        self.sqs("delete-queue", "--queue-url", self.queue)
        self.sees(self.aws("sns", "list-topics").get("Topics"), [])
        self.sees((self.sqs("list-queues") or {}).get("QueueUrls", []), [])
        self.ec2("delete-security-group", "--group-id", self.doors)
        for vpc in (self.vpc, self.other):
            found = self.ec2("describe-subnets", "--filters", f"Name=vpc-id,Values={vpc}")["Subnets"]
            for subnet in found:
                self.ec2("delete-subnet", "--subnet-id", subnet["SubnetId"])
            self.ec2("delete-vpc", "--vpc-id", vpc)


if __name__ == "__main__":
    harness.run(SnsInAClosedVpc)
