import AttributeEditor, { type AttributeEditorProps } from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { PortsField, ProtocolField, TypeField } from "../rules/TrafficFields";
import { type Action, type EntryRow, problemsOf, sorted, withNew } from "./rules";

interface Props {
  rows: EntryRow[];
  change: (rows: EntryRow[]) => void;
  isEgress: boolean;
  /** Whether somebody has tried to save, and is told what is wrong. */
  isChecked: boolean;
}

const ACTIONS: { value: Action; label: string }[] = [
  { value: "allow", label: "Allow" },
  { value: "deny", label: "Deny" },
];

/** The rows of rules in the form of a network ACL. */
export function EntriesEditor({ rows, change, isEgress, isChecked }: Props) {
  const peer = isEgress ? "Destination" : "Source";
  const edit = ({ key }: EntryRow, part: Partial<EntryRow>) =>
    change(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const problems = (row: EntryRow) => (isChecked ? problemsOf(row, rows) : {});
  const definition: AttributeEditorProps.FieldDefinition<EntryRow>[] = [
    {
      label: "Rule number",
      control: (row) => (
        <Input
          value={row.number}
          ariaLabel="Rule number"
          inputMode="numeric"
          disabled={row.isLast}
          onChange={({ detail }) => edit(row, { number: detail.value })}
        />
      ),
      errorText: (row) => problems(row).number,
    },
    {
      label: "Type",
      control: (row) => (
        <TypeField
          of={row.traffic}
          isAcl
          isDisabled={row.isLast}
          edit={(traffic) => edit(row, { traffic })}
        />
      ),
    },
    {
      label: "Protocol",
      control: (row) => <ProtocolField of={row.traffic} isAcl edit={(traffic) => edit(row, { traffic })} />,
      errorText: (row) => problems(row).protocol,
    },
    {
      label: "Port range",
      control: (row) => <PortsField of={row.traffic} edit={(traffic) => edit(row, { traffic })} />,
      errorText: (row) => problems(row).ports,
    },
    {
      label: peer,
      control: (row) => (
        <Input
          value={row.cidr}
          ariaLabel={peer}
          disabled={row.isLast}
          onChange={({ detail }) => edit(row, { cidr: detail.value })}
        />
      ),
      errorText: (row) => problems(row).cidr,
    },
    {
      label: "Allow/Deny",
      control: (row) => (
        <Select
          selectedOption={ACTIONS.find((it) => it.value === row.action) ?? null}
          ariaLabel="Allow/Deny"
          disabled={row.isLast}
          options={ACTIONS}
          onChange={({ detail }) => edit(row, { action: detail.selectedOption.value as Action })}
        />
      ),
    },
  ];
  return (
    <AttributeEditor
      items={rows}
      empty="No rules"
      addButtonText="Add new rule"
      removeButtonText="Remove"
      removeButtonAriaLabel={(row) => `Remove rule ${row.number}`}
      isItemRemovable={(row) => !row.isLast}
      onAddButtonClick={() => change(withNew(rows))}
      onRemoveButtonClick={({ detail }) => change(rows.filter((_, at) => at !== detail.itemIndex))}
      additionalActions={
        <Button formAction="none" onClick={() => change(sorted(rows))}>
          Sort by rule number
        </Button>
      }
      definition={definition}
      gridLayout={LAYOUT}
    />
  );
}

/** In a narrow window a rule has two lines. */
const LAYOUT: AttributeEditorProps.GridLayout[] = [
  { breakpoint: "s", rows: [[3, 5, 4, 3, 5, 3]], removeButton: { width: "auto" } },
  {
    rows: [
      [3, 5, 4],
      [3, 5, 3],
    ],
  },
];
