"""A small, fast client of the EC2 API: one connection kept open, no retries, nothing but the standard library."""

import datetime
import hashlib
import hmac
import http.client
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree


class Refused(Exception):
    """An AWS error."""

    def __init__(self, status, code, message, raw):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.raw = status, code, message, raw


# Seconds for which a connection is kept that says nothing. The server keeps it longer, but what tests do in between may
# take any time, and SDKs, too, ask on another where one was closed meanwhile.
IDLE_S = 3


class Client:
    """One connection, kept open."""

    def __init__(self, hamlet, region="us-west-2", key=None, secret=None):
        self.address = hamlet.address
        self.region = region
        self.key = key or hamlet.environment["AWS_ACCESS_KEY_ID"]
        self.secret = secret or hamlet.environment["AWS_SECRET_ACCESS_KEY"]
        self.connection = http.client.HTTPConnection(*self.address, timeout=30)
        self.used = time.monotonic()

    def ec2(self, action, **parameters):
        """An EC2 action; nested lists and dictionaries instead of XML."""
        form = urllib.parse.urlencode({"Action": action, "Version": "2016-11-15", **parameters})
        status, _, body = self.send("ec2", form.encode())
        tree = ElementTree.fromstring(body)
        if status != 200:
            error = tree.find(".//Error")
            raise Refused(status, error.findtext("Code"), error.findtext("Message"), body)
        return plain(tree)

    def all(self, action, member, **parameters):
        """Every item of a list that comes in pages."""
        items, token = [], None
        while True:
            page = self.ec2(action, **parameters, **({"NextToken": token} if token else {}))
            items += page.get(member) or []
            token = page.get("nextToken")
            if not token:
                return items

    def send(self, service, body, headers=(), method="POST", path="/", sign=True):
        """(status, headers, body) of a request signed as any SDK signs it."""
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        sent = {
            "host": f"{self.address[0]}:{self.address[1]}",
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "x-amz-date": now,
            **dict(headers),
        }
        if sign:
            sent["authorization"] = self.authorization(service, method, path, sent, body, now)
        if time.monotonic() - self.used > IDLE_S:
            # It opens another by itself.
            self.connection.close()
        self.connection.request(method, path, body, sent)
        answer = self.connection.getresponse()
        told = answer.status, answer.headers, answer.read()
        self.used = time.monotonic()
        return told

    def authorization(self, service, method, path, headers, body, now):
        scope = f"{now[:8]}/{self.region}/{service}/aws4_request"
        names = ";".join(sorted(headers))
        lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
        canonical = "\n".join([method, path, "", lines, names, hashlib.sha256(body).hexdigest()])
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret).encode()
        for part in (now[:8], self.region, service, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return f"AWS4-HMAC-SHA256 Credential={self.key}/{scope}, SignedHeaders={names}, Signature={signature}"


def plain(element):
    """Text, a dictionary, or a list where the children are `item`s."""
    children = list(element)
    if not children:
        return element.text or ""
    if all(tag(child) == "item" for child in children):
        return [plain(child) for child in children]
    return {tag(child): plain(child) for child in children}


def tag(element):
    return element.tag.rpartition("}")[2]
