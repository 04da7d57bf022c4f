#!/usr/bin/env python3
"""Queues by boto3, by the aws CLI and by forms of the query protocol: what is sent is received once, in order where
that is promised, and is there after a power cut."""

import concurrent.futures
import http.client
import json
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from client import harness

ACCOUNT = "123456789012"
# How many messages are sent while the power is cut.
SENT = 300


class Queues(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.hamlet = harness.Hamlet(self.user, *self.options)
        self.standard()
        self.attributes_and_batches()
        self.long_poll()
        self.fifo()
        self.dead_letters()
        self.settings()
        self.forms()
        self.permissions()
        self.cut()
        self.cut_while_deleting()

    # What a test does.

    def client(self, key=None, secret=None):
        environment = self.hamlet.environment
        return boto3.client(
            "sqs",
            region_name="us-west-2",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=key or environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=secret or environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}, max_pool_connections=64),
        )

    def queue(self, name, **attributes):
        return self.client().create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def fails(self, code, message, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            found = error.response["Error"]
            self.sees((found["Code"], found["Message"]), (code, message), str(parameters))
            return error.response
        raise harness.Failed(f"{call} {parameters} is not refused by {code}")

    def raises(self, exception, call, **parameters):
        try:
            call(**parameters)
        except exception:
            return
        raise harness.Failed(f"{call} {parameters} does not raise {exception}")

    def received(self, url, **options):
        return self.client().receive_message(QueueUrl=url, **options).get("Messages", [])

    # What is tested.

    def standard(self):
        self.step("a queue: send, receive, see nothing meanwhile, delete")
        sqs = self.client()
        url = self.queue("jobs")
        self.sees(url, f"{self.hamlet.environment['AWS_ENDPOINT_URL'].rstrip('/')}/{ACCOUNT}/jobs")
        self.sees(sqs.get_queue_url(QueueName="jobs")["QueueUrl"], url)
        self.sees(sqs.list_queues(QueueNamePrefix="jo")["QueueUrls"], [url])
        self.holds("QueueUrls" not in sqs.list_queues(QueueNamePrefix="x"), "no list where there are none")
        aws = f"https://sqs.us-west-2.amazonaws.com/{ACCOUNT}/jobs"
        sent = sqs.send_message(QueueUrl=aws, MessageBody="hello")
        names = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        (message,) = self.received(url, **names)
        self.sees((message["Body"], message["MessageId"]), ("hello", sent["MessageId"]))
        self.sees(message["Attributes"]["ApproximateReceiveCount"], "1")
        self.sees(message["Attributes"]["SenderId"], ACCOUNT)
        self.sees(self.received(url), [])
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesNotVisible"])
        self.sees(counts["Attributes"], {"ApproximateNumberOfMessagesNotVisible": "1"})
        handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
        sqs.change_message_visibility(**handle, VisibilityTimeout=0)
        (again,) = self.received(url, **names)
        self.sees(again["Attributes"]["ApproximateReceiveCount"], "2")
        sqs.delete_message(**handle)
        sentence = (
            f"Value {handle['ReceiptHandle']} for parameter ReceiptHandle is invalid. Reason: Message does not exist "
            "or is not available for visibility timeout change."
        )
        self.fails("InvalidParameterValue", sentence, sqs.change_message_visibility, **handle, VisibilityTimeout=0)
        sentence = 'The input receipt handle "x" is not a valid receipt handle.'
        self.fails("ReceiptHandleIsInvalid", sentence, sqs.delete_message, QueueUrl=url, ReceiptHandle="x")
        gone = {"QueueUrl": url + "x"}
        answer = self.fails(
            "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.", sqs.purge_queue, **gone
        )
        self.sees(answer["Error"]["QueryErrorCode"], "QueueDoesNotExist")
        self.sees(answer["Error"]["Type"], "Sender")
        self.raises(sqs.exceptions.QueueDoesNotExist, sqs.purge_queue, **gone)
        body = "x" * (1 << 20)
        sqs.send_message(QueueUrl=url, MessageBody=body)
        self.sees(len(self.received(url)[0]["Body"]), 1 << 20)
        sentence = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
        self.fails("InvalidParameterValue", sentence, sqs.send_message, QueueUrl=url, MessageBody=body + "x")
        self.fails(
            "MissingParameter",
            "The request must contain the parameter MessageBody.",
            sqs.send_message,
            QueueUrl=url,
            MessageBody="",
        )
        sqs.purge_queue(QueueUrl=url)
        sentence = "Only one PurgeQueue operation on jobs is allowed every 60 seconds."
        self.fails("AWS.SimpleQueueService.PurgeQueueInProgress", sentence, sqs.purge_queue, QueueUrl=url)

    def attributes_and_batches(self):
        self.step("attributes with their sums, batches, delays; the same by the aws CLI")
        sqs, url = self.client(), self.queue("batches")
        attributes = {
            "city": {"DataType": "String", "StringValue": "Zürich"},
            "count": {"DataType": "Number.int", "StringValue": "7"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        }
        entries = [{"Id": str(it), "MessageBody": f"m{it}", "MessageAttributes": attributes} for it in range(9)]
        entries.append({"Id": "late", "MessageBody": "late", "DelaySeconds": 1})
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        self.sees(len(answer["Successful"]), 10)
        # botocore checks the sums of bodies, and both sides' sums of attributes are the same.
        sums = {it["MD5OfMessageAttributes"] for it in answer["Successful"] if it["Id"] != "late"}
        wanted = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        messages = self.received(url, **wanted)
        self.sees(sorted(it["Body"] for it in messages), [f"m{it}" for it in range(9)])
        self.sees({it["MD5OfMessageAttributes"] for it in messages}, sums)
        self.sees(messages[0]["MessageAttributes"], attributes)
        handles = [{"Id": str(n), "ReceiptHandle": it["ReceiptHandle"]} for n, it in enumerate(messages)]
        handles.append({"Id": "x", "ReceiptHandle": "x"})
        deleted = sqs.delete_message_batch(QueueUrl=url, Entries=handles)
        self.sees((len(deleted["Successful"]), deleted["Failed"][0]["Code"]), (9, "ReceiptHandleIsInvalid"))
        (late,) = self.received(url, WaitTimeSeconds=5)
        self.sees(late["Body"], "late")
        code = "AWS.SimpleQueueService.EmptyBatchRequest"
        sentence = "There should be at least one SendMessageBatchRequestEntry in the request."
        self.fails(code, sentence, sqs.send_message_batch, QueueUrl=url, Entries=[])
        # The aws CLI of version 1 does not ask the environment where SQS is.
        there = ("--endpoint-url", self.hamlet.environment["AWS_ENDPOINT_URL"])
        said = self.aws(*there, "sqs", "send-message", "--queue-url", url, "--message-body", "by hand")
        shown = self.aws(*there, "sqs", "receive-message", "--queue-url", url)["Messages"]
        self.sees([(it["MessageId"], it["Body"]) for it in shown], [(said["MessageId"], "by hand")])

    def long_poll(self):
        self.step("who waits is told at once, and who waits in vain is told in time")
        sqs, url = self.client(), self.queue("waiting")
        began = time.monotonic()
        self.sees(self.received(url, WaitTimeSeconds=1), [])
        self.holds(0.9 < time.monotonic() - began < 2, "a second is a second")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.received, url, WaitTimeSeconds=20)
            time.sleep(0.5)
            sent = time.monotonic()
            sqs.send_message(QueueUrl=url, MessageBody="news")
            self.sees([it["Body"] for it in waiting.result()], ["news"])
            self.holds(time.monotonic() - sent < 0.5, "it comes at once")
            # Many wait, and each message has one who gets it.
            waiting = [pool.submit(self.received, url, WaitTimeSeconds=3) for _ in range(8)]
            time.sleep(0.3)
            for number in range(4):
                sqs.send_message(QueueUrl=url, MessageBody=str(number))
            bodies = [message["Body"] for it in waiting for message in it.result()]
        self.sees(sorted(bodies), ["0", "1", "2", "3"])

    def fifo(self):
        self.step("FIFO: groups in order, copies once")
        sqs = self.client()
        url = self.queue("orders.fifo", FifoQueue="true")

        def send(body, group, identifier):
            named = {"MessageGroupId": group, "MessageDeduplicationId": identifier}
            return sqs.send_message(QueueUrl=url, MessageBody=body, **named)

        first = send("a1", "a", "1")
        copy = send("a1", "a", "1")
        self.sees((copy["MessageId"], copy["SequenceNumber"]), (first["MessageId"], first["SequenceNumber"]))
        second = send("a2", "a", "2")
        self.holds(int(second["SequenceNumber"]) > int(first["SequenceNumber"]), "numbers grow")
        send("b1", "b", "3")
        (one,) = self.received(url)
        self.sees(one["Body"], "a1")
        self.sees([it["Body"] for it in self.received(url, MaxNumberOfMessages=10)], ["b1"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        self.sees([it["Body"] for it in self.received(url, MaxNumberOfMessages=10)], ["a2"])
        sentence = "The request must contain the parameter MessageGroupId."
        self.fails("MissingParameter", sentence, sqs.send_message, QueueUrl=url, MessageBody="x")
        sentence = "The queue should either have ContentBasedDeduplication enabled or "
        sentence += "MessageDeduplicationId provided explicitly"
        group = {"QueueUrl": url, "MessageBody": "x", "MessageGroupId": "g"}
        self.fails("InvalidParameterValue", sentence, sqs.send_message, **group)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"ContentBasedDeduplication": "true"})
        self.sees(sqs.send_message(**group)["MessageId"], sqs.send_message(**group)["MessageId"])

    def dead_letters(self):
        self.step("what is received too often goes to the dead-letter queue")
        sqs, dead = self.client(), self.queue("dead")
        arn = f"arn:aws:sqs:us-west-2:{ACCOUNT}:dead"
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
        url = self.queue("poisoned", RedrivePolicy=policy, VisibilityTimeout="0")
        self.sees(sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"], [url])
        sqs.send_message(QueueUrl=url, MessageBody="poison")
        self.sees([len(self.received(url)) for _ in range(3)], [1, 1, 0])
        (message,) = self.received(dead, MessageSystemAttributeNames=["All"])
        source = message["Attributes"]["DeadLetterQueueSourceArn"]
        self.sees((message["Body"], source), ("poison", f"arn:aws:sqs:us-west-2:{ACCOUNT}:poisoned"))
        missing = json.dumps({"deadLetterTargetArn": arn + "x", "maxReceiveCount": 2})
        sentence = f"Value {missing} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist."
        attributes = {"RedrivePolicy": missing}
        self.fails("InvalidParameterValue", sentence, sqs.set_queue_attributes, QueueUrl=url, Attributes=attributes)

    def settings(self):
        self.step("settings, tags, permissions; a name that is not free yet")
        sqs = self.client()
        url = self.queue("set", DelaySeconds="1")
        self.sees(self.queue("set", DelaySeconds="1"), url)
        sentence = "A queue already exists with the same name and a different value for attribute DelaySeconds"
        self.fails("QueueAlreadyExists", sentence, sqs.create_queue, QueueName="set", Attributes={"DelaySeconds": "2"})
        wrong = {"QueueUrl": url, "Attributes": {"VisibilityTimeout": "43201"}}
        sentence = "Invalid value for the parameter VisibilityTimeout."
        self.fails("InvalidAttributeValue", sentence, sqs.set_queue_attributes, **wrong)
        self.fails(
            "InvalidAttributeName",
            "Unknown Attribute Colour.",
            sqs.set_queue_attributes,
            QueueUrl=url,
            Attributes={"Colour": "red"},
        )
        sqs.tag_queue(QueueUrl=url, Tags={"team": "blue"})
        self.sees(sqs.list_queue_tags(QueueUrl=url)["Tags"], {"team": "blue"})
        tagged = self.aws("resourcegroupstaggingapi", "get-resources", "--resource-type-filters", "sqs")
        arns = [it["ResourceARN"] for it in tagged["ResourceTagMappingList"]]
        self.sees(arns, [f"arn:aws:sqs:us-west-2:{ACCOUNT}:set"])
        sqs.add_permission(QueueUrl=url, Label="send", AWSAccountIds=["222222222222"], Actions=["SendMessage"])
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        self.sees(json.loads(policy)["Statement"][0]["Action"], "SQS:SendMessage")
        sqs.remove_permission(QueueUrl=url, Label="send")
        self.holds(
            "Attributes" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]), "none is left"
        )
        sqs.delete_queue(QueueUrl=url)
        sentence = "You must wait 60 seconds after deleting a queue before you can create another with the same name."
        self.fails("AWS.SimpleQueueService.QueueDeletedRecently", sentence, sqs.create_queue, QueueName="set")

    def form(self, path, key=None, **parameters):
        """(status, XML) of a signed form, as SDKs of before send it."""
        environment = self.hamlet.environment
        url = environment["AWS_ENDPOINT_URL"].rstrip("/") + path
        body = urllib.parse.urlencode({"Version": "2012-11-05", **parameters})
        request = AWSRequest("POST", url, {"content-type": "application/x-www-form-urlencoded"}, body)
        credentials = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        SigV4Auth(credentials, "sqs", "us-west-2").add_auth(request)
        connection = http.client.HTTPConnection(*self.hamlet.address, timeout=30)
        connection.request("POST", path, body, dict(request.headers))
        answer = connection.getresponse()
        return answer.status, ElementTree.fromstring(answer.read())

    def forms(self):
        self.step("the same in forms, to the queue's own URL")
        space = "{http://queue.amazonaws.com/doc/2012-11-05/}"
        status, made = self.form(
            "/", Action="CreateQueue", QueueName="old", **{"Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "0"}
        )
        self.sees(status, 200)
        path = urllib.parse.urlsplit(made.findtext(f".//{space}QueueUrl")).path
        value = {"DataType": "String", "StringValue": "x"}
        attribute = {f"MessageAttribute.1.Value.{name}": text for name, text in value.items()}
        _, sent = self.form(
            path, Action="SendMessage", MessageBody="a<b", **{"MessageAttribute.1.Name": "n"}, **attribute
        )
        wanted = {"AttributeName.1": "All", "MessageAttributeName.1": "All", "MaxNumberOfMessages": "10"}
        _, got = self.form(path, Action="ReceiveMessage", **wanted)
        message = got.find(f".//{space}Message")
        self.sees(message.findtext(f"{space}Body"), "a<b")
        for name in ("MessageId",):
            self.sees(message.findtext(f"{space}{name}"), sent.findtext(f".//{space}{name}"))
        shown = message.find(f"{space}MessageAttribute")
        self.sees(shown.findtext(f"{space}Value/{space}StringValue"), "x")
        handle = message.findtext(f"{space}ReceiptHandle")
        self.sees(self.form(path, Action="DeleteMessage", ReceiptHandle=handle)[0], 200)
        status, error = self.form(path + "x", Action="GetQueueAttributes", **{"AttributeName.1": "All"})
        found = [error.findtext(f".//{space}{name}") for name in ("Type", "Code", "Message")]
        sentence = "The specified queue does not exist for this wsdl version."
        self.sees((status, found), (400, ["Sender", "AWS.SimpleQueueService.NonExistentQueue", sentence]))

    def permissions(self):
        self.step("policies of users and of queues decide")
        url = self.queue("mine")
        self.aws("iam", "create-user", "--user-name", "ada")
        key = self.aws("iam", "create-access-key", "--user-name", "ada")["AccessKey"]
        ada = self.client(key["AccessKeyId"], key["SecretAccessKey"])
        arn = f"arn:aws:sqs:us-west-2:{ACCOUNT}:mine"
        sentence = (
            f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized to perform: sqs:sendmessage on resource: {arn} "
            "because no identity-based policy allows the sqs:sendmessage action"
        )
        answer = self.fails("AccessDenied", sentence, ada.send_message, QueueUrl=url, MessageBody="x")
        self.sees(answer["ResponseMetadata"]["HTTPStatusCode"], 403)
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ada"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs = self.client()
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
        self.sees(json.loads(shown), json.loads(policy))
        ada.send_message(QueueUrl=url, MessageBody="x")
        other = self.client("222222222222", "anything")
        try:
            other.send_message(QueueUrl=url, MessageBody="x")
            raise harness.Failed("another account sends")
        except ClientError as error:
            self.sees(error.response["Error"]["Code"], "AccessDenied")
        events = self.aws("cloudtrail", "lookup-events")["Events"]
        names = {it["EventName"] for it in events}
        self.holds("CreateQueue" in names and "SendMessage" not in names, f"messages are no management events: {names}")

    def cut(self):
        self.step("what was acknowledged is there after the power cut")
        url, sqs = self.queue("kept"), self.client()
        kept, deleted = set(), set()

        def send(number):
            try:
                sqs.send_message(QueueUrl=url, MessageBody=str(number))
                kept.add(str(number))
            except Exception:
                return

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            for number in range(SENT):
                pool.submit(send, number)
            while len(kept) < SENT // 2:
                time.sleep(0.001)
            for message in self.received(url, MaxNumberOfMessages=10):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                deleted.add(message["Body"])
            self.hamlet.kill()
        self.hamlet.start()
        found = set()
        while True:
            messages = self.received(url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            found |= {it["Body"] for it in messages}
            if not messages:
                break
        self.sees(kept - deleted - found, set(), "lost")
        self.sees(found & deleted, set(), "there again")

    def cut_while_deleting(self):
        self.step("what was deleted stays so after the power cut, and what was not is there")
        url, sqs = self.queue("emptied"), self.client()
        sent = {str(number) for number in range(SENT)}
        for first in range(0, SENT, 10):
            entries = [{"Id": str(it), "MessageBody": str(it)} for it in range(first, first + 10)]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        tried, deleted = set(), set()

        def delete():
            try:
                for message in self.received(url, MaxNumberOfMessages=1, VisibilityTimeout=2):
                    tried.add(message["Body"])
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    deleted.add(message["Body"])
            except Exception:
                return

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for _ in range(SENT):
                pool.submit(delete)
            while len(deleted) < SENT // 3:
                time.sleep(0.001)
            self.hamlet.kill()
        self.hamlet.start()
        found, empty = set(), 0
        while empty < 2:
            messages = self.received(url, MaxNumberOfMessages=10, WaitTimeSeconds=2, VisibilityTimeout=60)
            found |= {it["Body"] for it in messages}
            empty = 0 if messages else empty + 1
        self.sees(found & deleted, set(), "there again")
        # Nobody was told what became of the rest of those that somebody tried to delete.
        self.sees(sent - tried - found, set(), "lost")


if __name__ == "__main__":
    harness.run(Queues, both=False)
