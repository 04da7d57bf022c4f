#!/usr/bin/env python3
"""Deletes the default VPC of every Region of the account, as security baselines ask."""

import sys

import boto3
from botocore.exceptions import ClientError


def main():
    regions = [it["RegionName"] for it in boto3.client("ec2").describe_regions(AllRegions=False)["Regions"]]
    failed = 0
    for region in sorted(regions):
        try:
            clear(region)
        except ClientError as error:
            failed += 1
            print(f"{region}: {error}", file=sys.stderr)
    sys.exit(1 if failed else 0)


def clear(region):
    resource = boto3.resource("ec2", region_name=region)
    client = resource.meta.client
    attributes = client.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
    default = attributes[0]["AttributeValues"][0]["AttributeValue"]
    if default == "none":
        print(f"{region}: no default VPC")
        return
    vpc = resource.Vpc(default)
    if list(vpc.network_interfaces.all()):
        print(f"{region}: {vpc.id} is in use")
        return
    for gateway in vpc.internet_gateways.all():
        gateway.detach_from_vpc(VpcId=vpc.id)
        gateway.delete()
    for subnet in vpc.subnets.filter(Filters=[{"Name": "default-for-az", "Values": ["true"]}]):
        subnet.delete()
    for table in vpc.route_tables.all():
        if not any(association.main for association in table.associations):
            table.delete()
    for acl in vpc.network_acls.all():
        if not acl.is_default:
            acl.delete()
    for group in vpc.security_groups.all():
        if group.group_name != "default":
            group.delete()
    vpc.delete()
    print(f"{region}: deleted {vpc.id}")


if __name__ == "__main__":
    main()
