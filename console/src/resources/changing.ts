import { useEffect } from "react";
import type { Reading } from "../clients/reading";
import type { Noun } from "./noun";

/** How long until it is looked again whether something has come to another state. */
const AGAIN_MS = 1500;

/** Reads again for as long as something is on its way to another state, so that its state is seen to change. */
export function useReadingWhileChanging<T>(noun: Noun<T>, { data, at, isLoading, refresh }: Reading<T[]>) {
  const { isChanging } = noun;
  const isWaiting = !isLoading && isChanging !== undefined && (data ?? []).some(isChanging);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read at another time is to be read again
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = window.setTimeout(refresh, AGAIN_MS);
    return () => window.clearTimeout(timer);
  }, [isWaiting, at, refresh]);
}
