#!/usr/bin/env python3
"""Bad luck: a Hamlet that is stopped and started at once, a damaged store, and clocks that jump either way."""

import contextlib
import http.client
import json
import os
import pathlib
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness

AT_ONCE = 20
DAY = 24 * 3600
# From the start of the run. The last ones are outside of what most programs meet.
JUMPS = (0, 2 * DAY, -2 * DAY, 90, -90, 400 * DAY, -20 * 365 * DAY, 0)
PAGE = 4096


class AtOnce(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        data = self.user.own(pathlib.Path(tempfile.mkdtemp(prefix="data-", dir=self.user.stage)))
        up = ("--data", data, "up", "--detach", "--listen", "127.0.0.1:0", *self.options)
        self.step(f"down and up at once, {AT_ONCE} times; and once more by a signal")
        for _ in range(AT_ONCE):
            self.hamlet.hamlet(*up)
            self.hamlet.hamlet("--data", data, "down")
        self.hamlet.hamlet(*up)
        os.kill(int((data / "lock").read_text()), 9)
        self.hamlet.hamlet(*up)
        self.hamlet.hamlet("--data", data, "down")
        self.step("a store whose newest commit is damaged says how far it fell back, or is refused")
        self.hamlet.hamlet(*up)
        self.make_vpc(data, "10.1.0.0/16")
        before = (data / "store.redb").read_bytes()
        self.make_vpc(data, "10.2.0.0/16")
        after, note = (data / "store.redb").read_bytes(), (data / "store.revision").read_bytes()
        os.kill(int((data / "lock").read_text()), 9)
        changed = [at for at in range(PAGE, len(after), PAGE) if before[at : at + PAGE] != after[at : at + PAGE]]
        said = refused = 0
        for at in changed:
            damaged = bytearray(after)
            damaged[at + 20] ^= 0xFF
            (data / "store.redb").write_bytes(damaged)
            (data / "store.revision").write_bytes(note)
            (data / "hamlet.log").write_text("")
            for name in ("store.redb", "store.revision", "hamlet.log"):
                self.user.own(data / name)
            started = self.hamlet.hamlet(*up, check=False)
            if started.code:
                refused += 1
                self.holds("the data directory is damaged" in started.err, started)
                continue
            there = self.vpcs(data)
            log = (data / "hamlet.log").read_text()
            lost = "10.2.0.0/16" not in there
            self.sees(
                "WARN" in log and "was damaged: it goes on from revision" in log,
                lost,
                f"what the log says, with {there}: {log}",
            )
            said += lost
            self.hamlet.hamlet("--data", data, "down")
        print(f"      {len(changed)} pages: {said} fell back and said so, {refused} refused", flush=True)
        self.holds(said > 0, "no damage made it fall back")

    def make_vpc(self, data, block):
        self.on(data, "create-vpc", "--cidr-block", block)

    def vpcs(self, data):
        return [vpc["CidrBlock"] for vpc in self.on(data, "describe-vpcs")["Vpcs"]]

    def on(self, data, *words):
        variables = json.loads(self.hamlet.hamlet("--data", data, "env", "--json").out)
        return self.ec2(*words, environment=variables)


class Clock(harness.Lab):
    """A clock of its own, by libfaketime: its file is read again with every look at the clock."""

    options = ("--instances", "none")

    def walk(self):
        library = next(iter([*pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]), None)
        self.holds(library, "libfaketime.so.1 (package faketime) is missing")
        self.offset = self.user.stage / "clock"
        self.set_clock(0)
        self.user.environment |= {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.hamlet.stop()
        self.hamlet.start()
        made = []
        self.step("a running Hamlet, whose clock jumps: what is signed by it is answered, and what is not has expired")
        for jump in JUMPS:
            self.set_clock(jump)
            status, body = self.call("DescribeVpcs", jump=jump)
            self.sees(status, 200, f"{jump} s off: {body}")
            if abs(jump) > 600:
                status, body = self.call("DescribeVpcs", jump=0)
                self.holds(
                    status in (400, 401, 403) and "RequestExpired" in body,
                    f"a signature of another time, {jump} s off: {status} {body}",
                )
            status, body = self.call("CreateKeyPair", jump=jump, KeyName=f"key {len(made)}")
            made.append(body)
            self.sees(status, 200, f"{jump} s off: {body}")
        self.step("what lasts for a while ends, although it began in the future")
        self.set_clock(400 * DAY)
        image = self.call("DescribeImages", jump=400 * DAY)[1].split("<imageId>")[1].split("<")[0]
        body = self.call(
            "RunInstances", jump=400 * DAY, ImageId=image, InstanceType="t2.micro", MinCount=1, MaxCount=1
        )[1]
        instance = body.split("<instanceId>")[1].split("<")[0]
        running = lambda: "<name>running<" in self.call("DescribeInstances", jump=400 * DAY)[1]
        harness.wait_for("the instance to run", running, 20)
        self.sees(self.call("TerminateInstances", jump=400 * DAY, **{"InstanceId.1": instance})[0], 200)
        harness.wait_for(
            "its end", lambda: "<name>terminated<" in self.call("DescribeInstances", jump=400 * DAY)[1], 20
        )
        self.set_clock(0)
        # Looked after once in a while.
        harness.wait_for("it to be forgotten", lambda: instance not in self.call("DescribeInstances", jump=0)[1], 90)
        self.step("between runs")
        for jump in (400 * DAY, -20 * 365 * DAY, 0):
            self.holds(self.hamlet.stop(), f"it does not end: {self.hamlet.log.read_text()}")
            self.set_clock(jump)
            self.hamlet.start()
            status, body = self.call("DescribeKeyPairs", jump=jump)
            self.sees((status, body.count("<keyName>")), (200, len(made)), f"{jump} s off")
        log = self.hamlet.log.read_text()
        self.holds("panicked" not in log and "unforeseen" not in log, log)

    def set_clock(self, seconds):
        draft = self.offset.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}s\n" if seconds else "+0s\n")
        draft.rename(self.offset)

    def call(self, action, jump, **parameters):
        """A call that is signed `jump` seconds from now."""
        now = time.gmtime(time.time() + jump)
        scope = f"123456789012/{time.strftime('%Y%m%d', now)}/{harness.REGION}/ec2/aws4_request"
        headers = {
            "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", now),
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, "
            f"Signature={'0' * 64}",
        }
        with contextlib.closing(http.client.HTTPConnection(*self.hamlet.address, timeout=20)) as connection:
            connection.request(
                "POST", "/", urllib.parse.urlencode({"Action": action, "Version": "2016-11-15", **parameters}), headers
            )
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


if __name__ == "__main__":
    harness.begin()
    results = [harness.walk_as(user, AtOnce) for user in harness.users()]
    # libfaketime keeps to the user who has loaded it first; whose clock it is does not matter here.
    harness.summary([*results, harness.walk_as(harness.User.this, Clock)])
