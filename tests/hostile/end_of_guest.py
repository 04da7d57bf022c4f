#!/usr/bin/env python3
"""Ending a guest does not depend on its goodwill: with the daemon's death, by the API, under a fork bomb.

The worst of them takes over its first process, as a library that this process loads, and holds it.
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

import attacker
import control
import harness
from attacker import Attacker
from client import Refused

# How long the dead may be around, on a machine that does nothing else; each other test at work makes that longer.
GONE_WITHIN = 2.0 * min(5.0, max(1.0, os.getloadavg()[0] / os.cpu_count()))
# Ignores what can be ignored, leaves its session and its parents, and goes on.
STUBBORN = """
import ctypes, os, signal, sys, time
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
for _ in range(2):
    if os.fork():
        os._exit(0)
    os.setsid()
ctypes.CDLL(None).prctl(1, 0)
null = os.open("/dev/null", os.O_RDWR)
for number in (0, 1, 2):
    os.dup2(null, number)
os.chdir("/proc")
while True:
    time.sleep(0.2)
    if sys.argv[1] == "stops-others":
        try:
            os.kill(-1, signal.SIGSTOP)
        except OSError:
            pass
"""
USER_DATA = f"""#!/usr/bin/python3
{STUBBORN.replace("sys.argv[1]", '"from user data"')}
"""
NSSWITCH = "passwd: files\ngroup: files\nhosts: evil files dns\n"


class EndOfGuest(Attacker):
    def attack(self):
        self.attacks_work_in_the_open()
        self.serve("taker", "stubborn", user_data=USER_DATA)
        self.scores()
        self.stop_and_terminate()
        self.fork_bomb()
        self.takes_over()
        self.daemon_dies()

    def attacks_work_in_the_open(self):
        self.step(
            "0. in a bare namespace the first process is taken over and outlives its parent, whose death was to end it"
        )
        self.evil = control.build(self.user.stage, "evil.so", "-shared", "-fPIC", static=False)
        self.bomb = control.build(self.user.stage, "bomb")
        script = (
            f"exec 9<{self.evil}; mount -t tmpfs none /tmp && mkdir -m 1777 /tmp/evil && touch /tmp/evil/take-over && "
            "(sleep 0.3; LD_PRELOAD=/proc/self/fd/9 /usr/bin/sleep 0) & sleep 60; true"
        )
        words = [*self.user.prefix, "unshare", "-Urmpf", "--mount-proc", "--kill-child", "sh", "-c", script]
        parent = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, preexec_fn=harness.die_with_parent)
        namespaces = set()
        try:
            namespaces = harness.wait_for(
                "the bare namespace",
                lambda: {
                    found
                    for found in map(attacker.pid_namespace, below(parent.pid))
                    if found not in (None, attacker.pid_namespace("self"))
                },
                10,
            )
            # Its tracer is there, the first process has stopped.
            harness.wait_for("the take-over", lambda: any(state(pid) == "t" for pid in inside(namespaces)), 10)
            parent.kill()
            parent.wait()
            time.sleep(0.5)
            self.holds(inside(namespaces), "the processes of the bare namespace died with their parent")
        finally:
            parent.kill()
            end(inside(namespaces))

    def scores(self):
        self.step("1. when memory runs out, everything of a guest goes before the daemon")
        self.put("stubborn", "/tmp/stubborn.py", STUBBORN, "644")
        self.inside("stubborn", "/usr/bin/python3", "/tmp/stubborn.py", "by exec")
        self.ssh("stubborn", "sudo", "/usr/bin/python3", "/tmp/stubborn.py", "by-ssh")
        daemon = score(self.hamlet.process.pid)
        found = {}
        for pid in self.host_processes("stubborn"):
            found[how_started(pid)] = score(pid)
        self.holds({"by exec", "by-ssh", "from user data"} <= set(found), f"all ways of starting are there: {found}")
        for how, its in found.items():
            self.breach(
                its is not None and its <= daemon,
                f"a guest's process started {how} has oom_score_adj {its}, the daemon {daemon}",
            )
        for value in (-1000, -1):
            self.inside(
                "stubborn", "sh", "-c", f"for it in /proc/[0-9]*/oom_score_adj; do echo {value} > $it; done 2>/dev/null"
            )
            lowest = min(it for it in map(score, self.host_processes("stubborn")) if it is not None)
            self.breach(lowest < daemon, f"the guest set its oom_score_adj to {lowest}, below the daemon's {daemon}")

    def stop_and_terminate(self):
        self.step("2. stopped and terminated by the API, although nothing in it listens to SIGTERM")
        before = self.host_processes("stubborn")
        self.holds(len(before) >= 4, f"it has stubborn processes: {before}")
        namespaces = {attacker.pid_namespace(before[0])}
        began = time.monotonic()
        self.api.ec2("StopInstances", **{"InstanceId.1": self.servers["stubborn"]})
        harness.wait_for("the instance to stop", lambda: self.state("stubborn") == "stopped", 20)
        print(f"      stopped after {time.monotonic() - began:.1f} s")
        self.breach(
            inside(namespaces), f"after StopInstances these of its processes live on: {named(inside(namespaces))}"
        )
        self.api.ec2("StartInstances", **{"InstanceId.1": self.servers["stubborn"]})
        harness.wait_for("it to run", lambda: self.state("stubborn") == "running", 20)
        self.inside("stubborn", "/usr/bin/python3", "-c", STUBBORN, "again")
        namespaces = {attacker.pid_namespace(self.host_processes("stubborn")[0])}
        began = time.monotonic()
        self.terminate("stubborn")
        harness.wait_for("its end", lambda: self.state("stubborn") == "terminated", 20)
        print(f"      terminated after {time.monotonic() - began:.1f} s")
        self.breach(
            inside(namespaces), f"after TerminateInstances these of its processes live on: {named(inside(namespaces))}"
        )

    def fork_bomb(self):
        self.step("3. a fork bomb: others and the API go on, new instances start, and it ends within 10 s")
        self.servers["bomb"] = self.run_instance("bomb")
        harness.wait_for("it to boot", lambda: "cloud-init: finished" in self.console("bomb"), 30)
        self.put("bomb", "/tmp/bomb", self.bomb)
        namespaces = {attacker.pid_namespace(self.host_processes("bomb")[0])}
        self.inside("bomb", "sh", "-c", "setsid /tmp/bomb >/dev/null 2>&1 </dev/null &")
        count = settled(lambda: len(inside(namespaces)))
        print(f"      {count} processes")
        self.breach(count > 5000, f"one guest has {count} processes")
        self.breach(count < 100, f"the bomb made {count} processes: the attack did not work")
        began = time.monotonic()
        self.describe("taker")
        answered = self.inside("taker", "ping", "-n", "-c", "1", "-W", "3", "192.0.2.10")
        self.breach(answered.code, f"beside a fork bomb another guest does not work: {answered}")
        self.breach(
            time.monotonic() - began > 5, f"beside a fork bomb a call and a ping take {time.monotonic() - began:.1f} s"
        )
        entered = self.hamlet.hamlet("exec", "bomb", "--", "true", check=False, seconds=20)
        self.breach(
            entered.code and len(entered.err.splitlines()) != 1,
            f"into a full guest `hamlet exec` says no single sentence: {entered}",
        )
        try:
            self.servers["late"] = self.run_instance("late")
            harness.wait_for(
                "another instance to boot beside it", lambda: "cloud-init: finished" in self.console("late"), 15
            )
        except (harness.Failed, Refused) as error:
            self.breach(True, f"beside a fork bomb no other instance starts: {error}")
        began = time.monotonic()
        self.terminate("bomb")
        harness.wait_for("its end", lambda: self.state("bomb") == "terminated" and not inside(namespaces), 30)
        took = time.monotonic() - began
        print(f"      terminated after {took:.1f} s")
        self.breach(took > 10, f"a fork bomb needs {took:.1f} s to be terminated")

    def takes_over(self):
        self.step("4. a guest that takes over its first process, and processes that stop all others")
        self.inside(
            "taker",
            "sh",
            "-c",
            "rm -rf /tmp/evil; mkdir -m 1777 /tmp/evil; cd /tmp/evil; touch take-over log taken; chmod 666 log taken",
        )
        self.put("taker", "/usr/lib/libnss_evil.so.2", self.evil)
        self.put("taker", "/etc/nsswitch.conf", NSSWITCH, "644")
        self.ssh("taker", options=("-W", "evilname:22"), seconds=40)
        self.inside("taker", "sh", "-c", "LD_PRELOAD=/usr/lib/libnss_evil.so.2 sleep 0")
        taken = self.inside("taker", "cat", "/tmp/evil/taken").out.split()
        print(f"      the take-over: {taken}")
        self.holds(len(taken) >= 2, f"the library was loaded for the name, and for a program: {taken}")
        self.breach("done" in taken, "the guest took over its first process and freed it from its parent's death")
        self.breach(
            any(state(pid) == "t" for pid in self.host_processes("taker")), "the guest holds its first process stopped"
        )
        self.put("taker", "/tmp/stubborn.py", STUBBORN, "644")
        self.inside("taker", "/usr/bin/python3", "/tmp/stubborn.py", "by exec")
        self.inside("taker", "/usr/bin/python3", "/tmp/stubborn.py", "stops-others")

    def daemon_dies(self):
        self.step(f"5. kill -9 of the daemon: within {GONE_WITHIN:.0f} s nothing is left")
        before = self.program_state()
        namespaces = {
            attacker.pid_namespace(pid)
            for name in ("taker", "late")
            if name in self.servers
            for pid in self.host_processes(name)[:1]
        }
        self.holds(inside(namespaces), "something runs")
        self.hamlet.kill()
        began = time.monotonic()
        while (
            inside(namespaces) or harness.nothing_is_left(self.hamlet.data)
        ) and time.monotonic() < began + GONE_WITHIN:
            time.sleep(0.02)
        left = named(inside(namespaces)) + harness.nothing_is_left(self.hamlet.data)
        print(f"      gone after {time.monotonic() - began:.2f} s" if not left else "      not gone")
        self.breach(
            left, f"{GONE_WITHIN:.0f} s after the daemon was killed these live on: {'; '.join(sorted(set(left))[:10])}"
        )
        end(inside(namespaces))
        self.program_is_whole(before, "with its first process taken over")
        self.step("   and the next start finds nothing in its way")
        self.hamlet.start()
        self.step(
            "   nor is anything left where the first process does not listen, and who would end it was killed first"
        )
        self.inside("taker", "true")
        namespaces = {attacker.pid_namespace(pid) for pid in self.host_processes("taker")[:1]}
        [first] = [it["pid"] for it in self.hamlet.status()["instances"] if it["name"] == "taker"]
        [reaper] = [pid for pid in below(self.hamlet.process.pid) if "internal-reaper" in read(pid, "cmdline")]
        os.kill(first, signal.SIGSTOP)
        os.kill(reaper, signal.SIGKILL)
        self.hamlet.kill()
        began = time.monotonic()
        while inside(namespaces) and time.monotonic() < began + GONE_WITHIN:
            time.sleep(0.02)
        left = named(inside(namespaces))
        self.breach(
            left, f"without the daemon and who ends instances these live on: {'; '.join(sorted(set(left))[:10])}"
        )
        end(inside(namespaces))


def inside(namespaces):
    return [pid for namespace in namespaces for pid in attacker.processes_of(namespace)]


def end(pids):
    """What an attack has left must not outlive its test."""
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def below(pid):
    """All processes below one."""
    try:
        children = [int(it) for it in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return children + [it for child in children for it in below(child)]


def read(pid, name):
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def state(pid):
    return read(pid, "stat").rpartition(") ")[2][:1]


def score(pid):
    text = read(pid, "oom_score_adj")
    return int(text) if text else None


def how_started(pid):
    words = read(pid, "cmdline").split("\0")
    marks = [it for it in words if it in ("by exec", "by-ssh")]
    if marks:
        return marks[0]
    return "from user data" if "user-data" in " ".join(words) else f"as {read(pid, 'comm').strip()}"


def named(pids):
    return [f"{pid} ({read(pid, 'comm').strip()})" for pid in pids]


def settled(count):
    """A number once it no longer grows, or after ten seconds."""
    end_at, last = time.monotonic() + 10, -1
    while time.monotonic() < end_at:
        now = count()
        if now == last:
            return now
        last = now
        time.sleep(0.5)
    return last


if __name__ == "__main__":
    harness.run(EndOfGuest)
