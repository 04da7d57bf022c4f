import { FilterLogEventsCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { logs } from "../clients/logs";
import { type Range, resolved } from "../time_range/range";

/** Which events somebody looks at. */
export interface Wanted {
  region: string;
  group: string;
  /** One stream, or all of the group's. */
  stream: string | undefined;
  pattern: string;
  range: Range;
}

/** A log event as it is shown. */
export interface LogEvent {
  /** Not the same for any two. */
  id: string;
  at: number;
  message: string;
  stream: string;
  ingested: number | undefined;
}

/** Some events in their order, and how to ask for those before and after them. */
export interface Page {
  events: LogEvent[];
  older?: (() => Promise<Page>) | undefined;
  /** Asks again for newer ones, also where there were none a moment ago. */
  newer?: (() => Promise<Page>) | undefined;
  /** Whether newer ones were waiting when it was read. */
  areMore: boolean;
}

const PAGE = 100;

/** The events that a page begins with: the newest of a stream; of a search, the oldest. */
export function firstPage(wanted: Wanted): Promise<Page> {
  return wanted.stream !== undefined && !wanted.pattern.trim()
    ? ofStream(wanted, undefined, false)
    : found(wanted, resolved(wanted.range, Date.now()), undefined, []);
}

/** Of one stream, without a pattern: GetLogEvents, which goes both ways. */
async function ofStream(
  wanted: Wanted,
  nextToken: string | undefined,
  startFromHead: boolean,
): Promise<Page> {
  const { region, group, stream = "", range } = wanted;
  const { start, end } = resolved(range, Date.now());
  const answer = await logs(region).send(
    new GetLogEventsCommand({
      logGroupName: group,
      logStreamName: stream,
      // A range that ends now does not end for whoever waits for newer events.
      startTime: start,
      endTime: range.kind === "absolute" ? end : undefined,
      limit: PAGE,
      nextToken,
      startFromHead,
    }),
  );
  const { nextBackwardToken: back, nextForwardToken: forward } = answer;
  const events = (answer.events ?? []).map(({ timestamp = 0, message = "", ingestionTime }, at) => ({
    id: `${forward}/${at}`,
    at: timestamp,
    message,
    stream,
    ingested: ingestionTime,
  }));
  return {
    events,
    // "If you have reached the end of the stream, it returns the same token you passed in."
    older: back && back !== nextToken ? () => ofStream(wanted, back, false) : undefined,
    newer: forward ? () => ofStream(wanted, forward, true) : undefined,
    areMore: startFromHead && events.length === PAGE,
  };
}

/** Of a search, or of all streams: FilterLogEvents, which goes from old to new. */
async function found(
  wanted: Wanted,
  { start, end }: { start?: number; end?: number },
  nextToken: string | undefined,
  known: LogEvent[],
): Promise<Page> {
  const { region, group, stream, pattern, range } = wanted;
  const answer = await logs(region).send(
    new FilterLogEventsCommand({
      logGroupName: group,
      logStreamNames: stream === undefined ? undefined : [stream],
      filterPattern: pattern.trim() || undefined,
      startTime: start,
      endTime: range.kind === "absolute" ? end : undefined,
      limit: PAGE,
      nextToken,
    }),
  );
  const all = (answer.events ?? []).map((it) => ({
    id: it.eventId ?? "",
    at: it.timestamp ?? 0,
    message: it.message ?? "",
    stream: it.logStreamName ?? "",
    ingested: it.ingestionTime,
  }));
  const events = all.filter((it) => !known.some(({ id }) => id === it.id));
  const token = answer.nextToken;
  const seen = [...known, ...events];
  const last = seen.length > 0 ? Math.max(...seen.map((it) => it.at)) : start;
  // Who has seen all asks again from the last event on, and leaves out those of that very time, which are known.
  const latest = seen.filter((it) => it.at === last);
  return {
    events,
    newer: token
      ? () => found(wanted, { start, end }, token, latest)
      : () => found(wanted, { start: last, end }, undefined, latest),
    areMore: token !== undefined,
  };
}
