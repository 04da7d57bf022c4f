import type { ManagedPrefixList } from "@aws-sdk/client-ec2";
import { readPrefixLists } from "../clients/describe";
import { href } from "../frame/route";
import { Copied, State } from "../resources/cells";
import { capitalised, DASH } from "../resources/names";
import { type Action, type Field, NOT_THERE_YET, type Noun, ofOne, type Tab } from "../resources/noun";
import { TagsTab } from "../resources/TagsTab";
import { SmallTable } from "../table/SmallTable";
import { DeletePrefixListsDialog } from "./DeletePrefixListsDialog";
import { isOfAws, useAssociations, useEntries } from "./read";

const OF_AWS = "AWS manages it.";

const PREFIX_LISTS: Noun<ManagedPrefixList> = {
  path: "prefix_lists",
  one: "Prefix list",
  many: "managed prefix lists",
  title: "Managed prefix lists",
  about: "A prefix list is a set of CIDR blocks that rules and routes name together.",
  id: (it) => it.PrefixListId ?? "",
  heading: (it) => `${it.PrefixListId} / ${it.PrefixListName}`,
  tags: (it) => it.Tags,
  hasName: false,
  list: readPrefixLists,
  create: { text: "Create prefix list", path: "create" },
  columns: [
    { id: "list-name", width: 320, header: "Prefix list name", text: (it) => it.PrefixListName ?? DASH },
    {
      id: "max",
      header: "Max entries",
      text: (it) => String(it.MaxEntries ?? DASH),
      number: (it) => it.MaxEntries ?? 0,
    },
    { id: "family", header: "Address family", text: (it) => it.AddressFamily ?? DASH },
    {
      id: "state",
      width: 180,
      header: "State",
      text: (it) => capitalised(it.State),
      cell: (it) => <State of={it.State} />,
    },
    {
      id: "version",
      header: "Version",
      text: (it) => String(it.Version ?? DASH),
      number: (it) => it.Version ?? 0,
    },
    { id: "owner", header: "Owner ID", text: (it) => it.OwnerId ?? DASH },
  ],
  actions,
  details,
  tabs,
};
export default PREFIX_LISTS;

function actions(selected: ManagedPrefixList[], region: string): Action[] {
  const page = (it: ManagedPrefixList, ...rest: string[]) =>
    href(region, ["prefix_lists", PREFIX_LISTS.id(it), ...rest]);
  return [
    { id: "view", text: "View details", ...ofOne(selected, (it) => ({ href: page(it) })) },
    {
      id: "modify",
      text: "Modify prefix list",
      ...ofOne(selected, (it) => (isOfAws(it) ? { disabledReason: OF_AWS } : { href: page(it, "modify") })),
    },
    { id: "resize", text: "Resize prefix list", disabledReason: NOT_THERE_YET },
    { id: "restore", text: "Restore prefix list", disabledReason: NOT_THERE_YET },
    { id: "manage-tags", text: "Manage tags", disabledReason: NOT_THERE_YET },
    { id: "delete", text: "Delete prefix lists", ...deletion(selected, region) },
  ];
}

function deletion(selected: ManagedPrefixList[], region: string): Omit<Action, "id" | "text"> {
  if (selected.length === 0) return { disabledReason: "Select one first." };
  if (selected.some(isOfAws)) return { disabledReason: OF_AWS };
  return { dialog: (close) => <DeletePrefixListsDialog region={region} lists={selected} close={close} /> };
}

function details(list: ManagedPrefixList): Field[] {
  return [
    { label: "Prefix list ID", value: <Copied text={list.PrefixListId} label="Prefix list ID" /> },
    { label: "Prefix list name", value: list.PrefixListName ?? DASH },
    { label: "State", value: <State of={list.State} /> },
    { label: "Address family", value: list.AddressFamily ?? DASH },
    { label: "Max entries", value: String(list.MaxEntries ?? DASH) },
    { label: "Version", value: String(list.Version ?? DASH) },
    { label: "Prefix list ARN", value: <Copied text={list.PrefixListArn} label="Prefix list ARN" /> },
    { label: "Owner ID", value: list.OwnerId ?? DASH },
  ];
}

function tabs(list: ManagedPrefixList, region: string): Tab[] {
  const id = list.PrefixListId ?? "";
  return [
    { id: "entries", label: "Entries", content: <EntriesTab region={region} list={id} /> },
    { id: "associations", label: "Associations", content: <AssociationsTab region={region} list={id} /> },
    { id: "tags", label: "Tags", content: <TagsTab tags={list.Tags} /> },
  ];
}

function EntriesTab({ region, list }: { region: string; list: string }) {
  const entries = useEntries(region, list);
  return (
    <SmallTable
      title="Prefix list entries"
      items={entries.data ?? []}
      reading={entries}
      empty="No entries"
      columns={[
        { header: "CIDR", cell: (it) => it.Cidr },
        { header: "Description", cell: (it) => it.Description || DASH },
      ]}
    />
  );
}

function AssociationsTab({ region, list }: { region: string; list: string }) {
  const associations = useAssociations(region, list);
  return (
    <SmallTable
      title="Prefix list associations"
      items={associations.data ?? []}
      reading={associations}
      empty="No associations"
      columns={[
        { header: "Resource ID", cell: (it) => it.ResourceId },
        { header: "Resource owner", cell: (it) => it.ResourceOwner ?? DASH },
      ]}
    />
  );
}
