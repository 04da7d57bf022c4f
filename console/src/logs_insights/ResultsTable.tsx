import { GetLogRecordCommand } from "@aws-sdk/client-cloudwatch-logs";
import Box from "@cloudscape-design/components/box";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { failureOf, sentence } from "../clients/failure";
import { logs } from "../clients/logs";
import { readable } from "../log_events/message";
import { timestamp, type Zone } from "../time_range/zone";
import { columnsOf, compared, type Row, timeIn } from "./table";
import "../log_events/events.css";

const PAGE = 50;
const NUMBER_WIDTH = 190;
const COLUMN_WIDTH = 210;

/** A row, or below it one field of the whole record. */
interface Line {
  id: string;
  row: Row;
  field?: string;
  value?: string;
}

interface Props {
  region: string;
  rows: Row[];
  zone: Zone;
  isRunning: boolean;
}

/** What a query has found. A row opens to all fields of its record. */
export function ResultsTable({ region, rows, zone, isRunning }: Props) {
  const [page, setPage] = useState(1);
  const [sorting, setSorting] = useState<{ column: string; isDescending: boolean }>();
  const [records, setRecords] = useState<Record<number, [string, string][]>>({});
  const [expanded, setExpanded] = useState<number[]>([]);
  const columns = columnsOf(rows);
  const ordered = sorting ? sorted(rows, sorting.column, sorting.isDescending) : rows;
  const lines = ordered.slice((page - 1) * PAGE, page * PAGE).map((row) => ({ id: String(row.number), row }));
  const children = ({ row }: Line): Line[] =>
    (records[row.number] ?? Object.entries(row.values)).map(([field, value]) => ({
      id: `${row.number}/${field}`,
      row,
      field,
      value,
    }));
  const open = async ({ row }: Line) => {
    setExpanded((before) => [...before, row.number]);
    if (row.pointer === undefined) return;
    const fields = await record(region, row.pointer);
    setRecords((before) => ({ ...before, [row.number]: fields }));
  };
  return (
    <Table<Line>
      variant="embedded"
      resizableColumns
      contentDensity="compact"
      trackBy="id"
      items={lines}
      loading={isRunning && rows.length === 0}
      loadingText="The query is running"
      ariaLabels={{
        tableLabel: "Results",
        expandButtonLabel: ({ id }) => `Expand row ${id}`,
        collapseButtonLabel: ({ id }) => `Collapse row ${id}`,
      }}
      empty={
        <Box textAlign="center" color="text-body-secondary" padding="s">
          No records match. Choose a longer time range, other log groups or another filter.
        </Box>
      }
      expandableRows={{
        getItemChildren: children,
        isItemExpandable: ({ field }) => field === undefined,
        expandedItems: lines.filter(({ row }) => expanded.includes(row.number)),
        onExpandableItemToggle: ({ detail: { item, expanded: isOpen } }) => {
          if (isOpen) void open(item);
          else setExpanded((before) => before.filter((it) => it !== item.row.number));
        },
      }}
      {...(sorting && {
        sortingColumn: { sortingField: sorting.column },
        sortingDescending: sorting.isDescending,
      })}
      onSortingChange={({ detail }) =>
        setSorting({
          column: detail.sortingColumn.sortingField ?? "",
          isDescending: detail.isDescending ?? false,
        })
      }
      columnDefinitions={[
        {
          id: "#",
          header: "#",
          width: NUMBER_WIDTH,
          isRowHeader: true,
          cell: ({ row, field }) => field ?? row.number,
        },
        ...columns.map((column, at) => ({
          id: column,
          header: column,
          sortingField: column,
          width: column === "@message" ? 3 * COLUMN_WIDTH : COLUMN_WIDTH,
          cell: ({ row, field, value }: Line) => {
            if (field === undefined) return shown(row.values[column], zone);
            return at === 0 ? <Value of={value ?? ""} /> : "";
          },
        })),
      ]}
      footer={
        rows.length > PAGE && (
          <SpaceBetween size="s" alignItems="center">
            <Pagination
              currentPageIndex={page}
              pagesCount={Math.ceil(rows.length / PAGE)}
              onChange={({ detail }) => setPage(detail.currentPageIndex)}
            />
          </SpaceBetween>
        )
      }
    />
  );
}

function Value({ of: value }: { of: string }) {
  return <pre className="log-event-whole">{readable(value)}</pre>;
}

/** Times are in the timezone that somebody has chosen; everything else is as it came. */
function shown(value: string | undefined, zone: Zone): string {
  const time = timeIn(value);
  return time === undefined ? (value ?? "") : timestamp(time, zone);
}

function sorted(rows: Row[], column: string, isDescending: boolean): Row[] {
  const ordered = [...rows].sort((a, b) => compared(a.values[column], b.values[column]));
  return isDescending ? ordered.reverse() : ordered;
}

/** All fields of a record; or why they cannot be had, such as that it was deleted. */
async function record(region: string, logRecordPointer: string): Promise<[string, string][]> {
  try {
    const { logRecord = {} } = await logs(region).send(new GetLogRecordCommand({ logRecordPointer }));
    return Object.entries(logRecord);
  } catch (error) {
    return [["Not read", sentence(failureOf(error))]];
  }
}
