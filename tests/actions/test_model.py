"""What AWS's models say of each value in a request: which words an enumeration has, how long, how many, how large.

The table is the walk of all actions, and each of their members to its depths: a good request with one value changed.
What the model forbids is refused by the value's or the member's name; what it allows is not refused as if it were
forbidden.
"""

import copy
import itertools
import re
import unittest

import botocore.serialize

import hamlet
import story
import wire
from rest import Rest
from test_filters import documented
from test_parameters import sample

NONSENSE = "nonsense"
# Of enumerations as long as that of instance types, so many values.
VALUES_MAX = 12
# No request is longer, so that no text is.
BODY_BYTES_MAX = 4 << 20
# "This is not a value that it may have", in the words of each service; or that Hamlet does not act upon it.
REFUSED = re.compile(
    r"^(Invalid(?!.*(AlreadyExists|Combination))|Unknown|Validation|Unsupported|NotImplemented|NoSuch|Malformed|IllegalArgument)"
)
# What AWS says of names of CloudWatch Logs, recorded.
TOO_LONG = "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
# Codes that name what is wrong by themselves.
SAID_BY_CODE = re.compile(r"^InvalidNextToken|^InvalidPaginationToken|^MalformedPolicyDocument|^NotImplemented")
# What an action is about is not there.
GONE = re.compile(r"NotFound|NoSuch")
# What a made-up structure needs besides what the model says.
BESIDE = {"BlockDeviceMapping": {"DeviceName": "/dev/sdf"}}
# A long value is quoted to here.
QUOTED_MAX = 32
# What excludes what a place is in.
INSTEAD_OF = {
    "InstanceRequirements": "InstanceType",
    "Filters": "ParameterFilters",
    "LaunchTemplateName": "LaunchTemplateId",
    "logGroupIdentifier": "logGroupName",
}
# "Launch template parameters aren't fully validated when you create the launch template" (EC2 User Guide).
NOT_VALIDATED = "LaunchTemplateData"
# Of each of these an action takes some: what it creates, what it changes, the Regions that there are; or those of
# which figures are known.
OF_ITS_OWN = {"ResourceType", "Attribute", "VPCRegion", "InstanceType", "InstanceTypes", "InstanceFamily"}
# What the actions tag that are not called for it.
KINDS = {
    "CreateNatGateway": "natgateway",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AcceptAddressTransfer": "elastic-ip",
    "CreateSnapshots": "snapshot",
    "CopySnapshot": "snapshot",
    "RegisterImage": "image",
    "CopyImage": "image",
}
# In no pattern of any model.
IN_NO_PATTERN = ":\x01*"
ANYTHING = r"[\s\S]*"
# "You cannot specify this parameter and the instance IDs parameter in the same request", in many words.
TOGETHER = re.compile(r"in the same (request|call)")
PAGES = ("MaxResults", "MaxItems")
# Of which there are pages, though the model does not say that they are needed.
PAGES_OF = ("LaunchTemplateId",)


class Place:
    """A member somewhere in a request: its shape, and the way to it. A number in the way is a list's first member."""

    def __init__(self, row, way, shape):
        self.row, self.way, self.shape = row, way, shape

    def __str__(self):
        return f"{self.row['name']} {'.'.join(str(step) for step in self.way)}"

    @property
    def name(self):
        return next(step for step in reversed(self.way) if isinstance(step, str))

    def is_named(self, message):
        """Whether a sentence says where the trouble is: at this place, or at one that it is in."""
        said = re.sub("[- ]", "", message.lower())
        return any(isinstance(step, str) and step.lower().removesuffix("s") in said for step in self.way)


def places(row, shape, way=(), inside=()):
    """Every plain member and every list of a request."""
    if shape.type_name == "structure":
        if shape.name in inside:
            return
        for name, member in shape.members.items():
            yield from places(row, member, (*way, name), (*inside, shape.name))
    elif shape.type_name == "list":
        yield Place(row, way, shape)
        yield from places(row, shape.member, (*way, 0), inside)
    elif shape.type_name != "map":
        yield Place(row, way, shape)


def every_place():
    for row in hamlet.rows():
        shape = hamlet.model(row["service"]).operation_model(row["name"]).input_shape
        for place in places(row, shape) if shape else ():
            if NOT_VALIDATED not in place.way:
                yield place


def value_at(asked, way):
    """What a request has at a place; None if nothing."""
    for step in way:
        try:
            asked = asked[step]
        except (KeyError, IndexError, TypeError):
            return None
    return asked


def with_value(shape, good, way, value):
    """A copy of a request with one value changed; what is on the way and was not there is made with what it needs."""
    if not way:
        return value
    step, *rest = way
    if shape.type_name == "list":
        first, *others = good or [None]
        return [with_value(shape.member, first, rest, value), *others]
    required = {name: sample(shape.members[name]) for name in shape.required_members}
    good = dict(good) if good else {**required, **BESIDE.get(shape.name, {})}
    good[step] = with_value(shape.members[step], good.get(step), rest, value)
    return good


class Model(unittest.TestCase):
    numbers = itertools.count()

    @classmethod
    def setUpClass(cls):
        # Of its own: some of what is tried here is taken.
        cls.story = story.Story()
        finished = story.finished()
        now = cls.story.scenario.id
        cls.now = {then: now[name] for name, then in finished.scenario.id.items() if name in now}
        cls.asked = {**finished.recorder.asked, **cls.story.recorder.asked}
        # By its name, of which there is none any more.
        cls.asked["ec2", "DescribeLaunchTemplates"].pop("LaunchTemplateNames")
        cls.make_again()

    @classmethod
    def make_again(cls):
        """What the story has taken down on its way."""
        ec2, route53 = cls.story.scenario.ec2, cls.story.scenario.route53
        data = {"InstanceType": "t3.nano"}
        template = ec2.create_launch_template(LaunchTemplateName="again", LaunchTemplateData=data)["LaunchTemplate"]
        prefixes = ec2.create_managed_prefix_list(PrefixListName="again", AddressFamily="IPv4", MaxEntries=3)
        vpc = {"VPCRegion": hamlet.REGION, "VPCId": cls.story.scenario.id["vpc"]}
        volume = ec2.create_volume(AvailabilityZone=f"{hamlet.REGION}a", Size=1)
        zone = route53.create_hosted_zone(Name="corp.internal", VPC=vpc, CallerReference="again")["HostedZone"]
        for service, action, name, made in (
            ("ec2", "CreateLaunchTemplateVersion", "LaunchTemplateId", template["LaunchTemplateId"]),
            ("ec2", "GetManagedPrefixListEntries", "PrefixListId", prefixes["PrefixList"]["PrefixListId"]),
            ("ec2", "DescribeVolumeAttribute", "VolumeId", volume["VolumeId"]),
            ("route53", "ChangeResourceRecordSets", "HostedZoneId", zone["Id"].rpartition("/")[2]),
            ("route53", "ChangeTagsForResource", "ResourceId", zone["Id"].rpartition("/")[2]),
        ):
            cls.now[cls.asked[service, action][name]] = made

    def good(self, place):
        """The story's request, about what is there now, and of a name that nothing has yet."""
        row = place.row
        asked = translated(copy.deepcopy(self.asked[row["service"], row["name"]]), self.now)
        asked.pop("ClientToken", None)
        for name, value in asked.items() if row["name"].startswith(("Create", "Import")) else ():
            if name.endswith("Name") and isinstance(value, str) and value.isidentifier():
                asked[name] = f"{value}{next(self.numbers)}"
        if place.name in PAGES or place.way in (("Filters",), ("Filter",)):
            # Pages are of everything.
            shape = hamlet.model(row["service"]).operation_model(row["name"]).input_shape
            needed = {*shape.required_members, *PAGES_OF}
            return {name: value for name, value in asked.items() if name in needed}
        return without_others(asked, place.way)

    def send(self, place, value):
        row = place.row
        operation = hamlet.model(row["service"]).operation_model(row["name"])
        asked = with_value(operation.input_shape, self.good(place), place.way, value)
        answer = wire.signed(self.story.hamlet, row["service"], row["name"], form_of(operation, asked))
        self.assertIsNone(answer.problem)
        self.assertLess(answer.status, 502, answer)
        self.assertNotEqual(500, answer.status, answer)
        return answer

    def refused(self, place, value, bound=None):
        answer = self.send(place, value)
        is_about_it = value == IN_NO_PATTERN or str(value)[:QUOTED_MAX] in (answer.message or "")
        if GONE.search(answer.code or "") and not is_about_it:
            self.skipTest(f"the story has nothing left to try it on: {answer}")
        self.assertRegex(answer.code or "", REFUSED, answer)
        quoted = str(bound or value)[:QUOTED_MAX] in answer.message
        if not SAID_BY_CODE.search(answer.code) and answer.message != TOO_LONG:
            self.assertTrue(quoted or value == IN_NO_PATTERN or place.is_named(answer.message), answer)
        return answer

    def test_words_that_an_enumeration_does_not_have(self):
        for place in every_place():
            if getattr(place.shape, "enum", None):
                with self.subTest(str(place)):
                    self.refused(place, NONSENSE)

    def test_words_that_an_enumeration_has(self):
        for place in every_place():
            words = getattr(place.shape, "enum", None)
            if not words or place.name in OF_ITS_OWN:
                continue
            unknown = self.send(place, NONSENSE)
            for word in words[:: max(1, len(words) // VALUES_MAX)]:
                with self.subTest(f"{place} {word}"):
                    answer = self.send(place, word)
                    if answer.code and NONSENSE in unknown.message:
                        self.assertNotEqual(unknown.message, answer.message.replace(word, NONSENSE), answer)

    def test_numbers_out_of_bounds(self):
        for place in every_place():
            if place.shape.type_name not in ("integer", "long"):
                continue
            bounds = place.shape.metadata
            beyond = [bounds["min"] - 1] if "min" in bounds else []
            beyond += [bounds["max"] + 1] if "max" in bounds else []
            for number in beyond:
                with self.subTest(f"{place} {number}"):
                    self.refused(place, number)

    def test_texts_out_of_bounds(self):
        for place in every_place():
            if place.shape.type_name != "string" or place.shape.enum:
                continue
            bounds = place.shape.metadata
            beyond = ["x" * (bounds["max"] + 1)] if bounds.get("max", BODY_BYTES_MAX) < BODY_BYTES_MAX else []
            beyond += ["x" * (bounds["min"] - 1)] if bounds.get("min", 0) > 1 else []
            beyond += [IN_NO_PATTERN] if bounds.get("pattern", ANYTHING) != ANYTHING else []
            for text in beyond:
                with self.subTest(f"{place} of {len(text)}"):
                    self.refused(place, text)

    def test_lists_that_are_too_long(self):
        for place in every_place():
            if place.shape.type_name != "list" or "max" not in place.shape.metadata:
                continue
            most = place.shape.metadata["max"]
            with self.subTest(f"{place} of {most + 1}"):
                asked = value_at(self.good(place), place.way) or [sample(place.shape.member)]
                self.refused(place, [at_least(asked[0])] * (most + 1), most)

    def test_tags_that_are_too_many_or_too_long(self):
        for place in every_place():
            if place.way != ("TagSpecifications",):
                continue
            kind = kind_of(place, value_at(self.good(place), place.way))
            for what, code, tags in (
                ("51", "TagLimitExceeded", [{"Key": str(number), "Value": ""} for number in range(51)]),
                ("long key", "InvalidParameter", [{"Key": "k" * 129, "Value": ""}]),
                ("long value", "InvalidParameter", [{"Key": "k", "Value": "v" * 257}]),
                ("empty key", "InvalidParameter", [{"Key": "", "Value": "v"}]),
                ("reserved key", "InvalidParameter", [{"Key": "aws:k", "Value": "v"}]),
                ("one twice", "InvalidParameter", [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]),
            ):
                with self.subTest(f"{place} {what}"):
                    answer = self.send(place, [{"ResourceType": kind, "Tags": tags}])
                    self.assertEqual(code, (answer.code or "").removesuffix("Value"), answer)
                    self.assertIn("tag", answer.message.lower())

    def test_more_values_of_filters_than_a_call_takes(self):
        values = [f"sg-{number:017x}" for number in range(201)]
        for place in every_place():
            if place.row["service"] == "ec2" and place.way in (("Filters",), ("Filter",)):
                with self.subTest(str(place)):
                    operation = hamlet.model("ec2").operation_model(place.row["name"])
                    name = next(documented(operation), "tag:Name")
                    answer = self.send(place, [{"Name": name, "Values": values}])
                    self.assertEqual("FilterLimitExceeded", answer.code, answer)

    def test_identifiers_beside_a_number_of_results(self):
        """ "You cannot specify this parameter and the instance IDs parameter in the same request." """
        for place in every_place():
            if place.way != ("MaxResults",) or not TOGETHER.search(place.shape.documentation):
                continue
            with self.subTest(str(place)):
                row = place.row
                operation = hamlet.model(row["service"]).operation_model(row["name"])
                asked = translated(copy.deepcopy(self.asked[row["service"], row["name"]]), self.now)
                lists = [name for name, it in operation.input_shape.members.items() if is_list_of_ids(it)]
                self.assertTrue(lists, "a list that excludes it")
                asked.setdefault(lists[0], [self.one_of(row["name"], lists[0])])
                asked["MaxResults"] = place.shape.metadata.get("min", 5) + 5
                answer = wire.signed(self.story.hamlet, "ec2", row["name"], form_of(operation, asked))
                self.assertEqual("InvalidParameterCombination", answer.code, answer)
                self.assertIn("cannot be used with the parameter maxResults", answer.message)

    def one_of(self, action, ids):
        """The identifier of something that an action describes."""
        ec2 = self.story.scenario.ec2
        method = next(name for name, operation in ec2.meta.method_to_api_mapping.items() if operation == action)
        answer = getattr(ec2, method)()
        return next(iter(re.findall(rf"'{ids.removesuffix('s')}': '([^']+)'", str(answer))))

    def test_numbers_of_results_that_no_page_has(self):
        for place in every_place():
            if place.name in PAGES and place.shape.type_name == "integer":
                for number in (-1, 0, 2**31 - 1):
                    with self.subTest(f"{place} {number}"):
                        self.refused(place, number)


def without_others(asked, way):
    """A request without what excludes something on the way to a place."""
    inner = asked
    for step in way:
        if not isinstance(inner, dict):
            break
        inner.pop(INSTEAD_OF.get(step), None)
        inner = inner.get(step)
    return asked


def kind_of(place, specifications):
    """What the story tags with this, or what the action is about."""
    if specifications:
        return specifications[0]["ResourceType"]
    return KINDS.get(place.row["name"]) or re.sub("(?<!^)([A-Z])", r"-\1", place.row["name"][6:]).lower()


def is_list_of_ids(shape):
    return shape.type_name == "list" and shape.member.type_name == "string"


def at_least(value):
    """A list's member; where it was made up, an identifier that has the form of one."""
    return f"sg-{'0' * 17}" if value == "text" else value


def translated(value, now):
    """With what was made in another run replaced by what was made in this one."""
    if isinstance(value, dict):
        return {name: translated(inner, now) for name, inner in value.items()}
    if isinstance(value, list):
        return [translated(inner, now) for inner in value]
    return now.get(value, value) if isinstance(value, str) else value


def form_of(operation, asked):
    """A request as botocore would send it, whatever it thinks of it."""
    service = operation.service_model
    serializer = botocore.serialize.create_serializer(service.protocol, include_validation=False)
    made = serializer.serialize_to_request(asked, operation)
    if service.protocol in ("rest-xml", "rest-json"):
        query = "&".join(f"{name}={value}" for name, value in made["query_string"].items())
        return Rest(made["method"], made["url_path"] + (f"?{query}" if query else ""), made["body"] or b"")
    return made["body"]
