"""Filters: every name that AWS documents is known to the action, and no other."""

import re
import unittest

import hamlet
import story
import wire

# "`tag`:<key>": the key is outside of what is marked as the name.
AS_SENT = {"tag": "tag:Name"}
# Values of a filter that the description lists as it lists names.
VALUES = {"informational", "low", "medium", "high", "critical"}


def documented(operation):
    """The filter names in the model's own description of the parameter."""
    shape = operation.input_shape
    for name in ("Filters", "Filter"):
        if shape and name in shape.members:
            text = shape.members[name].documentation
            for item in re.findall(r"<li>\s*<p>\s*<code>(.*?)</code>", text, re.S):
                if item not in VALUES:
                    yield AS_SENT.get(item, item)


# What must be told something besides: of all launch templates, the newest versions.
# Of all types, some that differ, since a page has a hundred.
TYPES = [
    "t3.micro",
    "t2.nano",
    "m5.large",
    "c3.2xlarge",
    "m1.small",
    "c6g.metal",
    "a1.medium",
    "g4dn.xlarge",
]
ARGUMENTS = {
    "DescribeLaunchTemplateVersions": {"Versions": ["$Latest"]},
    "DescribeInstanceTypes": {"InstanceTypes": TYPES},
}
# Filters that are called as another member is: the image's owner, not the instance's.
OF_SOMETHING_ELSE = {("DescribeInstanceImageMetadata", "owner-id")}


def about(operation):
    """What a describe must be told besides filters."""
    if operation == "DescribeFleetInstances":
        return {"FleetId": story.told().scenario.id["fleet"]}
    return ARGUMENTS.get(operation, {})


class Filters(unittest.TestCase):
    def operations(self):
        for row in hamlet.rows():
            operation = hamlet.model(row["service"]).operation_model(row["name"])
            names = list(documented(operation))
            if row["service"] == "ec2" and names:
                yield row["name"], operation, names

    def send(self, operation, name):
        required = {
            "GetSubnetCidrReservations": {"SubnetId": "subnet-00000000000000000"},
            "GetSecurityGroupsForVpc": {"VpcId": "vpc-00000000000000000"},
            "DescribeLaunchTemplateVersions": {"LaunchTemplateVersion.1": "$Latest"},
        }.get(operation, {})
        if operation == "DescribeFleetInstances":
            required = about(operation)
        return wire.signed(
            story.told().hamlet, "ec2", operation, {**required, "Filter.1.Name": name, "Filter.1.Value.1": "x"}
        )

    def test_documented_names_are_known(self):
        for operation, _, names in self.operations():
            for name in names:
                with self.subTest(f"{operation} {name}"):
                    answer = self.send(operation, name)
                    self.assertNotIn("filter", (answer.message or "").lower(), answer)

    def test_other_names_are_not(self):
        for operation, _, _ in self.operations():
            with self.subTest(operation):
                answer = self.send(operation, "colour")
                if answer.code and answer.code.endswith("NotFound"):
                    continue  # What it is about is looked for first.
                self.assertEqual(
                    ("InvalidParameterValue", "The filter 'colour' is invalid"), (answer.code, answer.message)
                )

    def test_a_filter_without_values_finds_nothing(self):
        for operation, shape, names in self.operations():
            if operation.startswith("Get"):
                continue  # What they are about comes before.
            with self.subTest(operation):
                method = next(m for m, name in self.ec2().meta.method_to_api_mapping.items() if name == operation)
                key = "Filter" if "Filter" in shape.input_shape.members else "Filters"
                arguments = about(operation)
                if "VpcId" in shape.input_shape.required_members:
                    arguments = {"VpcId": story.told().scenario.id["vpc"]}
                found = getattr(self.ec2(), method)(**arguments, **{key: [{"Name": names[0].replace("<key>", "a")}]})
                self.assertEqual([], things(found))

    def ec2(self):
        return story.told().scenario.ec2

    def test_a_value_that_was_shown_finds_what_showed_it(self):
        """Where a filter's name is a member's: `vpc-id` and VpcId. Another value must not find it."""
        ec2 = story.told().scenario.ec2
        for operation, shape, names in self.operations():
            method = next(m for m, name in ec2.meta.method_to_api_mapping.items() if name == operation)
            if not operation.startswith("Describe") or operation == "DescribeTags":
                continue
            key = "Filter" if "Filter" in shape.input_shape.members else "Filters"
            arguments = about(operation)
            members = things(getattr(ec2, method)(**arguments))
            for name in names:
                member = "".join(word.capitalize() for word in name.split("-"))
                shown = next((one[member] for one in members if isinstance(one.get(member), (str, bool, int))), None)
                if shown in (None, "") or "." in name or ":" in name or (operation, name) in OF_SOMETHING_ELSE:
                    continue
                with self.subTest(f"{operation} {name}"):
                    text = str(shown).lower() if isinstance(shown, bool) else str(shown)
                    found = things(getattr(ec2, method)(**arguments, **{key: [{"Name": name, "Values": [text]}]}))
                    expected = [one for one in members if one.get(member) == shown]
                    self.assertEqual(identities(expected), identities(found))
                    # AWS wants the identifiers of groups to be some where it looks for rules by them.
                    other = f"sg-{'0' * 17}" if name == "group-id" else "nonsense"
                    nothing = things(getattr(ec2, method)(**arguments, **{key: [{"Name": name, "Values": [other]}]}))
                    self.assertEqual([], nothing)


def things(answer):
    """What is described; for instances, those in all reservations, and for services not their names alone."""
    lists = [value for value in answer.values() if isinstance(value, list)]
    if "Reservations" in answer:
        return [one for reservation in answer["Reservations"] for one in reservation["Instances"]]
    return answer.get("ServiceDetails", lists[0])


def identities(members):
    return sorted(str(sorted((k, v) for k, v in one.items() if isinstance(v, str))) for one in members)
