#!/usr/bin/env python3
"""The aws CLI in a fork is the aws CLI that was started: the same output, errors and exit code."""

import concurrent.futures
import json
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys
import time

import harness
from aws_calls import SERVER
from harness import ACCOUNT

OTHERS = ("210987654321", "111111111111")
DESCRIBE = ("ec2", "describe-vpcs")
NOBODY = "vpc-0123456789abcdef0"
# Runs one call that gets no answer, and is killed meanwhile.
KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
import harness
environment = {**harness.clean_environment(), "AWS_ENDPOINT_URL": sys.argv[2]}
environment |= {"AWS_ACCESS_KEY_ID": "1", "AWS_SECRET_ACCESS_KEY": "1"}
harness.aws_server()
print("started", flush=True)
harness.run_aws(["--region", "us-east-1", "ec2", "describe-vpcs"], environment)
"""


class AwsCommand(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.same_answers()
        self.input()
        self.closed_output()
        self.environments()
        self.two_at_once()
        self.nothing_is_shared()
        self.ends()

    def both(self, *words, environment=(), stdin="", cwd="/"):
        """What the command says as a process of its own, which a fork must say, too."""
        variables = {**self.hamlet.environment, **dict(environment)}
        self.holds(harness.aws_server().takes(variables), "a fork can be given this environment")
        started, forked = (harness.run_aws(words, variables, stdin=stdin, cwd=cwd, start=it) for it in (True, False))
        for name in ("code", "out", "err"):
            ours, real = getattr(forked, name), getattr(started, name)
            self.holds(
                ours == real,
                f"{name} of `aws {shlex.join(words)}`: {str(ours)[-500:]!r}\n  the command: {str(real)[-500:]!r}",
            )
        return started

    def same_answers(self):
        self.step(
            "1. success, in every format; an error of the service; wrong usage; what is found before anything is sent"
        )
        for more in ((), ("--output", "table"), ("--output", "text"), ("--query", "Vpcs[].CidrBlock"), ("--dry-run",)):
            self.both(*DESCRIBE, *more)
        self.sees(self.both(*DESCRIBE).code, 0)
        self.holds(self.both(*DESCRIBE, "--vpc-ids", NOBODY).code in (254, 255), "an error of the service")
        self.holds(self.both("ec2", "describe-vpc").code in (2, 252), "no such operation")
        for words in (
            (),
            ("--version",),
            ("ec3",),
            ("ec2", "create-vpc", "--cidr-blok", "10.0.0.0/16"),
            ("ec2", "create-route"),
            ("ec2", "describe-vpcs", "--filters", "Name="),
            ("ec2", "create-vpc", "help", "me"),
            ("sts", "get-caller-identity"),
            ("iam", "list-roles"),
            ("route53", "list-hosted-zones"),
            ("configure", "list"),
            ("ec2", "wait", "vpc-exists", "--vpc-ids", "vpc"),
        ):
            self.both(*words)

    def input(self):
        self.step("2. input from a file, from a file of the current directory, and from standard input")
        here = self.user.stage / "here"
        here.mkdir()
        filters = [{"Name": "is-default", "Values": ["true"]}]
        for name in ("input.json", "ü.json"):
            (here / name).write_text(json.dumps({"Filters": filters}))
        for source in (f"file://{here}/input.json", "file://input.json", "file://ü.json"):
            answer = self.both(*DESCRIBE, "--cli-input-json", source, cwd=here)
            self.sees(len(json.loads(answer.out)["Vpcs"]), 1, source)
        self.holds(
            self.both(*DESCRIBE, "--cli-input-json", "file://absent.json", cwd=here).code, "a file that is not there"
        )
        piped = (*DESCRIBE, "--filters", "file:///dev/stdin")
        self.sees(len(json.loads(self.both(*piped, stdin=json.dumps(filters)).out)["Vpcs"]), 1, "by standard input")
        self.holds(self.both(*piped, stdin="{").code, "half of a text")
        # It reads this file twice, and of a pipe the second time nothing.
        self.both(*DESCRIBE, "--cli-input-json", "file:///dev/stdin", stdin=json.dumps({"Filters": filters}))

    def closed_output(self):
        self.step("3. output that nobody reads")
        for words in (DESCRIBE, ("--version",), (*DESCRIBE, "--vpc-ids", NOBODY)):
            started, forked = (self.into_closed_pipe(run, words) for run in (self.start, self.fork))
            self.sees(forked, started, f"aws {shlex.join(words)}")

    def into_closed_pipe(self, run, words):
        """(exit code, errors)."""
        reading, writing = os.pipe()
        os.close(reading)
        errors = os.memfd_create("errors")
        null = os.open(os.devnull, os.O_RDONLY)
        code = run(words, (null, writing, errors))
        said = os.pread(errors, 1 << 16, 0).decode()
        for descriptor in (writing, errors, null):
            os.close(descriptor)
        return code, said

    def start(self, words, descriptors):
        streams = dict(zip(("stdin", "stdout", "stderr"), descriptors, strict=True))
        return subprocess.run([harness.VENV / "bin" / "aws", *words], env=self.hamlet.environment, **streams).returncode

    def fork(self, words, descriptors):
        server = harness.aws_server()
        return server.wait(server.start(words, self.hamlet.environment, "/", descriptors), 60)

    def environments(self):
        self.step(
            "4. the environment is the caller's; one that is read as the CLI is imported is given to a process "
            "of its own"
        )
        home = self.user.stage / "home"
        (home / ".aws").mkdir(parents=True)
        settings = home / ".aws" / "config"
        settings.write_text("[default]\noutput = text\n[profile wide]\noutput = table\nregion = eu-west-1\n")
        for more in (
            {"AWS_DEFAULT_OUTPUT": "text"},
            {"AWS_CONFIG_FILE": str(settings)},
            {"AWS_CONFIG_FILE": str(settings), "AWS_PROFILE": "wide"},
            {"AWS_PROFILE": "absent"},
            {"AWS_ACCESS_KEY_ID": ""},
            {"TZ": "Asia/Tokyo"},
            {"AWS_EC2_METADATA_DISABLED": "false"},
        ):
            self.both(*DESCRIBE, environment=more)
        without = {
            name: value
            for name, value in self.hamlet.environment.items()
            if name != "AWS_DEFAULT_REGION" and name != "AWS_REGION"
        }
        started, forked = (harness.run_aws(DESCRIBE, without, start=it) for it in (True, False))
        self.sees((forked.code, forked.err), (started.code, started.err), "without a Region")
        for more in (
            {"HOME": str(home)},
            {"LC_ALL": "C"},
            {"PYTHONUTF8": "0"},
            {"AWS_DATA_PATH": str(home)},
            {"LD_LIBRARY_PATH": "/nowhere"},
        ):
            self.holds(
                not harness.aws_server().takes({**self.hamlet.environment, **more}), f"with {more} it is started"
            )

    def two_at_once(self):
        self.step("5. calls at once, each with its own environment and its own output")
        accounts = [ACCOUNT, *OTHERS] * 6
        owner = ("ec2", "describe-vpcs", "--query", "Vpcs[0].OwnerId", "--output", "text")
        ask = lambda it: harness.run_aws(owner, {**self.hamlet.environment, "AWS_ACCESS_KEY_ID": it}).out.strip()
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            self.sees(list(pool.map(ask, accounts)), accounts)

    def nothing_is_shared(self):
        self.step("6. what the CLI draws by lot is drawn for each call: two prefix lists, not one made twice")
        make = (
            "ec2",
            "create-managed-prefix-list",
            "--prefix-list-name",
            "same",
            "--address-family",
            "IPv4",
            "--max-entries",
            "1",
        )
        made = {self.aws(*make)["PrefixList"]["PrefixListId"] for _ in range(2)}
        self.sees(len(made), 2)
        # Its example of every parameter is of values by lot.
        skeletons = {
            harness.run_aws(("ec2", "create-vpc", "--generate-cli-skeleton"), self.hamlet.environment).out
            for _ in range(3)
        }
        self.sees(len(skeletons), 3)
        self.step("   what the CLI itself starts gets its environment, its directory and its signals")
        script = self.user.stage / "credentials"
        script.write_text("#!/bin/sh\nexec >&2\npwd\numask\ngrep ^Sig /proc/self/status\nenv | sort\n")
        script.chmod(0o755)
        settings = self.user.stage / "process"
        settings.write_text(f"[default]\ncredential_process = {script}\n")
        without = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CONFIG_FILE": str(settings)}
        self.both(*DESCRIBE, environment=without, cwd=self.user.stage)

    def ends(self):
        self.step("7. a call that takes too long is ended, and all of it with whoever called")
        # Connections are accepted, and nobody reads.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            silent = f"http://127.0.0.1:{listener.getsockname()[1]}"
            environment = {**self.hamlet.environment, "AWS_ENDPOINT_URL": silent}
            began = time.monotonic()
            try:
                harness.run_aws(DESCRIBE, environment, seconds=2)
                self.holds(False, "somebody answered")
            except harness.Failed as failed:
                self.holds("did not end within 2 s" in str(failed), failed)
            self.holds(time.monotonic() - began < 10, "at once")
            harness.wait_for("the fork to end", lambda: not forks_of(harness.aws_server().process.pid), 5)
            self.sees(self.both(*DESCRIBE).code, 0)
            self.killed(silent)

    def killed(self, silent):
        labs = pathlib.Path(SERVER).parent
        caller = subprocess.Popen(
            [sys.executable, "-c", KILLED, labs, silent],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=harness.die_with_parent,
        )
        self.sees(caller.stdout.readline(), "started\n")
        [server] = forks_of(caller.pid)
        harness.wait_for("the fork", lambda: forks_of(server), 10)
        [fork] = forks_of(server)
        caller.send_signal(signal.SIGKILL)
        caller.wait()
        caller.stdout.close()
        for pid in (server, fork):
            harness.wait_for(
                "what served a caller that was killed to end", lambda: not pathlib.Path("/proc", str(pid)).exists(), 10
            )


def forks_of(pid):
    """The children of a process."""
    return [int(it) for it in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    harness.run(AwsCommand, both=False)
