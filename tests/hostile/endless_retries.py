#!/usr/bin/env python3
"""A guest takes every name that the interface it is to get could have, so that each attempt to give it one fails:
Hamlet tries again less and less often, says little in its log and why in `hamlet status`, and succeeds when the guest
gives in."""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from network import NetworkLab

# For how long it is looked at, how much log that may make, and how much of a processor it may take.
SECONDS, LOG_BYTES, SHARE = 5, 4096, 0.10
# More than Hamlet looks through for a free one.
NAMES = 300


class EndlessRetries(NetworkLab):
    def walk(self):
        self.step(
            f"1. a server takes {NAMES} names from ens6 on as other names of its first interface, and is given "
            "a second one"
        )
        vpc = self.make_vpc("10.0.0.0/16")
        net = self.subnet(vpc, "10.0.0.0/24", "a")
        self.rogue = self.launch("rogue", net, self.default_group(vpc))
        self.wait_running(self.rogue)
        self.booted(self.rogue)
        self.names("add")
        second = self.ec2("create-network-interface", "--subnet-id", net)["NetworkInterface"]
        before = self.log()
        self.ec2(
            "attach-network-interface",
            "--network-interface-id",
            second["NetworkInterfaceId"],
            "--instance-id",
            self.rogue,
            "--device-index",
            "1",
        )
        harness.wait_for("the attempt to fail", self.problem, 20)

        self.step(
            f"2. the attempts cost little: {LOG_BYTES} bytes of log and {SHARE:.0%} of a processor in {SECONDS} "
            "s at most"
        )
        began, used = time.monotonic(), self.processor_seconds()
        time.sleep(SECONDS)
        share = (self.processor_seconds() - used) / (time.monotonic() - began)
        self.holds(share < SHARE, f"{share:.0%} of a processor")
        said = self.log()[len(before) :]
        self.holds(0 < len(said) < LOG_BYTES, f"{len(said)} bytes of log:\n{said[:2000]}")
        print(f"      {share:.1%} of a processor, {len(said)} bytes of log")
        shown = self.hamlet.hamlet("status").out
        self.holds("What fails, and is tried again" in shown and self.problem() in shown, f"status says why:\n{shown}")

        last = self.controller()["last_error"]
        self.holds(
            last["key"] == self.rogue and last["error"] in self.problem(), f"the controller's last error: {last}"
        )
        self.holds(self.controller()["next_retry_ms"] is not None, "when it is tried again")

        self.step("3. the guest gives in, and gets its interface with the next attempt")
        self.names("del")
        has = lambda: (
            second["PrivateIpAddress"] in self.inside("rogue", "ip", "-4", "-o", "address", "show", "dev", "ens6").out
        )
        harness.wait_for("the second interface", has, 40, every=0.5)
        harness.wait_for("status to say nothing more", lambda: not self.problem(), 10)
        shown = self.controller()
        self.holds(
            not shown["last_error"] and shown["last_step"]["step"] in ("connect", "readdress"),
            f"the controller's last step: {shown}",
        )

    def names(self, what):
        script = (
            f"for n in $(seq 6 {5 + NAMES}); do echo link property {what} dev ens5 altname ens$n; done | ip -batch -"
        )
        self.inside("rogue", "sh", "-c", script, check=True)

    def problem(self):
        [instance] = self.hamlet.status()["instances"]
        return instance["problem"]

    def controller(self):
        [instances] = [it for it in self.hamlet.status()["controllers"] if it["name"] == "instances"]
        return instances

    def log(self):
        return self.hamlet.log.read_text()

    def processor_seconds(self):
        """What Hamlet's own process has used."""
        fields = pathlib.Path("/proc", str(self.hamlet.status()["pid"]), "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    harness.run(EndlessRetries)
