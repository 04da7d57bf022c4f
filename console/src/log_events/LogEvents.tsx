import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { sentence } from "../clients/failure";
import { Page } from "../frame/Page";
import { usePlace } from "../frame/places";
import { go, href } from "../frame/route";
import { insightsHref, tailHref } from "../log_groups/places";
import { ALL, type Range, readRange, written } from "../time_range/range";
import { TimeRangeField } from "../time_range/TimeRangeField";
import { timestamp, useZone } from "../time_range/zone";
import { EventsTable } from "./EventsTable";
import { useEvents } from "./useEvents";
import "./events.css";

const QUICK = [
  { text: "1m", seconds: 60 },
  { text: "30m", seconds: 1800 },
  { text: "1h", seconds: 3600 },
  { text: "12h", seconds: 43_200 },
];

/** The events of a log stream (`?stream=…`), or of all streams of a group; `pattern` and `range` are in the address, too. */
export default function LogEvents({ id }: { id: string }) {
  const { route } = usePlace();
  const { region, query } = route;
  const stream = query.get("stream") ?? undefined;
  const pattern = query.get("pattern") ?? "";
  const range = readRange(query.get("range"), ALL);
  const [typed, setTyped] = useState(pattern);
  const [zone, setZone] = useZone();
  const [turn, setTurn] = useState(0);
  const [isWaiting, setWaiting] = useState(true);
  const [isText, setText] = useState(false);
  const [expanded, expand] = useState(new Set<string>());
  const shown = useEvents({ region, group: id, stream, pattern, range }, turn, isWaiting);
  const show = (next: { pattern?: string; range?: Range }) => {
    const wanted = { pattern: typed, range, ...next };
    const asked = {
      ...(stream === undefined ? {} : { stream }),
      ...(wanted.pattern.trim() ? { pattern: wanted.pattern } : {}),
      ...(wanted.range.kind === "all" ? {} : { range: written(wanted.range) }),
    };
    go(href(region, ["log_groups", id, "log_events"], asked), true);
  };
  const { failure } = shown;
  const isAboutPattern = failure !== undefined && /pattern/i.test(failure.message);
  return (
    <Page
      title={stream ?? "All log streams"}
      above={[
        { text: "Log groups", path: ["log_groups"] },
        { text: id, path: ["log_groups", id] },
      ]}
    >
      <ContentLayout
        header={
          <Header
            variant="h1"
            description="Search by words, or by fields: [version, account, eni, source, destination, …, action=REJECT, status]"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  iconName="refresh"
                  ariaLabel="Refresh log events"
                  loading={shown.isLoading}
                  onClick={() => setTurn(turn + 1)}
                />
                <Button href={tailHref(region, [id])}>Start tailing</Button>
                <Button href={insightsHref(region, [id])}>View in Logs Insights</Button>
              </SpaceBetween>
            }
          >
            Log events
          </Header>
        }
      >
        <Container>
          <SpaceBetween size="s">
            <FormField stretch errorText={isAboutPattern && sentence(failure)}>
              <Input
                type="search"
                value={typed}
                ariaLabel="Filter events"
                placeholder="Filter events – press enter to search"
                spellcheck={false}
                onChange={({ detail }) => {
                  setTyped(detail.value);
                  if (!detail.value) show({ pattern: "" });
                }}
                onKeyDown={({ detail }) => detail.key === "Enter" && show({})}
              />
            </FormField>
            <SpaceBetween direction="horizontal" size="xs" alignItems="center">
              <TimeRangeField
                range={range}
                choose={(chosen) => show({ range: chosen })}
                quick={QUICK}
                hasAll
                zone={zone}
                setZone={setZone}
              />
              <ButtonDropdown
                items={[
                  { id: "text", text: isText ? "View as table" : "View in plain text" },
                  { id: "expand", text: "Expand all", disabled: isText },
                  { id: "collapse", text: "Collapse all", disabled: isText },
                ]}
                onItemClick={({ detail }) => {
                  if (detail.id === "text") setText(!isText);
                  if (detail.id === "expand") expand(new Set(shown.events.map((it) => it.id)));
                  if (detail.id === "collapse") expand(new Set());
                }}
              >
                Display
              </ButtonDropdown>
            </SpaceBetween>
            {failure && !isAboutPattern && (
              <Alert type="error" header="The events could not be read">
                {sentence(failure)}
              </Alert>
            )}
            <Older shown={shown} hasBefore={stream !== undefined && !pattern} />
            {isText ? (
              <pre className="log-event-text">
                {shown.events.map((it) => `${timestamp(it.at, zone)} ${it.message}`).join("\n")}
              </pre>
            ) : (
              <EventsTable
                region={region}
                group={id}
                events={shown.events}
                zone={zone}
                hasStreams={stream === undefined}
                expanded={expanded}
                expand={expand}
                isLoading={shown.isLoading}
                empty={failure ? "" : <Empty hasSearch={pattern !== "" || range.kind !== "all"} />}
              />
            )}
            {!failure && <Newer shown={shown} isWaiting={isWaiting} setWaiting={setWaiting} />}
          </SpaceBetween>
        </Container>
      </ContentLayout>
    </Page>
  );
}

type Events = ReturnType<typeof useEvents>;

/** What is above the first event. */
function Older({ shown, hasBefore }: { shown: Events; hasBefore: boolean }) {
  if (shown.events.length === 0) return null;
  if (hasBefore && shown.older) {
    return (
      <Box textAlign="center">
        There are older events to load.{" "}
        <Button variant="inline-link" onClick={() => void shown.loadOlder()}>
          Load more.
        </Button>
      </Box>
    );
  }
  return (
    <Box textAlign="center" color="text-body-secondary">
      No older events at this moment.
    </Box>
  );
}

interface NewerProps {
  shown: Events;
  isWaiting: boolean;
  setWaiting: (isWaiting: boolean) => void;
}

/** What is below the last event. */
function Newer({ shown, isWaiting, setWaiting }: NewerProps) {
  if (shown.areMore) {
    return (
      <Box textAlign="center">
        There are newer events to load.{" "}
        <Button variant="inline-link" onClick={() => void shown.loadNewer()}>
          Load more.
        </Button>
      </Box>
    );
  }
  return (
    <Box textAlign="center" color="text-body-secondary">
      No newer events at this moment. {isWaiting ? "Auto retry is on." : "Auto retry paused."}{" "}
      <Button variant="inline-link" onClick={() => setWaiting(!isWaiting)}>
        {isWaiting ? "Pause" : "Resume"}
      </Button>
    </Box>
  );
}

function Empty({ hasSearch }: { hasSearch: boolean }) {
  return (
    <Box textAlign="center" color="text-body-secondary" padding="s">
      {hasSearch
        ? "No events match. Choose another time range or pattern."
        : "No events yet. Flow logs write their first records when an aggregation interval ends."}
    </Box>
  );
}
