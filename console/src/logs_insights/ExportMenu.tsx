import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { failureOf } from "../clients/failure";
import { fail, succeed } from "../frame/flash";
import { csv, download } from "../table/csv";
import { columnsOf, type Row } from "./table";

/** Takes the results elsewhere: as a file, or by the clipboard. */
export function ExportMenu({ rows }: { rows: Row[] }) {
  const run = (id: string) => {
    if (id === "csv") download("logs-insights-results.csv", asCsv(rows), "text/csv");
    if (id === "json") download("logs-insights-results.json", asJson(rows), "application/json");
    if (id === "copy-csv") void copy(asCsv(rows));
    if (id === "copy-json") void copy(asJson(rows));
  };
  return (
    <ButtonDropdown
      disabled={rows.length === 0}
      items={[
        { id: "csv", text: "Download table (CSV)" },
        { id: "json", text: "Download table (JSON)" },
        { id: "copy-csv", text: "Copy to clipboard (CSV)" },
        { id: "copy-json", text: "Copy to clipboard (JSON)" },
      ]}
      onItemClick={({ detail }) => run(detail.id)}
    >
      Export results
    </ButtonDropdown>
  );
}

function asCsv(rows: Row[]): string {
  const columns = columnsOf(rows);
  return csv(
    columns,
    rows.map((row) => columns.map((it) => row.values[it] ?? "")),
  );
}

function asJson(rows: Row[]): string {
  return JSON.stringify(
    rows.map((row) => row.values),
    null,
    2,
  );
}

async function copy(text: string) {
  try {
    await navigator.clipboard.writeText(text);
    succeed("The results were copied.");
  } catch (error) {
    fail("The results could not be copied", failureOf(error));
  }
}
