import type { RouteTable, Subnet, Vpc } from "@aws-sdk/client-ec2";
import { readRouteTables, readSubnets, readVpcs } from "../clients/describe";
import { useReading } from "../clients/reading";
import { nameIn, titleOf } from "../resources/names";

/** A route table with what its list shows beside it. */
export interface RouteTableRow {
  table: RouteTable;
  vpc: Vpc | undefined;
  /** The subnets that are associated with it. */
  explicit: Subnet[];
  /** For a main table, those of its VPC that have none of their own. */
  implicit: Subnet[];
}

export async function readRouteTableRows(region: string): Promise<RouteTableRow[]> {
  const [tables, subnets, vpcs] = await Promise.all([
    readRouteTables(region),
    readSubnets(region),
    readVpcs(region),
  ]);
  const associated = new Set(tables.flatMap(associatedWith));
  return tables.map((table) => {
    const own = new Set(associatedWith(table));
    const inVpc = subnets.filter((it) => it.VpcId === table.VpcId);
    return {
      table,
      vpc: vpcs.find((it) => it.VpcId === table.VpcId),
      explicit: inVpc.filter((it) => own.has(it.SubnetId ?? "")),
      implicit: inVpc.filter((it) => !associated.has(it.SubnetId ?? "")),
    };
  });
}

export function associatedWith(table: RouteTable): string[] {
  return (table.Associations ?? []).flatMap((it) => it.SubnetId ?? []);
}

/** The table that a subnet's packets are routed by. */
export function routeTableOf(subnet: Subnet, tables: RouteTable[]): RouteTable | undefined {
  const own = tables.find((it) => associatedWith(it).includes(subnet.SubnetId ?? ""));
  return own ?? tables.find((it) => it.VpcId === subnet.VpcId && isMain(it));
}

export function isMain(table: RouteTable): boolean {
  return table.Associations?.some((association) => association.Main) ?? false;
}

export function routeTableTitle(table: RouteTable): string {
  return titleOf(table.RouteTableId ?? "", nameIn(table.Tags));
}

/** The route tables of a Region, for forms. */
export function useRouteTables(region: string) {
  return useReading(`all-route-tables/${region}`, () => readRouteTables(region));
}
