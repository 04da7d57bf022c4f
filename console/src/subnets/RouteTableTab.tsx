import type { RouteTable, Subnet } from "@aws-sdk/client-ec2";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { nameIn } from "../resources/names";
import { destinationOf } from "../route_tables/routes";
import { TargetLink } from "../route_tables/TargetLink";
import { SmallTable } from "../table/SmallTable";

/** By which table a subnet's packets are routed: its own, or its VPC's main one. */
export function RouteTableTab(props: { region: string; subnet: Subnet; table: RouteTable | undefined }) {
  const { region, subnet, table } = props;
  return (
    <SmallTable
      title="Routes"
      description={
        <Box>
          Route table:{" "}
          <ResourceLink
            region={region}
            noun="route_tables"
            id={table?.RouteTableId}
            name={nameIn(table?.Tags)}
          />
        </Box>
      }
      items={table?.Routes ?? []}
      empty="No routes"
      actions={
        <Button href={href(region, ["subnets", subnet.SubnetId ?? "", "edit_route_table_association"])}>
          Edit route table association
        </Button>
      }
      columns={[
        { header: "Destination", cell: destinationOf },
        { header: "Target", cell: (it) => <TargetLink region={region} route={it} /> },
      ]}
    />
  );
}
