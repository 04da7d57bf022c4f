#!/usr/bin/env python3
"""An internet of one's own: hosts from a file, what they answer, ports of this machine that they lead to; and strangers
who knock where it is lively."""

import http.server
import json
import socket
import threading
import time

import harness
from harness import wait_for
from network import NetworkLab

PARTNER, PARTNER_V6 = "203.0.113.80", "2001:db8:80::1"
PAGE = "<p>what the file says</p>\n"
TABLE = """
# Ours.
host partner.example api.partner.example
  address {partner} {partner_v6}
  http redirect https://partner.example
  https file partner.html
  tcp 7 echo
  udp 7 echo
  record partner.example MX 10 mail.partner.example
  record partner.example TXT "v=spf1 -all"

host shop.example
  address 203.0.113.81
  http forward 127.0.0.1:{shop}
  https forward 127.0.0.1:{shop}
  tcp 5432 forward 127.0.0.1:{shop}

host mirror.example
  address 203.0.113.82
  http echo

# What is there already.
host github.com
  address 203.0.113.83
"""
SAY = """
import socket, sys
kind = socket.SOCK_STREAM if sys.argv[1] == "tcp" else socket.SOCK_DGRAM
with socket.socket(socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET, kind) as it:
    it.settimeout(5)
    it.connect((sys.argv[2], 7))
    it.send(b"hello")
    print(it.recv(100).decode())
"""


class Shop(http.server.BaseHTTPRequestHandler):
    """What runs on the user's machine."""

    def do_GET(self):
        body = f"the shop, asked for {self.path} at {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class OwnInternet(NetworkLab):
    def __init__(self, user):
        super().__init__(user)
        self.shop = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
        threading.Thread(target=self.shop.serve_forever, daemon=True).start()
        self.table = self.user.stage / "internet.txt"
        said = TABLE.format(partner=PARTNER, partner_v6=PARTNER_V6, shop=self.shop.server_port)
        self.table.write_text(said)
        (self.user.stage / "partner.html").write_text(PAGE)
        self.options = ("--internet", str(self.table))

    def walk(self):
        self.network()
        self.listed()
        self.pages()
        self.ports()
        self.names()
        self.lively()
        self.faults()
        self.terminate(self.web)

    def network(self):
        self.step("1. an instance with a public address, in both families")
        self.vpc = self.make_vpc("10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")
        [found] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        block = self.sixty_four(found["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"], 0)
        gateway = self.attach_gateway(self.vpc)
        main = self.main_table(self.vpc)
        self.route(main, "0.0.0.0/0", "--gateway-id", gateway)
        self.route(main, "::/0", "--gateway-id", gateway)
        subnet = self.subnet(self.vpc, "10.0.0.0/24", "a", None, "--ipv6-cidr-block", block)
        group = self.default_group(self.vpc)
        self.web = self.launch("web", subnet, group, "--associate-public-ip-address", "--ipv6-address-count", "1")
        self.wait_running(self.web)
        self.booted(self.web)
        described = self.describe(self.web)
        self.address = described["PublicIpAddress"]
        self.address_v6 = described["NetworkInterfaces"][0]["Ipv6Addresses"][0]["Ipv6Address"]

    def listed(self):
        self.step("2. `hamlet internet` and `hamlet status` tell which hosts are the user's own")
        told = json.loads(self.hamlet.hamlet("internet", "--json").out)
        own = {name: host for host in told["hosts"] if host["added"] for name in host["names"]}
        self.sees(
            sorted(own), ["api.partner.example", "github.com", "mirror.example", "partner.example", "shop.example"]
        )
        self.sees(own["shop.example"]["answers"][0], f"http forward 127.0.0.1:{self.shop.server_port}")
        self.sees(own["partner.example"]["addresses"], [PARTNER, PARTNER_V6])
        self.sees((told["status"]["added"], told["status"]["mood"]), (4, "quiet"))
        self.holds("4 of them yours" in self.hamlet.hamlet("status").out, "status")
        self.holds("shop.example" in self.hamlet.hamlet("internet").out, "for people")

    def get(self, *words):
        got = self.inside("web", "curl", "-sS", "-m", "8", *words)
        self.sees(got.code, 0, got)
        return got.out

    def pages(self):
        self.step(
            "3. a file, a redirect, an echo, a server of the user's machine, over TLS, too; a name that was there"
        )
        self.sees(self.get("https://partner.example/"), PAGE)
        self.sees(self.get("-L", "http://api.partner.example/x"), PAGE)
        self.sees(self.get("-6", "https://partner.example/"), PAGE)
        echoed = self.get("-d", "a=b", "-H", "X-Own: yes", "http://mirror.example/p?q=1")
        self.holds(echoed.startswith("POST /p?q=1 HTTP/1.1\n") and echoed.endswith("\n\na=b"), echoed)
        self.holds("x-own: yes\n" in echoed, echoed)
        for scheme in ("http", "https"):
            self.sees(self.get(f"{scheme}://shop.example/cart"), "the shop, asked for /cart at shop.example")
        self.sees(self.get("http://shop.example:5432/"), "the shop, asked for / at shop.example:5432")
        self.holds("simulated internet" in self.get("https://github.com/"), "github.com is ours")
        self.sees(self.trace("web", "shop.example", "tcp/5432")["reachable"], True)

    def ports(self):
        self.step("4. what is said is said back, over TCP and UDP, in both families")
        for protocol in ("tcp", "udp"):
            for address in (PARTNER, PARTNER_V6):
                said = self.inside("web", "python3", "-c", SAY, protocol, address)
                self.sees(said.out, "hello\n", f"{protocol} {address}: {said}")

    def names(self):
        self.step("5. names, aliases, records, and the way back; inside and outside")
        ask = lambda *words: self.inside("web", "dig", "+short", "+time=3", *words).out.split("\n")[:-1]
        self.sees(ask("partner.example", "A"), [PARTNER])
        self.sees(ask("api.partner.example", "AAAA"), ["partner.example.", PARTNER_V6])
        self.sees(ask("partner.example", "MX"), ["10 mail.partner.example."])
        self.sees(ask("@8.8.8.8", "partner.example", "TXT"), ['"v=spf1 -all"'])
        self.sees(ask("-x", PARTNER), ["partner.example."])
        self.sees(ask("github.com", "A"), ["203.0.113.83"])
        self.sees(self.laptop("dig", "+short", "shop.example").out.strip(), "203.0.113.81")

    def lively(self):
        self.step("6. lively: strangers knock in both families, and the group refuses them; quiet: they stop")
        flows = lambda: [
            it
            for it in map(json.loads, self.hamlet.hamlet("flows", "--json", "reject").out.splitlines())
            if it["source"]["name"] == "scanner.example.net"
        ]
        self.sees(flows(), [])
        self.holds("lively" in self.hamlet.hamlet("internet", "lively").out, "it is said")
        wait_for(
            "knocks of both families",
            lambda: {":" in it["source"]["address"] for it in flows()} == {True, False},
            90,
            1,
        )
        seen = flows()
        self.sees({it["reason"] for it in seen}, {"security-group-ingress"})
        self.sees({it["sent_to"] for it in seen}, {self.address, self.address_v6})
        self.sees({it["packets"] for it in seen}, {1}, "one packet each")
        self.hamlet.hamlet("internet", "quiet")
        time.sleep(1)
        before = json.loads(self.hamlet.hamlet("internet", "--json").out)["status"]["knocks"]
        self.holds(before >= len(seen), before)
        time.sleep(12)
        self.sees(
            json.loads(self.hamlet.hamlet("internet", "--json").out)["status"]["knocks"], before, "when it is quiet"
        )

    def faults(self):
        self.step("7. what is wrong with a file is said with its line, and nothing starts; the API is led to by none")
        for table, told in (
            ("host a.example\n  address 10.0.0.1\n", "line 2: 10.0.0.1 is no public address"),
            ("host a.example\n  address 203.0.113.9\n  http forward 192.168.1.1:80\n", "line 3: 192.168.1.1:80: only"),
            ("host a.example\n  address 203.0.113.9\n  http file gone.html\n", "line 3: "),
        ):
            self.refuses(table, told)
        with socket.socket() as it:
            it.bind(("127.0.0.1", 0))
            port = it.getsockname()[1]
        api = f"host a.example\n  address 203.0.113.9\n  tcp 80{port % 10} forward 127.0.0.1:{port}\n"
        self.refuses(api, "which is Hamlet's own API", "--listen", f"127.0.0.1:{port}")

    def refuses(self, table, told, *options):
        path = self.user.stage / "wrong.txt"
        path.write_text(table)
        other = harness.Hamlet(self.user, "--internet", str(path), *options, wait=False)
        ended = other.hamlet("up", *(options or ("--listen", "127.0.0.1:0")), "--internet", str(path), check=False)
        self.holds(ended.code == 1 and told in ended.err, ended)


if __name__ == "__main__":
    harness.run(OwnInternet)
