import {
  type NetworkAcl,
  paginateDescribeNetworkAcls,
  paginateDescribeRouteTables,
  paginateDescribeSubnets,
  type RouteTable,
  type Subnet,
  type Vpc,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../clients/ec2";
import { all } from "../clients/pages";
import { useReading } from "../clients/reading";
import { nameIn, titleOf } from "../resources/names";
import { readVpcs } from "../vpcs/read";

/** A subnet with what its list shows beside it. */
export interface SubnetRow {
  subnet: Subnet;
  vpc: Vpc | undefined;
  /** Its own, or its VPC's main one. */
  routeTable: RouteTable | undefined;
  networkAcl: NetworkAcl | undefined;
}

export async function readSubnets(region: string): Promise<Subnet[]> {
  return all(paginateDescribeSubnets({ client: ec2(region) }, {}), (page) => page.Subnets);
}

export async function readRouteTables(region: string): Promise<RouteTable[]> {
  return all(paginateDescribeRouteTables({ client: ec2(region) }, {}), (page) => page.RouteTables);
}

export async function readSubnetRows(region: string): Promise<SubnetRow[]> {
  const [subnets, vpcs, tables, acls] = await Promise.all([
    readSubnets(region),
    readVpcs(region),
    readRouteTables(region),
    all(paginateDescribeNetworkAcls({ client: ec2(region) }, {}), (page) => page.NetworkAcls),
  ]);
  return subnets.map((subnet) => ({
    subnet,
    vpc: vpcs.find((it) => it.VpcId === subnet.VpcId),
    routeTable: routeTableOf(subnet, tables),
    networkAcl: acls.find((it) =>
      it.Associations?.some((association) => association.SubnetId === subnet.SubnetId),
    ),
  }));
}

/** The table that a subnet's packets are routed by. */
export function routeTableOf(subnet: Subnet, tables: RouteTable[]): RouteTable | undefined {
  const own = tables.find((it) =>
    it.Associations?.some((association) => association.SubnetId === subnet.SubnetId),
  );
  return own ?? tables.find((it) => it.VpcId === subnet.VpcId && isMain(it));
}

export function isMain(table: RouteTable): boolean {
  return table.Associations?.some((association) => association.Main) ?? false;
}

/** The subnets of a Region, for selects and checks. */
export function useSubnets(region: string) {
  return useReading(`all-subnets/${region}`, () => readSubnets(region));
}

export function subnetTitle(subnet: Subnet): string {
  return titleOf(subnet.SubnetId ?? "", nameIn(subnet.Tags));
}
