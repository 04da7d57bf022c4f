"""A Hamlet of the tests' own, without instances, and boto3 clients whose every answer is looked at.

Leaves nothing behind: the daemon dies with us even when we are killed, and the directories of runs that were killed are
removed by the next one.
"""

import atexit
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import botocore.session
from botocore.config import Config

import answers

PROGRAM = os.environ.get("HAMLET_PROGRAM", "hamlet")
REGION = "us-west-2"
ACCOUNT = "123456789012"
ISSUER = "https://ci.example"
PREFIX = "hamlet-actions-"
START_SECONDS = 30


class Hamlet:
    """A running Hamlet."""

    def __init__(self, *options, data=None):
        self.options = options
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="data-", dir=stage()))
        self.log = self.data.with_suffix(".log")
        self.process = None
        _servers.append(self)
        self.start()

    @property
    def issuers_keys(self):
        """Where the keys of the identity provider ISSUER are looked for."""
        return self.data.with_suffix(".jwks")

    def start(self):
        command = [PROGRAM, "--data", self.data, "up", "--listen", "127.0.0.1:0", "--instances", "none"]
        command += ["--oidc-issuer", f"{ISSUER}={self.issuers_keys}"]
        command += [*(() if "--region" in self.options else ("--region", REGION)), *self.options]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent
            )
        _daemons.append(self.process)
        deadline = time.monotonic() + START_SECONDS
        while True:
            said = subprocess.run([PROGRAM, "--data", self.data, "env", "--json"], capture_output=True, text=True)
            if said.returncode == 0:
                break
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"hamlet does not start:\n{self.log.read_text()}")
            time.sleep(0.05)
        variables = json.loads(said.stdout)
        self.url = variables["AWS_ENDPOINT_URL"]
        self.host, _, port = self.url.removeprefix("http://").rpartition(":")
        self.port = int(port)
        self.key = (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])

    def restart(self):
        """Without warning, as when the power fails."""
        self.process.kill()
        self.process.wait()
        self.start()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=20) == 0
        except subprocess.TimeoutExpired:
            self.process.kill()
            return False

    def client(self, service="ec2", account=None, region=REGION, key=None, recorder=None, validate=True, path=""):
        """A boto3 client. With `account`, one of another account: its number is the access key in open mode. A `key` of
        three parts is a session's."""
        access, secret, *token = key or ((account, "none") if account else self.key)
        client = _session.create_client(
            service,
            region_name=region,
            endpoint_url=self.url + path,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            aws_session_token=token[0] if token else None,
            config=Config(
                retries={"total_max_attempts": 1},
                parameter_validation=validate,
                read_timeout=30,
                # As `hamlet env` has it.
                inject_host_prefix=False,
            ),
        )
        # S3's answers are looked at in tests/s3.
        if service != "s3":
            (recorder or answers.EVERYTHING).watch(client)
        return client


def troubles():
    """What a server of this run did that none may do, whatever it was asked."""
    for server in _servers:
        log = server.log.read_text()
        if "panicked" in log:
            yield f"a server panicked:\n{log}"
        if server.process.poll() not in (None, 0, -signal.SIGKILL):
            yield f"a server ended with {server.process.returncode}:\n{log}"


# Services that botocore calls otherwise than requests to them are signed for.
BOTOCORE = {"monitoring": "cloudwatch", "servicequotas": "service-quotas", "tagging": "resourcegroupstaggingapi"}


def rows(*options):
    """Every action that the program says it has, by botocore's name of its service; but S3's, which tests/s3 has."""
    return [row for row in all_rows(*options) if row["service"] != "s3"]


def all_rows(*options):
    """The same with S3's."""
    listed = subprocess.run([PROGRAM, "actions", "--json", *options], capture_output=True, text=True, check=True)
    return [dict(row, service=BOTOCORE.get(row["service"], row["service"])) for row in json.loads(listed.stdout)]


def vacant_rows():
    """Every operation of which the program says that it answers that there are none."""
    return rows("--none")


def model(service):
    """botocore's model of a service."""
    if service not in _models:
        described = _session.get_service_model(service)
        # Of several protocols botocore speaks the one that it likes best, and names another.
        described.metadata["protocol"] = described.resolved_protocol
        _models[service] = described
    return _models[service]


_daemons = []
_servers = []
_models = {}
_session = botocore.session.Session()
# Whatever the machine's user has configured is not ours.
_session.set_config_variable("config_file", os.devnull)
_session.set_config_variable("credentials_file", os.devnull)
_stage = None


def stage():
    """The directory of this run, which is gone after it."""
    global _stage
    if _stage is None:
        _remove_abandoned()
        _stage = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
        atexit.register(_clean_up)
        signal.signal(signal.SIGTERM, _end)
    return _stage


def _clean_up():
    for process in _daemons:
        process.kill()
        process.wait()
    shutil.rmtree(_stage, ignore_errors=True)


def _end(*_):
    # Not an exception: a test would take it for its own failure, and the next would begin.
    _clean_up()
    os._exit(128 + signal.SIGTERM)


def _remove_abandoned():
    for path in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = path.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not pathlib.Path("/proc", pid).exists():
            shutil.rmtree(path, ignore_errors=True)


def _die_with_parent():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
