"""Signs requests with botocore and prints them as JSON lines, for signatures.rs.

usage: sign_with_botocore.py COUNT SEED
"""

import datetime
import json
import random
import sys
from urllib.parse import quote, urlsplit

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)


class Clock(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return NOW

    @classmethod
    def now(cls, tz=None):
        return NOW.replace(tzinfo=tz)


botocore.auth.datetime = type("fixed", (), {"datetime": Clock, "timedelta": datetime.timedelta})
if hasattr(botocore.auth, "get_current_datetime"):
    botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW


def text(draw, alphabet="aZ09 -_.~/+=&?%*'()!:,;\u00e9\u4e16"):
    return "".join(draw.choice(alphabet) for _ in range(draw.randrange(0, 12)))


def one(draw):
    service = draw.choice(["ec2", "sts", "ssm", "ec2-instance-connect"])
    region = draw.choice(["us-east-1", "eu-central-1"])
    token = draw.choice([None, "Fwo+/=" + text(draw, "abc123+/=")])
    credentials = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    path = "/" + "/".join(quote(text(draw).strip("/"), safe="~") for _ in range(draw.randrange(0, 3)))
    query = "&".join(
        quote(text(draw) or "k", safe="-_.~") + "=" + quote(text(draw), safe="-_.~")
        for _ in range(draw.randrange(0, 4))
    )
    url = f"http://localhost:4566{path}" + (f"?{query}" if query else "")
    presigned = draw.random() < 0.4
    method = "GET" if presigned else draw.choice(["GET", "POST"])
    body = text(draw).encode() if method == "POST" else b""
    headers = {"X-Custom": "  a   b  " + text(draw, "ab ")}
    request = AWSRequest(method=method, url=url, headers=headers, data=body)
    if presigned:
        signer = botocore.auth.SigV4QueryAuth(credentials, service, region, expires=600)
    else:
        signer = botocore.auth.SigV4Auth(credentials, service, region)
    signer.add_auth(request)
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    sent = [(name, value.decode() if isinstance(value, bytes) else value) for name, value in prepared.headers.items()]
    sent.append(("Host", "localhost:4566"))
    return {
        "method": method,
        "path": parts.path,
        "query": parts.query,
        "headers": sent,
        "body": body.decode(),
        "token": token,
        "service": service,
        "region": region,
    }


draw = random.Random(int(sys.argv[2]))
for _ in range(int(sys.argv[1])):
    print(json.dumps(one(draw)))
