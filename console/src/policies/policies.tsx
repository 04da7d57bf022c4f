import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { href } from "../frame/route";
import { IamTagsTab } from "../iam/IamTagsTab";
import { Copied } from "../resources/cells";
import { DASH } from "../resources/names";
import { type Action, type Field, missingTab, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { timeOf } from "../resources/times";
import { DeletePolicyDialog } from "./DeletePolicyDialog";
import { EntitiesTab } from "./EntitiesTab";
import { isOfAws, typeOf, usedAs } from "./kind";
import { type PolicyRow, readPolicyRows } from "./read";
import { Version, VersionsTab } from "./VersionsTab";

const POLICIES: Noun<PolicyRow> = {
  path: "policies",
  one: "Policy",
  many: "policies",
  title: "Policies",
  label: ({ policy }) => policy.PolicyName ?? "",
  isGlobal: true,
  about: "A policy is an object in AWS that defines permissions.",
  id: ({ policy }) => policy.Arn ?? "",
  tags: () => undefined,
  hasName: false,
  list: readPolicyRows,
  create: { text: "Create policy", path: "create" },
  columns: [
    {
      id: "id",
      header: "Policy name",
      width: 340,
      text: ({ policy }) => policy.PolicyName ?? "",
      cell: ({ policy }, region) => (
        <Link href={href(region, ["policies", policy.Arn ?? ""])}>{policy.PolicyName}</Link>
      ),
    },
    { id: "type", header: "Type", width: 220, text: ({ policy }) => typeOf(policy) },
    { id: "used", header: "Used as", width: 220, text: ({ policy }) => usedAs(policy) },
    { id: "description", header: "Description", width: 360, text: ({ description }) => description ?? DASH },
    {
      id: "created",
      header: "Creation time",
      width: 260,
      text: ({ policy }) => timeOf(policy.CreateDate),
      isHidden: true,
    },
    { id: "arn", header: "ARN", width: 420, text: ({ policy }) => policy.Arn ?? "", isHidden: true },
  ],
  actions,
  buttons: (selected, region) => [
    {
      id: "delete",
      text: "Delete",
      ...ofOne(selected, ({ policy }) =>
        isOfAws(policy)
          ? { disabledReason: "AWS's own policies stay." }
          : { dialog: (close) => <DeletePolicyDialog region={region} policy={policy} close={close} /> },
      ),
    },
  ],
  details,
  tabs,
};
export default POLICIES;

function actions(selected: PolicyRow[], region: string): Action[] {
  const page = (name: string) =>
    ofOne(selected, (it) => ({ href: href(region, ["policies", POLICIES.id(it), name]) }));
  return [
    { id: "attach", text: "Attach", ...page("attach") },
    {
      id: "detach",
      text: "Detach",
      ...ofOne(selected, (it) => ({
        href: href(region, ["policies", POLICIES.id(it)], { tab: "entities" }),
      })),
    },
    {
      id: "edit",
      text: "Edit policy",
      ...ofOne(selected, (it) =>
        isOfAws(it.policy)
          ? { disabledReason: "AWS's own policies stay as they are." }
          : { href: href(region, ["policies", POLICIES.id(it), "edit"]) },
      ),
    },
  ];
}

function details({ policy, description }: PolicyRow): Field[] {
  return [
    { label: "Type", value: typeOf(policy) },
    { label: "Creation time", value: timeOf(policy.CreateDate) },
    { label: "Edited time", value: timeOf(policy.UpdateDate) },
    { label: "ARN", value: <Copied text={policy.Arn} label="ARN" /> },
    { label: "Used as", value: usedAs(policy) },
    { label: "Description", value: description ?? DASH },
    { label: "Path", value: policy.Path ?? DASH },
    { label: "Policy ID", value: policy.PolicyId ?? DASH },
  ];
}

function tabs({ policy }: PolicyRow, region: string): Tab[] {
  const arn = policy.Arn ?? "";
  return [
    { id: "permissions", label: "Permissions", content: <Permissions of={policy} region={region} /> },
    {
      id: "entities",
      label: "Entities attached",
      content: <EntitiesTab region={region} arn={arn} name={policy.PolicyName ?? ""} />,
    },
    // AWS's own have none, and are not to be asked for any.
    {
      id: "tags",
      label: "Tags",
      content: isOfAws(policy) ? (
        <TagsTab tags={[]} />
      ) : (
        <IamTagsTab region={region} kind="policies" id={arn} />
      ),
    },
    {
      id: "versions",
      label: "Policy versions",
      content: <VersionsTab region={region} arn={arn} isFixed={isOfAws(policy)} />,
    },
    missingTab("last-accessed", "Last Accessed"),
  ];
}

function Permissions({ of, region }: { of: PolicyRow["policy"]; region: string }) {
  const { Arn = "", DefaultVersionId = "" } = of;
  const edit = <Button href={href(region, ["policies", Arn, "edit"])}>Edit</Button>;
  return (
    <SpaceBetween size="m">
      <Header variant="h3" actions={!isOfAws(of) && edit}>
        Permissions defined in this policy
      </Header>
      <Version region={region} arn={Arn} version={DefaultVersionId} />
    </SpaceBetween>
  );
}
