#!/usr/bin/env python3
"""Log groups, streams and events by boto3 and by the aws CLI: what was acknowledged is there after a power cut, once;
what does not fit on the disk is refused whole; policies decide."""

import concurrent.futures
import contextlib
import json
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from client import harness

ACCOUNT = "123456789012"
# How many events are written while the power is cut.
SENT = 400


def now():
    return int(time.time() * 1000)


class Logs(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.groups()
        self.events()
        self.command_line()
        self.patterns()
        self.permissions()
        self.again()
        self.cut()
        self.full_disk()

    def client(self, key=None, secret=None):
        environment = self.hamlet.environment
        return boto3.client(
            "logs",
            region_name="us-west-2",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=key or environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=secret or environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}, max_pool_connections=64),
        )

    def fails(self, code, message, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            found = error.response["Error"]
            self.sees((found["Code"], found["Message"]), (code, message), str(parameters)[:200])
            return error.response
        raise harness.Failed(f"{call} is not refused by {code}")

    def found(self, group, **options):
        """All events of a group that a filter finds, whichever pages they come in."""
        pages = self.client().get_paginator("filter_log_events").paginate(logGroupName=group, **options)
        return [event for page in pages for event in page["events"]]

    def groups(self):
        self.step("groups and streams come, are listed, and go")
        logs = self.client()
        for number in range(60):
            logs.create_log_group(logGroupName=f"/many/{number:02}")
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/many/")
        names = [it["logGroupName"] for page in pages for it in page["logGroups"]]
        self.sees(names, [f"/many/{number:02}" for number in range(60)])
        self.fails(
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
            logs.create_log_group,
            logGroupName="/many/00",
        )
        for name in names:
            logs.delete_log_group(logGroupName=name)
        gone = "The specified log group does not exist."
        self.fails("ResourceNotFoundException", gone, logs.delete_log_group, logGroupName="/many/00")
        logs.create_log_group(logGroupName="app", tags={"team": "blue"})
        for number in range(120):
            logs.create_log_stream(logGroupName="app", logStreamName=f"s{number:03}")
        pages = logs.get_paginator("describe_log_streams").paginate(logGroupName="app", descending=True)
        names = [it["logStreamName"] for page in pages for it in page["logStreams"]]
        self.sees(names, [f"s{number:03}" for number in reversed(range(120))])
        (tagged,) = self.aws("resourcegroupstaggingapi", "get-resources")["ResourceTagMappingList"]
        self.sees(tagged["ResourceARN"], f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:app")

    def events(self):
        self.step("events come in batches, late ones too, and are read from both ends and in pages")
        logs, began = self.client(), now()
        at = dict(logGroupName="app", logStreamName="s000")
        for batch in range(5):
            # Every batch begins before the one of before ends.
            events = [dict(timestamp=began - 5000 + batch * 500 + n, message=f"{batch}.{n}") for n in range(1000)]
            logs.put_log_events(**at, logEvents=events)
        times, messages, token = [], [], None
        while True:
            more = dict(nextToken=token) if token else {}
            page = logs.get_log_events(**at, startFromHead=True, limit=700, **more)
            if page["nextForwardToken"] == token:
                break
            token = page["nextForwardToken"]
            times += [it["timestamp"] for it in page["events"]]
            messages += [it["message"] for it in page["events"]]
        self.sees((len(times), times), (5000, sorted(times)), "all of them in the order of time")
        newest = logs.get_log_events(**at, limit=3)["events"]
        self.sees([it["message"] for it in newest], messages[-3:])
        found = self.found("app", filterPattern='"4.99"', PaginationConfig={"PageSize": 4})
        self.sees(len(found), 11)
        self.sees(len({it["eventId"] for it in found}), 11, "identifiers")
        answer = logs.put_log_events(**at, logEvents=[dict(timestamp=began + 3 * 3600 * 1000, message="later")])
        self.sees(answer["rejectedLogEventsInfo"], {"tooNewLogEventStartIndex": 0})
        self.fails(
            "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order.",
            logs.put_log_events,
            **at,
            logEvents=[dict(timestamp=began, message="a"), dict(timestamp=began - 1, message="b")],
        )
        (described,) = logs.describe_log_streams(logGroupName="app", logStreamNamePrefix="s000")["logStreams"]
        self.sees(described["lastEventTimestamp"], times[-1])
        (group,) = logs.describe_log_groups(logGroupNamePrefix="app")["logGroups"]
        self.sees(group["storedBytes"], 5000 * 26 + sum(map(len, messages)))

    def command_line(self):
        self.step("the same by the aws CLI, as the tutorials have it")
        self.aws("logs", "create-log-group", "--log-group-name", "/cli")
        at = ("--log-group-name", "/cli", "--log-stream-name", "s")
        self.aws("logs", "create-log-stream", *at)
        event = json.dumps([{"timestamp": now(), "message": "by hand"}])
        self.aws("logs", "put-log-events", *at, "--log-events", event)
        self.sees([it["message"] for it in self.aws("logs", "get-log-events", *at)["events"]], ["by hand"])
        self.aws("logs", "put-retention-policy", "--log-group-name", "/cli", "--retention-in-days", "14")
        (group,) = self.aws("logs", "describe-log-groups", "--log-group-name-prefix", "/cli")["logGroups"]
        self.sees((group["retentionInDays"], group["arn"][-2:]), (14, ":*"))

    def patterns(self):
        self.step("patterns of flow logs, JSON and text")
        logs = self.client()
        logs.create_log_stream(logGroupName="/cli", logStreamName="flows")
        record = "2 123456789012 eni-1 {} 10.0.1.5 49761 {} 6 20 {} 1418530010 1418530070 {} OK"
        lines = [
            record.format(f"10.0.2.{n}", 22 + n % 2, n * 100, "REJECT" if n % 5 == 0 else "ACCEPT") for n in range(50)
        ]
        events = [dict(timestamp=now(), message=line) for line in lines]
        logs.put_log_events(logGroupName="/cli", logStreamName="flows", logEvents=events)
        names = "version, account, eni, source, destination, srcport, destport=22, protocol, packets, bytes>1000"
        pattern = f'[{names}, start, end, action="REJECT", status]'
        found = self.found("/cli", filterPattern=pattern)
        self.sees([it["message"] for it in found], [line for n, line in enumerate(lines) if n % 10 == 0 and n > 10])
        tested = logs.test_metric_filter(filterPattern=pattern, logEventMessages=lines[:21])["matches"]
        self.sees([(it["eventNumber"], it["extractedValues"]["$bytes"]) for it in tested], [(21, "2000")])
        bad = "Invalid character(s) in term '10.0.2.1'"
        self.fails(
            "InvalidParameterException", bad, logs.filter_log_events, logGroupName="/cli", filterPattern="10.0.2.1"
        )

    def permissions(self):
        self.step("policies decide, and name groups with `:*`")
        self.aws("iam", "create-user", "--user-name", "ada")
        key = self.aws("iam", "create-access-key", "--user-name", "ada")["AccessKey"]
        ada = self.client(key["AccessKeyId"], key["SecretAccessKey"])
        arn = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:app"
        event = dict(logGroupName="app", logStreamName="s001", logEvents=[dict(timestamp=now(), message="by ada")])
        sentence = (
            f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized to perform: logs:PutLogEvents on resource: "
            f"{arn}:log-stream:s001 because no identity-based policy allows the logs:PutLogEvents action"
        )
        self.fails("AccessDeniedException", sentence, ada.put_log_events, **event)

        def allow(resource):
            actions = ["logs:PutLogEvents", "logs:DescribeLogStreams"]
            statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            policy = ("--policy-name", "write", "--policy-document", document)
            self.aws("iam", "put-user-policy", "--user-name", "ada", *policy)

        allow(arn)
        self.fails("AccessDeniedException", sentence, ada.put_log_events, **event)
        allow(f"{arn}:*")
        ada.put_log_events(**event)
        self.sees(len(ada.describe_log_streams(logGroupName="app", limit=3)["logStreams"]), 3)
        events = self.aws("cloudtrail", "lookup-events")["Events"]
        names = {it["EventName"] for it in events}
        self.holds(
            "CreateLogGroup" in names and "PutLogEvents" not in names, f"events are no management events: {names}"
        )

    def again(self):
        self.step("what is made again after it was deleted is empty")
        logs = self.client()
        logs.delete_log_stream(logGroupName="app", logStreamName="s000")
        logs.create_log_stream(logGroupName="app", logStreamName="s000")
        self.sees(logs.get_log_events(logGroupName="app", logStreamName="s000")["events"], [])
        logs.delete_log_group(logGroupName="/cli")
        logs.create_log_group(logGroupName="/cli")
        self.sees(self.found("/cli"), [])
        self.sees(logs.describe_log_streams(logGroupName="/cli")["logStreams"], [])

    def cut(self):
        self.step("what was acknowledged is there after the power cut, and nothing twice")
        logs = self.client()
        logs.create_log_group(logGroupName="kept")
        for stream in range(8):
            logs.create_log_stream(logGroupName="kept", logStreamName=f"s{stream}")
        # Enough that the journal is full now and then.
        body, acknowledged = "x" * 100_000, set()

        def send(number):
            event = dict(timestamp=now(), message=f"{number} {body}")
            try:
                logs.put_log_events(logGroupName="kept", logStreamName=f"s{number % 8}", logEvents=[event])
                acknowledged.add(number)
            except Exception:
                return

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            for number in range(SENT):
                pool.submit(send, number)
            while len(acknowledged) < SENT // 2:
                time.sleep(0.001)
            self.hamlet.kill()
        self.hamlet.start()
        numbers = [int(it["message"].split()[0]) for it in self.found("kept")]
        self.sees(acknowledged - set(numbers), set(), "lost")
        self.sees(len(numbers), len(set(numbers)), "nothing is there twice")
        logs = self.client()
        logs.put_log_events(logGroupName="kept", logStreamName="s0", logEvents=[dict(timestamp=now(), message="after")])
        self.sees(len(self.found("kept", filterPattern="after")), 1)

    def full_disk(self):
        if os.geteuid() != 0:
            return
        self.step("a disk that is full: what does not fit is refused whole, and there is room again after deleting")
        self.hamlet.stop()
        with harness.small_disk(140) as folder:
            try:
                self.hamlet = harness.Hamlet(self.user, *self.options, data=self.user.own(folder))
                self.fill()
            finally:
                self.hamlet.kill()

    def fill(self):
        logs = self.client()
        logs.create_log_group(logGroupName="full")
        at = dict(logGroupName="full", logStreamName="s")
        logs.create_log_stream(**at)
        body, acknowledged = "x" * 900_000, []
        for number in range(200):
            event = dict(timestamp=now(), message=f"{number} {body}")
            try:
                logs.put_log_events(**at, logEvents=[event])
                acknowledged.append(number)
            except ClientError as error:
                self.sees(error.response["Error"]["Code"], "ServiceUnavailableException")
                self.sees(error.response["ResponseMetadata"]["HTTPStatusCode"], 503)
                break
        self.holds(20 < len(acknowledged) < 150, f"{len(acknowledged)} fit")
        numbers = [int(it["message"].split()[0]) for it in self.found("full")]
        self.sees(numbers, acknowledged, "those that were acknowledged, and no other")
        self.hamlet.kill()
        self.hamlet.start()
        self.sees([int(it["message"].split()[0]) for it in self.found("full")], acknowledged, "after a restart")
        logs = self.client()
        logs.delete_log_group(logGroupName="full")
        logs.create_log_group(logGroupName="full")
        began = time.monotonic()
        while True:
            with contextlib.suppress(ClientError):
                logs.create_log_stream(**at)
                logs.put_log_events(**at, logEvents=[dict(timestamp=now(), message="after")])
                break
            self.holds(time.monotonic() - began < 150, "room comes back")
            time.sleep(2)
        self.sees([it["message"] for it in self.found("full")], ["after"])


if __name__ == "__main__":
    harness.run(Logs, both=False)
