#!/usr/bin/env python3
"""Labs 8 and 9: S3 from a VPC, and a gateway endpoint that its bucket is locked to.

The `aws` of the instance with nothing configured but keys or its role; real names, TLS. The tutorial's bucket policy
keeps out whoever does not come through the endpoint, the user and the owner's root among them, until the route table is
the endpoint's; the endpoint's own policy shuts the door again."""

import json

import harness
from harness import ACCOUNT, REGION
from network import ANYWHERE, NetworkLab, document

BUCKET = "prod-reports-1f2e"
EVERYTHING = {
    "Version": "2008-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}


class S3FromAVpc(NetworkLab):
    def walk(self):
        self.with_the_cli()
        self.public_server()
        self.by_keys()
        self.by_the_role()
        self.locked()
        self.through_the_endpoint()
        self.the_endpoints_policy()
        self.why()
        self.clean_up()
        self.terminate(self.server)

    def public_server(self):
        self.step("1. a server with a way out, and a bucket with two files from the user's own machine")
        self.vpc = self.make_vpc("10.0.0.0/16")
        gateway = self.attach_gateway(self.vpc)
        self.routes = self.table(self.vpc)
        self.route(self.routes, ANYWHERE, "--gateway-id", gateway)
        subnet = self.subnet(self.vpc, "10.0.0.0/24", "a", self.routes)
        self.make_role()
        self.server = self.launch("server", subnet, self.default_group(self.vpc), "--associate-public-ip-address")
        self.wait_running(self.server)
        self.booted(self.server)
        self.aws(
            "s3api",
            "create-bucket",
            "--bucket",
            BUCKET,
            "--create-bucket-configuration",
            f"LocationConstraint={REGION}",
        )
        for name in ("one.txt", "two.txt"):
            self.aws("s3api", "put-object", "--bucket", BUCKET, "--key", name)

    def make_role(self):
        self.role_for_servers("reports", "s3:*")
        leave = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        self.aws("iam", "create-user", "--user-name", "bob")
        self.aws("iam", "put-user-policy", "--user-name", "bob", "--policy-name", "s3", "--policy-document", leave)

    def s3(self, *words, seconds=60, keys=()):
        environment = ("env", "AWS_MAX_ATTEMPTS=1", f"AWS_REGION={REGION}", *keys)
        limits = ("--cli-connect-timeout", "4")
        return self.inside(self.server, *environment, "aws", "s3", *words, *limits, seconds=seconds)

    def by_keys(self):
        self.step("2. without keys nothing; with keys of IAM the bucket and its files")
        heard = self.s3("ls")
        self.holds(heard.code and "Unable to locate credentials" in heard.err, heard)
        made = self.aws("iam", "create-access-key", "--user-name", "bob")["AccessKey"]
        keys = (f"AWS_ACCESS_KEY_ID={made['AccessKeyId']}", f"AWS_SECRET_ACCESS_KEY={made['SecretAccessKey']}")
        heard = self.s3("ls", f"s3://{BUCKET}", keys=keys)
        self.sees([line.split()[-1] for line in heard.out.splitlines()], ["one.txt", "two.txt"], heard)
        self.keys = keys

    def by_the_role(self):
        self.step("3. with the instance profile no keys at all; a file goes up, and comes down as it was")
        profile = ("--iam-instance-profile", "Name=reports", "--instance-id", self.server)
        self.ec2("associate-iam-instance-profile", *profile)
        harness.wait_for("credentials", lambda: self.s3("ls").code == 0, 30)
        self.inside(self.server, "bash", "-c", "head -c 9000000 /dev/urandom > /tmp/test.txt", check=True)
        self.sees(self.s3("cp", "/tmp/test.txt", f"s3://{BUCKET}", "--no-progress").code, 0)
        self.sees(self.s3("cp", f"s3://{BUCKET}/test.txt", "/tmp/back.txt", "--no-progress").code, 0)
        self.inside(self.server, "cmp", "/tmp/test.txt", "/tmp/back.txt", check=True)
        listed = self.aws("s3api", "list-objects-v2", "--bucket", BUCKET)["Contents"]
        self.sees([(it["Key"], it["Size"]) for it in listed], [("one.txt", 0), ("test.txt", 9000000), ("two.txt", 0)])
        virtual = self.inside(
            self.server, "curl", "-s", "-m", "5", f"https://{BUCKET}.s3.{REGION}.amazonaws.com/one.txt"
        )
        self.holds("<Code>AccessDenied</Code><Message>Access Denied</Message>" in virtual.out, virtual)

    def locked(self):
        self.step("4. an endpoint without a route table, and the bucket is its alone: nobody gets in any more")
        service = ("--service-name", f"com.amazonaws.{REGION}.s3")
        self.door = self.ec2("create-vpc-endpoint", "--vpc-id", self.vpc, *service)["VpcEndpoint"]["VpcEndpointId"]
        statement = {
            "Sid": "Access-to-specific-VPCE-only",
            "Principal": "*",
            "Action": "s3:*",
            "Effect": "Deny",
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
            "Condition": {"StringNotEquals": {"aws:SourceVpce": self.door}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.aws("s3api", "put-bucket-policy", "--bucket", BUCKET, "--policy", policy)
        self.is_denied(self.s3("ls", f"s3://{BUCKET}"), "with an explicit deny in a resource-based policy")
        self.owner_is_denied()
        # The way to repair it that nobody can lock.
        kept = self.aws("s3api", "get-bucket-policy", "--bucket", BUCKET)["Policy"]
        self.sees(json.loads(kept)["Statement"][0]["Sid"], "Access-to-specific-VPCE-only")

    def is_denied(self, heard, why):
        self.holds(heard.code and "AccessDenied" in heard.err and why in heard.err, heard)

    def owner_is_denied(self):
        heard = self.aws_result("s3", "ls", f"s3://{BUCKET}")
        self.is_denied(heard, f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: s3:ListBucket")

    def through_the_endpoint(self):
        self.step("5. with the route table it is the endpoint that the server comes through; the owner stays outside")
        self.ec2("modify-vpc-endpoint", "--vpc-endpoint-id", self.door, "--add-route-table-ids", self.routes)
        heard = self.s3("ls", f"s3://{BUCKET}")
        self.sees([line.split()[-1] for line in heard.out.splitlines()], ["one.txt", "test.txt", "two.txt"], heard)
        self.owner_is_denied()

    def set_policy(self, effect):
        policy = json.loads(json.dumps(EVERYTHING))
        policy["Statement"][0]["Effect"] = effect
        change = ("--policy-document", json.dumps(policy))
        self.ec2("modify-vpc-endpoint", "--vpc-endpoint-id", self.door, *change)

    def the_endpoints_policy(self):
        self.step("6. the endpoint's own policy shuts the door, and opens it")
        self.set_policy("Deny")
        self.is_denied(self.s3("ls", f"s3://{BUCKET}"), "with an explicit deny in a VPC endpoint policy")
        self.set_policy("Allow")
        self.sees(self.s3("ls", f"s3://{BUCKET}").code, 0)

    def why(self):
        self.step("7. why, in words")
        self.owner_is_denied()
        told = self.hamlet.hamlet("why-denied").out
        self.holds("Access-to-specific-VPCE-only (Deny" in told and "matches, by s3:*" in told, told)
        self.s3("ls", f"s3://{BUCKET}")
        told = self.hamlet.hamlet("why-denied", "--allowed").out
        self.holds(f"through {self.door}" in told and "10.0.0." in told, told)
        self.both_halves()

    def both_halves(self):
        self.step("8. the packet's way and the leave in one story")
        host = f"{BUCKET}.s3.{REGION}.amazonaws.com"
        trace = lambda *more: self.hamlet.hamlet("trace", self.server, host, "tcp/443", *more, check=False)
        told = trace().out
        self.holds(f"-> {self.door}" in told and "=> reachable" in told, told)
        self.holds(f"{host} is 3.5." in told and f"for the resolver of {self.vpc}" in told, told)
        self.holds(f"through {self.door}" in told and f"s3:ListBucket on arn:aws:s3:::{BUCKET}  allow" in told, told)
        self.set_policy("Deny")
        found = json.loads(trace("--json").out)
        permission = found["permission"]
        self.sees((found["reachable"], permission["allowed"], permission["endpoint"]), (True, False, self.door))
        self.holds("with an explicit deny in a VPC endpoint policy" in found["text"], found["text"])
        self.set_policy("Allow")
        self.ec2("modify-vpc-attribute", "--vpc-id", self.vpc, "--enable-dns-support", "Value=false")
        told = json.loads(trace("--json").out)
        self.sees((told["reachable"], told["resolved"]), (False, []), told["text"])
        self.holds(f"enableDnsSupport of {self.vpc} is off" in told["text"], told["text"])
        self.ec2("modify-vpc-attribute", "--vpc-id", self.vpc, "--enable-dns-support", "Value=true")

    def clean_up(self):
        self.step("9. only the server can remove the bucket, once it is empty")
        heard = self.aws_result("s3", "rb", f"s3://{BUCKET}", "--force")
        self.holds(heard.code and "AccessDenied" in heard.err, heard)
        heard = self.s3("rb", f"s3://{BUCKET}")
        self.holds(heard.code and "BucketNotEmpty" in heard.err, heard)
        self.sees(self.s3("rm", f"s3://{BUCKET}", "--recursive").code, 0)
        self.sees(self.s3("rb", f"s3://{BUCKET}").code, 0)
        self.sees(self.aws("s3api", "list-buckets")["Buckets"], [])
        names = [it["EventName"] for it in self.aws("cloudtrail", "lookup-events")["Events"]]
        self.holds({"CreateBucket", "PutBucketPolicy", "DeleteBucket"} <= set(names), names)


if __name__ == "__main__":
    harness.run(S3FromAVpc)
