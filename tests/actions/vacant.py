"""The lists of what answers that there are none, and calls of any service by botocore's own serializers and parsers."""

import json
import pathlib

import botocore.auth
import botocore.loaders
import botocore.parsers
import botocore.serialize
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.credentials import Credentials
from botocore.model import ServiceModel

import hamlet
import wire

LISTS = pathlib.Path(__file__).resolve().parents[2] / "xtask/vacant"
ALWAYS = "always"
NOT_YET = "not yet"
DEPTH_MAX = 6
# What must be there and is not an example of its shape.
NEEDED = {
    "SearchTransitGatewayRoutes": {"Filters": [{"Name": "state", "Values": ["active"]}]},
}

_loader = botocore.loaders.Loader()


class Operation:
    """An operation of a list: what it answers beside empty lists, and what parameters do."""

    def __init__(self, service, name):
        self.service = service
        self.name = name
        self.answer = {}
        self.named = {}
        self.refused = []

    def learn(self, line):
        if line.startswith("= "):
            self.answer = json.loads(line[2:])
            return
        parameter, _, rule = line.partition(": ")
        if rule == NOT_YET:
            self.refused.append(parameter)
        else:
            code, _, sentence = rule.partition(" ")
            self.named[parameter] = (code, sentence)


def operations():
    """Every operation of every list."""
    for path in sorted(LISTS.glob("*.txt")):
        found = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith(" "):
                found[-1].learn(line.strip())
            else:
                found.append(Operation(path.stem, line.strip()))
        yield from found


def services():
    """The services that have a list."""
    return {path.stem for path in LISTS.glob("*.txt")}


def model(service, protocol=None):
    """botocore's model of a service, in one of its protocols."""
    described = _loader.load_service_model(service, "service-2")
    if protocol:
        metadata = {**described["metadata"], "protocol": protocol, "protocols": [protocol]}
        described = {**described, "metadata": metadata}
    return ServiceModel(described, service)


def every_service():
    """The names of all services that AWS has."""
    return set(_loader.list_available_services("service-2"))


def call(server, service_model, name, more=None, change=None):
    """Status of an operation, and its answer as botocore reads it."""
    operation = service_model.operation_model(name)
    protocol = service_model.metadata["protocol"]
    needed = {**(example(operation.input_shape) if operation.input_shape else {}), **NEEDED.get(name, {})}
    parameters = {**needed, **(more or {})}
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    described = serializer.serialize_to_request(parameters, operation)
    if change:
        change(described)
    prepare_request_dict(described, server.url, context={"is_presign_request": False})
    request = create_request_object(described)
    if operation.auth_type not in ("none", "bearer") and service_model.signature_version != "bearer":
        credentials = Credentials(*server.key)
        botocore.auth.SigV4Auth(credentials, service_model.signing_name, hamlet.REGION).add_auth(request)
    sent = request.prepare()
    path = "/" + sent.url.split("/", 3)[3]
    body = sent.body if isinstance(sent.body, (bytes, str, type(None))) else sent.body.read()
    answer = wire.send(server, sent.method, path, body, dict(sent.headers.items()))
    heard = {"status_code": answer.status, "headers": answer.headers, "body": answer.body, "context": {}}
    return answer.status, botocore.parsers.create_parser(protocol).parse(heard, operation.output_shape)


def example(shape, depth=0):
    """A value of a shape with what must be there."""
    kind = shape.type_name
    if kind == "structure":
        members = ((name, shape.members[name]) for name in shape.required_members)
        return {name: example(member, depth + 1) for name, member in members}
    if kind == "list":
        return [example(shape.member, depth + 1)] if depth < DEPTH_MAX else []
    if kind == "string":
        return shape.enum[0] if shape.enum else "x"
    if kind in ("integer", "long"):
        return shape.metadata.get("min", 1)
    if kind == "timestamp":
        return "2026-01-01T00:00:00Z"
    return {"map": {}, "blob": b"x", "boolean": True}.get(kind, 1.0)
