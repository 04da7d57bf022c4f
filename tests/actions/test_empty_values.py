"""An empty value of a parameter of EC2 is none: a request is answered with it as without it."""

import itertools
import re
import unittest

import hamlet
import members
import story
import wire
from test_parameters import wire_key

PLAIN = ("string", "integer", "long", "boolean", "timestamp", "double", "float", "blob")
# Empty text in a request: a tag's value may be it, and is told by the list.
MAY_BE_EMPTY = members.listed("empty_values")
# What was sent with a token has been answered, and is another request with one more parameter.
TOKEN = "ClientToken"


def plain_members(shape, form, at="", inside=()):
    """Keys of plain members at the top of a request, in structures, and in members of lists that the form has."""
    for name, member in shape.members.items():
        key = at + wire_key(member, name)
        kept = (members.structure(shape), name) in MAY_BE_EMPTY
        if member.type_name in PLAIN and not kept:
            yield key
        elif member.type_name == "structure" and member.name not in inside:
            yield from plain_members(member, form, f"{key}.", (*inside, member.name))
        elif member.type_name == "list" and member.member.type_name == "structure" and f"{key}.1" in parents(form):
            yield from plain_members(member.member, form, f"{key}.1.", inside)


def parents(form):
    return {key[:at] for key in form for at in range(len(key)) if key[at] == "."}


class EmptyValues(unittest.TestCase):
    # Each change is asked for by an account that changed nothing before.
    accounts = itertools.count(800_000_000_000)
    account = "800000000000"

    @classmethod
    def setUpClass(cls):
        cls.hamlet = story.told().hamlet
        cls.sent = story.finished().recorder.sent

    def outcome(self, name, form):
        if not name.startswith(("Describe", "Get", "Search")):
            self.account = str(next(self.accounts))
        answer = wire.signed(self.hamlet, "ec2", name, form, key=(self.account, "none"))
        return answer.status, answer.code, re.sub("-[0-9a-f]{17}", "-…", answer.message or "")

    def test_a_request_is_answered_with_an_empty_value_as_without_it(self):
        for row in hamlet.rows():
            shape = hamlet.model("ec2").operation_model(row["name"]).input_shape if row["service"] == "ec2" else None
            if not shape:
                continue
            sent = self.sent["ec2", row["name"]]
            good = {key: value for key, value in sent.items() if key not in ("Action", "Version", TOKEN)}
            expected = self.outcome(row["name"], good)
            for key in plain_members(shape, good):
                if key in good:
                    continue
                with self.subTest(f"{row['name']} {key}"):
                    self.assertEqual(expected, self.outcome(row["name"], {**good, key: ""}))

    def test_an_empty_value_of_a_parameter_that_must_be_there_is_missing(self):
        for row in hamlet.rows():
            shape = hamlet.model("ec2").operation_model(row["name"]).input_shape if row["service"] == "ec2" else None
            for name in shape.required_members if shape else ():
                if shape.members[name].type_name not in PLAIN:
                    continue
                key = wire_key(shape.members[name], name)
                with self.subTest(f"{row['name']} {key}"):
                    expected = f"The request must contain the parameter {key[:1].lower()}{key[1:]}"
                    answer = self.outcome(row["name"], {**self.sent["ec2", row["name"]], key: ""})
                    self.assertEqual((400, "MissingParameter", expected), answer)
