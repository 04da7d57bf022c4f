"""The client's side of shapes.rs, played by botocore.

usage: botocore_shapes.py requests OPERATION...   forms with every member set, as JSON lines
       botocore_shapes.py answers < JSON lines    answers parsed, as JSON lines
"""

import datetime
import json
import sys

import botocore.session
from botocore import parsers, serialize

session = botocore.session.get_session()
model = session.get_service_model("ec2", api_version="2016-11-15")


def filled(shape, above=()):
    kind = shape.type_name
    if kind == "structure":
        inside = (*above, shape.name)
        return {name: filled(member, inside) for name, member in shape.members.items() if member.name not in inside}
    if kind == "list":
        return [filled(shape.member, above), filled(shape.member, above)]
    if kind == "blob":
        return b"hi"
    if kind == "timestamp":
        return datetime.datetime(2024, 9, 24, 23, 19, 46)
    return {"boolean": True, "integer": 7, "long": 1 << 40, "float": 1.5, "double": 1.5}.get(kind, "x & y")


def requests(names):
    serializer = serialize.create_serializer("ec2", include_validation=False)
    for name in names:
        if name not in model.operation_names:
            continue
        operation = model.operation_model(name)
        values = filled(operation.input_shape) if operation.input_shape else {}
        body = serializer.serialize_to_request(values, operation)["body"]
        # The keys and values of the form, as the client would send them.
        print(json.dumps({"operation": name, "form": body}))


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(type(value))


def answers():
    for line in sys.stdin:
        answer = json.loads(line)
        operation = model.operation_model(answer["operation"])
        response = {"headers": {}, "status_code": answer["status"], "body": answer["body"].encode()}
        parsed = parsers.create_parser("ec2").parse(response, operation.output_shape)
        print(json.dumps(parsed, default=plain))


if sys.argv[1] == "requests":
    requests(sys.argv[2:])
else:
    answers()
