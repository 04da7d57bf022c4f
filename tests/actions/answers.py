"""Looks at every good answer as it came over the wire, and says what a client would lose of it.

A client ignores elements that its model does not know, so a misspelt one is lost in silence. Here the raw body is
walked against the output shape of botocore's model: unknown or repeated elements, and leaves that do not parse, are
findings.
"""

import base64
import binascii
import copy
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

from rest import Rest

# What AWS sends though its model does not list it: facts of the recorded API, not of this program.
BEYOND_THE_ENUM = {
    # "The wire value is `available`, although the enum shared with other types says attaching, attached."
    ("AttachmentStatus", "available"),
    ("NetworkInterfaceType", "nat_gateway"),
    ("NetworkInterfaceType", "ec2_instance_connect_endpoint"),
    # "This data type can only have a value of Policy" (AttachedPermissionsBoundary).
    ("PermissionsBoundaryAttachmentType", "Policy"),
    # The API Reference's examples of SimulatePrincipalPolicy, and answers that people published.
    ("PolicySourceType", "IAM Policy"),
    ("PolicySourceType", "Resource Policy"),
    # "Response Status `pending` then `available`."
    ("NetworkInterfaceStatus", "pending"),
}

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


class Recorder:
    """What was sent and answered, by action."""

    def __init__(self):
        self.sent = {}
        # The same as the caller of boto3 said it.
        self.asked = {}
        self.lost = {}
        self.elements = {}
        self.lists = {}
        self.calls = 0

    def watch(self, client):
        events, service = client.meta.events, client.meta.service_model
        name = service.service_id.hyphenize()
        events.register(f"before-parameter-build.{name}", self._asked)
        events.register(f"before-call.{name}", self._before)
        events.register(f"response-received.{name}", lambda **event: self._after(service, **event))

    def _asked(self, params, context, **_):
        context["hamlet_asked"] = copy.deepcopy(params)

    def _before(self, model, params, context, **_):
        self.calls += 1
        body = params["body"]
        context["hamlet_sent"] = dict(body) if isinstance(body, dict) else body
        if model.service_model.resolved_protocol in ("rest-xml", "rest-json"):
            url = urllib.parse.urlsplit(params["url"])
            path = url.path + (f"?{url.query}" if url.query else "")
            context["hamlet_sent"] = Rest(params["method"], path, body or b"")

    def _after(self, service, response_dict, context, **_):
        if response_dict is None or response_dict["status_code"] not in (200, 201):
            return
        name = response_dict["context"]["operation_name"]
        key = (service.service_name, name)
        self.sent.setdefault(key, context["hamlet_sent"])
        self.asked.setdefault(key, context["hamlet_asked"])
        walk = Walk(service.operation_model(name))
        if walk.operation.has_event_stream_output:
            # Events come as long as they are read: tests/clients/live_tail.py.
            self.lost.setdefault(key, {})
            return
        walk.body(service.resolved_protocol, response_dict["body"])
        self.elements.setdefault(key, set()).update(walk.seen)
        self.lists.setdefault(key, set()).update(walk.lists)
        self.lost.setdefault(key, {}).update(dict.fromkeys(walk.findings))


EVERYTHING = Recorder()


class Walk:
    """One body against one output shape."""

    def __init__(self, operation):
        self.operation = operation
        self.findings = []
        self.seen = set()
        # Of each structure: its name, a list in it, and whether that was absent, empty or neither.
        self.lists = set()

    def body(self, protocol, body):
        if protocol in ("json", "rest-json"):
            shape = self.operation.output_shape
            # "An empty JSON object", where there is nothing to say (AWS JSON 1.0 protocol, Smithy).
            nothing = b"{}" if protocol == "json" else b""
            return self._json(json.loads(body), shape, "") if shape else self._is(body, nothing, "the body")
        root = ElementTree.fromstring(body)
        self._is(_name(root), f"{self.operation.name}Response", "the root element")
        if protocol == "query":
            children = {_name(child): child for child in root}
            self._is(set(children), {f"{self.operation.name}Result", "ResponseMetadata"}, "the envelope")
            root = children[f"{self.operation.name}Result"]
            return self._structure(root, self.operation.output_shape, "", ())
        shape = self.operation.output_shape
        if protocol == "rest-xml":
            return self._structure(root, shape, "", ())
        # "Returns true if the request succeeds": EC2 says so even where the model has no output at all.
        envelope = ("requestId",) if shape else ("requestId", "return")
        return self._structure(root, shape, "", envelope)

    def _is(self, found, wanted, what):
        if found != wanted:
            self.findings.append(f"{what} is {found}, not {wanted}")

    def _structure(self, element, shape, at, envelope):
        members = {_wire_name(name, member): member for name, member in shape.members.items()} if shape else {}
        seen = set()
        for child in element:
            name = _name(child)
            where = f"{at}.{name}" if at else name
            if name in envelope:
                envelope = tuple(other for other in envelope if other != name)
                continue
            member = members.get(name)
            if member is None:
                self.findings.append(f"{where} is not in the model")
                continue
            if name in seen and not member.serialization.get("flattened"):
                self.findings.append(f"{where} is there twice")
            seen.add(name)
            self.seen.add(where)
            self._value(child, member, where)
        self._lists(element, shape, members)
        if (element.text or "").strip():
            self.findings.append(f"{at} has text {element.text.strip()!r}, but is a structure")
        for name in envelope:
            self.findings.append(f"{name} is missing")

    def _lists(self, element, shape, members):
        lengths = {_name(child): len(child) for child in element}
        for wire_name, member in members.items():
            if member.type_name == "list" and not member.serialization.get("flattened"):
                name = next(name for name, other in shape.members.items() if other is member)
                length = lengths.get(wire_name)
                how = "absent" if length is None else "full" if length else "empty"
                self.lists.add((shape.name, name, how))

    def _value(self, element, shape, at):
        if shape.type_name == "structure":
            return self._structure(element, shape, at, ())
        if shape.type_name == "list":
            return self._list(element, shape, at)
        if shape.type_name == "map":
            return self._map(element, shape, at)
        if len(element):
            self.findings.append(f"{at} has children, but is a {shape.type_name}")
        self._leaf(element.text or "", shape, at)

    def _map(self, element, shape, at):
        for entry in element:
            if _name(entry) != "entry" or [_name(part) for part in entry] != ["key", "value"]:
                self.findings.append(f"{at}.{_name(entry)} is no entry")
                continue
            key, value = entry
            self._value(key, shape.key, f"{at}.key")
            self._value(value, shape.value, f"{at}[{key.text}]")

    def _list(self, element, shape, at):
        wanted = shape.member.serialization.get("name", "member")
        for child in element:
            if _name(child) != wanted:
                self.findings.append(f"{at}.{_name(child)} is in a list of {wanted}")
            self._value(child, shape.member, f"{at}[]")

    def _leaf(self, text, shape, at):
        kind = shape.type_name
        problem = {
            "string": lambda: self._enum(text, shape),
            "boolean": lambda: text not in ("true", "false"),
            "integer": lambda: not re.fullmatch(r"-?\d+", text) or abs(int(text)) >= 2**31,
            "long": lambda: not re.fullmatch(r"-?\d+", text) or abs(int(text)) >= 2**63,
            "timestamp": lambda: not TIMESTAMP.fullmatch(text),
            "float": lambda: not _is_number(text),
            "double": lambda: not _is_number(text),
            "blob": lambda: not _is_base64(text),
        }[kind]()
        if problem:
            self.findings.append(f"{at} is {text!r}, not a {kind}{f' of {shape.enum}' if kind == 'string' else ''}")

    @staticmethod
    def _enum(text, shape):
        # AWS itself answers platform in both cases.
        known = {value.lower() for value in shape.enum}
        return bool(known) and text.lower() not in known and (shape.name, text) not in BEYOND_THE_ENUM

    def _json(self, value, shape, at):
        kind = shape.type_name
        if kind == "structure":
            for name, inner in value.items():
                where = f"{at}.{name}" if at else name
                self.seen.add(where)
                if name not in shape.members:
                    self.findings.append(f"{where} is not in the model")
                else:
                    self._json(inner, shape.members[name], where)
            return
        if kind == "list":
            for inner in value:
                self._json(inner, shape.member, f"{at}[]")
            return
        if kind == "map":
            for inner in value.values():
                self._json(inner, shape.value, f"{at}{{}}")
            return
        python = {
            "string": str,
            "boolean": bool,
            "integer": int,
            "long": int,
            "timestamp": str if shape.serialization.get("timestampFormat") == "iso8601" else (int, float),
            "double": float,
        }[kind]
        if not isinstance(value, python) or (kind == "string" and self._enum(value, shape)):
            self.findings.append(f"{at} is {value!r}, not a {kind}")


def _wire_name(name, shape):
    # What botocore's parser reads: a flattened list goes by its members' name.
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        return shape.member.serialization.get("name", shape.serialization.get("name", name))
    return shape.serialization.get("name", name)


def _name(element):
    return element.tag.rpartition("}")[2]


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_base64(text):
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return True
