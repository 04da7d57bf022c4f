#!/usr/bin/env python3
"""IAM roles for Amazon EC2, as the EC2 User Guide's chapter about them goes: an instance profile with a role,
credentials from the metadata service, and what they are good for. Only who signs with a key that exists is answered."""

import base64
import datetime
import io
import json
import re
import tarfile

import harness
from harness import ACCOUNT
from metadata import MetadataLab

# What botocore is made of; of its models only what it needs to find credentials.
SDK = ("botocore", "dateutil", "jmespath", "six.py", "urllib3")
MODELS = ("_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json")
# The SDK's own way to credentials, in an instance where nothing is configured.
FIND_CREDENTIALS = """
import base64, io, json, os, sys, tarfile
if not os.path.exists("/tmp/sdk"):
    tarfile.open(fileobj=io.BytesIO(base64.b64decode(sys.stdin.read()))).extractall("/tmp/sdk")
sys.path.insert(0, "/tmp/sdk")
os.environ.pop("AWS_EC2_METADATA_DISABLED", None)
import botocore.session
found = botocore.session.Session().get_credentials()
told = found and dict(found.get_frozen_credentials()._asdict(), method=found.method)
print(json.dumps(told))
"""


def trust(service):
    who = {"Service": f"{service}.amazonaws.com"}
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]}
    )


class InstanceRole(MetadataLab):
    options = ("--auth", "strict")

    def walk(self):
        self.network()
        self.roles()
        self.launch_with_a_profile()
        self.metadata()
        self.the_sdk_finds_them()
        self.used()
        self.misused()
        self.after_a_restart()
        self.role_that_does_not_trust()
        self.another_profile()
        self.none_any_more()
        self.terminate(self.web)

    def iam(self, *words):
        return self.aws("iam", *words)

    def roles(self):
        self.step("1. a role that EC2 may act as, in an instance profile")
        self.role = {}
        for name in ("reader", "writer"):
            made = self.iam("create-role", "--role-name", name, "--assume-role-policy-document", trust("ec2"))["Role"]
            self.sees(made["Arn"], f"arn:aws:iam::{ACCOUNT}:role/{name}")
            self.role[name] = made["RoleId"]
            self.iam("create-instance-profile", "--instance-profile-name", f"{name}-profile")
        describe = {"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": describe})
        self.own = ("--role-name", "reader", "--policy-name", "describe")
        self.iam("put-role-policy", *self.own, "--policy-document", document)
        unfinished = (
            "run-instances",
            "--image-id",
            self.ami(),
            "--instance-type",
            "t3.micro",
            "--iam-instance-profile",
            "Name=reader-profile",
        )
        self.refused(
            "InvalidParameterValue",
            f'IAM Instance Profile "arn:aws:iam::{ACCOUNT}:instance-profile/reader-profile" '
            "has no associated IAM Roles",
            *unfinished,
        )
        for name in self.role:
            self.iam("add-role-to-instance-profile", "--instance-profile-name", f"{name}-profile", "--role-name", name)
        self.profile = self.iam("get-instance-profile", "--instance-profile-name", "reader-profile")["InstanceProfile"]
        self.sees([it["RoleName"] for it in self.profile["Roles"]], ["reader"])

    def ami(self):
        name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        return self.aws("ssm", "get-parameter", "--name", name)["Parameter"]["Value"]

    def launch_with_a_profile(self):
        self.step("2. an instance with it")
        wrong = (
            "run-instances",
            "--image-id",
            self.ami(),
            "--instance-type",
            "t3.micro",
            "--iam-instance-profile",
            "Name=none",
        )
        self.refused(
            "InvalidParameterValue",
            "Value (none) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
            *wrong,
        )
        self.web = self.server("web", "--iam-instance-profile", "Name=reader-profile")
        shown = dict(Arn=self.profile["Arn"], Id=self.profile["InstanceProfileId"])
        self.sees(self.describe(self.web)["IamInstanceProfile"], shown)

    def association(self):
        [found] = self.ec2(
            "describe-iam-instance-profile-associations", "--filters", f"Name=instance-id,Values={self.web}"
        )["IamInstanceProfileAssociations"]
        return found

    def metadata(self):
        self.step("3. its metadata has the role's credentials")
        info = json.loads(self.get("meta-data/iam/info"))
        self.sees((info["Code"], info["InstanceProfileArn"]), ("Success", self.profile["Arn"]))
        self.sees(info["InstanceProfileId"], self.profile["InstanceProfileId"])
        self.sees(self.get("meta-data/iam/security-credentials/"), "reader")
        told = self.credentials = self.told("reader")
        self.sees((told["Code"], told["Type"]), ("Success", "AWS-HMAC"))
        self.holds(re.fullmatch("ASIA[A-Z2-7]{16}", told["AccessKeyId"]), told["AccessKeyId"])
        self.sees(len(told["SecretAccessKey"]), 40, "length of the secret")
        begin, end = (
            datetime.datetime.fromisoformat(told[name].replace("Z", "+00:00")) for name in ("LastUpdated", "Expiration")
        )
        now = datetime.datetime.now(datetime.timezone.utc)
        self.holds(begin <= now < end, f"valid now: {told}")
        self.holds(
            datetime.timedelta(hours=5) < end - begin <= datetime.timedelta(hours=12), f"about six hours: {told}"
        )
        self.sees(self.told("reader"), told, "asked again")

    def told(self, role):
        return json.loads(self.get(f"meta-data/iam/security-credentials/{role}"))

    def the_sdk_finds_them(self):
        self.step("4. an SDK inside, with nothing configured, finds them")
        found = self.sdk()
        self.sees(found["method"], "iam-role", "how botocore found them")
        self.sees((found["access_key"], found["secret_key"], found["token"]), self.key(self.credentials))

    def sdk(self):
        result = self.hamlet.hamlet(
            "exec", self.web, "--", "python3", "-c", FIND_CREDENTIALS, stdin=packed_sdk(), check=False, seconds=60
        )
        self.holds(result.code == 0, f"botocore inside: {result}")
        return json.loads(result.out)

    @staticmethod
    def key(told):
        return told["AccessKeyId"], told["SecretAccessKey"], told["Token"]

    def as_role(self, told, *words):
        """A command of the aws CLI that signs with credentials of the metadata service."""
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        values = {name: value for name, value in zip(names, self.key(told), strict=True) if value is not None}
        return self.aws_result(*words, environment=values)

    def identity(self, told):
        result = self.as_role(told, "sts", "get-caller-identity")
        self.holds(result.code == 0, f"get-caller-identity: {result}")
        return json.loads(result.out)

    def used(self):
        self.step("5. whoever signs with them is the instance in its role")
        expected = dict(
            UserId=f"{self.role['reader']}:{self.web}",
            Account=ACCOUNT,
            Arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/{self.web}",
        )
        self.sees(self.identity(self.credentials), expected)
        seen = self.as_role(
            self.credentials, "ec2", "describe-instances", "--query", "Reservations[].Instances[].InstanceId"
        )
        self.sees(json.loads(seen.out), [self.web], "the account's instances")
        result = self.as_role(self.credentials, "ec2", "terminate-instances", "--instance-ids", self.web)
        self.holds(
            f"User: {expected['Arn']} is not authorized to perform: ec2:TerminateInstances on resource: " in result.err
            and "because no identity-based policy allows the ec2:TerminateInstances action" in result.err,
            f"it may describe, and not terminate: {result}",
        )

    def misused(self):
        self.step("6. credentials in part, or changed, are refused")
        for change, code in (
            ({"Token": None}, "InvalidClientTokenId"),
            ({"Token": self.credentials["Token"][::-1]}, "InvalidClientTokenId"),
            ({"SecretAccessKey": "x" * 40}, "SignatureDoesNotMatch"),
            ({"AccessKeyId": "ASIAIOSFODNN7EXAMPLE"}, "InvalidClientTokenId"),
        ):
            result = self.as_role({**self.credentials, **change}, "sts", "get-caller-identity")
            self.holds(f"({code})" in result.err, f"{sorted(change)} changed: {result}")
        result = self.as_role({**self.credentials, "Token": None}, "ec2", "describe-vpcs")
        self.holds("(AuthFailure)" in result.err, f"EC2 without the token: {result}")

    def after_a_restart(self):
        self.step("7. they are the same after a restart of Hamlet, and hold")
        self.hamlet.stop()
        self.hamlet.start()
        self.wait_running(self.web)
        self.sees(self.identity(self.credentials)["UserId"], f"{self.role['reader']}:{self.web}")
        harness.wait_for(
            "it to boot again",
            lambda: self.inside(self.web, "curl", "-s", "-m", "1", "http://169.254.169.254").code == 0,
            30,
        )
        self.sees(self.told("reader"), self.credentials)

    def role_that_does_not_trust(self):
        self.step(
            "8. an instance profile without its role, and a role that EC2 may not act as, give none; the "
            "metadata says why"
        )
        both = ("--instance-profile-name", "reader-profile", "--role-name", "reader")
        self.iam("remove-role-from-instance-profile", *both)
        self.sees(self.get("meta-data/iam/security-credentials/"), None)
        info = json.loads(self.get("meta-data/iam/info"))
        self.holds(
            info["Code"] == "Success" and info["Message"].startswith("Instance Profile does not contain a role"), info
        )
        self.iam("add-role-to-instance-profile", *both)
        self.iam("update-assume-role-policy", "--role-name", "reader", "--policy-document", trust("lambda"))
        told = self.told("reader")
        self.sees(told["Code"], "AssumeRoleUnauthorizedAccess")
        self.holds("SecretAccessKey" not in told and "EC2 cannot assume the role reader" in told["Message"], told)
        self.sees(self.sdk(), None, "what botocore finds")
        self.iam("update-assume-role-policy", "--role-name", "reader", "--policy-document", trust("ec2"))
        self.sees(self.told("reader"), self.credentials)

    def another_profile(self):
        self.step("9. another instance profile, while it runs; the old credentials hold until they end")
        association = self.association()["AssociationId"]
        made = self.ec2(
            "replace-iam-instance-profile-association",
            "--association-id",
            association,
            "--iam-instance-profile",
            "Name=writer-profile",
        )
        self.holds(made["IamInstanceProfileAssociation"]["AssociationId"] != association, made)
        self.sees(self.association()["State"], "associated")
        self.sees(self.get("meta-data/iam/security-credentials/"), "writer")
        self.sees(self.identity(self.told("writer"))["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/writer/{self.web}")
        self.sees(self.identity(self.credentials)["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/{self.web}")
        again = (
            "associate-iam-instance-profile",
            "--instance-id",
            self.web,
            "--iam-instance-profile",
            "Name=reader-profile",
        )
        self.refused("IncorrectState", f"There is an existing association for instance {self.web}", *again)

    def none_any_more(self):
        self.step("10. no instance profile, no credentials; those of a deleted role are nobody's")
        self.ec2("disassociate-iam-instance-profile", "--association-id", self.association()["AssociationId"])
        self.sees(self.get("meta-data/iam/info"), None)
        self.sees(self.get("meta-data/iam/security-credentials/"), None)
        self.sees(self.sdk(), None, "what botocore finds")
        conflict = self.aws_result("iam", "delete-role", "--role-name", "reader")
        self.holds("(DeleteConflict)" in conflict.err, conflict)
        self.iam(
            "remove-role-from-instance-profile", "--instance-profile-name", "reader-profile", "--role-name", "reader"
        )
        self.iam("delete-role-policy", *self.own)
        self.iam("delete-role", "--role-name", "reader")
        self.iam("delete-instance-profile", "--instance-profile-name", "reader-profile")
        self.iam("create-role", "--role-name", "reader", "--assume-role-policy-document", trust("ec2"))
        result = self.as_role(self.credentials, "sts", "get-caller-identity")
        self.holds(
            "(InvalidClientTokenId)" in result.err,
            f"credentials of a deleted role, though there is one of its name: {result}",
        )


def packed_sdk():
    """botocore and what it needs, as text."""
    [site] = (harness.VENV / "lib").glob("python3*/site-packages")
    data = site / "botocore" / "data"

    def wanted(entry):
        path = site / entry.name
        is_model = data in path.parents
        return entry if "__pycache__" not in entry.name and (not is_model or path.name in MODELS) else None

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in SDK:
            archive.add(site / name, arcname=name, filter=wanted)
    return base64.b64encode(packed.getvalue()).decode()


if __name__ == "__main__":
    harness.run(InstanceRole)
