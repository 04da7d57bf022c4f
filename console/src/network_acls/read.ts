import type { NetworkAcl, NetworkAclEntry, Subnet, Vpc } from "@aws-sdk/client-ec2";
import { readNetworkAcls, readSubnets, readVpcs } from "../clients/describe";
import { useReading } from "../clients/reading";
import { nameIn, titleOf } from "../resources/names";

/** A network ACL with what its list shows beside it. */
export interface NetworkAclRow {
  acl: NetworkAcl;
  vpc: Vpc | undefined;
  /** Whose packets it judges. */
  subnets: Subnet[];
}

export async function readNetworkAclRows(region: string): Promise<NetworkAclRow[]> {
  const [acls, subnets, vpcs] = await Promise.all([
    readNetworkAcls(region),
    readSubnets(region),
    readVpcs(region),
  ]);
  return acls.map((acl) => {
    const own = associatedWith(acl);
    return {
      acl,
      vpc: vpcs.find((it) => it.VpcId === acl.VpcId),
      subnets: subnets.filter((it) => own.includes(it.SubnetId ?? "")),
    };
  });
}

/** The network ACLs of a Region, for forms. */
export function useNetworkAcls(region: string) {
  return useReading(`all-network-acls/${region}`, () => readNetworkAcls(region));
}

export function associatedWith(acl: NetworkAcl): string[] {
  return (acl.Associations ?? []).flatMap((it) => it.SubnetId ?? []);
}

/** The ACL that judges a subnet's packets. */
export function aclOf(subnet: string | undefined, acls: NetworkAcl[]): NetworkAcl | undefined {
  return acls.find((it) => associatedWith(it).includes(subnet ?? ""));
}

export function aclTitle(acl: NetworkAcl | undefined): string {
  return titleOf(acl?.NetworkAclId ?? "", nameIn(acl?.Tags));
}

/** The rules of one direction, in the order in which packets meet them. */
export function entriesOf(acl: NetworkAcl | undefined, isEgress: boolean): NetworkAclEntry[] {
  const own = (acl?.Entries ?? []).filter((it) => Boolean(it.Egress) === isEgress);
  return own.sort((a, b) => (a.RuleNumber ?? 0) - (b.RuleNumber ?? 0));
}
