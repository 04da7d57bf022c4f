#!/usr/bin/env python3
"""Interface endpoints (AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint").

A VPC without any way out reaches AWS's services by their normal names, at addresses of its own. The endpoint's groups
and its policy each stop it; its own names work over a peering connection, its private DNS does not; without private DNS
the normal name leads nowhere.
"""

import json

import harness
from harness import ACCOUNT, REGION
from network import HELD, NetworkLab, document

STS = f"sts.{REGION}.amazonaws.com"
S3 = f"s3.{REGION}.amazonaws.com"
SERVICE = f"com.amazonaws.{REGION}."


class InterfaceEndpoint(NetworkLab):
    def walk(self):
        self.with_the_cli()
        self.closed_network()
        self.without_an_endpoint()
        self.with_private_dns()
        self.its_own_names()
        self.what_comes_with_it()
        self.by_groups()
        self.by_policy()
        self.over_peering()
        self.without_private_dns()
        self.both_families()
        self.buckets()
        self.refusals()
        self.gone()
        self.terminate(self.app, self.twin)

    def closed_network(self):
        self.step(
            "1. two VPCs without any gateway; in one two subnets, and a server with a role; in the other its neighbour"
        )
        made = self.ec2("create-vpc", "--cidr-block", "10.0.0.0/16", "--amazon-provided-ipv6-cidr-block")["Vpc"]
        self.vpc, self.block = made["VpcId"], made["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
        self.other = self.make_vpc("10.1.0.0/16")
        for vpc in (self.vpc, self.other):
            self.ec2("modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames", "Value=true")
        six = lambda number: ("--ipv6-cidr-block", self.sixty_four(self.block, number))
        self.here = self.subnet(self.vpc, "10.0.0.0/24", "a", None, *six(0))
        self.there = self.subnet(self.vpc, "10.0.1.0/24", "b", None, *six(1))
        neighbours = self.subnet(self.other, "10.1.0.0/24", "a")
        self.role_for_servers("caller", ["ec2:Describe*", "s3:*", "sts:*"])
        profile = ("--iam-instance-profile", "Name=caller")
        self.app = self.launch("app", self.here, self.default_group(self.vpc), *profile, "--ipv6-address-count", "1")
        self.twin = self.launch("twin", neighbours, self.default_group(self.other), *profile)
        self.wait_running(self.app, self.twin)
        self.booted(self.app, self.twin)

    def call(self, *words, instance=None):
        environment = ("env", "AWS_MAX_ATTEMPTS=1", f"AWS_REGION={REGION}")
        limits = ("--cli-connect-timeout", "4", "--output", "json")
        return self.inside(instance or self.app, *environment, "aws", *words, *limits, seconds=60)

    def who(self, instance=None):
        """Who the server is to AWS; nothing if nobody answers."""
        heard = self.call("sts", "get-caller-identity", instance=instance)
        self.holds(heard.code == 0 or "Connect timeout" in heard.err or "Could not connect" in heard.err, heard)
        return json.loads(heard.out)["Arn"].split("/")[1] if heard.code == 0 else None

    def resolved(self, name, instance=None, family="ahostsv4"):
        heard = self.inside(instance or self.app, "getent", family, name)
        return sorted({line.split()[0] for line in heard.out.splitlines()})

    def answers(self, name, instance=None):
        """Whether a service answers at a name, over TLS, whatever it says."""
        words = ("curl", "-sS", "-m", "4", "-o", "/dev/null", "-w", "%{http_code}", f"https://{name}/")
        heard = self.inside(instance or self.app, *words)
        self.holds(heard.code in (0, 6, 28), heard)
        return heard.code == 0 and int(heard.out) > 0

    def endpoint(self, service, *more):
        words = ("--vpc-id", self.vpc, "--vpc-endpoint-type", "Interface", "--service-name", SERVICE + service)
        made = self.ec2("create-vpc-endpoint", *words, *more)["VpcEndpoint"]
        self.sees((made["State"], made["VpcEndpointType"]), ("available", "Interface"))
        return made

    def modify(self, endpoint, *change):
        self.ec2("modify-vpc-endpoint", "--vpc-endpoint-id", endpoint, *change)

    def shown(self, endpoint):
        return self.ec2("describe-vpc-endpoints", "--vpc-endpoint-ids", endpoint)["VpcEndpoints"][0]

    def without_an_endpoint(self):
        self.step("2. the name stands for a public address, to which nothing leads")
        [self.public] = self.resolved(STS)
        self.holds(not self.public.startswith("10."), self.public)
        self.sees(self.who(), None)
        found = self.ec2("describe-vpc-endpoint-services", "--service-names", SERVICE + "sts")["ServiceDetails"]
        self.sees([it["PrivateDnsName"] for it in found], [STS])

    def group(self, name):
        words = ("--group-name", name, "--description", name, "--vpc-id", self.vpc)
        return self.ec2("create-security-group", *words)["GroupId"]

    def https(self, cidr):
        return json.dumps(
            [
                {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}
                for port in (80, 443)
            ]
        )

    def with_private_dns(self):
        self.step("3. an endpoint in both subnets: its name is theirs, here alone, and the command just works")
        self.door_group = self.group("door")
        self.allow(self.door_group, self.https("10.0.0.0/15"))
        made = self.endpoint("sts", "--subnet-ids", self.here, self.there, "--security-group-ids", self.door_group)
        self.door, self.interfaces = made["VpcEndpointId"], made["NetworkInterfaceIds"]
        self.sees((made["PrivateDnsEnabled"], made["DnsOptions"]["DnsRecordIpType"]), (True, "ipv4"))
        self.sees(made["Groups"], [{"GroupId": self.door_group, "GroupName": "door"}])
        found = self.ec2("describe-network-interfaces", "--network-interface-ids", *self.interfaces)
        interfaces = found["NetworkInterfaces"]
        self.sees({it["InterfaceType"] for it in interfaces}, {"vpc_endpoint"})
        self.sees({it["Description"] for it in interfaces}, {f"VPC Endpoint Interface {self.door}"})
        self.holds(all(it["RequesterManaged"] for it in interfaces), interfaces)
        self.addresses = {it["AvailabilityZone"]: it["PrivateIpAddress"] for it in interfaces}
        self.sees(self.resolved(STS), sorted(self.addresses.values()))
        self.sees(self.resolved(STS, self.twin), [self.public])
        self.sees(self.who(), "caller")
        self.sees(self.who(self.twin), None)

    def its_own_names(self):
        self.step("4. the Region's name and the zones' names are everybody's, and answer where there is a way")
        entries = self.shown(self.door)["DnsEntries"]
        names = [it["DnsName"] for it in entries]
        self.sees(names[-1], STS)
        self.regional, *self.zonal = names[:-1]
        self.holds(
            self.regional.startswith(f"{self.door}-") and self.regional.endswith(f".sts.{REGION}.vpce.amazonaws.com"),
            names,
        )
        self.sees(self.resolved(self.regional, self.twin), sorted(self.addresses.values()))
        for zone, name in zip("ab", self.zonal, strict=True):
            self.holds(f"-{REGION}{zone}." in name, name)
            self.sees(self.resolved(name), [self.addresses[REGION + zone]])
        self.sees([self.answers(name) for name in (STS, self.regional, *self.zonal)], [True] * 4)
        self.sees(self.answers(self.regional, self.twin), False)
        heard = self.call("sts", "get-caller-identity", "--endpoint-url", f"https://{self.regional}")
        self.sees(json.loads(heard.out)["Account"], ACCOUNT, heard)
        self.sees(self.answers(f"ec2.{REGION}.amazonaws.com"), False)

    def what_comes_with_it(self):
        self.step("5. how a call came by it: its endpoint, its VPC, and the private address; a trace says the way")
        attribute = "AttributeKey=EventName,AttributeValue=GetCallerIdentity"
        seen = self.aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute)["Events"]
        event = json.loads(seen[0]["CloudTrailEvent"])
        [server] = self.ec2("describe-instances", "--instance-ids", self.app)["Reservations"][0]["Instances"]
        self.private = server["PrivateIpAddress"]
        self.sees((event["vpcEndpointId"], event["sourceIPAddress"]), (self.door, self.private))
        told = self.trace("app", STS, "tcp/443")
        self.holds(
            told["reachable"] and "interface endpoint" in told["text"] and self.door in told["text"], told["text"]
        )
        told = self.trace("app", STS, "udp/443")
        self.holds(not told["reachable"], told["text"])
        heard = self.inside(self.app, "ping", "-n", "-c", "1", "-w", "2", STS)
        self.sees(heard.code, 1, heard)

    def by_groups(self):
        self.step("6. its group stops it, but for what is open; the trace names the group")
        self.inside(self.app, "rm", "-f", "/tmp/go")
        with self.hamlet.running("exec", self.app, "--", "bash", "-c", HELD, "held", STS) as told:
            harness.wait_for("an answer before", lambda: "first HTTP/1.1" in told.read_text(), 20)
            permission = self.https("10.0.0.0/15")
            self.ec2("revoke-security-group-ingress", "--group-id", self.door_group, "--ip-permissions", permission)
            self.inside(self.app, "touch", "/tmp/go", check=True)
            harness.wait_for("another answer", lambda: "second HTTP/1.1" in told.read_text(), 20)
        self.sees(self.who(), None)
        said = self.trace("app", STS, "tcp/443")
        self.holds(not said["reachable"] and "security group door " in said["text"], said["text"])
        self.allow(self.door_group, permission)
        self.sees(self.who(), "caller")

    def set_policy(self, *statements):
        self.modify(self.ec2_door, "--policy-document", document(*statements))

    def by_policy(self):
        self.step("7. its policy stops it, the account's root too, and can ask for its door by name")
        made = self.endpoint("ec2", "--subnet-ids", self.here, "--security-group-ids", self.door_group)
        self.ec2_door = made["VpcEndpointId"]
        self.sees(self.call("ec2", "describe-vpcs").code, 0)
        self.set_policy({"Effect": "Allow", "Principal": "*", "Action": "ec2:DescribeSubnets", "Resource": "*"})
        self.sees(self.call("ec2", "describe-subnets").code, 0)
        heard = self.call("ec2", "describe-vpcs")
        why = "because no VPC endpoint policy allows the ec2:DescribeVpcs action"
        self.holds(heard.code and "UnauthorizedOperation" in heard.err and why in heard.err, heard)
        environment = self.hamlet.environment
        keys = [f"{name}={environment[name]}" for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]
        words = ("env", *keys, "AWS_MAX_ATTEMPTS=1", f"AWS_REGION={REGION}", "aws", "ec2")
        self.holds(
            "UnauthorizedOperation" in self.inside(self.app, *words, "describe-vpcs", seconds=60).err, "the root"
        )
        self.sees(self.inside(self.app, *words, "describe-subnets", seconds=60).code, 0)
        condition = {"StringEquals": {"aws:SourceVpce": self.ec2_door, "aws:SourceVpc": self.vpc}}
        condition["IpAddress"] = {"aws:VpcSourceIp": f"{self.private}/32"}
        statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}
        self.set_policy(statement)
        self.sees(self.call("ec2", "describe-vpcs").code, 0)
        self.modify(self.ec2_door, "--reset-policy")
        self.sees(self.call("ec2", "describe-vpcs").code, 0)
        self.sees(self.ec2("delete-vpc-endpoints", "--vpc-endpoint-ids", self.ec2_door)["Unsuccessful"], [])

    def over_peering(self):
        self.step("8. over a peering connection: by its own names; the normal name stays the public one")
        asked = self.ec2("create-vpc-peering-connection", "--vpc-id", self.vpc, "--peer-vpc-id", self.other)
        peering = asked["VpcPeeringConnection"]["VpcPeeringConnectionId"]
        self.ec2("accept-vpc-peering-connection", "--vpc-peering-connection-id", peering)
        for vpc, block in ((self.vpc, "10.1.0.0/16"), (self.other, "10.0.0.0/16")):
            self.route(self.main_table(vpc), block, "--vpc-peering-connection-id", peering)
        self.sees((self.answers(self.regional, self.twin), self.answers(STS, self.twin)), (True, False))
        asking = ("sts", "get-caller-identity", "--endpoint-url", f"https://{self.zonal[1]}")
        heard = self.call(*asking, instance=self.twin)
        self.sees(json.loads(heard.out)["Account"], ACCOUNT, heard)

    def without_private_dns(self):
        self.step("9. without private DNS the normal name leads nowhere, and its own names stay")
        self.modify(self.door, "--no-private-dns-enabled")
        self.sees((self.resolved(STS), self.who()), ([self.public], None))
        self.sees(
            (self.answers(self.regional), [it["DnsName"] for it in self.shown(self.door)["DnsEntries"]][-1]),
            (True, self.zonal[1]),
        )
        self.modify(self.door, "--private-dns-enabled")
        self.sees(self.who(), "caller")

    def both_families(self):
        self.step("10. with both families its names have both, and answer in both")
        self.sees(self.resolved(STS, family="ahostsv6") == self.resolved(STS), False)
        self.modify(self.door, "--ip-address-type", "dualstack")
        permission = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Ipv6Ranges": [{"CidrIpv6": self.block}]}]
        self.allow(self.door_group, json.dumps(permission))
        sixes = [address for address in self.resolved(STS, family="ahostsv6") if not address.startswith("::ffff:")]
        self.sees(len(sixes), 2)
        words = ("curl", "-6", "-sS", "-m", "4", "-o", "/dev/null", "-w", "%{http_code}", f"https://{STS}/")
        heard = self.inside(self.app, *words)
        self.holds(heard.code == 0 and int(heard.out) > 0, heard)
        self.modify(self.door, "--ip-address-type", "ipv4")
        self.sees([it for it in self.resolved(STS, family="ahostsv6") if not it.startswith("::ffff:")], [])
        self.sees(self.who(), "caller")

    def buckets(self):
        self.step("11. S3's: buckets below its names; its private DNS only where it is asked for")
        made = self.endpoint("s3", "--subnet-ids", self.here, "--security-group-ids", self.door_group)
        self.sees(made["PrivateDnsEnabled"], False)
        name = made["DnsEntries"][0]["DnsName"].replace("*.", "")
        url = ("--endpoint-url", f"https://bucket.{name}")
        location = ("--create-bucket-configuration", f"LocationConstraint={REGION}")
        self.aws("s3api", "create-bucket", "--bucket", "behind-the-door", *location)
        self.aws("s3api", "put-object", "--bucket", "behind-the-door", "--key", "one.txt")
        heard = self.call("s3api", "list-objects-v2", "--bucket", "behind-the-door", *url)
        self.sees([it["Key"] for it in json.loads(heard.out)["Contents"]], ["one.txt"], heard)
        self.sees(self.answers(f"behind-the-door.bucket.{name}"), True)
        self.sees(self.answers(S3), False)
        self.modify(made["VpcEndpointId"], "--private-dns-enabled")
        self.sees((self.answers(S3), self.answers(f"behind-the-door.{S3}")), (True, True))
        self.ec2("delete-vpc-endpoints", "--vpc-endpoint-ids", made["VpcEndpointId"])
        self.aws("s3api", "delete-object", "--bucket", "behind-the-door", "--key", "one.txt")
        self.aws("s3api", "delete-bucket", "--bucket", "behind-the-door")

    def refusals(self):
        self.step("12. one for a name, one subnet in a zone, DNS attributes on; what belongs to it is its own")
        create = ("create-vpc-endpoint", "--vpc-id", self.vpc, "--vpc-endpoint-type", "Interface")
        sts = (*create, "--service-name", SERVICE + "sts")
        taken = (
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
            f"{STS} in the VPC {self.vpc}"
        )
        self.refused("InvalidParameter", taken, *sts, "--private-dns-enabled")
        again = self.subnet(self.vpc, "10.0.2.0/24", "a")
        twice = ("--no-private-dns-enabled", "--subnet-ids", self.here, again)
        self.refused("DuplicateSubnetsInSameZone", "…", *sts, *twice)
        self.ec2("delete-subnet", "--subnet-id", again)
        self.refused("InvalidServiceName", "…", *create, "--service-name", SERVICE + "nothing")
        self.refused("InvalidParameter", "…", *create[:3], "--service-name", SERVICE + "sts")
        interface = ("--network-interface-id", self.interfaces[0])
        self.refused("AuthFailure", "…", "delete-network-interface", *interface)
        self.refused("DependencyViolation", "…", "delete-subnet", "--subnet-id", self.there)
        self.refused("DependencyViolation", "…", "delete-security-group", "--group-id", self.door_group)
        self.ec2("modify-vpc-attribute", "--vpc-id", self.vpc, "--enable-dns-hostnames", "Value=false")
        needs = (
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
            + self.vpc
        )
        self.refused("InvalidParameter", needs, *create, "--service-name", SERVICE + "ssm", "--private-dns-enabled")
        self.sees(self.resolved(STS), [self.public])
        self.ec2("modify-vpc-attribute", "--vpc-id", self.vpc, "--enable-dns-hostnames", "Value=true")
        self.sees(self.who(), "caller")

    def gone(self):
        self.step("13. a subnet less, then none: interfaces and addresses go with it")
        self.modify(self.door, "--remove-subnet-ids", self.there)
        self.sees(self.resolved(STS), [self.addresses[REGION + "a"]])
        self.sees(self.who(), "caller")
        self.ec2("delete-subnet", "--subnet-id", self.there)
        self.sees(self.ec2("delete-vpc-endpoints", "--vpc-endpoint-ids", self.door)["Unsuccessful"], [])
        filters = ("--filters", "Name=interface-type,Values=vpc_endpoint")
        self.sees(self.ec2("describe-network-interfaces", *filters)["NetworkInterfaces"], [])
        self.sees((self.resolved(STS), self.resolved(self.regional), self.who()), ([self.public], [], None))
        self.ec2("delete-security-group", "--group-id", self.door_group)


if __name__ == "__main__":
    harness.run(InterfaceEndpoint)
