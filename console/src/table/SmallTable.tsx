import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";

interface Props<T> {
  title: string;
  description?: ReactNode;
  items: readonly T[];
  columns: { header: string; cell: (item: T) => ReactNode }[];
  /** What stands there where there is none. */
  empty: string;
  actions?: ReactNode;
  isLoading?: boolean;
  variant?: TableProps.Variant;
  /** Where there is little room and much text, as in a dialog. */
  wrapLines?: boolean;
}

/** A table within a tab or a form: a few rows of what belongs to something else. */
export function SmallTable<T>({
  title,
  description,
  items,
  columns,
  empty,
  actions,
  isLoading,
  variant,
  wrapLines,
}: Props<T>) {
  return (
    <Table
      variant={variant ?? "borderless"}
      wrapLines={wrapLines ?? false}
      items={items}
      loading={isLoading ?? false}
      loadingText={`Loading ${title}`}
      ariaLabels={{ tableLabel: title }}
      columnDefinitions={columns.map(({ header, cell }) => ({ id: header, header, cell }))}
      header={
        <Header variant="h3" counter={`(${items.length})`} actions={actions} description={description}>
          {title}
        </Header>
      }
      empty={
        <Box textAlign="center" color="text-body-secondary" padding="s">
          {empty}
        </Box>
      }
    />
  );
}
