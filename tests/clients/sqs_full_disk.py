#!/usr/bin/env python3
"""A disk that is full of messages: none is lost, all can be received and deleted, and there is room again then."""

import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from client import harness

MIB = 1 << 20


class FullDisk(harness.Lab):
    """A queue whose messages lie on a small disk of their own."""

    options = ("--instances", "none")

    def client(self):
        variables = self.hamlet.environment
        return boto3.client(
            "sqs",
            region_name=harness.REGION,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def walk(self):
        if self.user.prefix:
            raise harness.CannotRun("a small disk of its own needs root")
        self.hamlet.kill()
        with harness.small_disk(140) as folder:
            try:
                self.hamlet = harness.Hamlet(self.user, *self.options, data=self.user.own(folder))
                self.fill()
            finally:
                self.hamlet.kill()

    def fill(self):
        sqs = self.client()
        url = sqs.create_queue(QueueName="full")["QueueUrl"]
        self.step("what does not find room is refused, and nothing else")
        sent = []
        for number in range(200):
            body = f"{number:04}" + "x" * (MIB - 4)
            try:
                sent.append(sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"])
            except ClientError as error:
                seen = error.response["Error"]
                self.sees(seen["Message"], "There is no room left on the disk for messages.")
                self.sees(error.response["ResponseMetadata"]["HTTPStatusCode"], 503)
                break
        self.holds(10 <= len(sent) < 140, f"{len(sent)} messages found room")
        self.step("after a crash on a full disk all of them are there")
        self.hamlet.kill()
        self.hamlet.start()
        sqs = self.client()
        url = sqs.get_queue_url(QueueName="full")["QueueUrl"]
        found = []
        while len(found) < len(sent):
            messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
            self.holds(messages, f"{len(found)} of {len(sent)} are there")
            for message in messages:
                self.holds(len(message["Body"]) == MIB, "a message is whole")
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append(message["MessageId"])
        self.sees(sorted(found), sorted(sent))
        self.step("there is room again")
        # What a store has free inside is looked at now and then.
        end = time.monotonic() + 60
        while True:
            try:
                sqs.send_message(QueueUrl=url, MessageBody="after")
                return
            except ClientError as error:
                if time.monotonic() > end:
                    raise harness.Failed(f"there is no room again: {error}") from error
                time.sleep(0.5)


if __name__ == "__main__":
    harness.run(FullDisk, both=False)
