#!/usr/bin/env python3
"""Queues by Terraform: one with a dead-letter queue and a policy, and a FIFO queue, which messages go through."""

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

    def packets(self):
        self.sqs("send-message", "--queue-url", self.output("jobs"), "--message-body", "hello")
        [message] = self.sqs("receive-message", "--queue-url", self.output("jobs"))["Messages"]
        self.sees(message["Body"], "hello", "after its second, within the five that the queue waits")
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
