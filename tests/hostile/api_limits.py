#!/usr/bin/env python3
"""Clients that take as much of the API as they get: connections that say nothing, bodies that never end, and many of
both.

Each attack first shows what it takes of one that has no limits in its way; then others are still answered, memory stays
where it is, and who was refused has heard one sentence.
"""

import contextlib
import os
import pathlib
import re
import resource
import select
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from other_user import STRANGER, as_user

CONNECTIONS_MAX = 1024
BODY_BYTES_MAX = 4 << 20
BODIES_BYTES_MAX = 64 << 20
SILENCE_S = 30
STRANGERS_MAX = CONNECTIONS_MAX // 16


class ApiLimits(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.slow_bodies()
        self.many_connections()
        self.connections_of_another_user()

    def slow_bodies(self):
        self.step("a body of 4 MiB is read, and one of more is not")
        self.sees(self.post(BODY_BYTES_MAX)[0], 403, "an unsigned body of the longest length is read, and understood")
        self.says(self.post(BODY_BYTES_MAX + 1), 413, f"must not exceed {BODY_BYTES_MAX} bytes")
        self.step("a hundred bodies that are sent but for their last byte: no more memory than there is room for")
        before, began = self.memory_mib(), time.monotonic()
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(self.connection()) for _ in range(100)]
            trickle = stack.enter_context(self.connection())
            silent = stack.enter_context(self.connection())
            for connection in (trickle, silent):
                connection.sendall(self.head(1000))
            refused = [connection for connection in held if not self.send_most(connection)]
            more = self.memory_mib() - before
            print(
                f"      {more} MiB more for {len(held) - len(refused)} bodies of 4 MiB, {len(refused)} refused",
                flush=True,
            )
            self.holds(more < 1.5 * BODIES_BYTES_MAX / (1 << 20), f"{more} MiB for bodies")
            self.sees(len(held) - len(refused), BODIES_BYTES_MAX // BODY_BYTES_MAX, "bodies that are held")
            for connection in refused:
                self.says(answer(connection), 503, "The bodies of all requests together exceed")
            self.sees(self.health(), 200, "somebody else, meanwhile")
            self.step("what comes too slowly is ended: silence, and a byte now and then")
            while time.monotonic() - began < SILENCE_S + 5 and not readable(trickle):
                with contextlib.suppress(OSError):
                    trickle.sendall(b"x")
                time.sleep(0.5)
            for connection in [*[it for it in held if it not in refused], trickle, silent]:
                connection.settimeout(10)
                self.says(answer(connection), 408, "came too slowly")
            seconds = time.monotonic() - began
            self.holds(seconds >= SILENCE_S - 1, f"ended after {seconds} s")
        self.sees(self.post(BODY_BYTES_MAX)[0], 403, "a long body afterwards: there is room again")
        counted = self.hamlet.status()["refused_requests"]
        self.holds(
            counted["SlowBody"] >= 18 and counted["TooManyBodies"] == len(refused) and counted["LongBody"] == 1,
            f"hamlet status counts {counted}",
        )

    def many_connections(self):
        self.step("connections that say nothing: as many as there may be, and the next one hears why not")
        limits = [
            line.split() for line in pathlib.Path(f"/proc/{self.hamlet.process.pid}/limits").read_text().splitlines()
        ]
        [files] = [int(words[3]) for words in limits if words[:3] == ["Max", "open", "files"]]
        room = min(CONNECTIONS_MAX, files // 2)
        with contextlib.ExitStack() as stack:
            silent = [stack.enter_context(self.connection()) for _ in range(room)]
            self.says(answer(silent[0], self.head(0, "GET /health")), 200, "ok")
            for _ in range(5):
                with self.connection() as late:
                    self.says(answer(late, self.head(0, "GET /health")), 503, "as many connections as it takes")
            self.holds(
                self.hamlet.status()["refused_requests"]["TooManyConnections"] >= 5, "hamlet status does not count them"
            )
        harness.wait_for("room again", lambda: self.health() == 200, 10)

    def connections_of_another_user(self):
        if os.geteuid() != 0:
            print("      CANNOT RUN as another user: only root can be somebody else", flush=True)
            return
        self.step("another user's connections take a small share, and nobody's place")
        address = self.hamlet.address
        reader, writer = os.pipe()
        go_on, done = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.close(done)
            os._exit(0 if occupy(address, reader, go_on) else 1)
        os.close(reader)
        os.close(go_on)
        try:
            harness.wait_for(
                "the stranger's connections",
                lambda: self.hamlet.status()["refused_requests"].get("OtherUser", 0) >= STRANGERS_MAX // 2,
                10,
            )
            self.sees(self.health(), 200, "the daemon's own user, meanwhile")
            own = [self.connection() for _ in range(300)]
            self.says(answer(own[-1], self.head(0, "GET /health")), 200, "ok")
            for connection in own:
                connection.close()
        finally:
            os.close(done)
            _, status = os.waitpid(child, 0)
            os.close(writer)
        self.sees(status, 0, "the stranger's own end")

    def connection(self):
        return socket.create_connection(self.hamlet.address, timeout=30)

    def head(self, length, line="POST /"):
        return f"{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()

    def post(self, length):
        with self.connection() as connection:
            return answer(connection, self.head(length) + b"a" * length)

    def health(self):
        with self.connection() as connection:
            return answer(connection, self.head(0, "GET /health"))[0]

    def send_most(self, connection):
        """All but the last byte of the longest body; whether it was taken."""
        connection.sendall(self.head(BODY_BYTES_MAX))
        rest = memoryview(b"a" * (BODY_BYTES_MAX - 1))
        with contextlib.suppress(OSError):
            while rest and not readable(connection):
                rest = rest[connection.send(rest[:65536]) :]
        time.sleep(0.02)
        return not rest and not readable(connection)

    def memory_mib(self):
        text = pathlib.Path(f"/proc/{self.hamlet.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) // 1024

    def says(self, seen, status, sentence):
        self.holds(seen[0] == status and sentence in seen[1], f"{seen}\n  and not {status}: {sentence!r}")


def occupy(address, reader, go_on):
    """As another user: takes what there is, and counts who hears what. Ends when told to."""

    def take():
        held, heard = [], []
        for _ in range(2 * STRANGERS_MAX):
            connection = socket.create_connection(address, timeout=10)
            held.append(connection)
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            heard.append(answer(connection)[0])
        os.read(go_on, 1)
        return heard

    heard = as_user(STRANGER, take)
    return heard.count(403) == STRANGERS_MAX and heard.count(503) == STRANGERS_MAX


def readable(connection):
    return bool(select.select([connection], [], [], 0)[0])


def answer(connection, request=b""):
    """Status and body of the answer."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(request)
    stream = connection.makefile("rb")
    status = int(stream.readline().split()[1])
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    return status, stream.read(length).decode()


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096) if hard > 0 else 4096, hard))
    harness.run(ApiLimits, both=False)
