#!/usr/bin/env python3
"""Another user of this machine: what comes over the loopback is refused, and the data directory is closed.

Every attack is first made by the daemon's own user, where it must succeed: then it is known to ask for something.
"""

import contextlib
import encodings.idna  # noqa: F401  loaded before we are somebody who may not read it
import fcntl
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness

# `backup` and `list`, who have nothing to do with Hamlet's users in these tests.
STRANGER = 34
OTHER_STRANGER = 38
SECONDS = 10
CLOSED_AT_ONCE = 20
SENTENCE = (
    f"This Hamlet belongs to another user, and user {STRANGER} is not among those it answers: start one of your "
    f"own, or have it started with --allow-user {STRANGER} or --auth strict."
)


def signature(service="ec2"):
    """A signature by a key that nobody knows, which open mode takes for the account's root."""
    now = time.gmtime()
    scope = f"AKIAINVENTED/{time.strftime('%Y%m%d', now)}/{harness.REGION}/{service}/aws4_request"
    return {
        "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", now),
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
    }


def request(address, method="POST", path="/", body=b"", headers=()):
    """One request of HTTP/1.1 as bytes."""
    host = "{}:{}".format(*address)
    head = {"Host": host, "Content-Length": str(len(body)), **dict(headers)}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    return "\r\n".join(lines).encode() + body


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CREATE = b"Action=CreateVpc&Version=2016-11-15&CidrBlock=10.9.0.0/16"


def attacks(address):
    """By name: the bytes of a connection, and how many answers they want."""
    create = request(address, body=CREATE, headers={**FORM, **signature()})
    parameter = json.dumps({"Name": "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"}).encode()
    target = {"X-Amz-Target": "AmazonSSM.GetParameter", "Content-Type": "application/x-amz-json-1.1"}
    role = b"Action=CreateRole&Version=2010-05-08&RoleName=x&AssumeRolePolicyDocument=%7B%7D"
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    return {
        "unsigned POST": (request(address, body=CREATE, headers=FORM), 1),
        "POST of an invented key": (create, 1),
        "several on one connection": (create * 2, 2),
        "JSON": (request(address, body=parameter, headers={**target, **signature("ssm")}), 1),
        "query": (request(address, body=role, headers={**FORM, **signature("iam")}), 1),
        "REST": (request(address, "GET", "/2013-04-01/hostedzone", headers=signature("route53")), 1),
        "the page": (request(address, "GET", "/"), 1),
        "health": (request(address, "GET", "/health"), 1),
        "a tunnel": (request(address, "GET", "/openTunnel?instanceConnectEndpointId=eice-1", headers=upgrade), 1),
        "rubbish for a path": (request(address, "DELETE", "/../status"), 1),
    }


def converse(address, data, answers):
    """Sends, and returns `[status, body]` of each answer."""
    with socket.create_connection(address, timeout=SECONDS) as connection:
        connection.sendall(data)
        stream, seen = connection.makefile("rb"), []
        for _ in range(answers):
            status = int(stream.readline().split()[1])
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            seen.append([status, stream.read(length).decode()])
        return seen


def make_attacks(address):
    """All attacks, in this process."""
    seen = {name: converse(address, *attack) for name, attack in attacks(address).items()}
    url = "http://{}:{}/".format(*address)
    words = [word for name, value in signature().items() for word in ("-H", f"{name}: {value}")]
    curl = [
        "curl",
        "-sS",
        "-m",
        str(SECONDS),
        "--http2-prior-knowledge",
        "-w",
        "\n%{http_version} %{http_code}",
        *words,
        "-d",
        CREATE.decode(),
        url,
    ]
    body, _, last = subprocess.run(curl, capture_output=True, text=True, check=True).stdout.rpartition("\n")
    version, code = last.split()
    assert version == "2", last
    seen["HTTP/2"] = [[int(code), body]]
    # The kernel says user 0 of a connection whose process has closed it.
    for _ in range(CLOSED_AT_ONCE):
        with socket.create_connection(address, timeout=SECONDS) as connection:
            connection.sendall(attacks(address)["POST of an invented key"][0])
    return seen


def append(path, text):
    """By a plain open, as shells do."""
    with path.open("a") as file:
        file.write(text)


def as_user(user, act):
    """What `act` returns in a process of this user. A copy of ours: others may not read this file, nor our Python."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            os.chdir("/")
            result = {"returned": act()}
        except BaseException:
            result = {"failed": traceback.format_exc()}
        with os.fdopen(writer, "w") as pipe:
            json.dump(result, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        result = json.loads(pipe.read())
    os.waitpid(child, 0)
    if "failed" in result:
        raise harness.Failed(f"as user {user}: {result['failed']}")
    return result["returned"]


IMPOSTOR = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
import os; os.chmod(sys.argv[1], 0o777)
listener.listen()
while True:
    connection, _ = listener.accept()
    connection.recv(4096)
    body = b'{"variables": [["AWS_ENDPOINT_URL", "http://evil.example"]]}'
    connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + body)
    connection.close()
"""


def reach(path):
    """Reads a file and locks it, or connects to a socket."""
    try:
        if path.is_socket():
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(path))
            return "connected"
        path.read_bytes()
        return "read"
    except OSError as error:
        return type(error).__name__


def lock(path):
    """Whether nobody has locked a file."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            return False


class OtherUser(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        own = os.geteuid() if not self.user.prefix else harness.ORDINARY_UID
        self.over_the_loopback(own)
        self.who_is_named()
        self.the_data_directory(own)
        self.planted(own)
        self.somebody_elses(own)
        self.a_setuid_program()

    def over_the_loopback(self, own):
        self.step("the daemon's own user and root are answered: the door is open to them")
        for user in {own, 0}:
            self.hamlet.hamlet("reset", "--yes")
            seen = self.attack_as(user)
            for name in ("POST of an invented key", "several on one connection", "JSON", "the page", "HTTP/2"):
                self.sees({status for status, _ in seen[name]}, {200}, f"{name} as user {user}: {seen[name]}")
        self.holds(self.vpcs() >= 5, "the attack makes no VPC where it is allowed to")
        self.hamlet.hamlet("reset", "--yes")
        self.step("another user is refused, whatever is sent, in the form of the service")
        before = self.vpcs()
        seen = self.attack_as(STRANGER)
        for name, answers in seen.items():
            for status, body in answers:
                self.sees(status, 403, f"{name}: {body}")
                self.holds(SENTENCE in body, f"{name}: {body}")
        [[_, json_body]] = seen["JSON"]
        self.sees(json.loads(json_body)["__type"], "AccessDeniedException")
        self.holds("<ErrorResponse" in seen["query"][0][1] and "<Response>" in seen["unsigned POST"][0][1], str(seen))
        self.sees(
            self.vpcs(), before, "VPCs after another user's requests, among them those of connections closed at once"
        )
        refused = self.hamlet.status()["refused_requests"]
        self.holds(refused["OtherUser"] >= len(seen), f"hamlet status counts {refused}")

    def who_is_named(self):
        self.step("--allow-user, who started Hamlet by sudo, and strict mode")
        for options, environment in (
            (("--allow-user", "backup"), {}),
            (("--allow-user", str(STRANGER)), {}),
            ((), {"SUDO_UID": str(STRANGER)}),
        ):
            with self.another(options, environment) as hamlet:
                self.sees(
                    self.attack_as(STRANGER, hamlet)["POST of an invented key"][0][0], 200, f"{options} {environment}"
                )
                self.sees(
                    self.attack_as(OTHER_STRANGER, hamlet)["POST of an invented key"][0][0],
                    403,
                    f"{options} {environment}",
                )
        with self.another(("--auth", "strict")) as hamlet:
            invented = self.attack_as(STRANGER, hamlet)["POST of an invented key"][0]
            self.holds(invented[0] == 401 and "AuthFailure" in invented[1], f"strict mode: {invented}")
            prefix = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
            aws = [*prefix, harness.VENV / "bin/aws", "ec2", "describe-vpcs"]
            if subprocess.run([*prefix, "test", "-x", harness.VENV / "bin/aws"]).returncode == 0:
                harness.execute(aws, hamlet.environment)

    def the_data_directory(self, own):
        self.step("the data directory and what is in it are closed; its owner reads and locks all of it")
        data = self.hamlet.data
        self.sees(oct(data.stat().st_mode & 0o7777), "0o700")
        for file in (path for path in data.iterdir() if path.is_file()):
            self.sees(oct(file.stat().st_mode & 0o7777), "0o600", str(file))
        names = ["store.redb", "lock", "root-access-key.json", "hamlet.sock"]
        self.sees(as_user(own, lambda: [reach(data / name) for name in names]), ["read", "read", "read", "connected"])
        self.sees(as_user(STRANGER, lambda: [reach(data / name) for name in names]), ["PermissionError"] * 4)
        result = harness.execute(
            ["setpriv", f"--reuid={STRANGER}", "--clear-groups", self.user.program, "--data", data, "status"],
            {"PATH": os.environ["PATH"]},
            check=False,
        )
        if "Permission denied" not in result.err:
            self.holds("belongs to another user" in result.err, result)
        self.step("where it was open, its mode is mended, and a stranger's lock is no lock")
        with self.directory(0o777) as careless:
            (careless / "lock").write_text("4999999\n")
            (careless / "hamlet.log").touch()
            for name in ("lock", "hamlet.log"):
                self.user.own(careless / name)
                (careless / name).chmod(0o644)
            holder = subprocess.Popen(
                ["setpriv", f"--reuid={STRANGER}", "--clear-groups", "flock", "-s", careless / "lock", "sleep", "60"],
                preexec_fn=harness.die_with_parent,
                start_new_session=True,
            )
            harness.wait_for("the stranger's lock", lambda: not as_user(own, lambda: lock(careless / "lock")), 10)
            try:
                up = self.up(careless)
                self.sees(up.code, 0, f"hamlet up where a stranger holds the lock: {up.err}")
                self.sees(
                    [
                        oct(path.stat().st_mode & 0o7777)
                        for path in (careless, careless / "lock", careless / "hamlet.log", careless / "store.redb")
                    ],
                    ["0o700", "0o600", "0o600", "0o600"],
                )
                again = self.up(careless)
                self.holds(again.code == 1 and "runs with the data directory" in again.err, again)
                self.hamlet.hamlet("--data", careless, "down")
            finally:
                os.killpg(holder.pid, signal.SIGKILL)
                holder.wait()

    def planted(self, own):
        self.step("planted links: followed by whoever opens them plainly, refused and left alone by Hamlet")
        for name in (
            "hamlet.log",
            "store.redb",
            "store.redb.new",
            "lock",
            "hamlet.sock",
            "root-access-key.json",
            "instances",
        ):
            with self.directory(0o777) as careless:
                victim = self.user.own(self.file(careless.parent / f"{careless.name}-victim", "mine"))
                as_user(STRANGER, lambda: os.symlink(victim, careless / name))
                as_user(own, lambda: append(careless / name, "!"))
                self.sees(victim.read_text(), "mine!", "what was written through the link by a plain open")
                up = self.up(careless)
                self.holds(up.code == 1 and name in up.err, f"hamlet up with a link for {name}: {up}")
                self.sees(len(up.err.strip().splitlines()), 1, up.err)
                self.sees(
                    (victim.read_text(), (careless / name).is_symlink()),
                    ("mine!", True),
                    "the link's target afterwards",
                )
                victim.unlink()

    def somebody_elses(self, own):
        self.step("a directory that belongs to somebody else; a link to one of our own that somebody else has made")
        with self.directory(0o777) as theirs:
            os.chown(theirs, STRANGER, STRANGER)
            up = self.up(theirs)
            self.holds(up.code == 1 and f"belongs to user {STRANGER}" in up.err, up)
            self.sees(list(theirs.iterdir()), [], "what a refused start leaves")
        with self.directory(0o700) as ours:
            link = ours.parent / f"{ours.name}-link"
            link.symlink_to(ours)
            for user, code in ((STRANGER, 1), (own, 0)):
                os.chown(link, user, user, follow_symlinks=False)
                up = self.up(link)
                self.sees(up.code, code, f"hamlet up through a link that user {user} has made: {up.err}")
            self.hamlet.hamlet("--data", link, "down")
        self.step("another user's program in place of Hamlet is not believed")
        if own != 0:
            with self.directory(0o755) as theirs:
                os.chown(theirs, STRANGER, STRANGER)
                impostor = subprocess.Popen(
                    [
                        "setpriv",
                        f"--reuid={STRANGER}",
                        "--clear-groups",
                        "/usr/bin/python3",
                        "-c",
                        IMPOSTOR,
                        theirs / "hamlet.sock",
                    ],
                    preexec_fn=harness.die_with_parent,
                )
                harness.wait_for("the impostor", (theirs / "hamlet.sock").exists, 10)
                answer = self.hamlet.hamlet("--data", theirs, "env", check=False)
                impostor.kill()
                impostor.wait()
                self.holds(answer.code == 1 and f"a program of user {STRANGER}" in answer.err, answer)

    def a_setuid_program(self):
        self.step("a setuid copy of the program does nothing")
        copy = self.user.stage / "setuid-hamlet"
        copy.write_bytes(pathlib.Path(self.user.program).read_bytes())
        for mode, code in ((0o755, 0), (0o4755, 1), (0o2755, 1)):
            copy.chmod(mode)
            done = harness.execute(
                ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups", copy, "actions"],
                {"PATH": os.environ["PATH"], "HOME": "/"},
                check=False,
            )
            self.sees(done.code, code, f"mode {mode:o}: {done.err}")
            self.holds(code == 0 or "is setuid" in done.err, done)
        copy.unlink()

    def up(self, data):
        """`hamlet up --detach` with this directory."""
        return self.hamlet.hamlet(
            "--data", data, "up", "--detach", "--listen", "127.0.0.1:0", *self.options, check=False
        )

    @contextlib.contextmanager
    def directory(self, mode):
        """A directory of the user's."""
        path = self.user.own(pathlib.Path(tempfile.mkdtemp(prefix="careless-", dir=self.user.stage)))
        path.chmod(mode)
        yield path
        harness.remove(path)

    @staticmethod
    def file(path, text):
        path.write_text(text)
        return path

    @contextlib.contextmanager
    def another(self, options, environment=()):
        """One more Hamlet of the same user."""
        user = harness.User.this(self.user.stage)
        user.program, user.prefix = self.user.program, self.user.prefix
        user.environment = {**self.user.environment, **dict(environment)}
        hamlet = harness.Hamlet(user, *self.options, *options)
        try:
            yield hamlet
        finally:
            hamlet.stop()

    def attack_as(self, user, hamlet=None):
        """What a user's process sees of every attack."""
        address = (hamlet or self.hamlet).address
        return as_user(user, lambda: make_attacks(address))

    def vpcs(self):
        return len(self.ec2("describe-vpcs")["Vpcs"])


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("CANNOT RUN OtherUser: only root can be somebody else")
        harness.summary(["failed" if harness.IN_CI else "not run"])
    else:
        harness.run(OtherUser)
