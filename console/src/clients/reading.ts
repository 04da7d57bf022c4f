import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { type Failure, failureOf } from "./failure";

/**
 * What the console has read from a service, shared by all that show it: a table and the panel below it read once. It is read
 * again when somebody presses refresh, and after every change.
 */
export interface Reading<T> {
  data: T | undefined;
  failure: Failure | undefined;
  isLoading: boolean;
  /** When it was read, in milliseconds. */
  at: number | undefined;
  refresh: () => Promise<void>;
}

/** As much of a reading as whatever shows rows of it asks for. */
export type Rows = Pick<Reading<unknown>, "data" | "failure" | "isLoading" | "refresh">;

/** Whether it is on its way, and there is nothing to show yet. */
export function isAwaited({ data, isLoading }: Pick<Rows, "data" | "isLoading">): boolean {
  return isLoading && data === undefined;
}

interface Entry {
  data?: unknown;
  failure?: Failure;
  isLoading: boolean;
  at?: number;
  read: () => Promise<unknown>;
  /** Which of several readings counts: the last one that was begun; 0 before the first. */
  turn: number;
  users: number;
}

const entries = new Map<string, Entry>();
const listeners = new Set<() => void>();
/** How many readings were begun. A name that was forgotten and is read again begins no count of its own: the answer to its first
 * reading may still be on its way, and may be somebody else's who was signed in. */
let turns = 0;
/** How many readings that nobody shows are kept. */
const UNUSED_MAX = 64;

/** Reads something, under a name that says what it is, Region and all. */
export function useReading<T>(key: string, read: () => Promise<T>): Reading<T> {
  const entry = useSyncExternalStore(subscribe, () => entries.get(key));
  const [readOnce] = useState(() => ({ read }));
  readOnce.read = read;
  useEffect(() => {
    const known = entries.get(key) ?? begun(key, () => readOnce.read());
    change(key, { users: known.users + 1, read: () => readOnce.read() });
    if (known.turn === 0 || (known.users === 0 && !known.isLoading)) void refresh(key);
    return () => {
      const last = entries.get(key);
      if (last) change(key, { users: last.users - 1 });
    };
  }, [key, readOnce]);
  const again = useCallback(() => refresh(key), [key]);
  return {
    data: entry?.data as T | undefined,
    failure: entry?.failure,
    isLoading: entry?.isLoading ?? true,
    at: entry?.at,
    refresh: again,
  };
}

/** Reads everything again that is on the page; what else was read is forgotten. */
export async function refreshAll() {
  for (const [key, entry] of entries) if (entry.users === 0) entries.delete(key);
  await Promise.all([...entries.keys()].map(refresh));
}

/** Reads everything again that is on the page, for somebody else: what was read before is not theirs to see. */
export async function readForAnother() {
  for (const key of entries.keys()) change(key, { data: undefined, failure: undefined, isLoading: true });
  await refreshAll();
}

async function refresh(key: string) {
  const entry = entries.get(key);
  if (!entry) return;
  turns += 1;
  const turn = turns;
  change(key, { isLoading: true, turn });
  const outcome = await entry.read().then(
    (data) => ({ data, failure: undefined, at: Date.now() }),
    (error) => ({ failure: failureOf(error) }),
  );
  if (entries.get(key)?.turn === turn) change(key, { ...outcome, isLoading: false });
}

function begun(key: string, read: () => Promise<unknown>): Entry {
  const unused = [...entries].filter(([, entry]) => entry.users === 0).map(([key]) => key);
  for (const key of unused.slice(0, Math.max(0, unused.length - UNUSED_MAX))) entries.delete(key);
  const entry = { isLoading: true, read, turn: 0, users: 0 };
  entries.set(key, entry);
  return entry;
}

function change(key: string, part: Partial<Entry>) {
  const entry = entries.get(key);
  if (!entry) return;
  entries.set(key, { ...entry, ...part });
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
