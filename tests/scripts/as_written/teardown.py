#!/usr/bin/env python3
"""Deletes all that has a tag, in the order in which it goes: teardown.py KEY VALUE [--dry-run]"""

import sys

import boto3
from botocore.exceptions import ClientError

session = boto3.session.Session()
ec2 = session.client("ec2")


def main():
    key, value = sys.argv[1:3]
    filters = [{"Name": f"tag:{key}", "Values": [value]}]
    tagged = {}
    for page in ec2.get_paginator("describe_tags").paginate(
        Filters=[{"Name": "key", "Values": [key]}, {"Name": "value", "Values": [value]}]
    ):
        for tag in page["Tags"]:
            tagged.setdefault(tag["ResourceType"], []).append(tag["ResourceId"])
    for kind, ids in sorted(tagged.items()):
        print(f"{kind}: {' '.join(sorted(ids))}")
    if "--dry-run" in sys.argv:
        return
    load_balancers(key, value)
    instances(filters)
    nat_gateways(filters)
    for vpc in tagged.get("vpc", []):
        endpoints(vpc)
        peerings(vpc)
    addresses(filters)
    for vpc in tagged.get("vpc", []):
        empty(vpc)
        ec2.delete_vpc(VpcId=vpc)
        print(f"deleted {vpc}")


def load_balancers(key, value):
    """What holds interfaces in the subnets, if there is any."""
    elb = session.client("elbv2")
    for page in elb.get_paginator("describe_load_balancers").paginate():
        arns = [it["LoadBalancerArn"] for it in page["LoadBalancers"]]
        for found in elb.describe_tags(ResourceArns=arns)["TagDescriptions"] if arns else []:
            if {"Key": key, "Value": value} in found["Tags"]:
                elb.delete_load_balancer(LoadBalancerArn=found["ResourceArn"])


def instances(filters):
    living = {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}
    pages = ec2.get_paginator("describe_instances").paginate(Filters=[*filters, living])
    ids = [
        it["InstanceId"] for page in pages for reservation in page["Reservations"] for it in reservation["Instances"]
    ]
    if not ids:
        return
    for id in ids:
        ec2.modify_instance_attribute(InstanceId=id, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=ids)
    ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 2})


def nat_gateways(filters):
    pages = ec2.get_paginator("describe_nat_gateways").paginate(
        Filter=[*filters, {"Name": "state", "Values": ["pending", "available", "failed"]}]
    )
    ids = [it["NatGatewayId"] for page in pages for it in page["NatGateways"]]
    for id in ids:
        ec2.delete_nat_gateway(NatGatewayId=id)
    if ids:
        ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=ids, WaiterConfig={"Delay": 2})


def endpoints(vpc):
    found = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["VpcEndpoints"]
    if found:
        ec2.delete_vpc_endpoints(VpcEndpointIds=[it["VpcEndpointId"] for it in found])


def peerings(vpc):
    for side in ("requester-vpc-info.vpc-id", "accepter-vpc-info.vpc-id"):
        found = ec2.describe_vpc_peering_connections(
            Filters=[
                {"Name": side, "Values": [vpc]},
                {"Name": "status-code", "Values": ["active", "pending-acceptance", "provisioning"]},
            ]
        )["VpcPeeringConnections"]
        for it in found:
            ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=it["VpcPeeringConnectionId"])


def addresses(filters):
    for address in ec2.describe_addresses(Filters=filters)["Addresses"]:
        if "AssociationId" in address:
            ec2.disassociate_address(AssociationId=address["AssociationId"])
        ec2.release_address(AllocationId=address["AllocationId"])


def empty(vpc):
    """Everything in a VPC, whoever tagged it."""
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    for flow_log in ec2.describe_flow_logs(Filter=[{"Name": "resource-id", "Values": [vpc]}])["FlowLogs"]:
        ec2.delete_flow_logs(FlowLogIds=[flow_log["FlowLogId"]])
    for interface in ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"]:
        if interface["Status"] == "available":
            ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    groups = [
        it for it in ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"] if it["GroupName"] != "default"
    ]
    # Groups that refer to each other go only when their rules have gone.
    for group in groups:
        if group["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
        if group["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    for group in groups:
        ec2.delete_security_group(GroupId=group["GroupId"])
    for subnet in ec2.describe_subnets(Filters=of_vpc)["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for table in ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]:
        if any(association["Main"] for association in table["Associations"]):
            continue
        for association in table["Associations"]:
            ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
        ec2.delete_route_table(RouteTableId=table["RouteTableId"])
    for acl in ec2.describe_network_acls(Filters=of_vpc)["NetworkAcls"]:
        if not acl["IsDefault"]:
            ec2.delete_network_acl(NetworkAclId=acl["NetworkAclId"])
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    for gateway in ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    for gateway in ec2.describe_vpn_gateways(Filters=attached)["VpnGateways"]:
        ec2.detach_vpn_gateway(VpnGatewayId=gateway["VpnGatewayId"], VpcId=vpc)


if __name__ == "__main__":
    try:
        main()
    except ClientError as error:
        sys.exit(f"{error.operation_name}: {error}")
