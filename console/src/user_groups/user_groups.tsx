import { PermissionsTab } from "../policies/PermissionsTab";
import { Copied, ResourceLink } from "../resources/cells";
import { DASH } from "../resources/names";
import { type Field, type Noun, ofOne, type Tab } from "../resources/noun";
import { timeOf } from "../resources/times";
import { DeleteGroupDialog } from "./DeleteGroupDialog";
import { MembersTab } from "./MembersTab";
import { type GroupRow, readGroupRows } from "./read";

const USER_GROUPS: Noun<GroupRow> = {
  path: "user_groups",
  one: "User group",
  many: "user groups",
  title: "User groups",
  label: ({ group }) => group.GroupName ?? "",
  isGlobal: true,
  about:
    "A user group is a collection of IAM users. Use groups to specify permissions for a collection of users.",
  id: ({ group }) => group.GroupName ?? "",
  tags: () => undefined,
  hasName: false,
  list: readGroupRows,
  create: { text: "Create group", path: "create" },
  columns: [
    {
      id: "id",
      header: "Group name",
      width: 300,
      text: ({ group }) => group.GroupName ?? "",
      cell: ({ group }, region) => <ResourceLink region={region} noun="user_groups" id={group.GroupName} />,
    },
    {
      id: "users",
      header: "Users",
      text: ({ members }) => String(members ?? DASH),
      number: ({ members = 0 }) => members,
    },
    { id: "permissions", header: "Permissions", text: permissionsOf },
    { id: "created", header: "Creation time", width: 260, text: ({ group }) => timeOf(group.CreateDate) },
    { id: "arn", header: "ARN", width: 420, text: ({ group }) => group.Arn ?? "", isHidden: true },
  ],
  actions: () => [],
  buttons: (selected, region) => [
    {
      id: "delete",
      text: "Delete",
      ...ofOne(selected, ({ group }) => ({
        dialog: (close) => <DeleteGroupDialog region={region} name={group.GroupName ?? ""} close={close} />,
      })),
    },
  ],
  details,
  tabs,
};
export default USER_GROUPS;

function permissionsOf({ detail }: GroupRow): string {
  if (!detail) return DASH;
  const policies = [...(detail.AttachedManagedPolicies ?? []), ...(detail.GroupPolicyList ?? [])];
  return policies.length > 0 ? "Defined" : "Not defined";
}

function details(row: GroupRow): Field[] {
  const { group, members } = row;
  return [
    { label: "User group name", value: group.GroupName ?? DASH },
    { label: "Creation time", value: timeOf(group.CreateDate) },
    { label: "ARN", value: <Copied text={group.Arn} label="ARN" /> },
    { label: "Users", value: members ?? DASH },
    { label: "Permissions", value: permissionsOf(row) },
    { label: "Path", value: group.Path ?? DASH },
  ];
}

function tabs({ group }: GroupRow, region: string): Tab[] {
  const name = group.GroupName ?? "";
  return [
    { id: "users", label: "Users", content: <MembersTab region={region} group={name} /> },
    {
      id: "permissions",
      label: "Permissions",
      content: <PermissionsTab region={region} holder={{ kind: "group", name }} />,
    },
  ];
}
