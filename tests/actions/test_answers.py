"""Every action gives a good answer, and a client loses nothing of it."""

import json
import pathlib
import re
import unittest

import hamlet
import story
import wire
from answers import Walk


class GoodAnswers(unittest.TestCase):
    def test_every_action_is_called_and_nothing_of_its_answers_is_lost(self):
        recorder = story.finished().recorder
        for row in hamlet.rows():
            key = (row["service"], row["name"])
            with self.subTest(".".join(key)):
                self.assertIn(key, recorder.sent, "the scenario has no good answer from this action")
                self.assertEqual([], list(recorder.lost[key]))

    def test_the_program_lists_each_action_once_and_aws_has_it(self):
        names = [(row["service"], row["name"]) for row in hamlet.rows()]
        self.assertEqual(len(names), len(set(names)))
        for service, name in names:
            with self.subTest(f"{service}.{name}"):
                self.assertIn(name, hamlet.model(service).operation_names)

    def test_what_the_program_says_of_an_action_is_what_the_model_says(self):
        for row in hamlet.rows():
            with self.subTest(row["name"]):
                shape = hamlet.model(row["service"]).operation_model(row["name"]).input_shape
                members = shape.members if shape else {}
                self.assertEqual("DryRun" in members, row["dry_run"])
                required = {
                    (member.serialization.get("name", name) if row["service"] == "route53" else name)
                    if row["service"] != "ec2"
                    else member.serialization.get("queryName") or _capital(member.serialization.get("name", name))
                    for name, member in members.items()
                    if name in shape.required_members
                }
                self.assertEqual(required, set(row["required"]))


class CoveragePage(unittest.TestCase):
    def test_it_lists_what_the_program_has(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        page = root.joinpath("docs/coverage.md").read_text(encoding="utf-8")
        services = {path.stem: path.read_text(encoding="utf-8") for path in root.glob("xtask/operations/*.txt")}
        self.assertEqual({row["service"] for row in hamlet.rows()}, set(services))
        for service, text in services.items():
            [title] = re.findall("^title: (.*)$", text, re.MULTILINE)
            with self.subTest(title):
                section = page.split(f"\n## {title}\n")[1].split("\n## ")[0]
                served, _, rest = section.partition("<details>")
                served, _, none = served.partition("Answers that there are none:")
                listed = re.findall("`(\\w+)`", served)
                vacant = {row["name"] for row in hamlet.vacant_rows() if row["service"] == service}
                self.assertEqual(vacant, set(re.findall("`(\\w+)`", none)))
                self.assertEqual([row["name"] for row in hamlet.rows() if row["service"] == service], listed)
                operations = set(hamlet.model(service).operation_names)
                self.assertEqual(operations - set(listed) - vacant, set(re.findall("`(\\w+)`", rest)))

    def test_it_lists_what_s3_has(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        page = root.joinpath("docs/coverage.md").read_text(encoding="utf-8")
        section = page.split("\n## Amazon S3\n")[1].split("\n## ")[0]
        served, _, rest = section.partition("<details>")
        # Forms of browsers are no operation of the model.
        rows = {row["name"] for row in hamlet.all_rows() if row["service"] == "s3"} - {"PostObject"}
        self.assertEqual(rows, set(re.findall("`(\\w+)`", served)))
        self.assertEqual(set(hamlet.model("s3").operation_names) - rows, set(re.findall("`(\\w+)`", rest)))


class TheCheckItself(unittest.TestCase):
    """It must see what it is there to see."""

    def test_a_misspelt_element_is_found(self):
        self.assertEqual(["vpcSet[].vpcid is not in the model"], self.findings("<vpcid>vpc-1</vpcid>"))

    def test_a_wrong_leaf_is_found(self):
        self.assertIn("vpcSet[].isDefault is 'yes', not a boolean", self.findings("<isDefault>yes</isDefault>"))
        self.assertIn("vpcSet[].state is 'fine'", self.findings("<state>fine</state>")[0])

    def test_a_repeated_element_is_found(self):
        twice = "<vpcId>vpc-1</vpcId><vpcId>vpc-2</vpcId>"
        self.assertEqual(["vpcSet[].vpcId is there twice"], self.findings(twice))

    def test_a_list_of_something_else_is_found(self):
        self.assertEqual(
            ["vpcSet[].tagSet.member is in a list of item"],
            self.findings("<tagSet><member><key>a</key></member></tagSet>"),
        )

    def test_a_good_answer_has_no_findings(self):
        self.assertEqual([], self.findings("<vpcId>vpc-1</vpcId><isDefault>true</isDefault><tagSet/>"))

    def test_an_error_that_is_not_in_the_form_of_sqs_is_found(self):
        def found(
            type=wire.NAMESPACES["AmazonSQS"] + "OverLimit",
            before="OverLimit;Sender",
            kind=wire.JSON_OF_THESE,
            status=403,
        ):
            headers = {"content-type": kind, **({"x-amzn-query-error": before} if before else {})}
            return wire.Answer(
                status, headers, json.dumps({"__type": type}).encode(), namespace="com.amazonaws.sqs#"
            ).problem

        self.assertIsNone(found())
        for spoiled in (
            {"type": "OverLimit"},
            {"before": None},
            {"before": "OverLimit"},
            {"before": "OverLimit;Receiver"},
            {"status": 500},
            {"kind": "application/x-amz-json-1.1"},
        ):
            with self.subTest(spoiled):
                self.assertIsNotNone(found(**spoiled))

    def findings(self, inside):
        walk = Walk(hamlet.model("ec2").operation_model("DescribeVpcs"))
        text = f"<vpcSet><item>{inside}</item></vpcSet>"
        walk.body("ec2", f"<DescribeVpcsResponse><requestId>r</requestId>{text}</DescribeVpcsResponse>".encode())
        return walk.findings


def _capital(name):
    return name[:1].upper() + name[1:]
