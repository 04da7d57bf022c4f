#!/usr/bin/env python3
"""A dual-stack VPC: both families in a public and a private subnet; the private one gets out by IPv6 alone, through an
egress-only internet gateway."""

import ipaddress
import json

import boto3

ec2 = boto3.resource("ec2")
client = ec2.meta.client


def main():
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16", AmazonProvidedIpv6CidrBlock=True)
    vpc.wait_until_available()
    vpc.create_tags(Tags=[{"Key": "Name", "Value": "dual-stack"}])
    public, private = make_subnets(vpc)
    open_ways(vpc, public, private)
    group = vpc.create_security_group(GroupName="dual-stack", Description="ssh, web and ping over both families")
    anywhere = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    group.authorize_ingress(
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **anywhere},
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **anywhere},
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": anywhere["IpRanges"]},
            {"IpProtocol": "icmpv6", "FromPort": -1, "ToPort": -1, "Ipv6Ranges": anywhere["Ipv6Ranges"]},
        ]
    )
    servers = {name: launch(name, subnet, group) for name, subnet in (("public", public), ("private", private))}
    waiter = client.get_waiter("instance_running")
    waiter.wait(InstanceIds=[server.id for server in servers.values()], WaiterConfig={"Delay": 2, "MaxAttempts": 60})
    print(json.dumps({name: addresses(server) for name, server in servers.items()}, indent=2))


def make_subnets(vpc):
    """Two /64 of the VPC's /56, as soon as it is there."""
    while True:
        vpc.reload()
        [block] = vpc.ipv6_cidr_block_association_set
        if block["Ipv6CidrBlockState"]["State"] == "associated":
            break
    blocks = list(ipaddress.ip_network(block["Ipv6CidrBlock"]).subnets(new_prefix=64))
    subnets = []
    for number in (0, 1):
        subnet = vpc.create_subnet(CidrBlock=f"10.40.{number}.0/24", Ipv6CidrBlock=str(blocks[number]))
        client.modify_subnet_attribute(SubnetId=subnet.id, AssignIpv6AddressOnCreation={"Value": True})
        subnets.append(subnet)
    client.modify_subnet_attribute(SubnetId=subnets[0].id, MapPublicIpOnLaunch={"Value": True})
    return subnets


def open_ways(vpc, public, private):
    gateway = ec2.create_internet_gateway()
    vpc.attach_internet_gateway(InternetGatewayId=gateway.id)
    table = vpc.create_route_table()
    table.create_route(DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway.id)
    table.create_route(DestinationIpv6CidrBlock="::/0", GatewayId=gateway.id)
    table.associate_with_subnet(SubnetId=public.id)
    made = client.create_egress_only_internet_gateway(VpcId=vpc.id)
    egress_only = made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    table = vpc.create_route_table()
    table.create_route(DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId=egress_only)
    table.associate_with_subnet(SubnetId=private.id)


def launch(name, subnet, group):
    [server] = subnet.create_instances(
        ImageId="resolve:ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[group.id],
        MetadataOptions={"HttpTokens": "required", "HttpProtocolIpv6": "enabled"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
    )
    return server


def addresses(server):
    server.load()
    [interface] = server.network_interfaces
    return {
        "id": server.id,
        "private": server.private_ip_address,
        "public": server.public_ip_address,
        "ipv6": interface.ipv6_addresses[0]["Ipv6Address"],
    }


if __name__ == "__main__":
    main()
