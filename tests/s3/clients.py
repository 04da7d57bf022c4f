#!/usr/bin/env python3
"""S3 by boto3 and the aws CLI: every family of operations, the words of errors, and kill -9 in the middle.

What buckets are set to is in settings.py, and what clients do not send in bad_input.py.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig

from alone import MIB, harness, refused, run


def buckets(server):
    s3, other = server.client(), server.client("eu-west-1")
    s3.create_bucket(Bucket="first")
    s3.create_bucket(Bucket="first")  # no error here alone
    there = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    other.create_bucket(Bucket="second", **there)
    refused("BucketAlreadyOwnedByYou", 409, other.create_bucket, Bucket="second", **there)
    refused("IllegalLocationConstraintException", 400, other.create_bucket, Bucket="third")
    tags = [{"Key": "a<b", "Value": "ü"}]
    s3.create_bucket(Bucket="tagged", CreateBucketConfiguration={"Tags": tags})
    assert s3.get_bucket_tagging(Bucket="tagged")["TagSet"] == tags
    again = {"Bucket": "tagged", "CreateBucketConfiguration": {"Tags": tags}}
    refused("BucketAlreadyOwnedByYou", 409, s3.create_bucket, **again)
    twice = {"Tags": tags + tags}
    refused("InvalidTag", 400, s3.create_bucket, Bucket="twice", CreateBucketConfiguration=twice)
    s3.delete_bucket(Bucket="tagged")
    refused("InvalidBucketName", 400, s3.create_bucket, Bucket="xn--no")
    assert s3.get_bucket_location(Bucket="first")["LocationConstraint"] is None
    assert s3.get_bucket_location(Bucket="second")["LocationConstraint"] == "eu-west-1"
    assert [it["Name"] for it in s3.list_buckets()["Buckets"]] == ["first", "second"]
    assert other.head_bucket(Bucket="second")["BucketRegion"] == "eu-west-1"
    refused("404", 404, s3.head_bucket, Bucket="nobody")
    refused("NoSuchBucket", 404, s3.list_objects_v2, "The specified bucket does not exist", Bucket="nobody")
    # boto3 goes where the bucket is by itself.
    s3.put_object(Bucket="second", Key="a", Body=b"b")
    refused("BucketNotEmpty", 409, other.delete_bucket, "The bucket you tried to delete is not empty", Bucket="second")
    other.delete_object(Bucket="second", Key="a")
    other.delete_bucket(Bucket="second")


def settings(server):
    s3 = server.client()
    s3.create_bucket(Bucket="settings")
    b = {"Bucket": "settings"}
    assert "Status" not in s3.get_bucket_versioning(**b)
    block = s3.get_public_access_block(**b)["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4
    s3.delete_public_access_block(**b)
    refused("NoSuchPublicAccessBlockConfiguration", 404, s3.get_public_access_block, **b)
    s3.put_public_access_block(**b, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    assert s3.get_public_access_block(**b)["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is False
    refused("NoSuchTagSet", 404, s3.get_bucket_tagging, "The TagSet does not exist", **b)
    s3.put_bucket_tagging(**b, Tagging={"TagSet": [{"Key": "team", "Value": "blue"}]})
    assert s3.get_bucket_tagging(**b)["TagSet"] == [{"Key": "team", "Value": "blue"}]
    refused("NoSuchBucketPolicy", 404, s3.get_bucket_policy, "The bucket policy does not exist", **b)
    refused("MalformedPolicy", 400, s3.put_bucket_policy, **b, Policy="nonsense")
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*",'
        '"Action":"s3:*","Resource":"arn:aws:s3:::settings/*"}]}'
    )
    s3.put_bucket_policy(**b, Policy=policy)
    other = policy.replace("settings/", "other/")
    refused("MalformedPolicy", 400, s3.put_bucket_policy, "Policy has invalid resource", **b, Policy=other)
    assert s3.get_bucket_policy(**b)["Policy"] == policy
    s3.delete_bucket_policy(**b)
    rules = s3.get_bucket_encryption(**b)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    controls = s3.get_bucket_ownership_controls(**b)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.delete_bucket_ownership_controls(**b)
    refused("OwnershipControlsNotFoundError", 404, s3.get_bucket_ownership_controls, **b)
    refused("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, **b)
    refused("NoSuchLifecycleConfiguration", 404, s3.get_bucket_lifecycle_configuration, **b)
    refused("NoSuchWebsiteConfiguration", 404, s3.get_bucket_website, **b)
    refused("ReplicationConfigurationNotFoundError", 404, s3.get_bucket_replication, **b)
    refused("ObjectLockConfigurationNotFoundError", 404, s3.get_object_lock_configuration, **b)
    assert s3.get_bucket_request_payment(**b)["Payer"] == "BucketOwner"
    assert s3.get_bucket_acl(**b)["Grants"][0]["Permission"] == "FULL_CONTROL"
    refused("IllegalVersioningConfigurationException", 400, s3.put_bucket_versioning, **b, VersioningConfiguration={})
    assert "AnalyticsConfigurationList" not in s3.list_bucket_analytics_configurations(**b)


def objects(server):
    s3 = server.client()
    s3.create_bucket(Bucket="objects")
    b = {"Bucket": "objects"}
    for size in (0, 1, 20_000, 3 * MIB):
        body = os.urandom(size)
        put = s3.put_object(**b, Key="a b/ü&c", Body=body, Metadata={"who": "me"}, ContentType="text/plain")
        assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"' and put["ServerSideEncryption"] == "AES256"
        got = s3.get_object(**b, Key="a b/ü&c", ChecksumMode="ENABLED")
        assert got["Body"].read() == body and got["Metadata"] == {"who": "me"} and got["ContentType"] == "text/plain"
        head = s3.head_object(**b, Key="a b/ü&c")
        assert head["ContentLength"] == size and head["ETag"] == put["ETag"]
    got = s3.get_object(**b, Key="a b/ü&c", Range="bytes=100-199")
    assert got["Body"].read() == body[100:200] and got["ContentRange"] == f"bytes 100-199/{3 * MIB}"
    assert s3.get_object(**b, Key="a b/ü&c", Range="bytes=-5")["Body"].read() == body[-5:]
    refused("InvalidRange", 416, s3.get_object, **b, Key="a b/ü&c", Range=f"bytes={4 * MIB}-")
    # boto3 makes three of the five itself; of the other two it sends what it is told.
    sums = {"CRC32": None, "SHA1": None, "SHA256": None, "CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg="}
    for algorithm, own in sums.items():
        sum = {f"Checksum{algorithm}": own} if own else {"ChecksumAlgorithm": algorithm}
        put = s3.put_object(**b, Key="sum", Body=b"123456789", **sum)
        assert put[f"Checksum{algorithm}"] and put["ChecksumType"] == "FULL_OBJECT"
        got = server.client(response_checksum_validation="when_required").get_object(
            **b, Key="sum", ChecksumMode="ENABLED"
        )
        assert got[f"Checksum{algorithm}"] == (own or put[f"Checksum{algorithm}"])
        wrong = {
            f"Checksum{algorithm}": base64.b64encode(
                bytes(len(base64.b64decode(own or put[f"Checksum{algorithm}"])))
            ).decode()
        }
        message = f"The {algorithm} you specified did not match the calculated checksum."
        refused("BadDigest", 400, s3.put_object, message, **b, Key="bad", Body=b"x", **wrong)
    plain = server.client(request_checksum_calculation="when_required")
    assert plain.put_object(**b, Key="sum", Body=b"123456789")["ChecksumCRC64NVME"] == "rosUhgp5mIg="
    wrong = base64.b64encode(b"1234").decode()
    refused("BadDigest", 400, s3.put_object, **b, Key="bad", Body=b"x", ChecksumCRC32=wrong)
    refused("InvalidDigest", 400, s3.put_object, **b, Key="bad", Body=b"x", ContentMD5="x")
    wrong = base64.b64encode(b"0" * 16).decode()
    refused("BadDigest", 400, s3.put_object, **b, Key="bad", Body=b"x", ContentMD5=wrong)
    refused("NoSuchKey", 404, s3.get_object, "The specified key does not exist.", **b, Key="bad")
    refused("404", 404, s3.head_object, **b, Key="bad")
    tag = put["ETag"]
    s3.put_object(**b, Key="once", Body=b"1", IfNoneMatch="*")
    refused("PreconditionFailed", 412, s3.put_object, **b, Key="once", Body=b"2", IfNoneMatch="*")
    refused("PreconditionFailed", 412, s3.put_object, **b, Key="once", Body=b"2", IfMatch=tag)
    now = s3.head_object(**b, Key="once")
    refused("304", 304, s3.get_object, **b, Key="once", IfNoneMatch=now["ETag"])
    refused("304", 304, s3.head_object, **b, Key="once", IfModifiedSince=now["LastModified"])
    s3.put_object(**b, Key="once", Body=b"2", IfMatch=now["ETag"])
    s3.copy_object(**b, Key="copy", CopySource={"Bucket": "objects", "Key": "a b/ü&c"})
    s3.delete_object(**b, Key="a b/ü&c")
    got = s3.get_object(**b, Key="copy")
    assert got["Body"].read() == body and got["Metadata"] == {"who": "me"}
    itself = {"Bucket": "objects", "Key": "copy"}
    refused("InvalidRequest", 400, s3.copy_object, **b, Key="copy", CopySource=itself)
    s3.copy_object(**b, Key="copy", CopySource=itself, MetadataDirective="REPLACE", Metadata={"now": "other"})
    assert s3.head_object(**b, Key="copy")["Metadata"] == {"now": "other"}
    s3.put_object(**b, Key="tags", Body=b"", Tagging="a=1&b=%202")
    tags = s3.get_object_tagging(**b, Key="tags")["TagSet"]
    assert tags == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": " 2"}]
    s3.put_object_tagging(**b, Key="tags", Tagging={"TagSet": [{"Key": "c", "Value": "3"}]})
    s3.delete_object_tagging(**b, Key="tags")
    assert s3.get_object_tagging(**b, Key="tags")["TagSet"] == []
    refused("AccessControlListNotSupported", 400, s3.put_object, **b, Key="acl", ACL="public-read")
    keys = [{"Key": it["Key"]} for it in s3.list_objects_v2(**b)["Contents"]]
    assert len(s3.delete_objects(**b, Delete={"Objects": keys})["Deleted"]) == len(keys)
    assert s3.list_objects_v2(**b)["KeyCount"] == 0 and server.files() == 0
    bad = boto3.client(
        "s3",
        endpoint_url=server.url,
        aws_access_key_id="AKIAALONE",
        aws_secret_access_key="no",
        region_name="us-east-1",
    )
    refused("SignatureDoesNotMatch", 403, bad.list_buckets)


def encryption(server):
    s3 = server.client()
    b = {"Bucket": "encryption"}
    s3.create_bucket(**b)
    assert s3.put_object(**b, Key="a", ServerSideEncryption="AES256")["ServerSideEncryption"] == "AES256"
    for own in (
        {"ServerSideEncryption": "aws:kms"},
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/mine"},
        {"ServerSideEncryption": "aws:kms:dsse"},
    ):
        refused("NotImplemented", 501, s3.put_object, **b, Key="b", **own)
        refused("NotImplemented", 501, s3.create_multipart_upload, **b, Key="b", **own)
        refused("NotImplemented", 501, s3.copy_object, **b, Key="b", CopySource="encryption/a", **own)
    # boto3 sends a customer's key over TLS alone, so its headers are said by hand.
    header = ("x-amz-server-side-encryption-customer-algorithm", "AES256")
    s3.meta.events.register("before-sign.s3", lambda request, **_: request.headers.add_header(*header))
    refused("NotImplemented", 501, s3.put_object, **b, Key="b", Body=b"secret")
    refused("NotImplemented", 501, s3.get_object, **b, Key="a")
    s3 = server.client()
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    configuration = {"Rules": [rule]}
    refused("NotImplemented", 501, s3.put_bucket_encryption, **b, ServerSideEncryptionConfiguration=configuration)
    assert [it["Key"] for it in s3.list_objects_v2(**b)["Contents"]] == ["a"]


def versions(server):
    s3 = server.client()
    s3.create_bucket(Bucket="versions")
    b = {"Bucket": "versions"}
    s3.put_object(**b, Key="a", Body=b"null")
    s3.put_bucket_versioning(**b, VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(**b, Key="a", Body=str(it).encode())["VersionId"] for it in range(3)]
    marker = s3.delete_object(**b, Key="a")
    assert marker["DeleteMarker"] is True
    refused("NoSuchKey", 404, s3.get_object, **b, Key="a")
    refused("MethodNotAllowed", 405, s3.get_object, **b, Key="a", VersionId=marker["VersionId"])
    refused("InvalidArgument", 400, s3.get_object, "Invalid version id specified", **b, Key="a", VersionId="no")
    assert s3.get_object(**b, Key="a", VersionId=ids[1])["Body"].read() == b"1"
    assert s3.get_object(**b, Key="a", VersionId="null")["Body"].read() == b"null"
    for size in (1, 2, 1000):
        pages = s3.get_paginator("list_object_versions").paginate(**b, PaginationConfig={"PageSize": size})
        found, latest = [], []
        for page in pages:
            found += [it["VersionId"] for it in page.get("Versions", [])]
            latest += [it["IsLatest"] for it in page.get("DeleteMarkers", []) + page.get("Versions", [])]
        assert found == [*reversed(ids), "null"] and latest == [True, False, False, False, False], (found, latest)
    message = "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
    refused("BucketNotEmpty", 409, s3.delete_bucket, message, **b)
    s3.delete_object(**b, Key="a", VersionId=marker["VersionId"])
    assert s3.get_object(**b, Key="a")["Body"].read() == b"2"
    s3.put_bucket_versioning(**b, VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(**b, Key="a", Body=b"again")
    assert s3.get_object(**b, Key="a", VersionId="null")["Body"].read() == b"again"
    for it in [*ids, "null"]:
        s3.delete_object(**b, Key="a", VersionId=it)
    s3.delete_bucket(**b)


def lists(server):
    s3 = server.client()
    s3.create_bucket(Bucket="lists")
    count = 2000
    keys = [f"{it % 10}/{it:06}" for it in range(count)]
    each = [keys[at::8] for at in range(8)]
    began = time.monotonic()
    threads = [
        threading.Thread(target=lambda own: [s3.put_object(Bucket="lists", Key=it) for it in own], args=[own])
        for own in each
    ]
    [it.start() for it in threads]
    [it.join() for it in threads]
    print(f"  {count} objects by 8 writers in {time.monotonic() - began:.1f} s")
    for name in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(name).paginate(Bucket="lists", PaginationConfig={"PageSize": 333})
        assert [it["Key"] for page in pages for it in page["Contents"]] == sorted(keys)
        pages = s3.get_paginator(name).paginate(Bucket="lists", Delimiter="/", PaginationConfig={"PageSize": 3})
        assert [it["Prefix"] for page in pages for it in page["CommonPrefixes"]] == [f"{it}/" for it in range(10)]
    page = s3.list_objects_v2(Bucket="lists", StartAfter="9/001989", Prefix="9/")
    assert [it["Key"] for it in page["Contents"]] == ["9/001999"] and page["KeyCount"] == 1
    refused("InvalidArgument", 400, s3.list_objects_v2, Bucket="lists", ContinuationToken="!")


def multipart(server):
    s3 = server.client()
    s3.create_bucket(Bucket="parts")
    b = {"Bucket": "parts", "Key": "big"}
    body = os.urandom(100 * MIB)
    upload = {**b, "UploadId": s3.create_multipart_upload(**b, ChecksumAlgorithm="CRC32")["UploadId"]}
    parts = []

    def send(numbers):
        for number in numbers:
            sent = s3.upload_part(**upload, PartNumber=number, Body=body[(number - 1) * 10 * MIB : number * 10 * MIB])
            parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumCRC32": sent["ChecksumCRC32"]})

    send(range(1, 6))

    def kill_in_the_middle():
        # The sixth part's bytes are on their way to the disk when their file is there.
        while server.files() < 6:
            time.sleep(0.001)
        server.kill()

    threading.Thread(target=kill_in_the_middle).start()
    try:
        send([6])
        time.sleep(1)
    except Exception as error:
        print(f"  killed: {type(error).__name__}")
    server.process.wait()
    server.start()
    s3 = server.client()
    there = s3.list_parts(**upload)["Parts"]
    assert [it["PartNumber"] for it in there][:5] == [1, 2, 3, 4, 5] and server.files() == len(there)
    assert [it["ETag"] for it in there] == [it["ETag"] for it in parts]
    assert [it["UploadId"] for it in s3.list_multipart_uploads(Bucket="parts")["Uploads"]] == [upload["UploadId"]]
    send(range(len(there) + 1, 11))
    turned = {"Parts": list(reversed(parts))}
    refused("InvalidPartOrder", 400, s3.complete_multipart_upload, **upload, MultipartUpload=turned)
    refused("NoSuchKey", 404, s3.get_object, **b)
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert done["ETag"].endswith('-10"') and done["ChecksumType"] == "COMPOSITE"
    server.kill()
    server.start()
    s3 = server.client()
    assert s3.get_object(**b)["Body"].read() == body
    assert s3.get_object(**b, PartNumber=3)["Body"].read() == body[20 * MIB : 30 * MIB]
    refused("NoSuchUpload", 404, s3.list_parts, **upload)
    s3.delete_object(**b)
    assert server.files() == 0
    small = {**b, "UploadId": s3.create_multipart_upload(**b)["UploadId"]}
    parts = [{"PartNumber": it, "ETag": s3.upload_part(**small, PartNumber=it, Body=b"x")["ETag"]} for it in (1, 2)]
    refused("EntityTooSmall", 400, s3.complete_multipart_upload, **small, MultipartUpload={"Parts": parts})
    s3.abort_multipart_upload(**small)
    with tempfile.NamedTemporaryFile() as file:
        file.write(body[: 20 * MIB])
        file.flush()
        s3.upload_file(file.name, "parts", "file", Config=TransferConfig(multipart_chunksize=6 * MIB))
    assert s3.get_object(Bucket="parts", Key="file")["Body"].read() == body[: 20 * MIB]


def presigned(server):
    s3 = server.client(signature_version="s3v4")
    s3.create_bucket(Bucket="signed")
    b = {"Bucket": "signed", "Key": "a"}
    put = s3.generate_presigned_url("put_object", b)
    urllib.request.urlopen(urllib.request.Request(put, data=b"hello", method="PUT")).read()
    assert urllib.request.urlopen(s3.generate_presigned_url("get_object", b)).read() == b"hello"
    try:
        urllib.request.urlopen(f"{server.url}/signed/a")
        raise AssertionError("nobody asks, and is answered")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and b"<Code>AccessDenied</Code>" in error.read()


def post(server, form, body):
    """Sends a form as a browser does."""
    boundary = "hamlet-form"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in form.items()]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="pic.txt"\r\n\r\n'
    sent = "".join([*parts, file]).encode() + body + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    try:
        return urllib.request.urlopen(urllib.request.Request(f"{server.url}/forms", sent, headers)).status
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def forms(server):
    s3 = server.client(signature_version="s3v4")
    s3.create_bucket(Bucket="forms")
    conditions = [["content-length-range", 1, 10], ["starts-with", "$key", "in/"]]
    form = s3.generate_presigned_post("forms", "in/pic.txt", Conditions=conditions)
    assert form["url"] == f"{server.url}/forms"
    answer = post(server, form["fields"], b"hello")
    assert answer == 204, answer
    assert s3.get_object(Bucket="forms", Key="in/pic.txt")["Body"].read() == b"hello"
    status, text = post(server, form["fields"], b"hello to everybody")
    assert status == 400 and "EntityTooLarge" in text, (status, text)
    status, text = post(server, {**form["fields"], "key": "out/a"}, b"hello")
    assert status == 403 and "AccessDenied" in text, (status, text)
    wrong = {**form["fields"], "x-amz-signature": "0" * 64}
    status, text = post(server, wrong, b"hello")
    assert status == 403 and "SignatureDoesNotMatch" in text, (status, text)
    over = s3.generate_presigned_post("forms", "in/late", ExpiresIn=-1)
    status, text = post(server, over["fields"], b"hello")
    assert status == 403 and "AccessDenied" in text, (status, text)
    # What the file is called is not known here, and nothing is called by what it is not.
    named = s3.generate_presigned_post("forms", "in/${filename}")
    assert post(server, named["fields"], b"hello")[0] == 501
    assert [it["Key"] for it in s3.list_objects_v2(Bucket="forms")["Contents"]] == ["in/pic.txt"]
    # What CLI v1 presigns where the endpoint is said.
    old = server.client(signature_version="s3")
    url = old.generate_presigned_url("get_object", {"Bucket": "forms", "Key": "in/pic.txt"})
    assert "AWSAccessKeyId=" in url and urllib.request.urlopen(url).read() == b"hello"
    late = s3.generate_presigned_url("get_object", {"Bucket": "forms", "Key": "in/pic.txt"}, ExpiresIn=1)
    time.sleep(2.1)
    try:
        urllib.request.urlopen(late)
        raise AssertionError("a URL whose time is over is answered")
    except urllib.error.HTTPError as error:
        assert error.code == 403 and b"AccessDenied" in error.read()


def command_line(server):
    keys = {"AWS_ACCESS_KEY_ID": "AKIAALONE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    environment = {**os.environ, **keys, "AWS_DEFAULT_REGION": "us-east-1"}
    aws = os.path.join(os.path.dirname(sys.executable), "aws")

    def run(*words):
        command = [aws, "--endpoint-url", server.url, "s3", *words]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    with tempfile.TemporaryDirectory() as folder:
        for name, size in (("small", 10), ("large", 20 * MIB)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(os.urandom(size))
        run("mb", "s3://shell")
        run("sync", folder, "s3://shell/in")
        assert run("sync", folder, "s3://shell/in") == "", "nothing is new"
        run("mv", "s3://shell/in/large", "s3://shell/out")
        run("cp", "s3://shell/out", os.path.join(folder, "back"))
        with open(os.path.join(folder, "back"), "rb") as back, open(os.path.join(folder, "large"), "rb") as large:
            assert back.read() == large.read()
        assert "PRE in/" in run("ls", "s3://shell") and "in/small" in run("ls", "--recursive", "s3://shell")
        run("rb", "--force", "s3://shell")


def other_clients(server):
    rclone, s3cmd = shutil.which("rclone"), shutil.which("s3cmd")
    if not rclone or not s3cmd:
        raise harness.CannotRun("rclone and s3cmd are not installed: `tests/install test` does it")
    s3 = server.client()
    s3.create_bucket(Bucket="others")
    with tempfile.TemporaryDirectory() as folder:
        source, back = os.path.join(folder, "source"), os.path.join(folder, "back")
        os.mkdir(source)
        sizes = {"empty": 0, "small ü&+%": 10, "large": 20 * MIB}
        for name, size in sizes.items():
            with open(os.path.join(source, name), "wb") as file:
                file.write(os.urandom(size))
        environment = {
            # rclone's Go does not understand a bundle of this machine's own.
            **{name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"},
            "HOME": folder,
            "RCLONE_CONFIG_ALONE_TYPE": "s3",
            "RCLONE_CONFIG_ALONE_PROVIDER": "Minio",
            "RCLONE_CONFIG_ALONE_ENDPOINT": server.url,
            "RCLONE_CONFIG_ALONE_REGION": "us-east-1",
            "RCLONE_CONFIG_ALONE_ACCESS_KEY_ID": "AKIAALONE",
            "RCLONE_CONFIG_ALONE_SECRET_ACCESS_KEY": "secret",
            "RCLONE_CONFIG_ALONE_FORCE_PATH_STYLE": "true",
        }

        def do(*command):
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
            return done.stdout

        parts = ["--retries", "1", "--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M"]
        do(rclone, "copy", *parts, source, "alone:others/rclone")
        do(rclone, "check", "--download", source, "alone:others/rclone")
        do(rclone, "copy", "alone:others/rclone", back)
        assert sorted(os.listdir(back)) == sorted(sizes)
        do(rclone, "purge", "alone:others/rclone")
        assert s3.list_objects_v2(Bucket="others")["KeyCount"] == 0

        configuration = os.path.join(folder, "s3cfg")
        with open(configuration, "w") as file:
            host = f"127.0.0.1:{server.port}"
            file.write(f"[default]\naccess_key = AKIAALONE\nsecret_key = secret\nhost_base = {host}\n")
            file.write(f"host_bucket = {host}\nuse_https = False\nbucket_location = us-east-1\n")
        tool = [s3cmd, "-c", configuration, "--no-progress", "--multipart-chunk-size-mb=5"]
        do(*tool, "sync", source + "/", "s3://others/s3cmd/")
        shutil.rmtree(back)
        os.mkdir(back)
        do(*tool, "get", "--recursive", "s3://others/s3cmd/", back + "/")
        for name in sizes:
            with open(os.path.join(source, name), "rb") as sent, open(os.path.join(back, name), "rb") as got:
                assert sent.read() == got.read(), name
        assert "s3://others/s3cmd/large" in do(*tool, "ls", "s3://others/s3cmd/")
        do(*tool, "del", "--recursive", "--force", "s3://others/s3cmd/")
        do(*tool, "rb", "s3://others")


if __name__ == "__main__":
    harness.summary(
        run(
            buckets,
            settings,
            objects,
            encryption,
            versions,
            lists,
            multipart,
            presigned,
            forms,
            command_line,
            other_clients,
        )
    )
