"""Calls of the real aws CLI that do not each pay for its start. See aws_server.py."""

import contextlib
import io
import json
import os
import selectors
import socket
import subprocess
import threading
import time

from aws_server import LENGTH

SERVER = os.path.join(os.path.dirname(__file__), "aws_server.py")
# What the interpreter and the C library look at as they start, and cannot be told later.
AT_START = ("LANG", "LC_", "LD_", "PYTHON", "MALLOC_", "GLIBC_", "OPENSSL_", "SSL_")
START_SECONDS = 60
CODE_BYTES_MAX = 16


class Gone(Exception):
    """The server ended without an answer."""


class AwsServer:
    """Starts with the first call; ends with us, however we end, since then nobody holds the other end of its socket."""

    def __init__(self, virtual_environment, environment):
        self.script = os.path.join(virtual_environment, "bin", "aws")
        python = os.path.join(virtual_environment, "bin", "python3")
        self.environment = dict(environment)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [python, SERVER, self.script, str(theirs.fileno())]
        with theirs:
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, cwd="/", pass_fds=[theirs.fileno()]
            )
        self.control.settimeout(START_SECONDS)
        self.read_at_import = set(json.loads(self.control.recv(1 << 16) or "null") or self._gone())
        self.control.settimeout(None)

    def takes(self, environment):
        """Whether a call with this environment would be what a process of its own is. A fork has read these already."""
        names = {name for name in (*environment, *self.environment) if name.startswith(AT_START)} | self.read_at_import
        return all(environment.get(name) == self.environment.get(name) for name in names)

    def start(self, words, environment, directory, descriptors):
        """Has a child started, with these three as its input, output and error; returns the call's socket."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.control, [b"!"], [theirs.fileno(), *descriptors])
        request = json.dumps({"words": words, "environment": environment, "directory": directory}).encode()
        ours.sendall(LENGTH.pack(len(request)) + request)
        return ours

    def wait(self, call, seconds):
        """The exit code. A child that takes longer is killed."""
        with call:
            call.settimeout(seconds)
            try:
                return int(call.recv(CODE_BYTES_MAX) or self._gone())
            except TimeoutError:
                raise subprocess.TimeoutExpired("aws", seconds) from None

    def run(self, words, environment, seconds, stdin="", directory="/"):
        """(exit code, output, errors), as `subprocess.run` has them: by pipes, which commands can tell from files."""
        pipes = [os.pipe() for _ in range(3)]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        try:
            call = self.start(words, environment, directory, theirs)
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        threading.Thread(target=feed, args=(pipes[0][1], stdin.encode()), daemon=True).start()
        with call, open(pipes[1][0], "rb", 0) as out, open(pipes[2][0], "rb", 0) as err:
            code, *said = collect([call.fileno(), out.fileno(), err.fileno()], seconds)
        return int(code or self._gone()), *(as_text(it) for it in said)

    def close(self):
        self.control.close()
        self.process.wait()

    def _gone(self):
        raise Gone(f"{SERVER} ended: {self.process.poll()}")


def feed(descriptor, data):
    """Writes what is read, and closes it."""
    with contextlib.suppress(BrokenPipeError), open(descriptor, "wb", 0) as file:
        file.write(data)


def collect(descriptors, seconds):
    """What is read from each of these until their ends."""
    end = time.monotonic() + seconds
    read = dict.fromkeys(descriptors, b"")
    with selectors.DefaultSelector() as selector:
        for descriptor in descriptors:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0, end - time.monotonic()))
            if not ready and time.monotonic() > end:
                raise subprocess.TimeoutExpired("aws", seconds)
            for key, _ in ready:
                more = os.read(key.fd, 1 << 16)
                read[key.fd] += more
                if not more:
                    selector.unregister(key.fd)
    return read.values()


def as_text(data):
    """As `subprocess.run` makes text of what was printed."""
    return io.TextIOWrapper(io.BytesIO(data), errors="replace").read()
