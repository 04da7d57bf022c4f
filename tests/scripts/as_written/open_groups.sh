#!/bin/bash
# Security groups that let the whole world in, over either family: a line for each rule, tab-separated, with who uses the
# group. With --close, rules for ssh and remote desktop are revoked.
set -euo pipefail

world='`0.0.0.0/0`' world6='`::/0`'
groups=$(aws ec2 describe-security-groups \
    --query "SecurityGroups[?IpPermissions[?contains(IpRanges[].CidrIp, $world) || contains(Ipv6Ranges[].CidrIpv6, $world6)]].GroupId" \
    --output text)
[ -n "$groups" ] || exit 0

for group in $groups; do
    users=$(aws ec2 describe-network-interfaces --filters Name=group-id,Values="$group" \
        --query 'NetworkInterfaces[].Attachment.InstanceId' --output text)
    aws ec2 describe-security-group-rules --filters Name=group-id,Values="$group" \
        --query "SecurityGroupRules[?!IsEgress && (CidrIpv4==$world || CidrIpv6==$world6)].[SecurityGroupRuleId, IpProtocol, FromPort, ToPort, CidrIpv4 || CidrIpv6]" \
        --output text | while IFS=$'\t' read -r rule protocol from to block; do
        printf '%s\t%s\t%s\t%s-%s\t%s\t%s\n' "$group" "$rule" "$protocol" "$from" "$to" "$block" "${users//$'\t'/,}"
        if [ "${1:-}" = --close ] && { [ "$from" = 22 ] || [ "$from" = 3389 ]; }; then
            aws ec2 revoke-security-group-ingress --group-id "$group" --security-group-rule-ids "$rule" > /dev/null
        fi
    done
done

# The same question, asked of the service.
aws ec2 describe-security-groups \
    --filters Name=ip-permission.cidr,Values=0.0.0.0/0 Name=ip-permission.from-port,Values=22 \
    --query 'length(SecurityGroups)' --output text | sed 's/^/still open to ssh from anywhere over IPv4: /'
