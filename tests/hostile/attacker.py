"""What hostile guests have in common: servers in the default VPC, programs put into them, and a program that may be
lost.

The attacks aim at the program itself, too. So each walk runs a copy that belongs to whoever runs Hamlet.
"""

import base64
import contextlib
import hashlib
import os
import pathlib
import shlex
import shutil
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "labs"), str(TESTS / "crash")]

import harness  # noqa: E402
from client import Client  # noqa: E402

AMI = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
# Capabilities by their numbers in capabilities(7).
SYS_ADMIN, SYS_PTRACE = 1 << 21, 1 << 19


def process_of(*command):
    """A process of that very command line, on the host or in a guest."""
    line = "".join(f"{word}\0" for word in command).encode()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cmdline").read_bytes() == line:
                return process
    return None


class Attacker(harness.Lab):
    """A lab with guests that mean harm. Says in one sentence each what a guest achieved, and all of it."""

    def __init__(self, user):
        super().__init__(user)
        copy = user.stage / "program"
        copy.mkdir()
        user.program = pathlib.Path(shutil.copy(user.program, copy / "hamlet"))
        user.program.chmod(0o755)
        user.own(user.program)
        self.breaches = []
        self.servers = {}

    def walk(self):
        self.attack()
        self.holds(not self.breaches, "the guest got through:\n" + "\n".join(f"  - {it}" for it in self.breaches))

    def attack(self):
        raise NotImplementedError

    def breach(self, happened, sentence):
        """Notes what a guest achieved; the walk goes on, and fails at its end."""
        if happened and sentence not in self.breaches:
            print(f"      GOT THROUGH: {sentence}", flush=True)
            self.breaches.append(sentence)
        return bool(happened)

    # Servers.

    @property
    def is_root(self):
        """Whether Hamlet is run by root."""
        return not self.user.prefix and os.geteuid() == 0

    def serve(self, *names, user_data=""):
        """Starts servers in the default VPC that let in everything, and waits until they have booted."""
        self.api = Client(self.hamlet)
        if not self.servers:
            self.open_default_group()
        for name in names:
            self.servers[name] = self.run_instance(name, user_data)
        for name in names:
            harness.wait_for(f"{name} to boot", lambda: "cloud-init: finished" in self.console(name), 30)

    def open_default_group(self):
        key = harness.fresh_key(self.user.stage)
        self.key = self.user.own(key)
        public = base64.b64encode(pathlib.Path(f"{key}.pub").read_bytes()).decode()
        self.api.ec2("ImportKeyPair", KeyName="own", PublicKeyMaterial=public)
        [group] = self.api.ec2(
            "DescribeSecurityGroups", **{"Filter.1.Name": "group-name", "Filter.1.Value.1": "default"}
        )["securityGroupInfo"]
        self.group = group["groupId"]
        self.api.ec2(
            "AuthorizeSecurityGroupIngress",
            GroupId=self.group,
            **{"IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0"},
        )

    def run_instance(self, name, user_data=""):
        encoded = {"UserData": base64.b64encode(user_data.encode()).decode()} if user_data else {}
        made = self.api.ec2(
            "RunInstances",
            ImageId=AMI,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            KeyName="own",
            **encoded,
            **{
                "TagSpecification.1.ResourceType": "instance",
                "TagSpecification.1.Tag.1.Key": "Name",
                "TagSpecification.1.Tag.1.Value": name,
            },
        )
        return made["instancesSet"][0]["instanceId"]

    def describe(self, name):
        found = self.api.ec2("DescribeInstances", **{"InstanceId.1": self.servers[name]})
        return found["reservationSet"][0]["instancesSet"][0]

    def state(self, name):
        return self.describe(name)["instanceState"]["name"]

    def console(self, name):
        output = self.api.ec2("GetConsoleOutput", InstanceId=self.servers[name], Latest="true").get("output") or ""
        return base64.b64decode(output).decode(errors="replace")

    def terminate(self, *names):
        for name in names:
            self.api.ec2("TerminateInstances", **{"InstanceId.1": self.servers[name]})

    # Ways in.

    def put(self, server, path, content, mode="755"):
        """Writes a file in a guest: text, bytes, or what a file here has."""
        data = (
            content.read_bytes()
            if isinstance(content, pathlib.Path)
            else content
            if isinstance(content, bytes)
            else content.encode()
        )
        script = f"base64 -d > {shlex.quote(path)} && chmod {mode} {shlex.quote(path)}"
        encoded = base64.encodebytes(data).decode()
        self.hamlet.hamlet("exec", server, "--", "sh", "-c", script, stdin=encoded)

    def python(self, server, code, *arguments, user=None, seconds=30):
        """A Python program inside."""
        return self.inside(server, "/usr/bin/python3", "-c", code, *arguments, user=user, seconds=seconds)

    def ssh(self, server, *command, options=(), seconds=30):
        """The real ssh on the laptop, logged in as ec2-user."""
        address = self.describe(server)["ipAddress"]
        words = (
            "ssh",
            "-F",
            "none",
            "-i",
            str(self.key),
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "LogLevel=ERROR",
            "-o",
            "ConnectTimeout=10",
            "-o",
            "BatchMode=yes",
        )
        return self.laptop(*words, *options, f"ec2-user@{address}", *command, seconds=seconds)

    # What is left as it was.

    def program_state(self):
        """Bytes, mode and owner of the program."""
        found = self.user.program.stat()
        digest = hashlib.sha256(self.user.program.read_bytes()).hexdigest()
        return {
            "bytes": digest,
            "mode": oct(found.st_mode),
            "owner": (found.st_uid, found.st_gid),
            "links": found.st_nlink,
        }

    def program_is_whole(self, before, how):
        """Notes what of the program has changed, and puts it right for the attacks to come."""
        after = self.program_state()
        for what in before:
            self.breach(
                after[what] != before[what],
                f"{how}, the guest changed the {what} of Hamlet's own program on the host "
                f"from {before[what]} to {after[what]}",
            )
        with contextlib.suppress(OSError):
            os.chmod(self.user.program, 0o755)

    def host_processes(self, server):
        """The processes of an instance as this machine numbers them."""
        # Its init's number is in a file beside its disk.
        first = (self.hamlet.data / "instances" / self.servers[server] / "pid").read_text().split()[0]
        return processes_of(pid_namespace(first))


def pid_namespace(pid):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/pid")


def processes_of(namespace):
    """Numbers of all processes in a pid namespace."""
    return [
        int(it.name) for it in pathlib.Path("/proc").glob("[0-9]*") if namespace and pid_namespace(it.name) == namespace
    ]
