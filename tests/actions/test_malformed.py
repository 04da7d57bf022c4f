"""Whatever a stranger sends is answered with an error of AWS's form, or by the HTTP layer; the server goes on.

Random cases are made from a seed, which is printed with each failure; HAMLET_SEED repeats it.
"""

import os
import random
import re
import socket
import unittest
import urllib.parse

import hamlet
import scenario
import story
import wire
from rest import Rest

SEED = int(os.environ.get("HAMLET_SEED") or random.SystemRandom().randrange(2**32))
MEGABYTE = 1 << 20
CASES = 300


# What AWS says of what EC2-Classic had.
RETIRED = ("UnsupportedOperation", "The functionality you requested is not available in this region.")


class Malformed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hamlet = hamlet.Hamlet()
        cls.random = random.Random(SEED)
        cls.sent = story.finished().recorder.sent

    @classmethod
    def tearDownClass(cls):
        log = cls.hamlet.log.read_text()
        assert cls.hamlet.process.poll() is None, f"the server died:\n{log}"
        assert "panicked" not in log, log
        assert cls.hamlet.stop(), "the server did not end as it should"

    def tearDown(self):
        answer = wire.signed(self.hamlet, "sts", "GetCallerIdentity", {})
        self.assertEqual(200, answer.status, f"after {self.id()}, seed {SEED}")

    def refused(self, answer, *codes):
        """An error in AWS's form, and not the server's fault."""
        self.assertIsNone(answer.problem, f"seed {SEED}")
        self.assertIsNotNone(answer.code, f"seed {SEED}: {answer}")
        self.assertTrue(400 <= answer.status < 500 or answer.status == 501, f"seed {SEED}: {answer}")
        if codes:
            self.assertIn(answer.code, codes)

    def ec2(self, body, **options):
        return wire.signed(self.hamlet, "ec2", "", body, **options)

    def test_garbage_bodies(self):
        for number in range(CASES):
            body = self.random.randbytes(self.random.choice((1, 10, 100, 5000)))
            with self.subTest(number):
                self.refused(self.ec2(body))
                self.refused(
                    wire.signed(self.hamlet, "ssm", "GetParameter", body),
                    "SerializationException",
                    "ValidationException",
                )

    def test_good_requests_with_bytes_changed(self):
        forms = [form for (service, _), form in self.sent.items() if service == "ec2"]
        for _ in range(CASES):
            body = bytearray(urllib.parse.urlencode(self.random.choice(forms)).encode())
            for _ in range(self.random.randint(1, 4)):
                at = self.random.randrange(len(body))
                change = self.random.choice("replace insert delete swap".split())
                if change == "replace":
                    body[at] = self.random.randrange(256)
                elif change == "insert":
                    body[at:at] = self.random.choice((b"%", b"&", b"=", b".", b"%00", b"%f", b".1", b"+"))
                elif change == "delete":
                    del body[at : at + self.random.randint(1, 8)]
                else:
                    body[at:] = body[at:][::-1]
                body = body or bytearray(b"x")
            with self.subTest(bytes(body)[:120]):
                answer = self.ec2(bytes(body))
                self.assertTrue(answer.status == 200 or answer.code, f"seed {SEED}: {answer}")
                self.assertTrue(answer.status < 500 or answer.status == 501, f"seed {SEED}: {answer}")
                self.assertIsNone(answer.problem, f"seed {SEED}")

    def test_percent_signs_and_text_that_is_not_utf8(self):
        for body in (
            b"%",
            b"%4",
            b"%zz=1",
            b"Action=%ff%fe",
            b"Action=DescribeVpcs&VpcId.1=%f",
            b"Action=\xff\xfe&Version=x",
            b"Action=DescribeVpcs&VpcId.1=%00",
            b"Action=DescribeVpcs&%00=1",
            b"Action=DescribeVpcs&VpcId.1=%ED%A0%80",
        ):
            with self.subTest(body):
                self.refused(self.ec2(body))

    def test_control_characters_do_not_break_the_answer(self):
        for text in ("\x00", "\x01\x1f", "\ud7ff\ufffe\uffff", "<a>&\"']]>", "😀" * 10):
            for key in ("VpcId.1", "Filter.1.Name", "Colour"):
                with self.subTest(f"{key} {text!r}"):
                    self.refused(wire.signed(self.hamlet, "ec2", "DescribeVpcs", {key: text}))

    def test_text_with_markup_comes_back_as_it_was(self):
        ec2 = self.hamlet.client()
        for text in ("<a href='x'>&amp;\"</a>", "]]>", " leading and trailing ", "é😀", "a\tb"):
            with self.subTest(text):
                vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
                ec2.create_tags(Resources=[vpc], Tags=[{"Key": "text", "Value": text}])
                [shown] = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
                # Others of these tests may have tagged it, too.
                self.assertIn({"Key": "text", "Value": text}, shown["Tags"])

    def test_list_indexes(self):
        for key in (
            "VpcId.99999999999999999999",
            "VpcId.-1",
            "VpcId.0",
            "VpcId.1.2",
            "VpcId.x",
            "VpcId.",
            ".VpcId",
            "VpcId..1",
            "VpcId.1e9",
            "VpcId.4294967296",
            "Filter.1.Value.1.1.1",
            "." * 2000,
            "a." * 5000,
            "VpcId",
            "Filter.18446744073709551616.Name",
        ):
            with self.subTest(key[:40]):
                self.refused(wire.signed(self.hamlet, "ec2", "DescribeVpcs", {key: "vpc-1"}))

    def test_a_list_that_begins_anywhere_is_a_list(self):
        """AWS takes members in the order of their numbers, wherever these begin."""
        vpc = self.hamlet.client().describe_vpcs()["Vpcs"][0]["VpcId"]
        answer = wire.signed(self.hamlet, "ec2", "DescribeVpcs", {"VpcId.7": vpc})
        self.assertEqual(200, answer.status, answer)

    def test_many_parameters(self):
        many = {f"VpcId.{number}": "vpc-00000000000000000" for number in range(1, 100_001)}
        self.refused(wire.signed(self.hamlet, "ec2", "DescribeVpcs", many))
        self.refused(self.ec2(b"Action=DescribeVpcs&" + b"&" * MEGABYTE + b"VpcId.1=x"))
        self.refused(self.ec2(b"Action=DescribeVpcs&" + b"a=1&" * 100_000))

    def test_parameters_twice(self):
        self.refused(self.ec2(b"Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1&VpcId.1=vpc-2"))
        self.ec2(b"Action=DescribeVpcs&Action=DeleteVpc&Version=2016-11-15")

    def test_huge_bodies(self):
        for size in (3 * MEGABYTE, 5 * MEGABYTE, 20 * MEGABYTE):
            with self.subTest(size):
                try:
                    answer = self.ec2(b"Action=DescribeVpcs&VpcId.1=" + b"x" * size)
                except (BrokenPipeError, ConnectionResetError):
                    continue  # The server may close the door on what it will not read.
                self.refused(answer)

    def test_content_types(self):
        body = wire.encoded("ec2", "DescribeVpcs", {})
        for kind in (
            "",
            "text/plain",
            "application/json",
            "multipart/form-data; boundary=x",
            "application/xml",
            "é",
            "x" * 5000,
        ):
            with self.subTest(kind[:40]):
                answer = wire.signed(
                    self.hamlet,
                    "ec2",
                    "DescribeVpcs",
                    body,
                    headers={"content-type": kind.encode("latin-1").decode("latin-1")},
                )
                self.assertTrue(answer.status == 200 or answer.code, answer)

    def test_bad_base64(self):
        image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        run = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": "1", "MaxCount": "1"}
        for text in ("*", "a", "abc", "====", "é", "YWJj\x00"):
            with self.subTest(text):
                self.refused(
                    wire.signed(self.hamlet, "ec2", "ImportKeyPair", {"KeyName": "k", "PublicKeyMaterial": text})
                )
                self.refused(wire.signed(self.hamlet, "ec2", "RunInstances", {**run, "UserData": text}))

    def test_public_keys_that_are_none(self):
        import base64

        for text in (
            "",
            "ssh-rsa",
            "ssh-rsa AAAA",
            "ssh-ed25519 " + "A" * 4000,
            "-----BEGIN CERTIFICATE-----",
            "x" * 100_000,
            "ssh-rsa " + scenario.public_key().split()[1],
        ):
            with self.subTest(text[:30]):
                material = base64.b64encode(text.encode()).decode()
                answer = wire.signed(
                    self.hamlet, "ec2", "ImportKeyPair", {"KeyName": "k", "PublicKeyMaterial": material}
                )
                self.refused(answer, "InvalidKey.Format", "InvalidParameterValue", "MissingParameter")

    def test_bad_json(self):
        deep = b'{"Name":' * 5000 + b"1" + b"}" * 5000
        for body in (
            b"{",
            b"[]",
            b"null",
            b'"x"',
            b"1",
            b'{"Name":1}',
            b'{"Name":["x"]}',
            b'{"Name":"\\ud800"}',
            b"\xff",
            deep,
            b"[" * 100_000,
            b'{"Names":"x"}',
            b'{"Name":"x","Name":"y"}',
            b'{"Name":' + b"9" * 10_000 + b"}",
        ):
            for target in ("GetParameter", "GetParameters", "GetParametersByPath"):
                with self.subTest(f"{target} {body[:30]}"):
                    answer = wire.signed(self.hamlet, "ssm", target, body)
                    self.refused(answer, "SerializationException", "ValidationException", "ParameterNotFound")
            self.refused(wire.signed(self.hamlet, "ec2-instance-connect", "SendSSHPublicKey", body))

    def test_targets_and_actions_that_are_none(self):
        for target in (
            "",
            "x",
            "AmazonSSM",
            "AmazonSSM.",
            ".",
            "AmazonSSM.MakeCoffee",
            "Amazon.SSM.GetParameter",
            "é.x",
            "x" * 8000,
        ):
            with self.subTest(target[:30]):
                answer = wire.signed(self.hamlet, "ssm", "", b"{}", headers={"x-amz-target": target})
                self.refused(answer)
        for action in ("", "MakeCoffee", "describevpcs", "DescribeVpcs ", "x" * 5000, "<DescribeVpcs/>"):
            with self.subTest(action[:30]):
                self.refused(
                    wire.signed(self.hamlet, "ec2", action, {}), "InvalidAction", "MissingAction", "MissingParameter"
                )

    def test_actions_that_only_aws_has(self):
        for service, code in (
            ("ec2", "NotImplemented"),
            ("iam", "NotImplemented"),
            ("sts", "NotImplemented"),
            ("ssm", "NotImplementedException"),
            ("service-quotas", "NotImplementedException"),
        ):
            rows = hamlet.rows() + hamlet.vacant_rows()
            served = {row["name"] for row in rows if row["service"] == service}
            for name in sorted(set(hamlet.model(service).operation_names) - served):
                with self.subTest(f"{service} {name}"):
                    answer = wire.signed(self.hamlet, service, name, {})
                    self.assertIsNone(answer.problem)
                    if "ClassicLink" in name or name in ("MoveAddressToVpc", "RestoreAddressToClassic"):
                        self.assertEqual((400, *RETIRED), (answer.status, answer.code, answer.message))
                        continue
                    if name == "ValidateSecurityGroupQuotasForInterface":
                        # "Only authorized Amazon Web Services services can call this operation."
                        self.assertEqual((403, "UnauthorizedOperation"), (answer.status, answer.code))
                        continue
                    self.assertEqual((501, code), (answer.status, answer.code))
                    self.assertIn(name, answer.message)

    def test_actions_of_a_rest_service_that_only_aws_has(self):
        rows = hamlet.rows() + hamlet.vacant_rows()
        served = {row["name"] for row in rows if row["service"] == "route53"}
        described = hamlet.model("route53")
        for name in sorted(set(described.operation_names) - served):
            with self.subTest(name):
                http = described.operation_model(name).http
                path = re.sub(r"\{\w+\+?\}", "X1", http["requestUri"])
                answer = wire.signed(self.hamlet, "route53", name, Rest(http["method"], path, b""))
                self.assertIsNone(answer.problem)
                self.assertEqual((501, "NotImplemented"), (answer.status, answer.code))
                self.assertIn(name, answer.message)

    def test_paths_and_bodies_of_a_rest_service(self):
        zones = "/2013-04-01/hostedzone"
        for method, path in (("PUT", zones), ("GET", "/2013-04-01/coffee"), ("GET", f"{zones}/a/b/c/d"), ("POST", "/")):
            with self.subTest(f"{method} {path}"):
                answer = wire.signed(self.hamlet, "route53", "", Rest(method, path, b""))
                self.assertEqual((404, "UnknownOperationException"), (answer.status, answer.code))
        deep = b"<a>" * 100_000
        for body in (b"", b"<", b"<a/>", b"\xff", b"<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>", deep, b"{}"):
            with self.subTest(body[:20]):
                self.refused(wire.signed(self.hamlet, "route53", "", Rest("POST", zones, body)), "InvalidInput")

    def test_services_that_nobody_has(self):
        def rename(headers):
            headers["Authorization"] = headers["Authorization"].replace("/sts/", "/coffee/")

        answer = wire.signed(self.hamlet, "sts", "GetCallerIdentity", {}, spoil=rename)
        self.assertEqual((501, "NotImplemented"), (answer.status, answer.code))
        self.assertIn("'coffee'", answer.message)

    def test_http_methods_and_paths(self):
        for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW"):
            for path in (
                "/",
                "/x",
                "/?Action=DescribeVpcs",
                "/..%2f..%2fetc/passwd",
                "/" + "x" * 5000,
                "/?" + "a=b&" * 1000,
            ):
                with self.subTest(f"{method} {path[:30]}"):
                    answer = wire.send(self.hamlet, method, path)
                    self.assertLess(answer.status, 502)
                    self.assertNotEqual(500, answer.status)

    def test_rubbish_on_the_socket(self):
        for said in (
            b"\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
            b"HELLO\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
            b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 5000 + b"\r\n",
            b"GET / HTTP/1.1\r\nHost: " + b"x" * 1_000_000,
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nContent-Length: 20\r\n\r\n",
            b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            self.random.randbytes(4096),
        ):
            with self.subTest(said[:40]):
                with socket.create_connection((self.hamlet.host, self.hamlet.port), timeout=5) as connection:
                    try:
                        connection.sendall(said)
                        connection.shutdown(socket.SHUT_WR)
                        answered = connection.recv(65536)
                    except OSError:
                        continue  # The server closed the door, which is an answer.
                self.assertNotIn(b" 500 ", answered[:40])

    def test_connections_that_hang_do_not_stop_others(self):
        held = []
        try:
            for _ in range(200):
                connection = socket.create_connection((self.hamlet.host, self.hamlet.port), timeout=5)
                connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf")
                held.append(connection)
            answer = wire.signed(self.hamlet, "ec2", "DescribeVpcs", {})
            self.assertEqual(200, answer.status, answer)
        finally:
            for connection in held:
                connection.close()

    def test_identifiers_that_are_none(self):
        """For each parameter that is an identifier: words of every kind do not exist or are not well written."""
        for (service, name), form in sorted(self.sent.items()):
            if service != "ec2":
                continue
            for key, value in form.items():
                if not isinstance(value, str) or not value.partition("-")[2] or value.partition("-")[0] not in PREFIXES:
                    continue
                for text in (
                    "",
                    "x",
                    value + "0",
                    value[:-1],
                    value.upper(),
                    "vpc-zzzzzzzzzzzzzzzzz",
                    "i-" + "0" * 17,
                    "é",
                    "x" * 2000,
                ):
                    with self.subTest(f"{name} {key}={text[:30]}"):
                        answer = wire.signed(
                            self.hamlet,
                            "ec2",
                            name,
                            {
                                k: v
                                for k, v in {**form, key: text}.items()
                                if k not in ("Action", "Version", "ClientToken")
                            },
                        )
                        self.assertIsNone(answer.problem)
                        self.assertLess(answer.status, 500, answer)


PREFIXES = {
    "vpc",
    "subnet",
    "igw",
    "eigw",
    "rtb",
    "rtbassoc",
    "nat",
    "pcx",
    "sg",
    "sgr",
    "acl",
    "aclassoc",
    "eni",
    "eipalloc",
    "eipassoc",
    "dopt",
    "pl",
    "i",
    "iip-assoc",
    "ami",
    "scr",
    "eice",
}
