#!/bin/bash
# An Elastic IP address that follows the living one of two servers: move_elastic_ip.sh FROM_NAME TO_NAME
set -euo pipefail

id_of() {
    aws ec2 describe-instances --filters "Name=tag:Name,Values=$1" Name=instance-state-name,Values=running \
        --query 'Reservations[*].Instances[*].InstanceId' --output text
}
from=$(id_of "$1")
to=$(id_of "$2")

read -r allocation address < <(aws ec2 describe-addresses --filters Name=tag:Name,Values=floating \
    --query 'Addresses[0].[AllocationId,PublicIp]' --output text)
if [ "$allocation" = None ]; then
    read -r allocation address < <(aws ec2 allocate-address --domain vpc \
        --tag-specifications 'ResourceType=elastic-ip,Tags=[{Key=Name,Value=floating}]' \
        --query '[AllocationId,PublicIp]' --output text)
    aws ec2 associate-address --instance-id "$from" --allocation-id "$allocation" --query AssociationId --output text
else
    # Without leave to move it, it stays where it is.
    aws ec2 associate-address --instance-id "$to" --allocation-id "$allocation" --no-allow-reassociation 2> refused \
        && exit 1
    grep -o 'Resource.AlreadyAssociated' refused
    aws ec2 associate-address --instance-id "$to" --allocation-id "$allocation" --allow-reassociation \
        --query AssociationId --output text
fi
aws ec2 describe-addresses --public-ips "$address" --query 'Addresses[].[PublicIp,InstanceId,PrivateIpAddress]' --output text
