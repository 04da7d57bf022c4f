import type { Subnet } from "@aws-sdk/client-ec2";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { counted, DASH, nameIn, titleOf, yesNo } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { ipv6Block, subnetTitle } from "../subnets/read";
import { SmallTable } from "../table/SmallTable";
import { DeleteRouteTableDialog } from "./DeleteRouteTableDialog";
import { isMain, type RouteTableRow, readRouteTableRows } from "./read";
import { destinationOf } from "./routes";
import { SetMainDialog } from "./SetMainDialog";
import { TargetLink } from "./TargetLink";

const ROUTE_TABLES: Noun<RouteTableRow> = {
  path: "route_tables",
  one: "Route table",
  many: "route tables",
  title: "Route tables",
  about: "A route table says where the packets of its subnets go.",
  id: ({ table }) => table.RouteTableId ?? "",
  tags: ({ table }) => table.Tags,
  hasName: true,
  list: readRouteTableRows,
  create: { text: "Create route table", path: "create" },
  columns: [
    {
      id: "subnets",
      width: 300,
      header: "Explicit subnet associations",
      text: explicitTitle,
      cell: explicit,
    },
    { id: "edges", header: "Edge associations", text: edges },
    { id: "main", header: "Main", text: ({ table }) => yesNo(isMain(table)) },
    { id: "vpc", width: 300, header: "VPC", text: vpcTitle, cell: vpcLink },
    { id: "owner", header: "Owner ID", text: ({ table }) => table.OwnerId ?? DASH },
  ],
  actions,
  details,
  tabs,
};
export default ROUTE_TABLES;

function actions(selected: RouteTableRow[], region: string): Action[] {
  const page = (name: string) =>
    ofOne(selected, (it) => ({ href: href(region, ["route_tables", ROUTE_TABLES.id(it), name]) }));
  return [
    {
      id: "set-main",
      text: "Set main route table",
      ...ofOne(selected, ({ table }) =>
        isMain(table)
          ? { disabledReason: "It is the main one already." }
          : { dialog: (close) => <SetMainDialog region={region} table={table} close={close} /> },
      ),
    },
    { id: "edit-subnets", text: "Edit subnet associations", ...page("edit_subnet_associations") },
    { id: "edit-edges", text: "Edit edge associations", disabledReason: NOT_THERE_YET },
    { id: "edit-propagation", text: "Edit route propagation", disabledReason: NOT_THERE_YET },
    { id: "edit-routes", text: "Edit routes", ...page("edit_routes") },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete route table",
      ...ofOne(selected, ({ table, explicit }) => {
        if (isMain(table)) return { disabledReason: "A VPC's main route table goes with the VPC." };
        if (explicit.length > 0) return { disabledReason: "Subnets are associated with it." };
        return { dialog: (close) => <DeleteRouteTableDialog region={region} table={table} close={close} /> };
      }),
    },
  ];
}

function details(row: RouteTableRow, region: string): Field[] {
  const { table } = row;
  return [
    { label: "Route table ID", value: <Copied text={table.RouteTableId} label="Route table ID" /> },
    { label: "Main", value: yesNo(isMain(table)) },
    { label: "Explicit subnet associations", value: explicit(row, region) },
    { label: "Edge associations", value: edges(row) },
    { label: "VPC", value: vpcLink(row, region) },
    { label: "Owner ID", value: table.OwnerId ?? DASH },
  ];
}

function tabs(row: RouteTableRow, region: string): Tab[] {
  return [
    { id: "routes", label: "Routes", content: <RoutesTab of={row} region={region} /> },
    {
      id: "subnets",
      label: "Subnet associations",
      content: <SubnetsTab of={row} region={region} />,
    },
    { id: "tags", label: "Tags", content: <TagsTab tags={row.table.Tags} /> },
  ];
}

function RoutesTab({ of: { table }, region }: { of: RouteTableRow; region: string }) {
  return (
    <SmallTable
      title="Routes"
      items={table.Routes ?? []}
      empty="No routes"
      actions={
        <Button href={href(region, ["route_tables", table.RouteTableId ?? "", "edit_routes"])}>
          Edit routes
        </Button>
      }
      columns={[
        { header: "Destination", cell: destinationOf },
        { header: "Target", cell: (it) => <TargetLink region={region} route={it} /> },
        { header: "Status", cell: (it) => <State of={it.State} /> },
        { header: "Propagated", cell: (it) => yesNo(it.Origin === "EnableVgwRoutePropagation") },
      ]}
    />
  );
}

function SubnetsTab({ of: { table, explicit, implicit }, region }: { of: RouteTableRow; region: string }) {
  const columns = [
    { header: "Name", cell: (it: Subnet) => nameIn(it.Tags) || DASH },
    {
      header: "Subnet ID",
      cell: (it: Subnet) => <ResourceLink region={region} noun="subnets" id={it.SubnetId} />,
    },
    { header: "IPv4 CIDR", cell: (it: Subnet) => it.CidrBlock ?? DASH },
    { header: "IPv6 CIDR", cell: ipv6Block },
  ];
  const edit = href(region, ["route_tables", table.RouteTableId ?? "", "edit_subnet_associations"]);
  return (
    <SpaceBetween size="l">
      <SmallTable
        title="Explicit subnet associations"
        items={explicit}
        columns={columns}
        empty="No subnet associations"
        actions={<Button href={edit}>Edit subnet associations</Button>}
      />
      <SmallTable
        title="Subnets without explicit associations"
        description="They follow the VPC's main route table."
        items={implicit}
        columns={columns}
        empty="Every subnet has an association of its own"
      />
    </SpaceBetween>
  );
}

function explicitTitle({ explicit: [first, ...others] }: RouteTableRow): string {
  if (!first) return DASH;
  return others.length === 0 ? subnetTitle(first) : counted(others.length + 1, "subnet");
}

function explicit(row: RouteTableRow, region: string) {
  const [first, ...others] = row.explicit;
  if (!first || others.length > 0) return explicitTitle(row);
  return <ResourceLink region={region} noun="subnets" id={first.SubnetId} name={nameIn(first.Tags)} />;
}

function edges({ table }: RouteTableRow): string {
  return (table.Associations ?? []).flatMap((it) => it.GatewayId ?? []).join(", ") || DASH;
}

function vpcTitle({ table, vpc }: RouteTableRow): string {
  return titleOf(table.VpcId ?? "", nameIn(vpc?.Tags));
}

function vpcLink({ table, vpc }: RouteTableRow, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={table.VpcId} name={nameIn(vpc?.Tags)} />;
}
