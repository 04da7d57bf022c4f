#!/usr/bin/env python3
"""Who may do what with buckets, at the API's port: users, sessions and other accounts by policies, nobody and links,
strangers of open mode, other Regions, pages of others; and what a restart and `hamlet reset` leave."""

import json
import urllib.error
import urllib.request

import harness
from harness import ACCOUNT, REGION

BUCKET = "ledger-of-2026"
OTHER = "222222222222"


class BucketAccess(harness.Lab):
    def walk(self):
        self.bucket()
        self.a_user()
        self.a_session()
        self.another_account()
        self.nobody()
        self.links()
        self.other_regions()
        self.pages()
        self.strangers()
        self.kept()

    def s3(self, *words, who=(), region=None):
        return self.aws_result("s3api", *words, environment=who, region=region)

    def bucket(self):
        self.step("1. a bucket and an object, of the owner's root")
        self.make_bucket()
        self.aws("s3api", "put-object", "--bucket", BUCKET, "--key", "a/b.txt", "--tagging", "team=blue")
        self.sees(self.aws("s3api", "list-buckets")["Buckets"][0]["Name"], BUCKET)

    def make_bucket(self):
        made = self.aws_result("s3", "mb", f"s3://{BUCKET}")
        self.sees((made.code, made.out.strip()), (0, f"make_bucket: {BUCKET}"), made)

    def allow(self, user, *actions):
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.aws("iam", "put-user-policy", "--user-name", user, "--policy-name", "own", "--policy-document", document)

    def keys_of(self, user):
        made = self.aws("iam", "create-access-key", "--user-name", user)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}

    def policy(self, *statements):
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.aws("s3api", "put-bucket-policy", "--bucket", BUCKET, "--policy", document)

    def denied(self, heard, sentence):
        self.holds(heard.code and "(AccessDenied) when calling the" in heard.err and sentence in heard.err, heard)

    def a_user(self):
        self.step("2. a user: in AWS's words why not, and what follows from each policy")
        self.aws("iam", "create-user", "--user-name", "bob")
        self.bob = self.keys_of("bob")
        get = ("get-object", "--bucket", BUCKET, "--key", "a/b.txt", "/dev/null")
        self.denied(
            self.s3(*get, who=self.bob),
            f"User: arn:aws:iam::{ACCOUNT}:user/bob is not authorized to perform: s3:GetObject on resource: "
            f'"arn:aws:s3:::{BUCKET}/a/b.txt" because no identity-based policy allows the s3:GetObject action',
        )
        missing = ("get-object", "--bucket", BUCKET, "--key", "nothing", "/dev/null")
        self.allow("bob", "s3:GetObject")
        self.sees(self.s3(*get, who=self.bob).code, 0)
        self.denied(self.s3(*missing, who=self.bob), "s3:ListBucket")
        self.allow("bob", "s3:GetObject", "s3:ListBucket")
        self.holds("(NoSuchKey)" in self.s3(*missing, who=self.bob).err, "whoever may list hears what is missing")
        own = {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/bob"}, "Action": "s3:GetObject"}
        self.policy({**own, "Resource": f"arn:aws:s3:::{BUCKET}/*"})
        self.denied(self.s3(*get, who=self.bob), "with an explicit deny in a resource-based policy")
        told = self.hamlet.hamlet("why-denied").out
        self.holds(f"arn:aws:s3:::{BUCKET}" in told and "(Deny" in told, told)
        self.aws("s3api", "delete-bucket-policy", "--bucket", BUCKET)
        delete = json.dumps({"Objects": [{"Key": "a/b.txt"}]})
        heard = self.s3("delete-objects", "--bucket", BUCKET, "--delete", delete, who=self.bob)
        self.sees([it["Code"] for it in json.loads(heard.out)["Errors"]], ["AccessDenied"], heard)
        wrong = {**self.bob, "AWS_SECRET_ACCESS_KEY": "not the secret"}
        self.holds("(SignatureDoesNotMatch)" in self.s3(*get, who=wrong).err, "a secret that is another")

    def a_session(self):
        self.step("3. a session: with its token, not without, and not with another")
        made = self.aws("sts", "get-session-token", environment=self.bob)["Credentials"]
        keys = {
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
            "AWS_SESSION_TOKEN": made["SessionToken"],
        }
        head = ("head-object", "--bucket", BUCKET, "--key", "a/b.txt")
        get = ("get-object", "--bucket", BUCKET, "--key", "a/b.txt", "/dev/null")
        self.sees(self.s3(*head, who=keys).code, 0)
        for token in ("", made["SessionToken"][:-4] + "AAAA"):
            heard = self.s3(*get, who={**keys, "AWS_SESSION_TOKEN": token})
            self.holds("(InvalidToken)" in heard.err, heard)

    def another_account(self):
        self.step("4. another account: by the bucket's policy alone, and told no reason")
        other = {"AWS_ACCESS_KEY_ID": OTHER, "AWS_SECRET_ACCESS_KEY": "any"}
        listing = ("list-objects-v2", "--bucket", BUCKET)
        heard = self.s3(*listing, who=other)
        self.holds("(AccessDenied)" in heard.err and heard.err.strip().endswith("operation: Access Denied"), heard)
        let = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}, "Action": "s3:ListBucket"}
        self.policy({**let, "Resource": f"arn:aws:s3:::{BUCKET}"})
        self.sees(self.s3(*listing, who=other).code, 0)
        heard = self.s3("create-bucket", "--bucket", BUCKET, *self.here(), who=other)
        self.holds("(BucketAlreadyExists)" in heard.err, heard)
        self.sees(json.loads(self.s3("list-buckets", who=other).out)["Buckets"], [])

    def here(self):
        return ("--create-bucket-configuration", f"LocationConstraint={REGION}")

    def ask(self, path, method="GET", data=None, **headers):
        """Status and text of what nobody asks."""
        url = self.hamlet.environment["AWS_ENDPOINT_URL"] + path if path.startswith("/") else path
        request = urllib.request.Request(url, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def nobody(self):
        self.step("5. nobody: only what a policy gives everybody, and only where the account lets it be public")
        status, text, _ = self.ask(f"/{BUCKET}/a/b.txt")
        self.sees((status, "<Message>Access Denied</Message>" in text), (403, True), text)
        everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
        everybody["Resource"] = f"arn:aws:s3:::{BUCKET}/*"
        document = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
        heard = self.s3("put-bucket-policy", "--bucket", BUCKET, "--policy", document)
        self.denied(heard, "because public policies are prevented by the BlockPublicPolicy setting")
        self.aws("s3api", "delete-public-access-block", "--bucket", BUCKET)
        self.policy(everybody)
        self.sees(self.ask(f"/{BUCKET}/a/b.txt")[:2], (200, ""))
        self.sees(self.ask(f"/{BUCKET}/a/b.txt", method="DELETE")[0], 403)
        self.sees(self.ask(f"/{BUCKET}")[0], 403)
        restrict = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
        block = ("--bucket", BUCKET, "--public-access-block-configuration", restrict)
        self.aws("s3api", "put-public-access-block", *block)
        self.sees(self.ask(f"/{BUCKET}/a/b.txt")[0], 403)
        self.aws("s3api", "delete-bucket-policy", "--bucket", BUCKET)

    def links(self):
        self.step("6. links, of the owner and of the user")
        for who in ((), self.bob):
            made = self.aws_result("s3", "presign", f"s3://{BUCKET}/a/b.txt", environment=who)
            self.sees(self.ask(made.out.strip())[0], 200, made)
        changed = made.out.strip().replace("b.txt", "c.txt")
        self.sees(self.ask(changed)[0], 403)

    def other_regions(self):
        self.step("7. a bucket is in its Region, and asked elsewhere it says where")
        heard = self.s3("list-objects-v2", "--bucket", BUCKET, region="eu-west-1")
        self.sees(heard.code, 0, heard)
        status, text, headers = self.ask(f"/{BUCKET}", Host="s3.eu-west-1.amazonaws.com")
        self.sees((status, headers["x-amz-bucket-region"]), (301, REGION), text)
        link = self.aws_result("s3", "presign", f"s3://{BUCKET}/a/b.txt", region="eu-west-1").out.strip()
        self.holds("X-Amz" in link or self.ask(link)[0] == 200, link)
        heard = self.s3("get-bucket-location", "--bucket", BUCKET)
        self.sees(json.loads(heard.out)["LocationConstraint"], REGION)

    def pages(self):
        self.step("8. pages of others: by the bucket's rules, and never as an administrator")
        rules = {"CORSRules": [{"AllowedOrigins": ["http://shop.example"], "AllowedMethods": ["GET"]}]}
        self.aws("s3api", "put-bucket-cors", "--bucket", BUCKET, "--cors-configuration", json.dumps(rules))
        asks = {"Origin": "http://shop.example", "Access-Control-Request-Method": "GET"}
        status, _, headers = self.ask(f"/{BUCKET}/a/b.txt", method="OPTIONS", **asks)
        self.sees((status, headers["Access-Control-Allow-Origin"]), (200, "http://shop.example"))
        stranger = {**asks, "Origin": "http://evil.example"}
        self.sees(self.ask(f"/{BUCKET}/a/b.txt", method="OPTIONS", **stranger)[0], 403)
        link = self.aws_result("s3", "presign", f"s3://{BUCKET}/a/b.txt").out.strip()
        status, _, headers = self.ask(link, Origin="http://shop.example")
        self.sees((status, headers["Access-Control-Allow-Origin"]), (200, "http://shop.example"))
        made_up = f"/{BUCKET}/a/b.txt?AWSAccessKeyId=test&Signature=x&Expires=9999999999"
        self.sees(self.ask(made_up, Origin="http://shop.example")[0], 403)

    def strangers(self):
        self.step("9. open mode: a key that nobody knows is the account's; a link with one changes nothing")
        who = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        self.sees(self.s3("head-object", "--bucket", BUCKET, "--key", "a/b.txt", who=who).code, 0)
        self.sees(self.s3("put-object", "--bucket", BUCKET, "--key", "made up", who=who).code, 0)
        made_up = f"/{BUCKET}/made%20up?AWSAccessKeyId=test&Signature=x&Expires=9999999999"
        self.sees(self.ask(made_up)[0], 200)
        self.sees(self.ask(made_up, method="DELETE")[0], 403)
        self.sees(self.s3("delete-object", "--bucket", BUCKET, "--key", "made up", who=who).code, 0)

    def kept(self):
        self.step("10. a restart keeps buckets and objects; `hamlet reset` forgets both")
        self.hamlet.stop()
        self.hamlet.start()
        found = self.aws("s3api", "get-object-tagging", "--bucket", BUCKET, "--key", "a/b.txt")["TagSet"]
        self.sees(found, [{"Key": "team", "Value": "blue"}])
        self.hamlet.hamlet("reset", "--yes")
        self.sees(self.aws("s3api", "list-buckets")["Buckets"], [])
        self.make_bucket()
        self.sees(self.aws("s3api", "list-objects-v2", "--bucket", BUCKET).get("KeyCount", 0), 0)


if __name__ == "__main__":
    harness.run(BucketAccess)
