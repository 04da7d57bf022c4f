#!/usr/bin/env python3
"""Nothing leaves the machine: whatever instances and the laptop ask for, the host's own interfaces carry none of it.

Runs in a network namespace that stands for a machine with a way out, in both families, and watches the other end of it.
The watch must first see a packet that the machine itself sends.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from network import ANYWHERE, NetworkLab

# Set where we are in the namespace already.
INSIDE = "HAMLET_TEST_HAS_OWN_NETWORK"
# Without addresses of the link's own and without ARP there is nothing that the kernel says by itself, but for MLD.
WAY_OUT = """
link set lo up
link add outside type veth peer name beyond
link set outside addrgenmode none arp off
link set beyond addrgenmode none arp off up
addr add 192.168.77.2/24 dev outside
link set outside up
addr add fd77::2/64 dev outside nodad
route add default dev outside
route add ::/0 dev outside
"""
ETH_P_ALL = 0x0003
ETH_P_IPV6 = b"\x86\xdd"
# A hop-by-hop header, and in it multicast listener reports: how the kernel says which groups it listens to.
HOP_BY_HOP, MLD_REPORTS = 0, (131, 143)
# Nobody has them: documentation, benchmarking, and some that are somebody's on the real internet.
ADDRESSES = ("203.0.113.200", "198.18.0.1", "8.8.8.9", "93.184.216.34", "2001:db8:dead::1", "2606:4700:4700::1001")
NAMES = ("nobody.invalid", "www.debian.org", "deb.debian.org", "a.root-servers.net", "pypi.org")


class Watch:
    """Everything that reaches the other end of the machine's way out."""

    def __init__(self):
        self.frames = []
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.bind(("beyond", 0))
        threading.Thread(target=self.look, daemon=True).start()

    def look(self):
        while True:
            frame, (_, _, kind, *_) = self.socket.recvfrom(65536)
            if kind != socket.PACKET_OUTGOING and not is_listener_report(frame):
                self.frames.append(frame)


def is_listener_report(frame):
    header = frame[14:]
    return frame[12:14] == ETH_P_IPV6 and header[6] == HOP_BY_HOP and header[48] in MLD_REPORTS


class NothingLeaves(NetworkLab):
    # Set before Hamlet starts.
    watch = None

    def walk(self):
        self.the_watch_sees()
        self.network()
        self.instances_ask()
        self.laptop_asks()
        self.sees([frame.hex() for frame in self.watch.frames], [], "nothing has left")
        self.terminate(self.web)

    def the_watch_sees(self):
        self.step("1. the watch sees what the machine itself sends, in both families")
        for family, address in ((socket.AF_INET, "203.0.113.200"), (socket.AF_INET6, "2001:db8:dead::1")):
            with socket.socket(family, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"seen", (address, 9))
            harness.wait_for(f"the packet to {address}", self.take_seen, 5)

    def take_seen(self):
        """Takes what we sent ourselves out of what has left."""
        ours = [frame for frame in self.watch.frames if frame.endswith(b"seen")]
        self.watch.frames = [frame for frame in self.watch.frames if frame not in ours]
        return ours

    def network(self):
        self.step("2. an instance with a public address and IPv6, that may send everything anywhere")
        vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        gateway, table = self.attach_gateway(vpc), self.table(vpc)
        self.route(table, ANYWHERE, "--gateway-id", gateway)
        self.route(table, "::/0", "--gateway-id", gateway)
        [block] = self.ec2("describe-vpcs", "--vpc-ids", vpc)["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
        v6 = block["Ipv6CidrBlock"].replace("/56", "/64")
        subnet = self.subnet(vpc, "10.0.0.0/24", "a", table, "--ipv6-cidr-block", v6)
        more = ("--associate-public-ip-address", "--ipv6-address-count", "1")
        self.web = self.launch("web", subnet, self.default_group(vpc), *more)
        self.wait_running(self.web)
        self.booted(self.web)

    def instances_ask(self):
        self.step("3. it asks for names and addresses that nobody has here; a name that is here is answered meanwhile")
        self.ask(lambda *words: self.inside("web", *words))

    def laptop_asks(self):
        self.step("4. so does the laptop")
        self.ask(self.laptop)

    def ask(self, run):
        for name in NAMES:
            for way in ((), ("@8.8.8.8",)):
                told = run("dig", "+time=2", "+tries=1", *way, name)
                self.holds("status: NXDOMAIN" in told.out, f"{name} {way}: {told}")
        for address in ADDRESSES:
            self.holds(run("ping", "-n", "-c", "1", "-W", "1", address).code != 0, f"{address} answers an echo")
            place = f"[{address}]" if ":" in address else address
            got = run("curl", "-sS", "-m", "1", f"http://{place}/")
            self.holds(got.code != 0, f"{address}: {got}")
            run("dig", "+time=1", "+tries=1", f"@{address}", "example.com")
        self.holds("Example Domain" in run("curl", "-sS", "-m", "5", "http://example.com/").out, "a page that is here")


def enter_own_network():
    """Starts this program again in a network namespace."""
    command = ["unshare", "--net", sys.executable, *sys.argv]
    os.execvpe("unshare", command, {**os.environ, INSIDE: "1"})


def make_way_out():
    made = subprocess.run(["ip", "-batch", "-"], input=WAY_OUT, text=True, capture_output=True)
    if made.returncode:
        raise SystemExit(f"no way out of the namespace: {made.stdout}{made.stderr}")


if __name__ == "__main__":
    if os.geteuid() != 0 or not shutil.which("unshare"):
        # Hamlet run by an ordinary user is watched from root's namespace as well.
        print("CANNOT RUN NothingLeaves: making a network for it needs root, and unshare (package util-linux)")
        harness.summary(["failed" if harness.IN_CI else "not run"])
    if INSIDE not in os.environ:
        enter_own_network()
    make_way_out()
    NothingLeaves.watch = Watch()
    harness.run(NothingLeaves)
