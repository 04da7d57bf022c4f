"""What is wrong with parameters: unknown ones, missing ones, dry runs: good requests, spoiled in one place."""

import json
import re
import unittest

import botocore.serialize

import hamlet
import members
import story
import wire
from rest import Rest


class Parameters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.story = story.told()
        # The whole story's requests, since what tears down comes at its end. Identifiers do not matter: these requests
        # must be refused before anybody looks at what they name.
        cls.sent = story.finished().recorder.sent

    def send(self, row, parameters):
        answer = wire.signed(self.story.hamlet, row["service"], row["name"], parameters)
        self.assertIsNone(answer.problem)
        return answer

    def good(self, row):
        sent = self.sent[row["service"], row["name"]]
        if isinstance(sent, Rest):
            return sent
        if isinstance(sent, bytes):
            return json.loads(sent)
        # With the token of a request that was answered, anything else is a mismatch before it is anything else.
        return {key: value for key, value in sent.items() if key != "ClientToken"}

    def test_an_unknown_parameter(self):
        for row in hamlet.rows():
            with self.subTest(row["name"]):
                if hamlet.model(row["service"]).protocol in ("json", "rest-json"):
                    continue  # "Members nobody asks for are ignored."
                if hamlet.model(row["service"]).protocol == "rest-xml":
                    good = self.good(row)
                    answer = self.send(
                        row, good._replace(path=f"{good.path}{'&' if '?' in good.path else '?'}Colour=red")
                    )
                    self.assertEqual((400, "InvalidInput"), (answer.status, answer.code))
                    self.assertIn("Colour", answer.message)
                    continue
                answer = self.send(row, {**self.good(row), "Colour": "red"})
                told = (answer.status, answer.code, answer.message)
                self.assertEqual((400, "UnknownParameter", "The parameter Colour is not recognized"), told)

    def test_an_unknown_member_of_a_member(self):
        for row in hamlet.rows():
            if row["service"] != "ec2":
                continue
            for key in self.good(row):
                parent, dot, _ = key.rpartition(".")
                if not dot or key.rpartition(".")[2].isdigit():
                    continue  # `VpcId.1` is the member of a list, and has no members.
                with self.subTest(f"{row['name']} {parent}.Colour"):
                    answer = self.send(row, {**self.good(row), f"{parent}.Colour": "red"})
                    self.assertEqual(
                        ("UnknownParameter", f"The parameter {parent}.Colour is not recognized"),
                        (answer.code, answer.message),
                    )

    def test_each_required_member_missing(self):
        for row in hamlet.rows():
            operation = hamlet.model(row["service"]).operation_model(row["name"])
            for name in operation.input_shape.required_members if operation.input_shape else ():
                with self.subTest(f"{row['name']} {name}"):
                    self.without(row, operation.input_shape, name)

    def without_in_rest(self, row, good, member, name):
        key = member.serialization.get("name", name)
        if member.serialization.get("location") == "uri":
            return  # Another path is another operation, or none.
        if member.serialization.get("location") == "querystring":
            left = good._replace(path=re.sub(rf"([?&]){key}=[^&]*&?", r"\1", good.path).rstrip("?&"))
        elif hamlet.model(row["service"]).protocol == "rest-json":
            left = json.loads(good.body)
            del left[key]
            answer = self.send(row, good._replace(body=json.dumps(left).encode()))
            self.assertEqual((400, "ValidationException"), (answer.status, answer.code))
            self.assertIn(f"'{key[0].lower()}{key[1:]}'", answer.message)
            return
        else:
            left = good._replace(body=re.sub(rf"<{key}>.*?</{key}>".encode(), b"", good.body, count=1, flags=re.S))
        self.assertNotEqual(good, left, f"the good request has no {key}")
        answer = self.send(row, left)
        self.assertEqual((400, "InvalidInput"), (answer.status, answer.code))
        self.assertIn(f"'{key}'", answer.message)

    def without(self, row, shape, name):
        good = self.good(row)
        if isinstance(good, Rest):
            return self.without_in_rest(row, good, shape.members[name], name)
        if row["service"] != "ec2":
            left = {k: v for k, v in good.items() if k != name and not k.startswith(f"{name}.")}
            self.assertNotEqual(good, left, f"the good request has no {name}")
            answer = self.send(row, left)
            if row["service"] in ("cloudwatch", "sqs"):
                usual = f"MissingParameter: The request must contain the parameter {name}."
                expected = OF_THESE.get((row["name"], name), usual)
                self.assertEqual((400, expected), (answer.status, f"{answer.code}: {answer.message}"))
                return
            self.assertIn(answer.code, ("ValidationException", "InvalidArgsException", "ValidationError"))
            self.assertIn(f"{name[0].lower()}{name[1:]}".lower(), answer.message.lower())
            return
        key = wire_key(shape.members[name], name)
        left = {k: v for k, v in good.items() if k != key and not k.startswith(f"{key}.")}
        self.assertNotEqual(good, left, f"the good request has no {key}")
        answer = self.send(row, left)
        usual = f"MissingParameter: The request must contain the parameter {key[:1].lower()}{key[1:]}"
        expected = members.listed("missing").get((members.structure(shape), name), usual)
        self.assertEqual((400, expected), (answer.status, f"{answer.code}: {answer.message}"))

    def test_each_required_member_of_a_member_missing(self):
        for row in hamlet.rows():
            if row["service"] != "ec2":
                continue
            good = self.good(row)
            shape = hamlet.model("ec2").operation_model(row["name"]).input_shape
            for key in required_below(shape, good):
                with self.subTest(f"{row['name']} {key}"):
                    left = {k: v for k, v in good.items() if k != key and not k.startswith(f"{key}.")}
                    parent = key.rpartition(".")[0]
                    if not any(k.startswith(f"{parent}.") for k in left):
                        continue  # Its parent went with it.
                    answer = self.send(row, left)
                    self.assertEqual("MissingParameter", answer.code, answer)
                    self.assertIn(key.rpartition(".")[2].lower(), answer.message.lower())

    def test_a_dry_run_says_so_and_changes_nothing(self):
        before = self.story.snapshot()
        for row in hamlet.rows():
            if not row["dry_run"]:
                continue
            with self.subTest(row["name"]):
                answer = self.send(row, {**self.good(row), "DryRun": "true"})
                told = (answer.status, answer.code, answer.message)
                sentence = "Request would have succeeded, but DryRun flag is set."
                self.assertEqual((412, "DryRunOperation", sentence), told)
        self.assertEqual(before, self.story.snapshot())

    def test_every_parameter_of_the_model_is_known(self):
        """Each member of each request, filled from the model to its depths, is read or refused by its meaning."""
        serializer = botocore.serialize.create_serializer("ec2", include_validation=False)
        for row in hamlet.rows():
            operation = hamlet.model(row["service"]).operation_model(row["name"])
            if row["service"] != "ec2" or not operation.input_shape:
                continue
            for name, member in operation.input_shape.members.items():
                with self.subTest(f"{row['name']} {name}"):
                    form = serializer.serialize_to_request({name: sample(member)}, operation)["body"]
                    key = wire_key(member, name)
                    others = {k: v for k, v in self.good(row).items() if k != key and not k.startswith(f"{key}.")}
                    answer = self.send(
                        row, {**others, **form, "DryRun": "true"} if row["dry_run"] else {**others, **form}
                    )
                    self.assertNotEqual("UnknownParameter", answer.code, answer)
                    self.assertLess(answer.status, 502)
                    self.assertNotEqual(500, answer.status, answer)

    def test_an_empty_request_is_answered_or_refused_in_words(self):
        before = self.story.snapshot()
        for row in hamlet.rows():
            if row["name"] in MAKES_SOMETHING_OF_NOTHING:
                continue
            with self.subTest(row["name"]):
                answer = self.send(row, {})
                self.assertLess(answer.status, 500, answer)
        self.assertEqual(before, self.story.snapshot())

    def test_values_of_the_wrong_kind(self):
        """A word where a number, a truth value, a time or Base64 belongs is refused by the parameter's name."""
        for row in hamlet.rows():
            if row["service"] != "ec2":
                continue
            shape = hamlet.model("ec2").operation_model(row["name"]).input_shape
            for name, member in (shape.members if shape else {}).items():
                if member.type_name not in ("integer", "boolean", "long", "timestamp", "blob", "double"):
                    continue
                key = wire_key(member, name)
                with self.subTest(f"{row['name']} {key}"):
                    answer = self.send(row, {**self.good(row), key: "*wrong*"})
                    self.assertEqual(400, answer.status, answer)
                    # A parameter of AWS that Hamlet lacks would be refused under its own code.
                    self.assertEqual("InvalidParameterValue", answer.code, answer)
                    self.assertIn(key.lower(), answer.message.lower())


# What Amazon SQS says otherwise of what is missing: to it a batch without entries and one with none are the same.
OF_THESE = {
    (name, "Entries"): f"EmptyBatchRequest: There should be at least one {name}RequestEntry in the request."
    for name in ("SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch")
} | {("GetMetricData", "MetricDataQueries"): "ValidationError: The parameter MetricDataQueries is required."}
MAKES_SOMETHING_OF_NOTHING = {"CreateInternetGateway", "AllocateAddress", "CreateDefaultVpc"}


def sample(shape, inside=()):
    """A value of a shape with every member it can have."""
    kind = shape.type_name
    if kind == "structure":
        if shape.name in inside:
            return {}
        return {name: sample(member, (*inside, shape.name)) for name, member in shape.members.items()}
    if kind == "list":
        return [sample(shape.member, inside)]
    if kind == "map":
        return {"text": sample(shape.value, inside)}
    return {
        "string": lambda: (shape.enum or ["text"])[0],
        "boolean": lambda: True,
        "integer": lambda: 7,
        "long": lambda: 7,
        "double": lambda: 0.5,
        "float": lambda: 0.5,
        "timestamp": lambda: "2026-01-01T00:00:00Z",
        "blob": lambda: b"blob",
    }[kind]()


def wire_key(shape, name):
    """The form key of a member, as the EC2 protocol says."""
    said = shape.serialization.get("queryName")
    if said:
        return said
    located = shape.serialization.get("name", name)
    return located[:1].upper() + located[1:]


def required_below(shape, form, at=""):
    """Keys in a form that the model requires somewhere below the top."""
    if shape is None:
        return
    if shape.type_name == "list":
        for number in sorted({k[len(at) :].partition(".")[0] for k in form if k.startswith(at)}):
            if number.isdigit():
                yield from required_below(shape.member, form, f"{at}{number}.")
        return
    if shape.type_name != "structure":
        return
    for name, member in shape.members.items():
        key = at + wire_key(member, name)
        present = [k for k in form if k == key or k.startswith(f"{key}.")]
        if not present:
            continue
        if at and name in shape.required_members:
            yield key
        yield from required_below(member, form, f"{key}.")
