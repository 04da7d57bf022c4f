#!/usr/bin/env python3
"""Data directories that earlier programs wrote, opened by today's: all is described, and again after a restart."""

import gzip
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/labs"), str(ROOT / "tests/crash")]
import harness  # noqa: E402
from client import Client  # noqa: E402

DIRECTORIES = ROOT / "crates/server/tests/data_directories"
# The nouns of EC2 that stay until somebody deletes them, and how they are asked for.
DESCRIBES = {
    "vpcs": "DescribeVpcs",
    "subnets": "DescribeSubnets",
    "route_tables": "DescribeRouteTables",
    "internet_gateways": "DescribeInternetGateways",
    "egress_only_internet_gateways": "DescribeEgressOnlyInternetGateways",
    "nat_gateways": "DescribeNatGateways",
    "prefix_lists": "DescribeManagedPrefixLists",
    "security_groups": "DescribeSecurityGroups",
    "network_acls": "DescribeNetworkAcls",
    "network_interfaces": "DescribeNetworkInterfaces",
    "elastic_ips": "DescribeAddresses",
    "key_pairs": "DescribeKeyPairs",
    "dhcp_options": "DescribeDhcpOptions",
    "instances": "DescribeInstances",
    "instance_connect_endpoints": "DescribeInstanceConnectEndpoints",
}
# States after which AWS, and so Hamlet, forgets a resource by itself.
OVER = {"Terminated", "Deleted", "DeleteComplete", "Failed"}


class OldDataDirectories(harness.Lab):
    options = ("--instances", "none")

    def walk(self):
        for folder in sorted(path for path in DIRECTORIES.iterdir() if path.is_dir()):
            self.step(f"{folder.name}: everything is there, and again after a restart")
            data = self.user.stage / folder.name
            data.mkdir()
            for packed in folder.glob("*.gz"):
                (data / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
            hamlet = harness.Hamlet(self.user, *self.options, data=data)
            self.everything_is_described(hamlet, folder)
            hamlet.kill()
            hamlet.start()
            self.everything_is_described(hamlet, folder)
            self.holds(hamlet.stop(), "it ends")

    def everything_is_described(self, hamlet, folder):
        asked = {}
        for table, id, row in records(folder):
            action = DESCRIBES.get(table)
            if action is None or is_over(row):
                continue
            place = (row["scope"]["account"], row["scope"]["region"], action)
            if place not in asked:
                account, region, action = place
                asked[place] = str(Client(hamlet, region=region, key=account, secret="any").ec2(action))
            self.holds(id in asked[place], f"{action} in {place[:2]} does not know {id}")
        kinds = {action for _, _, action in asked}
        self.sees(kinds, set(DESCRIBES.values()), "the kinds that were asked for")


def records(folder):
    """(table, id, row) of every record."""
    for line in (folder / "records.txt").read_text().splitlines():
        key, _, value = line.partition(" ")
        table, _, id = key.partition("/")
        yield table, id, json.loads(value)


def is_over(row):
    state = row.get("state")
    return (next(iter(state)) if isinstance(state, dict) else state) in OVER


if __name__ == "__main__":
    harness.run(OldDataDirectories, both=False)
