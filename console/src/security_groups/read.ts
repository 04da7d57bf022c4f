import {
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroupVpcAssociations,
  type SecurityGroup,
  type Vpc,
} from "@aws-sdk/client-ec2";
import { readNetworkInterfaces, readSecurityGroups, readVpcs } from "../clients/describe";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";

/** A security group with what its list shows beside it. */
export interface SecurityGroupRow {
  group: SecurityGroup;
  vpc: Vpc | undefined;
}

export async function readSecurityGroupRows(region: string): Promise<SecurityGroupRow[]> {
  const [groups, vpcs] = await Promise.all([readSecurityGroups(region), readVpcs(region)]);
  return groups.map((group) => ({ group, vpc: vpcs.find((it) => it.VpcId === group.VpcId) }));
}

/** The security groups of a Region, for forms and for the names in rules. */
export function useSecurityGroups(region: string) {
  return useReading(`all-security-groups/${region}`, () => readSecurityGroups(region));
}

/** The rules of a group, each with its identifier, inbound and outbound. */
export function useRules(region: string, group: string) {
  return useReading(`security-group-rules/${region}/${group}`, () =>
    all(
      paginateDescribeSecurityGroupRules(
        { client: ec2(region) },
        { Filters: [{ Name: "group-id", Values: [group] }] },
      ),
      (page) => page.SecurityGroupRules,
    ),
  );
}

/** The other VPCs whose interfaces may have a group. */
export function useVpcAssociations(region: string, group: string) {
  return useReading(`security-group-vpcs/${region}/${group}`, () =>
    all(
      paginateDescribeSecurityGroupVpcAssociations(
        { client: ec2(region) },
        { Filters: [{ Name: "group-id", Values: [group] }] },
      ),
      (page) => page.SecurityGroupVpcAssociations,
    ),
  );
}

/** Which groups network interfaces have, each with one that has it. */
export async function readUses(region: string): Promise<Map<string, string>> {
  const interfaces = await readNetworkInterfaces(region);
  const uses = interfaces.flatMap((it) =>
    (it.Groups ?? []).map((group): [string, string] => [group.GroupId ?? "", it.NetworkInterfaceId ?? ""]),
  );
  return new Map(uses);
}

export function isDefault(group: SecurityGroup): boolean {
  return group.GroupName === "default";
}

/** `sg-0abc / web`: a group goes by its name, which is no tag. */
export function groupTitle(group: SecurityGroup): string {
  return `${group.GroupId} / ${group.GroupName}`;
}

/** The name of a group in rules, where it is one of ours. */
export function groupName(groups: SecurityGroup[] | undefined, id: string | undefined): string {
  return groups?.find((it) => it.GroupId === id)?.GroupName ?? "";
}
