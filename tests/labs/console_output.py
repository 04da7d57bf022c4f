#!/usr/bin/env python3
"""Console output: the latest of it, while an instance runs, when it has stopped, after Hamlet was killed, and for a
while after the instance was terminated. Whoever prints without end fills no disk and keeps nobody waiting."""

import contextlib
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import harness

AMI = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
LATEST_BYTES = 64 << 10
# What consoles may take on the disk: the journal, and the latest of each instance with what is around it.
DISK_BYTES = 4 << 20


class ConsoleOutput(harness.Lab):
    def walk(self):
        self.step("1. what is printed is there, also when the instance has stopped")
        launch = ("run-instances", "--image-id", AMI, "--instance-type", "t2.micro")
        self.id = self.ec2(*launch)["Instances"][0]["InstanceId"]
        self.wait_running(self.id)
        self.booted(self.id)
        self.say("the first boot speaks")
        self.ec2("stop-instances", "--instance-ids", self.id)
        self.ec2("wait", "instance-stopped", "--instance-ids", self.id)
        harness.wait_for("its last words", lambda: "Power down." in self.console(), 5)
        self.step("2. Hamlet is killed: it is there still, all of it")
        before = self.console()
        self.hamlet.kill()
        self.hamlet.start()
        self.sees(self.console(), before)
        self.step("3. the next boot begins anew")
        self.ec2("start-instances", "--instance-ids", self.id)
        self.wait_running(self.id)
        self.booted(self.id)
        self.holds("the first boot" not in self.console(), "it is the first boot's")
        self.step("4. Hamlet is killed while it prints: what was read is there")
        self.say("before the kill")
        self.hamlet.kill()
        kept = list((self.hamlet.data / "consoles").glob("*"))
        self.holds(any(b"before the kill" in file.read_bytes() for file in kept), "it is on the disk")
        self.hamlet.start()
        self.wait_running(self.id)
        self.booted(self.id)
        self.flood()
        self.step("6. terminated: its output is there for a while")
        self.say("the last of it")
        self.ec2("terminate-instances", "--instance-ids", self.id)
        self.ec2("wait", "instance-terminated", "--instance-ids", self.id)
        self.holds("the last of it" in self.console(), "it is gone")

    def flood(self):
        self.step("5. without end: the disk does not fill, others do not wait, and the latest is there")
        script = (
            "for it in 1 2; do (timeout 6 yes a flood of words > /dev/console) & done; "
            "wait; echo it has ended > /dev/console"
        )
        self.inside(self.id, "sh", "-c", f"({script}) >/dev/null 2>&1 </dev/null &")
        slowest, largest, end = 0.0, 0, time.monotonic() + 6
        while time.monotonic() < end:
            began = time.monotonic()
            self.hamlet.status()
            slowest = max(slowest, time.monotonic() - began)
            largest = max(largest, self.disk_bytes())
            time.sleep(0.2)
        print(f"      {largest >> 10} KiB on the disk at most; an answer took {slowest:.2f} s at most")
        self.holds(largest < DISK_BYTES, f"consoles took {largest} bytes")
        self.holds(slowest < 2, f"another call waited {slowest:.1f} s")
        harness.wait_for("the flood to end", lambda: "it has ended" in self.console(), 15, every=0.2)
        latest = self.console()
        self.sees(len(latest), LATEST_BYTES, "the latest 64 KiB")
        self.holds(latest.count("a flood of words") > 1000, "they are the flood's")

    def console(self):
        return self.ec2("get-console-output", "--instance-id", self.id, "--latest").get("Output", "")

    def say(self, words):
        self.inside(self.id, "sh", "-c", f"echo {words} > /dev/console", check=True)
        harness.wait_for("the console", lambda: words in self.console(), 5)

    def disk_bytes(self):
        total = 0
        for file in (self.hamlet.data / "consoles").iterdir():
            # It may be dropped meanwhile.
            with contextlib.suppress(FileNotFoundError):
                total += file.stat().st_size
        return total


if __name__ == "__main__":
    harness.run(ConsoleOutput, both=False)
