import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Pagination from "@cloudscape-design/components/pagination";
import PropertyFilter, { type PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type Dispatch, type ReactNode, type SetStateAction, useEffect, useMemo } from "react";
import { type Failure, failureOf, sentence } from "../clients/failure";
import { refreshAll } from "../clients/reading";
import { fail, succeed } from "../frame/flash";
import { href } from "../frame/route";
import { ResourceLink } from "../resources/cells";
import { labelOf, nameOf } from "../resources/names";
import type { Column, Noun } from "../resources/noun";
import { rename } from "../resources/rename";
import { Unread } from "../resources/Unread";
import { csv, download } from "./csv";
import { usePreferences } from "./preferences";

/** How wide a column is at first, in pixels, by its header. */
const SMALLEST_WIDTH = 130;
const LETTER_WIDTH = 9;
const HEADER_PADDING = 50;
const ID_WIDTH = 230;
const NAME_WIDTH = 200;
const PAGE_SIZES = [10, 25, 50, 100].map((value) => ({ value, label: `${value} rows` }));

interface Props<T> {
  noun: Noun<T>;
  region: string;
  items: T[] | undefined;
  failure: Failure | undefined;
  isLoading: boolean;
  /** When the items were read, in milliseconds. */
  at: number | undefined;
  refresh: () => void;
  /** Identifiers. */
  selected: string[];
  select: Dispatch<SetStateAction<string[]>>;
  query: PropertyFilterProps.Query;
  filter: (query: PropertyFilterProps.Query) => void;
  /** The menu Actions and the like, left of the button that creates. */
  actions: ReactNode;
}

/** Every list of resources: columns, filter, preferences, pages, export, selection, names that can be changed in place. */
export function ResourceTable<T>(props: Props<T>) {
  const { noun, region, items, failure, isLoading, at, refresh, selected, select, query, filter, actions } =
    props;
  const columns = useMemo(() => allColumns(noun), [noun]);
  const [preferences, choose] = usePreferences(noun.path, columns);
  const rows = useMemo(() => (items ?? []).map((item) => row(noun, columns, item)), [items, noun, columns]);
  const chosen = new Set(selected);
  const collection = useCollection(rows, {
    propertyFiltering: {
      filteringProperties: [...columns.map(property), ...tagProperties(noun, items ?? [])],
      defaultQuery: query,
      empty: <Empty noun={noun} region={region} />,
      noMatch: <NoMatch clear={() => clear()} />,
    },
    pagination: { pageSize: preferences.pageSize ?? 50 },
    sorting: {},
    selection: { trackBy: "id", keepSelection: true },
  });
  const clear = () => collection.actions.setPropertyFiltering({ tokens: [], operation: "and" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever leads here with another filter sets it; typing reports back
  useEffect(() => collection.actions.setPropertyFiltering(query), [JSON.stringify(query)]);
  const title = noun.title ?? noun.many;
  const exported = () => {
    const shown = columns.filter((it) =>
      preferences.contentDisplay?.some((c) => c.id === it.id && c.visible),
    );
    const texts = rows.map((it) => shown.map((column) => it.texts[column.id] ?? ""));
    download(
      `${noun.path}.csv`,
      csv(
        shown.map((it) => it.header),
        texts,
      ),
      "text/csv",
    );
  };
  return (
    <Table
      {...collection.collectionProps}
      variant="full-page"
      stickyHeader
      resizableColumns
      enableKeyboardNavigation
      trackBy="id"
      items={collection.items}
      loading={isLoading && !items}
      loadingText={`Loading ${noun.many}`}
      empty={
        failure ? (
          <Unread things="This list" failure={failure} refresh={refresh} />
        ) : (
          collection.collectionProps.empty
        )
      }
      selectionType="multi"
      selectedItems={rows.filter((it) => chosen.has(it.id))}
      onSelectionChange={({ detail }) => select(detail.selectedItems.map((it) => it.id))}
      onRowClick={({ detail }) => select([detail.item.id])}
      columnDefinitions={columns.map((column) => definition(noun, region, column))}
      columnDisplay={preferences.contentDisplay ?? []}
      wrapLines={preferences.wrapLines ?? false}
      submitEdit={(it, _, name) => renamed(noun, region, it.item, String(name ?? ""))}
      ariaLabels={{
        tableLabel: title,
        selectionGroupLabel: `Selection of ${noun.many}`,
        allItemsSelectionLabel: () => `Select all ${noun.many}`,
        itemSelectionLabel: (_, it) => `Select ${labelOf(noun, it.item)}`,
        activateEditLabel: (_, it) => `Edit name of ${it.id}`,
        cancelEditLabel: () => "Cancel",
        submitEditLabel: () => "Save",
      }}
      header={
        <Header
          variant="awsui-h1-sticky"
          counter={counter(selected.length, items?.length)}
          description={<LastUpdated at={at} failure={failure} />}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel={`Refresh ${noun.many}`}
                loading={isLoading}
                onClick={refresh}
              />
              <Button iconName="download" ariaLabel="Export to CSV" onClick={exported} />
              {actions}
              {noun.create && (
                <Button variant="primary" href={href(region, [noun.path, noun.create.path])}>
                  {noun.create.text}
                </Button>
              )}
            </SpaceBetween>
          }
        >
          {title}
        </Header>
      }
      filter={
        <PropertyFilter
          {...collection.propertyFilterProps}
          onChange={({ detail }) => {
            collection.actions.setPropertyFiltering(detail);
            filter(detail);
          }}
          countText={`${collection.filteredItemsCount ?? 0} matches`}
          filteringPlaceholder={`Find ${noun.many} by attribute or tag`}
          filteringAriaLabel={`Find ${noun.many} by attribute or tag`}
          expandToViewport
        />
      }
      pagination={<Pagination {...collection.paginationProps} />}
      preferences={
        <CollectionPreferences
          title="Preferences"
          confirmLabel="Confirm"
          cancelLabel="Cancel"
          preferences={preferences}
          onConfirm={({ detail }) => choose(detail)}
          pageSizePreference={{ title: "Page size", options: PAGE_SIZES }}
          wrapLinesPreference={{ label: "Wrap lines", description: "Show all of a text" }}
          contentDisplayPreference={{
            title: "Columns",
            options: columns.map(({ id, header }) => ({ id, label: header, alwaysVisible: id === "id" })),
          }}
        />
      }
    />
  );
}

/** An item with its texts at hand, which filter and sorting go over. */
interface Row<T> {
  id: string;
  item: T;
  texts: Record<string, string>;
  [property: string]: unknown;
}

function row<T>(noun: Noun<T>, columns: Column<T>[], item: T): Row<T> {
  const texts = Object.fromEntries(columns.map((column) => [column.id, column.text(item)]));
  const tags = Object.fromEntries((noun.tags(item) ?? []).map((tag) => [`tag:${tag.Key}`, tag.Value ?? ""]));
  return { ...texts, ...tags, texts, item, id: noun.id(item) };
}

/** Name, identifier, and the noun's own, which may have the identifier at another place. */
function allColumns<T>(noun: Noun<T>): Column<T>[] {
  const name: Column<T> = {
    id: "name",
    header: "Name",
    text: (item) => nameOf(noun, item),
    width: NAME_WIDTH,
  };
  const id: Column<T> = {
    id: "id",
    header: `${noun.one} ID`,
    text: noun.id,
    width: ID_WIDTH,
    cell: (item, region) => <ResourceLink region={region} noun={noun.path} id={noun.id(item)} />,
  };
  const hasId = noun.columns.some((column) => column.id === id.id);
  return [...(noun.hasName ? [name] : []), ...(hasId ? [] : [id]), ...noun.columns];
}

function definition<T>(
  noun: Noun<T>,
  region: string,
  column: Column<T>,
): TableProps.ColumnDefinition<Row<T>> {
  const { id, header, text, cell, number } = column;
  const compare = number
    ? (a: Row<T>, b: Row<T>) => number(a.item) - number(b.item)
    : (a: Row<T>, b: Row<T>) => text(a.item).localeCompare(text(b.item), "en", { numeric: true });
  const editConfig: TableProps.EditConfig<Row<T>, string> = {
    ariaLabel: "Edit Name",
    editIconAriaLabel: "editable",
    validation: (_, value) => ((value ?? "").length > 256 ? "A name has up to 256 characters." : undefined),
    editingCell: (it, { currentValue, setValue }) => (
      <Input
        autoFocus
        ariaLabel="Edit Name"
        value={currentValue ?? nameOf(noun, it.item)}
        onChange={({ detail }) => setValue(detail.value)}
      />
    ),
  };
  return {
    id,
    header,
    minWidth: 90,
    width: column.width ?? Math.max(SMALLEST_WIDTH, header.length * LETTER_WIDTH + HEADER_PADDING),
    isRowHeader: id === "id",
    sortingComparator: compare,
    cell: (it) => (cell ? cell(it.item, region) : text(it.item) || "–"),
    ...(id === "name" ? { editConfig } : {}),
  };
}

function property<T>(column: Column<T>): PropertyFilterProps.FilteringProperty {
  return {
    key: column.id,
    propertyLabel: column.header,
    groupValuesLabel: `Values of ${column.header}`,
    operators: ["=", "!=", ":", "!:", "^"],
  };
}

function tagProperties<T>(noun: Noun<T>, items: T[]): PropertyFilterProps.FilteringProperty[] {
  const keys = new Set(items.flatMap((item) => (noun.tags(item) ?? []).map((tag) => tag.Key ?? "")));
  keys.delete("Name");
  return [...keys].map((key) => ({
    key: `tag:${key}`,
    propertyLabel: `Tag: ${key}`,
    groupValuesLabel: `Values of the tag ${key}`,
    operators: ["=", "!=", ":", "!:"],
  }));
}

function counter(selected: number, all: number | undefined): string {
  if (all === undefined) return "";
  return selected ? `(${selected}/${all})` : `(${all})`;
}

function LastUpdated({ at, failure }: { at: number | undefined; failure: Failure | undefined }) {
  if (at === undefined) return null;
  if (failure) {
    return <StatusIndicator type="error">It could not be read again. {sentence(failure)}</StatusIndicator>;
  }
  const minutes = Math.floor((Date.now() - at) / 60_000);
  return minutes < 1 ? "Last updated less than a minute ago" : `Last updated ${minutes} minutes ago`;
}

function Empty<T>({ noun, region }: { noun: Noun<T>; region: string }) {
  return (
    <Box textAlign="center" color="inherit" padding={{ vertical: "m" }}>
      <SpaceBetween size="s">
        <Box variant="strong">{`No ${noun.many} found${noun.isGlobal ? "" : " in this Region"}`}</Box>
        <Box variant="p" color="text-body-secondary">
          {noun.about}
        </Box>
        {noun.create && (
          <Button href={href(region, [noun.path, noun.create.path])}>{noun.create.text}</Button>
        )}
      </SpaceBetween>
    </Box>
  );
}

function NoMatch({ clear }: { clear: () => void }) {
  return (
    <Box textAlign="center" color="inherit" padding={{ vertical: "m" }}>
      <SpaceBetween size="s">
        <Box variant="strong">No matches</Box>
        <Button onClick={clear}>Clear filters</Button>
      </SpaceBetween>
    </Box>
  );
}

async function renamed<T>(noun: Noun<T>, region: string, item: T, name: string) {
  try {
    await rename(region, noun.id(item), name);
    succeed(`The name of ${noun.id(item)} was changed.`);
  } catch (error) {
    fail(`The name of ${noun.id(item)} was not changed`, failureOf(error));
    throw error;
  } finally {
    await refreshAll();
  }
}
