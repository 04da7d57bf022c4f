#!/bin/bash
# A launch template whose user data serves a page; a second version with another page; servers from both.
set -euo pipefail

name=${1:-web-template}
vpc=$(aws ec2 describe-vpcs --filters Name=is-default,Values=true --query 'Vpcs[0].VpcId' --output text)
group=$(aws ec2 create-security-group --group-name "$name" --description "web servers" --vpc-id "$vpc" \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$group" --ip-permissions \
    '[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"IpRanges":[{"CidrIp":"0.0.0.0/0","Description":"web"}]}]' > /dev/null
image=$(aws ec2 describe-images --owners amazon --filters 'Name=name,Values=al2023-ami-minimal-*-x86_64' \
    --query 'reverse(sort_by(Images,&CreationDate))[:1].ImageId' --output text)

page() {
    printf '#!/bin/bash\nmkdir -p /var/www/html\ncd /var/www/html\ntoken=$(curl -s -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token)\ncurl -s -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-id > index.html\necho " %s" >> index.html\nnohup python3 -m http.server 80 > /dev/null 2>&1 &\n' "$1" | base64 -w0
}

template=$(aws ec2 create-launch-template --launch-template-name "$name" --version-description first \
    --launch-template-data "{
        \"ImageId\": \"$image\", \"InstanceType\": \"t3.micro\", \"SecurityGroupIds\": [\"$group\"],
        \"UserData\": \"$(page first)\", \"MetadataOptions\": {\"HttpTokens\": \"required\"},
        \"TagSpecifications\": [{\"ResourceType\": \"instance\", \"Tags\": [{\"Key\": \"Name\", \"Value\": \"$name\"}]}]}" \
    --query LaunchTemplate.LaunchTemplateId --output text)
aws ec2 create-launch-template-version --launch-template-id "$template" --source-version 1 \
    --version-description second --launch-template-data "{\"UserData\": \"$(page second)\"}" \
    --query 'LaunchTemplateVersion.VersionNumber' --output text
aws ec2 modify-launch-template --launch-template-id "$template" --default-version 2 \
    --query 'LaunchTemplate.[DefaultVersionNumber,LatestVersionNumber]' --output text

for version in 1 '$Default'; do
    aws ec2 run-instances --launch-template "LaunchTemplateId=$template,Version=$version" \
        --query 'Instances[0].[InstanceId]' --output text
done | tee ids
aws ec2 wait instance-running --instance-ids $(cat ids)
aws ec2 describe-launch-template-versions --launch-template-name "$name" \
    --query 'LaunchTemplateVersions[].[VersionNumber,VersionDescription,DefaultVersion]' --output text
