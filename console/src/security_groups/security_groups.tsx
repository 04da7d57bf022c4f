import type { IpPermission } from "@aws-sdk/client-ec2";
import { href } from "../frame/route";
import { Copied, ResourceLink, State } from "../resources/cells";
import { counted, DASH, nameIn } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { SmallTable } from "../table/SmallTable";
import { DeleteSecurityGroupsDialog } from "./DeleteSecurityGroupsDialog";
import { RulesTab } from "./RulesTab";
import { readSecurityGroupRows, type SecurityGroupRow, useVpcAssociations } from "./read";

const SECURITY_GROUPS: Noun<SecurityGroupRow> = {
  path: "security_groups",
  one: "Security group",
  many: "security groups",
  title: "Security groups",
  about: "A security group says which packets may reach the network interfaces that have it, and leave them.",
  id: ({ group }) => group.GroupId ?? "",
  heading: ({ group }) => `${group.GroupId} - ${group.GroupName}`,
  tags: ({ group }) => group.Tags,
  hasName: true,
  list: readSecurityGroupRows,
  create: { text: "Create security group", path: "create" },
  columns: [
    {
      id: "group-name",
      width: 200,
      header: "Security group name",
      text: ({ group }) => group.GroupName ?? DASH,
    },
    { id: "vpc", width: 230, header: "VPC ID", text: ({ group }) => group.VpcId ?? DASH, cell: vpcLink },
    { id: "description", width: 250, header: "Description", text: ({ group }) => group.Description ?? DASH },
    { id: "owner", header: "Owner", text: ({ group }) => group.OwnerId ?? DASH },
    {
      id: "inbound",
      header: "Inbound rules count",
      text: ({ group }) => entries(group.IpPermissions),
      number: ({ group }) => count(group.IpPermissions),
    },
    {
      id: "outbound",
      header: "Outbound rules count",
      text: ({ group }) => entries(group.IpPermissionsEgress),
      number: ({ group }) => count(group.IpPermissionsEgress),
    },
  ],
  actions,
  details,
  tabs,
};
export default SECURITY_GROUPS;

function actions(selected: SecurityGroupRow[], region: string): Action[] {
  const page = (...rest: string[]) =>
    ofOne(selected, (it) => ({ href: href(region, ["security_groups", SECURITY_GROUPS.id(it), ...rest]) }));
  return [
    { id: "view", text: "View details", ...page() },
    { id: "edit-inbound", text: "Edit inbound rules", ...page("edit_inbound_rules") },
    { id: "edit-outbound", text: "Edit outbound rules", ...page("edit_outbound_rules") },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    { id: "manage-stale", text: "Manage stale rules", disabledReason: NOT_THERE_YET },
    { id: "copy", text: "Copy to new security group", ...page("copy") },
    {
      id: "delete",
      text: "Delete security groups",
      ...(selected.length === 0
        ? { disabledReason: "Select one first." }
        : {
            dialog: (close) => (
              <DeleteSecurityGroupsDialog
                region={region}
                groups={selected.map(({ group }) => group)}
                close={close}
              />
            ),
          }),
    },
  ];
}

function details(row: SecurityGroupRow, region: string): Field[] {
  const { group } = row;
  return [
    { label: "Security group name", value: <Copied text={group.GroupName} label="Security group name" /> },
    { label: "Security group ID", value: <Copied text={group.GroupId} label="Security group ID" /> },
    { label: "Description", value: group.Description ?? DASH },
    { label: "VPC ID", value: vpcLink(row, region) },
    { label: "Owner", value: group.OwnerId ?? DASH },
    { label: "Inbound rules count", value: entries(group.IpPermissions) },
    { label: "Outbound rules count", value: entries(group.IpPermissionsEgress) },
  ];
}

function tabs({ group }: SecurityGroupRow, region: string): Tab[] {
  const id = group.GroupId ?? "";
  return [
    {
      id: "inbound",
      label: "Inbound rules",
      content: <RulesTab region={region} group={id} direction="inbound" />,
    },
    {
      id: "outbound",
      label: "Outbound rules",
      content: <RulesTab region={region} group={id} direction="outbound" />,
    },
    {
      id: "vpc-associations",
      label: "VPC associations",
      content: <VpcAssociationsTab region={region} group={id} />,
    },
    { id: "tags", label: "Tags", content: <TagsTab tags={group.Tags} /> },
  ];
}

function VpcAssociationsTab({ region, group }: { region: string; group: string }) {
  const associations = useVpcAssociations(region, group);
  return (
    <SmallTable
      title="VPC associations"
      description="Other VPCs of this Region whose network interfaces may have this security group."
      items={associations.data ?? []}
      reading={associations}
      empty="No VPC associations"
      columns={[
        { header: "VPC ID", cell: (it) => <ResourceLink region={region} noun="vpcs" id={it.VpcId} /> },
        { header: "State", cell: (it) => <State of={it.State} /> },
      ]}
    />
  );
}

function vpcLink({ group, vpc }: SecurityGroupRow, region: string) {
  return <ResourceLink region={region} noun="vpcs" id={group.VpcId} name={nameIn(vpc?.Tags)} />;
}

/** `1 Permission entry`. */
function entries(permissions: IpPermission[] | undefined): string {
  return counted(count(permissions), "Permission entry", "Permission entries");
}

/** One for each source or destination. */
function count(permissions: IpPermission[] = []): number {
  const peers = permissions.flatMap((it) => [
    ...(it.IpRanges ?? []),
    ...(it.Ipv6Ranges ?? []),
    ...(it.UserIdGroupPairs ?? []),
    ...(it.PrefixListIds ?? []),
  ]);
  return peers.length;
}
