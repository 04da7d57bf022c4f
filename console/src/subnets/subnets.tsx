import { createFlowLog } from "../flow_logs/action";
import { flowLogsTab } from "../flow_logs/tab";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { capitalised, DASH, nameIn, titleOf, yesNo } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { DeleteSubnetDialog } from "./DeleteSubnetDialog";
import { NetworkAclTab } from "./NetworkAclTab";
import { RouteTableTab } from "./RouteTableTab";
import { readSubnetRows, type SubnetRow } from "./read";

const SUBNETS: Noun<SubnetRow> = {
  path: "subnets",
  one: "Subnet",
  many: "subnets",
  title: "Subnets",
  about: "A subnet is a part of a VPC's addresses, in one Availability Zone.",
  id: ({ subnet }) => subnet.SubnetId ?? "",
  tags: ({ subnet }) => subnet.Tags,
  hasName: true,
  list: readSubnetRows,
  create: { text: "Create subnet", path: "create" },
  columns: [
    {
      id: "state",
      header: "State",
      text: (it) => capitalised(it.subnet.State),
      cell: (it) => <State of={it.subnet.State} />,
    },
    { id: "vpc", width: 300, header: "VPC", text: vpcTitle, cell: vpcLink },
    { id: "block-public-access", header: "Block Public Access", text: blockPublicAccess },
    { id: "ipv4", header: "IPv4 CIDR", text: ({ subnet }) => subnet.CidrBlock ?? DASH },
    { id: "ipv6", width: 230, header: "IPv6 CIDR", text: (it) => ipv6(it)?.Ipv6CidrBlock ?? DASH },
    {
      id: "ipv6-association",
      width: 230,
      header: "IPv6 CIDR association ID",
      text: (it) => ipv6(it)?.AssociationId ?? DASH,
    },
    {
      id: "available",
      header: "Available IPv4 addresses",
      text: ({ subnet }) => String(subnet.AvailableIpAddressCount ?? DASH),
      number: ({ subnet }) => subnet.AvailableIpAddressCount ?? 0,
    },
    { id: "zone", header: "Availability Zone", text: ({ subnet }) => subnet.AvailabilityZone ?? DASH },
    {
      id: "zone-id",
      header: "Availability Zone ID",
      text: ({ subnet }) => subnet.AvailabilityZoneId ?? DASH,
    },
    { id: "border-group", header: "Network border group", text: borderGroup },
    { id: "route-table", width: 300, header: "Route table", text: routeTableTitle, cell: routeTableLink },
    { id: "network-acl", width: 300, header: "Network ACL", text: networkAcl, cell: networkAclLink },
    { id: "default", header: "Default subnet", text: ({ subnet }) => yesNo(subnet.DefaultForAz) },
    {
      id: "auto-assign-ipv4",
      header: "Auto-assign public IPv4 address",
      text: ({ subnet }) => yesNo(subnet.MapPublicIpOnLaunch),
    },
    {
      id: "auto-assign-ipv6",
      header: "Auto-assign IPv6 address",
      text: ({ subnet }) => yesNo(subnet.AssignIpv6AddressOnCreation),
      isHidden: true,
    },
    { id: "ipv6-only", header: "IPv6-only", text: ({ subnet }) => yesNo(subnet.Ipv6Native), isHidden: true },
    { id: "hostname-type", header: "Hostname type", text: hostnameType, isHidden: true },
    { id: "dns64", header: "DNS64", text: ({ subnet }) => enabled(subnet.EnableDns64), isHidden: true },
    { id: "owner", header: "Owner ID", text: ({ subnet }) => subnet.OwnerId ?? DASH, isHidden: true },
  ],
  actions,
  details,
  tabs,
};
export default SUBNETS;

function actions(selected: SubnetRow[], region: string): Action[] {
  const page = (name: string) =>
    ofOne(selected, (it) => ({ href: href(region, ["subnets", SUBNETS.id(it), name]) }));
  return [
    {
      id: "view",
      text: "View details",
      ...ofOne(selected, (it) => ({ href: href(region, ["subnets", SUBNETS.id(it)]) })),
    },
    createFlowLog(region, "subnets", selected.map(SUBNETS.id)),
    {
      id: "edit-settings",
      text: "Edit subnet settings",
      description: "Modify auto-assign IP settings",
      ...page("edit_settings"),
    },
    { id: "edit-ipv6", text: "Edit IPv6 CIDRs", disabledReason: NOT_THERE_YET },
    { id: "edit-network-acl", text: "Edit network ACL association", ...page("edit_network_acl_association") },
    {
      id: "edit-route-table",
      text: "Edit route table association",
      ...page("edit_route_table_association"),
    },
    { id: "edit-reservations", text: "Edit CIDR reservations", disabledReason: NOT_THERE_YET },
    { id: "share", text: "Share subnet", disabledReason: NOT_THERE_YET },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    {
      id: "delete",
      text: "Delete subnet",
      ...ofOne(selected, ({ subnet }) => ({
        dialog: (close) => <DeleteSubnetDialog region={region} subnet={subnet} close={close} />,
      })),
    },
  ];
}

function details(row: SubnetRow, region: string): Field[] {
  const { subnet } = row;
  const names = subnet.PrivateDnsNameOptionsOnLaunch;
  return [
    { label: "Subnet ID", value: <Copied text={subnet.SubnetId} label="Subnet ID" /> },
    { label: "Subnet ARN", value: <Copied text={subnet.SubnetArn} label="Subnet ARN" /> },
    { label: "State", value: <State of={subnet.State} /> },
    { label: "Block Public Access", value: blockPublicAccess(row) },
    { label: "IPv4 CIDR", value: <Copied text={subnet.CidrBlock} label="IPv4 CIDR" /> },
    { label: "Available IPv4 addresses", value: String(subnet.AvailableIpAddressCount ?? DASH) },
    { label: "IPv6 CIDR", value: ipv6(row)?.Ipv6CidrBlock ?? DASH },
    { label: "IPv6 CIDR association ID", value: ipv6(row)?.AssociationId ?? DASH },
    { label: "Availability Zone", value: subnet.AvailabilityZone ?? DASH },
    { label: "Availability Zone ID", value: subnet.AvailabilityZoneId ?? DASH },
    { label: "Network border group", value: borderGroup(row) },
    { label: "VPC", value: vpcLink(row, region) },
    { label: "Route table", value: routeTableLink(row, region) },
    { label: "Network ACL", value: networkAclLink(row, region) },
    { label: "Default subnet", value: yesNo(subnet.DefaultForAz) },
    { label: "Auto-assign public IPv4 address", value: yesNo(subnet.MapPublicIpOnLaunch) },
    { label: "Auto-assign IPv6 address", value: yesNo(subnet.AssignIpv6AddressOnCreation) },
    { label: "Auto-assign customer-owned IPv4 address", value: yesNo(subnet.MapCustomerOwnedIpOnLaunch) },
    { label: "Customer-owned IPv4 pool", value: subnet.CustomerOwnedIpv4Pool ?? DASH },
    { label: "Outpost ID", value: subnet.OutpostArn ?? DASH },
    { label: "IPv6-only", value: yesNo(subnet.Ipv6Native) },
    { label: "Hostname type", value: hostnameType(row) },
    { label: "Resource name DNS A record", value: enabled(names?.EnableResourceNameDnsARecord) },
    { label: "Resource name DNS AAAA record", value: enabled(names?.EnableResourceNameDnsAAAARecord) },
    { label: "DNS64", value: enabled(subnet.EnableDns64) },
    { label: "Owner", value: subnet.OwnerId ?? DASH },
  ];
}

function tabs({ subnet, routeTable, networkAcl }: SubnetRow, region: string): Tab[] {
  return [
    {
      id: "route-table",
      label: "Route table",
      content: <RouteTableTab region={region} subnet={subnet} table={routeTable} />,
    },
    {
      id: "network-acl",
      label: "Network ACL",
      content: <NetworkAclTab region={region} subnet={subnet.SubnetId ?? ""} acl={networkAcl} />,
    },
    flowLogsTab(region, subnet.SubnetId ?? ""),
    { id: "tags", label: "Tags", content: <TagsTab tags={subnet.Tags} /> },
  ];
}

function vpcTitle({ subnet, vpc }: SubnetRow): string {
  const name = nameIn(vpc?.Tags);
  return name ? `${subnet.VpcId} | ${name}` : (subnet.VpcId ?? DASH);
}

function vpcLink({ subnet, vpc }: SubnetRow, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={subnet.VpcId} name={nameIn(vpc?.Tags)} />;
}

function routeTableTitle({ routeTable: it }: SubnetRow): string {
  return it ? titleOf(it.RouteTableId ?? "", nameIn(it.Tags)) : DASH;
}

function routeTableLink({ routeTable: it }: SubnetRow, region: string) {
  return <ResourceLink region={region} noun="route_tables" id={it?.RouteTableId} name={nameIn(it?.Tags)} />;
}

function networkAcl({ networkAcl: it }: SubnetRow): string {
  return it ? titleOf(it.NetworkAclId ?? "", nameIn(it.Tags)) : DASH;
}

function networkAclLink({ networkAcl: it }: SubnetRow, region: string) {
  return <ResourceLink region={region} noun="network_acls" id={it?.NetworkAclId} name={nameIn(it?.Tags)} />;
}

function ipv6({ subnet }: SubnetRow) {
  return subnet.Ipv6CidrBlockAssociationSet?.find((it) => it.Ipv6CidrBlockState?.State === "associated");
}

function blockPublicAccess({ subnet }: SubnetRow): string {
  return capitalised(subnet.BlockPublicAccessStates?.InternetGatewayBlockMode ?? "off");
}

/** The Region itself, outside of Local Zones. */
function borderGroup({ subnet }: SubnetRow): string {
  return subnet.AvailabilityZone?.replace(/[a-z]$/, "") ?? DASH;
}

function hostnameType({ subnet }: SubnetRow): string {
  return subnet.PrivateDnsNameOptionsOnLaunch?.HostnameType === "resource-name" ? "Resource name" : "IP name";
}

function enabled(value: boolean | undefined): string {
  return value ? "Enabled" : "Disabled";
}
