#!/usr/bin/env python3
"""What the command line should not be told, and what a machine can lack: one sentence each, and the right exit code."""

import json
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness


class CommandLine(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.step("not running; wrong usage")
        other = self.user.own(self.user.stage / "other") if (self.user.stage / "other").mkdir() is None else None
        self.says(3, "no Hamlet runs with the data directory", "--data", str(other), "status")
        self.says(2, "invalid value 'nowhere'", "up", "--listen", "nowhere")
        self.says(1, "an account ID has twelve digits", "up", "--account", "42")
        self.says(1, "choose one of af-south-1", "up", "--region", "mars-1")
        self.says(2, "there is no quota 'vpcs': choose one of ec2-vpc-elastic-ips", "up", "--quota", "vpcs=9")
        self.says(2, "'many' is not a whole number", "up", "--quota", "vpcs-per-region=many")
        self.step("port taken; data directory in use; open to others")
        taken = "{}:{}".format(*self.hamlet.address)
        self.says(
            1,
            f"{taken} cannot be listened on; choose another with --listen",
            "--data",
            str(other),
            "up",
            "--listen",
            taken,
            "--instances",
            "none",
        )
        self.says(1, "is in use by process", "up", "--listen", "127.0.0.1:0", "--instances", "none")
        self.says(
            1,
            "a Hamlet runs with the data directory",
            "up",
            "--detach",
            "--listen",
            "127.0.0.1:0",
            "--instances",
            "none",
        )
        self.says(1, "--auth strict", "--data", str(other), "up", "--listen", "0.0.0.0:0", "--instances", "none")
        self.step("a missing kernel feature; a data directory that cannot be made, or is something else")
        self.says(1, "/nowhere/tun is missing", "--data", str(other), "up", environment={"HAMLET_TUN": "/nowhere/tun"})
        self.says(1, "cannot be made", "--data", "/proc/none", "up", "--instances", "none", "--listen", "127.0.0.1:0")
        self.says(
            1, "cannot be", "--data", str(self.hamlet.log), "up", "--instances", "none", "--listen", "127.0.0.1:0"
        )
        self.step("services that are not there")
        self.absent("NotImplemented", "ListIdentities", "Amazon SES", "ses", "list-identities")
        self.sees(self.aws("lambda", "list-functions"), {"Functions": []}, "functions, which nobody can have here")
        self.absent("NotImplementedException", "DescribeVoices", "Amazon Polly", "polly", "describe-voices")
        self.absent("NotImplementedException", "ListEndpoints", "Amazon Comprehend", "comprehend", "list-endpoints")
        self.step("flows: words that are none, and no machine")
        self.says(1, "there is no 'rejected' to look for. What can be: an address or block", "flows", "rejected")
        self.says(1, "there is no '10.0.0.0/33' to look for", "flows", "--follow", "10.0.0.0/33")
        self.says(1, "there is no '\\u{1b}[2J' to look for", "flows", "\x1b[2J")
        self.says(1, "'70000' is no port: a port is a number up to 65535", "flows", "70000")
        self.says(1, "icmp has no ports", "flows", "icmp/8")
        self.says(1, "The instance ID 'i-0123456789abcdef0' does not exist", "flows", "i-0123456789abcdef0")
        self.says(1, "was started with --instances none", "flows", "reject")
        self.says(2, "unexpected argument '--rejected'", "flows", "--rejected")
        self.step("instances: none, several with that name, without a machine, stopped")
        self.says(125, "there is no instance 'web'", "exec", "web", "--", "true")
        [subnet] = self.ec2("describe-subnets", "--filters", f"Name=availability-zone,Values={harness.REGION}a")[
            "Subnets"
        ]
        ami = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        tags = '[{"ResourceType":"instance","Tags":[{"Key":"Name","Value":"web"}]}]'
        launch = ("run-instances", "--image-id", ami, "--instance-type", "t2.micro", "--tag-specifications", tags)
        one = self.ec2(*launch, "--subnet-id", subnet["SubnetId"])["Instances"][0]["InstanceId"]
        self.wait_running(one)
        self.says(125, "was started with --instances none", "exec", "web", "--", "true")
        self.says(125, "was started with --instances none", "laptop", "--", "true")
        for command in ("ssh", "connect"):
            self.says(125, "was started with --instances none", command, "web")
        self.step("a tunnel that leads nowhere, without an endpoint and without a machine")
        self.says(1, "say where to", "open-tunnel", "--local-port", "0")
        self.says(1, "has no EC2 Instance Connect Endpoint: create one with", "open-tunnel", "--instance-id", one)
        self.says(
            1,
            "there is no EC2 Instance Connect Endpoint 'eice-1'",
            "open-tunnel",
            "--instance-id",
            one,
            "--instance-connect-endpoint-id",
            "eice-1",
        )
        self.says(2, "0 is not in 1..=3600", "open-tunnel", "--max-tunnel-duration", "0")
        self.ec2("create-instance-connect-endpoint", "--subnet-id", subnet["SubnetId"])
        complete = lambda: self.hamlet.status()["instance_connect_endpoints"][0]["takes_tunnels"]
        harness.wait_for("the endpoint", complete, 20)
        self.says(
            1,
            "EC2 Instance Connect refused: No tunnel can be opened: this Hamlet was started with --instances none",
            "open-tunnel",
            "--instance-id",
            one,
        )
        two = self.ec2(*launch, "--no-associate-public-ip-address")["Instances"][0]["InstanceId"]
        self.wait_running(two)
        self.says(125, "2 instances are named 'web': say which by its ID", "exec", "web", "--", "true")
        self.ec2("stop-instances", "--instance-ids", one)
        self.ec2("wait", "instance-stopped", "--instance-ids", one)
        self.says(125, f"start it with `aws ec2 start-instances --instance-ids {one}`", "exec", one, "--", "true")
        self.says(1, "several instances are named 'web'", "trace", "web", "laptop", "icmp")
        self.says(1, "no port", "trace", one, two, "tcp/ssh")
        self.step("env, reset, down")
        lines = self.hamlet.hamlet("env").out
        shell = harness.execute(["sh", "-c", f"{lines}\necho $AWS_ENDPOINT_URL"], {"PATH": os.environ["PATH"]})
        self.sees(shell.out.strip(), "http://{}:{}".format(*self.hamlet.address))
        self.says(1, "say --yes", "reset")
        self.hamlet.hamlet("reset", "--yes")
        self.sees(self.hamlet.status()["resources"], {})
        self.sees(len(self.ec2("describe-vpcs")["Vpcs"]), 1, "a default VPC again")
        self.detached(other)
        self.hamlet.hamlet("down")
        self.sees(self.hamlet.process.wait(5), 0, "exit code of `hamlet up` after `hamlet down`")
        self.says(3, "no Hamlet runs", "down")

    def absent(self, code, operation, service, *words):
        """The aws CLI says so at once: if anything in the answer made it try again, it would say that, too."""
        result = self.aws_result(*words)
        sentence = (
            f"An error occurred ({code}) when calling the {operation} operation: "
            f"Hamlet has no {service} yet; see docs/coverage.md for what it has."
        )
        self.sees(result.err.strip(), sentence, f"aws {' '.join(words)}")

    def says(self, code, sentence, *words, environment=()):
        variables = {**self.hamlet._own_environment(), **dict(environment)}
        result = harness.execute([*self.user.prefix, self.user.program, *words], variables, check=False, seconds=30)
        self.sees(result.code, code, f"hamlet {' '.join(words)}: {result.err}")
        self.holds(sentence in result.err, f"hamlet {' '.join(words)} says {result.err!r}\n  and not {sentence!r}")
        if code != 2:
            said = [line for line in result.err.splitlines() if line.strip()]
            self.holds(len(said) == 1, f"more than one line: {result.err}")

    def detached(self, other):
        self.step("up --detach returns when the API answers; down ends it")
        words = ("--data", str(other), "up", "--detach", "--listen", "127.0.0.1:0", "--instances", "none")
        up = self.hamlet.hamlet(*words)
        self.holds("export AWS_ENDPOINT_URL=http://127.0.0.1:" in up.out, up)
        pid = json.loads(self.hamlet.hamlet("--data", str(other), "status", "--json").out)["pid"]
        try:
            self.holds("AWS_SECRET" not in (other / "hamlet.log").read_text(), "a key is in the log")
            self.hamlet.hamlet("--data", str(other), "down")
            stat = pathlib.Path(f"/proc/{pid}/stat")
            self.holds(not stat.exists() or ") Z" in stat.read_text(), "it still runs")
        finally:
            if pathlib.Path(f"/proc/{pid}").exists():
                os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    harness.run(CommandLine, both=False)
