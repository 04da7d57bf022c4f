#!/usr/bin/env python3
"""`hamlet shell`: one's own user, files, environment and terminal, in the network of the laptop, where AWS has its own
names and the API its loopback port; and `hamlet forward`, by which a browser of this machine sees a server in an
instance."""

import fcntl
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import termios
import time
import urllib.request

import harness
from harness import ACCOUNT
from network import ANYWHERE, LAPTOP, NetworkLab

SERVE = "mkdir -p /srv/www && echo {} > /srv/www/index.html && cd /srv/www && exec python3 -m http.server {}"
HTTP = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8081, "IpRanges": [{"CidrIp": f"{LAPTOP}/32"}]}


class Shell(NetworkLab):
    def walk(self):
        self.same_person()
        self.exit_codes()
        self.terminal()
        self.real_names()
        self.loopback_port()
        self.settings()
        self.server()
        self.forward()
        self.terminate(self.web)

    def shell(self, *command, check=True, seconds=60, **more):
        """A command in the shell, of a caller with some more variables."""
        variables = {**self.hamlet._own_environment(), **more}
        words = [*self.user.prefix, self.user.program, "shell", "--", *command]
        return harness.execute(words, variables, check, seconds, cwd=self.user.stage)

    def same_person(self):
        self.step("1. the same user, files, directory and environment, and a hint for prompts")
        mine = self.user.stage / "mine"
        mine.write_text("mine\n")
        self.user.own(mine)
        here = harness.execute([*self.user.prefix, "id", "-u"], None).out
        self.sees(self.shell("id", "-u").out, here)
        self.sees(self.shell("cat", "mine").out, "mine\n")
        self.sees(self.shell("sh", "-c", "echo $WORD $HAMLET_SHELL", WORD="word").out, "word 1\n")
        self.shell("sh", "-c", "echo more >> mine")
        self.sees(mine.read_text(), "mine\nmore\n")
        self.sees(mine.stat().st_uid, int(here), "whose the file is")
        proxy = self.shell("sh", "-c", "echo ${https_proxy-none}", https_proxy="http://127.0.0.1:1")
        self.sees(proxy.out, "none\n", "a proxy of the real internet")
        status = json.loads(self.shell(self.user.program, "status", "--json").out)
        self.sees(status["data"], str(self.hamlet.data), "the Hamlet that its own commands find")

    def exit_codes(self):
        self.step("2. exit codes are the command's; signals reach it")
        self.sees(self.shell("sh", "-c", "exit 7", check=False).code, 7)
        self.sees(self.shell("/no/such/program", check=False).code, 127)
        self.sees(self.shell("sh", "-c", "kill -9 $$", check=False).code, 137)
        words = [
            *self.user.prefix,
            self.user.program,
            "shell",
            "--",
            "sh",
            "-c",
            "trap 'exit 9' TERM; echo up; sleep 20 & wait",
        ]
        process = subprocess.Popen(
            [str(it) for it in words],
            env=self.hamlet._own_environment(),
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            preexec_fn=harness.die_with_parent,
        )
        self.sees(process.stdout.readline(), "up\n")
        process.send_signal(signal.SIGTERM)
        self.sees(process.wait(timeout=10), 9)
        process.stdout.close()

    def terminal(self):
        self.step("3. a terminal: its size and its changes, job control, Ctrl-C")
        script = "stty size; read line; stty size; trap : INT; sleep 30; echo interrupted; "
        script += "bash --norc -i -c 'echo interactive'; exit 5"
        words = [str(it) for it in (*self.user.prefix, self.user.program, "shell", "--", "bash", "-c", script)]
        child, master = pty.fork()
        if child == 0:
            os.chdir("/")
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
            os.execvpe(words[0], words, self.hamlet._own_environment())
        seen = Reader(master)
        seen.until("33 99")
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 44, 111, 0, 0))
        time.sleep(0.3)
        os.write(master, b"\n")
        seen.until("44 111")
        time.sleep(0.5)
        os.write(master, b"\x03")
        seen.until("interrupted")
        seen.until("interactive")
        self.holds("no job control" not in seen.text, seen.text)
        _, status = os.waitpid(child, 0)
        os.close(master)
        self.sees(os.waitstatus_to_exitcode(status), 5)

    def aws_command(self):
        """The real aws CLI; for an ordinary user a copy where they may read it."""
        if not self.user.prefix:
            return [harness.VENV / "bin/aws"], {}
        [packages] = harness.VENV.glob("lib/python3*/site-packages")
        copy = self.user.stage / "packages"
        if not copy.exists():
            shutil.copytree(packages, copy, ignore=shutil.ignore_patterns("__pycache__"))
        return ["/usr/bin/python3", "-m", "awscli"], {"PYTHONPATH": str(copy)}

    def shell_aws(self, *words, **more):
        command, variables = self.aws_command()
        result = self.shell(*command, *words, "--output", "json", **variables, **more)
        return json.loads(result.out) if result.out.strip() else {}

    def real_names(self):
        self.step("4. the real aws CLI, with no endpoint, no credentials and no Region configured")
        who = self.shell_aws("sts", "get-caller-identity")
        self.sees(who["Arn"], f"arn:aws:iam::{ACCOUNT}:root")
        self.vpc = self.shell_aws("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
        [seen] = self.ec2("describe-vpcs", "--vpc-ids", self.vpc)["Vpcs"]
        self.sees(seen["CidrBlock"], "10.0.0.0/16", "the VPC, in the Region of `hamlet env`, as seen from outside")
        self.shell_aws("iam", "create-user", "--user-name", "ann")

    def loopback_port(self):
        self.step("5. the API's loopback port is there, too, and the call is the laptop's")
        url = self.hamlet.environment["AWS_ENDPOINT_URL"]
        self.sees(self.shell("curl", "-sS", "-m", "5", f"{url}/health").out, "ok\n")
        kept = self.shell("sh", "-c", "echo $AWS_ENDPOINT_URL", AWS_ENDPOINT_URL=url)
        self.sees(kept.out.strip(), url)
        gone = self.shell("sh", "-c", "echo ${AWS_ENDPOINT_URL-none}", AWS_ENDPOINT_URL="http://127.0.0.1:1")
        self.sees(gone.out.strip(), "none", "an endpoint that is another program's of this machine")
        self.shell_aws("iam", "create-user", "--user-name", "bob", AWS_ENDPOINT_URL=url)
        attribute = "AttributeKey=EventName,AttributeValue=CreateUser"
        events = self.aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute, region="us-east-1")["Events"]
        sources = [json.loads(it["CloudTrailEvent"])["sourceIPAddress"] for it in events]
        self.sees(sources, [LAPTOP, LAPTOP], "where both calls came from")
        nothing = self.shell("curl", "-sS", "-m", "5", "http://127.0.0.1:1/", check=False)
        self.sees(nothing.code, 7, f"nothing else of the host's loopback is there: {nothing}")

    def settings(self):
        self.step("6. who has credentials and a Region of AWS's keeps them")
        show = ("sh", "-c", "echo $AWS_ACCESS_KEY_ID ${AWS_REGION-none}")
        mine = self.shell(*show, AWS_ACCESS_KEY_ID="210987654321", AWS_DEFAULT_REGION="eu-west-1")
        self.sees(mine.out, "210987654321 none\n")
        files = self.user.stage / "settings"
        files.write_text("[default]\naws_access_key_id = 210987654321\naws_secret_access_key = x\nregion = eu-west-1\n")
        who = self.shell_aws("sts", "get-caller-identity", AWS_SHARED_CREDENTIALS_FILE=str(files))
        self.sees(who["Account"], "210987654321")

    def server(self):
        self.step("7. an instance with a web server, and ssh to it from the shell as from anywhere on the internet")
        gateway = self.attach_gateway(self.vpc)
        table = self.table(self.vpc)
        self.route(table, ANYWHERE, "--gateway-id", gateway)
        subnet = self.subnet(self.vpc, "10.0.0.0/24", "a", table)
        self.group = self.default_group(self.vpc)
        self.allow(self.group, json.dumps([{**HTTP, "FromPort": 22, "ToPort": 22}]))
        key = harness.fresh_key(self.user.stage / "keys")
        self.user.own(key)
        self.ec2("import-key-pair", "--key-name", "own", "--public-key-material", f"fileb://{key}.pub")
        self.web = self.launch("web", subnet, self.group, "--key-name", "own", "--associate-public-ip-address")
        self.wait_running(self.web)
        self.booted(self.web)
        self.address = self.describe(self.web)["PublicIpAddress"]
        options = ("-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-i", key)
        heard = self.shell("ssh", *options, f"ec2-user@{self.address}", "echo $SSH_CONNECTION")
        self.sees(heard.out.split()[0], LAPTOP)

    def forward(self):
        self.step("8. forward: why not, while the security group is closed")
        with self.hamlet.running("forward", "web", "8080:0", errors=subprocess.STDOUT) as out:
            port = self.port_of(out)
            self.holds(self.fetch(port) is None, "nothing comes through a closed security group")
            self.holds("no rule allows tcp" in out.read_text(), out.read_text())
            self.allow(self.group, json.dumps([HTTP]))
            self.step("   open, and nobody listens; then a page")
            self.holds(self.fetch(port) is None, "nobody listens")
            sentence = "nothing listens at port 8080"
            harness.wait_for(sentence, lambda: sentence in out.read_text(), 5)
            with self.hamlet.running(
                "exec", "web", "--", "sh", "-c", SERVE.format("hello", 8080), errors=subprocess.DEVNULL
            ):
                page = harness.wait_for("the page", lambda: self.fetch(port), 20)
                self.sees(page, "hello\n")
                many = [self.fetch(port) for _ in range(20)]
                self.sees(many, ["hello\n"] * 20)
        said = out.read_text()
        self.holds(f"leads to port 8080 of instance web ({self.web})" in said, said)
        self.step("   and by address, to another port; what is not there is said at once")
        with self.hamlet.running("forward", self.address, "8081:0", errors=subprocess.STDOUT) as out:
            self.holds(self.fetch(self.port_of(out)) is None, "nobody listens at 8081")
            sentence = f"nothing listens at port 8081 of instance web ({self.web})"
            harness.wait_for(sentence, lambda: sentence in out.read_text(), 5)
        missing = self.hamlet.hamlet("forward", "nobody", "80", check=False)
        self.holds(missing.code == 1 and "there is no instance 'nobody'" in missing.err, missing)

    def port_of(self, out):
        line = harness.wait_for("the address", lambda: out.read_text(), 20)
        return int(line.split()[0].rsplit(":", 1)[1])

    def fetch(self, port):
        """The page at a port of this machine, or None where the connection ends without one."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{port}/", timeout=10) as page:
                return page.read().decode()
        except OSError:
            return None


class Reader:
    """What a terminal shows."""

    def __init__(self, master):
        self.master, self.text = master, ""

    def until(self, word, seconds=20):
        end = time.monotonic() + seconds
        while word not in self.text:
            if time.monotonic() > end:
                raise harness.Failed(f"waited {seconds} s for {word!r}: {self.text!r}")
            try:
                self.text += os.read(self.master, 4096).decode(errors="replace")
            except OSError:
                raise harness.Failed(f"the terminal closed before {word!r}: {self.text!r}") from None


if __name__ == "__main__":
    harness.run(Shell)
