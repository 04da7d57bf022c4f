import type { RouteTable } from "@aws-sdk/client-ec2";
import Alert from "@cloudscape-design/components/alert";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useRegion } from "../frame/places";
import { counted, DASH, nameIn, titleOf, yesNo } from "../resources/names";
import { associatedWith, isMain, useRouteTables } from "../route_tables/read";

interface Props {
  vpc: string;
  chosen: string[];
  choose: (tables: string[]) => void;
}

/** Which route tables of a VPC are to have a route to a gateway endpoint. */
export function RouteTablesChoice({ vpc, chosen, choose }: Props) {
  const tables = useRouteTables(useRegion());
  const own = (tables.data ?? []).filter((it) => it.VpcId === vpc);
  const selected = own.filter((it) => chosen.includes(it.RouteTableId ?? ""));
  const title = (it: RouteTable) => titleOf(it.RouteTableId ?? "", nameIn(it.Tags));
  return (
    <SpaceBetween size="m">
      <Table
        variant="container"
        trackBy="RouteTableId"
        items={own}
        loading={!tables.data}
        loadingText="Loading route tables"
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) =>
          choose(detail.selectedItems.flatMap((it) => it.RouteTableId ?? []))
        }
        ariaLabels={{
          tableLabel: "Route tables",
          selectionGroupLabel: "Selection of route tables",
          allItemsSelectionLabel: () => "Select all route tables",
          itemSelectionLabel: (_, it) => `Select ${title(it)}`,
        }}
        header={
          <Header
            variant="h2"
            counter={`(${selected.length}/${own.length})`}
            description="A route to the endpoint is added to those that you select."
          >
            Route tables
          </Header>
        }
        empty="Select a VPC first"
        columnDefinitions={[
          { id: "name", header: "Name", cell: (it: RouteTable) => nameIn(it.Tags) || DASH },
          { id: "id", header: "Route Table ID", cell: (it: RouteTable) => it.RouteTableId },
          { id: "main", header: "Main", cell: (it: RouteTable) => yesNo(isMain(it)) },
          { id: "subnets", header: "Associated Id", cell: associated },
        ]}
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
