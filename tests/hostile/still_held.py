#!/usr/bin/env python3
"""What held before the doors were closed, and must go on holding: the host's network, and what the metadata service
tells to whom.

Mounts, devices, roots, namespaces, tracing and what lies below /sys are tried in kernel_doors.py and first_process.py.
"""

import base64
import ipaddress
import json
import re
import socket
import subprocess
import threading

import attacker  # noqa: F401  (finds the harness)
import control
import harness
from attacker import AMI, Attacker

# Says the word to every address, over TCP and UDP, and prints where somebody took it. Sockets of all kinds try at once.
KNOCK = r"""
import json, os, select, socket, sys, time
word, port, addresses = sys.argv[1].encode(), int(sys.argv[2]), json.loads(sys.argv[3])
waiting = {}
for address in addresses:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        stream = socket.socket(family, socket.SOCK_STREAM)
        stream.setblocking(False)
        stream.connect_ex((address, port))
        waiting[stream] = address
        socket.socket(family, socket.SOCK_DGRAM).sendto(word, (address, port))
    except OSError:
        pass
end = time.monotonic() + 2
while waiting and time.monotonic() < end:
    for stream in select.select([], list(waiting), [], 0.2)[1]:
        address = waiting.pop(stream)
        if stream.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
            try:
                stream.send(word)
                print(address)
            except OSError:
                pass
"""
# Sends bytes to the metadata service as they are, and prints what comes back.
RAW = r"""
import base64, json, socket, sys
for request in json.loads(sys.argv[1]):
    stream = socket.create_connection(("169.254.169.254", 80), timeout=3)
    stream.settimeout(1.0)
    stream.sendall(base64.b64decode(request))
    answer = b""
    try:
        while piece := stream.recv(65536):
            answer += piece
    except OSError:
        pass
    stream.close()
    print(base64.b64encode(answer).decode(), flush=True)
"""
SECRET = "the other one's secret"
NAT64 = ipaddress.IPv6Address("64:ff9b::")
TTL = "X-aws-ec2-metadata-token-ttl-seconds"
TOKEN = "X-aws-ec2-metadata-token"
CLOSE = "Connection: close\r\n\r\n"
NO_BODY = "Content-Length: 0\r\n"


class StillHeld(Attacker):
    def attack(self):
        self.serve("victim", user_data=f"#!/bin/sh\n# {SECRET}\n")
        self.network()
        with Listeners() as listeners:
            self.a_listener_is_reached(listeners)
            self.host_network(listeners)
        self.tokens()
        self.smuggling()

    def network(self):
        self.step("1. a guest with both families, and a NAT gateway that takes the addresses of NAT64")
        call = self.api.ec2
        vpc = call("CreateVpc", CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock="true")["vpc"]["vpcId"]
        prefix = call("DescribeVpcs", **{"VpcId.1": vpc})["vpcSet"][0]["ipv6CidrBlockAssociationSet"][0][
            "ipv6CidrBlock"
        ]
        prefixes = list(ipaddress.ip_network(prefix).subnets(new_prefix=64))
        gateway = call("CreateInternetGateway")["internetGateway"]["internetGatewayId"]
        call("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
        subnets = [
            call(
                "CreateSubnet",
                VpcId=vpc,
                CidrBlock=f"10.0.{number}.0/24",
                AvailabilityZone=f"{harness.REGION}a",
                Ipv6CidrBlock=str(prefixes[number]),
            )["subnet"]["subnetId"]
            for number in (0, 1)
        ]
        [main] = call("DescribeRouteTables", **{"Filter.1.Name": "vpc-id", "Filter.1.Value.1": vpc})["routeTableSet"]
        call("CreateRoute", RouteTableId=main["routeTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        allocation = call("AllocateAddress", Domain="vpc")["allocationId"]
        nat = call("CreateNatGateway", SubnetId=subnets[0], AllocationId=allocation)["natGateway"]["natGatewayId"]
        state = lambda: call("DescribeNatGateways", **{"NatGatewayId.1": nat})["natGatewaySet"][0]["state"]
        harness.wait_for("the NAT gateway", lambda: state() == "available", 20)
        table = call("CreateRouteTable", VpcId=vpc)["routeTable"]["routeTableId"]
        call("AssociateRouteTable", RouteTableId=table, SubnetId=subnets[1])
        call("CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        call("CreateRoute", RouteTableId=table, DestinationIpv6CidrBlock="64:ff9b::/96", NatGatewayId=nat)
        call("CreateRoute", RouteTableId=table, DestinationIpv6CidrBlock="::/0", GatewayId=gateway)
        made = call(
            "RunInstances",
            ImageId=AMI,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnets[1],
            Ipv6AddressCount=1,
            **{
                "TagSpecification.1.ResourceType": "instance",
                "TagSpecification.1.Tag.1.Key": "Name",
                "TagSpecification.1.Tag.1.Value": "guest",
            },
        )
        self.servers["guest"] = made["instancesSet"][0]["instanceId"]
        harness.wait_for("the guest to boot", lambda: "cloud-init: finished" in self.console("guest"), 30)
        has_both = lambda: (
            self.inside("guest", "ip", "-6", "-o", "address", "show", "dev", "ens5", "scope", "global").out
        )
        harness.wait_for("its IPv6 address", has_both, 10)
        web = self.inside("guest", "ping", "-n", "-c", "1", "-W", "3", "64:ff9b::c000:20a")
        self.sees(web.code, 0, f"NAT64 works, to the simulated internet: {web}")

    def a_listener_is_reached(self, listeners):
        self.step("2. from a bare namespace that has the host's network, every listener is reached")
        knock = self.user.stage / "knock.py"
        knock.write_text(KNOCK)
        tried = control.bare(
            "/usr/bin/python3",
            str(knock),
            "control",
            str(listeners.port),
            json.dumps(listeners.addresses),
            user=self.user,
        )
        self.sees(sorted(tried.out.split()), sorted(listeners.addresses), f"the control {tried.err}")
        harness.wait_for(
            "all words",
            lambda: listeners.heard("control") >= {(it, kind) for it in listeners.addresses for kind in ("tcp", "udp")},
            5,
        )

    def host_network(self, listeners):
        self.step("3. from the guest none is: plain, mapped, by NAT64, and Hamlet's own API")
        targets = []
        for address in listeners.addresses:
            targets.append(address)
            if ":" not in address:
                number = int(ipaddress.IPv4Address(address))
                targets += [
                    f"::ffff:{address}",
                    f"::{address}",
                    str(NAT64 + number),
                    f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1",
                    f"64:ff9b:1::{number >> 16:x}:{number & 0xFFFF:x}",
                ]
        targets += [
            "0.0.0.0",
            "::",
            "127.1.2.3",
            "127.255.255.254",
            str(NAT64),
            str(NAT64 + int(ipaddress.IPv4Address("127.255.255.254"))),
            "169.254.169.254",
            "169.254.169.253",
            "10.0.1.1",
            "10.0.0.2",
            "fd00:ec2::254",
            "fd00:ec2::253",
            "198.51.100.10",
        ]
        for server in ("guest", "victim"):
            for user in ("root", "ec2-user"):
                tried = self.python(
                    server, KNOCK, f"from-{server}-{user}", str(listeners.port), json.dumps(targets), user=user
                )
                self.holds(tried.code == 0, f"knocking: {tried}")
                heard = listeners.heard(f"from-{server}-{user}")
                self.breach(heard, f"{user} of {server} reached the host's network: {sorted(heard)}")
                self.breach(
                    tried.out.split(),
                    f"{user} of {server} was answered at port {listeners.port} of {tried.out.split()}",
                )
            port = str(self.hamlet.address[1])
            tried = self.python(server, KNOCK, "GET / HTTP/1.0\r\n\r\n", port, json.dumps(targets))
            self.breach(tried.out.split(), f"{server} reached Hamlet's own API at {tried.out.split()}")
        # Unix sockets without a name belong to a network, not to a directory.
        name = f"hamlet-hostile-{self.hamlet.process.pid}"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("\0" + name)
            listener.listen()
            code = f"import socket; socket.socket(socket.AF_UNIX).connect('\\0{name}'); print('connected')"
            own = control.bare("/usr/bin/python3", "-c", code, user=self.user)
            self.sees(own.out.strip(), "connected", f"the control: {own}")
            self.breach(
                "connected" in self.python("guest", code).out, "the guest reached a nameless Unix socket of the host's"
            )

    # The metadata service.

    def ask(self, server, *requests):
        """(status, body) of each answer to each request, as the server sent it."""
        encoded = json.dumps([base64.b64encode(it.encode("latin-1")).decode() for it in requests])
        tried = self.python(server, RAW, encoded, seconds=60)
        self.holds(tried.code == 0, f"asking the metadata service: {tried}")
        return [answers(base64.b64decode(line)) for line in tried.out.splitlines()]

    def token_of(self, server):
        [[(status, token)]] = self.ask(
            server,
            f"PUT /latest/api/token HTTP/1.1\r\nHost: x\r\n{TTL}: 60\r\n{NO_BODY}{CLOSE}",
        )
        self.sees(status, 200, "a token")
        return token.decode()

    def tokens(self):
        self.step("4. tokens: one's own works, another instance's does not")
        get = lambda path, token: f"GET {path} HTTP/1.1\r\nHost: x\r\n{TOKEN}: {token}\r\n{CLOSE}"
        theirs, own = self.token_of("victim"), self.token_of("guest")
        [[(status, body)]] = self.ask("victim", get("/latest/user-data", theirs))
        self.holds(status == 200 and SECRET.encode() in body, "the victim's own token shows its own secret")
        [address] = {self.describe("victim")["privateIpAddress"]}
        [mac] = {it["macAddress"] for it in self.describe("victim")["networkInterfaceSet"]}
        tried = {
            "the victim's token": get("/latest/user-data", theirs),
            "no token's": get("/latest/user-data", ""),
            "a changed token": get("/latest/user-data", own[:-4] + ("AAAA" if own[-4:] != "AAAA" else "BBBB")),
            "half a token": get("/latest/user-data", own[: len(own) // 2]),
        }
        for (what, _), [(status, body), *_] in zip(tried.items(), self.ask("guest", *tried.values()), strict=True):
            self.breach(
                status != 401 or SECRET.encode() in body, f"with {what} the guest is answered {status}: {body[:80]}"
            )
        for path in (
            f"/latest/meta-data/network/interfaces/macs/{mac}/",
            f"/latest/meta-data/network/interfaces/macs/{mac}/local-ipv4s",
            f"/latest/meta-data/../{address}/user-data",
        ):
            [[(status, body), *_]] = self.ask("guest", get(path, own))
            self.breach(
                status == 200 or address.encode() in body,
                f"at {path} the guest is told of another instance: {body[:80]}",
            )

    def smuggling(self):
        self.step(
            "5. requests within requests, forged sources, odd lengths and paths: one answer each, and nothing "
            "of the victim's"
        )
        own = self.token_of("guest")
        inner = f"GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: x\r\n{TOKEN}: {own}\r\n\r\n"
        put = "PUT /latest/api/token HTTP/1.1\r\nHost: x\r\n"
        single = {
            "in a body with its length": f"{put}{TTL}: 60\r\nContent-Length: {len(inner)}\r\n{CLOSE}{inner}",
            "behind two lengths": f"{put}{TTL}: 60\r\n{NO_BODY}Content-Length: {len(inner)}\r\n{CLOSE}{inner}",
            "behind a list of lengths": f"{put}{TTL}: 60\r\nContent-Length: 0, {len(inner)}\r\n{CLOSE}{inner}",
            "behind a length with a sign": f"{put}{TTL}: 60\r\nContent-Length: +0\r\n{CLOSE}{inner}",
            "behind chunks and a length": f"{put}{TTL}: 60\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
            f"{CLOSE}0\r\n\r\n{inner}",
            "behind chunks in odd words": f"{put}{TTL}: 60\r\nTransfer-Encoding: xchunked\r\n{CLOSE}0\r\n\r\n{inner}",
            "in a header's fold": f"{put}X: a\r\n {inner}\r\n{TTL}: 60\r\n{CLOSE}",
            "behind a bare line feed": f"{put}{TTL}: 60\r\nX: a\n{NO_BODY}{CLOSE}{inner}",
        }
        [two] = self.ask("guest", f"{inner}{inner}")
        self.sees(len(two), 2, "the control: two requests on one connection")
        for (what, _), got in zip(single.items(), self.ask("guest", *single.values()), strict=True):
            self.breach(len(got) > 1, f"a request {what} got {len(got)} answers")
        forbidden = {
            "a token through a proxy": f"{put}{TTL}: 60\r\nX-Forwarded-For: 10.0.0.1\r\n{NO_BODY}{CLOSE}",
            "a token through a proxy in small letters": f"{put}{TTL}: 60\r\nx-forwarded-for: \r\n{NO_BODY}{CLOSE}",
            "a token without a life": f"{put}{NO_BODY}{CLOSE}",
            "a token for no time": f"{put}{TTL}: 0\r\n{NO_BODY}{CLOSE}",
            "a token for ever": f"{put}{TTL}: 99999999999999999999\r\n{NO_BODY}{CLOSE}",
            "a token by POST": f"POST /latest/api/token HTTP/1.1\r\nHost: x\r\n{TTL}: 60\r\n{NO_BODY}{CLOSE}",
            "a token by another method's name in a header": f"GET /latest/api/token HTTP/1.1\r\nHost: x\r\n"
            f"X-HTTP-Method-Override: PUT\r\n{TTL}: 60\r\n{CLOSE}",
        }
        for (what, _), got in zip(forbidden.items(), self.ask("guest", *forbidden.values()), strict=True):
            self.breach(not got or got[0][0] < 400, f"the guest was given {what}: {got[:1]}")
        own = f"{TOKEN}: {own}\r\n{CLOSE}"
        victim = self.describe("victim")["privateIpAddress"]
        paths = [
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}{own}"
            for path in (
                "/latest/../../../etc/passwd",
                "/latest/%2e%2e/%2e%2e/etc/passwd",
                "//latest/user-data",
                "/latest/user-data%00",
                f"http://{victim}/latest/user-data",
                "/latest/user-data?instance=victim",
                "*",
                "/" + "a" * 9000,
            )
            for host in ("169.254.169.254", victim)
            for more in ("", f"X-Real-IP: {victim}\r\nForwarded: for={victim}\r\nClient-IP: {victim}\r\n")
        ]
        for request, got in zip(paths, self.ask("guest", *paths), strict=True):
            leaked = [body for _, body in got if SECRET.encode() in body or b"root:" in body or victim.encode() in body]
            self.breach(leaked, f"with {request.splitlines()[0][:80]} the guest was told {leaked[:1]}")
            self.breach(len(got) > 1, f"{request.splitlines()[0][:80]} got {len(got)} answers")
        self.sees(
            self.ask("guest", f"GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: x\r\n{own}")[0][0],
            (200, self.servers["guest"].encode()),
            "and it still answers",
        )


def answers(bytes_read):
    """The answers in what a server has sent: (status, body) each."""
    parts = re.split(rb"(?=HTTP/1\.[01] \d\d\d )", bytes_read)
    found = []
    for part in parts:
        head, _, body = part.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.[01] (\d\d\d)", head)
        if status:
            found.append((int(status[1]), body))
    return found


class Listeners:
    """One port at every address that the host has, over TCP and UDP; remembers who said what."""

    def __enter__(self):
        shown = json.loads(subprocess.run(["ip", "-j", "address"], capture_output=True, text=True, check=True).stdout)
        own = [it["local"] for link in shown for it in link.get("addr_info", []) if it["scope"] in ("global", "host")]
        self.sockets, self.words, self.lock, self.addresses = [], set(), threading.Lock(), []
        self.port = 0
        for address in own:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            try:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    it = socket.socket(family, kind)
                    it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    it.bind((address, self.port))
                    self.port = it.getsockname()[1]
                    self.sockets.append(it)
                    threading.Thread(target=self.listen, args=(it, kind, address), daemon=True).start()
                self.addresses.append(address)
            except OSError as error:
                print(f"      (no listener at {address}: {error})")
        return self

    def listen(self, it, kind, address):
        try:
            if kind == socket.SOCK_DGRAM:
                while True:
                    self.remember(it.recv(100), address, "udp")
            it.listen()
            while True:
                stream, _ = it.accept()
                with stream:
                    stream.settimeout(2)
                    try:
                        self.remember(stream.recv(100) or b"nothing", address, "tcp")
                    except OSError:
                        self.remember(b"nothing", address, "tcp")
        except OSError:
            return

    def remember(self, word, address, kind):
        with self.lock:
            self.words.add((word.decode(errors="replace"), address, kind))

    def heard(self, word):
        """Where a word has come, or a connection without one."""
        with self.lock:
            return {(address, kind) for said, address, kind in self.words if said in (word, "nothing")}

    def __exit__(self, *_):
        for it in self.sockets:
            it.close()


if __name__ == "__main__":
    harness.run(StillHeld)
