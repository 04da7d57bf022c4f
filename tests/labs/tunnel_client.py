"""A client of EC2 Instance Connect Endpoints, signed by botocore as `aws ec2-instance-connect open-tunnel` signs.

That command of the AWS CLI's version 2 cannot be installed from PyPI, and insists on TLS at AWS's host names; what it
says after that is here. The one argument is JSON; what came of it is printed as JSON. Runs where botocore is.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys
from urllib.parse import urlencode, urlsplit

import botocore.session
from botocore.credentials import Credentials
from botocore.signers import RequestSigner

SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BINARY, CLOSE, PING, PONG = 2, 8, 9, 10


class Refused(Exception):
    """The answer was no WebSocket."""


def presigned(asked):
    """The URL, made as the AWS CLI makes it."""
    session = botocore.session.get_session()
    model = session.get_service_model("ec2-instance-connect")
    credentials = Credentials(asked["key"], asked["secret"])
    signer = RequestSigner(
        model.service_id,
        asked["region"],
        model.signing_name,
        model.signature_version,
        credentials,
        session.get_component("event_emitter"),
    )
    request = {
        "url": f"wss://{asked['host']}/openTunnel?{urlencode(asked['query'])}",
        "body": {},
        "headers": {"host": asked["host"]},
        "method": "GET",
        "query_string": "",
        "url_path": "/",
        "context": {},
    }
    return signer.generate_presigned_url(request_dict=request, operation_name="openTunnel", expires_in=60)


class Tunnel:
    """One WebSocket, as much of RFC 6455 as is needed."""

    def __init__(self, asked):
        url = urlsplit(presigned(asked))
        host, _, port = asked["api"].rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=90)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nUpgrade: websocket\r\nConnection: "
            "Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.bytes = b""
        while b"\r\n\r\n" not in self.bytes:
            self.more()
        head, _, self.bytes = self.bytes.partition(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        if " 101 " not in lines[0]:
            while len(self.bytes) < int(headers["content-length"]):
                self.more()
            raise Refused(int(lines[0].split()[1]), self.bytes.decode())
        expected = base64.b64encode(hashlib.sha1((key + SUFFIX).encode()).digest()).decode()
        assert headers["sec-websocket-accept"] == expected.lower(), headers

    def more(self):
        some = self.socket.recv(65536)
        if not some:
            raise EOFError("the connection ended without a closing frame")
        self.bytes += some

    def take(self, length):
        while len(self.bytes) < length:
            self.more()
        taken, self.bytes = self.bytes[:length], self.bytes[length:]
        return taken

    def send(self, opcode, payload):
        mask = os.urandom(4)
        length = (
            bytes([128 | len(payload)]) if len(payload) < 126 else bytes([128 | 126]) + struct.pack(">H", len(payload))
        )
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
        self.socket.sendall(bytes([128 | opcode]) + length + mask + masked)

    def receive(self):
        first, second = self.take(2)
        length = second & 127
        if length >= 126:
            length = int.from_bytes(self.take(2 if length == 126 else 8), "big")
        return first & 15, self.take(length)

    def until_closed(self):
        """What came, and the closing frame's code and reason."""
        received = b""
        while True:
            opcode, payload = self.receive()
            if opcode == BINARY:
                received += payload
            elif opcode == PING:
                self.send(PONG, payload)
            elif opcode == CLOSE:
                self.send(CLOSE, payload[:2])
                code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                return received, code, payload[2:].decode()


def main():
    asked = json.loads(sys.argv[1])
    tunnels = []
    try:
        for _ in range(asked.get("count", 1)):
            tunnels.append(Tunnel(asked))
            # Carries something, and so stands.
            tunnels[-1].first = tunnels[-1].receive() if asked.get("count") else None
    except Refused as refused:
        status, body = refused.args
        print(json.dumps({"open": len(tunnels), "status": status, "body": json.loads(body)}))
        return
    tunnel = tunnels[-1]
    for text in asked.get("send", []):
        tunnel.send(BINARY, text.encode())
    print(json.dumps({"open": len(tunnels)}), flush=True)
    received, code, reason = tunnel.until_closed()
    print(json.dumps({"received": received.decode(errors="replace"), "code": code, "reason": reason}))


main()
