#!/usr/bin/env python3
"""A bucket as a website ("Hosting a static website using Amazon S3").

By the names of its website endpoint from a server, and by `BUCKET.s3-website.localhost` from the user's own machine:
index and error documents, redirects, who may read.
"""

import json
import socket
import tempfile

import harness
from harness import REGION
from network import ANYWHERE, NetworkLab

BUCKET = "www.example.com"
NAMES = [f"{BUCKET}.s3-website{infix}{REGION}.amazonaws.com" for infix in "-."]


class BucketWebsite(NetworkLab):
    def walk(self):
        self.server_and_bucket()
        self.without_a_website()
        self.pages()
        self.errors()
        self.elsewhere()
        self.from_here()
        self.closed()
        self.terminate(self.server)

    def server_and_bucket(self):
        self.step("1. a public server, and a bucket that everybody may read")
        vpc = self.make_vpc("10.0.0.0/16")
        gateway = self.attach_gateway(vpc)
        table = self.main_table(vpc)
        self.route(table, ANYWHERE, "--gateway-id", gateway)
        subnet = self.subnet(vpc, "10.0.0.0/24", "a")
        self.server = self.launch("server", subnet, self.default_group(vpc), "--associate-public-ip-address")
        location = ("--create-bucket-configuration", f"LocationConstraint={REGION}")
        self.s3("create-bucket", *location)
        self.s3("delete-public-access-block")
        statement = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"]}
        statement["Resource"] = f"arn:aws:s3:::{BUCKET}/*"
        self.s3("put-bucket-policy", "--policy", json.dumps({"Version": "2012-10-17", "Statement": statement}))
        for key in ("index.html", "docs/index.html", "a b&c.html", "oops.html"):
            self.put(key, f"<p>{key}</p>")
        self.wait_running(self.server)
        self.booted(self.server)

    def s3(self, command, *words):
        return self.aws("s3api", command, "--bucket", BUCKET, *words)

    def put(self, key, text, *more):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            self.s3("put-object", "--key", key, "--body", file.name, "--content-type", "text/html", *more)

    def get(self, path, host=NAMES[0], scheme="http"):
        """Status, place and text, as the server gets them."""
        write = "\n%{http_code} %{redirect_url}"
        heard = self.inside(self.server, "curl", "-sS", "-m", "8", "-w", write, f"{scheme}://{host}{path}")
        text, _, told = heard.out.rpartition("\n")
        status, _, place = told.partition(" ")
        return int(status or 0), place.strip(), text

    def without_a_website(self):
        self.step("2. it is none yet, and there is no other")
        status, _, text = self.get("/")
        self.holds(status == 404 and "<li>Code: NoSuchWebsiteConfiguration</li>" in text, text)
        status, _, text = self.get("/", NAMES[0].replace("www", "nobody"))
        self.holds(status == 404 and "<li>Code: NoSuchBucket</li>" in text, text)

    def pages(self):
        self.step("3. with an index document: its root, its folders, over plain HTTP by both forms of the name")
        self.aws("s3", "website", f"s3://{BUCKET}", "--index-document", "index.html", "--error-document", "oops.html")
        for name in NAMES:
            self.sees(self.get("/", name), (200, "", "<p>index.html</p>"))
        self.sees(self.get("/docs/"), (200, "", "<p>docs/index.html</p>"))
        self.sees(self.get("/docs")[:2], (302, f"http://{NAMES[0]}/docs/"))
        self.sees(self.get("/a%20b%26c.html"), (200, "", "<p>a b&c.html</p>"))
        self.sees(self.get("/", scheme="https")[0], 0)

    def errors(self):
        self.step("4. what is not there: forbidden to who may not list, else not found, both with the error document")
        self.sees(self.get("/nothing")[::2], (403, "<p>oops.html</p>"))
        listing = {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}
        reading = {**listing, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [listing, reading]})
        self.s3("put-bucket-policy", "--policy", policy)
        self.sees(self.get("/nothing")[::2], (404, "<p>oops.html</p>"))
        self.s3("delete-object", "--key", "oops.html")
        status, _, text = self.get("/no%3Cb%3Ething")
        self.holds(status == 404 and "<li>Key: no&lt;b&gt;thing</li>" in text, text)

    def elsewhere(self):
        self.step("5. an object that is elsewhere, rules, and a website that is elsewhere whole")
        self.put("old.html", "", "--website-redirect-location", "/docs/")
        self.sees(self.get("/old.html")[:2], (301, f"http://{NAMES[0]}/docs/"))
        rule = {
            "Condition": {"KeyPrefixEquals": "manual/"},
            "Redirect": {"ReplaceKeyPrefixWith": "docs/", "HttpRedirectCode": "302"},
        }
        website = {"IndexDocument": {"Suffix": "index.html"}, "RoutingRules": [rule]}
        self.s3("put-bucket-website", "--website-configuration", json.dumps(website))
        self.sees(self.get("/manual/one")[:2], (302, f"http://{NAMES[0]}/docs/one"))
        away = {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}}
        self.s3("put-bucket-website", "--website-configuration", json.dumps(away))
        self.sees(self.get("/x/y")[:2], (301, "https://example.com/x/y"))
        self.s3(
            "put-bucket-website", "--website-configuration", json.dumps({"IndexDocument": {"Suffix": "index.html"}})
        )

    def from_here(self):
        self.step("6. from the user's own machine by a name of localhost; only to look, and as nobody's page")
        head, text = self.ask("GET", "/docs/")
        self.holds(head.startswith("HTTP/1.1 200") and text == "<p>docs/index.html</p>", (head, text))
        self.holds("content-security-policy: sandbox" in head.lower(), head)
        head, text = self.ask("PUT", "/new.html")
        self.holds(head.startswith("HTTP/1.1 405") and "MethodNotAllowed" in text, (head, text))

    def ask(self, method, path):
        host, port = self.hamlet.address
        lines = [f"{method} {path} HTTP/1.1", f"Host: {BUCKET}.s3-website.localhost:{port}", "Content-Length: 0"]
        with socket.create_connection((host, port), timeout=10) as connection:
            connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
            head, _, text = connection.makefile("rb").read().decode().partition("\r\n\r\n")
        return head, text

    def closed(self):
        self.step("7. a public access block closes it")
        self.s3("put-public-access-block", "--public-access-block-configuration", "RestrictPublicBuckets=true")
        status, _, text = self.get("/")
        self.holds(status == 403 and "<li>Code: AccessDenied</li>" in text, text)


if __name__ == "__main__":
    harness.run(BucketWebsite)
