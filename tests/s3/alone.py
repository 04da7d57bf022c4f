"""S3 alone, for the tests beside this: how it is started, spoken to, and what it must refuse.

The program is the example that `cargo test --package s3` leaves beside the tests.
"""

import http.client
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/labs"))
import harness  # noqa: E402

MIB = 1024 * 1024


def program():
    """S3 alone, where cargo leaves it."""
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "debug/examples/alone"


class Server:
    def __init__(self, folder=None):
        self.folder = folder or tempfile.mkdtemp(prefix="hamlet-s3-")
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [program(), self.folder], stdout=subprocess.PIPE, text=True, preexec_fn=harness.die_with_parent
        )
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def client(self, region="us-east-1", **options):
        config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, **options)
        keys = {"aws_access_key_id": "AKIAALONE", "aws_secret_access_key": "secret"}
        return boto3.client("s3", region_name=region, endpoint_url=self.url, config=config, **keys)

    def files(self):
        return sum(len(files) for _, _, files in os.walk(os.path.join(self.folder, "objects", "bodies")))


def refused(code, status, call, message=None, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        answer = error.response
        found = (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
        assert found == (code, status), f"{found} instead of {(code, status)}: {answer}"
        assert message is None or answer["Error"]["Message"] == message, answer["Error"]["Message"]
        return answer
    raise AssertionError(f"{call.__name__} {parameters} is not refused by {code}")


class SaidAuth(S3SigV4Auth):
    """Signs what is said of the body rather than the body."""

    def __init__(self, said):
        super().__init__(Credentials("AKIAALONE", "secret"), "s3", "us-east-1")
        self.said = said

    def payload(self, request):
        return self.said


def signed(server, method, path, headers=None, said="UNSIGNED-PAYLOAD"):
    """The headers of a request whose body is nobody's but the test's."""
    request = AWSRequest(method, f"{server.url}{path}", headers=headers or {})
    SaidAuth(said).add_auth(request)
    return dict(request.headers.items())


def send(server, method, path, body=b"", headers=None, said="UNSIGNED-PAYLOAD", sign=True):
    """The status, the headers and the text of an answer to a request that no client would send."""
    headers = signed(server, method, path, headers, said) if sign else headers or {}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def run(*families):
    """Each family against the same server, or those that are named on the command line; how each went."""
    families = [it for it in families if it.__name__ in sys.argv[1:] or not sys.argv[1:]]
    server, results = Server(), []
    try:
        for family in families:
            began, result = time.monotonic(), "passed"
            try:
                family(server)
            except harness.CannotRun as reason:
                print(f"  {reason}")
                result = "not run"
            except (AssertionError, ClientError, OSError, subprocess.SubprocessError):
                traceback.print_exc(file=sys.stdout)
                result = "failed"
            results.append(result)
            print(f"{result} {family.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
    finally:
        server.kill()
        shutil.rmtree(server.folder)
    return results
