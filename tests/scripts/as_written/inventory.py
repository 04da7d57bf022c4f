#!/usr/bin/env python3
"""What there is in a Region, over all services that hold something in a network: a table, and CSV of the instances."""

import csv
import sys

import boto3

# Service, operation, the answer's list, parameters.
QUESTIONS = (
    ("ec2", "describe_vpcs", "Vpcs", {}),
    ("ec2", "describe_subnets", "Subnets", {}),
    ("ec2", "describe_route_tables", "RouteTables", {}),
    ("ec2", "describe_internet_gateways", "InternetGateways", {}),
    ("ec2", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways", {}),
    ("ec2", "describe_nat_gateways", "NatGateways", {}),
    ("ec2", "describe_addresses", "Addresses", {}),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", {}),
    ("ec2", "describe_security_groups", "SecurityGroups", {}),
    ("ec2", "describe_security_group_rules", "SecurityGroupRules", {}),
    ("ec2", "describe_network_acls", "NetworkAcls", {}),
    ("ec2", "describe_dhcp_options", "DhcpOptions", {}),
    ("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections", {}),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", {}),
    ("ec2", "describe_transit_gateways", "TransitGateways", {}),
    ("ec2", "describe_vpn_gateways", "VpnGateways", {}),
    ("ec2", "describe_vpn_connections", "VpnConnections", {}),
    ("ec2", "describe_customer_gateways", "CustomerGateways", {}),
    ("ec2", "describe_flow_logs", "FlowLogs", {}),
    ("ec2", "describe_key_pairs", "KeyPairs", {}),
    ("ec2", "describe_launch_templates", "LaunchTemplates", {}),
    ("ec2", "describe_images", "Images", {"Owners": ["self"]}),
    ("ec2", "describe_managed_prefix_lists", "PrefixLists", {}),
    ("elb", "describe_load_balancers", "LoadBalancerDescriptions", {}),
    ("elbv2", "describe_load_balancers", "LoadBalancers", {}),
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", {}),
    ("rds", "describe_db_instances", "DBInstances", {}),
    ("lambda", "list_functions", "Functions", {}),
    ("cloudformation", "list_stacks", "StackSummaries", {}),
    ("route53", "list_hosted_zones", "HostedZones", {}),
    ("iam", "list_roles", "Roles", {}),
    ("iam", "list_instance_profiles", "InstanceProfiles", {}),
)


def main():
    session = boto3.session.Session()
    who = session.client("sts").get_caller_identity()
    print(f"account {who['Account']} as {who['Arn']} in {session.region_name}")
    for service, operation, member, parameters in QUESTIONS:
        print(f"{service:<16}{member:<32}{len(ask(session.client(service), operation, member, parameters)):>6}")
    writer = csv.DictWriter(sys.stdout, ["InstanceId", "Name", "State", "Type", "Zone", "Private", "Public", "Image"])
    writer.writeheader()
    ec2 = session.client("ec2")
    for reservation in ask(ec2, "describe_instances", "Reservations", {}):
        for instance in reservation["Instances"]:
            writer.writerow(row(ec2, instance))


def ask(client, operation, member, parameters):
    """All pages, where it has pages."""
    if not client.can_paginate(operation):
        return getattr(client, operation)(**parameters)[member]
    return [it for page in client.get_paginator(operation).paginate(**parameters) for it in page[member]]


def row(ec2, instance):
    tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
    [image] = ec2.describe_images(ImageIds=[instance["ImageId"]])["Images"]
    return {
        "InstanceId": instance["InstanceId"],
        "Name": tags.get("Name", ""),
        "State": instance["State"]["Name"],
        "Type": instance["InstanceType"],
        "Zone": instance["Placement"]["AvailabilityZone"],
        "Private": instance.get("PrivateIpAddress", ""),
        "Public": instance.get("PublicIpAddress", ""),
        "Image": image["Name"],
    }


if __name__ == "__main__":
    main()
