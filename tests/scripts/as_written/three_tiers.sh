#!/usr/bin/env bash
# Web, application and database tiers over two Availability Zones: six subnets, a NAT gateway, and groups that let each
# tier be reached from the one above alone. All of it is tagged, for whoever takes it down again.
set -eu -o pipefail

PROJECT=${1:-three-tiers}
TAGS="Tags=[{Key=Project,Value=$PROJECT}]"
new() { # KIND QUERY COMMAND…: creates something tagged, and prints its id
    local kind=$1 query=$2
    shift 2
    aws ec2 "$@" --tag-specifications "ResourceType=$kind,$TAGS" --query "$query" --output text
}

read -r ZONE_A ZONE_B <<< "$(aws ec2 describe-availability-zones --filters Name=zone-type,Values=availability-zone \
    --query 'AvailabilityZones[?State==`available`].ZoneName | [0:2]' --output text)"

VPC=$(new vpc Vpc.VpcId create-vpc --cidr-block 10.30.0.0/16)
aws ec2 modify-vpc-attribute --vpc-id "$VPC" --enable-dns-support
aws ec2 modify-vpc-attribute --vpc-id "$VPC" --enable-dns-hostnames

declare -A SUBNET
third=0
for tier in web app db; do
    for zone in "$ZONE_A" "$ZONE_B"; do
        SUBNET[$tier-$zone]=$(new subnet Subnet.SubnetId create-subnet --vpc-id "$VPC" \
            --cidr-block 10.30.$third.0/24 --availability-zone "$zone")
        third=$((third + 1))
    done
done

IGW=$(new internet-gateway InternetGateway.InternetGatewayId create-internet-gateway)
aws ec2 attach-internet-gateway --internet-gateway-id "$IGW" --vpc-id "$VPC"
ALLOCATION=$(new elastic-ip AllocationId allocate-address --domain vpc)
NAT=$(new natgateway NatGateway.NatGatewayId create-nat-gateway --subnet-id "${SUBNET[web-$ZONE_A]}" \
    --allocation-id "$ALLOCATION")

PUBLIC=$(new route-table RouteTable.RouteTableId create-route-table --vpc-id "$VPC")
PRIVATE=$(new route-table RouteTable.RouteTableId create-route-table --vpc-id "$VPC")
aws ec2 create-route --route-table-id "$PUBLIC" --destination-cidr-block 0.0.0.0/0 --gateway-id "$IGW" > /dev/null
for zone in "$ZONE_A" "$ZONE_B"; do
    aws ec2 associate-route-table --subnet-id "${SUBNET[web-$zone]}" --route-table-id "$PUBLIC" > /dev/null
    aws ec2 associate-route-table --subnet-id "${SUBNET[app-$zone]}" --route-table-id "$PRIVATE" > /dev/null
done
aws ec2 wait nat-gateway-available --nat-gateway-ids "$NAT"
aws ec2 create-route --route-table-id "$PRIVATE" --destination-cidr-block 0.0.0.0/0 --nat-gateway-id "$NAT" > /dev/null

declare -A GROUP
for tier in web app db; do
    GROUP[$tier]=$(new security-group GroupId create-security-group --group-name "$PROJECT-$tier" \
        --description "$tier tier" --vpc-id "$VPC")
done
aws ec2 authorize-security-group-ingress --group-id "${GROUP[web]}" --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
aws ec2 authorize-security-group-ingress --group-id "${GROUP[app]}" \
    --ip-permissions "IpProtocol=tcp,FromPort=8080,ToPort=8080,UserIdGroupPairs=[{GroupId=${GROUP[web]}}]" > /dev/null
aws ec2 authorize-security-group-ingress --group-id "${GROUP[db]}" \
    --ip-permissions "IpProtocol=tcp,FromPort=5432,ToPort=5432,UserIdGroupPairs=[{GroupId=${GROUP[app]}}]" > /dev/null

AMI=$(aws ssm get-parameters --names /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 \
    --query 'Parameters[0].[Value]' --output text)
server() { # NAME TIER ZONE PORT OPTION…
    local name=$1 tier=$2 zone=$3 port=$4
    shift 4
    aws ec2 run-instances --image-id "$AMI" --instance-type t3.small --subnet-id "${SUBNET[$tier-$zone]}" \
        --security-group-ids "${GROUP[$tier]}" "$@" --user-data "#!/bin/bash
mkdir -p /srv/$tier && cd /srv/$tier
echo $name > index.html
nohup python3 -m http.server $port > /var/log/$tier.log 2>&1 &" \
        --tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=$name},{Key=Project,Value=$PROJECT}]" \
        --query 'Instances[*].InstanceId' --output text
}
IDS=$(
    server web-a web "$ZONE_A" 80 --associate-public-ip-address
    server web-b web "$ZONE_B" 80 --associate-public-ip-address
    server app-b app "$ZONE_B" 8080
    server db-a db "$ZONE_A" 5432
)
aws ec2 wait instance-running --instance-ids $IDS
aws ec2 describe-instances --instance-ids $IDS --output table --query \
    'Reservations[].Instances[].{Name: Tags[?Key==`Name`]|[0].Value, Zone: Placement.AvailabilityZone, Private: PrivateIpAddress, Public: PublicIpAddress}'
