import Button from "@cloudscape-design/components/button";
import { href } from "../frame/route";
import { Copied, ResourceLink } from "../resources/cells";
import { counted, DASH, nameIn, titleOf, yesNo } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { ipv6Block, subnetTitle } from "../subnets/read";
import { SmallTable } from "../table/SmallTable";
import { DeleteNetworkAclsDialog } from "./DeleteNetworkAclsDialog";
import { EntriesTable } from "./EntriesTable";
import { entriesOf, type NetworkAclRow, readNetworkAclRows } from "./read";

const NETWORK_ACLS: Noun<NetworkAclRow> = {
  path: "network_acls",
  one: "Network ACL",
  many: "network ACLs",
  title: "Network ACLs",
  about: "A network ACL says which packets may enter its subnets, and leave them.",
  id: ({ acl }) => acl.NetworkAclId ?? "",
  tags: ({ acl }) => acl.Tags,
  hasName: true,
  list: readNetworkAclRows,
  create: { text: "Create network ACL", path: "create" },
  columns: [
    { id: "subnets", width: 300, header: "Associated with", text: subnetsTitle, cell: subnets },
    { id: "default", header: "Default", text: ({ acl }) => yesNo(acl.IsDefault) },
    { id: "vpc", width: 300, header: "VPC ID", text: vpcTitle, cell: vpcLink },
    { id: "inbound", header: "Inbound rules count", text: (it) => rules(it, "Inbound") },
    { id: "outbound", header: "Outbound rules count", text: (it) => rules(it, "Outbound") },
    { id: "owner", header: "Owner", text: ({ acl }) => acl.OwnerId ?? DASH },
  ],
  actions,
  details,
  tabs,
};
export default NETWORK_ACLS;

function actions(selected: NetworkAclRow[], region: string): Action[] {
  const page = (...rest: string[]) =>
    ofOne(selected, (it) => ({ href: href(region, ["network_acls", NETWORK_ACLS.id(it), ...rest]) }));
  return [
    { id: "view", text: "View details", ...page() },
    { id: "edit-inbound", text: "Edit inbound rules", ...page("edit_inbound_rules") },
    { id: "edit-outbound", text: "Edit outbound rules", ...page("edit_outbound_rules") },
    { id: "edit-subnets", text: "Edit subnet associations", ...page("edit_subnet_associations") },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    { id: "delete", text: "Delete network ACLs", ...deletion(selected, region) },
  ];
}

function deletion(selected: NetworkAclRow[], region: string): Omit<Action, "id" | "text"> {
  if (selected.length === 0) return { disabledReason: "Select one first." };
  if (selected.some(({ acl }) => acl.IsDefault)) {
    return { disabledReason: "A VPC's default network ACL goes with the VPC." };
  }
  if (selected.some((it) => it.subnets.length > 0))
    return { disabledReason: "Subnets are associated with it." };
  return {
    dialog: (close) => (
      <DeleteNetworkAclsDialog region={region} acls={selected.map(({ acl }) => acl)} close={close} />
    ),
  };
}

function details(row: NetworkAclRow, region: string): Field[] {
  const { acl } = row;
  return [
    { label: "Network ACL ID", value: <Copied text={acl.NetworkAclId} label="Network ACL ID" /> },
    { label: "Associated with", value: subnets(row, region) },
    { label: "Default", value: yesNo(acl.IsDefault) },
    { label: "VPC ID", value: vpcLink(row, region) },
    { label: "Owner", value: acl.OwnerId ?? DASH },
  ];
}

function tabs(row: NetworkAclRow, region: string): Tab[] {
  const { acl } = row;
  const page = (name: string) => href(region, ["network_acls", NETWORK_ACLS.id(row), name]);
  return [
    {
      id: "inbound",
      label: "Inbound rules",
      content: (
        <EntriesTable
          isEgress={false}
          entries={entriesOf(acl, false)}
          actions={<Button href={page("edit_inbound_rules")}>Edit inbound rules</Button>}
        />
      ),
    },
    {
      id: "outbound",
      label: "Outbound rules",
      content: (
        <EntriesTable
          isEgress
          entries={entriesOf(acl, true)}
          actions={<Button href={page("edit_outbound_rules")}>Edit outbound rules</Button>}
        />
      ),
    },
    { id: "subnets", label: "Subnet associations", content: <SubnetsTab of={row} region={region} /> },
    { id: "tags", label: "Tags", content: <TagsTab tags={acl.Tags} /> },
  ];
}

function SubnetsTab({ of: row, region }: { of: NetworkAclRow; region: string }) {
  const edit = href(region, ["network_acls", NETWORK_ACLS.id(row), "edit_subnet_associations"]);
  return (
    <SmallTable
      title="Subnet associations"
      items={row.subnets}
      empty="No subnet associations"
      actions={<Button href={edit}>Edit subnet associations</Button>}
      columns={[
        { header: "Name", cell: (it) => nameIn(it.Tags) || DASH },
        {
          header: "Subnet ID",
          cell: (it) => <ResourceLink region={region} noun="subnets" id={it.SubnetId} />,
        },
        { header: "Availability Zone", cell: (it) => it.AvailabilityZone },
        { header: "IPv4 CIDR", cell: (it) => it.CidrBlock ?? DASH },
        { header: "IPv6 CIDR", cell: ipv6Block },
      ]}
    />
  );
}

function subnetsTitle({ subnets: [first, ...others] }: NetworkAclRow): string {
  if (!first) return DASH;
  return others.length === 0 ? subnetTitle(first) : counted(others.length + 1, "Subnet");
}

function subnets(row: NetworkAclRow, region: string) {
  const [first, ...others] = row.subnets;
  if (!first || others.length > 0) return subnetsTitle(row);
  return <ResourceLink region={region} noun="subnets" id={first.SubnetId} name={nameIn(first.Tags)} />;
}

function vpcTitle({ acl, vpc }: NetworkAclRow): string {
  return titleOf(acl.VpcId ?? "", nameIn(vpc?.Tags));
}

function vpcLink({ acl, vpc }: NetworkAclRow, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={acl.VpcId} name={nameIn(vpc?.Tags)} />;
}

/** `2 Inbound rules`. */
function rules({ acl }: NetworkAclRow, direction: "Inbound" | "Outbound"): string {
  return counted(entriesOf(acl, direction === "Outbound").length, `${direction} rule`);
}
