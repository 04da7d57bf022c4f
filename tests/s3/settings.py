#!/usr/bin/env python3
"""What buckets are set to, by boto3: it is checked, shown as it was said, and done where it does something."""

import json
import time
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from alone import harness, refused, run, send

ACCOUNT = "123456789012"


def own(server, name, **options):
    s3 = server.client()
    s3.create_bucket(Bucket=name, **options)
    return s3, {"Bucket": name}


def cors(server):
    s3, b = own(server, "cors")
    refused("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, **b)

    def rules(*given):
        return {"CORSConfiguration": {"CORSRules": list(given)}}

    rule = {
        "ID": "pages",
        "AllowedOrigins": ["https://*.example.com"],
        "AllowedMethods": ["PUT", "GET"],
        "AllowedHeaders": ["content-*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 600,
    }
    for wrong, said in (
        ({"AllowedMethods": ["PATCH"]}, "Unsupported method is PATCH"),
        ({"AllowedOrigins": ["https://*.*"]}, "can not have more than one wildcard"),
        ({"ExposeHeaders": ["x-*"]}, "contains wildcard"),
    ):
        answer = refused("InvalidRequest", 400, s3.put_bucket_cors, **b, **rules({**rule, **wrong}))
        assert said in answer["Error"]["Message"], answer
    s3.put_bucket_cors(**b, **rules(rule))
    assert s3.get_bucket_cors(**b)["CORSRules"] == [rule]
    s3.put_object(**b, Key="a", Body=b"hello")

    def ask(origin, method, headers=None):
        said = {"Origin": origin, "Access-Control-Request-Method": method}
        if headers:
            said["Access-Control-Request-Headers"] = headers
        return send(server, "OPTIONS", "/cors/a", headers=said, sign=False)

    status, headers, _ = ask("https://app.example.com", "PUT", "Content-Type")
    assert status == 200 and headers["Access-Control-Allow-Origin"] == "https://app.example.com", (status, headers)
    assert headers["Access-Control-Allow-Headers"] == "content-type" and headers["Access-Control-Max-Age"] == "600"
    for origin, method, sent in (
        ("https://example.org", "PUT", None),
        ("https://app.example.com", "DELETE", None),
        ("https://app.example.com", "PUT", "x-other"),
    ):
        status, _, text = ask(origin, method, sent)
        assert status == 403 and "CORSResponse: This CORS request is not allowed." in text, text
    url = s3.generate_presigned_url("get_object", {**b, "Key": "a"})
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Origin": "https://app.example.com"})) as got:
        assert got.read() == b"hello" and got.headers["Access-Control-Expose-Headers"] == "ETag"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Origin": "https://example.org"})) as got:
        assert "Access-Control-Allow-Origin" not in got.headers
    s3.delete_bucket_cors(**b)
    refused("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, **b)
    status, _, text = ask("https://app.example.com", "PUT")
    assert status == 403 and "CORS is not enabled for this bucket." in text, text


def lifecycle(server):
    s3, b = own(server, "lifecycle")
    rules = [
        {"ID": "tmp", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}},
        {"ID": "all", "Status": "Disabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {
            "ID": "some",
            "Status": "Enabled",
            "Filter": {
                "And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeGreaterThan": 5},
            },
            "NoncurrentVersionExpiration": {"NoncurrentDays": 40, "NewerNoncurrentVersions": 3},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "GLACIER_IR"}],
        },
        {"ID": "old", "Status": "Enabled", "Prefix": "old/", "Expiration": {"ExpiredObjectDeleteMarker": True}},
    ]
    put = s3.put_bucket_lifecycle_configuration
    answer = put(**b, LifecycleConfiguration={"Rules": rules})
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    assert s3.get_bucket_lifecycle_configuration(**b)["Rules"] == rules
    for change, code, said in (
        ({"Expiration": {"Days": 0}}, "InvalidArgument", "'Days' for Expiration action must be a positive integer"),
        ({"Expiration": {}}, "MalformedXML", ""),
        ({"Status": "enabled"}, "MalformedXML", ""),
        ({"Expiration": {"Date": "2030-01-01T01:00:00Z"}}, "InvalidArgument", "'Date' must be at midnight GMT"),
        ({"Filter": {"Prefix": "a", "ObjectSizeLessThan": 3}}, "MalformedXML", ""),
    ):
        answer = refused(code, 400, put, **b, LifecycleConfiguration={"Rules": [{**rules[0], **change}]})
        assert said in answer["Error"]["Message"], answer
    same = {"Rules": [rules[0], rules[0]]}
    refused("InvalidArgument", 400, put, **b, LifecycleConfiguration=same)
    assert s3.get_bucket_lifecycle_configuration(**b)["Rules"] == rules, "what is refused changes nothing"
    server.kill()
    server.start()
    s3 = server.client()
    assert s3.get_bucket_lifecycle_configuration(**b)["Rules"] == rules
    s3.delete_bucket_lifecycle(**b)
    refused("NoSuchLifecycleConfiguration", 404, s3.get_bucket_lifecycle_configuration, **b)


def website(server):
    s3, b = own(server, "website")
    rule = {
        "Condition": {"KeyPrefixEquals": "docs/", "HttpErrorCodeReturnedEquals": "404"},
        "Redirect": {"HostName": "example.com", "ReplaceKeyPrefixWith": "documents/", "HttpRedirectCode": "302"},
    }
    site = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "e.html"}, "RoutingRules": [rule]}
    s3.put_bucket_website(**b, WebsiteConfiguration=site)
    shown = s3.get_bucket_website(**b)
    assert {name: shown[name] for name in site} == site
    elsewhere = {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}}
    refused("InvalidRequest", 400, s3.put_bucket_website, **b, WebsiteConfiguration={**site, **elsewhere})
    nothing = {"ErrorDocument": {"Key": "e"}}
    refused("InvalidArgument", 400, s3.put_bucket_website, **b, WebsiteConfiguration=nothing)
    s3.put_bucket_website(**b, WebsiteConfiguration=elsewhere)
    assert s3.get_bucket_website(**b)["RedirectAllRequestsTo"] == elsewhere["RedirectAllRequestsTo"]
    s3.delete_bucket_website(**b)
    answer = refused("NoSuchWebsiteConfiguration", 404, s3.get_bucket_website, **b)
    assert answer["Error"]["BucketName"] == "website", answer


def notes(server):
    s3, b = own(server, "noted")
    own(server, "notes")
    assert "LoggingEnabled" not in s3.get_bucket_logging(**b)
    to = {"TargetBucket": "notes", "TargetPrefix": "s3/"}
    to["TargetObjectKeyFormat"] = {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}
    nowhere = {"LoggingEnabled": {**to, "TargetBucket": "nowhere"}}
    refused("InvalidTargetBucketForLogging", 400, s3.put_bucket_logging, **b, BucketLoggingStatus=nowhere)
    s3.put_bucket_logging(**b, BucketLoggingStatus={"LoggingEnabled": to})
    assert s3.get_bucket_logging(**b)["LoggingEnabled"] == to
    s3.put_bucket_logging(**b, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(**b)
    s3.put_bucket_request_payment(**b, RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.get_bucket_request_payment(**b)["Payer"] == "Requester"
    assert "Status" not in s3.get_bucket_accelerate_configuration(**b)
    s3.put_bucket_accelerate_configuration(**b, AccelerateConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_accelerate_configuration(**b)["Status"] == "Enabled"
    wrong = {"Status": "enabled"}
    refused("MalformedXML", 400, s3.put_bucket_accelerate_configuration, **b, AccelerateConfiguration=wrong)


def notifications(server):
    s3, b = own(server, "heard")
    put = s3.put_bucket_notification_configuration
    rules = [{"Name": "Prefix", "Value": "a/"}, {"Name": "Suffix", "Value": ".jpg"}]
    queue = {
        "Id": "q",
        "QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:all",
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": rules}},
    }
    topic = {"Id": "t", "TopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:all", "Events": ["s3:ObjectRemoved:*"]}
    given = {"QueueConfigurations": [queue], "TopicConfigurations": [topic], "EventBridgeConfiguration": {}}
    # There are no queues where S3 is alone.
    put(**b, NotificationConfiguration=given, SkipDestinationValidation=True)
    shown = s3.get_bucket_notification_configuration(**b)
    assert {name: shown[name] for name in given} == given, shown
    for change in (
        {"QueueArn": "all"},
        {"QueueArn": topic["TopicArn"]},
        {"QueueArn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:all"},
        {"Events": ["s3:Nothing"]},
    ):
        wrong = {"QueueConfigurations": [{**queue, **change}]}
        refused("InvalidArgument", 400, put, **b, NotificationConfiguration=wrong)
    put(**b, NotificationConfiguration={})
    assert set(s3.get_bucket_notification_configuration(**b)) == {"ResponseMetadata"}


def terraform(server):
    """What Terraform's aws_s3_bucket reads of a bucket as it was made."""
    s3, b = own(server, "terraform")
    assert s3.head_bucket(**b)["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_acl(**b)["Grants"][0]["Permission"] == "FULL_CONTROL"
    assert "Status" not in s3.get_bucket_versioning(**b)
    assert "Status" not in s3.get_bucket_accelerate_configuration(**b)
    assert s3.get_bucket_request_payment(**b)["Payer"] == "BucketOwner"
    assert "LoggingEnabled" not in s3.get_bucket_logging(**b)
    assert len(s3.get_bucket_encryption(**b)["ServerSideEncryptionConfiguration"]["Rules"]) == 1
    for call, code in (
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_policy_status, "NoSuchBucketPolicy"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (s3.get_bucket_website, "NoSuchWebsiteConfiguration"),
        (s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
        (s3.get_bucket_replication, "ReplicationConfigurationNotFoundError"),
        (s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError"),
        (s3.get_bucket_tagging, "NoSuchTagSet"),
    ):
        answer = refused(code, 404, call, **b)
        assert answer["Error"]["BucketName"] == "terraform", answer
    for kind, name in (
        ("inventory", "InventoryConfigurationList"),
        ("metrics", "MetricsConfigurationList"),
        ("analytics", "AnalyticsConfigurationList"),
        ("intelligent_tiering", "IntelligentTieringConfigurationList"),
    ):
        listed = getattr(s3, f"list_bucket_{kind}_configurations")(**b)
        assert listed["IsTruncated"] is False and name not in listed
        refused("NoSuchConfiguration", 404, getattr(s3, f"get_bucket_{kind}_configuration"), **b, Id="a")
    role = {"Role": f"arn:aws:iam::{ACCOUNT}:role/r", "Rules": []}
    refused("NotImplemented", 501, s3.put_bucket_replication, **b, ReplicationConfiguration=role)
    s3.delete_bucket_replication(**b)
    refused("NoSuchBucket", 404, s3.get_bucket_cors, Bucket="nobody")


def locks(server):
    s3, b = own(server, "locks", ObjectLockEnabledForBucket=True)
    k = {**b, "Key": "a"}
    assert s3.get_object_lock_configuration(**b)["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    suspended = {"Status": "Suspended"}
    refused("InvalidBucketState", 409, s3.put_bucket_versioning, **b, VersioningConfiguration=suspended)
    first = s3.put_object(**k, Body=b"1")["VersionId"]
    refused("NoSuchObjectLockConfiguration", 404, s3.get_object_retention, **k)
    refused("NoSuchObjectLockConfiguration", 404, s3.get_object_legal_hold, **k)
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
    past = {"Mode": "GOVERNANCE", "RetainUntilDate": "2020-01-01T00:00:00Z"}
    message = "The retain until date must be in the future!"
    refused("InvalidArgument", 400, s3.put_object_retention, message, **k, Retention=past)
    s3.put_object_retention(**k, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": later})
    assert s3.get_object_retention(**k)["Retention"]["Mode"] == "GOVERNANCE"
    assert s3.head_object(**k)["ObjectLockMode"] == "GOVERNANCE"
    protected = "Access Denied because object protected by object lock."
    shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": until}
    refused("AccessDenied", 403, s3.put_object_retention, protected, **k, Retention=shorter)
    refused("AccessDenied", 403, s3.delete_object, protected, **k, VersionId=first)
    many = s3.delete_objects(**b, Delete={"Objects": [{"Key": "a", "VersionId": first}]})
    assert many["Errors"][0]["Code"] == "AccessDenied", many
    # A delete marker and a new version take nothing away.
    marker = s3.delete_object(**k)["VersionId"]
    second = s3.put_object(**k, Body=b"2", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)["VersionId"]
    assert s3.get_object(**k, VersionId=first)["Body"].read() == b"1"
    bypass = {"BypassGovernanceRetention": True}
    s3.put_object_retention(**k, VersionId=first, Retention=shorter, **bypass)
    refused("AccessDenied", 403, s3.delete_object, protected, **k, VersionId=second, **bypass)
    refused("AccessDenied", 403, s3.put_object_retention, **k, VersionId=second, Retention=shorter, **bypass)
    s3.put_object_legal_hold(**k, VersionId=first, LegalHold={"Status": "ON"})
    refused("AccessDenied", 403, s3.delete_object, protected, **k, VersionId=first, **bypass)
    server.kill()
    server.start()
    s3 = server.client()
    refused("AccessDenied", 403, s3.delete_object, protected, **k, VersionId=first, **bypass)
    s3.put_object_legal_hold(**k, VersionId=first, LegalHold={"Status": "OFF"})
    assert s3.get_object_legal_hold(**k, VersionId=first)["LegalHold"]["Status"] == "OFF"
    s3.delete_object(**k, VersionId=first, **bypass)
    s3.delete_object(**k, VersionId=marker)

    s3.create_bucket(Bucket="locked-later")
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    lock = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule}}
    put, k = s3.put_object_lock_configuration, {"Bucket": "locked-later", "Key": "a"}
    refused("InvalidRequest", 400, s3.put_object_legal_hold, **k, LegalHold={"Status": "ON"})
    refused("InvalidBucketState", 409, put, Bucket="locked-later", **lock)
    s3.put_bucket_versioning(Bucket="locked-later", VersioningConfiguration={"Status": "Enabled"})
    put(Bucket="locked-later", **lock)
    shown = s3.get_object_lock_configuration(Bucket="locked-later")["ObjectLockConfiguration"]
    assert shown == lock["ObjectLockConfiguration"], shown
    version = s3.put_object(**k, Body=b"")["VersionId"]
    refused("AccessDenied", 403, s3.delete_object, protected, **k, VersionId=version)
    both = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1, "Years": 1}}
    wrong = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": both}}
    refused("MalformedXML", 400, put, Bucket="locked-later", **wrong)
    s3.delete_object(**k, VersionId=version, **bypass)


def attributes(server):
    s3, b = own(server, "attributes")
    every = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    put = s3.put_object(**b, Key="a", Body=b"hello", ChecksumAlgorithm="SHA256")
    got = s3.get_object_attributes(**b, Key="a", ObjectAttributes=every)
    assert got["ETag"] == put["ETag"].strip('"') and got["ObjectSize"] == 5 and got["StorageClass"] == "STANDARD"
    assert got["Checksum"] == {"ChecksumSHA256": put["ChecksumSHA256"], "ChecksumType": "FULL_OBJECT"}
    assert "ObjectParts" not in got
    upload = {**b, "Key": "b"}
    upload["UploadId"] = s3.create_multipart_upload(**upload, ChecksumAlgorithm="SHA256")["UploadId"]
    parts = []
    for number, size in ((1, 5 << 20), (3, 10)):
        sent = s3.upload_part(**upload, PartNumber=number, Body=bytes(size), ChecksumAlgorithm="SHA256")
        parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": sent["ChecksumSHA256"]})
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    got = s3.get_object_attributes(**b, Key="b", ObjectAttributes=["ObjectParts"], MaxParts=1)
    assert "ETag" not in got and got["ObjectParts"]["TotalPartsCount"] == 2
    assert got["ObjectParts"]["IsTruncated"] is True and got["ObjectParts"]["NextPartNumberMarker"] == 1
    got = s3.get_object_attributes(**b, Key="b", ObjectAttributes=["ObjectParts"], PartNumberMarker=1)
    last = {"PartNumber": 3, "Size": 10, "ChecksumSHA256": parts[1]["ChecksumSHA256"]}
    assert got["ObjectParts"]["Parts"] == [last], got
    refused("NoSuchKey", 404, s3.get_object_attributes, **b, Key="c", ObjectAttributes=every)


def public(server):
    s3, b = own(server, "public")

    def policy(principal, condition=None):
        statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"}
        statement |= {"Resource": "arn:aws:s3:::public/*"} | ({"Condition": condition} if condition else {})
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    message = (
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: s3:PutBucketPolicy on resource: "
        '"arn:aws:s3:::public" because public policies are prevented by the BlockPublicPolicy setting in S3 Block '
        "Public Access."
    )
    answer = refused("AccessDenied", 403, s3.put_bucket_policy, **b, Policy=policy("*"))
    assert answer["Error"]["Message"].split(" is not ")[1] == message.split(" is not ")[1], answer
    vpc = policy("*", {"StringEquals": {"aws:SourceVpc": "vpc-12345678"}})
    s3.put_bucket_policy(**b, Policy=vpc)
    assert s3.get_bucket_policy_status(**b)["PolicyStatus"]["IsPublic"] is False
    s3.delete_public_access_block(**b)
    s3.put_bucket_policy(**b, Policy=policy({"AWS": "*"}))
    assert s3.get_bucket_policy_status(**b)["PolicyStatus"]["IsPublic"] is True


def acls(server):
    s3, b = own(server, "acls")
    s3.put_object(**b, Key="a", Body=b"")
    k = {**b, "Key": "a"}
    for call, of in ((s3.put_bucket_acl, b), (s3.put_object_acl, k)):
        message = "The bucket does not allow ACLs"
        refused("AccessControlListNotSupported", 400, call, message, **of, ACL="public-read")
        refused(
            "AccessControlListNotSupported", 400, call, **of, GrantRead="uri=http://acs.amazonaws.com/groups/global"
        )
    mine = s3.get_object_acl(**k)
    assert [it["Permission"] for it in mine["Grants"]] == ["FULL_CONTROL"]
    policy = {"Owner": mine["Owner"], "Grants": mine["Grants"]}
    s3.put_object_acl(**k, AccessControlPolicy=policy)
    s3.put_object_acl(**k, ACL="bucket-owner-full-control")
    s3.put_bucket_ownership_controls(**b, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_acl(**b, ACL="private")
    refused("NotImplemented", 501, s3.put_bucket_acl, **b, ACL="public-read")
    code = "InvalidBucketAclWithObjectOwnership"
    refused(code, 400, s3.create_bucket, Bucket="open", ACL="public-read")
    refused("NoSuchKey", 404, s3.get_object_acl, **b, Key="nothing")


def errors(server):
    """What errors say besides their code and sentence."""
    s3, b = own(server, "errors")
    said = refused("NoSuchKey", 404, s3.get_object, **b, Key="a<b&c")
    assert said["Error"]["Key"] == "a<b&c"
    assert said["ResponseMetadata"]["RequestId"] and said["ResponseMetadata"]["HostId"]
    s3.put_object(**b, Key="a", Body=b"hello")
    said = refused("InvalidRange", 416, s3.get_object, **b, Key="a", Range="bytes=9-")["Error"]
    assert (said["RangeRequested"], said["ActualObjectSize"]) == ("bytes=9-", "5")
    said = refused("PreconditionFailed", 412, s3.put_object, **b, Key="a", IfNoneMatch="*")["Error"]
    assert said["Condition"] == "If-None-Match"
    said = refused("NoSuchUpload", 404, s3.list_parts, **b, Key="a", UploadId="x" * 32)["Error"]
    assert said["UploadId"] == "x" * 32
    said = refused("BucketNotEmpty", 409, s3.delete_bucket, **b)["Error"]
    assert said["BucketName"] == "errors"
    said = refused("InvalidArgument", 400, s3.list_objects_v2, **b, ContinuationToken="!")["Error"]
    assert said["ArgumentName"] == "continuation-token"
    status, headers, text = send(server, "GET", "/errors/nothing")
    assert status == 404 and f"<RequestId>{headers['x-amz-request-id']}</RequestId>" in text
    assert f"<HostId>{headers['x-amz-id-2']}</HostId></Error>" in text and "<Key>nothing</Key>" in text
    # Of a redirection boto3 shows nothing.
    there = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    server.client("eu-west-1").create_bucket(Bucket="there", **there)
    status, _, text = send(server, "GET", "/there/a")
    assert status == 301 and "<Endpoint>there.s3.eu-west-1.amazonaws.com</Endpoint><Bucket>there</Bucket>" in text
    nobody = boto3.client(
        "s3", endpoint_url=server.url, region_name="us-east-1", config=Config(signature_version=UNSIGNED)
    )
    refused("AccessDenied", 403, nobody.get_object, "Access Denied", **b, Key="a")


if __name__ == "__main__":
    harness.summary(
        run(cors, lifecycle, website, notes, notifications, terraform, locks, attributes, public, acls, errors)
    )
