import { type LiveTailSessionLogEvent, StartLiveTailCommand } from "@aws-sdk/client-cloudwatch-logs";
import { useEffect, useRef, useState } from "react";
import { type Failure, failureOf } from "../clients/failure";
import { logs } from "../clients/logs";
import { usePlace } from "../frame/places";
import type { LogEvent } from "../log_events/read";

/** How many events are shown; the oldest go. */
const EVENTS_MAX = 500;

interface Question {
  /** ARNs. */
  groups: string[];
  stream: string;
  pattern: string;
}

/** Watches events as they come, until somebody stops or the session ends by itself. */
export function useTail(region: string) {
  const [events, setEvents] = useState<LogEvent[]>([]);
  const [isRunning, setRunning] = useState(false);
  const [isSampled, setSampled] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const running = useRef<AbortController>(undefined);
  const count = useRef(0);
  const stop = () => {
    running.current?.abort();
    running.current = undefined;
    setRunning(false);
  };
  const { user } = usePlace().session;
  // Leaving the page ends the session, and so does somebody else who signs in: it is of whoever began it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever is signed in is all that matters
  useEffect(
    () => () => {
      running.current?.abort();
      setEvents([]);
    },
    [user],
  );

  const start = async ({ groups, stream, pattern }: Question) => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setEvents([]);
    setSampled(false);
    setFailure(undefined);
    setRunning(true);
    try {
      const { responseStream } = await logs(region).send(
        new StartLiveTailCommand({
          logGroupIdentifiers: groups,
          logStreamNames: stream ? [stream] : undefined,
          logEventFilterPattern: pattern || undefined,
        }),
        { abortSignal: mine.signal },
      );
      for await (const came of responseStream ?? []) {
        if (mine.signal.aborted) return;
        const { sessionUpdate, SessionTimeoutException, SessionStreamingException } = came;
        const problem = SessionTimeoutException ?? SessionStreamingException;
        if (problem) throw problem;
        if (!sessionUpdate) continue;
        setSampled(sessionUpdate.sessionMetadata?.sampled ?? false);
        const next = (sessionUpdate.sessionResults ?? []).map((it) => event(it, ++count.current));
        if (next.length > 0) setEvents((before) => [...before, ...next].slice(-EVENTS_MAX));
      }
    } catch (error) {
      if (!mine.signal.aborted) setFailure(failureOf(error));
    } finally {
      if (running.current === mine) stop();
    }
  };
  return { events, isRunning, isSampled, failure, start, stop, clear: () => setEvents([]) };
}

function event(it: LiveTailSessionLogEvent, number: number): LogEvent {
  return {
    id: String(number),
    at: it.timestamp ?? 0,
    message: it.message ?? "",
    stream: it.logStreamName ?? "",
    ingested: it.ingestionTime,
  };
}
