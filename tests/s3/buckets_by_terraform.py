#!/usr/bin/env python3
"""Terraform's family of aws_s3_bucket: made, planned again with nothing to change, changed in place, destroyed."""

import os
import pathlib
import shutil
import subprocess
import tempfile

from alone import harness, run

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("HAMLET_CACHE") or pathlib.Path.home() / ".cache/hamlet") / "terraform"
# `plan -detailed-exitcode`.
NOTHING, CHANGES = 0, 2


def terraform(server):
    program = shutil.which("terraform") or str(CACHE / "bin/terraform")
    if not os.path.exists(program) or not (CACHE / "terraform.rc").exists():
        raise harness.CannotRun("Terraform is not installed: `tests/install test` does it")
    with tempfile.TemporaryDirectory() as folder:
        text = (HERE / "terraform/main.tf").read_text()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TF_CLI_CONFIG_FILE": str(CACHE / "terraform.rc"),
            "TF_VAR_endpoint": server.url,
        }

        def do(*words, codes=(0,)):
            done = subprocess.run(
                [program, *words, "-no-color"], cwd=folder, env=environment, capture_output=True, text=True
            )
            assert done.returncode in codes, (
                f"terraform {words} ends with {done.returncode}: {done.stdout}{done.stderr}"
            )

        main = pathlib.Path(folder) / "main.tf"
        main.write_text(text)
        do("init")
        do("apply", "-auto-approve")
        do("plan", "-detailed-exitcode", codes=(NOTHING,))
        s3 = server.client()
        assert s3.get_bucket_website(Bucket="tf-bucket")["ErrorDocument"] == {"Key": "error.html"}
        changed = (
            text.replace("error.html", "other.html")
            .replace("days = 90", "days = 91")
            .replace("Requester", "BucketOwner")
        )
        main.write_text(changed)
        do("plan", "-detailed-exitcode", codes=(CHANGES,))
        do("apply", "-auto-approve")
        do("plan", "-detailed-exitcode", codes=(NOTHING,))
        assert s3.get_bucket_website(Bucket="tf-bucket")["ErrorDocument"] == {"Key": "other.html"}
        s3.delete_bucket_cors(Bucket="tf-bucket")
        do("plan", "-detailed-exitcode", codes=(CHANGES,))
        do("destroy", "-auto-approve")
        assert s3.list_buckets()["Buckets"] == []


if __name__ == "__main__":
    harness.summary(run(terraform))
