#!/usr/bin/env python3
"""A guest that speaks to AWS's services and to sites as nobody does: garbage where TLS is expected, handshakes that
stall, other names in TLS and in Host, requests smuggled over one connection, heads without end, HTTP/2 that resets what
it asks.

Each is refused, and counted; another guest's calls are answered meanwhile, and the program takes no more memory.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from harness import REGION
from network import ANYWHERE, NetworkLab
from starve_services import running

STS = f"sts.{REGION}.amazonaws.com"
SITE = "www.wikipedia.org"
SHARE, WANTED = 128, 400
# How soon somebody who behaves is answered.
SOON = 3.0
RESETS = 20_000

# What the guest's programs have in common: TLS without looking whom one speaks to, and all that comes back.
COMMON = r"""
import socket, ssl, struct, sys, time
def dial(host, port=443):
    return socket.create_connection((host, port), timeout=15)
def secured(host, name=None, protocols=("http/1.1",)):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    return context.wrap_socket(dial(host), server_hostname=name)
def heard(stream, seconds=12):
    stream.settimeout(seconds)
    got = b""
    try:
        while piece := stream.recv(65536):
            got += piece
    except TimeoutError:
        got += b"<SILENCE>"
    except OSError as error:
        got += b"<%s>" % type(error).__name__.encode()
    return got
"""
# Random bytes, and what looks like TLS for a while.
GARBAGE = (
    COMMON
    + r"""
import os
host, began = sys.argv[1], time.monotonic()
greeting = b"\x16\x03\x01"
starts = [b"", greeting + b"\x40\x00\x01", greeting + b"\x00\x02\x01\x00", b"\x80\x2e\x01", b"GET / HTTP/1.1\r\n\r\n"]
for start in starts:
    stream = dial(host)
    try:
        stream.sendall(start + os.urandom(65536))
    except OSError:
        pass
    print(len(heard(stream)) < 100)
print(time.monotonic() - began < 20)
"""
)
# Opens many connections, sends half a greeting on each and lets it be; opens those anew that were closed.
STALL = r"""
import select, socket, sys, time
count, host = int(sys.argv[1]), sys.argv[2]
address = socket.getaddrinfo(host, 443, socket.AF_INET)[0][4]
end, poll, held = time.monotonic() + 60, select.poll(), {}
def begin():
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(address)
    held[s.fileno()] = s
    poll.register(s, select.POLLOUT)
for _ in range(count):
    begin()
began, said = time.monotonic(), False
while time.monotonic() < end:
    for fd, event in poll.poll(50):
        s = held[fd]
        try:
            if event & (select.POLLERR | select.POLLHUP | select.POLLIN) and not s.recv(4096):
                raise ConnectionError
            if event & select.POLLOUT:
                s.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 32)
                poll.modify(s, select.POLLIN)
        except BlockingIOError:
            pass
        except OSError:
            poll.unregister(s)
            del held[fd]
            s.close()
            begin()
    if not said and time.monotonic() - began > 3:
        said = True
        print("trying", flush=True)
    time.sleep(0.02)
"""
# Asks by TLS for these names at an address, and says what came of each.
NAMES = (
    COMMON
    + r"""
import json
answers = {}
for name in sys.argv[2:]:
    try:
        secured(sys.argv[1], name or None).close()
        answers[name] = "secured"
    except ssl.SSLError:
        answers[name] = "refused"
print(json.dumps(answers))
"""
)
# Sends each of these texts over TLS of its own, and prints what is answered.
SAY = (
    COMMON
    + r"""
import json
answers = []
for text in json.loads(sys.argv[2]):
    stream = secured(sys.argv[1], sys.argv[1])
    stream.sendall(text.encode("latin-1"))
    answers.append(heard(stream, 2).decode("latin-1"))
print(json.dumps(answers))
"""
)
# A head that does not end.
ENDLESS = (
    COMMON
    + r"""
stream = secured(sys.argv[1], sys.argv[1])
sent = 0
try:
    stream.sendall(b"GET / HTTP/1.1\r\nhost: %s\r\n" % sys.argv[1].encode())
    while sent < 64 << 20:
        stream.sendall(b"x-%d: " % sent + b"a" * 60000 + b"\r\n")
        sent += 60000
except OSError:
    pass
print(sent)
"""
)
# HTTP/2 by hand: asks for something and takes it back, as fast as it can.
RESET = (
    COMMON
    + r"""
def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
def literal(name, value):
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value
host = sys.argv[1]
stream = secured(host, host, ("h2",))
assert stream.selected_alpn_protocol() == "h2"
head = b"".join(
    literal(name, value)
    for name, value in ((b":method", b"GET"), (b":scheme", b"https"), (b":path", b"/"), (b":authority", host.encode()))
)
sent = 0
try:
    stream.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0))
    for number in range(1, 2 * int(sys.argv[2]), 2):
        stream.sendall(frame(1, 5, number, head) + frame(3, 0, number, struct.pack(">I", 8)))
        sent += 1
except OSError:
    pass
print(sent, b"<SILENCE>" in heard(stream, 5))
"""
)


class EndpointsTls(NetworkLab):
    def walk(self):
        self.network()
        self.garbage()
        self.stalled_handshakes()
        self.other_names()
        self.other_hosts()
        self.smuggled_requests()
        self.endless_heads()
        self.resets()

    def network(self):
        self.step("1. two servers with public addresses, each in a network of its own")
        self.servers = {}
        for name in ("greedy", "modest"):
            vpc = self.make_vpc("10.0.0.0/16")
            self.route(self.main_table(vpc), ANYWHERE, "--gateway-id", self.attach_gateway(vpc))
            net = self.subnet(vpc, "10.0.0.0/24", "a")
            public = "--associate-public-ip-address"
            self.servers[name] = self.launch(name, net, self.default_group(vpc), public)
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        self.is_served("modest")

    def greedy(self, program, *words, seconds=90):
        return self.inside("greedy", "python3", "-c", program, *words, seconds=seconds)

    def is_served(self, server):
        """A call, which is not signed, is understood; a site shows its page."""
        heard = self.inside(server, "curl", "-sS", "-m", str(SOON), f"https://{STS}/?Action=GetCallerIdentity")
        self.holds("<Code>MissingAuthenticationToken</Code>" in heard.out, f"{server}: {heard}")
        heard = self.inside(server, "curl", "-sS", "-m", str(SOON), f"https://{SITE}/")
        self.holds("simulated internet" in heard.out, f"{server}: {heard}")

    def refusals(self, what):
        return self.hamlet.status()["refusals"].get(what, 0)

    def memory_mib(self):
        status = pathlib.Path(f"/proc/{self.hamlet.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) >> 10

    def garbage(self):
        self.step("2. garbage where TLS is expected: at once an end, and a count")
        for host, service in ((STS, "endpoint"), (SITE, "site")):
            before = self.refusals(f"{service}-unintelligible")
            heard = self.greedy(GARBAGE, host)
            self.sees(heard.out.split(), ["True"] * 6, f"{host}: {heard}")
            counted = self.refusals(f"{service}-unintelligible") - before
            self.holds(counted >= 3, f"{service}: {counted} are counted")
        self.is_served("modest")

    def stalled_handshakes(self):
        self.step(f"3. {WANTED} handshakes that stop half-way: a share of {SHARE}, and the other server is served")
        for host, service in ((STS, "endpoint"), (SITE, "site")):
            before = self.refusals(f"{service}-over-share")
            command = [*self.user.prefix, self.user.program, "exec", "greedy", "--", "python3", "-c", STALL]
            with running([*command, str(WANTED), host], self.hamlet._own_environment()):
                for _ in range(3):
                    self.is_served("modest")
                refused = self.refusals(f"{service}-over-share") - before
                self.holds(refused > 100, f"{service}: {refused} were refused for having their share")
                harness.wait_for("the late to be sent away", lambda: self.refusals(f"{service}-late") > 0, 15)
        self.is_served("greedy")

    def other_names(self):
        self.step("4. TLS certifies the names that are inside, and nobody else's")
        inside, outside = [STS, SITE], ["localhost", "evil.example", "amazonaws.com", "*", f"x.{SITE}", ""]
        heard = self.greedy(NAMES, STS, *inside, *outside)
        expected = dict.fromkeys(inside, "secured") | dict.fromkeys(outside, "refused")
        self.sees(json.loads(heard.out), expected, str(heard))

    def other_hosts(self):
        self.step("5. a host that is not at the address gets no answer of the API's")
        hosts = [
            "localhost",
            "127.0.0.1:4566",
            SITE,
            "169.254.169.254",
            f"ec2.{REGION}.amazonaws.com",
            "",
            f"{STS}.evil",
        ]
        ask = "GET /?Action=GetCallerIdentity HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n"
        for host, answer in zip(hosts, self.say([ask.format(host) for host in hosts]), strict=True):
            self.holds(answer.startswith(("HTTP/1.1 403", "HTTP/1.1 400")), f"host {host!r}: {answer}")
        two = f"GET / HTTP/1.1\r\nhost: {STS}\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        absolute = f"GET http://localhost/ HTTP/1.1\r\nhost: {STS}\r\nconnection: close\r\n\r\n"
        for answer in self.say([two, absolute]):
            self.holds(answer.startswith(("HTTP/1.1 403", "HTTP/1.1 400")), answer)
        self.holds(self.hamlet.status()["refused_requests"].get("UnknownHost", 0) >= 5, "they are not counted")

    def say(self, texts, host=STS):
        return json.loads(self.greedy(SAY, host, json.dumps(texts)).out)

    def smuggled_requests(self):
        self.step("6. a request whose length can be read in two ways is read in one, or not at all")
        before = self.hamlet.status()["refused_requests"].get("Unintelligible", 0)
        hidden = f"GET /?Action=Hidden HTTP/1.1\r\nhost: {STS}\r\n\r\n"
        head = f"POST / HTTP/1.1\r\nhost: {STS}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        both = f"{head}content-length: {5 + len(hidden)}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        texts = [
            both,
            f"{head}content-length: 0\r\ncontent-length: {len(hidden)}\r\n\r\n{hidden}",
            f"{head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}",
            f"{head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}",
            f"{head}content-length: +0\r\n\r\n{hidden}",
            f"{head}content-length : {len(hidden)}\r\n\r\n{hidden}",
            f"{head}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{hidden}",
            f"GET / HTTP/1.1\nhost: {STS}\rx: y\r\n\r\n{hidden}",
        ]
        for text, answer in zip(texts, self.say(texts), strict=True):
            answers = answer.count("HTTP/1.1 ")
            is_refused = answers <= 1 and (answer.startswith("HTTP/1.1 400") or "HTTP" not in answer)
            # By RFC 9112 a request with both is read by its chunks, and what follows is one of its own, or is not read.
            is_read_by_chunks = text == both and answers in (1, 2)
            self.holds(is_refused or is_read_by_chunks, f"{text!r}\n  is answered {answer!r}")
        counted = self.hamlet.status()["refused_requests"].get("Unintelligible", 0) - before
        self.holds(counted >= 5, f"{counted} are counted")
        self.is_served("modest")

    def endless_heads(self):
        self.step("7. a head without end is ended before it takes a megabyte")
        before = self.memory_mib()
        for host in (STS, SITE):
            sent = int(self.greedy(ENDLESS, host).out)
            # What the kernels between hold is sent as well.
            self.holds(sent < 32 << 20, f"{host}: {sent >> 20} MiB were taken")
        self.holds(self.memory_mib() - before < 32, f"{self.memory_mib() - before} MiB more")

    def resets(self):
        self.step(f"8. HTTP/2: {RESETS} calls that are taken back at once end the connection")
        before = self.memory_mib()
        sent, is_open = self.greedy(RESET, STS, str(RESETS)).out.split()
        self.sees(is_open, "False", f"after {sent} resets the connection")
        self.holds(self.memory_mib() - before < 32, f"{self.memory_mib() - before} MiB more")
        self.is_served("modest")
        self.is_served("greedy")


if __name__ == "__main__":
    harness.run(EndpointsTls)
