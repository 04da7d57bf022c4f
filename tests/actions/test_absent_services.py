"""Each service of AWS's that Hamlet has not says so by its name, and its clients understand it.

Requests and answers are botocore's own, made by its serializers and read by its parsers; a client for each of hundreds
of services would take a minute to make.
"""

import unittest

import botocore.exceptions

import hamlet
import vacant
import wire

# Every operation of theirs goes without a signature, or with a token in its place: such requests name no service.
UNSIGNED = {"account-access-runtime", "codecatalyst", "sso"}
# Their requests are signed for the same name as another's, and look the same: they are told the other's title.
NAMESAKES = {
    "bedrock-agentcore-control": "Amazon Bedrock AgentCore",
    "chime-sdk-meetings": "Amazon Chime",
    "chime-sdk-voice": "Amazon Chime",
    "greengrassv2": "AWS Greengrass",
    "lexv2-runtime": "Amazon Lex Model Building Service",
    "qconnect": "Amazon Connect Wisdom Service",
    "signer-data": "signer",
    "timestream-write": "Timestream Query",
}
# Those of Hamlet that are called otherwise than their model says.
OURS = {"cloudwatch": "Amazon CloudWatch", "ssm": "AWS Systems Manager"}
# Their requests are those of Amazon RDS, of which there is something.
LIKE_RDS = {"docdb", "neptune"}


class AbsentServices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()

    @classmethod
    def tearDownClass(cls):
        cls.hamlet.stop()

    def test_every_service_says_that_it_is_not_there(self):
        ours = {row["service"] for row in hamlet.rows()}
        for service in sorted(vacant.every_service() - ours - vacant.services() - LIKE_RDS - {"s3", "s3control"}):
            with self.subTest(service):
                model = vacant.model(service)
                status, error = self.call(model, simplest(model))
                if service in UNSIGNED:
                    self.assertEqual((403, "MissingAuthenticationTokenException"), (status, error["Code"]))
                    continue
                self.assertEqual(501, status)
                self.assertIn(error["Code"], ("NotImplemented", "NotImplementedException"))
                called = NAMESAKES.get(service) or title(model)
                sentence = f"Hamlet has no {called} yet; see docs/coverage.md for what it has."
                self.assertEqual(sentence, error["Message"])

    def test_a_service_of_which_there_is_something_says_what_is_not_there(self):
        for service in sorted(vacant.services()):
            listed = {it.name for it in vacant.operations() if it.service == service}
            served = {row["name"] for row in hamlet.rows() if row["service"] == service}
            model = vacant.model(service)
            name = next(
                name for name in model.operation_names if name not in listed | served and is_signed(model, name)
            )
            with self.subTest(f"{service}.{name}"):
                status, error = self.call(model, name)
                self.assertEqual((501, True), (status, error["Code"].startswith("NotImplemented")), error)
                self.assertIn(
                    f"{OURS.get(service) or title(model)} has the action {name}, but Hamlet", error["Message"]
                )

    def test_services_are_told_in_each_of_their_protocols(self):
        for service, operation, protocols in (
            ("cloudwatch", "PutMetricAlarm", ("smithy-rpc-v2-cbor", "json", "query")),
        ):
            for protocol in protocols:
                with self.subTest(f"{service} {protocol}"):
                    model = vacant.model(service, protocol)
                    status, error = self.call(model, operation)
                    self.assertEqual(501, status)
                    self.assertIn(
                        f"{OURS.get(service) or title(model)} has the action {operation}, but", error["Message"]
                    )

    def test_a_service_that_is_here_is_asked_in_the_body_whatever_the_path(self):
        for service, call in (("ec2", "describe_vpcs"), ("iam", "list_roles"), ("sts", "get_caller_identity")):
            with self.subTest(service):
                answer = getattr(self.hamlet.client(service, path="/lab"), call)()
                self.assertEqual(200, answer["ResponseMetadata"]["HTTPStatusCode"])

    def test_a_client_without_a_key_gets_an_error_and_not_the_page_for_people(self):
        self.assertEqual(200, wire.send(self.hamlet, "GET", "/").status)
        answer = wire.send(self.hamlet, "GET", "/", headers={"amz-sdk-invocation-id": "1"})
        self.assertEqual((403, "MissingAuthenticationTokenException"), (answer.status, answer.code))

    def test_what_s3_has_not_says_so(self):
        s3 = self.hamlet.client("s3")
        rule = {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::other"}}
        for call, more in (
            (s3.get_object_torrent, {"Key": "a"}),
            (
                s3.put_bucket_replication,
                {"ReplicationConfiguration": {"Role": "arn:aws:iam::1:role/a", "Rules": [rule]}},
            ),
        ):
            with self.subTest(call.__name__):
                with self.assertRaises(botocore.exceptions.ClientError) as raised:
                    call(Bucket="bucket-of-logs", **more)
                answer = raised.exception.response
                found = answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]
                self.assertEqual((501, "NotImplemented"), found)

    def test_s3_is_told_by_a_bucket_in_the_host_and_by_a_link_signed_in_the_old_way(self):
        host = {"host": f"bucket.s3.{hamlet.REGION}.amazonaws.com"}
        link = "/bucket/key?AWSAccessKeyId=AKIDEXAMPLE&Signature=x&Expires=9999999999"
        for path, headers in (("/key", host), (link, {})):
            with self.subTest(path):
                answer = wire.send(self.hamlet, "GET", path, headers=headers)
                self.assertIn(answer.status, (403, 404))
                self.assertRegex(answer.body, b"<Code>(AccessDenied|NoSuchBucket)</Code>")

    def call(self, model, name, **more):
        """Status and error of an operation, as botocore reads them."""
        status, answer = vacant.call(self.hamlet, model, name, more)
        return status, answer["Error"]


def is_signed(model, name):
    operation = model.operation_model(name)
    return operation.auth_type != "none" and not operation.has_event_stream_input


def title(model):
    return model.metadata.get("serviceAbbreviation") or model.metadata["serviceFullName"]


def simplest(model):
    """The operation with the fewest parameters that must be there, of those that are signed if any is."""

    def weight(name):
        operation = model.operation_model(name)
        shape = operation.input_shape
        return operation.auth_type == "none", len(shape.required_members) if shape else 0, name

    names = [name for name in model.operation_names if not model.operation_model(name).has_event_stream_input]
    return min(names or model.operation_names, key=weight)


if __name__ == "__main__":
    unittest.main()
