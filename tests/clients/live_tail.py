#!/usr/bin/env python3
"""Live tail by boto3 and by the aws CLI: how soon an event is there, several groups, streams, a flood, a client that
reads nothing, one that hangs up, and a Hamlet that stops; policies decide about each group, and the trail has it."""

import concurrent.futures
import json
import pathlib
import signal
import socket
import statistics
import subprocess
import threading
import time

import boto3
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from client import harness

ACCOUNT = "123456789012"
ARN = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:"
# Events whose way is measured, one after the other, and how long one may take on a machine with other things to do.
MEASURED = 12
DELAY_MAX = 2.5
# What Hamlet may grow by while a client reads nothing and 200 MB come for it.
GROWTH_MAX = 100 << 20


def now():
    return int(time.time() * 1000)


class Tail:
    """A session of boto3's, read by a thread of its own."""

    def __init__(self, logs, **request):
        self.stream = logs.start_live_tail(**request)["responseStream"]
        self.start, self.updates, self.heard, self.ended = None, [], {}, None
        self.began = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if not self.began.wait(10):
            raise harness.Failed("no session has started")

    def read(self):
        try:
            for event in self.stream:
                if "sessionStart" in event:
                    self.start = event["sessionStart"]
                    self.began.set()
                    continue
                update = event["sessionUpdate"]
                for it in update["sessionResults"]:
                    self.heard.setdefault(it["message"], time.time())
                self.updates.append(update)
            self.ended = "it has ended"
        except Exception as error:
            self.ended = error

    def messages(self):
        return [it["message"] for update in self.updates for it in update["sessionResults"]]

    def waits_for(self, count):
        harness.wait_for(f"{count} events", lambda: len(self.messages()) >= count, 10)

    def close(self):
        # What the reader waits in ends with the connection.
        with_socket = self.stream._raw_stream._connection.sock
        with_socket.shutdown(socket.SHUT_RDWR)
        self.reader.join(10)


class LiveTail(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.groups()
        self.delay()
        self.what_is_asked_for()
        self.command_line()
        self.flood()
        self.wrong()
        self.hangs_up()
        self.reads_nothing()
        self.permissions()
        self.stops()

    def client(self, key=None, secret=None):
        environment = self.hamlet.environment
        inject = environment.get("AWS_DISABLE_HOST_PREFIX_INJECTION") != "true"
        return boto3.client(
            "logs",
            region_name="us-west-2",
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=key or environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=secret or environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}, max_pool_connections=64, inject_host_prefix=inject),
        )

    def fails(self, code, message, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            found = error.response["Error"]
            self.sees((found["Code"], found["Message"]), (code, message), str(parameters)[:200])
            return
        raise harness.Failed(f"{call} is not refused by {code}")

    def groups(self):
        self.step("three groups with two streams each")
        self.logs = self.client()
        for group in ("app", "web", "other"):
            self.logs.create_log_group(logGroupName=group)
            for stream in ("a1", "b"):
                self.logs.create_log_stream(logGroupName=group, logStreamName=stream)

    def put(self, message, group="app", stream="a1", count=1):
        events = [dict(timestamp=now(), message=message)] * count
        self.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    def hears(self, tail, message):
        harness.wait_for(f"{message!r}", lambda: message in tail.heard, 10)

    def delay(self):
        self.step("an event is there within a second; what came before is not; an update comes each second, also empty")
        self.put("before")
        tail = Tail(self.logs, logGroupIdentifiers=[ARN + "app"])
        self.sees((tail.start["logGroupIdentifiers"], tail.start["logStreamNames"]), ([ARN + "app"], []))
        delays = []
        for number in range(MEASURED):
            # At all moments of a second.
            time.sleep(0.083 * (number % 5))
            self.put(f"event {number}")
            written = time.time()
            self.hears(tail, f"event {number}")
            delays.append(tail.heard[f"event {number}"] - written)
        median = statistics.median(delays)
        print(f"       from PutLogEvents' answer to the client: median {median:.3f} s, longest {max(delays):.3f} s")
        self.holds(max(delays) < DELAY_MAX and median < 1.1, f"{delays}")
        self.sees(tail.messages(), [f"event {number}" for number in range(MEASURED)], "each once, in order")
        [event] = [it for update in tail.updates for it in update["sessionResults"]][:1]
        self.sees((event["logGroupIdentifier"], event["logStreamName"]), (ARN + "app", "a1"))
        self.holds(abs(event["ingestionTime"] - event["timestamp"]) < 2000, event)
        count, began = len(tail.updates), time.monotonic()
        harness.wait_for("three empty updates", lambda: len(tail.updates) >= count + 3, 10)
        self.holds(time.monotonic() - began > 1.5, "no more often than each second")
        self.sees(tail.updates[-1], {"sessionMetadata": {"sampled": False}, "sessionResults": []})
        tail.close()

    def what_is_asked_for(self):
        self.step("several groups, a pattern, streams by names and by prefixes")
        app, both = [ARN + "app"], [ARN + "app", ARN + "web"]
        tails = [
            Tail(self.logs, logGroupIdentifiers=both),
            Tail(self.logs, logGroupIdentifiers=both, logEventFilterPattern="ERROR -timeout"),
            Tail(self.logs, logGroupIdentifiers=app, logStreamNames=["b"]),
            Tail(self.logs, logGroupIdentifiers=app, logStreamNamePrefixes=["a"]),
        ]
        for group in ("app", "web", "other"):
            for stream in ("a1", "b"):
                self.put(f"ERROR in {group} {stream}", group, stream)
                self.put(f"ERROR timeout in {group} {stream}", group, stream)
        for group in ("app", "web"):
            for stream in ("a1", "b"):
                self.put("the last", group, stream)
        self.hears(tails[0], "the last")
        for number, expected in enumerate(
            [
                [f"ERROR {what}in {group} {stream}" for group, stream in PLACES for what in ("", "timeout ")],
                [f"ERROR in {group} {stream}" for group, stream in PLACES],
                ["ERROR in app b", "ERROR timeout in app b"],
                ["ERROR in app a1", "ERROR timeout in app a1"],
            ]
        ):
            tail = tails[number]
            tail.waits_for(len(expected))
            self.sees([it for it in tail.messages() if it != "the last"], expected, f"tail {number}")
            tail.close()

    def command_line(self):
        self.step("`aws logs start-live-tail`, with what `hamlet env` has set")
        command = [AWS, "logs", "start-live-tail", "--log-group-identifiers", ARN + "app"]
        environment = {**self.hamlet.environment, "PYTHONUNBUFFERED": "1", "HOME": str(self.user.stage)}
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=harness.die_with_parent,
        )
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, b"")), daemon=True)
        reader.start()
        try:
            # It says nothing when it has begun.
            number = 0

            def heard():
                nonlocal number
                number += 1
                self.put(f"by the CLI {number}")
                return lines

            harness.wait_for("a line", heard, 30, every=0.5)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)
        self.holds(lines[0].startswith(b"by the CLI "), lines)

    def flood(self):
        self.step("of a flood each update has 500 events, and says so")
        tail = Tail(self.logs, logGroupIdentifiers=[ARN + "app"])
        for _ in range(5):
            self.put("many", count=4000)
        harness.wait_for("samples", lambda: len(tail.messages()) >= 500, 10)
        full = [it for it in tail.updates if it["sessionResults"]]
        self.holds(all(len(it["sessionResults"]) <= 500 for it in full), [len(it["sessionResults"]) for it in full])
        self.holds(any(it["sessionMetadata"]["sampled"] for it in full), "it says that there was more")
        time.sleep(1.2)
        self.put("after the flood")
        self.hears(tail, "after the flood")
        self.sees(tail.updates[-1]["sessionMetadata"]["sampled"], False)
        tail.close()

    def wrong(self):
        self.step("what can be no session is refused")
        invalid, tail = "InvalidParameterException", self.logs.start_live_tail
        missing = "The specified log group does not exist."
        self.fails("ResourceNotFoundException", missing, tail, logGroupIdentifiers=[ARN + "none"])
        exclusive = "logStreamNames and logStreamNamePrefixes are mutually exclusive parameters."
        both = dict(logStreamNames=["a"], logStreamNamePrefixes=["a"])
        self.fails(invalid, exclusive, tail, logGroupIdentifiers=[ARN + "app"], **both)
        one = "logStreamNames and logStreamNamePrefixes can only be specified with one log group."
        self.fails(invalid, one, tail, logGroupIdentifiers=[ARN + "app", ARN + "web"], logStreamNames=["a"])
        self.logs.create_log_group(logGroupName="rare", logGroupClass="INFREQUENT_ACCESS")
        rare = "StartLiveTail is not supported for log groups of the INFREQUENT_ACCESS class."
        self.fails("InvalidOperationException", rare, tail, logGroupIdentifiers=[ARN + "rare"])

    def hangs_up(self):
        self.step("fifteen sessions at once; one that hangs up makes room within seconds")
        request = dict(logGroupIdentifiers=[ARN + "app"])
        with concurrent.futures.ThreadPoolExecutor(15) as pool:
            tails = list(pool.map(lambda _: Tail(self.logs, **request), range(15)))
        full = ("LimitExceededException", "Resource limit exceeded.", self.logs.start_live_tail)
        self.fails(*full, **request)
        tails.pop().close()

        def another():
            try:
                tails.append(Tail(self.logs, **request))
                return True
            except ClientError:
                return False

        harness.wait_for("room", another, 10, every=0.2)
        self.fails(*full, **request)
        for tail in tails:
            tail.close()
        self.put("nobody hears this")

    def raw(self, body):
        """A connection that has asked for a session, and of which nothing was read."""
        environment = self.hamlet.environment
        key = Credentials(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        url = environment["AWS_ENDPOINT_URL"] + "/"
        target = {"x-amz-target": "Logs_20140328.StartLiveTail", "content-type": "application/x-amz-json-1.1"}
        request = AWSRequest("POST", url, target, json.dumps(body).encode())
        botocore.auth.SigV4Auth(key, "logs", "us-west-2").add_auth(request)
        prepared = request.prepare()
        host = url.removeprefix("http://").rstrip("/")
        heads = {"host": host, **prepared.headers, "content-length": str(len(prepared.body))}
        text = "POST / HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in heads.items()) + "\r\n"
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(self.hamlet.address)
        connection.sendall(text.encode() + prepared.body)
        return connection

    def memory(self):
        status = pathlib.Path(f"/proc/{self.hamlet.status()['pid']}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) << 10

    def reads_nothing(self):
        self.step("a client that reads nothing costs some megabytes, and others hear all the same")
        tail = Tail(self.logs, logGroupIdentifiers=[ARN + "web"])
        body = "x" * 1_000_000
        for _ in range(3):
            self.put(body)
        before = self.memory()
        slow = [self.raw({"logGroupIdentifiers": [ARN + "app"]}) for _ in range(5)]
        began, most = time.monotonic(), 0
        for number in range(40):
            self.put(f"{number} {body}")
            most = max(most, self.memory() - before)
            time.sleep(0.1)
        self.put("still here", "web")
        self.hears(tail, "still here")
        print(f"       5 clients that read nothing, 40 MB for each: {most >> 20} MiB more at most")
        self.holds(most < GROWTH_MAX, f"{most} bytes in {time.monotonic() - began:.1f} s")
        # What it reads at last is well-formed: the session has begun, and its newest updates say that others are gone.
        slow[0].settimeout(5)
        heard = slow[0].recv(4096)
        self.holds(heard.startswith(b"HTTP/1.1 200 OK") and b"application/vnd.amazon.eventstream" in heard, heard[:300])
        for connection in slow:
            connection.close()
        tail.close()

    def permissions(self):
        self.step("a user needs logs:StartLiveTail for each group; the trail has who began")
        self.aws("iam", "create-user", "--user-name", "ada")
        key = self.aws("iam", "create-access-key", "--user-name", "ada")["AccessKey"]
        ada = self.client(key["AccessKeyId"], key["SecretAccessKey"])
        allow = {"Effect": "Allow", "Action": "logs:StartLiveTail", "Resource": f"{ARN}app:*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        policy = ("--policy-name", "tail", "--policy-document", document)
        self.aws("iam", "put-user-policy", "--user-name", "ada", *policy)
        refused = (
            f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized to perform: logs:StartLiveTail on resource: "
            f"{ARN}web:log-stream: because no identity-based policy allows the logs:StartLiveTail action"
        )
        both = [ARN + "app", ARN + "web"]
        self.fails("AccessDeniedException", refused, ada.start_live_tail, logGroupIdentifiers=both)
        tail = Tail(ada, logGroupIdentifiers=both[:1])
        self.put("for ada")
        self.hears(tail, "for ada")
        tail.close()
        words = ("--lookup-attributes", "AttributeKey=EventName,AttributeValue=StartLiveTail")

        def of_ada():
            found = [
                json.loads(it["CloudTrailEvent"]) for it in self.aws("cloudtrail", "lookup-events", *words)["Events"]
            ]
            return [it for it in found if it["userIdentity"].get("userName") == "ada"]

        harness.wait_for("both in the trail", lambda: len(of_ada()) == 2, 20, every=0.3)
        self.sees(sorted(str(it.get("errorCode")) for it in of_ada()), ["AccessDenied", "None"])
        [good] = [it for it in of_ada() if "errorCode" not in it]
        self.sees(good["requestParameters"]["logGroupIdentifiers"], both[:1])

    def stops(self):
        self.step("a Hamlet that stops ends it")
        tail = Tail(self.logs, logGroupIdentifiers=[ARN + "app"])
        self.hamlet.stop()
        tail.reader.join(15)
        self.holds(not tail.reader.is_alive(), "it goes on")
        is_cut = isinstance(tail.ended, (ConnectionError, HTTPClientError, OSError)) or "ended" in str(tail.ended)
        self.holds(is_cut or "IncompleteRead" in str(tail.ended), repr(tail.ended))


PLACES = [(group, stream) for group in ("app", "web") for stream in ("a1", "b")]
AWS = harness.VENV / "bin" / "aws"

if __name__ == "__main__":
    harness.run(LiveTail, both=False)
