import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import { withChange, without } from "../forms/rows";
import { type EntryRow, type Family, problemOf } from "./entries";

interface Props {
  rows: EntryRow[];
  change: (rows: EntryRow[]) => void;
  family: Family;
  /** Whether somebody has tried to save, and is told what is wrong. */
  isChecked: boolean;
}

/** The container Prefix list entries of both forms. */
export function EntriesEditor({ rows, change, family, isChecked }: Props) {
  const edit = (at: number, part: Partial<EntryRow>) => change(withChange(rows, at, part));
  return (
    <Container header={<Header variant="h2">Prefix list entries</Header>}>
      <AttributeEditor
        items={rows}
        empty="No prefix list entries"
        addButtonText="Add new entry"
        removeButtonText="Remove"
        removeButtonAriaLabel={(row) => `Remove entry ${row.cidr}`}
        onAddButtonClick={() => change([...rows, { cidr: "", description: "" }])}
        onRemoveButtonClick={({ detail }) => change(without(rows, detail.itemIndex))}
        definition={[
          {
            label: "CIDR blocks",
            control: (row, at) => (
              <Input
                value={row.cidr}
                ariaLabel="CIDR blocks"
                onChange={({ detail }) => edit(at, { cidr: detail.value })}
              />
            ),
            errorText: (row) => (isChecked ? problemOf(row, rows, family) : undefined),
          },
          {
            label: "Description – optional",
            control: (row, at) => (
              <Input
                value={row.description}
                ariaLabel="Description – optional"
                onChange={({ detail }) => edit(at, { description: detail.value })}
              />
            ),
          },
        ]}
      />
    </Container>
  );
}
