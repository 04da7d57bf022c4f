import type { RouteTable } from "@aws-sdk/client-ec2";
import { ResourceLink, State } from "../resources/cells";
import { nameIn } from "../resources/names";
import { useRouteTables } from "../route_tables/read";
import { destinationOf } from "../route_tables/routes";
import { SmallTable } from "../table/SmallTable";

/** The routes of this Region that lead to a peering connection. */
export function RouteTablesTab({ region, peering }: { region: string; peering: string }) {
  const tables = useRouteTables(region);
  return (
    <SmallTable
      title="Route tables"
      description="Routes that lead to this peering connection. Without one in both VPCs, nothing passes."
      items={routesTo(peering, tables.data ?? [])}
      reading={tables}
      empty="No route leads to this peering connection"
      columns={[
        {
          header: "Route table ID",
          cell: ({ table }) => (
            <ResourceLink
              region={region}
              noun="route_tables"
              id={table.RouteTableId}
              name={nameIn(table.Tags)}
            />
          ),
        },
        {
          header: "VPC ID",
          cell: ({ table }) => <ResourceLink region={region} noun="vpcs" id={table.VpcId} />,
        },
        { header: "Destination", cell: ({ route }) => destinationOf(route) },
        { header: "Status", cell: ({ route }) => <State of={route.State} /> },
      ]}
    />
  );
}

export function routesTo(peering: string, tables: RouteTable[]) {
  return tables.flatMap((table) =>
    (table.Routes ?? [])
      .filter((it) => it.VpcPeeringConnectionId === peering)
      .map((route) => ({ table, route })),
  );
}
