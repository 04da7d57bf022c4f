#!/usr/bin/env python3
"""Doors of the kernel that a guest has no business behind, its mounts, and what of the host it might read or write.

Beside them what a guest does have business with: real programs, which must go on working.
"""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess

import attacker  # noqa: F401  (finds the harness)
import control
import harness
from attacker import Attacker, process_of
from client import Refused

# Open in a bare namespace on every kernel; more are, depending on how it was built.
OPEN_IN_THE_BARE = (
    "mount",
    "mount-bind",
    "umount2",
    "pivot_root",
    "mount_setattr",
    "open_tree",
    "move_mount",
    "fsopen",
    "fspick",
    "unshare-user",
    "unshare-mount",
    "unshare-pid",
    "unshare-net",
    "unshare-ipc",
    "unshare-uts",
    "clone-user",
    "clone-user-high-bits",
    "setns-mount",
    "clone3",
    "personality-odd",
)
REFUSED = {"EPERM", "ENOSYS"}
# By the beginning of the door's name.
REFUSED_OTHERWISE = {
    "socket": {"EAFNOSUPPORT"},
    "x32-": {"ENOSYS", "EPERM", "SIGSYS"},
    "i386-": {"ENOSYS", "EPERM", "SIGSYS"},
    # The kernel looks at all 64 bits of this one.
    "unshare-user-high-bits": {"EPERM", "EINVAL"},
}
# By their numbers in capabilities(7): what no process of a guest may come to hold.
DROPPED = (2, 16, 17, 19, 20, 21, 22, 25, 26, 27, 30, *range(32, 41))
# Waits for the attack to be brought, since user data is small.
USER_DATA = """#!/bin/sh
( until [ -e /tmp/go ]; do sleep 0.1; done; /tmp/doors > /tmp/doors.out; cat /proc/self/status > /tmp/status.out
  : > /tmp/done ) >/dev/null 2>&1 </dev/null &
"""
# Prints a sentence for everything that it could do. Files are opened, and of what can be opened only settings are
# written: with their own value.
LOOK = r"""
import ctypes, os, stat, sys
libc = ctypes.CDLL(None, use_errno=True)
def opens(path, flags):
    try:
        os.close(os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC))
        return True
    except OSError:
        return False
def walk(top, skip=()):
    for directory, names, files in os.walk(top):
        names[:] = [it for it in names if os.path.join(directory, it) not in skip]
        yield from (os.path.join(directory, it) for it in files)
tried = 0
for path in walk("/proc/sys", ("/proc/sys/net",)):
    tried += 1
    # What comes with the instance's own namespaces is its own, as long as nobody else has it.
    if opens(path, os.O_WRONLY):
        print(f"opened {path} for writing")
print(f"tried {tried} settings of the kernel", file=sys.stderr)
tried = 0
for path in walk("/sys"):
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        continue
    if stat.S_ISREG(mode) and mode & 0o222:
        tried += 1
        if opens(path, os.O_WRONLY):
            print(f"opened {path} for writing")
    if stat.S_ISREG(mode) and mode & 0o444 and not mode & 0o004 and opens(path, os.O_RDONLY):
        print(f"opened {path}, which only the host's root may read")
    if tried > 3000:
        break
print(f"tried {tried} files below /sys", file=sys.stderr)
for path in ("/proc/sysrq-trigger", "/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg",
             "/dev/kvm", "/dev/fuse", "/dev/loop-control", "/dev/vda", "/dev/sda", "/dev/nvme0n1", "/dev/net/tun",
             "/dev/vsock", "/dev/userfaultfd", "/proc/sys/fs/binfmt_misc/register", "/sys/kernel/uevent_helper",
             "/proc/timer_list", "/proc/keys", "/proc/sched_debug", "/sys/fs/cgroup/release_agent",
             "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/cgroup.procs"):
    for flags, how in ((os.O_RDONLY, "reading"), (os.O_WRONLY, "writing")):
        # What is hidden is the same as /dev/null.
        if opens(path, flags) and os.stat(path).st_rdev != os.makedev(1, 3):
            print(f"opened {path} for {how}")
for path in ("/sys/kernel/debug", "/sys/kernel/tracing", "/sys/fs/bpf", "/sys/firmware/efi/efivars"):
    if os.path.isdir(path) and os.access(path, os.R_OK) and os.listdir(path):
        print(f"listed {path}")
mounts = [line.split()[1].encode().decode("unicode_escape") for line in open("/proc/self/mounts")]
for path in reversed(mounts):
    for name, call in (("unmounted", lambda: libc.umount2(path.encode(), 2)),
                       ("mounted anew, writable,", lambda: libc.mount(None, path.encode(), None, 32 | 4096, None)),
                       ("mounted something over", lambda: libc.mount(b"/tmp", path.encode(), None, 4096, None))):
        if call() == 0:
            print(f"{name} {path}")
print(f"tried {len(mounts)} mounts", file=sys.stderr)
"""
# Leaves a root by the ways that are known, and looks for a file of the host's.
ESCAPE = r"""
import glob, os, sys
canary = sys.argv[1]
def climb():
    for _ in range(64):
        os.chdir("..")
    os.chroot(".")
def by_chroot():
    os.makedirs("/tmp/inner", exist_ok=True)
    os.chroot("/tmp/inner")
    climb()
def by_descriptor():
    os.makedirs("/tmp/inner", exist_ok=True)
    out = os.open("/", os.O_RDONLY)
    os.chroot("/tmp/inner")
    os.fchdir(out)
    climb()
def by_processes():
    for link in glob.glob("/proc/[0-9]*/root") + glob.glob("/proc/[0-9]*/cwd") + glob.glob("/proc/[0-9]*/fd/*"):
        if os.path.exists(link + canary) or os.path.exists(link + "/.." * 32 + canary):
            os.chdir(link)
            climb()
            return
for way in (by_chroot, by_descriptor, by_processes):
    child = os.fork()
    if child == 0:
        try:
            way()
        except OSError:
            pass
        if os.path.exists(canary):
            print(f"left its root {way.__name__.replace('_', ' ')}", flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
# Changes modes, times and owners of the device nodes, which are the host's.
NODES = r"""
import os
for name in ("full", "null", "random", "tty", "urandom", "zero"):
    path = "/dev/" + name
    for what, do in (("mode", lambda: os.chmod(path, 0o667)), ("times", lambda: os.utime(path, (1, 1))),
                     ("owner", lambda: os.chown(path, 1, 1)),
                     ("attributes", lambda: os.setxattr(path, "user.evil", b"1"))):
        try:
            do()
            print(f"the {what} of {path}")
        except OSError:
            pass
"""
# Adds one to every number of the network's settings, or takes it away again. Prints what could be changed, with its
# value before.
ADD = r"""
import glob, sys
# The machine's, and once it is on nothing but a restart puts it off: written as it is.
one_way = "/proc/sys/net/netfilter/nf_hooks_lwtunnel"
try:
    with open(one_way, "r+") as file:
        value = file.read()
        file.seek(0)
        file.write(value)
    print("wrote", one_way)
except OSError:
    pass
for path in sorted(set(glob.glob("/proc/sys/net/*/*") + glob.glob("/proc/sys/net/ipv4/route/*")) - {one_way}):
    try:
        value = open(path).read().strip()
        if value.isdigit():
            with open(path, "w") as file:
                file.write(str(int(value) + int(sys.argv[1])))
            if open(path).read().strip() != value:
                print(path, value)
    except OSError:
        pass
"""
# As many as there may be of what the kernel counts by user, held until somebody has looked.
TAKE_ALL = r"""
import ctypes, sys, time
library, taken = ctypes.CDLL(None), 0
while library.inotify_init1(0) >= 0:
    taken += 1
print(taken, flush=True)
sys.stdin.read()
"""
# The same with terminals, by several processes, since each may have only so many descriptors.
TAKE_TERMINALS = r"""
import os, resource, sys
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
taken, children = 0, []
for _ in range(16):
    told, tell = os.pipe()
    if os.fork() == 0:
        held = 0
        try:
            while True:
                os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)
                held += 1
        except OSError:
            os.write(tell, b"%d\n" % held)
        sys.stdin.read()
        os._exit(0)
    taken += int(os.read(told, 20))
print(taken, flush=True)
sys.stdin.read()
"""
SECRET = "of the host's root alone"
# Where an image shares the host's files; the name says whose it is, so that a later run removes what a killed one left.
SHARED = pathlib.Path("/usr/local/share")
LEFTOVERS = "hamlet-hostile-"


class KernelDoors(Attacker):
    def attack(self):
        self.attacks_work_in_the_open()
        self.serve("guest", user_data=USER_DATA)
        self.put("guest", "/tmp/doors", self.doors)
        self.try_doors()
        self.rights()
        self.look()
        self.nodes()
        self.settings_of_the_network()
        self.counted_by_user()
        self.escape()
        with secrets(self.is_root) as paths:
            self.read_secrets(paths)
        self.what_works()

    def attacks_work_in_the_open(self):
        self.step("0. in a bare namespace the doors are open, and a root is left")
        self.doors = control.build(self.user.stage, "doors", "-lutil")
        tried = control.bare(str(self.doors), user=self.user)
        self.open = {door for door, said in control.outcomes(tried.out).items() if said == "open"}
        missing = [door for door in OPEN_IN_THE_BARE if door not in self.open]
        self.holds(not missing, f"not open in a bare namespace: {missing}\n{tried}")
        print(f"      open there: {' '.join(sorted(self.open))}")
        self.canary = self.user.stage / "canary"
        self.canary.write_text("the host's")
        jail = self.user.stage / "jail"
        jail.mkdir()
        self.user.own(jail)
        # A root that is only a directory is left by `..`.
        script = f"import glob, os, sys; os.chroot({str(jail)!r}); os.chdir('/'); os.mkdir('/tmp')\n" + ESCAPE
        left = control.bare("python3", "-c", script, str(self.canary), user=self.user)
        self.holds("left its root" in left.out, f"chroot alone: {left}")

    def try_doors(self):
        self.step("1. every door, by exec as root and as ec2-user, by ssh, and from user data")
        self.inside("guest", "touch", "/tmp/go")
        ways = {
            "by exec": self.inside("guest", "/tmp/doors"),
            "by exec as ec2-user": self.inside("guest", "/tmp/doors", user="ec2-user"),
            "by ssh": self.ssh("guest", "sudo", "/tmp/doors"),
        }
        harness.wait_for("user data", lambda: self.inside("guest", "test", "-e", "/tmp/done").code == 0, 20)
        ways["from user data"] = self.inside("guest", "cat", "/tmp/doors.out")
        for way, result in ways.items():
            tried = control.outcomes(result.out)
            self.holds(len(tried) > 100, f"the attempts {way}: {result}")
            wrong = {door: said for door, said in tried.items() if said not in expected(door)}
            went_through = " ".join(door for door, said in wrong.items() if said == "open")
            unfiltered = " ".join(f"{door}({said})" for door, said in wrong.items() if said != "open")
            self.breach(went_through, f"{way} these doors were open: {went_through}")
            self.breach(unfiltered, f"{way} the kernel itself answered at these doors: {unfiltered}")

    def rights(self):
        self.step("2. who the guest is: its capabilities, its filter, its ids as the host sees them")
        ways = {
            "by exec": self.inside("guest", "cat", "/proc/self/status"),
            "by ssh": self.ssh("guest", "sudo", "cat", "/proc/self/status"),
            "from user data": self.inside("guest", "cat", "/tmp/status.out"),
        }
        for way, result in ways.items():
            status = dict(line.split(":\t", 1) for line in result.out.splitlines() if ":\t" in line)
            held = [bit for bit in DROPPED if int(status["CapBnd"], 16) >> bit & 1]
            self.breach(held, f"{way} the bounding set holds the capabilities {held}")
            self.breach(status.get("Seccomp") != "2", f"{way} there is no seccomp filter")
            print(f"      {way}: NoNewPrivs {status.get('NoNewPrivs')}, CapBnd {status['CapBnd']}")
        marker = f"4242{os.getpid()}"
        with self.hamlet.running("exec", "guest", "--", "/usr/bin/sleep", marker):
            process = harness.wait_for("a process of the guest's", lambda: process_of("/usr/bin/sleep", marker), 5)
            uids = dict(
                line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line
            )["Uid"]
            whose = {int(it) for it in uids.split()}
        self.breach(self.is_root and 0 in whose, "root of the guest is root of the host (uid 0)")
        self.breach(
            not self.is_root and whose != {os.geteuid() if not self.user.prefix else harness.ORDINARY_UID},
            f"the guest of an ordinary user runs as uid {whose}",
        )

    def look(self):
        self.step("3. settings of the kernel, /sys, devices, and the mounts, as root")
        found = self.python("guest", LOOK, seconds=60)
        self.holds(found.code == 0, f"the look around: {found}")
        print("".join(f"      {line}\n" for line in found.err.splitlines()), end="")
        for (begins, ends), lines in grouped(found.out.splitlines()).items():
            more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
            self.breach(True, f"root of the guest {begins} {lines[0]}{more}{ends}")
        still = self.inside("guest", "sh", "-c", "test -e /proc/self/status && ls /usr/bin/env")
        self.sees(still.code, 0, f"its mounts are where they were ({still})")

    def nodes(self):
        self.step("   the host's device nodes that an image shows")
        paths = [pathlib.Path("/dev", name) for name in ("full", "null", "random", "tty", "urandom", "zero")]
        before = {path: path.stat() for path in paths}
        try:
            for user in ("root", "ec2-user"):
                changed = self.python("guest", NODES, user=user).out.splitlines()
                self.breach(changed, f"{user} of the guest changed the host's own device nodes: {', '.join(changed)}")
            for path, was in before.items():
                now = path.stat()
                self.breach(
                    (now.st_mode, now.st_uid, now.st_gid) != (was.st_mode, was.st_uid, was.st_gid),
                    f"the host's {path} has mode {now.st_mode & 0o777:o} and owner {now.st_uid} now",
                )
        finally:
            # Others live by them.
            for path, was in before.items():
                now = path.stat()
                if (now.st_mode, now.st_uid, now.st_gid) != (was.st_mode, was.st_uid, was.st_gid):
                    os.chown(path, was.st_uid, was.st_gid)
                    os.chmod(path, was.st_mode & 0o7777)
                if now.st_mtime_ns != was.st_mtime_ns and os.geteuid() == 0:
                    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))

    def settings_of_the_network(self):
        self.step("   settings of its network, which are its own: the host's stay")
        before = network_settings()
        changed = self.python("guest", ADD, "1").out.splitlines()
        self.holds(len(changed) > 20, f"it changes its own: {changed}")
        for line in changed:
            self.breach(line.startswith("wrote"), f"the guest {line}, which is the whole machine's")
        changed = [line for line in changed if not line.startswith("wrote")]
        now = network_settings()
        self.python("guest", ADD, "-1")
        shared = [
            f"{path} from {before[path]} to {now[path]}"
            for path in before
            if path in {it.split()[0] for it in changed} and now.get(path) != before[path]
        ]
        self.breach(shared, f"the guest changed the host's {shared}")

    def counted_by_user(self):
        self.step("   what the kernel counts by user: the guest leaves some for whoever runs Hamlet")
        script = "import ctypes; print(ctypes.CDLL(None).inotify_init1(0) >= 0)"
        with self.taking(TAKE_ALL) as taken:
            left = harness.execute([*self.user.prefix, "/usr/bin/python3", "-c", script], harness.clean_environment())
            self.breach(
                left.out.strip() != "True", f"the guest took all {taken} inotify instances of the user who runs Hamlet"
            )
        with self.taking(TAKE_TERMINALS) as taken:
            print(f"      {taken} terminals")
            try:
                self.servers["late"] = self.run_instance("late")
                harness.wait_for("another instance to boot", lambda: "cloud-init: finished" in self.console("late"), 10)
                late = self.inside(
                    "late", "/usr/bin/python3", "-c", "import pty; pty.openpty(); print('has a terminal')"
                )
                self.breach(
                    "has a terminal" not in late.out, f"the guest took {taken} terminals, and another guest gets none"
                )
            except (harness.Failed, Refused) as error:
                self.breach(True, f"the guest took {taken} terminals, and no other instance starts: {error}")

    @contextlib.contextmanager
    def taking(self, code):
        """A program in the guest that takes all there is of something; yields how many that were."""
        words = [*self.user.prefix, self.user.program, "exec", "guest", "--", "/usr/bin/python3", "-c", code]
        process = subprocess.Popen(
            [str(it) for it in words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env=self.hamlet._own_environment(),
            preexec_fn=harness.die_with_parent,
        )
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(timeout=20)

    def escape(self):
        self.step("4. out of its root: chroot, a directory held open, other processes' roots and directories")
        for user in ("root", "ec2-user"):
            for line in self.python("guest", ESCAPE, str(self.canary), user=user).out.splitlines():
                self.breach(True, f"{user} of the guest {line}")
        # Without an escape nothing of these is there.
        places = [self.canary, self.hamlet.data, harness.ROOT, self.hamlet.log, self.user.program]
        for place in places:
            seen = self.inside("guest", "ls", str(place)).code == 0
            self.breach(seen, f"the guest sees the host's {place}")
        shadow = self.inside("guest", "cat", "/etc/shadow").out
        with contextlib.suppress(OSError):
            self.breach(shadow == pathlib.Path("/etc/shadow").read_text(), "the guest reads the host's /etc/shadow")
        empty = self.inside("guest", "sh", "-c", "find /root /home -mindepth 1 -not -path '/home/ec2-user*'").out
        self.breach(empty, f"the guest sees in the host's home directories: {empty}")

    def read_secrets(self, paths):
        if not paths:
            print("      (only the host's root can put a file into /usr that others may not read)")
            return
        self.step("5. files below the host's /usr that only its root may read")
        for user in ("root", "ec2-user"):
            for path in paths:
                read = self.inside("guest", "cat", str(path), user=user)
                self.breach(
                    SECRET in read.out,
                    f"{user} of the guest reads the host's {path.name}, which is for the host's root alone",
                )
                self.breach(
                    self.inside("guest", "sh", "-c", f"chmod 666 {path} && cat {path}", user=user).out.find(SECRET)
                    >= 0,
                    f"{user} of the guest reads the host's {path.name} after chmod",
                )
        self.holds(all(path.read_text() == SECRET for path in paths), "and they are as they were")

    def what_works(self):
        self.step("6. what must go on working")
        self.put("guest", "/tmp/key", self.key, "600")
        self.put("guest", "/tmp/hello.c", '#include <stdio.h>\nint main(void) { puts("compiled"); return 0; }\n', "644")
        own = self.describe("guest")["privateIpAddress"]
        options = (
            "-i /tmp/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes"
        )
        root = self.is_root
        pool = "import multiprocessing as m\nwith m.Pool(2) as p: print(sum(p.map(abs, [-1, -2])))"
        thread = "import threading\nt = threading.Thread(target=print, args=('threaded',)); t.start(); t.join()"
        packet = "import socket as s; s.socket(s.AF_PACKET, s.SOCK_RAW, s.htons(3)).bind(('ens5', 0)); print('packets')"
        capture = (
            "(sleep 0.5; ping -c 3 -i 0.2 192.0.2.10) >/dev/null 2>&1 & timeout 5 tcpdump -Z root -n -c 1 -i ens5 icmp"
        )
        rules = (
            "nft add table inet t && nft add chain inet t c '{ type filter hook input priority 0; }' && nft "
            "list ruleset && nft flush ruleset"
        )
        network = (
            "ip addr add 10.9.9.9/32 dev lo && ip addr del 10.9.9.9/32 dev lo && ip route && ip -br addr && "
            "echo 1 > /proc/sys/net/ipv4/ip_forward"
        )
        setuid = "cp /usr/bin/id /var/tmp/id && chmod 4755 /var/tmp/id && ls -l /var/tmp/id"
        cases = (
            ("sudo", "ec2-user", "sudo id -u", "0"),
            ("sudo -u", "root", "sudo -u ec2-user id -u", "1000" if root else "0"),
            ("ping", "ec2-user", "ping -n -c 1 -W 3 192.0.2.10", "1 received"),
            ("ping by root", "root", "ping -n -c 1 -W 3 192.0.2.10", "1 received"),
            ("traceroute", "root", "traceroute -n -w 1 -q 1 -m 3 192.0.2.10", "192.0.2.10"),
            # With one mapped id it cannot let go of its rights, and so never worked there.
            ("tcpdump", "root", capture if root else "echo ICMP echo", "ICMP echo"),
            ("packet sockets", "root", f'/usr/bin/python3 -c "{packet}"', "packets"),
            ("ip", "root", network, "ens5"),
            ("nft", "root", rules, "table inet t"),
            ("python's threads", "ec2-user", f'/usr/bin/python3 -c "{thread}"', "threaded"),
            ("python's processes", "ec2-user", f"/usr/bin/python3 -c '{pool}'", "3"),
            ("ssh", "root", f"ssh {options} ec2-user@{own} 'echo over $SSH_CONNECTION'", f"over {own}"),
            ("curl", "ec2-user", "curl -sS -m 5 -o /dev/null -w '%{http_code}' http://169.254.169.254/", "401"),
            ("dig", "ec2-user", "dig +short +time=3 $(hostname)", own),
            ("bash's jobs", "ec2-user", "bash -c 'set -m; sleep 9 & kill %1; wait %1; echo $?'", "143"),
            ("strace", "root", "strace -f -o /tmp/strace true; tail -1 /tmp/strace", "exited with 0"),
            ("gcc", "ec2-user", "cd ~ && gcc -o hello /tmp/hello.c && ./hello", "compiled"),
            ("tar", "root", "tar cf - /etc 2>/dev/null | tar tf - | grep -c etc/", ""),
            ("apt-get", "root", "apt-get --version", "apt"),
            ("su", "root", "su ec2-user -c 'id -un'" if root else "echo ec2-user", "ec2-user"),
            (
                "chown",
                "root",
                "touch /tmp/f && chown 1000:1000 /tmp/f && stat -c %u /tmp/f" if root else "echo 1000",
                "1000",
            ),
            # With one mapped id such a file would be one of the user's own, on the host.
            ("setuid files of its own", "root", setuid if root else "echo -rwsr-xr-x", "-rwsr-xr-x"),
            ("setuid in force", "ec2-user", "/var/tmp/id -u" if root else "echo 0", "0"),
            ("umask and links", "ec2-user", "cd ~ && ln -s /etc/hosts l && ln hello h && stat -c %h h", "2"),
            ("the console", "root", "echo hello > /dev/console && echo said", "said"),
        )
        for title, user, command, expected_text in cases:
            done = self.inside("guest", "sh", "-c", command, user=user)
            self.breach(
                done.code or expected_text not in done.out,
                f"NOT the guest but its user suffers: {title} does not work: {done}",
            )
        over_ssh = self.ssh("guest", "sudo", "sh", "-c", "'id -u; tty; ping -n -c 1 -W 3 192.0.2.10'")
        self.breach(
            "1 received" not in over_ssh.out, f"NOT the guest but its user suffers: sudo and ping by ssh: {over_ssh}"
        )
        refused = self.inside("guest", "unshare", "-Ur", "true")
        self.breach(refused.code == 0, "the guest makes a user namespace with unshare -Ur")
        self.breach(
            refused.code and "Operation not permitted" not in refused.err, f"unshare -Ur says nothing clear: {refused}"
        )


def expected(door):
    for beginning, outcomes in REFUSED_OTHERWISE.items():
        if door.startswith(beginning):
            return outcomes
    return REFUSED


def network_settings():
    found = {}
    for path in pathlib.Path("/proc/sys/net").glob("*/*"):
        with contextlib.suppress(OSError):
            found[str(path)] = path.read_text().strip()
    return found


def grouped(lines):
    """The sentences about one kind of thing: by their verb, and by what follows the thing."""
    kinds = {}
    for line in lines:
        begins, thing, ends = re.fullmatch(r"([^/]*) (/\S*)(.*)", line).groups()
        kinds.setdefault((begins, ends), []).append(thing)
    return kinds


@contextlib.contextmanager
def secrets(is_root):
    """A closed file, and a file in a closed directory, below the host's /usr; removed whatever happens."""
    for left in SHARED.glob(f"{LEFTOVERS}*"):
        if not pathlib.Path("/proc", left.name.removeprefix(LEFTOVERS).split("-")[0]).exists():
            shutil.rmtree(left, ignore_errors=True)
    if not is_root:
        yield []
        return
    SHARED.mkdir(exist_ok=True)
    top = SHARED / f"{LEFTOVERS}{os.getpid()}-{id(object())}"
    closed = top / "closed"
    try:
        top.mkdir(mode=0o755)
        closed.mkdir(mode=0o700)
        paths = [top / "secret-file", closed / "file-in-closed-directory"]
        for path, mode in zip(paths, (0o600, 0o644), strict=True):
            path.touch(mode=0o600)
            path.write_text(SECRET)
            path.chmod(mode)
        yield paths
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    harness.run(KernelDoors)
