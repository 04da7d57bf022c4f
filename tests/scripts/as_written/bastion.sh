#!/bin/bash
# A VPC with a public and a private subnet. A bastion in the public one takes ssh from one address; the server in the
# private one takes ssh from the bastion alone.
#
#     bastion.sh KEY_FILE [MY_ADDRESS]
set -euo pipefail

key_file=$1
my_address=${2:-$(curl -s https://checkip.amazonaws.com)}
name=bastion-demo

named() {
    echo "ResourceType=$1,Tags=[{Key=Name,Value=$2},{Key=Project,Value=$name}]"
}

vpc=$(aws ec2 create-vpc --cidr-block 10.10.0.0/16 --tag-specifications "$(named vpc $name)" \
    --query 'Vpc.VpcId' --output text)
aws ec2 wait vpc-available --vpc-ids "$vpc"
aws ec2 modify-vpc-attribute --vpc-id "$vpc" --enable-dns-hostnames '{"Value":true}'

public=$(aws ec2 create-subnet --vpc-id "$vpc" --cidr-block 10.10.1.0/24 \
    --tag-specifications "$(named subnet public)" --query 'Subnet.SubnetId' --output text)
private=$(aws ec2 create-subnet --vpc-id "$vpc" --cidr-block 10.10.2.0/24 \
    --tag-specifications "$(named subnet private)" --query 'Subnet.SubnetId' --output text)
aws ec2 modify-subnet-attribute --subnet-id "$public" --map-public-ip-on-launch

gateway=$(aws ec2 create-internet-gateway --tag-specifications "$(named internet-gateway $name)" \
    --query 'InternetGateway.InternetGatewayId' --output text)
aws ec2 attach-internet-gateway --internet-gateway-id "$gateway" --vpc-id "$vpc"
table=$(aws ec2 create-route-table --vpc-id "$vpc" --tag-specifications "$(named route-table public)" \
    --query 'RouteTable.RouteTableId' --output text)
aws ec2 create-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0 --gateway-id "$gateway" >/dev/null
aws ec2 associate-route-table --route-table-id "$table" --subnet-id "$public" >/dev/null

bastion_group=$(aws ec2 create-security-group --group-name bastion --description "ssh from one address" \
    --vpc-id "$vpc" --query GroupId --output text)
server_group=$(aws ec2 create-security-group --group-name server --description "ssh from the bastion" \
    --vpc-id "$vpc" --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$bastion_group" --protocol tcp --port 22 \
    --cidr "$my_address/32" >/dev/null
aws ec2 authorize-security-group-ingress --group-id "$server_group" --protocol tcp --port 22 \
    --source-group "$bastion_group" >/dev/null

aws ec2 create-key-pair --key-name $name --key-type ed25519 --query KeyMaterial --output text > "$key_file"
chmod 400 "$key_file"

image=$(aws ec2 describe-images --owners amazon \
    --filters 'Name=name,Values=al2023-ami-2023*-x86_64' 'Name=state,Values=available' \
    --query 'sort_by(Images, &CreationDate)[-1].ImageId' --output text)
launch() {
    aws ec2 run-instances --image-id "$image" --instance-type t2.micro --count 1 --key-name $name \
        --subnet-id "$2" --security-group-ids "$3" --tag-specifications "$(named instance "$1")" \
        --query 'Instances[0].InstanceId' --output text
}
bastion=$(launch bastion "$public" "$bastion_group")
server=$(launch server "$private" "$server_group")
aws ec2 wait instance-running --instance-ids "$bastion" "$server"

address=$(aws ec2 describe-instances --instance-ids "$bastion" \
    --query 'Reservations[0].Instances[0].PublicIpAddress' --output text)
inside=$(aws ec2 describe-instances --instance-ids "$server" \
    --query 'Reservations[].Instances[].PrivateIpAddress' --output text)
echo "bastion $address"
echo "server $inside"
echo "ssh -i $key_file -J ec2-user@$address ec2-user@$inside"
