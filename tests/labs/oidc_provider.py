"""An OpenID Connect provider of one's own on this machine: keys of openssl's, tokens, and the two documents by which
its keys are found."""

import base64
import http.server
import json
import pathlib
import subprocess
import tempfile
import threading
import time

# Hash, and the bytes of a coordinate of the curve, by algorithm.
ALGORITHMS = {
    "RS256": ("sha256", None),
    "RS384": ("sha384", None),
    "RS512": ("sha512", None),
    "ES256": ("sha256", 32),
    "ES384": ("sha384", 48),
    "ES512": ("sha512", 66),
}
CURVES = {32: "P-256", 48: "P-384", 66: "P-521"}


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def of_json(value):
    return encoded(json.dumps(value, separators=(",", ":")).encode())


class Key:
    """A key that signs tokens."""

    def __init__(self, algorithm, key_id):
        self.algorithm, self.id = algorithm, key_id
        self.hash, self.size = ALGORITHMS[algorithm]
        kind = (
            ["EC", "-pkeyopt", f"ec_paramgen_curve:{CURVES[self.size]}"]
            if self.size
            else ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
        )
        self.pem = _openssl("genpkey", "-algorithm", *kind)

    def public(self):
        """As a set of keys has it (RFC 7517)."""
        common = {"kid": self.id, "use": "sig", "alg": self.algorithm}
        der = _openssl("pkey", "-pubout", "-outform", "DER", given=self.pem)
        if self.size:
            point = der[-2 * self.size :]
            x, y = point[: self.size], point[self.size :]
            return {"kty": "EC", "crv": CURVES[self.size], "x": encoded(x), "y": encoded(y), **common}
        told = _openssl("rsa", "-noout", "-modulus", given=self.pem).decode()
        modulus = bytes.fromhex(told.strip().partition("=")[2])
        return {"kty": "RSA", "n": encoded(modulus), "e": encoded((65537).to_bytes(3, "big")), **common}

    def token(self, claims, **header):
        """A token that says so (RFC 7515)."""
        text = of_json({"alg": self.algorithm, "kid": self.id, "typ": "JWT", **header}) + "." + of_json(claims)
        return f"{text}.{encoded(self.signature(text.encode()))}"

    def signature(self, text):
        with tempfile.NamedTemporaryFile() as key:
            key.write(self.pem)
            key.flush()
            signed = _openssl("dgst", f"-{self.hash}", "-sign", key.name, given=text)
        return _two_numbers(signed, self.size) if self.size else signed


class Provider:
    """Listens on this machine, calls itself `issuer`, and answers where its keys are."""

    def __init__(self, issuer, key):
        self.issuer, self.keys = issuer, [key]
        self.asked = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.asked.append(self.path)
                answer = provider.answer(self.path)
                self.send_response(200 if answer else 404)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer or {}).encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, path):
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        if path == "/keys":
            return {"keys": [key.public() for key in self.keys]}
        return None

    def claims(self, subject, audience="sts.amazonaws.com", **more):
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + 600}
        return {**claims, **more}

    def token(self, subject, **more):
        return self.keys[-1].token(self.claims(subject, **more))

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def _openssl(*words, given=b""):
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout


def _two_numbers(der, size):
    """What openssl writes as a sequence of two integers, RFC 7518 has as two numbers of the curve's size."""
    at = 3 if der[1] & 0x80 else 2
    numbers = []
    for _ in range(2):
        length = der[at + 1]
        numbers.append(int.from_bytes(der[at + 2 : at + 2 + length], "big"))
        at += 2 + length
    return b"".join(number.to_bytes(size, "big") for number in numbers)


def write_file(path, keys):
    """The keys as a file."""
    pathlib.Path(path).write_text(json.dumps({"keys": [key.public() for key in keys]}))
