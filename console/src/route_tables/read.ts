import type { RouteTable, Subnet, Vpc } from "@aws-sdk/client-ec2";
import { useReading } from "../clients/reading";
import { readRouteTables, readSubnets } from "../subnets/read";
import { readVpcs } from "../vpcs/read";

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

/** The route tables of a Region, for forms. */
export function useRouteTables(region: string) {
  return useReading(`all-route-tables/${region}`, () => readRouteTables(region));
}
