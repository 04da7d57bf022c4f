import type { NetworkAcl, RouteTable, Subnet, Vpc } from "@aws-sdk/client-ec2";
import {
  readAvailabilityZones,
  readNetworkAcls,
  readRouteTables,
  readSubnets,
  readVpcs,
} from "../clients/describe";
import { useReading } from "../clients/reading";
import { aclOf } from "../network_acls/read";
import { DASH, nameIn, titleOf } from "../resources/names";
import { routeTableOf } from "../route_tables/read";

/** A subnet with what its list shows beside it. */
export interface SubnetRow {
  subnet: Subnet;
  vpc: Vpc | undefined;
  /** Its own, or its VPC's main one. */
  routeTable: RouteTable | undefined;
  networkAcl: NetworkAcl | undefined;
}

export async function readSubnetRows(region: string): Promise<SubnetRow[]> {
  const [subnets, vpcs, tables, acls] = await Promise.all([
    readSubnets(region),
    readVpcs(region),
    readRouteTables(region),
    readNetworkAcls(region),
  ]);
  return subnets.map((subnet) => ({
    subnet,
    vpc: vpcs.find((it) => it.VpcId === subnet.VpcId),
    routeTable: routeTableOf(subnet, tables),
    networkAcl: aclOf(subnet.SubnetId, acls),
  }));
}

/** The subnets of a Region, for selects and checks. */
export function useSubnets(region: string) {
  return useReading(`all-subnets/${region}`, () => readSubnets(region));
}

/** The Availability Zones of a Region, for forms. */
export function useAvailabilityZones(region: string) {
  return useReading(`all-availability-zones/${region}`, () => readAvailabilityZones(region));
}

export function ipv6Block(subnet: Subnet): string {
  return subnet.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? DASH;
}

export function subnetTitle(subnet: Subnet): string {
  return titleOf(subnet.SubnetId ?? "", nameIn(subnet.Tags));
}
