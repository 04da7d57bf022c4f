import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { type Reading, useReading } from "../clients/reading";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { ActionButtons } from "./ActionButtons";
import { ActionsMenu } from "./ActionsMenu";
import { useReadingWhileChanging } from "./changing";
import { Details } from "./Details";
import { labelOf } from "./names";
import type { Noun } from "./noun";
import { RefreshButton } from "./RefreshButton";
import { Unread } from "./Unread";

/** One resource: its fields, its tabs, its actions. `?tab=…` is the tab. */
export function DetailsPage<T>({ noun, id }: { noun: Noun<T>; id: string }) {
  const { region } = usePlace().route;
  const reading = useReading(`${noun.path}/${region}`, () => noun.list(region));
  useReadingWhileChanging(noun, reading);
  const item = reading.data?.find((it) => noun.id(it) === id);
  const title = noun.title ?? noun.many;
  return (
    <Page
      title={item === undefined || !noun.label ? id : noun.label(item)}
      above={[{ text: title, path: [noun.path] }]}
    >
      {item === undefined ? (
        <Missing noun={noun} id={id} region={region} reading={reading} />
      ) : (
        <Found noun={noun} item={item} region={region} reading={reading} />
      )}
    </Page>
  );
}

interface Shown<T> {
  noun: Noun<T>;
  region: string;
  reading: Reading<T[]>;
}

function Found<T>({ noun, item, region, reading }: Shown<T> & { item: T }) {
  const { route } = usePlace();
  const id = noun.id(item);
  const tabs = noun.tabs(item, region);
  const active = route.query.get("tab") ?? tabs[0]?.id ?? "";
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <RefreshButton label="Refresh" reading={reading} />
              {noun.beside?.([item], region)}
              <ActionsMenu actions={noun.actions([item], region)} />
              <ActionButtons actions={noun.buttons?.([item], region) ?? []} />
            </SpaceBetween>
          }
        >
          {noun.heading?.(item) ?? labelOf(noun, item)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {reading.failure && (
          <Unread things={`${id} as it is now`} failure={reading.failure} refresh={reading.refresh} />
        )}
        {noun.notice?.(item)}
        <Container header={<Header variant="h2">{noun.summary ?? "Details"}</Header>}>
          <Details fields={noun.details(item, region)} />
        </Container>
        <Tabs
          ariaLabel={`Tabs of ${id}`}
          variant="container"
          tabs={tabs}
          activeTabId={active}
          onChange={({ detail }) => go(href(region, [noun.path, id], { tab: detail.activeTabId }), true)}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

function Missing<T>({ noun, id, region, reading }: Shown<T> & { id: string }) {
  if (reading.failure) {
    return <Unread things={id} failure={reading.failure} refresh={reading.refresh} />;
  }
  if (reading.isLoading) {
    return (
      <Box padding="xxl" textAlign="center">
        <Spinner size="large" />
      </Box>
    );
  }
  return (
    <Alert type="warning" header={`There is no ${id}${noun.isGlobal ? "" : " in this Region"}`}>
      It was deleted, or lies in another {noun.isGlobal ? "account" : "Region or account"}.{" "}
      <Link href={href(region, [noun.path])}>{noun.title ?? noun.many}</Link>
    </Alert>
  );
}
