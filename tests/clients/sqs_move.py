#!/usr/bin/env python3
"""Messages of a dead-letter queue go back to where they were, or elsewhere; also through a crash."""

import json
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from client import harness

ACCOUNT = "123456789012"


class Moves(harness.Lab):
    """Two queues with one dead-letter queue."""

    options = ("--instances", "none")

    def client(self, service="sqs", key=None):
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

    def queue(self, name, dead=None, **attributes):
        if dead:
            attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": 1})
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def arn(self, name):
        return f"arn:aws:sqs:{harness.REGION}:{ACCOUNT}:{name}"

    def send(self, url, count, name="m", **options):
        for first in range(0, count, 10):
            numbers = range(first, min(first + 10, count))
            entries = [{"Id": str(it), "MessageBody": f"{name}{it}", **options} for it in numbers]
            self.sqs.send_message_batch(QueueUrl=url, Entries=entries)

    def fail_all(self, url, count):
        """Receives each message once, and asks again, so that it goes to the dead-letter queue."""
        seen = 0
        while seen < count:
            asked = {"MaxNumberOfMessages": 10, "VisibilityTimeout": 0, "WaitTimeSeconds": 1}
            seen += len(self.sqs.receive_message(QueueUrl=url, **asked).get("Messages", []))
        self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)

    def visible(self, url):
        name = "ApproximateNumberOfMessages"
        return int(self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])

    def bodies(self, url, count):
        found = []
        while len(found) < count:
            asked = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 5, "AttributeNames": ["All"]}
            messages = self.sqs.receive_message(QueueUrl=url, **asked).get("Messages", [])
            if not messages:
                break
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found += messages
        return [it["Body"] for it in found]

    def until(self, status, source, seconds=20):
        """The newest task of a queue, once it is so far."""
        end = time.monotonic() + seconds
        while True:
            task = self.sqs.list_message_move_tasks(SourceArn=source)["Results"][0]
            if task["Status"] == status:
                return task
            if time.monotonic() > end:
                raise harness.Failed(f"it is not {status}: {task}")
            time.sleep(0.05)

    def denied(self, code, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            self.sees(error.response["Error"]["Code"], code, f"{call.__name__} {parameters}")
            return error.response["Error"]["Message"]
        raise harness.Failed(f"{call.__name__} {parameters} was not refused")

    def walk(self):
        self.sqs = self.client()
        dead = self.queue("dead")
        one, two = self.queue("one", "dead"), self.queue("two", "dead")
        source = self.arn("dead")
        self.step("each message goes back to where it was")
        self.sees(self.sqs.list_message_move_tasks(SourceArn=source).get("Results", []), [])
        for name, url in (("one", one), ("two", two)):
            self.send(url, 30, name)
            self.fail_all(url, 30)
        end = time.monotonic() + 10
        while self.visible(dead) < 60 and time.monotonic() < end:
            for url in (one, two):
                self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        self.sees(self.visible(dead), 60)
        # Version 1 of the CLI does not ask the variable about SQS.
        there = ("sqs", "--endpoint-url", self.hamlet.environment["AWS_ENDPOINT_URL"])
        handle = self.aws(*there, "start-message-move-task", "--source-arn", source)["TaskHandle"]
        task = self.until("COMPLETED", source)
        moved = (task["ApproximateNumberOfMessagesMoved"], task["ApproximateNumberOfMessagesToMove"])
        self.sees((moved, task["SourceArn"]), ((60, 60), source))
        self.holds("TaskHandle" not in task and "DestinationArn" not in task, f"a task that has ended: {task}")
        self.sees((self.visible(dead), self.visible(one), self.visible(two)), (0, 30, 30))
        self.sees(sorted(self.bodies(one, 30)), sorted(f"one{it}" for it in range(30)))
        self.denied("ResourceNotFoundException", self.sqs.cancel_message_move_task, TaskHandle=handle)
        self.step("to another queue, so many in a second, until somebody ends it")
        other = self.queue("other")
        self.send(dead, 100)
        started = self.sqs.start_message_move_task(
            SourceArn=source, DestinationArn=self.arn("other"), MaxNumberOfMessagesPerSecond=10
        )["TaskHandle"]
        sentence = self.denied("InvalidParameterValue", self.sqs.start_message_move_task, SourceArn=source)
        self.holds("Only one active task is allowed" in sentence, sentence)
        time.sleep(2)
        running = self.sqs.list_message_move_tasks(SourceArn=source, MaxResults=10)["Results"]
        self.sees([it["Status"] for it in running], ["RUNNING", "COMPLETED"])
        self.sees((running[0]["TaskHandle"], running[0]["MaxNumberOfMessagesPerSecond"]), (started, 10))
        cancelled = self.sqs.cancel_message_move_task(TaskHandle=started)["ApproximateNumberOfMessagesMoved"]
        self.holds(5 <= cancelled <= 40, f"{cancelled} in some two seconds")
        self.until("CANCELLED", source)
        time.sleep(0.5)
        there = self.visible(other)
        self.holds(cancelled <= there <= cancelled + 10, f"{there} arrived, {cancelled} were counted")
        self.sees(self.visible(dead), 100 - there)
        self.step("a task goes on after a crash, and no message is there twice")
        self.sqs.start_message_move_task(
            SourceArn=source, DestinationArn=self.arn("other"), MaxNumberOfMessagesPerSecond=20
        )
        time.sleep(0.7)
        self.hamlet.kill()
        self.hamlet.start()
        self.sqs = self.client()
        dead, other = (self.sqs.get_queue_url(QueueName=it)["QueueUrl"] for it in ("dead", "other"))
        self.until("COMPLETED", source)
        self.sees(sorted(self.bodies(other, 100)), sorted(f"m{it}" for it in range(100)))
        self.step("what nobody can move says why")
        self.send(dead, 1)
        self.sqs.start_message_move_task(SourceArn=source)
        self.sees(self.until("FAILED", source)["FailureReason"], "CouldNotDetermineMessageSource")
        self.sees(self.visible(dead), 1)
        self.refusals(source)

    def refusals(self, source):
        self.step("what is refused")
        start = self.sqs.start_message_move_task
        self.queue("plain")
        sentence = self.denied("InvalidParameterValue", start, SourceArn=self.arn("plain"))
        self.sees(sentence, "Source queue must be configured as a Dead Letter Queue.")
        self.denied("ResourceNotFoundException", start, SourceArn=self.arn("gone"))
        self.denied("ResourceNotFoundException", start, SourceArn=source, DestinationArn=self.arn("gone"))
        self.denied("InvalidParameterValue", start, SourceArn=source, MaxNumberOfMessagesPerSecond=501)
        self.denied("InvalidParameterValue", self.sqs.cancel_message_move_task, TaskHandle="x")
        self.denied("InvalidParameterValue", self.sqs.list_message_move_tasks, SourceArn=source, MaxResults=11)
        iam = self.client("iam")
        iam.create_user(UserName="mover")
        allowed = {"Effect": "Allow", "Action": "sqs:StartMessageMoveTask", "Resource": source}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName="mover", PolicyName="own", PolicyDocument=document)
        key = iam.create_access_key(UserName="mover")["AccessKey"]
        mover = self.client(key=(key["AccessKeyId"], key["SecretAccessKey"]))
        sentence = self.denied(
            "AccessDenied", mover.start_message_move_task, SourceArn=source, DestinationArn=self.arn("other")
        )
        self.holds("sqs:sendmessage" in sentence.lower(), sentence)
        mover.start_message_move_task(SourceArn=source)


if __name__ == "__main__":
    harness.run(Moves)
