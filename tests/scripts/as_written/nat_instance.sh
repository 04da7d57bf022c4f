#!/bin/bash
# A NAT instance, as those build one who want no NAT gateway's bill: user data that forwards and masquerades, the
# source/destination check off, and the private subnet's default route to it.
set -euo pipefail

tag="Tags=[{Key=Project,Value=nat-instance}]"
vpc=$(aws ec2 create-vpc --cidr-block 10.20.0.0/16 --tag-specifications "ResourceType=vpc,$tag" --output text --query Vpc.VpcId)
public=$(aws ec2 create-subnet --vpc-id $vpc --cidr-block 10.20.0.0/24 --output text --query Subnet.SubnetId)
private=$(aws ec2 create-subnet --vpc-id $vpc --cidr-block 10.20.1.0/24 --output text --query Subnet.SubnetId)
igw=$(aws ec2 create-internet-gateway --output text --query InternetGateway.InternetGatewayId)
aws ec2 attach-internet-gateway --vpc-id $vpc --internet-gateway-id $igw
main=$(aws ec2 describe-route-tables --filters Name=vpc-id,Values=$vpc Name=association.main,Values=true \
    --query 'RouteTables[0].RouteTableId' --output text)
table=$(aws ec2 create-route-table --vpc-id $vpc --output text --query RouteTable.RouteTableId)
aws ec2 associate-route-table --route-table-id $table --subnet-id $public > /dev/null
aws ec2 create-route --route-table-id $table --destination-cidr-block 0.0.0.0/0 --gateway-id $igw > /dev/null

group=$(aws ec2 create-security-group --vpc-id $vpc --group-name nat --description NAT --output text --query GroupId)
aws ec2 authorize-security-group-ingress --group-id $group --ip-permissions \
    'IpProtocol=-1,IpRanges=[{CidrIp=10.20.1.0/24,Description="the private subnet"}]' > /dev/null

cat > nat.txt <<'USER_DATA'
#!/bin/bash
yum install -y iptables-services
echo "net.ipv4.ip_forward = 1" > /etc/sysctl.d/custom-ip-forwarding.conf
sysctl -p /etc/sysctl.d/custom-ip-forwarding.conf
interface=$(ip -o -4 route show to default | awk '{print $5; exit}')
iptables -t nat -A POSTROUTING -o "$interface" -s 10.20.1.0/24 -j MASQUERADE
iptables -F FORWARD
mkdir -p /etc/sysconfig
iptables-save > /etc/sysconfig/iptables
systemctl enable --now iptables
USER_DATA

nat=$(aws ec2 run-instances --image-id resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 \
    --instance-type t3.nano --security-group-ids $group --subnet-id $public --associate-public-ip-address \
    --user-data file://nat.txt --tag-specifications "ResourceType=instance,Tags=[{Key=Name,Value=nat},{Key=Project,Value=nat-instance}]" \
    --query 'Instances[0].InstanceId' --output text)
aws ec2 modify-instance-attribute --instance-id $nat --no-source-dest-check
aws ec2 wait instance-running --instance-ids $nat
eni=$(aws ec2 describe-instances --instance-ids $nat \
    --query 'Reservations[0].Instances[0].NetworkInterfaces[?Attachment.DeviceIndex==`0`].NetworkInterfaceId | [0]' --output text)
aws ec2 create-route --route-table-id $main --destination-cidr-block 0.0.0.0/0 --network-interface-id $eni > /dev/null

client=$(aws ec2 run-instances --image-id resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 \
    --instance-type t3.nano --subnet-id $private --tag-specifications 'ResourceType=instance,Tags=[{Key=Name,Value=behind}]' \
    --query 'Instances[0].InstanceId' --output text)
aws ec2 wait instance-running --instance-ids $client
aws ec2 wait instance-status-ok --instance-ids $nat $client
echo nat $nat $(aws ec2 describe-instances --instance-ids $nat --query 'Reservations[].Instances[].PublicIpAddress' --output text)
echo behind $client
