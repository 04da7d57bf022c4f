import { SmallTable } from "../table/SmallTable";
import { useFields } from "./read";

/** The fields that queries can name, as the first selected group's events have them. */
export function FieldsPanel({ region, group }: { region: string; group: string }) {
  const fields = useFields(region, group);
  return (
    <SmallTable
      title="Discovered fields"
      items={fields.data ?? []}
      reading={fields}
      empty={group ? "No events, hence no fields yet." : "Select a log group first."}
      columns={[
        { header: "Field", cell: (it) => it.name },
        { header: "Events", cell: (it) => `${it.percent ?? 0}%` },
      ]}
    />
  );
}
