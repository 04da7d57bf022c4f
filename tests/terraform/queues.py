#!/usr/bin/env python3
"""Queues by Terraform: one that a bucket tells what is put into it, with a dead-letter queue, and a FIFO queue."""

import json

from terraform import TerraformLab, harness


class Queues(TerraformLab):
    folder = "queues"
    options = ("--instances", "none")
    use = "messages are sent and received"
    changed = {"wait": 7}

    def sqs(self, *words):
        # The aws CLI of version 1 does not ask the environment where SQS is.
        return self.aws("--endpoint-url", self.hamlet.environment["AWS_ENDPOINT_URL"], "sqs", *words)

    def setting(self, queue, name):
        words = ("get-queue-attributes", "--queue-url", self.output(queue), "--attribute-names", name)
        return self.sqs(*words)["Attributes"][name]

    def next_body(self):
        """What the next message says, which is taken off the queue."""
        queue = ("--queue-url", self.output("jobs"))
        [message] = self.sqs("receive-message", *queue)["Messages"]
        self.sqs("delete-message", *queue, "--receipt-handle", message["ReceiptHandle"])
        return message["Body"]

    def packets(self):
        self.sees(json.loads(self.next_body())["Event"], "s3:TestEvent")
        self.sqs("send-message", "--queue-url", self.output("jobs"), "--message-body", "hello")
        self.sees(self.next_body(), "hello", "after its second, within the five that the queue waits")
        for key in ("out/1", "in/1"):
            self.aws("s3api", "put-object", "--bucket", "uploads-by-terraform", "--key", key)
        [told] = json.loads(self.next_body())["Records"]
        self.sees((told["eventName"], told["s3"]["object"]["key"]), ("ObjectCreated:Put", "in/1"))
        group = ("--message-group-id", "g")
        for _ in range(2):
            self.sqs("send-message", "--queue-url", self.output("orders"), "--message-body", "once", *group)
        self.sees(self.setting("orders", "ApproximateNumberOfMessages"), "1", "copies by content")

    def after_change(self):
        self.sees(self.setting("jobs", "ReceiveMessageWaitTimeSeconds"), "7")

    def drift(self):
        self.sqs("set-queue-attributes", "--queue-url", self.output("jobs"), "--attributes", "DelaySeconds=9")


if __name__ == "__main__":
    harness.run(Queues, both=False)
