"""Requests below boto3: any body, signed with any key at any time, or not signed at all; and answers as they came.

Here is also what an AWS-shaped error is, for each protocol.
"""

import datetime
import http.client
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from hamlet import BOTOCORE, REGION, model
from rest import Rest

SECONDS_MAX = 20
FORM = "application/x-www-form-urlencoded; charset=utf-8"
# What actions and exceptions of Amazon SQS and CloudWatch are called in JSON, which once spoke the query protocol.
NAMESPACES = {"AmazonSQS": "com.amazonaws.sqs#", "GraniteServiceVersion20100801": "com.amazonaws.cloudwatch#"}
EVENTS = "application/vnd.amazon.eventstream"
JSON_OF_THESE = "application/x-amz-json-1.0"


class Answer:
    """Status and body; for an error also its code and message.

    An error in JSON of a service that once spoke the query protocol has, besides, the code that it had there, and whose
    fault it was: `code_of_before`. Its `code` is without the namespace.
    """

    def __init__(self, status, headers, body, namespace=None):
        self.status, self.headers, self.body = status, headers, body
        self.code = self.message = self.code_of_before = None
        self.problem = None
        self.namespace = namespace
        if status >= 300:
            self.problem = self._read_error()

    def __repr__(self):
        return f"{self.status} {self.code}: {self.message}" if self.code else f"{self.status} {self.body[:300]!r}"

    def _read_error(self):
        """Reads the error; says what is not as clients expect it."""
        kind = self.headers.get("content-type", "")
        try:
            if "json" in kind:
                told = json.loads(self.body)
                self.code, self.message = told["__type"], told.get("message", "")
                return self._read_error_of_before(kind) if self.namespace else None
            root = ElementTree.fromstring(self.body)
        except (ValueError, KeyError, ElementTree.ParseError) as trouble:
            return f"not an error of AWS: {trouble}: {self.body[:200]!r}"
        plain = ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", self.body))
        error = plain.find("Errors/Error") if root.tag == "Response" else plain.find("Error")
        request = plain.find("RequestID") if root.tag == "Response" else plain.find("RequestId")
        if error is None or request is None or not request.text:
            return f"neither an EC2 nor a query error: {self.body[:200]!r}"
        self.code, self.message = error.findtext("Code"), error.findtext("Message")
        return None if self.code else "the error has no code"

    def _read_error_of_before(self, kind):
        """As Smithy's trait awsQueryCompatible has errors of what once spoke the query protocol."""
        if kind != JSON_OF_THESE or not self.code.startswith(self.namespace):
            return f"not an error of {self.namespace} {kind} {self.body[:200]!r}"
        self.code = self.code.removeprefix(self.namespace)
        self.code_of_before = self.headers.get("x-amzn-query-error", "")
        fault = "Sender" if self.status < 500 else "Receiver"
        if not re.fullmatch(rf"[A-Za-z.]+;{fault}", self.code_of_before):
            return f"the code of before is {self.code_of_before!r}"
        return None


def send(hamlet, method="POST", path="/", body=b"", headers=None):
    """One HTTP request as it is."""
    connection = http.client.HTTPConnection(hamlet.host, hamlet.port, timeout=SECONDS_MAX)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        # Events have no end: what is read of them is that they begin.
        body = response.read(1) if response.getheader("content-type") == EVENTS else response.read()
        namespace = NAMESPACES.get(str((headers or {}).get("x-amz-target")).partition(".")[0])
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, body, namespace)
    finally:
        connection.close()


def headers_for(service, operation):
    described = model(service)
    if described.protocol == "rest-xml":
        return {"content-type": "application/xml"}
    if described.protocol == "rest-json":
        return {"content-type": "application/json"}
    if described.protocol != "json":
        return {"content-type": FORM}
    target = f"{described.metadata['targetPrefix']}.{operation}"
    return {"content-type": f"application/x-amz-json-{described.metadata['jsonVersion']}", "x-amz-target": target}


def encoded(service, operation, parameters):
    """The body for parameters: a form for EC2 and STS, JSON for the others. REST requests have theirs."""
    if isinstance(parameters, Rest):
        return parameters.body
    if isinstance(parameters, (bytes, bytearray)):
        return bytes(parameters)
    described = model(service)
    if described.protocol in ("json", "rest-json"):
        return json.dumps(parameters).encode()
    form = {"Action": operation, "Version": described.api_version, **parameters}
    return urllib.parse.urlencode(form).encode()


def signed(hamlet, service, operation, parameters, key=None, region=REGION, seconds_off=0, headers=None, spoil=None):
    """A request with a signature; `spoil` may change its headers after signing."""
    body = encoded(service, operation, parameters)
    method, path = target(parameters)
    request = AWSRequest(method, hamlet.url + path, {**headers_for(service, operation), **(headers or {})}, body)
    signer = botocore.auth.SigV4Auth(Credentials(*(key or hamlet.key)), signing_name(service), region)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds_off)
    with _clock_says(now):
        signer.add_auth(request)
    sent = dict(request.headers.items())
    if spoil:
        spoil(sent)
    return send(hamlet, method, path, body, sent)


def signing_name(service):
    """What requests to a service are signed for, which may be nobody's: tests ask for such ones, too."""
    return {botocore: signed for signed, botocore in BOTOCORE.items()}.get(service, service)


def target(parameters):
    """Method and path."""
    return (parameters.method, parameters.path) if isinstance(parameters, Rest) else ("POST", "/")


def unsigned(hamlet, service, operation, parameters):
    """A request without signature. Host and target tell the service, as they do at AWS."""
    headers = {**headers_for(service, operation), "host": f"{signing_name(service)}.{REGION}.amazonaws.com"}
    return send(hamlet, *target(parameters), encoded(service, operation, parameters), headers)


def _clock_says(now):
    return mock.patch.object(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: now.replace(tzinfo=None))
