import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { isAwaited, type Rows } from "../clients/reading";
import { Unread } from "../resources/Unread";

interface Props<T> {
  title: string;
  description?: ReactNode;
  items: readonly T[];
  columns: { header: string; cell: (item: T) => ReactNode }[];
  /** What stands there where there is none. */
  empty: string;
  actions?: ReactNode;
  /** Where the rows were read for themselves: they may be on their way, or refused. */
  reading?: Rows;
  variant?: TableProps.Variant;
  /** Where there is little room and much text, as in a dialog. */
  wrapLines?: boolean;
  /** A field that narrows what is shown. */
  filter?: ReactNode;
  /** Where rows are chosen, for the actions beside the title. */
  selection?: Selection<T>;
}

interface Selection<T> {
  /** What is chosen from, in the labels: `flow logs`. */
  things: string;
  id: (item: T) => string;
  /** How a row is called by whoever does not see it. */
  name: (item: T) => string;
  /** Identifiers. */
  chosen: string[];
  choose: (ids: string[]) => void;
}

/** A table within a tab or a form: a few rows of what belongs to something else. */
export function SmallTable<T>({
  title,
  description,
  items,
  columns,
  empty,
  actions,
  reading,
  variant,
  wrapLines,
  selection,
  filter,
}: Props<T>) {
  const failure = reading?.failure;
  return (
    <Table
      {...(selection && selectionOf(items, selection))}
      variant={variant ?? "borderless"}
      wrapLines={wrapLines ?? false}
      // What was there before may be otherwise by now.
      items={failure ? [] : items}
      loading={reading !== undefined && isAwaited(reading)}
      loadingText={`Loading ${title}`}
      filter={filter}
      ariaLabels={labels(title, selection)}
      columnDefinitions={columns.map(({ header, cell }) => ({ id: header, header, cell }))}
      header={
        <Header variant="h3" counter={`(${items.length})`} actions={actions} description={description}>
          {title}
        </Header>
      }
      empty={
        failure ? (
          <Unread things={title} failure={failure} refresh={reading.refresh} />
        ) : (
          <Box textAlign="center" color="text-body-secondary" padding="s">
            {empty}
          </Box>
        )
      }
    />
  );
}

function selectionOf<T>(items: readonly T[], { id, chosen, choose }: Selection<T>) {
  return {
    selectionType: "multi",
    trackBy: id,
    selectedItems: items.filter((it) => chosen.includes(id(it))),
    onSelectionChange: ({ detail }) => choose(detail.selectedItems.map(id)),
  } satisfies Partial<TableProps<T>>;
}

function labels<T>(title: string, selection: Selection<T> | undefined): TableProps.AriaLabels<T> {
  if (!selection) return { tableLabel: title };
  return {
    tableLabel: title,
    selectionGroupLabel: `Selection of ${selection.things}`,
    allItemsSelectionLabel: () => `Select all ${selection.things}`,
    itemSelectionLabel: (_, it) => `Select ${selection.name(it)}`,
  };
}
