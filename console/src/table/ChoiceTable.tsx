import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";

interface Props<T> {
  title: string;
  description?: string;
  /** What is chosen from, in the labels: `subnets`. */
  things: string;
  items: T[];
  isLoading: boolean;
  id: (item: T) => string;
  /** How a row is called by whoever does not see it. */
  name: (item: T) => string;
  columns: { header: string; cell: (item: T) => ReactNode }[];
  empty: string;
  /** Identifiers. */
  chosen: string[];
  choose: (ids: string[]) => void;
  /** Whether a row stays as it is. */
  isFixed?: (item: T) => boolean;
}

/** A table within a form, of which several rows are chosen. */
export function ChoiceTable<T>(props: Props<T>) {
  const { title, description, things, items, isLoading, id, name, columns, empty, chosen, choose, isFixed } =
    props;
  const selected = items.filter((it) => chosen.includes(id(it)));
  return (
    <Table
      variant="container"
      trackBy={id}
      items={items}
      loading={isLoading}
      loadingText={`Loading ${things}`}
      selectionType="multi"
      selectedItems={selected}
      isItemDisabled={isFixed}
      onSelectionChange={({ detail }) => choose(detail.selectedItems.map(id))}
      ariaLabels={{
        tableLabel: title,
        selectionGroupLabel: `Selection of ${things}`,
        allItemsSelectionLabel: () => `Select all ${things}`,
        itemSelectionLabel: (_, it) => `Select ${name(it)}`,
      }}
      header={
        <Header variant="h2" counter={`(${selected.length}/${items.length})`} description={description}>
          {title}
        </Header>
      }
      empty={empty}
      columnDefinitions={columns.map(({ header, cell }) => ({ id: header, header, cell }))}
    />
  );
}
