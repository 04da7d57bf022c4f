#!/usr/bin/env python3
"""kill -9 at random moments, again and again, on the same data.

Clients write all the time. What was answered must be there after the next start; what was not answered may be there or
not, but never half: a VPC has its main route table, its default group and its default ACL, or it is not there at all.
With instances made of processes, those that were running come back, at the same addresses, and answer.

HAMLET_KILLS says how many times. The seed is printed; HAMLET_SEED sets it.
"""

import http.client
import os
import pathlib
import random
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "labs"))
import harness
from client import Client

KILLS = int(os.environ.get("HAMLET_KILLS") or 20)
SEED = int(os.environ.get("HAMLET_SEED") or random.SystemRandom().randrange(1 << 32))
ACCOUNTS = ("111111111111", "222222222222", "333333333333")


class Ledger:
    """What was acknowledged: every id and what it must look like. The lock makes "answered" and "written down" one."""

    def __init__(self):
        self.lock = threading.Lock()
        self.there = {}
        self.gone = set()
        self.answers = 0

    def made(self, id, kind, **facts):
        with self.lock:
            self.there[id] = (kind, facts)
            self.answers += 1

    def deleted(self, id):
        with self.lock:
            self.there.pop(id, None)
            self.gone.add(id)
            self.answers += 1

    def doubtful(self, id):
        """A deletion that was not answered: the thing may be there or not."""
        with self.lock:
            self.there.pop(id, None)


class Writer(threading.Thread):
    """Makes and deletes things until the daemon is gone. Each has an account of its own, since accounts have quotas."""

    def __init__(self, account, hamlet, ledger, random):
        super().__init__(daemon=True)
        self.client = Client(hamlet, key=account, secret="any")
        self.ledger, self.random = ledger, random
        self.trouble = None
        # What it has, as the last start found it: VPC -> groups.
        self.own = {it["vpcId"]: [] for it in self.client.all("DescribeVpcs", "vpcSet") if it["isDefault"] == "false"}
        for group in self.client.all("DescribeSecurityGroups", "securityGroupInfo"):
            if group["groupName"] != "default" and group["vpcId"] in self.own:
                self.own[group["vpcId"]].append(group["groupId"])

    def run(self):
        try:
            while True:
                self.one()
        except (OSError, http.client.HTTPException):
            pass  # The daemon was killed; what we asked last was not answered.
        except Exception as error:
            self.trouble = error

    def one(self):
        choice = self.random.random()
        if len(self.own) < 3:
            self.make_vpc()
        elif choice < 0.5:
            self.make_group(self.random.choice(list(self.own)))
        elif choice < 0.8:
            self.delete_group(self.random.choice(list(self.own)))
        else:
            self.delete_vpc(self.random.choice(list(self.own)))

    def make_vpc(self):
        block = f"10.{self.random.randrange(256)}.0.0/16"
        vpc = self.client.ec2("CreateVpc", CidrBlock=block)["vpc"]["vpcId"]
        self.ledger.made(vpc, "vpc", cidr=block)
        self.own[vpc] = []

    def make_group(self, vpc):
        name = f"g{self.random.randrange(1 << 60)}"
        group = self.client.ec2("CreateSecurityGroup", GroupName=name, GroupDescription="x", VpcId=vpc)["groupId"]
        self.ledger.made(group, "group", rules=0)
        rule = {"GroupId": group, "IpProtocol": "tcp", "FromPort": "22", "ToPort": "23", "CidrIp": "192.0.2.0/24"}
        self.client.ec2("AuthorizeSecurityGroupIngress", **rule)
        self.ledger.made(group, "group", rules=1)
        self.own[vpc].append(group)

    def delete_group(self, vpc):
        if self.own[vpc]:
            group = self.own[vpc].pop()
            self.ledger.doubtful(group)
            self.client.ec2("DeleteSecurityGroup", GroupId=group)
            self.ledger.deleted(group)

    def delete_vpc(self, vpc):
        while self.own[vpc]:
            self.delete_group(vpc)
        del self.own[vpc]
        self.ledger.doubtful(vpc)
        self.client.ec2("DeleteVpc", VpcId=vpc)
        self.ledger.deleted(vpc)


class KillLoop(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        self.step(f"seed {SEED}, {KILLS} kills")
        chance, ledger = random.Random(SEED), Ledger()
        for kill in range(KILLS):
            writers = [Writer(account, self.hamlet, ledger, random.Random(chance.random())) for account in ACCOUNTS]
            for writer in writers:
                writer.start()
            threading.Event().wait(chance.uniform(0.0, 0.25))
            self.hamlet.kill()
            for writer in writers:
                writer.join(10)
                self.holds(writer.trouble is None, f"kill {kill}: a writer was refused: {writer.trouble}")
            self.hamlet.start()
            self.check(kill, ledger)
            if kill % 20 == 19:
                self.step(f"{kill + 1} kills, {ledger.answers} changes acknowledged, {len(ledger.there)} things there")
        self.holds(ledger.answers > KILLS, f"only {ledger.answers} changes in all: nothing was tried")

    def check(self, kill, ledger):
        clients = [Client(self.hamlet, key=account, secret="any") for account in ACCOUNTS]

        def of_all(action, member):
            return [item for client in clients for item in client.all(action, member)]

        vpcs = {it["vpcId"]: it for it in of_all("DescribeVpcs", "vpcSet")}
        groups = {it["groupId"]: it for it in of_all("DescribeSecurityGroups", "securityGroupInfo")}
        tables = of_all("DescribeRouteTables", "routeTableSet")
        acls = of_all("DescribeNetworkAcls", "networkAclSet")
        for id, (kind, facts) in ledger.there.items():
            if kind == "vpc":
                self.holds(id in vpcs, f"kill {kill}: {id} was acknowledged and is gone")
                self.sees(vpcs[id]["cidrBlock"], facts["cidr"])
            else:
                self.holds(id in groups, f"kill {kill}: {id} was acknowledged and is gone")
                rules = len(groups[id].get("ipPermissions") or [])
                self.holds(rules >= facts["rules"], f"kill {kill}: {id} has lost its rule")
        for id in ledger.gone:
            self.holds(
                id not in vpcs and id not in groups,
                f"kill {kill}: {id} was deleted, which was acknowledged, and is back",
            )
        whole = {it["vpcId"] for it in tables} & {it["vpcId"] for it in acls}
        whole &= {it["vpcId"] for it in groups.values() if it["groupName"] == "default"}
        self.sees(set(vpcs) - whole, set(), f"kill {kill}: half-made VPCs")
        orphans = {it["vpcId"] for it in (*tables, *acls, *groups.values())} - set(vpcs)
        self.sees(orphans, set(), f"kill {kill}: leftovers of VPCs")


class InstancesComeBack(harness.Lab):
    """A few rounds with instances that are processes."""

    def walk(self):
        rounds = 5 if harness.IN_CI else 3
        self.step(f"seed {SEED}, {rounds} kills with two instances")
        [subnet] = self.ec2("describe-subnets", "--filters", f"Name=availability-zone,Values={harness.REGION}a")[
            "Subnets"
        ]
        ami = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        made = self.ec2(
            "run-instances",
            "--image-id",
            ami,
            "--instance-type",
            "t2.micro",
            "--subnet-id",
            subnet["SubnetId"],
            "--count",
            "2",
        )
        ids = [it["InstanceId"] for it in made["Instances"]]
        self.wait_running(*ids)
        self.booted(*ids)
        before = self.facts(ids)
        self.holds(self.ping(ids[0], before[ids[1]]["private_ip"]), "they reach each other before")
        self.inside(ids[0], "sh", "-c", "echo kept > /root/kept; sync", check=True)
        chance = random.Random(SEED)
        for round in range(rounds):
            self.hamlet.kill()
            harness.wait_for("the instances to end with it", lambda: not harness.nothing_is_left(self.hamlet.data), 10)
            self.hamlet.start()
            threading.Event().wait(chance.uniform(0.0, 0.5) if round else 0)
            harness.wait_for(
                "the instances to run again", lambda: all(it.get("pid") for it in self.facts(ids).values()), 30
            )
            after = self.facts(ids)
            for id in ids:
                for fact in ("private_ip", "public_ip", "state"):
                    self.sees(after[id][fact], before[id][fact], f"{fact} of {id}")
            harness.wait_for(
                "them to reach each other again", lambda: self.ping(ids[0], before[ids[1]]["private_ip"], count=1), 15
            )
            self.sees(self.inside(ids[0], "cat", "/root/kept").out, "kept\n", "its disk")
        self.step("   they are back every time, at their addresses, with their disks")

    def facts(self, ids):
        return {it["id"]: it for it in self.hamlet.status()["instances"] if it["id"] in ids}


if __name__ == "__main__":
    harness.begin()
    results = [harness.walk_as(harness.User.this, KillLoop)]
    results += [harness.walk_as(make_user, InstancesComeBack) for make_user in harness.users()]
    harness.summary(results)
