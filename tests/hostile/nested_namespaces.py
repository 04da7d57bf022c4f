#!/usr/bin/env python3
"""Namespaces in an instance: none as Hamlet comes, all with the flag that says what it costs; and what even that does
not open.
"""

from attacker import Attacker

# Mounts something of its own in namespaces of its own.
NEST = ["unshare", "-Urmpf", "sh", "-c", "mount -t tmpfs none /mnt && touch /mnt/mine && ls /mnt && id -u"]


class Refused(Attacker):
    def attack(self):
        self.step("1. as Hamlet comes: no namespace, by filter and by limit")
        self.serve("guest")
        done = self.inside("guest", *NEST)
        self.breach(done.code == 0, f"the guest nests namespaces: {done}")
        self.sees(
            self.inside("guest", "cat", "/proc/sys/user/max_user_namespaces").out.strip(), "0", "user namespaces inside"
        )
        missing = {it["name"]: it["missing"] for it in self.hamlet.status()["boundary"]}
        self.sees(missing["system calls"], None, "what status misses")


class Allowed(Attacker):
    options = ("--nested-namespaces",)

    def attack(self):
        self.step("1. with --nested-namespaces they work: by exec, by ssh, from user data")
        self.serve("guest", user_data=f"#!/bin/sh\n{' '.join(NEST[:2])} true && echo nested > /root/nested\n")
        done = self.inside("guest", *NEST)
        self.sees((done.code, done.out.split()), (0, ["mine", "0"]), "a mount in namespaces of its own")
        over_ssh = self.ssh("guest", "unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt", "&&", "echo", "nested")
        self.holds("nested" in over_ssh.out, f"by ssh: {over_ssh}")
        self.sees(self.inside("guest", "cat", "/root/nested").out.strip(), "nested", "from user data")
        missing = {it["name"]: it["missing"] for it in self.hamlet.status()["boundary"]}
        self.holds("--nested-namespaces" in missing["system calls"], f"status says what it costs: {missing}")

        self.step("2. mounts of the root stay locked in them, and the other doors shut")
        for attempt in (
            "umount /proc/sys",
            "umount /dev/null",
            "mount -o remount,bind,rw /proc/sys",
            "umount /usr",
            "echo x > /proc/sys/kernel/core_pattern",
            "umount /proc/kcore",
        ):
            done = self.inside("guest", "unshare", "-Urm", "sh", "-c", attempt)
            self.breach(done.code == 0, f"in namespaces of its own the guest does `{attempt}`")
        bpf = self.python(
            "guest",
            (
                "import ctypes, errno; libc = ctypes.CDLL(None, use_errno=True); libc.syscall(321, 0, 0, 0); "
                "print(errno.errorcode[ctypes.get_errno()])"
            ),
        )
        self.sees(bpf.out.strip(), "EPERM", "bpf")


if __name__ == "__main__":
    import harness

    harness.run(Refused, Allowed)
