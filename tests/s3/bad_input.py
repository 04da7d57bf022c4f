#!/usr/bin/env python3
"""What no client of AWS's sends, and what goes wrong in the middle: AWS's errors, nothing lost or half visible."""

import base64
import binascii
import hashlib
import http.client
import os
import pathlib
import subprocess
import tempfile
import threading
import time

from botocore.exceptions import ClientError

from alone import MIB, Server, harness, refused, run, send, signed

# Keys that a careless program takes for something else.
KEYS = [
    "../../../etc/passwd",
    "a/../../b",
    "..",
    ".",
    "./a",
    "/",
    "//",
    "/a",
    "a//b/",
    "a/./b",
    " ",
    "+",
    "a+b c",
    "%2F",
    "%00",
    "%",
    "?#&=;",
    "a\\..\\b",
    "\x01\x02\x1f",
    "\r\nx: y",
    "a\x00b",
    "\ufffe\uffff",
    "\u202eright to left",
    "ü" * 512,
    "🙂" * 256,
    "\x7f" * 1024,
    "a" * 1024,
    "a/" * 512,
    "<Key>&amp;]]>",
    "'\"",
    "null",
]


def keys(server):
    s3 = server.client()
    s3.create_bucket(Bucket="keys")
    for number, key in enumerate(KEYS):
        s3.put_object(Bucket="keys", Key=key, Body=str(number).encode())
    for number, key in enumerate(KEYS):
        assert s3.get_object(Bucket="keys", Key=key)["Body"].read() == str(number).encode(), key
    listed = [it["Key"] for it in s3.list_objects_v2(Bucket="keys")["Contents"]]
    assert listed == sorted(KEYS, key=str.encode), set(KEYS) ^ set(listed)
    assert {it["Key"] for it in s3.list_object_versions(Bucket="keys")["Versions"]} == set(KEYS)
    refused("KeyTooLongError", 400, s3.put_object, "Your key is too long", Bucket="keys", Key="a" * 1025)
    refused("KeyTooLongError", 400, s3.create_multipart_upload, Bucket="keys", Key="ü" * 513)
    folder = pathlib.Path(server.folder)
    assert {it.name for it in folder.iterdir()} == {"objects", "world.json"}, "nothing is beside its folder"
    # 20,000 bytes are a file of their own, whose name is not the key's.
    s3.put_object(Bucket="keys", Key="../../../../tmp/hamlet-escaped", Body=bytes(20_000))
    assert not os.path.exists("/tmp/hamlet-escaped")
    s3.delete_object(Bucket="keys", Key="../../../../tmp/hamlet-escaped")
    gone = s3.delete_objects(Bucket="keys", Delete={"Objects": [{"Key": it} for it in KEYS if it.isprintable()]})
    assert "Errors" not in gone, gone
    for it in KEYS:
        s3.delete_object(Bucket="keys", Key=it)
    assert s3.list_objects_v2(Bucket="keys")["KeyCount"] == 0
    s3.delete_bucket(Bucket="keys")
    status, _, text = send(server, "GET", "/keys/%ff")
    assert status == 400 and "<Code>InvalidURI</Code>" in text, text


def documents(server):
    """XML that is none, or of something else."""
    s3 = server.client()
    s3.create_bucket(Bucket="documents")
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">' + "".join(
        f'<!ENTITY b{it} "{f"&b{it - 1};" * 10}">' for it in range(1, 10)
    )
    bodies = [
        b"<",
        b"\x00\xff\xfe",
        b"<Other/>",
        b"<VersioningConfiguration><Status>Enabled</VersioningConfiguration>",
        b"<VersioningConfiguration><Status>Enabled</Status>",
        b"<VersioningConfiguration><Statu>Enabled</Statu></VersioningConfiguration>",
        (bomb + "]><VersioningConfiguration><Status>&b9;</Status></VersioningConfiguration>").encode(),
        b"<a>" * 100_000,
        b"<VersioningConfiguration><Status>\xff</Status></VersioningConfiguration>",
    ]
    for body in bodies:
        for what in ("versioning", "tagging", "cors", "lifecycle", "website", "notification", "object-lock"):
            headers = {"Content-MD5": base64.b64encode(hashlib.md5(body).digest()).decode()}
            said = hashlib.sha256(body).hexdigest()
            status, _, text = send(server, "PUT", f"/documents?{what}", body, headers, said)
            assert status == 400 and "<Error><Code>" in text, (what, body[:60], status, text)
    assert "Status" not in s3.get_bucket_versioning(Bucket="documents")
    refused("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket="documents")
    refused("MalformedXML", 400, s3.delete_objects, Bucket="documents", Delete={"Objects": []})
    many = {"Objects": [{"Key": str(it)} for it in range(1001)]}
    refused("MalformedXML", 400, s3.delete_objects, Bucket="documents", Delete=many)


def crc(polynomial, width, data):
    """A reflected cyclic redundancy check, bit by bit."""
    ones = (1 << width) - 1
    sum = ones
    for byte in data:
        sum ^= byte
        for _ in range(8):
            sum = sum >> 1 ^ (polynomial if sum & 1 else 0)
    return (sum ^ ones).to_bytes(width // 8, "big")


SUMS = {
    "crc32": lambda it: binascii.crc32(it).to_bytes(4, "big"),
    "crc32c": lambda it: crc(0x82F63B78, 32, it),
    "crc64nvme": lambda it: crc(0x9A6C9329AC4BC9B5, 64, it),
    "sha1": lambda it: hashlib.sha1(it).digest(),
    "sha256": lambda it: hashlib.sha256(it).digest(),
}


def trailers(server):
    """Bodies in chunks, with their checksums behind them, as SDKs send them over TLS."""
    s3 = server.client()
    s3.create_bucket(Bucket="trailers")
    body = os.urandom(3000)

    def put(name, sum, key, cut=None):
        text = base64.b64encode(sum).decode()
        chunks = b"".join(f"{len(it):x}\r\n".encode() + it + b"\r\n" for it in (body[:2000], body[2000:]))
        sent = chunks + f"0\r\nx-amz-checksum-{name}:{text}\r\n\r\n".encode()
        headers = {
            "Content-Encoding": "aws-chunked",
            "x-amz-decoded-content-length": str(len(body)),
            "x-amz-trailer": f"x-amz-checksum-{name}",
        }
        return send(server, "PUT", f"/trailers/{key}", sent[:cut], headers, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")

    for name, make in SUMS.items():
        status, headers, text = put(name, make(body), name)
        assert status == 200 and headers[f"x-amz-checksum-{name}"] == base64.b64encode(make(body)).decode(), text
        got = server.client(response_checksum_validation="when_required").get_object(Bucket="trailers", Key=name)
        assert got["Body"].read() == body and "ContentEncoding" not in got
        status, _, text = put(name, make(b"other"), "wrong")
        assert status == 400 and "<Code>BadDigest</Code>" in text, text
        assert f"The {name.upper()} you specified did not match the calculated checksum." in text, text
        status, _, text = put(name, make(body), "half", cut=1500)
        assert status == 400, (status, text)
    assert {it["Key"] for it in s3.list_objects_v2(Bucket="trailers")["Contents"]} == set(SUMS)


def bodies(server):
    """A client that goes away in the middle of what it sends."""
    s3 = server.client()
    s3.create_bucket(Bucket="half")
    before = server.files()
    for size, sent in ((100, 50), (40_000, 20_000), (8 * MIB, 7 * MIB)):
        headers = signed(server, "PUT", "/half/a", {"Content-Length": str(size)})
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.putrequest("PUT", "/half/a")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(bytes(sent))
        connection.close()
    refused("NoSuchKey", 404, s3.get_object, Bucket="half", Key="a")
    body = b"hello"
    wrong = hashlib.sha256(b"other").hexdigest()
    status, _, text = send(server, "PUT", "/half/a", body, said=wrong)
    assert status == 400 and "<Code>XAmzContentSHA256Mismatch</Code>" in text, text
    refused("NoSuchKey", 404, s3.get_object, Bucket="half", Key="a")
    wait_until(lambda: server.files() == before, "what was half taken in stays on the disk")


def wait_until(holds, complaint):
    """What takes a moment after an answer, or needs none."""
    for _ in range(100):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(complaint)


def parts(server):
    s3 = server.client()
    s3.create_bucket(Bucket="numbers")
    b = {"Bucket": "numbers", "Key": "a"}
    upload = {**b, "UploadId": s3.create_multipart_upload(**b)["UploadId"]}
    message = "Part number must be an integer between 1 and 10000, inclusive"
    for number in (0, 10_001, 65_537):
        refused("InvalidArgument", 400, s3.upload_part, message, **upload, PartNumber=number, Body=b"")
    sent = s3.upload_part(**upload, PartNumber=10_000, Body=b"last")["ETag"]
    all = [{"PartNumber": it, "ETag": sent} for it in range(1, 10_002)]
    refused("InvalidArgument", 400, s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": all})
    some = {"Parts": all[:10_000]}
    refused("InvalidPart", 400, s3.complete_multipart_upload, **upload, MultipartUpload=some)
    refused("InvalidRequest", 400, s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": []})
    other = {"Parts": [{"PartNumber": 10_000, "ETag": '"0"'}]}
    refused("InvalidPart", 400, s3.complete_multipart_upload, **upload, MultipartUpload=other)
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [all[9_999]]})
    assert s3.get_object(**b)["Body"].read() == b"last"
    # A bucket that is deleted takes its uploads along, with their bytes.
    s3.delete_object(**b)
    before = server.files()
    for _ in range(3):
        upload = {**b, "UploadId": s3.create_multipart_upload(**b)["UploadId"]}
        s3.upload_part(**upload, PartNumber=1, Body=bytes(100_000))
    assert server.files() == before + 3
    s3.delete_bucket(Bucket="numbers")
    wait_until(lambda: server.files() == before, "uploads of a deleted bucket stay on the disk")


def writers(server):
    """Two writers of one key: each reader sees all of one."""
    s3 = server.client()
    s3.create_bucket(Bucket="writers")
    k = {"Bucket": "writers", "Key": "a"}
    s3.put_object(**k, Body=bytes([0]) * 40_000)
    over, seen = threading.Event(), set()

    def write(value):
        own = server.client()
        for size in [40_000, 100] * 20:
            own.put_object(**k, Body=bytes([value]) * size)

    def read():
        own = server.client()
        while not over.is_set():
            got = own.get_object(**k)
            body = got["Body"].read()
            seen.add(len(set(body)))
            assert got["ETag"] == f'"{hashlib.md5(body).hexdigest()}"', "bytes of one and the tag of another"

    threads = [threading.Thread(target=write, args=[value]) for value in (1, 2)]
    reader = threading.Thread(target=read)
    [it.start() for it in [*threads, reader]]
    [it.join() for it in threads]
    over.set()
    reader.join()
    assert seen == {1}, seen
    won = []

    def claim(value):
        try:
            server.client().put_object(Bucket="writers", Key="once", Body=bytes([value]), IfNoneMatch="*")
            won.append(value)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "PreconditionFailed", error

    threads = [threading.Thread(target=claim, args=[value]) for value in range(8)]
    [it.start() for it in threads]
    [it.join() for it in threads]
    assert len(won) == 1 and s3.get_object(Bucket="writers", Key="once")["Body"].read() == bytes(won)


def full_disk(_):
    """A disk that is full in the middle of an upload: what was there stays, and there is room again afterwards."""
    if os.geteuid() != 0:
        raise harness.CannotRun("a small disk of its own needs root")
    folder = tempfile.mkdtemp(prefix="hamlet-s3-full-")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=70m", "tmpfs", folder], check=True)
    try:
        server = Server(folder)
        try:
            fill(server)
        finally:
            server.kill()
    finally:
        subprocess.run(["umount", folder], check=True)
        os.rmdir(folder)


def fill(server):
    s3 = server.client()
    s3.create_bucket(Bucket="full")
    kept = os.urandom(3 * MIB)
    s3.put_object(Bucket="full", Key="kept", Body=kept)
    b = {"Bucket": "full", "Key": "big"}
    upload = {**b, "UploadId": s3.create_multipart_upload(**b)["UploadId"]}
    sent = []
    for number in range(1, 20):
        try:
            part = s3.upload_part(**upload, PartNumber=number, Body=os.urandom(5 * MIB))
            sent.append({"PartNumber": number, "ETag": part["ETag"]})
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InternalError", error
            break
    assert 3 <= len(sent) < 10, len(sent)
    assert [it["PartNumber"] for it in s3.list_parts(**upload)["Parts"]] == [it["PartNumber"] for it in sent]
    assert s3.get_object(Bucket="full", Key="kept")["Body"].read() == kept
    # Small objects go into the index, until that cannot grow either.
    for number in range(6000):
        try:
            s3.put_object(Bucket="full", Key=f"small/{number}", Body=os.urandom(16_000))
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InternalError", error
            break
    assert s3.get_object(Bucket="full", Key="kept")["Body"].read() == kept
    s3.abort_multipart_upload(**upload)
    wait_until(lambda: server.files() == 1, "what was given up stays on the disk")
    s3.put_object(Bucket="full", Key="after", Body=kept)
    assert s3.get_object(Bucket="full", Key="after")["Body"].read() == kept
    server.kill()
    server.start()
    s3 = server.client()
    for key in ("kept", "after"):
        assert s3.get_object(Bucket="full", Key=key)["Body"].read() == kept


if __name__ == "__main__":
    harness.summary(run(keys, documents, trailers, bodies, parts, writers, full_disk))
