#!/usr/bin/env python3
"""A guest takes the name that an interface to be attached would have, and keeps its first process busy."""

import os
import pathlib
import time

import attacker  # noqa: F401  (finds the harness)
import control
import harness
from attacker import Attacker
from client import Refused

# What a guest that is not let in may cost.
LINES_MAX = 20
WATCHED_SECONDS = 3.0
BUSY_MAX = 0.10
# How long an unconcerned call may take meanwhile.
PATIENCE = 2.0
# How a name is taken; whichever the kernel and the guest's rights allow.
TAKE = (
    "ip link add {name} type veth peer name p{name} || ip link add {name} type bridge || ip link add {name} "
    "type dummy || ip link set lo name {name}"
)


class NamesOfLinks(Attacker):
    def attack(self):
        self.attacks_work_in_the_open()
        self.serve("taker", "other")
        self.taken_before()
        self.taken_again_and_again()
        self.gone_and_renamed()
        self.busy_console()

    def attacks_work_in_the_open(self):
        self.step("0. in a bare namespace a name can be taken, and then no other interface can have it")
        script = (
            f"({TAKE.format(name='ens6')}) 2>/dev/null; ip link show ens6 && ! ip link add ens6 type veth peer "
            "name q 2>&1 && ! ip link set lo name ens6"
        )
        tried = control.bare("unshare", "-n", "sh", "-c", script, user=self.user)
        self.sees(tried.code, 0, f"the control: {tried}")

    # The API's side.

    def attach(self, server, index):
        """Makes an interface and attaches it; the interface's id, the attachment's, and what was refused."""
        made = self.api.ec2("CreateNetworkInterface", SubnetId=self.describe(server)["subnetId"])["networkInterface"][
            "networkInterfaceId"
        ]
        try:
            attached = self.api.ec2(
                "AttachNetworkInterface",
                NetworkInterfaceId=made,
                InstanceId=self.servers[server],
                DeviceIndex=str(index),
            )
        except Refused as refused:
            return made, None, str(refused)
        return made, attached["attachmentId"], ""

    def detach(self, interface, attachment):
        if attachment:
            self.api.ec2("DetachNetworkInterface", AttachmentId=attachment, Force="true")
        free = lambda: self.status_of(interface) == "available"
        harness.wait_for("the interface to be free", free, 10)
        self.api.ec2("DeleteNetworkInterface", NetworkInterfaceId=interface)

    def status_of(self, interface):
        return self.api.ec2("DescribeNetworkInterfaces", **{"NetworkInterfaceId.1": interface})["networkInterfaceSet"][
            0
        ]["status"]

    def calm(self, what):
        """The daemon's log and its processor time while nobody asks anything of it."""
        lines, busy = len(self.log()), self.busy()
        time.sleep(WATCHED_SECONDS)
        grown, used = len(self.log()) - lines, (self.busy() - busy) / WATCHED_SECONDS
        print(f"      {grown} lines, {used:.0%} of a processor")
        self.breach(
            grown >= LINES_MAX,
            f"{what}, the daemon's log grows by {grown} lines in {WATCHED_SECONDS:.0f} s: {self.log()[-1][:200]}",
        )
        self.breach(used >= BUSY_MAX, f"{what}, the daemon keeps {used:.0%} of a processor busy")
        began = time.monotonic()
        self.describe("other")
        answered = self.inside("other", "ping", "-n", "-c", "1", "-W", "2", "192.0.2.10")
        took = time.monotonic() - began
        self.breach(
            answered.code or took > PATIENCE,
            f"{what}, a call and another guest's ping take {took:.1f} s: {answered.out}",
        )

    def log(self):
        """What the daemon has said: where it was started, and in its data directory."""
        files = [self.hamlet.log, *pathlib.Path(self.hamlet.data).glob("*.log")]
        return [line for file in files for line in file.read_text(errors="replace").splitlines()] or [""]

    def busy(self):
        """Seconds of processor time the daemon has used."""
        fields = pathlib.Path(f"/proc/{self.hamlet.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    # The attacks.

    def taken_before(self):
        self.step("1. the guest has an ens6 already when one is attached")
        self.holds(
            self.inside("taker", "sh", "-c", f"({TAKE.format(name='ens6')}) 2>/dev/null; ip link show ens6").code == 0,
            "it has the name",
        )
        interface, attachment, refused = self.attach("taker", 1)
        print(f"      {'refused: ' + refused if refused else 'attached'}")
        self.breach("/dev/net/tun" in refused, f"the refusal blames the host's device: {refused}")
        self.calm("with the name ens6 taken by a guest")
        new = [line for line in self.log() if "ens6" in line]
        self.breach(
            any("/dev/net/tun" in line or "chmod" in line for line in new),
            f"the log blames the host's device: {new[:1]}",
        )
        self.detach(interface, attachment)
        self.step("   and when the name is free again, an interface comes in")
        self.inside("taker", "sh", "-c", "ip link del ens6 2>/dev/null || ip link set ens6 name lo")
        interface, attachment, refused = self.attach("taker", 1)
        self.breach(refused, f"after the guest has freed the name, no interface comes in: {refused}")
        came = lambda: "inet " in self.inside("taker", "ip", "-4", "address", "show", "dev", "ens6").out
        try:
            harness.wait_for("its address", came, 10)
        except harness.Failed as failed:
            self.breach(True, f"after the guest has freed the name: {failed}")
        self.detach(interface, attachment)

    def taken_again_and_again(self):
        self.step("2. the guest takes every name at once that comes up")
        names = " ".join(f"ens{number}" for number in range(6, 13))
        script = (
            f"for name in {names}; do ip link add $name type veth peer name p$name || ip link add $name type "
            "bridge; done 2>/dev/null; ip -br link"
        )
        taken = self.inside("taker", "sh", "-c", script)
        self.holds("ens6" in taken.out, f"names taken: {taken}")
        interface, attachment, refused = self.attach("taker", 2)
        print(f"      {'refused: ' + refused if refused else 'attached'}")
        self.calm("with every name taken by a guest")
        self.detach(interface, attachment)
        self.inside("taker", "sh", "-c", f"for name in {names}; do ip link del $name; done 2>/dev/null")

    def gone_and_renamed(self):
        self.step("3. the guest renames what is attached, and takes away its first interface")
        interface, attachment, refused = self.attach("taker", 1)
        self.holds(not refused, refused)
        harness.wait_for("ens6", lambda: self.inside("taker", "ip", "link", "show", "ens6").code == 0, 10)
        self.inside(
            "taker",
            "sh",
            "-c",
            "ip link set ens6 down; ip link set ens6 name mine; ip link set mine mtu 1280; ip link set mine up",
        )
        self.calm("with an attached interface renamed by a guest")
        self.detach(interface, attachment)
        gone = lambda: self.inside("taker", "ip", "link", "show", "mine").code != 0
        harness.wait_for("the renamed interface to go with its detachment", gone, 10)
        self.inside(
            "taker",
            "sh",
            "-c",
            "ip link set ens5 down; ip link set ens5 name ens9; ip link set ens9 up; ip link del ens9",
        )
        self.calm("with its first interface renamed and taken away by a guest")

    def busy_console(self):
        self.step(
            "4. the guest keeps its first process busy with its console, while an interface is attached and "
            "other instances go on"
        )
        self.inside(
            "other",
            "sh",
            "-c",
            "for it in 1 2 3; do (timeout 20 yes flood > /dev/console) >/dev/null 2>&1 </dev/null & done",
        )
        began = time.monotonic()
        _, attachment, refused = self.attach("other", 1)
        took = time.monotonic() - began
        print(f"      {'refused: ' + refused if refused else 'attached'} after {took:.1f} s")
        self.holds(attachment or "console" in refused or took > PATIENCE, f"it is attached: {refused}")
        self.breach(
            took > PATIENCE * 3, f"with a flooded console, attaching an interface keeps its caller for {took:.1f} s"
        )
        slowest = 0.0
        for _ in range(10):
            began = time.monotonic()
            self.describe("taker")
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.1)
        self.breach(slowest > PATIENCE, f"with a flooded console, another call waits {slowest:.1f} s")
        began = time.monotonic()
        third = self.run_instance("third")
        self.servers["third"] = third
        harness.wait_for("another instance to run", lambda: self.state("third") == "running", 30)
        took = time.monotonic() - began
        print(f"      another instance runs after {took:.1f} s")
        self.breach(took > PATIENCE * 3, f"with a flooded console, another instance needs {took:.1f} s to run")
        size = sum(file.stat().st_size for file in (self.hamlet.data / "consoles").iterdir())
        self.breach(size > 4 << 20, f"the flooded consoles have {size} bytes")
        self.inside(
            "other",
            "sh",
            "-c",
            "for it in /proc/[0-9]*; do grep -qa flood $it/cmdline 2>/dev/null && kill -9 ${it#/proc/}; done; true",
        )


if __name__ == "__main__":
    harness.run(NamesOfLinks)
