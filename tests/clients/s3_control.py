#!/usr/bin/env python3
"""S3 Control: what an account closes in all its buckets and whom that shuts out, and tags of buckets by ARN; forms by
temporary credentials, and tags that decide who reads."""

import json
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from client import harness

ACCOUNT, PEER = "123456789012", "222222222222"
BUCKET = "hamlet-controlled"
ARN = f"arn:aws:s3:::{BUCKET}"
ALL = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class Control(harness.Lab):
    """One bucket, its account, and those who should not get in."""

    options = ("--instances", "none")

    def client(self, service, key=None, token=None):
        variables = self.hamlet.environment
        access, secret = key or (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])
        made = boto3.client(
            service,
            region_name=harness.REGION,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )
        if service == "s3control":
            made.meta.events.register("before-sign.s3-control", self.without_account)
        return made

    def without_account(self, request, **_):
        """The account in front of an address is no name: the header says whose it is."""
        request.url = request.url.replace(f"//{ACCOUNT}.", "//").replace(f"//{PEER}.", "//")

    def denied(self, code, call, **parameters):
        try:
            call(**parameters)
        except ClientError as error:
            self.sees(error.response["Error"]["Code"], code, f"{call.__name__} {parameters}")
            return error.response["Error"].get("Message", "")
        raise harness.Failed(f"{call.__name__} {parameters} was not refused")

    def user_named(self, name, *statements):
        """A user's key."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def walk(self):
        self.s3, self.control = self.client("s3"), self.client("s3control")
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": harness.REGION})
        self.step("what the account closes is closed in its buckets")
        self.account_block()
        self.step("tags of a bucket by its ARN")
        self.tags()
        self.step("who may")
        self.leave()
        self.step("a form by temporary credentials, and a file's own name")
        self.forms()
        self.step("tags of objects decide who reads them")
        self.existing_tags()
        self.step("what was settled is there after a crash")
        self.crash()

    def account_block(self):
        own = {"AccountId": ACCOUNT}
        self.denied("NoSuchPublicAccessBlockConfiguration", self.control.get_public_access_block, **own)
        self.s3.put_object(Bucket=BUCKET, Key="page", Body=b"hello")
        self.s3.delete_public_access_block(Bucket=BUCKET)
        public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{ARN}/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [public]})
        self.s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
        self.sees(self.as_nobody(), 200, "a public bucket")
        put = self.control.put_public_access_block
        put(**own, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
        shown = self.control.get_public_access_block(**own)["PublicAccessBlockConfiguration"]
        self.sees(shown, {name: name == "BlockPublicPolicy" for name in ALL})
        self.sees(self.as_nobody(), 200, "what is public already stays so")
        sentence = self.denied("AccessDenied", self.s3.put_bucket_policy, Bucket=BUCKET, Policy=policy)
        self.holds("prevented by the BlockPublicPolicy setting in S3 Block Public Access" in sentence, sentence)
        put(**own, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
        self.sees(self.as_nobody(), 403, "a public bucket of an account that lets no public in")
        self.s3.get_object(Bucket=BUCKET, Key="page")
        self.denied("NoSuchPublicAccessBlockConfiguration", self.s3.get_public_access_block, Bucket=BUCKET)
        self.control.delete_public_access_block(**own)
        self.control.delete_public_access_block(**own)
        self.sees(self.as_nobody(), 200)
        self.denied("NoSuchPublicAccessBlockConfiguration", self.control.get_public_access_block, **own)
        events = self.client("cloudtrail").lookup_events()["Events"]
        names = {it["EventName"] for it in events if it["EventSource"] == "s3.amazonaws.com"}
        self.holds({"PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"} <= names, f"the trail: {names}")
        self.denied("AccessDenied", self.control.get_public_access_block, AccountId=PEER)

    def as_nobody(self):
        try:
            url = f"{self.hamlet.environment['AWS_ENDPOINT_URL'].rstrip('/')}/{BUCKET}/page"
            with urllib.request.urlopen(url) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def tags(self):
        named = {"AccountId": ACCOUNT, "ResourceArn": ARN}
        self.sees(self.control.list_tags_for_resource(**named)["Tags"], [])
        self.control.tag_resource(**named, Tags=[{"Key": "team", "Value": "blue"}, {"Key": "a b", "Value": "1"}])
        self.control.tag_resource(**named, Tags=[{"Key": "team", "Value": "red"}])
        both = [{"Key": "a b", "Value": "1"}, {"Key": "team", "Value": "red"}]
        self.sees(self.control.list_tags_for_resource(**named)["Tags"], both)
        self.sees(self.s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"], both)
        self.control.untag_resource(**named, TagKeys=["a b", "none"])
        self.sees(self.control.list_tags_for_resource(**named)["Tags"], both[1:])
        many = [{"Key": str(number), "Value": ""} for number in range(50)]
        self.denied("BadRequest", self.control.tag_resource, **named, Tags=many)
        gone = {**named, "ResourceArn": "arn:aws:s3:::hamlet-gone"}
        self.denied("NoSuchResource", self.control.list_tags_for_resource, **gone)

    def leave(self):
        nobody = self.client("s3control", self.user_named("nobody"))
        sentence = self.denied("AccessDenied", nobody.get_public_access_block, AccountId=ACCOUNT)
        self.holds("is not authorized to perform: s3:GetAccountPublicAccessBlock" in sentence, sentence)
        named = {"AccountId": ACCOUNT, "ResourceArn": ARN}
        sentence = self.denied("AccessDenied", nobody.list_tags_for_resource, **named)
        self.holds(f'perform: s3:ListTagsForResource on resource: "{ARN}"' in sentence, sentence)
        reads = {"Effect": "Allow", "Action": ["s3:ListTagsForResource", "s3:GetAccount*"], "Resource": "*"}
        reader = self.client("s3control", self.user_named("reader", reads))
        self.sees(reader.list_tags_for_resource(**named)["Tags"], [{"Key": "team", "Value": "red"}])
        self.denied("AccessDenied", reader.untag_resource, **named, TagKeys=["team"])
        block = {"PublicAccessBlockConfiguration": dict.fromkeys(ALL, True)}
        self.denied("AccessDenied", reader.put_public_access_block, AccountId=ACCOUNT, **block)
        wrong = self.client("s3control", (self.hamlet.environment["AWS_ACCESS_KEY_ID"], "wrong"))
        self.denied("SignatureDoesNotMatch", wrong.get_public_access_block, AccountId=ACCOUNT)

    def forms(self):
        writes = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{ARN}/in/*"}
        key = self.user_named("poster", writes)
        made = self.client("sts", key).get_session_token()["Credentials"]
        session = self.client("s3", (made["AccessKeyId"], made["SecretAccessKey"]), made["SessionToken"])
        form = session.generate_presigned_post(BUCKET, "in/${filename}", Conditions=[["starts-with", "$key", "in/"]])
        self.holds("x-amz-security-token" in form["fields"], "a form of temporary credentials")
        self.sees(self.posted(form, "C:\\pictures\\red flower.jpg"), 204)
        self.sees(self.s3.get_object(Bucket=BUCKET, Key="in/red flower.jpg")["Body"].read(), b"posted")
        outside = session.generate_presigned_post(BUCKET, "out/${filename}")
        self.sees(self.posted(outside, "a"), 403, "where the user may not write")
        forged = {**form, "fields": {**form["fields"], "x-amz-security-token": "forged"}}
        self.sees(self.posted(forged, "a"), 400, "another token")
        bare = {**form, "fields": {k: v for k, v in form["fields"].items() if k != "x-amz-security-token"}}
        self.holds(self.posted(bare, "a") in (400, 403), "no token")

    def posted(self, form, name):
        parts = []
        for field, value in form["fields"].items():
            parts.append(f'--line\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n')
        head = f'--line\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = ("".join(parts) + head + "posted\r\n--line--\r\n").encode()
        headers = {"Content-Type": "multipart/form-data; boundary=line"}
        try:
            with urllib.request.urlopen(urllib.request.Request(form["url"], body, headers)) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def existing_tags(self):
        condition = {"StringEquals": {"s3:ExistingObjectTag/team": "blue"}}
        reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{ARN}/*", "Condition": condition}
        self.s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=dict.fromkeys(ALL, True))
        self.s3.delete_bucket_policy(Bucket=BUCKET)
        user = self.client("s3", self.user_named("blue", reads))
        for team in ("blue", "red"):
            self.s3.put_object(Bucket=BUCKET, Key=team, Body=b"1", Tagging=f"team={team}")
        self.s3.put_object(Bucket=BUCKET, Key="plain", Body=b"1")
        user.get_object(Bucket=BUCKET, Key="blue")
        for key in ("red", "plain", "missing"):
            self.denied("AccessDenied", user.get_object, Bucket=BUCKET, Key=key)
        retagged = {"TagSet": [{"Key": "team", "Value": "blue"}]}
        self.s3.put_object_tagging(Bucket=BUCKET, Key="red", Tagging=retagged)
        user.get_object(Bucket=BUCKET, Key="red")
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_object(Bucket=BUCKET, Key="blue", Body=b"2")
        self.denied("AccessDenied", user.get_object, Bucket=BUCKET, Key="blue")

    def crash(self):
        block = dict.fromkeys(ALL, True)
        self.control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=block)
        self.hamlet.kill()
        self.hamlet.start()
        shown = self.client("s3control").get_public_access_block(AccountId=ACCOUNT)
        self.sees(shown["PublicAccessBlockConfiguration"], block)


if __name__ == "__main__":
    harness.run(Control)
