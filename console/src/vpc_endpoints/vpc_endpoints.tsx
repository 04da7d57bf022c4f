import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { DocumentView } from "../resources/DocumentView";
import { capitalised, counted, DASH, nameIn, titleOf, yesNo } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { DeleteEndpointsDialog } from "./DeleteEndpointsDialog";
import { type EndpointRow, isGateway, readEndpointRows } from "./read";

const PATH = "vpc_endpoints";

const VPC_ENDPOINTS: Noun<EndpointRow> = {
  path: PATH,
  one: "VPC endpoint",
  many: "endpoints",
  title: "Endpoints",
  about: "By an endpoint a VPC reaches a service, such as S3, without the internet.",
  id: ({ endpoint }) => endpoint.VpcEndpointId ?? "",
  tags: ({ endpoint }) => endpoint.Tags,
  hasName: true,
  list: readEndpointRows,
  create: { text: "Create endpoint", path: "create" },
  columns: [
    { id: "type", header: "Endpoint type", text: ({ endpoint }) => endpoint.VpcEndpointType ?? DASH },
    {
      id: "status",
      header: "Status",
      text: (it) => capitalised(stateOf(it)),
      cell: (it) => <State of={stateOf(it)} />,
    },
    {
      id: "service",
      width: 280,
      header: "Service name",
      text: ({ endpoint }) => endpoint.ServiceName ?? DASH,
    },
    { id: "vpc", width: 300, header: "VPC ID", text: vpcTitle, cell: vpcLink },
    {
      id: "created",
      width: 230,
      header: "Creation time",
      text: ({ endpoint }) => timeOf(endpoint.CreationTimestamp),
    },
    { id: "interfaces", header: "Network interfaces", text: interfaces },
    { id: "subnets", header: "Subnets", text: ({ endpoint }) => several(endpoint.SubnetIds, "subnet") },
    {
      id: "route-tables",
      header: "Route tables",
      text: ({ endpoint }) => several(endpoint.RouteTableIds, "route table"),
    },
  ],
  actions,
  notice,
  details,
  tabs,
};
export default VPC_ENDPOINTS;

function actions(selected: EndpointRow[], region: string): Action[] {
  const page = (name: string, wanted: "Gateway" | "Interface" | "any") =>
    ofOne(selected, ({ endpoint }) =>
      wanted === "any" || endpoint.VpcEndpointType === wanted
        ? { href: href(region, [PATH, endpoint.VpcEndpointId ?? "", name]) }
        : { disabledReason: `Only ${wanted.toLowerCase()} endpoints have that.` },
    );
  const all = selected.map((it) => it.endpoint);
  return [
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, (it) => ({ href: href(region, [PATH, VPC_ENDPOINTS.id(it)]) })),
    },
    { id: "route-tables", text: "Manage route tables", ...page("manage_route_tables", "Gateway") },
    { id: "subnets", text: "Manage subnets", ...page("manage_subnets", "Interface") },
    { id: "groups", text: "Manage security groups", ...page("manage_security_groups", "Interface") },
    { id: "policy", text: "Manage policy", description: "Edit policy", ...page("edit_policy", "any") },
    {
      id: "private-dns",
      text: "Modify private DNS name",
      description: "Enable private DNS names",
      ...page("modify_private_dns_name", "Interface"),
    },
    { id: "settings", text: "Modify endpoint settings", disabledReason: NOT_THERE_YET },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete VPC endpoints",
      ...(all.length > 0
        ? { dialog: (close) => <DeleteEndpointsDialog region={region} endpoints={all} close={close} /> }
        : { disabledReason: "Select one first." }),
    },
  ];
}

/** What people look for long: nothing goes through a gateway endpoint that no route table has a route to. */
function notice({ endpoint }: EndpointRow) {
  if (!isGateway(endpoint) || (endpoint.RouteTableIds ?? []).length > 0) return null;
  return (
    <Alert type="warning" header="No route table has a route to this endpoint">
      Nothing goes through it yet. Choose Manage route tables from the Actions menu.
    </Alert>
  );
}

function details(row: EndpointRow, region: string): Field[] {
  const { endpoint } = row;
  const common: Field[] = [
    { label: "Endpoint ID", value: <Copied text={endpoint.VpcEndpointId} label="Endpoint ID" /> },
    { label: "Status", value: <State of={stateOf(row)} /> },
    { label: "Creation time", value: timeOf(endpoint.CreationTimestamp) },
    { label: "Endpoint type", value: endpoint.VpcEndpointType ?? DASH },
    { label: "VPC ID", value: vpcLink(row, region) },
    { label: "Status message", value: endpoint.LastError?.Message ?? DASH },
    { label: "Service name", value: endpoint.ServiceName ?? DASH },
    { label: "Private DNS names enabled", value: yesNo(endpoint.PrivateDnsEnabled) },
  ];
  if (isGateway(endpoint)) return common;
  const names = endpoint.DnsEntries?.flatMap((it) => it.DnsName ?? []) ?? [];
  return [
    ...common,
    { label: "IP address type", value: family(endpoint.IpAddressType) },
    { label: "DNS record IP type", value: family(endpoint.DnsOptions?.DnsRecordIpType) },
    { label: "DNS names", value: names.length > 0 ? <Names of={names} /> : DASH },
  ];
}

function Names({ of: names }: { of: string[] }) {
  return (
    <SpaceBetween size="xxs">
      {names.map((it) => (
        <Copied key={it} text={it} label="DNS name" />
      ))}
    </SpaceBetween>
  );
}

function tabs(row: EndpointRow, region: string): Tab[] {
  const { endpoint } = row;
  const own = isGateway(endpoint)
    ? [{ id: "route-tables", label: "Route tables", content: <RouteTables of={row} region={region} /> }]
    : [
        { id: "subnets", label: "Subnets", content: <Subnets of={row} region={region} /> },
        { id: "groups", label: "Security Groups", content: <Groups of={row} region={region} /> },
      ];
  return [
    ...own,
    { id: "policy", label: "Policy", content: <Policy of={row} region={region} /> },
    { id: "tags", label: "Tags", content: <TagsTab tags={endpoint.Tags} /> },
  ];
}

interface TabProps {
  of: EndpointRow;
  region: string;
}

function pageOf({ endpoint }: EndpointRow, region: string, name: string): string {
  return href(region, [PATH, endpoint.VpcEndpointId ?? "", name]);
}

function RouteTables({ of, region }: TabProps) {
  return (
    <SmallTable
      title="Route tables"
      items={of.routeTables}
      empty="No route tables: nothing goes through this endpoint"
      actions={<Button href={pageOf(of, region, "manage_route_tables")}>Manage route tables</Button>}
      columns={[
        { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
        {
          header: "Route Table ID",
          cell: (it) => <ResourceLink region={region} noun="route_tables" id={it.RouteTableId} />,
        },
        { header: "Main", cell: (it) => yesNo(it.Associations?.some((association) => association.Main)) },
        {
          header: "Associated Id",
          cell: (it) =>
            several(
              it.Associations?.flatMap((end) => end.SubnetId ?? []),
              "subnet",
            ),
        },
      ]}
    />
  );
}

function Subnets({ of, region }: TabProps) {
  return (
    <SmallTable
      title="Subnets"
      items={of.subnets}
      empty="No subnets"
      actions={<Button href={pageOf(of, region, "manage_subnets")}>Manage subnets</Button>}
      columns={[
        {
          header: "Subnet ID",
          cell: (it) => (
            <ResourceLink region={region} noun="subnets" id={it.SubnetId} name={nameIn(it.Tags)} />
          ),
        },
        { header: "Availability Zone", cell: (it) => `${it.AvailabilityZone} (${it.AvailabilityZoneId})` },
        { header: "IPv4 CIDR", cell: (it) => it.CidrBlock ?? DASH },
      ]}
    />
  );
}

function Groups({ of, region }: TabProps) {
  return (
    <SmallTable
      title="Security Groups"
      items={of.endpoint.Groups ?? []}
      empty="No security groups"
      actions={<Button href={pageOf(of, region, "manage_security_groups")}>Manage security groups</Button>}
      columns={[
        {
          header: "Group ID",
          cell: (it) => <ResourceLink region={region} noun="security_groups" id={it.GroupId} />,
        },
        { header: "Group name", cell: (it) => it.GroupName ?? DASH },
      ]}
    />
  );
}

function Policy({ of, region }: TabProps) {
  return (
    <SpaceBetween size="m">
      <Header variant="h3" actions={<Button href={pageOf(of, region, "edit_policy")}>Edit policy</Button>}>
        Policy
      </Header>
      <DocumentView document={of.endpoint.PolicyDocument} />
    </SpaceBetween>
  );
}

/** `ipv4` as people write it. */
function family(type: string | undefined): string {
  return capitalised(type).replace("Ipv", "IPv");
}

/** The API says `Available` of some and `available` of others. */
function stateOf({ endpoint }: EndpointRow): string {
  return endpoint.State?.toLowerCase() ?? "";
}

function interfaces({ endpoint }: EndpointRow): string {
  return endpoint.NetworkInterfaceIds?.join(", ") || DASH;
}

function several(ids: string[] | undefined, one: string): string {
  return ids && ids.length > 0 ? counted(ids.length, one) : DASH;
}

function vpcTitle({ endpoint, vpc }: EndpointRow): string {
  return titleOf(endpoint.VpcId ?? "", nameIn(vpc?.Tags));
}

function vpcLink({ endpoint, vpc }: EndpointRow, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={endpoint.VpcId} name={nameIn(vpc?.Tags)} />;
}
