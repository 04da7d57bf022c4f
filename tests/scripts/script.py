"""What the tests of scripts have in common. The scripts, in `as_written`, are written as people write and publish them:
bash with the real aws CLI, Python with the real boto3. They know nothing of Hamlet; they are run with the environment
that `hamlet env` prints. What they built is then looked at from outside: with packets.

The `aws` in their PATH is the real CLI, in forks of a process that has imported it (labs/aws_server.py)."""

import contextlib
import json
import os
import pathlib
import re
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from network import AMI, EXAMPLE, EXAMPLE_V6, LAPTOP, NetworkLab

__all__ = ["AMI", "EXAMPLE", "EXAMPLE_V6", "LAPTOP", "ScriptLab", "harness"]

HERE = pathlib.Path(__file__).resolve().parent
REAL_AWS = harness.VENV / "bin/aws"
# What public scripts wait at most, and the longest that one here takes.
SECONDS_MAX = 120
# Before a call's words comes how many bytes they are.
LENGTH_BYTES = 4


class ScriptLab(NetworkLab):
    """A walk that runs scripts as they were written."""

    def __init__(self, user):
        super().__init__(user)
        self.directory = user.stage / "scripts"
        self.directory.mkdir()
        self.bin = user.stage / "bin"
        self.bin.mkdir()

    def script(self, name, *words, code=0):
        """Runs one, in a directory of its own; what it printed."""
        variables = dict(self.hamlet.environment)
        variables["PATH"] = f"{self.bin}:{variables['PATH']}"
        command = ["bash", HERE / "as_written" / name, *words]
        if name.endswith(".py"):
            command = [harness.VENV / "bin/python3", *command[1:]]
        with self.forks():
            ran = harness.execute(command, variables, False, SECONDS_MAX, cwd=self.directory)
        self.holds(ran.code == code, f"{name} {' '.join(words)}\n{ran}")
        self.holds("An error occurred" not in ran.err, f"{name} went on after an error\n{ran}")
        return ran.out

    @contextlib.contextmanager
    def forks(self):
        """Puts an `aws` into the scripts' PATH, and answers it."""
        path = self.user.stage / "aws.socket"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen()
            shim = self.bin / "aws"
            shim.write_text(f'#!/bin/sh\nexec /usr/bin/python3 -IS {HERE}/aws_shim.py {path} {REAL_AWS} "$@"\n')
            shim.chmod(0o755)
            threading.Thread(target=answer, args=(listener,), daemon=True).start()
            try:
                yield
            finally:
                listener.shutdown(socket.SHUT_RDWR)

    def id_of(self, name):
        """The living instance of this name."""
        filters = (f"Name=tag:Name,Values={name}", "Name=instance-state-name,Values=pending,running")
        found = self.ec2("describe-instances", "--filters", *filters)["Reservations"]
        self.sees(len(found), 1, f"instances that are called {name}")
        return found[0]["Instances"][0]["InstanceId"]

    def page(self, address, port=80, server=None):
        """What a web server says to the laptop or to a server; "" where nothing comes back."""
        host = f"[{address}]" if ":" in address else address
        command = ("curl", "-s", "-m", "2", f"http://{host}:{port}/")
        asked = self.inside(server, *command) if server else self.laptop(*command)
        return asked.out.strip() if asked.code == 0 else ""

    def waits_for_page(self, address, port=80, server=None):
        """The same, when the server has begun."""
        return harness.wait_for(f"a page of {address}", lambda: self.page(address, port, server), 30, every=0.2)


def answer(listener):
    """Takes calls until nobody listens any more."""
    while True:
        try:
            asked, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=call, args=(asked,), daemon=True).start()


def call(asked):
    """One call of the CLI; without an answer, the script's `aws` starts the real one itself."""
    with asked:
        length, descriptors, _, _ = socket.recv_fds(asked, LENGTH_BYTES, 3)
        request = json.loads(read(asked, int.from_bytes(length, "big")))
        server = harness.aws_server()
        try:
            if not server.takes(request["environment"]):
                return
            started = server.start(request["words"], request["environment"], request["directory"], descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        asked.sendall(str(server.wait(started, SECONDS_MAX)).encode())


def read(asked, length):
    message = b""
    while len(message) < length:
        more = asked.recv(length - len(message))
        if not more:
            raise harness.Failed("a script's aws ended before it had said what it wants")
        message += more
    return message


def words_after(output, word):
    """The rest of the line of a script's output that begins so."""
    found = re.search(rf"^{word}\s+(.*)$", output, re.M)
    if not found:
        raise harness.Failed(f"no line begins with {word!r}:\n{output}")
    return found[1].split()
