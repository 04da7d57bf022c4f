import Alert from "@cloudscape-design/components/alert";
import { sentence } from "../clients/failure";
import { SmallTable } from "../table/SmallTable";
import { useFields } from "./read";

/** The fields that queries can name, as the first selected group's events have them. */
export function FieldsPanel({ region, group }: { region: string; group: string }) {
  const fields = useFields(region, group);
  if (fields.failure) return <Alert type="error">{sentence(fields.failure)}</Alert>;
  return (
    <SmallTable
      title="Discovered fields"
      items={fields.data ?? []}
      isLoading={fields.isLoading && !fields.data}
      empty={group ? "No events, hence no fields yet." : "Select a log group first."}
      columns={[
        { header: "Field", cell: (it) => it.name },
        { header: "Events", cell: (it) => `${it.percent ?? 0}%` },
      ]}
    />
  );
}
