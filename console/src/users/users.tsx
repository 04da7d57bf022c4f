import { IamTagsTab } from "../iam/IamTagsTab";
import { PermissionsTab } from "../policies/PermissionsTab";
import { Copied, ResourceLink } from "../resources/cells";
import { DASH } from "../resources/names";
import { type Field, missingTab, type Noun, ofOne, type Tab } from "../resources/noun";
import { timeOf } from "../resources/times";
import { DeleteUserDialog } from "./DeleteUserDialog";
import { GroupsTab } from "./GroupsTab";
import { readUserRows, type UserRow } from "./read";
import { SecurityCredentialsTab } from "./SecurityCredentialsTab";

const USERS: Noun<UserRow> = {
  path: "users",
  one: "User",
  many: "users",
  title: "Users",
  label: ({ user }) => user.UserName ?? "",
  isGlobal: true,
  about:
    "An IAM user is an identity with long-term credentials that is used to interact with AWS in an account.",
  id: ({ user }) => user.UserName ?? "",
  tags: ({ detail }) => detail?.Tags,
  hasName: false,
  list: readUserRows,
  create: { text: "Create user", path: "create" },
  columns: [
    {
      id: "id",
      header: "User name",
      width: 260,
      text: ({ user }) => user.UserName ?? "",
      cell: ({ user }, region) => <ResourceLink region={region} noun="users" id={user.UserName} />,
    },
    { id: "path", header: "Path", text: ({ user }) => user.Path ?? "" },
    { id: "groups", header: "Groups", width: 220, text: groupsOf },
    {
      id: "password",
      header: "Console last sign-in",
      width: 260,
      text: ({ user }) => timeOf(user.PasswordLastUsed),
    },
    { id: "created", header: "Creation time", width: 260, text: ({ user }) => timeOf(user.CreateDate) },
    { id: "arn", header: "ARN", width: 420, text: ({ user }) => user.Arn ?? "", isHidden: true },
  ],
  actions: () => [],
  buttons: (selected, region) => [
    {
      id: "delete",
      text: "Delete",
      ...ofOne(selected, ({ user }) => ({
        dialog: (close) => <DeleteUserDialog region={region} name={user.UserName ?? ""} close={close} />,
      })),
    },
  ],
  details,
  tabs,
};
export default USERS;

function groupsOf({ detail }: UserRow): string {
  return detail?.GroupList?.join(", ") || DASH;
}

function details(row: UserRow): Field[] {
  const { user, detail } = row;
  return [
    { label: "ARN", value: <Copied text={user.Arn} label="ARN" /> },
    { label: "Created", value: timeOf(user.CreateDate) },
    { label: "Last console sign-in", value: timeOf(user.PasswordLastUsed) },
    { label: "Groups", value: groupsOf(row) },
    { label: "Permissions boundary", value: detail?.PermissionsBoundary?.PermissionsBoundaryArn ?? DASH },
    { label: "Path", value: user.Path ?? DASH },
    { label: "User ID", value: user.UserId ?? DASH },
  ];
}

function tabs({ user }: UserRow, region: string): Tab[] {
  const name = user.UserName ?? "";
  return [
    {
      id: "permissions",
      label: "Permissions",
      content: <PermissionsTab region={region} holder={{ kind: "user", name }} />,
    },
    { id: "groups", label: "Groups", content: <GroupsTab region={region} user={name} /> },
    { id: "tags", label: "Tags", content: <IamTagsTab region={region} kind="users" id={name} /> },
    {
      id: "security_credentials",
      label: "Security credentials",
      content: <SecurityCredentialsTab region={region} user={name} />,
    },
    missingTab("last-accessed", "Last Accessed"),
  ];
}
