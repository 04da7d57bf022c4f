import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { capitalised, DASH, nameIn, titleOf } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { timeOf } from "../resources/times";
import { SmallTable } from "../table/SmallTable";
import { DeleteNatGatewayDialog } from "./DeleteNatGatewayDialog";
import { type NatGatewayRow, primaryOf, readNatGatewayRows, secondaryOf } from "./read";

const NAT_GATEWAYS: Noun<NatGatewayRow> = {
  path: "nat_gateways",
  one: "NAT gateway",
  many: "NAT gateways",
  title: "NAT gateways",
  about: "Through a NAT gateway private subnets reach the internet, and nobody reaches them from there.",
  id: ({ gateway }) => gateway.NatGatewayId ?? "",
  tags: ({ gateway }) => gateway.Tags,
  hasName: true,
  list: readNatGatewayRows,
  create: { text: "Create NAT gateway", path: "create" },
  columns: [
    {
      id: "connectivity",
      header: "Connectivity type",
      text: ({ gateway }) => capitalised(gateway.ConnectivityType),
    },
    {
      id: "state",
      header: "State",
      text: ({ gateway }) => capitalised(gateway.State),
      cell: ({ gateway }) => <State of={gateway.State} />,
    },
    { id: "message", header: "State message", text: message },
    {
      id: "public-address",
      header: "Primary public IPv4 address",
      text: ({ gateway }) => primaryOf(gateway)?.PublicIp ?? DASH,
    },
    {
      id: "private-address",
      header: "Primary private IPv4 address",
      text: ({ gateway }) => primaryOf(gateway)?.PrivateIp ?? DASH,
    },
    {
      id: "interface",
      width: 230,
      header: "Primary network interface ID",
      text: ({ gateway }) => primaryOf(gateway)?.NetworkInterfaceId ?? DASH,
    },
    { id: "vpc", width: 300, header: "VPC", text: vpcTitle, cell: vpcLink },
    { id: "subnet", width: 300, header: "Subnet", text: subnetTitle, cell: subnetLink },
    { id: "created", width: 230, header: "Created", text: ({ gateway }) => timeOf(gateway.CreateTime) },
    { id: "deleted", width: 230, header: "Deleted", text: ({ gateway }) => timeOf(gateway.DeleteTime) },
  ],
  actions,
  details,
  tabs,
};
export default NAT_GATEWAYS;

function actions(selected: NatGatewayRow[], region: string): Action[] {
  return [
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, (it) => ({ href: href(region, ["nat_gateways", NAT_GATEWAYS.id(it)]) })),
    },
    {
      id: "edit-secondary",
      text: "Edit secondary IP address associations",
      disabledReason: NOT_THERE_YET,
    },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete NAT gateway",
      ...ofOne(selected, ({ gateway }) =>
        gateway.State === "deleted" || gateway.State === "deleting"
          ? { disabledReason: "It is deleted." }
          : { dialog: (close) => <DeleteNatGatewayDialog region={region} gateway={gateway} close={close} /> },
      ),
    },
  ];
}

function details(row: NatGatewayRow, region: string): Field[] {
  const { gateway } = row;
  const primary = primaryOf(gateway);
  return [
    { label: "NAT gateway ID", value: <Copied text={gateway.NatGatewayId} label="NAT gateway ID" /> },
    { label: "Connectivity type", value: capitalised(gateway.ConnectivityType) },
    { label: "State", value: <State of={gateway.State} /> },
    { label: "State message", value: message(row) },
    { label: "Availability mode", value: capitalised(gateway.AvailabilityMode ?? "zonal") },
    {
      label: "Primary public IPv4 address",
      value: <Copied text={primary?.PublicIp} label="Primary public IPv4 address" />,
    },
    {
      label: "Primary private IPv4 address",
      value: <Copied text={primary?.PrivateIp} label="Primary private IPv4 address" />,
    },
    { label: "Primary network interface ID", value: primary?.NetworkInterfaceId ?? DASH },
    { label: "VPC", value: vpcLink(row, region) },
    { label: "Subnet", value: subnetLink(row, region) },
    { label: "Created", value: timeOf(gateway.CreateTime) },
    { label: "Deleted", value: timeOf(gateway.DeleteTime) },
  ];
}

function tabs({ gateway }: NatGatewayRow): Tab[] {
  const addresses = (
    <SmallTable
      title="Secondary IPv4 addresses"
      items={secondaryOf(gateway)}
      empty="No secondary IPv4 addresses"
      columns={[
        { header: "Public IPv4 address", cell: (it) => it.PublicIp ?? DASH },
        { header: "Private IPv4 address", cell: (it) => it.PrivateIp ?? DASH },
        { header: "Allocation ID", cell: (it) => it.AllocationId ?? DASH },
        { header: "Status", cell: (it) => capitalised(it.Status) },
      ]}
    />
  );
  return [
    { id: "addresses", label: "Secondary IPv4 addresses", content: addresses },
    { id: "tags", label: "Tags", content: <TagsTab tags={gateway.Tags} /> },
  ];
}

function message({ gateway: { FailureCode, FailureMessage } }: NatGatewayRow): string {
  return FailureMessage ? `${FailureCode}: ${FailureMessage}` : DASH;
}

function vpcTitle({ gateway, vpc }: NatGatewayRow): string {
  return titleOf(gateway.VpcId ?? "", nameIn(vpc?.Tags));
}

function vpcLink({ gateway, vpc }: NatGatewayRow, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={gateway.VpcId} name={nameIn(vpc?.Tags)} />;
}

function subnetTitle({ gateway, subnet }: NatGatewayRow): string {
  return titleOf(gateway.SubnetId ?? "", nameIn(subnet?.Tags));
}

function subnetLink({ gateway, subnet }: NatGatewayRow, region: string) {
  return <ResourceLink region={region} noun="subnets" id={gateway.SubnetId} name={nameIn(subnet?.Tags)} />;
}
