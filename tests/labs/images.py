#!/usr/bin/env python3
"""Images as people look for them: by name and owner, by Systems Manager's public parameters, by an id of AWS's that is
not in the catalogue. What is launched has the user and the interface names that the image has on AWS."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import harness

CANONICAL, DEBIAN, RED_HAT, AMAZON = "099720109477", "136693071363", "309956199498", "137112412989"
# Owner, and the name that public configurations look for with `most_recent = true`.
NEWEST = (
    ("amazon", "al2023-ami-2023*", "x86_64"),
    (AMAZON, "al2023-ami-*-kernel-6.1-arm64", "arm64"),
    ("amazon", "al2023-ami-minimal-*-x86_64", "x86_64"),
    ("amazon", "amzn2-ami-hvm-*-x86_64-gp2", "x86_64"),
    ("amazon", "amzn2-ami-kernel-5.10-hvm-2.0.*", "x86_64"),
    ("amazon", "amzn2-ami-ecs-hvm-*-x86_64-ebs", "x86_64"),
    ("amazon", "amzn-ami-vpc-nat-*", "x86_64"),
    (CANONICAL, "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*", "x86_64"),
    (CANONICAL, "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*", "x86_64"),
    (CANONICAL, "ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-*", "x86_64"),
    (CANONICAL, "ubuntu/images/*ubuntu-jammy-22.04-arm64-server-*", "arm64"),
    (DEBIAN, "debian-12-amd64-*", "x86_64"),
    (DEBIAN, "debian-13-arm64-*", "arm64"),
    (RED_HAT, "RHEL-9*_HVM-*-x86_64-*", "x86_64"),
    ("amazon", "Windows_Server-2022-English-Full-Base-*", "x86_64"),
)
LATEST = "/aws/service/ami-amazon-linux-latest"
UBUNTU = "/aws/service/canonical/ubuntu/server"
# Name, parameter, type; the user; the interface.
SERVERS = (
    ("al2023", f"{LATEST}/al2023-ami-kernel-default-x86_64", "t2.micro", "ec2-user", "enX0"),
    ("al2023-nitro", f"{LATEST}/al2023-ami-kernel-default-arm64", "t4g.micro", "ec2-user", "ens5"),
    ("al2", f"{LATEST}/amzn2-ami-kernel-5.10-hvm-x86_64-gp2", "t3.micro", "ec2-user", "eth0"),
    ("noble", f"{UBUNTU}/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id", "t2.micro", "ubuntu", "enX0"),
    ("jammy", f"{UBUNTU}/jammy/stable/current/amd64/hvm/ebs-gp2/ami-id", "t2.micro", "ubuntu", "eth0"),
    ("bookworm", "/aws/service/debian/release/12/latest/amd64", "t3.micro", "admin", "ens5"),
)
OTHERS = (
    f"{UBUNTU}/focal/stable/current/arm64/hvm/ebs-gp2/ami-id",
    "/aws/service/debian/release/13/latest/arm64",
    "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    "/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base",
)
# A site of the simulated internet.
SITE = "192.0.2.10"
# Well-formed, and nobody's.
UNKNOWN = "ami-0c55b159cbfafe1f0"


class Images(harness.Lab):
    def walk(self):
        self.look_for_names()
        self.look_for_parameters()
        self.make_a_network()
        self.launch_and_log_in()
        self.windows()
        self.a_nat_instance()
        self.an_unknown_image()
        self.without_unknown_images()

    def look_for_names(self):
        self.step("1. the newest of every name that public configurations look for")
        for owner, name, architecture in NEWEST:
            filters = (f"Name=name,Values={name}", "Name=virtualization-type,Values=hvm", "Name=state,Values=available")
            found = self.ec2("describe-images", "--owners", owner, "--filters", *filters)["Images"]
            self.holds(found, f"no image of {owner} is called {name}")
            newest = max(found, key=lambda image: image["CreationDate"])
            self.sees(newest["Architecture"], architecture, f"the newest {name}, {newest['Name']}")
            self.holds("Hamlet" in newest["Description"], f"it says what runs: {newest['Description']}")
        dates = [image["CreationDate"] for image in self.ec2("describe-images", "--owners", "amazon")["Images"]]
        self.sees(len(set(dates)), len(dates), "creation dates, all different")

    def look_for_parameters(self):
        self.step("2. the public parameters of each publisher name images of this Region")
        for parameter in (*(server[1] for server in SERVERS), *OTHERS):
            id = self.image_of(parameter)
            [image] = self.ec2("describe-images", "--image-ids", id)["Images"]
            self.sees((image["ImageId"], image["State"], image["Public"]), (id, "available", True), parameter)

    def image_of(self, parameter):
        return self.aws("ssm", "get-parameter", "--name", parameter)["Parameter"]["Value"]

    def make_a_network(self):
        self.key = self.user.own(harness.fresh_key(self.user.stage))
        self.ec2("import-key-pair", "--key-name", "own", "--public-key-material", f"fileb://{self.key}.pub")
        [group] = self.ec2("describe-security-groups", "--filters", "Name=group-name,Values=default")["SecurityGroups"]
        everybody = ("--protocol", "tcp", "--port", "22", "--cidr", "0.0.0.0/0")
        self.ec2("authorize-security-group-ingress", "--group-id", group["GroupId"], *everybody)

    def launch(self, name, image, instance_type, *more):
        tags = f"ResourceType=instance,Tags=[{{Key=Name,Value={name}}}]"
        launch = ("--image-id", image, "--instance-type", instance_type, "--key-name", "own")
        [instance] = self.ec2("run-instances", *launch, "--tag-specifications", tags, *more)["Instances"]
        return instance

    def launch_and_log_in(self):
        self.step("3. servers of each: the image's user logs in and is root by sudo, its interface is called as there")
        launched = [self.launch(name, f"resolve:ssm:{image}", kind) for name, image, kind, _, _ in SERVERS]
        ids = [instance["InstanceId"] for instance in launched]
        self.sees(launched[3]["RootDeviceName"], "/dev/sda1", "Ubuntu's root device")
        self.wait_running(*ids)
        self.booted(*ids)
        for name, _, _, user, interface in SERVERS:
            self.logs_in(name, user, interface)
        self.ec2("terminate-instances", "--instance-ids", *ids[:3])
        self.step("   and nobody else does: ec2-user is not known to Ubuntu")
        refused = self.ssh("ec2-user@noble", "true")
        self.sees(refused.code, 255, "ssh as somebody who is not there")
        self.step("   EC2 Instance Connect logs in as the image's user, too")
        connected = self.hamlet.hamlet("connect", "bookworm", "--", "id -un", check=False)
        self.sees(
            (connected.code, connected.out.strip()), (0, self.as_seen("admin")), f"hamlet connect {connected.err}"
        )

    def logs_in(self, name, user, interface):
        seen = self.ssh(name, "echo $LOGNAME $HOME; sudo id -u; ls /sys/class/net")
        expected = [f"{user} /home/{user}", "0", *sorted([interface, "lo"])]
        self.sees((seen.code, sorted(seen.out.splitlines()[2:])), (0, expected[2:]), f"interfaces of {name}: {seen}")
        self.sees(seen.out.splitlines()[:2], expected[:2], f"ssh to {name}: {seen}")

    def as_seen(self, user):
        """Where only root exists, everybody is another name for it."""
        return user if self.user.title == "root" else "root"

    def ssh(self, target, command):
        return self.hamlet.hamlet("ssh", "-i", str(self.key), target, "--", command, check=False)

    def windows(self):
        self.step("4. Windows is listed, and says that it does not run")
        image = self.image_of(OTHERS[-1])
        sentence = f"{image} is an image of Windows, which Hamlet lists and does not run."
        launch = ("run-instances", "--instance-type", "t3.large", "--image-id")
        self.refused("UnsupportedOperation", sentence, *launch, image)

    def a_nat_instance(self):
        self.step("5. the NAT image forwards and translates by itself")
        if self.inside("noble", "sh", "-c", "command -v iptables || command -v nft").code:
            print("      left out: neither iptables nor nft is installed on this machine")
            return
        images = self.ec2("describe-images", "--owners", "amazon", "--filters", "Name=name,Values=amzn-ami-vpc-nat-*")
        nat = self.launch("nat", images["Images"][0]["ImageId"], "t2.micro")
        ids = ("--instance-id", nat["InstanceId"])
        self.ec2("modify-instance-attribute", *ids, "--no-source-dest-check")
        net = self.ec2("create-subnet", "--vpc-id", nat["VpcId"], "--cidr-block", "172.31.200.0/24")["Subnet"][
            "SubnetId"
        ]
        table = self.ec2("create-route-table", "--vpc-id", nat["VpcId"])["RouteTable"]["RouteTableId"]
        self.ec2("associate-route-table", "--route-table-id", table, "--subnet-id", net)
        everywhere = ("--destination-cidr-block", "0.0.0.0/0")
        self.ec2("create-route", "--route-table-id", table, *everywhere, *ids)
        private = self.launch("private", nat["ImageId"], "t2.micro", "--subnet-id", net)
        self.wait_running(nat["InstanceId"], private["InstanceId"])
        self.booted(nat["InstanceId"], private["InstanceId"])
        self.holds(self.ping("private", SITE), "a private server reaches the internet through the NAT instance")
        self.ec2("terminate-instances", "--instance-ids", nat["InstanceId"], private["InstanceId"])

    def an_unknown_image(self):
        self.step("6. an id that is not in the catalogue runs the default content, and says so")
        instance = self.launch("unknown", UNKNOWN, "t3.micro")
        self.id = instance["InstanceId"]
        self.sees((instance["ImageId"], instance["Architecture"]), (UNKNOWN, "x86_64"))
        self.wait_running(self.id)
        self.booted(self.id)
        for target, user in (("unknown", "ec2-user"), ("ubuntu@unknown", "ubuntu"), ("admin@unknown", "admin")):
            self.logs_in(target, user, "ens5")
        [image] = self.ec2("describe-images", "--image-ids", UNKNOWN)["Images"]
        self.holds(image["Description"].startswith("Hamlet does not know this image"), image["Description"])
        self.sees(self.hamlet.status()["resources"]["instances of unknown images"], 1, "`hamlet status` counts it")
        filters = f"Name=image-id,Values={UNKNOWN}"
        self.sees(self.ec2("describe-images", "--filters", filters)["Images"], [], "it is in no list")

    def without_unknown_images(self):
        self.step("7. with --unknown-images refuse such an id does not exist; what was launched stays")
        self.hamlet.stop()
        self.hamlet.options = ("--unknown-images", "refuse")
        self.hamlet.start()
        sentence = f"The image id '[{UNKNOWN}]' does not exist"
        self.refused("InvalidAMIID.NotFound", sentence, "describe-images", "--image-ids", UNKNOWN)
        launch = ("run-instances", "--instance-type", "t3.micro", "--image-id", UNKNOWN)
        self.refused("InvalidAMIID.NotFound", sentence, *launch)
        malformed = 'Invalid id: "ami-nonsense" (expecting "ami-...")'
        self.refused("InvalidAMIID.Malformed", malformed, *launch[:-1], "ami-nonsense")
        [reservation] = self.ec2("describe-instances", "--instance-ids", self.id)["Reservations"]
        self.sees(reservation["Instances"][0]["ImageId"], UNKNOWN)
        self.booted(self.id)
        self.logs_in("unknown", "ec2-user", "ens5")


if __name__ == "__main__":
    harness.run(Images)
