#!/usr/bin/env python3
"""Instance metadata, as the EC2 User Guide's chapter about it goes: both versions, the hop limit, the categories, tags,
and the instance identity document with its signatures."""

import json
import re
import subprocess

import harness
from harness import ACCOUNT, REGION
from metadata import METADATA, TOKEN, MetadataLab


class InstanceMetadata(MetadataLab):
    def walk(self):
        self.network()
        self.web = self.server("web")
        self.version_2()
        self.version_1()
        self.hop_limit()
        self.categories()
        self.interfaces()
        self.tags()
        self.identity_document()
        self.after_a_restart()
        self.terminate(self.web)

    def version_2(self):
        self.step("1. version 2: a token, and then the data; Amazon Linux 2023 takes nothing else")
        self.sees(self.get("meta-data/instance-id"), self.web)
        self.sees(self.curl(f"{METADATA}/meta-data/instance-id")[0], 401, "version 1")
        self.sees(
            self.curl("-H", f"{TOKEN}: rubbish", f"{METADATA}/meta-data/instance-id")[0], 401, "a token that is none"
        )
        for seconds in (0, 21601, "long"):
            refused = self.curl("-X", "PUT", "-H", f"{TOKEN}-ttl-seconds: {seconds}", f"{METADATA}/api/token")
            self.sees(refused[0], 400, f"a token for {seconds} s")
        through_a_proxy = ("-H", "X-Forwarded-For: 10.0.0.1", "-H", f"{TOKEN}-ttl-seconds: 60")
        self.sees(
            self.curl("-X", "PUT", *through_a_proxy, f"{METADATA}/api/token")[0], 403, "a token asked for by a proxy"
        )
        self.sees(self.curl("-X", "POST", f"{METADATA}/meta-data/")[0], 405, "another method")

    def version_1(self):
        self.step("2. version 1 is switched on, and the whole service off")
        self.change("--http-tokens", "optional")
        self.sees(self.curl(f"{METADATA}/meta-data/instance-id"), (200, self.web))
        self.change("--http-endpoint", "disabled")
        self.sees(self.curl(f"{METADATA}/meta-data/instance-id")[0], 403, "the service when it is disabled")
        self.change("--http-endpoint", "enabled", "--http-tokens", "required")
        self.sees(self.curl(f"{METADATA}/meta-data/instance-id")[0], 401, "version 1 again")

    def hop_limit(self):
        self.step("3. a token's packets travel as far as the hop limit says, other answers are not limited")
        for limit in (1, 3):
            self.change("--http-put-response-hop-limit", str(limit))
            with self.hamlet.running("capture", "web") as file:
                harness.wait_for("the capture to begin", lambda: file.stat().st_size, 10)
                self.get("meta-data/instance-id")
                harness.wait_for("both answers in the capture", lambda: self.lives(file).get("OK") is not None, 10)
            self.sees(self.lives(file), {"PUT": limit, "OK": 64}, f"times to live with a hop limit of {limit}")

    def lives(self, capture):
        """The times to live of the service's packets with the token, and with the data."""
        read = ["tcpdump", "-nvAr", str(capture), "src host 169.254.169.254 and tcp[tcpflags] & tcp-push != 0"]
        shown = subprocess.run(read, capture_output=True, text=True, errors="replace").stdout
        found = {}
        for packet in re.split(r"\n(?=\d\d:\d\d:\d\d\.)", shown):
            life = re.search(r"ttl (\d+)", packet)
            if life and "200 OK" in packet:
                # The answer to PUT is the first.
                found["OK" if "PUT" in found else "PUT"] = int(life[1])
        return found

    def categories(self):
        self.step("4. the categories say what the API says")
        described = self.describe(self.web)
        [interface] = described["NetworkInterfaces"]
        for path, expected in {
            "ami-id": described["ImageId"],
            "ami-launch-index": "0",
            "hostname": described["PrivateDnsName"],
            "instance-action": "none",
            "instance-id": self.web,
            "instance-life-cycle": "on-demand",
            "instance-type": "t3.micro",
            "local-hostname": described["PrivateDnsName"],
            "local-ipv4": described["PrivateIpAddress"],
            "mac": interface["MacAddress"],
            "placement/availability-zone": f"{REGION}a",
            "placement/region": REGION,
            "public-hostname": described["PublicDnsName"],
            "public-ipv4": described["PublicIpAddress"],
            "security-groups": "default",
            "services/domain": "amazonaws.com",
            "services/partition": "aws",
            "iam/info": None,
            "spot/instance-action": None,
        }.items():
            self.sees(self.get(f"meta-data/{path}"), expected, path)
        self.sees(self.get("user-data"), None, "user data when there is none")
        self.sees(self.get("").split("\n"), ["dynamic", "meta-data"], "what there is")

    def interfaces(self):
        self.step("5. the network tree has every interface and every address, as they come and go")
        [first] = self.describe(self.web)["NetworkInterfaces"]
        made = self.ec2(
            "create-network-interface",
            "--subnet-id",
            self.subnet_id,
            "--secondary-private-ip-address-count",
            "1",
            "--groups",
            self.group,
        )["NetworkInterface"]
        second = made["NetworkInterfaceId"]
        attachment = self.ec2(
            "attach-network-interface",
            "--network-interface-id",
            second,
            "--instance-id",
            self.web,
            "--device-index",
            "1",
        )["AttachmentId"]
        macs = sorted([first["MacAddress"], made["MacAddress"]])
        tree = "meta-data/network/interfaces/macs"
        self.sees(sorted(self.get(tree).split("\n")), [f"{mac}/" for mac in macs])
        for leaf, expected in {
            "device-number": "1",
            "interface-id": second,
            "local-ipv4s": "\n".join(it["PrivateIpAddress"] for it in made["PrivateIpAddresses"]),
            "owner-id": ACCOUNT,
            "security-group-ids": self.group,
            "subnet-id": self.subnet_id,
            "subnet-ipv4-cidr-block": "10.0.1.0/24",
            "vpc-id": self.vpc,
            "vpc-ipv4-cidr-blocks": "10.0.0.0/16",
            "public-ipv4s": None,
        }.items():
            self.sees(self.get(f"{tree}/{made['MacAddress']}/{leaf}"), expected, leaf)
        public = first["Association"]["PublicIp"]
        self.sees(self.get(f"{tree}/{first['MacAddress']}/ipv4-associations/{public}"), first["PrivateIpAddress"])
        self.ec2("detach-network-interface", "--attachment-id", attachment)
        harness.wait_for("the interface to go", lambda: self.get(tree) == f"{first['MacAddress']}/", 10)
        self.ec2("wait", "network-interface-available", "--network-interface-ids", second)
        self.ec2("delete-network-interface", "--network-interface-id", second)

    def tags(self):
        self.step("6. tags are there once they are let in, and change without a restart")
        self.sees(self.get("meta-data/tags/instance/Name"), None)
        self.change("--instance-metadata-tags", "enabled")
        self.sees(self.get("meta-data/tags/instance/Name"), "web")
        self.ec2("create-tags", "--resources", self.web, "--tags", "Key=Name,Value=front", "Key=stage,Value=test")
        self.sees(self.get("meta-data/tags/instance"), "Name\nstage")
        self.sees(self.get("meta-data/tags/instance/Name"), "front")

    def identity_document(self):
        self.step("7. the identity document says who the instance is")
        document = self.get("dynamic/instance-identity/document")
        said = json.loads(document)
        described = self.describe(self.web)
        for name, expected in {
            "accountId": ACCOUNT,
            "architecture": "x86_64",
            "availabilityZone": f"{REGION}a",
            "imageId": described["ImageId"],
            "instanceId": self.web,
            "instanceType": "t3.micro",
            "pendingTime": described["LaunchTime"][:19] + "Z",
            "privateIp": described["PrivateIpAddress"],
            "region": REGION,
            "version": "2017-09-30",
        }.items():
            self.sees(said[name], expected, name)
        self.step(
            "   and openssl verifies its three signatures with Hamlet's certificate, inside the instance and outside"
        )
        certificate = self.hamlet.hamlet("certificate").out
        self.verified_outside(certificate, document)
        self.verified_inside(certificate)
        self.certificate, self.document = certificate, document

    def verified_outside(self, certificate, document):
        folder = self.user.stage / "outside"
        folder.mkdir(exist_ok=True)
        (folder / "certificate").write_text(certificate)
        (folder / "document").write_text(document)
        (folder / "signature.base64").write_text(self.get("dynamic/instance-identity/signature") + "\n")
        self.openssl(folder, "base64", "-d", "-in", "signature.base64", "-out", "signature")
        self.openssl(folder, "x509", "-pubkey", "-noout", "-in", "certificate", "-out", "key")
        verify = ("dgst", "-sha256", "-verify", "key", "-signature", "signature", "document")
        self.sees(self.openssl(folder, *verify).out, "Verified OK\n")
        for form in ("pkcs7", "rsa2048"):
            lines = self.get(f"dynamic/instance-identity/{form}")
            self.holds("-----" not in lines, f"{form} comes without PEM's first and last line: {lines[:40]}")
            (folder / form).write_text(f"-----BEGIN PKCS7-----\n{lines}\n-----END PKCS7-----\n")
            for word in ("smime", "cms"):
                # Once as the guide has it, and once with the certificate as the one that is trusted.
                for trust in (("-noverify",), ("-CAfile", "certificate")):
                    opened = self.openssl(
                        folder, word, "-verify", "-in", form, "-inform", "PEM", "-certfile", "certificate", *trust
                    )
                    self.sees(opened.out.replace("\r", ""), document, f"the document inside {form}")
        (folder / "document").write_text(document.replace(self.web, "i-0123456789abcdef0"))
        self.sees(self.openssl(folder, *verify, check=False).code, 1, "another instance's document with this signature")

    def openssl(self, folder, *words, check=True):
        return harness.execute(["openssl", *words], harness.clean_environment(), check, cwd=folder)

    def verified_inside(self, certificate):
        """With the guide's own lines."""
        script = f"""
            cd "$(mktemp -d)" && cat > certificate.pem
            TOKEN=$(curl -sS -X PUT {METADATA}/api/token -H '{TOKEN}-ttl-seconds: 60')
            echo "-----BEGIN PKCS7-----" >> rsa2048 \\
              && curl -sS -H "{TOKEN}: $TOKEN" {METADATA}/dynamic/instance-identity/rsa2048 >> rsa2048 \\
              && echo "" >> rsa2048 && echo "-----END PKCS7-----" >> rsa2048
            curl -sS -H "{TOKEN}: $TOKEN" {METADATA}/dynamic/instance-identity/document > document
            openssl smime -verify -in rsa2048 -inform PEM -content document -certfile certificate.pem \\
                -noverify > /dev/null
        """
        done = self.hamlet.hamlet("exec", self.web, "--", "sh", "-c", script, stdin=certificate, check=False)
        self.holds(done.code == 0 and "successful" in done.err, f"openssl inside: {done}")

    def after_a_restart(self):
        self.step("8. the certificate is the same after a restart of Hamlet, and so are the signatures")
        signature = self.get("dynamic/instance-identity/signature")
        self.hamlet.stop()
        self.hamlet.start()
        self.sees(self.hamlet.hamlet("certificate").out, self.certificate)
        self.wait_running(self.web)
        harness.wait_for(
            "it to boot again", lambda: self.inside(self.web, "curl", "-s", "-m", "1", METADATA).code == 0, 30
        )
        self.sees(self.get("dynamic/instance-identity/document"), self.document)
        self.sees(self.get("dynamic/instance-identity/signature"), signature)


if __name__ == "__main__":
    harness.run(InstanceMetadata)
