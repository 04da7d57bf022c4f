"""What nobody can have here: each operation that asks for it answers as AWS does when there are none."""

import unittest

import hamlet
import vacant
import wire
from test_parameters import sample

FORMS = ("ec2", "query")


class ThereAreNone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()
        cls.models = {service: vacant.model(service) for service in vacant.services()}

    @classmethod
    def tearDownClass(cls):
        cls.hamlet.stop()

    def test_the_program_has_what_the_lists_have(self):
        listed = {(self.models[it.service].signing_name, it.name) for it in vacant.operations()}
        rows = hamlet.vacant_rows()
        self.assertEqual(listed, {(wire.signing_name(row["service"]), row["name"]) for row in rows})

    def test_without_a_name_the_lists_are_empty_and_nothing_else_is_there(self):
        for operation in vacant.operations():
            with self.subTest(f"{operation.service}.{operation.name}"):
                model = self.models[operation.service].operation_model(operation.name)
                status, answer = self.call(operation)
                sentence = self.always(operation, model)
                if sentence:
                    self.assertEqual(sentence, (answer["Error"]["Code"], answer["Error"]["Message"]))
                    self.assertEqual(self.status(model, sentence[0]), status)
                    continue
                self.assertEqual(200, status, answer)
                answer.pop("ResponseMetadata", None)
                self.assertEqual(self.expected(operation, model), answer)

    def test_asked_by_name_for_one_that_cannot_exist_it_says_so_as_aws_does(self):
        for operation in vacant.operations():
            model = self.models[operation.service].operation_model(operation.name)
            for parameter in operation.named:
                if parameter == vacant.ALWAYS:
                    continue
                with self.subTest(f"{operation.service}.{operation.name} {parameter}"):
                    value = self.name_of(model, parameter)
                    status, answer = self.call(operation, {parameter: value})
                    self.assertIn("Error", answer)
                    code, sentence = self.named(operation, model, parameter, value)
                    self.assertEqual((code, sentence), (answer["Error"]["Code"], answer["Error"]["Message"]))
                    self.assertEqual(self.status(model, code), status)

    def test_what_is_not_acted_upon_is_refused(self):
        for operation in vacant.operations():
            model = self.models[operation.service].operation_model(operation.name)
            for parameter in operation.refused:
                with self.subTest(f"{operation.service}.{operation.name} {parameter}"):
                    _, answer = self.call(operation, {parameter: self.name_of(model, parameter)})
                    self.assertEqual("UnsupportedOperation", answer["Error"]["Code"])

    def test_unknown_parameters_and_filters_and_strange_tokens_are_refused(self):
        def unknown(request):
            request["body"]["Colour"] = "red"

        for operation in vacant.operations():
            model = self.models[operation.service].operation_model(operation.name)
            members = model.input_shape.members if model.input_shape else {}
            with self.subTest(f"{operation.service}.{operation.name}"):
                if model.service_model.metadata["protocol"] in FORMS:
                    _, answer = self.call(operation, change=unknown)
                    self.assertEqual("UnknownParameter", answer["Error"]["Code"])
                if operation.service == "ec2":
                    self.filters_are_checked(operation, members)
                for token in {"NextToken", "nextToken", "Marker", "PaginationToken"} & set(members):
                    _, answer = self.call(operation, {token: "strange"})
                    self.assertIn("Error", answer, token)

    def filters_are_checked(self, operation, members):
        # The model names filters in its prose only, and not everywhere.
        for name in [name for name, it in members.items() if it.name == "FilterList" and "<li>" in it.documentation]:
            for filters, good in (([{"Name": "colour", "Values": ["red"]}], False), ([], True)):
                _, answer = self.call(operation, {name: filters})
                code = answer.get("Error", {}).get("Code", "")
                self.assertEqual(good, code != "InvalidParameterValue", answer)

    def test_a_dry_run_of_ec2_is_one(self):
        status, answer = vacant.call(self.hamlet, self.models["ec2"], "DescribeVpcEndpoints", {"DryRun": True})
        self.assertEqual((412, "DryRunOperation"), (status, answer["Error"]["Code"]))

    def test_a_page_has_its_bounds(self):
        for most, good in ((5, True), (4, False), (1000, True), (1001, False)):
            status, _ = vacant.call(self.hamlet, self.models["ec2"], "DescribeVpcEndpoints", {"MaxResults": most})
            self.assertEqual(good, status == 200, most)
        status, answer = vacant.call(self.hamlet, self.models["sns"], "ListTopics", {"NextToken": ""})
        self.assertEqual(200, status, answer)
        status, answer = vacant.call(self.hamlet, self.models["eks"], "ListClusters", {"maxResults": 101})
        self.assertEqual((400, "ValidationException"), (status, answer["Error"]["Code"]))

    def test_every_protocol_of_a_service_answers_alike(self):
        for service, operation, expected in (
            ("cloudwatch", "DescribeAlarms", {"MetricAlarms": [], "CompositeAlarms": []}),
            ("directconnect", "DescribeLags", {"lags": []}),
        ):
            for protocol in vacant.model(service).metadata["protocols"]:
                with self.subTest(f"{service} {protocol}"):
                    status, answer = vacant.call(self.hamlet, vacant.model(service, protocol), operation)
                    self.assertEqual(200, status, answer)
                    self.assertLessEqual(expected.items(), answer.items())

    def call(self, operation, more=None, change=None):
        return vacant.call(self.hamlet, self.models[operation.service], operation.name, more, change)

    def always(self, operation, model):
        """Code and sentence of what is told whoever asks, if it is."""
        required = model.input_shape.required_members if model.input_shape else []
        for parameter in operation.named:
            if parameter == vacant.ALWAYS or parameter in required:
                value = None if parameter == vacant.ALWAYS else vacant.example(model.input_shape)[parameter]
                return self.named(operation, model, parameter, value)
        return None

    def named(self, operation, model, parameter, value):
        code, sentence = operation.named[parameter]
        first = value[0] if isinstance(value, list) else value
        sentence = sentence.replace("{account}", hamlet.ACCOUNT).replace("{region}", hamlet.REGION)
        sentence = sentence.replace("{partition}", "aws")
        return code, sentence.replace("{}", first or "")

    def name_of(self, model, parameter):
        shape = model.input_shape.members[parameter]
        if shape.type_name == "list" and shape.member.type_name == "structure":
            return [sample(shape.member)]
        return ["some-name"] if shape.type_name == "list" else "some-name"

    def status(self, model, code):
        """What the model has for an error."""
        found = [it for it in model.error_shapes if code in (it.name, it.metadata.get("error", {}).get("code"))]
        status = found[0].metadata.get("error", {}).get("httpStatusCode", 400) if found else 400
        # Services whose operation is in a header answer every error of a client's with one status.
        return 400 if model.service_model.metadata["protocol"] == "json" else status

    def expected(self, operation, model):
        answer = {}
        for name, shape in model.output_shape.members.items() if model.output_shape else ():
            told = operation.answer.get(name)
            if name in operation.answer and told is None:
                continue
            if name in operation.answer:
                answer[name] = self.text(told)
            elif shape.type_name == "list" and not shape.serialization.get("flattened"):
                answer[name] = []
            elif shape.type_name == "map":
                answer[name] = {}
            elif name == "IsTruncated":
                answer[name] = False
        return answer

    def text(self, told):
        if isinstance(told, str) and told.startswith("<"):
            parameter, otherwise = told.strip("<>").split(" or ")
            return "x" if parameter == "Target" else otherwise
        return told


if __name__ == "__main__":
    unittest.main()
