#!/usr/bin/env python3
"""Clients that would have S3 take what it has not: forms and documents without end, uploads that stop, readers that do
not read, bodies that are other than they say.

In open mode at the API's port, where whoever asks is let furthest. Nothing half is ever seen, memory stays where it is,
and others are answered meanwhile.
"""

import contextlib
import hashlib
import pathlib
import re
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from api_limits import answer, readable
from harness import REGION

BUCKET = "hostile-bucket"
SILENCE_S, IDLE_S = 30, 65
MIB = 1 << 20
# As much as a few dozen of them could take, were each read whole.
CLIENTS, EACH = 40, 10 * MIB
LARGE = 64 * MIB


class Buckets(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        made = self.aws_result("s3", "mb", f"s3://{BUCKET}")
        self.sees(made.code, 0, made)
        self.documents_without_end()
        self.forms_without_end()
        self.other_than_said()
        self.stop_in_the_middle()

    def connection(self):
        return socket.create_connection(self.hamlet.address, timeout=20)

    def head(self, line, length, *more):
        """A request of somebody with a key that nobody knows, who is the account's root in open mode."""
        now = time.gmtime()
        day, moment = time.strftime("%Y%m%d", now), time.strftime("%Y%m%dT%H%M%SZ", now)
        credential = f"test/{day}/{REGION}/s3/aws4_request"
        said = [
            f"{line} HTTP/1.1",
            "Host: localhost",
            f"X-Amz-Date: {moment}",
            f"Authorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
            f"Content-Length: {length}",
            *more,
        ]
        return "\r\n".join([*said, "", ""]).encode()

    def ask(self, line, body=b"", *more):
        with self.connection() as connection:
            return answer(connection, self.head(line, len(body), *more) + body)

    def keys(self):
        listed = self.aws("s3api", "list-objects-v2", "--bucket", BUCKET)
        return [it["Key"] for it in listed.get("Contents", [])]

    def memory_mib(self):
        text = pathlib.Path(f"/proc/{self.hamlet.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) // 1024

    def flood(self, head):
        """What many take of memory who send a long body each, and the statuses that they hear."""
        before, heard = self.memory_mib(), []
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(self.connection()) for _ in range(CLIENTS)]
            for connection in held:
                connection.sendall(head)
                rest = memoryview(b"a" * EACH)
                with contextlib.suppress(OSError):
                    while rest and not readable(connection):
                        rest = rest[connection.send(rest[:65536]) :]
            more = self.memory_mib() - before
            for connection in held:
                with contextlib.suppress(OSError):
                    heard.append(answer(connection)[0])
        print(f"      {more} MiB more for {CLIENTS} of {EACH // MIB} MiB", flush=True)
        self.holds(more < 200, f"{more} MiB for {CLIENTS} bodies")
        return heard

    def documents_without_end(self):
        self.step("a document that is longer than any")
        heard = self.flood(self.head(f"POST /{BUCKET}?delete", EACH + 1))
        self.holds(all(status >= 400 for status in heard), heard)
        self.sees(self.keys(), [])

    def forms_without_end(self):
        self.step("a form with a field that is longer than any, of nobody")
        begin = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n'
        kind = "Content-Type: multipart/form-data; boundary=x"
        line = f"POST /{BUCKET} HTTP/1.1\r\nHost: localhost\r\n{kind}\r\nContent-Length: {EACH + 1000}\r\n\r\n"
        heard = self.flood(line.encode() + begin)
        self.holds(all(status >= 400 for status in heard), heard)
        form = begin + b"stolen\r\n--x\r\n" + b'Content-Disposition: form-data; name="file"\r\n\r\nhi\r\n--x--\r\n'
        with self.connection() as connection:
            head = line.replace(str(EACH + 1000), str(len(form))).encode()
            status, text = answer(connection, head + form)
        self.sees((status, "AccessDenied" in text), (403, True), text)
        self.sees(self.keys(), [])

    def other_than_said(self):
        self.step("a body that is other than its hash, or than its length, is no object")
        wrong = hashlib.sha256(b"other").hexdigest()
        status, text = self.ask(f"PUT /{BUCKET}/wrong", b"x" * 100_000, f"X-Amz-Content-Sha256: {wrong}")
        self.sees((status, "XAmzContentSHA256Mismatch" in text), (400, True), text)
        pieces = "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        status, text = self.ask(f"PUT /{BUCKET}/pieces", b"5;chunk-signature=0\r\nhello\r\n", pieces)
        self.sees((status, "NotImplemented" in text), (501, True), text)
        with self.connection() as connection:
            connection.sendall(self.head(f"PUT /{BUCKET}/half", 200_000) + b"x" * 100_000)
        self.sees(self.keys(), [])
        for key in ("..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/x", "a/../b", "%00"):
            status, text = self.ask(f"PUT /{BUCKET}/{key}", b"x", "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD")
            self.holds(status in (200, 400), (key, status, text))
        inside = {path.name for path in pathlib.Path(self.hamlet.data).rglob("*")}
        self.holds(not inside & {"passwd", "x", "b"}, inside)
        removed = self.aws_result("s3", "rm", f"s3://{BUCKET}", "--recursive")
        self.sees(removed.code, 0, removed)

    def stop_in_the_middle(self):
        self.step("uploads that stop, and readers that do not read, are let go; others are answered meanwhile")
        status, text = self.ask(f"PUT /{BUCKET}/large", b"x" * LARGE, "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD")
        self.sees(status, 200, text)
        with contextlib.ExitStack() as stack:
            began, before = time.monotonic(), self.descriptors()
            stalled = [stack.enter_context(self.connection()) for _ in range(50)]
            for connection in stalled:
                connection.sendall(self.head(f"PUT /{BUCKET}/stalled", MIB) + b"x" * 1000)
            deaf = [stack.enter_context(self.connection()) for _ in range(10)]
            for connection in deaf:
                connection.sendall(self.head(f"GET /{BUCKET}/large", 0))
            self.sees(self.keys(), ["large"])
            for connection in stalled:
                connection.settimeout(SILENCE_S + 20)
                heard = b""
                with contextlib.suppress(ConnectionError):
                    heard = connection.recv(4096)
                self.holds(not heard or int(heard.split()[1]) >= 400, heard)
            self.holds(time.monotonic() - began >= SILENCE_S - 2, "they were given their time")
            self.sees(self.keys(), ["large"])
            self.holds(self.descriptors() >= before + len(deaf), "they that do not read are still there")
            is_let_go = lambda: self.descriptors() < before + len(deaf)
            harness.wait_for("those who do not read to be let go", is_let_go, IDLE_S + 20, 1)
            print(f"      after {time.monotonic() - began:.0f} s", flush=True)
            self.sees(self.keys(), ["large"])

    def descriptors(self):
        """How many the program has: each connection is one, each object that is read another."""
        return len(list(pathlib.Path(f"/proc/{self.hamlet.process.pid}/fd").iterdir()))


if __name__ == "__main__":
    harness.run(Buckets)
