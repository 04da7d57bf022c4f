#!/usr/bin/env python3
"""What a guest leaves on its disk lies in the data directory: no door to the host, not even when removed."""

import contextlib
import os
import pathlib
import shutil
import stat
import subprocess
import time

import attacker  # noqa: F401  (finds the harness)
import harness
from attacker import Attacker

# A third user, who is neither the guest's nor Hamlet's.
STRANGER = 65533
# Deeper than a process usually has descriptors for, and than a path can name; the innermost directory is closed. Who
# goes down with a function that calls itself has no stack left at 60,000, which takes longer than it tells more.
DEPTH = 4_000
DEEP = """
import os, sys
os.makedirs("/var/tmp/deep")
os.chdir("/var/tmp/deep")
for _ in range(int(sys.argv[1])):
    os.mkdir("d")
    os.chdir("d")
os.mkdir("inside")
os.chmod(".", 0)
"""
DESCRIPTORS_MAX = 200
# In the guest: everything odd that a file can be. The canary's path on the host comes as an argument.
ODD = r"""
import contextlib, os, shutil, socket, stat, subprocess, sys
canary = sys.argv[1]
tries = []
def unnamed(place):
    made = os.open(place, os.O_TMPFILE | os.O_RDWR, 0o4755)
    os.link(f"/proc/self/fd/{made}", f"{place}/unnamed-setuid", follow_symlinks=True)
def attempt(what, do):
    try:
        do()
        tries.append(what)
    except (OSError, subprocess.CalledProcessError):
        pass
for place in ("/root", "/home/ec2-user", "/var/tmp", "/opt", "/usr/local/bin", "/etc"):
    for mode in (0o4755, 0o6755, 0o2755):
        for source in ("/usr/bin/id", "/bin/sh"):
            path = f"{place}/set-{mode:o}-{os.path.basename(source)}"
            attempt(path, lambda: (shutil.copyfile(source, path), os.chmod(path, mode)))
    for name in ("sub/", ""):
        attempt(place, lambda: os.makedirs(f"{place}/closed/{name}", exist_ok=True))
    attempt("fifo", lambda: os.mkfifo(f"{place}/fifo", 0o666))
    attempt("socket", lambda: socket.socket(socket.AF_UNIX).bind(f"{place}/socket"))
    attempt("null", lambda: os.mknod(f"{place}/null", stat.S_IFCHR | 0o666, os.makedev(1, 3)))
    attempt("disk", lambda: os.mknod(f"{place}/disk", stat.S_IFBLK | 0o666, os.makedev(8, 0)))
    attempt("whiteout", lambda: os.mknod(f"{place}/whiteout", stat.S_IFCHR | 0o666, 0))
    attempt("link", lambda: os.symlink(canary, f"{place}/to-canary"))
    attempt("link", lambda: os.symlink("/.." * 30 + canary, f"{place}/to-canary-by-dots"))
    attempt("link", lambda: os.symlink("../" * 30 + canary[1:], f"{place}/to-canary-relative"))
    attempt(f"{place}/unnamed-setuid", lambda: unnamed(place))
    attempt("hard link", lambda: os.link(f"{place}/set-4755-id", f"{place}/hard"))
    attempt("name", lambda: open(f"{place}/a\nname\twith\x1b[31m;$(touch {canary}-touched)`", "w").close())
    attempt("name", lambda: open(f"{place}/-rf", "w").close())
    attempt("name", lambda: open(os.fsencode(place) + b"/\xff\xfe\n", "w").close())
    attempt("secret", lambda: open(f"{place}/guests-secret", "w").write("the guest's"))
    attempt("open to all", lambda: (open(f"{place}/open-to-all", "w").write("the guest's"),
                                    os.chmod(f"{place}/open-to-all", 0o666)))
    for name in ("user.any", "trusted.overlay.redirect", "user.overlay.redirect", "user.overlay.opaque",
                 "user.overlay.metacopy", "security.capability"):
        raw = b"\x01\x00\x00\x02\x00\x20" + bytes(14)
        value = raw if name == "security.capability" else canary.encode()
        attempt(name, lambda: os.setxattr(f"{place}/open-to-all", name, value))
# What of the guest's may be given away: to every id there is, and as their setuid file.
for uid in (0, 1, 1000, 65534):
    path = f"/var/tmp/of-{uid}"
    attempt(path, lambda: (shutil.copyfile("/usr/bin/id", path), os.chown(path, uid, uid), os.chmod(path, 0o6755)))
subprocess.run(["setcap", "cap_sys_admin+ep", "/var/tmp/set-4755-id"], capture_output=True)
# Where the host's directories lie under the guest's: what shows through is moved and made anew.
for path in ("/usr/local/share", "/usr/share/doc"):
    attempt(path, lambda: os.rename(path, path + "-moved"))
for path in ("/usr/bin/passwd", "/usr/bin/su"):
    attempt(path, lambda: os.chmod(path, 0o4777))
deep = "/var/tmp/deep"
attempt("deep", lambda: [os.mkdir(deep), os.chdir(deep)] + [
    step for _ in range(300) for step in (os.mkdir("d" * 100), os.chdir("d" * 100))])
os.chdir("/")
# Closed last, so that what is inside is there.
for place in ("/root", "/var/tmp", "/opt"):
    attempt("closed", lambda: (open(f"{place}/closed/inside", "w").close(), os.chmod(f"{place}/closed", 0)))
attempt("immutable", lambda: subprocess.run(["chattr", "+i", "/var/tmp/set-4755-id"], check=True, capture_output=True))
print(" ".join(sorted(set(tries))))
"""


class Files(Attacker):
    def attack(self):
        self.step("0. a data directory that was there already, and open to all")
        self.hamlet.stop()
        data = self.user.stage / "open-data"
        data.mkdir()
        data.chmod(0o755)
        self.hamlet = harness.Hamlet(self.user, data=self.user.own(data))
        self.canary = self.user.stage / "canary"
        self.serve(
            "guest",
            "kept",
            user_data="#!/bin/sh\ncp /usr/bin/id /root/from-user-data; chmod 6755 /root/from-user-data\n",
        )
        self.fill()
        self.walk_data_directory()
        self.strangers()
        self.remove()
        self.deep()

    def fill(self):
        self.step(
            "1. the guest fills its disk with everything odd: setuid files, devices, links out, closed "
            "directories, names"
        )
        self.canary.mkdir()
        (self.canary / "inside").write_text("the host's")
        self.user.own(self.canary)
        self.user.own(self.canary / "inside")
        made = self.python("guest", ODD, str(self.canary), seconds=60)
        self.holds(made.code == 0 and "fifo" in made.out, f"it makes them: {made}")
        # Where everybody inside is the user outside, such a file is refused when it is made.
        self.sees("/root/set-4755-id" in made.out, self.is_root, "a setuid file is made")
        print(f"      {len(made.out.split())} kinds made")
        self.breach("disk" in made.out.split() or "null" in made.out.split(), "the guest made a device node")
        self.ssh(
            "guest",
            "cp /usr/bin/id ~/mine; chmod 6755 ~/mine; ln -s / ~/root; sudo cp ~/mine /mine; sudo chmod 4755 /mine",
        )
        self.inside(
            "kept",
            "sh",
            "-c",
            f"cp /usr/bin/id /set; chmod 4755 /set; ln -s {self.canary} /root/link; mkdir -m 0 /root/shut",
        )

    def walk_data_directory(self):
        self.step("2. the data directory, as the host sees it: nothing setuid, no device, nothing for others")
        found = list(tree(self.hamlet.data))
        self.holds(len(found) > 100, f"it is walked: {len(found)}")
        owners = {0, os.geteuid(), harness.ORDINARY_UID if self.user.prefix else os.geteuid()}
        kinds = {}
        for path, status in found:
            name = str(path.relative_to(self.hamlet.data))
            part = "/".join(name.split("/")[:1] + name.split("/")[2:]) if name.startswith("instances/") else name
            if stat.S_ISREG(status.st_mode) and status.st_mode & (stat.S_ISUID | stat.S_ISGID):
                whose = "root" if status.st_uid == 0 else "Hamlet's user" if status.st_uid in owners else "a private id"
                if status.st_uid in owners:
                    kinds.setdefault(f"a setuid or setgid file of {whose} lies in the data directory", []).append(part)
            # A white-out is overlay's own mark and no device.
            if (stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)) and status.st_rdev != 0:
                kinds.setdefault("a device node lies in the data directory", []).append(part)
        for sentence, names in kinds.items():
            self.breach(True, f"{sentence}: {names[0]!r} and {len(names) - 1} more")
        mode = stat.S_IMODE(self.hamlet.data.stat().st_mode)
        self.breach(mode & 0o077, f"the data directory has mode {mode:o}")

    def strangers(self):
        self.step("3. a third user of the host reads nothing below it, and starts nothing")
        if os.geteuid() != 0:
            print("      (only root can become a third user)")
            return
        become = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
        paths = [str(path) for path, status in tree(self.hamlet.data) if not stat.S_ISLNK(status.st_mode)]
        (self.user.stage / "paths").write_bytes(b"\0".join(os.fsencode(path) for path in paths))
        script = (
            "import os, sys, stat\nfor path in open(sys.argv[1], 'rb').read().split(b'\\0'):\n"
            "    try:\n        status = os.stat(path)\n    except OSError:\n        continue\n"
            "    for word, right in (('read', os.R_OK), ('written', os.W_OK), ('started', os.X_OK)):\n"
            "        if os.access(path, right) and not (stat.S_ISSOCK(status.st_mode) and right != os.W_OK):\n"
            "            print(word, repr(os.fsdecode(path)))\n"
        )
        done = subprocess.run(
            [*become, "/usr/bin/python3", "-c", script, str(self.user.stage / "paths")], capture_output=True, text=True
        )
        self.holds(done.returncode == 0, f"the stranger looks: {done.stderr}")
        for word in ("read", "written", "started"):
            lines = [line for line in done.stdout.splitlines() if line.startswith(word)]
            example = lines[0].removeprefix(word).replace(str(self.hamlet.data), "…") if lines else ""
            self.breach(
                lines, f"files of the data directory can be {word} by a stranger: {example} and {len(lines) - 1} more"
            )
        # The one that matters most: root for everybody.
        for path, status in tree(self.hamlet.data):
            if (
                status.st_uid == 0
                and stat.S_ISREG(status.st_mode)
                and status.st_mode & stat.S_ISUID
                and path.name == "sudo"
            ):
                started = subprocess.run([*become, path, "id", "-u"], capture_output=True, text=True, cwd="/")
                self.breach(started.stdout.strip() == "0", "a stranger becomes root by the sudo in the data directory")
                self.breach(
                    "nobody here" in started.stderr,
                    "a stranger starts a setuid-root copy of Hamlet's program, which is the sudo in the data directory",
                )

    def remove(self):
        self.step("4. terminated and removed: the links are not followed, nothing stays, and the canary lives")
        directory = self.hamlet.data / "instances" / self.servers["guest"]
        self.holds(directory.exists(), str(directory))
        self.terminate("guest")
        try:
            harness.wait_for("the disk to be removed", lambda: not directory.exists(), 20)
        except harness.Failed:
            left = [str(path) for path, _ in tree(directory)][:3]
            self.breach(True, f"the guest's disk is still there 20 s after its termination: {left}")
        self.alive("on termination")
        self.step("   the same when the daemon is killed, links are planted while it is down, and it starts anew")
        kept = self.hamlet.data / "instances" / self.servers["kept"]
        self.hamlet.kill()
        stranded = self.hamlet.data / "instances" / "i-0123456789abcdef0"
        shutil.copytree(
            kept, stranded, symlinks=True, ignore=lambda *_: ["shut", "work"], dirs_exist_ok=True
        ) if kept.exists() else stranded.mkdir()
        (stranded / "link").symlink_to(self.canary)
        (stranded / "root-link").symlink_to("/")
        named = self.hamlet.data / "instances" / "i-0fedcba9876543210"
        named.symlink_to(self.canary)
        for path in (stranded, *stranded.rglob("*"), named):
            if self.user.prefix:
                os.chown(path, harness.ORDINARY_UID, harness.ORDINARY_UID, follow_symlinks=False)
        self.hamlet.start()
        gone = lambda: not stranded.exists() and not named.is_symlink()
        try:
            harness.wait_for("what belongs to no instance to be removed", gone, 15)
        except harness.Failed as failed:
            self.breach(True, f"{failed}")
        self.alive("at the next start")

    def deep(self):
        self.step(
            f"5. {DEPTH} directories within one another, the innermost closed, are removed like others, and "
            "nobody notices"
        )
        self.serve("deep")
        made = self.python("deep", DEEP, str(DEPTH), seconds=60)
        self.holds(made.code == 0, f"they are made: {made}")
        directory = self.hamlet.data / "instances" / self.servers["deep"]
        self.terminate("deep")
        descriptors, end = 0, time.monotonic() + 15
        while directory.exists() and self.hamlet.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError):
                descriptors = max(descriptors, len(os.listdir(f"/proc/{self.hamlet.process.pid}/fd")))
            time.sleep(0.05)
        died = self.breach(
            self.hamlet.process.poll() is not None, f"a guest's deep directories ended the daemon: {self.last_words()}"
        )
        self.breach(
            directory.exists(),
            "a guest's deep directories are never removed" if not died else "and their disk is still there",
        )
        self.breach(
            descriptors > DESCRIPTORS_MAX,
            f"to remove a guest's deep directories the daemon holds {descriptors} descriptors at once",
        )
        if directory.exists():
            # rm, because Python's own removal does not come to the end of it either.
            subprocess.run(["rm", "-rf", directory], check=False)
        if died:
            self.hamlet.start()

    def last_words(self):
        return " ".join(self.hamlet.log.read_text(errors="replace").splitlines()[-2:])[:200]

    def alive(self, when):
        self.breach(
            not (self.canary / "inside").is_file() or (self.canary / "inside").read_text() != "the host's",
            f"{when} a link on the guest's disk was followed, and a directory of the host lost its files",
        )
        self.breach(pathlib.Path(f"{self.canary}-touched").exists(), f"{when} a file's name was run as a command")
        self.breach(
            stat.S_IMODE((self.canary / "inside").stat().st_mode) != 0o644,
            f"{when} the mode of a file of the host was changed",
        )


def tree(top):
    """Every path below, with what it is; links are not followed."""
    for directory, names, files in os.walk(top):
        for name in (*names, *files):
            path = pathlib.Path(directory, name)
            try:
                yield path, path.lstat()
            except OSError:
                continue


if __name__ == "__main__":
    harness.run(Files)
