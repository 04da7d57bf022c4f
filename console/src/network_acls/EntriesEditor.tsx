import AttributeEditor, { type AttributeEditorProps } from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { withChange, without } from "../forms/rows";
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
  const edit = (at: number, part: Partial<EntryRow>) => change(withChange(rows, at, part));
  const problems = (row: EntryRow) => (isChecked ? problemsOf(row, rows) : {});
  const definition: AttributeEditorProps.FieldDefinition<EntryRow>[] = [
    {
      label: "Rule number",
      control: (row, at) => (
        <Input
          value={row.number}
          ariaLabel="Rule number"
          inputMode="numeric"
          disabled={row.isLast}
          onChange={({ detail }) => edit(at, { number: detail.value })}
        />
      ),
      errorText: (row) => problems(row).number,
    },
    {
      label: "Type",
      control: (row, at) => (
        <TypeField of={row.traffic} isAcl isDisabled={row.isLast} edit={(traffic) => edit(at, { traffic })} />
      ),
    },
    {
      label: "Protocol",
      control: (row, at) => (
        <ProtocolField of={row.traffic} isAcl edit={(traffic) => edit(at, { traffic })} />
      ),
      errorText: (row) => problems(row).protocol,
    },
    {
      label: "Port range",
      control: (row, at) => <PortsField of={row.traffic} edit={(traffic) => edit(at, { traffic })} />,
      errorText: (row) => problems(row).ports,
    },
    {
      label: peer,
      control: (row, at) => (
        <Input
          value={row.cidr}
          ariaLabel={peer}
          disabled={row.isLast}
          onChange={({ detail }) => edit(at, { cidr: detail.value })}
        />
      ),
      errorText: (row) => problems(row).cidr,
    },
    {
      label: "Allow/Deny",
      control: (row, at) => (
        <Select
          selectedOption={ACTIONS.find((it) => it.value === row.action) ?? null}
          ariaLabel="Allow/Deny"
          disabled={row.isLast}
          options={ACTIONS}
          onChange={({ detail }) => edit(at, { action: detail.selectedOption.value as Action })}
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
      onRemoveButtonClick={({ detail }) => change(without(rows, detail.itemIndex))}
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
