#!/usr/bin/env python3
"""A guest lies in wait for the code that is not its own: its first process, its ssh server, commands from outside.

It plants libraries where names are looked up and programs start, reaches for those processes' memory, files and
descriptors, and for the program's file itself, as CVE-2019-5736 did.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess
import time

import attacker  # noqa: F401  (finds the harness)
import control
import harness
from attacker import SYS_ADMIN, SYS_PTRACE, Attacker

# For names of hosts and accounts: first the guest's own library.
NSSWITCH = (
    "passwd: evil files\ngroup: evil files\nshadow: files\n"
    "hosts: evil files dns\nnetworks: evil files\nservices: evil files\n"
)
EVIL_PLACE = "/usr/lib/libnss_evil.so.2"
# How many seconds a file stays bad on a quiet machine, and how much memory is no accident.
POISONED = 1.8
TOO_MUCH = 256 << 20


class FirstProcess(Attacker):
    def attack(self):
        self.attacks_work_in_the_open()
        self.serve("guest")
        self.before = self.program_state()
        self.bounds()
        self.reach()
        self.race()
        self.interpreter()
        self.evil_libraries()
        self.accounts()
        self.still_serves()

    def attacks_work_in_the_open(self):
        self.step(
            "0. in a bare namespace the attacks work: a library is loaded by a name, and a process's file and "
            "memory are open"
        )
        self.evil = control.build(self.user.stage, "evil.so", "-shared", "-fPIC", static=False)
        self.tool = control.build(self.user.stage, "reach")
        victim = self.user.own(pathlib.Path(shutil.copy("/usr/bin/sleep", self.user.stage / "hamlet-victim")))
        reached = control.bare("sh", "-c", f"{victim} 5 & sleep 0.2; {self.tool} all; kill %1", user=self.user)
        seen = dict(line.split(" ", 2)[2].split("=") for line in reached.out.splitlines() if "victim" in line)
        for attack in (
            "chmod-exe",
            "read-exe",
            "write-mem",
            "read-environ",
            "follow-fd",
            "list-root",
            "seize",
            "read-memory",
            "take-descriptor",
        ):
            self.holds(seen.get(attack) == "done", f"{attack} in a bare namespace: {reached}")
        self.sees(oct(victim.stat().st_mode & 0o777), "0o711", "the mode of another program")
        loaded = self.loaded_in_the_open(privileged=False)
        self.holds(
            int(loaded["effective"], 16) & SYS_ADMIN and loaded["trace"] == "done",
            f"the library has the rights of who loads it: {loaded}",
        )
        if self.is_root:
            loaded = self.loaded_in_the_open(privileged=True)
            self.sees(loaded["core_pattern"], "done", "as the machine's root it writes the host's core_pattern")

    def loaded_in_the_open(self, privileged):
        script = (
            f"mount -t tmpfs none /tmp && mkdir -m 1777 /tmp/evil && LD_PRELOAD={self.evil} sleep 0 && cat "
            "/tmp/evil/log"
        )
        # The library must be seen although /tmp is another one.
        script = f"exec 9<{self.evil}; " + script.replace(f"LD_PRELOAD={self.evil}", "LD_PRELOAD=/proc/self/fd/9")
        result = control.bare("sh", "-c", script, user=self.user, privileged=privileged)
        self.holds(result.code == 0 and result.out, f"the library in a bare namespace: {result}")
        return fields(result.out.splitlines()[-1])

    def bounds(self):
        self.step("1. what the first process may do, before and while it serves")
        for pid in self.host_processes("guest"):
            self.bound(pid)

    def bound(self, pid):
        """A process of the instance, as the host sees it."""
        try:
            lines = pathlib.Path("/proc", str(pid), "status").read_text().splitlines()
        except OSError:
            return
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        name = status["Name"]
        for which in ("CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb"):
            held = int(status[which], 16)
            for capability, word in ((SYS_ADMIN, "CAP_SYS_ADMIN"), (SYS_PTRACE, "CAP_SYS_PTRACE")):
                self.breach(held & capability, f"process {name} in the instance has {word} in its {which}")
        self.breach(status.get("Seccomp") != "2", f"process {name} in the instance runs without a seccomp filter")

    def reach(self):
        self.step("2. memory, files and descriptors of the first process, for root and for ec2-user")
        self.put("guest", "/tmp/reach", self.tool)
        for account, id in (("root", "0"), ("ec2-user", "1000" if self.is_root else "0")):
            is_who = self.inside("guest", "id", "-u", user=account).out.strip()
            self.breach(is_who != id, f"`hamlet exec --user {account}` runs commands as user {is_who}")
            reached = self.inside("guest", "/tmp/reach", "all", user=account)
            self.holds(account != "root" or "\n1 " in "\n" + reached.out, f"it finds the first process: {reached}")
            for line in reached.out.splitlines():
                pid, name, outcome = line.split(" ", 2)
                attack, said = outcome.split("=")
                self.breach(
                    said == "done",
                    f"{account} of the guest: {attack} of process {pid} ({name}), which is not the guest's",
                )
        for signal in ("STOP", "KILL"):
            self.inside("guest", "sh", "-c", f"kill -{signal} 1; kill -{signal} -1", seconds=10)
        self.holds(self.inside("guest", "true").code == 0, "after `kill -STOP 1` and `kill -KILL 1` it still answers")
        self.program_is_whole(self.before, "with /proc/PID/exe")

    def race(self):
        self.step("3. lying in wait for commands and ssh connections while they start")
        with self.hamlet.running("exec", "guest", "--", "/tmp/reach", "race", "4") as log:
            time.sleep(0.5)
            for _ in range(8):
                self.inside("guest", "true")
            self.ssh("guest", "true")
            harness.wait_for("the end of the race", lambda: "memory=" in log.read_text(), 20)
            found = control.outcomes(log.read_text())
        print(f"      {found}")
        self.breach(
            found["opened"] != "0",
            f"{found['opened']} times the guest opened the file of a program from outside while it started",
        )
        self.breach(
            found["changed"] != "0",
            f"{found['changed']} times the guest changed the mode of a program from outside while it started",
        )
        self.breach(
            found["memory"] != "0",
            f"{found['memory']} times the guest opened the memory of a program from outside while it started",
        )
        self.program_is_whole(self.before, "while a command started")

    def interpreter(self):
        self.step("4. a script whose interpreter is /proc/self/exe: by exec, by ssh as a login shell")
        self.plant()
        self.inside(
            "guest",
            "sh",
            "-c",
            (
                "printf '#!/proc/self/exe\\n' > /tmp/self; chmod 755 /tmp/self; echo /usr/lib/libnss_evil.so.2 > "
                "/etc/ld.so.preload"
            ),
        )
        self.inside("guest", "/tmp/self", seconds=20)
        self.inside(
            "guest",
            "sh",
            "-c",
            "cp /etc/passwd /tmp/passwd; sed -i 's,^\\(ec2-user.*\\):[^:]*$,\\1:/tmp/self,' /etc/passwd",
        )
        self.ssh("guest", "true")
        self.inside("guest", "cp", "/tmp/passwd", "/etc/passwd", user="root")
        self.program_is_whole(self.before, "with #!/proc/self/exe")
        self.reports("as an interpreter")

    def plant(self):
        """Puts the library where it is found."""
        self.inside(
            "guest",
            "sh",
            "-c",
            "rm -rf /tmp/evil; mkdir -m 1777 /tmp/evil; : > /tmp/evil/log; chmod 666 /tmp/evil/log",
            check=True,
        )
        self.put("guest", EVIL_PLACE, self.evil)

    def evil_libraries(self):
        self.step("5. libraries: a module of the name service switch, asked by `ssh -W`; and /etc/ld.so.preload")
        self.plant()
        self.put("guest", "/etc/nsswitch.conf", NSSWITCH, "644")
        # Nothing of the guest's own loads it by chance: what is reported is what `ssh -W` made.
        self.inside("guest", "sh", "-c", "rm -f /etc/ld.so.preload; : > /tmp/evil/log")
        for name in ("evilname", "evil.example.com", "localhost"):
            self.ssh("guest", options=("-W", f"{name}:22"), seconds=40)
        self.holds(
            self.inside("guest", "grep", "-c", "exe=", "/tmp/evil/log").out.strip() != "0",
            "`ssh -W` looks names up as the guest is set up, so that the attack had its chance",
        )
        self.reports("by `ssh -W evilname:22`")
        for pid in self.host_processes("guest"):
            self.bound(pid)
        self.step("   the same for every program: ld.so.preload, then exec, ssh, sudo, a renewal of the leases")
        self.inside("guest", "sh", "-c", "echo /usr/lib/libnss_evil.so.2 > /etc/ld.so.preload")
        self.inside("guest", "true")
        self.inside("guest", "kill", "-HUP", "1")
        self.ssh("guest", "sudo", "id")
        self.inside("guest", "sudo", "true", user="ec2-user")
        self.inside("guest", "getent", "hosts", "evilname")
        self.inside("guest", "rm", "-f", "/etc/ld.so.preload")
        self.reports("by /etc/ld.so.preload")
        self.program_is_whole(self.before, "from a library")

    def reports(self, how):
        """What the library achieved in whatever loaded it."""
        log = self.inside("guest", "cat", "/tmp/evil/log").out
        for line in sorted(set(log.splitlines())):
            it = fields(line)
            who = f"{how}, the guest's library in {it['exe']} (uid {it['uid']})"
            for which in ("effective", "permitted", "bounding"):
                self.breach(int(it[which], 16) & SYS_ADMIN, f"{who} had CAP_SYS_ADMIN in its {which} set")
            self.breach(it["unmount"] == "done", f"{who} unmounted /proc/sys")
            self.breach(it["core_pattern"] == "done", f"{who} wrote the host's kernel.core_pattern")
            self.breach(it["first"] == "done", f"{who} changed the mode of /proc/1/exe")
            self.breach(it["trace"] == "done", f"{who} traced the first process")
            self.breach(
                it["own"] == "done" and "memfd:" not in it["exe"],
                f"{who} changed the mode of the program it was loaded into",
            )

    def accounts(self):
        self.step("6. files that are read for every command and login: too large, without an end, and never answering")
        for path, title, make in (
            ("/etc/passwd", "a file of 1 GiB", "truncate -s 1G"),
            ("/etc/passwd", "a link to /dev/zero", "ln -sf /dev/zero"),
            ("/etc/passwd", "a pipe that nobody writes to", "rm /etc/passwd; mkfifo -m 644"),
            ("/etc/group", "a link to /dev/zero", "ln -sf /dev/zero"),
        ):
            self.poisoned(path, title, f"{make} {path}")

    def poisoned(self, path, title, make):
        """With something bad in place of a file, `hamlet exec` neither eats the caller's memory nor hangs."""
        bad_s = POISONED * harness.busyness()
        # By itself the guest puts the file back: until then no other command may come from outside.
        script = f"cp {path} /tmp/kept; {make}; sleep {bad_s}; rm -f {path}; cp /tmp/kept {path}"
        self.inside("guest", "sh", "-c", f"({script}) >/dev/null 2>&1 </dev/null &")
        began = time.monotonic()
        time.sleep(0.2)
        words = [*self.user.prefix, "prlimit", f"--as={4 << 30}", self.user.program, "exec", "guest", "--", "true"]
        process = subprocess.Popen(
            [str(it) for it in words],
            env=self.hamlet._own_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=harness.die_with_parent,
        )
        peak = 0
        while process.poll() is None and time.monotonic() < began + bad_s - 0.5 and peak < TOO_MUCH:
            peak = max(peak, resident(process.pid))
            time.sleep(0.01)
        hung = process.poll() is None and peak < TOO_MUCH
        process.kill()
        process.wait()
        self.breach(
            peak >= TOO_MUCH,
            f"with {path} made {title}, `hamlet exec` takes {TOO_MUCH >> 20} MiB of the caller's memory and more",
        )
        self.breach(hung, f"with {path} made {title}, `hamlet exec` hangs")
        time.sleep(max(0.0, began + bad_s + 0.3 - time.monotonic()))
        self.holds(self.inside("guest", "true").code == 0, f"{path} is back")

    def still_serves(self):
        self.step("7. and it is an instance still: a command, a login, the network")
        self.put("guest", "/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n", "644")
        answered = self.ssh("guest", "sudo", "id", "-u")
        self.sees(answered.out.strip(), "0", f"ssh and sudo: {answered}")


def fields(line):
    return dict(field.split("=", 1) for field in line.split("|"))


def resident(pid):
    """Bytes of memory a process and those below it have."""
    total = 0
    for process in [pid, *children(pid)]:
        with contextlib.suppress(OSError, IndexError):
            total += int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return total


def children(pid):
    try:
        found = [int(it) for it in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return found + [below for child in found for below in children(child)]


if __name__ == "__main__":
    harness.run(FirstProcess)
