#!/usr/bin/env python3
"""A bucket by Terraform that is read through a gateway endpoint only, by a server's role and its own aws."""

from terraform import TerraformLab, harness


class LockedBucket(TerraformLab):
    folder = "locked_bucket"
    changed = {"name": "renamed"}
    use = "the server reads what is in the bucket, through the endpoint"

    def packets(self):
        self.booted_servers()
        source = f"s3://{self.output('bucket')}/2026/report.txt"
        heard = self.inside("server", "aws", "s3", "cp", source, "-", seconds=60)
        self.sees((heard.code, heard.out), (0, "all is well"), heard)
        self.holds("vpce-" in self.hamlet.hamlet("why-denied", "--allowed").out, "by which way it came")

    def after_change(self):
        tags = self.aws("s3api", "get-bucket-tagging", "--bucket", self.output("bucket"))["TagSet"]
        self.sees(tags, [{"Key": "Name", "Value": "renamed"}])

    def drift(self):
        self.aws("s3api", "delete-bucket-policy", "--bucket", self.output("bucket"))


if __name__ == "__main__":
    harness.run(LockedBucket, both=False)
