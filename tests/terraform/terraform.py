"""What the tests by Terraform have in common: the real program with the real AWS provider, and the walk that each
configuration goes: apply, a second plan that is empty, import, a change in place, drift, destroy."""

import json
import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from network import ANYWHERE, EXAMPLE_V6, NetworkLab

__all__ = [
    "ANYWHERE",
    "CHANGES",
    "EXAMPLE_V6",
    "HERE",
    "NOTHING",
    "TerraformLab",
    "harness",
    "provider_variables",
    "terraform",
]

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("HAMLET_CACHE") or pathlib.Path.home() / ".cache/hamlet") / "terraform"
# `plan -detailed-exitcode`.
NOTHING, CHANGES = 0, 2
# What this provider cannot import by a block: it knows no way, wants a form of its own, or answers several for one.
NOT_IMPORTED = {
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_log_stream",
    "aws_default_route_table",
    "aws_default_security_group",
    "aws_egress_only_internet_gateway",
    "aws_iam_access_key",
    "aws_iam_group_membership",
    "aws_iam_group_policy",
    "aws_iam_policy_attachment",
    "aws_iam_user_group_membership",
    "aws_key_pair",
    "aws_network_acl_rule",
    "aws_network_interface",
    "aws_route_table",
    "aws_route_table_association",
    "aws_s3_bucket",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_object",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_sns_topic_policy",
    "aws_vpc_dhcp_options_association",
    "aws_vpc_endpoint_route_table_association",
    "aws_vpc_endpoint_subnet_association",
    "aws_vpc_ipv4_cidr_block_association",
}


def terraform():
    """The machine's own, or the one that tests/install built."""
    return shutil.which("terraform") or CACHE / "bin/terraform"


def provider_variables(home):
    """What the program needs beside credentials: the provider from the cache, and nobody asked outside."""
    return {
        "TF_CLI_CONFIG_FILE": str(CACHE / "terraform.rc"),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
        "HOME": str(home),
    }


class TerraformLab(NetworkLab):
    """A configuration in a folder beside this file."""

    folder = ""
    # How what was built is used.
    use = "packets between what was built"
    # Variables of the first apply, and what is given anew for the change in place.
    variables, changed = {}, {}

    def walk(self):
        self.place = self.working_folder("applied")
        self.before = self.resources()
        self.given = dict(self.variables)
        self.step("1. init and apply")
        self.terraform("init", "-no-color", "-input=false")
        self.apply()
        self.step("2. a second plan finds nothing to do")
        self.sees_plan(NOTHING)
        self.step(f"3. {self.use}")
        self.packets()
        self.step("4. a change in place")
        self.given.update(self.changed)
        kept = self.identifiers()
        self.apply()
        self.sees(self.identifiers(), kept, "what there is after a change in place")
        self.sees_plan(NOTHING)
        self.after_change()
        self.step("5. drift is seen, and mended")
        self.drift()
        self.sees_plan(CHANGES)
        self.apply()
        self.sees_plan(NOTHING)
        self.step("6. all of it is imported into an empty state")
        self.import_all()
        self.step("7. destroy leaves nothing")
        self.terraform("destroy", "-no-color", "-auto-approve", *self.arguments(), seconds=300)
        self.sees(self.resources(), self.before, "what is left")

    # What a configuration says for itself.

    def packets(self):
        raise NotImplementedError

    def after_change(self):
        pass

    def drift(self):
        raise NotImplementedError

    # What it does.

    def working_folder(self, name):
        """The configuration in a folder of its own, where its state will be."""
        place = self.user.stage / name
        place.mkdir()
        for source in [HERE / "provider.tf", *(HERE / self.folder).glob("*.tf")]:
            shutil.copy(source, place)
        return place

    def terraform(self, *words, place=None, codes=(0,), seconds=120):
        variables = {**self.hamlet.environment, **provider_variables(self.place)}
        result = harness.execute(
            [terraform(), f"-chdir={place or self.place}", *words], variables, check=False, seconds=seconds
        )
        self.holds(result.code in codes, f"terraform {' '.join(words)}\n{result}")
        return result

    def arguments(self):
        given = {"endpoint": self.hamlet.environment["AWS_ENDPOINT_URL"], **self.given}
        return [
            f"-var={name}={json.dumps(value) if isinstance(value, bool | list) else value}"
            for name, value in given.items()
        ]

    def apply(self):
        self.terraform("apply", "-no-color", "-input=false", "-auto-approve", *self.arguments(), seconds=300)

    def sees_plan(self, code):
        result = self.terraform(
            "plan", "-no-color", "-input=false", "-detailed-exitcode", *self.arguments(), codes=(NOTHING, CHANGES)
        )
        self.sees(result.code, code, f"terraform plan -detailed-exitcode\n{result.out}")

    def booted_servers(self):
        """Waits until all servers have booted."""
        running = self.ec2("describe-instances", "--filters", "Name=instance-state-name,Values=running")
        self.booted(*(it["InstanceId"] for group in running["Reservations"] for it in group["Instances"]))

    def only_subnet(self, vpc):
        [subnet] = self.ec2("describe-subnets", "--filters", f"Name=vpc-id,Values={vpc}")["Subnets"]
        return subnet["SubnetId"]

    def output(self, name):
        return self.terraform("output", "-no-color", "-raw", name).out.strip()

    def state(self):
        """Address, type and identifier of all that is managed."""
        shown = json.loads(self.terraform("show", "-json").out)["values"]["root_module"]["resources"]
        managed = [it for it in shown if it["mode"] == "managed"]
        return [(it["address"], it["type"], it["values"]) for it in managed]

    def identifiers(self):
        return {address: values["id"] for address, _, values in self.state()}

    def import_all(self):
        """By import blocks, in a folder of its own whose state is empty: nothing is to be destroyed."""
        place = self.working_folder("imported")
        importable = [it for it in self.state() if it[1] not in NOT_IMPORTED]
        wanted = [(address, import_identifier(kind, values)) for address, kind, values in importable]
        blocks = [f'import {{\n  to = {address}\n  id = "{identifier}"\n}}\n' for address, identifier in wanted]
        (place / "imports.tf").write_text("\n".join(blocks))
        self.terraform("init", "-no-color", "-input=false", place=place)
        plan = self.terraform("plan", "-no-color", "-input=false", *self.arguments(), place=place)
        found = re.search(r"Plan: (\d+) to import, (\d+) to add, (\d+) to change, (\d+) to destroy", plan.out)
        self.holds(found, plan.out)
        self.sees(int(found[1]), len(wanted), "what is imported")
        self.sees(int(found[4]), 0, f"what would be destroyed\n{plan.out}")
        return plan.out

    def resources(self):
        """How many there are of each kind; ended instances are shown for an hour, here as on AWS."""
        counted = dict(self.hamlet.status()["resources"])
        return {kind: count for kind, count in counted.items() if "instance" not in kind}


def import_identifier(kind, values):
    """What `terraform import` wants to be told of a resource."""
    match kind:
        case "aws_route":
            return f"{values['route_table_id']}_{values['destination_cidr_block']}"
        case "aws_iam_role" | "aws_iam_instance_profile":
            return values["name"]
        case "aws_iam_group_policy_attachment":
            return f"{values['group']}/{values['policy_arn']}"
        case "aws_iam_role_policy_attachment":
            return f"{values['role']}/{values['policy_arn']}"
        case "aws_iam_user_policy_attachment":
            return f"{values['user']}/{values['policy_arn']}"
        case _:
            return values["id"]
