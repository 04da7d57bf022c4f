import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import type { ReactNode } from "react";
import { eventsHref } from "../log_groups/places";
import { timestamp, type Zone } from "../time_range/zone";
import { readable } from "./message";
import type { LogEvent } from "./read";
import "./events.css";

interface Props {
  region: string;
  group: string;
  events: LogEvent[];
  zone: Zone;
  /** Whether each event's stream is shown, where there are several. */
  hasStreams: boolean;
  /** Which ones are shown in full. */
  expanded: Set<string>;
  expand: (ids: Set<string>) => void;
  isLoading: boolean;
  empty: ReactNode;
  footer?: ReactNode;
}

/** Log events, each a line that opens to the whole of it. */
export function EventsTable(props: Props) {
  const { region, group, events, zone, hasStreams, expanded, expand, isLoading, empty, footer } = props;
  const toggle = (id: string) => {
    const next = new Set(expanded);
    if (!next.delete(id)) next.add(id);
    expand(next);
  };
  const columns: TableProps.ColumnDefinition<LogEvent>[] = [
    {
      id: "expand",
      header: <Box variant="span">Expand</Box>,
      width: 90,
      cell: (it) => (
        <Button
          variant="inline-icon"
          iconName={expanded.has(it.id) ? "angle-down" : "angle-right"}
          ariaLabel={`${expanded.has(it.id) ? "Collapse" : "Expand"} event of ${timestamp(it.at, zone)}`}
          ariaExpanded={expanded.has(it.id)}
          onClick={() => toggle(it.id)}
        />
      ),
    },
    { id: "timestamp", header: "Timestamp", width: 270, cell: (it) => timestamp(it.at, zone) },
    {
      id: "message",
      header: "Message",
      isRowHeader: true,
      cell: (it) => (expanded.has(it.id) ? <Whole event={it} zone={zone} /> : <Line of={it.message} />),
    },
    {
      id: "stream",
      header: "Log stream name",
      width: 290,
      cell: (it) => <Link href={eventsHref(region, group, it.stream)}>{it.stream}</Link>,
    },
  ];
  return (
    <Table
      variant="embedded"
      stickyHeader
      wrapLines={false}
      contentDensity="compact"
      resizableColumns
      items={events}
      trackBy="id"
      loading={isLoading && events.length === 0}
      loadingText="Loading log events"
      columnDefinitions={columns}
      visibleColumns={["expand", "timestamp", "message", ...(hasStreams ? ["stream"] : [])]}
      ariaLabels={{ tableLabel: "Log events" }}
      empty={empty}
      footer={footer}
    />
  );
}

function Line({ of: message }: { of: string }) {
  return <span className="log-event-line">{message}</span>;
}

/** All of a message, with when it came in. */
function Whole({ event, zone }: { event: LogEvent; zone: Zone }) {
  const text = readable(event.message);
  return (
    <SpaceBetween size="xxs">
      <pre className="log-event-whole">{text}</pre>
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <CopyToClipboard
          variant="icon"
          textToCopy={text}
          copyButtonAriaLabel="Copy message"
          copySuccessText="Message copied"
          copyErrorText="Message could not be copied"
        />
        {event.ingested !== undefined && (
          <Box variant="small">Ingestion time {timestamp(event.ingested, zone)}</Box>
        )}
      </SpaceBetween>
    </SpaceBetween>
  );
}
