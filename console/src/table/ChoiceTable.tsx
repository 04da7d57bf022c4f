import { useCollection } from "@cloudscape-design/collection-hooks";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { ReactNode } from "react";
import { isAwaited, type Rows } from "../clients/reading";
import { counted } from "../resources/names";
import { Unread } from "../resources/Unread";

interface Props<T> {
  title: string;
  description?: string;
  /** What is chosen from, in the labels: `subnets`. */
  things: string;
  items: T[];
  reading: Rows;
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
  /** Where there may be many: a field that finds them by their names, and pages; and what else a row has to be to be shown. */
  find?: { placeholder: string; beside?: ReactNode; fits?: (item: T) => boolean };
  actions?: ReactNode;
}

/** How many rows a page has, where there are pages. */
const PAGE_SIZE = 20;

/** A table within a form, of which several rows are chosen. What is chosen stays so when it is not shown. */
export function ChoiceTable<T>(props: Props<T>) {
  const { title, description, things, items, reading, id, name, columns, empty, chosen, choose } = props;
  const { isFixed, find, actions } = props;
  const collection = useCollection(items, {
    filtering: {
      filteringFunction: (item, text) =>
        name(item).toLowerCase().includes(text.trim().toLowerCase()) && (find?.fits?.(item) ?? true),
      noMatch: `No ${things} are called that.`,
    },
    ...(find && { pagination: { pageSize: PAGE_SIZE } }),
  });
  const selected = items.filter((it) => chosen.includes(id(it)));
  const hidden = () => selected.map(id).filter((it) => !collection.items.some((shown) => id(shown) === it));
  return (
    <Table
      variant="container"
      trackBy={id}
      items={collection.items}
      loading={isAwaited(reading)}
      loadingText={`Loading ${things}`}
      selectionType="multi"
      selectedItems={collection.items.filter((it) => chosen.includes(id(it)))}
      isItemDisabled={isFixed}
      onSelectionChange={({ detail }) => choose([...hidden(), ...detail.selectedItems.map(id)])}
      ariaLabels={{
        tableLabel: title,
        selectionGroupLabel: `Selection of ${things}`,
        allItemsSelectionLabel: () => `Select all ${things}`,
        itemSelectionLabel: (_, it) => `Select ${name(it)}`,
      }}
      header={
        <Header
          variant="h2"
          counter={`(${selected.length}/${items.length})`}
          description={description}
          actions={actions}
        >
          {title}
        </Header>
      }
      filter={
        find && (
          <SpaceBetween direction="horizontal" size="xs">
            <TextFilter
              {...collection.filterProps}
              filteringPlaceholder={find.placeholder}
              filteringAriaLabel={find.placeholder}
              countText={counted(collection.filteredItemsCount ?? 0, "match", "matches")}
            />
            {find.beside}
          </SpaceBetween>
        )
      }
      pagination={find && <Pagination {...collection.paginationProps} />}
      empty={
        reading.failure ? (
          <Unread things={title} failure={reading.failure} refresh={reading.refresh} />
        ) : items.length > 0 ? (
          collection.collectionProps.empty
        ) : (
          empty
        )
      }
      columnDefinitions={columns.map(({ header, cell }) => ({ id: header, header, cell }))}
    />
  );
}
