"""Who may call: with `--auth strict`, each action under no signature, an unknown key, a wrong secret, a wrong clock."""

import subprocess
import unittest

import hamlet
import story
import wire

STRANGER = ("AKIDNOBODYKNOWSTHIS1", "whatever")
# For each protocol the status and code that AWS gives, and how its sentence starts. Amazon SQS has the codes of JSON,
# and the statuses of the query protocol that it spoke before.
INVALID_TOKEN = "The security token included in the request is invalid."
DOES_NOT_MATCH = "The request signature we calculated does not match the signature you provided."
NO_TOKEN = "Request is missing Authentication Token"
NOT_VALIDATED = "AWS was not able to validate the provided access credentials"
EXPECTED = {
    "unsigned": {
        "ec2": (403, "MissingAuthenticationToken", NO_TOKEN),
        "query": (403, "MissingAuthenticationToken", NO_TOKEN),
        "rest-xml": (403, "MissingAuthenticationToken", NO_TOKEN),
        "json": (400, "MissingAuthenticationTokenException", NO_TOKEN),
        "rest-json": (403, "MissingAuthenticationTokenException", NO_TOKEN),
        "sqs": (403, "MissingAuthenticationTokenException", NO_TOKEN),
    },
    "unknown key": {
        "ec2": (401, "AuthFailure", NOT_VALIDATED),
        "query": (403, "InvalidClientTokenId", INVALID_TOKEN),
        "rest-xml": (403, "InvalidClientTokenId", INVALID_TOKEN),
        "json": (400, "UnrecognizedClientException", INVALID_TOKEN),
        "rest-json": (403, "UnrecognizedClientException", INVALID_TOKEN),
        "sqs": (403, "UnrecognizedClientException", INVALID_TOKEN),
    },
    "wrong secret": {
        "ec2": (401, "AuthFailure", NOT_VALIDATED),
        "query": (403, "SignatureDoesNotMatch", DOES_NOT_MATCH),
        "rest-xml": (403, "SignatureDoesNotMatch", DOES_NOT_MATCH),
        "json": (400, "InvalidSignatureException", DOES_NOT_MATCH),
        "rest-json": (403, "InvalidSignatureException", DOES_NOT_MATCH),
        "sqs": (403, "InvalidSignatureException", DOES_NOT_MATCH),
    },
    "slow clock": {
        "ec2": (400, "RequestExpired", "Request has expired."),
        "query": (403, "SignatureDoesNotMatch", "Signature expired: "),
        "rest-xml": (403, "SignatureDoesNotMatch", "Signature expired: "),
        "json": (400, "InvalidSignatureException", "Signature expired: "),
        "rest-json": (403, "InvalidSignatureException", "Signature expired: "),
        "sqs": (403, "InvalidSignatureException", "Signature expired: "),
    },
    "fast clock": {
        "ec2": (400, "RequestExpired", "Request has expired."),
        "query": (403, "SignatureDoesNotMatch", "Signature not yet current: "),
        "rest-xml": (403, "SignatureDoesNotMatch", "Signature not yet current: "),
        "json": (400, "InvalidSignatureException", "Signature not yet current: "),
        "rest-json": (403, "InvalidSignatureException", "Signature not yet current: "),
        "sqs": (403, "InvalidSignatureException", "Signature not yet current: "),
    },
}
# They once spoke the query protocol, and have its codes and statuses beside.
OF_BEFORE = {"cloudwatch", "sqs"}
# Whoever asks for these has no key yet.
WITHOUT_SIGNATURE = {"AssumeRoleWithWebIdentity"}
SIX_MINUTES = 360
# IAM and STS take clocks that are up to fifteen minutes off, the others up to five.
PATIENT = {"iam", "sts"}
# Seconds that are good enough.
CLOCKS = (("ec2", "DescribeVpcs", 240), ("iam", "ListRoles", 840), ("sts", "GetCallerIdentity", 840))


def too_far(service):
    """Seconds by which a clock is off that a service does not take."""
    return 3 * SIX_MINUTES if service in PATIENT else SIX_MINUTES


class Strict(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet("--auth", "strict")
        cls.sent = story.finished().recorder.sent

    @classmethod
    def tearDownClass(cls):
        cls.hamlet.stop()

    def test_a_request_without_a_signature(self):
        self.every("unsigned", lambda *call: wire.unsigned(self.hamlet, *call))

    def test_a_key_that_nobody_knows(self):
        self.every("unknown key", lambda *call: wire.signed(self.hamlet, *call, key=STRANGER))

    def test_a_key_with_another_secret(self):
        wrong = (self.hamlet.key[0], "not" + self.hamlet.key[1])
        self.every("wrong secret", lambda *call: wire.signed(self.hamlet, *call, key=wrong))

    def test_a_clock_that_is_slow(self):
        self.every("slow clock", lambda *call: wire.signed(self.hamlet, *call, seconds_off=-too_far(call[0])))

    def test_a_clock_that_is_fast(self):
        self.every("fast clock", lambda *call: wire.signed(self.hamlet, *call, seconds_off=too_far(call[0])))

    def test_a_clock_that_is_a_little_off_is_good_enough(self):
        for service, operation, far in CLOCKS:
            for seconds in (-far, far):
                with self.subTest(f"{service} {seconds}"):
                    answer = wire.signed(self.hamlet, service, operation, {}, seconds_off=seconds)
                    self.assertEqual(200, answer.status, answer)

    def test_how_far_a_clock_may_be_off_is_told(self):
        answer = wire.signed(self.hamlet, "sts", "GetCallerIdentity", {}, seconds_off=-too_far("sts"))
        self.assertTrue(answer.message.endswith(" - 15 min.)"), answer)
        answer = wire.signed(self.hamlet, "ssm", "DescribeParameters", {}, seconds_off=-too_far("ssm"))
        self.assertTrue(answer.message.endswith(" - 5 min.)"), answer)

    def test_signature_version_2_is_told_so(self):
        old = {"AWSAccessKeyId": "AKID", "SignatureVersion": "2", "SignatureMethod": "HmacSHA256", "Signature": "x"}
        for service, operation, code in (
            ("ec2", "DescribeVpcs", "AuthFailure"),
            ("iam", "ListRoles", "IncompleteSignature"),
        ):
            with self.subTest(service):
                answer = wire.unsigned(self.hamlet, service, operation, old)
                self.assertEqual(code, answer.code)
                self.assertIn("Signature Version 4", answer.message)

    def test_what_needs_no_signature_is_not_asked_for_one(self):
        answer = wire.unsigned(self.hamlet, "sts", "AssumeRoleWithSAML", {})
        self.assertEqual((501, "NotImplemented"), (answer.status, answer.code))
        self.assertIn("AssumeRoleWithSAML", answer.message)
        answer = wire.unsigned(self.hamlet, "sts", "AssumeRoleWithWebIdentity", {})
        self.assertEqual((400, "ValidationError"), (answer.status, answer.code))
        role = {"RoleArn": f"arn:aws:iam::{hamlet.ACCOUNT}:role/web", "RoleSessionName": "build"}
        answer = wire.unsigned(self.hamlet, "sts", "AssumeRoleWithWebIdentity", {**role, "WebIdentityToken": "none"})
        self.assertEqual((400, "InvalidIdentityToken"), (answer.status, answer.code))

    def test_http_2_without_tls_is_signed_for_its_authority(self):
        """curl signs for the host that HTTP/2 calls `:authority`, and sends no Host header."""
        asked = wire.encoded("ec2", "DescribeVpcs", {}).decode()
        command = ["curl", "--silent", "--http2-prior-knowledge", "--write-out", " %{http_version} %{http_code}"]
        command += ["--aws-sigv4", f"aws:amz:{hamlet.REGION}:ec2", "--user", ":".join(self.hamlet.key)]
        told = subprocess.run([*command, "--data", asked, self.hamlet.url], capture_output=True, text=True)
        self.assertTrue(told.stdout.endswith(" 2 200"), told)
        self.assertIn("<DescribeVpcsResponse", told.stdout)
        wrong = [part.replace(self.hamlet.key[1], "wrong") for part in command]
        told = subprocess.run([*wrong, "--data", asked, self.hamlet.url], capture_output=True, text=True)
        self.assertTrue(told.stdout.endswith(" 2 401"), told)

    def test_a_body_changed_after_signing(self):
        """The signature is of the body that was sent, not of one that says so."""
        import botocore.auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        signed, sent = (wire.encoded("ec2", "DescribeVpcs", {"MaxResults": number}) for number in ("5", "6"))
        headers = wire.headers_for("ec2", "DescribeVpcs")
        request = AWSRequest("POST", self.hamlet.url + "/", headers, signed)
        botocore.auth.SigV4Auth(Credentials(*self.hamlet.key), "ec2", hamlet.REGION).add_auth(request)
        answer = wire.send(self.hamlet, body=sent, headers=dict(request.headers.items()))
        self.assertEqual((401, "AuthFailure"), (answer.status, answer.code))

    def test_a_signature_for_another_region_or_service(self):
        def lie(old, new):
            def spoil(headers):
                headers["Authorization"] = headers["Authorization"].replace(old, new)

            return spoil

        for old, new in ((f"/{hamlet.REGION}/", "/eu-west-1/"), ("/ec2/", "/sts/")):
            with self.subTest(new):
                answer = wire.signed(self.hamlet, "ec2", "DescribeVpcs", {}, spoil=lie(old, new))
                self.assertIn(answer.code, ("AuthFailure", "SignatureDoesNotMatch"))

    def test_authorization_headers_that_are_none(self):
        for value in (
            "",
            "Basic dXNlcjpwYXNz",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=",
            "AWS4-HMAC-SHA256 Credential=a/b/c",
            "AWS4-HMAC-SHA256 Credential=A/20260101/us-west-2/ec2/aws4_request, SignedHeaders=host, Signature=",
            "AWS4-HMAC-SHA256 Credential=A/20260101/us-west-2/ec2/aws4_request, SignedHeaders=, Signature=0",
            "AWS4-HMAC-SHA256 " + "Credential=" * 500,
            "AWS " + "é" * 40,
        ):
            with self.subTest(value[:60]):
                answer = wire.send(
                    self.hamlet,
                    body=wire.encoded("ec2", "DescribeVpcs", {}),
                    headers={**wire.headers_for("ec2", ""), "authorization": value.encode("latin-1")},
                )
                self.assertIsNone(answer.problem)
                self.assertIn(answer.code, ("IncompleteSignature", "MissingAuthenticationToken", "AuthFailure"))

    def every(self, how, call):
        for row in hamlet.rows():
            service, name = row["service"], row["name"]
            if name in WITHOUT_SIGNATURE:
                continue
            with self.subTest(name):
                answer = call(service, name, self.sent[service, name])
                self.assertIsNone(answer.problem)
                expected, protocol = EXPECTED[how], hamlet.model(service).protocol
                status, code, sentence = expected["sqs" if service in OF_BEFORE else protocol]
                self.assertEqual((status, code), (answer.status, answer.code))
                before = f"{expected['query'][1]};Sender" if service in OF_BEFORE else None
                self.assertEqual(before, answer.code_of_before)
                self.assertTrue(answer.message.startswith(sentence), answer.message)


class Open(unittest.TestCase):
    """With `--auth open`, strangers act as the account's root, but a known key must still be signed with its secret."""

    def test_a_stranger_is_root(self):
        open_hamlet = story.told().hamlet
        answer = wire.signed(open_hamlet, "sts", "GetCallerIdentity", {}, key=STRANGER)
        self.assertIn(f"arn:aws:iam::{hamlet.ACCOUNT}:root".encode(), answer.body)

    def test_a_known_key_with_another_secret_is_refused(self):
        open_hamlet = story.told().hamlet
        answer = wire.signed(open_hamlet, "ec2", "DescribeVpcs", {}, key=(open_hamlet.key[0], "wrong"))
        self.assertEqual((401, "AuthFailure"), (answer.status, answer.code))

    def test_a_request_without_a_signature_is_refused(self):
        answer = wire.unsigned(story.told().hamlet, "ec2", "DescribeVpcs", {})
        self.assertEqual((403, "MissingAuthenticationToken"), (answer.status, answer.code))
