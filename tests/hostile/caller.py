#!/usr/bin/env python3
"""What a guest gets of whoever runs `hamlet exec`: their terminal, descriptors, files; what must come back."""

import contextlib
import hashlib
import json
import os
import pathlib
import pty
import signal
import subprocess
import time

import attacker  # noqa: F401  (finds the harness)
import harness
from attacker import Attacker, process_of

# Runs as the shell does whose terminal it is: `leader MODE RAW COMMAND…`. What lies in the terminal's input when the
# command has ended, the shell would take for typed. Prints that, and whether the settings are as they were, as JSON.
LEADER = r"""
import fcntl, json, os, select, signal, subprocess, sys, termios, time, tty
terminal, mode, raw, command = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "raw", sys.argv[4:]
os.setsid()
fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTTOU):
    signal.signal(number, lambda *_: None)
if raw:
    tty.setraw(terminal)
before = termios.tcgetattr(terminal)
ends = {"input": (terminal, subprocess.PIPE), "output": (subprocess.DEVNULL, terminal), "both": (terminal, terminal),
        "neither": (subprocess.DEVNULL, subprocess.PIPE)}
stdin, stdout = ends[mode]
began = time.monotonic()
stderr = stdout if stdout == terminal else subprocess.PIPE
process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr, cwd="/")
out, err = process.communicate(timeout=40)
took = time.monotonic() - began
time.sleep(0.1)
after = termios.tcgetattr(terminal)
typed = b""
if raw:
    os.set_blocking(terminal, False)
    while select.select([terminal], [], [], 0)[0]:
        typed += os.read(terminal, 4096)
text = lambda it: (it or b"").decode(errors="replace")
print(json.dumps({"code": process.returncode, "out": text(out), "err": text(err), "typed": text(typed),
                  "same": before == after, "took": took}))
"""
# In the guest: everything that can be done to a terminal that one has, or can open.
GRAB = r"""
import fcntl, json, os, select, sys, termios, time
seen = []
def attempt(sentence, do):
    try:
        if do() is not False:
            seen.append(sentence)
    except (OSError, termios.error, ValueError):
        pass
def type_in(descriptor):
    for character in b"evil\n":
        fcntl.ioctl(descriptor, termios.TIOCSTI, bytes([character]))
def set_up(descriptor):
    settings = termios.tcgetattr(descriptor)
    settings[3] ^= termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)
def overhear(descriptor):
    if not os.isatty(descriptor) or not select.select([descriptor], [], [], 1.2)[0]:
        return False
    heard = os.read(descriptor, 100)
    seen.append(f"heard {heard.decode()!r}")
names = {number: f"descriptor {number}" for number in (0, 1, 2)}
for path in ("/dev/tty", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"):
    try:
        names[os.open(path, os.O_RDWR | os.O_NOCTTY)] = path
    except OSError:
        pass
def is_own(descriptor):
    # Whether it is the terminal of a session that this process leads.
    try:
        return int.from_bytes(fcntl.ioctl(descriptor, 0x5429, bytes(4)), sys.byteorder) == os.getpid()
    except OSError:
        return False
for descriptor, name in [(it, names[it]) for it in names if not is_own(it)]:
    if name == "/dev/tty":
        seen.append("opened /dev/tty")
    attempt(f"typed into {name}", lambda: type_in(descriptor))
    attempt(f"took {name} for its terminal", lambda: fcntl.ioctl(descriptor, termios.TIOCSCTTY, 1))
    attempt(f"pasted into {name}", lambda: fcntl.ioctl(descriptor, 0x541C, b"\x03"))
    attempt(f"set up {name}", lambda: set_up(descriptor))
for descriptor in [it for it in (1, 2) if not is_own(it)]:
    attempt(f"read from {names[descriptor]}", lambda: overhear(descriptor))
with open(sys.argv[1], "w") as file:
    json.dump({"seen": seen, "sid": os.getsid(0), "pid": os.getpid()}, file)
"""
# In the guest: which descriptors it has, and what can be done with them.
DESCRIPTORS = r"""
import json, os, stat
own = os.open("/proc/self/fd", os.O_RDONLY)
found = {}
for name in os.listdir(own):
    number = int(name)
    if number == own:
        continue
    try:
        kind = os.fstat(number).st_mode
    except OSError:
        continue
    found[number] = {"directory": os.listdir(number)[:5] if stat.S_ISDIR(kind) else None, "regular": stat.S_ISREG(kind)}
for number in list(found):
    try:
        file = os.open(f"/proc/self/fd/{number}", os.O_WRONLY)
        if stat.S_ISREG(os.fstat(file).st_mode):
            os.write(file, b"overwritten by the guest")
            found[number]["overwritten"] = True
    except OSError:
        pass
    try:
        # Not a device: that would be the host's, and for everybody.
        if found[number]["regular"]:
            os.fchmod(number, 0o777)
    except OSError:
        pass
print(json.dumps(found))
"""
SIZE = 10 << 20

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


class Caller(Attacker):
    def attack(self):
        self.serve("guest")
        self.put("guest", "/tmp/grab.py", GRAB, "644")
        self.terminals()
        self.descriptors()
        self.account()
        self.what_the_caller_gets()

    def exec(self, *command, **options):
        """`hamlet exec` in the guest, started as a caller likes."""
        words = [*self.user.prefix, self.user.program, "exec", "guest", "--", *command]
        return subprocess.Popen(
            [str(it) for it in words],
            env=self.hamlet._own_environment(),
            cwd="/",
            preexec_fn=harness.die_with_parent,
            **options,
        )

    # The terminal.

    def at_terminal(self, mode, command, raw=True, typed=b"", when=None):
        """Runs a command at a terminal of its own, types meanwhile, soon or when something is so, and returns what its
        shell sees afterwards."""
        ours, theirs = pty.openpty()
        if self.user.prefix:
            self.user.own(os.ttyname(theirs))
        # The interpreter of the tests may lie where an ordinary user does not come.
        shell = [
            *self.user.prefix,
            "/usr/bin/python3",
            "-c",
            LEADER,
            theirs,
            mode,
            "raw" if raw else "cooked",
            *command,
        ]
        process = subprocess.Popen(
            [str(it) for it in shell],
            env=self.hamlet._own_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs],
            preexec_fn=harness.die_with_parent,
        )
        os.close(theirs)
        try:
            if typed and when:
                harness.wait_for("the time to type", when, 20)
            elif typed:
                time.sleep(1)
            if typed:
                os.write(ours, typed)
            end = time.monotonic() + 45
            shown = b""
            os.set_blocking(ours, False)
            while process.poll() is None and time.monotonic() < end:
                with contextlib.suppress(OSError):
                    shown += os.read(ours, 4096)
                time.sleep(0.02)
            out, err = process.communicate(timeout=5)
            self.holds(process.returncode == 0, f"{mode}: {err.decode()}")
            return json.loads(out) | {"shown": shown.decode(errors="replace")}
        finally:
            process.kill()
            process.wait()
            os.close(ours)

    def terminals(self):
        self.step("0. in a bare namespace a program types into its caller's terminal, where the kernel has that at all")
        grab = self.user.stage / "grab.py"
        grab.write_text(GRAB)
        result = self.bare_result()
        legacy = pathlib.Path("/proc/sys/dev/tty/legacy_tiocsti")
        has_typing = not legacy.exists() or legacy.read_text().strip() == "1"
        shell = self.at_terminal("input", ("unshare", "-Ur", "/usr/bin/python3", str(grab), str(result)))
        seen = json.loads(result.read_text())["seen"]
        self.sees(
            "typed into descriptor 0" in seen and "evil" in shell["typed"], has_typing, f"the control: {seen} {shell}"
        )
        self.holds("opened /dev/tty" in seen and "set up /dev/tty" in seen, f"the control: {seen}")
        for number, mode in enumerate(("input", "output", "neither", "both"), 1):
            self.step(f"{number}. at a terminal of the caller's; of input and output, the terminal is {mode}")
            self.grab(mode, f"with the caller's terminal as {mode}")
        self.step("   the same where the guest has seen to it that no terminal can be made inside")
        for title, command in (
            ("/dev/ptmx leads to /dev/null", "ln -sf null /dev/ptmx"),
            ("/dev/ptmx is a pipe", "rm /dev/ptmx; mkfifo -m 666 /dev/ptmx"),
            ("/dev/ptmx is gone", "rm /dev/ptmx"),
        ):
            self.inside("guest", "sh", "-c", command)
            self.grab("both", f"when {title}", must_run=False)
        self.inside("guest", "ln", "-sf", "pts/ptmx", "/dev/ptmx")

    def grab(self, mode, when, must_run=True):
        """Has the guest do what it can to the terminal of whoever runs a command in it."""
        self.inside("guest", "rm", "-f", "/tmp/grab.out")
        command = [self.user.program, "exec", "guest", "--", "/usr/bin/python3", "/tmp/grab.py", "/tmp/grab.out"]
        shell = self.at_terminal(mode, command, typed=b"" if mode == "both" else b"secret")
        report = self.inside("guest", "cat", "/tmp/grab.out")
        self.breach("evil" in shell["typed"], f"{when}, the guest typed into the caller's shell: {shell['typed']!r}")
        self.breach(not shell["same"], f"{when}, the guest changed the terminal's settings")
        if report.code and not must_run:
            # A refusal is as good.
            self.holds(shell["code"], f"{when}: {shell}")
            return
        self.holds(report.code == 0, f"the attack ran: {report} {shell}")
        found = json.loads(report.out)
        self.breach(
            found["sid"] != found["pid"],
            f"{when}, the command has no session of its own (its session is {found['sid']})",
        )
        self.breach(found["seen"], f"{when}, the guest {', '.join(found['seen'])}")

    def bare_result(self):
        path = self.user.stage / "bare.json"
        path.touch()
        return self.user.own(path)

    # Descriptors.

    def descriptors(self):
        self.step("5. descriptors that the caller has open: a directory, a file, a directory as standard input")
        directory, null = os.open("/", os.O_RDONLY), os.open("/dev/null", os.O_RDONLY)
        file = self.user.stage / "callers-file"
        file.write_text("the caller's")
        file.chmod(0o644)
        self.user.own(file)
        reading = os.open(file, os.O_RDONLY)
        for title, options in (
            ("inherited", {"pass_fds": [directory, reading], "stdin": null}),
            ("as standard input open for reading", {"stdin": reading}),
            ("as standard error open for reading", {"stdin": null, "stderr": reading}),
        ):
            options = {"stderr": subprocess.PIPE, **options}
            process = self.exec("/usr/bin/python3", "-c", DESCRIPTORS, stdout=subprocess.PIPE, **options)
            out, err = process.communicate(timeout=30)
            self.sees(process.returncode, 0, f"{title}: {out} {err}")
            found = {int(number): it for number, it in json.loads(out).items()}
            more = sorted(number for number in found if number > 2)
            self.breach(more, f"the guest has the caller's descriptors {more}, {title}")
            for number, it in found.items():
                self.breach(
                    it["directory"],
                    f"through descriptor {number} {title} the guest lists a directory of the host: {it['directory']}",
                )
                self.breach(it["regular"], f"descriptor {number} {title} is the caller's file itself")
            self.breach(
                file.read_text() != "the caller's",
                f"the guest wrote to the caller's file, {title}: {file.read_text()!r}",
            )
            self.breach(
                file.stat().st_mode & 0o777 != 0o644,
                f"the guest changed the mode of the caller's file, {title}: {oct(file.stat().st_mode)}",
            )
            file.write_text("the caller's")
            file.chmod(0o644)
        self.while_it_starts(directory)
        process = self.exec(
            "ls", "/proc/self/fd/0/", stdin=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        listed = process.communicate(timeout=30)[0].decode().split()
        self.breach(listed, f"through a directory as standard input the guest lists the host's: {listed[:5]}")
        with open(file, "r+b") as both:
            process = self.exec(
                "/usr/bin/python3",
                "-c",
                "import os; os.ftruncate(1, 0)",
                stdout=both,
                stdin=null,
                stderr=subprocess.PIPE,
            )
            process.communicate(timeout=30)
        self.breach(file.read_text() != "the caller's", "the guest cut the caller's file that its output was to go to")
        for descriptor in (directory, null, reading):
            os.close(descriptor)

    def account(self):
        self.step("6. who a command runs as, and what it knows of the caller's environment")
        known = self.exec("env", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).communicate(timeout=30)[0].decode()
        # The image's own, by which the AWS CLI trusts what Hamlet certifies.
        told = [line for line in known.splitlines() if line != f"AWS_CA_BUNDLE={BUNDLE}"]
        for name in ("HAMLET_DATA", "AWS_", "SSH_", "PWD=" + os.environ.get("PWD", "-")):
            self.breach(any(line.startswith(name) for line in told), f"the guest knows the caller's {name}")
        for user in ("root", "ec2-user"):
            expected = {"root": "0", "ec2-user": "1000" if self.is_root else "0"}[user]
            is_who = self.inside("guest", "id", "-u", user=user).out.strip()
            self.breach(is_who != expected, f"`hamlet exec --user {user}` runs its command as user {is_who}")

    # What must stay.

    def what_the_caller_gets(self):
        self.step("7. exit codes, signals, input, output, and their ends")
        for script, code in (("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)):
            self.sees(self.inside("guest", "sh", "-c", script).code, code, script)
        self.sees(self.inside("guest", "no-such-command").code, 127)
        self.sees(self.inside("guest", "/etc/hosts").code, 126)
        self.large()
        self.ends()
        self.signals()

    def large(self):
        data = os.urandom(SIZE)
        digest = hashlib.sha256(data).hexdigest()
        process = self.exec("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        out, _ = process.communicate(data, timeout=60)
        self.sees((process.returncode, hashlib.sha256(out).hexdigest()), (0, digest), "10 MiB through `cat`")
        process = self.exec("sha256sum", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        out, _ = process.communicate(data, timeout=60)
        self.sees(out.split()[0].decode(), digest, "10 MiB into a command, and their end")
        (self.user.stage / "large").write_bytes(data)
        with open(self.user.stage / "large", "rb") as source:
            process = self.exec("sha256sum", stdin=source, stdout=subprocess.PIPE)
            self.sees(process.communicate(timeout=60)[0].split()[0].decode(), digest, "10 MiB from a file")
        process = self.exec(
            "sh",
            "-c",
            "head -c 3000000 /dev/zero; echo end >&2; exit 3",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = process.communicate(timeout=60)
        self.sees((process.returncode, len(out), err), (3, 3_000_000, b"end\n"), "what is printed just before the end")
        process = self.exec("true", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.communicate(data, timeout=60)
        self.sees(process.returncode, 0, "a command that takes nothing of what it is given")
        # Nobody reads any more: as with a pipe, the writer is told.
        process = self.exec(
            "sh", "-c", "yes; echo ${?} >&2", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.stdout.read(10)
        process.stdout.close()
        ended = ends_within(process, 10)
        process.kill()
        self.holds(ended, "`hamlet exec … yes | head` ends")

    def ends(self):
        began = time.monotonic()
        process = self.exec(
            "sh", "-c", "(sleep 1.5; echo late) & echo early", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        out, _ = process.communicate(timeout=30)
        self.sees(out, b"early\nlate\n", "output of what a command left running, as with ssh")
        self.holds(time.monotonic() - began < 8, "and no longer than it runs")
        # Standard input that stays open must not keep a command that has ended.
        process = self.exec("true", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.holds(ends_within(process, 10), "a command ends although its input does not")
        process.kill()
        process.communicate()

    def while_it_starts(self, directory):
        """What is closed only as the command starts is open to what starts it: the interpreter of a script."""
        script = "#!/proc/self/fd/{}/usr/bin/echo through\n"
        own = self.user.stage / "through-a-descriptor"
        own.write_text(script.format(directory))
        own.chmod(0o755)
        opened = subprocess.run([own], pass_fds=[directory], capture_output=True, text=True)
        self.holds(
            "through" in opened.stdout, f"in the open a script's interpreter is found through a descriptor: {opened}"
        )
        made = self.python(
            "guest", f"import os; open('/root/s', 'w').write({script.format(directory)!r}); os.chmod('/root/s', 0o755)"
        )
        self.sees(made.code, 0, "the guest makes the script")
        process = self.exec(
            "/root/s", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[directory]
        )
        out, _ = process.communicate(timeout=30)
        self.breach(
            b"through" in out, f"a script of the guest ran a file of the host through the caller's descriptor: {out}"
        )

    def signals(self):
        # What the caller ignores is not what the guest's command ignores, nor what posix_spawn of the C library does
        # (32).
        ignored = {
            number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGTSTP)
        }
        process = self.exec("grep", "SigIgn", "/proc/self/status", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        for number, before in ignored.items():
            signal.signal(number, before)
        self.sees(
            process.communicate(timeout=30)[0].split()[1].strip(b"0"), b"", "signals that the guest's command ignores"
        )
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)):
            process = self.running("sleep 60")
            process.send_signal(number)
            self.holds(ends_within(process, 10), f"{number.name} to hamlet ends the command")
            self.sees(process.returncode, code, f"after {number.name}")
        hamlet = [self.user.program, "exec", "guest", "--"]
        for number, mode in enumerate(("input", "both", "output")):
            # What tells one's process from another's.
            seconds = f"60.{os.getpid()}{number}"
            sleeps = lambda seconds=seconds: process_of("sleep", seconds)
            shell = self.at_terminal(mode, [*hamlet, "sleep", seconds], raw=False, typed=b"\x03", when=sleeps)
            self.sees(shell["code"], 130, f"Ctrl-C, with a terminal as {mode}: {shell}")
            self.holds(shell["took"] < 15, f"Ctrl-C ends it at once, with a terminal as {mode}: {shell}")
            self.holds(shell["same"], f"the terminal is as it was, with a terminal as {mode}")
        shell = self.at_terminal("both", [*hamlet, "sh", "-c", "tty; stty size"], raw=False)
        self.holds("/dev/pts/" in shell["shown"], f"a terminal of its own: {shell}")
        marker = f"5353{os.getpid()}"
        process = self.running(f"sleep {marker}")
        process.kill()
        process.wait()
        gone = lambda: marker not in self.inside("guest", "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '").out
        harness.wait_for("the command to end with a hamlet that is killed", gone, 10)

    def running(self, command):
        """A command in the guest that has begun."""
        script = f"echo begun; exec {command}"
        process = self.exec("sh", "-c", script, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.sees(process.stdout.readline(), b"begun\n", command)
        return process


def ends_within(process, seconds):
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


if __name__ == "__main__":
    harness.run(Caller)
