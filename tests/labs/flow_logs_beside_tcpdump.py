#!/usr/bin/env python3
"""Flow logs beside tcpdump: two servers capture what they send and get, and the records of both have the same packets
and bytes, flow by flow; echoes, datagrams, fragments and bulk, over IPv4 and IPv6, whole and segmented, let in or not.

A frame that leaves segmentation to the card is one packet to tcpdump, and as many to records as there are segments on
the wire. How large these are follows from the connection's own handshake.

Where root in an instance has one id alone, tcpdump cannot let go of its rights and does not run; there a few lines of
Python read the same ring of the kernel's that tcpdump reads."""

import base64
import collections
import ipaddress
import json
import struct
import time

import harness
from harness import wait_for
from network import NetworkLab, document

GROUP = "beside-tcpdump"
FIELDS = ("interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes", "action")
MINUTE = 2
# Of each packet: all headers that there may be, and the options of a handshake.
SNAP_BYTES = 160
ICMP, TCP, UDP, ICMP_V6 = 1, 6, 17, 58
IP, IP_V6 = 0x0800, 0x86DD
# Finding neighbours is the link's business, and in no record.
NEIGHBOURS = range(133, 138)
BULK = 20_000_000
OPEN, SHUT = 8000, 9999
TCPDUMP = f"exec tcpdump -Z root -n -i ens5 -s {SNAP_BYTES} -B 65536 -w /tmp/capture.pcap ip or ip6"
# The kernel's ring of frames of 256 bytes each, which nobody empties until the end.
RING = """
import mmap, signal, socket, struct
FRAME, FRAMES, BLOCK = 256, 1 << 17, 1 << 20
SOL_PACKET, RX_RING, STATISTICS, EVERYTHING = 263, 5, 6, 3
it = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
it.setsockopt(SOL_PACKET, RX_RING, struct.pack("4I", BLOCK, FRAME * FRAMES // BLOCK, FRAME, FRAMES))
ring = mmap.mmap(it.fileno(), FRAME * FRAMES)
it.bind(("ens5", EVERYTHING))
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("listening on ens5", flush=True)
signal.sigwait([signal.SIGINT])
lost = struct.unpack("2I", it.getsockopt(SOL_PACKET, STATISTICS, 8))[1]
with open("/tmp/capture.pcap", "wb") as file:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, FRAME, 1))
    for at in range(0, FRAME * FRAMES, FRAME):
        status, length, kept, link = struct.unpack("QIIH", ring[at : at + 18])
        if not status & 1:
            break
        file.write(struct.pack("<IIII", 0, 0, kept, length) + ring[at + link : at + link + kept])
print(f"\\n{lost} packets dropped by kernel", flush=True)
"""
# Runs what the rest of the words say.
CAPTURE = 'echo $$ > /tmp/capture.pid; exec "$@" > /tmp/capture.said 2>&1'
# Sends so many bytes to whoever connects, over both families.
SERVER = """
import socket, sys
listener = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    peer = listener.accept()[0]
    peer.sendall(bytes(int(sys.argv[2])))
    peer.close()
"""
FETCH = """
import socket, sys
it, n = socket.create_connection((sys.argv[1], int(sys.argv[2]))), 0
while got := it.recv(1 << 20): n += len(got)
print(n)
"""
# Answers each datagram with its length.
ECHO = """
import socket, sys
it = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
it.bind(("::", int(sys.argv[1])))
while True:
    got, peer = it.recvfrom(1 << 16)
    it.sendto(str(len(got)).encode(), peer)
"""
ASK = """
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
it = socket.socket(family, socket.SOCK_DGRAM)
it.settimeout(2)
for size in map(int, sys.argv[3].split(",")):
    it.sendto(bytes(size), (sys.argv[1], int(sys.argv[2])))
    if sys.argv[4] == "answered":
        assert it.recv(100) == str(size).encode(), size
"""


class Capture:
    """What a file of tcpdump's has: (packets, bytes) by flow, and which segments large frames are cut into."""

    def __init__(self, data, both):
        self.counts = collections.defaultdict(lambda: [0, 0])
        self.frames, self.large = 0, 0
        # What a segment carries at most, by connection and direction; the ports of datagrams that came in parts.
        self.segment, self.parts, self.both = {}, {}, both
        order = {0xA1B2C3D4: "<", 0xD4C3B2A1: ">"}[struct.unpack("<I", data[:4])[0]]
        at = 24
        while at < len(data):
            kept, length = struct.unpack(f"{order}II", data[at + 8 : at + 16])
            self.packet(data[at + 16 : at + 16 + kept], length)
            at += 16 + kept

    def packet(self, frame, length):
        kind = struct.unpack("!H", frame[12:14])[0]
        packet = frame[14:]
        if kind not in (IP, IP_V6):
            return
        if kind == IP:
            total, number, part = struct.unpack("!HHH", packet[2:8])
            ends = tuple(str(ipaddress.IPv4Address(packet[at : at + 4])) for at in (12, 16))
            protocol, rest = packet[9], packet[4 * (packet[0] & 15) :]
            is_later, is_part = part & 0x1FFF > 0, part & 0x3FFF > 0
        else:
            total, protocol, rest, number, is_later, is_part = self.v6(packet)
            ends = tuple(str(ipaddress.IPv6Address(packet[at : at + 16])) for at in (8, 24))
        if not self.both.issuperset(ends):
            return
        assert total == length - 14, f"{total} bytes of {length}"
        if protocol == ICMP_V6 and not is_later and rest[0] in NEIGHBOURS:
            return
        self.frames += 1
        ports = (0, 0)
        if protocol in (TCP, UDP):
            ports = self.parts[ends, number] if is_later else struct.unpack("!HH", rest[:4])
        if is_part:
            self.parts[ends, number] = ports
        flow = (*ends, *ports, protocol)
        count = self.counts[flow]
        if protocol == TCP:
            packets, total = self.segments(flow, rest, total)
        else:
            packets = 1
        count[0] += packets
        count[1] += total

    @staticmethod
    def v6(packet):
        total, protocol, rest = 40 + struct.unpack("!H", packet[4:6])[0], packet[6], packet[40:]
        if protocol != 44:
            return total, protocol, rest, 0, False, False
        protocol, _, part, number = struct.unpack("!BBHI", rest[:8])
        return total, protocol, rest[8:], number, part >> 3 > 0, True

    def segments(self, flow, segment, total):
        """How many packets a frame is on the wire, and their bytes: each has the headers again."""
        headers = 4 * (segment[12] >> 4)
        if segment[13] & 2:
            self.handshake(flow, segment[20:headers])
        before = 40 if ":" in flow[0] else 20
        carried = total - before - headers
        # Both ends keep to what the other takes, less what each segment's own options need.
        taken = min(self.segment.get(end, 1 << 16) for end in (flow, reverse(flow))) - (headers - 20)
        packets = max(1, -(-carried // taken))
        self.large += packets > 1
        return packets, total + (packets - 1) * (before + headers)

    def handshake(self, flow, options):
        while options and options[0]:
            if options[0] == 1:
                options = options[1:]
                continue
            if options[0] == 2:
                self.segment[flow] = struct.unpack("!H", options[2:4])[0]
            options = options[options[1] :]


def reverse(flow):
    source, destination, source_port, destination_port, protocol = flow
    return destination, source, destination_port, source_port, protocol


class BesideTcpdump(NetworkLab):
    options = ("--flow-log-minute", str(MINUTE))

    def walk(self):
        self.network()
        self.flow_log()
        self.begin_captures()
        self.mix()
        self.segmented_or_not()
        self.refused()
        self.compare()
        self.terminate(*self.servers.values())

    def network(self):
        self.step("1. two servers in one VPC, both families; ICMP and port 8000 are open to the VPC, 9999 is not")
        self.vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        self.servers = {}
        [shown] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        block = shown["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        group = self.default_group(self.vpc)
        rule = {"IpRanges": [{"CidrIp": "10.0.0.0/16"}], "Ipv6Ranges": [{"CidrIpv6": block}]}
        [shown] = self.ec2("describe-security-groups", "--group-ids", group)["SecurityGroups"]
        own = ("--group-id", group, "--ip-permissions", json.dumps(shown["IpPermissions"]))
        self.ec2("revoke-security-group-ingress", *own)
        for protocol, first, last in (("icmp", -1, -1), ("icmpv6", -1, -1), ("tcp", OPEN, OPEN), ("udp", OPEN, OPEN)):
            self.allow(group, json.dumps([{"IpProtocol": protocol, "FromPort": first, "ToPort": last, **rule}]))
        for number, name in enumerate(("left", "right")):
            more = ("--ipv6-cidr-block", self.sixty_four(block, number))
            subnet = self.subnet(self.vpc, f"10.0.{number}.0/24", "a", None, *more)
            self.servers[name] = self.launch(name, subnet, group, "--ipv6-address-count", "1")
        self.wait_running(*self.servers.values())
        self.booted(*self.servers.values())
        shown = {name: self.describe(id) for name, id in self.servers.items()}
        self.eni = {name: it["NetworkInterfaces"][0]["NetworkInterfaceId"] for name, it in shown.items()}
        self.own = {name: (it["PrivateIpAddress"], it["Ipv6Address"]) for name, it in shown.items()}
        for name, (_, address) in self.own.items():
            there = lambda name=name, address=address: address in self.inside(name, "ip", "-6", "address").out
            wait_for("the IPv6 address", there, 20, every=0.3)

    def flow_log(self):
        self.step("2. a flow log of the VPC")
        trust = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
        made = ("create-role", "--role-name", "flows", "--assume-role-policy-document", document(trust))
        role = self.aws("iam", *made)["Role"]["Arn"]
        leave = document({"Effect": "Allow", "Action": "logs:*", "Resource": "*"})
        self.aws("iam", "put-role-policy", "--role-name", "flows", "--policy-name", "own", "--policy-document", leave)
        words = ("--resource-type", "VPC", "--resource-ids", self.vpc, "--traffic-type", "ALL")
        form = ("--log-format", " ".join(f"${{{field}}}" for field in FIELDS))
        place = ("--log-group-name", GROUP, "--deliver-logs-permission-arn", role, "--max-aggregation-interval", "60")
        self.sees(self.ec2("create-flow-logs", *words, *place, *form)["Unsuccessful"], [])

    def begin_captures(self):
        self.step("3. tcpdump in both")
        self.both = {address for addresses in self.own.values() for address in addresses}
        program = ("python3", "-c", RING) if self.user.prefix else ("sh", "-c", TCPDUMP)
        for name in self.servers:
            start = ("setsid", "-f", "sh", "-c", CAPTURE, "capture", *program)
            self.inside(name, *start, check=True)
        for name in self.servers:
            said = lambda name=name: "listening on" in self.inside(name, "cat", "/tmp/capture.said").out
            wait_for(f"{name}'s capture", said, 20, every=0.2)

    def start(self, name, program, *words):
        """Has a Python program listen in a server."""
        quoted = " ".join(words)
        self.inside(name, "sh", "-c", f"setsid python3 -c '{program}' {quoted} > /dev/null 2>&1 &")

    def mix(self):
        self.step("4. echoes of all sizes, datagrams, whole and in fragments, over both families")
        self.start("right", ECHO, str(OPEN))
        listening = lambda: self.inside("right", "sh", "-c", f"ss -uln | grep -q :{OPEN}").code == 0
        wait_for("the server to listen", listening, 20)
        for address in self.own["right"]:
            for size, count in ((56, 20), (8_000, 5), (20_000, 5), (40_000, 3)):
                ping = ("ping", "-n", "-c", str(count), "-i", "0.05", "-W", "2", "-M", "dont", "-s", str(size), address)
                heard = self.inside("left", *ping)
                self.sees(heard.code, 0, heard)
            sizes = [1, 100, 1400, 8_000, 9_500, 20_000, 50_000] + [n * 37 % 1300 + 1 for n in range(300)]
            asked = (address, str(OPEN), ",".join(map(str, sizes)), "answered")
            self.inside("left", "python3", "-c", ASK, *asked, check=True)

    def segmented_or_not(self):
        self.step("5. 20 megabytes over TCP: in frames that the card would cut, and then in none")
        self.start("right", SERVER, str(OPEN), str(BULK))
        listening = lambda: self.inside("right", "sh", "-c", f"ss -tln | grep -q :{OPEN}").code == 0
        wait_for("the server to listen", listening, 20)
        for segments in ("65535", "1"):
            for name in self.servers:
                self.inside(name, "ip", "link", "set", "dev", "ens5", "gso_max_segs", segments, check=True)
            for address in self.own["right"]:
                got = self.inside("left", "python3", "-c", FETCH, address, str(OPEN), check=True, seconds=60)
                self.sees(int(got.out), BULK)

    def refused(self):
        self.step("6. datagrams and a connection to a port that the group does not open: sent here, rejected there")
        for address in self.own["right"]:
            self.inside("left", "python3", "-c", ASK, address, str(SHUT), "1,10,100,1000", "unheard", check=True)
            tried = self.inside("left", "timeout", "1.5", "python3", "-c", FETCH, address, str(SHUT))
            self.holds(tried.code != 0, tried)

    def captured(self, name):
        """What a server's tcpdump has seen; it must have lost nothing."""
        stop = "kill -INT $(cat /tmp/capture.pid); while kill -0 $(cat /tmp/capture.pid); do sleep 0.1; done"
        self.inside(name, "sh", "-c", f"({stop}) 2> /dev/null")
        said = self.inside(name, "cat", "/tmp/capture.said").out
        self.holds("\n0 packets dropped by kernel" in said, said)
        text = self.inside(name, "base64", "-w", "0", "/tmp/capture.pcap", check=True, seconds=60).out
        return Capture(base64.b64decode(text), self.both)

    def recorded(self, name):
        """(packets, bytes) by flow and action, as all records of a server's interface come to."""
        counts = collections.defaultdict(lambda: [0, 0])
        stream = ("--log-group-name", GROUP, "--log-stream-names", f"{self.eni[name]}-all")
        for event in self.aws("logs", "filter-log-events", *stream)["events"]:
            line = dict(zip(FIELDS, event["message"].split(" "), strict=True))
            if not {line["srcaddr"], line["dstaddr"]} <= self.both:
                continue
            ports = (int(line["srcport"]), int(line["dstport"]), int(line["protocol"]))
            count = counts[(line["srcaddr"], line["dstaddr"], *ports, line["action"])]
            count[0] += int(line["packets"])
            count[1] += int(line["bytes"])
        return {flow: tuple(count) for flow, count in counts.items()}

    def compare(self):
        self.step("7. the records have, flow by flow, what tcpdump has at both ends")
        # Everything that was sent is in a window that is over, and one more.
        time.sleep(2 * MINUTE + 1)
        captures = {name: self.captured(name) for name in self.servers}
        for name, capture in captures.items():
            self.holds(capture.large > 50, f"{capture.large} frames of {name} are many segments")
            expected = {(*flow, "ACCEPT"): tuple(count) for flow, count in capture.counts.items()}
            if name == "right":
                # What the group has refused never came, and is as it was sent.
                sent = captures["left"].counts.items()
                expected |= {(*flow, "REJECT"): tuple(count) for flow, count in sent if flow[3] == SHUT}
            found = {}

            def is_same(name=name, expected=expected, found=found):
                found.clear()
                found.update(self.recorded(name))
                return found == expected

            try:
                wait_for("the last window", is_same, 15, every=0.5)
            except harness.Failed:
                differ = {flow for flow in expected.keys() | found.keys() if expected.get(flow) != found.get(flow)}
                shown = "\n".join(f"  {it}: {expected.get(it)} captured, {found.get(it)} recorded" for it in differ)
                raise harness.Failed(f"{name}: {len(differ)} of {len(expected)} flows differ\n{shown}") from None
            packets = sum(count[0] for count in expected.values())
            print(f"       {name}: {len(expected)} flows, {packets} packets in {capture.frames} frames, all the same")
        rejected = {flow[4] for flow in self.recorded("right") if flow[5] == "REJECT"}
        self.sees(rejected, {TCP, UDP})
        protocols = {flow[4] for flow in captures["left"].counts}
        self.sees(protocols, {ICMP, TCP, UDP, ICMP_V6})


if __name__ == "__main__":
    harness.run(BesideTcpdump)
