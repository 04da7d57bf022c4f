import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import SpaceBetween from "@cloudscape-design/components/space-between";
import SplitPanel from "@cloudscape-design/components/split-panel";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useReading } from "../clients/reading";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { ResourceTable } from "../table/ResourceTable";
import { ActionButtons } from "./ActionButtons";
import { ActionsMenu } from "./ActionsMenu";
import { useReadingWhileChanging } from "./changing";
import { Details } from "./Details";
import { counted, labelOf } from "./names";
import type { Noun } from "./noun";

const DETAILS = "details";

/** The list of a noun, with a panel below it for what is selected. `?id=…` shows one alone, as after it was created. */
export function ListPage<T>({ noun }: { noun: Noun<T> }) {
  const { route } = usePlace();
  const { region } = route;
  const only = route.query.get("id");
  const reading = useReading(`${noun.path}/${region}`, () => noun.list(region));
  useReadingWhileChanging(noun, reading);
  const [selected, select] = useState<string[]>(only ? [only] : []);
  const items = reading.data?.filter((item) => selected.includes(noun.id(item))) ?? [];
  const title = noun.title ?? noun.many;
  return (
    <Page
      title={title}
      contentType="table"
      closePanel={() => select([])}
      splitPanel={items.length > 0 ? <Selected noun={noun} items={items} region={region} /> : undefined}
    >
      <ResourceTable
        noun={noun}
        region={region}
        items={reading.data}
        failure={reading.failure}
        isLoading={reading.isLoading}
        at={reading.at}
        refresh={reading.refresh}
        selected={items.map(noun.id)}
        select={select}
        query={queryFor(only)}
        filter={(query) => {
          if (only && query.tokens.length === 0) go(href(region, [noun.path]), true);
        }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {noun.beside?.(items, region)}
            <ActionsMenu actions={noun.actions(items, region)} />
            <ActionButtons actions={noun.buttons?.(items, region) ?? []} />
          </SpaceBetween>
        }
      />
    </Page>
  );
}

function queryFor(id: string | null): PropertyFilterProps.Query {
  const tokens = id ? [{ propertyKey: "id", operator: "=" as const, value: id }] : [];
  return { tokens, operation: "and" };
}

function Selected<T>({ noun, items, region }: { noun: Noun<T>; items: T[]; region: string }) {
  const [item, ...others] = items;
  if (item === undefined || others.length > 0) {
    const many = counted(items.length, noun.one, noun.many);
    return (
      <SplitPanel header={`${many} selected`}>{items.map((it) => labelOf(noun, it)).join(", ")}</SplitPanel>
    );
  }
  const id = noun.id(item);
  const tabs = noun.tabs(item, region);
  // A page has its fields above the tabs; here they lead the first one.
  const more = tabs.find((it) => it.id === DETAILS);
  const details = {
    id: DETAILS,
    label: "Details",
    content: (
      <SpaceBetween size="l">
        <Details fields={noun.details(item, region)} />
        {more?.content}
      </SpaceBetween>
    ),
  };
  return (
    <SplitPanel header={labelOf(noun, item)}>
      <Tabs key={id} ariaLabel={`Tabs of ${id}`} tabs={[details, ...tabs.filter((it) => it !== more)]} />
    </SplitPanel>
  );
}
