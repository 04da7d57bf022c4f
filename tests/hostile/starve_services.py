#!/usr/bin/env python3
"""One guest begins as many requests as it can and ends none of them: instance metadata, DNS over TCP, sites of the
internet and its resolver go on answering others at once, over both families.

First the same attack is run against a server that only counts its callers, where it succeeds.
"""

import contextlib
import pathlib
import selectors
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from network import ANYWHERE, EXAMPLE, EXAMPLE_V6, NetworkLab

# Places of a server that does not look whose they are, and how many the attacker wants.
PLACES, WANTED = 1024, 1100
PUBLIC_DNS = "192.0.2.53"
# Opens so many connections to each address, begins a request on each and lets it be; opens those anew that were closed,
# until it has had a minute or is told to end. Says when each was tried once.
ATTACKER = """
import errno, resource, select, socket, sys, time
count, where = int(sys.argv[1]), [word.rsplit(",", 1) for word in sys.argv[2:]]
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
END = time.monotonic() + 60
poll, held = select.poll(), {}
def begin(address, port):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    s.setblocking(False)
    s.connect_ex((address, int(port)))
    held[s.fileno()] = (s, address, port)
    poll.register(s, select.POLLOUT)
for _ in range(count):
    for address, port in where:
        begin(address, port)
began = time.monotonic()
said = False
while time.monotonic() < END:
    for fd, event in poll.poll(50):
        s, address, port = held[fd]
        try:
            if event & (select.POLLERR | select.POLLHUP | select.POLLIN) and not s.recv(4096):
                raise ConnectionError
            if event & select.POLLOUT:
                s.send(b"\\0\\x40" if port == "53" else b"GET /latest/meta-data HTTP/1.1\\r\\nX")
                poll.modify(s, select.POLLIN)
        except BlockingIOError:
            pass
        except OSError:
            poll.unregister(s)
            del held[fd]
            s.close()
            begin(address, port)
    if not said and time.monotonic() - began > 3:
        said = True
        print("trying", flush=True)
    time.sleep(0.02)
"""
# Asks for a name over TCP, and prints how many bytes of answer came.
ASK = """
import socket, sys
s = socket.create_connection((sys.argv[1], 53), timeout=1)
query = b"\\x12\\x34\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\7example\\3com\\0\\0\\1\\0\\1"
s.sendall(len(query).to_bytes(2, "big") + query)
print(len(s.recv(1000)))
"""
# How soon somebody who behaves must be answered.
# One lost SYN is sent again after a second; who is starved waits for half a minute.
SOON = 3.0


class StarveServices(NetworkLab):
    def walk(self):
        self.open_door()
        self.network()
        self.attack("metadata", ["169.254.169.254,80", "fd00:ec2::254,80"], self.reads_metadata)
        self.attack("dns", ["10.0.0.2,53", "fd00:ec2::253,53"], self.resolves)
        self.attack("site", [f"{EXAMPLE},80", f"{EXAMPLE_V6},80"], self.visits)
        self.attack("public-dns", [f"{PUBLIC_DNS},53"], self.resolves_publicly)
        self.step("4. the attacker itself is served again when it stops")
        self.holds(self.reads_metadata("greedy"), "its own metadata")

    def open_door(self):
        self.step(f"1. where only the number of callers counts, {WANTED} half-open requests shut out everybody else")
        with bare_server() as port:
            self.holds(asked(port), "it answers")
            with running(["python3", "-c", ATTACKER, str(WANTED), f"127.0.0.1,{port}"]):
                self.holds(not asked(port), "the attack fails where nothing stands against it: it shows nothing")

    def network(self):
        self.step("2. two servers in two networks with the same addresses, both with IPv6 and public addresses")
        self.servers = {}
        for name in ("greedy", "modest"):
            vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
            gateway = self.attach_gateway(vpc)
            self.route(self.main_table(vpc), ANYWHERE, "--gateway-id", gateway)
            self.route(self.main_table(vpc), "::/0", "--gateway-id", gateway)
            [shown] = self.ec2("describe-vpcs", "--vpc-ids", vpc)["Vpcs"]
            prefix = shown["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
            net = self.subnet(vpc, "10.0.0.0/24", "a", None, "--ipv6-cidr-block", prefix)
            for attribute in ("--map-public-ip-on-launch", "--assign-ipv6-address-on-creation"):
                self.ec2("modify-subnet-attribute", "--subnet-id", net, attribute)
            options = ("--metadata-options", "HttpProtocolIpv6=enabled,HttpTokens=optional")
            self.servers[name] = self.launch(name, net, self.default_group(vpc), *options)
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        for check in (self.reads_metadata, self.resolves, self.visits, self.resolves_publicly):
            for name in self.servers:
                harness.wait_for(f"{name} to be served", lambda: check(name), 20, every=0.5)

    def attack(self, service, where, works):
        self.step(
            f"3. {service}: the greedy server holds what it can get of {len(where) * WANTED} requests; the "
            "modest one is served"
        )
        command = [
            *self.user.prefix,
            self.user.program,
            "exec",
            "greedy",
            "--",
            "python3",
            "-c",
            ATTACKER,
            str(WANTED),
            *where,
        ]
        before = self.refusals(service, "over-share")
        with running(command, self.hamlet._own_environment()):
            for _ in range(5):
                self.holds(works("modest"), f"{service}: the modest server was not answered within {SOON} s")
                time.sleep(0.2)
            refused = self.refusals(service, "over-share") - before
            self.holds(refused > 100, f"{service}: {refused} were refused for having their share")
        self.holds(self.refusals(service, "full") == 0, f"{service}: somebody found all places taken")
        if service != "site":
            self.holds(self.refusals(service, "late") > 0, f"{service}: nobody was sent away for being late")

    def refusals(self, service, why):
        return self.hamlet.status()["refusals"].get(f"{service}-{why}", 0)

    def curl(self, server, *words):
        return self.inside(server, "curl", "-gsSf", "-m", str(SOON), *words)

    def reads_metadata(self, server):
        for address in ("169.254.169.254", "[fd00:ec2::254]"):
            token = self.curl(
                server,
                "-X",
                "PUT",
                "-H",
                "X-aws-ec2-metadata-token-ttl-seconds: 60",
                f"http://{address}/latest/api/token",
            )
            got = self.curl(
                server, "-H", f"X-aws-ec2-metadata-token: {token.out}", f"http://{address}/latest/meta-data/instance-id"
            )
            if got.out != self.servers[server]:
                print(f"      {address}: {token} {got}")
                return False
        return True

    def asks(self, server, address):
        said = self.inside(server, "python3", "-c", ASK, address)
        return (said.code == 0 and int(said.out) > 20) or print(f"      {address}: {said}")

    def resolves(self, server):
        return self.asks(server, "10.0.0.2") and self.asks(server, "fd00:ec2::253")

    def resolves_publicly(self, server):
        return self.asks(server, PUBLIC_DNS)

    def visits(self, server):
        got = [self.curl(server, f"http://{address}/") for address in (EXAMPLE, f"[{EXAMPLE_V6}]")]
        return all("Example Domain" in it.out for it in got) or print(f"      {got}")


@contextlib.contextmanager
def running(command, environment=None):
    """A program from when it says that it is trying until the block ends."""
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment,
        cwd="/",
        text=True,
        preexec_fn=harness.die_with_parent,
    )
    try:
        line = process.stdout.readline()
        if line.strip() != "trying":
            raise harness.Failed(f"the attacker said {line!r}")
        yield
        if process.poll() is not None:
            raise harness.Failed(f"the attacker ended early with {process.returncode}")
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def bare_server():
    """Answers whole requests of at most so many callers at once; its port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    places = threading.Semaphore(PLACES)
    ended = threading.Event()

    def serve():
        ready, waiting = selectors.DefaultSelector(), {}
        listener.settimeout(0.02)
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                while places.acquire(blocking=False):
                    try:
                        caller, _ = listener.accept()
                    except TimeoutError:
                        places.release()
                        raise
                    ready.register(caller, selectors.EVENT_READ)
                    waiting[caller] = b""
            for key, _ in ready.select(0):
                caller = key.fileobj
                with contextlib.suppress(OSError):
                    data = caller.recv(4096)
                    waiting[caller] += data
                    if data and b"\r\n\r\n" not in waiting[caller]:
                        continue
                    caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                ready.unregister(caller)
                del waiting[caller]
                caller.close()
                places.release()
        for caller in waiting:
            caller.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        thread.join()
        listener.close()


def asked(port):
    """Whether a whole request is answered soon."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=SOON) as caller:
            caller.sendall(b"GET / HTTP/1.1\r\n\r\n")
            return caller.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


if __name__ == "__main__":
    harness.run(StarveServices)
