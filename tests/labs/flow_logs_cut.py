#!/usr/bin/env python3
"""Flow logs when things go away under them. The power is cut about when a window is delivered, again and again: what
was there is there, and nothing is told twice. Their log group is deleted: it is made again, or Describe says why not.

What is counted are marks: datagrams from a port of their own each, so that each has a record of its own."""

import collections
import gzip
import json
import os
import random
import threading
import time

import harness
from harness import REGION, wait_for
from network import NetworkLab, document

GROUP = "marks"
BUCKET = "marks-of-a-server"
MINUTE = 2
CUTS = int(os.environ.get("HAMLET_CUTS") or 5)
SEED = int(os.environ.get("HAMLET_SEED") or random.SystemRandom().randrange(1 << 32))
FORM = "${srcport} ${dstport} ${packets} ${action}"
PORT = 9
# Sends marks from these ports, so many a second.
SEND = """
import socket, sys, time
first, count, each = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
for port in range(first, first + count):
    it = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    it.bind(("", port))
    it.sendto(b"mark", (sys.argv[1], 9))
    it.close()
    time.sleep(each)
"""
ALL = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


class Cut(NetworkLab):
    options = ("--flow-log-minute", str(MINUTE))

    def walk(self):
        print(f"    seed {SEED}: HAMLET_SEED={SEED}", flush=True)
        self.random = random.Random(SEED)
        self.port = 20_000
        self.network()
        self.flow_log()
        for number in range(CUTS):
            self.cut(number + 1)
        self.group_that_is_made_again()
        self.group_that_may_not_be_made()
        self.terminate(self.server)

    def network(self):
        self.step("1. a server, and a flow log of its interface")
        self.vpc = self.make_vpc("10.0.0.0/16")
        subnet = self.subnet(self.vpc, "10.0.0.0/24", "a")
        self.server = self.launch("server", subnet, self.default_group(self.vpc))
        # No route leads there; what is sent is accepted where it leaves.
        self.peer = "192.0.2.77"
        self.wait_running(self.server)
        self.booted(self.server)
        self.eni = self.describe(self.server)["NetworkInterfaces"][0]["NetworkInterfaceId"]

    def flow_log(self):
        trust = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
        made = ("create-role", "--role-name", "flows", "--assume-role-policy-document", document(trust))
        role = self.aws("iam", *made)["Role"]["Arn"]
        self.let(*ALL)
        words = ("--resource-type", "NetworkInterface", "--resource-ids", self.eni, "--traffic-type", "ALL")
        place = ("--log-group-name", GROUP, "--deliver-logs-permission-arn", role, "--max-aggregation-interval", "60")
        made = self.ec2("create-flow-logs", *words, *place, "--log-format", FORM)
        [self.log] = made["FlowLogIds"]
        region = ("--create-bucket-configuration", f"LocationConstraint={REGION}")
        self.aws("s3api", "create-bucket", "--bucket", BUCKET, *region)
        place = ("--log-destination-type", "s3", "--log-destination", f"arn:aws:s3:::{BUCKET}")
        self.ec2("create-flow-logs", *words, *place, "--max-aggregation-interval", "60", "--log-format", FORM)
        self.places = {"the group": self.told, "the bucket": self.stored}
        self.mark(5)
        for place, told in self.places.items():
            wait_for(f"the first marks in {place}", lambda told=told: len(told()) == 5, 20, every=0.3)

    def let(self, *actions):
        leave = document({"Effect": "Allow", "Action": list(actions), "Resource": "*"})
        self.aws("iam", "put-role-policy", "--role-name", "flows", "--policy-name", "own", "--policy-document", leave)

    def mark(self, count, each=0.0, check=True):
        """Sends so many marks; their ports."""
        first, self.port = self.port, self.port + count
        words = (self.peer, str(first), str(count), str(each))
        self.inside(self.server, "python3", "-c", SEND, *words, check=check)
        return set(range(first, first + count))

    def told(self):
        """How many packets records tell of, by mark."""
        heard = self.aws_result("logs", "filter-log-events", "--log-group-name", GROUP)
        if heard.code:
            self.holds("ResourceNotFoundException" in heard.err, heard)
            return {}
        return self.counted(event["message"] for event in json.loads(heard.out)["events"])

    def stored(self):
        """The same, of the bucket's objects, each of which begins with the names of its fields."""
        copies = self.user.stage / "bucket"
        self.aws("s3", "sync", "--quiet", f"s3://{BUCKET}", str(copies))
        texts = [gzip.decompress(path.read_bytes()).decode() for path in copies.rglob("*.log.gz")]
        return self.counted(line for text in texts for line in text.splitlines()[1:])

    def counted(self, records):
        told = collections.Counter()
        for record in records:
            port, to, packets, action = record.split(" ")
            if to == str(PORT):
                self.sees(action, "ACCEPT")
                told[int(port)] += int(packets)
        return told

    def cut(self, number):
        marks = threading.Thread(target=lambda: self.mark(400, 0.02, check=False))
        marks.start()
        time.sleep(MINUTE)
        # A window is over, and its records are on their way or not. Looking takes a while, too.
        looks_before = self.random.random() < 0.5
        look = lambda: {place: told() for place, told in self.places.items()}
        before = look() if looks_before else {}
        time.sleep(MINUTE - time.time() % MINUTE)
        before = before or look()
        late = self.random.uniform(0, 0.5)
        time.sleep(max(0.0, late - time.time() % MINUTE))
        known = [len(told) for told in before.values()]
        self.step(f"   cut {number}: {time.time() % MINUTE:.2f} s into a window, {known} marks told")
        self.hamlet.kill()
        marks.join()
        self.hamlet.start()
        self.wait_running(self.server)
        self.booted(self.server)
        for place, after in look().items():
            self.sees(before[place].keys() - after.keys(), set(), f"marks that {place} had, and has no longer")
            self.once(place, after)
        new = self.mark(10)
        for place, told in self.places.items():
            wait_for(f"marks of after the cut in {place}", lambda told=told: new <= told().keys(), 20, every=0.3)
        time.sleep(MINUTE)
        for place, told in self.places.items():
            self.once(place, told())
        self.sees(self.status(), ("SUCCESS", None))

    def once(self, place, told):
        self.sees({port: count for port, count in told.items() if count != 1}, {}, f"marks that are in {place} twice")

    def status(self):
        [shown] = self.ec2("describe-flow-logs", "--flow-log-ids", self.log)["FlowLogs"]
        return shown["DeliverLogsStatus"], shown.get("DeliverLogsErrorMessage")

    def group_that_is_made_again(self):
        self.step("2. the group is deleted: the next records make it again, and those of before are gone")
        before = self.told().keys()
        self.aws("logs", "delete-log-group", "--log-group-name", GROUP)
        new = self.mark(20, 0.1)
        wait_for("the new marks", lambda: new <= self.told().keys(), 20, every=0.3)
        told = self.told()
        self.sees(set(told) & before, set(), "marks of before")
        self.sees(set(told.values()), {1})
        self.sees(self.status(), ("SUCCESS", None))

    def group_that_may_not_be_made(self):
        self.step(
            "3. deleted when the role may make none: Describe says so, and nothing is there until somebody makes it"
        )
        self.let("logs:CreateLogStream", "logs:PutLogEvents")
        self.aws("logs", "delete-log-group", "--log-group-name", GROUP)
        self.mark(3)
        wait_for("the error", lambda: self.status() == ("FAILED", "Access error"), 20, every=0.3)
        self.sees(self.aws("logs", "describe-log-groups")["logGroups"], [])
        self.aws("logs", "create-log-group", "--log-group-name", GROUP)
        wait_for("success", lambda: self.status() == ("SUCCESS", None), 20, every=0.3)
        new = self.mark(20)
        wait_for("the new marks", lambda: new <= self.told().keys(), 20, every=0.3)
        self.sees(set(self.told().values()), {1}, "each once")


if __name__ == "__main__":
    harness.run(Cut)
