#!/usr/bin/env python3
"""Another user of this machine: what comes over the loopback is refused, whatever is sent, and the data directory is closed.

Every attack is first made by the daemon's own user, where it must succeed: then it is known to ask for something.
"""

import contextlib
import encodings.idna  # noqa: F401  loaded before we are somebody who may not read it
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness  # noqa: E402

# `backup` and `list`, who have nothing to do with Hamlet's users in these tests.
STRANGER = 34
OTHER_STRANGER = 38
SECONDS = 10
CLOSED_AT_ONCE = 20
SENTENCE = f"This Hamlet belongs to another user, and user {STRANGER} is not among those it answers: start one of your own, or have it started with --allow-user {STRANGER} or --auth strict."


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
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
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
            while (line := stream.readline().strip()):
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            seen.append([status, stream.read(length).decode()])
        return seen


def make_attacks(address):
    """All attacks, in this process."""
    seen = {name: converse(address, *attack) for name, attack in attacks(address).items()}
    url = "http://{}:{}/".format(*address)
    words = [word for name, value in signature().items() for word in ("-H", f"{name}: {value}")]
    curl = ["curl", "-sS", "-m", str(SECONDS), "--http2-prior-knowledge", "-w", "\n%{http_version} %{http_code}", *words, "-d", CREATE.decode(), url]
    body, _, last = subprocess.run(curl, capture_output=True, text=True, check=True).stdout.rpartition("\n")
    version, code = last.split()
    assert version == "2", last
    seen["HTTP/2"] = [[int(code), body]]
    # The kernel says user 0 of a connection whose process has closed it.
    for _ in range(CLOSED_AT_ONCE):
        with socket.create_connection(address, timeout=SECONDS) as connection:
            connection.sendall(attacks(address)["POST of an invented key"][0])
    return seen


def as_user(user, act):
    """What `act` returns in a process of this user. A copy of ours: others may read neither this file nor our Python."""
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


class OtherUser(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        own = os.geteuid() if not self.user.prefix else harness.ORDINARY_UID
        self.over_the_loopback(own)
        self.who_is_named()

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
        self.sees(self.vpcs(), before, "VPCs after another user's requests, among them those of connections closed at once")
        refused = self.hamlet.status()["refused_requests"]
        self.holds(refused["OtherUser"] >= len(seen), f"hamlet status counts {refused}")

    def who_is_named(self):
        self.step("--allow-user, who started Hamlet by sudo, and strict mode")
        for options, environment in ((("--allow-user", "backup"), {}), (("--allow-user", str(STRANGER)), {}), ((), {"SUDO_UID": str(STRANGER)})):
            with self.another(options, environment) as hamlet:
                self.sees(self.attack_as(STRANGER, hamlet)["POST of an invented key"][0][0], 200, f"{options} {environment}")
                self.sees(self.attack_as(OTHER_STRANGER, hamlet)["POST of an invented key"][0][0], 403, f"{options} {environment}")
        with self.another(("--auth", "strict")) as hamlet:
            invented = self.attack_as(STRANGER, hamlet)["POST of an invented key"][0]
            self.holds(invented[0] == 401 and "AuthFailure" in invented[1], f"strict mode: {invented}")
            prefix = ["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
            aws = [*prefix, harness.VENV / "bin/aws", "ec2", "describe-vpcs"]
            if subprocess.run([*prefix, "test", "-x", harness.VENV / "bin/aws"]).returncode == 0:
                harness.execute(aws, hamlet.environment)

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
