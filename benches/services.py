#!/usr/bin/env python3
"""Services beside moto's server from PyPI: S3's objects of 1 KiB and a page of a long list, SQS's and SNS's messages,
events of CloudWatch Logs; and S3's objects of 1 KiB and of 64 MiB beside the least file server that hyper makes.

Each server answers on loopback and shares the machine with eight clients, which send requests that were signed before
over kept-alive connections, so that little of what is measured is the client's. Hamlet has all of it on the disk before
it answers, and so has the file server; moto keeps it in memory, and hangs up after each answer. Called by benches/run
with the program to measure and the file server.
"""

import contextlib
import json
import multiprocessing
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

CACHE = pathlib.Path(os.environ.get("HAMLET_CACHE") or pathlib.Path.home() / ".cache/hamlet")
REGION, ACCOUNT = "us-east-1", "123456789012"
CONNECTIONS = 8
SECONDS = float(os.environ.get("HAMLET_BENCH_SECONDS", "4"))
KEYS = int(os.environ.get("HAMLET_BENCH_KEYS", "100000"))
BODY = b"x" * 1024
LARGE = 64 << 20
# How often something large is sent; the median counts.
TIMES = 7
# moto takes any; Hamlet's is its own.
ANY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")


class Server:
    """Where one answers, and with which key it is asked."""

    def __init__(self, port, key):
        self.port, self.key = port, key


class Connection:
    """The least client: one request after the other. A server that hangs up after each answer is called again."""

    def __init__(self, port):
        self.port = port
        self.call()

    def call(self):
        self.stream = socket.create_connection(("127.0.0.1", self.port))
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(self, request):
        """The body of the answer, which is 200."""
        self.stream.sendall(request)
        while b"\r\n\r\n" not in self.rest:
            self.receive()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        head = head.lower()
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise AssertionError((head, self.rest[:1000]))
        body = self.sized(int(length[1])) if (length := re.search(rb"content-length: (\d+)", head)) else self.chunks()
        if head.startswith(b"http/1.0") or b"connection: close" in head:
            self.stream.close()
            self.call()
        return body

    def drain(self, request):
        """Asks for something large, of which nothing is kept; how many bytes have come."""
        self.stream.sendall(request)
        while b"\r\n\r\n" not in self.rest:
            self.receive()
        head, begun = self.rest.split(b"\r\n\r\n", 1)
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise AssertionError(head)
        size = int(re.search(rb"content-length: (\d+)", head.lower())[1])
        left, room = size - len(begun), bytearray(1 << 20)
        while left > 0:
            received = self.stream.recv_into(room, min(left, len(room)))
            assert received, "the server hangs up"
            left -= received
        self.rest = b""
        return size

    def sized(self, size):
        while len(self.rest) < size:
            self.receive()
        body, self.rest = self.rest[:size], self.rest[size:]
        return body

    def chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.rest:
                self.receive()
            line, self.rest = self.rest.split(b"\r\n", 1)
            size = int(line, 16)
            while len(self.rest) < size + 2:
                self.receive()
            body, self.rest = body + self.rest[:size], self.rest[size + 2 :]
            if size == 0:
                return body

    def receive(self):
        received = self.stream.recv(1 << 18)
        assert received, "the server hangs up"
        self.rest += received


def repeat(port, requests, seconds, done):
    """Sends the requests in turn for some seconds."""
    connection, count = Connection(port), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        connection.ask(requests[count % len(requests)])
        count += 1
    done.put(count)


def per_second(port, requests):
    """How many are answered in a second, of those sent by several clients at once."""
    done = multiprocessing.Queue()
    clients = [
        multiprocessing.Process(target=repeat, args=(port, requests[at::CONNECTIONS] or requests, SECONDS, done))
        for at in range(CONNECTIONS)
    ]
    [it.start() for it in clients]
    counts = [done.get(timeout=60 + SECONDS) for _ in clients]
    [it.join() for it in clients]
    return sum(counts) / SECONDS


def http(method, path, host, headers, body):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items() if name.lower() not in ("host", "content-length")]
    return "\r\n".join([*lines, "", ""]).encode() + body


def signed(server, service, headers, body):
    """A request of a service with one address, as bytes."""
    url = f"http://127.0.0.1:{server.port}/"
    request = AWSRequest("POST", url, headers=headers, data=body)
    SigV4Auth(server.key, service, REGION).add_auth(request)
    return http("POST", "/", f"127.0.0.1:{server.port}", dict(request.headers.items()), body)


def client(server, service):
    options = {"s3": {"addressing_style": "path"}} if service == "s3" else {}
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{server.port}",
        region_name=REGION,
        aws_access_key_id=server.key.access_key,
        aws_secret_access_key=server.key.secret_key,
        config=Config(signature_version="s3v4" if service == "s3" else None, **options),
    )


def of_object(s3, call, bucket, key, body=b""):
    """A presigned request about an object."""
    method = "PUT" if call == "put_object" else "GET"
    return of_url(method, s3.generate_presigned_url(call, {"Bucket": bucket, "Key": key}), body)


def of_url(method, url, body=b""):
    _, _, host, path = url.split("/", 3)
    return http(method, f"/{path}", host, {}, body)


def fill(server, numbers):
    """Writes the objects of these numbers."""
    connection, s3 = Connection(server.port), client(server, "s3")
    for it in numbers:
        connection.ask(of_object(s3, "put_object", "many", f"{it % 100:02}/{it:06}", BODY))


def buckets(server, keys):
    """PUT and GET in a second, and milliseconds for a page of a list."""
    s3 = client(server, "s3")
    s3.create_bucket(Bucket="small")
    s3.create_bucket(Bucket="many")
    names = [f"{it:04}" for it in range(8 * CONNECTIONS)]
    yield (
        "S3 PUT of 1 KiB, /s",
        per_second(server.port, [of_object(s3, "put_object", "small", it, BODY) for it in names]),
    )
    yield "S3 GET of 1 KiB, /s", per_second(server.port, [of_object(s3, "get_object", "small", it) for it in names])
    shares = [range(at, keys, CONNECTIONS) for at in range(CONNECTIONS)]
    clients = [multiprocessing.Process(target=fill, args=(server, it)) for it in shares]
    [it.start() for it in clients]
    [it.join() for it in clients]
    connection, took = Connection(server.port), []
    page = of_url("GET", s3.generate_presigned_url("list_objects_v2", {"Bucket": "many", "StartAfter": "50/"}))
    for _ in range(20):
        began = time.monotonic()
        body = connection.ask(page)
        took.append(time.monotonic() - began)
    assert body.count(b"<Contents>") == min(1000, keys // 2), body[:500]
    yield f"S3 page of {keys:,} keys, ms", sorted(took)[len(took) // 2] * 1000


def gbit_per_second(port, request):
    """How fast 64 MiB go over one connection."""
    connection, took = Connection(port), []
    for _ in range(TIMES):
        began = time.monotonic()
        connection.drain(request)
        took.append(time.monotonic() - began)
    return LARGE * 8 / sorted(took)[TIMES // 2] / 1e9


def objects(server):
    """Of S3, what a file server does as well."""
    s3 = client(server, "s3")
    s3.create_bucket(Bucket="beside")
    yield from transfers(server.port, lambda method, key, body: of_object(s3, CALLS[method], "beside", key, body))


def files(server):
    """The same of a file server."""
    host = f"127.0.0.1:{server.port}"
    yield from transfers(server.port, lambda method, key, body: http(method, f"/{key}", host, {}, body))


CALLS = {"PUT": "put_object", "GET": "get_object"}


def transfers(port, request):
    names = [f"{it:04}" for it in range(8 * CONNECTIONS)]
    for method in CALLS:
        body = BODY if method == "PUT" else b""
        yield f"{method} of 1 KiB, /s", per_second(port, [request(method, it, body) for it in names])
    for method in CALLS:
        body = bytes(LARGE) if method == "PUT" else b""
        yield f"{method} of 64 MiB, Gbit/s", gbit_per_second(port, request(method, "large", body))


def messages(server):
    """Messages to a queue and to a topic, in a second."""
    queue = client(server, "sqs").create_queue(QueueName="bench")["QueueUrl"]
    target = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0"}
    body = f'{{"QueueUrl": "{queue}", "MessageBody": "{"x" * 256}"}}'.encode()
    yield "SQS SendMessage, /s", per_second(server.port, [signed(server, "sqs", target, body)])
    topic = client(server, "sns").create_topic(Name="bench")["TopicArn"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"Action=Publish&Version=2010-03-31&TopicArn={topic}&Message={'x' * 256}".encode()
    yield "SNS Publish, /s", per_second(server.port, [signed(server, "sns", form, body)])


def log_events(server):
    """Events put into a log group one by one and in batches, in a second."""
    logs, at = client(server, "logs"), {"logGroupName": "bench", "logStreamName": "s"}
    logs.create_log_group(logGroupName="bench")
    logs.create_log_stream(**at)
    target = {"X-Amz-Target": "Logs_20140328.PutLogEvents", "Content-Type": "application/x-amz-json-1.1"}
    for count in (1, 1000):
        events = [{"timestamp": int(time.time() * 1000), "message": "x" * 110}] * count
        body = json.dumps({**at, "logEvents": events}).encode()
        puts = per_second(server.port, [signed(server, "logs", target, body)])
        yield f"Logs events, {count:,} a call, /s", count * puts


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def running(command, port):
    process = subprocess.Popen(
        [str(it) for it in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def hamlet(program):
    """All of it but machines, in a folder on the disk."""
    folder, port = tempfile.mkdtemp(prefix="hamlet-bench-", dir="/var/tmp"), free_port()
    words = ("up", "--listen", f"127.0.0.1:{port}", "--region", REGION, "--instances", "none", "--data", folder)
    try:
        with running([program, *words], port):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health").read()
            told = subprocess.check_output([program, "env", "--data", folder], text=True)
            key = Credentials(*(re.search(rf"{it}=(\S+)", told)[1] for it in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")))
            yield Server(port, key)
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def moto():
    port = free_port()
    with running([CACHE / "clients/moto_server/bin/moto_server", "-H", "127.0.0.1", "-p", port], port):
        yield Server(port, ANY)


@contextlib.contextmanager
def file_server(program):
    folder, port = tempfile.mkdtemp(prefix="hamlet-bench-", dir="/var/tmp"), free_port()
    try:
        with running([program, folder, port], port):
            yield Server(port, ANY)
    finally:
        shutil.rmtree(folder)


def measure(starting, keys):
    with starting as server:
        return dict([*buckets(server, keys), *messages(server), *log_events(server)])


def beside_files(program, least):
    """S3 and the least file server, and by how much the one is slower."""
    with hamlet(program) as server:
        ours = dict(objects(server))
    with file_server(least) as server:
        theirs = dict(files(server))
    print(f"\n{'':<34}{'Hamlet':>12}{'files':>12}{'slower':>9}{'goal':>8}")
    for name, mine in ours.items():
        print(f"{'S3 ' + name:<34}{mine:>12,.1f}{theirs[name]:>12,.1f}{theirs[name] / mine:>9.2f}{'1.5':>8}")


def main():
    program, least = (pathlib.Path(it).resolve() for it in sys.argv[1:3])
    # What moto makes of a list takes it long enough with a tenth of the keys.
    ours, theirs = measure(hamlet(program), KEYS), measure(moto(), KEYS // 10)
    print(f"{'':<34}{'Hamlet':>12}{'moto':>12}{'ratio':>9}{'goal':>8}")
    for (name, mine), (other_name, other) in zip(ours.items(), theirs.items(), strict=True):
        if name.endswith("/s"):
            print(f"{name:<34}{mine:>12,.0f}{other:>12,.0f}{mine / other:>9.1f}{'20':>8}")
        else:
            print(f"{name:<34}{mine:>12.1f}{'':>21}{'10':>8}\n{other_name:<34}{'':>12}{other:>12.1f}")
    beside_files(program, least)


if __name__ == "__main__":
    main()
