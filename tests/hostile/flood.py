#!/usr/bin/env python3
"""Guests send as much as they can, of everything that costs the network most: new flows, fragments without an end,
frames for nobody, questions to the link. Guests of another network lose nothing and wait little."""

import contextlib
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from network import NetworkLab

# Sends for ten seconds at most, without a pause, frames of one kind that all differ; prints how many in the end.
FLOOD = """
import json, signal, socket, struct, sys, time
kind, it = sys.argv[1], json.loads(sys.argv[2])
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
raw.bind(("ens5", 0x800))
mac = lambda text: bytes.fromhex(text.replace(":", ""))
v4, v6 = socket.inet_aton, lambda text: socket.inet_pton(socket.AF_INET6, text)
def total(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~((total & 0xffff) + (total >> 16)) & 0xffff
def ip(number, flags, payload):
    fields = (0x45, 0, 20 + len(payload), number & 0xffff, flags, 64, 17, 0, v4(it["own"]), v4(it["mate"]))
    head = struct.pack("!BBHHHBBH4s4s", *fields)
    return mac(it["own_mac"]) + b"\\x08\\0" + head[:10] + struct.pack("!H", total(head)) + head[12:] + payload
def ip6(next, payload):
    head = struct.pack("!IHBB", 6 << 28, len(payload), next, 64) + v6(it["own6"]) + v6(it["mate6"])
    return mac(it["own_mac"]) + b"\\x86\\xdd" + head + payload
udp = lambda number: struct.pack("!HHHH", number & 0xffff, 1024 + (number >> 16), 8, 0)
def udp6(number):
    ports = struct.pack("!HHHH", number & 0xffff, 1024 + (number >> 16), 8, 0)
    sum6 = total(v6(it["own6"]) + v6(it["mate6"]) + struct.pack("!II", 8, 17) + ports)
    return ports[:6] + struct.pack("!H", sum6 or 0xffff)
fragment = lambda number: struct.pack("!BBHI", 17, 0, 1, number)
arp = b"\\x08\\x06" + struct.pack("!HHBBH6s4s6s4s", 1, 0x800, 6, 4, 1, mac(it["own_mac"]), v4(it["own"]),
                                   bytes(6), v4("10.0.0.200"))
router, mate = mac(it["router_mac"]), mac(it["mate_mac"])
FRAMES = {
    "flows": lambda n: mate + ip(n, 0, udp(n)),
    "flows6": lambda n: mate + ip6(17, udp6(n)),
    "fragments": lambda n: mate + ip(n, 0x2000, udp(n) + bytes(8)),
    "fragments6": lambda n: mate + ip6(44, fragment(n) + udp6(n)),
    "strangers": lambda n: b"\\2" + struct.pack("!I", n) + b"\\1" + ip(n, 0, udp(n)),
    "arp": lambda n: bytes([255] * 6) + mac(it["own_mac"]) + arp,
}
end, number, make, first = time.monotonic() + 10, 0, FRAMES[kind], int(sys.argv[3]) << 20
def stop(*_):
    global end
    end = 0
signal.signal(signal.SIGTERM, stop)
print("sending", flush=True)
while time.monotonic() < end:
    for _ in range(200):
        try:
            raw.send(make(first + number))
        except OSError:
            pass
        number += 1
print(number, flush=True)
"""
KINDS = ("flows", "flows6", "fragments", "fragments6", "strangers", "arp")
# Echoes that others send meanwhile, of each family, and how long half of them may take: undisturbed it is a fraction of
# one.
ECHOES, MILLISECONDS = 60, 50


class Flood(NetworkLab):
    def walk(self):
        self.step("1. two networks with the same addresses and two servers each; both families")
        self.at = {}
        for network in ("greedy", "modest"):
            vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
            [shown] = self.ec2("describe-vpcs", "--vpc-ids", vpc)["Vpcs"]
            prefix = shown["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
            net = self.subnet(vpc, "10.0.0.0/24", "a", None, "--ipv6-cidr-block", prefix)
            self.ec2("modify-subnet-attribute", "--subnet-id", net, "--assign-ipv6-address-on-creation")
            self.made = self.default_group(vpc)
            for name in (network, f"{network}-mate"):
                self.at[name] = self.launch(name, net, self.made)
        self.wait_running(*self.at.values())
        self.booted(*self.at.values())
        self.at = {name: self.describe(id) for name, id in self.at.items()}
        for name in self.at:
            shows = ("ip", "-6", "-o", "address", "show", "scope", "global", "dev", "ens5")
            harness.wait_for(
                "its IPv6 address", lambda: self.at[name]["Ipv6Address"] in self.inside(name, *shows).out, 10
            )
        self.quiet = {family: self.pings(family) for family in (4, 6)}
        print(f"      undisturbed: {self.quiet}")
        for kind in KINDS:
            self.flood(kind)

    def flood(self, kind):
        self.step(
            f"2. both servers of one network send {kind}; an echo between those of the other takes no more than "
            f"{MILLISECONDS} ms"
        )
        before = self.counted()
        with self.flooding("greedy", "greedy-mate", kind, 0), self.flooding("greedy-mate", "greedy", kind, 1):
            found = {family: self.steady_pings(family) for family in (4, 6)}
            moved = self.counted() - before
        print(f"      {found}, {moved} packets or drops of theirs counted")
        # What the flood is for: it must have been one while the others were measured.
        self.holds(moved > 20_000, f"{moved} packets are no flood: it shows nothing")
        for family, (lost, median) in found.items():
            self.holds(lost == 0, f"{lost} of {ECHOES} echoes over IPv{family} were lost")
            self.holds(median < MILLISECONDS, f"half of the echoes over IPv{family} took more than {median} ms")

    def steady_pings(self, family):
        """Lost and median; measured again where other programs of this machine may have been in the way."""
        lost, median = self.pings(family)
        if lost or median < MILLISECONDS:
            return lost, median
        lost, again = self.pings(family)
        return lost, min(median, again)

    def counted(self):
        status = self.hamlet.status()
        ports = [port for port in status["ports"] if "greedy" in port["name"]]
        return sum(port["packets_in"] + port["packets_out"] for port in ports) + sum(status["drops"].values())

    def pings(self, family):
        """How many echoes between the modest ones were lost, and how many milliseconds the median took.

        With a count alone, ping waits for the last answers no longer than twice the slowest so far, and calls lost what
        a busy machine brings a moment later. With a deadline it goes on until as many answers have come, so that an
        echo that was late has come, too, by its number, and one that was lost has not."""
        mate = self.at["modest-mate"]
        address = mate["PrivateIpAddress"] if family == 4 else mate["Ipv6Address"]
        said = self.inside("modest", "ping", "-n", "-c", str(ECHOES), "-i", "0.02", "-w", "10", address).out
        answers = {int(number): float(time) for number, time in re.findall(r"icmp_seq=(\d+) .*time=([\d.]+)", said)}
        times = sorted(time for number, time in answers.items() if number <= ECHOES)
        return ECHOES - len(times), times[len(times) // 2] if times else float("inf")

    @contextlib.contextmanager
    def flooding(self, name, mate, kind, part):
        own, mate = (self.at[it] for it in (name, mate))
        knows = {
            "own": own["PrivateIpAddress"],
            "own6": own["Ipv6Address"],
            "own_mac": own["NetworkInterfaces"][0]["MacAddress"],
            "mate": mate["PrivateIpAddress"],
            "mate6": mate["Ipv6Address"],
            "mate_mac": mate["NetworkInterfaces"][0]["MacAddress"],
            "router_mac": "02:ec:02:00:00:01",
        }
        command = [
            *self.user.prefix,
            self.user.program,
            "exec",
            name,
            "--",
            "python3",
            "-c",
            FLOOD,
            kind,
            harness.json.dumps(knows),
            str(part),
        ]
        process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd="/",
            env=self.hamlet._own_environment(),
            preexec_fn=harness.die_with_parent,
        )
        try:
            self.sees(process.stdout.readline().strip(), "sending")
            yield
        finally:
            process.kill()
            process.wait()
            self.inside(name, "pkill", "-TERM", "python3")


if __name__ == "__main__":
    harness.run(Flood)
