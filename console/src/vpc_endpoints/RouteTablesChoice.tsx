import type { RouteTable } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRegion } from "../frame/places";
import { counted, DASH, nameIn, yesNo } from "../resources/names";
import { associatedWith, isMain, routeTableTitle, useRouteTables } from "../route_tables/read";
import { ChoiceTable } from "../table/ChoiceTable";

interface Props {
  vpc: string;
  chosen: string[];
  choose: (tables: string[]) => void;
}

/** Which route tables of a VPC are to have a route to a gateway endpoint. */
export function RouteTablesChoice({ vpc, chosen, choose }: Props) {
  const tables = useRouteTables(useRegion());
  const own = (tables.data ?? []).filter((it) => it.VpcId === vpc);
  return (
    <SpaceBetween size="m">
      <ChoiceTable
        title="Route tables"
        description="A route to the endpoint is added to those that you select."
        things="route tables"
        items={own}
        reading={tables}
        id={(it) => it.RouteTableId ?? ""}
        name={routeTableTitle}
        columns={[
          { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
          { header: "Route Table ID", cell: (it) => it.RouteTableId },
          { header: "Main", cell: (it) => yesNo(isMain(it)) },
          { header: "Associated Id", cell: associated },
        ]}
        empty="Select a VPC first"
        chosen={chosen}
        choose={choose}
      />
      <Alert type="info">
        When a route to an endpoint is added or removed, packets of the subnets concerned come from private
        instead of public addresses or the other way round, and open connections to the service are cut.
      </Alert>
    </SpaceBetween>
  );
}

function associated(table: RouteTable): string {
  const [first, ...others] = associatedWith(table);
  if (!first) return DASH;
  return others.length === 0 ? first : counted(others.length + 1, "subnet");
}
