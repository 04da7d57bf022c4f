import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { IamTagsTab } from "../iam/IamTagsTab";
import { PermissionsTab } from "../policies/PermissionsTab";
import { Copied, ResourceLink } from "../resources/cells";
import { DocumentView } from "../resources/DocumentView";
import { counted, DASH } from "../resources/names";
import { type Field, missingTab, type Noun, ofOne, type Tab } from "../resources/noun";
import { timeOf } from "../resources/times";
import { DeleteRoleDialog } from "./DeleteRoleDialog";
import { type RoleRow, readRoleRows } from "./read";

const ROLES: Noun<RoleRow> = {
  path: "roles",
  one: "Role",
  many: "roles",
  title: "Roles",
  label: ({ role }) => role.RoleName ?? "",
  isGlobal: true,
  about:
    "A role is an identity that has specific permissions with credentials that are valid for short durations. Entities that you trust take it.",
  id: ({ role }) => role.RoleName ?? "",
  tags: ({ detail }) => detail?.Tags,
  hasName: false,
  list: readRoleRows,
  create: { text: "Create role", path: "create" },
  columns: [
    {
      id: "id",
      header: "Role name",
      width: 340,
      text: ({ role }) => role.RoleName ?? "",
      cell: ({ role }, region) => <ResourceLink region={region} noun="roles" id={role.RoleName} />,
    },
    {
      id: "trusted",
      header: "Trusted entities",
      width: 360,
      text: ({ trusted }) => trusted.join(", ") || DASH,
    },
    {
      id: "activity",
      header: "Last activity",
      width: 260,
      text: ({ detail }) => timeOf(detail?.RoleLastUsed?.LastUsedDate),
    },
    {
      id: "created",
      header: "Creation time",
      width: 260,
      text: ({ role }) => timeOf(role.CreateDate),
      isHidden: true,
    },
    { id: "arn", header: "ARN", width: 420, text: ({ role }) => role.Arn ?? "", isHidden: true },
  ],
  actions: () => [],
  buttons: (selected, region) => [
    {
      id: "delete",
      text: "Delete",
      ...ofOne(selected, ({ role }) =>
        isOfService(role.Path)
          ? { disabledReason: "Its service deletes it." }
          : {
              dialog: (close) => (
                <DeleteRoleDialog region={region} name={role.RoleName ?? ""} close={close} />
              ),
            },
      ),
    },
  ],
  details,
  tabs,
};
export default ROLES;

/** A service-linked role, which its service alone changes. */
function isOfService(path: string | undefined): boolean {
  return path?.startsWith("/aws-service-role/") ?? false;
}

function details({ role, detail }: RoleRow): Field[] {
  const hours = (role.MaxSessionDuration ?? 3600) / 3600;
  const profiles = detail?.InstanceProfileList ?? [];
  return [
    { label: "Creation date", value: timeOf(role.CreateDate) },
    { label: "Last activity", value: timeOf(detail?.RoleLastUsed?.LastUsedDate) },
    { label: "ARN", value: <Copied text={role.Arn} label="ARN" /> },
    {
      label: "Instance profile ARN",
      value: profiles.length > 0 ? profiles.map((it) => <Profile key={it.Arn} arn={it.Arn} />) : DASH,
    },
    { label: "Maximum session duration", value: counted(hours, "hour") },
    { label: "Description", value: role.Description ?? DASH },
    { label: "Permissions boundary", value: detail?.PermissionsBoundary?.PermissionsBoundaryArn ?? DASH },
    { label: "Path", value: role.Path ?? DASH },
  ];
}

function Profile({ arn }: { arn: string | undefined }) {
  return <Copied text={arn} label="Instance profile ARN" />;
}

function tabs(row: RoleRow, region: string): Tab[] {
  const name = row.role.RoleName ?? "";
  return [
    {
      id: "permissions",
      label: "Permissions",
      content: <PermissionsTab region={region} holder={{ kind: "role", name }} />,
    },
    { id: "trust", label: "Trust relationships", content: <TrustTab row={row} region={region} /> },
    { id: "tags", label: "Tags", content: <IamTagsTab region={region} kind="roles" id={name} /> },
    missingTab("last-accessed", "Last Accessed"),
    missingTab("revoke-sessions", "Revoke sessions"),
  ];
}

function TrustTab({ row, region }: { row: RoleRow; region: string }) {
  const edit = href(region, ["roles", row.role.RoleName ?? "", "edit_trust"]);
  return (
    <SpaceBetween size="m">
      <Header
        variant="h3"
        description="Entities that can assume this role under specified conditions."
        actions={<Button href={edit}>Edit trust policy</Button>}
      >
        Trusted entities
      </Header>
      <DocumentView document={row.trust} />
    </SpaceBetween>
  );
}
