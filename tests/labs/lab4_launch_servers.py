#!/usr/bin/env python3
"""Lab 4: launch servers. Key pairs, a public and a private server, user data, and the way back."""

import json
import subprocess

import harness
from harness import REGION

AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
USER_DATA = """#!/bin/bash
echo "user data runs as $(id -un) on $(hostname)" > /home/ec2-user/proof
echo the user data has spoken
"""


class Lab4LaunchServers(harness.Lab):
    def walk(self):
        self.network()
        self.key_pairs()
        self.public_server()
        self.private_server()
        self.clean_up()

    def network(self):
        self.vpc = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
        self.public = self.subnet("10.0.0.0/24", f"{REGION}a")
        self.private = self.subnet("10.0.1.0/24", f"{REGION}b")
        self.ec2("modify-subnet-attribute", "--subnet-id", self.public, "--map-public-ip-on-launch")
        self.gateway = self.ec2("create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
        self.ec2("attach-internet-gateway", "--vpc-id", self.vpc, "--internet-gateway-id", self.gateway)
        self.table = self.ec2("create-route-table", "--vpc-id", self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2(
            "create-route",
            "--route-table-id",
            self.table,
            "--destination-cidr-block",
            "0.0.0.0/0",
            "--gateway-id",
            self.gateway,
        )
        self.ec2("associate-route-table", "--route-table-id", self.table, "--subnet-id", self.public)
        self.web = self.group("web", "HTTP and SSH")
        self.ec2(
            "authorize-security-group-ingress",
            "--group-id",
            self.web,
            "--protocol",
            "tcp",
            "--port",
            "22",
            "--cidr",
            "0.0.0.0/0",
        )
        self.db = self.group("db", "SSH from the public server")
        self.step("   the private server's group lets in SSH from the public server's group")
        [rule] = self.ec2(
            "authorize-security-group-ingress",
            "--group-id",
            self.db,
            "--protocol",
            "tcp",
            "--port",
            "22",
            "--source-group",
            self.web,
        )["SecurityGroupRules"]
        self.sees(rule["ReferencedGroupInfo"]["GroupId"], self.web)

    def subnet(self, cidr, zone):
        made = self.ec2("create-subnet", "--vpc-id", self.vpc, "--cidr-block", cidr, "--availability-zone", zone)
        return made["Subnet"]["SubnetId"]

    def group(self, name, description):
        made = self.ec2(
            "create-security-group", "--group-name", name, "--description", description, "--vpc-id", self.vpc
        )
        return made["GroupId"]

    def key_pairs(self):
        self.step("1. key pairs: RSA and ed25519, and one of the user's own")
        self.keys = {}
        for kind, beginning in (
            ("rsa", "-----BEGIN RSA PRIVATE KEY-----"),
            ("ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----"),
        ):
            made = self.ec2("create-key-pair", "--key-name", kind, "--key-type", kind)
            self.holds(made["KeyMaterial"].startswith(beginning), f"{kind}: {made['KeyMaterial'][:40]}")
            self.keys[kind] = self.keep(kind, made["KeyMaterial"])
            checked = subprocess.run(["ssh-keygen", "-y", "-f", self.keys[kind]], capture_output=True, text=True)
            self.holds(checked.returncode == 0, f"ssh-keygen takes it: {checked.stderr}")
            [described] = self.ec2("describe-key-pairs", "--key-names", kind, "--include-public-key")["KeyPairs"]
            self.sees(described["PublicKey"].split()[:2], checked.stdout.split()[:2])
            self.holds("KeyMaterial" not in described, "the private key comes back once")
        for_putty = self.ec2("create-key-pair", "--key-name", "putty", "--key-format", "ppk")["KeyMaterial"]
        self.holds(for_putty.startswith("PuTTY-User-Key-File-"), for_putty[:40])
        self.refused(
            "InvalidKeyPair.Duplicate", "The keypair 'rsa' already exists…", "create-key-pair", "--key-name", "rsa"
        )
        own = harness.fresh_key(self.user.stage)
        self.user.own(own)
        imported = self.ec2("import-key-pair", "--key-name", "own", "--public-key-material", f"fileb://{own}.pub")
        self.sees(imported["KeyName"], "own")
        self.keys["own"] = own
        (self.user.stage / "rubbish").write_text("not a key")
        self.refused(
            "InvalidKey.Format",
            "Key is not in valid OpenSSH public key format",
            "import-key-pair",
            "--key-name",
            "bad",
            "--public-key-material",
            f"fileb://{self.user.stage}/rubbish",
        )

    def keep(self, name, material):
        path = self.user.stage / f"{name}.pem"
        path.write_text(material + "\n")
        path.chmod(0o600)
        return self.user.own(path)

    def public_server(self):
        self.step("2. a public server, Amazon Linux 2023, with user data")
        ami = self.aws("ssm", "get-parameter", "--name", AMI)["Parameter"]["Value"]
        [image] = self.ec2("describe-images", "--image-ids", ami)["Images"]
        self.holds(image["Name"].startswith("al2023-ami-2023") and image["Architecture"] == "x86_64", image["Name"])
        self.ami = ami
        script = self.user.stage / "user-data.sh"
        script.write_text(USER_DATA)
        reservation = self.launch("web", "rsa", self.public, self.web, "--user-data", f"file://{script}")
        [instance] = reservation["Instances"]
        self.sees(instance["State"]["Name"], "pending")
        self.public_id = instance["InstanceId"]
        self.wait_running(self.public_id)
        instance = self.describe(self.public_id)
        [interface] = instance["NetworkInterfaces"]
        self.sees(
            (instance["VpcId"], instance["SubnetId"], instance["Placement"]["AvailabilityZone"]),
            (self.vpc, self.public, f"{REGION}a"),
        )
        self.holds(instance["PrivateIpAddress"].startswith("10.0.0."), instance["PrivateIpAddress"])
        self.sees(interface["Association"]["PublicIp"], instance["PublicIpAddress"])
        self.sees((interface["Status"], interface["Attachment"]["DeviceIndex"]), ("in-use", 0))
        self.step("   its user data really runs")
        self.booted(self.public_id)
        console = self.ec2("get-console-output", "--instance-id", self.public_id, "--latest")["Output"]
        self.holds("the user data has spoken" in console, f"the console shows it:\n{console}")
        self.step("   ssh with the key pair's key, and as a user who is not let in without it")
        self.ssh_with("rsa", "web", "cat /home/ec2-user/proof", "user data runs as root")
        stranger = self.hamlet.hamlet("ssh", "-i", str(self.keys["own"]), "web", "--", "true", check=False)
        self.sees(stranger.code, 255, "ssh with another key")
        self.holds("Permission denied (publickey" in stranger.err, stranger.err)
        self.step("   the same with ed25519, and with the imported key")
        for key in ("ed25519", "own"):
            [instance] = self.launch(f"web-{key}", key, self.public, self.web)["Instances"]
            self.wait_running(instance["InstanceId"])
            self.booted(instance["InstanceId"])
            self.ssh_with(key, f"web-{key}", "pwd", "/home/ec2-user")
            self.ec2("terminate-instances", "--instance-ids", instance["InstanceId"])
        self.step("   what is refused at launch")
        common = ("run-instances", "--image-id", ami, "--instance-type", "t2.micro", "--subnet-id", self.public)
        self.refused("InvalidKeyPair.NotFound", "The key pair 'none' does not exist", *common, "--key-name", "none")
        self.refused(
            "InvalidAMIID.Malformed",
            'Invalid id: "ami-1234" (expecting "ami-...")',
            "run-instances",
            "--image-id",
            "ami-1234",
            "--instance-type",
            "t2.micro",
        )
        elsewhere = self.ec2("describe-security-groups", "--filters", "Name=group-name,Values=default")[
            "SecurityGroups"
        ]
        [other] = [it["GroupId"] for it in elsewhere if it["VpcId"] != self.vpc]
        self.refused(
            "InvalidParameter",
            f"Security group {other} and subnet {self.public} belong to different networks.",
            *common,
            "--security-group-ids",
            other,
        )

    def launch(self, name, key, subnet, group, *more):
        tags = json.dumps([{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])
        return self.ec2(
            "run-instances",
            "--image-id",
            self.ami,
            "--instance-type",
            "t2.micro",
            "--key-name",
            key,
            "--subnet-id",
            subnet,
            "--security-group-ids",
            group,
            "--tag-specifications",
            tags,
            *more,
        )

    def describe(self, id):
        [reservation] = self.ec2("describe-instances", "--instance-ids", id)["Reservations"]
        return reservation["Instances"][0]

    def ssh_with(self, key, name, command, expected):
        result = self.hamlet.hamlet("ssh", "-i", str(self.keys[key]), name, "--", command, check=False)
        self.holds(result.code == 0 and expected in result.out, f"ssh with {key}: {result}")

    def private_server(self):
        self.step("3. a private server: no public address; ssh from the public one, by group reference")
        [instance] = self.launch("db", "ed25519", self.private, self.db)["Instances"]
        self.private_id = instance["InstanceId"]
        self.wait_running(self.private_id)
        self.booted(self.private_id)
        instance = self.describe(self.private_id)
        self.holds("PublicIpAddress" not in instance, "no public address")
        refused = self.hamlet.hamlet("ssh", "db", "--", "true", check=False)
        self.sees(refused.code, 125)
        self.holds("has no public address" in refused.err, refused.err)
        address = instance["PrivateIpAddress"]
        key = self.keys["ed25519"].read_text()
        self.hamlet.hamlet("exec", "--user", "ec2-user", "web", "--", "sh", "-c", "umask 077; cat > ~/key", stdin=key)
        options = ("-i", "key", "-o", "StrictHostKeyChecking=no", "-o", "ConnectTimeout=5", "-o", "BatchMode=yes")
        hop = self.inside("web", "ssh", *options, f"ec2-user@{address}", "hostname", user="ec2-user")
        name = f"ip-{address.replace('.', '-')}.{REGION}.compute.internal"
        self.sees((hop.code, hop.out.strip()), (0, name), f"ssh from web to db: {hop}")
        self.step("   a command in a server ends when it is told to, from inside and from outside")
        self.sees(self.inside("web", "timeout", "1", "sleep", "60", seconds=10).code, 124)
        command = ["timeout", "1", *self.user.prefix, self.user.program, "exec", "web", "--", "sleep", "60"]
        outside = harness.execute(command, self.hamlet._own_environment(), check=False, seconds=10)
        self.sees(outside.code, 124, f"hamlet exec: {outside}")

    def clean_up(self):
        self.step("4. the VPC cannot be deleted while something is in it; in order it can")
        self.refused(
            "DependencyViolation",
            f"The vpc '{self.vpc}' has dependencies and cannot be deleted.",
            "delete-vpc",
            "--vpc-id",
            self.vpc,
        )
        self.refused(
            "DependencyViolation",
            f"The subnet '{self.public}' has dependencies and cannot be deleted.",
            "delete-subnet",
            "--subnet-id",
            self.public,
        )
        self.refused(
            "DependencyViolation",
            f"Network {self.vpc} has some mapped public address(es). Please unmap those public "
            "address(es) before detaching the gateway.",
            "detach-internet-gateway",
            "--internet-gateway-id",
            self.gateway,
            "--vpc-id",
            self.vpc,
        )
        both = (self.public_id, self.private_id)
        self.ec2("terminate-instances", "--instance-ids", *both)
        self.ec2("wait", "instance-terminated", "--instance-ids", *both)
        self.sees(self.ec2("describe-network-interfaces")["NetworkInterfaces"], [], "interfaces after termination")
        instance = self.describe(self.public_id)
        self.sees(instance["State"]["Name"], "terminated")
        self.holds("PublicIpAddress" not in instance and "PrivateIpAddress" not in instance, "its addresses are gone")
        self.ec2("detach-internet-gateway", "--internet-gateway-id", self.gateway, "--vpc-id", self.vpc)
        self.ec2("delete-internet-gateway", "--internet-gateway-id", self.gateway)
        for subnet in (self.public, self.private):
            self.ec2("delete-subnet", "--subnet-id", subnet)
        self.ec2("delete-route-table", "--route-table-id", self.table)
        self.ec2("delete-security-group", "--group-id", self.db)
        self.ec2("delete-security-group", "--group-id", self.web)
        self.ec2("delete-vpc", "--vpc-id", self.vpc)
        for key in ("rsa", "ed25519", "own", "putty"):
            self.ec2("delete-key-pair", "--key-name", key)
        self.sees(self.hamlet.status()["resources"], {}, "what `hamlet status` counts afterwards")


if __name__ == "__main__":
    harness.run(Lab4LaunchServers)
