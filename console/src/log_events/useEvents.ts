import { useEffect, useRef, useState } from "react";
import { type Failure, failureOf } from "../clients/failure";
import { usePlace } from "../frame/places";
import { written } from "../time_range/range";
import { firstPage, type LogEvent, type Page, type Wanted } from "./read";

/** How often newer events are asked for, while somebody waits for them. */
const RETRY_MS = 5000;

/** What is shown of a stream or of a search, and what else can be asked for. */
export interface Shown {
  events: LogEvent[];
  older: Page["older"];
  newer: Page["newer"];
  areMore: boolean;
  isLoading: boolean;
  failure: Failure | undefined;
}

const NOTHING: Shown = {
  events: [],
  older: undefined,
  newer: undefined,
  areMore: false,
  isLoading: true,
  failure: undefined,
};

/** Reads events a page at a time, in both directions, and newer ones by itself while `isWaiting`. */
export function useEvents(wanted: Wanted, turn: number, isWaiting: boolean) {
  const [shown, setShown] = useState<Shown>(NOTHING);
  const { user } = usePlace().session;
  const current = useRef(0);
  const key = JSON.stringify([
    user,
    wanted.region,
    wanted.group,
    wanted.stream,
    wanted.pattern,
    written(wanted.range),
    turn,
  ]);

  const load = async (ask: () => Promise<Page>, join: (before: Shown, page: Page) => Shown) => {
    const at = current.current;
    setShown((before) => ({ ...before, isLoading: true, failure: undefined }));
    try {
      const page = await ask();
      // What was asked for before is not what is shown by now.
      if (current.current === at) setShown((before) => join({ ...before, isLoading: false }, page));
    } catch (error) {
      const failure = failureOf(error);
      if (current.current === at) setShown((before) => ({ ...before, isLoading: false, failure }));
    }
  };
  const loadOlder = () => shown.older && load(shown.older, withOlder);
  const loadNewer = () => shown.newer && load(shown.newer, withNewer);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that is asked for
  useEffect(() => {
    setShown(NOTHING);
    void load(
      () => firstPage(wanted),
      (before, page) => ({ ...before, ...page, older: page.older, newer: page.newer }),
    );
    // Nobody waits for the answers any more.
    return () => {
      current.current += 1;
    };
  }, [key]);

  const wait = useRef(loadNewer);
  wait.current = loadNewer;
  const { isLoading, areMore } = shown;
  useEffect(() => {
    if (!isWaiting || isLoading || areMore) return;
    const timer = setTimeout(() => void wait.current(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [isWaiting, isLoading, areMore]);

  return { ...shown, loadOlder, loadNewer };
}

function withOlder(before: Shown, { events, older }: Page): Shown {
  return { ...before, events: [...events, ...before.events], older };
}

function withNewer(before: Shown, { events, newer, areMore }: Page): Shown {
  return { ...before, events: [...before.events, ...events], newer, areMore };
}
