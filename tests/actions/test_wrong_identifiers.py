"""Identifiers of the wrong kind, of nothing, and of somebody else: each action is asked for each of them.

The table is the walk of all actions: each good request, with one identifier changed. None may be answered, and what is
refused is refused for the identifier's sake, by its own words.
"""

import re
import unittest

import hamlet
import story
import wire

IDENTIFIER = re.compile(r"[a-z]+(-[a-z]+)*-[0-9a-f]{17}")
# A stranger with the same Hamlet, and the caller in another Region.
STRANGER = ("999999999999", "none")
ELSEWHERE = "eu-west-1"
# Codes that say that there is no such thing, or that it is not one.
NOT_THERE = re.compile(
    r"NotFound|Malformed|^InvalidPlacementGroup\.Unknown$|^InvalidID$|^InvalidAssociationID|^InvalidParameterValue$|^InvalidAMIID|^AuthFailure$"
)
# A peering connection is of both ends' Regions; AWS tells in which it is to be accepted.
# A copy names the Region that it is of.
IN_BOTH_REGIONS = {"AcceptVpcPeeringConnection", "RejectVpcPeeringConnection", "CopySnapshot"}
# Whoever asks to delete or describe these, that were never there, is answered as if they had been; and an action
# that tells of each one whether it was changed, or deleted, answers well.
FORGIVING = {
    "DeleteKeyPair",
    "DescribeKeyPairs",
    "ModifyInstanceCreditSpecification",
    "DeleteFleets",
    "DeleteVpcEndpoints",
}


class WrongIdentifiers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = story.told().hamlet
        cls.sent = story.finished().recorder.sent

    def cases(self):
        """Each identifier in each good request of EC2: the action, the request, and the key."""
        for row in hamlet.rows():
            if row["name"].startswith("CreateLaunchTemplate"):
                continue  # What a template says is looked at when something is launched from it.
            if row["service"] != "ec2":
                continue
            sent = self.sent["ec2", row["name"]]
            form = {key: value for key, value in sent.items() if key not in ("Action", "Version", "ClientToken")}
            for key, value in form.items():
                if isinstance(value, str) and IDENTIFIER.fullmatch(value) and "Filter" not in key:
                    yield row["name"], form, key

    def refused(self, name, form, **who):
        answer = wire.signed(self.hamlet, "ec2", name, form, **who)
        self.assertIsNone(answer.problem)
        if name not in FORGIVING:
            self.assertIn(answer.status, (400, 401), answer)
            self.assertRegex(answer.code, NOT_THERE, answer)
        return answer

    def test_of_another_kind(self):
        """A subnet's where a VPC's is wanted."""
        for name, form, key in self.cases():
            kind = form[key].rpartition("-")[0]
            other = "subnet" if kind == "vpc" else "vpc"
            with self.subTest(f"{name} {key}={other}-…"):
                self.refused(name, {**form, key: f"{other}-{'0' * 16}1"})

    def test_of_nothing(self):
        for name, form, key in self.cases():
            kind = form[key].rpartition("-")[0]
            with self.subTest(f"{name} {key}"):
                self.refused(name, {**form, key: f"{kind}-{'0' * 16}1"})

    def test_of_somebody_else_and_elsewhere(self):
        """What the story made is there, but not for a stranger, nor in another Region."""
        made = {value for value in story.told().scenario.id.values() if IDENTIFIER.fullmatch(value)}
        for name, form, key in self.cases():
            kind = form[key].rpartition("-")[0]
            theirs = next((one for one in sorted(made) if one.rpartition("-")[0] == kind), None)
            if theirs is None or kind == "ami":
                continue
            for who in ({"key": STRANGER}, {"region": ELSEWHERE}):
                if "region" in who and name in IN_BOTH_REGIONS:
                    continue
                with self.subTest(f"{name} {key} {who}"):
                    answer = self.refused(name, {**form, key: theirs}, **who)
                    self.assertNotIn(hamlet.ACCOUNT, answer.message or "")
