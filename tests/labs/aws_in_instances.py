#!/usr/bin/env python3
"""`/usr/bin/aws` in instances, as Amazon Linux has it: by the instance's role, with nothing configured, through an
internet gateway and through a NAT gateway, and not at all without either."""

import json

import harness
from harness import ACCOUNT, REGION
from network import ANYWHERE, NetworkLab

WHO = ("aws", "sts", "get-caller-identity")


class AwsInInstances(NetworkLab):
    def walk(self):
        self.step("1. a Hamlet whose instances have the CLI, as `make up` leaves it")
        self.with_the_cli()
        self.network()
        self.by_its_role(self.web)
        self.by_its_role(self.app)
        self.without_a_way()
        self.as_users_do()
        self.terminate(self.web, self.app, self.db)

    def network(self):
        self.step("2. instances with a role: in a public subnet, behind a NAT gateway, and behind nothing")
        self.vpc = self.make_vpc("10.0.0.0/16")
        self.role_for_servers("reader", "ec2:Describe*")
        gateway = self.attach_gateway(self.vpc)
        tables = [self.table(self.vpc) for _ in range(3)]
        self.route(tables[0], ANYWHERE, "--gateway-id", gateway)
        subnets = [self.subnet(self.vpc, f"10.0.{it}.0/24", "a", table) for it, table in enumerate(tables)]
        allocation = self.ec2("allocate-address", "--domain", "vpc")["AllocationId"]
        made = self.ec2("create-nat-gateway", "--subnet-id", subnets[0], "--allocation-id", allocation)
        nat = made["NatGateway"]["NatGatewayId"]
        self.ec2("wait", "nat-gateway-available", "--nat-gateway-ids", nat)
        self.route(tables[1], ANYWHERE, "--nat-gateway-id", nat)
        group = self.default_group(self.vpc)
        profile = ("--iam-instance-profile", "Name=reader")
        self.web = self.launch("web", subnets[0], group, *profile, "--associate-public-ip-address")
        self.app = self.launch("app", subnets[1], group, *profile)
        self.db = self.launch("db", subnets[2], group, *profile)
        self.wait_running(self.web, self.app, self.db)
        self.booted(self.web, self.app, self.db)

    def by_its_role(self, instance):
        self.step("3. who am I, and what is there, in the Region that the instance is in")
        heard = self.inside(instance, *WHO, "--output", "json", check=True)
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/{instance}"
        self.sees(json.loads(heard.out)["Arn"], arn)
        query = ("--query", "Reservations[].Instances[].InstanceId", "--output", "json")
        found = self.inside(instance, "aws", "ec2", "describe-instances", *query, check=True)
        self.sees(sorted(json.loads(found.out)), sorted([self.web, self.app, self.db]))
        refused = self.inside(instance, "aws", "iam", "list-users")
        self.holds(refused.code and "AccessDenied" in refused.err, refused)

    def without_a_way(self):
        self.step("4. without a way out it times out")
        limits = ("--cli-connect-timeout", "2")
        heard = self.inside(self.db, "env", "AWS_MAX_ATTEMPTS=1", *WHO, *limits, seconds=60)
        self.holds(heard.code and "Connect timeout on endpoint URL" in heard.err, heard)
        self.holds(f"sts.{REGION}.amazonaws.com" in heard.err, heard)

    def as_users_do(self):
        self.step("5. as the image's user; a Region that is said comes first")
        heard = self.inside(self.web, *WHO, "--query", "Account", "--output", "text", user="ec2-user", check=True)
        self.sees(heard.out, f"{ACCOUNT}\n")
        regions = ("ec2", "describe-vpcs", "--query", "Vpcs[].CidrBlock", "--output", "text")
        for words in (("env", "AWS_REGION=eu-west-1", "aws", *regions), ("aws", "--region", "eu-west-1", *regions)):
            self.sees(self.inside(self.web, *words, check=True).out, "172.31.0.0/16\n", words)


if __name__ == "__main__":
    harness.run(AwsInInstances)
