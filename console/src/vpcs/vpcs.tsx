import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense } from "react";
import { createFlowLog } from "../flow_logs/action";
import { flowLogsTab } from "../flow_logs/tab";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { capitalised, DASH, nameIn, titleOf, yesNo } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { SmallTable } from "../table/SmallTable";
import { CreateDefaultVpcDialog } from "./CreateDefaultVpcDialog";
import { DeleteVpcDialog } from "./DeleteVpcDialog";
import { DnsAttribute } from "./DnsAttribute";
import { ipv4Blocks, ipv6Blocks, readVpcRows, type VpcRow } from "./read";

/** Its drawing is loaded by whoever looks at it. */
const ResourceMapTab = lazy(() => import("./ResourceMapTab"));

const VPCS: Noun<VpcRow> = {
  path: "vpcs",
  one: "VPC",
  many: "VPCs",
  title: "Your VPCs",
  about: "A VPC is a network of your own, apart from all others: it has addresses, subnets and route tables.",
  id: ({ vpc }) => vpc.VpcId ?? "",
  tags: ({ vpc }) => vpc.Tags,
  hasName: true,
  list: readVpcRows,
  create: { text: "Create VPC", path: "create" },
  columns: [
    {
      id: "state",
      header: "State",
      text: ({ vpc }) => capitalised(vpc.State),
      cell: (it) => <State of={it.vpc.State} />,
    },
    { id: "block-public-access", header: "Block Public Access", text: blockPublicAccess },
    { id: "ipv4", header: "IPv4 CIDR", text: ({ vpc }) => ipv4Blocks(vpc).join(", ") },
    { id: "ipv6", width: 230, header: "IPv6 CIDR", text: ({ vpc }) => ipv6Blocks(vpc).join(", ") || DASH },
    {
      id: "dhcp-options",
      width: 230,
      header: "DHCP option set",
      text: ({ vpc }) => vpc.DhcpOptionsId ?? DASH,
      cell: dhcpOptions,
    },
    {
      id: "main-route-table",
      width: 300,
      header: "Main route table",
      text: mainRouteTableTitle,
      cell: mainRouteTable,
    },
    {
      id: "main-network-acl",
      width: 300,
      header: "Main network ACL",
      text: mainNetworkAcl,
      cell: mainNetworkAclLink,
    },
    { id: "tenancy", header: "Tenancy", text: ({ vpc }) => capitalised(vpc.InstanceTenancy) },
    { id: "default", header: "Default VPC", text: ({ vpc }) => yesNo(vpc.IsDefault) },
    { id: "owner", header: "Owner ID", text: ({ vpc }) => vpc.OwnerId ?? DASH },
  ],
  actions,
  details,
  tabs,
};
export default VPCS;

function actions(selected: VpcRow[], region: string): Action[] {
  return [
    {
      id: "create-default",
      text: "Create default VPC",
      dialog: (close) => <CreateDefaultVpcDialog region={region} close={close} />,
    },
    createFlowLog(region, "vpcs", selected.map(VPCS.id)),
    {
      id: "edit-settings",
      text: "Edit VPC settings",
      description: "DHCP options set, DNS hostnames, DNS resolution",
      ...ofOne(selected, (it) => ({ href: href(region, ["vpcs", VPCS.id(it), "edit_settings"]) })),
    },
    { id: "edit-cidrs", text: "Edit CIDRs", disabledReason: NOT_THERE_YET },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete VPC",
      ...ofOne(selected, ({ vpc }) => ({
        dialog: (close) => <DeleteVpcDialog region={region} vpc={vpc} close={close} />,
      })),
    },
  ];
}

function details(row: VpcRow, region: string): Field[] {
  const { vpc } = row;
  const id = vpc.VpcId ?? "";
  return [
    { label: "VPC ID", value: <Copied text={id} label="VPC ID" /> },
    { label: "State", value: <State of={vpc.State} /> },
    { label: "Block Public Access", value: blockPublicAccess(row) },
    { label: "DNS hostnames", value: <DnsAttribute region={region} vpc={id} of="dnsHostnames" /> },
    { label: "DNS resolution", value: <DnsAttribute region={region} vpc={id} of="dnsResolution" /> },
    { label: "Tenancy", value: capitalised(vpc.InstanceTenancy) },
    { label: "DHCP option set", value: dhcpOptions(row, region) },
    { label: "Main route table", value: mainRouteTable(row, region) },
    { label: "Main network ACL", value: mainNetworkAclLink(row, region) },
    { label: "Default VPC", value: yesNo(vpc.IsDefault) },
    { label: "IPv4 CIDR", value: ipv4Blocks(vpc).join(", ") },
    { label: "IPv6 pool", value: vpc.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6Pool ?? DASH },
    { label: "IPv6 CIDR (Network border group)", value: ipv6WithGroup(row) },
    {
      label: "Network Address Usage metrics",
      value: <DnsAttribute region={region} vpc={id} of="usageMetrics" />,
    },
    { label: "Route 53 Resolver DNS Firewall rule groups", value: DASH },
    { label: "Owner ID", value: vpc.OwnerId ?? DASH },
  ];
}

function tabs({ vpc }: VpcRow, region: string): Tab[] {
  const map = (
    <Suspense fallback={<Spinner size="large" />}>
      <ResourceMapTab region={region} vpc={vpc} />
    </Suspense>
  );
  return [
    { id: "resource-map", label: "Resource map", content: map },
    { id: "cidrs", label: "CIDRs", content: <CidrsTab of={vpc} /> },
    flowLogsTab(region, vpc.VpcId ?? ""),
    { id: "tags", label: "Tags", content: <TagsTab tags={vpc.Tags} /> },
  ];
}

function CidrsTab({ of: vpc }: { of: VpcRow["vpc"] }) {
  const v4 = (vpc.CidrBlockAssociationSet ?? []).map((it) => ({
    type: "IPv4",
    cidr: it.CidrBlock,
    group: DASH,
    pool: DASH,
    state: it.CidrBlockState?.State,
  }));
  const v6 = (vpc.Ipv6CidrBlockAssociationSet ?? []).map((it) => ({
    type: "IPv6",
    cidr: it.Ipv6CidrBlock,
    group: it.NetworkBorderGroup ?? DASH,
    pool: it.Ipv6Pool ?? DASH,
    state: it.Ipv6CidrBlockState?.State,
  }));
  return (
    <SmallTable
      title="CIDRs"
      items={[...v4, ...v6]}
      empty="No CIDRs"
      columns={[
        { header: "Address type", cell: (it) => it.type },
        { header: "CIDR", cell: (it) => it.cidr },
        { header: "Network border group", cell: (it) => it.group },
        { header: "Pool", cell: (it) => it.pool },
        { header: "Status", cell: (it) => <State of={it.state} /> },
      ]}
    />
  );
}

function blockPublicAccess({ vpc }: VpcRow): string {
  return capitalised(vpc.BlockPublicAccessStates?.InternetGatewayBlockMode ?? "off");
}

function dhcpOptions({ vpc }: VpcRow, region: string) {
  const id = vpc.DhcpOptionsId;
  return id === "default" ? DASH : <ResourceLink region={region} noun="dhcp_options" id={id} />;
}

function mainRouteTableTitle({ mainRouteTable: it }: VpcRow): string {
  return it ? titleOf(it.RouteTableId ?? "", nameIn(it.Tags)) : DASH;
}

function mainRouteTable({ mainRouteTable: it }: VpcRow, region: string) {
  return <ResourceLink region={region} noun="route_tables" id={it?.RouteTableId} name={nameIn(it?.Tags)} />;
}

function mainNetworkAcl({ mainNetworkAcl: it }: VpcRow): string {
  return it ? titleOf(it.NetworkAclId ?? "", nameIn(it.Tags)) : DASH;
}

function mainNetworkAclLink({ mainNetworkAcl: it }: VpcRow, region: string) {
  return <ResourceLink region={region} noun="network_acls" id={it?.NetworkAclId} name={nameIn(it?.Tags)} />;
}

function ipv6WithGroup({ vpc }: VpcRow): string {
  const all = (vpc.Ipv6CidrBlockAssociationSet ?? []).filter(
    (it) => it.Ipv6CidrBlockState?.State === "associated",
  );
  return all.map((it) => `${it.Ipv6CidrBlock} (${it.NetworkBorderGroup ?? DASH})`).join(", ") || DASH;
}
