import {
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  type QueryStatistics,
  type QueryStatus,
  type ResultField,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { useEffect, useRef, useState } from "react";
import { type Failure, failureOf } from "../clients/failure";
import { logs } from "../clients/logs";
import { usePlace } from "../frame/places";

/** How often a running query is asked what it has found. */
const POLL_MS = 300;

/** What is asked. */
export interface Question {
  groups: string[];
  query: string;
  /** In milliseconds. */
  start: number;
  end: number;
}

/** A query's answer, as far as it has come. */
export interface Answer {
  question: Question;
  id: string | undefined;
  status: QueryStatus;
  rows: ResultField[][];
  statistics: QueryStatistics | undefined;
  /** How long it took, in milliseconds; nothing while it runs. */
  took: number | undefined;
}

/** Where a query is not one: between which characters, and why. */
export interface CompileError {
  message: string;
  start: number | undefined;
  end: number | undefined;
}

const OVER: QueryStatus[] = ["Complete", "Failed", "Cancelled", "Timeout"];

export type Query = ReturnType<typeof useQuery>;

/** Runs queries, one after the other: the last one counts. */
export function useQuery(region: string) {
  const [answer, setAnswer] = useState<Answer>();
  const [failure, setFailure] = useState<Failure>();
  const [compileError, setCompileError] = useState<CompileError>();
  const { user } = usePlace().session;
  const turn = useRef(0);
  // Nobody waits any more for a page that is left, and what was found for another user is not for the next one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever is signed in is all that matters
  useEffect(
    () => () => {
      turn.current += 1;
      setAnswer(undefined);
    },
    [user],
  );

  const run = async (question: Question): Promise<void> => {
    const mine = ++turn.current;
    const isLast = () => turn.current === mine;
    const begun = Date.now();
    setFailure(undefined);
    setCompileError(undefined);
    const nothing = { question, id: undefined, rows: [], statistics: undefined, took: undefined };
    setAnswer({ ...nothing, status: "Scheduled" });
    try {
      const id = await started(region, question);
      if (isLast()) setAnswer({ ...nothing, id, status: "Scheduled" });
      for (;;) {
        if (!isLast()) return;
        const found = await results(region, id);
        const status = found.status ?? "Unknown";
        const isOver = OVER.includes(status);
        if (!isLast()) return;
        const took = isOver ? Date.now() - begun : undefined;
        setAnswer({ question, id, status, rows: found.results ?? [], statistics: found.statistics, took });
        if (isOver) return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    } catch (error) {
      if (!isLast()) return;
      setAnswer(undefined);
      setFailure(failureOf(error));
      setCompileError(compileErrorOf(error));
    }
  };
  const isRunning = answer !== undefined && answer.took === undefined;
  /** Before the service has named it there is nothing to cancel. */
  const canCancel = isRunning && answer.id !== undefined;
  const cancel = async () => {
    if (!canCancel) return;
    try {
      await logs(region).send(new StopQueryCommand({ queryId: answer.id }));
    } catch (error) {
      // It may have ended in the meantime, which the next look at it says.
      setFailure(failureOf(error));
    }
  };
  return { answer, failure, compileError, isRunning, canCancel, run, cancel };
}

async function started(region: string, { groups, query, start, end }: Question): Promise<string> {
  const { queryId = "" } = await logs(region).send(
    new StartQueryCommand({
      logGroupNames: groups,
      queryString: query,
      startTime: Math.floor(start / 1000),
      endTime: Math.ceil(end / 1000),
    }),
  );
  return queryId;
}

/** All rows that there are by now: they come in pages. */
async function results(region: string, queryId: string): Promise<GetQueryResultsCommandOutput> {
  const first = await logs(region).send(new GetQueryResultsCommand({ queryId }));
  let token = first.nextToken;
  const rows = first.results ?? [];
  while (token) {
    const next = await logs(region).send(new GetQueryResultsCommand({ queryId, nextToken: token }));
    rows.push(...(next.results ?? []));
    token = next.nextToken;
  }
  return { ...first, results: rows };
}

function compileErrorOf(error: unknown): CompileError | undefined {
  if (!(error instanceof Error) || !("queryCompileError" in error)) return undefined;
  const { message, location } = (error.queryCompileError ?? {}) as {
    message?: string;
    location?: { startCharOffset?: number; endCharOffset?: number };
  };
  return {
    message: message ?? error.message,
    start: location?.startCharOffset,
    end: location?.endCharOffset,
  };
}
