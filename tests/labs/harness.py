"""A Hamlet of one's own for each lab, and the real aws CLI, ping, ssh, curl and dig against it.

The aws CLI runs in forks of a process that has imported it (aws_server.py), since its start is most of what a call
costs. Where a user's own start of the command is part of what is looked at, it is started: everything the README says,
every call of a lab with `starts_aws`, and what aws_command.py compares the forks with.

A lab is a class with one method `walk`, which reads like the tutorial it follows: `self.step("2. …")`, then calls and
what must be seen. `run(Lab)` walks it as this user and, where this user is root, again as an ordinary one.

Leaves nothing behind: the daemon dies with us even when we are killed, with it all instances, and the directories of
runs that were killed are removed by the next one.
"""

import atexit
import concurrent.futures
import contextlib
import ctypes
import functools
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from aws_calls import AwsServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(
    os.environ.get("HAMLET_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "hamlet"
)
VENV = CACHE / "venv"
IN_CI = bool(os.environ.get("CI"))
REGION = "us-west-2"
ACCOUNT = "123456789012"
# www-data: some ordinary user that has a name, since ssh wants one.
ORDINARY_UID = 33
PREFIX = "hamlet-lab-"
# However busy a machine is: nobody waits longer than so many times what a quiet one takes.
BUSYNESS_MAX = 5


class CannotRun(Exception):
    """This machine lacks something; the sentence says what."""


class Failed(AssertionError):
    """A lab saw something else than AWS shows."""


def program():
    """The program under test."""
    said = os.environ.get("HAMLET_PROGRAM")
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    found = pathlib.Path(said) if said else target / "debug" / "hamlet"
    if not found.exists():
        raise CannotRun(f"{found} is not built: `make test` builds it")
    return found


class User:
    """Whom Hamlet runs as."""

    def __init__(self, title, stage):
        self.title = title
        self.stage = stage
        self.prefix = []
        self.environment = {}
        self.program = program()

    @classmethod
    def this(cls, stage):
        title = "root" if os.geteuid() == 0 else "an ordinary user"
        return cls(title, stage)

    @classmethod
    def ordinary(cls, stage):
        """An ordinary user with a tun node that everybody may open, as usual systems have it at /dev/net/tun."""
        if not shutil.which("setpriv"):
            raise CannotRun("setpriv (package util-linux) is missing")
        user = cls("an ordinary user", stage)
        node = stage / "tun"
        if not node.exists():
            made = subprocess.run(["mknod", "-m", "0666", node, "c", "10", "200"], capture_output=True, text=True)
            if made.returncode:
                raise CannotRun(f"mknod: {made.stderr.strip()}")
            node.chmod(0o666)
        # The build directory may be closed to others.
        copy = stage / "hamlet"
        shutil.copy(user.program, copy)
        copy.chmod(0o755)
        user.program = copy
        user.prefix = ["setpriv", f"--reuid={ORDINARY_UID}", f"--regid={ORDINARY_UID}", "--clear-groups"]
        user.environment = {"HAMLET_TUN": str(node), "HOME": str(stage)}
        return user

    def own(self, path):
        """Gives a file or directory to the user."""
        if self.prefix:
            os.chown(path, ORDINARY_UID, ORDINARY_UID)
        return path


class Result:
    """What a program printed, and its exit code."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit code {self.code}\n{self.out}{self.err}"


class Hamlet:
    """A running Hamlet in a directory of its own."""

    def __init__(self, user, *options, data=None, wait=True):
        self.user = user
        self.data = data or user.own(pathlib.Path(tempfile.mkdtemp(prefix="data-", dir=user.stage)))
        self.log = user.stage / f"{self.data.name}.log"
        self.options = options
        self.process = None
        self.environment = {}
        if wait:
            self.start()

    def start(self):
        """Starts it, and returns when the API answers."""
        prefix = list(self.user.prefix)
        if prefix:
            # A change of user makes the kernel forget that the process dies with us.
            prefix += ["--pdeathsig", "KILL"]
        command = [*prefix, self.user.program, "up", "--listen", "127.0.0.1:0", "--region", REGION, *self.options]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command,
                env=self._own_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=die_with_parent,
            )
        _alive.append(self)
        status = wait_for("the API to answer", lambda: self._status_of_this_run(), 30)
        host, _, port = status["api"].rpartition(":")
        self.address = (host, int(port))
        variables = json.loads(self.hamlet("env", "--json").out)
        self.environment = {**clean_environment(), **variables}
        return self

    def _status_of_this_run(self):
        if self.process.poll() is not None:
            raise Failed(f"hamlet up ended with {self.process.returncode}:\n{self.log.read_text()}")
        answer = self.hamlet("status", "--json", check=False)
        return json.loads(answer.out) if answer.code == 0 else None

    def _own_environment(self):
        return {**clean_environment(), **self.user.environment, "HAMLET_DATA": str(self.data)}

    def hamlet(self, *words, check=True, seconds=60, stdin=""):
        """Runs one of hamlet's own commands."""
        command = [*self.user.prefix, self.user.program, *words]
        return execute(command, self._own_environment(), check, seconds, stdin, cwd=self.user.stage)

    @contextlib.contextmanager
    def running(self, *words, errors=None):
        """One of hamlet's commands that goes on until the block ends; yields the file of what it prints. `errors` is
        where its errors go, if not to ours."""
        file = self.user.stage / f"{words[0]}-{words[1]}.out"
        with open(file, "wb") as out:
            command = [str(word) for word in (*self.user.prefix, self.user.program, *words)]
            process = subprocess.Popen(
                command,
                stdout=out,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                env=self._own_environment(),
                cwd="/",
                preexec_fn=die_with_parent,
            )
        try:
            yield file
        finally:
            process.terminate()
            process.wait()

    def status(self):
        return json.loads(self.hamlet("status", "--json").out)

    def metrics(self):
        """What `hamlet metrics` shows."""
        return json.loads(self.hamlet("metrics", "--json").out)

    def kill(self):
        """As the power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """As Ctrl-C does; True when it ended as it should."""
        if self in _alive:
            _alive.remove(self)
        if self.process is None or self.process.poll() is not None:
            return True
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=20) == 0
        except subprocess.TimeoutExpired:
            self.kill()
            return False


class Lab:
    """One walk. `self.aws`, `self.refused`, `self.inside`, `self.step`; and `self.id(…)` for what was made."""

    options = ()
    # Whether each call of the aws CLI is a process of its own from the start.
    starts_aws = False

    def __init__(self, user):
        self.user = user
        self.made = {}
        self.hamlet = None

    def walk(self):
        raise NotImplementedError

    # What a lab says.

    def step(self, sentence):
        print(f"    {sentence}", flush=True)

    def sees(self, seen, expected, what=""):
        if seen != expected:
            raise Failed(f"{what or 'seen'}: {seen!r}\n  AWS shows {expected!r}")

    def holds(self, condition, sentence):
        if not condition:
            raise Failed(sentence)

    # What a lab does.

    def aws(self, *words, region=None, seconds=60, environment=()):
        """The real aws CLI, which must succeed; its JSON."""
        result = self.aws_result(*words, region=region, seconds=seconds, environment=environment)
        if result.code:
            raise Failed(f"aws {shlex.join(map(str, words))}\n{result}")
        return json.loads(result.out) if result.out.strip() else {}

    def aws_result(self, *words, region=None, seconds=60, environment=()):
        chosen = ["--region", region] if region else []
        variables = {**self.hamlet.environment, **dict(environment)}
        return run_aws([*chosen, "--output", "json", *words], variables, seconds=seconds, start=self.starts_aws)

    def ec2(self, *words, **options):
        return self.aws("ec2", *words, **options)

    def refused(self, code, message, *words, **options):
        """An ec2 command that must fail with this code and message. `…` in the message stands for anything."""
        result = self.aws_result("ec2", *words, **options)
        self.holds(result.code != 0, f"aws ec2 {shlex.join(words)} was not refused:\n{result}")
        found = re.search(
            r"An error occurred \(([^)]*)\) when calling the \w+ operation(?: \(.*?\))?: (.*)", result.err, re.S
        )
        self.holds(found, f"aws ec2 {shlex.join(words)}: {result}")
        self.sees(found[1], code, f"the code of `{words[0]}` ({found[2].strip()})")
        pattern = ".*".join(re.escape(part) for part in message.split("…"))
        self.holds(
            re.fullmatch(pattern, found[2].strip(), re.S),
            f"the message of {code}: {found[2].strip()!r}\n  AWS says {message!r}",
        )

    def inside(self, instance, *command, check=False, seconds=30, user=None):
        """A command inside an instance."""
        as_user = ["--user", user] if user else []
        return self.hamlet.hamlet("exec", *as_user, instance, "--", *command, check=check, seconds=seconds)

    def laptop(self, *command, check=False, seconds=30):
        return self.hamlet.hamlet("laptop", "--", *command, check=check, seconds=seconds)

    def ping(self, instance, address, count=2, wait=3):
        """True when `count` echoes were answered within `wait` seconds, False when none was."""
        # With a deadline, since otherwise ping gives the last echo only twice the time of the others.
        result = self.inside(instance, "ping", "-n", "-c", str(count), "-i", "0.2", "-w", str(wait), address)
        received = re.search(r"(\d+) received", result.out)
        self.holds(received, f"ping {address} from {instance}: {result}")
        self.holds(
            int(received[1]) == 0 or int(received[1]) >= count,
            f"some of the echoes to {address} were lost: {result.out}",
        )
        return int(received[1]) >= count

    def pings(self, *ways):
        """The same of several (instance, address) at once: an echo that is not answered takes its time."""
        with concurrent.futures.ThreadPoolExecutor(len(ways)) as pool:
            return list(pool.map(lambda way: self.ping(*way), ways))

    def trace(self, *words):
        """(reachable, the reason's code, text)."""
        result = self.hamlet.hamlet("trace", *words, "--json", check=False)
        self.holds(result.code in (0, 4), f"hamlet trace {shlex.join(words)}: {result}")
        answer = json.loads(result.out)
        self.sees(answer["reachable"], result.code == 0, "hamlet trace's exit code and its answer")
        return answer

    def blocked_by(self, component, *words):
        """The trace must name the component that blocks; returns the trace."""
        answer = self.trace(*words)
        self.holds(not answer["reachable"], f"hamlet trace {shlex.join(words)} sees no obstacle:\n{answer['text']}")
        blockers = [stage for stage in answer["steps"] if stage["outcome"] == "deny"]
        self.holds(len(blockers) == 1, f"not one blocker but {len(blockers)}:\n{answer['text']}")
        self.sees(blockers[0]["by"] or blockers[0]["at"], component, f"the component that blocks\n{answer['text']}")
        return answer

    def wait_running(self, *ids):
        self.ec2("wait", "instance-running", "--instance-ids", *ids)

    def booted(self, *ids):
        """Waits until the instances have booted, as a user sees it in their console output."""
        for id in ids:
            console = ("get-console-output", "--instance-id", id, "--latest")
            wait_for(
                f"{id} to boot", lambda: "cloud-init: finished" in self.ec2(*console).get("Output", ""), 30, every=0.2
            )


def fresh_key(directory, kind="ed25519"):
    """A key pair of one's own, as users have them."""
    directory.mkdir(exist_ok=True)
    path = directory / f"own-{kind}"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path], check=True, stdin=subprocess.DEVNULL)
    return path


def execute(command, environment, check=True, seconds=60, stdin="", cwd="/"):
    """Runs a program to its end."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            cwd=cwd,
        )
    except subprocess.TimeoutExpired as expired:
        raise Failed(
            f"{shlex.join(words)} did not end within {seconds} s\n{expired.stdout}\n{expired.stderr}"
        ) from None
    result = Result(done.returncode, done.stdout, done.stderr)
    if check and done.returncode:
        raise Failed(f"{shlex.join(words)}\n{result}")
    return result


def run_aws(words, environment, seconds=60, stdin="", cwd="/", start=False):
    """The real aws CLI. Not as a fork if `start` says so, or if its environment is one that a fork cannot be given."""
    words = [str(word) for word in words]
    if start or not aws_server().takes(environment):
        return execute([VENV / "bin" / "aws", *words], environment, check=False, seconds=seconds, stdin=stdin, cwd=cwd)
    try:
        return Result(*aws_server().run(words, environment, seconds, stdin, str(cwd)))
    except subprocess.TimeoutExpired:
        raise Failed(f"aws {shlex.join(words)} did not end within {seconds} s") from None


@functools.cache
def aws_server():
    """The one of this program. Waited for at its end, so that what it worked is counted."""
    server = AwsServer(VENV, clean_environment())
    atexit.register(server.close)
    return server


def wait_for(what, done, seconds, every=0.05):
    """Calls `done` until it returns something true: for so many seconds on a machine that does nothing else."""
    began = time.monotonic()
    while True:
        result = done()
        if result:
            return result
        waited = time.monotonic() - began
        if waited > seconds * busyness():
            raise Failed(f"waited {waited:.0f} s in vain for {what}")
        time.sleep(every)


def busyness():
    """How many times as long everything takes here at the moment: how much there is to do for each processor. Programs
    run several at a time, and what one waits for others take from it."""
    return min(max(os.getloadavg()[0] / os.cpu_count(), 1), BUSYNESS_MAX)


def clean_environment():
    """The user's own AWS settings must not leak in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HAMLET_"))}
    search = [str(VENV / "bin"), kept.get("PATH", ""), "/usr/sbin", "/sbin"]
    return {
        **kept,
        "PATH": ":".join(search),
        "LC_ALL": "C.UTF-8",
        "AWS_PAGER": "",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }


def die_with_parent():
    """PR_SET_PDEATHSIG, so that nothing outlives even a killed test."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


_alive = []


def _stop_all():
    for hamlet in list(_alive):
        hamlet.stop()


@contextlib.contextmanager
def stage():
    """A directory that others can look into, removed afterwards."""
    remove_leftovers()
    path = pathlib.Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        _stop_all()
        remove(path)


def remove(path):
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        # A guest may have closed its directories, to us as well.
        subprocess.run(["chmod", "-R", "u+rwX", path], capture_output=True)
        shutil.rmtree(path, ignore_errors=True)


def remove_leftovers():
    """What a killed run of an earlier time has left."""
    for path in pathlib.Path("/tmp").glob(f"{PREFIX}*-*"):
        pid = path.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not pathlib.Path("/proc", pid).exists():
            remove(path)


def nothing_is_left(path):
    """Processes and mounts that still belong to a directory."""
    needle = str(path).encode()
    left = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for name in ("cmdline", "mountinfo"):
                if process.name != str(os.getpid()) and needle in (process / name).read_bytes():
                    left.append(f"process {process.name} ({(process / 'comm').read_text().strip()}) in its {name}")
    return left


@contextlib.contextmanager
def small_disk(megabytes):
    """A disk of its own, for root. Not in anybody's stage: whoever starts meanwhile sees it in the table of mounts."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hamlet-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def users(both=True):
    """Functions that make the users a lab is walked as."""
    return [User.this, User.ordinary] if both and os.geteuid() == 0 else [User.this]


def walk_as(make_user, lab_class):
    """Walks one lab: "passed", "failed", or "not run", which it says aloud."""
    name = lab_class.__name__
    began = time.monotonic()
    with stage() as path:
        try:
            user = make_user(path)
        except CannotRun as reason:
            print(f"CANNOT RUN {name}: {reason}", flush=True)
            return "failed" if IN_CI else "not run"
        print(f"{name}, Hamlet run by {user.title}", flush=True)
        lab = lab_class(user)
        try:
            lab.hamlet = Hamlet(user, *lab.options)
            lab.walk()
            lab.holds(lab.hamlet.stop(), f"Ctrl-C did not end it in time:\n{lab.hamlet.log.read_text()}")
            lab.holds(not nothing_is_left(path), f"something is left: {nothing_is_left(path)}")
        except Exception as error:
            text = str(error) if isinstance(error, (Failed, CannotRun)) else traceback.format_exc()
            where = traceback.extract_tb(error.__traceback__)
            own = [f"{frame.filename}:{frame.lineno}" for frame in where if not frame.filename.endswith("harness.py")]
            line = own[-1] if own else "the start"
            log = lab.hamlet.log.read_text()[-3000:] if lab.hamlet else ""
            print(f"FAILED {name} as {user.title} at {line}\n{text}\n--- hamlet's log\n{log}", flush=True)
            return "failed"
        print(f"ok {name} as {user.title} ({time.monotonic() - began:.1f} s)", flush=True)
        return "passed"


def summary(results):
    """The last line, and the end."""
    not_run = f", {results.count('not run')} not run" if "not run" in results else ""
    print(f"{results.count('passed')} passed, {results.count('failed')} failed{not_run}", flush=True)
    sys.exit(1 if "failed" in results else 0)


def run(*lab_classes, both=True):
    """The main of a test: `--as root|user|all`. Ends with how many walks held. `both`: as two users, where we may."""
    begin()
    chosen = users(both)
    if "--as" in sys.argv:
        wanted = sys.argv[sys.argv.index("--as") + 1]
        chosen = {"root": [User.this], "user": [User.ordinary], "all": chosen}[wanted]
    summary([walk_as(make_user, lab) for lab in lab_classes for make_user in chosen])


def begin():
    """So that nothing is left when we are told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Whoever is started in the background ignores Ctrl-C, and all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    atexit.register(_stop_all)
